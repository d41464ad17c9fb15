"""Reductions of a claim: by a scaling symmetry, by periods, to the bottom of a valley."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.boxes import Box, open_signs
from symbolic.curves import isolated
from symbolic.exactness import clearly_nonzero
from symbolic.ranges import Range
from symbolic.reasons import about
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_MOST_OPERATIONS = 80
_CIRCULAR = (sp.sin, sp.cos, sp.tan, sp.cot)


def by_scaling_symmetry(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """One variable less for an expression that is homogeneous in several."""
    names = target.active
    if len(names) < 2 or target.expr.count_ops() > _MOST_OPERATIONS:
        return None
    for s in names:
        r = box.range(s)
        if r.integer or r.high != sp.oo or not (r.low == 0 and r.low_open):
            return None
    degree = degree_of(target.expr, names)
    if degree is None:
        return None
    for fixed in sorted(names, key=lambda s: (_appearances(target.expr, s), str(s))):
        face = target.expr.subs(fixed, 1)
        if face.has(sp.nan, sp.zoo, sp.oo):
            continue
        smaller = box.face(fixed, sp.Integer(1))
        why = prover.prove(face, strict, smaller, depth)
        if why is None:
            continue
        return {
            "by": "scaling",
            "names": [s.name for s in names],
            "var": fixed,
            "degree": str(degree),
            "lemmas": [le for le in prover.lemmas if le["expr"].free_symbols & set(names)],
            "then": about(face, why),
        }
    return None


def _appearances(expr: Any, symbol: sp.Symbol) -> int:
    """How often the symbol stands in the expression, negated: the most frequent goes first."""
    return -sum(1 for e in sp.preorder_traversal(expr) if e == symbol)


def degree_of(expr: Any, names: tuple[sp.Symbol, ...]) -> Any | None:
    """The rational degree of homogeneity, by Euler's identity; None where there is none."""
    point = {s: sp.Rational(3 + 2 * i, 2 + i) for i, s in enumerate(names)}
    euler = sum((s * sp.diff(expr, s) for s in names), sp.Integer(0))
    values = [sp.N(e.subs(point), 30) for e in (euler, expr)]
    if not all(v.is_Float for v in values) or abs(values[1]) < sp.Float("1e-20"):
        return None
    ratio = sp.nsimplify(values[0] / values[1], rational=True, tolerance=1e-15)
    if ratio.q > 12 or abs(ratio) > 12:
        return None
    other = {s: sp.Rational(7 + 5 * i, 3 + 2 * i) for i, s in enumerate(names)}
    gap = sp.N((euler - ratio * expr).subs(other), 30)
    return ratio if abs(gap) < sp.Float("1e-20") else None


