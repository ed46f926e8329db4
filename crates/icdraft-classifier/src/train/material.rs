//! What is learned from: wordings and the codes they stand for.

use std::collections::BTreeMap;

/// Where a wording comes from; says how often it is drawn as a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Title of the tabular list.
    Title,
    /// Inclusion term of the tabular list.
    Inclusion,
    /// Phrase of the project's lexicon.
    Lexicon,
    /// The alphabetic index.
    Index,
    /// The neoplasm table.
    Neoplasm,
    /// The table of drugs.
    Drug,
    /// The index of external causes.
    ExternalCause,
    /// Name or phrase of a procedure, drug or supply.
    Procedure,
    /// Name of a condition in a public ontology.
    Ontology,
}

impl Source {
    /// How often a wording is drawn as a query, beside the others.
    pub(crate) fn weight(self) -> f64 {
        match self {
            Self::Inclusion | Self::Lexicon | Self::Index => 1.0,
            Self::Neoplasm | Self::Procedure | Self::Ontology => 0.5,
            Self::Title => 0.4,
            Self::ExternalCause => 0.3,
            Self::Drug => 0.15,
        }
    }
}

/// A wording and its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The words.
    pub text: String,
    /// Name of the code they stand for.
    pub code: String,
    /// Where they come from.
    pub source: Source,
}

/// Wordings by code.
#[derive(Debug, Default)]
pub struct Material {
    pub(crate) names: Vec<String>,
    pub(crate) texts: Vec<(String, Source)>,
    /// Number of the code of each text.
    pub(crate) owners: Vec<u32>,
    /// Numbers of the texts of each code.
    pub(crate) of_code: Vec<Vec<u32>>,
    /// Numbers of the codes of each category.
    pub(crate) categories: Vec<Vec<u32>>,
    /// Number of the category of each code.
    pub(crate) category_of: Vec<u32>,
}

impl Material {
    /// Sorts wordings by code; a wording that a code has twice (in any case) is kept once.
    pub fn new(wordings: impl IntoIterator<Item = Wording>) -> Self {
        let mut by_code: BTreeMap<String, BTreeMap<String, (String, Source)>> = BTreeMap::new();
        for Wording { text, code, source } in wordings {
            let text = text.trim().to_owned();
            if !text.is_empty() {
                by_code.entry(code).or_default().entry(text.to_lowercase()).or_insert((text, source));
            }
        }
        let mut all = Self::default();
        let mut categories: BTreeMap<String, u32> = BTreeMap::new();
        for (code, texts) in by_code {
            let number = u32::try_from(all.names.len()).unwrap_or(u32::MAX);
            let next = u32::try_from(all.categories.len()).unwrap_or(u32::MAX);
            let category = *categories.entry(category(&code).to_owned()).or_insert(next);
            if category == next {
                all.categories.push(Vec::new());
            }
            all.categories[category as usize].push(number);
            all.category_of.push(category);
            all.names.push(code);
            all.of_code.push(Vec::new());
            for text in texts.into_values() {
                all.of_code[number as usize].push(u32::try_from(all.texts.len()).unwrap_or(u32::MAX));
                all.owners.push(number);
                all.texts.push(text);
            }
        }
        all
    }

    /// Names of the codes with their texts and sources, in the order of the names.
    pub fn codes(&self) -> impl Iterator<Item = (&str, Vec<(&str, Source)>)> {
        let all = self.names.iter().zip(&self.of_code).filter(|(name, _)| !name.starts_with(NO_CODE));
        all.map(|(name, texts)| {
            let texts = texts.iter().map(|t| (self.texts[*t as usize].0.as_str(), self.texts[*t as usize].1));
            (name.as_str(), texts.collect())
        })
    }

    /// Whether a number is that of a code, and not of a condition without one.
    pub(crate) fn has_code(&self, number: u32) -> bool {
        !self.names[number as usize].starts_with(NO_CODE)
    }

    /// How many wordings there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether two codes are one or one stands above the other: then neither is a wrong answer for the other.
    pub(crate) fn related(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.names[a as usize].as_str(), self.names[b as usize].as_str());
        a.starts_with(b) || b.starts_with(a)
    }
}

/// Begins the name of what has no code.
const NO_CODE: char = '=';

/// The name under which wordings of one condition stand together that has no code.
pub fn group(id: &str) -> String {
    format!("{NO_CODE}{id}")
}

/// The first three characters: a category of the tabular list, a neighbourhood of procedures. A condition without a code has its own.
pub(crate) fn category(code: &str) -> &str {
    if code.starts_with(NO_CODE) { code } else { code.get(..3).unwrap_or(code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_are_sorted_by_code_and_kept_once() {
        let wording = |text: &str, code: &str| Wording { text: text.into(), code: code.into(), source: Source::Index };
        let all = Material::new([
            wording("Abscess, lung", "J85.2"),
            wording("abscess, LUNG", "J85.2"),
            wording("Gangrene, lung", "J85.0"),
            wording(" ", "J85.0"),
            wording("Abscess", "L02"),
        ]);
        assert_eq!((all.names.len(), all.len(), all.categories.len()), (3, 3, 2));
        assert!(!all.related(0, 1));
        let above = Material::new([wording("a", "J85"), wording("b", "J85.0"), wording("c", "J85.2")]);
        assert!(above.related(0, 1) && above.related(2, 0) && !above.related(1, 2));
    }
}
