//! One mistake in its note: the codes, their words, and the chain of reasons that led to it.

use std::collections::BTreeMap;

use icdraft_corpus::CharSpan;
use icdraft_eval::{Found, Judged, Refusal, Review, ReviewedGold, ReviewedSuggestion, Step};

use super::note::{Quote, Reader};

/// Readings of the words of a missed code that are shown.
const MOST_READINGS: usize = 5;

/// A mistake.
pub(super) struct MistakeView<'a> {
    pub(super) anchor: String,
    pub(super) number: usize,
    pub(super) kind: &'static str,
    pub(super) section: String,
    pub(super) gold: Option<Told>,
    pub(super) drafted: Option<Told>,
    pub(super) chains: Vec<Chain<'a>>,
}

/// A code, as gold or the draft tells it.
pub(super) struct Told {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) detail: String,
    pub(super) words: Vec<Quote>,
}

/// Steps of reasoning, with what they are about.
pub(super) struct Chain<'a> {
    pub(super) about: String,
    pub(super) words: Vec<Quote>,
    pub(super) steps: &'a [Step],
}

/// Where the codes of a mistake stand in its review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// In `gold`.
    pub(super) gold: Option<usize>,
    /// In `suggestions`.
    pub(super) drafted: Option<usize>,
}

/// The place of each mistake. A code that occurs twice belongs to one mistake each time.
pub(super) fn places(review: &Review) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for mistake in &review.mistakes {
        let is_it = |at: &usize, gold: &ReviewedGold, code: &str| {
            gold.found > Found::Drafted
                && gold.code.system == mistake.system
                && gold.code.code == code
                && !places.iter().any(|place| place.gold == Some(*at))
        };
        let is_draft = |at: &usize, s: &ReviewedSuggestion, code: &str| {
            s.suggested.draft
                && s.judged == Judged::Wrong
                && s.suggested.system == mistake.system
                && s.suggested.code == code
                && !places.iter().any(|place| place.drafted == Some(*at))
        };
        let gold = mistake
            .gold
            .as_deref()
            .and_then(|code| review.gold.iter().enumerate().find(|(at, gold)| is_it(at, gold, code)).map(|(at, _)| at));
        let drafted = mistake.drafted.as_deref().and_then(|code| {
            review.suggestions.iter().enumerate().find(|(at, s)| is_draft(at, s, code)).map(|(at, _)| at)
        });
        places.push(Place { gold, drafted });
    }
    places
}

impl<'a> MistakeView<'a> {
    pub(super) fn of(reader: &Reader<'a>, at: usize, place: Place) -> Self {
        let review = reader.review;
        let mistake = &review.mistakes[at];
        let gold = place.gold.map(|at| (at, &review.gold[at]));
        let drafted = place.drafted.map(|at| &review.suggestions[at]);
        let mut chains: Vec<Chain<'a>> = drafted.map(|s| why_drafted(reader, s)).unwrap_or_default();
        if let Some((at, gold)) = gold {
            chains.extend(what_was_read(reader, at, gold, drafted));
        }
        Self {
            anchor: reader.anchor(at),
            number: at + 1,
            kind: mistake.kind.says(),
            section: if mistake.section == "none" { String::new() } else { mistake.section.replace('_', " ") },
            gold: gold.map(|(_, gold)| told_by_gold(reader, gold)),
            drafted: drafted.map(|s| told_by_draft(reader, s)),
            chains,
        }
    }
}

fn told_by_gold(reader: &Reader<'_>, gold: &ReviewedGold) -> Told {
    let code = &gold.code;
    Told {
        code: with_modifiers(&code.code, &code.modifiers),
        title: reader.title(&code.system, &code.code),
        detail: match code.alternatives.as_slice() {
            [] => String::new(),
            others => format!("or {}", others.join(", ")),
        },
        words: reader.quotes(&code.evidence_spans, true),
    }
}

