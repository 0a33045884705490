//! Gazetteers with the matcher's tables beside them, and a cache of them on the disk.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::index::{self, NameIndex};
use crate::error::{Error, Result};
use crate::files;
use crate::gazetteer::image::{ImageWriter, Section, Tag};
use crate::gazetteer::{Gazetteer, LoadOptions};
use crate::hash::hex;

/// Compiled gazetteers kept in a cache; the least recently written go first.
const KEPT: usize = 16;

/// The section that says what a file of the cache was compiled from: the key of [`cache_key`]. Only files of a cache have it.
const COMPILED_FROM: Tag = *b"FROM";

/// The gazetteer with the tables of its names beside it; of `options`, only the progress matters. [`Gazetteer::save`] writes both, and nothing is built when the file
/// is opened again.
///
/// ```
/// use dateline::gazetteer::LoadOptions;
/// use dateline::{Gazetteer, Matcher, compile};
/// let folder = std::env::temp_dir().join("dateline-example-compile");
/// std::fs::create_dir_all(&folder).unwrap();
/// let path = folder.join("yorks.dlz").to_str().unwrap().to_owned();
/// compile(&Gazetteer::from_names(["York", "New York"])?, &LoadOptions::default())?.save(&path, true)?;
/// let matcher = Matcher::new(&Gazetteer::load([&path])?)?;
/// assert_eq!(matcher.surface_forms("in New York"), ["New York"]);
/// # std::fs::remove_dir_all(folder).unwrap();
/// # Ok::<(), dateline::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the names do not fit the tables,
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if a temporary file cannot be written.
///
/// # Complexity
///
/// Sorts the folded names, in bounded memory.
pub fn compile(gazetteer: &Gazetteer, options: &LoadOptions<'_>) -> Result<Gazetteer> {
    Gazetteer::from_image(with_tables(gazetteer, options)?.finish()?).map_err(Error::usage)
}

/// The file that saving what [`compile`] makes would write, without making it first.
///
/// # Errors
///
/// Like [`compile`] and [`Gazetteer::save`], which explains `force`.
///
/// # Complexity
///
/// Sorts the folded names, in bounded memory.
pub fn compile_to(gazetteer: &Gazetteer, options: &LoadOptions<'_>, path: impl AsRef<Path>, force: bool) -> Result<()> {
    with_tables(gazetteer, options)?.save(path.as_ref(), force)
}

/// The sections of a gazetteer and the tables of its names.
fn with_tables(gazetteer: &Gazetteer, options: &LoadOptions<'_>) -> Result<ImageWriter> {
    let mut writer = ImageWriter::default();
    writer.copy_all(gazetteer.image());
    index::build(gazetteer, options, &mut writer)?;
    Ok(writer)
}

/// Like [`Gazetteer::load_with`], but what had to be compiled is kept in the folder `cache` and taken from there the next
/// time, as long as no layer has changed.
///
/// The cache never changes a result: a file in it holds the hash of its layers and is checked like any other, so what was put in its
/// place is not believed. A cache that cannot be read or written costs time, not the run.
///
/// # Errors
///
/// As [`Gazetteer::load_with`].
pub fn load_cached<S: AsRef<str>>(layers: &[S], options: &LoadOptions<'_>, cache: &Path) -> Result<Gazetteer> {
    let Some(key) = cache_key(layers, options) else { return Gazetteer::load_with(layers, options) };
    let path = cache.join(format!("{key}.dlz"));
    if let Ok(gazetteer) = Gazetteer::open(&path)
        && compiled_from(&gazetteer) == Some(key.as_bytes())
        && NameIndex::is_ready(&gazetteer)
        && gazetteer.has_current_sources()
    {
        return Ok(gazetteer);
    }
    let mut writer = with_tables(&Gazetteer::load_with(layers, options)?, options)?;
    writer.add(Section::of(COMPILED_FROM, key.into_bytes()));
    let gazetteer = Gazetteer::from_image(writer.finish()?).map_err(Error::usage)?;
    // What is there is damaged or of another time, and as a damaged file it would not be replaced.
    let _ = files::remove_file(&path);
    if files::create_directories(cache).is_ok() && gazetteer.save(&path, false).is_ok() {
        forget_old(cache);
    }
    Ok(gazetteer)
}

/// What a file of a cache says that it was compiled from. Its name alone says nothing: another file may have been put in its place.
fn compiled_from(gazetteer: &Gazetteer) -> Option<&[u8]> {
    gazetteer.image().section(COMPILED_FROM).map(|range| &gazetteer.image().bytes()[range])
}

