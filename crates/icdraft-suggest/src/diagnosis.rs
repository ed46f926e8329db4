//! Diagnosis candidates: from mentions to codes, or to the reason why not.

use icdraft_codeset::{Code, CodeSet, EntryId};
use icdraft_mention::assertion::Temporality;
use icdraft_mention::{Annotation, Meaning, Mention, Origin, Terminology};
use icdraft_note::{Encounter, Note, SectionKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, RwLock};

use crate::candidate::{Candidate, Refused};
use crate::knowledge::{self, AxisWords};
use crate::leaf::{Choice, Context, Family, Open, Phase};
use crate::report::Reason;

/// What turns mentions into diagnoses for one release.
#[derive(Debug)]
pub(crate) struct Diagnoser {
    axis_words: AxisWords,
    families: RwLock<FxHashMap<EntryId, Arc<Family>>>,
    healing: Vec<u32>,
    sequela: Vec<u32>,
    trimester: [Vec<u32>; 3],
}

/// What is asked of a note for each of its mentions, found once.
struct Surroundings {
    sentences: Vec<FxHashSet<u32>>,
    sections: Vec<FxHashSet<u32>>,
    note: FxHashSet<u32>,
    phase: Phase,
    /// Whether a post-operative diagnosis is given.
    postoperative: bool,
    /// Sections whose lines are numbered.
    numbered: Vec<bool>,
}

impl Diagnoser {
    pub(crate) fn new(terminology: &Terminology) -> Self {
        let words = |text: &str| terminology.words(text);
        Self {
            axis_words: AxisWords::new(terminology),
            families: RwLock::new(FxHashMap::default()),
            healing: words("healing"),
            sequela: words("sequela"),
            trimester: ["first trimester", "second trimester", "third trimester"].map(words),
        }
    }

