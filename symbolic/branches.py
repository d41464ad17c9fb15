"""Proofs by cases: the signs that decide absolute values, maxima and pieces, and of the claim.

Where `casework.py` asks that each case be linear, here a case may be what `leaves.py` can show: any
polynomial or rational inequality, with roots as well. A claim under side conditions is also proved
by contradiction: the case that it is false excludes itself.
"""

from __future__ import annotations

import itertools
from copy import copy
from dataclasses import replace
from typing import Any

import sympy as sp

from symbolic import clock
from symbolic.certificate import Malformed, encode
from symbolic.exactness import less
from symbolic.leaves import SIGN, Facts, Leaves
from symbolic.ranges import Domain, Range
from symbolic.shifted import NoCertificate, denominators

Json = Any
_MOST_CASES = 64
_SWITCHES = (sp.Abs, sp.sign, sp.Max, sp.Min, sp.Piecewise)


def by_branches(
    relation: sp.Basic, domain: Domain, deadline: float, squares: bool
) -> dict[str, Any]:
    """The proof of one relation; raises `NoCertificate`. `squares`: whether to look for those."""
    if isinstance(relation, sp.Ne) or any(len(u) != 1 for u in domain.ranges.values()):
        raise NoCertificate("only over one box")
    strict = isinstance(relation, sp.Gt | sp.Lt)
    equation = isinstance(relation, sp.Eq)
    gap = relation.lhs - relation.rhs if equation else relation.gts - relation.lts
    search = _Branches(domain, deadline, squares)
    lemmas, facts = search.beforehand(relation)
    search.stepwise = not gap.has(sp.sign, sp.Piecewise) and all(
        len(node.args) == 2 for node in gap.atoms(sp.Max, sp.Min)
    )
    why = search.whole(gap, strict, facts)
    if equation and why is not None:
        below = search.whole(-gap, False, facts)
        why = below and {"by": "both", "parts": [why, below]}
    if why is None:
        raise NoCertificate("some case is open")
    box = {"box": {}, "why": why}
    return {"boxes": [box | ({"lemmas": lemmas} if lemmas else {})]}


class _Branches:
    def __init__(self, domain: Domain, deadline: float, squares: bool) -> None:
        self.leaves = Leaves(domain, deadline, squares)
        self.domain, self.deadline = domain, deadline
        self.cases = 0
        self.stepwise = False

    def beforehand(self, relation: sp.Basic) -> tuple[list[Json], Facts]:
        """Lemmas on what is not zero (side conditions, denominators), and what they say."""
        lemmas: list[Json] = []
        facts: Facts = ()
        for k, condition in enumerate(self.domain.where):
            if isinstance(condition, sp.Ne):
                gap = condition.lhs - condition.rhs
                for code in (gap, -gap, gap**2):
                    why = self.leaves.plausible(code, ()) and self.leaves.reason(code, False)
                    if why:
                        why = {"by": "nonzero", "where": k, "why": why}
                        lemmas.append({"expr": encode(code), "sign": ">", "why": why})
                        facts = (*facts, sp.Gt(code, 0, evaluate=False))
                        break
        for below in denominators(relation):
            if below.has(*_SWITCHES) or any(f.lhs in (below, -below) for f in facts):
                continue
            for side in (1, -1):
                if self.leaves.plausible(side * below, ()) is not True:
                    continue
                why = self.leaves.reason(side * below, True, facts)
                if why is not None:
                    sign, kind = (">", sp.Gt) if side == 1 else ("<", sp.Lt)
                    lemmas.append({"expr": encode(below), "sign": sign, "why": why})
                    facts = (*facts, kind(below, 0, evaluate=False))
                    break
        return lemmas, facts

    def whole(self, gap: sp.Expr, strict: bool, facts: Facts) -> Json | None:
        """A reason for gap > 0 (>= 0) by cases, or because it cannot be otherwise."""
        why = self.reason(gap, strict, facts)
        if why is None and not gap.has(*_SWITCHES):
            why = self.leaves.refuted(gap, strict, facts)
        return why

    def reason(self, gap: sp.Expr, strict: bool, facts: Facts) -> Json | None:
        """A reason for gap > 0 (>= 0) where the facts hold, by cases as long as it has any."""
        if clock.now() > self.deadline or self.cases > _MOST_CASES:
            return None
        switch = _switch(gap)
        if switch is None:
            self.cases += 1
            why = self.leaves.reason(gap, strict, facts)
            return why and _by_transitivity(facts, why)
        quantity, node = switch
        if quantity.is_number:
            return None
        cut = _cut(quantity) if isinstance(node, sp.Abs | sp.Max | sp.Min) else None
        settled = _sign_among(facts, quantity)
        if settled is None and cut is not None:
            settled = _sign_within(self.domain.ranges[cut[0]][0], *cut[1:])
            if settled is None:
                return self._halves(gap, strict, facts, *cut[:2])
        if settled is not None:
            value = _resolved(gap, quantity, settled)
            if value is None or value == gap:
                return None
            why = self.reason(value, strict, facts)
            return why and _chosen_by(node, quantity, settled, value, why, self.stepwise)
        parts: list[Json] = []
        previous: tuple[sp.Expr, Json] | None = None
        for sign in (1, 0, -1):
            fact = _fact(quantity, sign)
            value = _resolved(gap, quantity, sign)
            if value is None or value == gap:
                return None
            here = (*facts, fact)
            if not self.leaves.meeting(here).any():
                why = self._impossible(here)
                if why is not None:
                    parts.append(why)
                    continue
            if sign == 0 and previous is not None and previous[0] == value:
                # What holds on one side of zero usually holds at zero for the same reason.
                why = previous[1]
            else:
                why = self.reason(value, strict, here)
            if why is None:
                return None
            if not strict and not _mentions(why, "absurd"):
                previous = value, why
            parts.append(_chosen_by(node, quantity, sign, value, why, self.stepwise))
        return {"by": "cases", "on": encode(quantity), "parts": parts}

    def _halves(
        self, gap: sp.Expr, strict: bool, facts: Facts, symbol: sp.Symbol, cut: sp.Rational
    ) -> Json | None:
        """Reasons where the variable is at most the cut, and where it is at least that."""
        whole = self.domain.ranges[symbol][0]
        parts = []
        for half in (
            replace(whole, high=cut, high_open=False),
            replace(whole, low=cut, low_open=False),
        ):
            domain = Domain({**self.domain.ranges, symbol: (half,)}, self.domain.where)
            there = copy(self)
            there.domain, there.leaves = domain, self.leaves.narrowed(domain)
            why = there.reason(gap, strict, facts)
            self.cases = there.cases
            if why is None:
                return None
            parts.append(why)
        return {"by": "split", "var": symbol.name, "at": str(cut), "parts": parts}

    def _impossible(self, facts: Facts) -> Json | None:
        try:
            return self.leaves.excluded(facts, 1)
        except (NoCertificate, Malformed):
            return None


