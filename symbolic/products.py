"""Certificates by products: a polynomial as a combination of products of known quantities.

The numerator, times denominators of evident sign, is written as a sum of products of quantities
that are >= 0 on the domain (distances from ends of ranges, side conditions, squares) with rational
weights >= 0 (Handelman's form, low degree). The weights come from exact linear programming, and
the checker sees each term's sign by enclosure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq

from symbolic.certificate import encode
from symbolic.elimination import NotAlgebraic
from symbolic.formula import Poly
from symbolic.multiples import Tried, by_squares
from symbolic.shifted import NoCertificate, Setting
from symbolic.weights import NoWeights, weights

Json = Any
_MOST_PRODUCTS = 500
_MOST_GAP_TERMS = 60
_MOST_ROOTS = 10
_SIGN: Json = {"by": "sign"}


@dataclass(frozen=True)
class Known:
    """A polynomial that is >= 0 (> 0 when `strict`) on the domain, and how to write it so."""

    poly: Poly
    code: Json
    strict: bool
    square: bool = False
    equation: int = 0  # 1 or -1 for the two sides of an equation

    def degree(self) -> int:
        return int(self.poly.total_degree())


class Products(Setting):
    """Looks for such combinations over one domain; no variable is shifted."""

    def _choose_shifts(self) -> None:
        """The side conditions are used as they are written."""

    def proof(
        self, op: str, more: bool = True, squares: bool = True, tried: Tried | None = None
    ) -> Json:
        """The proof of `lhs op rhs`, by a linear combination of products or by squares.

        `more`: products of higher degree than the claim are tried last. `tried`: what
        `by_squares` has tried in vain. Raises `NoCertificate`.
        """
        self.more, self.squares, self.tried = more, squares, tried
        if op in ("==", "!=") or any(len(u) > 1 for u in self.domain.ranges.values()):
            raise NoCertificate("only inequalities over one box")
        self.times: Json | None = None
        known = self._known()
        lemmas = list(self._irrational)
        for written, q in self.bottoms:
            if q.num.is_constant():
                continue
            side = self._evident(q.num, known) * self._evident(q.den, known)
            why = {"by": "rewrite", "to": self._signed(q.num, known), "then": _SIGN}
            if not side or not q.den.is_constant():
                raise NoCertificate("the sign of a denominator is not evident")
            lemmas.append({"expr": encode(written), "sign": ">" if side > 0 else "<", "why": why})
        num = -self.goal.num if op in ("<", "<=") else self.goal.num
        code = self._quotient(num, self.goal.den, known, strict=op in ("<", ">"))
        why = {"by": "rewrite", "to": code, "then": _SIGN}
        if self.times is not None:
            why = {"by": "multiplier", "times": self.times, "then": why}
        box = {"box": {}, "why": why}
        return {"boxes": [box | ({"lemmas": lemmas} if lemmas else {})]}

    # --- what is known ----------------------------------------------------------------------------

    def _known(self) -> list[Known]:
        self._irrational: list[Json] = []
        context = self.system.context
        found = [Known(p, c, s) for p, c, s in self._ends()]
        for w, near in zip(list(context.gens())[len(self.names) :], self.spare, strict=True):
            code = self.encoded(w)
            for end, sign in ((_below(near.low), 1), (_above(near.low), -1)):
                poly = sign * (w - end)
                found.append(Known(poly, _distance(code, end, sign), strict=True))
        for condition in self.domain.where:
            if isinstance(condition, sp.Eq):
                q = self.system.difference(*condition.args)
                if q.den.is_constant():
                    found += _both_ways(condition, q.num / q.den.leading_coefficient())
                continue
            if not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
                continue
            literal = ["add", encode(condition.gts), ["mul", ["rat", "-1"], encode(condition.lts)]]
            q = self.system.difference(condition.gts, condition.lts)
            strict = isinstance(condition, sp.Gt | sp.Lt)
            side = self._evident(q.den, found)
            if q.den.is_constant():
                found.append(Known(q.num / q.den.leading_coefficient(), literal, strict))
            elif side > 0:
                code = ["mul", self._signed(q.den, found), literal]
                found.append(Known(q.num, code, strict))
        return found

    def _ends(self) -> Iterator[tuple[Poly, Json, bool]]:
        for (symbol, union), gen in zip(
            self.domain.ranges.items(), self.system.context.gens(), strict=False
        ):
            r, code = union[0], ["sym", symbol.name]
            for end, sign, strict in ((r.low, 1, r.low_open), (r.high, -1, r.high_open)):
                if end.is_Rational:
                    value = fmpq(int(end.p), int(end.q))
                    yield sign * (gen - value), _distance(code, value, sign), strict
                elif end.is_finite:
                    gap = self._from_irrational(gen, end)
                    if gap is not None:
                        written = [code, ["mul", ["rat", "-1"], encode(end)]]
                        if sign < 0:
                            written = [["mul", ["rat", "-1"], code], encode(end)]
                        self._irrational.append(_lemma(["add", *written], symbol, sign, strict))
                        yield sign * gap, ["add", *written], strict

    def _from_irrational(self, gen: Poly, end: sp.Expr) -> Poly | None:
        """gen - end, where the relation itself has what the end is made of (such as pi)."""
        before = len(self.system.constants)
        try:
            q = self.system.quotient(end)
        except NotAlgebraic:
            return None
        if len(self.system.constants) != before or not q.den.is_constant():
            return None
        return gen - q.num / q.den.leading_coefficient()

    def _evident(self, poly: Poly, known: list[Known]) -> int:
        """1 or -1 where the polynomial's sign is strict and plain to see, else 0."""
        if poly.is_constant():
            return (1 if poly.leading_coefficient() > 0 else -1) if poly != 0 else 0
        constant, factors = poly.factor()
        total = 1 if constant > 0 else -1
        for factor, power in factors:
            side = self._factor_sign(factor, known)
            if not side:
                return 0
            total *= side if power % 2 else 1
        return total

    def _factor_sign(self, factor: Poly, known: list[Known]) -> int:
        for k in known:
            for side in (1, -1):
                if k.strict and _positive_multiple(factor * side, k.poly) is not None:
                    return side
        names = [str(g) for g in self.system.context.gens()]
        strict, loose = self._signs(names)
        sure = 0
        for exponents, coefficient in factor.to_dict().items():
            used = [n for n, power in zip(names, exponents, strict=True) if power]
            odd = [n for n, power in zip(names, exponents, strict=True) if power % 2]
            constants = set(names[len(self.names) :])
            if not set(odd) <= loose | constants:
                return 0
            side = 1 if coefficient > 0 else -1
            if sure and side != sure // abs(sure):
                return 0
            whole = set(used) <= strict | constants
            sure = side * max(abs(sure), 2 if whole else 1)
        return sure // 2 if abs(sure) == 2 else 0

    def _signs(self, names: list[str]) -> tuple[set[str], set[str]]:
        """The names of the variables that are > 0, and of those that are >= 0."""
        strict, loose = set(), set()
        for name, union in zip(names, self.domain.ranges.values(), strict=False):
            low, is_open = union[0].low, union[0].low_open
            if low.is_positive or (low == 0 and is_open):
                strict.add(name)
            if low.is_nonnegative:
                loose.add(name)
        return strict, loose

    def _signed(self, poly: Poly, known: list[Known]) -> Json:
        """The polynomial in a form whose sign an enclosure sees."""
        if poly.is_constant():
            return self.encoded(poly)
        constant, factors = poly.factor()
        codes: list[Json] = [["rat", str(constant)]] if constant != 1 else []
        for factor, power in factors:
            base = self.encoded(factor)
            for k, side in itertools.product(known, (1, -1)):
                ratio = _positive_multiple(factor * side, k.poly) if k.strict else None
                if ratio is not None:
                    base = ["mul", ["rat", str(side * ratio)], k.code]
                    break
            codes.append(base if power == 1 else ["pow", base, ["rat", str(int(power))]])
        return codes[0] if len(codes) == 1 else ["mul", *codes]

    # --- the combination --------------------------------------------------------------------------

    def _quotient(self, num: Poly, den: Poly, known: list[Known], strict: bool) -> Json:
        side = self._evident(den, known)
        if num == 0 and not strict:
            return ["rat", "0"]
        if not side or num == 0:
            raise NoCertificate("the sign of the denominator is not evident")
        outer: list[Json] = []
        if not den.is_constant():
            outer.append(["pow", self._signed(den, known), ["rat", "-1"]])
        rest = num / den.leading_coefficient() if den.is_constant() else num
        if not den.is_constant() and side < 0:
            outer[0] = ["mul", ["rat", "-1"], outer[0]]
            rest = -rest
        constant, factors = rest.factor()
        inner = self.system.context.constant(constant)
        for factor, power in factors:
            sign = self._factor_sign(factor, known)
            if sign:
                outer.append(self._signed(factor**power * (sign if power % 2 else 1), known))
                inner = inner * (sign if power % 2 else 1)
            elif power % 2 == 0 and not strict:
                outer.append(["pow", self.encoded(factor), ["rat", str(int(power))]])
            else:
                inner = inner * factor**power
        code = self._combination(inner, known, strict)
        return ["mul", *outer, code] if outer else code

    def _combination(self, target: Poly, known: list[Known], strict: bool) -> Json:
        if target.is_constant():
            if target.leading_coefficient() < 0:
                raise NoCertificate("a negative constant")
            return self.encoded(target)
        if len(target.to_dict()) > _MOST_GAP_TERMS:
            raise NoCertificate("too many terms")
        products = self._products(target, known, 0)
        try:
            weights = _weights(target, products, strict)
        except NoCertificate:
            code = self._squares_form(target, known, strict) if self.squares else None
            if code is not None:
                return code
            if not self.more:
                raise
            products = self._products(target, known, 1)
            weights = _weights(target, products, strict)
        terms = [
            ["mul", ["rat", str(weight)], k.code]
            for weight, k in zip(weights, products, strict=True)
            if weight
        ]
        if not terms:
            raise NoCertificate("an empty combination")
        return terms[0] if len(terms) == 1 else ["add", *terms]

    def _squares_form(self, target: Poly, known: list[Known], strict: bool) -> Json | None:
        """The target by Gram matrices; `times` is then what the relation was multiplied by."""
        mine = len(self.names)
        if any(target.degrees()[mine:]):
            return None
        rational = [k for k in known if not any(k.poly.degrees()[mine:])]
        plain = not self.domain.where and not any(
            r.integer for union in self.domain.ranges.values() for r in union
        )
        found = by_squares(target, rational, strict, self.encoded, self.deadline, plain, self.tried)
        if found is None:
            return None
        code, self.times = found
        return code

    def _products(self, target: Poly, known: list[Known], more: int) -> list[Known]:
        """Products of the quantities, of at most the target's degrees (in each variable, in all).

        `more` is added to both, for products that cancel.
        """
        one = Known(self.system.context.constant(1), ["rat", "1"], True)
        degree = int(target.total_degree()) + more
        each = [int(d) + (more if d else 0) for d in target.degrees()]
        every = [*known, *self._squares(target)]

        # The degrees of a product are the sums of the degrees, in each variable and in all.
        most = np.array([*each, degree])
        sizes = np.array([[*map(int, k.poly.degrees()), k.degree()] for k in every])
        sizes = sizes.reshape(len(every), len(most))
        found, layer = [one], [(one, 0, 0 * most)]
        while layer and len(found) < _MOST_PRODUCTS:
            following = []
            pairs = (
                (product, first + int(step), size + sizes[first + step])
                for product, first, size in layer
                for step in np.flatnonzero((sizes[first:] <= most - size).all(axis=1))
            )
            for product, place, total in pairs:
                k = every[place]
                if k.square and product.square:
                    continue
                poly = product.poly * k.poly
                code = k.code if product is one else [*_factors(product.code), k.code]
                strictly = product.strict and k.strict
                made = Known(poly, code, strictly, product.square or k.square)
                following.append((made, place, total))
                if len(found) + len(following) >= _MOST_PRODUCTS:
                    break
            found += [k for k, _, _ in following]
            layer = following
        return found

    def _squares(self, target: Poly) -> Iterator[Known]:
        """Squares of, and of sums and differences of, the roots of the even monomials."""
        gens = list(self.system.context.gens())
        roots: dict[str, Poly] = {}
        for exponents in target.to_dict():
            mine = exponents[: len(self.names)]
            if any(mine) and all(int(power) % 2 == 0 for power in mine):
                root = self.system.context.constant(1)
                for gen, power in zip(gens, mine, strict=False):
                    root = root * gen ** (int(power) // 2)
                roots[str(root)] = root
        single = list(roots.values())[:_MOST_ROOTS]
        pairs = [u + s * v for u, v in itertools.combinations(single, 2) for s in (1, -1)]
        for root in [*single, *pairs]:
            code = ["pow", self.encoded(root), ["rat", "2"]]
            yield Known(root**2, code, False, square=True)


def _both_ways(condition: sp.Eq, gap: Poly) -> list[Known]:
    """An equation as two inequalities."""
    left, right = (encode(side) for side in condition.args)
    return [
        Known(gap, ["add", left, ["mul", ["rat", "-1"], right]], False, equation=1),
        Known(-gap, ["add", right, ["mul", ["rat", "-1"], left]], False, equation=-1),
    ]


def _factors(code: Json) -> Json:
    return code if code[0] == "mul" and code[1][0] != "rat" else ["mul", code]


def _distance(code: Json, end: fmpq, sign: int) -> Json:
    """sign * (code - end), written so that its enclosure is sharp."""
    if end == 0 and sign == 1:
        return code
    moved = code if sign == 1 else ["mul", ["rat", "-1"], code]
    return moved if end == 0 else ["add", moved, ["rat", str(-sign * end)]]


def _lemma(code: Json, symbol: sp.Symbol, sign: int, strict: bool) -> Json:
    """The distance from an irrational end is >= 0: an enclosure alone cannot tell."""
    why = {"by": "monotone", "var": symbol.name, "direction": sign, "then": {"by": "zero"}}
    return {"expr": code, "sign": ">" if strict else ">=", "why": why}


def _below(value: fmpq) -> fmpq:
    return fmpq((value * 1000).floor(), 1000)


def _above(value: fmpq) -> fmpq:
    return fmpq((value * 1000).ceil(), 1000)


def _positive_multiple(poly: Poly, other: Poly) -> fmpq | None:
    """c > 0 with poly = c * other, or None."""
    if other == 0 or poly == 0:
        return None
    ratio = poly.leading_coefficient() / other.leading_coefficient()
    return ratio if ratio > 0 and poly == other * ratio else None


def _weights(target: Poly, products: list[Known], strict: bool) -> list[fmpq]:
    """Rational weights >= 0 whose combination of the products is the target."""
    try:
        return weights(
            target.to_dict(),
            [k.poly.to_dict() for k in products],
            [k.strict for k in products] if strict else None,
        )
    except NoWeights as reason:
        raise NoCertificate(str(reason)) from None
