//! The built-in gazetteers: compiled by `build.rs` from the hand-written layers and the generated ones in
//! `src/gazetteer/builtin/`, and embedded in that form.

/// The day the built-in data was last reviewed; `dateline --version` shows it.
pub const DATA_DATE: &str = "2026-11-22";

static WORLD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/world.dlz"));
static CORE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/core.dlz"));

/// The names `-g` accepts besides files.
#[must_use]
pub fn builtin_names() -> &'static [&'static str] {
    &["world", "core"]
}

/// The compiled gazetteer of that name, or `None` if it is not built in.
pub(crate) fn image(name: &str) -> Option<&'static [u8]> {
    match name {
        "world" => Some(WORLD),
        "core" => Some(CORE),
        _ => None,
    }
}
