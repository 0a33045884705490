//! From what the user named to the list of files to read, in canonical order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc;
use std::time::SystemTime;

use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};

use super::{Format, InputFormat, compressed_name, foreign, is_columnar, text};
use crate::error::{Error, Result};
use crate::files::{Compression, FileSummary};

/// One file to read, or standard input.
#[derive(Debug, Clone)]
pub struct Input {
    path: String,
    location: Location,
    bytes: Option<u64>,
    format: Option<Format>,
    asked: bool,
}

#[derive(Debug, Clone)]
enum Location {
    Stdin,
    File(PathBuf),
    /// Documents that a program holds; there is nothing to open.
    Memory,
    /// What a program gives to be read.
    Made(Maker),
}

impl Input {
    /// The path as it was named, relative ones relative, with `/` between the parts and without `./`; `-` is standard input.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Size on disk when the archive was opened; `None` for standard input and pipes.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// When it was changed last, in nanoseconds since 1970; `None` if the system does not say.
    #[must_use]
    pub fn modified(&self) -> Option<u64> {
        let since = self.modified_at()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        u64::try_from(since.as_nanos()).ok()
    }

    fn modified_at(&self) -> Option<SystemTime> {
        let Location::File(path) = &self.location else { return None };
        path.metadata().and_then(|metadata| metadata.modified()).ok()
    }

    /// Whether it is what was read as an input of this size and hash by a run that was written then: of the same size, and either not
    /// modified since or of the same hash.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(crate) fn is_unchanged(&self, bytes: u64, sha256: &str, written: Option<SystemTime>) -> Result<bool> {
        let Location::File(path) = &self.location else { return Ok(false) };
        if self.bytes != Some(bytes) || sha256.is_empty() {
            return Ok(false);
        }
        let is_older = self.modified_at().zip(written).is_some_and(|(modified, written)| modified < written);
        Ok(is_older || FileSummary::of(path)?.sha256 == sha256)
    }

    /// What its records are, if the name or the user says so.
    pub(super) fn format(&self) -> Option<Format> {
        self.format
    }

    /// Whether the user said what its records are.
    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.location {
            Location::Stdin => Ok(Box::new(io::stdin())),
            Location::File(path) => Ok(Box::new(File::open(path)?)),
            Location::Memory => Ok(Box::new(io::empty())),
            Location::Made(Maker(make)) => Ok(make()),
        }
    }

    /// The file itself, if it is one in which one can go back and forth.
    pub(super) fn open_file(&self) -> Option<File> {
        let Location::File(path) = &self.location else { return None };
        File::open(path).ok().filter(|file| file.metadata().is_ok_and(|metadata| metadata.is_file()))
    }

    /// The same input under another name.
    pub(super) fn renamed(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    /// Documents that a program holds.
    pub(super) fn in_memory(name: &str) -> Self {
        Self { path: name.to_owned(), location: Location::Memory, bytes: Some(0), format: None, asked: false }
    }

    /// An input whose bytes a program gives, from the beginning whenever it is read.
    pub(super) fn made(path: &str, make: impl Fn() -> Box<dyn Read + Send> + Send + Sync + 'static) -> Self {
        let location = Location::Made(Maker(std::sync::Arc::new(make)));
        Self { path: path.to_owned(), location, bytes: None, format: known_format(path), asked: false }
    }
}

#[derive(Clone)]
struct Maker(std::sync::Arc<dyn Fn() -> Box<dyn Read + Send> + Send + Sync>);

impl std::fmt::Debug for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Maker")
    }
}

/// What lies under the paths that a user named.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The files to read, in canonical order.
    pub(super) inputs: Vec<Input>,
    /// Files of trees that are left out because of their name or, where a format was asked for, their binary content; sorted.
    pub(super) skipped: Vec<PathBuf>,
    /// Other names of files that are read, by links; sorted.
    pub(super) links: Vec<PathBuf>,
    /// Links out of the trees, which are not followed; sorted.
    pub(super) outside: Vec<PathBuf>,
}

/// Which files of the trees are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted<'g> {
    pub(super) format: InputFormat,
    pub(super) globs: Globs<'g>,
    /// Whether links out of the tree are followed.
    pub(super) follow_links: bool,
}

