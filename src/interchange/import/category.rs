//! What the dictionaries of content analysis share: words under categories, some of them with a wildcard at the end.

use super::sink::{Fragment, Role, kind_word};
use super::{Leaf, Sink, Wildcards};
use crate::error::Result;
use crate::gazetteer::{AliasKind, Boundary, CasePolicy, Flags};
use crate::normalize::fold;

/// Takes one word of the record last read. `path` are the keys that lead to it, from the outermost.
pub(super) fn accept(word: &str, path: &[String], sink: &mut Sink<'_>) -> Result<()> {
    let mut flags = Flags { case: CasePolicy::Any, ..Flags::default() };
    let mut word = word.trim();
    if let Some(stem) = word.strip_suffix('*') {
        word = stem.trim_end();
        match sink.options.wildcards {
            Wildcards::Word => sink.note("words ending in *, of which only the stem as a whole word matches"),
            Wildcards::Open => flags.boundary = Boundary::Open,
            Wildcards::Drop => {
                sink.drop_names("a word ending in *", 1);
                sink.reject("a word ending in *");
                return Ok(());
            }
        }
    }
    if word.contains(['*', '?']) {
        sink.drop_names("a pattern with * or ? inside", 1);
        sink.reject("a pattern with * or ? inside");
        return Ok(());
    }
    let dotted = |keys: &[String]| {
        let full = keys.join(".");
        let mapped = sink.options.kind_of(&full).map(str::to_owned);
        mapped.or_else(|| (!keys.is_empty()).then(|| kind_word(&full)))
    };
    let mut fragment = match (sink.options.leaf, path.split_last()) {
        (Leaf::Entity, Some((leaf, kinds))) => {
            let mut fragment = Fragment::new(Role::Part, sink.id(&path.join("/")));
            // The key is canonical if it is one of the words, as it would match otherwise without being one.
            fragment.rank = u8::from(fold(leaf) != fold(word));
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
