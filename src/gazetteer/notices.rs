//! Where the data comes from, and under which licences.

/// Origin and licence notices of the built-in gazetteer and the word lists, as Markdown; `dateline --licenses` prints them.
pub const NOTICES: &str = include_str!("../../THIRD-PARTY-DATA.md");
