//! `icdraft rules`: what decides, and why.

use anyhow::bail;

use crate::args::{Format, Rules};
use crate::command::{Done, print};
use crate::table;

pub(crate) fn run(args: &Rules) -> anyhow::Result<Done> {
    let mut rules = icdraft_suggest::rules();
    if let Some(name) = &args.name {
        rules.retain(|r| r.name == name);
        if rules.is_empty() {
            bail!("no rule is named `{name}`; `icdraft rules` lists them");
        }
    }
    let shown = match (args.format, &args.name) {
        (Format::Json, _) => serde_json::to_string_pretty(&rules)? + "\n",
        (Format::Table, None) => {
            table::plain(&["rule", "what it does"], rules.iter().map(|r| vec![r.name.to_owned(), r.what.to_owned()]))
        }
        (Format::Table, Some(_)) => rules
            .iter()
            .map(|r| format!("{}\n\nWhat: {}\nWhy: {}\nExample: {}\n", r.name, r.what, r.why, r.example))
            .collect(),
    };
    print(&shown)?;
    Ok(Done::Whole)
}
