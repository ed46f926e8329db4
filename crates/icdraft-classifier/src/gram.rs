//! Hashed character n-grams: what a model knows of words that it never saw whole.

/// Buckets of the 3- and 4-grams and whole words of `text`, each word with its edges marked. A gram that stands twice counts twice.
pub fn grams(text: &str, buckets: usize) -> Vec<u32> {
    let mut found = Vec::new();
    let plain = text.to_lowercase();
    for word in plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let marked: Vec<char> = std::iter::once('<').chain(word.chars()).chain(std::iter::once('>')).collect();
        found.push(bucket(&marked, buckets));
        for n in [3, 4] {
            // The whole word is there already.
            if marked.len() > n {
                found.extend(marked.windows(n).map(|gram| bucket(gram, buckets)));
            }
        }
    }
    found
}

/// 32-bit FNV-1a over the code points: the same on every machine, and written down so that a model stays valid.
fn bucket(gram: &[char], buckets: usize) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    for c in gram {
        for byte in u32::from(*c).to_le_bytes().into_iter().take_while(|b| *b != 0) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    hash % u32::try_from(buckets.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_share_the_grams_of_their_parts() {
        // <cyst>: the word, 4 trigrams, 3 four-grams.
        let cyst = grams("Cyst", 1 << 20);
        assert_eq!(cyst.len(), 8);
        let shared = |other: &str| grams(other, 1 << 20).into_iter().filter(|g| cyst.contains(g)).count();
        assert_eq!(shared("cyst"), 8);
        // <cy cys yst, <cys cyst
        assert_eq!(shared("cystic"), 5);
        assert_eq!(shared("bone"), 0);
    }

    #[test]
    fn short_words_and_none() {
        assert!(grams("", 64).is_empty());
        assert!(grams(" -, ", 64).is_empty());
        // <b>: the word alone is its only gram.
        assert_eq!(grams("B", 64).len(), 1);
    }
}
