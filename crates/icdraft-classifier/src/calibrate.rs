//! The last layer: a logistic regression over what rules, sections, assertions and the encoder say of a suggestion. Its output is the
//! confidence, so it is fitted by likelihood, and small data cannot bend it far (an L2 penalty on standardised features).

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ClassifierError;

/// Rounds of Newton's method: it converges in fewer.
const ROUNDS: usize = 25;

/// A suggestion with its outcome.
#[derive(Debug, Clone)]
pub struct Example {
    /// Values of the features, in the order of their names.
    pub values: Vec<f32>,
    /// Whether a coder assigned the code.
    pub right: bool,
    /// How much it counts.
    pub weight: f32,
}

/// Turns features into a probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranker {
    features: Vec<Feature>,
    bias: f64,
    /// From this probability on a code is drafted.
    draft_from: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Feature {
    name: String,
    mean: f64,
    /// One over the standard deviation; 0 where the feature never varies.
    scale: f64,
    weight: f64,
}

impl Ranker {
    /// Fits the features called `names` to `examples`; `penalty` is the strength of the prior, in examples: that the first feature, the
    /// log-odds of the rules, stands as it is, and that no other moves anything.
    ///
    /// # Errors
    /// No example, or all of one outcome.
    pub fn fit(names: &[&str], examples: &[Example], penalty: f64) -> Result<Self, ClassifierError> {
        let right = examples.iter().filter(|e| e.right).count();
        if right == 0 || right == examples.len() {
            let problem = format!("{right} of {} suggestions are right: nothing to learn from", examples.len());
            return Err(ClassifierError::Data(problem));
        }
        let features = names.iter().enumerate().map(|(n, name)| feature(name, n, examples)).collect();
        let mut ranker = Self { features, bias: 0.0, draft_from: 0.5 };
        let unmoved = ranker.features.first().map_or(0.0, |f| if f.scale > 0.0 { 1.0 / f.scale } else { 0.0 });
        for _ in 0..ROUNDS {
            if ranker.newton(examples, penalty, unmoved) < 1e-8 {
                break;
            }
        }
        Ok(ranker)
    }

    /// One step of Newton's method; returns its length.
    fn newton(&mut self, examples: &[Example], penalty: f64, unmoved: f64) -> f64 {
        let size = self.features.len() + 1;
        let mut gradient = vec![0f64; size];
        let mut curve = vec![vec![0f64; size]; size];
        for example in examples {
            let row = self.standard(&example.values);
            let p = self.of_standard(&row);
            let weight = f64::from(example.weight);
            let miss = weight * (p - f64::from(u8::from(example.right)));
            let bend = (weight * p * (1.0 - p)).max(1e-9);
            for a in 0..size {
                gradient[a] += miss * row[a];
                for b in 0..=a {
                    curve[a][b] += bend * row[a] * row[b];
                }
            }
        }
        for (n, feature) in self.features.iter().enumerate() {
            let prior = if n == 0 { unmoved } else { 0.0 };
            gradient[n] += penalty * (feature.weight - prior);
            curve[n][n] += penalty.max(1e-9);
        }
        curve[size - 1][size - 1] += 1e-6;
        let step = solve(curve, gradient);
        for (feature, step) in self.features.iter_mut().zip(&step) {
            feature.weight -= step;
        }
        self.bias -= step[size - 1];
        step.iter().map(|s| s * s).sum::<f64>().sqrt()
    }

    /// The values brought to mean 0 and deviation 1, and a 1 for the bias.
    fn standard(&self, values: &[f32]) -> Vec<f64> {
        let scaled = self.features.iter().zip(values).map(|(f, v)| (f64::from(*v) - f.mean) * f.scale);
        scaled.chain(std::iter::once(1.0)).collect()
    }

    fn of_standard(&self, row: &[f64]) -> f64 {
        let sum: f64 = self.features.iter().zip(row).map(|(f, v)| f.weight * v).sum();
        1.0 / (1.0 + (-(sum + self.bias)).exp())
    }

    /// The probability that a coder assigns the code.
    pub fn probability(&self, values: &[f32]) -> f64 {
        self.of_standard(&self.standard(values))
    }

