//! From the arguments to the library's options, for the commands that read articles.

use std::error::Error as StdError;
use std::path::PathBuf;

use dateline::archive::FieldMap;
use dateline::gazetteer::{LoadOptions, Replaced, builtin_names};
use dateline::query::{EntityNames, RunEntity, View, find_entity};
use dateline::{
    Analyzer, Archive, ArchiveOptions, Error, Gazetteer, InputFormat, InputNotes, Noted, Reject, Run, RunManifest,
    ScanOptions, StopFlag, analyzer_with,
};

use crate::args::{Args, FurnitureArgs, GazetteerArgs, InputArgs, ProfileArg, SectionArg};

/// Opens the archive and reports the files that are passed over.
pub(crate) fn open_archive(input: &InputArgs, args: &Args) -> Result<Archive, Error> {
    open_paths(&input.inputs, input, args)
}

/// Opens an archive of these files, read as `input` specifies.
pub(crate) fn open_paths(paths: &[PathBuf], input: &InputArgs, args: &Args) -> Result<Archive, Error> {
    let fields = FieldMap {
        id: input.id_field.clone(),
        title: input.title_field.clone(),
        text: input.text_field.clone(),
        date: input.date_field.clone(),
        source: input.source_field.clone(),
    };
    let options = ArchiveOptions {
        input_format: input.input_format.into(),
        fields,
        include_files: input.selection.include_files.clone(),
        exclude_files: input.selection.exclude_files.clone(),
        follow_links: input.selection.follow_links,
        include_members: input.selection.include_members.clone(),
        exclude_members: input.selection.exclude_members.clone(),
        split_on: input.selection.split_on.clone(),
        header_lines: input.selection.header_lines,
        keep: input.selection.keep(),
        select: input.selection.select(),
        text_is: input.selection.text_is,
        max_record: input.max_record,
        ..ArchiveOptions::default()
    };
    let options = match input.selection.preset {
        Some(preset) => preset.fill(options),
        None => options,
    };
    let archive = Archive::open(paths, options)?;
    if !args.quiet {
        report_passed_over(&archive, args);
    }
    Ok(archive)
}

/// Reports which files of directory trees are not read.
fn report_passed_over(archive: &Archive, args: &Args) {
    let (skipped, links) = (archive.skipped(), archive.links());
    let list = |paths: &[PathBuf]| {
        if args.verbose {
            paths.iter().for_each(|path| crate::terminal::say!("  {}", path.display()));
        }
    };
    let more = |hint: &str| if args.verbose { ":".to_owned() } else { format!(" (-v lists them{hint})") };
    if let Some(first) = skipped.first() {
        let (kind, hint) = match archive.options().input_format {
            InputFormat::Auto => ("of unknown type", "; name a file, or give its --input-format, to read it"),
            _ => ("of binary content", ""),
        };
        let files = plural(skipped.len() as u64, "file", "files");
        crate::terminal::say!("passed over {files} {kind}, e.g. {}{}", first.display(), more(hint));
        list(skipped);
    }
    if let Some(first) = links.first() {
        let links_to = plural(links.len() as u64, "link", "links");
        crate::terminal::say!(
            "passed over {links_to} to files that are read anyway, e.g. {}{}",
            first.display(),
            more("")
        );
        list(links);
    }
    if let Some(first) = archive.outside().first() {
        let links = plural(archive.outside().len() as u64, "link", "links");
        crate::terminal::say!(
            "passed over {links} out of the directory, e.g. {}{}; --follow-links reads what they lead to",
            first.display(),
            more("")
        );
        list(archive.outside());
    }
}

/// Loads the layers, the later over the earlier, and caches what it compiles.
pub(crate) fn load_gazetteer(args: &GazetteerArgs) -> Result<Gazetteer, Error> {
    load_layers(&args.gazetteer, &args.without, args.no_cache)
}

