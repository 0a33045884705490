"""Writes .dln files and runs by hand, right ones with awkward contents and wrong ones. After docs/format.md."""

import hashlib
import json
import os
import struct
from zlib import crc32

GAZETTEER = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
CODES = {"u32": "I", "u64": "Q", "i32": "i", "f64": "d"}
KINDS = {  # number, columns
    "entities": (1, "id:str name:str kind:str country:str parent:str wikidata:str population:u64 "
        "latitude:f64 longitude:f64 mentions:u64 documents:u32"),
    "documents": (2, "id:str date:str day:i32 source:str language:str file:u32 offset:u64 length:u64 "
        "characters:u32 words:u32 paragraphs:u32 sentences:u32 mentions:u32 notes:u32"),
    "counts": (3, "document:u32 entity:u32 count:u32"),
    "pairs": (4, "a:u32 b:u32 joint:u32"),
    "marginals": (5, "entity:u32 contexts:u32"),
    "mentions": (6, "document:u32 part:u32 start:u32 end:u32 start_char:u32 end_char:u32 "
        "section:u32 paragraph:u32 sentence:u32 word:u32 entity:u32"),
    "signatures": (9, "content:u64 samples0:u64 samples1:u64 samples2:u64 samples3:u64 "
        "samples4:u64 samples5:u64 samples6:u64 samples7:u64"),
}


def vector(code, values):
    return struct.pack(f"<Q{len(values)}{code}", len(values), *values)


def row(table, **given):
    """A row of a table; what is not given is empty or 0."""
    columns = [column.split(":") for column in KINDS[table][1].split()]
    assert set(given) <= {column for column, _ in columns}, given
    return tuple(given.get(column, "" if kind == "str" else 0) for column, kind in columns)


def payload(name, rows):
    """The columns of rows given as tuples."""
    out = b""
    columns = list(zip(*rows)) or [()] * len(KINDS[name][1].split())
    for column, values in zip(KINDS[name][1].split(), columns):
        kind = column.split(":")[1]
        if kind != "str":
            out += vector(CODES[kind], values)
            continue
        texts, offsets = [text.encode() for text in values], [0]
        for text in texts:
            offsets.append(offsets[-1] + len(text))
        out += vector("I", offsets) + struct.pack("<Q", offsets[-1]) + b"".join(texts)
    return out


def block(kind, data, rows, codec=0, raw_len=None, stored_len=None, payload_crc=None):
    raw_len = len(data) if raw_len is None else raw_len
    stored_len = len(data) if stored_len is None else stored_len
    payload_crc = crc32(data) if payload_crc is None else payload_crc
    head = struct.pack("<IIQQQI", kind, codec, stored_len, raw_len, rows, payload_crc)
    return (kind, rows, head + struct.pack("<I", crc32(head)) + data)


def header(format_name, names, **changes):
    blocks = {str(KINDS[name][0]): {"name": name, "columns": KINDS[name][1].split()} for name in names}
    properties = {"context": "document", "contexts": 4, "counting": "boolean", "triangle": "upper"}
    out = {"format": format_name, "producer": "dateline 0.1.0", "gazetteer": GAZETTEER, "blocks": blocks}
    return {**out, "properties": properties, **changes}


def file_of(head, blocks, version=(1, 0), index=None, before_footer=b""):
    text = json.dumps(head).encode() if isinstance(head, dict) else head
    out = b"\x89DLN\r\n\x1a\n" + struct.pack("<HHI", *version, len(text)) + text
    out += struct.pack("<I", crc32(out))
    listed = []
    for kind, rows, data in blocks:
        listed.append((kind, len(out), rows))
        out += data
    out += before_footer
    footer_offset = len(out)
    if index is None:
        columns = list(zip(*listed)) or [(), (), ()]
        index = vector("I", columns[0]) + vector("Q", columns[1]) + vector("Q", columns[2])
    footer = struct.pack("<I", len(index)) + index
    return out + footer + struct.pack("<I", crc32(footer)) + struct.pack("<Q", footer_offset) + b"\x89DLNEND\n"


def table(name, *parts):
    """Blocks of a table, one for each list of rows."""
    return [block(KINDS[name][0], payload(name, rows), len(rows)) for rows in parts]


