"""What has to hold for an expression to be a defined real number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp

from symbolic.exactness import constant_sign


def obligations(expressions: Iterable[Any]) -> list[tuple[Any, str]]:
    """Pairs (subexpression, sign) whose truth makes all expressions real, inner ones first.

    The conditions are sufficient; for gamma left of zero, or powers of zero, they ask for more than
    is needed.
    """
    found: dict[tuple[Any, str], None] = {}
    seen: set[Any] = set()
    for expression in expressions:
        for pair in _walk(sp.sympify(expression), seen):
            found.setdefault(pair)
    return list(found)


def _walk(e: Any, seen: set[Any]) -> Iterator[tuple[Any, str]]:
    if e in seen or e.is_Atom:
        return
    seen.add(e)
    for arg in e.args:
        if isinstance(arg, sp.Basic):
            yield from _walk(arg, seen)
    for pair in _own(e):
        if not pair[0].is_number or not holds_sign(pair[0], pair[1]):
            yield pair


def holds_sign(value: Any, sign: str) -> bool:
    """Whether the exact number certainly has the sign."""
    found = constant_sign(value)
    return found is not None and {">": found > 0, ">=": found >= 0, "!=": found != 0}[sign]


def _own(e: Any) -> Iterator[tuple[Any, str]]:
    a = e.args
    if e.is_Pow and a[0] != sp.E:
        base, exponent = a
        if exponent.is_Integer:
            if exponent < 0:
                yield base, "!="
        elif exponent.is_number and constant_sign(exponent) == 1:
            yield base, ">="
        else:
            yield base, ">"
    elif isinstance(e, sp.log | sp.gamma | sp.loggamma):
        yield a[0], ">"
    elif isinstance(e, sp.polygamma):
        yield a[1], ">"
    elif isinstance(e, sp.asin | sp.acos):
        yield 1 - a[0], ">="
        yield 1 + a[0], ">="
    elif isinstance(e, sp.atanh):
        yield 1 - a[0], ">"
        yield 1 + a[0], ">"
    elif isinstance(e, sp.acosh):
        yield a[0] - 1, ">="
    elif isinstance(e, sp.tan | sp.sec):
        yield sp.cos(a[0]), "!="
    elif isinstance(e, sp.cot | sp.csc):
        yield sp.sin(a[0]), "!="
    elif isinstance(e, sp.coth | sp.csch):
        yield a[0], "!="
    elif isinstance(e, sp.factorial):
        yield a[0] + 1, ">"
    elif isinstance(e, sp.Piecewise) and e.args[-1][1] != sp.true:
        # Without a last catch-all the pieces have to cover the domain: not shown here.
        yield sp.Integer(-1), ">"
