//! Doses: "60 mg", "1 mL of 40 mg/mL", "Kenalog-40, 1 cc".

/// What a dose is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Milligrams.
    Milligram,
    /// Units.
    Unit,
    /// Milliliters.
    Milliliter,
}

impl Measure {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Milligram => "mg",
            Measure::Unit => "units",
            Measure::Milliliter => "mL",
        }
    }
}

/// An amount of a drug.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dose {
    /// How much.
    pub amount: f64,
    /// Of what.
    pub measure: Measure,
}

impl Dose {
    /// Reads "15 mg", "1000 mcg", "100 units", "1000 mL".
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let tokens = tokens(text);
        let (amount, measure) = amount(&tokens, 0)?;
        Some(Self { amount, measure })
    }

    /// How many whole billing units of `unit` this dose is, rounded up; none where they are not counted alike.
    pub fn units(self, unit: Dose) -> Option<u32> {
        if self.measure != unit.measure || unit.amount <= 0.0 {
            return None;
        }
        // A little less, so that 0.3 / 0.1 is 3.
        let whole = (self.amount / unit.amount - 1e-9).ceil();
        (1..=9999).find(|&n| f64::from(n) >= whole)
    }

    /// The dose that a sentence states for the drug whose words end at `end` and start at `start` (bytes of `text`): the nearest one behind
    /// the words, else the nearest before. A volume times a strength is multiplied; so is a volume of a brand that has its strength in its name.
    pub fn stated(text: &str, start: usize, end: usize) -> Option<Self> {
        let behind = tokens(text.get(end..).unwrap_or_default());
        let before = tokens(text.get(..start).unwrap_or_default());
        let name = tokens(text.get(start..end).unwrap_or_default());
        let strength = name.iter().rev().chain(behind.first()).find_map(|t| t.parse::<f64>().ok());
        let reach = &behind[..behind.len().min(REACH)];
        let found = (0..reach.len()).find_map(|n| multiplied(reach, n));
        let found = found.or_else(|| {
            let near = &before[before.len().saturating_sub(REACH)..];
            (0..near.len()).rev().find_map(|n| multiplied(near, n))
        })?;
        match (found.measure, strength) {
            // "Kenalog-40, 1 cc": forty milligrams in each.
            (Measure::Milliliter, Some(strength)) if strength >= 5.0 => {
                Some(Self { amount: found.amount * strength, measure: Measure::Milligram })
            }
            _ => Some(found),
        }
    }
}

/// How many words from the drug its dose may stand.
const REACH: usize = 8;

/// Words, numbers and the slash, lower case: "40mg/mL" gives "40", "mg", "/", "ml".
fn tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in text.chars() {
        let number = c.is_ascii_digit() || (c == '.' || c == ',') && last.is_ascii_digit();
        let joins = number && (last.is_ascii_digit() || last == '.' || last == ',')
            || c.is_alphabetic() && last.is_alphabetic();
        if c == ',' && last.is_ascii_digit() {
            // "1,000 units": the comma is dropped, the number goes on.
            last = c;
            continue;
        }
        if number || c.is_alphabetic() || c == '/' {
            match out.last_mut().filter(|_| joins) {
                Some(word) => word.extend(c.to_lowercase()),
                None => out.push(c.to_lowercase().collect()),
            }
        }
        last = c;
    }
    for word in &mut out {
        while word.ends_with('.') {
            word.pop();
        }
    }
    out
}

/// A number with its unit at `at`.
fn amount(tokens: &[String], at: usize) -> Option<(f64, Measure)> {
    let value: f64 = tokens.get(at)?.parse().ok()?;
    let (scale, measure) = match tokens.get(at + 1)?.as_str() {
        "mg" | "milligram" | "milligrams" => (1.0, Measure::Milligram),
        "mcg" | "ug" | "micrograms" | "microgram" => (0.001, Measure::Milligram),
        "g" | "gm" | "gram" | "grams" => (1000.0, Measure::Milligram),
        "unit" | "units" | "u" | "iu" => (1.0, Measure::Unit),
        "million" if tokens.get(at + 2).is_some_and(|t| t.starts_with("unit")) => (1e6, Measure::Unit),
        "ml" | "cc" | "mls" | "ccs" | "milliliters" | "milliliter" => (1.0, Measure::Milliliter),
        "l" | "liter" | "liters" => (1000.0, Measure::Milliliter),
        _ => return None,
    };
    Some((value * scale, measure))
}

/// The dose at `at`; a volume followed by a strength ("2 mL of 40 mg/mL"), or a strength followed by a volume, is multiplied.
fn multiplied(tokens: &[String], at: usize) -> Option<Dose> {
    let (value, measure) = amount(tokens, at)?;
    let per_volume = |n: usize| {
        tokens.get(n).is_some_and(|t| t == "/" || t == "per")
            && tokens.get(n + 1).is_some_and(|t| t == "ml" || t == "cc")
    };
    let other = (at + 2..tokens.len().min(at + 8)).find_map(|n| Some((n, amount(tokens, n)?)));
    match (measure, other) {
        (Measure::Milliliter, Some((n, (strength, measure))))
            if measure != Measure::Milliliter && per_volume(n + 2) =>
        {
            Some(Dose { amount: value * strength, measure })
        }
        (_, Some((_, (volume, Measure::Milliliter)))) if per_volume(at + 2) => {
            Some(Dose { amount: value * volume, measure })
        }
        _ if per_volume(at + 2) => None,
        _ => Some(Dose { amount: value, measure }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, drug: &str, unit: &str) -> Option<u32> {
        let start = text.find(drug).unwrap();
        Dose::stated(text, start, start + drug.len())?.units(Dose::parse(unit).unwrap())
    }

    #[test]
    fn whole_units_rounded_up() {
        assert_eq!(units("ketorolac 60 mg IM", "ketorolac", "15 mg"), Some(4));
        assert_eq!(units("Ceftriaxone 1 g given IM", "Ceftriaxone", "250 mg"), Some(4));
        assert_eq!(units("ondansetron 4mg IV", "ondansetron", "1 mg"), Some(4));
        assert_eq!(units("ketorolac 20 mg", "ketorolac", "15 mg"), Some(2));
        assert_eq!(units("vitamin B12 1,000 mcg", "vitamin B12", "1000 mcg"), Some(1));
        assert_eq!(
            units("penicillin G benzathine 2.4 million units", "penicillin G benzathine", "100000 units"),
            Some(24)
        );
        assert_eq!(units("0.3 mg of X", "X", "0.1 mg"), Some(3));
    }

    #[test]
    fn volumes_and_strengths() {
        assert_eq!(units("1 mL of 40 mg/mL triamcinolone", "triamcinolone", "10 mg"), Some(4));
        assert_eq!(units("2 cc of Depo-Medrol 80 mg/mL", "Depo-Medrol", "1 mg"), Some(160));
        assert_eq!(units("Kenalog-40, 1 cc, was injected", "Kenalog-40", "10 mg"), Some(4));
        assert_eq!(units("1 cc of Kenalog 40", "Kenalog 40", "10 mg"), Some(4));
        assert_eq!(units("triamcinolone was injected", "triamcinolone", "10 mg"), None);
    }
}
