//! `icdraft assert`: the caller's spans, judged.

use std::io::Write as _;

use icdraft_mention::Annotation;
use icdraft_mention::assertion::{Polarity, Temporality};
use icdraft_note::{Note, Offsets, Patient, Span, Unit};
use serde::{Deserialize, Serialize};

use crate::args::{Assert, Profile};
use crate::command::annotate::{Judgement, plain_terminology};
use crate::command::{Done, in_order, private_file, reject};
use crate::input::json_lines;

#[derive(Debug, Deserialize)]
struct SpanLine {
    id: String,
    text: String,
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
struct Judged<'a> {
    id: &'a str,
    start: usize,
    end: usize,
    #[serde(flatten)]
    judgement: Judgement,
}

pub(crate) fn run(args: &Assert) -> anyhow::Result<Done> {
    let unit: Unit = args.offsets.into();
    let terminology = plain_terminology()?;
    let mut rejected = Vec::new();
    let lines = json_lines(&args.input, &mut rejected, |line: &mut SpanLine, _| {
        let span = bytes_of(&line.text, unit, line.start, line.end);
        let span = span.filter(|s| !s.trim(&line.text).is_empty());
        let unit = format!("{unit:?}").to_lowercase();
        span.map(|_| ()).ok_or_else(|| format!("{}..{} is no stretch of the text in {unit}", line.start, line.end))
    })?;
    let mut out = private_file(&args.out)?;
    let work = |line: &SpanLine| -> serde_json::Result<String> {
        let text = line.text.as_str();
        let note = Note { id: line.id.clone(), text: line.text.clone(), ..Note::default() };
        let annotation = Annotation::of(&terminology, &note, Patient::default());
        let offsets = Offsets::new(text, unit);
        let span = bytes_of(text, unit, line.start, line.end).unwrap_or_default();
        let (mut assertion, side) = annotation.assert_span(text, span).unwrap_or_default();
        if args.profile == Profile::Negex && assertion.temporality == Temporality::Resolved {
            assertion.polarity = Polarity::Negated;
        }
        serde_json::to_string(&Judged {
            id: &line.id,
            start: line.start,
            end: line.end,
            judgement: Judgement::of(text, &offsets, &assertion, side),
        })
    };
    in_order(&lines, None, "judging", work, |line| Ok(writeln!(out, "{}", line?)?))?;
    out.flush()?;
    reject(Some(&args.out), &rejected)
}

/// The byte span of offsets in another unit, where they fall on characters.
pub(crate) fn bytes_of(text: &str, unit: Unit, start: usize, end: usize) -> Option<Span> {
    let offsets = Offsets::new(text, unit);
    let find = |offset: usize| {
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        ends.into_iter().find(|&at| offsets.of(text, at) == offset)
    };
    Some(Span::new(find(start)?, find(end).filter(|_| start <= end)?))
}
