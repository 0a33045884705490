//! Words and keywords of Python as settings of the library.

use std::path::PathBuf;

use dateline::archive::{Preset, Selection, days_of};
use dateline::{ArchiveOptions, FieldMap};
use pyo3::prelude::*;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer;
use serde::de::value::Error as WordError;

use crate::errors;

/// The setting that a word names; the words are those of the command line.
pub(crate) fn word<T: DeserializeOwned>(py: Python<'_>, argument: &str, word: &str) -> PyResult<T> {
    let found: Result<T, WordError> = T::deserialize(word.into_deserializer());
    found.map_err(|error| {
        let said = error.to_string();
        let words = said.split_once("expected ").map_or("a word that the documentation lists", |(_, words)| words);
        errors::usage(py, format!("{argument}={word:?} is not known"), &format!("use {}", words.replace('`', "\"")))
    })
}

/// How records are read: which fields or columns are which, what is kept, and which documents are wanted.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Reading {
    pub(crate) id: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) source: Option<String>,
    keep: Vec<String>,
    since: Option<String>,
    until: Option<String>,
    languages: Vec<String>,
    input_format: Option<String>,
    include_files: Vec<String>,
    exclude_files: Vec<String>,
    follow_links: bool,
    include_members: Vec<String>,
    exclude_members: Vec<String>,
    split_on: Option<String>,
    header_lines: bool,
    text_is: String,
    preset: Option<String>,
}

impl Reading {
    pub(crate) fn options(self, py: Python<'_>) -> PyResult<ArchiveOptions> {
        let day = |argument: &str, day: Option<String>, last: bool| match day {
            None => Ok(None),
            Some(day) => match days_of(&day) {
                Some(days) => Ok(Some(if last { *days.end() } else { *days.start() })),
                None => Err(errors::usage(
                    py,
                    format!("{argument}={day:?} is not a day, month or year"),
                    "write it as 2024-03-05, 2024-03 or 2024",
                )),
            },
        };
        let select = Selection {
            since: day("since", self.since, false)?,
            until: day("until", self.until, true)?,
            languages: self.languages,
        };
        let Self { id, title, text, date, source, keep, include_files, exclude_files, .. } = self;
        let Self { follow_links, include_members, exclude_members, split_on, header_lines, .. } = self;
        let text_is = word(py, "text_is", &self.text_is)?;
        let preset = match &self.preset {
            None => None,
            Some(name) => Some(Preset::ALL.iter().find(|preset| preset.name == name).ok_or_else(|| {
                let names: Vec<&str> = Preset::ALL.iter().map(|preset| preset.name).collect();
                errors::usage(py, format!("preset={name:?} is not known"), &format!("use one of {}", names.join(", ")))
            })?),
        };
        let input_format = match &self.input_format {
            Some(format) => word(py, "input_format", format)?,
            None => Default::default(),
        };
        let fields = FieldMap { id, title, text, date, source };
        let options = ArchiveOptions {
            input_format,
            fields,
            include_files,
            exclude_files,
            follow_links,
            include_members,
            exclude_members,
            split_on,
            header_lines,
            keep,
            select,
            text_is,
            ..ArchiveOptions::default()
        };
        Ok(match preset {
            Some(preset) => preset.fill(options),
            None => options,
        })
    }
}

/// How a run is written.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Writing {
    pub(crate) out: PathBuf,
    pub(crate) mentions: bool,
    pub(crate) force: bool,
    pub(crate) threads: usize,
    pub(crate) checkpoint: u64,
    pub(crate) is_part: bool,
    pub(crate) round_ups: String,
    pub(crate) memory: Option<u64>,
}
