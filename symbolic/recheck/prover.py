"""What the reasons of a proof share: known facts, enclosures, and that terms are defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mpmath.libmp import finf, fninf, fzero

from symbolic.recheck.intervals import POSITIVE, Ball, Box, Evaluator, Side, ball, negate
from symbolic.recheck.normal import is_zero
from symbolic.recheck.statement import Relation, read_expression
from symbolic.recheck.terms import (
    Rejected,
    Term,
    Unclear,
    extension,
    make,
    mul,
    neg,
    number,
    sub,
    substitute,
)

Json = Any
MAX_NESTING = 60
SIGN: Json = {"by": "sign"}


def order(left: Term, right: Term) -> int | None:
    """Sign of left - right for two constants, both being defined; None if it cannot be told."""
    gap = sub(left, right)
    for precision in (60, 250, 1000, 4000):
        enclose = Evaluator({}, precision, {})
        try:
            found = [enclose(term) for term in (left, right, gap)][2]
        except Unclear:
            continue
        if found.nonzero():
            return 1 if found.positive() else -1
        if found.lo == found.hi == fzero or is_zero(gap):
            return 0
    return None


def compare(a: Term, b: Term) -> int:
    """Sign of a - b for two constants; rejects a pair that it cannot order."""
    if a.op == b.op == "rat":
        return (a.value > b.value) - (a.value < b.value)
    is_zero(sub(a, b))  # rejects numbers that are too large to compute with
    found = 0 if a is b else order(a, b)
    if found is None:
        raise Rejected("two end points cannot be told apart")
    return found


@dataclass(frozen=True)
class Facts:
    """Enclosures of terms that are known beforehand.

    `always` hold on the whole box; `region` only at its points that meet the side conditions (or
    the case at hand), so that they are lost on a path that leaves those points. `moved`: the
    variables along which the argument has left the points of the statement.
    """

    always: Mapping[Term, Ball]
    region: Mapping[Term, Ball]
    moved: frozenset[str] = frozenset()

    def known(self) -> dict[Term, Ball]:
        return {**self.always, **self.region}

    def along(self, names: set[str]) -> Facts:
        """What holds on paths within the box along which only these variables change."""
        kept = {t: b for t, b in self.region.items() if t.free.isdisjoint(names)}
        return Facts(self.always, kept, self.moved | names)

    def without(self, names: set[str]) -> Facts:
        """What holds whatever the values of these variables."""
        kept = {t: b for t, b in self.always.items() if t.free.isdisjoint(names)}
        return Facts(kept, self.along(names).region, self.moved | names)

    def plus(self, term: Term, value: Ball, region: bool) -> Facts:
        if region:
            return replace(self, region={**self.region, term: value})
        return replace(self, always={**self.always, term: value})


NO_FACTS = Facts({}, {})


class Prover:
    """Replays reasons for one statement. `where`: its side conditions."""

    def __init__(
        self,
        where: list[Relation],
        reasons: Mapping[str, Callable[..., None]],
        for_equality: frozenset[str],
    ) -> None:
        self.where, self.reasons, self.for_equality, self.depth = where, reasons, for_equality, 0

    def prove(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        """Returns if the reason shows that g > 0, g >= 0 or g == 0, given that g is defined."""
        if not isinstance(reason, dict) or not isinstance(reason.get("by"), str):
            raise Rejected("a reason is an object that says what it is by")
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Rejected("reasons are nested too deeply")
        try:
            self.by(reason["by"], g, box, goal, reason, facts)
        finally:
            self.depth -= 1

    def by(self, name: str, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        method = self.reasons.get(name) or extension("reason", name)
        if method is None:
            raise Rejected(f"unknown reason: {name[:40]}")
        if goal == "==" and name not in self.for_equality and not extension("equality", name):
            raise Rejected(f"{name} does not show an equality")
        method(self, g, box, goal, reason, facts)

    def enclose(self, g: Term, box: Box, facts: Facts, prec: int = 53) -> Ball:
        return Evaluator(box, prec, facts.known())(g)

    def is_clear(self, g: Term, box: Box, facts: Facts, test: Callable[[Ball], bool]) -> bool:
        """Whether an enclosure of g over the box exists and passes the test."""
        for prec in (53, 150):
            try:
                if test(self.enclose(g, box, facts, prec)):
                    return True
            except Unclear:
                pass
        return False

    def defined(self, g: Term, box: Box, facts: Facts) -> None:
        """Rejects unless g is certainly a real number on the whole box."""
        if self.is_clear(g, box, facts, lambda value: True):
            return
        finer = extension("parts", "defined")
        if finer is None or not finer(self, g, box, facts):
            raise Rejected("not shown: both sides are defined on the whole box")

    def expression(self, tree: Json, box: Box) -> Term:
        return read_expression(tree, frozenset(box))

    def variable(self, reason: Json, box: Box) -> tuple[str, Side]:
        name = reason.get("var")
        if not isinstance(name, str) or name not in box:
            raise Rejected("a reason names one of the variables")
        return name, box[name]

    def condition(self, index: Json, facts: Facts) -> Relation:
        """A side condition, which says nothing on a path along one of its own variables."""
        if type(index) is not int or not 0 <= index < len(self.where):
            raise Rejected("there is no such side condition")
        op, left, right = self.where[index]
        if not facts.moved.isdisjoint(left.free | right.free):
            raise Rejected("the argument leaves the points that meet the side condition")
        return op, left, right

    def side_conditions(self, box: Box) -> Facts:
        """What the side conditions say of the terms that they compare."""
        facts = NO_FACTS
        for op, left, right in self.where:
            if op == "!=":
                continue
            low, high = (right, left) if op in (">", ">=") else (left, right)
            slack = ball(fzero, fzero if op == "==" else finf, op in ("<", ">"))
            for a, b, value in ((high, low, slack), (low, high, negate(slack))):
                for gap in (sub(a, b), make("add", a, make("mul", number(-1), b))):
                    facts = facts.plus(gap, value, region=True)
            for bounded, limit, sense in ((high, low, 1), (low, high, -1)):
                if limit.free or not bounded.free or op == "==":
                    continue
                end = self.enclose(limit, box, NO_FACTS)
                above = ball(end.lo, finf, slack.lo_open)
                below = ball(fninf, end.hi, True, slack.lo_open)
                facts = facts.plus(bounded, above if sense == 1 else below, region=True)
        return facts

    def lemma(self, box: Box, lemma: Json, facts: Facts) -> Facts:
        """The facts with one more sign, once it is proved."""
        signs = {">": 1, ">=": 1, "<": -1, "<=": -1}
        if not isinstance(lemma, dict) or lemma.get("sign") not in signs:
            raise Rejected("a lemma says that an expression is >, >=, < or <= 0")
        term, goal = self.expression(lemma.get("expr"), box), lemma["sign"].replace("<", ">")
        side = signs[lemma["sign"]]
        self.defined(term, box, facts)
        self.prove(mul(number(side), term), box, goal, lemma.get("why", SIGN), facts)
        value = POSITIVE._replace(lo_open=goal == ">")
        value = value if side == 1 else negate(value)
        return facts.plus(term, value, region=bool(self.where or facts.region))

    def resolve(self, g: Term, box: Box, facts: Facts) -> Term:
        """g without the absolute values, signs, maxima and minima that are decided on the box."""
        enclose = Evaluator(box, 53, facts.known())
        memo: dict[Term, Term] = {}

        def walk(t: Term) -> Term:
            if t not in memo:
                memo[t] = resolved(t)
            return memo[t]

        def resolved(t: Term) -> Term:
            if not t.args or t.op in ("sum", "product"):
                return t
            if t.op == "piecewise":
                pieces = extension("resolve", t.op)
                return pieces(t, enclose, walk) if pieces else t
            args = [walk(arg) for arg in t.args]
            if t.op in ("abs", "sign"):
                for side, value in ((1, enclose(args[0])), (-1, negate(enclose(args[0])))):
                    if value.positive(strict=t.op == "sign"):
                        return number(side) if t.op == "sign" else mul(number(side), args[0])
            if t.op in ("max", "min"):
                for arg in args:
                    gaps = [sub(arg, other) for other in args if other is not arg]
                    gaps = gaps if t.op == "max" else [neg(gap) for gap in gaps]
                    if all(enclose(gap).positive(strict=False) for gap in gaps):
                        return arg
            return make(t.op, *args, value=t.value)

        try:
            return walk(g)
        except Unclear:
            return g

    def continuous(self, g: Term, box: Box, name: str, end: Term, facts: Facts) -> None:
        """g is continuous along x = name on the box, with the point x = end included.

        Apart from jumps, each function of the format is continuous wherever it is defined, so
        that it is enough that g is defined on the box and at that point.
        """
        if jumps(g):
            raise Rejected("a step or a piece is not decided on the box")
        self.defined(g, box, facts.along({name}))
        if excludes(box[name], end):
            self.defined(substitute(g, {name: end}), box, facts.without({name}))


def excludes(side: Side, end: Term) -> bool:
    """Whether a point is an end of the side that does not belong to it."""
    return any(
        edge is not None and is_open and compare(end, edge) == 0
        for edge, is_open in ((side.lo, side.lo_open), (side.hi, side.hi_open))
    )


JUMPS = frozenset(["sign", "floor", "ceiling", "piecewise", "acot", "sum", "product"])


def jumps(g: Term) -> bool:
    """Whether a term may be discontinuous where it is defined."""
    seen, stack = set(), [g]
    while stack:
        t = stack.pop()
        if t not in seen and t.free:
            seen.add(t)
            stack += t.args
    return any(t.op in JUMPS for t in seen)
