"""Extension: fewer variables or a shorter range by a symmetry, and least values on a curve.

- `{"by": "scaling", "names": [x, y, ...], "var": "y", "degree": "k", "lemmas": [...]?,
  "then": reason}`: g is homogeneous of degree k in these variables, all of which range over (0, oo)
  (or, but for y, over all reals); `then` is about g at y = 1. The lemmas, as in a proof, are shown
  on the whole box, without the side conditions.
- `{"by": "periodic", "var": "x", "period": c, "then": reason}`: x ranges over all reals and
  g(x + c) = g(x); `then` is about -c/2 <= x <= c/2.
- `{"by": "valley", "var": "x", "at": c, "slope": reason, "to": expr?, "then": reason?}`: (x - c)
  dg/dx, which is `to`, is >= 0 by `slope`, so that g is least at x = c, an expression in the other
  variables; `then` (default: zero) is about g there.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.recheck.anchors import anchor, position
from symbolic.recheck.intervals import Box
from symbolic.recheck.kernel import NO_FACTS, SIGN, Facts, Json, Prover
from symbolic.recheck.lemmas import with_lemma
from symbolic.recheck.normal import ZERO_FORM, is_zero
from symbolic.recheck.paths import (
    along,
    at_face,
    derivative,
    excludes,
    inner,
    jumps,
    prove_slope,
    resolved,
    without,
)
from symbolic.recheck.statement import Side, rational, read_constant, read_expression
from symbolic.recheck.terms import ONE, Rejected, Term, add, mul, number, sub, substitute, symbol


def scaling(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    names, degree = reason.get("names"), rational(reason.get("degree"))
    fixed = reason["var"]
    if not isinstance(names, list) or fixed not in names or len(set(names)) != len(names):
        raise Rejected("scaling names the variables, and one of them")
    for name in names:
        if not isinstance(name, str) or name not in box or box[name].integer:
            raise Rejected("scaling needs real variables")
        if box[name].hi is not None or not _from_zero(box[name], whole=name != fixed):
            raise Rejected("a variable that is scaled ranges over a half-line or a line")
    path = _with_lemmas(box, reason.get("lemmas", []), along(facts, *names))
    g = resolved(p, g, box, path)
    if jumps(g):
        raise Rejected("a step or a piece is not decided on the box")
    p.defined(g, box, path)
    slopes = [derivative(g, name) for name in names]
    for slope in slopes:
        p.defined(slope, box, path)
    terms = (mul(symbol(name), slope) for name, slope in zip(names, slopes, strict=True))
    if not is_zero(sub(add(*terms), mul(number(degree), g))):
        raise Rejected("the expression is not homogeneous of this degree")
    face = at_face(path, fixed, ONE, inside=True)
    p.prove(substitute(g, {fixed: ONE}), box, goal, reason.get("then", SIGN), face)


def _with_lemmas(box: Box, lemmas: Json, path: Facts) -> Facts:
    """The facts with signs that are proved on the whole box, whatever the side conditions."""
    if not isinstance(lemmas, list):
        raise Rejected("lemmas are a list")
    for lemma in lemmas:
        # Shown without the side conditions, which the scaled points need not meet.
        known = with_lemma(Prover([]), box, lemma, Facts(path.always, {}, path.moved))
        path = Facts(known.always, path.region, path.moved)
    return path


def _from_zero(side: Side, whole: bool) -> bool:
    """Whether the lower end is an excluded 0 (or, for `whole`, infinite)."""
    if side.lo is None:
        return whole
    return side.lo_open and side.lo.op == "rat" and side.lo.value == 0


def periodic(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = reason["var"], box[reason["var"]]
    period = read_constant(reason.get("period"))
    if side.lo is not None or side.hi is not None or side.integer:
        raise Rejected("a periodic expression is for a variable over all reals")
    if not p.enclose(period, {}, NO_FACTS, 100).positive():
        raise Rejected("a period is positive")
    path = without(facts, name)
    p.defined(g, box, path)
    moved = substitute(g, {name: add(symbol(name), period)})
    if not is_zero(sub(moved, g)):
        raise Rejected("the expression does not have this period")
    half = mul(number(Fraction(1, 2)), period)
    whole = {**box, name: Side(mul(number(-1), half), half)}
    p.prove(g, whole, goal, reason.get("then", SIGN), path)


def valley(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    name, side = reason["var"], box[reason["var"]]
    if side.integer:
        raise Rejected("a valley is in a real variable")
    path = along(facts, name)
    g = resolved(p, g, box, path)
    if jumps(g):
        raise Rejected("a step or a piece is not decided on the box")
    at = anchor(reason.get("at"), set(box) - {name})
    place = position(p, at, side, box, path)
    excluded = place != 0 and excludes(side, at)
    # A curve may run into an excluded end, where what is known of the box need not hold.
    on_curve = bool(at.free) and (
        (side.lo is not None and side.lo_open) or (side.hi is not None and side.hi_open)
    )
    p.defined(g, box, path)
    value = substitute(g, {name: at})
    p.defined(value, {**box, name: Side(side.lo, side.hi)}, without(facts, name))
    slope = derivative(g, name)
    product = mul(sub(symbol(name), at), slope)
    to = read_expression(reason["to"], box) if "to" in reason else product
    if not is_zero(sub(to, product)):
        raise Rejected("the product with the slope is not what is said")
    inside = inner(box, name)
    if "to" in reason:
        p.defined(slope, inside, path)
    prove_slope(p, to, inside, ">=", reason.get("slope", SIGN), path)
    face = at_face(facts, name, at, not excluded and not on_curve)
    then = reason.get("then", ZERO_FORM)
    p.prove(value, box, goal, then, face)


KNOWN = {("reason", f.__name__): f for f in (scaling, periodic, valley)}
