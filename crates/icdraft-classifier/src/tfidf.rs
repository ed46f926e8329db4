//! Character TF-IDF: what the model is measured against.

use crate::gram::grams;

/// Buckets so many that grams seldom share one.
const BUCKETS: usize = 1 << 22;

/// Texts by their character n-grams, weighted by rarity; cosine with a query.
#[derive(Debug)]
pub struct Tfidf {
    /// For each gram the texts that have it and its weight there.
    postings: Vec<Vec<(u32, f32)>>,
    idf: Vec<f32>,
    owners: Vec<u32>,
    names: Vec<String>,
}

impl Tfidf {
    /// An index over the texts of codes; texts of one code stand together.
    pub fn new<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let (mut owners, mut names, mut counts) = (Vec::new(), Vec::<String>::new(), Vec::new());
        for (code, text) in texts {
            if names.last().map(String::as_str) != Some(code) {
                names.push(code.to_owned());
            }
            owners.push(u32::try_from(names.len() - 1).unwrap_or(u32::MAX));
            counts.push(counted(text));
        }
        let mut idf = vec![0f32; BUCKETS];
        counts.iter().flatten().for_each(|(gram, _)| idf[*gram as usize] += 1.0);
        let all = counts.len() as f32;
        idf.iter_mut().for_each(|n| *n = ((1.0 + all) / (1.0 + *n)).ln() + 1.0);
        let mut postings = vec![Vec::new(); BUCKETS];
        for (number, grams) in (0u32..).zip(counts) {
            for (gram, weight) in weighted(grams, &idf) {
                postings[gram as usize].push((number, weight));
            }
        }
        Self { postings, idf, owners, names }
    }

    /// The `limit` codes with the nearest text, nearest first.
    pub fn nearest(&self, query: &str, limit: usize) -> Vec<(&str, f32)> {
        let mut sums = vec![0f32; self.owners.len()];
        for (gram, weight) in weighted(counted(query), &self.idf) {
            self.postings[gram as usize].iter().for_each(|(text, w)| sums[*text as usize] += w * weight);
        }
        let mut best = vec![0f32; self.names.len()];
        for (owner, sum) in self.owners.iter().zip(sums) {
            best[*owner as usize] = best[*owner as usize].max(sum);
        }
        let mut order: Vec<usize> = (0..best.len()).collect();
        order.sort_by(|a, b| best[*b].total_cmp(&best[*a]).then(a.cmp(b)));
        order.truncate(limit);
        order.into_iter().map(|n| (self.names[n].as_str(), best[n])).collect()
    }
}

fn counted(text: &str) -> Vec<(u32, f32)> {
    let mut all = grams(text, BUCKETS);
    all.sort_unstable();
    all.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f32)).collect()
}

fn weighted(mut grams: Vec<(u32, f32)>, idf: &[f32]) -> Vec<(u32, f32)> {
    grams.iter_mut().for_each(|(gram, weight)| *weight *= idf[*gram as usize]);
    let length = grams.iter().map(|(_, w)| w * w).sum::<f32>().sqrt().max(1e-9);
    grams.iter_mut().for_each(|(_, weight)| *weight /= length);
    grams
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_with_the_rarest_common_parts_is_nearest() {
        let texts =
            [("A", "abscess of lung"), ("A", "lung abscess"), ("B", "abscess of liver"), ("C", "fracture of tibia")];
        let index = Tfidf::new(texts);
        assert_eq!(index.nearest("hepatic abscess liver", 1)[0].0, "B");
        let exact = index.nearest("lung abscess", 2);
        assert!(exact[0].0 == "A" && (exact[0].1 - 1.0).abs() < 1e-5, "{exact:?}");
    }
}
