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
    let names: Vec<&str> = gazetteer.aliases_of(gazetteer.find("us").unwrap()).map(|alias| alias.text).collect();
    assert_eq!(names, ["American", "U.S.", "United States"]);
    let washington = gazetteer.find("wash").unwrap();
    assert_eq!(gazetteer.entity(washington).coordinates, Some((38.895, -77.036)));
    let alias = gazetteer.aliases_of(washington).next().unwrap();
    assert!(alias.flags.weak);
    assert_eq!(alias.evidence.iter().collect::<Vec<_>>(), [Evidence::Preposition, Evidence::Dateline]);
}

#[test]
fn order_of_lines_changes_nothing() {
    let mut blocks =
        ["b  place  Beta  -\n+  alias  Bee  exact\n+  alias  Bay  -\n", "a  place  Alpha  -\n", "c  org.x  Gamma  -\n"];
    let first = Gazetteer::from_text(&blocks.concat(), "x").unwrap();
    blocks.reverse();
    let second = Gazetteer::from_text(&blocks.concat(), "x").unwrap();
    assert_eq!(first.fingerprint(), second.fingerprint());
    assert!(first.aliases().eq(second.aliases()));
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
fn includes_have_limits() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("mine")).unwrap();
    let refused = |text: &str, expected: &str| {
        std::fs::write(path("mine/top.gaz"), format!("{text}\na  org.x  Alpha\n")).unwrap();
        let error = Gazetteer::load([path("mine/top.gaz").to_str().unwrap()]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    std::fs::write(path("secret.gaz"), "b  org.x  Beta\n").unwrap();
    refused("!include ../secret.gaz", "is not below the folder of this file");
    refused(&format!("!include {}", path("secret.gaz").display()), "is not below the folder");
    refused("!include missing.gaz", "cannot read the included file");
    refused("!include .", "is not a plain file");
    // Each of a few small files includes the next one twice: a million in all.
    for number in 0..20 {
        let next = format!("!include {}.gaz\n", number + 1);
        std::fs::write(path(&format!("mine/{number}.gaz")), format!("{next}{next}")).unwrap();
    }
    std::fs::write(path("mine/20.gaz"), "").unwrap();
    refused("!include 0.gaz", "and so on, too often");
    refused("!include 9.gaz", "is one include too many");
    std::fs::write(path("mine/top.gaz"), "!include 15.gaz\na  org.x  Alpha\n").unwrap();
    Gazetteer::load([path("mine/top.gaz").to_str().unwrap()]).unwrap();
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
    let parents = world.entities().filter_map(|entity| entity.field("parent").map(|parent| (entity.id, parent)));
    let dangling: Vec<_> = parents.filter(|(_, parent)| world.find(parent).is_none()).collect();
    assert!(dangling.is_empty(), "{} dangling parents, the first {:?}", dangling.len(), dangling[0]);
}

#[test]
fn keys_of_names_are_kept() {
    let text = "a  place  Astana  -  cc=KZ x=1\n+  former  Nur-Sultan  weak  from=2019-03 to=2022-09 ctx=cc\n+  abbr  AST  -\n";
    let gazetteer = Gazetteer::from_text(text, "a.gaz").unwrap();
    let fields = |name: &str| {
        let row = gazetteer.aliases().position(|alias| alias.text == name).unwrap();
        gazetteer.alias_fields(AliasId::new(row)).collect::<Vec<_>>()
    };
    assert_eq!(fields("Nur-Sultan"), [("from", "2019-03"), ("to", "2022-09")]);
    assert_eq!(fields("Astana"), []);
    let entity = gazetteer.entity(EntityId(0));
    assert_eq!(entity.fields().collect::<Vec<_>>(), [("cc", "KZ"), ("x", "1")]);
}

#[test]
fn a_layer_over_a_compiled_one_is_a_layer_over_its_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(
        path("base.gaz"),
        format!("{POOL}n  place  Nowhere  -\n+  nick  Nix  exact,weak  ctx=head lang=de\n"),
    )
    .unwrap();
    std::fs::write(path("over.gaz"), "!remove wash\n!extend us\n+  nick  Uncle Sam  -\n").unwrap();
    let text = Gazetteer::load([path("base.gaz"), path("over.gaz")]).unwrap();
    Gazetteer::load([path("base.gaz")]).unwrap().save(path("base.dlz"), false).unwrap();
    let compiled = Gazetteer::load([path("base.dlz"), path("over.gaz")]).unwrap();
    assert_eq!(text.fingerprint(), compiled.fingerprint());
    assert_eq!(compiled.n_entities(), 2);
}

