//! Arrow IPC: a stream of messages, of which a file (Feather) is one with a magic before it and a directory after it.
//!
//! Both are read from beginning to end. So pipes and compressed files can be read, and a file that is cut gives the batches before the
//! cut. The directory of a file, if it can be reached, says where the messages begin; this matters for files of polars, which have
//! their schema in the directory only. A record batch is held in memory whole, as it was written.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{
    Block, Endianness, Message, MessageHeader, MetadataVersion, RecordBatch, root_as_footer, root_as_message,
};
use arrow_schema::SchemaRef;

use super::cells::as_bytes;
use super::{Chosen, Next, damaged, of_content, truncated, unharmed};
use crate::archive::decompress::{Content, End};
use crate::archive::fields::Fields;
use crate::archive::parse::Fault;
use crate::diagnostics::RejectReason;

pub(super) const MAGIC: &[u8] = b"ARROW1\0\0";
/// How a file ends.
const LAST: &[u8] = b"ARROW1";
/// Begins every message since 2019.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// The longest description of a message, and the longest record batch, also when its columns are decompressed.
const MOST_METADATA: usize = 64 << 20;
const MOST_BODY: u64 = 1 << 30;
/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// Whether the content is a stream: a message that is a schema.
pub(super) fn is_stream(head: &[u8]) -> bool {
    let Some((start, rest)) = head.split_first_chunk::<8>() else { return false };
    let Ok(length) = usize::try_from(i32::from_le_bytes([start[4], start[5], start[6], start[7]])) else {
        return false;
    };
    let plausible = start[..4] == CONTINUATION && length % 8 == 0 && (8..=MOST_METADATA).contains(&length);
    // Of a longer one, these bytes must be enough.
    plausible
        && rest.get(..length).is_none_or(|metadata| {
            root_as_message(metadata).is_ok_and(|message| message.header_type() == MessageHeader::Schema)
        })
}

/// A stream that is being read.
pub(super) struct ArrowStream {
    content: Content,
    /// Read and not yet used, from this byte of the content on.
    ahead: Vec<u8>,
    at: u64,
    end: Option<End>,
    is_file: bool,
    decoder: Option<FileDecoder>,
    /// Where the messages begin that are still to be read, if the directory was reached.
    places: Option<VecDeque<u64>>,
}

/// The directory of a file.
struct Footer {
    schema: SchemaRef,
    version: MetadataVersion,
    dictionaries: Vec<Block>,
    /// Where its record batches begin, in order.
    places: VecDeque<u64>,
}

impl Footer {
    /// Reads the directory; `None` if there is none, or it is damaged.
    fn read(mut file: &File) -> Option<Self> {
        let mut end = [0; 10];
        file.seek(SeekFrom::End(-(end.len() as i64))).ok()?;
        file.read_exact(&mut end).ok()?;
        let length = read_footer_length(end).ok().filter(|length| *length <= MOST_METADATA)?;
        let before = i64::try_from(length + end.len()).ok()?;
        file.seek(SeekFrom::End(-before)).ok()?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).ok()?;
        let footer = root_as_footer(&bytes).ok()?;
        let schema = footer.schema().filter(|schema| schema.endianness() == Endianness::Little)?;
        let dictionaries = footer.dictionaries().into_iter().flatten().copied().collect();
        let batches = footer.recordBatches().into_iter().flatten();
        let places = batches.map(|block| u64::try_from(block.offset()).ok()).collect::<Option<_>>()?;
        let schema = Arc::new(try_fb_to_schema(schema).ok()?);
        Some(Self { schema, version: footer.version(), dictionaries, places })
    }

    /// The message of a dictionary, which may lie anywhere in the file.
    fn dictionary(mut file: &File, block: &Block) -> Result<Taken, Fault> {
        let wrong = || damaged("its directory is wrong: there is no dictionary where it says");
        let at = u64::try_from(block.offset()).map_err(|_| wrong())?;
        let metadata = u64::try_from(block.metaDataLength()).map_err(|_| wrong())?;
        let body = u64::try_from(block.bodyLength()).map_err(|_| wrong())?;
        if metadata > MOST_METADATA as u64 || body > MOST_BODY {
            return Err(too_large(at));
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(at)).map_err(|_| wrong())?;
        let read = file.take(metadata + body).read_to_end(&mut bytes).map_err(damaged)?;
        let block = Block::new(0, block.metaDataLength(), block.bodyLength());
        if metadata < 8 || read as u64 != metadata + body {
            return Err(wrong());
        }
        let taken = Taken { bytes: Buffer::from_vec(bytes), block, at };
        check_sizes(&taken)?;
        Ok(taken)
    }
}

/// One message: its description with what is before it, and the bytes of its columns.
struct Taken {
    /// Both, one after the other.
    bytes: Buffer,
    block: Block,
    /// Where it begins in the content.
    at: u64,
}

