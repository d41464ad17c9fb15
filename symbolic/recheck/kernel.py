"""The kernel of the checker: how a certificate proves or refutes its statement.

Read from `replay` downwards; `certificate.py` documents the JSON. A proof gives a *reason* for each
relation, on each box that the domain consists of. A reason shows g > 0, g >= 0 or g == 0 (the
*goal*) at every point of the box that meets the side conditions, g being the difference of the two
sides; most reasons reduce that to reasons for simpler terms (`reasons.py`).
"""

from __future__ import annotations

from itertools import product
from typing import Any

from symbolic.recheck.intervals import Box, Side
from symbolic.recheck.normal import rational_value
from symbolic.recheck.prover import Facts, Prover, compare, order
from symbolic.recheck.reasons import FOR_EQUALITY, REASONS
from symbolic.recheck.statement import (
    FORMAT,
    VERSION,
    Relation,
    digest,
    read_constant,
    read_end,
    read_expression,
    read_statement,
)
from symbolic.recheck.terms import (
    Rejected,
    Term,
    add,
    extension,
    mul,
    number,
    power,
    sub,
    substitute,
    symbol,
)

Json = Any
KEYS = {"format", "version", "kind", "engine", "statement", "text", "digest", "body"}
SIGNS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,), "!=": (-1, 1)}


def replay(certificate: Json) -> str:
    """Says what is shown; raises `Rejected`, or `Malformed`, for what shows nothing."""
    if not isinstance(certificate, dict) or certificate.get("format") != FORMAT:
        raise Rejected(f"not a certificate of the format {FORMAT}")
    if certificate.get("version") != VERSION or type(certificate["version"]) is not int:
        raise Rejected(f"unknown version {str(certificate.get('version'))[:20]}")
    if set(certificate) != KEYS:
        raise Rejected(f"keys missing or unknown: {sorted(KEYS ^ set(certificate))}"[:120])
    statement, body, kind = certificate["statement"], certificate["body"], certificate["kind"]
    if certificate["digest"] != digest(statement):
        raise Rejected("the digest is not that of the statement")
    if kind not in ("proof", "refutation"):
        other = extension("kind", kind) if isinstance(kind, str) else None
        if other is None:
            raise Rejected(f"unknown kind {str(kind)[:20]}")
        return other(certificate)
    relations, over, where = read_statement(statement)
    over = {name: [side for side in sides if not empty(side)] for name, sides in over.items()}
    if not isinstance(body, dict):
        raise Rejected("the body is not an object")
    if kind == "refutation":
        return refute(relations, over, where, body)
    if not all(over.values()):
        raise Rejected("the domain is empty")
    proofs = body.get("relations")
    if not isinstance(proofs, list) or len(proofs) != len(relations):
        raise Rejected("one proof for each relation of the statement")
    boxes = sum(map(lambda r, p: check_proof(r, over, where, p), relations, proofs))
    return f"proved on {boxes} boxes"


# Refutations: a point of the domain at which a relation fails.


def refute(
    relations: list[Relation], over: dict[str, list[Side]], where: list[Relation], body: Json
) -> str:
    point = body.get("point")
    if not isinstance(point, dict) or set(point) != set(over):
        raise Rejected("the point gives each variable a value")
    values = {name: read_constant(tree) for name, tree in point.items()}
    for name, value in values.items():
        if order(value, value) is None or not any(inside(value, side) for side in over[name]):
            raise Rejected(f"the value of {name} is not in its domain")
    for op, left, right in where:
        if order(substitute(left, values), substitute(right, values)) not in SIGNS[op]:
            raise Rejected("a side condition is not known to hold at the point")
    index = body.get("relation")
    if type(index) is not int or not 0 <= index < len(relations):
        raise Rejected("there is no such relation")
    op, left, right = relations[index]
    left, right = substitute(left, values), substitute(right, values)
    if body.get("failure") == "false":
        if order(left, right) in (None, *SIGNS[op]):
            raise Rejected("the relation is not known to fail at the point")
        return "refuted: the relation is false at the point"
    undefined = extension("failure", str(body.get("failure")))
    if undefined is None or not (undefined(left) or undefined(right)):
        raise Rejected("not shown: a side is undefined at the point")
    return "refuted: a side is not a real number at the point"


def empty(side: Side) -> bool:
    order = -1 if side.lo is None or side.hi is None else compare(side.lo, side.hi)
    return order > 0 or (order == 0 and (side.lo_open or side.hi_open))