/// A hash of what is compiled, or `None` if there is nothing to compile or a layer cannot be read.
fn cache_key<S: AsRef<str>>(layers: &[S], options: &LoadOptions<'_>) -> Option<String> {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(env!("CARGO_PKG_VERSION"));
    options.without.iter().for_each(|source| add(source));
    let mut compiled = 0;
    for layer in layers {
        let layer = layer.as_ref();
        add(layer);
        match Gazetteer::layer_fingerprint(layer).ok()? {
            (fingerprint, true) => {
                compiled += 1;
                add(&fingerprint);
            }
            (hash_of_text, false) => add(&hash_of_text),
        }
    }
    let ready = layers.len() == 1 && compiled == 1 && options.without.is_empty();
    (!ready).then(|| hex(&hash.finalize()))
}

/// Keeps the newest files of a cache. What cannot be removed stays.
fn forget_old(cache: &Path) {
    let Ok(entries) = fs::read_dir(cache) else { return };
    let mut files: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "dlz"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    for (_, path) in files.iter().rev().skip(KEPT) {
        let _ = files::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiling_to_a_file_writes_what_saving_would() {
        let folder = tempfile::tempdir().unwrap();
        let [at_once, saved] = ["at_once.dlz", "saved.dlz"].map(|name| folder.path().join(name));
        let gazetteer = Gazetteer::from_names(["York", "New York", "Yahoo!", "São Paulo"]).unwrap();
        compile_to(&gazetteer, &LoadOptions::default(), &at_once, false).unwrap();
        compile(&gazetteer, &LoadOptions::default()).unwrap().save(&saved, false).unwrap();
        assert_eq!(fs::read(&at_once).unwrap(), fs::read(saved).unwrap());
        assert!(NameIndex::is_ready(&Gazetteer::open(at_once).unwrap()));
        let nowhere = folder.path().join("none").join("x.dlz");
        let error = compile_to(&gazetteer, &LoadOptions::default(), &nowhere, false).unwrap_err();
        assert!(error.to_string().contains("is not an existing directory"), "{error}");
    }

    #[test]
    fn a_cached_gazetteer_is_the_one_its_sources_make() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let cache = folder.path().join("cache");
        let names = || fs::read_dir(&cache).map_or(0, Iterator::count);
        fs::write(path("part.gaz"), "b  place  Beta  -\n").unwrap();
        fs::write(path("whole.gaz"), "!include part.gaz\na  place  Alpha  -  src=x\n").unwrap();
        let load = |without: &[&str]| {
            let without = without.iter().map(|&source| source.to_owned()).collect();
            let options = LoadOptions { without, ..LoadOptions::default() };
            load_cached(&[path("whole.gaz")], &options, &cache).unwrap()
        };
        let first = load(&[]);
        assert_eq!((first.n_entities(), names()), (2, 1));
        assert_eq!(load(&[]).fingerprint(), first.fingerprint());
        assert_eq!((load(&["x"]).n_entities(), names()), (1, 2));
        // An included file is noticed though the key does not know it.
        fs::write(path("part.gaz"), "b  place  Bravo  -\n").unwrap();
        assert_ne!(load(&[]).fingerprint(), first.fingerprint());
        assert_eq!(names(), 2);
        // A whole file with the content of another gazetteer, in the place of each.
        fs::write(path("other.gaz"), "c  place  Gamma  -\n").unwrap();
        let other = folder.path().join("other");
        load_cached(&[path("other.gaz")], &LoadOptions::default(), &other).unwrap();
        let other = fs::read_dir(other).unwrap().next().unwrap().unwrap().path();
        let compiled = folder.path().join("compiled.dlz");
        let text = Gazetteer::load([path("other.gaz")]).unwrap();
        compile_to(&text, &LoadOptions::default(), &compiled, false).unwrap();
        for poison in [other, compiled] {
            for entry in fs::read_dir(&cache).unwrap() {
                fs::copy(&poison, entry.unwrap().path()).unwrap();
            }
            assert!(load(&[]).find("a").is_some() && load(&["x"]).find("a").is_none());
            assert!(load(&[]).find("c").is_none() && load(&["x"]).find("c").is_none());
        }
        // Damage in the cache costs time only.
        for entry in fs::read_dir(&cache).unwrap() {
            fs::write(entry.unwrap().path(), b"rubbish").unwrap();
        }
        assert_eq!(load(&[]).n_entities(), 2);
        assert!(load_cached(&[path("none.gaz")], &LoadOptions::default(), &cache).is_err());
    }
}
