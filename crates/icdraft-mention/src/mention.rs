//! Mentions: what a note speaks of, with assertion and side.

use std::cell::RefCell;

use icdraft_note::{Note, Outline, Patient, SectionKind, Span};
use rustc_hash::FxHashMap;

use crate::assertion::{Assertion, Cue, assess};
use crate::condition::{Condition, Field, Measure, Surroundings};
use crate::extent::Asked;
use crate::laterality::{self, Laterality, Side, SideSource};
use crate::quantity;
use crate::terminology::{Atom, Concept, Meaning, Terminology};
use crate::vocabulary::{COMMA, Stream, Token, UNKNOWN, Word};

/// A concept found in a note.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Number of the concept in the terminology.
    pub concept: usize,
    /// From the first word to the last.
    pub span: Span,
    /// Number of its sentence in the outline.
    pub sentence: usize,
    /// Number of its section in the outline.
    pub section: usize,
    /// Words matched.
    pub words: usize,
    /// How they stand.
    pub order: Order,
    /// Polarity, certainty, temporality, experiencer.
    pub assertion: Assertion,
    /// The side, where the note tells it.
    pub laterality: Option<Laterality>,
}

/// How the words of a mention stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As a phrase of the terminology has them.
    Phrase,
    /// Scattered over a title line.
    Scattered,
}

/// A note with everything that was read from it.
#[derive(Debug)]
pub struct Annotation {
    /// Sections and sentences.
    pub outline: Outline,
    /// Mentions in order of their first word.
    pub mentions: Vec<Mention>,
    /// Age and sex: the caller's, completed from the note's words.
    pub patient: Patient,
    /// Weeks of gestation, where the note states them.
    pub weeks: Option<u32>,
    stream: Stream,
    cues: Vec<Vec<Cue>>,
}

/// A part found: which atom, over which tokens.
#[derive(Debug, Clone, Copy)]
struct Found {
    atom: Atom,
    first: usize,
    last: usize,
    /// Sides that the wording requires.
    sides: usize,
}

/// A concept found in a sentence, before overlaps are resolved.
#[derive(Debug)]
struct Raw {
    concept: usize,
    /// Token ranges of its parts, in order.
    parts: Vec<(usize, usize)>,
    words: usize,
    conditions: usize,
    order: Order,
}

impl Raw {
    fn hull(&self) -> (usize, usize) {
        (self.parts[0].0, self.parts.iter().map(|p| p.1).max().unwrap_or(self.parts[0].1))
    }

    /// Whether every word of `self` is a word of `other`.
    fn within(&self, other: &Raw) -> bool {
        self.parts.iter().all(|&(first, last)| other.parts.iter().any(|&(f, l)| f <= first && last <= l))
    }
}

/// The note as conditions see it, and what they have learnt of it, by concept and condition.
struct WholeNote<'a> {
    field: Field<'a>,
    asked: RefCell<FxHashMap<(usize, usize), bool>>,
}

fn sides(tokens: &[Token]) -> impl Iterator<Item = Side> + '_ {
    tokens.iter().filter_map(|t| t.side)
}

/// Most words between the nearest parts of one concept.
const GAP: usize = 10;

impl Annotation {
    /// Reads a note.
    pub fn of(terminology: &Terminology, note: &Note, patient: Patient) -> Self {
        let text = note.text.as_str();
        let outline = Outline::of(text);
        let stream = Stream::of(text, &outline, &terminology.vocabulary);
        let (patient, weeks) = quantity::introduction(text, patient);
        let cues = terminology.cues.find(&stream);
        let mut annotation = Self { outline, mentions: Vec::new(), patient, weeks, stream, cues };
        annotation.mentions = annotation.find(terminology, text);
        annotation
    }

