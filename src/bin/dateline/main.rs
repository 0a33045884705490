//! The command line program.

mod again;
mod analyze;
mod args;
mod communities;
mod eval;
mod exit_code;
mod explain;
mod export;
mod filter;
mod focus;
mod gazetteer;
mod generate;
mod holders;
mod inputs;
mod inspect;
mod neighbours;
mod pairs;
mod parts;
mod passages;
mod plan;
mod progress;
mod read;
mod report;
mod review;
mod selection;
mod selfcheck;
mod table;
mod tag;
mod terminal;
mod top;
mod trend;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use args::{Args, Command};

// The Python package has this file as a library, which has no use for it.
#[allow(dead_code)]
fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

/// Runs the program with these arguments, of which the first is its own name; returns the exit code.
///
/// Ends the process if the arguments are wrong, or ask for help.
#[allow(unreachable_pub)]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let args = Args::parse_from(arguments);
    args.color.write_global();
    if args.licenses {
        return exit_code::of(gazetteer::print_licences());
    }
    let Some(command) = &args.command else {
        let message = "'dateline' requires a subcommand but one was not provided";
        Args::command().error(ErrorKind::MissingSubcommand, message).exit()
    };
    let outcome = match command {
        Command::Analyze(command) => analyze::run(command, &args),
        Command::Merge(command) => parts::merge(command, &args),
        Command::Extend(command) => parts::extend(command, &args),
        Command::Forget(command) => parts::forget(command, &args),
        Command::Retry(command) => parts::retry(command, &args),
        Command::Edit(command) => again::edit(command, &args),
        Command::Rerun(command) => again::rerun(command, &args),
        Command::Kwic(command) => passages::kwic(command, &args),
        Command::Show(command) => passages::show(command, &args),
        Command::Focus(command) => focus::run(command, &args),
        Command::Audit(command) => review::audit_names(command, &args),
        Command::Sample(command) => review::write_sample(command, &args),
        Command::Plan(command) => plan::run(command, &args),
        Command::Read(command) => read::run(command, &args),
        Command::Tag(command) => tag::run(command, &args),
        Command::Top(command) => top::run(command, &args),
        Command::Pairs(command) => pairs::run(command, &args),
        Command::Neighbours(command) => neighbours::run(command, &args),
        Command::Communities(command) => communities::run(command, &args),
        Command::Trend(command) => trend::run(command, &args),
        Command::Export(command) => export::run(command, &args),
        Command::Report(command) => report::report(command, &args),
        Command::Plot(command) => report::plot(command, &args),
        Command::Explain(command) => explain::run(command, &args),
        Command::Eval(command) => eval::run(command, &args),
        Command::Holders(command) => holders::run(command, &args),
        Command::Inspect(command) => inspect::run(command),
        Command::Selfcheck(command) => selfcheck::run(command, &args),
        Command::Verify(command) => verify::run(command, &args),
        Command::Gazetteer(command) => gazetteer::run(command, &args),
        Command::Generate(what) => generate::run(what),
    };
    exit_code::of(outcome)
}
