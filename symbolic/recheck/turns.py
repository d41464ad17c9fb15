"""Extension: sums of arcs that are zero, because they are whole turns and too small for one.

For g = sum of c * arc (arc: atan, asin, a multiple of pi or any other angle, c an integer) let Z be
the product of (1 + i u)**c for atan u, of (sqrt(1 - u**2) + i u)**c for asin u, and of exp(i c t)
for other angles t, where conjugates take the place of negative powers. Z is a positive multiple of
exp(i g). So g is a multiple of pi where Im Z = 0, and of 2 pi where also Re Z > 0.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.recheck.exponentials import I, exponential
from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import NO_FACTS, SIGN, Facts, Json, Prover, inside
from symbolic.recheck.normal import (
    HALF,
    UNIT,
    ZERO_FORM,
    Poly,
    cleared,
    is_zero,
    normal,
    poly_add,
    poly_mul,
    poly_power,
    raised,
    scaled,
)
from symbolic.recheck.paths import jumps
from symbolic.recheck.statement import read_constant, read_expression
from symbolic.recheck.terms import Rejected, Term, make, mul, neg, number, sub, substitute

MAX_TIMES = 120
IMAGINARY: Poly = {frozenset([(I, 1)]): Fraction(1)}


def turns(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g == 0: `times` * g is a multiple of pi (of 2 pi with `real`), and smaller than that.

    `imaginary`: Im Z, which `why` shows to be 0 (default: the normal form); `real`: Re Z, which
    `positive` shows to be > 0. `at`: a point of the box; on a box without side conditions g is
    then constant, and small enough there.
    """
    times = reason.get("times", 1)
    if type(times) is not int or not 1 <= times <= MAX_TIMES:
        raise Rejected(f"a number of turns is an integer from 1 to {MAX_TIMES}")
    angle = mul(number(times), g)
    wave, mirrored = product(normal(angle), 1), product(normal(angle), -1)
    difference = poly_add(wave, mirrored, -1)
    if "imaginary" in reason:
        imaginary = read_expression(reason["imaginary"], box)
        doubled = poly_mul(scaled(IMAGINARY, 2), normal(imaginary))
        if cleared(poly_add(difference, doubled, -1))[0]:
            raise Rejected("not the imaginary part, by its normal form")
        p.defined(imaginary, box, facts)
        p.prove(imaginary, box, "==", reason.get("why", ZERO_FORM), facts)
    elif cleared(difference)[0]:
        raise Rejected("the imaginary part is not zero by its normal form")
    period = make("pi")
    if "real" in reason:
        real = read_expression(reason["real"], box)
        total = poly_add(wave, mirrored)
        if cleared(poly_add(total, scaled(normal(real), 2), -1))[0]:
            raise Rejected("not the real part, by its normal form")
        p.defined(real, box, facts)
        p.prove(real, box, ">", reason.get("positive", SIGN), facts)
        period = mul(number(2), period)
    bounds = [sub(period, angle), sub(period, neg(angle))]
    if "at" not in reason:
        for bound, key in zip(bounds, ("above", "below"), strict=True):
            p.prove(bound, box, ">", reason.get(key, SIGN), facts)
        return
    if p.where or facts.region or jumps(g):
        raise Rejected("a point decides only for what is continuous on a whole box")
    if any(side.integer for name, side in box.items() if name in g.free):
        raise Rejected("integers are not connected")
    at = reason["at"]
    if not isinstance(at, dict) or set(at) != set(g.free):
        raise Rejected("a point gives each variable a value")
    values = {name: read_constant(value) for name, value in at.items()}
    if not all(inside(value, box[name]) for name, value in values.items()):
        raise Rejected("the point is not in the box")
    for bound in bounds:
        p.prove(substitute(bound, values), {}, ">", SIGN, NO_FACTS)


def product(angle: Poly, sense: int) -> Poly:
    """Z for sense 1, its conjugate for -1."""
    total = UNIT
    for term, c in angle.items():
        (gen, exponent) = next(iter(term)) if len(term) == 1 else (("1",), 0)
        if exponent == 1 and gen[0] in ("atan", "asin"):
            if c.denominator != 1 or abs(c) > MAX_TIMES:
                raise Rejected("the multiples of an arc are small integers")
            u = dict(gen[1][0])
            u = scaled(u, sense if c > 0 else -sense)
            straight = UNIT
            if gen[0] == "asin":
                straight = raised(poly_add(UNIT, poly_mul(u, u), -1), HALF)
            factor = poly_power(poly_add(straight, poly_mul(IMAGINARY, u)), abs(int(c)))
        else:
            factor = exponential({term: sense * c}, "cis")
        total = poly_mul(total, factor)
    return total


def multiple(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """g == 0: g is `times` * `of`, and `then` shows that `of` is 0."""
    times = read_expression(reason.get("times", ["rat", "1"]), box)
    part = read_expression(reason.get("of"), box)
    if not is_zero(sub(g, mul(times, part))):
        raise Rejected("not a multiple, by its normal form")
    p.defined(times, box, facts)
    p.defined(part, box, facts)
    p.prove(part, box, "==", reason.get("then", ZERO_FORM), facts)


KNOWN = {
    **{("reason", f.__name__): f for f in (turns, multiple)},
    **{("equality", name): True for name in ("turns", "multiple")},
}
