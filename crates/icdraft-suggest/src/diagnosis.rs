//! Diagnosis candidates: from mentions to codes, or to the reason why not.

use std::sync::{Arc, RwLock};

use icdraft_codeset::{Code, CodeSet, EntryId};
use icdraft_mention::{Annotation, Laterality, Meaning, Mention, Origin, Side, Terminology};
use icdraft_note::{Encounter, SectionKind, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::candidate::{Candidate, Refused};
use crate::knowledge::{self, AxisWords};
use crate::leaf::{Choice, Context, Family, Open, Phase, TRIMESTERS};
use crate::report::Reason;
use crate::rule::{Case, Rule, Verdict};

/// What turns mentions into diagnoses for one release.
#[derive(Debug)]
pub(crate) struct Diagnoser {
    axis_words: AxisWords,
    families: RwLock<FxHashMap<EntryId, Arc<Family>>>,
    healing: Vec<u32>,
    union: Vec<u32>,
    sequela: Vec<u32>,
}

/// Where words stand, and the side that the note tells of them.
#[derive(Debug, Clone, Copy)]
struct Place {
    span: Span,
    sentence: usize,
    section: usize,
    laterality: Option<Laterality>,
}

impl Place {
    fn of(mention: &Mention) -> Self {
        let Mention { span, sentence, section, laterality, .. } = *mention;
        Self { span, sentence, section, laterality }
    }
}

/// A note as read, with what is asked of it for each of its mentions, found once.
#[derive(Debug)]
pub(crate) struct NoteRead {
    pub(crate) annotation: Annotation,
    sentences: Vec<FxHashSet<u32>>,
    sections: Vec<FxHashSet<u32>>,
    note: FxHashSet<u32>,
    phase: Phase,
    /// Whether a post-operative diagnosis is given, in words of its own.
    postoperative: bool,
    /// Whether some section lists diagnoses.
    listed: bool,
    /// Whether the note tells of a delivery.
    pub(crate) delivery: bool,
    /// Trimester, 1 to 3.
    trimester: Option<u8>,
    /// The hand that the patient prefers.
    hand: Option<Side>,
    /// Sections whose problems are set off as headings, and the sentences that are such headings.
    headed: Vec<bool>,
    headings: Vec<bool>,
}

impl Diagnoser {
    pub(crate) fn new(terminology: &Terminology) -> Self {
        let words = |text: &str| terminology.words(text);
        Self {
            axis_words: AxisWords::new(terminology),
            families: RwLock::new(FxHashMap::default()),
            healing: words("healing healed"),
            union: words("nonunion malunion union"),
            sequela: words("sequela"),
        }
    }

    /// Reads what candidates and rules ask of a note.
    pub(crate) fn read(&self, terminology: &Terminology, annotation: Annotation, text: &str) -> NoteRead {
        let outline = &annotation.outline;
        // The number of a list item is no stage, type or level.
        let numbered = |n: usize| usize::from(is_enumerated(&text[outline.sentences[n].0.span]));
        let sentences: Vec<FxHashSet<u32>> = (0..outline.sentences.len())
            .map(|n| self.widened(annotation.sentence_words(n).skip(numbered(n)).collect()))
            .collect();
        let mut sections = vec![FxHashSet::default(); outline.sections.len()];
        let mut note = FxHashSet::default();
        for (words, (_, section)) in sentences.iter().zip(&outline.sentences) {
            sections[*section].extend(words);
            note.extend(words);
        }
        let kind = |mention: &Mention| outline.sections[mention.section].kind;
        let meaning = |mention: &Mention| terminology.concept(mention.concept).meaning;
        let postoperative = annotation
            .mentions
            .iter()
            .any(|m| kind(m) == SectionKind::PostoperativeDiagnosis && matches!(meaning(m), Meaning::Diagnosis(_)))
            && !outline
                .sections
                .iter()
                .any(|s| s.kind == SectionKind::PostoperativeDiagnosis && says_same(&text[s.body]));
        let listed = annotation.mentions.iter().any(|m| {
            (lists_diagnoses(kind(m)) || is_operative(kind(m)) && kind(m) != SectionKind::ProcedurePerformed)
                && matches!(meaning(m), Meaning::Diagnosis(_))
        });
        let delivery = annotation.mentions.iter().any(|m| match meaning(m) {
            _ if m.assertion.against().is_some() => false,
            Meaning::Procedure(n) => is_delivery(&terminology.procedures()[n].code),
            Meaning::Diagnosis(code) => code.as_str().starts_with("Z37"),
        });
        let told = |m: &Mention| match meaning(m) {
            Meaning::Diagnosis(code) => {
                code.as_str().strip_prefix("Z3A")?.parse().ok().filter(|w| (4..=43).contains(w))
            }
            Meaning::Procedure(_) => None,
        };
        let weeks = annotation.weeks.or_else(|| annotation.mentions.iter().find_map(told));
        let headings: Vec<bool> = outline.sentences.iter().map(|(s, _)| is_numbered(&text[s.span])).collect();
        let mut headed = vec![false; outline.sections.len()];
        for ((_, section), heading) in outline.sentences.iter().zip(&headings) {
            headed[*section] |= heading;
        }
        let mut read = NoteRead {
            phase: self.phase(&annotation, &note),
            sentences,
            sections,
            note,
            postoperative,
            listed,
            delivery,
            // The trimesters begin at 0, 14 and 28 weeks (chapter 15).
            trimester: weeks.map_or_else(|| named_trimester(text), |w| Some(1 + u8::from(w >= 14) + u8::from(w >= 28))),
            hand: hand(text),
            headed,
            headings,
            annotation,
        };
        read.find_line_headings(text);
        read
    }

    fn phase(&self, annotation: &Annotation, note: &FxHashSet<u32>) -> Phase {
        let operative = annotation.outline.sections.iter().any(|s| is_operative(s.kind));
        let late = !operative && self.sequela.iter().any(|w| note.contains(w));
        if late { Phase::Sequela } else { Phase::Active }
    }

    fn widened(&self, mut words: FxHashSet<u32>) -> FxHashSet<u32> {
        self.axis_words.extend(&mut words);
        words
    }

    fn family(&self, set: &CodeSet, terminology: &Terminology, target: EntryId) -> Arc<Family> {
        if let Some(family) = self.families.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&target) {
            return Arc::clone(family);
        }
        let family = Arc::new(Family::of(set, terminology, target));
        let mut families = self.families.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(families.entry(target).or_insert(family))
    }

    /// The leaf for a code that a rule or a lexicon row names. A row that names an unspecified leaf leaves the category open: the note
    /// may say more than the phrase.
    fn choose(&self, set: &CodeSet, terminology: &Terminology, code: Code, context: &Context<'_>) -> Option<Choice> {
        let target = set.find(code)?;
        let title = set.entry_title(target).to_lowercase();
        let open = set.is_leaf(target) && (title.starts_with("unspecified") || title.ends_with("unspecified"));
        let category = set.find(code.category()).filter(|&c| open && c != target);
        self.family(set, terminology, category.unwrap_or(target)).choose(
            set,
            terminology,
            context,
            category.map(|_| target),
        )
    }

    /// The same for the words behind some candidates together.
    pub(crate) fn choose_for(
        &self,
        set: &CodeSet,
        terminology: &Terminology,
        encounter: &Encounter,
        notes: &[NoteRead],
        code: Code,
        from: &[&Candidate],
    ) -> Option<Choice> {
        let first = from.first()?;
        let (read, text) = (notes.get(first.note)?, encounter.notes.get(first.note)?.text.as_str());
        let mut context = self.context(terminology, read, read.annotation.mentions.get(first.mention)?, text);
        for other in &from[1..] {
            let (read, text) = (notes.get(other.note)?, encounter.notes.get(other.note)?.text.as_str());
            let more = self.context(terminology, read, read.annotation.mentions.get(other.mention)?, text);
            context.mention.extend(&more.mention);
            context.mention.extend(more.sentence);
            context.side = context.side.or(more.side);
            context.side_near |= more.side_near;
        }
        self.choose(set, terminology, code, &context)
    }

    fn context<'a>(&self, terminology: &Terminology, read: &'a NoteRead, mention: &Mention, text: &str) -> Context<'a> {
        self.context_at(terminology, read, Place::of(mention), text, terminology.implied(mention.concept))
    }

    fn context_at<'a>(
        &self,
        terminology: &Terminology,
        read: &'a NoteRead,
        place: Place,
        text: &str,
        implied: impl Iterator<Item = u32>,
    ) -> Context<'a> {
        let said = terminology.words(&text[place.span]);
        let mut own: FxHashSet<u32> = said.iter().copied().collect();
        own.extend(implied);
        // Nonunion, malunion and delayed union are seen in the healing phase, operated or not (guideline I.C.19.c).
        let mut late = self.healing.iter().chain(&self.union);
        let healing = late.any(|w| read.sentences[place.sentence].contains(w));
        Context {
            mention: self.widened(own),
            said,
            sentence: &read.sentences[place.sentence],
            section: &read.sections[place.section],
            note: &read.note,
            side: place.laterality.map(|l| l.side),
            side_near: place
                .laterality
                .is_some_and(|l| read.annotation.outline.sentences[place.sentence].0.span.contains(l.span)),
            phase: if healing { Phase::Healing } else { read.phase },
            trimester: read.trimester,
            delivery: read.delivery,
            hand: read.hand,
        }
    }

    /// The candidate for words that no lexicon knows and the model links to `target`; `None` where their assertion speaks against it.
    #[cfg(feature = "model")]
    pub(crate) fn linked(
        &self,
        set: &CodeSet,
        terminology: &Terminology,
        (encounter, at): (&Encounter, usize),
        read: &NoteRead,
        (sentence, span): (usize, Span),
        target: Code,
    ) -> Option<Candidate> {
        let text = encounter.notes[at].text.as_str();
        let (_, laterality) = read.annotation.assert_span(text, span)?;
        // A cue inside the words ("No rash") is silent about the whole of them: each word is asked for itself.
        let against = |word: Span| Some(read.annotation.assert_span(text, word)?.0.against().is_some());
        if words_of(text, span).filter_map(against).any(|a| a) {
            return None;
        }
        let section = read.annotation.outline.sentences[sentence].1;
        let place = Place { span, sentence, section, laterality };
        let context = self.context_at(terminology, read, place, text, std::iter::empty());
        let choice = self.choose(set, terminology, target, &context)?;
        let kind = read.annotation.outline.ruling_kind(section);
        let mut candidate = Candidate::of_words(at, span, laterality, kind, &choice);
        candidate.side = laterality.filter(|_| choice.sided).map(|l| (l.span, read.annotation.kind_at(l.span.start)));
        candidate.score =
            (read.weigh((sentence, section), kind, choice.code) * knowledge::factor(choice.code).max(1.0)).min(0.95);
        Some(candidate)
    }

    /// Candidates and refusals from the diagnosis mentions of one note.
    pub(crate) fn candidates(
        &self,
        set: &CodeSet,
        terminology: &Terminology,
        rules: &[&'static dyn Rule],
        (encounter, at): (&Encounter, usize),
        read: &NoteRead,
        out: &mut (Vec<Candidate>, Vec<Refused>),
    ) {
        let text = encounter.notes[at].text.as_str();
        for (number, mention) in read.annotation.mentions.iter().enumerate() {
            let concept = terminology.concept(mention.concept);
            let Meaning::Diagnosis(target) = concept.meaning else { continue };
            let context = self.context(terminology, read, mention, text);
            let Some(choice) = self.choose(set, terminology, target, &context) else { continue };
            let kind = read.annotation.outline.ruling_kind(mention.section);
            let case = Case { encounter, mention, code: choice.code, kind, text };
            let judged = rules.iter().find_map(|rule| Some((rule.about().name, rule.judge(&case)?)));
            let mut candidate = Candidate::of_diagnosis(at, number, mention, kind, &choice);
            candidate.side =
                mention.laterality.filter(|_| choice.sided).map(|l| (l.span, read.annotation.kind_at(l.span.start)));
            // Where diagnoses are listed as such, no remark about the code's habits counts against it.
            let factor = knowledge::factor(choice.code);
            let factor = if lists_diagnoses(kind) { factor.max(1.0) } else { factor };
            candidate.score = (read.weigh((mention.sentence, mention.section), kind, choice.code) * factor).min(0.95);
            // Official wording is trusted a little less than the lexicon's, which was written for notes.
            candidate.score *= match concept.origin {
                Origin::Lexicon | Origin::Title => 1.0,
                Origin::InclusionTerm => 0.95,
                Origin::Index => 0.9,
            };
            let against = mention.assertion.against();
            // Where no rule decides, the assertion does.
            let (rule, verdict) = judged.unwrap_or(("assertion", against.map_or(Verdict::Code(None), Verdict::Refuse)));
            match verdict {
                Verdict::Code(says) => candidate.reasons.extend(says.map(|says| Reason::new(rule, says))),
                Verdict::Instead(code, says) => {
                    let reason = against.unwrap_or("historical");
                    out.1.push(Refused::of(at, mention, choice.code.to_string(), "ICD-10-CM", reason));
                    let Some(choice) = self.choose(set, terminology, code, &context) else { continue };
                    candidate.code = choice.code.to_string();
                    candidate.open = None;
                    candidate.side = None;
                    candidate.bilateral = false;
                    candidate.score *= if lists_diagnoses(kind) { 0.85 } else { 0.7 };
                    candidate.reasons = vec![Reason::new(rule, says)];
                }
                Verdict::Refuse(reason) => {
                    out.1.push(Refused::of(at, mention, choice.code.to_string(), "ICD-10-CM", reason));
                    continue;
                }
            }
            out.0.push(candidate);
        }
    }
}

