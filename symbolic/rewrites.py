"""Which named rules of the checker (`recheck/rules.py`) may simplify an expression.

The conditions of a rule are only sampled here, at one point of the domain; the checker proves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symbolic.certificate import encode
from symbolic.evaluation import Undefined, Undetermined, evaluate, precision
from symbolic.pointwise import point_values

_ROUNDS = 12


@dataclass(frozen=True)
class Rewrite:
    """One use of a rule: what its letters stand for, and what it does to the expression."""

    rule: str
    bind: tuple[tuple[str, sp.Expr], ...]
    old: sp.Expr
    new: sp.Expr
    conditions: tuple[sp.Expr, ...] = ()

    def bound(self) -> dict[str, Any]:
        """The letters in the certificate's form."""
        return {name: encode(value) for name, value in self.bind}


def sign_at(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> int:
    """The sign at the point: 1, 0, -1; 0 also where it is not known."""
    with precision(128):
        try:
            value = evaluate(expr, point_values(point))
        except (Undefined, Undetermined):
            return 0
        return 1 if value > 0 else -1 if value < 0 else 0


def rewriting(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Iterator[tuple[Rewrite, ...]]:
    """Chains of rewrites, each applied as often as it can be."""
    for preference in (_FINDERS, _FINDERS[:1] + _FINDERS[2:]):
        chain: list[Rewrite] = []
        current = expr
        for _ in range(_ROUNDS):
            step = _first(current, point, preference)
            if step is None or step in chain:
                break
            chain.append(step)
            current = current.xreplace({step.old: step.new})
        yield tuple(chain)


def maxima_as_absolute_values(expr: sp.Expr) -> tuple[tuple[Rewrite, ...], sp.Expr]:
    """The rewrites that turn each Max and Min of two into an absolute value, and their result."""
    chain: list[Rewrite] = []
    for _ in range(_ROUNDS):
        step = _first(expr, {}, (_maximum,))
        if step is None:
            break
        chain.append(step)
        expr = expr.xreplace({step.old: step.new})
    return tuple(chain), expr


def _first(
    expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr], finders: tuple[Callable, ...]
) -> Rewrite | None:
    for node in sp.postorder_traversal(expr):
        if not isinstance(node, sp.Expr) or not node.args:
            continue
        for find in finders:
            found = find(node, point)
            if found is not None and found.new != found.old:
                return found
    return None


def _inverse(node: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    """acos(cos a) and its kin, with a moved by a multiple of pi into the range."""
    table = {
        sp.acos: (sp.cos, "acos-cos", (1, -1)),
        sp.asin: (sp.sin, "asin-sin", (1, -1)),
        sp.atan: (sp.tan, "atan-tan", (1,)),
        sp.acosh: (sp.cosh, "acosh-cosh", (1, -1)),
    }
    if type(node) not in table:
        return None
    inner, rule, signs = table[type(node)]
    if not isinstance(node.args[0], inner):
        return None
    angle = node.args[0].args[0]
    half = sp.pi / 2
    for k in (0, 1, -1, 2, -2):
        for sign in signs:
            if rule == "acos-cos":
                a = sign * angle + 2 * k * sp.pi
                inside = (a, sp.pi - a)
            elif rule == "asin-sin":
                a = sign * angle + (2 * k if sign == 1 else 2 * k + 1) * sp.pi
                inside = (a + half, half - a)
            elif rule == "atan-tan":
                a = angle + k * sp.pi
                inside = (a + half, half - a)
            else:
                a = sign * angle
                inside = (a, sp.Integer(1))
            if all(sign_at(condition, point) >= 0 for condition in inside):
                return Rewrite(
                    rule, (("a", a),), node, a, inside[: 1 if rule == "acosh-cosh" else 2]
                )
    return None


def _root(node: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    if not (node.is_Pow and node.exp == sp.Rational(1, 2)):
        return None
    base = node.base
    for value in square_roots(base):
        sign = sign_at(value, point)
        if sign:
            b = value if sign > 0 else -value
            return Rewrite("square-root", (("a", base), ("b", b)), node, b)
    parts = _factors(base)
    if len(parts) < 2:
        return None
    first, rest = parts[0], sp.Mul(*parts[1:])
    if sign_at(first, point) < 0:
        first, rest = -first, -rest
    new = sp.sqrt(first) * sp.sqrt(rest)
    return Rewrite("sqrt-product", (("a", first), ("b", rest)), node, new)


def square_roots(base: sp.Expr) -> Iterator[sp.Expr]:
    """Expressions whose square may be `base`."""
    if not base.free_symbols:
        denested = sp.sqrtdenest(sp.sqrt(base))
        if denested != sp.sqrt(base):
            yield denested
        return
    for hyperbolic, partner, shift in ((sp.sinh, sp.cosh, 1), (sp.cosh, sp.sinh, -1)):
        for node in base.atoms(hyperbolic):
            if base == node**2 + shift:
                yield partner(node.args[0])
    for node in base.atoms(sp.sin, sp.cos):
        if base == 1 - node**2:
            yield (sp.cos if isinstance(node, sp.sin) else sp.sin)(node.args[0])
    parts = _powers(base)
    if parts and all(power % 2 == 0 for _, power in parts):
        yield sp.Mul(*(factor ** (power // 2) for factor, power in parts))


def _powers(expr: sp.Expr) -> list[tuple[sp.Expr, int]]:
    if not expr.is_rational_function(*expr.free_symbols) or not expr.free_symbols:
        return []
    top, bottom = sp.fraction(sp.together(expr))
    found: list[tuple[sp.Expr, int]] = []
    for part, sign in ((top, 1), (bottom, -1)):
        constant, factors = sp.factor_list(part)
        if constant < 0:
            found.append((sp.Integer(-1), 1))
        for prime, power in sp.factorint(abs(constant.p)).items():
            found.append((sp.Integer(prime), sign * power))
        for prime, power in sp.factorint(constant.q).items():
            found.append((sp.Integer(prime), -sign * power))
        found += [(factor, sign * power) for factor, power in factors]
    return found


def _factors(expr: sp.Expr) -> list[sp.Expr]:
    return [factor**power for factor, power in _powers(expr)]


def _log(node: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    if not isinstance(node, sp.log):
        return None
    argument = node.args[0]
    parts = _powers(argument)
    if len(parts) == 1 and parts[0][1] == 2 and sign_at(parts[0][0], point) < 0:
        a = parts[0][0]
        return Rewrite("log-abs", (("a", a),), node, 2 * sp.log(sp.Abs(a)))
    if len(parts) == 1 and parts[0][1] != 1:
        a, power = parts[0]
        b = sp.Integer(power)
        return Rewrite("log-power", (("a", a), ("b", b)), node, b * sp.log(a))
    if len(parts) < 2:
        return None
    factors = [factor**power for factor, power in parts]
    a, b = factors[0], sp.Mul(*factors[1:])
    if sign_at(a, point) < 0:
        a, b = -a, sp.Mul(-1, *factors[1:])
    return Rewrite("log-product", (("a", a), ("b", b)), node, sp.log(a) + sp.log(b))


def _absolute(node: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    if isinstance(node, sp.Abs):
        a = node.args[0]
        positive = sign_at(a, point) >= 0
        return Rewrite(
            "abs-positive" if positive else "abs-negative", (("a", a),), node, a if positive else -a
        )
    return None


def _maximum(node: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    if isinstance(node, sp.Max | sp.Min) and len(node.args) == 2:
        a, b = node.args
        if sp.Abs(a - b).args[0] != a - b:
            a, b = b, a
        sign = 1 if isinstance(node, sp.Max) else -1
        rule = "max-as-abs" if sign == 1 else "min-as-abs"
        return Rewrite(rule, (("a", a), ("b", b)), node, (a + b + sign * sp.Abs(a - b)) / 2)
    return None


def _gamma(node: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    if isinstance(node, sp.gamma):
        a = sp.expand(node.args[0] / 2)
        shift, rest = a.as_coeff_Add()
        if shift.is_Integer and rest.as_coeff_Mul()[0].is_Integer:
            new = 2 ** (2 * a - 1) / sp.sqrt(sp.pi) * sp.gamma(a) * sp.gamma(a + sp.Rational(1, 2))
            return Rewrite("gamma-duplication", (("a", a),), node, new)
    if node.is_Mul:
        gammas = [f for f in node.args if isinstance(f, sp.gamma)]
        for g in gammas:
            partner = sp.gamma(1 - g.args[0])
            if partner in gammas:
                a = g.args[0]
                rest = [f for f in node.args if f not in (g, partner)]
                return Rewrite(
                    "gamma-reflection", (("a", a),), node, sp.Mul(sp.pi / sp.sin(sp.pi * a), *rest)
                )
    return None


_FINDERS: tuple[Callable[..., Rewrite | None], ...] = (
    _inverse, _absolute, _root, _log, _maximum, _gamma,
)  # fmt: skip
