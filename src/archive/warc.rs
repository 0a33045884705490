//! Web archives: WARC 0.17 to 1.1 (ISO 28500) and the older ARC 1 and 2.
//!
//! [`next`] finds, from the bytes at hand, where the next record ends and whether it may hold an article; it needs no more than the
//! record's own header, so that records of other kinds are passed over without being held in memory. [`payload`] takes the page
//! out of a record that was cut: HTTP headers, chunked transfer and compression are undone.

use std::borrow::Cow;

/// Bytes of the longest record header that is looked for.
const LONGEST_HEADER: usize = 64 << 10;

/// What stands at the beginning of some bytes of an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// More bytes are needed.
    Incomplete,
    /// Blank lines between records; so many bytes.
    Blank(usize),
    /// A record with its header: bytes up to its end, which need not be at hand yet.
    Record { length: u64, kind: Kind },
    /// No record begins here. The next one may begin after so many bytes.
    Broken { skip: usize, message: String },
}

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A web page or a text: an article may be in it.
    Article,
    /// A request, metadata, an image, a redirection, a revisit: nothing to read.
    Other,
}

/// Whether the content of a file is a web archive.
pub(super) fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"WARC/0.") || head.starts_with(b"WARC/1.") || head.starts_with(b"filedesc://")
}

/// Looks at the beginning of `bytes`, which is the end of the file if `last`.
pub(super) fn next(bytes: &[u8], last: bool) -> Next {
    let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    if blank > 0 || bytes.is_empty() {
        return if blank == 0 { Next::Incomplete } else { Next::Blank(blank) };
    }
    match Header::read(bytes) {
        Some(Ok(header)) => match header.kind(bytes) {
            // The kind is known from the HTTP header, which is not at hand yet.
            None if !last && bytes.len() < header.start + LONGEST_HEADER && (bytes.len() as u64) < header.end() => {
                Next::Incomplete
            }
            kind => Next::Record { length: header.end(), kind: kind.unwrap_or(Kind::Other) },
        },
        Some(Err(message)) => Next::Broken { skip: distance_to_record(bytes), message },
        // A header that the end of the file cuts is the end of a record all the same.
        None if bytes.len() < LONGEST_HEADER && (!last || bytes.starts_with(b"WARC/")) => Next::Incomplete,
        None => Next::Broken { skip: distance_to_record(bytes), message: "no record begins here".to_owned() },
    }
}

/// Bytes up to where the next record seems to begin, or all of them but those that may begin one.
fn distance_to_record(bytes: &[u8]) -> usize {
    let mark = b"\nWARC/";
    let found = memchr::memmem::find(bytes.get(1..).unwrap_or_default(), mark).map(|at| at + 2);
    found.unwrap_or_else(|| bytes.len().saturating_sub(mark.len()).max(1))
}

/// The header of a record.
#[derive(Debug, PartialEq, Eq)]
struct Header<'a> {
    /// Where the content begins.
    start: usize,
    length: u64,
    /// The `WARC-Type`; `response` for records of ARC files.
    kind: Cow<'a, [u8]>,
    address: &'a [u8],
    content_type: &'a [u8],
}

impl<'a> Header<'a> {
    /// Reads a header; `None` if it may be longer than `bytes`.
    fn read(bytes: &'a [u8]) -> Option<Result<Self, String>> {
        if bytes.starts_with(b"WARC/") {
            Self::of_warc(bytes)
        } else if b"WARC/".starts_with(&bytes[..bytes.len().min(5)]) {
            None
        } else {
            Self::of_arc(bytes)
        }
    }

    fn of_warc(bytes: &'a [u8]) -> Option<Result<Self, String>> {
        let (fields, start) = fields(bytes)?;
        let value = |name: &str| field(fields, name).unwrap_or_default();
        let length = value("Content-Length");
        let Some(length) = std::str::from_utf8(length).ok().and_then(|length| length.parse().ok()) else {
            let shown = String::from_utf8_lossy(&length[..length.len().min(40)]);
            return Some(Err(format!("the record has no valid Content-Length (found {shown:?})")));
        };
        let kind = value("WARC-Type").to_ascii_lowercase();
        let address = trim_angles(value("WARC-Target-URI"));
        Some(Ok(Self { start, length, kind: Cow::Owned(kind), address, content_type: value("Content-Type") }))
    }

