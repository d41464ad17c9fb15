"""Equations among the side conditions, used up: T = (N + q e) / A with e = 0 and A > 0.

Either N is T made homogeneous by an equation such as x + y + z = 1, or a variable is eliminated in
which the equation is linear. What N needs to be >= 0 is often simpler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flint import fmpq

from symbolic.formula import Poly
from symbolic.known import Known
from symbolic.products import Products

Json = Any
_HIGHEST = 12


def without_equations(
    target: Poly,
    equation: Known,
    search: Products,
    known: list[Known],
    show: Callable[[Poly, Known], Json | None],
) -> Json | None:
    """A reason for target >= 0 (> 0 where `show` gives reasons for that), or None.

    `show(poly, equation)` looks for a reason for N, without the equation.
    """
    for below, power, rest, multiple in _forms(target, equation.poly, search, known):
        why = show(rest, equation)
        if why is None:
            continue
        parts = [{"expr": search.encoded(rest), "why": why}] if rest != 0 else []
        if multiple != 0:
            gone = ["mul", search.encoded(multiple), equation.code]
            parts.append({"expr": gone, "why": {"by": "sign"}})
        total = [part["expr"] for part in parts]
        inner = total[0] if len(total) == 1 else ["add", *total]
        then: Json = {"by": "sum", "parts": parts}
        if below is None or power == 0:
            return {"by": "rewrite", "to": inner, "then": then}
        over = ["pow", search.signed(below, known), ["rat", str(-power)]]
        return {
            "by": "rewrite",
            "to": ["mul", over, inner],
            "then": {"by": "product", "factors": [{"sign": 1}, {"sign": 1, "why": then}]},
        }
    return None


def _forms(
    target: Poly, equation: Poly, search: Products, known: list[Known]
) -> Iterator[tuple[Poly | None, int, Poly, Poly]]:
    """(A, k, N, q) with A**k * target = N + q * equation."""
    homogeneous = _homogeneous(target, equation)
    if homogeneous is not None:
        yield (None, 0, *homogeneous)
    gens = target.context().gens()
    for place in range(len(search.names)):
        degree, lead_degree = int(target.degrees()[place]), int(equation.degrees()[place])
        if not degree or lead_degree != 1:
            continue
        lead = equation.derivative(str(gens[place]))
        side = search.evident(lead, known)
        if not side:
            continue
        divisor, lead = side * equation, side * lead
        rest, multiple, power = target, 0 * target, 0
        while rest != 0 and int(rest.degrees()[place]) and power <= _HIGHEST:
            top = _coefficient(rest, place)
            shift = gens[place] ** (int(rest.degrees()[place]) - 1)
            multiple = multiple * lead + top * shift
            rest = rest * lead - top * shift * divisor
            power += 1
        if power <= _HIGHEST:
            yield lead, power, rest, side * multiple


def _coefficient(poly: Poly, place: int) -> Poly:
    """Of the highest power of the variable."""
    degree = max(int(m[place]) for m in poly.to_dict())
    rows = {}
    for m, c in poly.to_dict().items():
        if int(m[place]) == degree:
            rows[(*m[:place], 0, *m[place + 1 :])] = c
    return poly.context().from_dict(rows)


def _homogeneous(target: Poly, equation: Poly) -> tuple[Poly, Poly] | None:
    """(N, q) with target = N + q * equation and N homogeneous, for an equation form - c."""
    rows = equation.to_dict()
    degrees = {sum(map(int, m)) for m in rows}
    if len(degrees) != 2 or 0 not in degrees:
        return None
    step = max(degrees)
    constant = next(c for m, c in rows.items() if not any(m))
    form = (equation - constant) / -constant
    own = {sum(map(int, m)) for m in target.to_dict()}
    most = max(own)
    if len(own) < 2 or any((most - d) % step for d in own) or most > _HIGHEST:
        return None
    rest = 0 * target
    for m, c in target.to_dict().items():
        term = target.context().from_dict({m: c})
        rest = rest + term * form ** ((most - sum(map(int, m))) // step)
    multiple, left = divmod(target - rest, equation)
    return None if left != fmpq(0) else (rest, multiple)
