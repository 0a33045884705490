//! Directories that appear whole or not at all.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use tempfile::TempDir;

use crate::error::{Error, Result};

/// What tells a finished directory of one sort: a JSON file with its `format` and, by name, the other `files`.
#[derive(Debug)]
pub(crate) struct Marker {
    /// Name of the file.
    pub(crate) file: &'static str,
    /// What its `format` says.
    pub(crate) format: &'static str,
    /// What people call such a directory.
    pub(crate) noun: &'static str,
}

/// A directory being filled under a temporary name beside its final place.
///
/// The final name appears with [`place`](Self::place), by one rename of a complete directory. Dropping it before removes
/// what was written.
#[derive(Debug)]
pub(crate) struct StagedDirectory {
    out: PathBuf,
    parent: PathBuf,
    force: bool,
    marker: &'static Marker,
    directory: TempDir,
}

impl StagedDirectory {
    /// Begins a directory that will stand at `out`.
    ///
    /// With `force` an empty directory or an earlier one of its sort may stand there already; it is kept until the new one is
    /// complete. Nothing else is ever replaced, nor one beside whose files somebody put others.
    pub(crate) fn create(out: &Path, force: bool, marker: &'static Marker) -> Result<Self> {
        let (parent, name) = parent_and_name(out)?;
        check_replaceable(out, force, marker)?;
        let directory = temporary_directory(&parent, name, ".partial")?;
        // Without a trailing slash or dot, which would make `rename` insist on an existing directory.
        let out = out.parent().map_or_else(|| PathBuf::from(name), |parent| parent.join(name));
        Ok(Self { out, parent, force, marker, directory })
    }

    /// Where the directory will stand.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// Where it stands for now.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Gives the directory, all of whose files are on the disk, its final name.
    pub(crate) fn place(self) -> Result<PathBuf> {
        let noun = self.marker.noun;
        sync_directory(self.directory.path(), "write")?;
        let replaced = match check_replaceable(&self.out, self.force, self.marker)? {
            Standing::Nothing => None,
            Standing::Replaceable => Some(self.move_aside()?),
        };
        let renamed = fs::rename(self.directory.path(), &self.out);
        if let Err(error) = renamed {
            if let Some(aside) = replaced {
                // Best effort: if even this fails, the earlier one is safe where it is.
                match fs::rename(earlier(&aside), &self.out) {
                    Ok(()) => drop(aside.close()),
                    Err(_) => drop(aside.keep()),
                }
            }
            return Err(Error::io(self.out, &format!("give the {noun} its final name"), error));
        }
        let _renamed_away = self.directory.keep();
        sync_directory(&self.parent, &format!("write the name of the new {noun}, which is complete, in"))?;
        if let Some(aside) = replaced {
            let path = aside.path().to_path_buf();
            aside.close().map_err(|error| {
                Error::io(path, &format!("remove the earlier {noun} (the new one is complete)"), error)
            })?;
        }
        Ok(self.out)
    }

    /// Moves what stands at the final name into a new directory beside it.
    fn move_aside(&self) -> Result<TempDir> {
        let name = self.out.file_name().expect("checked when the directory was begun");
        let aside = temporary_directory(&self.parent, name, ".replaced")?;
        fs::rename(&self.out, earlier(&aside)).map_err(|error| Error::io(&self.out, "replace", error))?;
        Ok(aside)
    }
}

/// Where `out` is to stand and under which name, if there is such a place.
pub(crate) fn parent_and_name(out: &Path) -> Result<(PathBuf, &OsStr)> {
    let Some(name) = out.file_name() else {
        return Err(Error::usage("not a name for something new").at(out).with_remedy("choose one with --out"));
    };
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    if !parent.is_dir() {
        let message = format!("{} is not an existing directory", parent.display());
        return Err(Error::usage(message).at(out).with_remedy("create it first or choose another name with --out"));
    }
    Ok((parent, name))
}

/// Where the earlier directory stands within the one it was moved aside to.
fn earlier(aside: &TempDir) -> PathBuf {
    aside.path().join("earlier")
}

/// What is at the final name.
enum Standing {
    Nothing,
    Replaceable,
}

/// Whether a directory may take the name `out`.
fn check_replaceable(out: &Path, force: bool, marker: &Marker) -> Result<Standing> {
    let refuse = |message: &str| {
        Err(Error::usage(message).at(out).with_remedy("remove it yourself or choose another name with --out"))
    };
    let metadata = match fs::symlink_metadata(out) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Standing::Nothing),
        Err(error) => return Err(Error::io(out, "look at", error)),
    };
    if !force {
        let error = Error::usage("it exists already").at(out);
        let remedy = format!("choose another name with --out, or add --force to replace an earlier {}", marker.noun);
        return Err(error.with_remedy(remedy));
    }
    if !metadata.is_dir() {
        return refuse("it exists already and is not a directory");
    }
    let entries = list(out)?;
    if entries.is_empty() {
        return Ok(Standing::Replaceable);
    }
    let noun = marker.noun;
    let Some(marked) = fs::read(out.join(marker.file)).ok().and_then(|json| Marked::read(&json, marker)) else {
        return refuse(&format!(
            "it exists already and is not {} {noun}, so --force does not replace it",
            article(noun)
        ));
    };
    let is_known =
        |name: &OsString| name.to_str().is_some_and(|name| name == marker.file || marked.files.contains_key(name));
    match entries.iter().find(|(name, is_file)| !is_file || !is_known(name)) {
        Some((name, _)) => {
            let name = name.display();
            refuse(&format!("it holds {name}, which is not part of the {noun}, so --force does not replace it"))
        }
        None => Ok(Standing::Replaceable),
    }
}

/// What of a marker tells the files of its directory, also of a damaged or newer one.
#[derive(Deserialize)]
struct Marked {
    format: String,
    files: BTreeMap<String, IgnoredAny>,
}

impl Marked {
    fn read(json: &[u8], marker: &Marker) -> Option<Self> {
        serde_json::from_slice(json).ok().filter(|marked: &Self| marked.format == marker.format)
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The names in a directory, sorted, and whether each is a plain file.
pub(super) fn list(directory: &Path) -> Result<Vec<(OsString, bool)>> {
    let read = || -> std::io::Result<_> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            entries.push((entry.file_name(), entry.file_type()?.is_file()));
        }
        entries.sort();
        Ok(entries)
    };
    read().map_err(|error| Error::io(directory, "list", error))
}

fn temporary_directory(parent: &Path, name: &OsStr, suffix: &str) -> Result<TempDir> {
    let mut prefix = OsString::from(".");
    // A name may be as long as the system allows; with more around it, it must not become longer.
    prefix.push(if name.len() <= 200 { name } else { OsStr::new("out") });
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(suffix);
    // What any other new directory has; the default is for secrets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(parent).map_err(|error| Error::io(parent, "create a directory in", error))
}

/// Forces the names in a directory to the disk, where the system has that.
pub(crate) fn sync_directory(path: &Path, action: &str) -> Result<()> {
    if cfg!(unix) {
        File::open(path).and_then(|file| file.sync_all()).map_err(|error| Error::io(path, action, error))?;
    }
    Ok(())
}
