"""Extension: comparisons of two sides through logarithms, exponentials or powers of them."""

from __future__ import annotations

from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import SIGN, Facts, Json, Prover
from symbolic.recheck.normal import is_zero, same
from symbolic.recheck.statement import rational, read_expression
from symbolic.recheck.terms import Rejected, Term, add, make, mul, number, power, require, sub

MAX_POWER = 12


def sides(p: Prover, g: Term, box: Box, reason: Json, facts: Facts) -> tuple[Term, Term]:
    """A and B, both defined, with g = factor (A - B) for a positive factor."""
    left, right = (read_expression(reason[key], box) for key in ("left", "right"))
    factor = rational(reason.get("factor", "1"))
    equal = factor > 0 and same(p, g, mul(number(factor), sub(left, right)), box, facts)
    require(equal, "the sides that are compared do not differ by g")
    for side in (left, right):
        p.defined(side, box, facts)
    return left, right


def shown(p: Prover, image: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The image is > 0, as `to` or as it stands."""
    to = read_expression(reason["to"], box) if "to" in reason else image
    require(is_zero(sub(to, image)), "the compared form is not equal by its normal form")
    p.defined(to, box, facts)
    p.prove(to, box, goal, reason.get("then", SIGN), facts)


def compare(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """log A - log B > 0 for positive A and B, or exp A - exp B > 0."""
    left, right = sides(p, g, box, reason, facts)
    require(reason["map"] in ("log", "exp"), "a comparison is through log or exp")
    if reason["map"] == "log":
        needs = reason.get("needs", [SIGN, SIGN])
        for side, why in zip((left, right), needs, strict=True):
            p.prove(side, box, ">", why, facts)
        image = sub(logarithm(p, left, box, facts), logarithm(p, right, box, facts))
    else:
        image = sub(make("exp", left), make("exp", right))
    shown(p, image, box, goal, reason, facts)


def powers(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """A**q - B**q > 0: with A >= 0 for even q, for any A for odd q."""
    left, right = sides(p, g, box, reason, facts)
    exponent = rational(reason["power"])
    small = exponent.denominator == 1 and 2 <= exponent <= MAX_POWER
    require(small, "a power is a small integer, at least 2")
    if exponent % 2 == 0:
        p.prove(left, box, ">=", reason.get("need", SIGN), facts)
    image = sub(power(left, exponent), power(right, exponent))
    shown(p, image, box, goal, reason, facts)


def logarithm(p: Prover, t: Term, box: Box, facts: Facts) -> Term:
    """log t for t > 0, opened over factors and bases that are seen to be positive."""

    def positive(term: Term) -> bool:
        try:
            p.prove(term, box, ">", SIGN, facts)
        except Rejected:
            return False
        return True

    if t.op == "mul":
        apart = [arg for arg in t.args if positive(arg)]
        rest = [arg for arg in t.args if arg not in apart]
        logs = [logarithm(p, arg, box, facts) for arg in apart]
        return add(*logs, *([make("log", mul(*rest))] if rest else []))
    if t.op == "exp":
        return t.args[0]
    if t.op == "pow" and positive(t.args[0]):
        return mul(t.args[1], logarithm(p, t.args[0], box, facts))
    if t.op == "gamma" and positive(t.args[0]):
        return make("loggamma", t.args[0])
    return make("log", t)


KNOWN = {("reason", f.__name__): f for f in (compare, powers)}
