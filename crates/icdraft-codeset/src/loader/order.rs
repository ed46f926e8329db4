//! The order file: every code with its validity and long title, fixed width.

use crate::code::Code;
use crate::loader::{LoadError, SourceFile};

/// One line of the order file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Code or category.
    pub code: Code,
    /// Whether it may be submitted.
    pub billable: bool,
    /// Long title.
    pub title: String,
}

/// Reads the order file: code at column 7, validity flag at 15, long title from 78.
///
/// # Errors
/// A line whose code or flag is not where the layout says.
pub fn read(file: &SourceFile) -> Result<Vec<OrderLine>, LoadError> {
    let mut lines = Vec::new();
    for (n, line) in file.text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let parsed = (|| {
            let code = line.get(6..13)?.trim().parse().ok()?;
            let billable = match line.get(14..15)? {
                "1" => true,
                "0" => false,
                _ => return None,
            };
            Some(OrderLine { code, billable, title: line.get(77..)?.trim().to_owned() })
        })();
        lines.push(parsed.ok_or_else(|| LoadError::Shape {
            name: file.name.clone(),
            line: u32::try_from(n + 1).unwrap_or(u32::MAX),
            problem:
                "not an order-file line (code in columns 7-13, 0 or 1 in column 15, long title from column 78)".into(),
        })?);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_columns() {
        let text = format!("{:<6}{:<8}{} {:<60} {}\n", "00001", "I10", 1, "Short", "Essential (primary) hypertension");
        let lines = read(&SourceFile { name: "order.txt".into(), text }).unwrap();
        assert_eq!(lines[0].code.to_string(), "I10");
        assert!(lines[0].billable);
        assert_eq!(lines[0].title, "Essential (primary) hypertension");
    }

    #[test]
    fn names_the_bad_line() {
        let error = read(&SourceFile { name: "order.txt".into(), text: "\nnonsense\n".into() }).unwrap_err();
        assert!(error.to_string().starts_with("order.txt:2:"), "{error}");
    }
}
