//! `dateline gazetteer lint` on planted faults: exactly those are found.

use std::path::Path;

use dateline::lint::lint;

/// The code of each fault by file and line.
const PLANTED: [(&str, u32, &str); 25] = [
    ("planted.gaz", 3, "G013"),
    ("planted.gaz", 7, "G007"),
    ("planted.gaz", 8, "G004"),
    ("planted.gaz", 10, "G009"),
    ("planted.gaz", 11, "G010"),
    ("planted.gaz", 13, "G011"),
    ("planted.gaz", 14, "G006"),
    ("planted.gaz", 15, "G008"),
    ("planted.gaz", 16, "G101"),
    ("planted.gaz", 17, "G102"),
    ("planted.gaz", 18, "G103"),
    ("planted.gaz", 20, "G105"),
    ("planted.gaz", 21, "G106"),
    ("planted.gaz", 22, "G107"),
    ("planted.gaz", 23, "G108"),
    ("planted.gaz", 24, "G201"),
    ("planted.gaz", 25, "G202"),
    ("planted.gaz", 26, "G203"),
    ("planted.gaz", 27, "G204"),
    ("planted.gaz", 28, "G205"),
    ("planted.gaz", 29, "G302"),
    ("planted.gaz", 31, "G402"),
    ("planted.gaz", 33, "G305"),
    ("planted.gaz", 34, "G401"),
    ("planted-more.gaz", 3, "G109"),
];

#[test]
fn planted_faults_are_found_and_nothing_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint");
    let files = ["planted.gaz", "planted-more.gaz"].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let findings = lint(&files, &["world".to_owned()]).unwrap();
    let found: Vec<(&str, u32, &str)> = findings
        .iter()
        .map(|finding| (finding.path.file_name().unwrap().to_str().unwrap(), finding.line, finding.code.id()))
        .collect();
    assert_eq!(found, PLANTED, "{findings:#?}");
    // Every finding says what to do, and where.
    assert!(findings.iter().all(|finding| finding.column >= 1 && !finding.remedy.is_empty()));
}

/// Comparing each of them with each other would take minutes.
#[test]
fn many_entities_of_one_name_are_checked_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.gaz");
    let lines = |n: u32| -> String {
        (0..n)
            .map(|number| {
                format!("x:{number}\tplace.city\tSan Juan\tweak\tcc=AR pop={}\n+\talias\tSanjuán\tweak\n", number % 7)
            })
            .collect()
    };
    let checked = |n: u32| {
        std::fs::write(&path, lines(n)).unwrap();
        let started = std::time::Instant::now();
        let findings = lint(&[path.to_str().unwrap().to_owned()], &[]).unwrap();
        (findings, started.elapsed())
    };
    let (_, few) = checked(5_000);
    let (_, many) = checked(40_000);
    assert!(many < 20 * few.max(std::time::Duration::from_millis(200)), "{few:?} for 5,000, {many:?} for 40,000");
}
