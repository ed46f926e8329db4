//! The classifier beside the rules: it links lines of lists that no lexicon knows, and its last layers turn everything that is known of
//! a suggestion into the confidence.

mod phrase;

use std::path::Path;

use icdraft_classifier::{ClassifierError, CodeVectors, Linker, Rankers, checksum, embedded, model_name, weights_file};
use icdraft_codeset::CodeSet;
use icdraft_mention::Terminology;
use icdraft_note::Encounter;

use crate::candidate::Candidate;
use crate::diagnosis::{Diagnoser, NoteRead};
use crate::feature::{self, Features, Kind};
use crate::procedure;
use crate::rank;
use crate::report::{Model, Reason};
use crate::rule::Draft;
use phrase::Phrase;

/// Words whose nearest code is farther away are linked to nothing.
const NEAREST: f32 = 0.75;

/// The same where a lexicon has found a condition in them: the whole line must say clearly more.
const NEAREST_OF_KNOWN: f32 = 0.85;

/// The same for words of a title and the nearest procedure: a title names one in any case.
const NEAREST_OF_TITLE: f32 = 0.6;

/// Codes looked at until one is of the release and the system asked for.
const DEPTH: usize = 8;

/// What linked words weigh beside those that a lexicon knows.
const TRUST: f64 = 0.5;

/// How far below the draft a suggestion stays that a rule has put there.
const MARGIN: f64 = 0.01;

/// Features, and words, told of one suggestion.
const TOLD: usize = 4;

/// A word whose removal takes away less is not told as one that carries a link.
const CARRIES: f32 = 0.03;

/// An encoder with its code vectors, and the last layers that were trained.
#[derive(Debug)]
pub(crate) struct Classifier {
    linker: Linker,
    vectors: CodeVectors,
    rankers: Rankers,
    pub(crate) model: Model,
}

impl Classifier {
    /// The model compiled in.
    pub(crate) fn embedded() -> Result<Self, ClassifierError> {
        let model = Model { name: embedded::NAME.into(), sha256: checksum(embedded::WEIGHTS) };
        let rankers = here(embedded::NAME, &embedded::rankers()?)?;
        Ok(Self { linker: embedded::linker()?, vectors: embedded::vectors()?, rankers, model })
    }

