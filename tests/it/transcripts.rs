//! The Markdown transcripts of `tests/cmd` and of the README: what they show is what happens.
//!
//! `TRYCMD=overwrite cargo test --test it transcripts` writes what happens now; look at the difference before you keep it.

use std::fs;
use std::path::Path;

use crate::support::{copy_tree, corpus};

fn cases() -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases.register_bin("dateline", Path::new(env!("CARGO_BIN_EXE_dateline")));
    cases.env("NO_COLOR", "1");
    // Not a person's own: the folder of this test run.
    cases.env("DATELINE_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    cases
}

#[test]
fn transcripts() {
    cases().case("tests/cmd/*.md").case("tests/cmd/*.toml");
}

/// The README runs in a copy of the repository that holds the sample corpus alone, so that it leaves nothing behind.
#[test]
fn readme() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    if !readme.exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::copy(readme, folder.path().join("README.md")).unwrap();
    copy_tree(&corpus(""), &folder.path().join("README.in/corpus"));
    // Its presence makes the commands run in a folder of their own.
    fs::create_dir(folder.path().join("README.out")).unwrap();
    cases().case(folder.path().join("README.md"));
}
