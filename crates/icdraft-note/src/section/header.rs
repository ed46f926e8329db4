//! Headers by form and by name: at the start of a line, alone on it, or in the middle of it.

use super::SectionKind;
use super::lexicon::{lexicon, normal};
use super::line::{Lead, Lines, lead};
use crate::span::Span;

/// A header found in a note.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// Its words, without marks around them.
    pub(super) span: Span,
    pub(super) kind: SectionKind,
    /// Where its section begins: at the number or mark before its words.
    pub(super) start: usize,
    /// Where the text after it begins.
    pub(super) body: usize,
    /// Whether a blank line, or nothing, stands before it.
    pub(super) set_apart: bool,
    /// What it is worth without a section to stand in.
    pub(super) alone: Alone,
}

/// What becomes of a header that nests nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// It stays: a section of its own.
    Stays,
    /// It is no header after all.
    Goes,
    /// It stays, its kind unknown.
    Unknown,
}

/// Headers are at most this many bytes long.
const LONGEST: usize = 80;

/// All headers of a text in order.
pub(super) fn headers(text: &str) -> Vec<Header> {
    let mut found = Vec::new();
    let mut blank = true;
    for line in Lines::of(text) {
        let trimmed = line.trim(text);
        if trimmed.is_empty() {
            blank = true;
            continue;
        }
        let first = at_start(text, line, blank);
        let from = first.as_ref().map_or(trimmed.start, |h| h.body);
        found.extend(first);
        inside(text, Span::new(from.min(line.end), line.end), &mut found);
        blank = false;
    }
    found
}

/// The header that a line begins with.
fn at_start(text: &str, line: Span, blank: bool) -> Option<Header> {
    let (lead, at) = lead(text, line);
    let words = Span::new(at, line.end).trim(text);
    let start = line.trim(text).start.min(at);
    let found = match lead {
        Lead::None => plain(text, words, line.end, blank),
        Lead::Mark => marked(text, words, line.end),
        Lead::Hash => marked(text, words, line.end).or_else(|| problem(text, words, line.end)),
        Lead::Number => {
            numbered(text, words, line.end).or_else(|| plain(text, Span::new(start, words.end), line.end, blank))
        }
        Lead::Bullet => bulleted(text, words),
        Lead::Bar => barred(text, words),
    };
    let found = found.or_else(|| segment(text, line))?;
    Some(Header { start, set_apart: blank, ..found })
}

fn header(span: Span, kind: SectionKind, body: usize) -> Header {
    Header { span, kind, start: span.start, body, set_apart: false, alone: Alone::Stays }
}

/// Where the words before a mark end, and where those after it begin.
struct Mark {
    head: usize,
    body: usize,
    colon: bool,
}

/// The marks that may end a header: a colon, a spaced dash, a tab.
fn marks(words: &str) -> impl Iterator<Item = Mark> + '_ {
    let bytes = words.as_bytes();
    let window = &bytes[..bytes.len().min(LONGEST)];
    // Bytes first: most are letters.
    let may = |b: &u8| matches!(b, b':' | b'-' | b'\t' | 0xE2 | 0xEF);
    window.iter().enumerate().filter(move |(_, b)| may(b)).filter_map(move |(at, &b)| {
        let width = match b {
            0xE2 | 0xEF => 3,
            _ => 1,
        };
        let colon = b == b':' || words[at..].starts_with('：');
        let dash = b == b'-' || b == 0xE2 && words[at..].starts_with(['–', '—']);
        let spaced = || at > 0 && bytes[at - 1] == b' ' && matches!(bytes.get(at + width), Some(b' ' | b'-'));
        let double = || at > 0 && bytes[at..].starts_with(b"--");
        let ends = colon || b == b'\t' || dash && (spaced() || double());
        ends.then_some(Mark { head: at, body: at + width, colon })
    })
}

/// A name in the lexicon, written so that it can be a header: very short ones ("S", "PE") only in capitals.
fn known(head: &str) -> Option<SectionKind> {
    if head.len() > LONGEST || !head.starts_with(char::is_alphabetic) {
        return None;
    }
    let name = normal(head);
    lexicon().named(&name).filter(|_| name.len() > 3 || is_capitals(head))
}

/// Short names of body systems ("Ext", "Neuro") that are headers inside an examination.
fn part(head: &str) -> bool {
    head.starts_with(char::is_uppercase)
        && head.len() <= LONGEST
        && head.split_whitespace().count() <= 5
        && lexicon().is_part(&normal(head))
}

