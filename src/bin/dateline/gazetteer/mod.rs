//! `dateline gazetteer`: the commands about gazetteers. What can be typed stands beside what is done.

mod compile;
mod export;
mod import;

use clap::Subcommand;

use crate::args::Args;
use crate::exit_code::CommandResult;

#[derive(Debug, Subcommand)]
pub(crate) enum GazetteerCommand {
    /// Make a gazetteer of one in another format
    Import(Box<import::Import>),
    /// Write a gazetteer in the format of another tool
    Export(export::Export),
    /// Compile gazetteers into one file that opens at once
    Compile(compile::Compile),
}

pub(crate) fn run(command: &GazetteerCommand, args: &Args) -> CommandResult {
    match command {
        GazetteerCommand::Import(command) => import::run(command, args),
        GazetteerCommand::Export(command) => export::run(command, args),
        GazetteerCommand::Compile(command) => compile::run(command, args),
    }
}
