//! A note in which mistakes happened: its text with gold and drafted words marked, its mistakes, and its other codes.

use icdraft_corpus::span::CharText;
use icdraft_corpus::{CharSpan, GoldNote};
use icdraft_eval::{Found, Judged, Review, ReviewedGold, ReviewedSuggestion};

use super::mistake::{self, MistakeView};
use super::{mistake_anchor, note_anchor};
use crate::highlight;

/// Different words of one code that are quoted; the text has them all marked.
const MOST_QUOTES: usize = 4;

/// A note.
pub(super) struct NoteView<'a> {
    pub(super) anchor: String,
    pub(super) id: &'a str,
    /// Kind and specialty, where the corpus names them.
    pub(super) about: String,
    pub(super) right: usize,
    pub(super) wrong: usize,
    pub(super) missed: usize,
    pub(super) text: Vec<MarkedPiece<'a>>,
    pub(super) mistakes: Vec<MistakeView<'a>>,
    pub(super) others: Vec<List>,
}

/// A piece of the text.
pub(super) struct MarkedPiece<'a> {
    pub(super) text: &'a str,
    /// Mistakes whose words begin here.
    pub(super) begins: Vec<Reference>,
    pub(super) mark: Option<Mark>,
}

/// How a piece is marked.
pub(super) struct Mark {
    pub(super) anchor: String,
    pub(super) class: &'static str,
    /// The codes behind it.
    pub(super) says: String,
}

/// A number that leads to a mistake.
pub(super) struct Reference {
    pub(super) to: String,
    pub(super) number: usize,
}

/// Codes that are no mistakes.
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) lines: Vec<Line>,
}

/// One of them.
pub(super) struct Line {
    pub(super) code: String,
    pub(super) says: String,
    pub(super) words: Vec<Quote>,
}

/// Words of the note.
pub(super) struct Quote {
    pub(super) text: String,
    /// Where they are marked.
    pub(super) to: Option<String>,
}

/// Whose words a span is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Gold,
    Drafted,
    NotToBeCoded,
}

struct Marked {
    span: CharSpan,
    layer: Layer,
    says: String,
    /// Place of the mistake that the words belong to.
    mistake: Option<usize>,
}

/// A note, with what its words can be asked.
pub(super) struct Reader<'a> {
    at: usize,
    text: CharText<'a>,
    pub(super) review: &'a Review,
    title: &'a dyn Fn(&str, &str) -> Option<String>,
}

