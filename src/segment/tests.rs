use super::*;

/// The segments of a text as "section: text", lines of one segment joined by a blank.
fn divided(title: &str, text: &str) -> Vec<String> {
    let mut document = Document::new("d", text);
    document.title = (!title.is_empty()).then(|| title.into());
    let mut found = Vec::new();
    segments(&document, None, &mut found);
    let in_text = found.iter().filter(|segment| segment.part == Part::Text);
    in_text.map(|found| format!("{}: {}", found.section, found.span.of(text).replace('\n', " "))).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(divided("", text), expected, "{text:?}");
}

/// The reason of one line between two paragraphs.
fn reason(line: &str) -> Option<Reason> {
    let text = format!("The bridge at Oda opened on Monday.\n\n{line}\n\nThe first lorry crossed it at noon.");
    let mut found = Vec::new();
    segments(&Document::new("d", &*text), None, &mut found);
    found.iter().find_map(|segment| segment.reason)
}

#[track_caller]
fn check_reason(reason_of: Reason, lines: &[&str]) {
    for line in lines {
        assert_eq!(reason(line), Some(reason_of), "{line:?}");
    }
}

#[test]
fn share_bars() {
    check_reason(
        Reason::ShareBar,
        &[
            "icon-facebook icon-twitter icon-whatsapp",
            "Share   Tweet   Pin it   Email",
            "Share this article on Facebook | WhatsApp",
            "Share on Facebook · Share on X · Copy link",
            "fa-facebook",
            "Facebook Twitter LinkedIn",
            "Click to share on Twitter (Opens in new window)",
            "PARTAGER SUR FACEBOOK",
        ],
    );
}

#[test]
fn link_lines() {
    check_reason(
        Reason::LinkLine,
        &[
            "READ ALSO: Bridge at Keta Closed Again",
            "READ ALSO Bridge at Keta Closed Again",
            "READ ALSO İİİİİİİİİİİİİİİİİİİİ ı",
            "Read more: Who pays for the bridge?",
            "See also – The ferry that never came",
            "RELATED: Ferry sinks",
            "Don’t miss: ten bridges to see",
            "[READ MORE: Ferry sinks]",
            "• Lire aussi : le pont de Kayes",
            "Most read",
            "You may also like:",
            "More from World",
        ],
    );
}

#[test]
fn tags_times_menus_and_notices() {
    check_reason(Reason::Tags, &["Tags: Ghana | Bridges", "Topics", "Filed under: World, Africa", "#ghana #bridges"]);
    check_reason(
        Reason::Timestamp,
        &[
            "Tue Jan 09 2024",
            "Published 3 hours ago",
            "9 January 2024, 14:05 GMT",
            "Updated: 09/01/2024 - 14:05",
            "3 min read",
            "2024-01-09T14:05:00Z",
        ],
    );
    check_reason(
        Reason::Navigation,
        &[
            "Home > Markets > Asia",
            "Sign in   Subscribe for $1",
            "World | Politics | Business | Sport",
            "Skip to main content",
            "Leave a comment",
            "12 comments",
            "Print",
        ],
    );
    check_reason(
        Reason::Notice,
        &[
            "We use cookies to give you the best experience. Accept all",
            "Sign up for our newsletter and never miss a bridge.",
            "Follow Example on Instagram, TikTok and Facebook",
            "Subscribe to our channel",
            "Support independent journalism. Donate $5",
        ],
    );
    check_reason(Reason::Advertisement, &["Advertisement", "ADVERTISEMENT - CONTINUE READING BELOW", "- Sponsored -"]);
    check_reason(Reason::Copyright, &["© 2024 Example Post", "Copyright 2024 Example. All rights reserved."]);
}

