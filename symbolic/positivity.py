"""Certificates that a rational function is positive: factors, Bernstein, Sturm, squares.

The reasons found here are in the JSON form that `certificate.py` documents. The search is
independent of the decision procedure in `realclosed.py`; it may fail where that one succeeds.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import sympy as sp
from flint import fmpq

from symbolic.bernstein import Side, coefficients, shows
from symbolic.certificate import encode
from symbolic.elimination import Elimination, NotAlgebraic
from symbolic.formula import Poly, Quotient
from symbolic.ranges import Domain, Range
from symbolic.squares import as_squares
from symbolic.sturm import keeps_sign

Json = Any
_MOST_PIECES = 400
_DEPTH = 14


class NoCertificate(Exception):
    """The search found no certificate."""


@dataclass(frozen=True)
class Gap:
    """A side condition `poly > 0` (or >=), number `index`."""

    index: int
    poly: Poly
    strict: bool


class Certifier:
    """Looks for reasons over one domain, for relations between rational expressions."""

    def __init__(self, relation: sp.Basic, domain: Domain, deadline: float) -> None:
        """Raises `NoCertificate` for what is not rational with rational ends."""
        self.deadline = deadline
        self.pieces = 0
        self.domain = domain
        try:
            self.system = Elimination(domain, [relation, *domain.where])
            self.goal = self.system.difference(*relation.args)
            self.bottoms = [(e, self.system.quotient(e)) for e in _denominators(relation)]
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

    # --- the relation -----------------------------------------------------------------------------

    def proof(self, op: str) -> Json:
        """The proof of `lhs op rhs`; raises `NoCertificate`."""
        boxes = []
        for written, sides in self.boxes():
            lemmas = [self._lemma(e, q, sides) for e, q in self.bottoms]
            box = {"box": written, "why": self._relation(op, sides)}
            boxes.append(box | ({"lemmas": lemmas} if lemmas else {}))
        proof: dict[str, Json] = {"boxes": boxes}
        if self.shifts:
            proof["shift"] = [[name, encode(e), k] for name, e, k, _ in self.shifts]
        return proof

    def _relation(self, op: str, box: list[Side]) -> Json:
        num, den = self.moved(self.goal.num), self.moved(self.goal.den)
        if op == "==":
            if num != 0:
                raise NoCertificate("not an identity")
            return {"by": "zero"}
        if op == "!=":
            for side in (1, -1):
                try:
                    return {**self.quotient(num * side, den, box, strict=True), "side": side}
                except NoCertificate:
                    continue
            raise NoCertificate("no sign was found")
        if op in ("<", "<="):
            num = -num
        return self.quotient(num, den, box, strict=op in (">", "<"))

    def _lemma(self, written: sp.Expr, q: Quotient, box: list[Side]) -> Json:
        num, den = self.moved(q.num), self.moved(q.den)
        code = encode(written)
        for name, by, _, _ in reversed(self.shifts):
            code = _replaced(code, name, ["add", encode(by), ["sym", name]])
        side = 1 if self._sample_sign(num * den, box) >= 0 else -1
        why = self.quotient(num * side, den, box, strict=True)
        return {"expr": code, "sign": ">" if side == 1 else "<", "why": why}

    def quotient(self, num: Poly, den: Poly, box: list[Side], strict: bool) -> Json:
        """A reason for num/den > 0 (>= 0), factor by factor."""
        if num == 0:
            if strict:
                raise NoCertificate("it is zero")
            return {"by": "zero"}
        constant, factors = _factored(num, den)
        if not factors:
            if constant < 0:
                raise NoCertificate("a negative constant")
            return {"by": "sign"}
        if den.is_constant() and (len(factors) == 1 and factors[0][1] == 1):
            return self.positive(num / den.leading_coefficient(), box, strict)
        total = 1 if constant > 0 else -1
        code: list[Json] = ["mul", ["rat", str(constant)]]
        reasons: list[Json] = [{"sign": total}]
        if constant == 1:
            code, reasons = ["mul"], []
        for factor, power in factors:
            base = self.encoded(factor)
            code.append(base if power == 1 else ["pow", base, ["rat", str(power)]])
            if power % 2 == 0 and power > 0 and not strict:
                reasons.append("even")
                continue
            side = 1 if self._sample_sign(factor, box) >= 0 else -1
            why = self.positive(factor * side, box, strict or power < 0)
            reasons.append({"sign": side, "why" if power == 1 else "base": why})
            total *= 1 if power % 2 == 0 else side
        if total != 1:
            raise NoCertificate("the signs of the factors do not multiply to +")
        if len(code) == 2:
            return {"by": "rewrite", "to": code[1], "then": self._single(reasons[0], factors[0])}
        return {"by": "rewrite", "to": code, "then": {"by": "product", "factors": reasons}}

    def _single(self, reason: Json, factor: tuple[Poly, int]) -> Json:
        if reason == "even":
            return {"by": "sign"}
        raise NoCertificate("a single power of a factor")

    def _sample_sign(self, poly: Poly, box: Sequence[Side]) -> int:
        """The sign at some point of the box that meets the side conditions; 0 if it may vary."""
        for gap in self.gaps:
            ratio = _ratio(poly, gap.poly)
            if ratio is not None:
                return 1 if ratio > 0 else -1
        rng = random.Random(0)
        fallback = 0
        for _ in range(60):
            point = [side.inner(fmpq(rng.randint(1, 99), 100)) for side in box]
            value = poly(*point)
            if value == 0:
                continue
            if all(gap.poly(*point) > 0 for gap in self.gaps):
                return 1 if value > 0 else -1
            fallback = fallback or (1 if value > 0 else -1)
        return fallback

    # --- one polynomial ---------------------------------------------------------------------------

    def positive(self, poly: Poly, box: list[Side], strict: bool, depth: int = 0) -> Json:
        """A reason for poly > 0 (>= 0) on the box cut by the side conditions."""
        self.pieces += 1
        if self.pieces > _MOST_PIECES or time.monotonic() > self.deadline or depth > _DEPTH:
            raise NoCertificate("the search was too long")
        if poly.is_constant():
            if poly == 0 or poly.leading_coefficient() < 0:
                raise NoCertificate("a negative constant")
            return {"by": "sign"}
        for gap in self.gaps:
            ratio = _ratio(poly, gap.poly)
            if ratio is not None and ratio > 0 and (gap.strict or not strict):
                return {"by": "where", "where": gap.index}
        used = [i for i, degree in enumerate(poly.degrees()) if degree]
        if used[-1] >= len(self.names):
            return self._with_constants(poly, box, strict, depth, used)
        if shows(poly, box, strict):
            return {"by": "bernstein"}
        if len(used) == 1 and keeps_sign(poly, used[0], box[used[0]], strict):
            return {"by": "sturm"}
        if depth == 0:
            squares = as_squares(poly, strict, self.encoded)
            if squares is not None:
                return {"by": "rewrite", "to": squares, "then": {"by": "sign"}}
        for gap in self.gaps:
            if shows(-gap.poly, box, not gap.strict):
                return {"by": "outside", "where": gap.index, "why": {"by": "bernstein"}}
        return self._split(poly, box, strict, depth, used)

    def _with_constants(
        self, poly: Poly, box: list[Side], strict: bool, depth: int, used: list[int]
    ) -> Json:
        """Like `positive`, with pi and its kin in the coefficients: their signs by enclosure."""
        mine = len(self.names)
        if used[0] >= mine:
            return {"by": "sign"}
        found = coefficients(poly, [*box[:mine], *(None for _ in box[mine:])])
        if found is not None:
            parts: dict[tuple[int, ...], Poly] = {}
            gens = self.system.context.gens()
            for index, value in found.items():
                term = self.system.context.constant(value)
                for gen, power in zip(gens[mine:], index[mine:], strict=True):
                    term = term * gen**power
                parts[index[:mine]] = parts.get(index[:mine], 0 * term) + term
            middle = [side.inner(fmpq(1, 2)) for side in box]
            if all(part(*middle) >= 0 for part in parts.values()):
                degrees = [int(d) for d in poly.degrees()]
                terms = [
                    self._bernstein_term(index, degrees, part, box)
                    for index, part in parts.items()
                    if part != 0
                ]
                code = terms[0] if len(terms) == 1 else ["add", *terms]
                return {"by": "rewrite", "to": code, "then": {"by": "sign"}}
        return self._split(poly, box, strict, depth, [i for i in used if i < mine])

    def _bernstein_term(
        self, index: tuple[int, ...], degrees: list[int], part: Poly, box: list[Side]
    ) -> Json:
        """Coefficient times distances from the ends, written out."""
        factors: list[Json] = []
        scale = fmpq(1)
        for place, power in enumerate(index):
            side, degree, name = box[place], degrees[place], ["sym", self.names[place]]
            if not degree:
                continue
            scale *= comb(degree, power)
            above: Json = name
            if side.low is not None and side.low != 0:
                above = ["add", name, ["rat", str(-side.low)]]
            if side.high is None:
                factors += _powers(above, power)
                continue
            below = ["add", ["rat", str(side.high)], ["mul", ["rat", "-1"], name]]
            if side.low is None:
                factors += _powers(below, power)
                continue
            scale /= (side.high - side.low) ** degree
            factors += _powers(above, power) + _powers(below, degree - power)
        return ["mul", self.encoded(part * scale), *factors]

    def _split(
        self, poly: Poly, box: list[Side], strict: bool, depth: int, used: list[int]
    ) -> Json:
        place = self._direction(box, used)
        below, cut, above = box[place].halves()
        parts = [
            self.positive(poly, [*box[:place], side, *box[place + 1 :]], strict, depth + 1)
            for side in (below, above)
        ]
        return {"by": "split", "var": self.names[place], "at": str(cut), "parts": parts}

    def _direction(self, box: list[Side], used: list[int]) -> int:
        lines = [i for i in used if box[i].is_line()]
        if lines:
            return lines[0]

        def width(i: int) -> fmpq:
            side = box[i]
            if side.low is None or side.high is None:
                return fmpq(2)
            return side.high - side.low

        widest = max(used, key=width)
        if width(widest) == 0:
            raise NoCertificate("a point")
        return widest

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


def _powers(base: Json, power: int) -> list[Json]:
    if not power:
        return []
    return [base if power == 1 else ["pow", base, ["rat", str(power)]]]


def _factored(num: Poly, den: Poly) -> tuple[fmpq, list[tuple[Poly, int]]]:
    above, top = num.factor() if not num.is_constant() else (num.leading_coefficient(), [])
    below, bottom = den.factor() if not den.is_constant() else (den.leading_coefficient(), [])
    found = [(f, int(e)) for f, e in top] + [(f, -int(e)) for f, e in bottom]
    return fmpq(above) / fmpq(below), found


def _ratio(poly: Poly, other: Poly) -> fmpq | None:
    if other == 0:
        return None
    ratio = poly.leading_coefficient() / other.leading_coefficient()
    return ratio if poly == other * ratio else None


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


def _denominators(relation: sp.Basic) -> list[sp.Expr]:
    found = []
    for node in sp.preorder_traversal(relation):
        if node.is_Pow and node.exp.is_negative and node.base.is_Add and node.base not in found:
            found.append(node.base)
    return found


def _replaced(code: Json, name: str, by: Json) -> Json:
    if code == ["sym", name]:
        return by
    return [_replaced(c, name, by) if isinstance(c, list) else c for c in code]
