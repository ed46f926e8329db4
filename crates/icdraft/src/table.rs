//! Tables for the terminal.

use comfy_table::{ContentArrangement, Table, TableComponent, presets};
use icdraft_suggest::{Report, Suggestion};

/// Most refused mentions shown without `--explain`.
const REFUSED: usize = 12;

/// A table with lines above and below its header only.
pub(crate) fn plain(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    for line in [TableComponent::HorizontalLines, TableComponent::MiddleIntersections] {
        table.remove_style(line);
    }
    if table.width().is_none() {
        table.set_width(110);
    }
    table.add_rows(rows);
    // Trailing blanks only get in the way of copying.
    table.lines().map(|l| l.trim_end().to_owned() + "\n").collect()
}

/// A report as a coder reads it: the draft, what was not coded and why, what to ask.
pub(crate) fn report(report: &Report, explain: bool) -> String {
    let mut out = format!("{}\n\nDRAFT\n", report.id);
    let mut drafts: Vec<&Suggestion> = report.suggestions.iter().filter(|s| s.draft).collect();
    drafts.sort_by_key(|s| (s.system != "ICD-10-CM", s.sequence));
    out += &if drafts.is_empty() { "nothing to draft\n".to_owned() } else { suggestions(report, &drafts, explain) };
    let others: Vec<&Suggestion> = report.suggestions.iter().filter(|s| !s.draft).collect();
    if explain && !others.is_empty() {
        out += "\nBELOW THE DRAFT\n";
        out += &suggestions(report, &others, explain);
    } else if !others.is_empty() {
        out += &format!("{} more codes stayed below the draft (--explain shows them)\n", others.len());
    }
    if !report.not_coded.is_empty() {
        out += "\nNOT CODED\n";
        let limit = if explain { usize::MAX } else { REFUSED };
        let rows = report.not_coded.iter().take(limit).map(|r| {
            let cue = r.cue.as_ref().map(|c| format!(" by \"{}\"", squeezed(&c.text))).unwrap_or_default();
            vec![r.code.clone(), format!("\"{}\"", squeezed(&r.text)), format!("{}{cue}", r.reason)]
        });
        out += &plain(&["code", "words", "why not"], rows);
        if report.not_coded.len() > limit {
            out += &format!("{} more (--explain shows them)\n", report.not_coded.len() - limit);
        }
    }
    if !report.queries.is_empty() {
        out += "\nTO ASK\n";
        out += &plain(&["code", "question"], report.queries.iter().map(|q| vec![q.code.clone(), q.asks.clone()]));
    }
    for edit in &report.edits {
        out += &format!("\n{}: {} ({})\n", edit.severity, edit.says, edit.codes.join(", "));
    }
    for warning in &report.warnings {
        out += &format!("\nwarning: {warning}\n");
    }
    let releases: Vec<String> = report.releases.iter().map(|(system, release)| format!("{system} {release}")).collect();
    out += &format!(
        "\n{}, {}{}\n",
        report.engine,
        releases.join(", "),
        report.model.as_ref().map_or(", rules only".to_owned(), |m| format!(", model {}", m.name))
    );
    out
}

fn suggestions(report: &Report, rows: &[&Suggestion], explain: bool) -> String {
    let rows = rows.iter().map(|s| {
        let code = std::iter::once(s.code.as_str())
            .chain(s.modifiers.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join("-");
        let units = if s.units > 1 { format!(" x{}", s.units) } else { String::new() };
        let mut title = s.title.clone();
        if s.draft && !s.pointers.is_empty() {
            let codes: Vec<&str> = s
                .pointers
                .iter()
                .filter_map(|p| report.suggestions.iter().find(|s| s.sid == *p))
                .map(|s| s.code.as_str())
                .collect();
            title += &format!("\nfor {}", codes.join(", "));
        }
        if explain {
            for reason in &s.reasons {
                title += &format!("\n{}: {}", reason.rule, reason.says);
            }
        }
        let quotes: Vec<String> =
            s.evidence.iter().take(if explain { 6 } else { 2 }).map(|e| format!("\"{}\"", squeezed(&e.text))).collect();
        let section = s.evidence.first().map(|e| e.section.replace('_', " ")).unwrap_or_default();
        let place = s.sequence.map(|n| n.to_string()).unwrap_or_default();
        vec![place, format!("{code}{units}"), title, format!("{:.2}", s.confidence), section, quotes.join("\n")]
    });
    plain(&["#", "code", "title", "conf.", "section", "evidence"], rows)
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
