"""The certificate of a refutation, from the point at which a statement fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symbolic import clock
from symbolic.certificate import Malformed, build, encode, encode_statement
from symbolic.problem import Problem
from symbolic.refutation import failure_at
from symbolic.relations import scalar_relations
from symbolic.replay import replayed


def refutation(
    problem: Problem, engine: str, point: Mapping[sp.Symbol, sp.Expr], deadline: float
) -> dict[str, Any] | None:
    """A certificate that the checker accepts for this point, or None where it accepts none.

    `point` gives every symbol of `problem.over` an exact value. Each relation is tried as false and
    as undefined there, so that the caller need not know which one fails. `deadline` is a value of
    `clock.now()`.
    """
    try:
        values = {symbol.name: encode(point[symbol]) for symbol in problem.over}
        count = len(encode_statement(problem)["relations"])
    except (Malformed, KeyError):
        return None
    for failure in _likely(problem, point):
        for index in range(count):
            body = {"point": values, "relation": index, "failure": failure}
            left = deadline - clock.now()
            if left <= 0:
                return None
            certificate = build(problem, engine, body, kind="refutation")
            if replayed(certificate, left).ok:
                return certificate
    return None


def _likely(problem: Problem, point: Mapping[sp.Symbol, sp.Expr]) -> tuple[str, str]:
    """Both ways to fail, the one that the relations show at the point first."""
    parts = scalar_relations(problem.relations) or ()
    found = {failure_at(part, point, exact=True) for part in parts}
    return ("undefined", "false") if "undefined" in found else ("false", "undefined")
