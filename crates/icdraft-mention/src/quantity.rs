//! Numbers that decide a code: sizes, areas, spinal levels, counts, and the patient's age where the note states it.

use icdraft_note::{Patient, Sex};

use crate::condition::Measure;

/// The value that a sentence states for a measure: the largest where it states several.
pub(crate) fn measure(what: Measure, sentence: &str) -> Option<f64> {
    match what {
        Measure::Age => None,
        Measure::Centimetres => lengths(sentence).reduce(f64::max),
        Measure::SquareCentimetres => area(sentence),
        Measure::Levels => Some(levels(sentence)).filter(|&n| n > 0).map(f64::from),
        Measure::Roots => Some(roots(sentence)).filter(|&n| n > 0).map(f64::from),
        Measure::Count => count(sentence).map(f64::from),
    }
}

/// What a report says of the size of what was operated on, outside its title: the longest length or the area in a sentence that
/// speaks of an excised diameter or of margins, else in the first one that speaks of the lesion or the defect. Incisions and margins are no sizes.
pub(crate) fn operated<'a>(what: Measure, sentences: impl Iterator<Item = &'a str> + Clone) -> Option<f64> {
    const WHOLE: &[&str] = &[
        "excised diameter",
        "including margins",
        "with margins",
        "inclusive of margins",
        "total diameter",
        "overall diameter",
    ];
    const LESION: &[&str] = &[
        "lesion",
        "mass",
        "tumor",
        "lipoma",
        "cyst",
        "carcinoma",
        "melanoma",
        "nevus",
        "nodule",
        "neoplasm",
        "keratosis",
        "defect",
        "laceration",
        "wound",
        "graft",
        "ulcer",
    ];
    let size = |sentence: &str| match what {
        Measure::Centimetres => sizes(sentence).reduce(f64::max),
        Measure::SquareCentimetres => area(sentence),
        Measure::Age | Measure::Levels | Measure::Roots | Measure::Count => None,
    };
    let first = |words: &[&str]| {
        sentences.clone().find_map(|sentence| {
            let lower = sentence.to_lowercase();
            words.iter().any(|w| lower.contains(w)).then(|| size(sentence)).flatten()
        })
    };
    first(WHOLE).or_else(|| first(LESION))
}

/// Lengths that are no margin, incision or depth of something.
fn sizes(sentence: &str) -> impl Iterator<Item = f64> {
    const NO_SIZE: &[&str] = &[
        "incision",
        "margin",
        "margins",
        "skin",
        "elliptical",
        "from",
        "below",
        "above",
        "deep",
        "punch",
        "trocar",
        "port",
    ];
    spans_of_lengths(sentence)
        .filter(|(_, after)| !after.iter().any(|w| NO_SIZE.contains(&w.as_str())))
        .map(|(value, _)| value)
}

/// Words and numbers, lower case; "2.5-cm" and "2.5cm" give "2.5", "cm".
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let joins = match c {
            c if c.is_ascii_digit() => last.is_ascii_digit() || last == '.',
            '.' => last.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit),
            c if c.is_alphabetic() => last.is_alphabetic(),
            _ => false,
        };
        if c.is_alphanumeric() || c == '.' {
            match out.last_mut().filter(|_| joins) {
                Some(word) => word.extend(c.to_lowercase()),
                None if c != '.' => out.push(c.to_lowercase().collect()),
                None => {}
            }
        }
        last = c;
    }
    out
}

fn number(word: &str) -> Option<f64> {
    word.parse().ok().or_else(|| {
        const NAMES: [&str; 13] =
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
        NAMES.iter().position(|n| *n == word).map(|n| f64::from(u8::try_from(n).unwrap_or(0)))
    })
}

/// Every length in centimetres. "3 x 2 cm" states both numbers.
fn lengths(sentence: &str) -> impl Iterator<Item = f64> {
    spans_of_lengths(sentence).map(|(value, _)| value)
}

