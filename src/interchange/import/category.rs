//! What dictionaries of content analysis have in common: words under categories, some with a wildcard at the end.

use super::sink::{Fragment, Role, kind_word};
use super::{Leaf, Sink, Wildcards};
use crate::error::Result;
use crate::gazetteer::{AliasKind, Boundary, CasePolicy, Flags};
use crate::normalize::fold;

/// Takes one word of the record read last. `path` contains the keys above it, the outermost first. `joined` says
/// whether `_` may join the parts of a word.
pub(super) fn accept(word: &str, path: &[String], joined: bool, sink: &mut Sink<'_>) -> Result<()> {
    let mut flags = Flags { case: CasePolicy::Any, ..Flags::default() };
    let mut word = word.trim();
    let bare = word.trim_matches('*');
    if bare.is_empty() && !word.is_empty() {
        sink.drop_names("a pattern of * alone", 1);
        sink.reject("a pattern of * alone");
        return Ok(());
    }
    if bare.len() < word.len() && bare == bare.trim() {
        let (ends, begins) = (word.ends_with('*'), word.starts_with('*'));
        word = bare;
        match (sink.options.wildcards, ends, begins) {
            (Wildcards::Flags, true, true) => flags.boundary = Boundary::Infix,
            (Wildcards::Flags, true, false) => flags.boundary = Boundary::Prefix,
            (Wildcards::Flags, ..) => flags.boundary = Boundary::Suffix,
            (Wildcards::Word, ..) => {
                sink.note("words with * at an end, of which only the stem as a whole word matches")
            }
            (Wildcards::Open, ..) => flags.boundary = Boundary::Open,
            (Wildcards::Drop, ..) => {
                sink.drop_names("a word with * at an end", 1);
                sink.reject("a word with * at an end");
                return Ok(());
            }
        }
    }
    if word.contains(['*', '?']) {
        sink.drop_names("a pattern with * or ? inside", 1);
        sink.reject("a pattern with * or ? inside");
        return Ok(());
    }
    let with_blanks = if joined { without_joints(word) } else { None };
    if with_blanks.is_some() {
        sink.note("words joined by _, which became a blank");
    }
    let word = with_blanks.as_deref().unwrap_or(word);
    let dotted = |keys: &[String]| {
        let full = keys.join(".");
        let mapped = sink.options.kind_of(&full).map(str::to_owned);
        mapped.or_else(|| (!keys.is_empty()).then(|| kind_word(&full)))
    };
    let mut fragment = match (sink.options.leaf, path.split_last()) {
        (Leaf::Entity, Some((leaf, kinds))) => {
            let mut fragment = Fragment::new(Role::Part, sink.id(&path.join("/")));
            // A key is a canonical name only if it is one of the words; otherwise it would match without being listed.
            let leaf_word = without_joints(leaf).filter(|_| joined);
            fragment.rank = u8::from(fold(leaf_word.as_deref().unwrap_or(leaf)) != fold(word));
            fragment.kind = dotted(kinds);
            fragment.key("key", leaf);
            fragment
        }
        _ => {
            let mut fragment = Fragment::new(Role::Part, sink.id(&format!("{}/{word}", path.join("/"))));
            fragment.kind = dotted(path);
            fragment
        }
    };
    fragment.name(word, AliasKind::Name, flags);
    sink.accept(fragment)
}

/// The word with blanks in place of `_`, by which quanteda joins several words to one token.
fn without_joints(word: &str) -> Option<String> {
    let parts: Vec<&str> = word.split('_').collect();
    let is_joint = parts.len() > 1 && parts.iter().all(|part| part.chars().any(char::is_alphanumeric));
    is_joint.then(|| parts.join(" "))
}
