"""The HTML report: self-contained, safe, and working in a browser."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.formula import formula
from theorems.result import Run

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
VOID = {"meta", "input", "img", "br", "link", "hr"}


class Reader(HTMLParser):
    """Collects tags and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(page)
    assert not reader.open
    return reader.tags


def test_nothing_is_fetched(tags: list[tuple[str, dict[str, str | None]]]):
    for tag, attributes in tags:
        assert tag not in ("link", "iframe", "object")
        source = attributes.get("src")
        assert source is None or source.startswith("data:")
        assert not any(name.startswith("on") for name in attributes)
    assert not any(tag == "script" for tag, _ in tags)


def test_every_image_has_words_and_every_inner_link_a_target(
    tags: list[tuple[str, dict[str, str | None]]],
):
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    images = [attributes for tag, attributes in tags if tag == "img"]
    drawn = [attributes for tag, attributes in tags if tag == "svg" and "role" in attributes]
    assert len(drawn) > 5
    assert all(len(image["alt"] or "") > 20 for image in images)
    # A graph carries its words as its title.
    plots = [attributes for attributes in drawn if "aria-label" in attributes]
    assert len(plots) > 4
    assert all(len(plot["aria-label"] or "") > 20 for plot in plots)
    inner = {a["href"] for tag, a in tags if tag == "a" and str(a.get("href")).startswith("#")}
    assert {str(href)[1:] for href in inner} <= set(ids)


def test_formulas_are_mathml(page: str, tags: list[tuple[str, dict[str, str | None]]], run: Run):
    assert sum(tag == "math" and a.get("display") == "block" for tag, a in tags) >= sum(
        bool(formula(claim)) for claim in run.claims.values()
    )
    assert 'class="latex"' not in page


def test_hostile_text_is_escaped(page: str):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_conflict_stands_before_everything(page: str):
    assert (
        page.index('id="conflicts"') < page.index('id="unexpected"') < page.index('id="overview"')
    )


DRIVER = """
const seen = {};
const visible = (e) => e.getClientRects().length > 0;
const all = (chosen) => [...document.querySelectorAll(chosen)];
const shown = () => all("article.claim").filter(visible).map((c) => c.id);
const listed = () => [...document.querySelectorAll(".ids a")].filter(visible).map((a) => a.hash);
seen.all = shown();
seen.math = Math.min(...[...document.querySelectorAll("math")].map(
  (m) => m.getBoundingClientRect().height));
seen.plots = [...document.querySelectorAll("article .plot > *")].map(
  (p) => p.getBoundingClientRect().width);
seen.width = innerWidth;
seen.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
seen.back = getComputedStyle(document.body).backgroundColor;
seen.ink = getComputedStyle(document.body).color;
document.getElementById("index").open = true;
seen.index = listed();
for (const box of document.querySelectorAll("#find input")) {
  if (box.id !== "show-violated") box.click();
}
seen.violated = shown();
seen.chapters = [...document.querySelectorAll("section.chapter")].filter(visible).map((c) => c.id);
document.querySelector('.ids a[href="#sample.lemma-5.4"]').click();
seen.place = document.getElementById("sample.lemma-5.4").getBoundingClientRect().top;
location.hash = "#sample.text-5.4";
setTimeout(() => {
  seen.found = shown();
  parent.postMessage(JSON.stringify(seen), "*");
}, 200);
"""
# A window cannot be as narrow as a phone; a frame can.
FRAME = """<!doctype html><meta name="color-scheme" content="light dark"><pre id="seen"></pre>
<iframe src="driven.html" style="width: {width}px; height: 900px; border: 0"></iframe>
<script>
addEventListener("message", (event) => {{
  document.getElementById("seen").textContent = event.data;
}});
</script>
"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine: install one to test this")
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_formulas_plots_index_and_filters_work_in_a_browser(
    page: str, run: Run, tmp_path: Path, width: int, scheme: str
):
    driven = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    rendered = "<style>article.claim { content-visibility: visible !important; }</style>"
    driven = driven.replace("</body>", f"{rendered}<script>{DRIVER}</script></body>")
    (tmp_path / "driven.html").write_text(driven, encoding="utf-8")
    file = tmp_path / "frame.html"
    file.write_text(FRAME.format(width=width), encoding="utf-8")
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1400,1000",
        f"--blink-settings=preferredColorScheme={['dark', 'light'].index(scheme)}",
        "--virtual-time-budget=10000", "--dump-dom", file.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout
    found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[-500:]
    seen = json.loads(html.unescape(found.group(1)))
    assert sorted(seen["all"]) == sorted(run.results)
    assert sorted(seen["index"]) == sorted(f"#{id_}" for id_ in run.results)
    assert seen["math"] > 5
    assert len(seen["plots"]) > 4
    assert min(seen["plots"]) > 200
    assert seen["width"] == width
    assert seen["wide"] <= 0
    assert (brightness(seen["back"]) > brightness(seen["ink"])) == (scheme == "light")
    violated = {i for i, r in run.results.items() if r.verdict == "VIOLATED" and not r.conflict}
    assert set(seen["violated"]) == violated
    assert seen["chapters"] == ["chapter-sample-5", "chapter-sample-7"]
    assert 0 <= seen["place"] < 300
    # The claim that an address names is shown although its verdict is not.
    assert set(seen["found"]) == {*violated, "sample.text-5.4"}


def brightness(colour: str) -> int:
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_a_result_printed_twice_says_which_print_holds(page: str):
    part = page.partition('<section id="twice">')[2].partition('<section id="graphs">')[0]
    same, title, mended = part.partition("Lemma 3.2")
    assert "Lemma 3.1: both hold" in same
    assert title
    assert mended.startswith(": only the second holds")
    assert 'href="#sample.lemma-5.4"' in mended
    assert 'href="#reprint.lemma-3.2"' in mended
