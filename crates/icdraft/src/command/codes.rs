//! `icdraft codes`: packs, look-up and search.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use icdraft_codeset::pack::{self, Contents};
use icdraft_codeset::{Code, CodeSet, NoteKind, Releases, Validity, axis, search};
use serde_json::json;

use crate::args::{Codes, CodesCommand, Format, Knowledge};
use crate::command::{Done, print, procedures, say};
use crate::table;

pub(crate) fn run(args: &Codes) -> anyhow::Result<Done> {
    match &args.command {
        CodesCommand::Build { from, out, tabular_only } => {
            build(from, out, if *tabular_only { Contents::Tabular } else { Contents::WithIndex })
        }
        CodesCommand::Show { code, format, knowledge } => show(code, *format, knowledge),
        CodesCommand::Search { words, limit, format, knowledge } => find(&words.join(" "), *limit, *format, knowledge),
    }
}

fn build(from: &[String], out: &Path, contents: Contents) -> anyhow::Result<Done> {
    let downloads = tempfile::tempdir().context("a temporary folder for downloads")?;
    let sources =
        from.iter().map(|source| local(source, downloads.path())).collect::<anyhow::Result<Vec<PathBuf>>>()?;
    let (bytes, summary) = pack::build(&sources, contents)?;
    std::fs::write(out, &bytes).with_context(|| out.display().to_string())?;
    let mut told = format!(
        "{}: {} ({} to {}), {} entries, {} billable codes, {} bytes\n",
        out.display(),
        summary.release,
        summary.release.from,
        summary.release.to,
        summary.entries,
        summary.billable,
        bytes.len()
    );
    for (kind, count) in &summary.index {
        let _ = writeln!(told, "index {kind:?}: {count} entries");
    }
    if summary.checked {
        let _ = writeln!(
            told,
            "held against the order file: {} expansions dropped, {} titles corrected",
            summary.absent, summary.titles
        );
    } else {
        say(
            "no order file among the sources: 7th-character expansion was not held against it, and may yield codes that are not valid",
        );
    }
    print(&told)?;
    if !summary.missing.is_empty() {
        let some: Vec<String> = summary.missing.iter().take(5).map(ToString::to_string).collect();
        bail!(
            "{} codes of the order file are not in the tabular list ({} ...): the files are of different releases",
            summary.missing.len(),
            some.join(", ")
        );
    }
    Ok(Done::Whole)
}

/// A path as it is; a URL downloaded.
fn local(source: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    if !source.starts_with("http://") && !source.starts_with("https://") {
        return Ok(source.into());
    }
    let name = source.rsplit('/').next().filter(|n| !n.is_empty()).unwrap_or("download.zip");
    let path = folder.join(name);
    let mut response = ureq::get(source)
        .call()
        .with_context(|| format!("{source}: cannot be downloaded; fetch it by hand and pass the file"))?;
    let mut file = std::fs::File::create(&path).with_context(|| path.display().to_string())?;
    std::io::copy(&mut response.body_mut().as_reader(), &mut file).with_context(|| source.to_owned())?;
    Ok(path)
}

/// The releases and the one to look into.
fn chosen(knowledge: &Knowledge) -> anyhow::Result<(Releases, usize)> {
    let config = knowledge.config()?;
    let releases = Releases::load(&config.packs)?;
    let number = match &config.release {
        Some(name) => releases.named(name)?,
        None => releases.newest(),
    };
    Ok((releases, number))
}

fn kind_name(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::InclusionTerm => "inclusion term",
        NoteKind::Includes => "includes",
        NoteKind::Excludes1 => "excludes1 (never together)",
        NoteKind::Excludes2 => "excludes2 (not included here)",
        NoteKind::CodeFirst => "code first",
        NoteKind::UseAdditional => "use additional code",
        NoteKind::CodeAlso => "code also",
        NoteKind::SeventhCharacter => "7th character",
        NoteKind::General => "note",
    }
}

