//! The tabular list (XML).

use jiff::civil::date;
use roxmltree::Node;

use crate::code::Code;
use crate::hierarchy::{EntryId, NoteKind};
use crate::loader::{LoadError, SourceFile, parse_xml, squeezed};
use crate::pack::PackBuilder;
use crate::release::Release;

/// Reads the tabular list into `builder`, chapters first to last.
///
/// # Errors
/// XML that is not well-formed or not a tabular list.
pub(crate) fn read(file: &SourceFile, builder: &mut PackBuilder) -> Result<Release, LoadError> {
    let document = parse_xml(&file.name, &file.text)?;
    let root = document.root_element();
    let shape = |problem: String| LoadError::Shape { name: file.name.clone(), line: 1, problem };
    if root.tag_name().name() != "ICD10CM.tabular" {
        return Err(shape(format!("expected <ICD10CM.tabular>, found <{}>", root.tag_name().name())));
    }
    let year: i16 = child_text(root, "version")
        .and_then(|v| v.parse().ok())
        .ok_or_else(|| shape("no <version> with a year".into()))?;
    let mut reader = Reader { file, document: &document, builder };
    for chapter in children(root, "chapter") {
        let name = format!("Chapter {}", child_text(chapter, "name").unwrap_or_default());
        let id = reader.division(chapter, name, None)?;
        for section in children(chapter, "section") {
            let name = section.attribute("id").unwrap_or_default().to_owned();
            let block = reader.division(section, name, Some(id))?;
            for diag in children(section, "diag") {
                reader.diag(diag, block)?;
            }
        }
    }
    Ok(release_from(&file.name).unwrap_or_else(|| Release::yearly(year)))
}

/// Updates within a year carry their first day in the file name: `...-April-1-2026.xml`.
fn release_from(name: &str) -> Option<Release> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let at = words.iter().position(|w| MONTHS.contains(w))?;
    let month = MONTHS.iter().position(|m| *m == words[at])? + 1;
    let day = words.get(at + 1)?.parse().ok()?;
    let year = words.get(at + 2)?.parse().ok()?;
    Some(Release::starting(jiff::civil::Date::new(year, i8::try_from(month).ok()?, day).unwrap_or(date(year, 1, 1))))
}

struct Reader<'a, 'b> {
    file: &'a SourceFile,
    document: &'a roxmltree::Document<'a>,
    builder: &'b mut PackBuilder,
}

impl Reader<'_, '_> {
    fn division(&mut self, node: Node<'_, '_>, name: String, parent: Option<EntryId>) -> Result<EntryId, LoadError> {
        let title = child_text(node, "desc").unwrap_or_default();
        // Titles of divisions repeat their range: "Intestinal infectious diseases (A00-A09)".
        let title = title.rsplit_once(" (").map_or(title.as_str(), |(t, _)| t).to_owned();
        let id = self.builder.entry(None, &name, &title, parent, false);
        self.notes(node);
        self.seventh(node)?;
        Ok(id)
    }

    fn diag(&mut self, node: Node<'_, '_>, parent: EntryId) -> Result<(), LoadError> {
        let name = child_text(node, "name").unwrap_or_default();
        let code: Code = name.parse().map_err(|e| self.shape(node, format!("{e}")))?;
        let title = child_text(node, "desc").ok_or_else(|| self.shape(node, format!("{code} has no title")))?;
        let placeholder = node.attribute("placeholder") == Some("true");
        let id = self.builder.entry(Some(code), &name, &title, Some(parent), placeholder);
        self.notes(node);
        self.seventh(node)?;
        for below in children(node, "diag") {
            self.diag(below, id)?;
        }
        self.builder.close(id);
        Ok(())
    }

    fn notes(&mut self, node: Node<'_, '_>) {
        for group in node.children().filter(Node::is_element) {
            let kind = match group.tag_name().name() {
                "inclusionTerm" => NoteKind::InclusionTerm,
                "includes" => NoteKind::Includes,
                "excludes1" => NoteKind::Excludes1,
                "excludes2" => NoteKind::Excludes2,
                "codeFirst" => NoteKind::CodeFirst,
                "useAdditionalCode" => NoteKind::UseAdditional,
                "codeAlso" => NoteKind::CodeAlso,
                "sevenChrNote" => NoteKind::SeventhCharacter,
                "notes" => NoteKind::General,
                _ => continue,
            };
            for note in children(group, "note") {
                self.builder.note(kind, &squeezed(note));
            }
        }
    }

    fn seventh(&mut self, node: Node<'_, '_>) -> Result<(), LoadError> {
        let Some(definition) = children(node, "sevenChrDef").next() else {
            return Ok(());
        };
        let mut characters = Vec::new();
        for extension in children(definition, "extension") {
            let character = extension
                .attribute("char")
                .and_then(|c| c.chars().next())
                .ok_or_else(|| self.shape(extension, "<extension> without its char".into()))?;
            characters.push((character, squeezed(extension)));
        }
        self.builder.seventh(&characters);
        Ok(())
    }

    fn shape(&self, node: Node<'_, '_>, problem: String) -> LoadError {
        let line = self.document.text_pos_at(node.range().start).row;
        LoadError::Shape { name: self.file.name.clone(), line, problem }
    }
}

fn children<'a, 'i>(node: Node<'a, 'i>, tag: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |n| n.has_tag_name(tag))
}

fn child_text(node: Node<'_, '_>, tag: &'static str) -> Option<String> {
    children(node, tag).next().map(squeezed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_from_file_names() {
        assert_eq!(release_from("icd10cm-tabular-April-1-2026.xml").unwrap().to_string(), "FY2026-04-01");
        assert!(release_from("icd10cm_tabular_2026.xml").is_none());
    }
}
