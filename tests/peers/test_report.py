"""The page of `dateline report` in a browser: it works, asks the network for nothing, and axe-core finds no serious fault.

Not run where there is no Chromium: `tests/peers/run` installs it where apt-get works. DATELINE_SCREENSHOTS=DIR keeps a picture
of each view.
"""

import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import pypdf
from support import PROGRAM, ROOT

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
VIEWS = ["overview", "map", "network", "timeline", "matrix", "tables", "quality"]
SCREENSHOTS = os.environ.get("DATELINE_SCREENSHOTS")
EVIL = "</script><img src=x onerror=document.title='broken'>"


def run(folder, *args):
    subprocess.run([PROGRAM, *map(str, args), "--quiet"], cwd=folder, check=True)


def axe_source():
    import axe_playwright_python

    return (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@unittest.skipUnless(CHROMIUM, "not run: Chromium is not installed")
class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        from playwright.sync_api import sync_playwright

        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.folder = pathlib.Path(folder)
        run(folder, "analyze", ROOT / "corpus/news", "--out", "run")
        run(folder, "report", "run", "--out", "report.html")
        (cls.folder / "evil.gaz").write_text(
            f"evil\tplace.city\t{EVIL}\tany\tcc=FR lat=48 lon=2\n+\talias\tEviltown\t-\niq\tplace.country\tIraq\t-\tcc=IQ lat=33 lon=44\n",
            encoding="utf-8",
        )
        # Names that are in every article are in no network: there, they are together by necessity.
        text = lambda day: "Eviltown and Iraq." if day < 6 else "Nothing happened."
        articles = [{"id": EVIL, "source": EVIL, "date": f"2024-01-0{day}", "text": text(day)} for day in range(1, 9)]
        (cls.folder / "evil.jsonl").write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
        run(folder, "analyze", "evil.jsonl", "-g", "evil.gaz", "--profile", "plain", "--out", "evil")
        run(folder, "report", "evil", "--out", "evil.html")
        # All that a page can have, of an archive with two sources, in which a sentence looks like markup.
        day = lambda number: f"2024-{number % 6 + 1:02}-{number % 27 + 1:02}"
        said = lambda number: [
            f"Foreign Minister Hoshyar Zebari of Iraq {EVIL} met envoys of Iran in Geneva.",
            "Iran and Iraq agreed. The United Nations was silent in Geneva.",
            "The United Nations met in Geneva.",
            "Kenya and Iran traded.",
        ][number % 4]
        kept = lambda number: number % 4 < 2 or number % 3
        full = [
            {"id": f"n{number}", "source": "Wire" if kept(number) else "Post", "date": day(number), "text": said(number) if number % 5 else "Nothing."}
            for number in range(160)
        ]
        (cls.folder / "full.jsonl").write_text("\n".join(map(json.dumps, full)), encoding="utf-8")
        run(folder, "analyze", "full.jsonl", "--out", "full")
        run(folder, "report", "full", "--out", "full.html", "--kwic", "2", "--holders", "--compare-where", "source=Wire")
        browsers = cls.enterClassContext(sync_playwright())
        cls.browser = browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def open(self, name, width=1280, scheme="light"):
        """A page, and the list of what went wrong in it."""
        phone = width < 500
        context = self.browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce", has_touch=phone, is_mobile=phone
        )
        self.addCleanup(context.close)
        page = context.new_page()
        faults = []
        page.on("console", lambda message: message.type in ("error", "warning") and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        address = (self.folder / name).as_uri()
        allowed = lambda url: url == address or url.startswith("blob:")
        page.on("request", lambda request: allowed(request.url) or faults.append(request.url))
        page.goto(address)
        return page, faults

    def test_every_view_at_two_widths_and_in_two_schemes(self):
        axe = axe_source()
        names = {"report": VIEWS, "full": [*VIEWS[:1], "compare", *VIEWS[1:-1], "holders", VIEWS[-1]]}
        for name, width, scheme in itertools.product(names, (1280, 390), ("light", "dark")):
            with self.subTest(name=name, width=width, scheme=scheme):
                page, faults = self.open(f"{name}.html", width, scheme)
                self.assertEqual(page.locator(".bar a:visible").count(), len(names[name]))
                for view in names[name]:
                    page.click(f".bar a[href='#{view}']")
                    box = page.locator(f"#{view}").bounding_box()
                    self.assertLess(box["y"], 844 * 0.9, f"{view} is in sight")
                    self.assertGreater(len(page.inner_text(f"#{view}")), 40, view)
                    if SCREENSHOTS:
                        page.locator(f"#{view}").screenshot(path=f"{SCREENSHOTS}/{name}-{width}-{scheme}-{view}.png")
                for closed in page.locator("details").all():
                    closed.evaluate("details => { details.open = true }")
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                self.assertEqual(wide, 0, "the page is no wider than the screen")
                page.evaluate(axe)
                found = page.evaluate("axe.run()")
                self.assertGreater(len(found["passes"]), 20)
                serious = [
                    (rule["id"], rule["nodes"][0]["html"][:200])
                    for rule in found["violations"]
                    if rule["impact"] in ("serious", "critical")
                ]
                self.assertEqual(serious, [])
                self.assertEqual(faults, [])

    def test_no_two_names_of_a_picture_overlap(self):
        boxes = """id => [...document.querySelectorAll(`#${id} .labels text`)].filter(text => text.getAttribute('display') !== 'none')
            .map(text => { const b = text.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height, text.textContent] })"""
        for width in (1280, 390):
            page, _ = self.open("report.html", width)
            for view in ("map", "network"):
                names = page.evaluate(boxes, f"{view}-svg")
                self.assertGreater(len(names), 4, f"{view} at {width}")
                # Fonts differ: a pixel or two of the line's height is air.
                over = [
                    (a[4], b[4])
                    for at, a in enumerate(names)
                    for b in names[at + 1 :]
                    if min(a[2], b[2]) - max(a[0], b[0]) > 3 and min(a[3], b[3]) - max(a[1], b[1]) > 5
                ]
                self.assertEqual(over, [], f"{view} at {width}")

    def test_a_name_filters_everything(self):
        page, faults = self.open("report.html")
        rows = lambda: page.locator("#table-pairs tbody tr").all_inner_texts()
        everything = rows()
        page.fill("#find", "Turkey")
        self.assertIn("Turkey", page.inner_text("#focused h3"))
        self.assertTrue(rows() and all("Turkey" in row for row in rows()))
        self.assertNotEqual(rows(), everything)
        self.assertGreater(page.locator("#map-svg .dim").count(), 10)
        page.keyboard.press("Escape")
        self.assertEqual(rows(), everything)
        self.assertEqual(page.locator(".dim").count(), 0)
        # A country on the map.
        page.locator("#map-svg [data-c='TD']").click(position={"x": 6, "y": 20}, force=True)
        self.assertFalse(page.locator("#focused").is_hidden())
        self.assertEqual(faults, [])

    def test_a_period_filters_everything(self):
        page, faults = self.open("report.html")
        rows = lambda table: page.locator(f"#table-{table} tbody tr").all_inner_texts()
        look = lambda: [rows("entities"), rows("pairs"), rows("agencies"), page.inner_text("#top")]
        everything = look()
        page.select_option("#from", index=2)
        page.select_option("#to", index=3)
        said = page.inner_text("#period-said")
        self.assertRegex(said, r"^[\d,.]+ articles? of ")
        self.assertNotEqual(look()[0], everything[0])
        self.assertNotEqual(look()[3], everything[3])
        self.assertTrue(all("–" in row for row in rows("pairs")), "no measure beside the cells of a period")
        self.assertGreater(page.locator("#network-svg line.out").count(), 5)
        # What the table says of the first name is what its card says, and the numbers of the slices.
        first = page.locator("#table-entities tbody tr").first
        documents = first.locator("td.number").first.inner_text()
        first.locator("button.name").click()
        self.assertIn(f"in {documents} document", page.inner_text("#focused"))
        self.assertIn(page.inner_text("#clear-period").rstrip(" ×"), page.inner_text("#focused"))
        page.click("#clear")
        page.click("#clear-period")
        self.assertEqual(look(), everything)
        self.assertEqual(page.locator(".out").count(), 0)
        # By the pointer: a drag over half of the bars, and a click on one, twice.
        page.locator("#volume-svg").scroll_into_view_if_needed()
        box = page.locator("#volume-svg").bounding_box()
        at = lambda share: (box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        page.mouse.move(*at(0.3))
        page.mouse.down()
        page.mouse.move(*at(0.5))
        page.mouse.move(*at(0.7))
        page.mouse.up()
        self.assertNotEqual(look()[0], everything[0])
        self.assertGreater(float(page.locator("#volume-svg .span").get_attribute("width")), 200)
        page.mouse.click(*at(0.4))
        self.assertFalse(page.locator("#clear-period").is_hidden())
        page.mouse.click(*at(0.4))
        self.assertTrue(page.locator("#clear-period").is_hidden())
        self.assertEqual(look(), everything)
        self.assertEqual(faults, [])

    def test_sentences_of_what_is_chosen(self):
        page, faults = self.open("full.html")
        page.fill("#find", "Geneva")
        quotes = page.locator("#focused .quotes li")
        self.assertEqual(quotes.count(), 2)
        self.assertTrue(all("Geneva" in mark for mark in quotes.locator("mark").all_inner_texts()))
        # A pair, by the keyboard, from its table.
        page.keyboard.press("Escape")
        pair = page.locator("#table-pairs tbody tr", has_text="Iraq").filter(has_text="Iran").locator("td.number button")
        pair.focus()
        page.keyboard.press("Enter")
        self.assertIn("neither", page.inner_text("#focused"))
        self.assertTrue(all({"Iran", "Iraq"} <= set(quote.locator("mark").all_inner_texts()) for quote in quotes.all()))
        self.assertIn(EVIL, page.inner_text("#focused"))
        self.assertEqual(page.locator("img").count(), 0)
        # Of another period there are others, or none.
        page.fill("#find", "Geneva")
        page.select_option("#to", index=0)
        self.assertTrue(quotes.count() < 2 or "2024-01" in page.inner_text("#clear-period"))
        self.assertEqual(faults, [])

    def test_a_page_without_sentences_shows_none(self):
        page, _ = self.open("report.html")
        page.fill("#find", "Turkey")
        self.assertEqual(page.locator(".quotes").count(), 0)

    def test_a_comparison(self):
        page, faults = self.open("full.html")
        self.assertIn("source=Wire", page.inner_text("#compare-title"))
        self.assertIn("all others", page.inner_text("#sides"))
        bars = page.locator("#compared-svg .bar")
        self.assertGreater(bars.count(), 0)
        frame = page.locator("#compared-svg").bounding_box()
        for text in page.locator("#compared-svg text").all():
            box = text.bounding_box()
            self.assertTrue(frame["x"] - 1 <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"] + 1, text.text_content())
        page.click("#compare summary")
        self.assertGreater(page.locator("#table-compared tbody tr").count(), 3)
        self.assertEqual(faults, [])

    def test_tips_stay_inside(self):
        for width in (1280, 390):
            page, _ = self.open("report.html", width)
            edges = page.locator("#matrix-svg [data-p]")
            page.locator("#matrix").scroll_into_view_if_needed()
            for at in (0, edges.count() - 1):
                edges.nth(at).scroll_into_view_if_needed()
                # Scrolling hides the tip, and its event comes late.
                page.wait_for_timeout(200)
                edges.nth(at).click(force=True)
                box = page.locator("#tip").bounding_box()
                self.assertIsNotNone(box)
                self.assertTrue(box["x"] >= 0 and box["x"] + box["width"] <= width, box)
                self.assertTrue(box["y"] >= 0 and box["y"] + box["height"] <= 844, box)
                self.assertIn("neither", page.inner_text("#tip"))

    def test_tables_sort_search_and_save(self):
        page, faults = self.open("report.html")
        table = page.locator("#table-entities")
        first = lambda: table.locator("tbody tr").first.inner_text()
        page.locator("#table-entities thead button", has_text="Name").click()
        self.assertEqual(table.locator("th[aria-sort=ascending]").count(), 1)
        before = first()
        page.locator("#table-entities thead button", has_text="Name").click()
        self.assertNotEqual(first(), before)
        table.locator("input").fill("baghdad")
        self.assertIn("Baghdad", first())
        with page.expect_download() as download:
            table.get_by_text("Save as CSV").click()
        lines = pathlib.Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
        self.assertEqual(lines[0], '"name","type","kind","country","documents","mentions","id"')
        self.assertTrue(lines[1].startswith('"Baghdad","place","city","IQ",'), lines[1])
        self.assertEqual(faults, [])

    def test_hostile_names_are_text(self):
        page, faults = self.open("evil.html")
        self.assertIn(EVIL, page.inner_text("#table-entities"))
        page.locator("#table-entities button.name", has_text="script").first.click()
        self.assertIn(EVIL, page.inner_text("#focused h3"))
        self.assertEqual(page.locator("img").count(), 0)
        self.assertEqual(page.title(), "Who and where the news is about")
        self.assertEqual(faults, [])

    def test_the_policy_forbids_what_it_should(self):
        page, faults = self.open("report.html")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))")
        self.assertIsNone(page.evaluate("window.ran ?? null"))
        self.assertTrue(any("Content Security Policy" in fault for fault in faults), faults)

    def test_drawings_are_well_formed(self):
        for name in ("run", "evil"):
            for kind in ("map", "network", "matrix", "trend"):
                out = f"{name}-{kind}.svg"
                run(self.folder, "plot", name, "--kind", kind, "--out", out)
                root = xml.etree.ElementTree.parse(self.folder / out).getroot()
                self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
                self.assertGreater(len(list(root.iter())), 20)

    def test_a_pdf_keeps_its_letters(self):
        for name in ("run", "evil"):
            for kind in ("map", "network", "matrix", "trend"):
                out, drawing = f"paper-{name}-{kind}.pdf", f"paper-{name}-{kind}.svg"
                run(self.folder, "plot", name, "--kind", kind, "--out", out)
                run(self.folder, "plot", name, "--kind", kind, "--out", drawing)
                (page,) = pypdf.PdfReader(self.folder / out).pages
                # An inch has 96 units of a drawing and 72 points.
                width = float(xml.etree.ElementTree.parse(self.folder / drawing).getroot().get("width"))
                self.assertAlmostEqual(float(page.mediabox.width), width * 72 / 96, delta=0.1)
                self.assertIn("dateline run", page.extract_text())


if __name__ == "__main__":
    unittest.main()
