//! Reads `.gaz` files, one layer over another, and gathers every fault on the way.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use super::line::{Field, parse_evidence, parse_flags, split_fields};
use super::{AliasKind, Draft, DraftAlias, Flags, Gazetteer};
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::normalize::fold;

/// Faults shown for one load; a file of another format would give one for each line.
const MAX_SHOWN: usize = 100;

/// Gathers layers; [`Reader::finish`] makes the gazetteer or reports every fault.
#[derive(Default)]
pub(super) struct Reader {
    drafts: BTreeMap<String, Draft>,
    layers: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    /// Faults beyond [`MAX_SHOWN`].
    unshown: usize,
    /// The chain of files being included, to name cycles.
    open: Vec<PathBuf>,
}

/// What `!default` has set in the file being read.
type Defaults = Vec<(String, String)>;

/// One file's view while its lines are read.
struct FileReader<'a> {
    reader: &'a mut Reader,
    path: &'a Path,
    defaults: Defaults,
    /// Line on which this file defined an id.
    defined: HashMap<String, u32>,
    /// The entity that `+` lines belong to; `None` after a faulty entity line, whose aliases are skipped silently.
    current: Option<String>,
    seen_entity: bool,
}

impl Reader {
    pub(super) fn read_builtin(&mut self, layer: &str, files: &[(&'static str, &'static str)]) {
        self.layers.push(layer.to_owned());
        let mut own = Self::default();
        for (name, text) in files {
            own.read_lines(text.as_bytes(), Path::new(name));
        }
        let has = |draft: &Draft| {
            let field = |key: &str| draft.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
            layer != "core" || super::core::belongs(&draft.kind, field)
        };
        self.drafts.extend(own.drafts.into_iter().filter(|(_, draft)| has(draft)));
        self.diagnostics.append(&mut own.diagnostics);
    }

    pub(super) fn read_text(&mut self, text: &str, path: &Path) {
        self.layers.push(file_name(path));
        self.read_lines(text.as_bytes(), path);
    }

    pub(super) fn read_file(&mut self, path: &Path) -> Result<()> {
        let bytes = fs::read(path).map_err(|error| {
            let known = super::builtin_names().join(" and ");
            let not_found = error.kind() == std::io::ErrorKind::NotFound;
            let error = Error::io(path, "read the gazetteer", error);
            if not_found {
                error.with_remedy(format!("give a .gaz file or one of the built-in gazetteers {known}"))
            } else {
                error
            }
        })?;
        self.layers.push(file_name(path));
        self.open.push(canonical(path));
        self.read_lines(&bytes, path);
        self.open.pop();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Gazetteer> {
        if self.diagnostics.is_empty() && self.drafts.is_empty() {
            let layers = self.layers.join(", ");
            return Err(Error::usage(format!(
                "{layers}: the gazetteer holds no entity; add a line such as `x  place.city  Baghdad  -`"
            )));
        }
        if self.unshown > 0
            && let Some(last) = self.diagnostics.last().cloned()
        {
            self.diagnostics.push(Diagnostic {
                message: format!("{} more faults are not shown", self.unshown),
                remedy: "is this a .gaz file at all?".to_owned(),
                ..last
            });
        }
        if !self.diagnostics.is_empty() {
            return Err(Error::gazetteer(self.diagnostics));
        }
        Ok(Gazetteer::assemble(self.drafts.into_values().collect(), self.layers))
    }

    fn read_lines(&mut self, bytes: &[u8], path: &Path) {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut file = FileReader {
            reader: self,
            path,
            defaults: Vec::new(),
            defined: HashMap::new(),
            current: None,
            seen_entity: false,
        };
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let number = index as u32 + 1;
            match std::str::from_utf8(line) {
                Ok(line) => file.read_line(line.strip_suffix('\r').unwrap_or(line), number),
                Err(error) => {
                    let valid = String::from_utf8_lossy(&line[..error.valid_up_to()]);
                    let column = valid.chars().count() as u32 + 1;
                    file.fault(number, column, "the line is not UTF-8", "save the file as UTF-8");
                }
            }
        }
    }
}

