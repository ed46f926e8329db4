//! What attributes and labels of brat say about a code: the table `data/brat_attributes.tsv`, or the user's own.

use std::path::Path;

use crate::gold::Certainty;
use crate::reader::ConvertError;
use crate::text;

const BUILT_IN: &str = include_str!("../../../data/brat_attributes.tsv");
/// What else a row may become: reasons why words are not coded.
const REASONS: [&str; 8] =
    ["negated", "uncertain", "family", "other", "historical", "hypothetical", "planned", "not_relevant"];
/// What fills a field of the code.
const FIELDS: [&str; 5] = ["sure", "arguable", "rank", "units", "modifier"];
const HEADER: &str = "on\tname\tvalue\tbecomes";

/// What an attribute makes of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Becomes {
    /// How far it binds.
    Certainty(Certainty),
    /// Place on the claim.
    Rank(u32),
    /// How often.
    Units(u32),
    /// A modifier.
    Modifier(String),
    /// Not coded, for this reason.
    Refused(String),
}

#[derive(Debug, PartialEq, Eq)]
enum On {
    Attribute,
    Label,
}

#[derive(Debug)]
struct Row {
    on: On,
    name: String,
    value: Option<String>,
    becomes: String,
}

/// The table.
#[derive(Debug)]
pub(super) struct Attributes(Vec<Row>);

impl Attributes {
    /// The user's table, or the built-in one.
    pub(super) fn load(own: Option<&Path>) -> Result<Self, ConvertError> {
        match own {
            Some(path) => Self::parse(&text::file(path)?, path),
            None => Self::parse(BUILT_IN, Path::new("data/brat_attributes.tsv")),
        }
    }

    fn parse(table: &str, path: &Path) -> Result<Self, ConvertError> {
        let mut rows = Vec::new();
        let mut lines = (1..).zip(table.lines()).filter(|(_, l)| !l.trim().is_empty() && !l.starts_with('#'));
        let header = lines.next();
        if header.is_none_or(|(_, line)| line.trim() != HEADER) {
            return Err(ConvertError::file(
                path,
                "the first row must be the columns on, name, value, becomes, separated by tabs",
            ));
        }
        for (number, line) in lines {
            let bad = |says| ConvertError::line(path, number, says);
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            let [on, name, value, becomes] = cells[..] else {
                return Err(bad("expected four columns, separated by tabs"));
            };
            let on = match on {
                "attribute" => On::Attribute,
                "label" => On::Label,
                _ => return Err(bad("`on` is attribute or label")),
            };
            if name.is_empty() || value.is_empty() || becomes.is_empty() {
                return Err(bad("an empty cell; write * for any value"));
            }
            if !FIELDS.contains(&becomes) && !REASONS.contains(&becomes) {
                let (fields, reasons) = (FIELDS.join(", "), REASONS.join(", "));
                return Err(ConvertError::line(
                    path,
                    number,
                    format!("`becomes` is one of {fields}, or a reason: {reasons}"),
                ));
            }
            let value = (value != "*").then(|| plain(value));
            rows.push(Row { on, name: plain(name), value, becomes: becomes.to_owned() });
        }
        Ok(Self(rows))
    }

    /// What the attribute says; nothing where the table does not know it.
    pub(super) fn of(&self, name: &str, value: Option<&str>) -> Result<Option<Becomes>, String> {
        let row = self.row(&On::Attribute, name, value);
        row.map(|row| row.becomes(value)).transpose()
    }

    /// What the label of an annotation says.
    pub(super) fn of_label(&self, label: &str) -> Option<Becomes> {
        self.row(&On::Label, label, None).and_then(|row| row.becomes(None).ok())
    }

    fn row(&self, on: &On, name: &str, value: Option<&str>) -> Option<&Row> {
        let (name, value) = (plain(name), value.map(plain));
        // A mark may be written out: `Negation T1 false` is none.
        if value.as_deref() == Some("false") {
            return None;
        }
        self.0.iter().find(|row| row.on == *on && row.name == name && (row.value.is_none() || row.value == value))
    }
}

impl Row {
    fn becomes(&self, value: Option<&str>) -> Result<Becomes, String> {
        let number = || {
            let number = value.and_then(|v| v.parse().ok()).filter(|n| *n > 0);
            number.ok_or_else(|| format!("attribute `{}` needs a whole number from 1 as its value", self.name))
        };
        Ok(match self.becomes.as_str() {
            "rank" => Becomes::Rank(number()?),
            "units" => Becomes::Units(number()?),
            "modifier" => match value.filter(|v| v.len() == 2) {
                Some(value) => Becomes::Modifier(value.to_ascii_uppercase()),
                None => {
                    return Err(format!("attribute `{}` needs a modifier of two characters as its value", self.name));
                }
            },
            word => match super::certainty(word) {
                Some(certainty) => Becomes::Certainty(certainty),
                None => Becomes::Refused(word.to_owned()),
            },
        })
    }
}

/// Names without case, hyphens and underscores.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_is_sound() {
        let table = Attributes::load(None).unwrap();
        assert_eq!(table.of("Negation", None), Ok(Some(Becomes::Refused("negated".into()))));
        assert_eq!(table.of("Negation", Some("false")), Ok(None));
        assert_eq!(table.of("Certainty", Some("arguable")), Ok(Some(Becomes::Certainty(Certainty::Arguable))));
        assert_eq!(table.of("Not_Coded", Some("not-relevant")), Ok(Some(Becomes::Refused("not_relevant".into()))));
        assert_eq!(table.of("Rank", Some("2")), Ok(Some(Becomes::Rank(2))));
        assert!(table.of("Rank", Some("first")).is_err());
        assert_eq!(table.of("Colour", Some("red")), Ok(None));
        assert_eq!(table.of_label("FAMILY_HISTORY"), Some(Becomes::Refused("family".into())));
    }

    #[test]
    fn a_bad_row_names_its_line() {
        let parse = |rows: &str| Attributes::parse(rows, Path::new("own.tsv")).unwrap_err().to_string();
        assert_eq!(
            parse("# own\non\tname\tvalue\tbecomes\nattribute\tx\tsure\n"),
            "own.tsv, line 3: expected four columns, separated by tabs"
        );
        assert!(parse("on\tname\tvalue\tbecomes\nword\tx\t*\tsure\n").contains("line 2: `on` is attribute or label"));
        let head = "on\tname\tvalue\tbecomes\n";
        assert!(parse(&format!("{head}attribute\tx\t*\tsur\n")).contains("line 2: `becomes` is one of sure, arguable"));
        assert!(parse("attribute\tx\t*\tsure\n").contains("first row must be the columns"));
    }
}
