//! The NegEx test kit: report, concept, sentence and `Affirmed` or `Negated`, separated by tabs. The kit gives no offsets:
//! a concept's span is its first occurrence in capitals, as the kit marks it, or else its first occurrence.

use std::path::Path;

use crate::judged::{JudgedSpan, Polarity};
use crate::reader::{ConvertError, LeftOut};
use crate::span::{CharSpan, CharText};
use crate::text;

pub(super) fn read(path: &Path, tick: &dyn Fn(), left_out: &mut Vec<LeftOut>) -> Result<Vec<JudgedSpan>, ConvertError> {
    let content = text::file(path)?;
    let mut judged = Vec::new();
    let mut row = 0;
    for (number, line) in (1..).zip(content.lines()) {
        let cells: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
        let [report, concept, sentence, polarity, ..] = cells[..] else {
            if line.trim().is_empty() {
                continue;
            }
            let says = "expected report, concept, sentence and polarity, separated by tabs";
            return Err(ConvertError::line(path, number, says));
        };
        let polarity = match polarity.trim().to_ascii_lowercase().as_str() {
            "affirmed" => Polarity::Affirmed,
            "negated" => Polarity::Negated,
            _ if number == 1 => continue,
            _ => return Err(ConvertError::line(path, number, "the polarity is neither Affirmed nor Negated")),
        };
        // Rows are numbered from 0, as other programs number them that read the kit.
        let id = row.to_string();
        row += 1;
        let (concept, text) = (unquoted(concept), unquoted(sentence));
        match find(&concept, &text) {
            Some(CharSpan { start, end }) => {
                let cluster = Some(report.trim().to_owned());
                judged.push(JudgedSpan { id, cluster, text, start, end, polarity });
            }
            None => {
                let why = "the sentence does not have the words of its concept".into();
                left_out.push(LeftOut { path: path.to_owned(), line: number, why });
            }
        }
        tick();
    }
    if judged.is_empty() {
        return Err(ConvertError::file(
            path,
            "no rows; expected report, concept, sentence and polarity, separated by tabs",
        ));
    }
    Ok(judged)
}

/// The kit's spreadsheet put quotes around cells and doubled those inside.
fn unquoted(cell: &str) -> String {
    cell.trim().trim_matches('"').replace("\"\"", "\"").trim().to_owned()
}

fn find(concept: &str, text: &str) -> Option<CharSpan> {
    let words: Vec<&str> = concept.split_whitespace().collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let range = occurrence(&upper, text, |a, b| a == b).or_else(|| occurrence(&words, text, same_letter))?;
    Some(CharText::new(text).span_of(range))
}

fn same_letter(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

/// The first occurrence of words with any white space between them, as bytes.
fn occurrence(words: &[&str], text: &str, same: impl Fn(char, char) -> bool) -> Option<std::ops::Range<usize>> {
    let (first, rest) = words.split_first()?;
    let at = |place: usize, word: &str| -> Option<usize> {
        let mut letters = text[place..].chars();
        let mut end = place;
        for letter in word.chars() {
            let met = letters.next().filter(|&met| same(met, letter))?;
            end += met.len_utf8();
        }
        Some(end)
    };
    text.char_indices().find_map(|(start, _)| {
        let mut end = at(start, first)?;
        for word in rest {
            let gap = text[end..].len() - text[end..].trim_start().len();
            end = at(end + gap, word).filter(|_| gap > 0)?;
        }
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_concept_in_capitals_comes_first() {
        let text = "Old stroke, é no new STROKE.";
        assert_eq!(find("stroke", text), Some(CharSpan::new(21, 27)));
        assert_eq!(find("Old  stroke", text), Some(CharSpan::new(0, 10)));
        assert_eq!(find("new\tstroke", "no new\n stroke"), Some(CharSpan::new(3, 14)));
        assert_eq!(find("fever", text), None);
        assert_eq!(find("", text), None);
    }
}
