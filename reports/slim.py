"""Matplotlib's SVG with nothing in it that is not seen: a tenth of its size, the same picture.

Coordinates are whole tenths of a point, straight strokes of one look share a path, a round dot is a
stroke of no length with round ends, texts stay texts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

SCALE = 10
FONT = "DejaVu Sans, Verdana, sans-serif"
FONT_SIZE = 90
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_PIECE = re.compile(r"([MLCQz])([^MLCQz]*)")
_SHIFT = re.compile(r"translate\((-?[\d.e-]+)[ ,]+(-?[\d.e-]+)\)")
_TURN = re.compile(r"rotate\((-?[\d.e-]+)")
Corner = tuple[float, float]
Rectangle = tuple[float, float, float, float]


@dataclass
class _Shape:
    """Path data that are drawn with one look."""

    look: str
    data: str
    parts: set[str] = field(default_factory=set)

    def join(self, data: str) -> None:
        """Draw this too, unless it is drawn already."""
        if data not in self.parts and data != self.data:
            self.parts.add(data)
            self.data += data


@dataclass
class _Drawing:
    """What has been read so far: markers and clips by id, and the elements in drawing order."""

    markers: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    clips: dict[str, Rectangle] = field(default_factory=dict)
    drawn: list[_Shape | str] = field(default_factory=list)
    strokes: dict[str, _Shape] = field(default_factory=dict)


def slim(svg: bytes) -> bytes:
    """The picture again, small. Raises `ValueError` for one that holds more than lines and text."""
    root = ElementTree.fromstring(svg)
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    drawing = _Drawing()
    for element in root.iter():
        tag = _tag(element)
        if tag == "path" and "id" in element.attrib:
            drawing.markers[element.attrib["id"]] = (element.attrib["d"], _style(element))
        elif tag == "clipPath":
            x, y, w, h = (float(element[0].attrib[name]) for name in ("x", "y", "width", "height"))
            drawing.clips[element.attrib["id"]] = (x, y, x + w, y + h)
    _walk(root, 0.0, 0.0, drawing)
    body = "".join(
        item if isinstance(item, str) else f'<path d="{item.data}"{item.look}/>'
        for item in drawing.drawn
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}pt" height="{height:.0f}pt" '
        f'viewBox="0 0 {_whole(width)} {_whole(height)}" font-family="{FONT}" '
        f'font-size="{FONT_SIZE}" stroke-width="{SCALE}" stroke-linejoin="round">'
        f'<path d="M0 0h{_whole(width)}v{_whole(height)}h-{_whole(width)}" fill="#fff"/>'
        f"{body}</svg>\n"
    ).encode()


def _walk(element: ElementTree.Element, dx: float, dy: float, drawing: _Drawing) -> None:
    tag = _tag(element)
    if tag in ("defs", "metadata", "style", "title"):
        return
    if tag == "path":
        _path(element, dx, dy, drawing)
    elif tag == "use":
        _marker(element, dx, dy, drawing)
    elif tag == "text":
        drawing.drawn.append(_text(element, dx, dy))
    elif tag == "rect":
        drawing.drawn.append(_bar(element, dx, dy))
    elif tag not in ("svg", "g"):
        raise ValueError(f"a plot of lines and text has no <{tag}>")
    else:
        transform = element.attrib.get("transform", "")
        shift, turn = _SHIFT.search(transform), _TURN.search(transform)
        if shift:
            dx, dy = dx + float(shift.group(1)), dy + float(shift.group(2))
        turned = turn is not None and float(turn.group(1)) != 0
        if turn is not None and turned:
            moved = f"translate({_whole(dx)} {_whole(dy)})rotate({turn.group(1)})"
            drawing.drawn.append(f'<g transform="{moved}">')
            dx = dy = 0.0
        part = element.attrib.get("id", "").startswith(("axes_", "legend_"))
        if part:
            # Panels and legends lie on one another: what is alike is joined inside each alone.
            drawing.strokes.clear()
        for child in element:
            _walk(child, dx, dy, drawing)
        if part:
            drawing.strokes.clear()
        if turned:
            drawing.drawn.append("</g>")


def _bar(element: ElementTree.Element, dx: float, dy: float) -> str:
    """The bar of a fraction or of a root in a formula."""
    x, y, width, height = (float(element.attrib[n]) for n in ("x", "y", "width", "height"))
    size = f'width="{_whole(width)}" height="{max(_whole(height), 1)}"'
    return f'<rect x="{_whole(x + dx)}" y="{_whole(y + dy)}" {size}/>'


def _path(element: ElementTree.Element, dx: float, dy: float, drawing: _Drawing) -> None:
    style = _style(element)
    pieces = list(_pieces(element.attrib["d"], dx, dy))
    corners = [corner for _, listed in pieces for corner in listed]
    if not corners or style == {"fill": "#ffffff"}:
        return  # the background: the page's own is as white
    clip = drawing.clips.get(element.attrib.get("clip-path", "")[5:-1])
    shape = _Shape(_look(style), _data(pieces))
    if clip is not None and _leaves(corners, clip):
        x, y, right, bottom = (_whole(value) for value in clip)
        box = f'x="{x}" y="{y}" width="{right - x}" height="{bottom - y}"'
        view = f'viewBox="{x} {y} {right - x} {bottom - y}"'
        path = f'<path d="{shape.data}"{shape.look}/>'
        drawing.drawn.append(f"<svg {box} {view}>{path}</svg>")
    elif style.get("fill") == "none" and len(corners) == 2:
        _stroke(shape, drawing)
    else:
        drawing.drawn.append(shape)


def _stroke(shape: _Shape, drawing: _Drawing) -> None:
    """A straight stroke, together with the others that look the same."""
    known = drawing.strokes.get(shape.look)
    if known is not None:
        known.join(shape.data)
    else:
        drawing.strokes[shape.look] = shape
        drawing.drawn.append(shape)


def _marker(element: ElementTree.Element, dx: float, dy: float, drawing: _Drawing) -> None:
    data, own = drawing.markers[element.attrib[_HREF].removeprefix("#")]
    style = {**own, **_style(element)}
    x, y = float(element.attrib.get("x", 0)) + dx, float(element.attrib.get("y", 0)) + dy
    if "C" in data:
        across = max(corner[0] for _, listed in _pieces(data, 0, 0) for corner in listed)
        colour = style.get("fill", "#000")
        look = f' stroke="{_colour(colour)}" stroke-width="{_whole(2 * across + 1)}"'
        shape = _Shape(f'{look} stroke-linecap="round"', f"M{_whole(x)} {_whole(y)}h0")
    else:
        shape = _Shape(_look({**style, "fill": "none"}), _data(list(_pieces(data, x, y))))
    _stroke(shape, drawing)


def _text(element: ElementTree.Element, dx: float, dy: float) -> str:
    style = _style(element)
    if len(element):
        runs = _runs(element)
        spans = "".join(
            f'<tspan x="{" ".join(str(_whole(x)) for x in places)}" y="{_whole(y)}"'
            f"{_letters(look)}>{html.escape(letters, quote=False)}</tspan>"
            for places, y, letters, look in runs
        )
        moved = _turned(element, dx, dy)
        return f"<text{moved}>{spans}</text>"
    transform = element.attrib.get("transform", "")
    shift, turn = _SHIFT.search(transform), _TURN.search(transform)
    x, y = float(element.attrib.get("x", 0)) + dx, float(element.attrib.get("y", 0)) + dy
    if shift:
        x, y = x + float(shift.group(1)), y + float(shift.group(2))
    at = f' x="{_whole(x)}" y="{_whole(y)}"'
    if turn and float(turn.group(1)):
        at = f' transform="translate({_whole(x)} {_whole(y)})rotate({turn.group(1)})"'
    anchor = style.get("text-anchor", "start")
    said = "" if anchor == "start" else f' text-anchor="{anchor}"'
    content = html.escape(element.text or "", quote=False)
    return f"<text{at}{said}{_letters(style)}>{content}</text>"


def _turned(element: ElementTree.Element, dx: float, dy: float) -> str:
    turn = _TURN.search(element.attrib.get("transform", ""))
    shift = f"translate({_whole(dx)} {_whole(dy)})"
    return f' transform="{shift}{f"rotate({turn.group(1)})" if turn else ""}"'


def _runs(
    element: ElementTree.Element,
) -> list[tuple[list[float], float, str, Mapping[str, str]]]:
    """Letters of a formula that stand on one line in one size, each with its place."""
    runs: list[tuple[list[float], float, str, Mapping[str, str]]] = []
    for span in element:
        x = [float(place) for place in span.attrib["x"].split()]
        y, look, letters = float(span.attrib["y"]), _style(span), span.text or ""
        if runs and runs[-1][1] == y and runs[-1][3] == look:
            runs[-1] = ([*runs[-1][0], *x], y, runs[-1][2] + letters, look)
        else:
            runs.append((x, y, letters, look))
    return runs


def _letters(style: Mapping[str, str]) -> str:
    """Size, slant and colour of letters, where they differ from the picture's own."""
    said = ""
    size = style.get("font-size") or (_NUMBER.findall(style.get("font", "")) or ["9"])[0]
    if _whole(float(size.removesuffix("px"))) != FONT_SIZE:
        said += f' font-size="{_whole(float(size.removesuffix("px")))}"'
    if "italic" in style.get("font", "") or style.get("font-style") in ("italic", "oblique"):
        said += ' font-style="italic"'
    colour = _colour(style.get("fill", "#000000"))
    return said if colour == "#000" else f'{said} fill="{colour}"'


