//! The built-in gazetteer: hand-written layers and two generated ones (`gazetteer/build.py`), embedded as text.

/// The day the built-in data was last reviewed; `dateline --version` shows it.
pub const DATA_DATE: &str = "2026-11-22";

macro_rules! layers {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("builtin/", $name)))),*]
    };
}

/// The files of `world`, in no particular order: ids are unique across them.
const FILES: &[(&str, &str)] = layers![
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
    "titles.gaz",
    "agents.gaz",
];

/// The names `-g` accepts besides files.
#[must_use]
pub fn builtin_names() -> &'static [&'static str] {
    &["world", "core"]
}

/// The texts of a built-in gazetteer, or `None` if `name` is not one. Those of `core` are filtered when they are read.
pub(super) fn texts(name: &str) -> Option<Vec<(&'static str, &'static str)>> {
    builtin_names().contains(&name).then(|| FILES.to_vec())
}
