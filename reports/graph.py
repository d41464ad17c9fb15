"""What rests on what: the statements of one paper as a layered graph, coloured by verdict."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.words import label, mark
from theorems.claim import Claim
from theorems.result import Result, Run, rests_on_violated
from theorems.show import resting_text

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 166, 26, 40, 9, 14
WIDEST = 1300
LETTERS = 24
SWEEPS = 6
# Fill and outline per verdict; the mark before the name says the same without colour.
COLOURS = {
    "PROVED": ("#D9F0E6", "#007A59"),
    "SUPPORTED": ("#DCEBF7", "#0063A0"),
    "VIOLATED": ("#FCE1D3", "#C24E00"),
    "INCONCLUSIVE": ("#FFF4CC", "#8A6A00"),
    "VACUOUS": ("#EEEEF0", "#5B6270"),
    "ERROR": ("#F5DDEB", "#9A3A74"),
    "CONFLICT": ("#8B0030", "#8B0030"),
}
UNKNOWN = ("#FFFFFF", "#9AA1AC")
Edge = tuple[str, str]


@dataclass(frozen=True)
class Box:
    """Where a statement is drawn: the upper left corner of its box."""

    x: float
    y: float


def draw(paper: str, run: Run, link: Callable[[str], str] | None = None) -> tuple[str, str] | None:
    """The graph of one paper as an SVG element and its description; None when nothing is linked.

    An arrow leads from a statement to one whose proof rests on it, a dashed one from a false
    statement to its corrected form. `link` gives each box an address.
    """
    edges = _edges(paper, run.claims)
    if not edges:
        return None
    shelved, size = _shelves([_layout(part, edges) for part in _components(edges)])
    corrections = {
        (claim.corrects, claim.id) for claim in run.claims.values() if claim.corrects is not None
    }
    lines = _arrows(edges - corrections, shelved)
    lines += _arrows(edges & corrections, shelved, ' stroke-dasharray="4 3"')
    boxes = [_box(id_, shelved[id_], run, paper, link) for id_ in sorted(shelved)]
    alone = sum(
        claim.source is not None and claim.source.paper == paper and claim.id not in shelved
        for claim in run.claims.values()
    )
    said = f"{len(shelved)} statements of {paper} and the {len(edges)} links between them"
    if alone:
        said += f"; {alone} more rest on nothing here and nothing rests on them"
    width, height = size
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" font-family="DejaVu Sans, Verdana, '
        f'sans-serif" font-size="11"><title>{html.escape(said)}</title>'
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="#FFFFFF"/>'
        + lines
        + "".join(boxes)
        + "</svg>\n"
    )
    return svg, said + "."


def _edges(paper: str, claims: Mapping[str, Claim]) -> set[Edge]:
    """From what is used to what uses it, and from a false statement to its corrected form."""
    edges = set()
    for claim in claims.values():
        if claim.source is None or claim.source.paper != paper:
            continue
        edges |= {(used, claim.id) for used in claim.uses if used != claim.id}
        if claim.corrects is not None:
            edges.add((claim.corrects, claim.id))
    return edges


def _components(edges: set[Edge]) -> list[list[str]]:
    """Ids that hang together, the largest group first."""
    beside: dict[str, set[str]] = defaultdict(set)
    for a, b in edges:
        beside[a].add(b)
        beside[b].add(a)
    seen: set[str] = set()
    parts = []
    for start in sorted(beside):
        if start in seen:
            continue
        part, frontier = [], [start]
        seen.add(start)
        while frontier:
            id_ = frontier.pop()
            part.append(id_)
            new = sorted(beside[id_] - seen)
            seen.update(new)
            frontier.extend(new)
        parts.append(sorted(part))
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def _depths(part: Sequence[str], edges: set[Edge]) -> dict[str, int]:
    """The longest chain below each statement; a link that closes a circle is left out."""
    below: dict[str, list[str]] = defaultdict(list)
    for a, b in sorted(edges):
        below[b].append(a)
    depth: dict[str, int] = {}
    on_path: set[str] = set()

    def visit(id_: str) -> int:
        if id_ not in depth:
            on_path.add(id_)
            depth[id_] = max((visit(a) + 1 for a in below[id_] if a not in on_path), default=0)
            on_path.discard(id_)
        return depth[id_]

    for id_ in part:
        visit(id_)
    return depth


def _layout(part: Sequence[str], edges: set[Edge]) -> tuple[dict[str, Box], float, float]:
    """Boxes of one group in columns by depth, each column ordered by where its links lie."""
    depth = _depths(part, edges)
    columns: list[list[str]] = [[] for _ in range(max(depth[id_] for id_ in part) + 1)]
    for id_ in part:
        columns[depth[id_]].append(id_)
    inside = [(a, b) for a, b in edges if a in depth and b in depth]
    beside: dict[str, list[str]] = defaultdict(list)
    for a, b in sorted(inside):
        beside[a].append(b)
        beside[b].append(a)
    for sweep in range(SWEEPS):
        rank = {id_: _middle(i, column) for column in columns for i, id_ in enumerate(column)}
        for column in columns[:: 1 if sweep % 2 == 0 else -1]:
            column.sort(key=lambda id_: (_mean([rank[o] for o in beside[id_]]), id_))
            rank.update({id_: _middle(i, column) for i, id_ in enumerate(column)})
    tallest = max(len(column) for column in columns)
    boxes = {}
    for x, column in enumerate(columns):
        top = (tallest - len(column)) / 2
        for y, id_ in enumerate(column):
            boxes[id_] = Box(x * (WIDTH + GAP_X), (top + y) * (HEIGHT + GAP_Y))
    width = len(columns) * (WIDTH + GAP_X) - GAP_X
    return boxes, width, tallest * (HEIGHT + GAP_Y) - GAP_Y


def _middle(index: int, column: Sequence[str]) -> float:
    return index - (len(column) - 1) / 2


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _shelves(
    parts: Sequence[tuple[dict[str, Box], float, float]],
) -> tuple[dict[str, Box], tuple[float, float]]:
    """Groups side by side while they fit, then on the next shelf; positions and the whole size."""
    limit = max([WIDEST, *(width for _, width, _ in parts)])
    placed: dict[str, Box] = {}
    x = y = tallest = widest = 0.0
    for boxes, width, height in parts:
        if x and x + width > limit:
            x, y, tallest = 0.0, y + tallest + 2 * GAP_Y, 0.0
        for id_, box in boxes.items():
            placed[id_] = Box(MARGIN + x + box.x, MARGIN + y + box.y)
        x += width + GAP_X
        tallest, widest = max(tallest, height), max(widest, x - GAP_X)
    return placed, (widest + 2 * MARGIN, y + tallest + 2 * MARGIN)


def _arrows(edges: Iterable[Edge], at: Mapping[str, Box], dash: str = "") -> str:
    """The lines of some edges as one path, their heads as another."""
    lines, heads = "", ""
    for first, last in sorted(edges):
        a, b = at[first], at[last]
        x1, y1, x2, y2 = a.x + WIDTH, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2
        bend = max(GAP_X / 2, (x2 - x1) / 2)
        lines += f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2 - 5:g} {y2:g}"
        heads += f"M{x2:g} {y2:g}l-6-3v6z"
    if not lines:
        return ""
    return (
        f'<path d="{lines}" fill="none" stroke="#8A93A1" stroke-width="1.1"{dash}/>'
        f'<path d="{heads}" fill="#8A93A1"/>'
    )


def _box(id_: str, box: Box, run: Run, paper: str, link: Callable[[str], str] | None) -> str:
    result: Result | None = run.results.get(id_)
    fill, outline = COLOURS[label(result)] if result else UNKNOWN
    x, y = round(box.x, 1), round(box.y, 1)
    name = id_.removeprefix(f"{paper}.")
    shown = name if len(name) <= LETTERS else name[: LETTERS - 1] + "…"
    verdict = label(result) if result else "not in this run"
    tip = f"{id_}: {verdict}"
    dash, note = "", ""
    if id_ in run.claims:
        tip += f", {run.claims[id_].name}"
        doubtful = rests_on_violated(run.claims[id_], run.known, run.results)
        if doubtful and not (result and label(result) == "VIOLATED"):
            dash = ' stroke-dasharray="5 3" stroke-width="2"'
            outline = COLOURS["VIOLATED"][1]
            note = f"; {resting_text(doubtful)}"
    text = "#FFFFFF" if verdict == "CONFLICT" else "#1B1F27"
    sign = mark(result) if result else "·"
    drawn = (
        f"<g><title>{html.escape(tip + note)}</title>"
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="5" fill="{fill}" '
        f'stroke="{outline}"{dash}/>'
        f'<text x="{x + 8:g}" y="{y + HEIGHT / 2 + 4:g}" fill="{text}">'
        f"{html.escape(sign)} {html.escape(shown)}</text></g>"
    )
    target = link(id_) if link and result else ""
    return f'<a href="{html.escape(target)}">{drawn}</a>' if target else drawn
