//! Reads `.gaz` files, one layer over another, and collects every fault.
//!
//! Files are read line by line and passed to the [`Compiler`] entity by entity: a gazetteer of ten million names is
//! never in memory as text.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::compile::{Compiler, Draft, DraftAlias, Keys, Position, Source, Statement};
use super::image::Image;
use super::line::{Field, parse_evidence, parse_flags, split_fields};
use super::{AliasKind, EvidenceSet, Flags, Gazetteer, LoadOptions, name_fault_in};
use crate::builtin::builtin_names;
use crate::diagnostics::FaultCode;
use crate::error::{Error, Result};
use crate::files::{FileSummary, Hashing};
use crate::ids::EntityId;
use crate::normalize::FoldedText;

/// Most files that include one another.
const MOST_OPEN: usize = 16;
/// Most files that are included: a few small ones that include each other twice would be read without end.
const MOST_INCLUDED: usize = 1000;

/// Collects layers; [`Reader::finish`] makes the gazetteer or reports every fault.
pub(super) struct Reader<'o> {
    compiler: Compiler<'o>,
    /// The chain of files being included, to detect cycles.
    open: Vec<PathBuf>,
    /// Files that were included so far, each as often as it was.
    n_included: usize,
    folded: FoldedText,
    /// The last list of flags, which most lines repeat, and its parsed form.
    flags: (String, Flags),
}

/// The state of one file while its lines are read.
struct FileReader<'a, 'o> {
    reader: &'a mut Reader<'o>,
    path: &'a Path,
    file: u32,
    /// The values set by `!default`.
    defaults: Vec<(String, String)>,
    /// Whether `+` lines have an entity. False after a faulty entity line, whose aliases are skipped silently.
    has_entity: bool,
    seen_entity: bool,
    /// Whether the last line that is not a comment was `!remove`, after which a `+` line has no entity.
    after_removal: bool,
}

/// Whether a file begins like a compiled gazetteer. If it cannot be read, the caller that reads it reports that.
pub(super) fn is_compiled(path: &Path) -> bool {
    let mut start = [0; 8];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && Image::is_image(&start)
}

impl<'o> Reader<'o> {
    pub(super) fn new(options: &'o LoadOptions<'o>) -> Self {
        Self {
            compiler: Compiler::new(options),
            open: Vec::new(),
            n_included: 0,
            folded: FoldedText::default(),
            flags: (String::new(), Flags::default()),
        }
    }

    /// Reads several texts as one layer.
    pub(super) fn read_texts(&mut self, layer: &str, texts: &[(&str, &str)]) -> Result<()> {
        self.compiler.meta.layers.push(layer.to_owned());
        texts.iter().try_for_each(|(name, text)| self.read_lines(text.as_bytes(), Path::new(name)))
    }

    pub(super) fn read_text(&mut self, text: &str, path: &Path) -> Result<()> {
        self.compiler.meta.layers.push(file_name(path));
        self.read_lines(text.as_bytes(), path)
    }

    /// Adds a layer that is already compiled.
    pub(super) fn read_gazetteer(&mut self, gazetteer: &Gazetteer) -> Result<()> {
        self.compiler.meta.layers.extend_from_slice(gazetteer.layers());
        let file = self.compiler.add_file(PathBuf::from(gazetteer.layers().join(" + ")));
        for row in 0..gazetteer.n_entities() {
            let position = Position { file, line: 0, column: 0 };
            self.compiler.state(Statement::Define, position, &gazetteer.draft(EntityId::new(row)))?;
        }
        Ok(())
    }