def _pieces(data: str, dx: float, dy: float) -> Iterator[tuple[str, list[Corner]]]:
    """Matplotlib's path data: a letter and the absolute corners after it."""
    for letter, numbers in _PIECE.findall(data):
        values = [float(number) for number in _NUMBER.findall(numbers)]
        yield letter, [(x + dx, y + dy) for x, y in zip(values[::2], values[1::2], strict=True)]


def _data(pieces: list[tuple[str, list[Corner]]]) -> str:
    """Path data in whole tenths, each corner from the one before, what does not move left out."""
    said: list[str] = []
    last = ""
    at = (0, 0)
    for letter, corners in pieces:
        whole = [(_whole(x), _whole(y)) for x, y in corners]
        if letter == "z":
            said.append("z")
        elif letter == "M":
            at = whole[0]
            said.append(f"M{at[0]} {at[1]}")
        else:
            steps = [(x - at[0], y - at[1]) for x, y in whole]
            if letter == "L" and steps == [(0, 0)]:
                continue
            joined = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
            lead = letter.lower() if letter.lower() != last else "" if joined[0] == "-" else " "
            said.append(lead + joined)
            at = whole[-1]
        last = letter.lower()
    return "".join(said)


def _leaves(corners: list[Corner], clip: Rectangle) -> bool:
    left, top, right, bottom = clip
    return any(not (left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1) for x, y in corners)


def _style(element: ElementTree.Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.attrib.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def _look(style: Mapping[str, str]) -> str:
    """Presentation attributes of a path."""
    said = ""
    if _colour(style.get("fill", "#000")) != "#000":
        said += f' fill="{_colour(style["fill"])}"'
    for name in ("stroke", "stroke-width", "stroke-dasharray"):
        if name in style and not (name != "stroke" and "stroke" not in style):
            value = style[name]
            if name == "stroke":
                value = _colour(value)
            else:
                value = " ".join(str(_whole(float(n))) for n in _NUMBER.findall(value))
            said += f' {name}="{value}"'
    for name in ("opacity", "fill-opacity", "stroke-opacity"):
        if name in style:
            said += f' {name}="{float(style[name]):g}"'
    return said


def _colour(value: str) -> str:
    """A colour, in three digits where they say the same."""
    short = value[:2] + value[3:4] + value[5:6]
    return short if value[0] == "#" and len(value) == 7 and value[1::2] == value[2::2] else value


def _whole(value: float) -> int:
    return round(SCALE * value)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