    fn find(&self, terminology: &Terminology, text: &str) -> Vec<Mention> {
        let mut found: Vec<Vec<Found>> = vec![Vec::new(); self.outline.sentences.len()];
        for occurrence in terminology.matcher.occurrences(&self.stream.symbols) {
            for (atom, fit) in terminology.fits(&self.stream.symbols, occurrence) {
                let (first, last) = self.stream.tokens_of(fit.start, fit.end);
                let sentence = self.stream.starts.partition_point(|&s| s <= first) - 1;
                if fit.sides.iter().all(|&side| self.has_side(side, sentence, first, last)) {
                    found[sentence].push(Found { atom, first, last, sides: fit.sides.len() });
                }
            }
        }
        let section_sides: Vec<Option<Laterality>> = self
            .outline
            .sections
            .iter()
            .map(|s| self.header_side(text, s.id).or_else(|| self.section_side(s.id)))
            .collect();
        let procedure_side = self
            .line_side(&[SectionKind::ProcedurePerformed])
            .or_else(|| self.line_side(&[SectionKind::PostoperativeDiagnosis]))
            .or_else(|| self.line_side(&[SectionKind::PreoperativeDiagnosis]))
            .or_else(|| laterality::only_side(self.stream.tokens.iter(), SideSource::Note));
        // What holds for the whole note is asked once, however often its concept turns up.
        let whole = WholeNote {
            field: Field::new(&self.stream.symbols, sides(&self.stream.tokens)),
            asked: RefCell::default(),
        };
        let mut mentions = Vec::new();
        for (sentence, found) in found.iter().enumerate() {
            let titled =
                self.outline.ruling_kind(self.outline.sentences[sentence].1) == SectionKind::ProcedurePerformed;
            if found.is_empty() && !titled {
                continue;
            }
            for raw in resolve(terminology, self.concepts(terminology, text, sentence, found, &whole)) {
                mentions.push(self.mention(
                    text,
                    sentence,
                    &raw,
                    section_sides[self.outline.sentences[sentence].1].or(procedure_side),
                ));
            }
        }
        mentions.sort_by_key(|m| (m.span, m.concept));
        mentions
    }

    /// Whether the side stands among or just before the tokens.
    fn has_side(&self, side: Side, sentence: usize, first: usize, last: usize) -> bool {
        let from = first.saturating_sub(2).max(self.stream.starts[sentence]);
        self.stream.tokens[from..last].iter().any(|t| t.side == Some(side))
    }

    /// Concepts whose parts all stand in the sentence and whose conditions hold.
    fn concepts(
        &self,
        terminology: &Terminology,
        text: &str,
        sentence: usize,
        found: &[Found],
        whole: &WholeNote<'_>,
    ) -> Vec<Raw> {
        let span = self.outline.sentences[sentence].0.span;
        let section = self.outline.ruling_kind(self.outline.sentences[sentence].1);
        let field = Field::new(
            self.stream.sentence_symbols(sentence),
            sides(&self.stream.tokens[self.stream.sentence(sentence)]),
        );
        let measured: RefCell<FxHashMap<Measure, Option<f64>>> = RefCell::default();
        let own = |what| quantity::measure(what, &text[span]);
        let told = |what| (section == SectionKind::ProcedurePerformed).then(|| self.operated(text, what)).flatten();
        let measure = |what| *measured.borrow_mut().entry(what).or_insert_with(|| own(what).or_else(|| told(what)));
        let raw = |number: usize, parts: Vec<(usize, usize)>, sides: usize, order: Order| -> Option<Raw> {
            let concept = &terminology.concepts[number];
            let hull = Span::new(
                self.stream.tokens[parts[0].0].span.start,
                self.stream.tokens[parts[parts.len() - 1].1 - 1].span.end,
            );
            let around = Surroundings {
                sentence: &field,
                note: &whole.field,
                section,
                mention: &text[hull],
                patient: self.patient,
                measure: &measure,
            };
            let holds = |(n, condition): (usize, &Condition)| {
                if condition.is_about_note() {
                    *whole.asked.borrow_mut().entry((number, n)).or_insert_with(|| condition.holds(&around))
                } else {
                    condition.holds(&around)
                }
            };
            concept.when.iter().enumerate().all(holds).then(|| {
                let tokens = parts.iter().flat_map(|&(f, l)| &self.stream.tokens[f..l]);
                let words = tokens.filter(|t| !t.transparent && t.word != COMMA).count();
                // A required side is a condition like any other: "right bundle branch block" beats the block of no side.
                Raw { concept: number, parts, words, conditions: concept.when.len() + sides, order }
            })
        };
        let mut raws: Vec<Raw> = Vec::new();
        for key in found {
            for &number in &terminology.keys[key.atom.0 as usize] {
                let parts = gather(key, &terminology.concepts[number].others, found);
                raws.extend(parts.and_then(|parts| raw(number, parts, key.sides, Order::Phrase)));
            }
        }
        if section == SectionKind::ProcedurePerformed {
            let scattered: Vec<Raw> = terminology
                .bags
                .found(&self.words(sentence))
                .into_iter()
                .map(|(number, places)| (number, places.into_iter().map(|t| (t, t + 1)).collect::<Vec<_>>()))
                .filter(|(_, parts)| apart(terminology, parts, &raws))
                .filter_map(|(number, parts)| raw(number, parts, 0, Order::Scattered))
                .collect();
            raws.extend(scattered);
        }
        raws
    }

    /// The known words of a sentence with their tokens.
    fn words(&self, sentence: usize) -> Vec<(usize, Word)> {
        let tokens = self.stream.sentence(sentence).map(|t| (t, self.stream.tokens[t].word));
        tokens.filter(|(_, word)| *word != UNKNOWN).collect()
    }