    /// `URL IP-address date content-type length`, and in version 2 of the format five more fields before the length.
    fn of_arc(bytes: &'a [u8]) -> Option<Result<Self, String>> {
        let end = match memchr::memchr(b'\n', &bytes[..bytes.len().min(LONGEST_HEADER)]) {
            Some(end) => end,
            None if bytes.len() < LONGEST_HEADER => return None,
            None => return Some(Err("no record begins here".to_owned())),
        };
        let line = bytes[..end].trim_ascii_end();
        // Addresses may hold blanks, so the fields are counted from the end.
        let mut fields = line.rsplitn(5, |byte| *byte == b' ');
        let mut last = || fields.next().unwrap_or_default();
        let (length, kind, date, _, address) = (last(), last(), last(), last(), last());
        let length = std::str::from_utf8(length).ok().and_then(|length| length.parse::<u64>().ok());
        let date = date.len() >= 8 && date.iter().all(u8::is_ascii_digit);
        match length {
            Some(length) if date && !address.is_empty() => {
                let description = address.starts_with(b"filedesc:");
                let of_record: &[u8] = if description { b"warcinfo" } else { b"response" };
                Some(Ok(Self { start: end + 1, length, kind: Cow::Borrowed(of_record), address, content_type: kind }))
            }
            _ => Some(Err("this line is no header of an ARC record".to_owned())),
        }
    }

    fn end(&self) -> u64 {
        (self.start as u64).saturating_add(self.length)
    }

    /// What the record holds; `None` if the bytes end before that is known.
    fn kind(&self, bytes: &[u8]) -> Option<Kind> {
        match &*self.kind {
            // The logs of a crawler are resources of other schemes ("metadata:", "urn:").
            b"conversion" | b"resource" => {
                let web = self.address.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"http"));
                Some(article_if(web && is_text(self.content_type)))
            }
            b"response" => {
                let content = &bytes[self.start.min(bytes.len())..(self.end().min(bytes.len() as u64) as usize)];
                if !content.starts_with(b"HTTP/") {
                    let whole = content.len() >= 5 || content.len() as u64 == self.length;
                    return whole.then(|| article_if(is_text(self.content_type)));
                }
                let (fields, _) = fields(content)?;
                Some(article_if(
                    status(fields) == Some(200) && is_text(field(fields, "Content-Type").unwrap_or(b"text/html")),
                ))
            }
            _ => Some(Kind::Other),
        }
    }
}

fn article_if(article: bool) -> Kind {
    if article { Kind::Article } else { Kind::Other }
}

/// Whether a media type is one of pages or texts.
fn is_text(media_type: &[u8]) -> bool {
    let kind = media_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    [&b"text/html"[..], b"application/xhtml+xml", b"text/plain"].iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// The lines of a header up to the empty one, and where what follows begins. `None` if there is no empty line.
fn fields(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let near = &bytes[..bytes.len().min(LONGEST_HEADER)];
    memchr::memchr_iter(b'\n', near).find_map(|at| match &near[at + 1..] {
        [b'\r', b'\n', ..] => Some((&near[..at], at + 3)),
        [b'\n', ..] => Some((&near[..at], at + 2)),
        _ => None,
    })
}

/// The value of a field of a header.
fn field<'a>(fields: &'a [u8], name: &str) -> Option<&'a [u8]> {
    fields.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
        let (found, value) = line.split_at_checked(name.len())?;
        (found.eq_ignore_ascii_case(name.as_bytes()))
            .then(|| value.trim_ascii_start().strip_prefix(b":"))?
            .map(<[u8]>::trim_ascii)
    })
}

/// The status of an HTTP response.
fn status(fields: &[u8]) -> Option<u16> {
    let line = fields.split(|byte| *byte == b'\n').next()?;
    let code = line.split(|byte| *byte == b' ').find(|word| !word.is_empty() && !word.starts_with(b"HTTP/"))?;
    std::str::from_utf8(code.trim_ascii()).ok()?.parse().ok()
}

/// Some writers put addresses into angle brackets.
fn trim_angles(address: &[u8]) -> &[u8] {
    address.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")).unwrap_or(address)
}

/// The page or text in a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Payload<'a> {
    /// The address it was fetched from.
    pub(super) address: Cow<'a, str>,
    /// Whether it is plain text and no page.
    pub(super) is_plain: bool,
    /// The encoding that the transfer declared.
    pub(super) charset: Option<&'a [u8]>,
    /// The bytes of the page, uncompressed.
    pub(super) body: Cow<'a, [u8]>,
}

