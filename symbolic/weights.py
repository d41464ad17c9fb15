"""Exact weights >= 0 of a linear combination, by z3's linear arithmetic over the rationals."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from flint import fmpq

from symbolic.contexts import limit, new_context
from symbolic.watchdog import shielded

Row = Mapping[Any, Any]
_SECONDS = 1.5


class NoWeights(Exception):
    """There is no such combination, or none was found."""


def weights(
    target: Row, columns: Sequence[Row], strict: Sequence[bool] | None, seconds: float = _SECONDS
) -> list[fmpq]:
    """Rational w >= 0 with sum w[k] * columns[k] = target, exactly.

    With `strict` some weight of a marked column is > 0. Raises `NoWeights`.
    """
    rows: dict[Hashable, list[str]] = {}
    for k, column in enumerate(columns):
        for key, value in column.items():
            if value != 0:
                rows.setdefault(key, []).append(f"(* {_written(value)} w{k})")
    if any(key not in rows for key, value in target.items() if value != 0):
        raise NoWeights("a monomial that no product has")
    # Written as text: term by term through the Python interface takes ten times as long.
    lines = [f"(declare-const w{k} Real)(assert (>= w{k} 0))" for k in range(len(columns))]
    for key, terms in rows.items():
        total = terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"
        lines.append(f"(assert (= {total} {_written(target.get(key, fmpq(0)))}))")
    if strict is not None:
        marked = " ".join(f"w{k}" for k, sure in enumerate(strict) if sure)
        lines.append(f"(assert (> (+ 0.0 {marked}) 0))")
    with shielded():
        values = _model("".join(lines), seconds)
    return [values.get(f"w{k}", fmpq(0)) for k in range(len(columns))]


def _written(value: Any) -> str:
    top, bottom = int(value.p), int(value.q)
    over = f"(/ {abs(top)}.0 {bottom}.0)"
    return over if top >= 0 else f"(- {over})"


def _model(text: str, seconds: float) -> dict[str, fmpq]:
    import z3

    solver = z3.SolverFor("QF_LRA", ctx=new_context())
    limit(solver, seconds)
    solver.from_string(text)
    if solver.check() != z3.sat:
        raise NoWeights("no such combination")
    model = solver.model()
    return {
        d.name(): fmpq(model[d].numerator_as_long(), model[d].denominator_as_long())
        for d in model.decls()
    }
