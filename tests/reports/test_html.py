"""The HTML report: self-contained, safe, and working in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

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
    assert sum(tag == "script" for tag, _ in tags) == 1


def test_every_image_has_words_and_every_inner_link_a_target(
    tags: list[tuple[str, dict[str, str | None]]],
):
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    images = [attributes for tag, attributes in tags if tag == "img"]
    assert len(images) > 5
    assert all(len(image["alt"] or "") > 20 for image in images)
    inner = {a["href"] for tag, a in tags if tag == "a" and str(a.get("href")).startswith("#")}
    assert {str(href)[1:] for href in inner} <= set(ids)


def test_formulas_are_mathml(page: str, tags: list[tuple[str, dict[str, str | None]]], run: Run):
    assert sum(tag == "math" and a.get("display") == "block" for tag, a in tags) >= len(run.results)
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
const shown = () => [...document.querySelectorAll("article.claim:not([hidden])")].map((c) => c.id);
const type = (text) => { const q = document.getElementById("query"); q.value = text;
  q.dispatchEvent(new Event("input", {bubbles: true})); };
seen.all = shown();
type("lemma-7.5"); seen.found = shown();
type("no such words"); seen.none = shown();
type("");
for (const box of document.querySelectorAll("input[name=verdict]")) {
  box.checked = box.value === "VIOLATED";
  box.dispatchEvent(new Event("input", {bubbles: true}));
}
seen.violated = shown();
location.hash = "#sample.text-5.4";
window.dispatchEvent(new HashChangeEvent("hashchange"));
seen.revealed = shown();
seen.math = Math.min(...[...document.querySelectorAll("math")].map(
  (m) => m.getBoundingClientRect().height));
seen.images = [...document.images].map((i) => i.decode().then(() => i.naturalWidth > 0));
seen.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
Promise.all(seen.images).then((loaded) => { seen.images = loaded;
  document.body.replaceChildren(Object.assign(document.createElement("pre"),
    {id: "seen", textContent: JSON.stringify(seen)})); });
"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [390, 1280])
def test_search_filter_formulas_and_plots_work_in_a_browser(
    page: str, run: Run, tmp_path: Path, width: int
):
    driven = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    driven = driven.replace('loading="lazy"', "").replace(
        "</body>", f"<script>{DRIVER}</script></body>"
    )
    file = tmp_path / "driven.html"
    file.write_text(driven, encoding="utf-8")
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},900",
        "--virtual-time-budget=20000", "--dump-dom", file.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout
    found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[-500:]
    seen = json.loads(found.group(1).replace("&gt;", ">").replace("&lt;", "<"))
    assert sorted(seen["all"]) == sorted(run.results)
    assert "sample.lemma-7.5" in seen["found"]
    assert len(seen["found"]) < len(seen["all"])
    assert seen["none"] == []
    violated = {i for i, r in run.results.items() if r.verdict == "VIOLATED" and not r.conflict}
    assert set(seen["violated"]) == violated
    assert sorted(seen["revealed"]) == sorted(run.results)
    assert seen["math"] > 5
    assert all(seen["images"])
    assert seen["wide"] <= 0