impl<'a> NoteView<'a> {
    pub(super) fn of(
        at: usize,
        note: &'a GoldNote,
        review: &'a Review,
        title: &'a dyn Fn(&str, &str) -> Option<String>,
    ) -> Self {
        let reader = Reader { at, text: CharText::new(&note.text), review, title };
        let places = mistake::places(review);
        let about = [note.kind.as_deref(), note.specialty.as_deref()].into_iter().flatten().collect::<Vec<_>>();
        let drafts = review.suggestions.iter().filter(|s| s.suggested.draft);
        let sure = review.mistakes.iter();
        Self {
            anchor: note_anchor(at),
            id: &review.id,
            about: about.join(", "),
            right: drafts.clone().filter(|s| s.judged == Judged::Right).count(),
            wrong: sure.clone().filter(|mistake| mistake.drafted.is_some()).count(),
            missed: sure.filter(|mistake| mistake.gold.is_some()).count(),
            text: reader.marked(&note.text, &places),
            mistakes: places.iter().enumerate().map(|(n, place)| MistakeView::of(&reader, n, *place)).collect(),
            others: reader.others(),
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn anchor(&self, mistake: usize) -> String {
        mistake_anchor(self.at, mistake)
    }

    /// The title of a code; where gold brings one and nobody else does, that.
    pub(super) fn title(&self, system: &str, code: &str) -> String {
        let of_gold = || {
            let mut same = self.review.gold.iter().filter(|g| g.code.system == system && g.code.code == code);
            same.find_map(|gold| gold.code.title.clone())
        };
        (self.title)(system, code).or_else(of_gold).unwrap_or_default()
    }

    /// Different wordings among `spans`, each with the place of the first; without one where the text does not mark them.
    pub(super) fn quotes(&self, spans: &[CharSpan], are_marked: bool) -> Vec<Quote> {
        let mut quotes: Vec<Quote> = Vec::new();
        for span in spans {
            let Some(words) = self.text.slice(*span) else { continue };
            let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
            if quotes.len() < MOST_QUOTES && !quotes.iter().any(|quote| quote.text == text) {
                quotes.push(Quote { text, to: are_marked.then(|| self.piece_anchor(span.start)) });
            }
        }
        quotes
    }

    fn piece_anchor(&self, start: usize) -> String {
        format!("{}-c{start}", note_anchor(self.at))
    }

    /// The text with the words of scored gold codes, drafts and distractors.
    fn marked(&self, text: &'a str, places: &[mistake::Place]) -> Vec<MarkedPiece<'a>> {
        let marked = self.spans(places);
        let spans: Vec<CharSpan> = marked.iter().map(|marked| marked.span).collect();
        // Mistakes whose words the last piece is among.
        let mut before: Vec<usize> = Vec::new();
        let piece = |piece: highlight::Piece<'a>| {
            let within = || piece.within.iter().map(|&at| &marked[at]);
            let mut here: Vec<usize> = within().filter_map(|marked| marked.mistake).collect();
            here.sort_unstable();
            here.dedup();
            let begins: Vec<usize> = here.iter().copied().filter(|mistake| !before.contains(mistake)).collect();
            before = here;
            let mut says: Vec<&str> = within().map(|marked| marked.says.as_str()).collect();
            says.dedup();
            MarkedPiece {
                text: piece.text,
                begins: begins.into_iter().map(|n| Reference { to: self.anchor(n), number: n + 1 }).collect(),
                mark: class(within().map(|marked| marked.layer)).map(|class| Mark {
                    anchor: self.piece_anchor(piece.start),
                    class,
                    says: says.join("; "),
                }),
            }
        };
        highlight::pieces(text, &spans).into_iter().map(piece).collect()
    }

    fn spans(&self, places: &[mistake::Place]) -> Vec<Marked> {
        let mut marked = Vec::new();
        let mut add = |spans: &[CharSpan], layer, says: &str, mistake| {
            marked.extend(spans.iter().map(|&span| Marked { span, layer, says: says.to_owned(), mistake }));
        };
        for (at, gold) in self.review.gold.iter().enumerate().filter(|(_, gold)| gold.found != Found::NotScored) {
            let mistake = places.iter().position(|place| place.gold == Some(at));
            add(&gold.code.evidence_spans, Layer::Gold, &format!("gold {}", gold.code.code), mistake);
        }
        for (at, s) in self.review.suggestions.iter().enumerate().filter(|(_, s)| is_scored_draft(s)) {
            let mistake = places.iter().position(|place| place.drafted == Some(at));
            add(&s.suggested.evidence, Layer::Drafted, &format!("drafted {}", s.suggested.code), mistake);
        }
        for distractor in &self.review.distractors {
            let says = format!("gold: {}, not {}", distractor.reason.replace('_', " "), distractor.wrong_code);
            add(&[distractor.span], Layer::NotToBeCoded, &says, None);
        }
        marked
    }

    /// The codes that are no mistakes, in lists; empty ones are left out.
    fn others(&self) -> Vec<List> {
        let review = self.review;
        let drafted = |judged: Judged| {
            let of = move |s: &&ReviewedSuggestion| s.suggested.draft && s.judged == judged;
            review.suggestions.iter().filter(of).map(|s| self.suggested(s)).collect()
        };
        let below = review.suggestions.iter().filter(|s| !s.suggested.draft && s.judged != Judged::NotScored);
        let missed = review.gold.iter().filter(|gold| gold.found > Found::Drafted && is_arguable(gold));
        let refused = review.refused.iter().map(|refused| Line {
            code: refused.code.clone(),
            says: refused.reason.replace('_', " "),
            words: self.quotes(&[refused.span], false),
        });
        let distractors = review.distractors.iter().map(|distractor| Line {
            code: distractor.wrong_code.clone(),
            says: distractor.reason.replace('_', " "),
            words: self.quotes(&[distractor.span], true),
        });
        let lists = [
            ("drafted and right", drafted(Judged::Right)),
            ("drafted, arguable in gold", drafted(Judged::Arguable)),
            ("arguable in gold, not drafted", missed.map(|gold| self.of_gold(gold)).collect()),
            ("suggested below the draft", below.map(|s| self.suggested(s)).collect()),
            ("understood and not coded", refused.collect()),
            ("not to be coded, says gold", distractors.collect()),
            ("drafted in a system that is not scored", drafted(Judged::NotScored)),
        ];
        lists.into_iter().map(|(name, lines)| List { name, lines }).filter(|list| !list.lines.is_empty()).collect()
    }

    fn suggested(&self, suggestion: &ReviewedSuggestion) -> Line {
        let suggested = &suggestion.suggested;
        let confidence = suggested.confidence.map(|confidence| format!("{confidence:.2}"));
        let title = Some(self.title(&suggested.system, &suggested.code)).filter(|title| !title.is_empty());
        Line {
            code: mistake::with_modifiers(&suggested.code, &suggested.modifiers),
            says: [confidence, title].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            words: self.quotes(&suggested.evidence, is_scored_draft(suggestion)),
        }
    }

    fn of_gold(&self, gold: &ReviewedGold) -> Line {
        Line {
            code: mistake::with_modifiers(&gold.code.code, &gold.code.modifiers),
            says: self.title(&gold.code.system, &gold.code.code),
            words: self.quotes(&gold.code.evidence_spans, gold.found != Found::NotScored),
        }
    }
}

fn is_arguable(gold: &ReviewedGold) -> bool {
    gold.found != Found::NotScored && gold.code.certainty == icdraft_corpus::Certainty::Arguable
}

fn is_scored_draft(suggestion: &ReviewedSuggestion) -> bool {
    suggestion.suggested.draft && suggestion.judged != Judged::NotScored
}

/// The class of a piece in `style.css`; none where nobody speaks of it.
fn class(layers: impl Iterator<Item = Layer>) -> Option<&'static str> {
    let (mut gold, mut drafted, mut not) = (false, false, false);
    for layer in layers {
        match layer {
            Layer::Gold => gold = true,
            Layer::Drafted => drafted = true,
            Layer::NotToBeCoded => not = true,
        }
    }
    match (gold, drafted, not) {
        (false, false, false) => None,
        (true, false, false) => Some("gold"),
        (false, true, false) => Some("drafted"),
        (true, true, false) => Some("both"),
        (false, false, true) => Some("not"),
        (true, false, true) => Some("gold not"),
        (false, true, true) => Some("drafted not"),
        (true, true, true) => Some("both not"),
    }
}
