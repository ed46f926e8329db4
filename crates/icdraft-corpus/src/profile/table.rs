//! Reading the tables of profiles, with errors that name file, line and cure.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use icdraft_codeset::Code;

use super::{Evidence, Headings, NotCoded, Profile, ProfileError, Successor};

const PROFILES: &str = "profiles.tsv";

/// The tables compiled in, by name.
const TABLES: [(&str, &str); 2] = [
    (PROFILES, include_str!("../../data/profiles.tsv")),
    ("successors_2018.tsv", include_str!("../../data/successors_2018.tsv")),
];

pub(super) fn profiles() -> Result<Vec<Profile>, ProfileError> {
    let rows = rows(
        PROFILES,
        content(PROFILES).unwrap_or_default(),
        ["name", "headings", "not_coded", "evidence", "successors"],
    )?;
    rows.into_iter().map(|(line, row)| profile(line, row)).collect()
}

fn content(name: &str) -> Option<&'static str> {
    TABLES.iter().find(|(known, _)| *known == name).map(|(_, content)| *content)
}

fn profile(line: usize, [name, headings, not_coded, evidence, table]: [&str; 5]) -> Result<Profile, ProfileError> {
    let bad = |says: &str| ProfileError::Row { file: PROFILES.into(), line, says: says.into() };
    let successors = match table {
        "-" => Vec::new(),
        table => {
            successors(table, content(table).ok_or_else(|| bad("`successors` names no table; write - for none"))?)?
        }
    };
    Ok(Profile {
        name: name.to_owned(),
        headings: match headings {
            "accepted" => Headings::Accepted,
            "refused" => Headings::Refused,
            _ => return Err(bad("`headings` is accepted or refused")),
        },
        not_coded: match not_coded {
            "apart" => NotCoded::Apart,
            "last" => NotCoded::Last,
            _ => return Err(bad("`not_coded` is apart or last")),
        },
        evidence: match evidence {
            "required" => Evidence::Required,
            "none" => Evidence::None,
            _ => return Err(bad("`evidence` is required or none")),
        },
        successors,
    })
}

fn successors(file: &str, content: &str) -> Result<Vec<Successor>, ProfileError> {
    let mut known = BTreeSet::new();
    let mut successors = Vec::new();
    for (line, [from, to, _since, why]) in rows(file, content, ["from", "to", "since", "why"])? {
        let bad = |says: String| ProfileError::Row { file: file.to_owned(), line, says };
        let code = |text: &str| Code::from_str(text).map_err(|error| bad(error.to_string()));
        let (from, to) = (code(from)?, code(to)?);
        if why.is_empty() {
            return Err(bad("say why one place took all of the code's meaning".into()));
        }
        if !known.insert(from) {
            return Err(bad(format!("{from} has a row already; a successor must be the only one")));
        }
        successors.push(Successor { from, to });
    }
    Ok(successors)
}

/// The rows of a table below its header, with their lines; rows that begin with # are remarks.
fn rows<'a, const N: usize>(
    file: &str,
    content: &'a str,
    header: [&str; N],
) -> Result<Vec<(usize, [&'a str; N])>, ProfileError> {
    let bad = |line, says| ProfileError::Row { file: file.to_owned(), line, says };
    let columns = header.join(", ");
    let mut found: Vec<(usize, [&str; N])> = Vec::new();
    for (line, text) in (1..).zip(content.lines()).filter(|(_, l)| !l.trim().is_empty() && !l.starts_with('#')) {
        let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
        let cells =
            cells.try_into().map_err(|_| bad(line, format!("expected the columns {columns}, separated by tabs")))?;
        found.push((line, cells));
    }
    match found.first() {
        Some((_, first)) if *first == header => {
            found.remove(0);
            Ok(found)
        }
        _ => Err(bad(1, format!("the first row must be the columns {columns}"))),
    }
}

#[cfg(test)]
mod tests {
    use icdraft_codeset::CodeSet;

    use super::*;

    #[test]
    fn the_tables_are_sound() {
        let profiles = profiles().unwrap();
        let codiesp = profiles.iter().find(|p| p.name == "codiesp").unwrap();
        assert_eq!((codiesp.headings, codiesp.not_coded), (Headings::Accepted, NotCoded::Last));
        let set = CodeSet::embedded();
        for Successor { from, to } in profiles.iter().flat_map(|p| &p.successors) {
            assert!(set.find(*from).is_none(), "{from} is in the release; it needs no row");
            assert!(set.find(*to).is_some_and(|to| set.is_leaf(to)), "{to} is no leaf of the release");
        }
    }

    #[test]
    fn a_bad_row_names_its_line_and_cure() {
        let head = "# remark\nfrom\tto\tsince\twhy\n";
        let says = |rows: &str| successors("x.tsv", &format!("{head}{rows}")).unwrap_err().to_string();
        assert!(says("T40\tT41\n").starts_with("data/x.tsv, line 3: expected the columns from, to, since, why"));
        assert!(says("T40\t4\t-\tmoved\n").contains("line 3: `4` is not shaped"));
        assert!(says("T40\tT41\t-\tmoved\nT40\tT42\t-\tmoved\n").contains("line 4: T40 has a row already"));
        assert!(says("T40\tT41\t-\t\n").contains("say why"));
        assert!(successors("x.tsv", "T40\tT41\t-\tmoved\n").unwrap_err().to_string().contains("first row"));
    }
}
