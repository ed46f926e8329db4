//! The codes that an instructional note of the tabular list names.

use icdraft_codeset::Code;

/// Whether the codes in parentheses at the end of a note ("(E10.-)", "(S06.0-S06.3, S09.90)") cover `code`.
pub(super) fn names(note: &str, code: Code) -> bool {
    let Some((_, list)) = note.rsplit_once('(') else { return false };
    list.trim_end_matches(')').split(',').any(|part| {
        let plain = |text: &str| text.trim().trim_end_matches('-').trim_end_matches('.').parse::<Code>().ok();
        match part.trim().split_once('-') {
            Some((from, to)) if !to.trim().is_empty() => plain(from).zip(plain(to)).is_some_and(|(from, to)| {
                let cut = code.prefix(from.len());
                from <= cut && code.prefix(to.len()) <= to
            }),
            _ => plain(part).is_some_and(|prefix| code.is_under(&prefix)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_notes() {
        let code = |c: &str| c.parse::<Code>().unwrap();
        assert!(names("type 1 diabetes mellitus (E10.-)", code("E10.9")));
        assert!(names("head injury NOS (S09.90)", code("S09.90XA")));
        assert!(names("certain conditions (P04-P96)", code("P22.0")));
        assert!(!names("certain conditions (P04-P96)", code("Q22.0")));
        assert!(!names("no codes here", code("Q22.0")));
    }
}
