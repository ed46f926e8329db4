//! `icdraft batch`: many notes, one report a line.

use std::io::Write as _;

use anyhow::Context as _;
use icdraft_suggest::Coder;

use crate::args::Batch;
use crate::command::{Done, in_order, private_file, reject, say};
use crate::input;

pub(crate) fn run(args: &Batch) -> anyhow::Result<Done> {
    let coder = Coder::new(&args.knowledge.config())?;
    let inputs = input::gather(&args.inputs)?;
    let mut out = private_file(&args.out)?;
    let unit = args.offsets.into();
    let mut drafted = 0;
    let mut warned = 0;
    in_order(
        &inputs.encounters,
        args.threads,
        "coding",
        |encounter| {
            let report = coder.code(encounter).in_unit(encounter, unit);
            let drafts = report.suggestions.iter().filter(|s| s.draft).count();
            (drafts, !report.warnings.is_empty(), serde_json::to_string(&report))
        },
        |(drafts, warnings, line)| {
            drafted += drafts;
            warned += usize::from(warnings);
            writeln!(out, "{}", line?).with_context(|| args.out.display().to_string())
        },
    )?;
    out.flush().with_context(|| args.out.display().to_string())?;
    say(&format!("{} encounters, {drafted} codes drafted, {warned} with warnings, {} lines rejected: {}", inputs.encounters.len(), inputs.rejected.len(), args.out.display()));
    reject(Some(&args.out), &inputs.rejected)
}