/// A header without anything before it.
fn plain(text: &str, words: Span, line_end: usize, blank: bool) -> Option<Header> {
    let line = &text[words];
    if !line.starts_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    for mark in marks(line) {
        let head = line[..mark.head].trim_end();
        let span = Span::new(words.start, words.start + head.len());
        let body = words.start + mark.body;
        // "Dx:" and "Op:" begin a line of a short form.
        let short = || (mark.colon && head.len() > 1 && titled(head)).then(|| lexicon().named(&normal(head)));
        let short = || short().flatten().filter(|k| *k != SectionKind::BodySystem);
        let found =
            known(head).or_else(short).filter(|k| mark.colon || (*k != SectionKind::BodySystem && is_capitals(head)));
        // "RECOMMENDATIONS - TREATMENT:" is one header.
        let longer = || {
            let colon = line.find(':').filter(|&at| !mark.colon && at < LONGEST);
            colon.is_some_and(|at| is_capitals(&line[..at]) && line[..at].split_whitespace().count() <= 10)
        };
        if let Some(kind) = found.filter(|_| !longer()) {
            return Some(header(span, kind, body));
        }
        if !mark.colon {
            continue;
        }
        if is_capitals(head) && head.len() > 1 && head.split_whitespace().count() <= 10 {
            return Some(header(span, lexicon().by_words(&normal(head)), body));
        }
        return part(head).then(|| Header { alone: Alone::Goes, ..header(span, SectionKind::BodySystem, body) });
    }
    whole(text, words, line_end, blank).or_else(|| run_in(text, words)).or_else(|| set_off(text, words))
}

/// "PRE-OP DX  Acute appendicitis" and "TECHNIQUE. The patient": a known name before a wide gap, or before a period with text behind it.
fn set_off(text: &str, words: Span) -> Option<Header> {
    let line = &text[words];
    let end = line.char_indices().take(LONGEST).find_map(|(at, _)| {
        let gap = line[at..].starts_with("  ");
        let period = line[at..].starts_with(". ") && line[at + 2..].trim_start().starts_with(char::is_uppercase);
        (gap || period).then_some((at, gap))
    });
    let (end, gap) = end?;
    let head = &line[..end];
    // A word in small letters before a period may be a sentence ("Plan. Rest."), two or more are a name.
    let written = head.len() > 1 && is_capitals(head) || titled(head) && (gap || head.contains(' ') || head.len() > 6);
    let kind = known(head).filter(|k| written && *k != SectionKind::BodySystem)?;
    let body = words.start + end + usize::from(!gap);
    Some(header(Span::new(words.start, words.start + end), kind, body))
}

/// A header that is all of its line.
fn whole(text: &str, words: Span, line_end: usize, blank: bool) -> Option<Header> {
    let line = &text[words];
    if line.len() > 60 || line.ends_with(['.', ',', ';', '?']) {
        return None;
    }
    // "Dx" and "Op" are headers of short forms on a line of their own too.
    let short = || (line.len() > 1).then(|| lexicon().named(&normal(line))).flatten();
    let short = || short().filter(|k| matches!(k, SectionKind::Diagnosis | SectionKind::ProcedurePerformed));
    if titled(line)
        && let Some(kind) = known(line).or_else(short)
    {
        return Some(header(words, kind, line_end));
    }
    // In capitals on a line of its own, after a blank line, any few words are a header.
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let bare = line.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || "/&,()'-".contains(c));
    if !(is_capitals(line) && bare && letters >= 3 && line.split_whitespace().count() <= 6) {
        return None;
    }
    let kind = lexicon().by_words(&normal(line));
    (blank || kind != SectionKind::Other).then(|| header(words, kind, line_end))
}

/// "HISTORY OF PRESENT ILLNESS This is a man": a known name in capitals that runs into its text.
fn run_in(text: &str, words: Span) -> Option<Header> {
    let line = &text[words];
    if !line.bytes().take(2).all(|b| b.is_ascii_uppercase() || b == b' ') {
        return None;
    }
    // The first word with a small letter ends the run of capitals.
    let mut end = 0;
    for word in line.split_inclusive(' ').take(9) {
        if word.chars().any(char::is_lowercase) {
            break;
        }
        end += word.len();
    }
    let head = line[..end].trim_end();
    let rest = line[end..].trim_start();
    let mut letters = rest.chars();
    let begins = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    if end == 0 || !begins || head.len() < 4 || (!head.contains(' ') && !line[head.len()..].starts_with("  ")) {
        return None;
    }
    let kind = known(head).filter(|k| *k != SectionKind::BodySystem)?;
    Some(header(Span::new(words.start, words.start + head.len()), kind, words.start + end))
}