impl FileReader<'_> {
    fn fault(&mut self, line: u32, column: u32, message: impl Into<String>, remedy: impl Into<String>) {
        if self.reader.diagnostics.len() >= MAX_SHOWN {
            self.reader.unshown += 1;
            return;
        }
        self.reader.diagnostics.push(Diagnostic {
            path: self.path.to_owned(),
            line,
            column,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn read_line(&mut self, line: &str, number: u32) {
        if line.starts_with('#') || line.trim().is_empty() {
            return;
        }
        if let Some(at) = line.find('\0') {
            let column = line[..at].chars().count() as u32 + 1;
            self.fault(number, column, "the line holds a NUL byte", "is this a text file?");
            return;
        }
        let fields = split_fields(line);
        match fields[0].text {
            word if word.starts_with('!') => self.read_directive(line.trim(), fields[0], number),
            "+" => self.read_alias(&fields, number),
            _ => self.read_entity(&fields, number),
        }
    }

    fn read_directive(&mut self, line: &str, field: Field<'_>, number: u32) {
        let mut words = line.split_whitespace();
        let directive = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
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
                            self.fault(number, field.column, message, "write !default src=mine lang=en");
                        }
                    }
                }
            }
            "!include" => {
                let target = line["!include".len()..].trim();
                self.include(target, field, number);
            }
            "!remove" | "!extend" if rest.len() != 1 => {
                let message = format!("{directive} needs one entity id, {} given", rest.len());
                self.fault(number, field.column, message, format!("write {directive} ID"));
                self.current = None;
            }
            "!remove" => {
                self.current = None;
                if self.reader.drafts.remove(rest[0]).is_none() {
                    let message = format!("there is no entity `{}` to remove", rest[0]);
                    self.fault(number, field.column, message, "load the layer that defines it before this one");
                }
            }
            "!extend" => {
                self.seen_entity = true;
                if self.reader.drafts.contains_key(rest[0]) {
                    self.current = Some(rest[0].to_owned());
                } else {
                    self.current = None;
                    let message = format!("there is no entity `{}` to extend", rest[0]);
                    self.fault(number, field.column, message, "load the layer that defines it before this one");
                }
            }
            _ => {
                let message = format!("unknown directive `{directive}`");
                self.fault(number, field.column, message, "use !default, !include, !extend or !remove");
            }
        }
    }

    fn include(&mut self, target: &str, field: Field<'_>, number: u32) {
        if target.is_empty() {
            self.fault(number, field.column, "!include names no file", "write !include other.gaz");
            return;
        }
        let path = self.path.parent().unwrap_or(Path::new("")).join(target);
        let identity = canonical(&path);
        if self.reader.open.contains(&identity) {
            let message = format!("`{target}` includes itself");
            self.fault(number, field.column, message, "remove one !include of the circle");
            return;
        }
        match fs::read(&path) {
            Ok(bytes) => {
                self.reader.open.push(identity);
                self.reader.read_lines(&bytes, &path);
                self.reader.open.pop();
            }
            Err(error) => {
                let message = format!("cannot read the included file `{}`: {error}", path.display());
                self.fault(number, field.column, message, "paths are relative to the including file");
            }
        }
    }

    fn read_entity(&mut self, fields: &[Field<'_>], number: u32) {
        self.seen_entity = true;
        self.current = None;
        let id = fields[0];
        if fields.len() < 3 {
            let message = format!("an entity line needs id, kind and name; {} fields found", fields.len());
            let remedy = "separate fields by a tab or by two or more blanks";
            self.fault(number, id.column, message, remedy);
            return;
        }
        let kind = fields[1];
        if kind.text.contains('=') || kind.text.contains(' ') {
            let message = format!("`{}` is no kind", kind.text);
            self.fault(number, kind.column, message, "write a dotted kind such as place.city or org.media");
            return;
        }
        if let Some(first) = self.defined.get(id.text) {
            let message = format!("the id `{}` is already defined on line {first}", id.text);
            self.fault(number, id.column, message, "give it another id, or make this line an alias with `+`");
            return;
        }
        self.defined.insert(id.text.to_owned(), number);
        let Some((alias, mut keys)) = self.read_name(fields, AliasKind::Name, number) else { return };
        for (key, value) in &self.defaults {
            if !keys.iter().any(|(name, _)| name == key) {
                keys.push((key.clone(), value.clone()));
            }
        }
        let draft = Draft {
            id: id.text.to_owned(),
            kind: kind.text.to_owned(),
            name: alias.text.clone(),
            fields: keys,
            aliases: vec![alias],
        };
        self.reader.drafts.insert(draft.id.clone(), draft);
        self.current = Some(id.text.to_owned());
    }

    fn read_alias(&mut self, fields: &[Field<'_>], number: u32) {
        let Some(entity) = self.current.clone() else {
            if !self.seen_entity {
                let remedy = "begin with an entity line: id, kind, name, flags";
                self.fault(number, fields[0].column, "an alias line before any entity", remedy);
            }
            return;
        };
        if fields.len() < 3 {
            let message = format!("an alias line needs `+`, kind and name; {} fields found", fields.len());
            self.fault(number, fields[0].column, message, "separate fields by a tab or by two or more blanks");
            return;
        }
        let Some((_, kind)) = AliasKind::WORDS.iter().find(|(word, _)| *word == fields[1].text) else {
            let message = format!("unknown kind of alias `{}`", fields[1].text);
            let known: Vec<&str> = AliasKind::WORDS.iter().map(|(word, _)| *word).collect();
            self.fault(number, fields[1].column, message, format!("use one of {}", known.join(" ")));
            return;
        };
        if let Some((alias, _)) = self.read_name(fields, *kind, number)
            && let Some(draft) = self.reader.drafts.get_mut(&entity)
        {
            draft.aliases.push(alias);
        }
    }

    /// Name, flags and keys from the third field on; `None` after a fault.
    fn read_name(&mut self, fields: &[Field<'_>], kind: AliasKind, number: u32) -> Option<(DraftAlias, Defaults)> {
        let name = fields[2];
        if fold(name.text).trim().is_empty() {
            self.fault(number, name.column, format!("the name {:?} has no letter to match", name.text), "write a name");
            return None;
        }
        let flags = match fields.get(3) {
            None => Flags::default(),
            Some(field) => match parse_flags(field.text) {
                Ok(flags) => flags,
                Err(message) => {
                    let remedy = if field.text.contains('=') {
                        "write `-` in the fourth field when a name has no flags"
                    } else {
                        "use a comma list of exact title any, hyphen- open, weak, comma, nofold, stop, or `-`"
                    };
                    self.fault(number, field.column, message, remedy);
                    return None;
                }
            },
        };
        let mut keys = Vec::new();
        let mut evidence = Vec::new();
        // Keys may stand in one field, separated by single blanks, or in several.
        for field in fields.iter().skip(4) {
            for word in field.text.split(' ') {
                match word.split_once('=') {
                    Some((key, value)) if !key.is_empty() => {
                        if let Err((message, remedy)) = check_key(key, value) {
                            self.fault(number, field.column, message, remedy);
                            return None;
                        }
                        if key == "ctx" {
                            evidence = parse_evidence(value).unwrap_or_default();
                        }
                        keys.push((key.to_owned(), value.to_owned()));
                    }
                    _ => {
                        let message = format!("`{word}` is not key=value");
                        self.fault(number, field.column, message, "values hold no blanks; names are separated by two");
                        return None;
                    }
                }
            }
        }
        Some((DraftAlias { text: name.text.to_owned(), kind, flags, evidence }, keys))
    }
}

/// The keys whose values are read by the program; others are kept as they are.
fn check_key(key: &str, value: &str) -> Result<(), (String, String)> {
    let number_between = |low: f64, high: f64| value.parse::<f64>().is_ok_and(|number| (low..=high).contains(&number));
    let fault = |what: &str| {
        Err((format!("{key}={value} is not {what}"), format!("write {key}= with {what}, or leave it out")))
    };
    match key {
        "lat" if !number_between(-90.0, 90.0) => fault("a latitude between -90 and 90"),
        "lon" if !number_between(-180.0, 180.0) => fault("a longitude between -180 and 180"),
        "pop" if value.parse::<u64>().is_err() => fault("a whole number"),
        "ctx" => parse_evidence(value).map(|_| ()).map_err(|message| {
            let known: Vec<&str> = super::Evidence::WORDS.iter().map(|(word, _)| *word).collect();
            (message, format!("use a comma list of {}", known.join(" ")))
        }),
        _ => Ok(()),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
