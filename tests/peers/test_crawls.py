"""Crawls as the library of their makers writes them (warcio), and what dateline reads of them."""

import gzip
import io
import json
import pathlib
import subprocess
import tempfile
import unittest
import warnings

from support import PROGRAM
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGE = """<html><head><title>Talks {n}</title></head><body><h1>Talks {n}</h1><p>Officials in York said on Tuesday that talks
number {n} would go on for a week, and that nobody expected an agreement before the summer.</p></body></html>"""


def crawl(path, zipped):
    """A crawl with every kind of record; returns the addresses of its articles."""
    articles = []
    with open(path, "wb") as file:
        writer = WARCWriter(file, gzip=zipped)

        def add(kind, address, body, media_type="text/html; charset=utf-8", status="200 OK", **fields):
            headers = [("Content-Type", media_type), *fields.items()]
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1") if kind in ("response", "revisit") else None
            record = writer.create_warc_record(
                address, kind, payload=io.BytesIO(body), http_headers=http,
                warc_content_type=media_type if kind == "resource" else "",
            )  # fmt: skip
            writer.write_record(record)

        writer.write_record(writer.create_warcinfo_record("crawl.warc", {"software": "test"}))
        for n in range(40):
            page = PAGE.format(n=n).encode()
            address = f"http://news.example/{n}"
            request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "news.example")], is_http_request=True)
            writer.write_record(writer.create_warc_record(address, "request", http_headers=request))
            articles.append(address)
            if n % 4 == 0:
                add("response", address, page)
            elif n % 4 == 1:
                add("response", address, gzip.compress(page), **{"Content-Encoding": "gzip"})
            elif n % 4 == 2:
                chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page)
                add("response", address, chunks, **{"Transfer-Encoding": "chunked"})
            else:
                add("resource", address, page, media_type="text/html")
            add("response", address + "/logo.png", b"\x89PNG", media_type="image/png")
            add("response", address + "/old", b"", status="301 Moved Permanently", Location=address)
            writer.write_record(writer.create_revisit_record(address, "sha1:" + "A" * 32, address, "2024-03-02T10:00:00Z"))
    return articles


class Crawls(unittest.TestCase):
    def check(self, zipped):
        # Of warcio's temporary files.
        warnings.simplefilter("ignore", ResourceWarning)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / ("crawl.warc.gz" if zipped else "crawl.warc")
            articles = crawl(path, zipped)
            with open(path, "rb") as file:
                records = [(record.rec_type, record.rec_headers["WARC-Target-URI"]) for record in ArchiveIterator(file)]
            output = subprocess.run([PROGRAM, "read", str(path)], capture_output=True, check=True).stdout
            documents = [json.loads(line) for line in output.splitlines()]
            self.assertEqual([document["id"] for document in documents], articles)
            # Records are numbered alike.
            for document in documents:
                kind, address = records[document["record"] - 1]
                self.assertIn(kind, ("response", "resource"))
                self.assertEqual(address, document["id"])
            self.assertTrue(all(f"number {n} would go on" in d["text"] for n, d in enumerate(documents)))
            run = pathlib.Path(folder) / "run"
            subprocess.run([PROGRAM, "analyze", "-q", str(path), "--out", str(run)], capture_output=True, check=True)
            manifest = json.loads((run / "manifest.json").read_text())
            self.assertEqual(manifest["books"]["counted"], len(articles))
            self.assertEqual(manifest["inputs"][0]["passed_over"], len(records) - len(articles))

    def test_each_article_is_read_once(self):
        self.check(zipped=True)
        self.check(zipped=False)


if __name__ == "__main__":
    unittest.main()
