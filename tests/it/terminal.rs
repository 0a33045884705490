//! What others wrote does not reach a terminal as it is, and what articles say does not reach a result.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dateline::Run;
use dateline::store::{
    Block, ColumnRef, CountRows, DocumentRows, EntityRows, FieldRows, FieldValueRows, FileReader, MarginalRows,
    MentionRows, PairRows,
};

/// The title of the window, colours in both ways of writing them, and a reversed direction.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[31mred\u{9b}32m\u{202e}";
/// What the program itself writes.
const OWN: [&str; 4] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[36m"];

fn dateline(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.current_dir(folder).env("DATELINE_CACHE", folder.join("cache")).args(["--color", "always"]).args(args);
    command.output().unwrap()
}

fn write_news(folder: &Path) {
    let json = |text: &str| serde_json::to_string(text).unwrap();
    let mut lines = String::new();
    for number in 0..4 {
        let (id, source) = (json(&format!("{HOSTILE}{number}")), json(&format!("s{HOSTILE}")));
        let text = json(&format!("In {HOSTILE} Xanadu and Shangri-La {HOSTILE} they met. CANARYTEXT speaks."));
        lines += &format!(
            "{{\"id\":{id},\"source\":{source},\"date\":\"2024-0{}-01\",\"author\":\"me\",\"text\":{text}}}\n",
            number + 1
        );
    }
    lines += "{\"id\":\"CANARYBROKEN\",\"text\":\"CANARYTEXT is here\n";
    lines += &format!("{{\"id\":\"no text\",\"body{HOSTILE}\":3,\"CANARYFIELD\":\"CANARYTEXT\"}}\n");
    fs::write(folder.join("a.jsonl"), lines).unwrap();
    let name = HOSTILE.replace('\u{7}', "");
    let gazetteer =
        format!("xa{name}\tplace.city\tXanadu{name}\t-\tcc=XX\n+\talias\tXanadu\t-\nsh\tplace.city\tShangri-La\n");
    fs::write(folder.join("mine.gaz"), gazetteer).unwrap();
}

#[test]
fn nothing_hostile_reaches_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_news(folder);
    let id = format!("xa{}", HOSTILE.replace('\u{7}', ""));
    let document = format!("{HOSTILE}0");
    let commands: Vec<Vec<&str>> = vec![
        vec!["analyze", "a.jsonl", "-g", "mine.gaz", "--out", "run", "-v"],
        vec!["plan", "a.jsonl", "-g", "mine.gaz"],
        vec!["top", "run"],
        vec!["pairs", "run", "--all-pairs"],
        vec!["neighbours", "run", &id],
        vec!["neighbours", "run", HOSTILE],
        vec!["communities", "run"],
        vec!["trend", "run", "--by", "source"],
        vec!["trend", "run", &id],
        vec!["kwic", "run", &id],
        vec!["show", "run", "--entity", &id],
        vec!["show", "run", "--document", &document],
        vec!["show", "run", "--document", "\u{1b}[31m"],
        vec!["explain", "a.jsonl", "-g", "mine.gaz"],
        vec!["inspect", "run"],
        vec!["inspect", "run/entities.dln"],
        vec!["verify", "run", "--sample", "3", "--inputs"],
        vec!["selfcheck", "a.jsonl", "-g", "mine.gaz"],
        vec!["gazetteer", "show", "Xanadu", "-g", "mine.gaz"],
        vec!["gazetteer", "info", "mine.gaz"],
        vec!["gazetteer", "lint", "mine.gaz", "--alone"],
        vec!["gazetteer", "diff", "mine.gaz", "core", "-n", "5"],
        vec!["merge", "run", "run", "--out", "merged"],
        vec!["top", "run", "--where", HOSTILE.trim_end_matches('\u{202e}')],
    ];
    let mut seen = 0;
    for command in commands {
        let output = dateline(folder, &command);
        let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let shown = OWN.iter().fold(shown, |shown, own| shown.replace(own, ""));
        let hostile = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!shown.contains(hostile), "{command:?}:\n{}", shown.escape_debug());
        seen += usize::from(shown.contains("\\u{1b}"));
    }
    assert!(seen >= 8, "only {seen} commands showed a hostile text at all");
}

/// The texts of a file of a run.
fn texts(path: &Path) -> String {
    let mut texts = String::new();
    let mut add = |columns: Vec<ColumnRef<'_>>| {
        for column in columns {
            if let ColumnRef::Text(column) = column {
                texts.push_str(column.text());
            }
        }
    };
    macro_rules! read {
        ($($rows:ty),+) => {$(
            for block in FileReader::open(path).unwrap().into_blocks::<$rows>() {
                add(block.unwrap().columns());
            }
        )+};
    }
    read!(EntityRows, DocumentRows, CountRows, PairRows, MarginalRows, MentionRows, FieldRows, FieldValueRows);
    texts
}

#[test]
fn no_text_of_an_article_is_in_a_result() {
    let folder = tempfile::tempdir().unwrap();
    write_news(folder.path());
    let output = dateline(folder.path(), &["analyze", "a.jsonl", "-g", "mine.gaz", "--out", "run", "--keep", "author"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = Run::open(folder.path().join("run")).unwrap();
    let mut n_texts = 0;
    for name in run.manifest().files.keys() {
        let path = run.path().join(name);
        let texts = if name.ends_with(".dln") { texts(&path) } else { fs::read_to_string(&path).unwrap() };
        n_texts += usize::from(!texts.is_empty());
        assert!(!texts.contains("CANARYTEXT"), "{name}: {texts}");
    }
    assert_eq!(n_texts, 4, "entities, documents, fields and rejects hold texts");
    assert!(!fs::read_to_string(run.path().join("manifest.json")).unwrap().contains("CANARY"));
}
