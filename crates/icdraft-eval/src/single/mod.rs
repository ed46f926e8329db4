//! One thing alone, where a corpus annotates nothing else: negation of given spans, headers of sections.

mod headers;
mod negation;

pub use headers::{HeaderNote, evaluate_headers};
pub use negation::{Answer, evaluate_negation};

use crate::evaluation::Options;
use crate::interval::{self, Clusters};
use crate::metric::code::Tally;
use crate::summary::{Figure, Group, List};

/// Precision, recall and F1 of each name over all items, with intervals. An item has one tally for each name.
fn figures<const N: usize>(
    group: Group,
    names: [&str; N],
    items: &[[Tally; N]],
    clusters: &Clusters,
    options: &Options,
) -> Vec<Figure> {
    let measure = |weights: &[u32]| {
        let mut list = List::of(group);
        for (at, name) in names.iter().enumerate() {
            let mut total = Tally::default();
            items.iter().zip(weights).for_each(|(item, &weight)| total += item[at].times(weight));
            list.tally(name, total);
        }
        list.done()
    };
    let values = |weights: &[u32]| measure(weights).into_iter().map(|figure| figure.value).collect();
    let drawn = interval::draws(clusters, options.draws, options.seed, values);
    let mut figures = measure(&vec![1; items.len()]);
    for (figure, values) in figures.iter_mut().zip(drawn) {
        figure.interval = Some(interval::percentiles(values));
    }
    figures
}