#[test]
fn a_compiled_file_is_refused_when_its_source_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("a.gaz"), "a  place  Alpha  -\n").unwrap();
    Gazetteer::load([path("a.gaz")]).unwrap().save(path("a.dlz"), false).unwrap();
    assert!(Gazetteer::open(path("a.dlz")).is_ok());
    std::fs::write(path("a.gaz"), "a  place  Gamma  -\n").unwrap();
    let error = Gazetteer::open(path("a.dlz")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Format);
    assert!(error.to_string().contains("a.gaz has changed since it was compiled"), "{error}");
    std::fs::remove_file(path("a.gaz")).unwrap();
    assert!(Gazetteer::open(path("a.dlz")).is_ok(), "a compiled file may travel alone");
}

#[test]
fn odd_coordinates_and_large_numbers_survive() {
    let text = "a  place  A  -  lat=12.123456789 lon=-179.99999999 pop=18446744073709551615\nb  place  B  -  lat=-90 lon=180 pop=0\nc  place  C  -  lat=1\n";
    let gazetteer = Gazetteer::from_text(text, "a.gaz").unwrap();
    let found: Vec<_> = gazetteer.entities().map(|entity| (entity.coordinates, entity.population())).collect();
    assert_eq!(
        found,
        [(Some((12.123_456_789, -179.999_999_99)), Some(u64::MAX)), (Some((-90.0, 180.0)), Some(0)), (None, None)]
    );
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..proptest::test_runner::Config::with_cases(300) })]

    /// Whatever the sections contain, reading returns: no panic, no endless loop.
    #[test]
    fn forged_sections_never_panic(changes in proptest::collection::vec((0..2000usize, proptest::num::u8::ANY), 1..40)) {
        let gazetteer = Gazetteer::from_text(POOL, "pool.gaz").unwrap();
        let mut bytes = gazetteer.image().bytes().to_vec();
        // Past the description, which is JSON and is refused if damaged.
        let first = gazetteer.image().section(*b"ENTS").unwrap().start;
        let length = bytes.len() - first;
        for (at, value) in changes {
            bytes[first + at % length] = value;
        }
        let forged = Image::unchecked(bytes);
        let gazetteer = Gazetteer::from_image(forged).unwrap();
        for row in 0..gazetteer.n_entities() {
            let entity = gazetteer.entity(EntityId::new(row));
            let _ = (entity.fields().count(), gazetteer.aliases_of(EntityId::new(row)).count());
        }
        for row in 0..gazetteer.n_aliases() {
            let _ = (gazetteer.alias(AliasId::new(row)), gazetteer.alias_fields(AliasId::new(row)).count());
        }
        let _ = gazetteer.find("us");
    }
}

#[test]
fn parents_are_found_in_any_order() {
    let text = "b  place  B  -  parent=c\nc  place  C  -  parent=a\na  place  A  -  parent=nowhere\n";
    let gazetteer = Gazetteer::from_text(text, "p.gaz").unwrap();
    let parent = |id: &str| gazetteer.parent(gazetteer.find(id).unwrap()).map(|row| gazetteer.entity(row).id);
    assert_eq!((parent("b"), parent("c"), parent("a")), (Some("c"), Some("a"), None));
    let orphans = Gazetteer::from_names(["Alpha", "Beta"]).unwrap();
    assert_eq!(orphans.parents.len(), 2 * 4);
    assert!((0..2).all(|row| orphans.parent(EntityId::new(row)).is_none()));
}

#[test]
fn names_belong_to_the_entity_before_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("part.gaz"), "b  place  Beta  -\n").unwrap();
    let whole = "\
a  place  Alpha  -
!default x=y
+  alias  Aleph  -
!include part.gaz
+  alias  Lost  -
c  place  Gamma  -  x=z
!extend b
+  alias  Bet  -  lang=he
";
    std::fs::write(path("whole.gaz"), whole).unwrap();
    let gazetteer = Gazetteer::load([path("whole.gaz")]).unwrap();
    let names: Vec<(&str, &str)> =
        gazetteer.aliases().map(|alias| (gazetteer.entity(alias.entity).id, alias.text)).collect();
    assert_eq!(names, [("a", "Aleph"), ("a", "Alpha"), ("b", "Bet"), ("b", "Beta"), ("c", "Gamma")]);
    let field = |id: &str| gazetteer.entity(gazetteer.find(id).unwrap()).field("x");
    assert_eq!((field("a"), field("b"), field("c")), (None, None, Some("z")));
    let bet = gazetteer.alias_fields(AliasId(2)).collect::<Vec<_>>();
    assert_eq!(bet, [("lang", "he")]);
}
