"""Certificates by squares: a polynomial, or a multiple of it, as `sums_of_squares.py` writes it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flint import fmpq

from symbolic import clock
from symbolic.formula import Poly
from symbolic.sums_of_squares import Factor, Form, sum_of_squares

Json = Any
_MOST_FACTORS = 40
_MOST_SECONDS = 1.0  # for one form


class Quantity(Protocol):
    """A polynomial that is >= 0 on the domain, written as `code`; `equation`: +1 or -1 if = 0."""

    @property
    def poly(self) -> Poly: ...
    @property
    def code(self) -> Json: ...
    @property
    def strict(self) -> bool: ...
    @property
    def equation(self) -> int: ...


@dataclass
class Tried:
    """What was tried in vain over one domain, and when the time for more is up."""

    failed: set[Any] = field(default_factory=set)
    until: float = float("inf")  # of `clock.now()`

    def allow(self, seconds: float) -> None:
        self.until = clock.now() + seconds

    @property
    def cut_short(self) -> bool:
        return clock.now() > self.until


def by_squares(
    target: Poly,
    known: Sequence[Quantity],
    strict: bool,
    encoded: Callable[[Poly], Json],
    deadline: float,
    vanishing: bool,
    tried: Tried | None = None,
) -> tuple[Json, Json | None] | None:
    """(what the target is written as, the multiplier that it was multiplied by or None), or None.

    A multiplier that is positive is divided out again; one that may vanish is only tried where
    `vanishing` allows it, and is handed back for the checker's rule about multipliers. `tried`
    keeps what was tried in vain to its end, over one domain, and is not tried again.
    """
    tried = tried or Tried()
    until = min(deadline, tried.until, clock.now() + _MOST_SECONDS)
    degree = int(target.total_degree())
    equations = [Factor(k.poly, False, k.code) for k in known if k.equation > 0]
    usable = [k for k in known if not k.equation]
    one = Factor(target.context().constant(1), True, None)

    def search(
        poly: Poly, factors: list[Factor], loose: bool = False, more: int = 0
    ) -> Form | None:
        key = (str(poly), len(factors), strict, loose, more)
        if key in tried.failed or clock.now() > until:
            return None
        form = sum_of_squares(poly, factors, equations, strict, until, loose, more)
        if form is None and clock.now() < until:
            tried.failed.add(key)
        return form

    form = search(target, [one])
    if form is not None:
        return _written(form, encoded), None
    near, far = ([one, *_products(usable, degree + more)] for more in (0, 2))
    mixed = any(sum(1 for d in k.poly.degrees() if d) > 1 for k in usable)
    positive = [(k.poly, True, k.code) for k in usable if k.strict]
    others = [(poly, sure, encoded(poly)) for poly, sure in _multipliers(target, usable)]
    for loose in (False, True) if mixed else (False,):
        if usable:
            form = search(target, near, loose)
            if form is not None:
                return _written(form, encoded), None
        for times, sure, written in [*others, *positive]:
            if clock.now() > deadline or not (sure or (vanishing and not strict)):
                continue
            form = search(target * times, far, loose)
            if form is None:
                continue
            code = _written(form, encoded)
            if sure:
                return ["mul", ["pow", written, ["rat", "-1"]], code], None
            return code, written
    if mixed:
        # Products of higher degree, whose highest terms cancel.
        form = search(target, far, True, 2)
        if form is not None:
            return _written(form, encoded), None
    return None


def _products(known: Sequence[Quantity], degree: int) -> list[Factor]:
    """Products of different quantities of at most the degree, short ones first."""
    found: list[Factor] = []
    for size in range(1, len(known) + 1):
        before = len(found)
        for chosen in itertools.combinations(known, size):
            if sum(int(k.poly.total_degree()) for k in chosen) > degree:
                continue
            poly = chosen[0].poly
            for k in chosen[1:]:
                poly = poly * k.poly
            if len(found) < _MOST_FACTORS:
                code = chosen[0].code if size == 1 else ["mul", *(k.code for k in chosen)]
                found.append(Factor(poly, all(k.strict for k in chosen), code))
        if len(found) == before:
            break
    return found


def _multipliers(target: Poly, known: Sequence[Quantity]) -> Iterator[tuple[Poly, bool]]:
    """Polynomials that are >= 0 on the domain, and whether they certainly are > 0 there."""
    gens = list(target.context().gens())
    used = [g for g, d in zip(gens, target.degrees(), strict=True) if d]
    if not used:
        return
    sums = {sum(int(e) for e in m) for m in target.to_dict()}
    homogeneous = len(sums) == 1
    above = {str(g): k for g in used for k in known if k.poly == g}
    zero = target.context().constant(0)
    line = sum(used, zero)
    ring = sum((g * g for g in used), zero)
    if homogeneous:
        sure = any(k.strict for k in above.values())
        if len(above) == len(used):
            yield line, sure
        yield ring, sure
    else:
        if len(above) == len(used):
            yield line + 1, True
        yield ring + 1, True


def _written(form: Form, encoded: Callable[[Poly], Json]) -> Json:
    terms: list[Json] = []
    for term in form.terms:
        factors: list[Json] = [["rat", str(term.weight)]] if term.weight != fmpq(1) else []
        label = term.factor.label
        if label is not None:
            factors += label[1:] if label[0] == "mul" and label[1][0] != "rat" else [label]
        if term.root is not None:
            factors.append(["pow", encoded(term.root), ["rat", "2"]])
        terms.append(_product(factors))
    for factor, multiple in form.multiples:
        if factor.label is not None:  # else zero for the checker as well
            terms.append(_product([encoded(multiple), factor.label]))
    return terms[0] if len(terms) == 1 else ["add", *terms]


def _product(factors: list[Json]) -> Json:
    if not factors:
        return ["rat", "1"]
    return factors[0] if len(factors) == 1 else ["mul", *factors]
