//! Words in their plain form: lower case, US spelling, singular, no possessive. The same function serves patterns and notes.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

struct Tables {
    british: Vec<(String, String)>,
    irregular: FxHashMap<String, String>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let rows = |bytes: &'static [u8]| -> Vec<(String, String)> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(bytes);
        reader.deserialize().collect::<Result<_, _>>().expect("word tables are checked by the tests")
    };
    Tables {
        british: rows(include_bytes!("../data/spelling.tsv")),
        irregular: rows(include_bytes!("../data/irregular.tsv")).into_iter().collect(),
    }
});

/// Lower-cases into `out`, accents folded; cheap for ASCII.
pub(crate) fn fold_into(word: &str, out: &mut String) {
    out.clear();
    if word.is_ascii() {
        out.extend(word.bytes().map(|b| char::from(b.to_ascii_lowercase())));
    } else {
        out.extend(
            word.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase),
        );
    }
}

/// The plain form of a folded word.
pub(crate) fn stem(folded: &str) -> String {
    let tables = &*TABLES;
    let word = folded.strip_suffix("'s").or(folded.strip_suffix("\u{2019}s")).unwrap_or(folded);
    let word = word.trim_matches(|c| c == '\'' || c == '\u{2019}');
    if let Some(singular) = tables.irregular.get(word) {
        return singular.clone();
    }
    let mut word = word.to_owned();
    if word.contains("ae")
        || word.contains("oe")
        || word.contains("our")
        || word.contains("re")
        || word.contains("leuc")
        || word.contains("sulph")
        || word.contains("disc")
        || word.contains("ageing")
        || word.contains("sceptic")
    {
        for (british, american) in &tables.british {
            // "disc" stands for the disk alone: "discharge" and "discrete" are other words.
            let whole = british == "disc";
            if whole && (word == "disc" || word == "discs") || !whole && word.contains(british.as_str()) {
                word = word.replace(british.as_str(), american);
            }
        }
    }
    let n = word.len();
    if !word.ends_with('s') || n < 4 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return word;
    }
    if word.ends_with("ies") && n > 4 {
        word.truncate(n - 3);
        word.push('y');
    } else if ["sses", "xes", "shes", "zes"].iter().any(|e| word.ends_with(e)) {
        word.truncate(n - 2);
    } else if word.ends_with("oses") {
        word.truncate(n - 2);
        word.push_str("is");
    } else if !["ss", "us", "is", "ceps"].iter().any(|e| word.ends_with(e)) {
        word.truncate(n - 1);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_forms() {
        for (word, plain) in [
            ("hernias", "hernia"),
            ("biopsies", "biopsy"),
            ("abscesses", "abscess"),
            ("headaches", "headache"),
            ("crohn's", "crohn"),
            ("stenoses", "stenosis"),
            ("haemorrhoids", "hemorrhoid"),
            ("oedema", "edema"),
            ("tumours", "tumor"),
            ("discs", "disk"),
            ("discharge", "discharge"),
            ("arthritis", "arthritis"),
            ("uterus", "uterus"),
            ("diabetes", "diabete"),
            ("polyps", "polyp"),
            ("biceps", "biceps"),
            ("pancreas", "pancrea"),
            ("lipomas", "lipoma"),
            ("caesarean", "cesarean"),
            ("dyspnoea", "dyspnea"),
            ("anaemia", "anemia"),
            ("metastases", "metastasis"),
            ("pus", "pus"),
            ("mass", "mass"),
            ("masses", "mass"),
            ("l5s", "l5s"),
            ("gas", "gas"),
        ] {
            assert_eq!(stem(word), plain, "{word}");
        }
    }

    #[test]
    fn plain_forms_are_stable() {
        for word in ["hernias", "biopsies", "haemorrhoids", "discs", "masses"] {
            assert_eq!(stem(&stem(word)), stem(word), "{word}");
        }
    }
}
