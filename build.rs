//! Compiles the built-in gazetteers from their text layers, with the library's own code, so that a program starts without
//! reading or building anything.

#![allow(dead_code, unused_imports, unreachable_pub, missing_docs)]

use std::path::Path;

#[path = "src/diagnostics.rs"]
mod diagnostics;
#[path = "src/error.rs"]
mod error;
/// The room without what reads compressed files.
#[path = "src/files"]
mod files {
    mod disk;
    mod hash;
    mod sort;
    mod staged;
    pub(crate) mod wire;

    pub(crate) use disk::{File, Writer, create_directories, remove_file, temporary_failed};
    pub(crate) use hash::{FileSummary, Hashing};
    pub(crate) use sort::{DEFAULT_BUDGET, Sorted, Sorter};
    pub(crate) use staged::{AtomicFile, FileSort};
}
#[path = "src/gazetteer/mod.rs"]
mod gazetteer;
#[path = "src/hash.rs"]
mod hash;
#[path = "src/ids.rs"]
mod ids;
#[path = "src/matcher/mod.rs"]
mod matcher;
#[path = "src/normalize.rs"]
mod normalize;
#[path = "src/span.rs"]
mod span;

pub use error::{Error, ErrorKind, Result};
pub use gazetteer::Gazetteer;
pub use matcher::{Engine, Matcher, MatcherBuilder, MatcherScratch, Matches, Overlap};

/// What is built in while the built-in gazetteers are being made: nothing.
mod builtin {
    pub const DATA_DATE: &str = "";

    pub fn builtin_names() -> &'static [&'static str] {
        &[]
    }

    pub(crate) fn image(_: &str) -> Option<&'static [u8]> {
        None
    }
}

/// The layers of `world`, in no particular order: ids are unique across them.
const LAYERS: [&str; 16] = [
    "countries.gaz",
    "regions.gaz",
    "admin1.gaz",
    "cities.gaz",
    "generated-admin1.gaz",
    "generated-cities.gaz",
    "generated-counties.gaz",
    "organisations-international.gaz",
    "organisations-governments.gaz",
    "organisations-political.gaz",
    "organisations-media.gaz",
    "organisations-society.gaz",
    "organisations-companies.gaz",
    "organisations-regional.gaz",
    "organisations-sports.gaz",
    "titles.gaz",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/files");
    println!("cargo::rerun-if-changed=src/gazetteer");
    println!("cargo::rerun-if-changed=src/matcher");
    println!("cargo::rerun-if-changed=src/normalize.rs");
    if let Err(error) = build() {
        // Faults of the layers, one a line, as the program would report them.
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn build() -> Result<()> {
    let folder = Path::new("src/gazetteer/builtin");
    let texts = LAYERS.map(|name| {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.to_string_lossy().into_owned(), text)
    });
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let world = Gazetteer::from_texts("world", &texts)?;
    let core = world.filtered("core", gazetteer::in_core)?;
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    // `towns` is laid over `world`, which compiles both anew: it needs no tables of its own.
    let path = folder.join("generated-towns.gaz");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Gazetteer::from_texts("towns", &[(&path.to_string_lossy(), &text)])?
        .save(Path::new(&out).join("towns.dlz"), true)?;
    for (name, gazetteer) in [("world.dlz", world), ("core.dlz", core)] {
        matcher::compile(&gazetteer, &Default::default())?.save(Path::new(&out).join(name), true)?;
    }
    Ok(())
}
