//! The alphabetic index, the neoplasm and drug tables and the index of external causes: one XML shape, terms nested
//! under main terms, with a code or a row of cells.

use roxmltree::Node;
use serde::{Deserialize, Serialize};

use crate::loader::{LoadError, SourceFile, parse_xml, squeezed};

/// Which of the four indexes an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexKind {
    /// Alphabetic index to diseases and injuries.
    Disease,
    /// Neoplasm table: cells are malignant primary, secondary, in situ, benign, uncertain, unspecified.
    Neoplasm,
    /// Drugs and chemicals: cells are accidental, self-harm, assault, undetermined, adverse effect, underdosing.
    Drug,
    /// Index of external causes.
    ExternalCause,
}

/// One line of an index with the terms above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexEntry {
    /// Which index.
    pub kind: IndexKind,
    /// Main term first, then each subterm, without nonessential modifiers.
    pub path: Vec<String>,
    /// Nonessential modifiers of the last term, parentheses kept.
    pub optional: String,
    /// The code as printed (a trailing `-` asks for further characters).
    pub code: Option<String>,
    /// Table cells as printed, from column 2 on.
    pub cells: Vec<String>,
    /// *See*: the entry to use instead.
    pub see: Option<String>,
    /// *See also*: a further entry to try.
    pub see_also: Option<String>,
}

/// Reads one index file.
///
/// # Errors
/// XML that is not well-formed or not an index.
pub fn read(file: &SourceFile, kind: IndexKind) -> Result<Vec<IndexEntry>, LoadError> {
    let document = parse_xml(&file.name, &file.text)?;
    let root = document.root_element();
    if root.tag_name().name() != "ICD10CM.index" {
        return Err(LoadError::Shape {
            name: file.name.clone(),
            line: 1,
            problem: format!("expected <ICD10CM.index>, found <{}>", root.tag_name().name()),
        });
    }
    let mut entries = Vec::new();
    for main in root.descendants().filter(|n| n.has_tag_name("mainTerm")) {
        term(main, kind, &mut Vec::new(), &mut entries);
    }
    Ok(entries)
}

fn term(node: Node<'_, '_>, kind: IndexKind, path: &mut Vec<String>, out: &mut Vec<IndexEntry>) {
    let child = |tag: &'static str| node.children().find(|n| n.has_tag_name(tag));
    let title = child("title");
    let essential = title.map(|t| {
        let own: Vec<&str> = t.children().filter(Node::is_text).filter_map(|n| n.text()).collect();
        own.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    });
    let optional = title.and_then(|t| t.children().find(|n| n.has_tag_name("nemod"))).map(squeezed);
    path.push(essential.unwrap_or_default());
    out.push(IndexEntry {
        kind,
        path: path.clone(),
        optional: optional.unwrap_or_default(),
        code: child("code").map(squeezed),
        cells: node.children().filter(|n| n.has_tag_name("cell")).map(squeezed).collect(),
        see: child("see").map(squeezed),
        see_also: child("seeAlso").map(squeezed),
    });
    for below in node.children().filter(|n| n.has_tag_name("term")) {
        term(below, kind, path, out);
    }
    path.pop();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_terms_keep_their_path() {
        let text = "<ICD10CM.index><version>2026</version><letter><title>F</title><mainTerm><title>Foo<nemod>(big)</nemod></title>\
            <see>Bar</see><term level=\"1\"><title>blue</title><code>K00.0</code></term></mainTerm></letter></ICD10CM.index>";
        let file = SourceFile { name: "icd10cm-index-2026.xml".into(), text: text.into() };
        let entries = read(&file, IndexKind::Disease).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[0].optional.as_str(), entries[0].see.as_deref()), ("(big)", Some("Bar")));
        assert_eq!(entries[1].path, ["Foo", "blue"]);
        assert_eq!(entries[1].code.as_deref(), Some("K00.0"));
    }
}
