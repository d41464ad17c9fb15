"""Signs of algebraic expressions on boxes with rational ends, with reasons for the checker.

Rational functions are split into factors, whose signs come from `positivity.py` (Bernstein, Sturm)
and `products.py` (products and squares). Roots of variables become new variables; other roots are
isolated and raised to powers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import sympy as sp

# An import that a time limit interrupts may spoil a module for good: all of them come first.
from symbolic import clock
from symbolic.certificate import encode
from symbolic.circuits import Signs, by_circuits
from symbolic.positivity import Certifier
from symbolic.products import Products
from symbolic.ranges import Domain, Range
from symbolic.samples import sampled_sign
from symbolic.shifted import NoCertificate

Json = Any
Ranges = Mapping[sp.Symbol, Range]
_MOST_OPERATIONS = 400
_DEPTH = 4
_HIGHEST_ROOT = 12
_FEW, _MANY = 24, 200  # pieces of a box
_SIGN: Json = {"by": "sign"}


def is_algebraic(expr: Any) -> bool:
    """Whether only symbols, rationals and rational powers occur (of numbers: of positive ones)."""
    for node in sp.preorder_traversal(expr):
        if node.is_Symbol or node.is_Rational or node.is_Add or node.is_Mul:
            continue
        if node.is_Pow and node.exp.is_Rational and _may_be_base(node.base):
            continue
        if isinstance(node, sp.Abs):
            continue
        return False
    return True


def _may_be_base(base: Any) -> bool:
    return not base.is_number or bool(base.is_Rational and base > 0)


def positive(
    expr: Any, strict: bool, ranges: Ranges, deadline: float, depth: int = _DEPTH
) -> Json | None:
    """A reason (in JSON) for expr > 0 (>= 0) on the box of the ranges, or None."""
    if clock.now() > deadline or depth < 0 or expr.count_ops() > _MOST_OPERATIONS:
        return None
    if not is_algebraic(expr):
        return None
    if expr.is_Rational:
        return _SIGN if expr > 0 or (expr == 0 and not strict) else None
    used = expr.free_symbols
    ranges = {s: r for s, r in ranges.items() if s in used}
    if set(ranges) != used or not all(_plain(r) for r in ranges.values()):
        return None
    if sampled_sign(expr, ranges) == -1:
        return None
    if _roots(expr):
        whole = next((p for p in _roots(expr) if _is_product_of_weak(p, ranges)), None)
        if whole is not None:
            return _by_roots_of_factors(expr, whole, strict, ranges, deadline, depth)
        change = _without_roots_of_variables(expr, strict, ranges, deadline, depth)
        if change is not None:
            return change
        if _is_polynomial(expr):
            return _by_powers(expr, strict, ranges, deadline, depth)
    return _by_factors(expr, strict, ranges, deadline, depth)


def _is_product_of_weak(root: Any, ranges: Ranges) -> bool:
    """Whether this is the q-th root of a product of numbers and variables that are >= 0."""
    if not root.is_Pow or not root.base.is_Mul or root.exp.p != 1 or root.exp.q > _HIGHEST_ROOT:
        return False
    return all(
        f >= 0 if f.is_Rational else f in ranges and bool(ranges[f].low.is_nonnegative)
        for f in root.base.args
    )


def _by_roots_of_factors(
    expr: Any, whole: Any, strict: bool, ranges: Ranges, deadline: float, depth: int
) -> Json | None:
    apart = sp.Mul(*(sp.Pow(f, whole.exp) for f in whole.base.args))
    changed = expr.xreplace({whole: apart})
    why = positive(changed, strict, ranges, deadline, depth)
    if why is None or changed == expr:
        return None
    rule = "square-root" if whole.exp.q == 2 else f"root-{whole.exp.q}"
    bind = {"a": encode(whole.base), "b": encode(apart)}
    then = {"by": "rewrite", "to": encode(changed), "then": why}
    return {"by": "rule", "rule": rule, "bind": bind, "then": then}


def _plain(r: Range) -> bool:
    rational = all(e.is_Rational or e in (sp.oo, -sp.oo) for e in (r.low, r.high))
    return rational and not r.integer and r.low != r.high


def _roots(expr: Any) -> list[Any]:
    """Roots, and absolute values, which are roots of squares."""
    roots = [p for p in expr.atoms(sp.Pow) if not p.exp.is_Integer]
    return [*roots, *expr.atoms(sp.Abs)]


def _order(root: Any) -> int:
    return 2 if isinstance(root, sp.Abs) else int(root.exp.q)


# --- rational functions --------------------------------------------


def _is_polynomial(expr: Any) -> bool:
    """Whether the roots occur in a sum of products, not in denominators or under other powers."""
    names = {p: sp.Dummy() for p in _roots(expr)}
    flat = expr.xreplace(names)
    return bool(flat.is_Add and flat.is_polynomial(*flat.free_symbols))


def _by_factors(
    expr: Any, strict: bool, ranges: Ranges, deadline: float, depth: int
) -> Json | None:
    """The sign from the signs of the irreducible factors, roots taken as variables."""
    flat, back = _flattened(expr)
    above, below = sp.fraction(sp.cancel(sp.together(flat)))
    above, below = (_reduced(part, back) for part in (above, below))
    above, below = sp.fraction(sp.together(above / below))  # a radicand may be a quotient
    above, below = sp.expand(above), sp.expand(below)
    if above == 0:
        return None if strict else {"by": "zero"}
    number, factors = sp.factor_list(above)
    scale, divisors = sp.factor_list(below)
    factors, divisors = ([(f.xreplace(back), k) for f, k in p] for p in (factors, divisors))
    if len(factors) == 1 and not divisors and factors[0][0] == expr and _roots(expr):
        return None
    number = number / scale
    entries: list[Json] = [{"sign": 1 if number > 0 else -1}]
    codes: list[Json] = [["rat", str(number)]]
    total = 1 if number > 0 else -1
    for factor, power in [*factors, *((f, -k) for f, k in divisors)]:
        codes.append(encode(factor) if power == 1 else ["pow", encode(factor), ["rat", str(power)]])
        if power > 0 and power % 2 == 0 and not strict:
            entries.append("even")
            continue
        side = sampled_sign(factor, {s: ranges[s] for s in factor.free_symbols})
        if side is None:
            return None
        sure = strict or power < 0
        if _roots(factor):
            why = positive(sp.expand(side * factor), sure, ranges, deadline, depth - 1)
        else:
            why = _polynomial(side * factor, sure, ranges, deadline)
        if why is None:
            return None
        if power % 2:
            total *= side
        entries.append({"sign": side, "why" if power == 1 else "base": why})
    if total != 1:
        return None
    if number == 1:
        codes, entries = codes[1:], entries[1:]
    if len(codes) == 1:
        if entries[0] == "even":
            return {"by": "rewrite", "to": codes[0], "then": _SIGN}
        if "base" in entries[0]:  # the checker wants a product
            codes.append(["rat", "1"])
            entries.append({"sign": 1})
            return None
        return {"by": "rewrite", "to": codes[0], "then": entries[0].get("why", _SIGN)}
    return {
        "by": "rewrite",
        "to": ["mul", *codes],
        "then": {"by": "product", "factors": entries},
    }


def _flattened(expr: Any) -> tuple[Any, dict[sp.Dummy, Any]]:
    """The expression with a dummy for each root, and what the dummies stand for."""
    names: dict[Any, sp.Dummy] = {}
    powers: dict[Any, Any] = {}
    for p in _roots(expr):
        root = p if isinstance(p, sp.Abs) else sp.Pow(p.base, sp.Rational(1, p.exp.q))
        dummy = names.setdefault(root, sp.Dummy(positive=True))
        powers[p] = dummy if isinstance(p, sp.Abs) else dummy**p.exp.p
    return expr.xreplace(powers), {dummy: root for root, dummy in names.items()}


def _reduced(poly: Any, back: Mapping[sp.Dummy, Any]) -> Any:
    """The polynomial with powers of roots lowered."""
    poly = sp.expand(poly)
    for dummy, root in back.items():
        q = _order(root)
        square = root.args[0] ** 2 if isinstance(root, sp.Abs) else root.base
        if _roots(square):
            continue
        poly = sp.expand(
            poly.replace(
                lambda e, d=dummy, q=q: e.is_Pow and e.base == d and e.exp >= q,
                lambda e, d=dummy, q=q, u=square: u ** (e.exp // q) * d ** (e.exp % q),
            )
        )
    return poly


def _polynomial(poly: Any, strict: bool, ranges: Ranges, deadline: float) -> Json | None:
    """A reason for poly > 0 (>= 0), by the ways that suit a polynomial over the rationals."""
    if poly.is_number:
        return _SIGN if poly > 0 or (poly == 0 and not strict) else None
    used = {s: (ranges[s],) for s in sorted(poly.free_symbols, key=str)}
    domain = Domain(used)
    relation = (sp.Gt if strict else sp.Ge)(poly, 0, evaluate=False)
    op = ">" if strict else ">="
    for look in (
        lambda: _means(relation, domain, strict, deadline),
        lambda: Certifier(relation, domain, deadline, _FEW).proof(op),
        lambda: Products(relation, domain, deadline).proof(op),
        lambda: Certifier(relation, domain, deadline, _MANY).proof(op),
    ):
        try:
            proof = look()
        except NoCertificate:
            continue
        if set(proof) == {"boxes"} and len(proof["boxes"]) == 1:
            (box,) = proof["boxes"]
            if not box.get("lemmas"):
                return box["why"]
    return None


def _means(relation: Any, domain: Domain, strict: bool, deadline: float) -> Json:
    """The proof by weighted means; raises `NoCertificate`."""
    search = Products(relation, domain, deadline)
    if not search.goal.den.is_constant():
        raise NoCertificate("no polynomial")
    positive_ones, nonnegative = search.signs(search.names)
    names = search.names
    signs = Signs([n in nonnegative for n in names], [n in positive_ones for n in names])
    target = search.goal.num / search.goal.den.leading_coefficient()
    why = by_circuits(target, names, signs, strict, search.encoded)
    if why is None:
        raise NoCertificate("no means")
    return {"boxes": [{"box": {}, "why": why}]}


# --- roots --------------------------------------------


def _without_roots_of_variables(
    expr: Any, strict: bool, ranges: Ranges, deadline: float, depth: int
) -> Json | None:
    """x = t**q, where x >= 0 occurs under a root by itself."""
    for symbol in sorted(expr.free_symbols, key=str):
        r = ranges[symbol]
        orders = [p.exp.q for p in _roots(expr) if p.is_Pow and p.base == symbol]
        if not orders or not (r.low.is_nonnegative):
            continue
        q = math.lcm(*orders)
        ends = [_root(e, q) for e in (r.low, r.high)]
        if any(e is None for e in ends):
            continue
        taken = {s.name for s in ranges}
        name = next(n for k in itertools.count() if (n := f"{symbol.name}_r{k}") not in taken)
        new = sp.Symbol(name, positive=True)
        changed = expr.subs(symbol, new**q)
        plain = sp.Symbol(name, real=True)
        changed = sp.powdenest(changed).xreplace({new: plain})
        if any(p.is_Pow and p.base == plain for p in _roots(changed)):
            continue
        fresh = Range(ends[0], ends[1], r.low_open, r.high_open)
        others = {s: o for s, o in ranges.items() if s != symbol}
        why = positive(changed, strict, {**others, plain: fresh}, deadline, depth - 1)
        if why is None:
            continue
        return {
            "by": "change",
            "var": symbol.name,
            "new": name,
            "range": [str(ends[0]), str(ends[1]), bool(r.low_open), bool(r.high_open)],
            "image": ["pow", ["sym", name], ["rat", str(q)]],
            "inverse": ["pow", ["sym", symbol.name], ["rat", f"1/{q}"]],
            "then": {"by": "rewrite", "to": encode(changed), "then": why},
        }
    return None


def _root(value: Any, q: int) -> Any | None:
    if value == sp.oo:
        return value
    found = sp.root(value, q)
    return found if found.is_Rational else None


def _by_powers(expr: Any, strict: bool, ranges: Ranges, deadline: float, depth: int) -> Json | None:
    """A - B > 0 from A**q - B**q > 0, the terms gathered by their roots and by sign."""
    if not expr.is_Add:
        return None
    parts: dict[Any, list[Any]] = {}
    for term in sp.Add.make_args(_expanded(expr)):
        key = sp.Mul(*(f for f in sp.Mul.make_args(term) if _roots(f)))
        parts.setdefault(key, []).append(term)
    left: list[Any] = []
    right: list[Any] = []
    doubtful: list[Any] = []
    for terms in parts.values():
        part = sp.Add(*terms)
        sign = _side(part, ranges)
        (left if sign == 1 else right if sign == -1 else doubtful).append(part)
    keys = {sp.Add(*terms): key for key, terms in parts.items()}
    if not right and not doubtful:
        return _sum([(p, keys[p]) for p in left], strict, ranges, deadline, depth)
    ways = [(left, right + doubtful), (left + doubtful, right)] if doubtful else [(left, right)]
    for one, other in ways:
        if not one or not other:
            continue
        a, b = sp.Add(*one), -sp.Add(*other)
        q = math.lcm(*(_order(p) for p in _roots(expr)))
        if q > 4:
            q = min(_order(p) for p in _roots(expr))
        to = _expanded(a**q - b**q)
        if len(_roots(to)) > len(_roots(expr)):
            continue
        need = _SIGN
        if q % 2 == 0:
            need = _sum([(p, keys[p]) for p in one], False, ranges, deadline, depth)
            need = need or positive(a, False, ranges, deadline, depth - 1)
        if need is None:
            continue
        why = positive(to, strict, ranges, deadline, depth - 1)
        if why is not None:
            reason = {
                "by": "powers",
                "left": encode(a),
                "right": encode(b),
                "power": str(q),
                "to": encode(to),
                "then": why,
            }
            return reason | ({"need": need} if need != _SIGN else {})
    return None


def _expanded(expr: Any) -> Any:
    """Expanded, but not under the roots."""
    for _ in range(2):
        names = {p: sp.Dummy() for p in _roots(expr)}
        back = {name: p for p, name in names.items()}
        expr = sp.expand(expr.xreplace(names)).xreplace(back)
    return expr


def _sum(
    parts: list[tuple[Any, Any]], strict: bool, ranges: Ranges, deadline: float, depth: int
) -> Json | None:
    """Parts (each a coefficient times its product of roots) that are all >= 0, the first > 0."""
    entries: list[Json] = []
    for part, roots in parts:
        sure = strict and not entries
        rest = sp.expand(part / roots) if roots != 1 else part
        if _roots(rest):
            return None
        inner = {s: r for s, r in ranges.items() if s in rest.free_symbols}
        why = positive(rest, sure, inner, deadline, depth - 1)
        if why is None:
            return None
        if roots != 1:
            factors = sp.Mul.make_args(roots)
            why = {
                "by": "rewrite",
                "to": ["mul", *(encode(f) for f in factors), encode(rest)],
                "then": {
                    "by": "product",
                    "factors": [*({"sign": 1} for _ in factors), {"sign": 1, "why": why}],
                },
            }
        entries.append({"expr": encode(part), "why": why})
    if len(entries) == 1:
        return entries[0]["why"]
    return {"by": "sum", "parts": entries}


def _side(part: Any, ranges: Ranges) -> int | None:
    """1 or -1 where all sampled values have that sign, else None."""
    mine = {s: ranges[s] for s in part.free_symbols}
    if not mine:
        return 1 if part > 0 else -1
    if sampled_sign(part, mine) == 1:
        return 1
    return -1 if sampled_sign(-part, mine) == 1 else None
