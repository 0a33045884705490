//! `dateline plan`: what is in the inputs, how it would be read, and what reading all of it would take.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use dateline::archive::{Batch, FieldMap, FileFormat, Preset, date_of};
use dateline::collect::{Collector, InputNotes, RunCollector, RunPartial};
use dateline::text::thousands;
use dateline::{Analyzer, Archive, Reject};

use crate::args::{Args, Plan};
use crate::exit_code::{self, CommandResult, Outcome};
use crate::inputs::{self, plural};

/// Files looked into; of a larger archive so many are taken, evenly spread.
const FILES: usize = 200;
/// Bytes read of each file, about, and of all.
const BYTES_OF_FILE: u64 = 4 << 20;
const BYTES: u64 = 32 << 20;
/// Records shown.
const SHOWN: usize = 3;

/// What a look at a sample of the inputs found.
#[derive(Default)]
struct Sample {
    files: u64,
    formats: BTreeMap<FileFormat, u64>,
    refused: Vec<Reject>,
    rejected: u64,
    /// Bytes on disk that were read.
    bytes: u64,
    documents: u64,
    days: Option<(i32, i32)>,
    notes: InputNotes,
    /// Records by the fields that were used for them.
    used: BTreeMap<[Option<String>; 5], u64>,
    /// Names of fields that were used for nothing.
    unused: BTreeMap<String, u64>,
    shown: Vec<String>,
    reading: Duration,
    /// Bytes of what a run of the sample would hold, roughly.
    run_bytes: u64,
}

pub(crate) fn run(command: &Plan, args: &Args) -> CommandResult {
    if command.presets {
        let written = anstream::stdout().lock().write_all(presets().as_bytes());
        exit_code::unless_closed(written.map_err(Into::into))?;
        return Ok(Outcome::Done);
    }
    let archive = inputs::open_archive(&command.input, args)?;
    if archive.reads_stdin() {
        return Err("a plan reads the beginning of its inputs, and standard input can be read only once".into());
    }
    let gazetteer = inputs::load_gazetteer(&command.gazetteer)?;
    let analyzer = Analyzer::builder().profile(command.gazetteer.profile.into()).build(&gazetteer)?;
    let sample = look(&archive, &analyzer)?;
    let text = report(
        &archive,
        &sample,
        dateline::ScanOptions { threads: command.input.threads, ..Default::default() }.n_threads(),
    )?;
    exit_code::unless_closed(
        anstream::stdout().lock().write_all(crate::terminal::safe(&text).as_bytes()).map_err(Into::into),
    )?;
    Ok(Outcome::Done)
}

/// The presets, for people to choose one.
fn presets() -> String {
    let mut text = String::new();
    for preset in Preset::ALL {
        let FieldMap { id, title, text: article, date, source } = preset.fields();
        let fields = [("id", id), ("title", title), ("text", article), ("date", date), ("source", source)];
        let fields = fields.into_iter().filter_map(|(part, name)| Some(format!("{part} `{}`", name?)));
        let keep = preset.keep().iter().map(|name| format!("keeps `{name}`"));
        let fields: Vec<String> = fields.chain(keep).collect();
        text += &format!("{}\n    {}\n", preset.name, preset.about);
        if !fields.is_empty() {
            text += &format!("    {}\n", fields.join(", "));
        }
        text += &format!("    {}\n", preset.documented);
    }
    text
}

/// Reads the beginnings of some files.
fn look(archive: &Archive, analyzer: &Analyzer) -> Result<Sample, Box<dyn StdError>> {
    let collector = RunCollector::new(analyzer);
    let mut sample = Sample::default();
    let n_files = archive.inputs().len();
    let step = n_files.div_ceil(FILES).max(1);
    for index in (0..n_files).step_by(step) {
        if sample.bytes >= BYTES {
            break;
        }
        let of_file = archive.select(&[index]);
        let mut batches = of_file.batches();
        let (mut format, mut read) = (None, 0);
        while read < BYTES_OF_FILE
            && let Some(batch) = batches.next()
        {
            let batch = batch?;
            format = format.or(batches.current_format());
            read += batch.bytes_read;
            sample.add(&batch, &collector)?;
        }
        let format = format.or_else(|| batches.finish().first().and_then(|input| input.format));
        sample.files += 1;
        sample.bytes += read;
        format.inspect(|format| *sample.formats.entry(*format).or_default() += 1);
    }
    Ok(sample)
}

