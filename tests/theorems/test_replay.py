"""`theorems recheck` on the results of a run: what each certificate, and the whole, rests on."""

from __future__ import annotations

import json
from pathlib import Path

import sympy as sp

from symbolic.certificate import build
from symbolic.problem import Problem
from theorems.replay import replay

x = sp.Symbol("x", real=True)


def decided(name: str, relation: sp.Basic, why: dict) -> dict:
    body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
    certificate = build(Problem((relation,), {x: sp.S.Reals}), "test", body)
    return {"id": name, "decision": {"outcome": "proved", "certificate": certificate}}


def test_the_summary_counts_what_rests_on_the_kernel_alone(tmp_path: Path) -> None:
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
    assert [entry.ok for entry in entries] == [True, True, True, False, True, True, True]
    lines = [entry.line for entry in entries]
    assert lines[0].startswith("a: accepted by kernel: ")
    assert lines[1].startswith("b: accepted by kernel + functions: ")
    assert lines[3].startswith("d: not accepted: rejected: ")
    assert lines[5].endswith(
        ": 3 accepted (1 by the kernel alone), 1 rejected, 1 rest on one engine"
    )
    assert lines[6].endswith(": extensions that the others rest on: functions 1, sturm 1")
