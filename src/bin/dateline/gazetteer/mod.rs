//! `dateline gazetteer`: the commands about gazetteers. What can be typed stands beside what is done.

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
}

pub(crate) fn run(command: &GazetteerCommand, args: &Args) -> CommandResult {
    match command {
        GazetteerCommand::Import(command) => import::run(command, args),
        GazetteerCommand::Export(command) => export::run(command, args),
    }
}