impl Sample {
    fn add(&mut self, batch: &Batch, collector: &RunCollector<'_>) -> Result<(), Box<dyn StdError>> {
        let begun = Instant::now();
        let partial: RunPartial = collector.read(batch)?;
        self.reading += begun.elapsed();
        let records = partial.records();
        self.documents += records.counted + records.empty + records.filtered;
        self.rejected += records.rejected;
        let free = SHOWN.saturating_sub(self.refused.len());
        self.refused.extend(partial.rejects().iter().take(free).cloned());
        self.run_bytes += partial.size();
        self.notes.add(partial.notes().clone());
        for record in batch.records() {
            if let Some(mapping) = batch.mapping(record) {
                let FieldMap { id, title, text, date, source } = mapping.used;
                let used = [id, title, text, date, source];
                for field in mapping.fields {
                    if !used.iter().flatten().any(|used| used.split(',').any(|used| used == field)) {
                        *self.unused.entry(field).or_default() += 1;
                    }
                }
                *self.used.entry(used).or_default() += 1;
            }
            let wanted = self.shown.len() < SHOWN;
            let Ok(document) = batch.document(record) else { continue };
            if let Some(day) = batch.day(record, &document) {
                let (first, last) = self.days.unwrap_or((day, day));
                self.days = Some((first.min(day), last.max(day)));
            }
            if wanted && !document.is_empty() {
                let field = |name: &str, value: &str| format!("    {name:7} {}\n", one_line(value));
                let mut text = format!("  {}, record {}\n", batch.path(record), record.number);
                text += &field("id", &document.id);
                document.title.iter().for_each(|title| text += &field("title", title));
                document.date.iter().for_each(|date| text += &field("date", date));
                document.source.iter().for_each(|source| text += &field("source", source));
                text += &field("text", &document.text);
                self.shown.push(text);
            }
        }
        Ok(())
    }
}

/// The beginning of a text on one line.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 90;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line,
    }
}

fn report(archive: &Archive, sample: &Sample, threads: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let n_files = archive.inputs().len() as u64;
    let total = archive.total_bytes().unwrap_or(sample.bytes);
    let is_whole = sample.files == n_files && sample.bytes >= total;
    writeln!(text, "{}, {}", plural(n_files, "file", "files"), bytes(total))?;
    let formats: Vec<String> =
        sample.formats.iter().map(|(format, files)| format!("{} {}", thousands(*files), format.name())).collect();
    let of =
        if sample.files < n_files { format!(" (of {} looked into)", thousands(sample.files)) } else { String::new() };
    writeln!(
        text,
        "formats    {}{of}",
        if formats.is_empty() { "none that is read".to_owned() } else { formats.join(", ") }
    )?;
    fields(&mut text, sample)?;

    let about = if is_whole { "" } else { "about " };
    let factor = if sample.bytes == 0 { 0.0 } else { total as f64 / sample.bytes as f64 };
    let scaled = |number: u64| if is_whole { number } else { rounded(number as f64 * factor) };
    writeln!(text, "documents  {about}{}", thousands(scaled(sample.documents)))?;
    if sample.rejected > 0 {
        writeln!(text, "rejected   {about}{}", thousands(scaled(sample.rejected)))?;
        for Reject { file, record, message, .. } in &sample.refused {
            writeln!(text, "           e.g. {file}:{record}: {message}")?;
        }
    }
    let dates = sample.notes.dates;
    match sample.days {
        Some((first, last)) => {
            let share = |part: u64| 100.0 * part as f64 / dates.documents().max(1) as f64;
            writeln!(
                text,
                "dates      {} to {}; {:.1} % of the documents have none, {:.1} % one that is not understood",
                date_of(first),
                date_of(last),
                share(dates.missing),
                share(dates.unreadable + dates.impossible)
            )?;
        }
        None => writeln!(text, "dates      none that is understood")?,
    }
    if sample.notes.language_judged > 0 {
        let english = sample.notes.language_judged - sample.notes.not_english;
        writeln!(text, "language   {:.0} % English", 100.0 * english as f64 / sample.notes.language_judged as f64)?;
    }
    let seconds = sample.reading.as_secs_f64() * factor / threads as f64;
    writeln!(text, "analyze    about {} with -j {threads}", duration(seconds))?;
    writeln!(text, "its run    about {}", bytes(rounded(sample.run_bytes as f64 * factor)))?;
    if !sample.shown.is_empty() {
        writeln!(text, "\nThe first documents:")?;
        sample.shown.iter().for_each(|shown| text += shown);
    }
    if !is_whole {
        writeln!(
            text,
            "\nFrom a sample of {} in {}; dateline read prints every document as it is read.",
            plural(sample.documents, "document", "documents"),
            plural(sample.files, "file", "files")
        )?;
    }
    Ok(text)
}

