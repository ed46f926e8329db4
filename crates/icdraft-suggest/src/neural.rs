//! The classifier beside the rules: it links lines of diagnosis lists that no lexicon knows, and its last layer turns everything that is
//! known of a drafted diagnosis into the confidence.

use std::path::Path;

use icdraft_classifier::{ClassifierError, CodeVectors, Linker, Ranker, model_name, weights_file};
use icdraft_codeset::CodeSet;
use icdraft_mention::{Meaning, Terminology};
use icdraft_note::{Encounter, SectionKind, Span};
use sha2::{Digest as _, Sha256};

use crate::candidate::Candidate;
use crate::diagnosis::{Diagnoser, NoteRead};
use crate::feature;
use crate::rank;
use crate::report::{Model, Reason};
use crate::rule::Draft;

/// Phrases of more words are no names of conditions.
const LONGEST: usize = 12;

/// Phrases of fewer bytes are none either.
const SHORTEST: usize = 6;

/// Most phrases of a note that are looked up.
const MOST: usize = 60;

/// Words whose nearest code is farther away are linked to nothing.
const NEAREST: f32 = 0.75;

/// The same where a lexicon has found a condition in them: the whole line must say clearly more.
const NEAREST_OF_KNOWN: f32 = 0.85;

/// Codes looked at until one is a diagnosis of the release.
const DEPTH: usize = 8;

/// What a linked line weighs beside one that a lexicon knows.
const TRUST: f64 = 0.5;

/// How far below the draft a suggestion stays that a rule has put there.
const MARGIN: f64 = 0.01;

/// Features told of one suggestion.
const TOLD: usize = 4;

/// An encoder with its code vectors, and the last layer where one was trained.
#[derive(Debug)]
pub(crate) struct Classifier {
    linker: Linker,
    vectors: CodeVectors,
    ranker: Option<Ranker>,
    pub(crate) model: Model,
}

impl Classifier {
    /// Reads the model of a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, ClassifierError> {
        let path = weights_file(folder)?;
        let weights = std::fs::read(&path).map_err(|source| ClassifierError::Io { path, source })?;
        let name = model_name(folder);
        let sha256 = Sha256::digest(&weights).iter().map(|b| format!("{b:02x}")).collect();
        let ranker = folder.join("ranker.json");
        let fitted = ranker.exists().then(|| Ranker::read(&ranker)).transpose()?;
        // Rules come and go; what else is gone makes it another layer.
        let is_rule = |name: &str| name.starts_with("rule ");
        let here = fitted.map(|r| r.for_features(feature::names(), is_rule)).transpose();
        let ranker = here.map_err(|gone| ClassifierError::File {
            file: ranker.display().to_string(),
            problem: format!("`{gone}` is no feature of this version; train it again with `icdraft train rank`"),
        })?;
        let vectors = CodeVectors::read(&folder.join("codes.bin"))?;
        Ok(Self { linker: Linker::open(folder)?, vectors, ranker, model: Model { name, sha256 } })
    }

    /// From this confidence on a diagnosis is drafted.
    pub(crate) fn draft_from(&self) -> f64 {
        self.ranker.as_ref().map_or(rank::DRAFT, Ranker::draft_from)
    }

    /// Candidates for words of diagnosis lists in which no lexicon found a condition, and for whole lines that say more than it found.
    pub(crate) fn candidates(
        &self,
        set: &CodeSet,
        terminology: &Terminology,
        diagnoser: &Diagnoser,
        (encounter, at): (&Encounter, usize),
        read: &NoteRead,
    ) -> Vec<Candidate> {
        let text = encounter.notes[at].text.as_str();
        let phrases = phrases(terminology, read, text);
        let texts: Vec<&str> = phrases.iter().map(|p| &text[p.span]).collect();
        let vectors = self.linker.embed(&texts).unwrap_or_default();
        let link = |(phrase, vector): (&Phrase, &Vec<f32>)| {
            let hits = self.vectors.nearest(vector, DEPTH);
            let known = |name: &str| name.parse().ok().filter(|c| set.find(*c).is_some());
            let (target, similarity) = hits.iter().find_map(|h| Some((known(h.name)?, h.similarity)))?;
            if similarity < if phrase.known { NEAREST_OF_KNOWN } else { NEAREST } {
                return None;
            }
            let mut candidate =
                diagnoser.linked(set, terminology, (encounter, at), read, (phrase.sentence, phrase.span), target)?;
            candidate.score *= TRUST * f64::from(similarity);
            candidate.reasons.push(Reason::new("model", format!("linked by meaning, similarity {similarity:.2}")));
            Some(candidate)
        };
        phrases.iter().zip(&vectors).filter_map(link).collect()
    }

    /// The features of each drafted diagnosis, `None` for other systems.
    pub(crate) fn features(&self, draft: &Draft<'_>) -> Vec<Option<Vec<f32>>> {
        let is_diagnosis = |n: &usize| draft.joined[*n].best.system == "ICD-10-CM";
        let numbers: Vec<usize> = (0..draft.joined.len()).filter(is_diagnosis).collect();
        let words = |n: &usize| {
            let best = &draft.joined[*n].best;
            &draft.encounter.notes[best.note].text.as_str()[best.span]
        };
        let texts: Vec<&str> = numbers.iter().map(words).collect();
        let vectors = self.linker.embed(&texts).unwrap_or_default();
        let mut all = vec![None; draft.joined.len()];
        for (n, vector) in numbers.iter().zip(&vectors) {
            let entry = draft.joined[*n].best.code.parse().ok().and_then(|c| draft.set.resolve(c));
            let code = entry.and_then(|(id, _)| draft.set.code(id));
            let similarity = code.and_then(|c| self.vectors.similarity(&c.to_string(), vector));
            all[*n] = Some(feature::of(draft, *n, similarity));
        }
        all
    }

    /// Gives every drafted diagnosis the last layer's confidence, and orders anew.
    pub(crate) fn rerank(&self, draft: &mut Draft<'_>) {
        let Some(ranker) = &self.ranker else { return };
        let features = self.features(draft);
        for (joined, values) in draft.joined.iter_mut().zip(features) {
            let Some(values) = values else { continue };
            let before = joined.confidence;
            // What a rule has put below the draft stays there: it knows a guideline that the data do not.
            let most = if feature::put_below(joined) { ranker.draft_from() - MARGIN } else { 1.0 };
            joined.confidence = ranker.probability(&values).min(most);
            let moved = ranker.contributions(&values).into_iter().take(TOLD);
            let moved: Vec<String> = moved.map(|(name, by)| format!("{name} {by:+.1}")).collect();
            let says = format!("rules {before:.2}, model {:.2}: {}", joined.confidence, moved.join(", "));
            joined.best.reasons.push(Reason::new("model", says));
        }
        rank::order(&mut draft.joined);
    }
}

