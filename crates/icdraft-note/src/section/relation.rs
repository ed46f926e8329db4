//! What only the neighbours decide: which section stands inside which, and PROCEDURE as a title or a description.

use super::header::{Alone, Header};
use super::lexicon::{lexicon, normal};
use super::{Section, SectionKind};

/// A header and the position of the one that it stands below.
pub(super) struct Nested {
    pub(super) header: Header,
    pub(super) parent: Option<usize>,
}

/// Kinds that are lists of names: an unknown header after them is no part of them.
fn is_list(kind: SectionKind) -> bool {
    use SectionKind::*;
    matches!(
        kind,
        PreoperativeDiagnosis
            | PostoperativeDiagnosis
            | ProcedurePerformed
            | Staff
            | Time
            | Anesthesia
            | Other
            | Attestation
    )
}

/// Nests headers, and drops those that are headers only inside another section.
pub(super) fn nest(text: &str, headers: Vec<Header>) -> Vec<Nested> {
    let spaced = is_spaced(&headers);
    let ends: Vec<usize> = headers.iter().skip(1).map(|h| h.start).chain([text.len()]).collect();
    let before_part = before_part(&headers);
    let mut nested: Vec<Nested> = Vec::with_capacity(headers.len());
    // The sections that are open, outermost first, and whether each has no words of its own.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (n, mut header) in headers.into_iter().enumerate() {
        let name = normal(&text[header.span]);
        let part = header.kind == SectionKind::Other && lexicon().is_part(&name);
        let wanted = if part { SectionKind::BodySystem } else { header.kind };
        let hosts = lexicon().host(wanted, &name);
        let glued = spaced && !header.set_apart;
        // An unknown header between two parts of an examination is a third.
        let among =
            before_part[n] && open.last().is_some_and(|&(at, _)| nested[at].header.kind == SectionKind::BodySystem);
        let place = open.iter().rposition(|&(at, empty)| {
            let (kind, top) = (nested[at].header.kind, nested[at].parent.is_none());
            let listed = hosts.is_some_and(|h| {
                let sibling = h.named && h.is(lexicon().host(kind, &normal(&text[nested[at].header.span])));
                // After a mental status the examination goes on.
                let goes_on = kind == SectionKind::MentalStatus && !top && !lexicon().is_mental(&name);
                h.kinds.contains(&kind)
                    && !goes_on
                    && (!h.glued || glued || empty)
                    && !sibling
                    && (top || kind != wanted)
            });
            // Only one unknown header deep, so that a row of them does not become a staircase.
            let by_layout = header.kind == SectionKind::Other
                && kind != SectionKind::BodySystem
                && (empty && (top || kind != SectionKind::Other) || glued && top && !is_list(kind) || among);
            listed || by_layout
        });
        match place {
            Some(place) => {
                open.truncate(place + 1);
                if part {
                    header.kind = SectionKind::BodySystem;
                }
            }
            None if header.alone == Alone::Goes => continue,
            None => {
                open.clear();
                if header.alone == Alone::Unknown {
                    header.kind = SectionKind::Other;
                }
            }
        }
        let end = ends[n].max(header.body);
        let empty = text[header.body..end].trim_matches(|c: char| c.is_whitespace() || c == ':').is_empty();
        let parent = open.last().map(|&(at, _)| at);
        open.push((nested.len(), empty));
        nested.push(Nested { header, parent });
    }
    nested
}

/// For each header, whether the next one that is not unknown is a body system.
fn before_part(headers: &[Header]) -> Vec<bool> {
    let mut part = false;
    let mut out: Vec<bool> = headers
        .iter()
        .rev()
        .map(|h| {
            let next = part;
            part = if h.kind == SectionKind::Other { part } else { h.kind == SectionKind::BodySystem };
            next
        })
        .collect();
    out.reverse();
    out
}

/// Whether the author sets sections apart by blank lines, so that a header without one belongs to the section above.
fn is_spaced(headers: &[Header]) -> bool {
    use SectionKind::*;
    let main = |h: &&Header| !matches!(h.kind, BodySystem | VitalSigns | Other | Problem) && h.alone == Alone::Stays;
    let apart = headers.iter().filter(main).filter(|h| h.set_apart).count();
    apart >= 2 && 2 * apart >= headers.iter().filter(main).count()
}

/// Longer bodies of a section headed just PROCEDURE or OPERATION are its description, not its title.
const LONGEST_TITLE: usize = 500;

/// Tells the titles of procedures from their descriptions.
pub(super) fn settle_procedures(text: &str, sections: &mut [Section]) {
    let mut titled = false;
    for section in sections.iter_mut().filter(|s| s.kind == SectionKind::ProcedurePerformed) {
        let body = text[section.body].trim();
        let listed = body.starts_with(|c: char| c.is_ascii_digit()) && body.len() < 2 * LONGEST_TITLE;
        if !listed && (body.len() > LONGEST_TITLE || titled && body.len() > 200) {
            section.kind = SectionKind::ProcedureDescription;
        } else {
            titled = true;
        }
    }
}