    /// What each feature adds to the log-odds beside the average suggestion, strongest first.
    pub fn contributions(&self, values: &[f32]) -> Vec<(&str, f64)> {
        let row = self.standard(values);
        let mut all: Vec<(&str, f64)> =
            self.features.iter().zip(row).map(|(f, v)| (f.name.as_str(), f.weight * v)).collect();
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(b.0)));
        all
    }

    /// From this probability on a code is drafted: one half, unless [`Ranker::drafting_from`] says otherwise.
    pub fn draft_from(&self) -> f64 {
        self.draft_from
    }

    /// The same ranker that drafts from `probability` on. Where right codes are often missed, the best F1 lies below one half.
    pub fn drafting_from(self, probability: f64) -> Self {
        Self { draft_from: probability, ..self }
    }

    /// The same ranker for features in another order. One that it was not fitted to moves nothing; so does one that is gone, which only
    /// those for which `may_go` holds can be.
    ///
    /// # Errors
    /// The name of a feature that is gone and may not be.
    pub fn for_features(&self, names: &[String], may_go: impl Fn(&str) -> bool) -> Result<Self, String> {
        if let Some(gone) = self.names().find(|n| !may_go(n) && !names.iter().any(|m| m == n)) {
            return Err(gone.to_owned());
        }
        let unknown = |name: &String| Feature { name: name.clone(), mean: 0.0, scale: 0.0, weight: 0.0 };
        let of = |name: &String| self.features.iter().find(|f| f.name == *name).cloned();
        let features = names.iter().map(|name| of(name).unwrap_or_else(|| unknown(name))).collect();
        Ok(Self { features, ..*self })
    }

    /// Names of the features, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|f| f.name.as_str())
    }
}

/// The last layers by code system, as `ranker.json` holds them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rankers(BTreeMap<String, Ranker>);

impl Rankers {
    /// Adds the last layer of a code system.
    pub fn insert(&mut self, system: &str, ranker: Ranker) {
        self.0.insert(system.to_owned(), ranker);
    }

    /// The last layer of a code system; the rules' confidence stands where there is none.
    pub fn of(&self, system: &str) -> Option<&Ranker> {
        self.0.get(system)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as [`Ranker::for_features`] makes it.
    ///
    /// # Errors
    /// See [`Ranker::for_features`].
    pub fn for_features(&self, names: &[String], may_go: impl Fn(&str) -> bool) -> Result<Self, String> {
        let each = self.0.iter().map(|(system, r)| Ok((system.clone(), r.for_features(names, &may_go)?)));
        each.collect::<Result<_, String>>().map(Self)
    }

    /// Reads what [`Rankers::write`] wrote.
    ///
    /// # Errors
    /// A file that is unreadable or no ranker.
    pub fn read(path: &Path) -> Result<Self, ClassifierError> {
        let bytes = std::fs::read(path).map_err(|source| ClassifierError::Io { path: path.to_owned(), source })?;
        Self::decode(&path.display().to_string(), &bytes)
    }

    /// The same from bytes; `file` is for errors.
    ///
    /// # Errors
    /// See [`Rankers::read`].
    pub fn decode(file: &str, bytes: &[u8]) -> Result<Self, ClassifierError> {
        let cure = "train it again with `icdraft train rank`";
        serde_json::from_slice(bytes).map_err(|e| ClassifierError::file(file, format!("{e}; {cure}")))
    }

    /// Writes them as JSON.
    ///
    /// # Errors
    /// An unwritable file.
    pub fn write(&self, path: &Path) -> Result<(), ClassifierError> {
        let json =
            serde_json::to_string_pretty(self).map_err(|e| ClassifierError::file(path.display().to_string(), e))?;
        std::fs::write(path, json + "\n").map_err(|source| ClassifierError::Io { path: path.to_owned(), source })
    }
}

fn feature(name: &str, n: usize, examples: &[Example]) -> Feature {
    let count = examples.len() as f64;
    let values = || examples.iter().map(|e| f64::from(e.values[n]));
    let mean = values().sum::<f64>() / count;
    let deviation = (values().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count).sqrt();
    let scale = if deviation > 1e-9 { 1.0 / deviation } else { 0.0 };
    Feature { name: name.to_owned(), mean, scale, weight: 0.0 }
}

/// Solves a symmetric positive system of which the lower half is filled (Cholesky).
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let size = b.len();
    for n in 0..size {
        for m in 0..=n {
            let dot: f64 = (0..m).map(|k| a[n][k] * a[m][k]).sum();
            a[n][m] = if n == m { (a[n][n] - dot).max(1e-12).sqrt() } else { (a[n][m] - dot) / a[m][m] };
        }
    }
    for n in 0..size {
        let dot: f64 = (0..n).map(|k| a[n][k] * b[k]).sum();
        b[n] = (b[n] - dot) / a[n][n];
    }
    for n in (0..size).rev() {
        let dot: f64 = (n + 1..size).map(|k| a[k][n] * b[k]).sum();
        b[n] = (b[n] - dot) / a[n][n];
    }
    b
}