/// The words of a stretch of text, without what stands between them.
#[cfg(feature = "model")]
fn words_of(text: &str, span: Span) -> impl Iterator<Item = Span> + '_ {
    let mut start = span.start;
    text[span].split_inclusive(|c: char| !c.is_alphanumeric()).filter_map(move |piece| {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        let at = Span::new(start, start + word.len());
        start += piece.len();
        (!word.is_empty()).then_some(at)
    })
}

/// The mention behind a candidate.
pub(crate) fn mention_of<'a>(notes: &'a [NoteRead], candidate: &Candidate) -> Option<&'a Mention> {
    notes.get(candidate.note)?.annotation.mentions.get(candidate.mention)
}

/// Deliveries and cesarean sections (59400 to 59622).
fn is_delivery(code: &str) -> bool {
    ("59400".."59623").contains(&code)
}

pub(crate) fn is_operative(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::PreoperativeDiagnosis | SectionKind::PostoperativeDiagnosis | SectionKind::ProcedurePerformed
    )
}

fn lists_diagnoses(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Assessment
            | SectionKind::AssessmentPlan
            | SectionKind::Impression
            | SectionKind::Diagnosis
            | SectionKind::DischargeDiagnosis
            | SectionKind::PostoperativeDiagnosis
    )
}

fn named_trimester(text: &str) -> Option<u8> {
    let lower = text.to_lowercase();
    (1..).zip(TRIMESTERS).find(|(_, name)| lower.contains(name)).map(|(number, _)| number)
}