def _mentions(reason: Json, by: str) -> bool:
    if isinstance(reason, dict):
        return reason.get("by") == by or any(_mentions(v, by) for v in reason.values())
    return isinstance(reason, list) and any(_mentions(v, by) for v in reason)


def _by_transitivity(facts: Facts, why: Json) -> Json:
    """The reason after a - c > 0 has been shown from a - b > 0 and b - c > 0, and so on."""
    signed = [(f.lhs * (-1 if isinstance(f, sp.Lt) else 1), isinstance(f, sp.Eq)) for f in facts]
    signed += [(-gap, True) for gap, equal in signed if equal]
    for (one, _), (other, _) in itertools.combinations(signed, 2):
        total = one + other
        pair = all(len(sp.Add.make_args(gap)) == 2 for gap in (one, other, total))
        if pair and not any(total == gap for gap, _ in signed):
            both = ["add", encode(one), encode(other)]
            then = {"by": "rewrite", "to": both, "then": SIGN}
            lemma = {"by": "lemma", "expr": encode(total), "sign": ">=", "why": then}
            why = {**lemma, "then": why}
    return why


def _fact(quantity: sp.Expr, sign: int) -> sp.Basic:
    kind = {1: sp.Gt, 0: sp.Eq, -1: sp.Lt}[sign]
    return kind(quantity, 0, evaluate=False)


def _sign_among(facts: Facts, quantity: sp.Expr) -> int | None:
    """The sign of the quantity, where a case above has fixed it."""
    for fact in facts:
        sign = {sp.Gt: 1, sp.Lt: -1}.get(type(fact), 0)
        if fact.lhs == quantity:
            return sign
        if fact.lhs == -quantity:
            return -sign
    return None


def _cut(quantity: sp.Expr) -> tuple[sp.Symbol, sp.Rational, int] | None:
    """(x, c, sign of k) for a quantity k (x - c) with rational k and c."""
    if len(quantity.free_symbols) != 1:
        return None
    (symbol,) = quantity.free_symbols
    slope = sp.diff(quantity, symbol)
    if not slope.is_Rational or slope == 0:
        return None
    cut = -quantity.xreplace({symbol: sp.S.Zero}) / slope
    return (symbol, cut, int(sp.sign(slope))) if cut.is_Rational else None


def _sign_within(r: Range, cut: sp.Rational, slope: int) -> int | None:
    """The sign of k (x - c) on the range of x, where that is only one (and zero)."""
    if less(r.low, cut) and less(cut, r.high):
        return None
    return slope if not less(r.low, cut) else -slope