/// Which files of trees are wanted, by globs: those that match one of the first, or all if there are none, but none that matches
/// one of the second.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Globs<'g> {
    pub(super) include: &'g [String],
    pub(super) exclude: &'g [String],
}

impl Globs<'_> {
    pub(super) fn is_empty(self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// For the tree under `root`, from which globs that hold a `/` count.
    pub(super) fn under(self, root: &Path) -> Result<Override> {
        let mut globs = OverrideBuilder::new(root);
        let refused = |glob: &str, error: &ignore::Error| {
            let remedy = "write it like *.jsonl, 2021/** or **/drafts/*";
            Error::usage(format!("the glob {glob:?} is not understood: {error}")).with_remedy(remedy)
        };
        for (mark, glob) in
            self.include.iter().map(|glob| ("", glob)).chain(self.exclude.iter().map(|glob| ("!", glob)))
        {
            // A mark of the user's own would turn its meaning round.
            let escape = if glob.starts_with('!') { "\\" } else { "" };
            globs.add(&format!("{mark}{escape}{glob}")).map_err(|error| refused(glob, &error))?;
        }
        globs.build().map_err(|error| refused("", &error))
    }
}

#[cfg(test)]
fn list(paths: &[PathBuf], format: InputFormat) -> Result<Listing> {
    list_matching(paths, Wanted { format, ..Wanted::default() })
}

/// The inputs under `paths` in canonical order, and what is left out of trees.
pub(super) fn list_matching(paths: &[PathBuf], wanted: Wanted<'_>) -> Result<Listing> {
    let named = paths.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let mut walk = Walk { wanted, named, files: BTreeMap::new(), skipped: BTreeMap::new(), outside: BTreeSet::new() };
    for path in paths {
        walk.add(path)?;
    }
    let Walk { mut files, mut skipped, outside, .. } = walk;
    let links = drop_links(&mut files);
    skipped.retain(|key, _| !files.contains_key(key));
    let outside = outside.into_iter().filter(|link| !files.contains_key(&absolute(link))).collect();
    let mut inputs: Vec<Input> = files.into_values().map(|(input, _)| input).collect();
    inputs.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    let mut skipped: Vec<PathBuf> = skipped.into_values().collect();
    skipped.sort();
    Ok(Listing { inputs, skipped, links, outside })
}

/// Keeps one name of each file: that with the fewest links in its path, and of several such names the first.
fn drop_links(files: &mut BTreeMap<PathBuf, (Input, Option<Identity>)>) -> Vec<PathBuf> {
    let mut names: BTreeMap<Identity, Vec<PathBuf>> = BTreeMap::new();
    for (key, (_, identity)) in &*files {
        if let Some(identity) = identity {
            names.entry(Identity::clone(identity)).or_default().push(key.clone());
        }
    }
    let mut links = Vec::new();
    for mut keys in names.into_values().filter(|keys| keys.len() > 1) {
        let n_links = |path: &Path| path.ancestors().filter(|part| part.is_symlink()).count();
        keys.sort_by_cached_key(|key| (n_links(key), files[key].0.path.clone()));
        let others = keys.drain(1..).filter_map(|key| files.remove(&key));
        links.extend(others.map(|(input, _)| PathBuf::from(input.path)));
    }
    links.sort();
    links
}

/// What two names of one file have in common: device and number on Unix, elsewhere the path without links.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
fn identity(_: &Path, metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path, metadata: &Metadata) -> Option<Identity> {
    if metadata.is_file() { fs::canonicalize(path).ok() } else { None }
}

/// Whether the first bytes of a file are those of a binary format, or hold a NUL.
fn looks_binary(path: &Path) -> bool {
    let mut head = [0; 512];
    let mut length = 0;
    let Ok(mut file) = File::open(path) else { return false };
    while let Ok(read @ 1..) = file.read(&mut head[length..]) {
        length += read;
    }
    let head = &head[..length];
    match Compression::of(head) {
        Some(_) => false,
        None => foreign::binary(head).is_some() || text::utf16(head).is_none() && memchr::memchr(0, head).is_some(),
    }
}

/// Whether a directory is a result of ours.
fn is_run(directory: &Path) -> bool {
    directory.join("manifest.json").is_file() && directory.join("entities.dln").is_file()
}

