//! Where paragraphs begin, in texts of every layout.

/// Shorter lines are not wrapped text: nobody wraps so narrowly.
const LEAST_WRAPPED: usize = 45;
/// Longer lines are paragraphs: nobody wraps so widely.
const MOST_WRAPPED: usize = 120;

/// A line that is not blank.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Where its text begins and ends, without blanks.
    start: usize,
    end: usize,
    /// Blanks before it.
    indent: usize,
}

/// Puts the beginnings of the paragraphs of a text into `starts`, in bytes.
///
/// A blank line ends a paragraph. Any other line end does so unless the text is wrapped there: its lines are of one width, and
/// the next word would not have fitted. An indented line and a bullet begin a paragraph.
///
/// # Complexity
///
/// Linear in the text.
pub(super) fn paragraph_starts(text: &str, starts: &mut Vec<usize>) {
    starts.clear();
    let mut block: Vec<Line> = Vec::new();
    let mut begin = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(text.len())) {
        let line = &text[begin..end];
        let bare = trim(line);
        if bare.is_empty() {
            end_block(text, &mut block, starts);
        } else {
            let indent = bare.as_ptr() as usize - line.as_ptr() as usize;
            block.push(Line { start: begin + indent, end: begin + indent + bare.len(), indent });
        }
        begin = end + 1;
    }
    end_block(text, &mut block, starts);
}

/// As `str::trim`, in which blanks beyond ASCII cost more than all else here.
fn trim(line: &str) -> &str {
    let bare = line.trim_ascii();
    let at_ends = bare.as_bytes().first().into_iter().chain(bare.as_bytes().last());
    if at_ends.copied().any(|byte| !byte.is_ascii()) { bare.trim() } else { bare }
}

/// The paragraphs of lines without a blank one among them.
fn end_block(text: &str, block: &mut Vec<Line>, starts: &mut Vec<usize>) {
    starts.extend(block.first().map(|line| line.start));
    let width = block.iter().map(|line| line.end - line.start).max().unwrap_or(0);
    for pair in block.windows(2) {
        if !is_wrapped(text, pair[0], pair[1], width) {
            starts.push(pair[1].start);
        }
    }
    block.clear();
}

/// Whether `next` goes on with the paragraph of `line`.
fn is_wrapped(text: &str, line: Line, next: Line, width: usize) -> bool {
    let length = line.end - line.start;
    let following = &text[next.start..next.end];
    if length < LEAST_WRAPPED || next.indent >= line.indent + 2 || is_item(following) {
        return false;
    }
    let first_word = following.split_whitespace().next().map_or(0, str::len);
    let no_room = width <= MOST_WRAPPED && length + 1 + first_word > width;
    no_room || following.starts_with(char::is_lowercase)
}

/// Whether a line is an item of a list.
fn is_item(line: &str) -> bool {
    let after = line.trim_start_matches(['-', '*', '•', '·', '–', '—', '>']);
    after.len() < line.len() && after.starts_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut starts = Vec::new();
        paragraph_starts(text, &mut starts);
        let ends = starts.iter().skip(1).copied().chain(std::iter::once(text.len()));
        let found: Vec<&str> = starts.iter().zip(ends).map(|(&start, end)| text[start..end].trim()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn one_line_each() {
        check("Talks resumed.\nIraq agreed.\n\nIran did not.", &["Talks resumed.", "Iraq agreed.", "Iran did not."]);
        check(" \n", &[]);
    }

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        let wrapped = "The minister said that the talks in Geneva had been\n\
                       resumed after a week. Iraq agreed to send a group of\n\
                       experts.";
        check(wrapped, &[wrapped]);
        let two = format!("{wrapped}\n\n{wrapped}");
        check(&two, &[wrapped, wrapped]);
    }

    #[test]
    fn indented_lines_begin_one() {
        let text = "The minister said that the talks in Geneva had been\n\
                    resumed after a week and more, and that all agreed.\n    Iraq sent a group of experts to the town last week.";
        let (first, second) = text.split_once("\n    ").unwrap();
        check(text, &[first, second]);
    }

    #[test]
    fn items_of_a_list_are_paragraphs() {
        check("- Iraq\n- Iran\n- Oman", &["- Iraq", "- Iran", "- Oman"]);
    }

    #[test]
    fn long_lines_are_paragraphs_even_if_the_next_is_long_too() {
        let line = "The minister said that the talks in Geneva had been resumed after a week, and that Iraq had agreed to them, as had Iran and Oman.";
        check(&format!("{line}\n{line}"), &[line, line]);
    }
}