impl ArrowStream {
    pub(super) fn new(content: Content, head: Vec<u8>, end: Option<End>, is_file: bool) -> Self {
        Self { content, ahead: head, at: 0, end, is_file, decoder: None, places: None }
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    pub(super) fn content_mut(&mut self) -> &mut Content {
        &mut self.content
    }

    pub(super) fn into_content(self) -> Content {
        self.content
    }

    /// Reads the schema; `file` is the same file, if it is one in which one can go back and forth.
    pub(super) fn begin(&mut self, file: Option<&File>, fields: &Fields) -> Result<Chosen, Fault> {
        let footer = file.filter(|_| self.is_file).and_then(|file| unharmed(|| Footer::read(file)).ok()?);
        if let Some((Footer { schema, version, dictionaries, places }, file)) = footer.zip(file) {
            self.places = Some(places);
            let chosen = self.choose(schema, version, fields)?;
            for block in &dictionaries {
                let Taken { bytes, block, .. } = Footer::dictionary(file, block)?;
                let decoder = self.decoder.as_mut().expect("it was just made");
                unharmed(|| decoder.read_dictionary(&block, &bytes))?.map_err(damaged)?;
            }
            return Ok(chosen);
        }
        if self.is_file {
            self.take(MAGIC.len())?;
            // The first message may begin at a multiple of 64 bytes.
            let mut before = MAGIC.len();
            while before < 64 && self.fill(8)? && self.ahead[..8] == [0; 8] {
                self.take(8)?;
                before += 8;
            }
        }
        let taken = self.message()?.ok_or_else(|| damaged("it has no schema"))?;
        let message = parse(&taken)?;
        let Some(schema) = message.header_as_schema() else { return Err(damaged("it does not begin with its schema")) };
        if schema.endianness() == Endianness::Big {
            let message = "the Arrow file was written by a big-endian processor; write it again as Parquet";
            return Err((RejectReason::OtherFormat, message.to_owned()));
        }
        let schema = Arc::new(try_fb_to_schema(schema).map_err(damaged)?);
        self.choose(schema, message.version(), fields)
    }

    fn choose(&mut self, schema: SchemaRef, version: MetadataVersion, fields: &Fields) -> Result<Chosen, Fault> {
        let schema = as_bytes(&schema);
        let chosen = Chosen::of(&schema, fields)?;
        let mut projection: Vec<usize> = chosen.roots().filter_map(|root| schema.index_of(root).ok()).collect();
        projection.sort_unstable();
        projection.dedup();
        self.decoder = Some(FileDecoder::new(schema, version).with_projection(projection));
        Ok(chosen)
    }

    /// The next rows.
    pub(super) fn next(&mut self) -> Result<Next, Fault> {
        loop {
            if let Some(places) = &mut self.places {
                let Some(place) = places.pop_front() else { return Ok(Next::End) };
                self.go_to(place)?;
            }
            let Some(taken) = self.message()? else {
                if self.places.is_some() {
                    return Err(damaged(format!("its directory is wrong: there is no message at byte {}", self.at)));
                }
                if self.is_file {
                    self.finish()?;
                }
                return Ok(Next::End);
            };
            let Taken { bytes, block, at } = &taken;
            let decoder = self.decoder.as_mut().expect("the schema comes first");
            match parse(&taken)?.header_type() {
                MessageHeader::DictionaryBatch => {
                    unharmed(|| decoder.read_dictionary(block, bytes))?.map_err(damaged)?;
                }
                MessageHeader::RecordBatch => {
                    let rows = unharmed(|| decoder.read_record_batch(block, bytes))?.map_err(damaged)?;
                    return Ok(rows.map_or(Next::End, |rows| Next::Rows(rows, *at)));
                }
                other => return Err(damaged(format!("a message of the kind {other:?} is in it"))),
            }
        }
    }

    /// The next message; `None` after the last.
    fn message(&mut self) -> Result<Option<Taken>, Fault> {
        let at = self.at;
        if !self.fill(1)? {
            // A stream may end like this.
            return if self.is_file { Err(self.cut()) } else { Ok(None) };
        }
        let mut bytes = self.take(4)?;
        if bytes == CONTINUATION {
            bytes.extend(self.take(4)?);
        }
        let length = bytes.last_chunk::<4>().map_or(0, |length| i32::from_le_bytes(*length));
        let length = match usize::try_from(length) {
            Ok(0) => return Ok(None),
            Ok(length) if length <= MOST_METADATA => length,
            _ => return Err(damaged(format!("a message at byte {at} has an impossible length"))),
        };
        bytes.extend(self.take(length)?);
        let metadata = &bytes[bytes.len() - length..];
        let message =
            root_as_message(metadata).map_err(|error| damaged(format!("the message at byte {at}: {error}")))?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| damaged("the length of a message is negative"))?;
        if body > MOST_BODY {
            return Err(too_large(at));
        }
        let block = Block::new(0, i32::try_from(bytes.len()).unwrap_or(i32::MAX), message.bodyLength());
        self.append(&mut bytes, body as usize)?;
        let taken = Taken { bytes: Buffer::from_vec(bytes), block, at };
        check_sizes(&taken)?;
        Ok(Some(taken))
    }