def seal(manifest):
    text = json.dumps({**manifest, "digest": ""}, indent=2).encode() + b"\n"
    at = text.rindex(b'"digest": "') + len(b'"digest": "')
    return text[:at] + hashlib.sha256(text).hexdigest().encode() + text[at:]


def write_run(path, tables, inputs=1, contexts=4):
    """A run of tables: name → lists of rows, one list a block; without mentions if the tables have none. No document is a copy of
    another one."""
    os.makedirs(path)
    documents = range(sum(map(len, tables["documents"])))
    tables = {**tables, "signatures": [[row("signatures", content=n) for n in documents]]}
    files = {}
    for file, names in (
        ("entities", ["entities"]),
        ("documents", ["documents"]),
        ("counts", ["counts"]),
        ("cooccurrence", ["marginals", "pairs"]),
        ("mentions", ["mentions"]),
        ("signatures", ["signatures"]),
    ):
        if not all(name in tables for name in names):
            continue
        blocks = [block for name in names for block in table(name, *tables[name])]
        head = header("dateline-" + file, names)
        head["properties"]["contexts"] = contexts
        files[file + ".dln"] = file_of(head, blocks)
    files["rejects.jsonl"] = b""
    sums = {name: sum(len(part) for part in parts) for name, parts in tables.items()}
    manifest = {
        "format": "dateline-run",
        "version": {"major": 1, "minor": 0},
        "producer": "dateline 0.1.0",
        "settings": {},
        "gazetteer": {"names": ["mine.gaz"], "fingerprint": GAZETTEER, "entities": 99, "aliases": 99, "data_date": ""},
        "inputs": [{"path": f"{n}.jsonl", "bytes": 1, "sha256": "0" * 64, "records": 1} for n in range(inputs)],
        "books": dict(seen=sums["documents"], counted=sums["documents"], empty=0, duplicate=0, rejected=0),
        "rejected_by_reason": {},
        "dates": dict(read=0, missing=sums["documents"], unreadable=0),
        "notes": dict.fromkeys(("shared_ids", "differing_ids", "markup", "replaced", "language_judged", "not_english"), 0),
        "totals": dict(mentions=0, entities=sums["entities"], pairs=sums["pairs"], contexts=contexts, characters=0, words=0, paragraphs=0, sentences=0),
        "files": {n: {"bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in sorted(files.items())},
    }
    for name, data in files.items():
        with open(os.path.join(path, name), "wb") as file:
            file.write(data)
    with open(os.path.join(path, "manifest.json"), "wb") as file:
        file.write(seal(manifest))


def forgeries():
    """Wrong files with right checksums, by name; and right ones that a reader must accept."""
    head, two = header("dateline-forgery", ["marginals"]), payload("marginals", [(1, 2), (4, 2)])
    one = lambda *a, **k: file_of(head, [block(*a, **k)])

    def rows(name, *rows):
        return file_of(header("dateline-forgery", [name]), table(name, rows))

    def mention(part, start, end, start_char, end_char, section=0):
        return row(
            "mentions", part=part, start=start, end=end, start_char=start_char, end_char=end_char, section=section
        )

    def entity(latitude=0.0, longitude=0.0, documents=1):
        given = dict(latitude=latitude, longitude=longitude, documents=documents)
        return row("entities", id="a", name="b", kind="c", mentions=1, **given)

    names = lambda offsets, text: file_of(
        header("dateline-forgery", ["entities"]),
        [block(1, vector("I", offsets) + struct.pack("<Q", len(text)) + text + payload("entities", [entity()])[25:], 1)],
    )
    wrong = {
        "newer-major": file_of(head, table("marginals", [(1, 2)]), version=(2, 0)),
        "rows-claimed-3": one(5, two, 3),
        "rows-claimed-huge": one(5, two, 1 << 60),
        "stored-len-huge": one(5, two, 2, stored_len=1 << 60),
        "raw-len-huge": one(5, two, 2, raw_len=1 << 40),
        "raw-len-other": one(5, two, 2, raw_len=31),
        "zstd-bomb": one(5, two, 2, codec=1, raw_len=(32 << 10) * 32 + 1),
        "not-zstd": one(5, two, 2, codec=1),
        "text-of-few-bytes": file_of(
            header("dateline-forgery", ["entities"]), [block(1, b"x" * 1000, 1, codec=1, raw_len=1000 * 128 + 1)]
        ),
        "numbers-of-few-bytes": one(5, b"x" * 1000, 2, codec=1, raw_len=(4 << 20) + 1),
        "codec-unknown": one(5, two, 2, codec=3),
        "payload-crc": one(5, two, 2, payload_crc=1),
        "kind-not-described": one(77, two, 2),
        "column-count-huge": one(5, struct.pack("<QQ", 1 << 33, 1 << 33), 0),
        "column-count-max": one(5, struct.pack("<QQ", (1 << 64) - 1, 0), 0),
        "columns-uneven": one(5, vector("I", [1, 2]) + vector("I", [1]), 2),
        "bytes-left-over": one(5, two + b"\0", 2),
        "columns-swapped": file_of(
            header("x", [], blocks={"5": {"name": "marginals", "columns": ["contexts:u32", "entity:u32"]}}),
            table("marginals", [(1, 2)]),
        ),
        "header-no-json": file_of(b"{", []),
        "header-no-blocks": file_of({"format": "x", "producer": "x", "gazetteer": "x"}, []),
        "index-huge": file_of(head, [], index=struct.pack("<QQQ", 1 << 60, 1 << 60, 1 << 60)),
        "index-short": file_of(head, table("marginals", [(1, 2)]), index=vector("I", []) + 2 * vector("Q", [])),
        "index-uneven": file_of(head, [], index=vector("I", [5]) + 2 * vector("Q", [])),
        "index-of-nothing": file_of(head, [], index=vector("I", [5]) + vector("Q", [0]) + vector("Q", [0])),
        "gap-before-footer": file_of(head, table("marginals", [(1, 2)]), before_footer=b"gap"),
        "marginals-twice": rows("marginals", (1, 2), (1, 2)),
        "marginals-zero": rows("marginals", (1, 0)),
        "counts-out-of-order": rows("counts", (0, 2, 1), (0, 1, 1)),
        "counts-zero": rows("counts", (0, 2, 0)),
        "pairs-diagonal": rows("pairs", (2, 2, 1)),
        "pairs-below": rows("pairs", (3, 2, 1)),
        "pairs-zero": rows("pairs", (1, 2, 0)),
        "pairs-out-of-order": rows("pairs", (1, 2, 1), (0, 4, 1)),
        "mentions-part": rows("mentions", mention(2, 0, 4, 0, 4)),
        "mentions-empty": rows("mentions", mention(1, 4, 4, 0, 4)),
        "mentions-characters": rows("mentions", mention(1, 0, 4, 0, 5)),
        "mentions-section": rows("mentions", mention(1, 0, 4, 0, 4, section=6)),
        "mentions-out-of-order": rows("mentions", mention(1, 5, 6, 5, 6), mention(1, 4, 5, 4, 5)),
        "entities-latitude": rows("entities", entity(91.0)),
        "entities-half-known": rows("entities", entity(1.0, float("nan"))),
        "entities-documents": rows("entities", entity(documents=2)),
        "documents-out-of-order": rows(
            "documents", row("documents", id="a", file=1), row("documents", id="b")
        ),
        "strings-inside-character": names([0, 1], "é".encode()),
        "strings-not-utf8": names([0, 1], b"\xff"),
        "strings-short": names([0, 1], b"ab"),
        "strings-first-offset": names([1, 2], b"ab"),
        "strings-behind-end": names([0, 1 << 30], b"ab"),
        "nothing": b"",
        "json": b'{"id": 1}',
    }
    future = header("dateline-forgery", ["marginals"])
    future["blocks"]["900"] = {"name": "wonders", "columns": ["wonder:u128"]}
    future["news"] = [1]
    right = {
        "two-rows": one(5, two, 2),
        "no-blocks": file_of(head, []),
        "no-rows": one(5, payload("marginals", []), 0),
        "newer-minor": file_of(
            future, [block(900, b"from the future", 4, codec=7, raw_len=4), *table("marginals", [(1, 2)])], version=(1, 9)
        ),
    }
    return wrong, right


if __name__ == "__main__":
    # The files of tests/format/forged, which the readers in Rust, Python and R are all tested on.
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format", "forged")
    for verdict, files in zip(("refused", "accepted"), forgeries()):
        os.makedirs(os.path.join(folder, verdict), exist_ok=True)
        for name, data in files.items():
            with open(os.path.join(folder, verdict, name + ".dln"), "wb") as file:
                file.write(data)
