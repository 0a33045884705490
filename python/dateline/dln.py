"""Reads ``.dln`` files: the frame, the columns, and every check that docs/format.md asks for."""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import Any, BinaryIO, Dict, Iterator, List, NamedTuple, NoReturn, Optional, Sequence, Tuple, Union
from zlib import crc32

from .errors import FormatError as FormatError
from .kinds import KINDS, NAMES, Columns, any_row, in_order, numpy

MAJOR = 1
MAGIC, END_MAGIC = b"\x89DLN\r\n\x1a\n", b"\x89DLNEND\n"
MAX_BLOCK = 256 << 20
MAX_STORED = MAX_BLOCK + MAX_BLOCK // 128
MAX_ZSTD_RATIO = (128 << 10) // 4
MAX_RATIO, FREE_NUMBERS = 128, 4 << 20
TYPES = {"u32": "I", "u64": "Q", "i32": "i", "f64": "d"}
REMEDY = "; copy it again from its source, or repeat the run"


class Block(NamedTuple):
    """One entry of a file's index."""

    kind: int
    codec: int
    stored_len: int
    raw_len: int
    rows: int
    payload_crc: int
    offset: int


class DlnFile:
    """An open ``.dln`` file. Opening checks the whole frame; a payload is checked when it is read."""

    def __init__(self, source: Union[str, "os.PathLike[str]", BinaryIO]) -> None:
        self._file: BinaryIO
        if isinstance(source, (str, os.PathLike)):
            self.path = os.fspath(source)
            self._file = open(self.path, "rb")
        else:
            self.path, self._file = str(getattr(source, "name", "file")), source
        try:
            self.bytes = self._file.seek(0, 2)
            start = self._read_header()
            self.blocks = self._read_index(*self._read_footer(start), start)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "DlnFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, block: Block) -> Columns:
        """The columns of a block, checked."""
        name = NAMES[block.kind]
        payload = memoryview(self._payload(block))
        columns, at = {}, 0
        for column in KINDS[name].columns:
            key, _, type_name = column.partition(":")
            columns[key], at = self._column(payload, at, type_name, block)
        if at != len(payload):
            self._damaged(f"{len(payload) - at} bytes are left over after the last column", block)
        for key, values in columns.items():
            if len(values) != block.rows:
                self._damaged(f"column {key} has {len(values)} rows, the block claims {block.rows}", block)
        for keys, is_wrong in KINDS[name].forbidden:
            if any_row(is_wrong, *(columns[key] for key in keys.split())):
                self._damaged(f"a row breaks a promise about {keys}", block)
        if not in_order(KINDS[name], columns):
            self._damaged("its rows are out of order", block)
        return columns

    def verify(self) -> None:
        """Reads every block."""
        for block in self.blocks:
            self.read(block) if block.kind in NAMES else self._stored(block)

    def _damaged(self, fault: str, block: Optional[Block] = None) -> NoReturn:
        where = "" if block is None else f"block of kind {block.kind} at byte {block.offset}: "
        raise FormatError(f"{self.path}: damaged or cut short: {where}{fault}{REMEDY}")

    def _at(self, offset: int, length: int) -> bytes:
        if offset + length > self.bytes:
            self._damaged(f"it ends too early: {length} bytes at byte {offset} of {self.bytes}")
        self._file.seek(offset)
        return self._file.read(length)

    def _read_header(self) -> int:
        head = self._at(0, min(16, self.bytes))
        if not head or head[:8] != MAGIC[: len(head)]:
            raise FormatError(f"{self.path}: not a dateline result file; name a .dln file of a finished run")
        if len(head) < 16:
            self._damaged(f"{self.bytes} bytes are left")
        major, minor, length = struct.unpack_from("<HHI", head, 8)
        if major != MAJOR:
            raise FormatError(
                f"{self.path}: written by a newer dateline (format {major}.{minor}, this one reads {MAJOR}.x), or damaged"
            )
        self.version = (major, minor)
        covered, crc = self._at(0, 16 + length), self._at(16 + length, 4)
        if crc32(covered) != struct.unpack("<I", crc)[0]:
            self._damaged("the header does not match its checksum")
        shape = {"format": str, "producer": str, "gazetteer": str, "blocks": {"*": {"name": str, "columns": [str]}}}
        self.header: Dict[str, Any] = read_json(covered[16:], shape, self.path)
        if not isinstance(self.header.setdefault("properties", {}), dict):
            self._damaged("the header's properties are no object")
        return 20 + int(length)

    def _read_footer(self, start: int) -> Tuple[List[Tuple[int, int, int]], int]:
        if self.bytes < start + 24:
            self._damaged(f"{self.bytes} bytes are left")
        offset, end_magic = struct.unpack("<Q8s", self._at(self.bytes - 16, 16))
        if end_magic != END_MAGIC:
            self._damaged("its end mark is missing")
        if not start <= offset <= self.bytes - 24:
            self._damaged(f"its footer cannot be at byte {offset}")
        footer = self._at(offset, self.bytes - 16 - offset)
        covered, (crc,) = footer[:-4], struct.unpack("<I", footer[-4:])
        if struct.unpack_from("<I", covered)[0] != len(covered) - 4 or crc32(covered) != crc:
            self._damaged("the footer does not match its length and checksum")
        index, at = memoryview(covered), 4
        columns = []
        for type_name in ("u32", "u64", "u64"):
            column, at = self._column(index, at, type_name, None)
            columns.append([int(value) for value in column])
        if at != len(index) or len({len(column) for column in columns}) != 1:
            self._damaged("the columns of the footer differ in length")
        return list(zip(*columns)), offset

    def _read_index(self, listed: List[Tuple[int, int, int]], end: int, start: int) -> List[Block]:
        blocks, at = [], start
        headers = b""
        for entry in listed:
            if end - at < 40:
                self._damaged("the footer begins inside of a block")
            header = self._at(at, 40)
            headers += header[:36]
            kind, codec, stored_len, raw_len, rows, payload_crc = struct.unpack_from("<IIQQQI", header)
            block = Block(kind, codec, stored_len, raw_len, rows, payload_crc, at)
            if crc32(header[:36]) != struct.unpack_from("<I", header, 36)[0]:
                self._damaged("its header does not match its checksum", block)
            if stored_len > end - at - 40 or raw_len > MAX_BLOCK or stored_len > MAX_STORED or rows > raw_len:
                self._damaged("it claims impossible lengths", block)
            if (codec == 0 and raw_len != stored_len) or (codec in (1, 2) and raw_len > stored_len * MAX_ZSTD_RATIO):
                self._damaged(f"its {stored_len} stored bytes cannot hold the {raw_len} bytes it claims", block)
            if (kind, at, rows) != entry:
                self._damaged("the footer tells otherwise", block)
            described = self.header["blocks"].get(str(kind))
            if described is None:
                self._damaged("the header does not describe its kind", block)
            most = stored_len * MAX_RATIO
            if all(not column.endswith(":str") for column in described["columns"]):
                most = max(most, FREE_NUMBERS)
            if codec in (1, 2) and raw_len > most:
                self._damaged(f"its {stored_len} stored bytes claim to be {raw_len}, more than is allowed", block)
            if kind in NAMES:
                name = NAMES[kind]
                if (described["name"], described["columns"]) != (name, KINDS[name].columns):
                    self._damaged("the header describes other columns than this version knows", block)
                if codec > 2:
                    self._damaged(f"its codec {codec} is unknown", block)
            blocks.append(block)
            at += 40 + stored_len
        if at != end:
            self._damaged(f"bytes {at} to {end} belong to no block")
        frame = crc32(headers, crc32(self._at(start - 4, 4)))
        # Other contents have another frame: it says to which run the file belongs.
        self.frame = f"{frame:08x}"
        return blocks

    def _stored(self, block: Block) -> bytes:
        stored = self._at(block.offset + 40, block.stored_len)
        if crc32(stored) != block.payload_crc:
            self._damaged("its payload does not match its checksum", block)
        return stored

    def _payload(self, block: Block) -> bytes:
        stored = self._stored(block)
        if block.codec == 0:
            return stored
        try:
            raw = _decompress(stored, block.raw_len)
        except ImportError:
            raise
        except Exception as error:
            self._damaged(f"it cannot be decompressed: {error}", block)
        if len(raw) != block.raw_len:
            self._damaged(f"it holds {len(raw)} bytes and claims {block.raw_len}", block)
        return _join(raw) if block.codec == 2 else raw

    def _column(self, payload: memoryview, at: int, type_name: str, block: Optional[Block]) -> Tuple[Any, int]:
        values, at = self._numbers(payload, at, "u32" if type_name == "str" else type_name, block)
        if type_name != "str":
            return values, at
        text, at = self._vector(payload, at, 1, block)
        offsets = [int(offset) for offset in values]
        if not offsets or offsets[0] != 0 or offsets[-1] != len(text) or any(a > b for a, b in zip(offsets, offsets[1:])):
            self._damaged("string offsets do not cut the text", block)
        try:
            return [str(text[a:b], "utf-8") for a, b in zip(offsets, offsets[1:])], at
        except UnicodeDecodeError as error:
            self._damaged(f"a string is not UTF-8: {error}", block)

    def _numbers(self, payload: memoryview, at: int, type_name: str, block: Optional[Block]) -> Tuple[Any, int]:
        code: Any = TYPES[type_name]
        data, at = self._vector(payload, at, struct.calcsize("<" + code), block)
        if numpy is not None:
            return numpy.frombuffer(data, numpy.dtype(code).newbyteorder("<")), at
        if sys.byteorder == "big":
            return struct.unpack(f"<{len(data) // struct.calcsize('<' + code)}{code}", data), at
        return data.cast("B").cast(code), at

    def _vector(self, payload: memoryview, at: int, size: int, block: Optional[Block]) -> Tuple[memoryview, int]:
        n = struct.unpack_from("<Q", payload, at)[0] if at + 8 <= len(payload) else len(payload)
        end = at + 8 + n * size
        if end > len(payload):
            self._damaged("a column goes on behind the end", block)
        return payload[at + 8 : end], end


