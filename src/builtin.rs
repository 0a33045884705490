//! The built-in gazetteers: compiled by `build.rs` from the hand-written layers and the generated ones in
//! `src/gazetteer/builtin/`, and embedded in that form.

/// The day the built-in data was last reviewed; `dateline --version` shows it.
pub const DATA_DATE: &str = "2026-11-22";

/// Origin and licence notices of the built-in gazetteer and the word lists, as Markdown; `dateline --licenses` prints them.
pub const NOTICES: &str = include_str!("../THIRD-PARTY-DATA.md");

/// Bytes aligned to a cache line, which makes their tables faster.
#[repr(C, align(64))]
struct Aligned<B: ?Sized>(B);

static WORLD: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/world.dlz")));
static CORE: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/core.dlz")));
static TOWNS: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/towns.dlz")));

/// The names `-g` accepts besides files.
#[must_use]
pub fn builtin_names() -> &'static [&'static str] {
    &["world", "core", "towns"]
}

/// The compiled gazetteer of that name, or `None` if it is not built in.
pub(crate) fn image(name: &str) -> Option<&'static [u8]> {
    match name {
        "world" => Some(&WORLD.0),
        "core" => Some(&CORE.0),
        "towns" => Some(&TOWNS.0),
        _ => None,
    }
}
