//! Doses: how much of a drug a sentence says was given, and how much of it was thrown away.
//!
//! An amount belongs to a drug where it stands right before it ("40 mg of Kenalog"), or behind it and before the next drug. A volume is
//! multiplied by a strength ("1 mL of 40 mg/mL", "Kenalog-40, 1 cc").

mod token;

use icdraft_note::Span;

use token::{Amount, Token, amounts, number, tokens};

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
        Self::only(text, false)
    }

    /// Reads "6 mg/mL".
    pub(crate) fn parse_strength(text: &str) -> Option<Self> {
        Self::only(text, true)
    }

    fn only(text: &str, strength: bool) -> Option<Self> {
        let tokens = tokens(text);
        match amounts(&tokens).as_slice() {
            [one] if one.strength == strength && one.last == tokens.len() => Some(one.dose).filter(|d| d.amount > 0.0),
            _ => None,
        }
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
}

/// A drug in a sentence: where its words stand, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Drug {
    /// Its words, in bytes of the sentence.
    pub span: Span,
    /// What one billing unit is.
    pub unit: Dose,
    /// What is in each milliliter, where it is sold in one strength only.
    pub strength: Option<Dose>,
}

/// What a sentence says of a drug.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stated {
    /// How much in all.
    pub dose: Dose,
    /// The drug with its amounts, in bytes of the sentence.
    pub span: Span,
}

/// How far from the drug its amount may stand, in tokens.
const REACH: usize = 14;

/// Words that stand between an amount and the drug behind it.
const LINKS: &[&str] = &[
    "of",
    "the",
    "a",
    "im",
    "iv",
    "sc",
    "sq",
    "subq",
    "subcutaneous",
    "intravenous",
    "intramuscular",
    "push",
    "injectable",
];

/// Words that an amount goes on with; any other names a substance of its own ("1 cc lidocaine").
const FOLLOWERS: &[&str] = &[
    ",",
    ";",
    ".",
    ")",
    "(",
    "im",
    "iv",
    "sc",
    "sq",
    "subq",
    "intramuscular",
    "intramuscularly",
    "intravenous",
    "intravenously",
    "subcutaneously",
    "push",
    "bolus",
    "injection",
    "injected",
    "was",
    "were",
    "given",
    "administered",
    "infused",
    "instilled",
    "into",
    "in",
    "to",
    "at",
    "on",
    "over",
    "via",
    "by",
    "with",
    "for",
    "x",
    "times",
    "once",
    "twice",
    "each",
    "per",
    "total",
    "now",
    "today",
    "and",
    "then",
    "followed",
    "left",
    "right",
    "bilateral",
    "plus",
    "mixed",
    "wasted",
    "discarded",
    "more",
    "later",
];

/// Words for what was left of a container and thrown away.
const WASTE: &[&str] =
    &["wasted", "waste", "discarded", "discard", "wastage", "unused", "remaining", "remainder", "leftover"];

/// The words of a sentence around one drug.
struct Around<'a> {
    tokens: Vec<Token>,
    amounts: Vec<Amount>,
    drug: &'a Drug,
    /// Tokens of the drug: first, and one past the last.
    own: (usize, usize),
    /// End of the drug before, and start of the one behind, in tokens.
    between: (usize, usize),
}

impl<'a> Around<'a> {
    fn new(sentence: &str, drug: &'a Drug, others: &[Span]) -> Self {
        let tokens = tokens(sentence);
        let first = |byte: usize| tokens.partition_point(|t| t.end <= byte);
        let last = |byte: usize| tokens.partition_point(|t| t.start < byte);
        let own = (first(drug.span.start), last(drug.span.end));
        let before = others.iter().filter(|o| o.end <= drug.span.start).map(|o| last(o.end)).max().unwrap_or(0);
        let behind =
            others.iter().filter(|o| o.start >= drug.span.end).map(|o| first(o.start)).min().unwrap_or(tokens.len());
        Self { amounts: amounts(&tokens), tokens, drug, own, between: (before, behind) }
    }

    fn text(&self, n: usize) -> &str {
        self.tokens.get(n).map_or("", |t| t.text.as_str())
    }

    /// Whether only links and strengths stand between the amount and `drug` (its first token).
    fn leads_to(&self, amount: &Amount, drug: usize) -> bool {
        let mut at = amount.last;
        while at < drug {
            match self.amounts.iter().find(|a| a.first == at && a.strength && a.last <= drug) {
                Some(strength) => at = strength.last,
                None if LINKS.contains(&self.text(at)) => at += 1,
                None => return false,
            }
        }
        at == drug
    }

