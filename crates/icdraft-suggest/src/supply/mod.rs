//! Drugs and supplies (HCPCS Level II): lines for what was surely given or handed out here, with units from the dose.

mod words;

use icdraft_mention::dose::{self, Drug, Stated};
use icdraft_mention::{Annotation, Meaning, Mention, Procedure, Route, Terminology};
use icdraft_note::{Billing, Encounter, SectionKind, Setting, Span};

use crate::candidate::Candidate;
use crate::report::Reason;

pub(crate) use words::{Says, Words};

/// The drug or supply of a mention; none for other mentions.
fn of<'a>(terminology: &'a Terminology, mention: &Mention) -> Option<(usize, &'a Procedure)> {
    match terminology.concept(mention.concept).meaning {
        Meaning::Procedure(number) => Some((number, &terminology.procedures()[number])),
        Meaning::Diagnosis(_) => None,
    }
    .filter(|(_, p)| p.system() == "HCPCS")
}

/// A mention of a drug or supply in its sentence.
pub(crate) struct Told<'a> {
    pub(crate) procedure: &'a Procedure,
    pub(crate) number: usize,
    /// The sentence, and where it begins in the note.
    pub(crate) sentence: &'a str,
    pub(crate) at: usize,
    /// Its words, and those of the sentence's other drugs, in the sentence.
    span: Span,
    others: Vec<Span>,
}

impl<'a> Told<'a> {
    /// A mention by its number; none where it is no drug and no supply.
    pub(crate) fn of(
        terminology: &'a Terminology,
        annotation: &Annotation,
        text: &'a str,
        place: usize,
    ) -> Option<Self> {
        let mention = annotation.mentions.get(place)?;
        let (number, procedure) = of(terminology, mention)?;
        let sentence = annotation.outline.sentences[mention.sentence].0.span;
        let within = |m: &Mention| Span::new(m.span.start - sentence.start, m.span.end - sentence.start);
        let others = annotation
            .mentions
            .iter()
            .filter(|m| m.sentence == mention.sentence && m.span != mention.span && of(terminology, m).is_some())
            .map(within)
            .collect();
        Some(Self { procedure, number, sentence: &text[sentence], at: sentence.start, span: within(mention), others })
    }

    /// The drug, where its units follow the dose.
    pub(crate) fn drug(&self) -> Option<Drug> {
        Some(Drug { span: self.span, unit: self.procedure.dose?, strength: self.procedure.strength })
    }

    /// How much its sentence says was given.
    pub(crate) fn stated(&self) -> Option<Stated> {
        dose::stated(self.sentence, &self.drug()?, &self.others)
    }

    /// The words that speak of it and of no other drug.
    pub(crate) fn clause(&self) -> &'a str {
        &self.sentence[dose::clause(self.sentence, self.span, &self.others)]
    }

    /// Whether the words right behind it say that it was given: "was injected", not "will be given".
    fn was_given(&self) -> bool {
        let behind = self.behind();
        behind.first(Says::Given).is_some_and(|given| behind.first(Says::Order).is_none_or(|order| given < order))
    }

    fn behind(&self) -> Words {
        Words::of(self.sentence[self.span.end..].split([',', ';']).next().unwrap_or_default())
    }

    /// Whether it is ordered, planned or refused: by words before it, or between it and the word that says it was given. A sentence that
    /// says so of one drug says it of those behind it too, unless it tells what was given.
    fn is_only_ordered(&self, given: bool) -> bool {
        let before = &self.sentence[..self.span.start];
        let before = before.rsplit([';', '.']).next().unwrap_or(before);
        let clause = before.rsplit(',').next().and_then(|c| c.rsplit(" and ").next()).unwrap_or(before);
        Words::of(if given { clause } else { before }).say(Says::Order)
            || !self.was_given() && self.behind().say(Says::Order)
    }

    /// Whether the note says that it was given the way that its code asks for. `header` is that of the section.
    fn fits_route(&self, header: &str) -> bool {
        let behind = &self.sentence[self.span.end..];
        let clause = Words::of(self.clause());
        let near = Words::of(&behind[..behind.len().min(self.clause().len())]);
        // "Given IV" before the first drug of a list, or behind the last, is said of all of them.
        let first = self.others.iter().map(|o| o.start).min().unwrap_or(usize::MAX).min(self.span.start);
        let last = self.others.iter().map(|o| o.end).max().unwrap_or(0).max(self.span.end);
        let list = format!("{header} {} {} {}", &self.sentence[..first], self.clause(), &self.sentence[last..]);
        let list = Words::of(&list);
        let oral = match (near.first(Says::Oral), near.first(Says::Parenteral)) {
            (Some(oral), Some(needle)) => oral < needle,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => clause.say(Says::Oral),
        };
        match self.procedure.route {
            Route::Any => true,
            Route::Injected => !oral,
            Route::Parenteral => !oral && list.say(Says::Parenteral),
            Route::Intravenous => !oral && (clause.say(Says::Vein) || Words::of(header).say(Says::Vein)),
            Route::Inhaled => list.say(Says::Inhaled),
        }
    }

    /// Whether it was given at this encounter, for sure.
    fn is_given(&self, kind: SectionKind, header: &str) -> bool {
        let whole = Words::of(self.sentence);
        let given = whole.say(Says::Given);
        if whole.say(Says::Elsewhere) || self.is_only_ordered(given) || !self.fits_route(header) {
            return false;
        }
        // "Toradol 30 mg IV": a dose with its way into the body is what was done, where the section tells of that.
        let way = || self.procedure.route == Route::Any || Words::of(self.clause()).say(Says::Parenteral);
        let charted = || self.stated().is_some() && way();
        match kind {
            SectionKind::ProcedurePerformed => true,
            SectionKind::ProcedureDescription => given || self.stated().is_some(),
            SectionKind::OfficeTests => given || charted() || Words::of(header).say(Says::Parenteral),
            SectionKind::EmergencyCourse => given || charted(),
            SectionKind::AssessmentPlan | SectionKind::Plan | SectionKind::Other | SectionKind::Preamble => {
                whole.say(Says::Here) && (given || charted())
            }
            SectionKind::Hpi => whole.say(Says::Office) && given,
            _ => false,
        }
    }
}

