"""Claims brought to others: algebraic ones, other variables, sums of parts with a sign each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.algebraic import is_algebraic, positive
from symbolic.boxes import Box
from symbolic.exactness import constant_sign
from symbolic.ranges import Range
from symbolic.reasons import SIGN
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_MOST_OPERATIONS = 120
_HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch)
_BOUNDED = {
    sp.sin: sp.Integer(1),
    sp.cos: sp.Integer(1),
    sp.tanh: sp.Integer(1),
    sp.erf: sp.Integer(1),
    sp.atan: sp.pi / 2,
}


def by_algebra(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int, inside: bool
) -> Reason | None:
    """The sign of an algebraic expression, by polynomials."""
    if not is_algebraic(target.expr):
        return None
    ranges = dict((box.opened() if inside else box).items())
    why = positive(target.expr, strict, ranges, prover.deadline)
    return None if why is None else {"by": "written", "json": why}


def by_exponential_variables(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int, inside: bool
) -> Reason | None:
    """u = exp(x) for the variables that occur in exponentials alone."""
    expr = target.expr
    if expr.count_ops() > _MOST_OPERATIONS or not expr.has(sp.exp, *_HYPERBOLIC):
        return None
    opened = expr.rewrite(sp.exp) if expr.has(*_HYPERBOLIC) else expr
    opened = sp.expand_power_exp(opened)
    scales = _scales(opened, target.active)
    if scales is None:
        return None
    changed, names = opened, {s.name for s in box.symbols}
    steps = []
    ranges = dict((box.opened() if inside else box).items())
    for symbol, scale in scales.items():
        name = next(n for k in itertools.count() if (n := f"{symbol.name}_e{k}") not in names)
        names.add(name)
        new = sp.Symbol(name, positive=True)
        r = ranges.pop(symbol)
        low, high = (_exponential(end, scale) for end in (r.low, r.high))
        # An irrational end is given up: what holds for all u > 0 holds on the range.
        low, low_open = (low, r.low_open) if low.is_Rational and low > 0 else (sp.Integer(0), True)
        high, high_open = (high, r.high_open) if high.is_Rational else (sp.oo, True)
        fresh = Range(low, high, low_open, high_open)
        changed = changed.subs(symbol, scale * sp.log(new))
        changed = sp.expand_power_base(sp.powsimp(sp.expand_power_exp(changed), deep=True))
        plain = sp.Symbol(name, real=True)
        changed = changed.xreplace({new: plain})
        ranges[plain] = fresh
        steps.append((symbol, scale, plain, fresh))
    if not is_algebraic(changed):
        return None
    changed = sp.cancel(sp.together(changed)) if not _has_roots(changed) else changed
    found = positive(changed, strict, ranges, prover.deadline)
    if found is None:
        return None
    why: Reason = {"by": "rewrite", "to": changed, "then": {"by": "written", "json": found}}
    for symbol, scale, plain, fresh in reversed(steps):
        why = {
            "by": "change",
            "var": symbol,
            "new": plain.name,
            "range": [fresh.low, fresh.high, bool(fresh.low_open), bool(fresh.high_open)],
            "image": scale * sp.log(plain),
            "inverse": sp.exp(symbol / scale),
            "then": why,
        }
    return why


def _has_roots(expr: Any) -> bool:
    return any(not p.exp.is_Integer for p in expr.atoms(sp.Pow))


def _exponential(end: Any, scale: Any) -> Any:
    if end == -sp.oo:
        return sp.Integer(0)
    return sp.oo if end == sp.oo else sp.exp(end / scale)


def _scales(expr: Any, active: tuple[sp.Symbol, ...]) -> dict[sp.Symbol, Any] | None:
    """For symbols that occur in exponentials alone: c with all of them powers of exp(x/c)."""
    powers: dict[sp.Symbol, list[Any]] = {}
    dummies = {e: sp.Dummy() for e in expr.atoms(sp.exp)}
    outside = expr.xreplace(dummies).free_symbols
    for e in dummies:
        arg = sp.expand(e.exp)
        for term in sp.Add.make_args(arg):
            rate, symbol = term.as_coeff_Mul()
            if not symbol.is_Symbol or not rate.is_Rational:
                return None
            powers.setdefault(symbol, []).append(rate)
    found = {}
    for symbol, rates in powers.items():
        if symbol in outside or symbol not in active:
            return None
        found[symbol] = sp.ilcm(1, 1, *(r.q for r in rates))
    return found or None


# --- logarithms --------------------------------------------


def by_gathered_logarithms(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int, inside: bool
) -> Reason | None:
    """Rational multiples of logarithms and exponents, compared through exp."""
    expr = target.expr
    if not expr.is_Add or not expr.has(sp.log) or expr.count_ops() > _MOST_OPERATIONS:
        return None
    rest: list[tuple[Any, Any]] = []
    logs: list[tuple[Any, Any]] = []
    for term in sp.Add.make_args(sp.expand(expr, log=False)):
        rate, inner = term.as_coeff_Mul()
        (logs if isinstance(inner, sp.log) else rest).append((rate, inner))
    if any(inner.has(sp.log) for _, inner in rest) or len(logs) + bool(rest) < 2:
        return None
    if not all(rate.is_Rational for rate, _ in logs):
        return None
    if rest and len(logs) < 2:  # `by_exponentials` does those
        return None
    if rest and not any(inner.args[0].has(sp.exp, *_HYPERBOLIC) for _, inner in logs):
        return None
    scale = sp.ilcm(1, 1, *(rate.q for rate, _ in logs))
    left = [(scale * r, u) for r, u in logs if r > 0]
    right = [(-scale * r, u) for r, u in logs if r < 0]
    gap = sp.Add(*(scale * r * u for r, u in rest))
    for side in (1, -1) if gap != 0 else (1,):
        a = sp.Mul(*(u.args[0] ** r for r, u in left))
        b = sp.Mul(*(u.args[0] ** r for r, u in right))
        if gap != 0:
            power = sp.exp(sp.expand(side * gap))
            a, b = (a * power, b) if side > 0 else (a, b * power)
        to = sp.expand_power_exp(a - b)
        if to.count_ops() > 2 * _MOST_OPERATIONS:
            continue
        if is_algebraic(to):
            to = sp.expand(to)
        then = prover.prove(to, strict, box, depth - 1, inside)
        if then is None:
            continue
        one = sp.Add(*(r * u for r, u in left), *([gap] if side > 0 else []))
        other = sp.Add(*(r * u for r, u in right), *([-gap] if side < 0 else []))
        return {
            "by": "compare",
            "map": "exp",
            "left": one,
            "right": other,
            "factor": sp.Rational(1, scale),
            "to": to,
            "then": then,
        }
    return None


# --- sums --------------------------------------------


def by_groups(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """f(x) + h(y) + ..., each part with its least value at an end or at 0."""
    if len(target.active) < 2 or not target.expr.is_Add:
        return None
    groups: list[tuple[set[sp.Symbol], Any]] = []
    for term in sp.Add.make_args(sp.expand_mul(target.expr)):
        symbols, total = set(term.free_symbols), term
        kept = []
        for mine, part in groups:
            if mine & symbols:
                symbols, total = symbols | mine, total + part
            else:
                kept.append((mine, part))
        groups = [*kept, (symbols, total)]
    moving = [(s, e) for s, e in groups if s]
    if len(moving) < 2:
        return None
    rest = sp.Add(*(e for s, e in groups if not s))
    parts = []
    for symbols, part in moving:
        value = _least_value(prover, part, symbols, box)
        if value is None:
            return None
        parts.append(part - value)
        rest += value
    sign = constant_sign(rest)
    if sign is None or sign < 0:
        return None
    entries = []
    if sign > 0:
        entries.append({"expr": rest, "why": SIGN})
    for part in parts:
        why = prover.prove(part, strict and not entries, box, depth - 1)
        if why is None:
            return None
        entries.append({"expr": part, "why": why})
    return {"by": "sum", "parts": entries}


def _least_value(prover: Prover, part: Any, symbols: set[sp.Symbol], box: Box) -> Any | None:
    """The exact value at that end, or at zero, where it is least."""
    choices = []
    for symbol in sorted(symbols, key=str):
        r = box.range(symbol)
        ends = [e for e in (r.low, r.high, sp.Integer(0)) if e.is_finite]
        choices.append([(symbol, e) for e in dict.fromkeys(ends)])
    best = None
    for choice in itertools.islice(itertools.product(*choices), 16):
        value = part
        for symbol, end in choice:
            face = prover.at_face(value, symbol, end, box)
            if face is None:
                break
            value = face
        else:
            if value.is_number and (best is None or constant_sign(best - value) == 1):
                best = value
    return best


def by_bounds(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """Sines and other bounded functions replaced by the bound that makes the claim hardest."""
    expr = sp.expand_mul(target.expr)
    if not expr.is_Add or expr.count_ops() > _MOST_OPERATIONS:
        return None
    low, entries = expr, []
    for term in expr.args:
        found = [f for f in sp.Mul.make_args(term) if type(f) in _BOUNDED and f.free_symbols]
        if len(found) != 1:
            continue
        (kernel,) = found
        rate = term / kernel
        bound = _BOUNDED[type(kernel)]
        sign = (
            prover.probes.sign(prover.target(rate), box)
            if rate.free_symbols
            else (constant_sign(rate))
        )
        if not sign:
            continue
        low = low - term - sign * rate * bound
        product = sign * rate * (bound + sign * kernel)
        outer = prover.prove(product, False, box, depth - 1)
        if outer is None:
            return None
        entries.append({"expr": product, "why": outer})
    if not entries or low == expr:
        return None
    why = prover.prove(low, strict, box, depth - 1)
    if why is None:
        return None
    return {"by": "sum", "parts": [{"expr": low, "why": why}, *entries]}
