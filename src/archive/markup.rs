//! Web pages, feeds and other markup: as whole files, which are refused by name, and inside a text, which is noted.

use super::foreign::Foreign;
use super::sniff::Head;
use super::{Format, elements};
use memchr::{memchr, memchr_iter, memchr2_iter, memmem};

/// Elements of HTML that texts of articles are wrapped in.
const ELEMENTS: [&str; 58] = [
    "a",
    "abbr",
    "article",
    "aside",
    "b",
    "blockquote",
    "body",
    "br",
    "button",
    "center",
    "cite",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "noscript",
    "ol",
    "p",
    "picture",
    "pre",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "sup",
    "svg",
    "table",
    "td",
    "title",
    "tr",
    "ul",
];

fn is_element(name: &[u8]) -> bool {
    let mut lower = [0; 16];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    ELEMENTS.iter().any(|element| element.as_bytes() == lower)
}

/// A file that begins with markup.
pub(super) fn kind(head: &Head<'_>) -> Option<Foreign> {
    let mut rest = head.text();
    let mut declared = false;
    loop {
        let is =
            |start: &str| rest.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()));
        let skipped = match rest {
            [b'<', b'!', b'-', b'-', ..] => memmem::find(rest, b"-->").map(|at| at + 3),
            [b'<', b'?', ..] => {
                declared |= is("<?xml");
                memmem::find(rest, b"?>").map(|at| at + 2)
            }
            [b'<', b'!', ..] => {
                let doctype = rest.get(2..).unwrap_or_default();
                let mut words = doctype.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
                let is_doctype = words.next().is_some_and(|word| word.eq_ignore_ascii_case(b"doctype"));
                let name = words.next().unwrap_or_default().to_ascii_lowercase();
                return is_doctype.then(|| root(&name).unwrap_or_else(xml));
            }
            [b'<', ..] => break,
            _ => return declared.then(xml),
        };
        match skipped {
            Some(length) => rest = rest[length..].trim_ascii_start(),
            // A comment that does not end here is markup all the same, an odd `<?` is not.
            None if declared || is("<!--") => return Some(xml()),
            None => return None,
        }
    }
    let name = tag_name(rest)?;
    let lower = name.to_ascii_lowercase();
    let closes = |name: &[u8]| {
        let close = [b"</", name].concat();
        memmem::find(rest, &close).is_some()
    };
    let tag = &rest[..memchr(b'>', rest)? + 1];
    let has_attribute = memmem::find(tag, b"=").is_some();
    let has_tags = memmem::find(rest, b"</").is_some() || memchr_iter(b'<', rest).nth(2).is_some();
    // RDF is more than RSS 1.0.
    if lower == b"rdf:rdf" && !elements::holds_records(rest) {
        return Some(xml());
    }
    if let Some(foreign) = root(&lower)
        && (has_tags || has_attribute || declared)
    {
        return Some(foreign);
    }
    if is_element(name) && (name.len() > 1 || name.eq_ignore_ascii_case(b"p") || closes(name) || has_attribute) {
        return Some(html());
    }
    let empty = tag.ends_with(b"/>");
    (declared || closes(name) || empty || has_attribute && (has_tags || !head.whole)).then(xml)
}

/// The name of the tag at the beginning of `rest`, which must be one.
fn tag_name(rest: &[u8]) -> Option<&[u8]> {
    let name = rest.strip_prefix(b"<")?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.');
    let length = name.iter().take_while(|byte| is_part(byte)).count();
    let after = *name.get(length)?;
    let begins = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    (begins && (after.is_ascii_whitespace() || matches!(after, b'>' | b'/'))).then(|| &name[..length])
}

/// Formats by the name of their outermost element.
fn root(name: &[u8]) -> Option<Foreign> {
    Some(match name {
        b"html" | b"head" | b"body" => html(),
        b"rss" | b"rdf:rdf" => Foreign::read("an RSS feed", Format::Xml),
        b"feed" | b"atom:feed" => Foreign::read("an Atom feed", Format::Xml),
        b"nitf" => Foreign::read("NITF (XML of news agencies)", Format::Xml),
        b"newsml" | b"newsitem" | b"newsmessage" => feed("NewsML (XML of news agencies)", "newsItem"),
        b"doc" | b"lewis" | b"reuters" => {
            Foreign::read("SGML (articles in tags, as the LDC, TREC and Reuters-21578 have them)", Format::Xml)
        }
        b"mediawiki" => feed("a MediaWiki dump (XML)", "page"),
        _ => return None,
    })
}

fn html() -> Foreign {
    Foreign::read("an HTML page", Format::Page)
}

fn xml() -> Foreign {
    feed("XML", "item")
}

fn feed(name: &str, element: &str) -> Foreign {
    let remedy = format!(
        "convert it to JSON Lines, here for articles in <{element}>: python3 -c 'import json,sys,xml.etree.ElementTree as E; \
         sys.stdout.writelines(json.dumps({{c.tag.split(\"}}\")[-1]: \"\".join(c.itertext()) for c in a}})+\"\\n\" for a in \
         E.parse(sys.stdin.buffer).iter() if a.tag.split(\"}}\")[-1]==\"{element}\")' < FILE > FILE.jsonl"
    );
    Foreign::new(name, remedy)
}

fn only_by_name(name: &str) -> Foreign {
    Foreign::new(
        format!("{name} by its name, but does not begin with an element"),
        "look into the file, or fetch it again",
    )
}

