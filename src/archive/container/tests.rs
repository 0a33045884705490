//! Containers in pieces of any size, cut anywhere.

use std::io::{Cursor, Write};

use super::*;
use crate::diagnostics::RejectReason;

/// What was read: the path of each member with its content, or why there is none.
type Read = Vec<(String, Result<String, RejectReason>)>;

fn header(kind: ::tar::EntryType, size: usize) -> ::tar::Header {
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size as u64);
    header.set_mode(0o644);
    header
}

/// An archive with members of every kind.
fn sample() -> Vec<u8> {
    let file = |content: &str| header(::tar::EntryType::Regular, content.len());
    let mut tar = ::tar::Builder::new(Vec::new());
    let mut add = |path: &str, content: &str| tar.append_data(&mut file(content), path, content.as_bytes()).unwrap();
    add("./a.txt", "Iraq");
    add("photo.bin", &"x".repeat(700));
    add(".hidden/b.txt", "York");
    add("news/empty.txt", "");
    add(&format!("news/{}/long.txt", "deep/".repeat(60)), "Bath");
    add("exact.txt", &"York ".repeat(1024));
    tar.append_data(&mut header(::tar::EntryType::Directory, 0), "news", &b""[..]).unwrap();
    tar.append_link(&mut header(::tar::EntryType::Symlink, 0), "link.txt", "a.txt").unwrap();
    tar.append_link(&mut header(::tar::EntryType::Link, 0), "hard.txt", "a.txt").unwrap();
    tar.append_pax_extensions([("path", &b"pax/news\nof today.txt"[..]), ("size", b"4")]).unwrap();
    // The attributes count, not this name and size.
    let mut short = header(::tar::EntryType::Regular, 4);
    short.set_path("short").unwrap();
    short.set_size(0);
    short.set_cksum();
    tar.get_mut().write_all(short.as_bytes()).unwrap();
    tar.get_mut().write_all(b"Kyiv").unwrap();
    tar.get_mut().write_all(&[0; 508]).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"Baghdad").unwrap();
    let gzip = gzip.finish().unwrap();
    let mut nested = header(::tar::EntryType::Regular, gzip.len());
    tar.append_data(&mut nested, "nested.txt.gz", &gzip[..]).unwrap();
    tar.append_data(&mut nested.clone(), "twin.txt.gz", &gzip[..]).unwrap();
    tar.append_data(&mut header(::tar::EntryType::Regular, 5), "not.txt.gz", &b"plain"[..]).unwrap();
    tar.into_inner().unwrap()
}

fn expected() -> Read {
    let long = format!("news/{}long.txt", "deep/".repeat(60));
    let read = |path: &str, content: &str| (format!("t.tar/{path}"), Ok(content.to_owned()));
    vec![
        read("a.txt", "Iraq"),
        read("news/empty.txt", ""),
        read(&long, "Bath"),
        read("exact.txt", &"York ".repeat(1024)),
        read("pax/news\nof today.txt", "Kyiv"),
        read("nested.txt.gz", "Baghdad"),
        read("twin.txt.gz", "Baghdad"),
        ("t.tar/not.txt.gz".to_owned(), Err(RejectReason::Damaged)),
    ]
}

/// Reads an archive in pieces of so many bytes: its members, how many were passed over, and how it ended.
fn read(tar: &[u8], chunk: usize) -> (Read, u64, Option<Fault>) {
    let content = Content::new(Box::new(Cursor::new(tar.to_vec())), "t.tar", false);
    let stream = Stream::new(content, Vec::new(), None).with_chunk(chunk);
    let wanted = Wanted { path: "t.tar".to_owned(), reads_all: false, members: None };
    let mut container = Container::new(wanted, Source::Tar(Box::new(Tar::new(stream))));
    let (mut members, mut passed_over) = (Read::new(), 0);
    loop {
        match container.next() {
            Ok(Step::Busy) => {}
            Ok(Step::PassedOver) => passed_over += 1,
            Ok(Step::Refused(path, fault)) => members.push((path.to_string(), Err(fault.reason))),
            Ok(Step::End) => return (members, passed_over, None),
            Err(fault) => return (members, passed_over, Some(fault)),
            Ok(Step::Member(path)) => {
                let mut content = Vec::new();
                let end = loop {
                    if let Some(end) = container.read(&mut content, chunk) {
                        break end;
                    }
                };
                let content = String::from_utf8(content).unwrap();
                match end {
                    Ended::Member(End::Whole) => members.push((path.to_string(), Ok(content))),
                    Ended::Member(End::Fault(fault)) => members.push((path.to_string(), Err(fault.reason))),
                    Ended::Container(fault) => return (members, passed_over, Some(fault)),
                }
            }
        }
    }
}

#[test]
fn a_tar_in_pieces_of_any_size_has_the_same_members() {
    let tar = sample();
    for chunk in [1, 3, 10, 511, 512, 513, 4096, 64 << 10] {
        let (members, passed_over, fault) = read(&tar, chunk);
        assert_eq!(members, expected(), "{chunk}");
        assert_eq!((passed_over, fault.is_some()), (5, false));
    }
}

#[test]
fn a_tar_that_is_cut_anywhere_is_never_called_complete() {
    let tar = sample();
    let whole = expected();
    // The end is two blocks of zeros, of which one is enough.
    let end = tar.len() - 512;
    for length in (512..end).step_by(61).chain([end - 1]) {
        let (members, _, fault) = read(&tar[..length], 4096);
        assert_eq!(fault.map(|fault| fault.reason), Some(RejectReason::Truncated), "{length}");
        assert!(whole.starts_with(&members), "{length}");
    }
    assert!(read(&tar[..end], 4096).2.is_none());
}

#[test]
fn joined_archives_are_one_and_what_is_no_header_is_damage() {
    let tar = sample();
    let (members, _, fault) = read(&tar.repeat(2), 4096);
    assert_eq!((members.len(), fault.is_none()), (2 * expected().len(), true));
    let (members, _, fault) = read(&[&tar[..], &[b'x'; 512]].concat(), 4096);
    assert_eq!((members, fault.unwrap().reason), (expected(), RejectReason::Damaged));
    // The header of the second member.
    let mut changed = tar.clone();
    changed[1024 + 4] ^= 1;
    let (members, _, fault) = read(&changed, 4096);
    assert_eq!((members.len(), fault.unwrap().reason), (1, RejectReason::Damaged));
}

#[test]
fn paths_of_members_lose_dots_and_nothing_else() {
    let name = |path: &str| name_of(path.as_bytes());
    assert_eq!(name("./a//b/./c.txt").unwrap(), "a/b/c.txt");
    assert_eq!(name("/etc/a.txt").unwrap(), "etc/a.txt");
    assert_eq!(name("../a.txt").unwrap(), "../a.txt");
    assert_eq!(name_of(b"caf\xe9.txt").unwrap(), "caf\\xe9.txt");
    for hidden in ["", ".", "./", ".a.txt", "a/.git/b.txt", "._a.txt"] {
        assert_eq!(name(hidden), None, "{hidden}");
    }
}