/// "Left-handed", "right hand dominant", "RHM", "ambidextrous".
fn hand(text: &str) -> Option<Side> {
    let lower = text.to_lowercase().replace('-', " ");
    let says = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let word = |names: &[&str]| text.split(|c: char| !c.is_alphanumeric()).any(|w| names.contains(&w));
    if says(&["ambidextrous"]) {
        Some(Side::Bilateral)
    } else if says(&["left handed", "left hand dominant"]) || word(&["LHF", "LHM", "LHD"]) {
        Some(Side::Left)
    } else if says(&["right handed", "right hand dominant"]) || word(&["RHF", "RHM", "RHD"]) {
        Some(Side::Right)
    } else {
        None
    }
}

/// "Same", "Same, delivered", "1. The same", "As above, plus ...": the preoperative diagnosis holds.
fn says_same(body: &str) -> bool {
    const SAME: [&str; 8] =
        ["same", "the same", "as above", "unchanged", "as preop", "as pre-op", "identical", "no change"];
    let words = body.trim_start_matches(|c: char| !c.is_alphabetic());
    SAME.iter().any(|s| words.get(..s.len()).is_some_and(|w| w.eq_ignore_ascii_case(s)))
}

/// "2. Hypertension", "3) gout".
fn is_enumerated(sentence: &str) -> bool {
    let rest = sentence.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < sentence.len() && rest.starts_with(['.', ')']) && !rest[1..].starts_with(|c: char| c.is_ascii_digit())
}

