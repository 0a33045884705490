//! The settings of a run: everything that changes its results but the inputs and the gazetteer.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::archive::{ArchiveOptions, FieldMap, InputFormat, Selection, TextIs, date_of, days_of};
use crate::cooccurrence::RoundUps;
use crate::matcher::Overlap;
use crate::resolve::Profile;
use crate::segment::{Furniture, Section};

/// The settings of a run, word for word as its manifest stores them.
///
/// Two runs can be compared or merged if their settings do not [differ](Self::difference). Threads, engines and batch sizes
/// change no result and are not among them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RunSettings {
    /// The labelling convention.
    pub profile: Profile,
    /// Which of overlapping names are kept.
    pub overlap: Overlap,
    /// Where two entities must both be to count as together.
    pub context: Context,
    /// How often a context counts in which they are more than once.
    pub counting: Counting,
    /// Which pairs count in a context with very many entities.
    pub round_ups: RoundUps,
    /// What becomes of mentions in page furniture.
    pub furniture: Furniture,
    /// Sections whose mentions are not counted.
    pub exclude: Vec<Section>,
    /// Lines of at least so many documents are taken for page furniture.
    pub recurring_lines: Option<u32>,
    /// Sources whose names were left out of the gazetteer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Rules that were left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_rules: Vec<String>,
    /// How the inputs were read; absent if the documents came from a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<InputSettings>,
}

/// How the inputs of a run were read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct InputSettings {
    /// What the files were taken for.
    pub format: InputFormat,
    /// Which fields of a record are which; null where the usual names were looked for.
    pub fields: FieldMap,
    /// Fields that are kept; documents' values point here by row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    /// The first day of the documents that were wanted, as an ISO date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The last day of the documents that were wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The languages of the documents that were wanted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// What texts and titles are written in; absent if they are plain.
    #[serde(skip_serializing_if = "TextIs::is_plain")]
    pub text_is: TextIs,
    /// Globs of the members of containers that were read; absent if all were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include_members: Vec<String>,
    /// Globs of the members of containers that were not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_members: Vec<String>,
    /// What separates the articles of a plain text file; absent if a file is one article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_on: Option<String>,
    /// Whether header lines of plain texts were read as fields; absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub header_lines: bool,
    /// The longest record that is read, in bytes.
    pub max_record: u64,
}

/// Where two entities must both be mentioned to count as together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Context {
    /// In one document.
    #[default]
    Document,
}

/// How often two entities count that are together more than once in a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Counting {
    /// Once.
    #[default]
    Boolean,
}

/// One setting that two runs do not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsDifference {
    /// Its name in the manifest, with dots: `input.fields.text`.
    pub field: String,
    /// Its value here, as JSON.
    pub ours: String,
    /// Its value there, as JSON.
    pub theirs: String,
}

impl From<&ArchiveOptions> for InputSettings {
    fn from(options: &ArchiveOptions) -> Self {
        // Which files were read is in the list of inputs.
        let ArchiveOptions { input_format, fields, keep, select, text_is, max_record, .. } = options;
        let ArchiveOptions { include_members, exclude_members, split_on, header_lines, .. } = options;
        Self {
            format: *input_format,
            fields: fields.clone(),
            keep: keep.clone(),
            since: select.since.map(date_of),
            until: select.until.map(date_of),
            languages: select.languages.clone(),
            text_is: *text_is,
            include_members: include_members.clone(),
            exclude_members: exclude_members.clone(),
            split_on: split_on.clone(),
            header_lines: *header_lines,
            max_record: *max_record as u64,
        }
    }
}

impl From<&InputSettings> for ArchiveOptions {
    /// The options with which inputs are read as those of the run were.
    fn from(settings: &InputSettings) -> Self {
        let InputSettings { format, fields, keep, since, until, languages, text_is, max_record, .. } = settings;
        let InputSettings { include_members, exclude_members, split_on, header_lines, .. } = settings;
        let days = |date: &Option<String>| date.as_deref().and_then(days_of);
        let select = Selection {
            since: days(since).map(|days| *days.start()),
            until: days(until).map(|days| *days.end()),
            languages: languages.clone(),
        };
        Self {
            input_format: *format,
            fields: fields.clone(),
            keep: keep.clone(),
            select,
            text_is: *text_is,
            include_members: include_members.clone(),
            exclude_members: exclude_members.clone(),
            split_on: split_on.clone(),
            header_lines: *header_lines,
            max_record: usize::try_from(*max_record).unwrap_or(usize::MAX),
            ..Self::default()
        }
    }
}