/// Like [`load_gazetteer`], for commands without other settings; reports how many entities of excluded sources there
/// were.
pub(crate) fn load_layers(layers: &[String], without: &[String], no_cache: bool) -> Result<Gazetteer, Error> {
    let options = LoadOptions { without: without.to_vec(), ..LoadOptions::default() };
    let gazetteer = match cache_folder() {
        Some(cache) if !no_cache => dateline::load_cached(layers, &options, &cache)?,
        _ => Gazetteer::load_with(layers, &options)?,
    };
    if !without.is_empty() {
        let left_out = plural(gazetteer.left_out(), "entity", "entities");
        crate::terminal::say!("left out {left_out} of {}", without.join(", "));
    }
    say_what_is_replaced(&gazetteer);
    Ok(gazetteer)
}

/// The entity of a run that the user names by its id or by any of its names, of a type or kind if one is given.
pub(crate) fn entity_of(run: &Run, given: &str, of_kind: Option<&str>) -> Result<RunEntity, Error> {
    find_entity(run, given, of_kind, || names_of(run))
}

/// The entity of a view that the user names: a country that the run does not mention itself, too, if places count for it.
pub(crate) fn entity_in(view: &View<'_>, given: &str, of_kind: Option<&str>) -> Result<RunEntity, Error> {
    view.find_entity(given, of_kind, || names_of(view.run()))
}

/// The names of a run's entities, as far as its gazetteer is there.
pub(crate) fn names_of(run: &Run) -> EntityNames {
    EntityNames::of_run(run, |layers, without| {
        let options = LoadOptions { without: without.to_vec(), ..LoadOptions::default() };
        match cache_folder() {
            Some(cache) => dateline::load_cached(layers, &options, &cache),
            None => Gazetteer::load_with(layers, &options),
        }
    })
}

/// The gazetteer of a run and an analyzer with the run's settings, to read more documents as it did.
///
/// # Errors
///
/// If the gazetteer is not there any more. Whether it has changed is not asked here.
pub(crate) fn analyzer_of(run: &Run) -> Result<(Gazetteer, Analyzer), Error> {
    let RunManifest { settings, gazetteer, .. } = run.manifest();
    let gazetteer = load_layers(&gazetteer.names, &settings.without, false)?;
    let analyzer = analyzer_with(settings, &gazetteer)?;
    Ok((gazetteer, analyzer))
}

/// Reports which entities of one layer lost names to another, as a list of countries may cause for the built-in ones.
pub(crate) fn say_what_is_replaced(gazetteer: &Gazetteer) {
    let (count, first) = gazetteer.replaced();
    for replaced in first {
        let Replaced { id, name, of, by, lost, lost_first, .. } = replaced;
        let lost = if *lost == 1 { "a name of it is".to_owned() } else { format!("{lost} names of it are") };
        let more = if replaced.lost > lost_first.len() as u64 { ", ..." } else { "" };
        let list = lost_first.join(", ");
        crate::terminal::say!("{by} replaces {id} ({name}) of {of}: {lost} not found any more ({list}{more})");
    }
    if count > first.len() as u64 {
        crate::terminal::say!("{} are replaced in this way", plural(count, "entity", "entities"));
    }
    if count > 0 {
        crate::terminal::say!(
            "other ids or !extend ID keep the names; !remove ID before the new definition declares the intention"
        );
    }
}

/// The user's folder for caches.
fn cache_folder() -> Option<PathBuf> {
    let folder = |variable| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = || folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache"))).or(folder("LOCALAPPDATA"));
    folder("DATELINE_CACHE").or_else(|| Some(base()?.join("dateline")))
}

/// Compiles the gazetteer; counts the recurring lines of the archive if requested.
pub(crate) fn build_analyzer(
    args: &GazetteerArgs,
    furniture: &FurnitureArgs,
    exclude: &[SectionArg],
    gazetteer: &Gazetteer,
    archive: &Archive,
    scan: ScanOptions<'_>,
) -> Result<Analyzer, Box<dyn StdError>> {
    let builder = Analyzer::builder().profile(args.profile.into()).overlap(args.overlap.into());
    let builder = builder.engine(args.engine.into()).furniture(furniture.furniture.into());
    let builder = args.without_rule.iter().fold(builder, |builder, rule| builder.without_rule(*rule));
    let analyzer = builder.exclude(exclude.iter().map(|section| (*section).into()).collect()).build(gazetteer)?;
    Ok(match furniture.recurring_lines {
        None => analyzer,
        Some(_) if args.profile == ProfileArg::Plain => {
            return Err(
                "the plain profile does not recognise page furniture; remove --recurring-lines, or use another".into(),
            );
        }
        Some(at_least) => {
            let counts = dateline::count_lines(archive, ScanOptions { on_progress: None, ..scan })?;
            analyzer.with_recurring_lines(counts.recurring(at_least))
        }
    })
}

