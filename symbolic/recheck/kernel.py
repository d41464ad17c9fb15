"""The core of the checker: how a certificate proves or refutes its statement.

Read from `replay` downwards; `certificate.py` documents the JSON. A proof gives a *reason* for each
relation, on each box that the domain consists of. A reason shows g > 0, g >= 0 or g == 0 (the
*goal*) at every point of the box that meets the side conditions, g being the difference of the two
sides. The core knows one, that the enclosure of g has the sign; extensions know others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from mpmath.libmp import finf, fzero

from symbolic.recheck.intervals import Ball, Box, Evaluator, Side, ball, literal, negate, plus
from symbolic.recheck.statement import (
    FORMAT,
    VERSION,
    Relation,
    digest,
    read_constant,
    read_end,
    read_statement,
)
from symbolic.recheck.terms import (
    MINUS_ONE,
    SESSION,
    Rejected,
    Session,
    Term,
    Unclear,
    extension,
    helped,
    make,
    needed,
    require,
    sub,
    substitute,
)

Json = Any
KEYS = {"format", "version", "kind", "engine", "statement", "text", "digest", "body"}
SIGNS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,), "!=": (-1, 1)}
SIGN: Json = {"by": "sign"}
Over = dict[str, list[Side]]
SHAPELESS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # and `Rejected`
MALFORMED = (*SHAPELESS, AssertionError, MemoryError, RuntimeError)


def judged(certificate: Json, text_of: Callable, session: Session) -> tuple[bool, str]:
    """Whether a certificate shows what it states, and what it shows or lacks; never raises."""
    token = SESSION.set(session)
    try:
        shown = replay(certificate)
        require(certificate["text"] == text_of(certificate), "another text than the statement's")
        return True, shown
    except MALFORMED as error:
        what = "" if isinstance(error, Rejected) else f"malformed, {type(error).__name__}: "
        return False, f"rejected: {what}{error}"[:300]
    finally:
        SESSION.reset(token)


def replay(certificate: Json) -> str:
    """Says what is shown; raises `Rejected`, or another of `MALFORMED`, for what shows nothing."""
    require(set(certificate) == KEYS, "keys missing or unknown")
    known = (certificate["format"], certificate["version"]) == (FORMAT, VERSION)
    require(known, f"not of the format {FORMAT}, version {VERSION}")
    statement, body, kind = certificate["statement"], certificate["body"], certificate["kind"]
    require(certificate["digest"] == digest(statement), "the digest is not that of the statement")
    if kind not in ("proof", "refutation"):
        return needed("kind", kind)(certificate)
    relations, over, where = read_statement(statement)
    over = {name: [side for side in sides if not empty(side)] for name, sides in over.items()}
    if kind == "refutation":
        return refute(relations, over, where, body)
    require(all(over.values()), "the domain is empty")
    proofs = body["relations"]
    require(len(proofs) == len(relations), "one proof for each relation of the statement")
    boxes = sum(map(lambda r, p: check_proof(r, over, where, p), relations, proofs))
    return f"proved on {boxes} boxes"


# Refutations: a point of the domain at which a relation fails.


def refute(relations: list[Relation], over: Over, where: list[Relation], body: Json) -> str:
    point, index, failure = body["point"], body["relation"], body["failure"]
    require(set(point) == set(over), "the point gives each variable a value")
    values = {name: read_constant(tree) for name, tree in point.items()}
    for name, value in values.items():
        met = order(value, value) == 0 and any(inside(value, side) for side in over[name])
        require(met, f"the value of {name} is not in its domain")
    for op, left, right in where:
        met = order(substitute(left, values), substitute(right, values)) in SIGNS[op]
        require(met, "a side condition is not known to hold at the point")
    require(type(index) is int and 0 <= index < len(relations), "there is no such relation")
    op, left, right = relations[index]
    left, right = substitute(left, values), substitute(right, values)
    if failure == "false":
        fails = order(left, right) not in (None, *SIGNS[op])
        require(fails, "the relation is not known to fail at the point")
        return "refuted: the relation is false at the point"
    undefined = needed("failure", failure)
    require(undefined(left) or undefined(right), "not shown: a side is undefined at the point")
    return "refuted: a side is not a real number at the point"


def order(left: Term, right: Term) -> int | None:
    """Sign of left - right for two constants, both being defined; None if it cannot be told."""
    a, b = literal(left), literal(right)
    if a is not None and b is not None:
        return (a > b) - (a < b)
    gap = sub(left, right)
    for precision in (60, 250, 1000, 4000):
        try:
            found = list(map(Evaluator({}, precision, {}), (left, right, gap)))[2]
        except Unclear:
            continue
        if found.nonzero():
            return 1 if found.positive() else -1
        if found.lo == found.hi == fzero or vanishes(gap):
            return 0
    return None


def vanishes(g: Term) -> bool:
    """Whether the normal form of a term is zero."""
    return helped("normal", "zero", g)


def compare(a: Term, b: Term) -> int:
    """Sign of a - b for two constants; rejects a pair that it cannot order."""
    found = 0 if a is b else order(a, b)
    require(found is not None, "two end points cannot be told apart")
    return found or 0


def empty(side: Side) -> bool:
    way = -1 if side.lo is None or side.hi is None else compare(side.lo, side.hi)
    return way > 0 or (way == 0 and (side.lo_open or side.hi_open))


def inside(value: Term, side: Side) -> bool:
    if side.integer and (value.op != "rat" or value.value.denominator != 1):
        return False
    below, above = Side(side.lo, value, side.lo_open), Side(value, side.hi, False, side.hi_open)
    return not empty(below) and not empty(above)


# Proofs.


def check_proof(relation: Relation, over: Over, where: list[Relation], proof: Json) -> int:
    """Number of boxes on which the proof shows the relation; together they are the domain."""
    entries, count = proof["boxes"], 0
    for shift in proof.get("shift", []):
        relation, over, where = needed("proof", "shift")(shift, relation, over, where)
    for corner in product(*over.values()):
        whole = dict(zip(over, corner, strict=True))
        prover = Prover(where)
        facts = with_lemmas(prover, whole, proof, prover.side_conditions(whole))
        boxes = [(whole, 0)]
        if len(entries) != 1 or not is_whole(entries[0]["box"], whole):
            boxes = needed("proof", "boxes")(entries, whole)
        for box, index in boxes:
            try:
                check_box(relation, box, entries[index], prover, facts)
            except Rejected as reason:
                raise Rejected(f"box {index}: {reason}") from reason
        count += len(boxes)
    return count


def is_whole(ends: dict[str, list[Json]], whole: Box) -> bool:
    """Whether the ends that a box gives are those of the domain."""
    return all(
        (read_end(low, "-oo"), read_end(high, "oo")) == (whole[name].lo, whole[name].hi)
        for name, (low, high) in ends.items()
    )


def check_box(relation: Relation, box: Box, entry: Json, prover: Prover, facts: Facts) -> None:
    """Both sides are defined on the box and stand in the relation, by the entry's reason."""
    op, left, right = relation
    facts, reason = with_lemmas(prover, box, entry, facts), entry["why"]
    if reason["by"] == "outside":  # the box is no part of the domain
        prover.prove(left, box, ">=", reason, facts)
        return
    for side in (left, right):
        prover.defined(side, box, facts)
    swap = op in ("<", "<=") or (op == "!=" and reason.get("side", 1) == -1)
    gap = sub(right, left) if swap else sub(left, right)
    prover.prove(gap, box, ">" if op == "!=" else op.replace("<", ">"), reason, facts)


