"""Small pictures that show what the large ones show."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from reports import style
from reports.slim import SCALE, slim


def matplotlib_svg(draw) -> bytes:
    with style.canvas() as (figure, grid):
        draw(grid[0, 0])
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def corners(path: str) -> list[tuple[float, float]]:
    """Absolute corners of path data in points; relative lines only, which is what is written."""
    at, found = (0, 0), []
    for letter, numbers in re.findall(r"([MlhvcqzC])([^MlhvcqzC]*)", path):
        values = [int(n) for n in re.findall(r"-?\d+", numbers)]
        if letter == "M":
            at = (values[0], values[1])
            found.append(at)
        elif letter == "l":
            for dx, dy in zip(values[::2], values[1::2], strict=True):
                at = (at[0] + dx, at[1] + dy)
                found.append(at)
    return [(x / SCALE, y / SCALE) for x, y in found]


def curve(svg: bytes, colour: str) -> list[tuple[float, float]]:
    root = ElementTree.fromstring(svg)
    paths = [
        e.attrib["d"]
        for e in root.iter()
        if e.tag.endswith("path") and e.get("stroke") == colour and len(e.attrib["d"]) > 60
    ]
    assert len(paths) == 1
    return corners(paths[0])


def test_a_curve_keeps_its_corners():
    x = np.linspace(0, 1, 60)

    def draw(axes):
        axes.plot(x, np.sin(9 * x), color=style.LEFT)

    large = matplotlib_svg(draw)
    data = next(
        e.attrib["d"]
        for e in ElementTree.fromstring(large).iter()
        if style.LEFT.lower() in e.get("style", "")
    )
    printed = [float(n) for n in re.findall(r"-?\d+\.?\d*", data)]
    there = curve(slim(large), style.LEFT.lower())
    assert len(there) == 60
    expected = np.array(printed).reshape(-1, 2)
    assert np.abs(np.array(there) - expected).max() <= 0.05 + 1e-9


def test_dots_ticks_and_words_survive():
    def draw(axes):
        axes.errorbar([1, 2, 3], [1, 4, 9], [0.5, 1, 1], fmt="o", color=style.LEFT, label="a < b")
        axes.set_xlabel(r"$\lambda_0$")
        axes.set_ylabel("turned")
        axes.legend(loc="best")

    large = matplotlib_svg(draw)
    small = slim(large)
    assert len(small) < len(large) / 4
    text = small.decode()
    # Three dots and the legend's, each a stroke of no length.
    assert len(re.findall(r"M\d+ \d+h0", text)) == 4
    assert "a &lt; b" in text
    assert "λ" in text
    assert re.search(r"rotate\(-90\)[^>]*>turned", text)
    assert "font-style" in text


def test_formulas_keep_their_bars_and_their_turn():
    def draw(axes):
        axes.set_ylabel(r"$\frac{a}{b}$")

    small = slim(matplotlib_svg(draw)).decode()
    turned = re.search(r'<g transform="[^"]*rotate\(-90\)">(.*?)</g>', small)
    assert turned
    assert "<rect" in turned.group(1)
    assert ">a<" in turned.group(1)


def test_a_legend_stands_on_its_frame():
    def draw(axes):
        axes.errorbar([1, 2], [1, 2], [0.1, 0.1], fmt="o", color=style.LEFT, label="a")
        axes.legend(loc="best")

    small = slim(matplotlib_svg(draw)).decode()
    frame = small.index('fill="#fff" opacity="0.8"')
    bars = [found.start() for found in re.finditer(f'stroke="{style.LEFT.lower()}"', small)]
    assert min(bars) < frame < max(bars)


def test_the_lines_of_a_second_panel_lie_under_its_dots():
    with style.canvas(2) as (figure, grid):
        for axes in grid[0]:
            axes.plot([1, 2, 3], [1, 2, 3], "o", color=style.LEFT, label="a")
            axes.legend(loc="best")
        small = style.svg(figure).decode()
    lines = [found.start() for found in re.finditer('stroke="#e5e7eb"', small)]
    dots = [found.start() for found in re.finditer('stroke-linecap="round"', small)]
    # Each panel: its lines, its dots, then its legend's dot.
    assert len(lines) == 2
    assert len(dots) == 4
    assert lines[0] < dots[0] < dots[1] < lines[1] < dots[2] < dots[3]


def test_what_leaves_the_axes_is_cut_there():
    def draw(axes):
        axes.plot([0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 0, 100, 0, 1, 0, 1], color=style.LEFT)
        axes.set_ylim(0, 2)

    small = slim(matplotlib_svg(draw)).decode()
    assert re.search(r'<svg x="\d+" y="\d+" width="\d+" height="\d+" viewBox', small)


def test_pixels_are_refused():
    with pytest.raises(ValueError, match="image"):
        slim(matplotlib_svg(lambda axes: axes.imshow([[1, 2], [3, 4]])))
