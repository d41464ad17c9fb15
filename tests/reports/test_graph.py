"""The dependency graph."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from reports import graph
from reports.words import label
from theorems.result import Run

SVG = "{http://www.w3.org/2000/svg}"


def drawn(run: Run) -> ElementTree.Element:
    found = graph.draw("sample", run, lambda id_: f"#{id_}")
    assert found is not None
    return ElementTree.fromstring(found[0])


def boxes(run: Run) -> dict[str, tuple[float, float, ElementTree.Element]]:
    found = {}
    for group in drawn(run).iter(f"{SVG}g"):
        title, rect = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        assert title is not None
        assert rect is not None
        id_ = str(title.text).partition(":")[0]
        found[id_] = (float(rect.get("x", 0)), float(rect.get("y", 0)), rect)
    return found


def test_arrows_lead_to_the_right(run: Run):
    placed = boxes(run)
    for claim in run.claims.values():
        for used in claim.uses:
            assert placed[used][0] < placed[claim.id][0]
        if claim.corrects:
            assert placed[claim.corrects][0] < placed[claim.id][0]


def test_boxes_do_not_overlap(run: Run):
    corners = [(x, y) for x, y, _ in boxes(run).values()]
    for i, (x, y) in enumerate(corners):
        for a, b in corners[:i]:
            assert abs(x - a) >= graph.WIDTH or abs(y - b) >= graph.HEIGHT


def test_boxes_are_coloured_by_verdict_and_doubt_is_outlined(run: Run):
    placed = boxes(run)
    for id_, (_, _, rect) in placed.items():
        assert rect.get("fill") == graph.COLOURS[label(run.results[id_])][0]
    assert placed["sample.theorem-7.1"][2].get("stroke-dasharray")
    assert not placed["sample.text-5.4"][2].get("stroke-dasharray")


def test_a_paper_without_links_has_no_graph(run: Run):
    alone = {i: c for i, c in run.claims.items() if not c.uses and not c.corrects}
    assert graph.draw("sample", replace(run, claims=alone)) is None


def test_a_circle_of_uses_is_still_drawn(run: Run):
    one = replace(run.claims["sample.lemma-7.4"], uses=("sample.lemma-7.5",))
    two = replace(run.claims["sample.lemma-7.5"], uses=("sample.lemma-7.4",))
    circle = replace(run, claims={one.id: one, two.id: two})
    assert set(boxes(circle)) == {one.id, two.id}
