//! Dated versions of a code set.

use std::fmt;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// A dated version of ICD-10-CM, named by fiscal year and first day in force: `FY2026-04-01`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// First day in force.
    pub from: Date,
    /// Last day in force.
    pub to: Date,
    /// The fiscal year it belongs to (October to September).
    pub fiscal_year: i16,
}

impl Release {
    /// The release that comes into force on `from` and runs to the end of its fiscal year (September 30). Where an
    /// April update of the same year is loaded too, the later release wins from its first day on.
    pub fn starting(from: Date) -> Self {
        let fiscal_year = if from.month() >= 10 { from.year() + 1 } else { from.year() };
        Self { from, to: date(fiscal_year, 9, 30), fiscal_year }
    }

    /// The yearly release of a fiscal year, in force from October 1 of the year before.
    pub fn yearly(fiscal_year: i16) -> Self {
        Self::starting(date(fiscal_year - 1, 10, 1))
    }

    /// Whether a date of service falls into it.
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FY{}-{:02}-{:02}", self.fiscal_year, self.from.month(), self.from.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_by_year_and_first_day() {
        let april = Release::starting(date(2026, 4, 1));
        assert_eq!(april.to_string(), "FY2026-04-01");
        assert_eq!(Release::yearly(2027).to_string(), "FY2027-10-01");
        assert!(april.covers(date(2026, 9, 30)));
        assert!(!april.covers(date(2026, 10, 1)));
    }
}
