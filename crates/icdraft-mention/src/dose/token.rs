//! Words, numbers and marks of a sentence, and the amounts among them.

use super::{Dose, Measure};

/// A word, a number or a mark, in lower case.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(PartialEq, Clone, Copy)]
enum Class {
    Number,
    Word,
    Mark,
}

/// "1,000mg/mL" gives "1000", "mg", "/", "ml". Hyphens and dots that close abbreviations vanish.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let at = |n: usize| chars.get(n).map_or(' ', |c| c.1);
    let digit = |n: usize| at(n).is_ascii_digit();
    let mut out: Vec<Token> = Vec::new();
    let mut last = None;
    for (n, &(start, c)) in chars.iter().enumerate() {
        let end = start + c.len_utf8();
        let thousands = c == ',' && n > 0 && digit(n - 1) && (1..=3).all(|k| digit(n + k)) && !digit(n + 4);
        if thousands && last == Some(Class::Number) {
            if let Some(token) = out.last_mut() {
                token.end = end;
            }
            continue;
        }
        let class = if c.is_ascii_digit() || c == '.' && digit(n + 1) {
            Class::Number
        } else if c.is_alphabetic() {
            Class::Word
        } else if matches!(c, ',' | ';' | ':' | '(' | ')' | '/' | '%' | '+') || c == '.' && !abbreviates(&out, start) {
            Class::Mark
        } else {
            last = None;
            continue;
        };
        match out.last_mut().filter(|t| class != Class::Mark && last == Some(class) && t.end == start) {
            Some(token) => {
                token.text.extend(c.to_lowercase());
                token.end = end;
            }
            None => out.push(Token { text: c.to_lowercase().collect(), start, end }),
        }
        last = Some(class);
    }
    out
}

/// Whether a full stop belongs to the letters just before it: "p.o.", "i.m.", "mg.".
fn abbreviates(out: &[Token], at: usize) -> bool {
    out.last().is_some_and(|t| t.end == at && (t.text.len() == 1 || measure(&t.text).is_some() || t.text == "subq"))
}

/// An amount, or a strength.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    /// First token.
    pub(super) first: usize,
    /// One past the last.
    pub(super) last: usize,
    pub(super) dose: Dose,
    /// In each milliliter.
    pub(super) strength: bool,
}

/// The factor and the measure of a unit's name.
fn measure(word: &str) -> Option<(f64, Measure)> {
    Some(match word {
        "mg" | "milligram" | "milligrams" | "mgs" => (1.0, Measure::Milligram),
        "mcg" | "ug" | "µg" | "μg" | "microgram" | "micrograms" => (0.001, Measure::Milligram),
        "g" | "gm" | "gms" | "gram" | "grams" => (1000.0, Measure::Milligram),
        "unit" | "units" | "u" | "iu" => (1.0, Measure::Unit),
        "ml" | "mls" | "cc" | "ccs" | "milliliter" | "milliliters" => (1.0, Measure::Milliliter),
        "l" | "liter" | "liters" => (1000.0, Measure::Milliliter),
        _ => return None,
    })
}

/// A number, in digits or in words.
pub(super) fn number(word: &str) -> Option<f64> {
    const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    if let Some(n) = WORDS.iter().position(|w| *w == word) {
        return u32::try_from(n).ok().map(f64::from);
    }
    word.starts_with(|c: char| c.is_ascii_digit() || c == '.').then(|| word.parse().ok()).flatten()
}

/// The amounts of a text, in order. "1 mg/kg" and "2 mg/hour" say nothing of the whole.
pub(super) fn amounts(tokens: &[Token]) -> Vec<Amount> {
    let text = |n: usize| tokens.get(n).map_or("", |t| t.text.as_str());
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match amount(&text, at) {
            Some((last, Some(found))) => {
                out.push(found);
                at = last;
            }
            Some((last, None)) => at = last,
            None => at += 1,
        }
    }
    out
}

/// The amount that begins at a token: where it ends, and what it is, unless it is one by weight or time.
fn amount<'a>(text: &impl Fn(usize) -> &'a str, at: usize) -> Option<(usize, Option<Amount>)> {
    let mut value = number(text(at))?;
    let mut next = at + 1;
    if text(next) == "million" {
        value *= 1e6;
        next += 1;
    }
    let of = |last, dose, strength| (last, Some(Amount { first: at, last, dose, strength }));
    if text(next) == "%" {
        // One percent is 10 mg in each milliliter.
        return Some(of(next + 1, Dose { amount: value * 10.0, measure: Measure::Milligram }, true));
    }
    let (factor, measure) = measure(text(next))?;
    next += 1;
    let dose = Dose { amount: value * factor, measure };
    if text(next) != "/" && text(next) != "per" {
        return Some(of(next, dose, false));
    }
    next += 1;
    let volume = number(text(next)).filter(|v| *v > 0.0);
    next += usize::from(volume.is_some());
    if !matches!(self::measure(text(next)), Some((_, Measure::Milliliter))) {
        return Some((next + 1, None));
    }
    Some(of(next + 1, Dose { amount: dose.amount / volume.unwrap_or(1.0), measure }, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(f64, Measure, bool)> {
        amounts(&tokens(text)).into_iter().map(|a| (a.dose.amount, a.dose.measure, a.strength)).collect()
    }

    #[test]
    fn numbers_and_units() {
        assert_eq!(read("1,000mcg, .5 cc"), [(1.0, Measure::Milligram, false), (0.5, Measure::Milliliter, false)]);
        assert_eq!(read("2.4 million units"), [(2_400_000.0, Measure::Unit, false)]);
        assert_eq!(read("one gram"), [(1000.0, Measure::Milligram, false)]);
        assert_eq!(read("40,50 mg"), [(50.0, Measure::Milligram, false)]);
    }

    #[test]
    fn strengths_and_rates() {
        assert_eq!(read("40 mg/mL"), [(40.0, Measure::Milligram, true)]);
        assert_eq!(read("60 mg per 2 mL"), [(30.0, Measure::Milligram, true)]);
        assert_eq!(read("1% solution"), [(10.0, Measure::Milligram, true)]);
        assert!(read("1 mg/kg, 100 mg/hour, 2 tablets").is_empty());
    }

    #[test]
    fn abbreviations_keep_their_dots_inside() {
        let words: Vec<String> = tokens("10 mg p.o. was given.").into_iter().map(|t| t.text).collect();
        assert_eq!(words, ["10", "mg", "p", "o", "was", "given", "."]);
    }
}
