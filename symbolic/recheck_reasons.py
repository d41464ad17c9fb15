"""The reasons of a certificate, replayed: that a term is positive, or zero, on a box.

`Prover.prove(g, box, goal, reason, facts)` returns when the reason (its JSON form is documented in
`certificate.py`) shows g > 0 (goal ">"), g >= 0 (">=") or g == 0 ("==") at every point of the box
at which the facts hold, and raises `Rejected` otherwise. It is given that g is defined there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath.libmp import finf, fninf, fzero

from symbolic import recheck_polynomials as polynomials
from symbolic.recheck_balls import Ball, Box, Evaluator, Side, Unclear, ball, inverse, negate
from symbolic.recheck_balls import plus, times
from symbolic.recheck_exact import is_zero, rational_value
from symbolic.recheck_rules import RULES
from symbolic.recheck_space import Facts, at_face, compare, halves, midpoint, with_side
from symbolic.recheck_terms import NotSmooth, Rejected, Term, add, derivative, from_json
from symbolic.recheck_terms import make, mul, neg, number, replace, sub, substitute
from symbolic.statement import check_expression, rational

Json = Any
MAX_SPLITS = 256
MAX_DEPTH = 60
SIGN: Json = {"by": "sign"}
ZERO_FORM: Json = {"by": "zero"}


class Prover:
    """Replays reasons for one statement. `where`: its side conditions as (op, left, right)."""

    def __init__(self, where: list[tuple[str, Term, Term]], deadline: float) -> None:
        self.where, self.deadline, self.depth = where, deadline, 0
        self.slopes: dict[tuple[Term, str], Term] = {}

    def prove(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        if not isinstance(reason, dict) or not isinstance(reason.get("by"), str):
            raise Rejected("a reason is an object that says what it is by")
        method: Callable[..., None] | None = METHODS.get(reason["by"])
        if method is None:
            raise Rejected(f"unknown reason: {reason['by'][:40]}")
        if goal == "==" and reason["by"] not in FOR_EQUALITY:
            raise Rejected(f"{reason['by']} does not show an equality")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Rejected("reasons are nested too deeply")
        try:
            method(self, g, box, goal, reason, facts)
        finally:
            self.depth -= 1

    # What several reasons need.

    def enclose(self, g: Term, box: Box, facts: Facts, prec: int = 53) -> Ball:
        return Evaluator(box, prec, facts.known(), self.deadline)(g)

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
            split = halves(part, g.free, self.deadline)
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
        evaluator = Evaluator(box, 53, facts.known(), self.deadline)

        def walk(t: Term) -> Term:
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

    # One method per reason.

    def sign(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        strict = goal == ">"
        wide = reason.get("form") == "mean_value"

        def test(part: Box, prec: int) -> bool:
            try:
                if self.enclose(g, part, facts, prec).positive(strict):
                    return True
                return (wide or prec == 53) and self.mean_value(g, part, facts).positive(strict)
            except (Unclear, NotSmooth):
                return False

        if not self.on_parts(g, box, test):
            raise Rejected("the enclosure does not have the sign")

    def mean_value(self, g: Term, box: Box, facts: Facts) -> Ball:
        """Value at the middle plus slopes over the box times distances."""
        free = [name for name in sorted(g.free) if name in box and not box[name].is_point()]
        if any(box[name].lo is None or box[name].hi is None for name in free) or not free:
            return Ball(fninf, finf)
        facts = facts.along(set(free))
        self.enclose(g, box, facts)
        centre = {name: midpoint(box[name], self.deadline) for name in free}
        total = self.enclose(substitute(g, centre), box, Facts({}, {}), 100)
        whole = Evaluator(box, 53, facts.known(), self.deadline)
        for name in free:
            slope = whole(self.slope(g, name))
            away = whole(sub(make("sym", value=name), centre[name]))
            total = plus(total, times(slope, away, 53), 53)
        return ball(total.lo, total.hi)

    def monotone(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        name, side = self.variable(reason, box)
        direction = reason.get("direction")
        if direction not in (1, -1):
            raise Rejected("a direction is 1 or -1")
        g = self.resolve(g, box, facts.along({name}))
        end, excluded = (side.lo, side.lo_open) if direction == 1 else (side.hi, side.hi_open)
        strict_slope = goal == ">" and excluded
        inner = with_side(box, name, lo_open=True, hi_open=True)
        slope = mul(number(direction), self.slope(g, name))
        goal_slope = ">" if strict_slope else ">="
        self.prove_slope(slope, inner, goal_slope, reason.get("slope", SIGN), facts.along({name}))
        then, rest = reason.get("then", SIGN), ">=" if strict_slope else goal
        if end is None:
            self.defined(g, box, facts.along({name}))
            self.at_infinity(g, name, -direction, box, rest, facts)
            return
        self.continuous(g, box, name, end, facts)
        face = at_face(facts, name, end, not excluded)
        self.prove(substitute(g, {name: end}), box, rest, then, face)

    def at_infinity(
        self, g: Term, name: str, towards: int, box: Box, goal: str, facts: Facts
    ) -> None:
        """The limit of g at an infinite end is known and has the sign."""
        from symbolic.recheck_limits import limit

        value = limit(g, name, towards, lambda t: self.enclose(t, box, facts.without({name})))
        if isinstance(value, Term) and goal == ">=" and is_zero(value):
            return
        if value == 1:
            return
        if not isinstance(value, Term):
            raise Rejected("the limit at infinity is not known to have the sign")
        self.prove(value, box, goal, SIGN, facts.without({name}))

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
            if edge is not None and excluded and compare(end, edge, self.deadline) == 0:
                self.defined(substitute(g, {name: end}), box, facts.without({name}))

    def ends(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        name, side = self.variable(reason, box)
        if side.lo is None or side.hi is None:
            raise Rejected("ends needs a bounded side")
        g = self.resolve(g, box, facts.along({name}))
        for end in (side.lo, side.hi):
            self.continuous(g, box, name, end, facts)
        inner = with_side(box, name, lo_open=True, hi_open=True)
        first = self.slope(g, name)
        self.defined(first, inner, facts.along({name}))
        loose = goal == ">" and (side.lo_open or side.hi_open)
        bend = reason.get("curvature", SIGN)
        curve = neg(self.slope(first, name))
        self.prove_slope(curve, inner, ">" if loose else ">=", bend, facts.along({name}))
        for end, excluded, key in (
            (side.lo, side.lo_open, "low"),
            (side.hi, side.hi_open, "high"),
        ):
            face = at_face(facts, name, end, not excluded)
            wanted = ">=" if loose and excluded else goal
            self.prove(substitute(g, {name: end}), box, wanted, reason.get(key, SIGN), face)

    def taylor(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        name, side = self.variable(reason, box)
        order, at = reason.get("order"), self.anchor(reason.get("at"), name, box)
        if type(order) is not int or not 1 <= order <= 12:
            raise Rejected("the order of a tangency is 1 to 12")
        place = self.position(at, side, box, facts)
        included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
        g = self.resolve(g, box, facts.along({name}))
        rows = [g]
        for _ in range(order):
            if at.free:
                whole = {**box, name: Side(side.lo, side.hi)}
                self.defined(rows[-1], box, facts.along({name}))
                self.defined(substitute(rows[-1], {name: at}), whole, facts.without({name}))
                if jumps(rows[-1]):
                    raise NotSmooth("a step or a piece is not decided on the box")
            else:
                self.continuous(rows[-1], box, name, at, facts)
            rows.append(self.slope(rows[-1], name))
        terms = reason.get("terms", [ZERO_FORM] * order)
        if not isinstance(terms, list) or len(terms) != order:
            raise Rejected("one reason for each term below the order")
        strict = goal == ">"
        for k, why in enumerate(terms):
            value = substitute(rows[k], {name: at})
            wanted = ">" if strict and included and k == 0 else ">="
            if why == ZERO_FORM or (place == 0 and k % 2):
                if wanted == ">" or not is_zero(value):
                    raise Rejected(f"derivative {k} at the point of tangency is not zero")
                continue
            face = at_face(facts, name, at, included)
            self.prove(signed(value, place, k), box, wanted, why, face)
        if place == 0 and order % 2:
            raise Rejected("a tangency inside the range has even order")
        inner = with_side(box, name, lo_open=True, hi_open=True)
        wanted = ">" if strict and not included else ">="
        last = signed(rows[order], place, order)
        self.prove_slope(last, inner, wanted, reason.get("rest", SIGN), facts.along({name}))

    def anchor(self, at: Json, name: str, box: Box) -> Term:
        if isinstance(at, str):
            return number(rational(at))
        check_expression(at, frozenset(box) - {name})
        return from_json(at)

    def position(self, at: Term, side: Side, box: Box, facts: Facts) -> int:
        """1 or -1 for the lower or upper end of the side, 0 for a point or curve within it."""
        if not at.free:
            if side.lo is not None and compare(at, side.lo, self.deadline) == 0:
                return 1
            if side.hi is not None and compare(at, side.hi, self.deadline) == 0:
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

    def minimum(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        given = reason.get("at")
        if not isinstance(given, dict) or not given or not set(given) <= set(box):
            raise Rejected("minimum gives a point in some of the variables")
        names = sorted(given)
        path = facts.along(set(names))
        g = self.resolve(g, box, path)
        if jumps(g):
            raise NotSmooth("a step or a piece is not decided on the box")
        others = {name: side for name, side in box.items() if name not in given}
        point = {name: self.anchor(given[name], "", others) for name in names}
        included = True
        closed = dict(box)
        for name in names:
            side = box[name]
            place = self.position(point[name], side, box, path)
            excluded = side.lo_open if place == 1 else side.hi_open
            included = included and (place == 0 or not excluded)
            closed[name] = Side(side.lo, side.hi, side.lo is None, side.hi is None)
        bare = facts.without(set(names))
        gradient = [self.slope(g, name) for name in names]
        for term in (g, *gradient):
            self.defined(term, closed, bare)
        for term in gradient:
            if not is_zero(substitute(term, point)):
                raise Rejected("the gradient is not zero at the point")
        value = substitute(g, point)
        strict = goal == ">" and included
        if strict or not is_zero(value):
            self.prove(value, box, ">" if strict else ">=", reason.get("value", SIGN), bare)
        hessian = [[self.slope(row, name) for name in names] for row in gradient]
        total = add(*(entry for row in hessian for entry in row))

        def test(part: Box, prec: int) -> bool:
            evaluator = Evaluator(part, prec, bare.known(), self.deadline)
            try:
                rows = [[evaluator(entry) for entry in row] for row in hessian]
                return positive_definite(rows, prec)
            except Unclear:
                return False

        if not self.on_parts(total, closed, test):
            raise Rejected("the Hessian is not shown to be positive definite on the box")

    def outside(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        op, left, right = self.condition(reason.get("where"))
        gap, why = sub(left, right), reason.get("why", SIGN)
        if op in ("<", "<="):
            self.prove(gap, box, ">=" if op == "<" else ">", why, facts)
        elif op in (">", ">="):
            self.prove(neg(gap), box, ">=" if op == ">" else ">", why, facts)
        elif op == "==":
            side = 1 if reason.get("side", 1) == 1 else -1
            self.prove(mul(number(side), gap), box, ">", why, facts)
        elif not is_zero(gap):
            raise Rejected("the side condition is not known to fail")

    def by_where(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        """g is a positive rational multiple of what a side condition says is positive."""
        op, left, right = self.condition(reason.get("where"))
        slack = sub(right, left) if op in ("<", "<=") else sub(left, right)
        ratio = rational_value(mul(g, make("pow", slack, number(-1))))
        if op in ("==", "!=") or ratio is None or ratio <= 0:
            raise Rejected("not a positive multiple of the side condition")
        if goal == ">" and op not in ("<", ">"):
            raise Rejected("the side condition is not strict")

    def condition(self, index: Json) -> tuple[str, Term, Term]:
        if type(index) is not int or not 0 <= index < len(self.where):
            raise Rejected("there is no such side condition")
        return self.where[index]

    def split(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        """Parts below and above a cut (both with it), or below, at and above it."""
        name, side = self.variable(reason, box)
        cut = self.anchor(reason.get("at"), name, {})
        apart = reason["by"] == "apart"
        sides: list[Side | None] = [
            Side(side.lo, cut, side.lo_open, apart),
            Side(cut, side.hi, apart, side.hi_open),
        ]
        if apart:
            sides.insert(1, Side(cut, cut))
        for end, place, excluded in ((side.lo, 0, side.lo_open), (side.hi, -1, side.hi_open)):
            order = 1 if end is None else compare(cut, end, self.deadline)
            order = -order if end is not None and place else order
            if order < 0:
                raise Rejected("the cut is not inside the box")
            if order == 0:
                sides[place] = None
                if apart and excluded:
                    sides[1] = None
        parts = reason.get("parts")
        if not isinstance(parts, list) or len(parts) != len(sides):
            raise Rejected("one reason for each part")
        if not apart and None in sides:
            raise Rejected("the cut is not inside the box")
        for part, why in zip(sides, parts, strict=True):
            if part is not None:
                point = {name: cut} if part.is_point() else {}
                here = at_face(facts, name, cut, False) if part.is_point() else facts
                self.prove(substitute(g, point), {**box, name: part}, goal, why, here)

    def cases(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        u = self.expression(reason.get("on"), box)
        self.defined(u, box, facts)
        parts = reason.get("parts")
        if not isinstance(parts, list) or len(parts) != 3:
            raise Rejected("cases has three parts: u > 0, u == 0, u < 0")
        known = (
            ball(fzero, finf, True),
            ball(fzero, fzero),
            ball(fninf, fzero, True, True),
        )
        for value, why, impossible in zip(known, parts, (neg(u), None, u), strict=True):
            if why is not None:
                self.prove(g, box, goal, why, facts.plus(u, value, region=True))
            elif impossible is not None:
                self.prove(impossible, box, ">=", SIGN, facts)
            elif not self.enclose(u, box, facts).nonzero():
                raise Rejected("the case u == 0 is left out")

    def rewrite(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        other = self.expression(reason.get("to"), box)
        if not is_zero(sub(g, other)):
            resolved = self.resolve(g, box, facts)
            if not is_zero(sub(resolved, self.resolve(other, box, facts))):
                raise Rejected("the rewritten form is not equal by its normal form")
        self.defined(other, box, facts)
        self.prove(other, box, goal, reason.get("then", SIGN), facts)

    def rule(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        name, bind = reason.get("rule"), reason.get("bind")
        if name not in RULES or not isinstance(bind, dict):
            raise Rejected("unknown rule")
        template, result, conditions = RULES[name]
        values = {key: self.expression(value, box) for key, value in bind.items()}
        wild = template.free | result.free
        if set(values) != wild:
            raise Rejected(f"the rule {name} binds {', '.join(sorted(wild))}")
        old, new = substitute(template, values), substitute(result, values)
        needs = reason.get("needs", [None] * len(conditions))
        if not isinstance(needs, list) or len(needs) != len(conditions):
            raise Rejected(f"the rule {name} has {len(conditions)} conditions")
        for (term, strict), why in zip(conditions, needs, strict=True):
            wanted = "==" if strict is None else ">" if strict else ">="
            need = substitute(term, values)
            self.defined(need, box, facts)
            self.prove(need, box, wanted, why or (ZERO_FORM if strict is None else SIGN), facts)
        changed = replace_equal(g, old, new)
        if changed is g:
            raise Rejected(f"the rule {name} finds nothing to replace")
        self.defined(changed, box, facts)
        self.prove(changed, box, goal, reason.get("then", ZERO_FORM), facts)

    def zero(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        if goal == ">":
            raise Rejected("zero is not positive")
        if not is_zero(g) and not is_zero(self.resolve(g, box, facts)):
            raise Rejected("the normal form is not zero")

    def constant(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        name, side = self.variable(reason, box)
        path = facts.along({name})
        g = self.resolve(g, box, path)
        at = self.anchor(reason.get("at"), name, {})
        place = self.position(at, side, box, path)
        self.continuous(g, box, name, at, facts)
        slope = self.slope(g, name)
        inner = with_side(box, name, lo_open=True, hi_open=True)
        self.prove_slope(slope, inner, "==", reason.get("slope", ZERO_FORM), path)
        included = place == 0 or not (side.lo_open if place == 1 else side.hi_open)
        face = at_face(facts, name, at, included)
        then = reason.get("then", ZERO_FORM)
        self.prove(substitute(g, {name: at}), box, goal, then, face)

    def induction(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        from symbolic.recheck_induction import opened

        name, side = self.variable(reason, box)
        if not side.integer or side.lo is None:
            raise Rejected("induction runs over the integers from a first one")
        base = substitute(g, {name: side.lo})
        bare = facts.without({name})
        self.prove(base, box, "==", reason.get("base", ZERO_FORM), bare)
        step = sub(opened(self, g, name, box), g)
        self.prove(step, box, "==", reason.get("step", ZERO_FORM), bare)

    def product(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        parts = reason.get("factors")
        if g.op != "mul" or not isinstance(parts, list) or len(parts) != len(g.args):
            raise Rejected("product has one entry for each factor")
        total = 1
        for factor, part in zip(g.args, parts, strict=True):
            even = factor.op == "pow" and factor.args[1].op == "rat"
            even = even and factor.args[1].value % 2 == 0
            if part == "even":
                if goal == ">" or not even:
                    raise Rejected("an even power is only known to be >= 0")
                continue
            if not isinstance(part, dict) or part.get("sign") not in (1, -1):
                raise Rejected("a factor has sign 1 or -1")
            side = part["sign"]
            if "base" in part and factor.op == "pow" and factor.args[1].op == "rat":
                base, exponent = factor.args
                if exponent.value.denominator != 1:
                    raise Rejected("only an integer power has the sign of its base")
                strict = even or exponent.value < 0 or goal == ">"
                self.prove(
                    mul(number(side), base), box, ">" if strict else ">=", part["base"], facts
                )
                total *= 1 if even else side
                continue
            total *= side
            self.prove(mul(number(side), factor), box, goal, part.get("why", SIGN), facts)
        if total != 1:
            raise Rejected("the signs of the factors do not multiply to +")

    def bernstein(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        polynomials.bernstein(g, box, goal == ">")

    def sturm(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        polynomials.sturm(g, box, goal == ">")

    def lemma(self, box: Box, lemma: Json, facts: Facts) -> Facts:
        """The facts with one more sign, once it is proved."""
        if not isinstance(lemma, dict) or lemma.get("sign") not in LEMMAS:
            raise Rejected("a lemma says that an expression is >, >=, < or <= 0")
        term, why = self.expression(lemma.get("expr"), box), lemma.get("why", SIGN)
        self.defined(term, box, facts)
        side, strict = LEMMAS[lemma["sign"]]
        self.prove(mul(number(side), term), box, ">" if strict else ">=", why, facts)
        value = ball(fzero, finf, strict) if side == 1 else ball(fninf, fzero, True, strict)
        return facts.plus(term, value, region=bool(facts.region))

    def expression(self, tree: Json, box: Box) -> Term:
        check_expression(tree, frozenset(box))
        return from_json(tree)

    def variable(self, reason: Json, box: Box) -> tuple[str, Side]:
        name = reason.get("var")
        if not isinstance(name, str) or name not in box:
            raise Rejected("a reason names one of the variables")
        return name, box[name]


LEMMAS = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False)}
METHODS: dict[str, Callable[..., None]] = {
    name: getattr(Prover, name)
    for name in (
        "sign monotone ends taylor minimum outside split cases rewrite rule zero constant "
        "induction product bernstein sturm"
    ).split()
} | {"apart": Prover.split, "where": Prover.by_where}
FOR_EQUALITY = frozenset(
    ["outside", "split", "apart", "cases", "rewrite", "rule", "zero", "constant", "induction"]
)
JUMPS = frozenset(["sign", "floor", "ceiling", "piecewise", "acot", "sum", "product"])


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


def signed(value: Term, place: int, k: int) -> Term:
    """(x - c)**k has the sign of this factor at the upper end; + elsewhere or for even k."""
    return neg(value) if place == -1 and k % 2 else value


def replace_equal(g: Term, old: Term, new: Term) -> Term:
    """g with the subterms that are `old`, literally or by their normal form, replaced."""
    memo: dict[Term, Term] = {}

    def walk(t: Term) -> Term:
        if t not in memo:
            if t is old or (t.op == old.op and t.free == old.free and is_zero(sub(t, old))):
                memo[t] = new
            elif not t.args or t.op in ("sum", "product", "piecewise"):
                memo[t] = t
            else:
                memo[t] = make(t.op, *map(walk, t.args), value=t.value)
        return memo[t]

    return replace(walk(g), old, new)


def positive_definite(rows: list[list[Ball]], prec: int) -> bool:
    """Whether every symmetric matrix within these balls is positive definite (elimination)."""
    size = len(rows)
    for k in range(size):
        if not rows[k][k].positive():
            return False
        for i in range(k + 1, size):
            for j in range(k + 1, size):
                part = times(rows[i][k], rows[k][j], prec)
                part = times(part, inverse(rows[k][k], prec), prec)
                rows[i][j] = plus(rows[i][j], negate(part), prec)
    return True

