//! The vectors of all codes as 8-bit integers, and the exact search over them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ClassifierError;

/// A query is brought to this many steps: fine enough to lose nothing beside vectors of 8 bits, and sums stay within 32 bits.
const QUERY_STEPS: f32 = 4096.0;

/// Vectors of codes; a code may have several.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CodeVectors {
    width: usize,
    names: Vec<String>,
    /// Number of the name of each vector.
    owners: Vec<u32>,
    /// What one step of each vector is worth.
    scales: Vec<f32>,
    values: Vec<i8>,
}

/// A code and how near it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<'a> {
    /// The code's name.
    pub name: &'a str,
    /// Cosine with the code's nearest vector.
    pub similarity: f32,
}

impl CodeVectors {
    /// Packs vectors of unit length; vectors of one code stand together.
    pub fn new(width: usize, vectors: impl IntoIterator<Item = (String, Vec<f32>)>) -> Self {
        let mut all = Self { width, names: Vec::new(), owners: Vec::new(), scales: Vec::new(), values: Vec::new() };
        for (name, vector) in vectors {
            if all.names.last() != Some(&name) {
                all.names.push(name);
            }
            all.owners.push(u32::try_from(all.names.len() - 1).unwrap_or(u32::MAX));
            let largest = vector.iter().fold(1e-9f32, |m, v| m.max(v.abs()));
            all.scales.push(largest / 127.0);
            all.values.extend(vector.iter().map(|v| (v / largest * 127.0).round() as i8));
        }
        all
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// The `limit` codes nearest to `query`, nearest first, among equals in the order of the codes.
    pub fn nearest(&self, query: &[f32], limit: usize) -> Vec<Hit<'_>> {
        let query: Vec<i16> = query.iter().map(|v| (v * QUERY_STEPS).round() as i16).collect();
        let mut best = vec![f32::MIN; self.names.len()];
        for ((row, owner), scale) in self.values.chunks_exact(self.width).zip(&self.owners).zip(&self.scales) {
            let dot: i32 = row.iter().zip(&query).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
            let similarity = dot as f32 * scale / QUERY_STEPS;
            let best = &mut best[*owner as usize];
            *best = best.max(similarity);
        }
        let mut order: Vec<usize> = (0..best.len()).collect();
        let nearer = |a: &usize, b: &usize| best[*b].total_cmp(&best[*a]).then(a.cmp(b));
        if order.len() > limit && limit > 0 {
            order.select_nth_unstable_by(limit - 1, nearer);
        }
        order.truncate(limit);
        order.sort_by(nearer);
        order.into_iter().map(|n| Hit { name: &self.names[n], similarity: best[n] }).collect()
    }

    /// How near a code is to `query`; `None` for a code without a vector. Needs names in ascending order, as training writes them.
    pub fn similarity(&self, name: &str, query: &[f32]) -> Option<f32> {
        let owner = self.names.binary_search_by(|n| n.as_str().cmp(name)).ok()?;
        let owner = u32::try_from(owner).ok()?;
        let rows = self.owners.partition_point(|o| *o < owner)..self.owners.partition_point(|o| *o <= owner);
        rows.map(|row| {
            let values = &self.values[row * self.width..(row + 1) * self.width];
            values.iter().zip(query).map(|(a, b)| f32::from(*a) * b).sum::<f32>() * self.scales[row]
        })
        .reduce(f32::max)
    }

    /// Reads what [`CodeVectors::write`] wrote.
    ///
    /// # Errors
    /// A file that is unreadable or cut short.
    pub fn read(path: &Path) -> Result<Self, ClassifierError> {
        let bytes = std::fs::read(path).map_err(|source| ClassifierError::Io { path: path.to_owned(), source })?;
        Self::decode(&path.display().to_string(), &bytes)
    }

    /// The same from bytes; `file` is for errors.
    ///
    /// # Errors
    /// See [`CodeVectors::read`].
    pub fn decode(file: &str, bytes: &[u8]) -> Result<Self, ClassifierError> {
        let all: Self = postcard::from_bytes(bytes)
            .map_err(|e| ClassifierError::file(file, format!("no code vectors ({e}); fetch the file again")))?;
        let rows = all.owners.len();
        let whole = all.scales.len() == rows
            && all.values.len() == rows * all.width
            && all.owners.iter().all(|o| (*o as usize) < all.names.len());
        if whole { Ok(all) } else { Err(ClassifierError::file(file, "cut short; fetch the file again")) }
    }

    /// Writes the vectors.
    ///
    /// # Errors
    /// An unwritable file.
    pub fn write(&self, path: &Path) -> Result<(), ClassifierError> {
        let bytes = postcard::to_stdvec(self).map_err(|e| ClassifierError::file(path.display().to_string(), e))?;
        std::fs::write(path, bytes).map_err(|source| ClassifierError::Io { path: path.to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> CodeVectors {
        let unit = |a: f32| vec![a.cos(), a.sin()];
        CodeVectors::new(2, [("A", 0.0f32), ("A", 1.0), ("B", 0.6), ("C", 3.0)].map(|(n, a)| (n.into(), unit(a))))
    }

    #[test]
    fn the_nearest_vector_of_a_code_counts() {
        let vectors = three();
        let names = |angle: f32| {
            let hits = vectors.nearest(&[angle.cos(), angle.sin()], 2);
            hits.into_iter().map(|h| (h.name.to_owned(), h.similarity)).collect::<Vec<_>>()
        };
        // 0.9 is 0.1 from A's second vector and 0.3 from B.
        let found = names(0.9);
        assert_eq!((found[0].0.as_str(), found[1].0.as_str()), ("A", "B"));
        assert!((found[0].1 - 0.1f32.cos()).abs() < 0.01 && (found[1].1 - 0.3f32.cos()).abs() < 0.01, "{found:?}");
        assert_eq!(names(2.9)[0].0, "C");
        let of_b = vectors.similarity("B", &[0.9f32.cos(), 0.9f32.sin()]).unwrap();
        assert!((of_b - 0.3f32.cos()).abs() < 0.01, "{of_b}");
        assert_eq!(vectors.similarity("D", &[1.0, 0.0]), None);
    }

    #[test]
    fn written_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes.bin");
        three().write(&path).unwrap();
        assert_eq!(CodeVectors::read(&path).unwrap().nearest(&[1.0, 0.0], 3), three().nearest(&[1.0, 0.0], 3));
        let bytes = std::fs::read(&path).unwrap();
        let cut = CodeVectors::decode("codes.bin", &bytes[..bytes.len() - 3]).unwrap_err();
        assert!(cut.to_string().starts_with("codes.bin: "), "{cut}");
    }
}
