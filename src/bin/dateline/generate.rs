//! `dateline generate`: the manual pages and the completions of the program, from its own definition.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell as Completed;

use crate::args::{Args, Generate, Shell};
use crate::exit_code::{self, CommandResult, Outcome};

pub(crate) fn run(what: &Generate) -> CommandResult {
    let mut page = Vec::new();
    match what {
        Generate::Man { command } => clap_mangen::Man::new(page_of(command)?).render(&mut page)?,
        Generate::Completions { shell } => {
            let shell = match shell {
                Shell::Bash => Completed::Bash,
                Shell::Zsh => Completed::Zsh,
                Shell::Fish => Completed::Fish,
                Shell::Powershell => Completed::PowerShell,
            };
            clap_complete::generate(shell, &mut Args::command(), "dateline", &mut page);
        }
    }
    exit_code::unless_closed(io::Write::write_all(&mut io::stdout().lock(), &page).map_err(Into::into))?;
    Ok(Outcome::Done)
}

/// The definition of a command, under the name by which `man` finds it: `dateline-gazetteer-show`.
fn page_of(names: &[String]) -> Result<clap::Command, String> {
    let mut command = Args::command();
    command.build();
    let mut page = "dateline".to_owned();
    for name in names {
        let Some(found) = command.find_subcommand(name) else {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            return Err(format!("there is no command {name:?}; the commands are {}", known.join(", ")));
        };
        page = format!("{page}-{name}");
        command = found.clone();
    }
    // The name lives as long as the program does, as clap without its feature `string` asks.
    Ok(command.name(&*page.leak()))
}
