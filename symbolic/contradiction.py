"""Facts that exclude each other: with weights >= 0 they add up to 0, one of them being > 0."""

from __future__ import annotations

import itertools
from typing import Any

from symbolic.known import Known, factors_of
from symbolic.weights import NoWeights, weights

Json = Any
_MOST_PAIRS = 120
_MOST_FACTS = 40
_SECONDS = 0.15


def contradiction(known: list[Known], squares: list[Known]) -> Json | None:
    """The reason for anything at all, or None: by the facts alone, then with
    products of two, squares of variables and multiples by these."""
    facts = [k for k in known if k.poly != 0][:_MOST_FACTS]
    for products in ([], [*squares, *_pairs(facts), *_multiples(facts, squares), *_cubes(facts)]):
        every = [*facts, *products]
        strict = [k.strict for k in every]
        if not any(strict) or (facts and every == facts and products):
            continue
        try:
            found = weights({}, [k.poly.to_dict() for k in every], strict, _SECONDS)
        except NoWeights:
            continue
        place = next(i for i, w in enumerate(found) if w > 0 and strict[i])
        share = found[place]
        terms: list[Json] = []
        for i, (k, w) in enumerate(zip(every, found, strict=True)):
            if i != place and w and not k.by_definition:
                terms.append(["mul", ["rat", str(w / share)], k.code])
        if not terms:
            terms = [["rat", "0"]]
        to = terms[0] if len(terms) == 1 else ["add", *terms]
        why = {"by": "rewrite", "to": to, "then": {"by": "sign"}}
        return {"by": "absurd", "expr": every[place].code, "why": why}
    return None


def _multiples(facts: list[Known], squares: list[Known]) -> list[Known]:
    found = []
    for k, square in itertools.product(facts, squares):
        if not k.by_definition:
            code = [*factors_of(k.code), square.code]
            found.append(Known(k.poly * square.poly, code, False))
    return found[:_MOST_PAIRS]


def _cubes(facts: list[Known]) -> list[Known]:
    return [
        Known(k.poly**3, ["pow", k.code, ["rat", "3"]], k.strict)
        for k in facts
        if not k.equation and not k.by_definition and k.degree() == 1 and len(k.poly.to_dict()) > 1
    ]


def _pairs(facts: list[Known]) -> list[Known]:
    found = []
    for a, b in itertools.combinations_with_replacement(facts, 2):
        if (a.equation and b.equation) or a.by_definition or b.by_definition:
            continue
        # An equation holds both ways, so that one sense of the other factor is enough.
        code = [*factors_of(a.code), b.code]
        found.append(Known(a.poly * b.poly, code, a.strict and b.strict))
        if len(found) >= _MOST_PAIRS:
            break
    return found
