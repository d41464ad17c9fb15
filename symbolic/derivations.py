"""Written derivations of equations, for certificates: rewrites, cases, constancy, induction.

`identity.py` decides; here its answer is put into the reasons that `certificate.py` documents. The
candidates are tried out on the independent checker, and only what that one accepts is handed on, so
a candidate may be wrong, and a true equation may stay without a certificate.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import sympy as sp

from symbolic.certificate import Malformed, build, encode
from symbolic.problem import Problem
from symbolic.ranges import Domain, Range, sample
from symbolic.rewrites import Rewrite, rewriting

Json = Any
_ANCHORS = [sp.Rational(a) for a in ("0", "1", "-1", "1/2", "2", "-2", "3")]
_MOST_CASES = 4
_CHECK_SECONDS = 1.0
_ZERO: Json = {"by": "zero"}


def derivation(problem: Problem, domain: Domain, deadline: float) -> dict[str, Any] | None:
    """A certificate for a conjunction of equations, accepted by the checker, or None."""
    boxes = domain.boxes()
    parts = [part for relation in problem.relations for part in sp.And.make_args(relation)]
    if boxes is None or not all(isinstance(part, sp.Eq) for part in parts):
        return None
    many = len(boxes) > 1
    proofs = []
    for part in parts:
        entries = []
        for box in boxes:
            why = _on_box(part, Domain({s: (r,) for s, r in box.items()}, domain.where), deadline)
            if why is None:
                return None
            written = {s.name: _ends(r) for s, r in box.items()} if many else {}
            entries.append({"box": written, "why": why})
        proofs.append({"boxes": entries})
    try:
        certificate = build(problem, "identity", {"relations": proofs})
    except Malformed:
        return None
    return certificate if is_accepted(certificate) else None


def is_accepted(certificate: dict[str, Any]) -> bool:
    """Whether the independent checker replays the certificate."""
    from symbolic.recheck import recheck

    return recheck(certificate, _CHECK_SECONDS).ok


def _ends(r: Range) -> list[Json]:
    return [
        str(end) if end.is_Rational or end in (sp.oo, -sp.oo) else encode(end)
        for end in (r.low, r.high)
    ]


def _on_box(relation: sp.Eq, domain: Domain, deadline: float) -> Json | None:
    over = {s: _as_set(union[0]) for s, union in domain.ranges.items()}
    problem = Problem((relation,), over, domain.where)
    for why in _candidates(relation, domain):
        if time.monotonic() > deadline:
            return None
        try:
            body = {"relations": [{"boxes": [{"box": {}, "why": why}]}]}
            if is_accepted(build(problem, "identity", body)):
                return why
        except Malformed:
            return None
    return None


def _as_set(r: Range) -> sp.Set:
    if r.low == r.high:
        return sp.FiniteSet(r.low)
    if r.integer:
        return sp.Range(r.low, r.high + 1)
    return sp.Interval(r.low, r.high, r.low_open, r.high_open)


def _candidates(relation: sp.Eq, domain: Domain) -> Iterator[Json]:
    difference = relation.lhs - relation.rhs
    yield _ZERO
    point = next(sample(domain, 1), None)
    chains = [()] if point is None else [*rewriting(difference, point)]
    for chain in chains:
        if chain:
            yield _after(chain, _ZERO)
    if difference.has(sp.Sum, sp.Product):
        for symbol, union in domain.ranges.items():
            if union[0].integer:
                yield {"by": "induction", "var": symbol.name}
                for chain in chains:
                    yield {"by": "induction", "var": symbol.name, "step": _after(chain, _ZERO)}
        return
    switches = _switches(difference)
    if switches and len(switches) <= _MOST_CASES:
        for chain in ((), *chains):
            yield _after(chain, _cases(switches, _ZERO))
    for anchors in _anchors(difference, domain):
        yield _constant(anchors)
        for chain in chains:
            if chain:
                yield _constant(anchors, slope=_after(chain, _ZERO))


def _after(chain: tuple[Rewrite, ...], last: Json) -> Json:
    for step in reversed(chain):
        last = {"by": "rule", "rule": step.rule, "bind": step.bound(), "then": last}
    return last


def _cases(switches: list[sp.Expr], last: Json) -> Json:
    for u in reversed(switches):
        last = {"by": "cases", "on": encode(u), "parts": [last, last, last]}
    return last


def _switches(expr: sp.Expr) -> list[sp.Expr]:
    """The expressions whose sign decides which case of an absolute value or maximum applies."""
    found: list[sp.Expr] = []
    for node in sp.preorder_traversal(expr):
        if isinstance(node, sp.Abs | sp.sign):
            found.append(node.args[0])
        elif isinstance(node, sp.Max | sp.Min):
            args = node.args
            found += [a - b for i, a in enumerate(args) for b in args[i + 1 :]]
        elif isinstance(node, sp.core.relational.Relational):
            found.append(node.lhs - node.rhs)
    return [u for i, u in enumerate(found) if u not in found[:i] and -u not in found[:i]]


def _anchors(difference: sp.Expr, domain: Domain) -> Iterator[list[tuple[sp.Symbol, sp.Expr]]]:
    symbols = [s for s in domain.ranges if s in difference.free_symbols]
    if len(symbols) > 3 or any(r.integer for u in domain.ranges.values() for r in u):
        return
    points = [
        {s: anchor for s in symbols}
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