/// Text that looks like furniture and is not.
#[test]
fn real_text_stays() {
    for line in [
        "Related charges were dropped on Friday.",
        "Read in full, the report blames nobody.",
        "Watch prices closely, the bank told farmers.",
        "Trending towards the lower end, prices fell.",
        "Share prices rose on Facebook and Twitter.",
        "Sign up to the treaty or leave, Mali was told",
        "Tags on sheep are compulsory in Wales.",
        "Subscribers to the railway bonds lost everything.",
        "Copyright law is older in Britain.",
        "May 2024 was the hottest May in Accra.",
        "He follows the news on Facebook and in Accra.",
        "“Follow the river,” she said.",
        "Advertisement spending fell by a third in Kenya.",
        "Listen to the farmers of Oda and you hear one word.",
    ] {
        assert_eq!(reason(line), None, "{line:?}");
    }
}

#[test]
fn wrapped_sentences_are_not_cut() {
    let text = "The court in Bamako found that the men had sold\nthe cattle of five villages along the river that year\nSign up to the treaty, the judge told Mali, or face what comes next\nwith no friend left.\n";
    check(text, &[&format!("lede: {}", text.trim_end().replace('\n', " "))]);
}

/// Lines as in an agency's archive, with a byline that runs into the story.
#[test]
fn a_story_that_begins_in_the_byline_is_no_byline() {
    let text = "(Adds details in paragraphs 9-13)\n\n  By Ama Example ACCRA  Nov 6 (Reuters) - Example Air ( EXA.X ) posted a\n\
        stronger-than-expected jump in second-quarter profit on Monday\nand said that it had earned no less than 16 cents a\nshare.\n\n1998\n\n\
        Published by the bank of Ghana, the figures show a loss.\n\n\
        Prices fell. (Reporting by Ama Example) They rose again.\n\n(Reporting by Ama Example and Kofi\nExample; Editing by Esi Example)";
    let found = divided("Profit", text);
    let bylines: Vec<&String> = found.iter().filter(|stretch| stretch.starts_with("byline")).collect();
    assert_eq!(
        bylines,
        ["byline: (Reporting by Ama Example and Kofi", "byline: Example; Editing by Esi Example)"],
        "{found:#?}"
    );
    assert!(!found.iter().any(|stretch| stretch.starts_with("furniture")), "{found:#?}");
}

#[test]
fn the_parts_of_an_article() {
    check(
        "Bridge Opens at Oda\n\nBy Ama Example\n\nODA, Ghana (Reuters) - The bridge opened on Monday.\n\nIt is long. (Reporting by Ama Example; Editing by Kofi Example)",
        &[
            "headline: Bridge Opens at Oda",
            "byline: By Ama Example",
            "dateline: ODA, Ghana (Reuters) -",
            "lede: The bridge opened on Monday.",
            "body: It is long.",
            "byline: (Reporting by Ama Example; Editing by Kofi Example)",
        ],
    );
    check("The bridge opened.", &["lede: The bridge opened."]);
    check("", &[]);
    check("Oda", &["body: Oda"]);
}

#[test]
fn a_repeated_headline_is_known() {
    let text = "Bridge opens at Oda | Example Post\n\nThe bridge opened on Monday.";
    let mut document = Document::new("d", text);
    document.title = Some("Bridge Opens at Oda".into());
    let mut found = Vec::new();
    segments(&document, None, &mut found);
    let shown: Vec<_> = found.iter().map(|found| (found.part, found.section, found.repeated)).collect();
    assert_eq!(
        shown,
        [
            (Part::Title, Section::Headline, false),
            (Part::Text, Section::Headline, true),
            (Part::Text, Section::Lede, false)
        ]
    );
    assert_eq!(divided("Another thing", text)[0], "headline: Bridge opens at Oda | Example Post");
}

#[test]
fn datelines() {
    for line in [
        "WASHINGTON: The bridge opened on Monday.",
        "PARIS (AFP) – The bridge opened on Monday.",
        "LAGOS, Nigeria (AP) — The bridge opened on Monday.",
        "TBILISI, March 3 - The bridge opened on Monday.",
        "Nairobi — The bridge opened on Monday.",
        "Hong Kong (CNN) -- The bridge opened on Monday.",
        "ABUJA, Jun 22 2022 (IPS) - The bridge opened on Monday.",
        "RIO DE JANEIRO (Reuters) - The bridge opened on Monday.",
    ] {
        let parts = divided("", line);
        assert_eq!(parts.last().map(String::as_str), Some("lede: The bridge opened on Monday."), "{line}");
        assert!(parts[0].starts_with("dateline: "), "{line}");
    }
    for line in [
        "EXCLUSIVE: The bridge opened on Monday.",
        "The bridge - the longest in Ghana - opened.",
        "Ghana: the bridge opened on Monday.",
        "Kofi Mensah - a driver - crossed it first.",
        "Accra-based lorries crossed it first on Monday.",
    ] {
        assert!(divided("", line)[0].starts_with("lede: "), "{line}: {:?}", divided("", line));
    }
}

