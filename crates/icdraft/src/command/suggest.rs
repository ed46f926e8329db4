//! `icdraft suggest`: one note, shown.

use icdraft_suggest::Coder;

use crate::args::{Format, Suggest};
use crate::command::{Done, print};
use crate::{input, table};

pub(crate) fn run(args: &Suggest) -> anyhow::Result<Done> {
    let mut encounter = input::note(&args.file)?;
    encounter.setting = args.facts.setting();
    encounter.billing = args.facts.billing();
    encounter.date_of_service = args.facts.date;
    encounter.patient = args.facts.patient();
    let coder = Coder::new(&args.knowledge.config()?)?;
    let report = coder.code(&encounter).in_unit(&encounter, args.offsets.into());
    let shown = match args.format {
        Format::Table => table::report(&report, args.explain),
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
    };
    print(&shown)?;
    Ok(Done::Whole)
}
