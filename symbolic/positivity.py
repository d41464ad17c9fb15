"""Certificates that a rational function is positive: factors, Bernstein, Sturm, squares.

The reasons found here are in the JSON form that `certificate.py` documents. The search is
independent of the decision procedure in `realclosed.py`; it may fail where that one succeeds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import comb
from typing import Any

import sympy as sp
from flint import fmpq

from symbolic import clock
from symbolic.bernstein import Side, coefficients, shows
from symbolic.certificate import encode
from symbolic.formula import Poly, Quotient
from symbolic.ranges import Domain
from symbolic.shifted import NoCertificate, Setting
from symbolic.squares import as_squares
from symbolic.sturm import keeps_sign

Json = Any
_MOST_PIECES = 400
_DEPTH = 14


class Certifier(Setting):
    """Looks for reasons over one domain, for relations between rational expressions.

    `pieces`: into how many pieces the domain may be cut.
    """

    def __init__(
        self, relation: sp.Basic, domain: Domain, deadline: float, pieces: int = _MOST_PIECES
    ) -> None:
        super().__init__(relation, domain, deadline)
        self.most = pieces

    # --- the relation -----------------------------------------------------------------------------

    def proof(self, op: str) -> Json:
        """The proof of `lhs op rhs`; raises `NoCertificate`."""
        boxes = []
        for written, sides in self.boxes():
            lemmas = [self._lemma(e, q, sides) for e, q in self.bottoms]
            lemmas += self._below(sides)
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

    def _below(self, box: list[Side]) -> list[Json]:
        """The sign of the common denominator, which the factored form divides by."""
        den = self.moved(self.goal.den)
        if den.is_constant():
            return []
        side = 1 if self._sample_sign(den, box) >= 0 else -1
        why = self.quotient(den * side, self.system.context.constant(1), box, strict=True)
        return [{"expr": self.encoded(den), "sign": ">" if side == 1 else "<", "why": why}]

    def quotient(self, num: Poly, den: Poly, box: list[Side], strict: bool) -> Json:
        """A reason for num/den > 0 (>= 0), factor by factor."""
        if num == 0:
            if strict:
                raise NoCertificate("it is zero")
            return {"by": "zero"}
        if den.is_constant():
            num, den = num / den.leading_coefficient(), self.system.context.constant(1)
        constant, factors = _factored(num)
        if not factors and den == 1:
            if constant < 0:
                raise NoCertificate("a negative constant")
            return {"by": "sign"}
        if den == 1 and len(factors) == 1 and factors[0][1] == 1:
            return self.positive(num, box, strict)
        total = 1 if constant > 0 else -1
        code: list[Json] = ["mul", ["rat", str(constant)]]
        reasons: list[Json] = [{"sign": total}]
        if constant == 1:
            code, reasons = ["mul"], []
        for factor, power in factors:
            base = self.encoded(factor)
            code.append(base if power == 1 else ["pow", base, ["rat", str(power)]])
            if power % 2 == 0 and not strict:
                reasons.append("even")
                continue
            side = 1 if self._sample_sign(factor, box) >= 0 else -1
            why = self.positive(factor * side, box, strict)
            reasons.append({"sign": side, "why" if power == 1 else "base": why})
            total *= 1 if power % 2 == 0 else side
        if den != 1:
            side = 1 if self._sample_sign(den, box) >= 0 else -1
            code.append(["pow", self.encoded(den), ["rat", "-1"]])
            reasons.append({"sign": side, "why": {"by": "sign"}})
            total *= side
        if total != 1:
            raise NoCertificate("the signs of the factors do not multiply to +")
        if len(code) == 2:
            if reasons[0] == "even" or not factors:
                return {"by": "rewrite", "to": code[1], "then": {"by": "sign"}}
            base, power = self.encoded(factors[0][0]), factors[0][1]
            why = reasons[0]["base"]
            code = ["mul", *[base] * power]
            reasons = [{"sign": reasons[0]["sign"], "why": why}] * power
        return {"by": "rewrite", "to": code, "then": {"by": "product", "factors": reasons}}

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
        if self.pieces > self.most or clock.now() > self.deadline or depth > _DEPTH:
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


def _powers(base: Json, power: int) -> list[Json]:
    if not power:
        return []
    return [base if power == 1 else ["pow", base, ["rat", str(power)]]]


def _factored(num: Poly) -> tuple[fmpq, list[tuple[Poly, int]]]:
    if num.is_constant():
        return num.leading_coefficient(), []
    constant, factors = num.factor()
    return fmpq(constant), [(factor, int(power)) for factor, power in factors]


def _ratio(poly: Poly, other: Poly) -> fmpq | None:
    if other == 0:
        return None
    ratio = poly.leading_coefficient() / other.leading_coefficient()
    return ratio if poly == other * ratio else None


def _replaced(code: Json, name: str, by: Json) -> Json:
    if code == ["sym", name]:
        return by
    return [_replaced(c, name, by) if isinstance(c, list) else c for c in code]
