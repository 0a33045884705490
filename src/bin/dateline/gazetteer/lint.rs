//! `dateline gazetteer lint`: faults and doubtful entries of gazetteer files.

use std::collections::BTreeSet;

use dateline::gazetteer::builtin_names;
use dateline::lint::{Code, Severity, lint};
use serde_json::Value;

use crate::args::{Args, Format};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::plural;
use crate::table::{self, number, prose, text, word};

/// Reports lines that the loader refuses, and lines that it accepts but that will probably not work as intended:
/// clashing names, names that can never win, ordinary words, surnames, look-alike letters, missing parents ...
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Columns (and keys):
  file      the file, or the file it includes
  line      line, from 1; 0 for a compiled or built-in gazetteer, which has no lines
  column    column in characters, from 1
  code      the class of the fault; codes never change their meaning
  severity  error: refused or certainly wrong; warning: doubtful; note: worth knowing
  message   the fault, with the text found
  remedy    what to do

Without FILE, --codes lists every code with its severity and meaning. docs/lint.md has an example of each. \
Exit code 1 if there is an error, else 0.

Examples:
  dateline gazetteer lint mine.gaz
  dateline gazetteer lint mine.gaz --allow G306,G303 --format jsonl")]
pub(crate) struct Lint {
    /// Gazetteer files, also compiled ones, or names of built-in ones
    #[arg(value_name = "FILE", required_unless_present = "codes")]
    files: Vec<String>,
    /// Layers below the files, as they will be used; repeat it for several
    #[arg(short, long, value_name = "NAME|FILE", default_value = "world")]
    gazetteer: Vec<String>,
    /// Check the files without other layers
    #[arg(long, conflicts_with = "gazetteer")]
    alone: bool,
    /// Codes not to report, separated by commas
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = parse_code)]
    allow: Vec<Code>,
    /// List the codes
    #[arg(long, conflicts_with = "files")]
    codes: bool,
    /// table for people, jsonl or csv for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

fn parse_code(text: &str) -> Result<Code, String> {
    let known = Code::ALL.iter().find(|code| code.id().eq_ignore_ascii_case(text));
    known.copied().ok_or_else(|| "no such code; --codes lists them".to_owned())
}

pub(crate) fn run(command: &Lint, args: &Args) -> CommandResult {
    if command.codes {
        let columns = [word("code"), word("severity"), prose("meaning")];
        let rows = Code::ALL.iter().map(|code| -> Vec<Value> {
            vec![code.id().into(), code.severity().as_str().into(), code.meaning().into()]
        });
        table::print(command.format, &columns, rows)?;
        return Ok(Outcome::Done);
    }
    let base: &[String] = if command.alone { &[] } else { &command.gazetteer };
    let mut findings = lint(&command.files, base)?;
    findings.retain(|finding| !command.allow.contains(&finding.code));
    let columns = [
        text("file"),
        number("line"),
        number("column").spare(2),
        word("code"),
        word("severity").spare(1),
        prose("message"),
        prose("remedy"),
    ];
    let rows = findings.iter().map(|finding| -> Vec<Value> {
        vec![
            finding.path.display().to_string().into(),
            finding.line.into(),
            finding.column.into(),
            finding.code.id().into(),
            finding.code.severity().as_str().into(),
            finding.message.as_str().into(),
            finding.remedy.as_str().into(),
        ]
    });
    if !findings.is_empty() || command.format != Format::Table {
        exit_code::unless_closed(table::print(command.format, &columns, rows))?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.code.severity() == severity).count() as u64;
    let errors = count(Severity::Error);
    if !args.quiet {
        let files: BTreeSet<&str> = command.files.iter().map(String::as_str).collect();
        let layers = base.iter().filter(|layer| {
            !files.iter().any(|file| builtin_names().contains(file)) || !builtin_names().contains(&layer.as_str())
        });
        let layers: Vec<&str> = layers.map(String::as_str).collect();
        let over = if layers.is_empty() { String::new() } else { format!(" over {}", layers.join(" + ")) };
        crate::terminal::say!(
            "{}, {}, {} in {}{over}",
            plural(errors, "error", "errors"),
            plural(count(Severity::Warning), "warning", "warnings"),
            plural(count(Severity::Note), "note", "notes"),
            plural(files.len() as u64, "file", "files"),
        );
    }
    Ok(if errors > 0 { Outcome::Differs } else { Outcome::Done })
}