/// The same, and "2 Hypertension": a number that counts minutes or milligrams is none.
fn is_numbered(sentence: &str) -> bool {
    let rest = sentence.trim_start_matches(|c: char| c.is_ascii_digit());
    let spaced = rest.trim_start_matches([' ', '/', '-', ':']);
    let named = spaced.len() < rest.len() && spaced.starts_with(char::is_uppercase);
    is_enumerated(sentence) || rest.len() < sentence.len() && named
}

/// Longest line that is taken for a problem's heading.
const LONGEST_HEADING: usize = 60;

impl NoteRead {
    /// Short lines of their own above list items are problems' headings too: "Hypertension." above "- Continue lisinopril".
    fn find_line_headings(&mut self, text: &str) {
        let sentences = &self.annotation.outline.sentences;
        for n in 0..sentences.len() {
            let (sentence, section) = sentences[n];
            let followed = sentences
                .get(n + 1)
                .is_some_and(|(next, s)| *s == section && next.item && !is_numbered(&text[next.span]));
            let own_line = followed
                && !sentence.item
                && sentence.span.len() <= LONGEST_HEADING
                && begins_line(text, sentence.span);
            if own_line {
                self.headings[n] = true;
                self.headed[section] = true;
            }
        }
    }

    /// Leaves a diagnosis to its own words ([`crate::Part::Axes`]).
    pub(crate) fn forget_axes(&mut self, terminology: &Terminology) {
        self.sentences.iter_mut().chain(&mut self.sections).chain([&mut self.note]).for_each(FxHashSet::clear);
        (self.trimester, self.hand) = (None, None);
        let is_diagnosis = |m: &&mut Mention| matches!(terminology.concept(m.concept).meaning, Meaning::Diagnosis(_));
        self.annotation.mentions.iter_mut().filter(is_diagnosis).for_each(|mention| mention.laterality = None);
    }

