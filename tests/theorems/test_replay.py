"""`theorems recheck` on the results of a run: what each certificate, and the whole, rests on."""

from __future__ import annotations

import json
from pathlib import Path

import sympy as sp

from symbolic.certificate import build
from symbolic.problem import Problem
from symbolic.recheck import recheck
from theorems.replay import replay

x = sp.Symbol("x", real=True)


def decided(name: str, relation: sp.Basic, why: dict) -> dict:
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    certificate = build(Problem((relation,), {x: sp.S.Reals}), "test", body)
    return {"id": name, "decision": {"outcome": "proved", "certificate": certificate}}


def test_the_summary_says_how_much_code_the_certificates_rest_on(tmp_path: Path) -> None:
    sign = {"by": "sign"}
    claims = [
        decided("a", sp.Gt(1 + x**2, 0, evaluate=False), sign),
        decided("b", sp.cosh(x) >= 1, sign),
        decided("c", x**2 - x + 1 > 0, {"by": "sturm"}),
        decided("d", x > 0, sign),
        {"id": "e", "decision": {"outcome": "proved", "certificate": None, "engine": "z3"}},
        {"id": "f", "decision": None},
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"claims": claims}), encoding="utf-8")
    entries = list(replay(path, 20.0))
    assert [entry.ok for entry in entries] == [True, True, True, False, *[True] * 5]
    lines = [entry.line for entry in entries]
    core, other, third = (recheck(claim["decision"]["certificate"]) for claim in claims[:3])
    assert lines[0].startswith(f"a: accepted by core ({core.lines} lines): ")
    assert lines[1].startswith(f"b: accepted by {other.rests_on} ({other.lines} lines): ")
    assert lines[3].startswith("d: not accepted: rejected: ")
    assert lines[5].endswith(": 3 accepted, 1 rejected, 1 rest on one engine")
    low, median, high = sorted((core.lines, other.lines, third.lines))
    assert low == core.lines < 600 < high
    assert f": they rest on {low} to {high} lines of code each (median {median}): " in lines[6]
    assert f"{1 + (median <= 600)} on at most 600" in lines[6]
    assert lines[7].endswith(
        ": by the core alone 1, the core and one extension 0, two extensions 2, three or more 0"
    )
    assert "extensions: " in lines[8]
    assert {"hyperbolic 1", "sturm 1"} <= set(lines[8].split("extensions: ")[1].split(", "))