/// Every length with the two words behind it.
fn spans_of_lengths(sentence: &str) -> impl Iterator<Item = (f64, Vec<String>)> {
    let words = words(sentence);
    let mut found = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let scale = match word.as_str() {
            "cm" | "cms" | "centimeter" | "centimeters" | "centimetre" => 1.0,
            "mm" | "millimeter" | "millimeters" => 0.1,
            _ => continue,
        };
        let behind = || words[n + 1..].iter().take(2).cloned().collect();
        let mut at = n;
        while let Some(value) = at.checked_sub(1).and_then(|at| number(&words[at])) {
            found.push((value * scale, behind()));
            match at.checked_sub(2).map(|by| words[by].as_str()) {
                Some("x" | "by" | "times") => at -= 2,
                _ => break,
            }
        }
    }
    found.into_iter()
}

/// "4 x 5 cm" or "20 square cm".
fn area(sentence: &str) -> Option<f64> {
    let words = words(sentence);
    words.windows(3).find_map(|w| match (number(&w[0]), w[1].as_str(), w[2].as_str()) {
        (Some(value), "sq" | "square", _) | (Some(value), "cm", "squared" | "2") => Some(value),
        (Some(a), "x" | "by", _) => {
            let b = number(&w[2])?;
            Some(a * b)
        }
        _ => None,
    })
}

/// Interspaces between vertebrae: "L4-L5 and L5-S1" is 2, "C4-7" is 3, "L4-5" is 1.
fn levels(sentence: &str) -> u32 {
    vertebrae(sentence).0
}

/// Nerve roots or interspaces: "L4 and L5" is 2, "L4-L5" is 1.
fn roots(sentence: &str) -> u32 {
    let (spaces, single) = vertebrae(sentence);
    spaces + single
}

/// Interspaces, and vertebrae that are named alone.
fn vertebrae(sentence: &str) -> (u32, u32) {
    let place = |region: char, n: u32| match region {
        'c' => Some(n).filter(|n| (1..=7).contains(n)),
        't' => Some(7 + n).filter(|_| (1..=12).contains(&n)),
        'l' => Some(19 + n).filter(|_| (1..=5).contains(&n)),
        's' => Some(24 + n).filter(|_| (1..=2).contains(&n)),
        _ => None,
    };
    let lower = sentence.to_lowercase();
    let bytes = lower.as_bytes();
    let mut spaces = std::collections::BTreeSet::new();
    let mut single = std::collections::BTreeSet::new();
    let mut at = 0;
    let vertebra = |at: usize| -> Option<(u32, char, usize)> {
        let region = char::from(*bytes.get(at)?);
        if at > 0 && bytes[at - 1].is_ascii_alphanumeric() && !(bytes[at - 1].is_ascii_digit()) {
            return None;
        }
        let digits = bytes[at + 1..].iter().take(2).take_while(|b| b.is_ascii_digit()).count();
        let n: u32 = lower.get(at + 1..at + 1 + digits)?.parse().ok()?;
        // "L45" without a hyphen is L4-L5.
        let (n, digits) = if place(region, n).is_none() && digits == 2 { (n / 10, 1) } else { (n, digits) };
        Some((place(region, n)?, region, at + 1 + digits))
    };
    while at < bytes.len() {
        let Some((upper, region, mut end)) = vertebra(at) else {
            at += 1;
            while at < bytes.len() && !lower.is_char_boundary(at) {
                at += 1;
            }
            continue;
        };
        let joined = matches!(bytes.get(end), Some(b'-' | b'/'))
            || bytes.get(end).is_some_and(u8::is_ascii_digit)
            || lower[end..].starts_with(" to ")
            || vertebra(end).is_some();
        if joined {
            let skip =
                if lower[end..].starts_with(" to ") { 4 } else { usize::from(matches!(bytes[end], b'-' | b'/')) };
            let lower_one = vertebra(end + skip).map(|(n, _, e)| (n, e)).or_else(|| {
                let digits = bytes[end + skip..].iter().take(2).take_while(|b| b.is_ascii_digit()).count();
                let n: u32 = lower.get(end + skip..end + skip + digits)?.parse().ok()?;
                Some((place(region, n)?, end + skip + digits))
            });
            if let Some((low, e)) = lower_one {
                spaces.extend(upper..low.max(upper));
                end = e;
            }
        } else {
            single.insert(upper);
        }
        at = end;
    }
    let size = |set: std::collections::BTreeSet<u32>| u32::try_from(set.len()).unwrap_or(0);
    (size(spaces), size(single))
}