    pub(super) fn read_file(&mut self, path: &Path) -> Result<()> {
        let failed = |error: std::io::Error| {
            let known = builtin_names().join(", ");
            let not_found = error.kind() == std::io::ErrorKind::NotFound;
            let error = Error::io(path, "read the gazetteer", error);
            if not_found {
                error.with_remedy(format!("give a .gaz file or one of the built-in gazetteers {known}"))
            } else {
                error
            }
        };
        let file = File::open(path).map_err(failed)?;
        self.compiler.meta.layers.push(file_name(path));
        self.open.push(canonical(path));
        self.read_source(file, path)?;
        self.open.pop();
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Gazetteer> {
        let gazetteer = Gazetteer::from_image(self.compiler.finish()?).map_err(Error::usage)?;
        if gazetteer.n_entities() == 0 {
            let layers = gazetteer.layers().join(", ");
            return Err(Error::usage(format!("{layers}: the gazetteer has no entity"))
                .with_remedy("add a line such as `x  place.city  Baghdad  -`"));
        }
        Ok(gazetteer)
    }

    /// Reads the lines of a file, and notes its size and hash, by which a compiled gazetteer knows whether it is current.
    fn read_source(&mut self, file: File, path: &Path) -> Result<()> {
        let mut input = Hashing::new(file);
        self.read_lines(BufReader::with_capacity(1 << 18, &mut input), path)?;
        let FileSummary { bytes, sha256, .. } = input.summary();
        self.compiler.meta.sources.push(Source { path: path.to_string_lossy().into_owned(), bytes, sha256 });
        Ok(())
    }

    fn read_lines(&mut self, mut input: impl BufRead, path: &Path) -> Result<()> {
        let file = self.compiler.add_file(path.to_owned());
        let mut file = FileReader {
            reader: self,
            path,
            file,
            defaults: Vec::new(),
            has_entity: false,
            seen_entity: false,
            after_removal: false,
        };
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = input.read_until(b'\n', &mut line);
            if read.map_err(|error| Error::io(path, "read the gazetteer", error))? == 0 {
                break;
            }
            let mut bytes = line.strip_suffix(b"\n").unwrap_or(&line);
            if number == 1 {
                bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            }
            match std::str::from_utf8(bytes) {
                Ok(line) => file.read_line(line.strip_suffix('\r').unwrap_or(line), number)?,
                Err(error) => {
                    let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                    let column = valid.chars().count() as u32 + 1;
                    file.fault(FaultCode::Encoding, number, column, "the line is not UTF-8", "save the file as UTF-8");
                }
            }
        }
        file.flush()
    }
}

impl FileReader<'_, '_> {
    fn fault(
        &mut self,
        code: FaultCode,
        line: u32,
        column: u32,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let position = Position { file: self.file, line, column };
        self.reader.compiler.fault(code, position, message, remedy);
    }

    /// Passes a complete entity to the compiler.
    fn flush(&mut self) -> Result<()> {
        if std::mem::take(&mut self.has_entity) { self.reader.compiler.end() } else { Ok(()) }
    }

    fn read_line(&mut self, line: &str, number: u32) -> Result<()> {
        if line.starts_with('#') || line.trim().is_empty() {
            return Ok(());
        }
        if let Some(at) = memchr::memchr(0, line.as_bytes()) {
            let column = line[..at].chars().count() as u32 + 1;
            self.fault(FaultCode::NulByte, number, column, "the line contains a NUL byte", "is this a text file?");
            return Ok(());
        }
        let fields = split_fields(line);
        match fields[0].text {
            word if word.starts_with('!') => self.read_directive(line.trim(), fields[0], number),
            "+" => {
                self.read_alias(&fields, number);
                Ok(())
            }
            _ => {
                self.flush()?;
                self.read_entity(&fields, number)
            }
        }
    }