/// Files by their absolute path, so that `a`, `./a` and `/here/a` are one.
struct Walk<'g> {
    wanted: Wanted<'g>,
    /// Where the files and directories are that the user named, without links: what leads there leads to what is read anyway.
    named: Vec<PathBuf>,
    files: BTreeMap<PathBuf, (Input, Option<Identity>)>,
    skipped: BTreeMap<PathBuf, PathBuf>,
    outside: BTreeSet<PathBuf>,
}

impl Walk<'_> {
    fn add(&mut self, path: &Path) -> Result<()> {
        if path.as_os_str().is_empty() {
            return Err(Error::usage("an input path is empty").with_remedy("name a file, a directory or -"));
        }
        if path == Path::new("-") {
            let input = Input {
                path: "-".to_owned(),
                location: Location::Stdin,
                bytes: None,
                format: asked_format(self.wanted.format),
                asked: self.wanted.format != InputFormat::Auto,
            };
            self.files.insert(path.to_owned(), (input, None));
            return Ok(());
        }
        let path = &without_dots(path);
        let metadata = fs::metadata(path).map_err(|error| Error::io(path, "open", error))?;
        if metadata.is_dir() {
            return self.add_tree(path);
        }
        self.insert(path, Some(&metadata));
        Ok(())
    }

    fn add_tree(&mut self, root: &Path) -> Result<()> {
        let (mut found, mut others) = (0_u64, 0_u64);
        // Results that stand among the articles are no articles.
        let mut runs: Vec<PathBuf> = Vec::new();
        let mut walk = WalkBuilder::new(root);
        walk.standard_filters(false).hidden(true).follow_links(true);
        let globs = self.wanted.globs.under(root)?;
        let named = (!self.wanted.follow_links).then(|| self.named.clone());
        // The filter is called by the walk only, and has no other way to say what it met.
        let (passed_over, outside) = mpsc::channel();
        walk.filter_entry(move |entry| {
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            if globs.matched(entry.path(), is_directory).is_ignore() {
                return false;
            }
            let leads_out = |named: &Vec<PathBuf>| {
                let target = fs::canonicalize(entry.path());
                target.is_ok_and(|target| !named.iter().any(|named| target.starts_with(named)))
            };
            let is_out = entry.depth() > 0 && entry.path_is_symlink() && named.as_ref().is_some_and(leads_out);
            if is_out && !is_hidden(entry.path()) {
                // The receiver lives as long as the walk.
                let _ = passed_over.send(without_dots(entry.path()));
            }
            !is_out
        });
        for entry in walk.build() {
            let (path, metadata) = match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {
                    if is_run(entry.path()) {
                        runs.push(entry.into_path());
                    }
                    continue;
                }
                Ok(entry) => {
                    let metadata = entry.metadata().ok();
                    (entry.into_path(), metadata)
                }
                Err(error) => match fault(&error) {
                    // The directory is an ancestor of the link: its files are walked already.
                    Fault::Loop => continue,
                    // A link that leads nowhere counts as a file, which will turn out to be unreadable.
                    Fault::At(path) if is_broken_link(path) && is_hidden(path) => continue,
                    Fault::At(path) if is_broken_link(path) => (path.to_owned(), None),
                    Fault::At(path) => {
                        let path = path.to_owned();
                        return Err(Error::io(path, "list the directory", into_io(error)));
                    }
                    Fault::Nowhere => return Err(Error::io(root, "list the directory", into_io(error))),
                },
            };
            let in_run = runs.iter().any(|run| path.starts_with(run));
            let path = without_dots(&path);
            let regular = !in_run && metadata.as_ref().is_none_or(Metadata::is_file);
            let name = display(&path);
            let known = || is_known(&name) || is_container(&name);
            let asked = || self.wanted.format != InputFormat::Auto && !looks_binary(&path);
            if regular && (known() || asked()) {
                self.insert(&path, metadata.as_ref());
                found += 1;
            } else {
                self.skipped.insert(absolute(&path), path);
                others += 1;
            }
        }
        let outside: Vec<PathBuf> = outside.try_iter().collect();
        let first_outside = outside.first().cloned();
        self.outside.extend(outside);
        if found > 0 {
            return Ok(());
        }
        if let Some(link) = first_outside {
            let message =
                format!("the directory holds no article files, only links out of it, e.g. {}", display(&link));
            let remedy = "read what they lead to with --follow-links, or name the files";
            return Err(Error::usage(message).at(root).with_remedy(remedy));
        }
        let message = match others {
            0 if !self.wanted.globs.is_empty() => {
                "no file of the directory is left by --include-files and --exclude-files".to_owned()
            }
            0 => "the directory holds no files".to_owned(),
            _ => format!("the directory holds no article files, only {others} of other kinds"),
        };
        let expected = "expected .txt, .jsonl, .json, .csv, .tsv, .html, .xml, .sgml or .warc files, or .tar or .zip archives of them, also compressed \
                        (.gz, .zst, .bz2, .xz, .lz4), .parquet or .feather";
        Err(Error::usage(message).at(root).with_remedy(match (others, self.wanted.format) {
            (1.., InputFormat::Auto) => {
                format!(
                    "{expected}; --input-format text, jsonl, csv, html, xml or warc reads files of any name as that"
                )
            }
            (1.., _) => "all of them are binary".to_owned(),
            _ => expected.to_owned(),
        }))
    }

    fn insert(&mut self, path: &Path, metadata: Option<&Metadata>) {
        let name = display(path);
        let input = Input {
            format: asked_format(self.wanted.format).or_else(|| known_format(&name)),
            asked: self.wanted.format != InputFormat::Auto,
            bytes: metadata.map_or(Some(0), |metadata| metadata.is_file().then_some(metadata.len())),
            location: Location::File(path.to_owned()),
            path: name,
        };
        // Of several ways to say the same path the smallest stays, whichever came first.
        let key = absolute(path);
        match self.files.get(&key) {
            Some((known, _)) if known.path <= input.path => {}
            _ => {
                let identity = metadata.and_then(|metadata| identity(path, metadata));
                self.files.insert(key, (input, identity));
            }
        }
    }
}