/// Takes the page out of a whole record of [`Kind::Article`]; no more than `limit` bytes of it.
///
/// # Errors
///
/// A message if the record is not one, or if its compression is broken.
pub(super) fn payload(record: &[u8], limit: usize) -> Result<Payload<'_>, String> {
    let header = Header::read(record).unwrap_or_else(|| Err("the record's header is cut".to_owned()))?;
    let content = &record[header.start.min(record.len())..];
    let content = &content[..content.len().min(usize::try_from(header.length).unwrap_or(usize::MAX))];
    let address = String::from_utf8_lossy(header.address);
    let http = if content.starts_with(b"HTTP/") { fields(content) } else { None };
    let Some((fields, start)) = http else {
        let is_plain = !header.content_type.trim_ascii_start().to_ascii_lowercase().starts_with(b"text/html");
        return Ok(Payload { address, is_plain, charset: charset(header.content_type), body: Cow::Borrowed(content) });
    };
    let media_type = field(fields, "Content-Type").unwrap_or_default();
    let is_chunked = field(fields, "Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked"));
    let body = &content[start..];
    // Some crawlers keep the field and store the page without chunks.
    let body = if is_chunked { unchunked(body).unwrap_or(Cow::Borrowed(body)) } else { Cow::Borrowed(body) };
    let encoding = field(fields, "Content-Encoding").unwrap_or_default().to_ascii_lowercase();
    let body = match &*encoding {
        b"" | b"identity" => body,
        // The same for pages that were stored uncompressed.
        b"gzip" | b"x-gzip" if !body.starts_with(&[0x1f, 0x8b]) => body,
        encoding => Cow::Owned(decoded(encoding, &body, limit)?),
    };
    let is_plain = media_type.trim_ascii_start().to_ascii_lowercase().starts_with(b"text/plain");
    Ok(Payload { address, is_plain, charset: charset(media_type), body })
}

/// The `charset` of a media type.
fn charset(media_type: &[u8]) -> Option<&[u8]> {
    media_type.split(|byte| *byte == b';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.trim_ascii().split_at_checked(8)?;
        let value = value.trim_ascii_start();
        name.eq_ignore_ascii_case(b"charset=")
            .then(|| value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value))
    })
}

/// The body of a page without its content encoding; no more than `limit` bytes.
#[cfg(feature = "compression")]
fn decoded(encoding: &[u8], body: &[u8], limit: usize) -> Result<Vec<u8>, String> {
    match encoding {
        b"gzip" | b"x-gzip" => inflated(flate2::read::MultiGzDecoder::new(body), limit),
        b"deflate" if body.first().is_some_and(|first| first & 0x0f == 8) => {
            inflated(flate2::read::ZlibDecoder::new(body), limit)
        }
        b"deflate" => inflated(flate2::read::DeflateDecoder::new(body), limit),
        b"br" => inflated(brotli_decompressor::Decompressor::new(body, 4096), limit),
        other => Err(format!("the page is encoded as {:?}, which is not known", String::from_utf8_lossy(other))),
    }
}

#[cfg(not(feature = "compression"))]
fn decoded(encoding: &[u8], _: &[u8], _: usize) -> Result<Vec<u8>, String> {
    let encoding = String::from_utf8_lossy(encoding);
    Err(format!(
        "the page is encoded as {encoding:?}, and this dateline was built without the cargo feature `compression`"
    ))
}

#[cfg(feature = "compression")]
fn inflated(decoder: impl std::io::Read, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let result = std::io::Read::read_to_end(&mut decoder.take(limit as u64 + 1), &mut body);
    match result {
        _ if body.len() > limit => Err(format!("the page is longer than {limit} bytes when it is decompressed")),
        // Crawlers cut long pages; what was decompressed is read.
        Err(error) if body.is_empty() => Err(format!("the page cannot be decompressed: {error}")),
        _ => Ok(body),
    }
}

