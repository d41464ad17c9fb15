"""The checker rejects a good certificate that was tampered with, and files that are broken."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from certificates_by_hand import (
    EXP_TANGENT,
    SIGN,
    ZERO,
    Json,
    R,
    certificate,
    x,
)

from symbolic.certificate import digest, save
from symbolic.recheck import main, recheck, recheck_file
from symbolic.recheck.text import statement_text


def resigned(c: dict[str, Any]) -> dict[str, Any]:
    """The certificate with text and digest that fit its statement: a forger would do as much."""
    c["digest"], c["text"] = digest(c["statement"]), statement_text(c["statement"])
    return c


def _box(c: dict[str, Any], i: int = 0) -> dict[str, Any]:
    return c["body"]["relations"][0]["boxes"][i]


TAMPERED = {
    "box removed": lambda c: c["body"]["relations"][0]["boxes"].pop(1),
    "last box removed": lambda c: c["body"]["relations"][0]["boxes"].pop(),
    "bound moved in": lambda c: _box(c, 1)["box"].update(x=["-2", "19/10"]),
    "bound moved": lambda c: _box(c, 0)["box"].update(x=["-oo", "-21/10"]),
    "bound swapped": lambda c: _box(c, 1)["box"].update(x=["2", "-2"]),
    "infinite end dropped": lambda c: _box(c, 2)["box"].update(x=["2", "1000000"]),
    "order lowered": lambda c: _box(c, 1)["why"].update(order=1),
    "order raised beyond": lambda c: _box(c, 1)["why"].update(order=13),
    "anchor moved": lambda c: _box(c, 1)["why"].update(at="1/1000"),
    "direction turned": lambda c: _box(c, 2)["why"].update(direction=-1),
    "digest": lambda c: c.update(digest="0" * 64),
    "text": lambda c: c.update(text=c["text"].replace(">=", ">")),
    "statement under an old digest": lambda c: c["statement"]["relations"][0].__setitem__(0, ">"),
    "version": lambda c: c.update(version=2),
    "version as text": lambda c: c.update(version="1"),
    "format": lambda c: c.update(format="other"),
    "kind": lambda c: c.update(kind="oracle"),
    "key missing": lambda c: c.pop("engine"),
    "key added": lambda c: c.update(trust=True),
    "float bound": lambda c: _box(c, 1)["box"].update(x=[-2.0, 2.0]),
    "NaN bound": lambda c: _box(c, 1)["box"].update(x=[float("nan"), "2"]),
    "NaN text": lambda c: _box(c, 1)["box"].update(x=["nan", "2"]),
    "huge number": lambda c: _box(c, 1)["box"].update(x=["-" + "9" * 10_000, "2"]),
    "huge exponent in a box": lambda c: _box(c, 1)["box"].update(
        x=[["pow", ["rat", "-9"], ["rat", "9999999"]], "2"]
    ),
    "tower of exponents": lambda c: _box(c, 1)["box"].update(x=[_tower(8), "2"]),
    "symbol as bound": lambda c: _box(c, 1)["box"].update(x=[["sym", "x"], "2"]),
    "unknown variable": lambda c: _box(c, 1)["box"].update(z=["0", "1"]),
    "unknown reason": lambda c: _box(c, 1).update(why={"by": "authority"}),
    "reason missing": lambda c: _box(c, 1).pop("why"),
    "reason of another type": lambda c: _box(c, 1).update(why=["sign"]),
    "boxes of another type": lambda c: c["body"]["relations"][0].update(boxes={"0": 1}),
    "proof missing": lambda c: c["body"]["relations"].pop(),
    "proof added": lambda c: c["body"]["relations"].append(EXP_TANGENT),
    "body missing": lambda c: c.update(body=None),
    "terms of another number": lambda c: _box(c, 1)["why"].update(terms=[ZERO]),
    "statement emptied": lambda c: resigned(c)["statement"]["relations"].clear(),
    "reasons nested deeply": lambda c: _box(c, 1).update(why=_nested(3000)),
}


def _tower(height: int) -> list:
    tree: list = ["rat", "10000"]
    for _ in range(height):
        tree = ["pow", tree, ["rat", "10000"]]
    return tree


def _nested(depth: int) -> Json:
    why: Json = SIGN
    for _ in range(depth):
        why = {"by": "split", "var": "x", "at": "0", "parts": [why, SIGN]}
    return why


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_certificate_is_rejected_in_one_line(name: str) -> None:
    good = certificate(sp.exp(x) >= 1 + x, {x: R}, copy.deepcopy(EXP_TANGENT))
    assert recheck(good).ok
    bad = copy.deepcopy(good)
    TAMPERED[name](bad)
    verdict = recheck(bad, seconds=20)
    assert not verdict.ok
    assert verdict.reason.startswith("rejected: ")
    assert len(verdict.reason) <= 300
    assert "\n" not in verdict.reason


def test_files_are_read_with_the_same_care(tmp_path: Path) -> None:
    good = certificate(sp.exp(x) >= 1 + x, {x: R}, copy.deepcopy(EXP_TANGENT))
    path = tmp_path / "good.json"
    save(good, path)
    assert recheck_file(path).ok
    text = path.read_text()
    broken = {
        "truncated": text[: len(text) // 2],
        "empty": "",
        "NaN": text.replace('"-2"', "NaN"),
        "float": text.replace('"-2"', "-2.0"),
        "twice": text.replace('"version": 1', '"version": 1, "version": 1'),
        "deep": "[" * 200_000,
        "list": "[]",
        "null": "null",
    }
    for name, content in broken.items():
        other = tmp_path / f"{name}.json"
        other.write_text(content)
        verdict = recheck_file(other)
        assert not verdict.ok, name
        assert verdict.reason.startswith("rejected: ")
    assert not recheck_file(tmp_path / "missing.json").ok
    said: list[str] = []
    assert main([str(path)], said.append) == 0
    assert main([str(path), str(tmp_path / "empty.json")], said.append) == 1
    assert len(said) == 3
