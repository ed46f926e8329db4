//! What must hold for any input, one module for each fuzz target. The targets and the replay of the seeds call the same
//! `check`, which panics where something does not hold.

pub mod assertion;
pub mod coder;
pub mod sections;
pub mod spans;

use icdraft_note::Span;

/// Panics unless `span` can be cut out of `text`.
fn assert_cuts(text: &str, span: Span, what: &str) {
    let Span { start, end } = span;
    assert!(start <= end && end <= text.len(), "{what} {start}..{end} leaves a text of {} bytes", text.len());
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{what} {start}..{end} cuts a character");
}