/// A header between marks of emphasis: "**Plan:** rest", "## Plan", "<b>PLAN</b> rest". Unknown words only in capitals.
fn marked(text: &str, words: Span, line_end: usize) -> Option<Header> {
    let line = &text[words];
    if !line.starts_with(char::is_alphabetic) {
        return None;
    }
    let ends = |at: usize, c: char| {
        matches!(c, ':' | '<' | '\\' | '}') || ["**", "__", "==", "##"].iter().any(|m| line[at..].starts_with(m))
    };
    let end = line.char_indices().take(LONGEST + 1).find(|&(at, c)| ends(at, c)).map(|(at, _)| at);
    let head = line[..end.unwrap_or(line.len())].trim_end();
    let span = Span::new(words.start, words.start + head.len());
    let Some(end) = end else {
        return known(head).map(|kind| header(span, kind, line_end));
    };
    let body = words.end - after_marks(&line[end..]).len();
    let name = known(head);
    if name.is_none() && !(is_capitals(head) && head.len() > 2 && head.split_whitespace().count() <= 6) {
        return None;
    }
    Some(header(span, name.unwrap_or_else(|| lexicon().by_words(&normal(head))), body))
}

/// What follows the marks that close a header.
fn after_marks(rest: &str) -> &str {
    let plain = |rest: &str| rest.len() - rest.trim_start_matches([' ', '\t', '*', '_', '=', '#', '~', ':', '}']).len();
    let rest = &rest[plain(rest)..];
    let tag = rest.starts_with('<').then(|| rest.bytes().take(8).position(|b| b == b'>')).flatten().map(|at| at + 1);
    let word = rest.starts_with('\\').then(|| 1 + rest[1..].bytes().take_while(u8::is_ascii_alphanumeric).count());
    let rest = &rest[tag.or(word).unwrap_or(0)..];
    &rest[plain(rest)..]
}

/// "# Diabetes: stable" or "#2 Gout": a problem of an assessment.
fn problem(text: &str, words: Span, line_end: usize) -> Option<Header> {
    let line = &text[words];
    let skip =
        line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' ' | ':')).len();
    let name = &line[skip..];
    let end = name.find([':', '\t']).unwrap_or(name.len());
    let head = name[..end].trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    if head.is_empty() || head.len() > LONGEST || !head.starts_with(char::is_alphabetic) {
        return None;
    }
    let start = words.start + skip;
    let body = if end < name.len() { start + end + 1 } else { line_end };
    let found = header(Span::new(start, start + head.len()), SectionKind::Problem, body);
    // With a space after the hash it may be a heading in markdown.
    let markup = skip == 0 && text[..words.start].ends_with(' ') && end == name.len();
    Some(Header { alone: if markup { Alone::Unknown } else { Alone::Goes }, ..found })
}

/// "3. MEDICATIONS:" or "II. Past Medical History": a known name; parts of an operative report also as "2. Postop diagnosis:" and
/// "1. DIAGNOSIS, PRE:". One word in small letters is a list item.
fn numbered(text: &str, words: Span, line_end: usize) -> Option<Header> {
    let line = &text[words];
    let head_end = marks(line).find(|m| m.colon);
    let head = line[..head_end.as_ref().map_or(line.len(), |m| m.head)].trim_end();
    let written = is_capitals(head) || head_end.is_none() && head.contains(' ') && titled(head);
    let reordered = || (head_end.is_some() && is_capitals(head)).then(|| lexicon().by_words(&normal(head)));
    let of_report = |k: &SectionKind| head_end.is_some() && titled(head) && is_of_report(*k);
    let kind = known(head)
        .or_else(|| reordered().filter(|k| *k != SectionKind::Other))
        .filter(|k| (written || of_report(k)) && *k != SectionKind::BodySystem)?;
    let body = head_end.map_or(line_end, |m| words.start + m.body);
    Some(header(Span::new(words.start, words.start + head.len()), kind, body))
}

/// Whether a kind is a part of an operative report and nothing that a list of problems would name.
fn is_of_report(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::PreoperativeDiagnosis
            | SectionKind::PostoperativeDiagnosis
            | SectionKind::ProcedurePerformed
            | SectionKind::ProcedureDescription
            | SectionKind::Anesthesia
            | SectionKind::Findings
            | SectionKind::Indication
    )
}