    fn read_directive(&mut self, line: &str, field: Field<'_>, number: u32) -> Result<()> {
        let mut words = line.split_whitespace();
        let directive = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        if directive != "!default" {
            self.flush()?;
        }
        match directive {
            "!default" => {
                for word in rest {
                    match word.split_once('=') {
                        Some((key, value)) if !key.is_empty() => {
                            self.defaults.retain(|(name, _)| name != key);
                            self.defaults.push((key.to_owned(), value.to_owned()));
                        }
                        _ => {
                            let message = format!("`{word}` is not key=value");
                            self.fault(
                                FaultCode::NotKeyValue,
                                number,
                                field.column,
                                message,
                                "write !default src=mine lang=en",
                            );
                        }
                    }
                }
            }
            "!include" => {
                let target = line["!include".len()..].trim();
                return self.include(target, field, number);
            }
            "!remove" if let Some((id, name)) = removed_name(line) => {
                if let Some(fault) = name_fault_in(name, &mut self.reader.folded) {
                    self.fault(
                        FaultCode::NoLetter,
                        number,
                        field.column,
                        format!("the name {name:?} {fault}"),
                        "write !remove ID  NAME",
                    );
                    return Ok(());
                }
                (self.seen_entity, self.after_removal) = (true, true);
                let position = Position { file: self.file, line: number, column: field.column };
                let evidence = EvidenceSet::default();
                let (kind, flags) = (AliasKind::Alias, Flags::default());
                let name = DraftAlias { text: name, kind, flags, evidence, fields: Vec::new() };
                let draft = Draft { id, aliases: vec![name], ..Draft::default() };
                return self.reader.compiler.state(Statement::RemoveNames, position, &draft);
            }
            "!remove" if rest.len() > 1 => {
                let message = format!("!remove needs one entity id, {} given", rest.len());
                let remedy = "write !remove ID, or !remove ID  NAME with a tab or two blanks before the name";
                self.fault(FaultCode::BadDirective, number, field.column, message, remedy);
            }
            "!remove" | "!extend" if rest.len() != 1 => {
                let message = format!("{directive} needs one entity id, {} given", rest.len());
                self.fault(FaultCode::BadDirective, number, field.column, message, format!("write {directive} ID"));
            }
            "!remove" | "!extend" => {
                self.seen_entity = true;
                let statement = if directive == "!remove" { Statement::Remove } else { Statement::Extend };
                let position = Position { file: self.file, line: number, column: field.column };
                self.reader.compiler.begin(statement, position, &Draft { id: rest[0], ..Draft::default() });
                self.has_entity = true;
                self.after_removal = statement == Statement::Remove;
                if statement == Statement::Remove {
                    return self.flush();
                }
            }
            _ => {
                let message = format!("unknown directive `{directive}`");
                self.fault(
                    FaultCode::BadDirective,
                    number,
                    field.column,
                    message,
                    "use !default, !include, !extend or !remove",
                );
            }
        }
        Ok(())
    }

    fn include(&mut self, target: &str, field: Field<'_>, number: u32) -> Result<()> {
        if target.is_empty() {
            self.fault(
                FaultCode::BadDirective,
                number,
                field.column,
                "!include without a file",
                "write !include other.gaz",
            );
            return Ok(());
        }
        let path = self.path.parent().unwrap_or(Path::new("")).join(target);
        let identity = canonical(&path);
        let refused = include_fault(self.path, &path, self.reader.open.len(), self.reader.n_included);
        if let Some((what, remedy)) = refused {
            self.fault(FaultCode::BadDirective, number, field.column, format!("`{target}` {what}"), remedy);
            return Ok(());
        }
        self.reader.n_included += 1;
        if self.reader.open.contains(&identity) {
            let message = format!("`{target}` includes itself");
            self.fault(FaultCode::BadDirective, number, field.column, message, "remove one !include of the cycle");
            return Ok(());
        }
        match File::open(&path) {
            Ok(file) => {
                self.reader.open.push(identity);
                self.reader.read_source(file, &path)?;
                self.reader.open.pop();
            }
            Err(error) => {
                let message = format!("cannot read the included file `{}`: {error}", path.display());
                self.fault(
                    FaultCode::BadDirective,
                    number,
                    field.column,
                    message,
                    "paths are relative to the including file",
                );
            }
        }
        Ok(())
    }

