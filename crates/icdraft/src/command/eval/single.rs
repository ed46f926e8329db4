//! Corpora that annotate one thing alone: negation of given spans, headers of sections.

use anyhow::bail;
use icdraft_corpus::JudgedSpan;
use icdraft_corpus::reader::{self, Corpus};
use icdraft_eval::{Answer, Figure, HeaderNote, Options, evaluate_headers, evaluate_negation};
use icdraft_mention::Annotation;
use icdraft_mention::assertion::{Polarity, Temporality};
use icdraft_note::{Note, Patient, Unit};
use serde_json::json;

use crate::args::{Eval, Format, Source, SourceFormat};
use crate::command::annotate::plain_terminology;
use crate::command::assert::bytes_of;
use crate::command::eval::{material, show};
use crate::command::{Done, in_order, print, say};

pub(super) fn run(args: &Eval, source: &Source) -> anyhow::Result<Done> {
    if args.pred.is_some() || !args.without.is_empty() || args.per_note || args.report.is_some() || source.set.is_some()
    {
        bail!("--pred, --without, --per-note, --report and --set are for corpora with codes; leave them out");
    }
    let (items, figures) = figures(source, args.how.threads)?;
    let shown = match args.how.format {
        Format::Json => {
            serde_json::to_string_pretty(&json!({
                "gold": source.gold.display().to_string(),
                "engine": concat!("icdraft ", env!("CARGO_PKG_VERSION")),
                "items": items,
                "figures": figures,
            }))? + "\n"
        }
        Format::Table => show::figures(&figures),
    };
    print(&shown)?;
    Ok(Done::Whole)
}

/// How many spans or notes there are, and their figures.
pub(super) fn figures(source: &Source, threads: Option<usize>) -> anyhow::Result<(usize, Vec<Figure>)> {
    let options = Options::default();
    if source.from == SourceFormat::Headers {
        let notes = HeaderNote::read(&source.gold)?;
        return Ok((notes.len(), material::on_threads(threads, || evaluate_headers(&notes, &options))?));
    }
    let converted = reader::read(reader::Format::Negex, &source.gold, &reader::Options::default(), &|| {})?;
    if !converted.left_out.is_empty() {
        say(&format!("{}: {} rows left out", source.gold.display(), converted.left_out.len()));
    }
    let Corpus::Judged(spans) = converted.corpus else { bail!("{}: no spans", source.gold.display()) };
    let answers = answers(&spans, threads)?;
    Ok((spans.len(), material::on_threads(threads, || evaluate_negation(&spans, &answers, &options))?))
}

fn answers(spans: &[JudgedSpan], threads: Option<usize>) -> anyhow::Result<Vec<Answer>> {
    let terminology = plain_terminology()?;
    let work = |span: &JudgedSpan| {
        let note = Note { id: span.id.clone(), text: span.text.clone(), ..Note::default() };
        let annotation = Annotation::of(&terminology, &note, Patient::default());
        let bytes = bytes_of(&span.text, Unit::Chars, span.start, span.end).unwrap_or_default();
        let (assertion, _) = annotation.assert_span(&span.text, bytes).unwrap_or_default();
        match (assertion.polarity, assertion.temporality) {
            (Polarity::Negated, _) => Answer::Negated,
            (_, Temporality::Resolved) => Answer::Resolved,
            _ => Answer::Affirmed,
        }
    };
    let mut answers = Vec::with_capacity(spans.len());
    in_order(spans, threads, "judging", work, |answer| {
        answers.push(answer);
        Ok(())
    })?;
    Ok(answers)
}