def has_shape(value: Any, shape: Any) -> bool:
    """Whether a JSON value has the types asked for; more keys are welcome."""
    if isinstance(shape, list):
        return isinstance(value, list) and all(has_shape(item, shape[0]) for item in value)
    if isinstance(shape, dict):
        keys = value if "*" in shape else shape
        return isinstance(value, dict) and all(k in value and has_shape(value[k], shape.get("*", shape.get(k))) for k in keys)
    if shape is int:
        return type(value) is int and 0 <= value < 1 << 64
    return shape is None or isinstance(value, shape)


def read_json(text: bytes, shape: Any, path: str) -> Any:
    try:
        value = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: damaged: {error}{REMEDY}") from None
    if not has_shape(value, shape):
        raise FormatError(f"{path}: damaged: its JSON is not of the shape it should be{REMEDY}")
    return value


def _join(rows: bytes) -> bytes:
    """Restores the order of bytes that were stored as the first of every four, then the second of every four, the third, the fourth."""
    n = len(rows) // 4
    joined = bytearray(rows)
    for row in range(4):
        joined[row : 4 * n : 4] = rows[row * n : (row + 1) * n]
    return bytes(joined)


def _decompress(stored: bytes, raw_len: int) -> bytes:
    """One zstd frame; never more than ``raw_len`` bytes and one."""
    if sys.version_info >= (3, 14):
        from compression import zstd

        decompressor = zstd.ZstdDecompressor()
        raw = decompressor.decompress(stored, max_length=raw_len + 1)
        if not decompressor.eof or decompressor.unused_data:
            raise ValueError("not one whole zstd frame")
        return raw
    try:
        import zstandard
    except ImportError:
        raise ImportError("Python before 3.14 has no zstd of its own; pip install zstandard") from None
    if zstandard.get_frame_parameters(stored).content_size not in (raw_len, zstandard.CONTENTSIZE_UNKNOWN):
        raise ValueError("its zstd frame is of another length")
    raw = zstandard.ZstdDecompressor().decompress(stored, max_output_size=raw_len, allow_extra_data=False)
    return bytes(raw)