/// What speaks against a mention of a drug. Risks that were discussed, and the kind of section, do not where the words say that it was
/// given; a plan may chart what was given today.
pub(crate) fn refusal(
    terminology: &Terminology,
    annotation: &Annotation,
    text: &str,
    place: usize,
) -> Option<&'static str> {
    let mention = &annotation.mentions[place];
    let reason = mention.assertion.against()?;
    let open = matches!(reason, "planned" | "hypothetical" | "uncertain");
    let charted = reason == "planned" && mention.assertion.cue(reason).is_none();
    let given = || Told::of(terminology, annotation, text, place).is_some_and(|told| told.was_given());
    (!charted && !(open && given())).then_some(reason)
}

/// Score of a drug that was given, and of what the coder decides about.
const GIVEN: f64 = 0.65;
const OPTIONAL: f64 = 0.4;

/// The line for one mention of a drug or supply; none where it was not surely given at this encounter. Supplies, and what a facility
/// supplies at an operation or to an inpatient, stay below the draft.
pub(crate) fn candidate(
    terminology: &Terminology,
    encounter: &Encounter,
    note: usize,
    annotation: &Annotation,
    place: usize,
) -> Option<Candidate> {
    let text = encounter.notes[note].text.as_str();
    let told = Told::of(terminology, annotation, text, place)?;
    let mention = &annotation.mentions[place];
    let section = &annotation.outline.sections[mention.section];
    let kind = annotation.outline.ruling_kind(mention.section);
    if !told.is_given(kind, section.header.map_or("", |h| &text[h])) {
        return None;
    }
    let procedure = told.procedure;
    let operation = annotation
        .outline
        .sections
        .iter()
        .any(|s| matches!(s.kind, SectionKind::PreoperativeDiagnosis | SectionKind::PostoperativeDiagnosis));
    let of_facility = encounter.setting == Setting::Inpatient
        || operation && encounter.billing == Billing::Professional && !Words::of(told.sentence).say(Says::Office);
    let mut reasons = vec![Reason::new("supply", format!("\"{}\" given at this encounter", procedure.name))];
    if of_facility {
        reasons.push(Reason::new("supply", "supplied by the facility: not on this claim"));
    }
    let stated = told.stated();
    // A supply goes with many procedures without being billed.
    let drug = procedure.dose.is_some() || procedure.code.starts_with('J');
    Some(Candidate {
        system: "HCPCS",
        code: procedure.code.clone(),
        note,
        span: stated.map_or(mention.span, |s| Span::new(told.at + s.span.start, told.at + s.span.end)),
        section: kind,
        role: "procedure",
        score: if of_facility || !drug { OPTIONAL } else { GIVEN },
        reasons,
        modifiers: Vec::new(),
        units: procedure.dose.and_then(|unit| stated?.dose.units(unit)).unwrap_or(1),
        open: None,
        side: None,
        bilateral: false,
        procedure: Some(told.number),
        mention: place,
    })
}