impl RunSettings {
    /// The first setting, in the order of the manifest, in which the two differ.
    ///
    /// ```
    /// use dateline::Profile;
    /// use dateline::store::RunSettings;
    /// let ours = RunSettings::default();
    /// let mut theirs = ours.clone();
    /// assert_eq!(ours.difference(&theirs), None);
    /// theirs.profile = Profile::Wide;
    /// let difference = ours.difference(&theirs).unwrap();
    /// assert_eq!((&*difference.field, &*difference.ours, &*difference.theirs), ("profile", "\"strict\"", "\"wide\""));
    /// ```
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<SettingsDifference> {
        let json = |settings: &Self| serde_json::to_value(settings).expect("settings have string keys only");
        first_difference("", &json(self), &json(other))
    }
}

pub(super) fn first_difference(name: &str, ours: &Value, theirs: &Value) -> Option<SettingsDifference> {
    if let (Value::Object(a), Value::Object(b)) = (ours, theirs) {
        let only_there = b.keys().filter(|key| !a.contains_key(*key));
        let mut keys = a.keys().chain(only_there);
        return keys.find_map(|key| {
            let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
            let value = |of: &serde_json::Map<String, Value>| of.get(key).cloned().unwrap_or(Value::Null);
            first_difference(&name, &value(a), &value(b))
        });
    }
    (ours != theirs).then(|| SettingsDifference {
        field: name.to_owned(),
        ours: ours.to_string(),
        theirs: theirs.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a manifest says of the inputs is enough to read them again in the same way.
    #[test]
    fn the_options_of_a_run_come_back() {
        let options = ArchiveOptions {
            input_format: InputFormat::Csv,
            fields: FieldMap { text: Some("lede".to_owned()), ..FieldMap::default() },
            keep: vec!["section".to_owned()],
            select: Selection { since: Some(-3), until: Some(20_000), languages: vec!["en".to_owned()] },
            text_is: TextIs::Html,
            include_members: vec!["*.txt".to_owned()],
            exclude_members: vec!["drafts/".to_owned()],
            split_on: Some("-----".to_owned()),
            header_lines: true,
            max_record: 7,
            ..ArchiveOptions::default()
        };
        assert_eq!(ArchiveOptions::from(&InputSettings::from(&options)), options);
    }

    /// Every setting is found in which two runs differ, by its own name.
    #[test]
    fn each_field_is_named() {
        let base = RunSettings { input: Some(InputSettings::default()), ..RunSettings::default() };
        let input = |change: fn(&mut InputSettings)| {
            let mut input = InputSettings::default();
            change(&mut input);
            RunSettings { input: Some(input), ..base.clone() }
        };
        let changed = [
            ("profile", RunSettings { profile: Profile::Plain, ..base.clone() }),
            ("overlap", RunSettings { overlap: Overlap::All, ..base.clone() }),
            ("round_ups", RunSettings { round_ups: RoundUps::Keep, ..base.clone() }),
            ("furniture", RunSettings { furniture: Furniture::Count, ..base.clone() }),
            ("exclude", RunSettings { exclude: vec![Section::Lede], ..base.clone() }),
            ("recurring_lines", RunSettings { recurring_lines: Some(3), ..base.clone() }),
            ("without", RunSettings { without: vec!["gn".to_owned()], ..base.clone() }),
            ("without_rules", RunSettings { without_rules: vec!["pair".to_owned()], ..base.clone() }),
            ("input", RunSettings { input: None, ..base.clone() }),
            ("input.format", input(|input| input.format = InputFormat::Csv)),
            ("input.fields.text", input(|input| input.fields.text = Some("lede".to_owned()))),
            ("input.keep", input(|input| input.keep = vec!["section".to_owned()])),
            ("input.since", input(|input| input.since = Some("2021-03-05".to_owned()))),
            ("input.until", input(|input| input.until = Some("2021-03-05".to_owned()))),
            ("input.languages", input(|input| input.languages = vec!["en".to_owned()])),
            ("input.text_is", input(|input| input.text_is = TextIs::Html)),
            ("input.include_members", input(|input| input.include_members = vec!["*.txt".to_owned()])),
            ("input.exclude_members", input(|input| input.exclude_members = vec!["*.txt".to_owned()])),
            ("input.split_on", input(|input| input.split_on = Some("-----".to_owned()))),
            ("input.header_lines", input(|input| input.header_lines = true)),
            ("input.max_record", input(|input| input.max_record = 7)),
        ];
        for (field, settings) in changed {
            let difference = base.difference(&settings).expect(field);
            assert_eq!(difference.field, field);
            assert_eq!(settings.difference(&base).expect(field).field, field);
            let json = serde_json::to_string(&settings).unwrap();
            assert_eq!(serde_json::from_str::<RunSettings>(&json).unwrap(), settings);
        }
        assert_eq!(base.difference(&base), None);
    }
}