    /// Reads the model of a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, ClassifierError> {
        let path = weights_file(folder)?;
        let weights = std::fs::read(&path).map_err(|source| ClassifierError::Io { path, source })?;
        let name = model_name(folder);
        let path = folder.join("ranker.json");
        let fitted = if path.exists() { Rankers::read(&path)? } else { Rankers::default() };
        let rankers = here(&path.display().to_string(), &fitted)?;
        let vectors = CodeVectors::read(&folder.join("codes.bin"))?;
        let model = Model { name, sha256: checksum(&weights) };
        Ok(Self { linker: Linker::open(folder)?, vectors, rankers, model })
    }

    /// Candidates for words of lists in which no lexicon found a condition or a procedure, and for whole lines of diagnoses that say
    /// more than it found.
    pub(crate) fn candidates(
        &self,
        set: &CodeSet,
        terminology: &Terminology,
        diagnoser: &Diagnoser,
        (encounter, at): (&Encounter, usize),
        read: &NoteRead,
    ) -> Vec<Candidate> {
        let text = encounter.notes[at].text.as_str();
        let code = |name: &str| name.parse().ok().filter(|c| set.find(*c).is_some());
        let mut all =
            self.linked(text, &phrase::conditions(terminology, read, text), code, |phrase, code, similarity| {
                let least = if phrase.known { NEAREST_OF_KNOWN } else { NEAREST };
                let place = (phrase.sentence, phrase.span);
                (similarity >= least)
                    .then(|| diagnoser.linked(set, terminology, (encounter, at), read, place, code))
                    .flatten()
            });
        let is_cpt = |number: &usize| terminology.procedures()[*number].system() == "CPT";
        let number = |name: &str| terminology.procedure(name).filter(is_cpt);
        let titles = phrase::procedures(terminology, read, text);
        all.extend(self.linked(text, &titles, number, |phrase, number, similarity| {
            let place = (phrase.sentence, phrase.span);
            (similarity >= NEAREST_OF_TITLE)
                .then(|| procedure::linked(terminology, (encounter, at), &read.annotation, place, number))
                .flatten()
        }));
        all
    }

    /// Each phrase linked to the nearest code that is a `target`, where `candidate` makes one of it.
    fn linked<T>(
        &self,
        text: &str,
        phrases: &[Phrase],
        target: impl Fn(&str) -> Option<T>,
        candidate: impl Fn(&Phrase, T, f32) -> Option<Candidate>,
    ) -> Vec<Candidate> {
        let texts: Vec<&str> = phrases.iter().map(|p| &text[p.span]).collect();
        let vectors = self.linker.embed(&texts).unwrap_or_default();
        let link = |(phrase, vector): (&Phrase, &Vec<f32>)| {
            let hits = self.vectors.nearest(vector, DEPTH);
            let (hit, target) = hits.iter().find_map(|h| Some((h, target(h.name)?)))?;
            let mut candidate = candidate(phrase, target, hit.similarity)?;
            candidate.score *= TRUST * f64::from(hit.similarity);
            let carried = self.carried(&text[phrase.span], hit.name, hit.similarity);
            let says = format!("linked by meaning, similarity {:.2}{carried}", hit.similarity);
            candidate.reasons.push(Reason::new("model", says));
            Some(candidate)
        };
        phrases.iter().zip(&vectors).filter_map(link).collect()
    }

    /// The words that carry a link, with what the similarity loses when each is left out (occlusion).
    fn carried(&self, phrase: &str, name: &str, similarity: f32) -> String {
        let words: Vec<&str> = phrase.split_whitespace().collect();
        if words.len() < 2 {
            return String::new();
        }
        let without = |n: usize| [&words[..n], &words[n + 1..]].concat().join(" ");
        let occluded: Vec<String> = (0..words.len()).map(without).collect();
        let texts: Vec<&str> = occluded.iter().map(String::as_str).collect();
        let vectors = self.linker.embed(&texts).unwrap_or_default();
        let lost = |vector: &Vec<f32>| similarity - self.vectors.similarity(name, vector).unwrap_or(0.0);
        let mut told: Vec<(&str, f32)> = words.into_iter().zip(vectors.iter().map(lost)).collect();
        told.retain(|(_, lost)| *lost >= CARRIES);
        told.sort_by(|a, b| b.1.total_cmp(&a.1));
        told.truncate(TOLD);
        let told: Vec<String> = told.into_iter().map(|(word, lost)| format!("{word} -{lost:.2}")).collect();
        if told.is_empty() { String::new() } else { format!("; without a word: {}", told.join(", ")) }
    }

    /// The features of each suggestion, and the name of the last layer that reads them.
    pub(crate) fn features(&self, draft: &Draft<'_>) -> Vec<Features> {
        let words = |joined: &rank::Joined| {
            let best = &joined.best;
            &draft.encounter.notes[best.note].text.as_str()[best.span]
        };
        let texts: Vec<&str> = draft.joined.iter().map(words).collect();
        let vectors = self.linker.embed(&texts).unwrap_or_default();
        let similarity = |joined: &rank::Joined, vector: &Vec<f32>| {
            // Vectors belong to entries of the tabular list; what a 7th character or a subdivision adds has none of its own.
            let entry = || draft.set.resolve(joined.best.code.parse().ok()?).and_then(|(id, _)| draft.set.code(id));
            let entry = (joined.best.system == "ICD-10-CM").then(entry).flatten().map(|code| code.to_string());
            self.vectors.similarity(entry.as_deref().unwrap_or(&joined.best.code), vector)
        };
        let kind = Kind::of(draft);
        let each = draft.joined.iter().zip(&vectors).enumerate();
        each.map(|(n, (joined, vector))| Features::of(draft, n, kind, similarity(joined, vector))).collect()
    }

    /// Gives every suggestion its last layer's confidence, and orders anew.
    pub(crate) fn rerank(&self, draft: &mut Draft<'_>) {
        if self.rankers.is_empty() {
            return;
        }
        let features = self.features(draft);
        for (joined, features) in draft.joined.iter_mut().zip(features) {
            let Some(ranker) = self.rankers.of(&features.layer) else { continue };
            let (before, values) = (joined.confidence, &features.values);
            joined.draft_from = ranker.draft_from();
            // What a rule has put below the draft stays there: it knows a guideline that the data do not.
            let most = if features.put_below { joined.draft_from - MARGIN } else { 1.0 };
            joined.confidence = ranker.probability(values).min(most);
            let moved = ranker.contributions(values).into_iter().take(TOLD);
            let moved: Vec<String> = moved.map(|(name, by)| format!("{name} {by:+.1}")).collect();
            let says = format!("rules {before:.2}, model {:.2}: {}", joined.confidence, moved.join(", "));
            joined.best.reasons.push(Reason::new("model", says));
        }
        rank::order(&mut draft.joined);
    }
}

/// The last layers brought to the features of this version. Rules come and go; what else is gone makes it another layer.
fn here(file: &str, rankers: &Rankers) -> Result<Rankers, ClassifierError> {
    let is_rule = |name: &str| name.starts_with("rule ");
    rankers.for_features(feature::names(), is_rule).map_err(|gone| ClassifierError::File {
        file: file.to_owned(),
        problem: format!("`{gone}` is no feature of this version; train it again with `icdraft train rank`"),
    })
}
