//! `icdraft annotate`: what was read from a note, before any code.

use std::io::Write;

use icdraft_codeset::CodeSet;
use icdraft_mention::assertion::{Assertion, Certainty, Experiencer, Polarity, Temporality};
use icdraft_mention::{Annotation, Laterality, Meaning, Terminology};
use icdraft_note::{Encounter, Note, Offsets, Span, Unit};
use icdraft_suggest::{Coder, SCHEMA};
use serde::Serialize;

use crate::args::Annotate;
use crate::command::{Done, in_order, private_file, reject};
use crate::input;

#[derive(Debug, Serialize)]
struct Annotated<'a> {
    schema: &'static str,
    id: &'a str,
    encounter: &'a str,
    offsets: Unit,
    warnings: &'a [String],
    sections: Vec<SectionRow<'a>>,
    sentences: Vec<SentenceRow>,
    mentions: Vec<MentionRow<'a>>,
}

#[derive(Debug, Serialize)]
struct Place {
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
struct SectionRow<'a> {
    id: usize,
    kind: &'static str,
    title: Option<&'a str>,
    #[serde(flatten)]
    place: Place,
    header: Option<Place>,
    parent: Option<usize>,
}

#[derive(Debug, Serialize)]
struct SentenceRow {
    #[serde(flatten)]
    place: Place,
    section: usize,
    item: bool,
}

#[derive(Debug, Serialize)]
struct MentionRow<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
    system: &'static str,
    /// Entry of the tabular list, or CPT number, that the words stand for.
    concept: String,
    section: usize,
    sentence: usize,
    #[serde(flatten)]
    judgement: Judgement,
}

/// Assertion and side with their cues, as `annotate` and `assert` both print them.
#[derive(Debug, Serialize)]
pub(crate) struct Judgement {
    polarity: Polarity,
    certainty: Certainty,
    temporality: Temporality,
    experiencer: Experiencer,
    laterality: Option<SideRow>,
    cues: Vec<CueRow>,
}

#[derive(Debug, Serialize)]
struct SideRow {
    side: &'static str,
    source: icdraft_mention::SideSource,
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
struct CueRow {
    value: &'static str,
    /// `section` where the kind of section decided and no words did.
    source: &'static str,
    text: Option<String>,
    start: Option<usize>,
    end: Option<usize>,
    scope: Option<Place>,
}

impl Judgement {
    pub(crate) fn of(text: &str, offsets: &Offsets, assertion: &Assertion, side: Option<Laterality>) -> Self {
        let place = |span: Span| {
            let (start, end) = offsets.span(text, span);
            Place { start, end }
        };
        Self {
            polarity: assertion.polarity,
            certainty: assertion.certainty,
            temporality: assertion.temporality,
            experiencer: assertion.experiencer,
            laterality: side.map(|l| {
                let (start, end) = offsets.span(text, l.span);
                SideRow { side: l.side.name(), source: l.source, start, end }
            }),
            cues: assertion
                .cues
                .iter()
                .map(|c| CueRow {
                    value: c.value,
                    source: if c.span.is_some() { "words" } else { "section" },
                    text: c.span.map(|s| text[s.start..s.end].to_owned()),
                    start: c.span.map(|s| place(s).start),
                    end: c.span.map(|s| place(s).end),
                    scope: c.scope.map(place),
                })
                .collect(),
        }
    }
}

pub(crate) fn run(args: &Annotate) -> anyhow::Result<Done> {
    let coder = Coder::new(&args.many.knowledge.config()?)?;
    let inputs = input::gather(&args.many.inputs, args.out.as_deref())?;
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(private_file(path)?),
        None => Box::new(std::io::stdout().lock()),
    };
    let work = |encounter: &Encounter| -> serde_json::Result<String> {
        let terminology = coder.terminology(encounter.date_of_service);
        let lines: Result<Vec<String>, _> = encounter
            .notes
            .iter()
            .map(|note| serde_json::to_string(&annotated(terminology, encounter, note, args.many.offsets.into())))
            .collect();
        Ok(lines?.join("\n"))
    };
    in_order(&inputs.encounters, args.many.threads, "annotating", work, |lines| Ok(writeln!(out, "{}", lines?)?))?;
    out.flush()?;
    reject(args.out.as_deref(), &inputs.rejected)
}

fn annotated<'a>(terminology: &Terminology, encounter: &'a Encounter, note: &'a Note, unit: Unit) -> Annotated<'a> {
    let text = note.text.as_str();
    let annotation = Annotation::of(terminology, note, encounter.patient);
    let offsets = Offsets::new(text, unit);
    let place = |span: Span| {
        let (start, end) = offsets.span(text, span);
        Place { start, end }
    };
    let outline = &annotation.outline;
    Annotated {
        schema: SCHEMA,
        id: &note.id,
        encounter: &encounter.id,
        offsets: unit,
        warnings: &encounter.warnings,
        sections: outline
            .sections
            .iter()
            .map(|s| SectionRow {
                id: s.id,
                kind: s.kind.name(),
                title: s.header.map(|h| &text[h]),
                place: place(s.range),
                header: s.header.map(place),
                parent: s.parent,
            })
            .collect(),
        sentences: outline
            .sentences
            .iter()
            .map(|(s, section)| SentenceRow { place: place(s.span), section: *section, item: s.item })
            .collect(),
        mentions: annotation
            .mentions
            .iter()
            .map(|m| {
                let (system, concept) = match terminology.concept(m.concept).meaning {
                    Meaning::Diagnosis(code) => ("ICD-10-CM", code.to_string()),
                    Meaning::Procedure(n) => {
                        let procedure = &terminology.procedures()[n];
                        (procedure.system(), procedure.code.clone())
                    }
                };
                MentionRow {
                    place: place(m.span),
                    text: &text[m.span],
                    system,
                    concept,
                    section: m.section,
                    sentence: m.sentence,
                    judgement: Judgement::of(text, &offsets, &m.assertion, m.laterality),
                }
            })
            .collect(),
    }
}

/// The terminology for commands that code nothing.
pub(crate) fn plain_terminology() -> anyhow::Result<Terminology> {
    Ok(Terminology::new(&CodeSet::embedded(), icdraft_mention::Procedures::None)?)
}
