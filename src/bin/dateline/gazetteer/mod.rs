//! `dateline gazetteer`: the commands about gazetteers. The arguments are defined beside each command.

mod compile;
mod diff;
mod export;
mod import;
mod info;
mod lint;
mod show;
mod suggest;

use std::io::{self, Write};

use clap::Subcommand;

use crate::args::Args;
use crate::exit_code::{CommandResult, Outcome};

#[derive(Debug, Subcommand)]
pub(crate) enum GazetteerCommand {
    /// Convert a gazetteer from another format
    Import(Box<import::Import>),
    /// Write a gazetteer in the format of another tool
    Export(export::Export),
    /// Compile gazetteers into one file that opens immediately
    Compile(compile::Compile),
    /// List in what two gazetteers differ, and what that changes in a run
    Diff(diff::Diff),
    /// Report faults and doubtful names of gazetteer files
    Lint(lint::Lint),
    /// Show the content of a gazetteer
    Info(info::Info),
    /// Show every entity that has a name, and which of them the name means by default
    Show(show::Show),
    /// List frequent capitalised sequences that a gazetteer does not cover
    Suggest(Box<suggest::Suggest>),
}

pub(crate) fn run(command: &GazetteerCommand, args: &Args) -> CommandResult {
    match command {
        GazetteerCommand::Import(command) => import::run(command, args),
        GazetteerCommand::Export(command) => export::run(command, args),
        GazetteerCommand::Compile(command) => compile::run(command, args),
        GazetteerCommand::Diff(command) => diff::run(command, args),
        GazetteerCommand::Lint(command) => lint::run(command, args),
        GazetteerCommand::Info(command) => info::run(command),
        GazetteerCommand::Show(command) => show::run(command),
        GazetteerCommand::Suggest(command) => suggest::run(command, args),
    }
}

/// `dateline --licenses`.
pub(crate) fn print_licences() -> CommandResult {
    io::stdout().lock().write_all(dateline::NOTICES.as_bytes())?;
    Ok(Outcome::Done)
}
