"""Makes plain text of articles, one a line: `text.py --megabytes N --least N --out FILE INPUT...`.

An input is JSON Lines (also `.gz`, `.zst`; the field `text`, or `body` or `content` where there is none), plain text, or a folder
of both. Records without such a field are passed over. Blanks and line breaks become one blank each.
Of articles of fewer than `--least` megabytes, the text holds enough copies to be timed, and their number is told.
"""

import argparse
import gzip
import io
import json
import math
from pathlib import Path


def open_text(path):
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", errors="replace")
    if path.suffix == ".zst":
        import zstandard

        return io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(path.open("rb")), encoding="utf-8", errors="replace")
    return path.open(encoding="utf-8", errors="replace")


def articles(path):
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and any(suffix in (".jsonl", ".txt") for suffix in inner.suffixes):
                yield from articles(inner)
        return
    with open_text(path) as lines:
        for line in lines:
            if ".jsonl" not in path.suffixes:
                yield line
                continue
            try:
                record = json.loads(line)
            except ValueError:
                continue
            found = (record.get(field) for field in ("text", "body", "content")) if isinstance(record, dict) else ()
            yield next((text for text in found if isinstance(text, str)), "")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, required=True)
    parser.add_argument("--least", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("inputs", type=Path, nargs="+")
    args = parser.parse_args()
    room = args.megabytes * 1e6
    lines = []
    for text in (text for path in args.inputs for text in articles(path)):
        line = " ".join(text.split()).encode("utf-8", errors="replace") + b"\n"
        room -= len(line)
        if room < 0:
            break
        if len(line) > 1:
            lines.append(line)
    text = b"".join(lines)
    if not text:
        parser.error("no article in the input")
    copies = max(1, math.ceil(min(args.least, args.megabytes) * 1e6 / len(text)))
    args.out.write_bytes(text * copies)
    print(copies)



if __name__ == "__main__":
    main()