/// A body without its chunks; `None` if it has none. A body that is cut gives what there is.
fn unchunked(mut body: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut whole = Vec::new();
    let mut first = true;
    while let Some(line_end) = memchr::memchr(b'\n', &body[..body.len().min(128)]) {
        let line = body[..line_end].split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let length = std::str::from_utf8(line).ok().and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let Some(length) = length else { return if first { None } else { Some(Cow::Owned(whole)) } };
        body = &body[line_end + 1..];
        if length == 0 {
            break;
        }
        whole.extend_from_slice(&body[..length.min(body.len())]);
        body = body.get(length..).unwrap_or_default();
        body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        first = false;
    }
    (!first).then_some(Cow::Owned(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: &str, content_type: &str, content: &[u8]) -> Vec<u8> {
        let mut record = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <http://e.example/a>\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            content.len()
        )
        .into_bytes();
        record.extend_from_slice(content);
        record
    }

    fn response(header: &str, body: &[u8]) -> Vec<u8> {
        let mut content = format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n").into_bytes();
        content.extend_from_slice(body);
        record("response", "application/http; msgtype=response", &content)
    }

    #[test]
    fn records_are_found_by_their_header() {
        let page = response("Content-Type: text/html; charset=\"latin1\"", b"<p>x</p>");
        assert_eq!(next(&page, false), Next::Record { length: page.len() as u64, kind: Kind::Article });
        for kind in ["request", "metadata", "warcinfo", "revisit"] {
            let other = record(kind, "application/http", b"x");
            assert_eq!(next(&other, false), Next::Record { length: other.len() as u64, kind: Kind::Other });
        }
        let image = response("Content-Type: image/png", b"x");
        assert_eq!(next(&image, false), Next::Record { length: image.len() as u64, kind: Kind::Other });
        assert_eq!(next(b"\r\n\r\nWARC/1.0", false), Next::Blank(4));
    }

    #[test]
    fn every_cut_needs_more_bytes_and_never_another_answer() {
        let page = response("Content-Type: text/html", b"<p>x</p>");
        let whole = next(&page, true);
        for end in 1..page.len() {
            let cut = next(&page[..end], false);
            assert!(cut == Next::Incomplete || cut == whole, "{end}: {cut:?}");
        }
    }

    #[test]
    fn reading_goes_on_at_the_next_record() {
        let mut damaged = b"WARC/1.0\r\nContent-Length: many\r\n\r\nxx\r\n".to_vec();
        let skip = damaged.len();
        damaged.extend(record("resource", "text/html", b"x"));
        match next(&damaged, false) {
            Next::Broken { skip: found, message } => {
                assert_eq!(found, skip);
                assert!(message.contains("\"many\""), "{message}");
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(next(b"noise that is not a record\n", true), Next::Broken { .. }));
    }

    #[cfg(feature = "compression")]
    #[test]
    fn transfer_is_undone() {
        let body =
            |record: &[u8]| payload(record, 1000).map(|payload| String::from_utf8_lossy(&payload.body).into_owned());
        let html = "Content-Type: text/html";
        assert_eq!(body(&response(html, b"<p>x")).unwrap(), "<p>x");
        let chunked = format!("{html}\r\nTransfer-Encoding: chunked");
        assert_eq!(body(&response(&chunked, b"3;x=y\r\n<p>\r\n1\r\nx\r\n0\r\n\r\n")).unwrap(), "<p>x");
        assert_eq!(body(&response(&chunked, b"<p>x")).unwrap(), "<p>x");
        assert_eq!(body(&response(&chunked, b"3\r\n<p>\r\n9\r\nx")).unwrap(), "<p>x");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, b"<p>gz").unwrap();
        let gzip = encoder.finish().unwrap();
        let gzipped = format!("{html}\r\nContent-Encoding: gzip");
        assert_eq!(body(&response(&gzipped, &gzip)).unwrap(), "<p>gz");
        assert_eq!(body(&response(&gzipped, b"<p>x")).unwrap(), "<p>x");
        assert!(body(&response(&format!("{html}\r\nContent-Encoding: lzma"), b"x")).unwrap_err().contains("lzma"));
        let long = response(html, &[b'x'; 10]);
        assert_eq!(payload(&long, 3).unwrap().body.len(), 10);
        let bomb = {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, &[b'x'; 5000]).unwrap();
            encoder.finish().unwrap()
        };
        assert!(body(&response(&gzipped, &bomb)).unwrap_err().contains("1000 bytes"));
    }

    #[test]
    fn addresses_and_charsets() {
        let page = response("Content-Type: text/html; charset=\"latin1\"", b"");
        let payload = payload(&page, 10).unwrap();
        assert_eq!(
            (payload.address.as_ref(), payload.charset, payload.is_plain),
            ("http://e.example/a", Some(&b"latin1"[..]), false)
        );
        let text = record("conversion", "text/plain", b"Text");
        assert!(super::payload(&text, 10).unwrap().is_plain);
    }

    #[test]
    fn arc_records_have_one_line() {
        let arc =
            b"http://e.example/a b 10.0.0.1 20140216050221 text/html 30\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n<p>x</p>\n";
        match next(arc, false) {
            Next::Record { length, kind: Kind::Article } => assert_eq!(length, 88),
            other => panic!("{other:?}"),
        }
        assert_eq!(payload(arc, 100).unwrap().address, "http://e.example/a b");
        assert!(is_archive(b"filedesc://x.arc 1.2.3.4 20140101000000 text/plain 75"));
        assert!(matches!(next(b"http://e.example/ 1.2.3.4 20140101000000 text/html -1\n", true), Next::Broken { .. }));
    }
}