fn show(text: &str, format: Format, knowledge: &Knowledge) -> anyhow::Result<Done> {
    if let Some(done) = procedures::show(text, format, knowledge)? {
        return Ok(done);
    }
    let (releases, number) = chosen(knowledge)?;
    let set = &releases.sets()[number];
    let code: Code = text.parse()?;
    let Some((id, _)) = set.resolve(code) else {
        let near: Vec<String> = (3..code.len())
            .rev()
            .filter_map(|n| set.find(code.prefix(n)))
            .take(1)
            .filter_map(|id| set.code(id))
            .map(|c| c.to_string())
            .collect();
        let hint = near
            .first()
            .map_or_else(|| "try `icdraft codes search WORDS`".to_owned(), |n| format!("see `icdraft codes show {n}`"));
        bail!("{code} is not in {}; {hint}", set.release());
    };
    let title = set.title(code).unwrap_or_default();
    let validity = validity(set, code);
    let path: Vec<_> = set
        .lineage(id)
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map(|id| (set.name(id), set.entry_title(id)))
        .collect();
    let sevenths: Vec<_> = set.sevenths(id).collect();
    let axes: Vec<(String, Vec<&str>)> = axis::below(set, id)
        .into_iter()
        .map(|(axis, values)| (axis.to_owned(), values.into_iter().collect()))
        .collect();
    let below: Vec<Code> = set.leaves(id).filter(|&leaf| leaf != id).filter_map(|leaf| set.code(leaf)).collect();
    if let Format::Json = format {
        let notes: Vec<_> =
            set.notes(id).map(|n| json!({"kind": n.kind, "text": n.text, "from": set.name(n.from)})).collect();
        let value = json!({
            "code": code.to_string(), "title": title, "release": set.release().to_string(), "billable": set.is_billable(code), "validity": validity,
            "path": path.iter().map(|(name, title)| json!({"name": name, "title": title})).collect::<Vec<_>>(),
            "seventh_characters": sevenths.iter().map(|s| json!({"character": s.character, "meaning": s.meaning})).collect::<Vec<_>>(),
            "axes": axes.iter().map(|(axis, values)| json!({"axis": axis, "values": values})).collect::<Vec<_>>(),
            "notes": notes, "below": below.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        print(&(serde_json::to_string_pretty(&value)? + "\n"))?;
        return Ok(Done::Whole);
    }
    let mut out = format!("{code}  {title}\n{validity}  ({})\n\n", set.release());
    for (depth, (name, title)) in path.iter().enumerate() {
        let _ = writeln!(out, "{}{name}  {title}", "  ".repeat(depth));
    }
    if !sevenths.is_empty() {
        out += "\n7th characters\n";
        for s in &sevenths {
            let _ = writeln!(out, "  {}  {}", s.character, s.meaning);
        }
    }
    if !axes.is_empty() {
        out += "\naxes\n";
        for (axis, values) in &axes {
            let _ = writeln!(out, "  {axis}: {}", values.join(", "));
        }
    }
    let mut last = None;
    for note in set.notes(id) {
        if last != Some((note.kind, note.from)) {
            let from = if note.from == id { String::new() } else { format!(", from {}", set.name(note.from)) };
            let _ = writeln!(out, "\n{}{from}", kind_name(note.kind));
            last = Some((note.kind, note.from));
        }
        let _ = writeln!(out, "  {}", note.text);
    }
    if !below.is_empty() {
        out += "\nbelow\n";
        for code in below.iter().take(40) {
            let _ = writeln!(out, "  {code}  {}", set.find(*code).map(|id| set.entry_title(id)).unwrap_or_default());
        }
        if below.len() > 40 {
            let _ = writeln!(out, "  ... {} more", below.len() - 40);
        }
    }
    print(&out)?;
    Ok(Done::Whole)
}

fn validity(set: &CodeSet, code: Code) -> String {
    match set.validity(code) {
        Validity::Billable => "billable".into(),
        Validity::NeedsMore => "not billable: a heading, further characters are needed".into(),
        Validity::NeedsSeventh(characters) => {
            let example = characters.first().map(|&c| code.with_seventh(c).to_string()).unwrap_or_default();
            let list: Vec<String> = characters.iter().map(ToString::to_string).collect();
            format!("not billable: a 7th character is needed ({}), as in {example}", list.join(", "))
        }
        Validity::Unknown => "unknown".into(),
    }
}

fn find(query: &str, limit: usize, format: Format, knowledge: &Knowledge) -> anyhow::Result<Done> {
    let (releases, number) = chosen(knowledge)?;
    let set = &releases.sets()[number];
    let hits = search::search(set, query, limit);
    let others = procedures::search(query, knowledge)?;
    if hits.is_empty() && others.is_empty() {
        bail!("no code in {} has these words", set.release());
    }
    let title = |code: Code| set.find(code).map(|id| set.entry_title(id)).unwrap_or_default();
    let shown = match format {
        Format::Json => {
            let rows: Vec<_> = hits
                .iter()
                .map(|h| json!({"code": h.code.to_string(), "title": title(h.code), "score": (h.score * 1e4).round() / 1e4, "billable": set.is_billable(h.code)}))
                .collect();
            serde_json::to_string_pretty(
                &json!({"release": set.release().to_string(), "hits": rows, "procedures": others.iter().take(limit).map(|(code, title)| json!({"code": code, "title": title})).collect::<Vec<_>>()}),
            )? + "\n"
        }
        Format::Table => {
            let rows = hits.iter().map(|h| {
                let state = if set.is_billable(h.code) { "billable" } else { "heading" };
                vec![h.code.to_string(), title(h.code).to_owned(), state.to_owned(), format!("{:.2}", h.score)]
            });
            let others = others
                .iter()
                .take(limit)
                .map(|(code, title)| vec![code.clone(), title.clone(), String::new(), String::new()]);
            table::plain(&["code", "title", "", "score"], others.chain(rows))
        }
    };
    print(&shown)?;
    Ok(Done::Whole)
}
