//! Wordings as people write them: another order, a word less, a side more, a slip of the hand.

use rand::Rng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

const SIDES: [&str; 6] = ["right", "left", "bilateral", "rt", "lt", "chronic"];
const AFTER: [&str; 4] = ["status post treatment", "noted", "of the patient", "stable"];

/// A wording that means the same as `text`, more or less.
pub(crate) fn noisy(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut text = if random.random_bool(0.5) { turned(text, random) } else { text.to_owned() };
    if random.random_bool(0.3) {
        text = without_a_word(&text, random);
    }
    if random.random_bool(0.1) {
        let side = SIDES[random.random_range(0..SIDES.len())];
        text = format!("{side} {text}");
    }
    if random.random_bool(0.05) {
        text = format!("{text} {}", AFTER[random.random_range(0..AFTER.len())]);
    }
    if random.random_bool(0.15) {
        text = slip(&text, random);
    }
    text
}

/// The parts between commas in another order, the commas gone or not.
fn turned(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut parts: Vec<&str> = text.split(", ").collect();
    match random.random_range(0..3) {
        0 => parts.reverse(),
        1 => parts.shuffle(random),
        _ => {}
    }
    parts.join(if random.random_bool(0.7) { " " } else { ", " })
}

fn without_a_word(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < 3 {
        return text.to_owned();
    }
    words.remove(random.random_range(0..words.len()));
    words.join(" ")
}

/// One letter lost, doubled or exchanged with the next.
fn slip(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 6 {
        return text.to_owned();
    }
    let at = random.random_range(1..letters.len() - 1);
    match random.random_range(0..3) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn one_seed_one_wording_and_most_letters_stay() {
        let draw = |seed| noisy("Abscess, lung, with pneumonia", &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(3), draw(3));
        let all: std::collections::BTreeSet<String> = (0..40).map(draw).collect();
        assert!(all.len() > 10, "{all:?}");
        for text in all {
            let kept = ["Abscess", "lung", "pneumonia"].iter().filter(|w| text.contains(**w)).count();
            assert!(kept >= 1, "{text}");
        }
    }
}
