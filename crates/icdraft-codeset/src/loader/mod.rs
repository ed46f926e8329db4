//! The official files, read as they are published: zips, folders or single files.

pub mod index;
pub mod order;
pub mod tabular;

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// A file or archive that cannot be used, with its name and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A zip archive that cannot be opened.
    #[error("{name}: not a readable zip archive ({source}); download it again")]
    Zip {
        /// Archive.
        name: String,
        /// What the reader said.
        source: zip::result::ZipError,
    },
    /// XML that is not well-formed.
    #[error("{name}: not well-formed XML ({source}); download it again")]
    Xml {
        /// File.
        name: String,
        /// What the parser said, with line and column.
        source: Box<roxmltree::Error>,
    },
    /// A well-formed file that is not what its name promises.
    #[error("{name}:{line}: {problem}")]
    Shape {
        /// File.
        name: String,
        /// Line, from 1.
        line: u32,
        /// What is wrong and the cure.
        problem: String,
    },
    /// No tabular list among the sources.
    #[error(
        "no tabular list among {0}; expected a file named like icd10cm-tabular-April-1-2026.xml, alone or in a zip or folder"
    )]
    NoTabular(String),
}

/// The official ICD-10-CM files by role. File names vary by year, so roles are recognised by pattern.
#[derive(Debug, Default)]
pub struct OfficialFiles {
    /// Tabular list, XML.
    pub tabular: Option<SourceFile>,
    /// Order file, fixed width: the validity reference.
    pub order: Option<SourceFile>,
    /// Alphabetic index, XML.
    pub index: Option<SourceFile>,
    /// Table of drugs and chemicals, XML.
    pub drug: Option<SourceFile>,
    /// Neoplasm table, XML.
    pub neoplasm: Option<SourceFile>,
    /// Index of external causes, XML.
    pub external_cause: Option<SourceFile>,
}

/// One file's name and text.
#[derive(Debug)]
pub struct SourceFile {
    /// Name, for errors and for the release date in it.
    pub name: String,
    /// Contents.
    pub text: String,
}

impl OfficialFiles {
    /// Gathers the files found in `sources`, each a zip, a folder (searched at any depth) or a file.
    ///
    /// # Errors
    /// Unreadable files and archives, and sources without a tabular list.
    pub fn gather(sources: &[PathBuf]) -> Result<Self, LoadError> {
        let mut files = Self::default();
        for source in sources {
            files.take_path(source)?;
        }
        if files.tabular.is_none() {
            let names: Vec<_> = sources.iter().map(|p| p.display().to_string()).collect();
            return Err(LoadError::NoTabular(names.join(", ")));
        }
        Ok(files)
    }

    fn take_path(&mut self, path: &Path) -> Result<(), LoadError> {
        let io = |source| LoadError::Io { path: path.to_owned(), source };
        if path.is_dir() {
            let mut inside: Vec<_> = std::fs::read_dir(path)
                .map_err(io)?
                .map(|e| e.map(|e| e.path()))
                .collect::<Result<_, _>>()
                .map_err(io)?;
            inside.sort();
            return inside.iter().try_for_each(|p| self.take_path(p));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !is_zip(&name) && self.slot(&name).is_none() {
            return Ok(());
        }
        self.take_bytes(&name, std::fs::read(path).map_err(io)?)
    }

    fn take_bytes(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), LoadError> {
        if is_zip(name) {
            let zip_error = |source| LoadError::Zip { name: name.to_owned(), source };
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(zip_error)?;
            for i in 0..archive.len() {
                let mut member = archive.by_index(i).map_err(zip_error)?;
                let inner = member.name().rsplit('/').next().unwrap_or_default().to_owned();
                if is_zip(&inner) || self.slot(&inner).is_some() {
                    let mut out = Vec::new();
                    member.read_to_end(&mut out).map_err(|e| zip_error(e.into()))?;
                    self.take_bytes(&inner, out)?;
                }
            }
            return Ok(());
        }
        // The order file has been published in Latin-1; every other file is UTF-8.
        let text = String::from_utf8(bytes).unwrap_or_else(|e| e.as_bytes().iter().map(|&b| char::from(b)).collect());
        if let Some(slot) = self.slot(name) {
            *slot = Some(SourceFile { name: name.to_owned(), text });
        }
        Ok(())
    }

    /// The role that a file name promises. Addenda list changes only and are passed over.
    fn slot(&mut self, name: &str) -> Option<&mut Option<SourceFile>> {
        let name = name.to_ascii_lowercase();
        let has = |part: &str| name.contains(part);
        if has("addend") || !(has("icd10") || has("icd-10")) {
            None
        } else if name.ends_with(".xml") {
            if has("tabular") {
                Some(&mut self.tabular)
            } else if has("eindex") || has("external") {
                Some(&mut self.external_cause)
            } else if has("neoplasm") {
                Some(&mut self.neoplasm)
            } else if has("drug") {
                Some(&mut self.drug)
            } else if has("index") {
                Some(&mut self.index)
            } else {
                None
            }
        } else if name.ends_with(".txt") && has("order") {
            Some(&mut self.order)
        } else {
            None
        }
    }
}

fn is_zip(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".zip")
}

pub(crate) fn parse_xml<'a>(name: &str, text: &'a str) -> Result<roxmltree::Document<'a>, LoadError> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    roxmltree::Document::parse_with_options(text, options)
        .map_err(|source| LoadError::Xml { name: name.to_owned(), source: Box::new(source) })
}

/// All text below a node, white space squeezed.
pub(crate) fn squeezed(node: roxmltree::Node<'_, '_>) -> String {
    let text: String =
        node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_by_name_in_any_year() {
        let mut files = OfficialFiles::default();
        let mut role = |name: &str| files.slot(name).map(|slot| std::ptr::from_ref(slot) as usize);
        let roles: Vec<_> = [
            "icd10cm-tabular-April-1-2026.xml",
            "icd10cm_order_2027.txt",
            "icd10cm_index_2024.xml",
            "icd10cm-drug-2025.xml",
            "icd10cm_neoplasm_2023.xml",
            "icd10cm-eindex-April-1-2026.xml",
        ]
        .map(&mut role)
        .to_vec();
        assert!(roles.iter().all(Option::is_some));
        assert_eq!(roles.iter().collect::<std::collections::BTreeSet<_>>().len(), 6);
        for other in ["icd10cm_order_addenda_2026.txt", "readme.txt", "icd10cm_codes_2026.txt", "tabular.xml"] {
            assert!(role(other).is_none(), "{other}");
        }
    }
}
