//! `icdraft`: drafts ICD-10-CM and CPT codes from clinical notes, each with the words that support it.
//!
//! The command line only: reading, writing, progress and exit codes. What codes mean is decided in the crates below.

mod args;
mod command;
mod input;
mod model;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Arguments, Command};

/// Some inputs were unusable; the others were done.
const PARTIAL: u8 = 2;

fn main() -> ExitCode {
    // A panic's own message may quote the text that it met: only the place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        command::say(&format!("internal error at {place}"));
    }));
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Suggest(args) => command::suggest::run(&args),
        Command::Batch(args) => command::batch::run(&args),
        Command::Annotate(args) => command::annotate::run(&args),
        Command::Assert(args) => command::assert::run(&args),
        Command::Eval(args) => command::eval::run(&args),
        Command::Corpus(args) => command::corpus::run(&args),
        Command::Codes(args) => command::codes::run(&args),
        Command::Rules(args) => command::rules::run(&args),
        Command::Train(args) => command::train::run(&args),
    };
    match done {
        Ok(command::Done::Whole) => ExitCode::SUCCESS,
        Ok(command::Done::Found) => ExitCode::FAILURE,
        Ok(command::Done::Partial) => ExitCode::from(PARTIAL),
        Err(error) => {
            // A reader that has seen enough (`| head`) is no failure.
            if error
                .chain()
                .any(|e| e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe))
            {
                return ExitCode::SUCCESS;
            }
            #[allow(clippy::print_stderr)] // the one place where errors are shown
            {
                eprintln!("icdraft: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
