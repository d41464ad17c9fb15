"""Random changes of good certificates: whatever the checker still accepts holds numerically."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from certificates_by_hand import TRUE, made

from symbolic.decoding import decode
from symbolic.recheck import recheck
from symbolic.recheck.statement import digest
from symbolic.recheck.text import statement_text

Json = Any
MUTANTS, POINTS = 40, 12
ALIKE = (
    ("add", "mul", "max", "min"),
    ("sin", "cos", "exp", "log", "abs", "tan", "sinh", "cosh", "tanh", "atan", "erf"),
    ("<", "<=", ">", ">=", "==", "!="),
)
FAILS = {
    "<": lambda gap: gap >= 0,
    "<=": lambda gap: gap > 0,
    ">": lambda gap: gap <= 0,
    ">=": lambda gap: gap < 0,
    "==": lambda gap: gap != 0,
    "!=": lambda gap: gap == 0,
}


def places(tree: Json, path: tuple = ()) -> Iterator[tuple]:
    """The paths to all parts of a tree but the whole."""
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield (*path, key)
        if isinstance(tree[key], dict | list):
            yield from places(tree[key], (*path, key))


def number(text: Json) -> bool:
    try:
        Fraction(text)
    except (TypeError, ValueError, ZeroDivisionError):
        return False
    return isinstance(text, str)


def changed(value: Json, chance: random.Random) -> Json:
    """Something of the same kind, or None where there is nothing to change."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-1, 1))
    if number(value):
        x = Fraction(value)
        return str(chance.choice((x + 1, -x, 2 * x, x / 2, x + Fraction(1, 1000), Fraction(0))))
    for group in ALIKE:
        if value in group:
            return chance.choice([head for head in group if head != value])
    if isinstance(value, dict) and "by" in value:
        return {"by": chance.choice(("sign", "zero", "bernstein"))}
    if isinstance(value, list) and len(value) > 2:
        found = list(value)
        i, j = chance.sample(range(1, len(found)), 2)
        if chance.random() < 0.5:
            found[i], found[j] = found[j], found[i]
        else:
            found.pop(i)
        return found
    return None


def mutant(certificate: dict[str, Json], chance: random.Random) -> dict[str, Json] | None:
    """The certificate with one change, its digest and text made to fit."""
    found = copy.deepcopy(certificate)
    part = found[chance.choice(("statement", "statement", "body"))]
    path = chance.choice(list(places(part)))
    for key in path[:-1]:
        part = part[key]
    value = changed(part[path[-1]], chance)
    if value is None or value == part[path[-1]]:
        return None
    part[path[-1]] = value
    try:
        found["text"] = statement_text(found["statement"])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
    found["digest"] = digest(found["statement"])
    return found


def drawn(domain: Json, chance: random.Random) -> sp.Expr | None:
    """A point of a domain; None where it has none."""
    head, args = domain[0], domain[1:]
    if head == "union":
        return drawn(chance.choice(args), chance)
    if head == "points":
        return decode(chance.choice(args))
    ends = [None if "oo" in end else sp.S(end) if number(end) else decode(end) for end in args[:2]]
    low, high = ends
    if head == "integers":
        start = -5 if low is None else low
        return start + chance.randint(0, 12 if high is None else max(0, int(high - start)))
    share = sp.Rational(chance.randint(1, 999), 1000)
    if low is not None and high is not None:
        return low + share * (high - low) if low <= high else None
    away = share * chance.choice((sp.Rational(1, 10), 1, 20))
    return low + away if low is not None else high - away if high is not None else 4 * away - 30


def value(tree: Json, at: dict[str, sp.Expr]) -> mpmath.mpf | Fraction | None:
    """The value at a point, exact or to 40 digits; None where it is no real number."""
    found = decode(tree).subs({sp.Symbol(k, real=True): v for k, v in at.items()}).doit()
    if found.is_Rational:
        return Fraction(int(found.p), int(found.q))
    found = sp.N(found, 40)
    return mpmath.mpf(found) if found.is_Float else None


def holds(relation: Json, at: dict[str, sp.Expr]) -> bool:
    sides = [value(side, at) for side in relation[1:]]
    if None in sides:
        return False
    if all(isinstance(side, Fraction) for side in sides):
        return not FAILS[relation[0]](sides[0] - sides[1])
    left, right = (mpmath.mpmathify(side) for side in sides)
    close = abs(left - right) < mpmath.mpf(10) ** -12 * (1 + abs(left))
    return not FAILS[relation[0]](left - right) or (close and relation[0] != "!=")


@pytest.mark.parametrize("name", TRUE)
def test_an_accepted_mutant_holds_at_random_points(name: str) -> None:
    chance = random.Random(name)
    certificate = made(TRUE[name])
    for _ in range(MUTANTS):
        found = mutant(certificate, chance)
        if found is None or not recheck(found, seconds=5).ok:
            continue
        statement = found["statement"]
        for _ in range(POINTS if statement != certificate["statement"] else 1):
            at = {symbol: drawn(domain, chance) for symbol, domain in statement["over"].items()}
            assert None not in at.values(), "an empty domain"
            if all(relation[0] != "==" and holds(relation, at) for relation in statement["where"]):
                assert all(holds(relation, at) for relation in statement["relations"]), (at, found)