#[test]
fn lists_of_links_end_where_the_article_goes_on() {
    check(
        "The bridge opened on Monday.\n\nMOST READ\n1. Rents Fall in Accra\n2. Who Owns Lake Volta?\n\nToll is one cedi\n\nLorries pay double.",
        &[
            "lede: The bridge opened on Monday.",
            "furniture: MOST READ",
            "furniture: 1. Rents Fall in Accra",
            "furniture: 2. Who Owns Lake Volta?",
            "body: Toll is one cedi\n\nLorries pay double.".replace('\n', " ").as_str(),
        ],
    );
    check(
        "The bridge opened on Monday.\n\nRelated articles\n\nRents Fall in Accra\n\nLorries pay double on the bridge.",
        &[
            "lede: The bridge opened on Monday.",
            "furniture: Related articles",
            "furniture: Rents Fall in Accra",
            "body: Lorries pay double on the bridge.",
        ],
    );
}

#[test]
fn recurring_lines_are_counted_by_source() {
    let document = |source: &'static str, text: &'static str| {
        let mut document = Document::new("d", text);
        document.source = Some(source.into());
        document
    };
    let archive = [
        document("a", "Oda flooded.\nVoice of the valley\nVoice of the valley"),
        document("a", "Voice of the valley\nKeta flooded."),
        document("b", "Voice of the valley\nAda flooded."),
    ];
    let mut counts = LineCounts::default();
    archive.iter().rev().for_each(|document| counts.add(&LineCounts::lines_of(document)));
    let recurring = counts.recurring(2);
    assert_eq!(recurring.len(), 1);
    let reasons = |document: &Document<'_>| {
        let mut found = Vec::new();
        segments(document, Some(&recurring), &mut found);
        found.iter().filter(|segment| segment.reason == Some(Reason::Recurring)).count()
    };
    assert_eq!(archive.each_ref().map(reasons), [2, 1, 0]);
}

/// Segments are in order, never overlap, and omit nothing but blanks.
#[test]
fn every_character_is_in_one_segment() {
    use proptest::prelude::*;
    let piece = prop_oneof![
        "[A-Z][a-z ]{0,80}[.:]?",
        "(READ ALSO: |By |PARIS \\(AP\\) - |Tags: |\\(Reporting by |© |Most read|icon-x )[A-Za-zé| ]{0,60}",
        "[ \t]{0,3}",
        "[\\PC]{0,40}",
    ];
    let text = prop::collection::vec((piece, prop_oneof![Just("\n"), Just("\n\n"), Just("\r\n"), Just(" ")]), 0..20);
    proptest!(|(pieces in text, title in "[A-Z][a-z ]{0,30}")| {
        let text: String = pieces.iter().flat_map(|(piece, end)| [piece.as_str(), end]).collect();
        let mut document = Document::new("d", text.as_str());
        document.title = Some(title.into());
        let mut found = Vec::new();
        segments(&document, None, &mut found);
        let mut covered = vec![false; text.len()];
        let mut end = 0;
        for segment in found.iter().filter(|segment| segment.part == Part::Text) {
            prop_assert!(segment.span.start >= end && !segment.span.is_empty());
            prop_assert_eq!(segment.reason.is_some(), segment.section == Section::Furniture);
            let content = segment.span.of(&text);
            prop_assert_eq!(content.trim(), content);
            end = segment.span.end;
            covered[segment.span.start..end].fill(true);
        }
        let lost = text.char_indices().find(|(at, c)| !covered[*at] && !c.is_whitespace());
        prop_assert_eq!(lost, None);
    });
}
