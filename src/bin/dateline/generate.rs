//! `dateline generate`: the manual pages and the completions of the program, from its own definition.

use std::io;

use clap::{CommandFactory, Subcommand, ValueEnum};
use clap_complete::Shell as Completed;

use crate::args::Args;
use crate::exit_code::{self, CommandResult, Outcome};

/// What to write about the program itself, to standard output.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Generate {
    /// The manual page, in roff: dateline generate man > ~/.local/share/man/man1/dateline.1
    ///
    /// Without COMMAND the page of the program, with it that of one of its commands.
    Man {
        /// A command, with its own command after it where it has some: analyze, gazetteer show
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Completions for a shell: source <(dateline generate completions bash)
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

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