    /// The note's words, with what they mean on the axes.
    fn surroundings(&self, annotation: &Annotation, text: &str) -> Surroundings {
        let outline = &annotation.outline;
        let sentences: Vec<FxHashSet<u32>> =
            (0..outline.sentences.len()).map(|n| self.widened(annotation.sentence_words(n).collect())).collect();
        let mut sections = vec![FxHashSet::default(); outline.sections.len()];
        let mut note = FxHashSet::default();
        for (words, (_, section)) in sentences.iter().zip(&outline.sentences) {
            sections[*section].extend(words);
            note.extend(words);
        }
        let operative = outline.sections.iter().any(|s| is_operative(s.kind));
        let says = |words: &[u32]| !operative && words.iter().any(|w| note.contains(w));
        let phase = if says(&self.sequela) {
            Phase::Sequela
        } else if says(&self.healing) {
            Phase::Healing
        } else {
            Phase::Active
        };
        let postoperative =
            outline.sections.iter().any(|s| s.kind == SectionKind::PostoperativeDiagnosis && !s.body.is_empty());
        let mut numbered = vec![false; outline.sections.len()];
        for (sentence, section) in &outline.sentences {
            numbered[*section] |= is_numbered(&text[sentence.span]);
        }
        Surroundings { sentences, sections, note, phase, postoperative, numbered }
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

    /// The leaf for a code that a rule or a lexicon row names.
    fn choose(&self, set: &CodeSet, terminology: &Terminology, code: Code, context: &Context<'_>) -> Option<Choice> {
        let target = set.find(code)?;
        self.family(set, terminology, target).choose(set, context)
    }

    fn context<'a>(
        &self,
        terminology: &Terminology,
        annotation: &Annotation,
        words: &'a Surroundings,
        mention: &Mention,
        text: &str,
    ) -> Context<'a> {
        let mut own: FxHashSet<u32> = terminology.words(&text[mention.span]).into_iter().collect();
        own.extend(terminology.implied(mention.concept));
        if let Some(weeks) = annotation.weeks {
            own.extend(&self.trimester[usize::from(weeks >= 14) + usize::from(weeks >= 28)]);
        }
        Context {
            mention: self.widened(own),
            sentence: &words.sentences[mention.sentence],
            section: &words.sections[mention.section],
            note: &words.note,
            side: mention.laterality.map(|l| l.side),
            phase: words.phase,
        }
    }

    /// Candidates and refusals from the diagnosis mentions of one note.
    pub(crate) fn candidates(
        &self,
        set: &CodeSet,
        terminology: &Terminology,
        encounter: &Encounter,
        at: usize,
        annotation: &Annotation,
        out: &mut (Vec<Candidate>, Vec<Refused>),
    ) {
        let note: &Note = &encounter.notes[at];
        let around = self.surroundings(annotation, &note.text);
        for mention in &annotation.mentions {
            let concept = terminology.concept(mention.concept);
            let Meaning::Diagnosis(target) = concept.meaning else {
                continue;
            };
            let context = self.context(terminology, annotation, &around, mention, &note.text);
            let Some(choice) = self.choose(set, terminology, target, &context) else {
                continue;
            };
            let kind = annotation.outline.ruling_kind(mention.section);
            let verdict = judge(encounter, mention, choice.code);
            let mut candidate = Candidate::of_diagnosis(at, mention, kind, &choice);
            candidate.side = mention.laterality.map(|l| (l.span, annotation.kind_at(l.span.start)));
            candidate.score = base(
                &around,
                &note.text.as_str()[annotation.outline.sentences[mention.sentence].0.span],
                mention,
                kind,
            );
            if concept.origin == Origin::InclusionTerm {
                candidate.score *= 0.95;
            }
            match verdict {
                Verdict::Code => {}
                Verdict::CodeUncertain => candidate.reasons.push(Reason::new(
                    "inpatient-uncertainty",
                    "probable diagnoses are coded as if established for inpatient facility billing (guideline II.H)",
                )),
                Verdict::Instead(code, rule, says) => {
                    out.1.push(Refused::of(at, mention, choice.code.to_string(), "ICD-10-CM", rule));
                    let Some(choice) = self.choose(set, terminology, code, &context) else { continue };
                    candidate.code = choice.code.to_string();
                    candidate.open = None;
                    candidate.side = None;
                    candidate.reasons.clear();
                    candidate.score *= 0.7;
                    candidate.reasons.push(Reason::new(rule, says));
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

enum Verdict {
    Code,
    CodeUncertain,
    /// Another code for the same words: history or family history.
    Instead(Code, &'static str, String),
    Refuse(&'static str),
}

/// What the assertion of a mention means for its code.
fn judge(encounter: &Encounter, mention: &Mention, code: Code) -> Verdict {
    let about_the_past = code.as_str().starts_with('Z') || knowledge::is_chronic(code);
    match mention.assertion.against() {
        None => Verdict::Code,
        Some("uncertain") if encounter.codes_uncertain() => Verdict::CodeUncertain,
        Some("historical") if about_the_past => Verdict::Code,
        Some("resolved") if code.as_str().starts_with('Z') => Verdict::Code,
        // The plan is about what is there already, unless words say that it is to come.
        Some("planned") if mention.assertion.cue("planned").is_none() => Verdict::Code,
        Some("historical") if mention.assertion.cue("historical").is_none() => Verdict::Code,
        Some("planned") if mention.assertion.temporality == Temporality::Planned && about_the_past => Verdict::Code,
        Some(reason @ ("historical" | "resolved")) => match knowledge::history(code) {
            Some(history) => Verdict::Instead(
                history,
                reason,
                format!("the note speaks of it as past: coded as personal history instead of {code}"),
            ),
            None => Verdict::Refuse(reason),
        },
        Some("family") if code.as_str().starts_with('Z') => Verdict::Code,
        Some("family") => match knowledge::family(code) {
            Some(family) => {
                Verdict::Instead(family, "family", format!("a relative's: coded as family history instead of {code}"))
            }
            None => Verdict::Refuse("family"),
        },
        Some(reason) => Verdict::Refuse(reason),
    }
}

pub(crate) fn is_operative(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::PreoperativeDiagnosis | SectionKind::PostoperativeDiagnosis | SectionKind::ProcedurePerformed
    )
}

fn is_numbered(sentence: &str) -> bool {
    sentence.starts_with(|c: char| c.is_ascii_digit())
}

/// The section's weight, moved by where in the section the mention stands.
fn base(around: &Surroundings, sentence: &str, mention: &Mention, kind: SectionKind) -> f64 {
    let weight = knowledge::weight(kind).diagnosis;
    match kind {
        // A pre-operative diagnosis gives way to the post-operative one.
        SectionKind::PreoperativeDiagnosis if around.postoperative => 0.45 * weight,
        // Problems are the headings of an assessment; what is said below them explains.
        SectionKind::Assessment | SectionKind::AssessmentPlan | SectionKind::Impression | SectionKind::Plan => {
            match (around.numbered[mention.section], is_numbered(sentence)) {
                (true, true) => weight.max(0.8),
                (true, false) => 0.35 * weight,
                (false, _) => 0.8 * weight,
            }
        }
        _ => weight,
    }
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
