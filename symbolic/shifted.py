"""A domain as certificates see it: side conditions, shifted variables, boxes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import fmpq

from symbolic.bernstein import Side
from symbolic.certificate import encode
from symbolic.elimination import Elimination, NotAlgebraic
from symbolic.formula import Poly, Quotient
from symbolic.ranges import Domain, Range

Json = Any


class NoCertificate(Exception):
    """The search found no certificate."""


@dataclass(frozen=True)
class Gap:
    """A side condition `poly > 0` (or >=), number `index`."""

    index: int
    poly: Poly
    strict: bool


class Setting:
    """One rational relation over one domain, in the variables that a certificate uses."""

    def __init__(self, relation: sp.Basic, domain: Domain, deadline: float) -> None:
        """Raises `NoCertificate` for what is not rational with rational ends."""
        self.deadline = deadline
        self.pieces = 0
        self.domain = domain
        try:
            self.system = Elimination(domain, [relation, *domain.where])
            self.goal = self.system.difference(*relation.args)
            self.bottoms = [(e, self.system.quotient(e)) for e in denominators(relation)]
            gaps = [
                (k, c, self.system.difference(*c.args))
                for k, c in enumerate(domain.where)
                if isinstance(c, sp.core.relational.Relational)
            ]
        except NotAlgebraic as reason:
            raise NoCertificate(str(reason)) from None
        if set(self.system.meaning) - set(self.system.constants):
            raise NoCertificate("roots or pieces occur")
        self.names = [s.name for s in self.system.symbols]
        every = [str(gen) for gen in self.system.context.gens()]
        self.written = [["sym", name] for name in self.names] + [
            encode(self.system.constants[w]) if w in self.system.constants else ["rat", "0"]
            for w in every[len(self.names) :]
        ]
        self.spare = [_near(self.system.constants.get(w)) for w in every[len(self.names) :]]
        self.shifts: list[tuple[str, sp.Expr, int, bool]] = []
        self.images = list(self.system.context.gens())
        self._choose_shifts()
        self.gaps = [self._gap(k, c, q) for k, c, q in gaps if _is_gap(c, q)]

    # --- shifts -----------------------------------------------------------------------------------

    def _choose_shifts(self) -> None:
        """`x > expr` lets x stand for the excess over expr, where x has no upper bound."""
        taken: set[sp.Symbol] = set()
        for k, condition in enumerate(self.domain.where):
            if not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
                continue
            larger, smaller = condition.gts, condition.lts
            union = self.domain.ranges.get(larger)
            if union is None or len(union) != 1 or union[0].high != sp.oo or union[0].integer:
                continue
            if larger in taken or larger in smaller.free_symbols or taken & smaller.free_symbols:
                continue
            below = self.system.quotient(smaller)
            if not below.den.is_constant() or any(larger in s[1].free_symbols for s in self.shifts):
                continue
            taken.add(larger)
            place = self.system.symbols.index(larger)
            gen = self.system.context.gens()[place]
            image = below.num / below.den.leading_coefficient() + gen
            self.images = [i.compose(*self._only(place, image)) for i in self.images]
            strict = isinstance(condition, sp.Gt | sp.Lt)
            self.shifts.append((larger.name, smaller, k, strict))

    def _only(self, place: int, image: Poly) -> list[Poly]:
        gens = list(self.system.context.gens())
        gens[place] = image
        return gens

    def moved(self, poly: Poly) -> Poly:
        """In the shifted variables."""
        return poly.compose(*self.images) if self.shifts else poly

    def _gap(self, k: int, condition: sp.Basic, q: Quotient) -> Gap:
        sign = 1 if isinstance(condition, sp.Gt | sp.Ge) else -1
        scale = fmpq(sign) / q.den.leading_coefficient()
        strict = isinstance(condition, sp.Gt | sp.Lt)
        return Gap(k, self.moved(q.num) * scale, strict)

    # --- boxes ------------------------------------------------------------------------------------

    def boxes(self) -> Iterator[tuple[dict[str, Json], list[Side]]]:
        """(the box as JSON, its sides), over the products of single ranges."""
        shifted = {name: strict for name, _, _, strict in self.shifts}
        choices: list[list[tuple[Json, Side]]] = []
        for symbol, union in self.domain.ranges.items():
            if symbol.name in shifted:
                side = Side(fmpq(0), None, shifted[symbol.name], True)
                choices.append([(None, side)])
                continue
            many = len(union) > 1
            choices.append([(_ends(r) if many else None, _side(r)) for r in union])
        for choice in itertools.product(*choices):
            named = zip(self.names, choice, strict=True)
            yield {n: ends for n, (ends, _) in named if ends}, [s for _, s in choice] + self.spare

    def encoded(self, poly: Poly) -> Json:
        """The polynomial as an expression in the statement's symbols."""
        terms = []
        for exponents, coefficient in poly.to_dict().items():
            factors: list[Json] = [["rat", str(coefficient)]] if coefficient != 1 else []
            for symbol, power in zip(self.written, exponents, strict=True):
                if power:
                    factors.append(symbol if power == 1 else ["pow", symbol, ["rat", str(power)]])
            if not factors:
                factors = [["rat", "1"]]
            terms.append(factors[0] if len(factors) == 1 else ["mul", *factors])
        return terms[0] if len(terms) == 1 else ["add", *terms]


def _is_gap(condition: sp.Basic, q: Quotient) -> bool:
    return isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le) and bool(q.den.is_constant())


def _near(constant: sp.Expr | None) -> Side:
    """A point, where a constant is about; only ever used to guess signs."""
    value = sp.Rational(str(sp.N(constant, 40))) if constant is not None else sp.Integer(0)
    return Side(fmpq(int(value.p), int(value.q)), fmpq(int(value.p), int(value.q)))


def _rational(end: sp.Expr) -> fmpq | None:
    if end in (sp.oo, -sp.oo):
        return None
    if not end.is_Rational:
        raise NoCertificate("an end of a range is irrational")
    return fmpq(int(end.p), int(end.q))


def _side(r: Range) -> Side:
    return Side(_rational(r.low), _rational(r.high), r.low_open, r.high_open)


def _ends(r: Range) -> list[str]:
    return [str(r.low), str(r.high)]


def denominators(relation: sp.Basic) -> list[sp.Expr]:
    found = []
    for node in sp.preorder_traversal(relation):
        if node.is_Pow and node.exp.is_negative and node.base.is_Add and node.base not in found:
            found.append(node.base)
    return found