/// A file whose name says that it is markup.
pub(super) fn promised(ending: &str) -> Option<Foreign> {
    Some(match ending {
        "html" | "htm" | "xhtml" | "shtml" => html(),
        "rss" => only_by_name("an RSS feed"),
        "atom" => only_by_name("an Atom feed"),
        "nitf" => only_by_name("NITF"),
        "xml" => only_by_name("XML"),
        "sgml" | "sgm" => only_by_name("SGML"),
        _ => return None,
    })
}

/// Whether a text holds markup: a closing tag, an element of HTML with an attribute or two such elements, or any of it escaped
/// (`&lt;p&gt;`).
///
/// # Complexity
///
/// One search for `<` and `&`, which most articles do not have.
pub(crate) fn holds_markup(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut n_elements = 0;
    let is_tag = |rest: &[u8], n_elements: &mut usize| {
        let closing = rest.first() == Some(&b'/');
        let name = &rest[usize::from(closing)..];
        let length =
            name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'.')).count();
        let (name, after) = name.split_at(length);
        if !name.first().is_some_and(u8::is_ascii_alphabetic) {
            // A comment, or a declaration.
            return rest.starts_with(b"!--") || rest.starts_with(b"![CDATA[");
        }
        let ends = after.starts_with(b">") || after.starts_with(b"&gt;");
        if closing {
            return ends;
        }
        if !is_element(name) {
            return false;
        }
        let slash = after.trim_ascii_start();
        if ends || slash.starts_with(b"/>") || slash.starts_with(b"/&gt;") {
            *n_elements += 1;
            return *n_elements > 1;
        }
        let attribute = slash.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        after.first().is_some_and(u8::is_ascii_whitespace) && attribute > 0 && slash[attribute..].starts_with(b"=")
    };
    memchr2_iter(b'<', b'&', bytes).any(|at| match &bytes[at..] {
        [b'<', rest @ ..] | [b'&', b'l', b't', b';', rest @ ..] => is_tag(rest, &mut n_elements),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: Option<&str>) {
        let head = Head { bytes: content.as_bytes(), whole: true, path: "x" };
        let found = kind(&head).map(|foreign| foreign.name);
        match expected {
            None => assert_eq!(found, None, "{content}"),
            Some(part) => assert!(found.as_ref().is_some_and(|name| name.contains(part)), "{found:?}: {content}"),
        }
    }

    #[test]
    fn files_of_markup_are_named() {
        check("<!DOCTYPE html>\n<html><body>Talks.</body></html>", Some("HTML"));
        check("\u{feff}\n <HTML lang=en><HEAD><TITLE>Talks</TITLE>", Some("HTML"));
        check(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0\">\n<html xmlns=\"x\">",
            Some("HTML"),
        );
        check("<p>Talks ended in Paris.</p>\n<p>They failed.</p>", Some("HTML"));
        check("<div class=\"story\">Talks</div>", Some("HTML"));
        check("<!-- saved from a page -->\n<h1>Talks</h1>", Some("HTML"));
        check("<?xml version=\"1.0\"?>\n<news><item><title>One</title></item></news>", Some("XML"));
        check("<?xml version='1.0'?><rss version='2.0'><channel>", Some("RSS"));
        check("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>", Some("Atom"));
        check("<?xml version=\"1.0\"?><!DOCTYPE nitf SYSTEM \"nitf-3-3.dtd\"><nitf><body>", Some("NITF"));
        check("<nitf><head><title>Talks</title></head></nitf>", Some("NITF"));
        check(
            "<DOC id=\"AFP_ENG_20060101.0001\" type=\"story\" >\n<HEADLINE>\nTalks\n</HEADLINE>\n</DOC>",
            Some("SGML"),
        );
        check("<DOC>\n<DOCNO> AP-1 </DOCNO>\n<TEXT>Talks</TEXT>\n</DOC>", Some("SGML"));
        check("<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS TOPICS=\"YES\">", Some("SGML"));
        check("<Sentences>\n<Sentence date=\"20080801\" id=\"1\">Talks</Sentence>\n</Sentences>", Some("XML"));
        check("<story headline=\"Talks\"/>", Some("XML"));
    }

    #[test]
    fn a_stray_angle_bracket_is_no_markup() {
        for text in [
            "< 5 percent of voters",
            "<3 Paris",
            "<Reuters> Talks resumed in Geneva.",
            "<< Previous story",
            "<RIO.L> shares rose.",
            "Talks resumed. <p>They ended.</p>",
            "<b is smaller than c",
            "<a> is the first letter",
            "<",
            "<>",
            "",
            "->",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn markup_inside_a_text_is_noticed() {
        for text in [
            "<p>Talks ended.</p>",
            "Talks ended.<br/>They failed.<br>",
            "Talks <a href=\"/World/China\">ended",
            "Talks <IMG SRC=x> ended",
            "<hl1>Talks</hl1>",
            "&lt;p&gt;Talks ended.&lt;/p&gt;",
            "Talks &lt;a href=&quot;x&quot;&gt; ended",
            "<!-- Berlin --> Talks",
            "Talks ended. <script>var c='France';</script>",
        ] {
            assert!(holds_markup(text), "{text}");
        }
        for text in [
            "Talks ended.",
            "5 < 6 and 7 > 6",
            "<RIO.L> shares rose; <MSFT.O> fell",
            "AT&T and Q&A, R&amp;D, a &lt; b",
            "write <p> for a paragraph",
            "<http://a.example/x>",
            "<ada@a.example> wrote",
            "<i think so",
        ] {
            assert!(!holds_markup(text), "{text}");
        }
    }
}
