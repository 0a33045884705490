//! `dateline inspect`: the description in a file.

use std::error::Error as StdError;
use std::io::{self, Write};
use std::path::Path;

use dateline::Run;
use dateline::store::{FileHeader, FileReader};
use serde_json::{Value, json};

use crate::args::{Format, Inspect};
use crate::exit_code::{CommandResult, Outcome};
use crate::table::{self, number, prose, word};

/// One `.dln` file, opened.
struct Inspected {
    name: String,
    header: FileHeader,
    version: (u16, u16),
    bytes: u64,
    /// Kind, number of blocks, rows.
    blocks: Vec<(u32, u64, u64)>,
}

pub(crate) fn run(command: &Inspect) -> CommandResult {
    let path = &command.path;
    let (run, files) = if path.is_dir() {
        let run = Run::open(path)?;
        let names: Vec<String> = run.manifest().files.keys().filter(|name| name.ends_with(".dln")).cloned().collect();
        let files = names.iter().map(|name| open(&path.join(name), name)).collect::<Result<Vec<_>, _>>()?;
        (Some(run), files)
    } else {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        (None, vec![open(path, &name)?])
    };
    if command.format == Format::Jsonl {
        return print_json(run.as_ref(), &files).map(|()| Outcome::Done);
    }
    if command.format == Format::Table {
        print_summary(run.as_ref(), &files)?;
    }
    let columns =
        [word("file"), word("block"), prose("columns").spare(1), number("blocks"), number("rows"), number("bytes")];
    let rows = files.iter().flat_map(|file| {
        file.blocks.iter().map(|(kind, blocks, rows)| {
            let described = file.header.columns(*kind);
            let block = described.map_or_else(|| format!("unknown kind {kind}"), |block| block.name.clone());
            let columns = described.map_or_else(String::new, |block| block.columns.join(" "));
            let cells: [Value; 6] = [
                file.name.as_str().into(),
                block.into(),
                columns.into(),
                (*blocks).into(),
                (*rows).into(),
                file.bytes.into(),
            ];
            cells.into()
        })
    });
    table::print(command.format, &columns, rows)?;
    Ok(Outcome::Done)
}

fn open(path: &Path, name: &str) -> Result<Inspected, dateline::Error> {
    let reader = FileReader::open(path)?;
    let mut blocks: Vec<(u32, u64, u64)> = Vec::new();
    for entry in reader.index() {
        match blocks.iter_mut().find(|(kind, _, _)| *kind == entry.kind) {
            Some((_, count, rows)) => {
                *count += 1;
                *rows += entry.rows;
            }
            None => blocks.push((entry.kind, 1, entry.rows)),
        }
    }
    let header = reader.header().clone();
    // Kinds that the file may contain but does not: an empty table is still a table.
    for kind in header.blocks.keys().filter_map(|kind| kind.parse().ok()) {
        if !blocks.iter().any(|(known, _, _)| *known == kind) {
            blocks.push((kind, 0, 0));
        }
    }
    Ok(Inspected { name: name.to_owned(), version: reader.version(), bytes: reader.bytes(), blocks, header })
}

fn print_summary(run: Option<&Run>, files: &[Inspected]) -> Result<(), Box<dyn StdError>> {
    let mut out = crate::terminal::stdout();
    if let Some(run) = run {
        let manifest = run.manifest();
        writeln!(
            out,
            "run       {} (format {}.{}, by {})",
            run.path().display(),
            manifest.version.major,
            manifest.version.minor,
            manifest.producer
        )?;
        writeln!(
            out,
            "gazetteer {} ({})",
            manifest.gazetteer.names.join(" + "),
            &manifest.gazetteer.fingerprint[..12.min(manifest.gazetteer.fingerprint.len())]
        )?;
        let settings = serde_json::to_string(&manifest.settings)?;
        writeln!(out, "settings  {settings}")?;
        writeln!(out, "records   {}", manifest.books)?;
        writeln!(out, "dates     {}", manifest.dates)?;
        writeln!(
            out,
            "totals    {} mentions, {} entities, {} pairs",
            manifest.totals.mentions, manifest.totals.entities, manifest.totals.pairs
        )?;
        writeln!(out)?;
        return Ok(());
    }
    for file in files {
        let (major, minor) = file.version;
        writeln!(out, "{} (format {major}.{minor}, by {})", file.header.format, file.header.producer)?;
        for (name, value) in &file.header.properties {
            writeln!(out, "  {name}: {value}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn print_json(run: Option<&Run>, files: &[Inspected]) -> Result<(), Box<dyn StdError>> {
    let mut out = io::stdout().lock();
    if let Some(run) = run {
        writeln!(out, "{}", serde_json::to_string(run.manifest())?)?;
    }
    for file in files {
        let blocks: Vec<Value> = file
            .blocks
            .iter()
            .map(|(kind, blocks, rows)| json!({"kind": kind, "blocks": blocks, "rows": rows}))
            .collect();
        let line = json!({
            "file": file.name,
            "bytes": file.bytes,
            "version": [file.version.0, file.version.1],
            "header": file.header,
            "blocks": blocks,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