    /// Whether the note tells a size of what the sentence names.
    pub fn has_size(&self, text: &str, sentence: usize, asked: Asked) -> bool {
        let what = match asked {
            Asked::Age => Measure::Age,
            Asked::Length => Measure::Centimetres,
            Asked::Area => Measure::SquareCentimetres,
        };
        let own = quantity::measure(what, &text[self.outline.sentences[sentence].0.span]);
        own.or_else(|| self.operated(text, what)).is_some()
    }

    /// The size that the body of a report tells of what its title names, where the title is about one thing only.
    fn operated(&self, text: &str, what: Measure) -> Option<f64> {
        const SIZED: &[&str] = &["excis", "remov", "resect", "repair", "flap", "graft", "tissue transfer", "debrid"];
        let of = |kinds: &'static [SectionKind]| {
            let sentences = self.outline.sentences.iter();
            sentences.filter(|(_, s)| kinds.contains(&self.outline.ruling_kind(*s))).map(|(s, _)| &text[s.span])
        };
        let titles = of(&[SectionKind::ProcedurePerformed]).map(str::to_lowercase);
        let one = titles.filter(|title| SIZED.iter().any(|w| title.contains(w))).count() <= 1;
        let body = of(&[SectionKind::Findings, SectionKind::ProcedureDescription, SectionKind::Specimens]);
        one.then(|| quantity::operated(what, body)).flatten()
    }

    fn mention(&self, text: &str, sentence: usize, raw: &Raw, fallback_side: Option<Laterality>) -> Mention {
        let (first, last) = raw.hull();
        let (_, section) = self.outline.sentences[sentence];
        let kind = self.outline.ruling_kind(section);
        let range = self.stream.sentence(sentence);
        let laterality = laterality::in_sentence(&self.stream, text, range.clone(), first, last).or_else(|| {
            let sentence = &text[self.outline.sentences[sentence].0.span];
            let flip = |l: Laterality| Laterality { side: l.side.opposite(), ..l };
            fallback_side.map(|l| if laterality::is_contralateral(sentence) { flip(l) } else { l })
        });
        // A side just before the words is part of what is pointed at: "Right inguinal hernia".
        let lead =
            first.checked_sub(1).filter(|&t| t >= range.start && self.stream.tokens[t].side.is_some()).unwrap_or(first);
        Mention {
            concept: raw.concept,
            span: Span::new(self.stream.tokens[lead].span.start, self.stream.tokens[last - 1].span.end),
            sentence,
            section,
            words: raw.words,
            order: raw.order,
            // Cues among the mention's own words ("no-reflow") are left out by `assess`.
            assertion: assess(&self.stream, &self.cues[sentence], kind, first, last),
            laterality,
        }
    }

    /// The only side that the lines of these sections name.
    fn line_side(&self, kinds: &[SectionKind]) -> Option<Laterality> {
        let tokens = self
            .outline
            .sentences
            .iter()
            .enumerate()
            .filter(|(_, (_, s))| kinds.contains(&self.outline.sections[*s].kind));
        laterality::only_side(
            tokens.flat_map(|(n, _)| &self.stream.tokens[self.stream.sentence(n)]),
            SideSource::ProcedureLine,
        )
    }

    /// The side of the title lines and that of the description, where each names just one and they differ.
    pub fn side_conflict(&self) -> Option<(Laterality, Laterality)> {
        let title = self
            .line_side(&[SectionKind::ProcedurePerformed])
            .or_else(|| self.line_side(&[SectionKind::PostoperativeDiagnosis]))?;
        let told = self.line_side(&[SectionKind::ProcedureDescription])?;
        let differ = title.side != told.side && title.side != Side::Bilateral && told.side != Side::Bilateral;
        differ.then_some((title, told))
    }

    /// "LEFT KNEE:" speaks for its section.
    fn header_side(&self, text: &str, section: usize) -> Option<Laterality> {
        let header = self.outline.sections[section].header?;
        let mut folded = String::new();
        text[header].split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).find_map(|word| {
            crate::normal::fold_into(word, &mut folded);
            let side = Side::of_word(&folded)?;
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            Some(Laterality { side, span: Span::new(start, start + word.len()), source: SideSource::Header })
        })
    }

    /// The only side in the lines of a short section: diagnosis and procedure lists, an assessment.
    fn section_side(&self, section: usize) -> Option<Laterality> {
        let listed = matches!(
            self.outline.sections[section].kind,
            SectionKind::PreoperativeDiagnosis
                | SectionKind::PostoperativeDiagnosis
                | SectionKind::Diagnosis
                | SectionKind::ProcedurePerformed
        );
        if !listed {
            return None;
        }
        let from = self.outline.sentences.partition_point(|(_, s)| *s < section);
        let to = self.outline.sentences.partition_point(|(_, s)| *s <= section);
        laterality::only_side(
            self.stream.tokens[self.stream.starts[from]..self.stream.starts[to]].iter(),
            SideSource::Section,
        )
    }

    /// Assertion and side of any span that the caller brings; `None` where it touches no word.
    pub fn assert_span(&self, text: &str, span: Span) -> Option<(Assertion, Option<Laterality>)> {
        let first = self.stream.tokens.partition_point(|t| t.span.end <= span.start);
        let last = self.stream.tokens.partition_point(|t| t.span.start < span.end);
        if first >= last {
            return None;
        }
        let sentence = self.stream.starts.partition_point(|&s| s <= first) - 1;
        let (_, section) = self.outline.sentences[sentence];
        let kind = self.outline.ruling_kind(section);
        let laterality = laterality::in_sentence(&self.stream, text, self.stream.sentence(sentence), first, last)
            .or_else(|| self.header_side(text, section));
        Some((assess(&self.stream, &self.cues[sentence], kind, first, last), laterality))
    }

    /// The known words that a sentence says of the patient's present state, as [`Terminology::words`] numbers them: those in the scope
    /// of a negation, of a relative or of a risk are left out.
    pub fn sentence_words(&self, sentence: usize) -> impl Iterator<Item = u32> + '_ {
        let cues = &self.cues[sentence];
        self.stream
            .sentence(sentence)
            .filter(move |&t| !self.stream.tokens[t].transparent && !cues.iter().any(|c| c.takes_away(t)))
            .map(|t| self.stream.tokens[t].word.0)
    }

    /// Kind of the section, as it rules, that holds a place in the text.
    pub fn kind_at(&self, byte: usize) -> SectionKind {
        let section = self.outline.sections.partition_point(|s| s.range.start <= byte).saturating_sub(1);
        self.outline.ruling_kind(section)
    }
}