    /// The directory of a file, which nobody needs but to see that the file is whole.
    fn finish(&mut self) -> Result<(), Fault> {
        let mut last = std::mem::take(&mut self.ahead);
        while self.end.is_none() {
            last.drain(..last.len().saturating_sub(LAST.len()));
            self.end = self.content.read(&mut last, CHUNK, false);
        }
        if last.ends_with(LAST) { Ok(()) } else { Err(self.cut()) }
    }

    /// Leaves out the bytes before this one.
    fn go_to(&mut self, place: u64) -> Result<(), Fault> {
        let Some(mut left) = place.checked_sub(self.at) else {
            return Err(damaged("two messages of its directory overlap"));
        };
        while left > 0 {
            let step = left.min(CHUNK as u64);
            self.take(step as usize)?;
            left -= step;
        }
        Ok(())
    }

    /// So many bytes.
    fn take(&mut self, n: usize) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        self.append(&mut bytes, n)?;
        Ok(bytes)
    }

    fn append(&mut self, bytes: &mut Vec<u8>, n: usize) -> Result<(), Fault> {
        let have = n.min(self.ahead.len());
        bytes.extend(self.ahead.drain(..have));
        let mut missing = n - have;
        while missing > 0 {
            if self.end.is_some() {
                return Err(self.cut());
            }
            // No memory for what a damaged length promises.
            let before = bytes.len();
            self.end = self.content.read(bytes, missing.min(16 * CHUNK), false);
            missing -= bytes.len() - before;
        }
        self.at += n as u64;
        Ok(())
    }

    /// Reads ahead; whether there are so many bytes. A fault of the content is an error.
    fn fill(&mut self, n: usize) -> Result<bool, Fault> {
        while self.ahead.len() < n && self.end.is_none() {
            self.end = self.content.read(&mut self.ahead, CHUNK, false);
        }
        match &self.end {
            Some(End::Fault(_)) if self.ahead.len() < n => Err(self.cut()),
            _ => Ok(self.ahead.len() >= n),
        }
    }

    /// Why there is no more, though there should be.
    fn cut(&self) -> Fault {
        match &self.end {
            Some(End::Fault(fault)) => of_content(fault.clone()),
            _ => truncated("the Arrow file is cut: it ends too early"),
        }
    }
}

fn parse(taken: &Taken) -> Result<Message<'_>, Fault> {
    let bytes = &taken.bytes[..taken.block.metaDataLength() as usize];
    let before = if bytes.starts_with(&CONTINUATION) { 8 } else { 4 };
    root_as_message(&bytes[before..]).map_err(damaged)
}

fn too_large(at: u64) -> Fault {
    let message = format!(
        "the record batch at byte {at} is larger than 1 GiB, and one is held in memory whole; write the file in smaller ones (e.g. \
         chunksize=10000 in pyarrow.feather.write_feather), or as Parquet"
    );
    (RejectReason::TooLong, message)
}

/// Refuses columns that lie outside the message, or become too large when they are decompressed: the decoder trusts their places.
fn check_sizes(taken: &Taken) -> Result<(), Fault> {
    let message = parse(taken)?;
    let Some(batch) = record_batch(&message) else { return Ok(()) };
    let body = &taken.bytes[taken.block.metaDataLength() as usize..];
    let mut total: u64 = 0;
    for buffer in batch.buffers().iter().flatten() {
        let start = usize::try_from(buffer.offset()).ok();
        let end =
            start.zip(usize::try_from(buffer.length()).ok()).and_then(|(start, length)| start.checked_add(length));
        let column = start.zip(end).and_then(|(start, end)| body.get(start..end));
        let Some(column) = column else {
            return Err(damaged(format!("a column of the message at byte {} extends beyond it", taken.at)));
        };
        if batch.compression().is_some()
            && let Some(length) = column.first_chunk::<8>()
        {
            total = total.saturating_add(u64::try_from(i64::from_le_bytes(*length)).unwrap_or(0));
        }
    }
    if total > MOST_BODY { Err(too_large(taken.at)) } else { Ok(()) }
}

fn record_batch<'m>(message: &Message<'m>) -> Option<RecordBatch<'m>> {
    message.header_as_record_batch().or_else(|| message.header_as_dictionary_batch()?.data())
}
