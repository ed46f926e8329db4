//! What the templates show: everything as text, ready to be set.

mod figures;
mod mistake;
mod mistakes;
mod note;
mod tables;

use std::collections::BTreeMap;

use askama::Template;

use crate::{Findings, MOST_NOTES, PageError, chart};
use figures::{FigureRow, GroupView};
use mistakes::{KindRow, SectionTable};
use note::NoteView;
use tables::{BinRow, CodeTable, CurveRow, SpecialtyView, ThresholdRow};

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    style: &'static str,
    findings: &'a Findings<'a>,
    headline: Vec<FigureRow>,
    groups: Vec<GroupView>,
    reliability: String,
    bins: Vec<BinRow>,
    automation: String,
    thresholds: Vec<ThresholdRow>,
    precision_recall: String,
    curve: Vec<CurveRow>,
    mistakes: usize,
    kinds: Vec<KindRow>,
    sections: SectionTable,
    codes: CodeTable,
    specialties: Vec<SpecialtyView>,
    with_mistakes: usize,
    notes: Vec<NoteView<'a>>,
}

/// A mistake, told in a word or two, with the place where the page shows it.
struct Link {
    /// Anchor.
    to: String,
    label: String,
}

/// Notes that the page shows, by their place in the gold.
struct Shown(Vec<bool>);

impl Shown {
    /// The first notes with mistakes: a choice that does not depend on how bad they are.
    fn of(findings: &Findings<'_>) -> Self {
        let mut left = MOST_NOTES;
        let shown = findings.reviews.iter().map(|review| {
            let shown = !review.mistakes.is_empty() && left > 0;
            left -= usize::from(shown);
            shown
        });
        Self(shown.collect())
    }

    /// A link to a mistake; none where its note is not shown.
    fn link(&self, note: usize, mistake: usize, label: String) -> Option<Link> {
        self.0[note].then(|| Link { to: mistake_anchor(note, mistake), label })
    }
}

fn note_anchor(note: usize) -> String {
    format!("n{}", note + 1)
}

fn mistake_anchor(note: usize, mistake: usize) -> String {
    format!("n{}-m{}", note + 1, mistake + 1)
}

pub(crate) fn page(findings: &Findings<'_>) -> Result<String, PageError> {
    let shown = Shown::of(findings);
    let evaluation = findings.evaluation;
    let curves = &evaluation.curves;
    let texts: BTreeMap<&str, _> = findings.gold.iter().map(|note| (note.id.as_str(), note)).collect();
    let reviews = findings.reviews.iter().enumerate().filter(|(at, _)| shown.0[*at]);
    let notes = reviews.filter_map(|(at, review)| {
        let gold = texts.get(review.id.as_str())?;
        Some(NoteView::of(at, gold, review, findings.title))
    });
    let page = Page {
        style: include_str!("../../templates/style.css"),
        findings,
        headline: figures::headline(evaluation),
        groups: figures::groups(evaluation),
        reliability: chart::reliability(&curves.reliability)?,
        bins: tables::bins(curves),
        automation: chart::automation(&curves.automation)?,
        thresholds: tables::thresholds(curves),
        precision_recall: chart::precision_recall(&curves.precision_recall)?,
        curve: tables::curve(curves),
        mistakes: evaluation.mistakes.len(),
        kinds: mistakes::kinds(findings.reviews, &shown),
        sections: SectionTable::of(&evaluation.mistakes),
        codes: CodeTable::of(findings, &shown),
        specialties: tables::specialties(evaluation),
        with_mistakes: findings.reviews.iter().filter(|review| !review.mistakes.is_empty()).count(),
        notes: notes.collect(),
    };
    Ok(page.render()?)
}

/// A share or mean as the page writes it.
fn three(value: f64) -> String {
    format!("{value:.3}")
}