    /// Whether the amount stands right before the drug and is not the dose of the drug before that.
    fn stands_before(&self, amount: &Amount) -> bool {
        let (first, _) = self.own;
        if amount.first < self.between.0 || amount.last > first || !self.leads_to(amount, first) {
            return false;
        }
        // "Zofran 4 mg Toradol 30 mg": without "of" an amount that follows a drug is that drug's.
        self.between.0 == 0 || amount.first > self.between.0 || self.text(amount.last) == "of"
    }

    /// Whether the amount stands behind the drug, and neither before the next one nor before a substance of its own.
    fn stands_behind(&self, amount: &Amount) -> bool {
        let behind = amount.first >= self.own.1 && amount.last <= self.between.1;
        let stopped = || (self.own.1..amount.first).any(|n| self.text(n) == ";");
        let next = self.between.1;
        let of_next = next < self.tokens.len() && self.leads_to(amount, next);
        // "2 mL of 40 mg/mL" goes on with a strength, not with a substance.
        let foreign = self.text(amount.last) == "of" && !self.amounts.iter().any(|a| a.first == amount.last + 1);
        behind && amount.first - self.own.1 <= REACH && !of_next && !foreign && !stopped()
    }

    fn goes_on(&self, amount: &Amount) -> bool {
        amount.last >= self.tokens.len()
            || self.text(amount.last) == "of"
            || FOLLOWERS.contains(&self.text(amount.last))
    }

    /// Whether a further amount adds to the first: "40 mg into the right knee and 40 mg into the left".
    fn adds(&self, amount: &Amount) -> bool {
        let word = |back: usize| amount.first.checked_sub(back).map_or("", |n| self.text(n));
        let joined = |w: &str| matches!(w, "and" | "then" | "another" | "additional" | "plus" | "by");
        (joined(word(1)) || word(1) == "a" && joined(word(2))) && self.goes_on(amount)
    }

    /// Whether words of waste stand in the clause of the amount.
    fn is_wasted(&self, amount: &Amount) -> bool {
        let stop = |n: usize| matches!(self.text(n), "," | ";" | "." | "(" | ")" | "and" | "with" | "while" | "then");
        let from = (0..amount.first).rev().find(|&n| stop(n)).map_or(0, |n| n + 1);
        let to = (amount.last..self.tokens.len()).find(|&n| stop(n)).unwrap_or(self.tokens.len());
        (from..to).any(|n| WASTE.contains(&self.text(n)))
    }

    /// Strength in the name: "Kenalog-40".
    fn named_strength(&self) -> Option<Dose> {
        let at = self.own.1;
        let value = number(self.text(at)).filter(|_| !self.amounts.iter().any(|a| a.first <= at && at < a.last))?;
        let counted = matches!(self.text(at + 1), "x" | "times" | "dose" | "doses" | "vial" | "vials");
        let fits = self.drug.unit.measure == Measure::Milligram && !counted && at < self.between.1;
        fits.then_some(Dose { amount: value, measure: Measure::Milligram })
    }

    /// How often the amount was given: "x2", "twice", "each" with both sides.
    fn times(&self, amount: &Amount) -> f64 {
        let near = |n: usize| self.text(amount.last + n);
        let counted = (0..4).find_map(|n| match (near(n), near(n + 1)) {
            ("x" | "times", count) => number(count).filter(|c| (1.0..=10.0).contains(c)),
            ("twice", _) => Some(2.0),
            (count, "times" | "doses") => number(count).filter(|c| (1.0..=10.0).contains(c)),
            _ => None,
        });
        let before = amount.first.checked_sub(2).and_then(|n| Some((self.text(n), number(self.text(n))?)));
        let doses = amount.first.checked_sub(1).is_some_and(|n| matches!(self.text(n), "doses" | "injections"));
        let has = |words: &[&str]| self.tokens.iter().any(|t| words.contains(&t.text.as_str()));
        let both = || has(&["each"]) && has(&["bilateral", "bilaterally", "both"]);
        let sides = || {
            let each = |n: usize| self.text(n) == "each" && !matches!(self.text(n + 1), "of");
            (amount.last..(amount.last + 4).min(self.tokens.len())).any(each) && has(&["left"]) && has(&["right"])
        };
        counted.or_else(|| before.filter(|_| doses).map(|(_, n)| n)).unwrap_or(if both() || sides() {
            2.0
        } else {
            1.0
        })
    }

