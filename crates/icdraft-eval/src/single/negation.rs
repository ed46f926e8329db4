//! Negation of given spans, as the NegEx test kit judges it.

use icdraft_corpus::JudgedSpan;
use icdraft_corpus::judged::Polarity;

use super::figures;
use crate::evaluation::Options;
use crate::interval::Clusters;
use crate::metric::code::Tally;
use crate::summary::{Figure, Group};

/// What was understood of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is there.
    Affirmed,
    /// It was there and has resolved. The kit calls that negated; icdraft affirms it and says that it has resolved.
    Resolved,
    /// It is not there.
    Negated,
}

/// Precision, recall and F1 of negation (Chapman et al., *A Simple Algorithm for Identifying Negated Findings and Diseases*,
/// 2001), plain and with what has resolved counted as negated. `answers` are those of `spans`, in order.
pub fn evaluate_negation(spans: &[JudgedSpan], answers: &[Answer], options: &Options) -> Vec<Figure> {
    let items: Vec<[Tally; 2]> = spans
        .iter()
        .zip(answers)
        .map(|(span, answer)| {
            let gold = span.polarity == Polarity::Negated;
            [*answer == Answer::Negated, *answer != Answer::Affirmed].map(|said| Tally {
                tp: usize::from(gold && said),
                fp: usize::from(!gold && said),
                fn_: usize::from(gold && !said),
            })
        })
        .collect();
    let clusters = Clusters::of(spans.iter().map(|span| span.cluster.as_deref()));
    figures(Group::Assertion, ["negation", "negation (resolved is negated)"], &items, &clusters, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negation_by_hand() {
        let span = |polarity| JudgedSpan {
            id: String::new(),
            cluster: None,
            text: "no fever".into(),
            start: 3,
            end: 8,
            polarity,
        };
        let (negated, affirmed) = (Polarity::Negated, Polarity::Affirmed);
        let spans = [negated, negated, negated, affirmed, affirmed].map(span);
        let answers = [Answer::Negated, Answer::Resolved, Answer::Affirmed, Answer::Negated, Answer::Affirmed];
        let figures = evaluate_negation(&spans, &answers, &Options::default());
        let value = |name: &str| figures.iter().find(|f| f.name == name).unwrap().value;
        // Plain: 1 right, 1 wrong, 2 missed. With resolved: 2 right, 1 wrong, 1 missed.
        assert_eq!(
            [value("negation precision"), value("negation recall"), value("negation F1")],
            [0.5, 1.0 / 3.0, 0.4]
        );
        assert_eq!(value("negation (resolved is negated) F1"), 2.0 / 3.0);
        assert_eq!((figures.len(), figures[1].n), (6, 3));
        assert!(figures.iter().all(|f| f.interval.is_some()));
    }
}
