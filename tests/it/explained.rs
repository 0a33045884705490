//! What `tag` prints is what `explain` calls a mention, and the other way round.

use std::collections::BTreeSet;
use std::fs;

use dateline::{Analyzer, Document, Gazetteer, Meant, Outcome, Profile};
use serde_json::Value;

use crate::support::{corpus, json_lines};

/// Part, start, end and id.
type Place = (String, usize, usize, String);

fn read(analyzer: &Analyzer, document: &Document<'_>) -> BTreeSet<Place> {
    let mut worker = analyzer.worker();
    let resolution = worker.resolve(document);
    let listed = resolution.mentions.iter().map(|mention| {
        let id = analyzer.gazetteer().entity(mention.entity).id.to_owned();
        (mention.part.as_str().to_owned(), mention.span.start, mention.span.end, id)
    });
    let unlisted = resolution
        .unlisted
        .iter()
        .map(|mention| (mention.part.as_str().to_owned(), mention.span.start, mention.span.end, mention.id(document)));
    listed.chain(unlisted).collect()
}

fn explained(analyzer: &Analyzer, document: &Document<'_>) -> BTreeSet<Place> {
    let verdicts = analyzer.worker().explain(document).unwrap();
    for verdict in &verdicts {
        match verdict.outcome {
            Outcome::Covered(other) => assert!(other.contains(verdict.span) && other.len() > verdict.span.len()),
            Outcome::Crossed(other) => assert!(other.overlaps(verdict.span) && !other.contains(verdict.span)),
            _ => {}
        }
    }
    let mentions = verdicts.iter().filter(|verdict| verdict.outcome.is_mention());
    let place = |verdict: &dateline::Verdict| {
        let id = match verdict.meant {
            Meant::Listed { entity, .. } => analyzer.gazetteer().entity(entity).id.to_owned(),
            Meant::Unlisted(mention) => mention.id(document),
        };
        (verdict.part.as_str().to_owned(), verdict.span.start, verdict.span.end, id)
    };
    mentions.map(place).collect()
}

#[test]
fn explanations_agree_with_the_reading() {
    let gazetteer = Gazetteer::builtin("world").unwrap();
    let articles = json_lines(&fs::read_to_string(corpus("golden/articles.jsonl")).unwrap());
    let pages = json_lines(&fs::read_to_string(corpus("golden/pages.jsonl")).unwrap());
    for (profile, articles) in [(Profile::Strict, articles), (Profile::Wide, pages)] {
        let analyzer = Analyzer::builder().profile(profile).build(&gazetteer).unwrap();
        for article in &articles {
            let text = |key: &str| article.get(key).and_then(Value::as_str).unwrap_or_default();
            let mut document = Document::new(text("id"), text("text"));
            document.title = Some(text("title").into());
            assert_eq!(explained(&analyzer, &document), read(&analyzer, &document), "{}", text("id"));
        }
    }
}
