use super::*;
use crate::error::ErrorKind;

const POOL: &str = "\
# comment
!default src=hand
us   place.country   United States   -   cc=US iso=USA
+    abbr   U.S.   exact
+    adj    American   exact
wash  place.city   Washington   weak   cc=US lat=38.895 lon=-77.036 ctx=dateline,prep
";

fn faults(text: &str) -> Vec<(u32, u32, String)> {
    let error = Gazetteer::from_text(text, "t.gaz").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gazetteer);
    let list = error.diagnostics().iter();
    list.map(|fault| (fault.line, fault.column, fault.message.clone())).collect()
}

#[test]
fn reads_entities_aliases_flags_and_keys() {
    let gazetteer = Gazetteer::from_text(POOL, "pool.gaz").unwrap();
    let us = gazetteer.entity(gazetteer.find("us").unwrap());
    assert_eq!((us.country(), us.field("iso"), us.field("src")), (Some("US"), Some("USA"), Some("hand")));
    let names: Vec<&str> =
        gazetteer.aliases_of(gazetteer.find("us").unwrap()).iter().map(|a| a.text.as_str()).collect();
    assert_eq!(names, ["American", "U.S.", "United States"]);
    let washington = gazetteer.find("wash").unwrap();
    assert_eq!(gazetteer.entity(washington).coordinates, Some((38.895, -77.036)));
    let alias = &gazetteer.aliases_of(washington)[0];
    assert!(alias.flags.weak);
    assert_eq!(alias.evidence, [Evidence::Preposition, Evidence::Dateline]);
}

#[test]
fn order_of_lines_changes_nothing() {
    let mut blocks =
        ["b  place  Beta  -\n+  alias  Bee  exact\n+  alias  Bay  -\n", "a  place  Alpha  -\n", "c  org.x  Gamma  -\n"];
    let first = Gazetteer::from_text(&blocks.concat(), "x").unwrap();
    blocks.reverse();
    let second = Gazetteer::from_text(&blocks.concat(), "x").unwrap();
    assert_eq!(first.fingerprint(), second.fingerprint());
    assert_eq!(first.aliases(), second.aliases());
    let swapped = Gazetteer::from_text(&blocks.concat().replace("exact", "any"), "x").unwrap();
    assert_ne!(first.fingerprint(), swapped.fingerprint());
}

#[test]
fn all_faults_are_reported_with_their_places() {
    let text = "+  alias  Early  -\nx  place.city\ny  place.city  Ypres  loud\ny2  place.city  Ypres  cc=BE\n\
                z  place.city  Zion  -  lat=91\nz  place.city  Zion  -\nw  place.city  Wick  -\n+  sound  Wyck  -\n\
                !includ x\nw  place.city  Wick  -\nv  place  Vaduz  exact,any\nu  place  \u{AD}\u{AD}  -\nt  place  Tyre  -  word\n";
    let found = faults(text);
    let places: Vec<(u32, u32)> = found.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(
        places,
        [(1, 1), (2, 1), (3, 23), (4, 24), (5, 25), (6, 1), (8, 4), (9, 1), (10, 1), (11, 18), (12, 11), (13, 20)],
        "{found:?}"
    );
    assert!(found[5].2.contains("already defined on line 5"));
}

#[test]
fn later_layers_replace_extend_and_remove() {
    let overlay = format!("{POOL}\n!extend us\n+  nick  Uncle Sam  -\n!remove wash\n");
    let gazetteer = Gazetteer::from_text(&overlay, "o.gaz").unwrap();
    assert!(gazetteer.find("wash").is_none());
    assert_eq!(gazetteer.aliases_of(gazetteer.find("us").unwrap()).len(), 4);
    assert_eq!(faults("!remove nobody\n!extend nobody\n+  alias  N  -\n").len(), 2);
}

#[test]
fn files_include_and_override_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("base.gaz"), "a  place  Alpha  -\nb  place  Beta  -\n").unwrap();
    std::fs::write(path("top.gaz"), "!include base.gaz\nb  org.x  Better  exact\n").unwrap();
    let gazetteer = Gazetteer::load([path("top.gaz")]).unwrap();
    assert_eq!(gazetteer.entity(gazetteer.find("b").unwrap()).kind, "org.x");
    assert_eq!(gazetteer.entities().len(), 2);
    std::fs::write(path("base.gaz"), "!include top.gaz\n").unwrap();
    let error = Gazetteer::load([path("top.gaz")]).unwrap_err();
    assert!(error.to_string().contains("includes itself"), "{error}");
    std::fs::write(path("latin.gaz"), b"a  place  Z\xFCrich  -\n").unwrap();
    let error = Gazetteer::load([path("latin.gaz")]).unwrap_err();
    assert!(error.to_string().contains("latin.gaz:1:12: the line is not UTF-8"), "{error}");
    let error = Gazetteer::load([path("missing.gaz")]).unwrap_err();
    assert!(error.to_string().contains("built-in gazetteers"), "{error}");
}

#[test]
fn a_file_of_another_format_is_not_a_thousand_lines() {
    let text = "name,kind\n".repeat(5000);
    assert_eq!(faults(&text).len(), 101);
    assert_eq!(Gazetteer::from_text("# nothing\n", "empty.gaz").unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn the_builtin_gazetteer_reads_without_fault() {
    let world = Gazetteer::builtin("world").unwrap();
    assert!(world.entities().len() >= 2_000, "{}", world.entities().len());
    let core = Gazetteer::builtin("core").unwrap();
    assert!(core.entities().len() < world.entities().len());
    let parents =
        world.entities().iter().filter_map(|entity| entity.field("parent").map(|parent| (&entity.id, parent)));
    let dangling: Vec<_> = parents.filter(|(_, parent)| world.find(parent).is_none()).collect();
    assert!(dangling.is_empty(), "{} dangling parents, the first {:?}", dangling.len(), dangling[0]);
}
