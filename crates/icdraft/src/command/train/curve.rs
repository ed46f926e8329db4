//! How a training goes: told while it runs, kept in `curve.tsv` over all stages, drawn as `curve.svg`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use icdraft_classifier::train::Progress;

/// Steps whose mean is told: single steps jump.
const STRETCH: usize = 25;

/// What was told so far.
#[derive(Debug)]
pub(crate) struct Curve {
    folder: PathBuf,
    loss: Vec<(f64, f64)>,
    right: Vec<(f64, f64)>,
    /// Losses and hits of the stretch that is running.
    running: Vec<(f32, f32)>,
}

impl Curve {
    /// Goes on with the curve of an earlier stage in the folder.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let mut all = Self {
            folder: folder.to_owned(),
            loss: Vec::new(),
            right: Vec::new(),
            running: Vec::with_capacity(STRETCH),
        };
        let path = folder.join("curve.tsv");
        if !path.exists() {
            return Ok(all);
        }
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for (number, line) in text.lines().enumerate().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let row = match columns[..] {
                [step, "loss", value] => step.parse().ok().zip(value.parse().ok()).map(|p| all.loss.push(p)),
                [step, "right", value] => step.parse().ok().zip(value.parse().ok()).map(|p| all.right.push(p)),
                _ => None,
            };
            row.with_context(|| {
                format!("{}:{}: no step, kind and value; delete the file", path.display(), number + 1)
            })?;
        }
        Ok(all)
    }

    /// The line to tell after this step, if any.
    pub(crate) fn take(&mut self, now: Progress) -> Option<String> {
        self.running.push((now.loss, now.hits));
        let step = now.step as f64;
        if let Some(right) = now.right {
            self.right.push((step, f64::from(right)));
        }
        if self.running.len() < STRETCH {
            return None;
        }
        let mean = |of: fn(&(f32, f32)) -> f32| self.running.iter().map(of).sum::<f32>() / STRETCH as f32;
        let (loss, hits) = (mean(|r| r.0), mean(|r| r.1));
        self.loss.push((step, f64::from(loss)));
        self.running.clear();
        let unseen = self.right.last().map(|(_, share)| format!(", unseen {:.1} %", share * 100.0)).unwrap_or_default();
        Some(format!("loss {loss:.3}, nearest answer right {:.1} %{unseen}", hits * 100.0))
    }

    /// Writes the table and the drawing.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        let rows = |kind: &str, points: &[(f64, f64)]| -> String {
            points.iter().map(|(step, value)| format!("{step}\t{kind}\t{value:.4}\n")).collect()
        };
        let table = "step\tkind\tvalue\n".to_owned() + &rows("loss", &self.loss) + &rows("right", &self.right);
        let write = |name: &str, text: String| {
            let path = self.folder.join(name);
            std::fs::write(&path, text).with_context(|| path.display().to_string())
        };
        write("curve.tsv", table)?;
        write("curve.svg", icdraft_report::training(&self.loss, &self.right)?)
    }
}