def _switch(gap: sp.Expr) -> tuple[sp.Expr, sp.Basic] | None:
    """The quantity whose sign decides an innermost switch, and the switch."""
    for node in sp.postorder_traversal(gap):
        if not isinstance(node, _SWITCHES):
            continue
        if isinstance(node, sp.Abs | sp.sign):
            return node.args[0], node
        if isinstance(node, sp.Max | sp.Min):
            return node.args[0] - node.args[1], node
        for _, test in node.args:
            if isinstance(test, sp.core.relational.Relational):
                return test.lhs - test.rhs, node
        return None
    return None


def _chosen_by(
    node: sp.Basic, quantity: sp.Expr, sign: int, value: sp.Expr, why: Json, stepwise: bool
) -> Json:
    """The reason for the expression in which the switch has not been resolved yet."""
    literal = encode(quantity)
    minus = ["mul", ["rat", "-1"], literal]
    if stepwise and isinstance(node, sp.Abs):
        found = {"of": encode(node), "is": literal if sign >= 0 else minus, "why": SIGN}
    elif isinstance(node, sp.Max | sp.Min):
        a, b = node.args[:2]
        largest = isinstance(node, sp.Max)
        first = not sign or (sign > 0) == largest
        winner, loser = (a, b) if first else (b, a)
        shown = {"by": "rewrite", "to": literal if first == largest else minus, "then": SIGN}
        if not stepwise:
            if all(part.is_Atom for part in (a, b)):
                return why
            # The checker looks for the difference itself.
            gap = _difference(encode(winner), encode(loser))
            if not largest:
                shown["to"] = literal if not first else minus
                gap = ["mul", ["rat", "-1"], gap]
            return {"by": "lemma", "expr": gap, "sign": ">=", "why": shown, "then": why}
        found = {"of": encode(node), "is": encode(winner), "why": shown}
    else:
        return why
    then = {"by": "rewrite", "to": encode(value), "then": why}
    return {"by": "resolve", **found, "then": then}


def _difference(a: Json, b: Json) -> Json:
    """a - b, flat, as the checker writes what it compares."""
    if b[0] == "rat":
        minus: Json = ["rat", str(-sp.Rational(b[1]))]
    elif b[0] == "mul" and b[1][0] == "rat":
        scale = -sp.Rational(b[1][1])
        rest = b[2:] if scale == 1 else [["rat", str(scale)], *b[2:]]
        minus = rest[0] if len(rest) == 1 else ["mul", *rest]
    else:
        minus = ["mul", ["rat", "-1"], *(b[1:] if b[0] == "mul" else [b])]
    if minus == ["rat", "0"]:
        return a
    return ["add", *(a[1:] if a[0] == "add" else [a]), minus]


def _resolved(gap: sp.Expr, quantity: sp.Expr, sign: int) -> sp.Expr | None:
    """The expression where the quantity has the sign; None where a test stays open."""

    def walk(node: sp.Basic) -> sp.Basic:
        if not node.args or not node.has(*_SWITCHES):
            return node
        args = [walk(arg) for arg in node.args] if not isinstance(node, sp.Piecewise) else []
        if isinstance(node, sp.Abs) and node.args[0] == quantity:
            return quantity if sign >= 0 else -quantity
        if isinstance(node, sp.sign) and node.args[0] == quantity:
            return sp.Integer(sign)
        if isinstance(node, sp.Max | sp.Min):
            inner = node.func(*args)
            return _chosen(inner, quantity, sign) if isinstance(inner, type(node)) else inner
        if isinstance(node, sp.Piecewise):
            return _piece(node, quantity, sign, walk)
        return node.func(*args)

    found = walk(gap)
    return found if isinstance(found, sp.Expr) else None


def _chosen(node: sp.Basic, quantity: sp.Expr, sign: int) -> sp.Basic:
    """A maximum or minimum without the argument that loses."""
    args = list(node.args)
    for i, a in enumerate(args):
        for b in args[i + 1 :]:
            for s, gap in ((sign, a - b), (-sign, b - a)):
                if gap == quantity:
                    # Of equal ones the checker takes the first.
                    loser = b if not s or (s > 0) == isinstance(node, sp.Max) else a
                    return node.func(*(x for x in args if x is not loser))
    return node


def _piece(node: sp.Piecewise, quantity: sp.Expr, sign: int, walk: Any) -> sp.Basic:
    kept: list[tuple[sp.Basic, sp.Basic]] = []
    for value, test in node.args:
        truth = True if test is sp.true else None
        if isinstance(test, sp.core.relational.Relational):
            gap = test.lhs - test.rhs
            for s, other in ((sign, quantity), (-sign, -quantity)):
                if gap == other:
                    truth = bool(test.func(sp.Integer(s), 0))
            if truth is None:
                test = test.func(walk(test.lhs), walk(test.rhs))
                truth = {sp.true: True, sp.false: False}.get(test)
        if truth is True and not kept:
            return walk(value)
        if truth is not False:
            kept.append((walk(value), test))
    return sp.Piecewise(*kept)
