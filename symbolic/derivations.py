"""Written derivations of equations, for certificates: rewrites, cases, constancy, induction.

`identity.py` decides; here its answer is put into the reasons that `certificate.py` documents. The
candidates are tried out on the independent checker, and only what that one accepts is handed on, so
a candidate may be wrong, and a true equation may stay without a certificate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import sympy as sp

from symbolic import clock, constants, turns
from symbolic.certificate import Malformed, build, encode
from symbolic.definedness import lemmas
from symbolic.gammas import gamma_chain
from symbolic.problem import Problem
from symbolic.ranges import Domain, Point, Range, sample
from symbolic.recheck import Verdict
from symbolic.relations import conjuncts
from symbolic.replay import replayed
from symbolic.rewrites import Rewrite, rewriting, sign_at, square_roots

Json = Any
_ANCHORS = [sp.Rational(a) for a in ("0", "1", "-1", "1/2", "2", "-2", "3")]
_MOST_CASES = 4
_SWITCHING = (sp.Abs, sp.sign, sp.Max, sp.Min, sp.Piecewise)
_MOST_POINTS = 24
_CHECK_SECONDS = 1.0
_ZERO: Json = {"by": "zero"}


def derivation(problem: Problem, domain: Domain, deadline: float) -> dict[str, Any] | None:
    """A certificate for a conjunction of equations, accepted by the checker, or None."""
    boxes = domain.boxes()
    parts = conjuncts(problem.relations)
    if boxes is None or not all(isinstance(part, sp.Eq) for part in parts):
        return None
    many = len(boxes) > 1
    proofs = []
    for part in parts:
        entries = []
        for box in boxes:
            entry = _on_box(part, Domain({s: (r,) for s, r in box.items()}, domain.where), deadline)
            if entry is None:
                return None
            written = {s.name: _ends(r) for s, r in box.items()} if many else {}
            entries.append({"box": written, **entry})
        proofs.append({"boxes": entries})
    try:
        certificate = build(problem, "identity", {"relations": proofs})
    except Malformed:
        return None
    return certificate if is_accepted(certificate) else None


def is_accepted(certificate: dict[str, Any], seconds: float = _CHECK_SECONDS) -> bool:
    """Whether the independent checker replays the certificate."""
    return replayed(certificate, seconds).ok


def _ends(r: Range) -> list[Json]:
    return [
        str(end) if end.is_Rational or end in (sp.oo, -sp.oo) else encode(end)
        for end in (r.low, r.high)
    ]


def derived(relation: sp.Eq, domain: Domain, deadline: float) -> bool:
    """Whether the checker accepts a derivation of the equation over a domain of one box."""
    if any(len(union) != 1 for union in domain.ranges.values()):
        return False
    return _on_box(relation, domain, deadline) is not None


def _on_box(relation: sp.Eq, domain: Domain, deadline: float) -> dict[str, Json] | None:
    """The reason that the checker accepts, with the lemmas that it needs, or None."""
    over = {s: _as_set(union[0]) for s, union in domain.ranges.items()}
    problem = Problem((relation,), over, domain.where)
    entry: dict[str, Json] = {}
    for why in _candidates(relation, domain):
        if clock.now() > deadline:
            return None
        try:
            verdict = _verdict(problem, {**entry, "why": why})
            if not verdict.ok and not entry and "not shown" in verdict.reason:
                entry = {"lemmas": _lemmas(relation, domain, deadline)}
                verdict = _verdict(problem, {**entry, "why": why})
        except Malformed:
            return None
        if verdict.ok:
            return {**entry, "why": why}
    return None


def _verdict(problem: Problem, entry: dict[str, Json]) -> Verdict:
    body = {"relations": [{"boxes": [{"box": {}, **entry}]}]}
    return replayed(build(problem, "identity", body), _CHECK_SECONDS)


def _lemmas(relation: sp.Eq, domain: Domain, deadline: float) -> list[Json]:
    """What lets the checker see that the sides are defined, and the rules about gamma apply."""
    points = list(islice(sample(domain, _MOST_POINTS), _MOST_POINTS))
    difference = relation.lhs - relation.rhs
    chain = gamma_chain(difference, points[0], domain.where) if points else ()
    turned = [step.bind[0][1] for step in chain if "-turn" in step.rule]
    return lemmas(relation.args, turned, domain, points, deadline)


def _as_set(r: Range) -> sp.Set:
    if r.low == r.high:
        return sp.FiniteSet(r.low)
    if r.integer:
        return sp.Range(r.low, r.high + 1)
    return sp.Interval(r.low, r.high, r.low_open, r.high_open)


def _candidates(relation: sp.Eq, domain: Domain) -> Iterator[Json]:
    difference = relation.lhs - relation.rhs
    yield _ZERO
    points = list(islice(sample(domain, _MOST_POINTS), _MOST_POINTS))
    yield from constants.candidates(difference)
    yield from turns.candidates(difference, domain, points)
    gammas = [gamma_chain(difference, point, domain.where) for point in points[:2]]
    opened = (tuple(step for step in chain if step.rule == "binomial") for chain in gammas)
    chains = _distinct([*opened, *gammas])
    chains += _distinct(chain for point in points[:6] for chain in rewriting(difference, point))
    for chain in chains:
        yield after_rewrites(chain, domain, _ZERO)
    if difference.has(sp.Sum, sp.Product):
        for why in _inductions(difference, domain, points):
            yield why
            for chain in _distinct(steps for steps in chains if steps[0].rule == "binomial"):
                yield after_rewrites(chain, domain, why)
        return
    switches = switches_of(difference)
    if 0 < len(switches) <= _MOST_CASES:
        yield _cases(switches, difference, domain, points)
    plain = [u for u in switches if not u.has(*_SWITCHING)]
    cuts = [u for u in plain if _root(u, domain) is not None]
    if cuts and len(plain) <= _MOST_CASES:
        rest = [u for u in plain if u not in cuts]
        yield _apart(cuts, difference, domain, points)
        if rest:
            yield _apart([*cuts, *rest], difference, domain, points)
    for anchors in _anchors(difference, domain):
        yield _constant(anchors)
    for anchors in islice(_anchors(difference, domain), 2):
        for chain in chains:
            yield _constant(anchors, slope=after_rewrites(chain, domain, _ZERO))


def _inductions(difference: sp.Expr, domain: Domain, points: list[Point]) -> Iterator[Json]:
    """Steps from n to n + 1: of the error itself, or of it times the new factor of a product."""
    for n, union in domain.ranges.items():
        if not union[0].integer:
            continue
        yield {"by": "induction", "var": n.name}
        later = _opened(difference.xreplace({n: n + 1}), n)
        for chain in _distinct(c for p in points[:1] for c in rewriting(later - difference, p)):
            step = after_rewrites(chain, domain, _ZERO)
            yield {"by": "induction", "var": n.name, "step": step}
        for fold in difference.atoms(sp.Product):
            k, _, last = fold.limits[-1]
            if len(fold.limits) == 1 and sp.expand(last.xreplace({n: n + 1}) - last) == 1:
                rate = fold.function.xreplace({k: last + 1})
                yield {"by": "recurrence", "var": n.name, "rate": encode(rate)}


def _opened(expr: sp.Expr, n: sp.Symbol) -> sp.Expr:
    found = expr.atoms(sp.Sum, sp.Product)
    return expr.xreplace({fold: _without_last(fold, n) for fold in found})


def _without_last(fold: sp.Expr, n: sp.Symbol) -> sp.Expr:
    """A sum or product up to n + 1 as the one up to n and a term."""
    k, first, last = fold.limits[-1]
    before = sp.expand(last.xreplace({n: n - 1}))
    if len(fold.limits) > 1 or sp.expand(last - before) != 1:
        return fold
    term = fold.function.xreplace({k: last})
    less = fold.func(fold.function, (k, first, before))
    return less + term if isinstance(fold, sp.Sum) else less * term


def _distinct(chains: Iterable[tuple[Rewrite, ...]]) -> list[tuple[Rewrite, ...]]:
    found: list[tuple[Rewrite, ...]] = []
    for chain in chains:
        if chain and chain not in found:
            found.append(chain)
    return found


def after_rewrites(chain: tuple[Rewrite, ...], domain: Domain, last: Json) -> Json:
    for step in reversed(chain):
        reason = {"by": "rule", "rule": step.rule, "bind": step.bound(), "then": last}
        needs = [_need(condition, domain) for condition in step.conditions]
        last = reason | ({"needs": needs} if needs else {})
    return last


def _need(condition: sp.Expr, domain: Domain) -> Json:
    """A reason for a linear condition: from a side condition, or at an end of the range."""
    symbols = condition.free_symbols
    if condition == 0:
        return _ZERO
    for index, known in enumerate(domain.where):
        if symbols and isinstance(known, sp.Ge | sp.Gt | sp.Le | sp.Lt):
            gap = known.gts - known.lts
            rest = sp.expand(condition - gap)
            if rest.is_Rational and rest > 0:
                part = {"expr": encode(gap), "why": {"by": "where", "where": index}}
                return {"by": "sum", "parts": [{"expr": encode(rest)}, part]}
    if len(symbols) == 1:
        symbol = next(iter(symbols))
        slope = sp.diff(condition, symbol)
        if slope.is_Rational and slope != 0:
            r = domain.ranges[symbol][0]
            end = r.low if slope > 0 else r.high
            if end.is_finite and sp.expand(condition.xreplace({symbol: end})) == 0:
                direction = 1 if slope > 0 else -1
                return {"by": "monotone", "var": symbol.name, "direction": direction, "then": _ZERO}
            if end.is_finite:
                return {"by": "rewrite", "to": encode(sp.expand(condition))}
    return {"by": "sign"}


def _cases(
    switches: list[sp.Expr], difference: sp.Expr, domain: Domain, points: list[Point]
) -> Json:
    """Each sign of each switch, and the rewrites that a point with those signs suggests."""
    if not switches:
        chains = _distinct(chain for point in points[:1] for chain in rewriting(difference, point))
        return after_rewrites(chains[0], domain, _ZERO) if chains else _ZERO
    u, *rest = switches
    parts = []
    for sign in (1, 0, -1):
        # Where u is zero, what is true for u > 0 usually is, and the boundary hides less.
        here = [p for p in points if sign_at(u, p) == (sign or 1)]
        parts.append(_cases(rest, difference, domain, here))
    return {"by": "cases", "on": encode(u), "parts": parts}


def _apart(
    switches: list[sp.Expr], difference: sp.Expr, domain: Domain, points: list[Point]
) -> Json:
    """Like `_cases`, but a variable is put in where a switch of it alone vanishes."""
    cuts = {u: found for u in switches if (found := _root(u, domain)) is not None}
    if not cuts:
        rest = [u for u in switches if not (u.is_polynomial() and len(u.free_symbols) == 1)]
        return _cases(rest, difference, domain, points)
    symbol, at = next(iter(cuts.values()))
    r, value = domain.ranges[symbol][0], {symbol: at}
    there = dict.fromkeys(u.xreplace(value) for u in switches)
    on = [{s: v for s, v in p.items() if s != symbol} for p in points]
    others = {s: union for s, union in domain.ranges.items() if s != symbol}
    face = Domain(others, domain.where)
    parts = []
    for side, part in ((-1, Range(r.low, at, r.low_open, True)), (0, None),
                       (1, Range(at, r.high, True, r.high_open))):  # fmt: skip
        if part is None:
            left = [u for u in there if u.free_symbols]
            parts.append(_apart(left, difference.xreplace(value), face, on))
        else:
            inside = Domain({**domain.ranges, symbol: (part,)}, domain.where)
            here = [p for p in points if sign_at(p[symbol] - at, {}) == side]
            parts.append(_apart(switches, difference, inside, here))
    return {"by": "apart", "var": symbol.name, "at": str(at), "parts": parts}


def _root(u: sp.Expr, domain: Domain) -> tuple[sp.Symbol, sp.Rational] | None:
    """The variable and its value where the expression, linear in it alone, is zero."""
    symbols = u.free_symbols & domain.ranges.keys()
    if len(symbols) != 1 or len(u.free_symbols) != 1:
        return None
    (symbol,) = symbols
    slope = sp.diff(u, symbol)
    at = -u.xreplace({symbol: sp.Integer(0)}) / slope if slope.is_Rational and slope else None
    r = domain.ranges[symbol][0]
    if at is None or not at.is_Rational or r.integer or r.low == r.high:
        return None
    return (symbol, at) if r.contains(at) else None


def switches_of(expr: sp.Expr) -> list[sp.Expr]:
    """The expressions whose sign decides which case of an absolute value or maximum applies."""
    found: list[sp.Expr] = []
    for node in sp.preorder_traversal(expr):
        if isinstance(node, sp.Abs | sp.sign):
            found.append(node.args[0])
        elif node.is_Pow and node.exp == sp.Rational(1, 2):
            found += islice(square_roots(node.base), 1)
        elif isinstance(node, sp.Max | sp.Min):
            args = node.args
            found += [a - b for i, a in enumerate(args) for b in args[i + 1 :]]
        elif isinstance(node, sp.core.relational.Relational):
            found.append(node.lhs - node.rhs)
    found = [-u if u.could_extract_minus_sign() and not u.is_Add else u for u in found]
    return [u for i, u in enumerate(found) if u not in found[:i] and -u not in found[:i]]


def _anchors(difference: sp.Expr, domain: Domain) -> Iterator[list[tuple[sp.Symbol, sp.Expr]]]:
    symbols = [s for s in domain.ranges if s in difference.free_symbols]
    if len(symbols) > 3 or any(r.integer for u in domain.ranges.values() for r in u):
        return
    points = [
        dict.fromkeys(symbols, anchor)
        for anchor in _ANCHORS
        if all(domain.ranges[s][0].contains(anchor) for s in symbols)
    ]
    points += list(islice(sample(domain, 3), 3))
    for point in points[:6]:
        yield [(s, point[s]) for s in symbols]


def _constant(anchors: list[tuple[sp.Symbol, sp.Expr]], slope: Json = None) -> Json:
    """No dependence on each variable in turn, then zero at the point."""
    last: Json = _ZERO
    for symbol, value in reversed(anchors):
        at = str(value) if value.is_Rational else encode(value)
        last = {"by": "constant", "var": symbol.name, "at": at, "then": last}
        if slope is not None:
            last["slope"] = slope
    return last
