"""The checker's prover: what the reasons of a certificate have in common.

`Prover.prove(g, box, goal, reason, facts)` returns when the reason (its JSON form is documented in
`certificate.py`) shows g > 0 (goal ">"), g >= 0 (">=") or g == 0 ("==") at every point of the box
at which the facts hold, and raises `Rejected` otherwise. It is given that g is defined there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath.libmp import finf, fninf, fzero

from symbolic.recheck_balls import Ball, Unclear, ball, negate, plus
from symbolic.recheck_evaluate import Box, Evaluator, Side
from symbolic.recheck_space import Facts, compare, halves
from symbolic.recheck_terms import (
    NotSmooth,
    Rejected,
    Term,
    derivative,
    from_json,
    make,
    mul,
    number,
    sub,
    substitute,
)
from symbolic.statement import check_expression, rational

Json = Any
MAX_SPLITS = 256
MAX_DEPTH = 60
SIGN: Json = {"by": "sign"}
ZERO_FORM: Json = {"by": "zero"}
LEMMAS = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False)}
JUMPS = frozenset(["sign", "floor", "ceiling", "piecewise", "acot", "sum", "product"])


class Prover:
    """Replays reasons for one statement. `where`: its side conditions as (op, left, right)."""

    methods: dict[str, Callable[..., None]]
    for_equality: frozenset[str]

    def __init__(self, where: list[tuple[str, Term, Term]]) -> None:
        self.where, self.depth = where, 0
        self.slopes: dict[tuple[Term, str], Term] = {}

    def prove(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        if not isinstance(reason, dict) or not isinstance(reason.get("by"), str):
            raise Rejected("a reason is an object that says what it is by")
        method: Callable[..., None] | None = self.methods.get(reason["by"])
        if method is None:
            raise Rejected(f"unknown reason: {reason['by'][:40]}")
        if goal == "==" and reason["by"] not in self.for_equality:
            raise Rejected(f"{reason['by']} does not show an equality")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Rejected("reasons are nested too deeply")
        try:
            method(self, g, box, goal, reason, facts)
        finally:
            self.depth -= 1

    def enclose(self, g: Term, box: Box, facts: Facts, prec: int = 53) -> Ball:
        return Evaluator(box, prec, facts.known())(g)

    def slope(self, g: Term, name: str) -> Term:
        if (g, name) not in self.slopes:
            self.slopes[g, name] = derivative(g, name)
        return self.slopes[g, name]

    def on_parts(self, g: Term, box: Box, test: Callable[[Box, int], bool]) -> bool:
        """Whether the test passes on the box, at 53 or 150 bits, or on each of a few parts."""
        stack, tried = [box], 0
        while stack:
            part = stack.pop()
            if test(part, 53) or test(part, 150):
                continue
            tried += 1
            split = halves(part, g.free)
            if split is None or tried > MAX_SPLITS:
                return False
            stack += split
        return True

    def defined(self, g: Term, box: Box, facts: Facts) -> None:
        """Rejects unless g is certainly a real number on the whole box."""

        def test(part: Box, prec: int) -> bool:
            try:
                self.enclose(g, part, facts, prec)
            except Unclear:
                return False
            return True

        if not self.on_parts(g, box, test):
            raise Rejected("not shown: both sides are defined on the whole box")

    def resolve(self, g: Term, box: Box, facts: Facts) -> Term:
        """g without the absolute values, maxima, signs and pieces that are decided on the box."""
        evaluator = Evaluator(box, 53, facts.known())

        memo: dict[Term, Term] = {}

        def walk(t: Term) -> Term:
            if t not in memo:
                memo[t] = resolved(t)
            return memo[t]

        def resolved(t: Term) -> Term:
            if not t.args or t.op in ("sum", "product") or t.op.startswith("cond:"):
                return t
            if t.op == "piecewise":
                return pieces(t)
            args = [walk(arg) for arg in t.args]
            if t.op in ("abs", "sign"):
                for side in (1, -1):
                    value = evaluator(args[0]) if side == 1 else negate(evaluator(args[0]))
                    if value.positive(strict=t.op == "sign"):
                        return number(side) if t.op == "sign" else mul(number(side), args[0])
            if t.op in ("max", "min"):
                flip = 1 if t.op == "max" else -1
                for arg in args:
                    others = [other for other in args if other is not arg]
                    gaps = [mul(number(flip), sub(arg, other)) for other in others]
                    if all(evaluator(gap).positive(strict=False) for gap in gaps):
                        return arg
            return make(t.op, *args, value=t.value)

        def pieces(t: Term) -> Term:
            kept: list[Term] = []
            for value, test in zip(t.args[::2], t.args[1::2], strict=True):
                holds = evaluator.truth(test)
                if holds and not kept:
                    return walk(value)
                if holds is not False:
                    kept += [value, test]
            return make("piecewise", *kept) if kept else t

        try:
            return walk(g)
        except Unclear:
            return g

    def prove_slope(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        """`prove` for a derivative, which is not known beforehand to be defined."""
        if reason != SIGN:
            self.defined(g, box, facts)
        self.prove(g, box, goal, reason, facts)

    def lemma(self, box: Box, lemma: Json, facts: Facts) -> Facts:
        """The facts with one more sign, once it is proved."""
        if not isinstance(lemma, dict) or lemma.get("sign") not in LEMMAS:
            raise Rejected("a lemma says that an expression is >, >=, < or <= 0")
        term, why = self.expression(lemma.get("expr"), box), lemma.get("why", SIGN)
        self.defined(term, box, facts)
        side, strict = LEMMAS[lemma["sign"]]
        self.prove(mul(number(side), term), box, ">" if strict else ">=", why, facts)
        value = ball(fzero, finf, strict) if side == 1 else ball(fninf, fzero, True, strict)
        return facts.plus(term, value, region=bool(self.where or facts.region))

    def expression(self, tree: Json, box: Box) -> Term:
        check_expression(tree, frozenset(box))
        return from_json(tree)

    def variable(self, reason: Json, box: Box) -> tuple[str, Side]:
        name = reason.get("var")
        if not isinstance(name, str) or name not in box:
            raise Rejected("a reason names one of the variables")
        return name, box[name]

    def condition(self, index: Json, facts: Facts) -> tuple[str, Term, Term]:
        """A side condition, which says nothing on a path along one of its own variables."""
        if type(index) is not int or not 0 <= index < len(self.where):
            raise Rejected("there is no such side condition")
        op, left, right = self.where[index]
        if not facts.moved.isdisjoint(left.free | right.free):
            raise Rejected("the argument leaves the points that meet the side condition")
        return op, left, right

    def continuous(self, g: Term, box: Box, name: str, end: Term, facts: Facts) -> None:
        """g is continuous on the box with the point `end` of one side included.

        Apart from jumps, each function of the format is continuous wherever it is defined, so
        that it is enough that g is defined on the box and on the face.
        """
        if jumps(g):
            raise NotSmooth("a step or a piece is not decided on the box")
        self.defined(g, box, facts.along({name}))
        side = box[name]
        for edge, excluded in ((side.lo, side.lo_open), (side.hi, side.hi_open)):
            if edge is not None and excluded and compare(end, edge) == 0:
                self.defined(substitute(g, {name: end}), box, facts.without({name}))

    def anchor(self, at: Json, name: str, box: Box) -> Term:
        if isinstance(at, str):
            return number(rational(at))
        check_expression(at, frozenset(box) - {name})
        return from_json(at)

    def position(self, at: Term, side: Side, box: Box, facts: Facts) -> int:
        """1 or -1 for the lower or upper end of the side, 0 for a point or curve within it."""
        if not at.free:
            if side.lo is not None and compare(at, side.lo) == 0:
                return 1
            if side.hi is not None and compare(at, side.hi) == 0:
                return -1
        value = self.enclose(at, box, facts.without(set()), 150)
        for end, sense in ((side.lo, 1), (side.hi, -1)):
            if end is None:
                continue
            other = box.get(at.value) if at.op == "sym" else None
            if other is not None and end is (other.lo if sense == 1 else other.hi):
                continue
            edge = self.enclose(end, {}, Facts({}, {}), 150)
            gap = plus(value, negate(edge), 150)
            if not (gap if sense == 1 else negate(gap)).positive(strict=not at.free):
                raise Rejected("the point of tangency is not known to lie in the box")
        return 0


def jumps(g: Term) -> bool:
    """Whether a term may be discontinuous where it is defined."""
    seen: set[Term] = set()
    stack = [g]
    while stack:
        t = stack.pop()
        if t in seen or not t.free:
            continue
        seen.add(t)
        if t.op in JUMPS:
            return True
        stack += t.args
    return False
