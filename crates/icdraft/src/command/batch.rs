//! `icdraft batch`: many notes, one report a line.

use std::io::Write as _;
use std::panic::AssertUnwindSafe;

use anyhow::Context as _;
use icdraft_suggest::Coder;

use crate::args::Batch;
use crate::command::{Done, in_order, private_file, reject, say};
use crate::input::{self, Rejected};

pub(crate) fn run(args: &Batch) -> anyhow::Result<Done> {
    let coder = Coder::new(&args.many.knowledge.config()?)?;
    let mut inputs = input::gather(&args.many.inputs, Some(&args.out))?;
    let mut out = private_file(&args.out)?;
    let unit = args.many.offsets.into();
    let mut drafted = 0;
    let mut warned = 0;
    let mut failed = Vec::new();
    in_order(
        &inputs.encounters,
        args.many.threads,
        "coding",
        |encounter| {
            // A defect met in one note must not cost the night: the encounter is rejected, the others go on.
            let coded = std::panic::catch_unwind(AssertUnwindSafe(|| coder.code(encounter).in_unit(encounter, unit)));
            coded.map_err(|_| Rejected {
                file: format!("encounter {}", encounter.id),
                line: 0,
                error: "a defect in icdraft stopped its coding; please report it (without the text)".into(),
                raw: String::new(),
            })
        },
        |coded| {
            match coded {
                Ok(report) => {
                    drafted += report.suggestions.iter().filter(|s| s.draft).count();
                    warned += usize::from(!report.warnings.is_empty());
                    writeln!(out, "{}", serde_json::to_string(&report)?)
                        .with_context(|| args.out.display().to_string())?;
                }
                Err(rejected) => failed.push(rejected),
            }
            Ok(())
        },
    )?;
    out.flush().with_context(|| args.out.display().to_string())?;
    say(&format!(
        "{} encounters, {drafted} codes drafted, {warned} with warnings, {} lines rejected: {}",
        inputs.encounters.len(),
        inputs.rejected.len(),
        args.out.display()
    ));
    inputs.rejected.extend(failed);
    reject(Some(&args.out), &inputs.rejected)
}