/// Which fields were used for what.
fn fields(text: &mut String, sample: &Sample) -> std::fmt::Result {
    let records: u64 = sample.used.values().sum();
    if records == 0 {
        return Ok(());
    }
    for (index, part) in ["id", "title", "text", "date", "source"].into_iter().enumerate() {
        let mut names: BTreeMap<&str, u64> = BTreeMap::new();
        for (used, n) in &sample.used {
            *names.entry(used[index].as_deref().unwrap_or_default()).or_default() += n;
        }
        let mut named: Vec<(&str, u64)> = names.into_iter().collect();
        named.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), *name));
        let shown = named.iter().map(|(name, n)| {
            let name = if name.is_empty() { "none".to_owned() } else { format!("`{name}`") };
            if *n == records { name } else { format!("{name} in {} of {}", thousands(*n), thousands(records)) }
        });
        let label = if index == 0 { "fields" } else { "" };
        writeln!(text, "{label:10} {part:7} {}", shown.collect::<Vec<_>>().join(", "))?;
    }
    if !sample.unused.is_empty() {
        const NAMES: usize = 12;
        let names: Vec<&str> = sample.unused.keys().take(NAMES).map(String::as_str).collect();
        let more = if sample.unused.len() > NAMES { ", ..." } else { "" };
        writeln!(text, "{:10} unused  {}{more}", "", names.join(", "))?;
    }
    Ok(())
}

/// Two digits are as much as a sample can say.
fn rounded(number: f64) -> u64 {
    let number = number.max(0.0) as u64;
    let unit = 10_u64.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(1));
    (number + unit / 2) / unit * unit
}

fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let unit = (number.checked_ilog10().unwrap_or(0) / 3).min(UNITS.len() as u32 - 1);
    let scaled = number as f64 / 1000_f64.powi(unit as i32);
    let digits = usize::from(unit > 0 && scaled < 10.0);
    format!("{scaled:.digits$} {}", UNITS[unit as usize])
}

fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.0 => "a second".to_owned(),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds if seconds < 7200.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_have_two_digits() {
        assert_eq!([0.0, 7.0, 99.4, 1234.0, 98_765.0].map(rounded), [0, 7, 99, 1200, 99_000]);
        assert_eq!(
            [0, 999, 1500, 66_000_000, 1 << 50].map(bytes),
            ["0 bytes", "999 bytes", "1.5 kB", "66 MB", "1126 TB"]
        );
        assert_eq!([0.2, 59.0, 300.0, 9000.0].map(duration), ["a second", "59 s", "5 min", "2.5 h"]);
    }
}
