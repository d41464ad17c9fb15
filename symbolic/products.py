"""Certificates by products: a polynomial as a combination of products of known quantities.

The numerator, times denominators of evident sign, is written as a sum of products of quantities
that are >= 0 on the domain (distances from ends of ranges, side conditions, squares) with rational
weights >= 0 (Handelman's form, low degree). The weights come from exact linear programming, and
the checker sees each term's sign by enclosure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp
from flint import fmpq

from symbolic.abstraction import Abstraction
from symbolic.certificate import encode
from symbolic.elimination import NotAlgebraic
from symbolic.formula import Poly
from symbolic.known import (
    Known,
    above,
    below,
    both_ways,
    distance,
    factors_of,
    further,
    lemma,
    positive_multiple,
    squares,
    weights_of,
)
from symbolic.matching import Fact, Signs, combination, row_of
from symbolic.multiples import Tried, by_squares
from symbolic.ranges import Domain
from symbolic.shifted import NoCertificate, Setting

Json = Any
_MOST_PRODUCTS = 500
_MOST_GAP_TERMS = 60
_SIGN: Json = {"by": "sign"}


class Products(Setting):
    """Looks for such combinations over one domain; no variable is shifted.

    `parts`: what some variables stand for.
    """

    def __init__(
        self,
        relation: sp.Basic,
        domain: Domain,
        deadline: float,
        parts: Abstraction | None = None,
    ) -> None:
        self.parts, self.literals, self.whole = parts, domain.where, False
        if parts is not None:
            relation, domain = parts.relation, parts.domain
        super().__init__(relation, domain, deadline)

    def _choose_shifts(self) -> None:
        """The side conditions are used as they are written."""

    def proof(
        self,
        op: str,
        more: bool = True,
        squares: bool = True,
        tried: Tried | None = None,
        matching: bool = False,
        whole: bool = False,
    ) -> Json:
        """The proof of `lhs op rhs`, by a linear combination of products or by squares.

        `more`: products of higher degree than the claim are tried last. `tried`: what
        `by_squares` has tried in vain. `matching`: weights are looked for among the monomials
        too. `whole`: no factors are taken out before. Raises `NoCertificate`.
        """
        self.whole = whole
        self.more, self.squares, self.tried, self.matching = more, squares, tried, matching
        if op in ("==", "!=") or any(len(u) > 1 for u in self.domain.ranges.values()):
            raise NoCertificate("only inequalities over one box")
        self.times: Json | None = None
        known = self.known()
        lemmas = list(self._lemmas)
        for written, q in self.bottoms:
            if q.num.is_constant():
                continue
            side = self.evident(q.num, known) * self.evident(q.den, known)
            why = {"by": "rewrite", "to": self.signed(q.num, known), "then": _SIGN}
            if not side or not q.den.is_constant():
                raise NoCertificate("the sign of a denominator is not evident")
            lemmas.append({"expr": encode(written), "sign": ">" if side > 0 else "<", "why": why})
        num = -self.goal.num if op in ("<", "<=") else self.goal.num
        code = self._quotient(num, self.goal.den, known, strict=op in ("<", ">"))
        why = {"by": "rewrite", "to": code, "then": _SIGN}
        if self.times is not None:
            why = {"by": "multiplier", "times": self.times, "then": why}
        box = {"box": {}, "why": why}
        proof = {"boxes": [box | ({"lemmas": lemmas} if lemmas else {})]}
        return proof if self.parts is None else self.parts.written(proof)

    # --- what is known ----------------------------------------------------------------------------

    def known(self) -> list[Known]:
        """What is >= 0 on the domain."""
        self._lemmas: list[Json] = []
        context = self.system.context
        found = [Known(p, c, s) for p, c, s in self._ends()]
        for w, near in zip(list(context.gens())[len(self.names) :], self.spare, strict=True):
            code = self.encoded(w)
            for end, sign in ((below(near.low), 1), (above(near.low), -1)):
                poly = sign * (w - end)
                found.append(Known(poly, distance(code, end, sign), strict=True))
        for condition, given in zip(self.domain.where, self.literals, strict=True):
            if isinstance(condition, sp.Eq):
                q = self.system.difference(*condition.args)
                if q.den.is_constant():
                    found += both_ways(given, q.num / q.den.leading_coefficient())
                elif self.evident(q.den, found):
                    found += both_ways(given, q.num, self.signed(q.den, found))
                continue
            if not isinstance(condition, sp.Gt | sp.Ge | sp.Lt | sp.Le):
                continue
            literal = ["add", encode(given.gts), ["mul", ["rat", "-1"], encode(given.lts)]]
            q = self.system.difference(condition.gts, condition.lts)
            strict = isinstance(condition, sp.Gt | sp.Lt)
            side = self.evident(q.den, found)
            if q.den.is_constant():
                found.append(Known(q.num / q.den.leading_coefficient(), literal, strict))
            elif side > 0:
                code = ["mul", self.signed(q.den, found), literal]
                found.append(Known(q.num, code, strict))
        return [*found, *self._by_definition()]

    def _by_definition(self) -> Iterator[Known]:
        if self.parts is None:
            return
        for zero in self.parts.zeros:
            yield Known(self.system.quotient(zero).num, None, False, equation=1, by_definition=True)
        for fact, why in self.parts.facts:
            q = self.system.quotient(fact)
            if q.den.is_constant():
                code = encode(fact)
                self._lemmas.append({"expr": code, "sign": ">=", "why": why})
                yield Known(q.num / q.den.leading_coefficient(), code, False)

    def _ends(self) -> Iterator[tuple[Poly, Json, bool]]:
        for (symbol, union), gen in zip(
            self.domain.ranges.items(), self.system.context.gens(), strict=False
        ):
            r, code = union[0], ["sym", symbol.name]
            for end, sign, strict in ((r.low, 1, r.low_open), (r.high, -1, r.high_open)):
                if end.is_Rational:
                    value = fmpq(int(end.p), int(end.q))
                    written = distance(code, value, sign)
                    if int(end.q) & (int(end.q) - 1):  # rounded: an enclosure alone cannot tell
                        self._lemmas.append(lemma(written, symbol, sign, strict))
                    yield sign * (gen - value), written, strict
                elif end.is_finite:
                    gap = self._from_irrational(gen, end)
                    if gap is not None:
                        written = [code, ["mul", ["rat", "-1"], encode(end)]]
                        if sign < 0:
                            written = [["mul", ["rat", "-1"], code], encode(end)]
                        self._lemmas.append(lemma(["add", *written], symbol, sign, strict))
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

    def evident(self, poly: Poly, known: list[Known]) -> int:
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
                if k.strict and positive_multiple(factor * side, k.poly) is not None:
                    return side
        names = [str(g) for g in self.system.context.gens()]
        strict, loose = self.signs(names)
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

    def signs(self, names: list[str]) -> tuple[set[str], set[str]]:
        """The names of the variables that are > 0, and of those that are >= 0."""
        strict, loose = set(), set()
        for name, union in zip(names, self.domain.ranges.values(), strict=False):
            low, is_open = union[0].low, union[0].low_open
            if low.is_positive or (low == 0 and is_open):
                strict.add(name)
            if low.is_nonnegative:
                loose.add(name)
        return strict, loose

    def signed(self, poly: Poly, known: list[Known]) -> Json:
        """The polynomial in a form whose sign an enclosure sees."""
        if poly.is_constant():
            return self.encoded(poly)
        constant, factors = poly.factor()
        codes: list[Json] = [["rat", str(constant)]] if constant != 1 else []
        for factor, power in factors:
            base = self.encoded(factor)
            for k, side in itertools.product(known, (1, -1)):
                ratio = positive_multiple(factor * side, k.poly) if k.strict else None
                if ratio is not None:
                    base = ["mul", ["rat", str(side * ratio)], k.code]
                    break
            codes.append(base if power == 1 else ["pow", base, ["rat", str(int(power))]])
        return codes[0] if len(codes) == 1 else ["mul", *codes]

    # --- the combination --------------------------------------------------------------------------

    def _quotient(self, num: Poly, den: Poly, known: list[Known], strict: bool) -> Json:
        if num == 0 and not strict:
            return ["rat", "0"]
        outer, inner = self.core(num, den, known, strict)
        code = self._combination(inner, known, strict)
        return ["mul", *outer, code] if outer else code

    def core(
        self, num: Poly, den: Poly, known: list[Known], strict: bool
    ) -> tuple[list[Json], Poly]:
        """Factors of num/den that are evidently > 0 (>= 0 unless strict), and what is left."""
        side = self.evident(den, known)
        if not side or num == 0:
            raise NoCertificate("the sign of the denominator is not evident")
        outer: list[Json] = []
        if not den.is_constant():
            outer.append(["pow", self.signed(den, known), ["rat", "-1"]])
        rest = num / den.leading_coefficient() if den.is_constant() else num
        if not den.is_constant() and side < 0:
            outer[0] = ["mul", ["rat", "-1"], outer[0]]
            rest = -rest
        constant, factors = (fmpq(1), [(rest, 1)]) if self.whole else rest.factor()
        inner = self.system.context.constant(constant)
        for factor, power in factors:
            sign = self._factor_sign(factor, known)
            if sign:
                outer.append(self.signed(factor**power * (sign if power % 2 else 1), known))
                inner = inner * (sign if power % 2 else 1)
            elif power % 2 == 0 and not strict:
                outer.append(["pow", self.encoded(factor), ["rat", str(int(power))]])
            else:
                inner = inner * factor**power
        return outer, inner

    def _combination(self, target: Poly, known: list[Known], strict: bool) -> Json:
        if target.is_constant():
            if target.leading_coefficient() < 0:
                raise NoCertificate("a negative constant")
            return self.encoded(target)
        if len(target.to_dict()) > _MOST_GAP_TERMS:
            raise NoCertificate("too many terms")
        products = self._products(target, known, 0)
        try:
            weights = weights_of(target, products, strict)
        except NoCertificate:
            code = self._matched(target, known, strict) if self.matching else None
            if code is None and self.squares:
                code = self._squares_form(target, known, strict)
            if code is not None:
                return code
            if not self.more:
                raise
            products = self._products(target, known, 1)
            weights = weights_of(target, products, strict)
        terms = [
            ["mul", ["rat", str(weight)], k.code]
            for weight, k in zip(weights, products, strict=True)
            if weight and not k.by_definition
        ]
        if not terms:
            return ["rat", "0"]  # by what vanishes by definition
        return terms[0] if len(terms) == 1 else ["add", *terms]

    def _matched(self, target: Poly, known: list[Known], strict: bool) -> Json | None:
        """The target with monomials as weights, over a monomial."""
        context = self.system.context
        names = [str(g) for g in context.gens()]
        positive, nonnegative = self.signs(names)
        constants = [side.low is not None and bool(side.low > 0) for side in self.spare]
        signs = Signs(
            [*(n in positive for n in names[: len(self.names)]), *constants],
            [*(n in nonnegative for n in names[: len(self.names)]), *constants],
        )
        every = [k for k in known if len(k.poly.to_dict()) > 1 and k.equation >= 0]
        every += further(target, known, signs, self.names, self.encoded)
        facts = [
            Fact(row_of(k.poly), k.strict, (i,), bool(k.equation)) for i, k in enumerate(every)
        ]
        found = combination(row_of(target), facts, signs, strict, self.deadline)
        if found is None:
            return None
        codes = []
        for t in found.terms:
            weight = self.encoded(context.from_dict({t.monomial: t.weight}))
            if not any(every[i].by_definition for i in t.parts):
                codes.append(["mul", weight, *(every[i].code for i in t.parts)])
        codes = codes or [["rat", "0"]]
        code = codes[0] if len(codes) == 1 else ["add", *codes]
        below = self.encoded(context.from_dict(found.multiplier))
        return code if below == ["rat", "1"] else ["mul", ["pow", below, ["rat", "-1"]], code]

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
        every = [k for k in known if not k.by_definition]
        every += squares(target, self.names, self.encoded)

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
                code = k.code if product is one else [*factors_of(product.code), k.code]
                strictly = product.strict and k.strict
                made = Known(poly, code, strictly, product.square or k.square)
                following.append((made, place, total))
                if len(found) + len(following) >= _MOST_PRODUCTS:
                    break
            found += [k for k, _, _ in following]
            layer = following
        for k in known:
            if k.by_definition:
                found += [k, Known(-k.poly, None, False, equation=-1, by_definition=True)]
        return found
