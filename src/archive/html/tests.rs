//! Pages written for the purpose, each with one trait of real ones.

use super::{Page, declared_charset};

fn read(page: &str) -> Page {
    super::read(page, &[])
}

#[test]
fn fields_are_kept_from_structured_data_and_from_meta_elements() {
    let page = "<meta property=article:section content=World><meta name=author content='A. Lovelace'><meta name=keywords content='a, b'>\
                <script type=application/ld+json>{\"@type\": \"NewsArticle\", \"author\": [{\"name\": \"Ada &amp; Co\"}], \"wordCount\": 7}</script>";
    let keep = ["section", "author", "tags|keywords", "wordcount", "none"];
    let keep: Vec<Vec<String>> = keep.map(|names| names.split('|').map(str::to_owned).collect()).into();
    assert_eq!(super::read(page, &keep).kept, ["World", "Ada & Co", "a, b", "7", ""]);
    let meta = page.split("<script").next().unwrap();
    assert_eq!(super::read(meta, &keep).kept[1], "A. Lovelace");
}

const FIRST: &str = "Officials in Harale said on Tuesday that the bridge over the river will stay closed until the spring floods are over.";
const SECOND: &str =
    "The town council had asked for repairs since 2019, according to minutes that a reporter saw in the archive.";
const THIRD: &str = "Nobody was hurt, and the ferry company added two boats on weekdays.";

fn paragraphs() -> String {
    format!("<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
}

fn article() -> String {
    [FIRST, SECOND, THIRD].join("\n\n")
}

#[track_caller]
fn check(body: &str, expected: &str) {
    let page = read(&format!("<!DOCTYPE html><html><head><title>t</title></head><body>{body}</body></html>"));
    assert_eq!(page.text, expected);
}

#[test]
fn menus_and_related_stories_are_left_out() {
    let menu = "<div class=\"top-menu\"><ul><li><a href=/w>London</a></li><li><a href=/x>Moscow</a></li></ul></div>";
    let related = "<div class=\"related-posts\"><p>The mayor of Paris said on Monday that she would not run for a third term in office.</p></div>";
    check(
        &format!("{menu}<h1>Bridge closed</h1><div>{}</div>{related}<footer>Berlin</footer>", paragraphs()),
        &article(),
    );
}

#[test]
fn the_marked_text_of_an_article_is_preferred() {
    let teaser = format!(
        "<article><h2><a href=/y>Other</a></h2><p>{}</p></article>",
        "Far away in Oslo, something else happened. ".repeat(20)
    );
    check(&format!("{teaser}<div itemprop=\"articleBody\">{}</div>", paragraphs()), &article());
}

#[test]
fn a_name_of_furniture_around_the_whole_article_does_not_hide_it() {
    check(&format!("<div class=\"post with-sidebar has-comments\">{}</div>", paragraphs()), &article());
}

#[test]
fn headings_belong_to_the_text_below_them() {
    let page =
        format!("<article><h1>T</h1><p>{FIRST}</p><h2>The ferry</h2><p>{SECOND}</p><h2>Share your view</h2></article>");
    check(&page, &format!("{FIRST}\n\nThe ferry\n\n{SECOND}"));
}

#[test]
fn paragraphs_may_be_separated_by_line_breaks_alone() {
    check(
        &format!("<table><tr><td>{FIRST}<br><br>{SECOND}<br>{THIRD}</td></tr></table>"),
        &format!("{FIRST}\n\n{SECOND}\n{THIRD}"),
    );
}

#[test]
fn unclosed_elements_and_stray_end_tags_are_read() {
    check(&format!("<div></span><p>{FIRST}<p>{SECOND}</b></div></div><p>{THIRD}"), &article());
}

#[test]
fn attributes_scripts_styles_and_comments_are_not_text() {
    let noise = "<!-- Berlin --><script>var a = '<p>Paris</p>';</script><style>.rome{}</style><img alt=\"Madrid\"><a title=\"China\"></a>";
    check(&format!("<article>{noise}{}</article>", paragraphs()), &article());
}

#[test]
fn posts_that_the_article_quotes_stay_and_popups_go() {
    let post = "<div class=\"social-embed\"><blockquote class=\"twitter-tweet\"><p>The bridge is closed, take the ferry from the old harbour today.</p></blockquote></div>";
    let popup = "<span>Ms. Doe<span><a>One long title of another story</a><a>Another long title of a story</a><a>A third title of a story</a></span></span>";
    let page = format!("<article><p>{FIRST}</p>{post}<p>{SECOND} {popup} agreed.</p></article>");
    check(
        &page,
        &format!(
            "{FIRST}\n\nThe bridge is closed, take the ferry from the old harbour today.\n\n{SECOND} Ms. Doe agreed."
        ),
    );
}

#[test]
fn blanks_are_reduced_and_entities_decoded() {
    check(
        &format!("<article><p>  Caf&eacute; &amp;\n\n  bar:   {FIRST}</p></article>"),
        &format!("Café & bar: {FIRST}"),
    );
}

#[test]
fn metadata_comes_from_structured_data_first() {
    let data = r#"{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"],
        "headline": "Bridge &amp; ferry", "datePublished": "2024-03-02T10:00:00Z", "publisher": {"name": "Harale Times"}}]}"#;
    let page = read(&format!(
        "<html lang=en-GB><head><title>Bridge | Harale Times</title><meta property=og:title content=Other>\
         <script type=\"application/ld+json\">{data}</script></head><body>{}</body></html>",
        paragraphs()
    ));
    let expected = Page {
        kept: Vec::new(),
        title: "Bridge & ferry".to_owned(),
        text: article(),
        date: "2024-03-02T10:00:00Z".to_owned(),
        source: "Harale Times".to_owned(),
        language: "en-GB".to_owned(),
    };
    assert_eq!(page, expected);
}

#[test]
fn metadata_falls_back_to_meta_elements_and_what_a_reader_sees() {
    let page = read(
        "<title>x</title><meta name=\"DC.date.issued\" content=\"2024-03-02\"><meta property=\"og:site_name\" content=\"Times\"><h1> Bridge\n closed </h1>",
    );
    assert_eq!(
        (page.title.as_str(), page.date.as_str(), page.source.as_str()),
        ("Bridge closed", "2024-03-02", "Times")
    );
    let page = read("<title>Bridge closed</title><h1>a</h1><h1>b</h1><time datetime=2024-03-02>2 March</time>");
    assert_eq!((page.title.as_str(), page.date.as_str(), page.text.as_str()), ("Bridge closed", "2024-03-02", ""));
}

#[test]
fn no_input_is_too_odd() {
    for page in
        ["", "<", "<p", "</", "<!--", "&#x110000;", "<a <b <c", "\0", "<script>", "<title>", "<html><html><body><body>"]
    {
        read(page);
    }
    let deep = "<div>".repeat(20_000);
    assert_eq!(read(&deep).text, "");
    let wide = "<p>x</p>".repeat(20_000);
    read(&wide);
}

#[test]
fn charsets_are_declared_in_two_forms() {
    assert_eq!(declared_charset(b"<meta charset=\"windows-1252\">"), Some(&b"windows-1252"[..]));
    assert_eq!(
        declared_charset(b"<META http-equiv=x content='text/html; charset=Shift_JIS'>"),
        Some(&b"Shift_JIS"[..])
    );
    assert_eq!(declared_charset(b"<meta charset=>"), None);
    assert_eq!(declared_charset(b"<p>no declaration</p>"), None);
}
