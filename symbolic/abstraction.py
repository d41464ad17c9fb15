"""Roots, functions and absolute values as variables, for combinations of what is known of them.

Each maximal part that is not rational becomes a variable with a range; what defines it (the square
of a root, the sum of the squares of sine and cosine) becomes an equation, which the checker's
normal form knows as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symbolic.certificate import Malformed, encode
from symbolic.pointwise import holds_at
from symbolic.ranges import Domain, Range, sample

Json = Any
_LINE = Range(-sp.oo, sp.oo, True, True)
_WEAK, _STRICT = Range(sp.S.Zero, sp.oo, False, True), Range(sp.S.Zero, sp.oo, True, True)
_UNIT = Range(sp.S.NegativeOne, sp.S.One, False, False)
_MOST_PARTS = 8
_SAMPLES = 24
_BOUNDED = (sp.sin, sp.cos, sp.tanh, sp.erf)


@dataclass
class Abstraction:
    """A relation and its domain with variables for the parts; `codes` says what they stand for.

    `zeros`: polynomials that vanish by definition. `facts`: quantities that are >= 0, each with
    the reason for a lemma.
    """

    relation: sp.Basic
    domain: Domain
    codes: dict[str, Json] = field(default_factory=dict)
    zeros: list[sp.Expr] = field(default_factory=list)
    facts: list[tuple[sp.Expr, Json]] = field(default_factory=list)

    def written(self, code: Json) -> Json:
        """A reason or an expression with the parts put back."""
        if isinstance(code, dict):
            return {key: self.written(value) for key, value in code.items()}
        if not isinstance(code, list):
            return code
        if len(code) == 2 and code[0] == "sym" and code[1] in self.codes:
            return self.codes[code[1]]
        return [self.written(part) for part in code]


def abstraction(relation: sp.Basic, domain: Domain) -> Abstraction | None:
    """None where nothing is to be replaced, or too much, or what no certificate can express."""
    conditions = [c for c in domain.where if isinstance(c, sp.core.relational.Relational)]
    if len(conditions) != len(domain.where):
        return None
    parts = list(dict.fromkeys(p for r in (relation, *conditions) for p in _parts(r)))
    if not parts or len(parts) > _MOST_PARTS:
        return None
    names = _names(domain)
    roots: dict[sp.Expr, int] = {}
    for part in parts:
        if _is_root(part):
            roots[part.base] = math.lcm(roots.get(part.base, 1), int(part.exp.q))
    found = Abstraction(relation, domain)
    swap: dict[sp.Expr, sp.Expr] = {}
    variables: dict[sp.Expr, sp.Symbol] = {}
    for part in parts:
        whole = sp.Pow(part.base, sp.Rational(1, roots[part.base])) if _is_root(part) else part
        if whole not in variables:
            variables[whole] = sp.Symbol(next(names), real=True)
        power = part.exp * roots[part.base] if _is_root(part) else 1
        swap[part] = variables[whole] ** power
    try:
        found.codes = {v.name: encode(whole) for whole, v in variables.items()}
    except Malformed:
        return None
    ranges = {v: (_range(whole, domain),) for whole, v in variables.items()}
    where = tuple(_without(c, swap) for c in domain.where)
    found.relation = _without(relation, swap)
    found.domain = Domain({**domain.ranges, **ranges}, where)
    for whole, v in variables.items():
        _define(found, whole, v, roots, swap, variables)
    return found


def _names(domain: Domain) -> Iterator[str]:
    taken = {s.name for s in domain.ranges}
    return (name for k in range(10**6) if (name := f"part{k}") not in taken)


def _parts(expr: sp.Basic) -> Iterator[sp.Expr]:
    """The maximal parts that are not rational, constants such as pi left aside."""
    if expr.is_Atom:
        return
    rational_power = expr.is_Pow and expr.exp.is_Integer
    relation = isinstance(expr, sp.core.relational.Relational)
    if expr.is_Add or expr.is_Mul or rational_power or relation:
        for arg in expr.args:
            yield from _parts(arg)
    elif expr.free_symbols or expr.is_Pow:
        yield expr


def _without(expr: sp.Basic, swap: dict[sp.Expr, sp.Expr]) -> sp.Basic:
    if expr in swap:
        return swap[expr]
    if expr.is_Atom:
        return expr
    args = [_without(arg, swap) for arg in expr.args]
    if isinstance(expr, sp.core.relational.Relational):
        return expr.func(*args, evaluate=False)
    return expr.func(*args)


def _is_root(part: sp.Expr) -> bool:
    return bool(part.is_Pow and part.exp.is_Rational)


def _range(part: sp.Expr, domain: Domain) -> Range:
    """Where the values of the part lie, as the checker's enclosures see it too."""
    if isinstance(part, sp.exp):
        return _STRICT
    positive = _sampled(part, domain)
    if positive:
        return _STRICT
    if positive == 0 or isinstance(part, sp.Abs) or _is_root(part):
        return Range(sp.S.Zero, sp.S.One, False, False) if isinstance(part, _BOUNDED) else _WEAK
    return _UNIT if isinstance(part, _BOUNDED) else _LINE