/// A flag that Ctrl-C sets. A second Ctrl-C ends the process immediately.
pub(crate) fn stop_on_signal() -> StopFlag {
    let stop = StopFlag::default();
    let raised = stop.clone();
    let installed = ctrlc::set_handler(move || {
        if raised.is_stopped() {
            std::process::exit(130);
        }
        raised.stop();
    });
    if let Err(error) = installed {
        crate::terminal::say!("Ctrl-C will not stop cleanly: {error}");
    }
    stop
}

/// Reports the skipped records: their number, and the first few. `listed` says where more are.
pub(crate) fn report_rejects(total: u64, first: &[Reject], listed: Option<&str>, args: &Args) {
    if total == 0 {
        return;
    }
    let shown = if args.verbose { first.len() } else { first.len().min(3) };
    let place = listed.map(|listed| format!("; {listed}")).unwrap_or_default();
    crate::terminal::say!("skipped {}{place}", plural(total, "record", "records"));
    for reject in &first[..shown] {
        crate::terminal::say!("  {}:{}: {} ({})", reject.file, reject.record, reject.message, reject.reason);
    }
    if total > shown as u64 && listed.is_none() {
        crate::terminal::say!("  and {} more", total - shown as u64);
    }
}

/// Reports unusual properties of records that were read nevertheless.
pub(crate) fn report_notes(notes: &InputNotes, gazetteer: &Gazetteer) {
    report_oddities(notes);
    let builtin = builtin_names();
    if notes.mostly_not_english() && gazetteer.layers().iter().any(|layer| builtin.contains(&layer.as_str())) {
        let (other, judged) = (notes.not_english, notes.language_judged);
        crate::terminal::say!(
            "most of these articles are not in English ({} of {}); the built-in rules and names are",
            dateline::text::thousands(other),
            plural(judged, "article that is long enough to judge", "articles that are long enough to judge")
        );
    }
}

/// Reports what is odd about records that were read, whatever is looked for in them.
pub(crate) fn report_oddities(notes: &InputNotes) {
    let documents = |noted: &Noted, hold: &str, holds: &str| {
        let first = noted.first.as_deref().unwrap_or_default();
        let count = plural(noted.documents, &format!("document {holds}"), &format!("documents {hold}"));
        (noted.documents > 0).then_some((count, first.to_owned()))
    };
    if let Some((count, first)) = documents(&notes.markup, "hold", "holds") {
        crate::terminal::say!(
            "{count} HTML or XML markup, e.g. {first}: tags and attributes were read as text; --text-is html leaves them out"
        );
    }
    if let Some((count, first)) = documents(&notes.replaced, "hold", "holds") {
        crate::terminal::say!(
            "{count} what is no character, e.g. {first}: it was read as U+FFFD; the program that wrote the archive cut a \
             character in two (half a surrogate pair), or mixed encodings"
        );
    }
    if let Some((count, first)) = documents(&notes.undivided, "hold", "holds") {
        crate::terminal::say!(
            "{count} no separator, e.g. {first}: each was read as one article; is --split-on what is between the articles?"
        );
    }
    if let Some((count, first)) =
        documents(&notes.shared_ids, "share their id with another", "shares its id with another")
    {
        crate::terminal::say!(
            "{count}, e.g. {first:?}: all are counted; name a field that distinguishes them with --id-field"
        );
    }
    if let Some((count, first)) = documents(&notes.differing_ids, "have", "has") {
        crate::terminal::say!("{count} the id of another one with another text, e.g. {first:?}: they are no copies");
    }
    if let Some((place, date)) = &notes.unreadable_date {
        let count = plural(notes.dates.unreadable + notes.dates.impossible, "document", "documents");
        crate::terminal::say!(
            "the date of {count} cannot be read, e.g. {date:?} in {place}: it counts as unknown; write dates as 2023-05-09"
        );
    }
}

/// "1 file", "3 files".
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", dateline::text::thousands(count), if count == 1 { one } else { many })
}