/// The parts of a concept in text order: the key, and for each other part the occurrence nearest to it.
fn gather(key: &Found, others: &[Atom], found: &[Found]) -> Option<Vec<(usize, usize)>> {
    let mut parts = vec![(key.first, key.last)];
    for other in others {
        let gap = |f: &Found| {
            if f.last <= key.first { key.first - f.last } else { f.first.saturating_sub(key.last) }
        };
        let free = |f: &&Found| f.atom == *other && (f.last <= key.first || key.last <= f.first);
        let nearest = found.iter().filter(free).min_by_key(|f| (gap(f), usize::MAX - (f.last - f.first)))?;
        if gap(nearest) > GAP {
            return None;
        }
        parts.push((nearest.first, nearest.last));
    }
    parts.sort_unstable();
    Some(parts)
}

/// Whether scattered words have nothing to do with the procedures that phrases name, or say all of them and more.
fn apart(terminology: &Terminology, parts: &[(usize, usize)], raws: &[Raw]) -> bool {
    let is_procedure = |raw: &&Raw| matches!(terminology.concepts[raw.concept].meaning, Meaning::Procedure(_));
    let mine = |token: usize| parts.iter().any(|p| p.0 == token);
    raws.iter().filter(is_procedure).all(|raw| {
        let tokens = || raw.parts.iter().flat_map(|&(f, l)| f..l);
        !tokens().any(mine) || tokens().all(mine) && tokens().count() < parts.len()
    })
}

/// Resolves overlaps, for diagnoses and procedures apart: a concept all of whose words belong to one with more words goes; of
/// concepts over the same words those with most conditions stay, then the lexicon's before the tabular list's.
fn resolve(terminology: &Terminology, mut raws: Vec<Raw>) -> Vec<Raw> {
    let concept = |raw: &Raw| -> &Concept { &terminology.concepts[raw.concept] };
    // Diagnoses, procedures, add-on procedures and drugs do not compete: an add-on is said in the words of its primary, a drug in
    // those of its injection.
    let class = |raw: &Raw| match concept(raw).meaning {
        Meaning::Diagnosis(_) => 0,
        Meaning::Procedure(n) if terminology.procedures()[n].system() == "HCPCS" => 3,
        Meaning::Procedure(n) => 1 + usize::from(!terminology.procedures()[n].addon_of.is_empty()),
    };
    raws.sort_by_key(|r| {
        (std::cmp::Reverse(r.words), std::cmp::Reverse(r.conditions), concept(r).origin, r.parts[0], r.concept)
    });
    let mut kept: Vec<Raw> = Vec::new();
    for raw in raws {
        let beaten = kept.iter().any(|k| {
            class(k) == class(&raw)
                && raw.within(k)
                && (raw.words < k.words
                    || raw.conditions < k.conditions
                    || concept(&raw).origin != concept(k).origin
                    || concept(&raw).meaning == concept(k).meaning)
        });
        if !beaten {
            kept.push(raw);
        }
    }
    kept
}