/// "• Lungs: clear": a part of an examination, and nothing elsewhere.
fn bulleted(text: &str, words: Span) -> Option<Header> {
    let line = &text[words];
    let mark = marks(line).find(|m| m.colon)?;
    let head = line[..mark.head].trim_end();
    let kind = known(head).filter(|k| matches!(k, SectionKind::BodySystem | SectionKind::VitalSigns));
    let kind = kind.or_else(|| part(head).then_some(SectionKind::BodySystem))?;
    let span = Span::new(words.start, words.start + head.len());
    Some(Header { alone: Alone::Goes, ..header(span, kind, words.start + mark.body) })
}

/// "| Anesthesia | General |": a row of a table that begins with a known name.
fn barred(text: &str, words: Span) -> Option<Header> {
    let line = &text[words];
    let end = line.find('|')?;
    let head = line[..end].trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '*'));
    let span = Span::new(words.start, words.start + head.len());
    let kind = known(head).filter(|_| titled(head))?;
    Some(header(span, kind, words.start + end + 1))
}

/// "OBX|2|TX|PLAN||Rest": a field of an HL7 segment that is, or begins with, a known name.
fn segment(text: &str, line: Span) -> Option<Header> {
    let words = line.trim(text);
    let whole = &text[words];
    let id = whole.as_bytes().get(..4)?;
    if id[3] != b'|' || !id[..3].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return None;
    }
    let mut at = words.start;
    for field in whole.split('|').take(12) {
        // Components: a code, its name, its system.
        for name in field.split('^') {
            let head = name.find(':').map_or(name, |end| &name[..end]).trim();
            if at > words.start
                && head.len() > 2
                && let Some(kind) = known(head).filter(|_| titled(head))
            {
                let start = at + (name.len() - name.trim_start().len());
                let body = at + name.find(':').map_or(name.len(), |end| end + 1);
                return Some(header(Span::new(start, start + head.len()), kind, body));
            }
            at += name.len() + 1;
        }
    }
    None
}

/// Further headers on a line: known names with a colon, at the start of a sentence.
fn inside(text: &str, rest: Span, found: &mut Vec<Header>) {
    let line = &text[rest];
    let mut from = 0;
    while let Some(colon) = line[from..].find(':').map(|at| from + at) {
        if let Some((at, kind, alone)) = before_colon(line, from, colon) {
            let span = Span::new(rest.start + at, rest.start + line[..colon].trim_end().len());
            found.push(Header { alone, ..header(span, kind, rest.start + colon + 1) });
        }
        from = colon + 1;
    }
}

/// The known name that ends at a colon.
fn before_colon(line: &str, from: usize, colon: usize) -> Option<(usize, SectionKind, Alone)> {
    let mut low = colon.saturating_sub(LONGEST).max(from);
    while !line.is_char_boundary(low) {
        low += 1;
    }
    let window = &line[low..colon];
    // The name begins after the end of a sentence, a wide gap or a tab; "rest.PLAN:" may be glued.
    let gap = window.trim_end().rfind(['.', ';', '?', '!', '\t', ')']).map(|at| at + 1);
    let wide = window.trim_end().rfind("  ").map(|at| at + 2);
    let begin = gap.max(wide).or((low == from && from == 0).then_some(0))?;
    let name = window[begin..].trim();
    let at = low + begin + (window[begin..].len() - window[begin..].trim_start().len());
    if name.len() < 3 || !name.starts_with(char::is_uppercase) || at == 0 && low == 0 && from == 0 {
        return None;
    }
    let capitals = is_capitals(name);
    let glued = !line[..at].ends_with(char::is_whitespace);
    if !capitals && (glued || after_number(&line[..at])) {
        return None;
    }
    if let Some(kind) = known(name) {
        let bound = matches!(kind, SectionKind::BodySystem | SectionKind::VitalSigns);
        return Some((at, kind, if bound { Alone::Goes } else { Alone::Stays }));
    }
    part(name).then_some((at, SectionKind::BodySystem, Alone::Goes))
}

/// Whether the words before are the number of a list item: "2. Imaging:" is a line of a list.
fn after_number(before: &str) -> bool {
    let marker = before.trim_end().trim_end_matches(['.', ')']);
    let number = marker.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    number.len() <= 2 && marker.len() < before.trim_end().len() && number.bytes().all(|b| b.is_ascii_alphanumeric())
}

pub(super) fn is_capitals(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| !c.is_lowercase())
}

/// Whether it begins with a capital.
fn titled(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
}