enum Fault<'a> {
    Loop,
    At(&'a Path),
    Nowhere,
}

fn fault(error: &ignore::Error) -> Fault<'_> {
    match error {
        ignore::Error::Loop { .. } => Fault::Loop,
        ignore::Error::WithPath { path, err } => match fault(err) {
            Fault::Loop => Fault::Loop,
            _ => Fault::At(path),
        },
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => fault(err),
        _ => Fault::Nowhere,
    }
}

fn into_io(error: ignore::Error) -> io::Error {
    let message = error.to_string();
    error.into_io_error().unwrap_or_else(|| io::Error::other(message))
}

fn is_broken_link(path: &Path) -> bool {
    path.is_symlink() && !path.exists()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn asked_format(format: InputFormat) -> Option<Format> {
    match format {
        InputFormat::Auto => None,
        InputFormat::Text => Some(Format::Text),
        InputFormat::JsonLines => Some(Format::JsonLines),
        InputFormat::Csv => Some(Format::Table { separator: b',' }),
        InputFormat::Html => Some(Format::Page),
        InputFormat::Warc => Some(Format::Crawl),
        InputFormat::Xml => Some(Format::Xml),
    }
}

/// What the name of a file promises.
pub(super) fn known_format(path: &str) -> Option<Format> {
    let path = Path::new(path);
    let inner = match compressed_name(path.to_str()?) {
        true => Path::new(path.file_stem()?),
        false => path,
    };
    match inner.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "txt" | "text" => Some(Format::Text),
        "jsonl" | "ndjson" | "json" => Some(Format::JsonLines),
        "csv" | "tsv" | "tab" | "psv" => Some(Format::Table { separator: b',' }),
        "html" | "htm" | "xhtml" | "shtml" => Some(Format::Page),
        "warc" | "arc" | "wet" => Some(Format::Crawl),
        "xml" | "rss" | "atom" | "nitf" | "sgml" | "sgm" => Some(Format::Xml),
        _ => None,
    }
}

/// Whether files of such names are read wherever they are.
pub(super) fn is_known(path: &str) -> bool {
    let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
    known_format(path).is_some() || ending.is_some_and(|ending| is_columnar(&ending.to_ascii_lowercase()))
}