fn told_by_draft(reader: &Reader<'_>, suggestion: &ReviewedSuggestion) -> Told {
    let suggested = &suggestion.suggested;
    Told {
        code: with_modifiers(&suggested.code, &suggested.modifiers),
        title: reader.title(&suggested.system, &suggested.code),
        detail: suggested.confidence.map(|confidence| format!("confidence {confidence:.2}")).unwrap_or_default(),
        words: reader.quotes(&suggested.evidence, true),
    }
}

/// The reasons of a wrong draft, and what gold has against its words.
fn why_drafted<'a>(reader: &Reader<'a>, suggestion: &'a ReviewedSuggestion) -> Vec<Chain<'a>> {
    let suggested = &suggestion.suggested;
    let about = match suggested.reasons.is_empty() {
        true => format!("{} was drafted; its line gives no reasons", suggested.code),
        false => format!("why {} was drafted", suggested.code),
    };
    let mut chains = vec![Chain { about, words: Vec::new(), steps: &suggested.reasons }];
    let mut against: BTreeMap<(&str, &str), Vec<CharSpan>> = BTreeMap::new();
    for distractor in reader.review.distractors.iter().filter(|d| touches(&suggested.evidence, d.span)) {
        against.entry((&distractor.reason, &distractor.wrong_code)).or_default().push(distractor.span);
    }
    chains.extend(against.into_iter().map(|((reason, wrong), spans)| Chain {
        about: format!("gold: {}, not to be coded as {wrong}:", reason.replace('_', " ")),
        words: reader.quotes(&spans, true),
        steps: &[],
    }));
    chains
}

/// What became of the words of a missed code.
fn what_was_read<'a>(
    reader: &Reader<'a>,
    at: usize,
    gold: &ReviewedGold,
    drafted: Option<&ReviewedSuggestion>,
) -> Vec<Chain<'a>> {
    let (code, words) = (&gold.code.code, &gold.code.evidence_spans);
    let others = reader.review.suggestions.iter().filter(|s| !drafted.is_some_and(|drafted| std::ptr::eq(drafted, *s)));
    let near = others.filter(|s| s.meets == Some(at) || s.suggested.evidence.iter().any(|e| touches(words, *e)));
    // The code itself first, then what else was made of its words.
    let (own, others): (Vec<_>, Vec<_>) = near.partition(|s| s.meets == Some(at));
    let near = own.into_iter().chain(others);
    let suggestion = |s: &'a ReviewedSuggestion| {
        let confidence = s.suggested.confidence.map(|c| format!(" with {c:.2}")).unwrap_or_default();
        let place = if s.suggested.draft { "drafted" } else { "below the draft" };
        let about = match s.meets == Some(at) {
            true => format!("{} was suggested, {place}{confidence}", s.suggested.code),
            false => format!("its words were read as {}, {place}{confidence}", s.suggested.code),
        };
        Chain { about, words: Vec::new(), steps: &s.suggested.reasons }
    };
    let refusal = |refused: &'a Refusal| Chain {
        about: format!("its words were refused as {}, {}:", refused.code, refused.reason.replace('_', " ")),
        words: reader.quotes(&[refused.span], false),
        steps: &[],
    };
    let refused = reader.review.refused.iter().filter(|refused| touches(words, refused.span));
    let mut chains: Vec<Chain<'a>> = near.map(suggestion).chain(refused.map(refusal)).take(MOST_READINGS).collect();
    if chains.is_empty() && drafted.is_none() {
        let about = match words.is_empty() {
            true => format!("gold names no words for {code}, and it was not suggested"),
            false => format!("nothing was read from the words of {code}"),
        };
        chains.push(Chain { about, words: Vec::new(), steps: &[] });
    }
    chains
}

fn touches(words: &[CharSpan], span: CharSpan) -> bool {
    words.iter().any(|word| word.overlap(span) > 0)
}

/// `49505-RT`.
pub(super) fn with_modifiers(code: &str, modifiers: &[String]) -> String {
    std::iter::once(code).chain(modifiers.iter().map(String::as_str)).collect::<Vec<_>>().join("-")
}