def _sampled(part: sp.Expr, domain: Domain) -> int | None:
    """1 where the part is > 0 at all points that are tried, 0 where it is >= 0, else None."""
    sign = 1
    for point in sample(Domain(domain.ranges), _SAMPLES):
        if holds_at(sp.Gt(part, 0, evaluate=False), point) is True:
            continue
        if holds_at(sp.Ge(part, 0, evaluate=False), point) is not True:
            return None
        sign = 0
    return sign


def _define(
    found: Abstraction,
    part: sp.Expr,
    variable: sp.Symbol,
    roots: dict[sp.Expr, int],
    swap: dict[sp.Expr, sp.Expr],
    variables: dict[sp.Expr, sp.Symbol],
) -> None:
    if part.is_Pow and part.base in roots and part.exp == sp.Rational(1, roots[part.base]):
        inner = _without(part.base, swap)
        if not list(_parts(inner)):
            above, below = sp.fraction(sp.together(inner))
            found.zeros.append(sp.expand(variable ** roots[part.base] * below - above))
    elif isinstance(part, sp.sin):
        other = variables.get(sp.cos(part.args[0]))
        if other is not None:
            found.zeros.append(variable**2 + other**2 - 1)
    elif isinstance(part, sp.exp):
        other = variables.get(sp.exp(-part.args[0]))
        if other is not None and variable.name < other.name:
            found.zeros.append(variable * other - 1)
    if isinstance(part, sp.cos | sp.sin) and found.domain.ranges[variable][0].low == 0:
        found.facts += [(variable, why) for why in _towards_zero(part, found.domain)]
    if isinstance(part, sp.Abs):
        u = _without(part.args[0], swap)
        if not list(_parts(u)):
            found.facts += [(variable - u, _above(part, 1)), (variable + u, _above(part, -1))]


def _towards_zero(part: sp.Expr, domain: Domain) -> Iterator[Json]:
    """Why the part is >= 0, where it falls to zero at an irrational end such as pi/2."""
    for symbol in part.free_symbols if len(part.free_symbols) == 1 else ():
        (r, *more) = domain.ranges[symbol]
        if not (r.low.is_finite and r.high.is_finite and r.high - r.low <= sp.pi / 2):
            continue  # a sine may rise and fall
        for end, direction in ((r.low, 1), (r.high, -1)):
            if not more and end.is_finite and not end.is_Rational and part.subs(symbol, end) == 0:
                then = {"by": "zero"}
                yield {"by": "monotone", "var": symbol.name, "direction": direction, "then": then}
                return


def _above(part: sp.Abs, side: int) -> Json:
    """Why |u| - side * u >= 0."""
    u = part.args[0]
    minus = ["mul", ["rat", "-1"], encode(u)]
    code = encode(part)

    def case(sign: int) -> Json:
        value = encode(u) if sign >= 0 else minus
        then: Json = {"by": "zero"}
        if (sign >= 0) == (side < 0):
            double = ["mul", ["rat", str(2 if sign >= 0 else -2)], encode(u)]
            then = {"by": "rewrite", "to": double, "then": {"by": "sign"}}
        return {"by": "resolve", "of": code, "is": value, "then": then}

    return {"by": "cases", "on": encode(u), "parts": [case(1), case(0), case(-1)]}
