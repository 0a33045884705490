//! What the tests share: the program, folders to run it in, hashes of what it wrote, and an archive made from a seed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// A gazetteer that loads in no time, with a bit of everything: overlaps, accents, cases, demonyms, weak names, titles.
pub(crate) const SMALL: &str = "\
us      place.country  United States   -      cc=US lat=39.76 lon=-98.5
+       abbr           U.S.            exact
+       adj            American        exact
iq      place.country  Iraq            -      cc=IQ
+       adj            Iraqi           exact
bag     place.city     Baghdad         -      cc=IQ lat=33.34 lon=44.4
york    place.city     York            -      cc=GB
ny      place.city     New York        -      cc=US
nyt     org.media      New York Times  -
zrh     place.city     Zürich          -      cc=CH lat=47.37 lon=8.54
sp      place.city     São Paulo       -      cc=BR
ki      place.city     Kyiv            -      cc=UA
+       former         Kiev            -
un      org.int        United Nations  -
+       abbr           UN              exact
wb      org.int        World Bank      -
bath    place.city     Bath            weak   cc=GB ctx=prep,dateline
t/pm    title.gov      Prime Minister  any
t/gen   title.mil      General         exact  role=head
+       abbr           Gen.            exact
";

/// A temporary folder in which the program runs, so that all paths are short and relative.
pub(crate) struct Folder {
    directory: tempfile::TempDir,
    /// Where compiled gazetteers are kept: not where a person's are.
    cache: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("small.gaz"), SMALL).unwrap();
        Self { directory, cache: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, and the folders it lies in.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The program with its arguments, to be run here, with no input.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.current_dir(self.directory.path()).args(args).stdin(Stdio::null());
        command.env_remove("DATELINE_THREADS").env("NO_COLOR", "1").env("DATELINE_CACHE", self.cache.path());
        command
    }

    /// Runs the program with blank-separated arguments to its end.
    pub(crate) fn run(&self, args: &str) -> Outcome {
        Outcome::of(&mut self.command(args.split_whitespace()))
    }

    /// The same with something on its standard input.
    pub(crate) fn run_with_input(&self, args: &str, input: &[u8]) -> Outcome {
        let mut command = self.command(args.split_whitespace());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        // A program that failed early has not read all of it.
        let _ = writer.join().unwrap();
        Outcome::from(output)
    }

    /// Names of what lies in the folder or in one of its folders, sorted, hidden ones too.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// SHA-256 of every file of a run.
    pub(crate) fn hashes(&self, run: &str) -> BTreeMap<String, String> {
        let hash = |name: &String| {
            let bytes = fs::read(self.path(run).join(name)).unwrap();
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
        };
        self.list(run).into_iter().map(|name| (name.clone(), hash(&name))).collect()
    }

    pub(crate) fn manifest(&self, run: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(run).join("manifest.json")).unwrap()).unwrap()
    }

    /// The lines of `rejects.jsonl`.
    pub(crate) fn rejects(&self, run: &str) -> Vec<Value> {
        json_lines(&fs::read_to_string(self.path(run).join("rejects.jsonl")).unwrap())
    }

    /// `top` or `pairs` of a run, all rows, the most frequent first.
    pub(crate) fn rows(&self, command: &str, run: &str) -> Vec<Value> {
        let all = if command == "pairs" { " --order documents --all-pairs" } else { "" };
        let outcome = self.run(&format!("{command} {run} --format jsonl -n 0{all}"));
        outcome.expect(0);
        json_lines(&outcome.stdout)
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// Fails unless the program ended with this code, without a panic.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Fails unless the program was refused: exit code 2, nothing on standard output, and one line that holds each of these.
    #[track_caller]
    pub(crate) fn expect_refusal(&self, parts: &[&str]) -> &Self {
        self.expect(2);
        assert_eq!(self.stdout, "");
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        self.says(parts)
    }

    /// Fails unless standard error holds each of these.
    #[track_caller]
    pub(crate) fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in:\n{}", self.stderr);
        }
        self
    }
}

impl From<std::process::Output> for Outcome {
    fn from(output: std::process::Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// A file or folder of the sample corpus.
pub(crate) fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).unwrap()
}

pub(crate) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// With a checksum of the content, as the program `lz4` writes it.
pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new().content_checksum(true);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A tar archive of these files.
pub(crate) fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, &bytes[..]).unwrap();
    }
    tar.into_inner().unwrap()
}

/// A zip archive of these files, deflated but for the smallest.
pub(crate) fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let method = if bytes.len() < 100 { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(*path, options.large_file(path.ends_with(".csv"))).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Cuts bytes anywhere into `parts` pieces and joins what `compress` makes of them: members of gzip, frames of zstd.
pub(crate) fn in_members(bytes: &[u8], parts: usize, compress: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    bytes.chunks(bytes.len().div_ceil(parts)).flat_map(compress).collect()
}

/// Numbers that look random and are the same every time (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    pub(crate) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// One article as it was put into an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Article {
    pub(crate) id: String,
    pub(crate) title: Option<String>,
    pub(crate) text: String,
}

impl Article {
    /// An article about the names of [`SMALL`], awkward to count offsets in.
    pub(crate) fn random(id: String, random: &mut Random) -> Self {
        let title = (random.below(3) > 0).then(|| sentence(random));
        let mut text = String::new();
        for _ in 0..2 + random.below(6) {
            text += &sentence(random);
            text += random.pick(&[" ", " ", "\n", "\n\n", "\r\n", "\u{2028}"]);
        }
        Self { id, title, text }
    }

    pub(crate) fn part(&self, part: &str) -> &str {
        match part {
            "title" => self.title.as_deref().unwrap_or_default(),
            "text" => &self.text,
            other => panic!("a part called {other}"),
        }
    }

    /// As a line of JSON Lines, without its end.
    pub(crate) fn line(&self) -> String {
        let mut record = serde_json::json!({"id": self.id, "text": self.text, "date": "2024-05-01"});
        if let Some(title) = &self.title {
            record["title"] = title.as_str().into();
        }
        record.to_string()
    }
}

fn sentence(random: &mut Random) -> String {
    const NAMES: [&str; 30] = [
        "Iraq",
        "the Iraqi prime minister",
        "Prime Minister Ada Example",
        "PRIME MINISTER",
        "Gen. Ada Example",
        "General Example",
        "Baghdad",
        "BAGHDAD",
        "baghdad",
        "York",
        "New York",
        "New\nYork",
        "New\u{a0}York Times",
        "The New York Times",
        "Zürich",
        "Zu\u{308}rich",
        "Zurich",
        "Sa\u{303}o Paulo",
        "São\r\nPaulo",
        "Kyiv",
        "Ki\u{ad}ev",
        "the United Nations",
        "the UN",
        "un",
        "the U.S.",
        "United States",
        "American",
        "the World Bank",
        "in Bath",
        "a bath",
    ];
    const WORDS: [&str; 14] = [
        "met",
        "and",
        "said",
        "that",
        "👩‍🚀",
        "🇮🇶",
        "naïve",
        "cafe\u{301}",
        "“quoted”",
        "in",
        "from",
        "—",
        "日本",
        "woman",
    ];
    let mut sentence = String::new();
    for _ in 0..1 + random.below(5) {
        sentence += random.pick(&NAMES);
        for _ in 0..1 + random.below(3) {
            sentence += " ";
            sentence += random.pick(&WORDS);
        }
        sentence += random.pick(&[" ", " ", ", ", "’s "]);
    }
    sentence.trim_end().to_owned() + "."
}