    fn read_entity(&mut self, fields: &[Field<'_>], number: u32) -> Result<()> {
        (self.seen_entity, self.after_removal) = (true, false);
        let id = fields[0];
        if fields.len() < 3 {
            let message = format!("an entity line needs id, kind and name; {} fields found", fields.len());
            let remedy = "separate fields by a tab or by two or more blanks";
            self.fault(FaultCode::FewFields, number, id.column, message, remedy);
            return Ok(());
        }
        let kind = fields[1];
        if kind.text.contains('=') || kind.text.contains(' ') {
            let message = format!("`{}` is not a kind", kind.text);
            self.fault(
                FaultCode::UnknownKind,
                number,
                kind.column,
                message,
                "write a dotted kind such as place.city or org.media",
            );
            return Ok(());
        }
        let position = Position { file: self.file, line: number, column: id.column };
        let Some((name, mut keys)) = self.read_name(fields, AliasKind::Name, number) else {
            // It still defines the id, so that a second definition is a fault, too.
            let draft = Draft { id: id.text, ..Draft::default() };
            return self.reader.compiler.state(Statement::Define, position, &draft);
        };
        for (key, value) in &self.defaults {
            if !keys.iter().any(|(name, _)| name == key) {
                keys.push((key, value));
            }
        }
        let draft = Draft { id: id.text, kind: kind.text, name: name.text, fields: keys, aliases: vec![name] };
        self.reader.compiler.begin(Statement::Define, position, &draft);
        self.has_entity = true;
        Ok(())
    }

    fn read_alias(&mut self, fields: &[Field<'_>], number: u32) {
        if !self.has_entity {
            if !self.seen_entity {
                let remedy = "begin with an entity line: id, kind, name, flags";
                self.fault(
                    FaultCode::AliasWithoutEntity,
                    number,
                    fields[0].column,
                    "an alias line before any entity",
                    remedy,
                );
            } else if self.after_removal {
                let message = "an alias line after !remove, before any entity that it could belong to";
                self.fault(
                    FaultCode::AliasWithoutEntity,
                    number,
                    fields[0].column,
                    message,
                    "write !extend ID before it",
                );
            }
            return;
        }
        if fields.len() < 3 {
            let message = format!("an alias line needs `+`, kind and name; {} fields found", fields.len());
            self.fault(
                FaultCode::FewFields,
                number,
                fields[0].column,
                message,
                "separate fields by a tab or by two or more blanks",
            );
            return;
        }
        let Some((_, kind)) = AliasKind::WORDS.iter().find(|(word, _)| *word == fields[1].text) else {
            let message = format!("unknown kind of alias `{}`", fields[1].text);
            let known: Vec<&str> = AliasKind::WORDS.iter().map(|(word, _)| *word).collect();
            self.fault(
                FaultCode::UnknownAliasKind,
                number,
                fields[1].column,
                message,
                format!("use one of {}", known.join(" ")),
            );
            return;
        };
        if let Some((mut alias, mut keys)) = self.read_name(fields, *kind, number) {
            // Evidence is one of the name's rules; the other keys are only stored.
            keys.retain(|(key, _)| *key != "ctx");
            alias.fields = keys;
            self.reader.compiler.add_alias(&alias);
        }
    }

    /// [`parse_flags`], which is skipped if the line before had the same flags.
    fn read_flags(&mut self, list: &str) -> Result<Flags, String> {
        let (last, flags) = &mut self.reader.flags;
        if last != list {
            *flags = parse_flags(list)?;
            list.clone_into(last);
        }
        Ok(*flags)
    }

    /// Name, flags and keys from the third field on; `None` after a fault.
    fn read_name<'t>(
        &mut self,
        fields: &[Field<'t>],
        kind: AliasKind,
        number: u32,
    ) -> Option<(DraftAlias<'t>, Keys<'t>)> {
        let name = fields[2];
        if let Some(fault) = name_fault_in(name.text, &mut self.reader.folded) {
            self.fault(
                FaultCode::NoLetter,
                number,
                name.column,
                format!("the name {:?} {fault}", name.text),
                "write a name",
            );
            return None;
        }
        let flags = match fields.get(3) {
            None => Flags::default(),
            Some(field) => match self.read_flags(field.text) {
                Ok(flags) => flags,
                Err(message) => {
                    let remedy = if field.text.contains('=') {
                        "write `-` in the fourth field when a name has no flags"
                    } else {
                        "use a comma-separated list of exact title any, hyphen- open, prefix suffix, weak, comma, nofold, stop, or `-`"
                    };
                    self.fault(FaultCode::UnknownFlag, number, field.column, message, remedy);
                    return None;
                }
            },
        };
        let mut keys = Vec::new();
        let mut evidence = EvidenceSet::default();
        // Keys may be in one field, separated by single blanks, or in several.
        for field in fields.iter().skip(4) {
            for word in field.text.split(' ') {
                match word.split_once('=') {
                    Some((key, value)) if !key.is_empty() => {
                        if let Err((code, message, remedy)) = check_key(key, value) {
                            self.fault(code, number, field.column, message, remedy);
                            return None;
                        }
                        if key == "ctx" {
                            evidence = parse_evidence(value).unwrap_or_default().into_iter().collect();
                        }
                        keys.push((key, value));
                    }
                    _ => {
                        let message = format!("`{word}` is not key=value");
                        self.fault(
                            FaultCode::NotKeyValue,
                            number,
                            field.column,
                            message,
                            "values contain no blanks; fields are separated by two",
                        );
                        return None;
                    }
                }
            }
        }
        Some((DraftAlias { text: name.text, kind, flags, evidence, fields: Vec::new() }, keys))
    }
}

/// Id and name of `!remove ID  NAME`, whose fields are separated like those of other lines.
pub(crate) fn removed_name(line: &str) -> Option<(&str, &str)> {
    let fields: Vec<&str> = split_fields(line).iter().map(|field| field.text).collect();
    match fields.as_slice() {
        ["!remove", id, name] => Some((id, name)),
        [first, name] => {
            let id = first.strip_prefix("!remove ")?;
            (!id.contains(' ')).then_some((id, name))
        }
        _ => None,
    }
}

/// Checks the keys whose values the program uses; other values are stored unchecked.
fn check_key(key: &str, value: &str) -> Result<(), (FaultCode, String, String)> {
    let number_between = |low: f64, high: f64| value.parse::<f64>().is_ok_and(|number| (low..=high).contains(&number));
    let fault = |what: &str| {
        let (message, remedy) =
            (format!("{key}={value} is not {what}"), format!("write {key}= with {what}, or leave it out"));
        Err((FaultCode::BadNumber, message, remedy))
    };
    match key {
        "lat" if !number_between(-90.0, 90.0) => fault("a latitude between -90 and 90"),
        "lon" if !number_between(-180.0, 180.0) => fault("a longitude between -180 and 180"),
        "pop" if value.parse::<u64>().is_err() => fault("a whole number"),
        "ctx" => parse_evidence(value).map(|_| ()).map_err(|message| {
            let known: Vec<&str> = super::Evidence::WORDS.iter().map(|(word, _)| *word).collect();
            (FaultCode::UnknownEvidence, message, format!("use a comma-separated list of {}", known.join(" ")))
        }),
        _ => Ok(()),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Why a file must not be included, and what to do instead: in a chain of `depth` files, after `n_included` others.
pub(crate) fn include_fault(
    from: &Path,
    path: &Path,
    depth: usize,
    n_included: usize,
) -> Option<(&'static str, &'static str)> {
    let folder = from.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // One that does not exist is reported when it is opened.
    let is_outside = path.canonicalize().is_ok_and(|path| !path.starts_with(canonical(folder)));
    if is_outside {
        Some(("is not below the folder of this file", "move it there, or name it as a layer of its own"))
    } else if depth >= MOST_OPEN {
        Some(("is included by a file that is included, and so on, too often", "include the file in an earlier one"))
    } else if n_included >= MOST_INCLUDED {
        Some(("is one include too many", "include each file once, or join files"))
    } else if path.exists() && !path.is_file() {
        Some(("is not a plain file", "name a .gaz file"))
    } else {
        None
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