/// Things that a word may stand before: "six actinic keratoses".
const PLURAL: &[&str] = &["keratoses", "warts", "lesions", "polyps", "biopsies", "implants", "injections", "tags"];

/// "x2", "times three", "three lesions".
fn count(sentence: &str) -> Option<u32> {
    let words = words(sentence);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small whole numbers only
    let whole = |w: &String| number(w).filter(|n| n.fract() == 0.0 && (1.0..100.0).contains(n)).map(|n| n as u32);
    words.iter().enumerate().find_map(|(n, word)| {
        let unit = words.get(n + 2).map(String::as_str);
        if matches!(word.as_str(), "x" | "times") && !matches!(unit, Some("cm" | "mm")) {
            return words.get(n + 1).and_then(whole);
        }
        let thing = words.get(n + 1)?;
        const THINGS: &[&str] = &[
            "keratoses",
            "warts",
            "implants",
            "allergens",
            "tests",
            "sites",
            "units",
            "specimens",
            "regions",
            "cysts",
            "punch",
            "incisions",
            "needles",
            "injections",
            "moles",
            "tags",
            "nevi",
            "ulcers",
            "stones",
            "nodules",
            "lesions",
            "polyps",
            "views",
            "vessels",
            "grafts",
            "levels",
            "tumors",
            "skin",
            "fingers",
            "toes",
            "biopsies",
            "muscles",
        ];
        // "Six actinic keratoses": a word may stand between.
        let second = words
            .get(n + 2)
            .filter(|_| thing.chars().all(char::is_alphabetic) && !matches!(thing.as_str(), "cm" | "mm" | "mg" | "x"));
        let counted = THINGS.contains(&thing.as_str()) || second.is_some_and(|w| PLURAL.contains(&w.as_str()));
        counted.then(|| whole(word)).flatten()
    })
}

/// How far into a note its patient is introduced.
const INTRODUCTION: usize = 4_000;

/// The patient, completed from the beginning of the note, and the weeks of gestation.
pub(crate) fn introduction(text: &str, known: Patient) -> (Patient, Option<u32>) {
    let words = words(&text[..text.floor_char_boundary(INTRODUCTION)]);
    (patient(&words, known), gestation(&words))
}

/// Weeks of gestation: "39 weeks", "29-week pregnancy", near a word of pregnancy.
fn gestation(words: &[String]) -> Option<u32> {
    const PREGNANT: [&str; 17] = [
        "pregnancy",
        "pregnant",
        "gestation",
        "gestational",
        "iup",
        "intrauterine",
        "gravida",
        "preeclampsia",
        "pre",
        "eclampsia",
        "cesarean",
        "labor",
        "delivery",
        "fetal",
        "fetus",
        "trimester",
        "ga",
    ];
    words.windows(2).enumerate().find_map(|(n, w)| {
        let weeks: u32 = w[0].parse().ok().filter(|n| (4..=43).contains(n))?;
        let around = &words[n.saturating_sub(8)..(n + 8).min(words.len())];
        (matches!(w[1].as_str(), "week" | "weeks") && around.iter().any(|w| PREGNANT.contains(&w.as_str())))
            .then_some(weeks)
    })
}