/// Words that may name a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Phrase {
    sentence: usize,
    span: Span,
    /// Whether a lexicon found a condition in them.
    known: bool,
}

fn phrases(terminology: &Terminology, read: &NoteRead, text: &str) -> Vec<Phrase> {
    let outline = &read.annotation.outline;
    let mut found: Vec<Phrase> = Vec::new();
    for (sentence, (line, section)) in outline.sentences.iter().enumerate() {
        if !names_conditions(outline.ruling_kind(*section)) {
            continue;
        }
        let conditions = || {
            let mentions = read.annotation.mentions.iter().filter(|m| m.sentence == sentence);
            mentions.filter(|m| matches!(terminology.concept(m.concept).meaning, Meaning::Diagnosis(_)))
        };
        let whole = condition_line(text, line.span);
        let mut push = |span: Span| {
            let words = text[span].split_whitespace().count();
            let known = conditions().any(|m| m.span.overlaps(span));
            let short = (1..=LONGEST).contains(&words) && span.len() >= SHORTEST;
            if short && (!known || span == whole) && !found.iter().any(|p| p.span == span) {
                found.push(Phrase { sentence, span, known });
            }
        };
        push(whole);
        pieces(text, line.span).into_iter().for_each(&mut push);
    }
    found.truncate(MOST);
    found
}

/// The stretches of a sentence between its commas and brackets.
fn pieces(text: &str, sentence: Span) -> Vec<Span> {
    let mut start = sentence.start;
    let mut all = Vec::new();
    for part in text[sentence].split_inclusive([',', ';', ':', '(', ')', '+', '\n']) {
        all.push(condition_line(text, Span::new(start, start + part.len())));
        start += part.len();
    }
    all
}

/// Whether a section is where conditions are named.
fn names_conditions(kind: SectionKind) -> bool {
    use SectionKind as S;
    matches!(
        kind,
        S::PostoperativeDiagnosis
            | S::Diagnosis
            | S::DischargeDiagnosis
            | S::Assessment
            | S::AssessmentPlan
            | S::Impression
            | S::Findings
            | S::Pathology
    )
}

/// The line without its number, its mark and its full stop.
fn condition_line(text: &str, sentence: Span) -> Span {
    let line = &text[sentence];
    let inner = line.trim_start_matches(|c: char| !c.is_alphabetic());
    let start = sentence.start + line.len() - inner.len();
    let inner = inner.trim_end_matches(|c: char| !c.is_alphanumeric());
    Span::new(start, start + inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_stops_do_not_belong_to_the_name() {
        let text = "1. Torn hangnail. \n- itch";
        assert_eq!(&text[condition_line(text, Span::new(0, 18))], "Torn hangnail");
        assert_eq!(&text[condition_line(text, Span::new(19, 25))], "itch");
        assert!(condition_line("12.", Span::new(0, 3)).is_empty());
    }

    #[test]
    fn pieces_between_commas() {
        let text = "1. Torn hangnail, left; itch (old)";
        let shown: Vec<&str> = pieces(text, Span::new(0, text.len())).into_iter().map(|s| &text[s]).collect();
        assert_eq!(shown, ["Torn hangnail", "left", "itch", "old"]);
    }
}
