//! A text cut at the ends of its spans, so that each piece lies in the same spans from its first to its last letter.

use icdraft_corpus::CharSpan;
use icdraft_corpus::span::CharText;

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// First code point.
    pub(crate) start: usize,
    /// Its words.
    pub(crate) text: &'a str,
    /// Places of the spans that it lies in, rising.
    pub(crate) within: Vec<usize>,
}

/// The pieces of a text, in order; together they are the text. Spans that are empty or end outside mark nothing.
pub(crate) fn pieces<'a>(text: &'a str, spans: &[CharSpan]) -> Vec<Piece<'a>> {
    let chars = CharText::new(text);
    let spans: Vec<(usize, CharSpan)> =
        spans.iter().copied().enumerate().filter(|(_, span)| span.is_within(chars.length())).collect();
    let mut cuts: Vec<usize> = spans.iter().flat_map(|(_, span)| [span.start, span.end]).collect();
    cuts.extend([0, chars.length()]);
    cuts.sort_unstable();
    cuts.dedup();
    let piece = |cut: &[usize]| {
        let at = CharSpan::new(cut[0], cut[1]);
        let within = spans.iter().filter(|(_, span)| span.overlap(at) > 0).map(|(place, _)| *place).collect();
        Some(Piece { start: at.start, text: chars.slice(at)?, within })
    };
    cuts.windows(2).filter_map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut<'a>(text: &'a str, spans: &[(usize, usize)]) -> Vec<(&'a str, Vec<usize>)> {
        let spans: Vec<CharSpan> = spans.iter().map(|&(start, end)| CharSpan::new(start, end)).collect();
        pieces(text, &spans).into_iter().map(|piece| (piece.text, piece.within)).collect()
    }

    #[test]
    fn overlapping_spans_share_a_piece() {
        let pieces = cut("acute right knee pain", &[(0, 16), (12, 21)]);
        assert_eq!(pieces, [("acute right ", vec![0]), ("knee", vec![0, 1]), (" pain", vec![1])]);
    }

    #[test]
    fn equal_inner_and_touching_spans() {
        assert_eq!(cut("gout", &[(0, 4), (0, 4)]), [("gout", vec![0, 1])]);
        assert_eq!(cut("a gout b", &[(0, 8), (2, 6)]), [("a ", vec![0]), ("gout", vec![0, 1]), (" b", vec![0])]);
        assert_eq!(cut("gout", &[(0, 2), (2, 4)]), [("go", vec![0]), ("ut", vec![1])]);
    }

    #[test]
    fn spans_count_code_points_not_bytes() {
        let text = "Ménière’s à droite, 38 °C";
        let pieces = cut(text, &[(0, 9), (12, 18)]);
        assert_eq!(
            pieces,
            [("Ménière’s", vec![0]), (" à ", vec![]), ("droite", vec![1]), (", 38 °C", vec![])],
            "cut by bytes, the first piece would end inside a letter"
        );
        assert_eq!(super::pieces(text, &[CharSpan::new(12, 18)])[1].start, 12);
    }

    #[test]
    fn spans_that_lie_outside_mark_nothing() {
        assert_eq!(cut("gout", &[(2, 9), (3, 3), (3, 1), (9, 12)]), [("gout", vec![])]);
        assert_eq!(cut("", &[(0, 1)]), []);
    }
}