def by_period(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """One period of an expression in sines and cosines of a variable over all reals."""
    for x in target.active:
        r = box.range(x)
        if r.low != -sp.oo or r.high != sp.oo or r.integer:
            continue
        period = period_of(target.expr, x)
        if period is None:
            continue
        piece = box.replace(x, Range(-period / 2, period / 2))
        why = prover.prove(target.expr, strict, piece, depth)
        if why is None:
            return None
        return {"by": "periodic", "var": x, "period": period, "then": why}
    return None


def period_of(expr: Any, x: sp.Symbol) -> Any | None:
    """A common period of all sines, cosines, tangents of x; x stands nowhere else."""
    waves = {e for e in expr.atoms(*_CIRCULAR) if e.args[0].has(x)}
    inner = {e for e in waves if not e.args[0].has(*_CIRCULAR)}
    if not inner or expr.xreplace({e: sp.Dummy() for e in inner}).has(x):
        return None
    rates = []
    for e in inner:
        rate = sp.diff(e.args[0], x)
        if not (rate.is_Rational or (rate / sp.pi).is_Rational) or rate == 0:
            return None
        rates.append(abs(rate))
    unit = sp.pi if any(not rate.is_Rational for rate in rates) else sp.Integer(1)
    shares = [rate / unit for rate in rates]
    if not all(share.is_Rational for share in shares):
        return None
    common = sp.Rational(
        sp.igcd(0, 0, *(s.p for s in shares)), sp.ilcm(1, 1, *(s.q for s in shares))
    )
    return 2 * sp.pi / (unit * common)


def by_valley(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """g falls towards x = c(others) from both sides, and is >= 0 there."""
    if len(target.active) < 2 or strict or target.expr.count_ops() > _MOST_OPERATIONS:
        return None
    for x in target.active:
        slope = sp.factor(sp.together(target.derivative(x)))
        if slope.count_ops() > 3 * _MOST_OPERATIONS:
            continue
        for curve in _curves(slope, x, target, box):
            value = target.expr.xreplace({x: curve})
            if value.has(sp.nan, sp.zoo, sp.oo) or not _vanishes(prover, value):
                continue
            product = sp.factor(sp.cancel(sp.together((x - curve) * slope)))
            why = prover.prove(product, False, box, depth - 1, inside=True)
            if why is not None:
                return {
                    "by": "valley",
                    "var": x,
                    "at": curve,
                    "to": product,
                    "slope": why,
                }
    return None


def _vanishes(prover: Prover, value: Any) -> bool:
    if clearly_nonzero(value):
        return False
    if prover.zero(value):
        return True
    return bool(sp.expand(sp.expand_log(sp.powsimp(value), force=True)) == 0)


def _curves(slope: Any, x: sp.Symbol, target: Target, box: Box) -> list[Any]:
    """Where a factor of the slope vanishes, solved for x; other variables of the same range."""
    found = [s for s in target.active if s != x and box.range(s) == box.range(x)]
    for factor in sp.Mul.make_args(sp.numer(slope)):
        base = factor.base if factor.is_Pow else factor
        if not base.has(x):
            continue
        root = isolated(base, x)
        if root is None and base.is_polynomial(x) and sp.degree(base, x) == 1:
            root = sp.cancel(-base.coeff(x, 0) / base.coeff(x, 1))
        if root is not None and not root.has(x) and root.free_symbols:
            found.append(root)
    return list(dict.fromkeys(found))


def by_logarithmic_variable(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """u = log(x) for a variable that stands in logarithms and powers alone."""
    from symbolic.prover import Prover as Fresh

    expr = target.expr
    if len(target.active) != 1 or not expr.has(sp.log) or expr.count_ops() > _MOST_OPERATIONS:
        return None
    (x,) = target.active
    r = box.range(x)
    if r.integer or not (r.low.is_Rational and r.low >= 0) or not _plain(expr, x):
        return None
    name = next(n for k in itertools.count() if (n := f"{x.name}_l{k}") not in _names(box))
    u = sp.Symbol(name, real=True)
    positive = sp.Symbol(name, positive=True)
    moved = sp.expand_log(expr.xreplace({x: positive})).replace(
        lambda e: e == sp.log(positive), lambda e: u
    )
    moved = moved.xreplace({positive: sp.exp(u)})
    low, high = _logarithm(r.low, -1), _logarithm(r.high, 1)
    fresh = Range(low, high, r.low_open or r.low == 0, r.high_open)
    ranges = tuple(fresh if s == x else other for s, other in box.items())
    symbols = tuple(u if s == x else s for s in box.symbols)
    changed = Box(symbols, ranges)
    inner = Fresh(symbols, open_signs(changed), (), prover.deadline)
    why = inner.prove(moved, strict, changed, depth)
    if why is None:
        return None
    return {
        "by": "change",
        "var": x,
        "new": name,
        "range": [fresh.low, fresh.high, bool(fresh.low_open), bool(fresh.high_open)],
        "image": sp.exp(u),
        "inverse": sp.log(x),
        "then": about(moved, why),
    }


def _logarithm(end: Any, side: int) -> Any:
    """log(end), or a rational a little below (side -1) or above it where it is irrational."""
    if end in (0, sp.oo):
        return -sp.oo if end == 0 else sp.oo
    value = sp.log(end)
    if value.is_Rational:
        return value
    return sp.Rational(int(sp.floor(value * 1024)) + (side > 0), 1024)


def _names(box: Box) -> set[str]:
    return {s.name for s in box.symbols}


def _plain(expr: Any, x: sp.Symbol) -> bool:
    """Whether x stands in log(c x**r) and in rational powers alone."""
    logs = {e for e in expr.atoms(sp.log) if e.has(x)}
    for e in logs:
        base = e.args[0].as_independent(x, as_Add=False)[1]
        base = base.base if base.is_Pow and base.exp.is_Rational else base
        if base != x:
            return False
    rest = expr.xreplace({e: sp.Dummy() for e in logs})
    if any(e.has(x) for e in rest.atoms(sp.Function)):
        return False
    powers = [e for e in rest.atoms(sp.Pow) if e.has(x)]
    return bool(logs) and all(e.exp.is_Rational for e in powers)


def by_squares(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """A > B by A**2 > B**2 and A >= 0, where one of them is all there is of square roots."""
    expr = target.expr
    if not expr.is_Add or expr.count_ops() > _MOST_OPERATIONS:
        return None
    rooted = [t for t in expr.args if any(_is_root(f) for f in sp.Mul.make_args(t))]
    if len(rooted) != 1:
        return None
    (term,) = rooted
    rest = expr - term
    square = sp.Mul(*(f**2 for f in sp.Mul.make_args(term)))
    positive = prover.probes.sign(prover.target(term), box)
    if not positive or any(_is_root(p) for p in sp.expand(square).atoms(sp.Pow)):
        return None
    left, right = (term, -rest) if positive > 0 else (rest, -term)
    to = sp.expand(square - rest**2) if positive > 0 else sp.expand(rest**2 - square)
    if prover.probes.sign(prover.target(to), box) != 1:
        return None
    need = prover.prove(left, False, box, depth - 1)
    then = need and prover.prove(to, strict, box, depth)
    if need is None or then is None:
        return None
    return {
        "by": "powers",
        "left": left,
        "right": right,
        "power": "2",
        "need": need,
        "to": to,
        "then": then,
    }


def _is_root(factor: Any) -> bool:
    return bool(
        factor.is_Pow and factor.exp.is_Rational and factor.exp.q == 2 and factor.base.free_symbols
    )