    /// The section's weight, moved by where in the section the words stand.
    fn weigh(&self, (sentence, section): (usize, usize), kind: SectionKind, code: Code) -> f64 {
        let weight = knowledge::weight(kind).diagnosis;
        match kind {
            // A pre-operative diagnosis gives way to the post-operative one.
            SectionKind::PreoperativeDiagnosis if self.postoperative => 0.45 * weight,
            // Where nothing lists the diagnoses, they are told in the reason for the study, or in the story of the stay.
            SectionKind::Indication | SectionKind::HospitalCourse | SectionKind::Summary if !self.listed => {
                weight.max(0.55)
            }
            // Prose without headers names diseases; the symptoms, drugs and circumstances in it are not all coded.
            SectionKind::Preamble | SectionKind::Other if !self.listed && is_disease(code) => weight.max(0.55),
            // Problems are the headings of an assessment; what is said below them explains.
            SectionKind::Assessment | SectionKind::AssessmentPlan | SectionKind::Impression | SectionKind::Plan => {
                match (self.headed[section], self.headings[sentence]) {
                    (true, true) => weight.max(0.8),
                    (true, false) => 0.35 * weight,
                    (false, _) => 0.8 * weight,
                }
            }
            _ => weight,
        }
    }
}

/// Whether a code names a disease or an injury: no symptom, circumstance of birth, external cause or reason for a visit.
fn is_disease(code: Code) -> bool {
    !code.as_str().starts_with(['R', 'P', 'V', 'W', 'X', 'Y', 'Z'])
}

fn begins_line(text: &str, span: Span) -> bool {
    text[..span.start].trim_end_matches([' ', '\t']).ends_with('\n') || span.start == 0
}

/// What a query asks where a leaf stays open.
pub(crate) fn question(open: Open, title: &str) -> String {
    match open {
        Open::Side => {
            format!("Which side? The note does not say right, left or both, so only \"{title}\" can be drafted.")
        }
        Open::Detail => {
            format!("Can this be specified further? The note supports only \"{title}\".")
        }
    }
}
