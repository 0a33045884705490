//! Text for XML 1.0, which cannot hold every character.

use std::borrow::Cow;

/// Escapes names for attributes and elements, and counts what it had to replace.
#[derive(Debug, Default)]
pub(super) struct XmlText {
    /// Characters that XML 1.0 cannot represent and that became U+FFFD.
    pub(super) replaced: u64,
}

impl XmlText {
    /// The text for an attribute in double quotes or for the inside of an element.
    ///
    /// Tabs and line ends are written as references: in an attribute, a parser would turn them into blanks, and `\r`
    /// into `\n`.
    pub(super) fn escape<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let is_plain = |c: char| is_xml(c) && !matches!(c, '&' | '<' | '>' | '"' | '\t' | '\n' | '\r');
        if text.chars().all(is_plain) {
            return text.into();
        }
        let mut escaped = String::with_capacity(text.len() + 16);
        for c in text.chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                // Also for `]]>`, which an element must not contain.
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\t' => escaped.push_str("&#9;"),
                '\n' => escaped.push_str("&#10;"),
                '\r' => escaped.push_str("&#13;"),
                c if is_xml(c) => escaped.push(c),
                _ => {
                    escaped.push(char::REPLACEMENT_CHARACTER);
                    self.replaced += 1;
                }
            }
        }
        escaped.into()
    }

    /// The note for the user, if anything was replaced.
    pub(super) fn note(&self) -> Option<String> {
        let characters = if self.replaced == 1 { "character" } else { "characters" };
        (self.replaced > 0).then(|| format!("{} {characters} that XML cannot hold became U+FFFD", self.replaced))
    }
}

/// Whether XML 1.0 allows the character (production `Char`).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, replaced: u64) {
        let mut xml = XmlText::default();
        assert_eq!(xml.escape(text), expected);
        assert_eq!(xml.replaced, replaced);
    }

    #[test]
    fn every_character_is_kept_or_counted() {
        check("Genève 🏔", "Genève 🏔", 0);
        check("a]]>b & \"c\" <d>", "a]]&gt;b &amp; &quot;c&quot; &lt;d&gt;", 0);
        check("a\tb\r\nc", "a&#9;b&#13;&#10;c", 0);
        check("a\0b\u{b}\u{fffe}\u{ffff}c", "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}c", 4);
        check("\u{7f}\u{85}\u{fffd}", "\u{7f}\u{85}\u{fffd}", 0);
    }
}
