//! Several names in one text: lists as JSON and Python write them, and names between semicolons or commas.

/// The strings of a list such as `["a", "b"]` or `['a', "b's", None]`; `None` if the text is not such a list.
pub(crate) fn parse(text: &str) -> Option<Vec<String>> {
    let inner = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    // Sets and tuples of Python.
    let inner = inner.or_else(|| text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}')));
    let mut rest = inner?.trim();
    let mut names = Vec::new();
    while !rest.is_empty() {
        let quote = rest.chars().next()?;
        if matches!(quote, '"' | '\'') {
            let (name, after) = string(&rest[1..], quote)?;
            names.push(name);
            rest = after;
        } else {
            // Numbers and null are not names.
            let end = rest.find(',').unwrap_or(rest.len());
            let word = rest[..end].trim();
            let is_empty = matches!(word, "null" | "None" | "nan" | "NaN");
            if !is_empty {
                return None;
            }
            rest = &rest[end..];
        }
        rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.is_empty() => {}
            None => return None,
        }
    }
    Some(names)
}

/// A string up to its closing quotation mark, and what follows.
fn string(text: &str, quote: char) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Some((name, &text[at + c.len_utf8()..])),
            '\\' => match chars.next()?.1 {
                'n' | 't' | 'r' => name.push(' '),
                code @ ('u' | 'x') => {
                    let digits = if code == 'u' { 4 } else { 2 };
                    let start = chars.clone().next()?.0;
                    let number = u32::from_str_radix(text.get(start..start + digits)?, 16).ok()?;
                    chars.nth(digits - 1)?;
                    name.push(char::from_u32(number).unwrap_or('\u{fffd}'));
                }
                other => name.push(other),
            },
            _ => name.push(c),
        }
    }
    None
}

/// The names that a text seems to list, at least two; `None` if it may be one name.
///
/// No name contains a semicolon or a bar. Many contain a comma ("Acme, Inc.", "Washington, D.C."). So commas count only
/// without a blank after them, or if they separate four names or more and no word such as "and" joins them.
pub(crate) fn looks_like_list(text: &str) -> Option<Vec<String>> {
    let names = |parts: Vec<&str>| -> Option<Vec<String>> {
        let parts: Vec<&str> = parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
        let all = parts.len() > 1 && parts.iter().all(|part| part.chars().any(char::is_alphabetic));
        all.then(|| parts.into_iter().map(str::to_owned).collect())
    };
    if let Some(list) = parse(text) {
        return Some(list).filter(|list| !list.is_empty());
    }
    // "&amp;" is reported elsewhere.
    if !text.contains('&')
        && let Some(list) = names(text.split(';').collect())
    {
        return Some(list);
    }
    if let Some(list) = names(text.split('|').collect()) {
        return Some(list);
    }
    let parts: Vec<&str> = text.split(',').collect();
    let is_glued = |pair: &[&str]| {
        pair[0].ends_with(char::is_alphanumeric) && pair[1].starts_with(|c: char| c.is_uppercase() && c.is_alphabetic())
    };
    let joined = [" and ", " & ", " of ", " et ", " und "].iter().any(|word| text.contains(word));
    if parts.len() > 1 && parts.windows(2).all(is_glued) || parts.len() > 3 && !joined && !text.contains('.') {
        return names(parts);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_known_by_their_form() {
        for (text, expected) in [
            ("UEX; U.E.X.; Uniex", &["UEX", "U.E.X.", "Uniex"][..]),
            ("AF,Afġānistān", &["AF", "Afġānistān"]),
            ("[\"TH Works\", \"Thrd\"]", &["TH Works", "Thrd"]),
            ("['O\\'Example', \"Exa's\", None]", &["O'Example", "Exa's"]),
            ("{'Exa'}", &["Exa"]),
            ("[\"Mal\\u00e9\"]", &["Malé"]),
            ("Exa | Ple", &["Exa", "Ple"]),
            ("Exa, Ple, Sample, Mill", &["Exa", "Ple", "Sample", "Mill"]),
        ] {
            assert_eq!(looks_like_list(text).unwrap_or_default(), expected, "{text}");
        }
        for text in [
            "Acme, Inc.",
            "Washington, D.C.",
            "Smith, Barney, Harris & Co.",
            "Smith &amp; Sons",
            "10,000 Maniacs",
            "[Exa] Works",
            "Exa;",
            "Paris, Ile-de-France, France",
            "[]",
            "Korea, Republic of",
            "{Exa}",
        ] {
            assert_eq!(looks_like_list(text), None, "{text}");
        }
    }
}