    fn stated(&self) -> Option<Stated> {
        let unit = self.drug.unit.measure;
        let mine: Vec<&Amount> = self
            .amounts
            .iter()
            .filter(|a| !self.is_wasted(a))
            .filter(|a| self.stands_before(a) || self.stands_behind(a))
            .collect();
        let whole = |measure: Measure| {
            let all: Vec<&&Amount> = mine.iter().filter(|a| !a.strength && a.dose.measure == measure).collect();
            let volume = measure == Measure::Milliliter;
            let of = all.iter().find(|a| self.stands_before(a));
            let first = *of.or_else(|| all.iter().find(|a| !volume || self.goes_on(a)))?;
            let more = all.iter().filter(|a| a.first > first.first && self.adds(a));
            let taken: Vec<&Amount> = std::iter::once(*first).chain(more.map(|a| **a)).collect();
            let sum: f64 = taken.iter().map(|a| a.dose.amount * self.times(a)).sum();
            let at = |n: usize| &self.tokens[n];
            let start = taken.iter().map(|a| at(a.first).start).min()?.min(self.drug.span.start);
            let end = taken.iter().map(|a| at(a.last - 1).end).max()?.max(self.drug.span.end);
            Some((sum, Span::new(start, end)))
        };
        if let Some((amount, span)) = whole(unit) {
            return Some(Stated { dose: Dose { amount, measure: unit }, span });
        }
        let (volume, span) = whole(Measure::Milliliter)?;
        let own = |a: &&&Amount| a.strength && a.dose.measure == unit && (self.stands_before(a) || self.goes_on(a));
        let told = || mine.iter().find(own).map(|a| a.dose);
        let strength = self.named_strength().or_else(told).or(self.drug.strength)?;
        Some(Stated { dose: Dose { amount: volume * strength.amount, measure: strength.measure }, span })
    }
}

/// How much of a drug its sentence says was given. `others` are the words of the sentence's other drugs.
pub fn stated(sentence: &str, drug: &Drug, others: &[Span]) -> Option<Stated> {
    Around::new(sentence, drug, others).stated()
}

/// The words of a sentence that speak of one drug: from the last comma or "and" before it to the next drug or the next semicolon.
pub fn clause(sentence: &str, drug: Span, others: &[Span]) -> Span {
    let start = others.iter().filter(|o| o.end <= drug.start).map(|o| o.end).max().unwrap_or(0);
    let end = others.iter().filter(|o| o.start >= drug.end).map(|o| o.start).min().unwrap_or(sentence.len());
    let before = &sentence[start..drug.start];
    let stop = [before.rfind([',', ';']).map(|n| n + 1), before.rfind(" and ").map(|n| n + 5)];
    let start = start + stop.into_iter().flatten().max().unwrap_or(0);
    let end = sentence[drug.end..end].find(';').map_or(end, |n| drug.end + n);
    Span::new(start, end)
}

/// What a sentence says was thrown away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Waste {
    /// An amount.
    Amount(Dose),
    /// Nothing was.
    None,
    /// Something, but not how much.
    Untold,
}

/// What a sentence says of waste; nothing where it does not speak of it.
pub fn wasted(sentence: &str, drug: &Drug) -> Option<Waste> {
    let around = Around::new(sentence, drug, &[]);
    let word = |n: usize| around.text(n);
    let speaks = |n: &usize| matches!(word(*n), "wasted" | "waste" | "wastage" | "discarded" | "discard");
    let at = (0..around.tokens.len()).find(speaks)?;
    let none = |n: usize| matches!(word(n), "no" | "none" | "nothing" | "without" | "zero" | "not");
    if (at.saturating_sub(4)..at).any(none) || matches!(word(at + 1), "none") || word(at + 1) == ":" && none(at + 2) {
        return Some(Waste::None);
    }
    let unit = drug.unit.measure;
    let sum: f64 = around
        .amounts
        .iter()
        .filter(|a| !a.strength && around.is_wasted(a))
        .filter_map(|a| match drug.strength {
            _ if a.dose.measure == unit => Some(a.dose.amount),
            Some(strength) if a.dose.measure == Measure::Milliliter => Some(a.dose.amount * strength.amount),
            _ => None,
        })
        .sum();
    Some(if sum > 0.0 { Waste::Amount(Dose { amount: sum, measure: unit }) } else { Waste::Untold })
}

#[cfg(test)]
mod tests;
