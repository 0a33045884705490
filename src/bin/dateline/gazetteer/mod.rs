//! `dateline gazetteer`: the commands about gazetteers. What can be typed stands beside what is done.

mod compile;

use clap::Subcommand;

use crate::args::Args;
use crate::exit_code::CommandResult;

#[derive(Debug, Subcommand)]
pub(crate) enum GazetteerCommand {
    /// Compile gazetteers into one file that opens at once
    Compile(compile::Compile),
}

pub(crate) fn run(command: &GazetteerCommand, args: &Args) -> CommandResult {
    match command {
        GazetteerCommand::Compile(command) => compile::run(command, args),
    }
}
