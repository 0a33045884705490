//! What others wrote, made safe for a terminal: an article, an id or a gazetteer must not move the cursor, change colours or set the
//! title of a window.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use dateline::diagnostics::shortened;

/// The text with control characters as `\u{1b}`, and so for characters that reverse the direction of writing. Line feeds and tabs stay.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Like [`safe`], in one line of readable length.
pub(crate) fn safe_line(text: &str) -> String {
    safe(&shortened(text)).replace(['\n', '\t'], " ")
}

/// Whether a terminal may obey the character instead of showing it.
pub(crate) fn is_unsafe(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // Overrides and isolates of the direction of writing, and separators that some terminals take for line feeds.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => true,
        other => other.is_control(),
    }
}

/// Standard output for what people read: text that is written with `write!` is made [safe].
pub(crate) fn stdout() -> SafeOutput {
    SafeOutput(io::stdout().lock())
}

/// See [`stdout`].
pub(crate) struct SafeOutput(io::StdoutLock<'static>);

impl Write for SafeOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // `write!` passes whole pieces of text on.
        self.0.write_all(safe(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Prints a line to standard error, where it cannot do harm, and not the whole of what is too long to be read. Without colours: what others wrote is in nearly every message.
macro_rules! say {
    () => {
        anstream::eprintln!()
    };
    ($($argument:tt)*) => {
        anstream::eprintln!("{}", $crate::terminal::safe(&dateline::diagnostics::shortened(&format!($($argument)*))))
    };
}

pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_not_obeyed() {
        assert_eq!(safe("\u{1b}]0;owned\u{7}é\u{9b}31m\u{202e}\r"), "\\u{1b}]0;owned\\u{7}é\\u{9b}31m\\u{202e}\\u{d}");
        assert_eq!(safe("two\nlines\tof 北京"), "two\nlines\tof 北京");
        assert_eq!(safe_line("two\nlines\tof"), "two lines of");
    }
}