/// Whether the name is that of an archive of files.
fn is_container(path: &str) -> bool {
    const ENDINGS: [&str; 6] = ["tar", "tgz", "tzst", "tbz2", "txz", "tlz4"];
    let stem = if compressed_name(path) { path.rsplit_once('.').map_or(path, |(stem, _)| stem) } else { path };
    let ending = Path::new(stem).extension().and_then(|ending| ending.to_str());
    if Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) {
        return true;
    }
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// `./a//b/.` is `a/b`. `..` stays: what it means depends on links.
fn without_dots(path: &Path) -> PathBuf {
    let clean: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    match clean.as_os_str().as_encoded_bytes() {
        b"" => PathBuf::from("."),
        // A file of this name, not standard input.
        b"-" => PathBuf::from("./-"),
        _ => clean,
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// How an input at this path is called.
pub(super) fn name_of(path: &Path) -> String {
    display(&without_dots(path))
}

/// The path as text, with `/` between its parts.
fn display(path: &Path) -> String {
    let text = printable(path.as_os_str().as_encoded_bytes());
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// A name as text; bytes that are not UTF-8 become `\xNN`, so that different files keep different names.
pub(super) fn printable(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes `files` in a fresh directory and lists `paths` there, `.` being the directory.
    fn check(files: &[&str], paths: &[&str], inputs: &[&str], skipped: &[&str]) {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let relative = |path: &str| {
            let root = display(directory.path());
            path.strip_prefix(&format!("{root}/")).unwrap_or(path).to_owned()
        };
        let at = |path: &&str| PathBuf::from(format!("{}/{path}", display(directory.path())));
        let list = |paths: &[PathBuf]| {
            let Listing { inputs, skipped, links, outside } = list(paths, InputFormat::Auto).unwrap();
            assert!(links.is_empty() && outside.is_empty());
            let inputs: Vec<String> = inputs.iter().map(|input| relative(input.path())).collect();
            let skipped: Vec<String> = skipped.iter().map(|path| relative(&display(path))).collect();
            (inputs, skipped)
        };
        let mut paths: Vec<PathBuf> = paths.iter().map(at).collect();
        let expected =
            (inputs.iter().map(|s| (*s).to_owned()).collect(), skipped.iter().map(|s| (*s).to_owned()).collect());
        assert_eq!(list(&paths), expected);
        paths.reverse();
        assert_eq!(list(&paths), expected);
    }

    fn message(paths: &[&Path]) -> String {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        list(&paths, InputFormat::Auto).unwrap_err().to_string()
    }

    #[test]
    fn files_come_in_the_order_of_their_paths() {
        check(&["b.txt", "a/z.jsonl", "a.txt"], &["."], &["a.txt", "a/z.jsonl", "b.txt"], &[]);
        check(&["b.txt", "a/z.jsonl", "a.txt"], &["b.txt", "a", "a.txt"], &["a.txt", "a/z.jsonl", "b.txt"], &[]);
        check(&["a-1.txt", "a/1.txt", "a0.txt"], &["."], &["a-1.txt", "a/1.txt", "a0.txt"], &[]);
    }

    #[test]
    fn globs_choose_files_of_trees() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for file in ["a.txt", "b.jsonl", ".c.txt", "x/a.txt", "x/drafts/d.txt", "x/!e.txt"] {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "x").unwrap();
        }
        let owned = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>();
        let found = |include: &[&str], exclude: &[&str]| {
            let (include, exclude) = (owned(include), owned(exclude));
            let globs = Globs { include: &include, exclude: &exclude };
            let listing = list_matching(&[root.to_owned()], Wanted { globs, ..Wanted::default() }).unwrap();
            listing.inputs.iter().map(|input| input.path()[display(root).len() + 1..].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found(&[], &[]), ["a.txt", "b.jsonl", "x/!e.txt", "x/a.txt", "x/drafts/d.txt"]);
        assert_eq!(found(&["*.txt"], &["drafts/"]), ["a.txt", "x/!e.txt", "x/a.txt"]);
        assert_eq!(found(&["x/**"], &["a.txt"]), ["x/!e.txt", "x/drafts/d.txt"]);
        assert_eq!(found(&["!e.txt", "*.jsonl"], &[]), ["b.jsonl", "x/!e.txt"]);
        assert_eq!(found(&[], &["/x", "!*"]), ["a.txt", "b.jsonl"]);
        // A file that is named is read.
        let exclude = owned(&["*"]);
        let globs = Globs { exclude: &exclude, ..Globs::default() };
        let wanted = Wanted { globs, ..Wanted::default() };
        assert_eq!(list_matching(&[root.join("a.txt")], wanted).unwrap().inputs.len(), 1);
        let message = list_matching(&[root.to_owned()], wanted).unwrap_err().to_string();
        assert!(message.contains("--exclude-files"), "{message}");
        let wrong = owned(&["a{b"]);
        let globs = Globs { include: &wrong, ..Globs::default() };
        let wanted = Wanted { globs, ..Wanted::default() };
        let message = list_matching(&[root.to_owned()], wanted).unwrap_err().to_string();
        assert!(message.contains("\"a{b\" is not understood"), "{message}");
    }

    #[test]
    fn a_file_is_read_once() {
        check(&["a/1.txt"], &["a", "a/1.txt", "./a/1.txt", "a/./1.txt", "a//1.txt"], &["a/1.txt"], &[]);
    }

    #[test]
    fn trees_take_known_extensions_only_and_tell_the_rest() {
        check(
            &["a.TXT", "b.json.gz", "c.ndjson.zst", "d.csv", "e.gz", "f", "g.HTML", "h.warc.gz", "i.docx"],
            &["."],
            &["a.TXT", "b.json.gz", "c.ndjson.zst", "d.csv", "g.HTML", "h.warc.gz"],
            &["e.gz", "f", "i.docx"],
        );
        check(&["a.txt", "d.dat", "e.dat"], &[".", "d.dat"], &["a.txt", "d.dat"], &["e.dat"]);
    }

    #[test]
    fn results_among_the_articles_are_passed_over() {
        check(
            &["a.txt", "res/manifest.json", "res/entities.dln", "res/rejects.jsonl"],
            &["."],
            &["a.txt"],
            &["res/entities.dln", "res/manifest.json", "res/rejects.jsonl"],
        );
    }

    #[test]
    fn hidden_files_are_read_only_when_named() {
        check(&["a.txt", ".b.txt", ".c/d.txt"], &["."], &["a.txt"], &[]);
        check(&["a.txt", ".b.txt", ".c/d.txt"], &[".b.txt", ".c"], &[".b.txt", ".c/d.txt"], &[]);
        check(&["a.txt", ".gitignore"], &["."], &["a.txt"], &[]);
    }

    #[test]
    fn the_same_file_by_absolute_and_relative_path() {
        let here = std::env::current_dir().unwrap();
        let Listing { inputs, .. } =
            list(&[PathBuf::from("Cargo.toml"), here.join("Cargo.toml")], InputFormat::Auto).unwrap();
        assert_eq!(inputs.len(), 1);
        assert_eq!(inputs[0].path(), display(&here.join("Cargo.toml")));
        let Listing { inputs, .. } = list(&["./Cargo.toml".into(), "-".into(), "-".into()], InputFormat::Auto).unwrap();
        assert_eq!(inputs.iter().map(Input::path).collect::<Vec<_>>(), ["-", "Cargo.toml"]);
    }

    #[test]
    fn bad_inputs_give_one_line() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        assert!(message(&[Path::new("no/such.txt")]).starts_with("no/such.txt: cannot open: no such file"));
        assert!(message(&[root]).contains("the directory holds no files; expected .txt"));
        fs::write(root.join("x.docx"), "").unwrap();
        assert!(message(&[root]).contains("no article files, only 1 of other kinds"));
        assert!(message(&[Path::new("")]).contains("an input path is empty"));
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_and_directories_are_followed_but_not_in_circles() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/1.txt"), "x").unwrap();
        symlink("1.txt", root.join("a/2.txt")).unwrap();
        symlink("..", root.join("a/up")).unwrap();
        symlink("nowhere", root.join("broken.txt")).unwrap();
        symlink("nowhere", root.join(".#lock")).unwrap();
        let listing = list(&[root.to_owned()], InputFormat::Auto).unwrap();
        assert_eq!(names(root, &listing.inputs), ["a/1.txt", "broken.txt"]);
        assert_eq!(listing.links, [root.join("a/2.txt")]);
        assert!(listing.skipped.is_empty());
    }

    #[cfg(unix)]
    fn names(root: &Path, inputs: &[Input]) -> Vec<String> {
        inputs.iter().map(|input| input.path()[display(root).len() + 1..].to_owned()).collect()
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_read_under_the_name_that_is_no_link() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir(root.join("b")).unwrap();
        fs::write(root.join("b/1.txt"), "x").unwrap();
        fs::write(root.join("b/2.txt"), "y").unwrap();
        symlink("b", root.join("a")).unwrap();
        symlink("b/1.txt", root.join("0.txt")).unwrap();
        fs::hard_link(root.join("b/2.txt"), root.join("b/3.txt")).unwrap();
        // A link to a file elsewhere is its only name here.
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("z.txt"), "z").unwrap();
        symlink(elsewhere.path().join("z.txt"), root.join("c.txt")).unwrap();
        let follow_links = Wanted { follow_links: true, ..Wanted::default() };
        for paths in
            [vec![root.to_owned()], vec![root.join("a"), root.join("0.txt"), root.join("c.txt"), root.join("b")]]
        {
            let listing = list_matching(&paths, follow_links).unwrap();
            assert_eq!(names(root, &listing.inputs), ["b/1.txt", "b/2.txt", "c.txt"]);
            assert_eq!(listing.links.len(), 5);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_a_tree_are_followed_only_when_asked() {
        use std::os::unix::fs::symlink;
        let (elsewhere, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(elsewhere.path().join("more")).unwrap();
        fs::write(elsewhere.path().join("more/z.txt"), "z").unwrap();
        fs::write(elsewhere.path().join("y.txt"), "y").unwrap();
        let root = directory.path().join("news");
        fs::create_dir_all(root.join("sub")).unwrap();
        symlink(elsewhere.path().join("y.txt"), root.join("out.txt")).unwrap();
        symlink(elsewhere.path().join("more"), root.join("sub/out")).unwrap();
        symlink(elsewhere.path().join("y.txt"), root.join(".hidden.txt")).unwrap();
        // With nothing else in it, the directory is refused.
        let said = message(&[root.as_path()]);
        assert!(said.contains("only links out of it") && said.contains("--follow-links"), "{said}");
        fs::write(root.join("a.txt"), "a").unwrap();
        symlink("../a.txt", root.join("sub/in.txt")).unwrap();
        // The tree may itself be reached by a link, and a link that is named is followed.
        symlink(&root, directory.path().join("link")).unwrap();
        for root in [root.clone(), directory.path().join("link")] {
            let listing = list(std::slice::from_ref(&root), InputFormat::Auto).unwrap();
            assert_eq!(names(&root, &listing.inputs), ["a.txt"]);
            assert_eq!(listing.outside, [root.join("out.txt"), root.join("sub/out")]);
            let listing = list(&[root.clone(), root.join("out.txt")], InputFormat::Auto).unwrap();
            assert_eq!(names(&root, &listing.inputs), ["a.txt", "out.txt"]);
        }
        let listing =
            list_matching(std::slice::from_ref(&root), Wanted { follow_links: true, ..Wanted::default() }).unwrap();
        assert_eq!(names(&root, &listing.inputs), ["a.txt", "out.txt", "sub/out/z.txt"]);
        assert!(listing.outside.is_empty());
    }

    #[test]
    fn a_format_that_is_asked_for_takes_files_of_any_name() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for (name, content) in [
            ("story-1", &b"Talks"[..]),
            ("b.story", b"Talks"),
            ("c.dat", b"Talks"),
            (".DS_Store", b"\0\0\0\x01Bud1"),
            (".hidden", b"Talks"),
            ("d.png", b"\x89PNG\r\n\x1a\n\0"),
            ("e.bin", b"ab\0"),
            ("f.gz", b"\x1f\x8b\x08"),
        ] {
            fs::write(root.join(name), content).unwrap();
        }
        for format in [InputFormat::Text, InputFormat::JsonLines] {
            let listing = list(&[root.to_owned()], format).unwrap();
            let names: Vec<&str> =
                listing.inputs.iter().map(|input| input.path().rsplit('/').next().unwrap()).collect();
            assert_eq!(names, ["b.story", "c.dat", "f.gz", "story-1"]);
            assert_eq!(listing.skipped, [root.join("d.png"), root.join("e.bin")]);
        }
        let message = list(&[root.to_owned()], InputFormat::Auto).unwrap_err().to_string();
        assert!(message.contains("only 6 of other kinds") && message.contains("--input-format text"), "{message}");
    }
}