def with_lemmas(prover: Prover, box: Box, entry: Json, facts: Facts) -> Facts:
    for lemma in entry.get("lemmas", []):
        facts = needed("proof", "lemma")(prover, box, lemma, facts)
    return facts


@dataclass(frozen=True)
class Facts:
    """Enclosures of terms that are known beforehand.

    `always` hold on the whole box; `region` only at its points that meet the side conditions (or
    the case at hand). `moved`: the variables along which the argument has left these points.
    """

    always: Mapping[Term, Ball]
    region: Mapping[Term, Ball]
    moved: frozenset[str] = frozenset()

    def known(self) -> dict[Term, Ball]:
        return {**self.always, **self.region}


NO_FACTS = Facts({}, {})


class Prover:
    """Replays reasons for one statement. `where`: its side conditions."""

    def __init__(self, where: list[Relation]) -> None:
        self.where = where

    def side_conditions(self, box: Box) -> Facts:
        """What the side conditions say of the terms that they compare."""
        region: dict[Term, Ball] = {}
        for op, left, right in self.where:
            if op == "!=":
                continue
            low, high = (right, left) if op in (">", ">=") else (left, right)
            slack = ball(fzero, fzero if op == "==" else finf, op in ("<", ">"))
            for a, b, value in ((high, low, slack), (low, high, negate(slack))):  # a - b is known
                region |= {sub(a, b): value, make("add", a, make("mul", MINUS_ONE, b)): value}
                if a.free and not b.free:
                    region[a] = plus(self.enclose(b, box, NO_FACTS), value, 53)
        return Facts({}, region)

    def prove(self, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
        """Returns if the reason shows that g > 0, g >= 0 or g == 0, given that g is defined."""
        name = reason["by"]
        equality = extension("equality", name)  # None: never; "any": the goal is passed on
        allowed = equality if goal == "==" else goal == ">=" or equality in (None, "any")
        require(allowed, f"{name!s:.40} does not show g {goal} 0")
        method = sign if name == "sign" else needed("reason", name)
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
        if not self.is_clear(g, box, facts, lambda value: True):
            shown = helped("parts", "defined", self, g, box, facts)
            require(shown, "not shown: both sides are defined on the whole box")


def sign(p: Prover, g: Term, box: Box, goal: str, reason: Json, facts: Facts) -> None:
    """The enclosure of g over the box has the sign."""
    strict = goal == ">"
    if not p.is_clear(g, box, facts, lambda value: value.positive(strict)):
        shown = not strict and vanishes(g)
        shown = shown or helped("parts", "sign", p, g, box, strict, reason, facts)
        require(shown, "the enclosure does not have the sign")