/// Mean distance between confidence and share of right ones over ten bins of equal width, weighted by their size (ECE).
pub fn calibration_error(outcomes: impl IntoIterator<Item = (f64, bool)>) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for (p, right) in outcomes {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + f64::from(u8::from(right)));
    }
    let all: f64 = bins.iter().map(|b| b.0).sum();
    bins.iter().map(|b| (b.1 - b.2).abs()).sum::<f64>() / all.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(values: &[f32], right: bool) -> Example {
        Example { values: values.to_vec(), right, weight: 1.0 }
    }

    #[test]
    fn a_table_of_counts_is_met() {
        // Where the feature is 1, three of four are right; where it is 0, one of four. Without a penalty the fit is exact.
        let rows = [
            (1.0, true),
            (1.0, true),
            (1.0, true),
            (1.0, false),
            (0.0, true),
            (0.0, false),
            (0.0, false),
            (0.0, false),
        ];
        let examples: Vec<Example> = rows.iter().map(|(v, r)| example(&[*v, 5.0], *r)).collect();
        let ranker = Ranker::fit(&["seen", "constant"], &examples, 1e-9).unwrap();
        assert!((ranker.probability(&[1.0, 5.0]) - 0.75).abs() < 1e-4);
        assert!((ranker.probability(&[0.0, 5.0]) - 0.25).abs() < 1e-4);
        // log-odds ln 3 on each side of the mean; the constant moves nothing.
        let moved = ranker.contributions(&[1.0, 5.0]);
        assert!(moved[0].0 == "seen" && (moved[0].1 - 3f64.ln()).abs() < 1e-3 && moved[1].1 == 0.0, "{moved:?}");
        // A strong prior leaves the first feature's log-odds as they are, but for the share of right ones (here one half).
        let held = Ranker::fit(&["seen", "constant"], &examples, 1e6).unwrap();
        let odds = |p: f64| (p / (1.0 - p)).ln();
        assert!((odds(held.probability(&[1.0, 5.0])) - 0.5).abs() < 0.01);
    }

    #[test]
    fn features_may_come_in_another_order() {
        let rows = [([1.0, 0.0], true), ([0.5, 1.0], false), ([0.9, 1.0], true), ([0.2, 0.5], false)];
        let examples = rows.map(|(values, right)| example(&values, right));
        let ranker = Ranker::fit(&["a", "rule b"], &examples, 0.5).unwrap();
        let names = |all: &[&str]| all.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
        let is_rule = |name: &str| name.starts_with("rule ");
        let other = ranker.for_features(&names(&["rule new", "rule b", "a"]), is_rule).unwrap();
        assert!((other.probability(&[7.0, 1.0, 0.9]) - ranker.probability(&[0.9, 1.0])).abs() < 1e-12);
        assert!(ranker.for_features(&names(&["a"]), is_rule).is_ok());
        assert_eq!(ranker.for_features(&names(&["rule b"]), is_rule).unwrap_err(), "a");
    }

    #[test]
    fn one_outcome_teaches_nothing() {
        assert!(Ranker::fit(&["a"], &[example(&[1.0], true)], 1.0).is_err());
        assert!(Ranker::fit(&["a"], &[], 1.0).is_err());
    }

    #[test]
    fn written_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ranker.json");
        let ranker = Ranker::fit(&["a"], &[example(&[1.0], true), example(&[0.5], false)], 0.3).unwrap();
        let mut rankers = Rankers::default();
        rankers.insert("CPT", ranker.clone().drafting_from(0.4));
        rankers.write(&path).unwrap();
        let read = Rankers::read(&path).unwrap();
        assert_eq!(read.of("ICD-10-CM"), None);
        let read = read.of("CPT").unwrap();
        // The last digit of a float may differ after JSON.
        assert!((read.probability(&[0.7]) - ranker.probability(&[0.7])).abs() < 1e-12);
        assert!(read.names().eq(["a"]) && (read.draft_from() - 0.4).abs() < 1e-12);
        assert!(
            Rankers::decode("ranker.json", b"{\"CPT\": {}}").unwrap_err().to_string().contains("icdraft train rank")
        );
    }

    #[test]
    fn confidence_that_means_what_it_says() {
        // Ten at 0.8 of which eight are right: no error. Ten at 0.8 of which three are right: 0.5.
        let ten = |right: usize| (0..10).map(move |n| (0.8, n < right));
        assert!(calibration_error(ten(8)) < 1e-9);
        assert!((calibration_error(ten(3)) - 0.5).abs() < 1e-9);
    }
}