def inside(value: Term, side: Side) -> bool:
    if side.integer and (value.op != "rat" or value.value.denominator != 1):
        return False
    low = 1 if side.lo is None else compare(value, side.lo)
    high = 1 if side.hi is None else compare(side.hi, value)
    return low >= side.lo_open and high >= side.hi_open


# Proofs.


def check_proof(
    relation: Relation, over: dict[str, list[Side]], where: list[Relation], proof: Json
) -> int:
    """Number of boxes on which the proof shows the relation; together they are the domain."""
    if not isinstance(proof, dict):
        raise Rejected("a proof is an object with a list of boxes")
    entries = listed(proof, "boxes")
    for shift in listed(proof, "shift"):
        relation, over, where = shifted(shift, relation, over, where)
    count = 0
    for corner in product(*over.values()):
        whole = dict(zip(over, corner, strict=True))
        prover = Prover(where, REASONS, FOR_EQUALITY)
        facts = prover.side_conditions(whole)
        for lemma in listed(proof, "lemmas"):
            facts = prover.lemma(whole, lemma, facts)
        boxes = [(whole, 0)]
        if len(entries) != 1 or not is_whole(entries[0], whole):
            cover = extension("proof", "boxes")
            if cover is None:
                raise Rejected("not one box that is the whole domain")
            boxes = cover(entries, whole)
        for box, index in boxes:
            try:
                check_box(relation, box, entries[index], prover, facts)
            except Rejected as reason:
                raise Rejected(f"box {index}: {reason}") from reason
        count += len(boxes)
    return count


def is_whole(entry: Json, whole: Box) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("box"), dict):
        raise Rejected("a box gives a range for each variable that it limits")
    for name, ends in entry["box"].items():
        if name not in whole or not isinstance(ends, list) or len(ends) != 2:
            return False
        own = whole[name]
        if read_end(ends[0], "-oo") is not own.lo or read_end(ends[1], "oo") is not own.hi:
            return False
    return True


def check_box(relation: Relation, box: Box, entry: Json, prover: Prover, facts: Facts) -> None:
    """Both sides are defined on the box and stand in the relation, by the entry's reason."""
    op, left, right = relation
    for lemma in listed(entry, "lemmas"):
        facts = prover.lemma(box, lemma, facts)
    reason = entry.get("why")
    if not isinstance(reason, dict):
        raise Rejected("a box has a reason")
    if reason.get("by") == "outside":  # the box is no part of the domain
        prover.prove(left, box, ">=", reason, facts)
        return
    for side in (left, right):
        prover.defined(side, box, facts)
    gap = sub(left, right)
    if op in ("<", "<="):
        gap, op = sub(right, left), op.replace("<", ">")
    elif op == "!=":
        if reason.get("side", 1) not in (1, -1):
            raise Rejected("the side of != is 1 or -1")
        gap, op = mul(number(reason.get("side", 1)), gap), ">"
    prover.prove(gap, box, op, reason, facts)


def listed(entry: dict[str, Json], key: str) -> list[Json]:
    found = entry.get(key, [])
    if not isinstance(found, list):
        raise Rejected(f"{key} is a list")
    return found


def shifted(
    shift: Json, relation: Relation, over: dict[str, list[Side]], where: list[Relation]
) -> tuple[Relation, dict[str, list[Side]], list[Relation]]:
    """The statement with x replaced by expr + x, x now the excess that where[k] says is > 0."""
    if not isinstance(shift, list) or len(shift) != 3 or shift[0] not in over:
        raise Rejected("a shift is [variable, expression, index of a side condition]")
    name, base = shift[0], read_expression(shift[1], frozenset(over) - {shift[0]})
    if type(shift[2]) is not int or not 0 <= shift[2] < len(where):
        raise Rejected("there is no such side condition")
    op, left, right = where[shift[2]]
    x = symbol(name)
    slack = sub(left, right) if op in (">", ">=") else sub(right, left)
    ratio = rational_value(mul(slack, power(sub(x, base), -1)))
    if op in ("==", "!=") or ratio is None or ratio <= 0:
        raise Rejected("the side condition does not bound the shifted variable")
    limits: list[Relation] = []
    if len(over[name]) == 1:  # else x is only known to be more than expr, which is enough
        old = over[name][0]
        if old.lo is not None:
            limits.append((">" if old.lo_open else ">=", x, old.lo))
        if old.hi is not None:
            limits.append(("<" if old.hi_open else "<=", x, old.hi))

    def moved(r: Relation) -> Relation:
        value = {name: add(base, x)}
        return r[0], substitute(r[1], value), substitute(r[2], value)

    excess = Side(number(0), None, op in ("<", ">"), True)
    return moved(relation), {**over, name: [excess]}, [moved(r) for r in (*where, *limits)]