/// Age and sex from the note's own words ("31-year-old gentleman"), for what the caller did not say.
fn patient(words: &[String], known: Patient) -> Patient {
    let mut patient = known;
    if patient.age.is_none() {
        patient.age = words.windows(3).enumerate().find_map(|(at, w)| {
            let value = with_half(&words[..at], number(&w[0])?);
            match (w[1].as_str(), w[2].as_str()) {
                ("year" | "years" | "yr" | "y", "old" | "o") | ("yo", _) => Some(value),
                ("month" | "months", "old") => Some(value / 12.0),
                ("week" | "weeks", "old") => Some(value / 52.0),
                ("day" | "days", "old") => Some(value / 365.0),
                _ => None,
            }
        });
    }
    if patient.sex.is_none() {
        let count = |names: &[&str]| words.iter().filter(|w| names.contains(&w.as_str())).count();
        let female = count(&["female", "woman", "she", "her", "lady", "girl"]);
        let male = count(&["male", "man", "he", "his", "gentleman", "boy"]);
        patient.sex = match female.cmp(&male) {
            std::cmp::Ordering::Greater => Some(Sex::F),
            std::cmp::Ordering::Less => Some(Sex::M),
            std::cmp::Ordering::Equal => None,
        };
    }
    patient
}

/// "11-1/2" comes as three words: the number with its half.
fn with_half(before: &[String], value: f64) -> f64 {
    match before {
        [.., whole, one] if one == "1" && value == 2.0 => number(whole).map_or(0.5, |whole| whole + 0.5),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(measure(Measure::Centimetres, "a 2.5-cm lesion"), Some(2.5));
        assert_eq!(measure(Measure::Centimetres, "measured 3 x 1.5 cm"), Some(3.0));
        assert_eq!(measure(Measure::Centimetres, "an 8 mm polyp"), Some(0.8));
        assert_eq!(measure(Measure::Centimetres, "aged 40"), None);
        assert_eq!(measure(Measure::SquareCentimetres, "a 4 x 5 cm defect"), Some(20.0));
    }

    #[test]
    fn sizes_told_in_the_body() {
        let told = |text: &'static str| operated(Measure::Centimetres, text.split(". "));
        assert_eq!(told("A 3 cm incision was made. A 6 x 4 cm lipoma came out"), Some(6.0));
        assert_eq!(told("The lesion was 1.2 cm. With margins of 4 mm the excised diameter was 2.0 cm"), Some(2.0));
        assert_eq!(told("A 2 cm incision over the lesion"), None);
    }

    #[test]
    fn spinal_levels() {
        for (text, n) in [
            ("L4-L5 and L5-S1", 2),
            ("C4-C5, C5-C6, and C6-C7", 3),
            ("at L4-5", 1),
            ("T2-L2 fusion", 12),
            ("L34, L45, L5S1", 3),
            ("C4 to C7", 3),
            ("L5", 0),
            ("vitamin B12", 0),
            ("s1 gallop t4", 0),
        ] {
            assert_eq!(levels(text), n, "{text}");
        }
        assert_eq!((roots("right L4 and L5"), roots("at L4-L5")), (2, 1));
    }

    #[test]
    fn counts() {
        assert_eq!(count("excision of lesions x2"), Some(2));
        assert_eq!(count("Bengal cages times three"), Some(3));
        assert_eq!(count("three polyps"), Some(3));
        assert_eq!(count("3 x 2 cm"), None);
        assert_eq!(count("6 actinic keratoses"), Some(6));
        assert_eq!(count("two 5 mm lesions"), None);
    }

    #[test]
    fn age_and_sex_from_words() {
        let read = |text: &str| introduction(text, Patient::default()).0;
        let found = read("This is a 31-year-old gentleman.");
        assert_eq!((found.age, found.sex), (Some(31.0), Some(Sex::M)));
        assert_eq!(read("A 6-month-old girl").age, Some(0.5));
        assert_eq!(read(""), Patient::default());
    }
}
