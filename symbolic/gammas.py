"""Which rules of the checker (`recheck/gammas.py`) bring gamma functions to common arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import sympy as sp

from symbolic.rewrites import Rewrite, sign_at

_KINDS = ("gamma", "loggamma", "digamma", "trigamma", "tetragamma")
_MOST_PARTS = 6
_ROUNDS = 8


def has_gammas(expr: sp.Basic) -> bool:
    return bool(expr.has(sp.gamma, sp.loggamma, sp.polygamma, sp.factorial, sp.binomial, sp.beta))


def gamma_chain(
    expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr], where: Sequence[sp.Basic] = ()
) -> tuple[Rewrite, ...]:
    """Multiplication theorems first, then reflections; one rewrite for each function concerned."""
    chain: list[Rewrite] = []
    current = expr.replace(sp.beta, lambda a, b: sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b))
    for find in (_opener(where), _multiplied, _turned):
        for _ in range(_ROUNDS):
            step = find(current, point)
            if step is None:
                break
            chain.append(step)
            current = current.xreplace({step.old: step.new})
    return tuple(chain)


def _nodes(expr: sp.Expr) -> list[tuple[str, sp.Expr, sp.Expr]]:
    """(kind, function, argument) of each gamma function of something that varies."""
    found = []
    for node in sorted(expr.atoms(sp.gamma, sp.loggamma, sp.polygamma, sp.factorial), key=str):
        argument = node.args[-1]
        if isinstance(node, sp.factorial):
            kind, argument = "gamma", argument + 1
        elif isinstance(node, sp.polygamma):
            order = node.args[0]
            if order not in (0, 1, 2):
                continue
            kind = _KINDS[2 + int(order)]
        else:
            kind = type(node).__name__
        if argument.free_symbols:
            found.append((kind, node, sp.expand(argument)))
    return found


def _opener(where: Sequence[sp.Basic]) -> Callable[..., Rewrite | None]:
    """Finds a binomial coefficient, to be written by gammas."""

    def opened(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
        for node in sorted(expr.atoms(sp.binomial), key=str):
            a, b = node.args
            if not b.free_symbols or not node.free_symbols <= point.keys():
                continue
            rest = sp.expand(a - b + 1)
            new = sp.gamma(a + 1) / (sp.gamma(b + 1) * sp.gamma(rest))
            letters = (("a", a), ("b", b), ("c", _seen(rest, where)))
            return Rewrite("binomial", letters, node, new, (sp.Integer(0), rest, b + 1))
        return None

    return opened


def _seen(expr: sp.Expr, where: Sequence[sp.Basic]) -> sp.Expr:
    """The expression with what a side condition says to be positive as one of its terms."""
    for condition in where:
        if isinstance(condition, sp.Ge | sp.Gt | sp.Le | sp.Lt):
            gap = condition.gts - condition.lts
            rest = sp.expand(expr - gap)
            if rest.is_Rational and rest > 0:
                return sp.Add(rest, gap, evaluate=False)
    return expr


def _multiplied(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    """The rule for f(m a), where f(a + c) occurs too."""
    nodes = _nodes(expr)
    for (kind, node, a), (other, _, b) in product(nodes, nodes):
        if kind != other or node == b:
            continue
        rest, part = (u - u.as_coeff_Add()[0] for u in (a, b))
        for m in range(2, _MOST_PARTS + 1):
            if rest == sp.expand(m * part):
                return Rewrite(f"{kind}-times-{m}", (("a", a / m),), node, _parted(kind, a / m, m))
    return None


def _parted(kind: str, a: sp.Expr, m: int) -> sp.Expr:
    """Like the checker's rule, up to what matters for the next steps."""
    parts = [sp.expand(a + sp.Rational(j, m)) for j in range(m)]
    half = m * a - sp.Rational(1, 2)
    if kind == "gamma":
        front = (2 * sp.pi) ** sp.Rational(1 - m, 2) * m**half
        return front * sp.Mul(*(sp.gamma(u) for u in parts))
    if kind == "loggamma":
        front = sp.Rational(1 - m, 2) * sp.log(2 * sp.pi) + half * sp.log(m)
        return front + sp.Add(*(sp.loggamma(u) for u in parts))
    order = _KINDS.index(kind) - 2
    mean = sp.Add(*(sp.polygamma(order, u) for u in parts)) / m ** (order + 1)
    return mean + (sp.log(m) if order == 0 else 0)


def _turned(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> Rewrite | None:
    """The rule for f(b), where f(a) occurs with an integer a + b."""
    nodes = _nodes(expr)
    for (kind, _, a), (other, node, b) in product(nodes, nodes):
        if kind != other or not sp.expand(a + b).is_Integer or a == b:
            continue
        name = f"{kind}-turn"
        sign = sign_at(sp.sin(sp.pi * b), point)
        if sign:
            rule = name if sign > 0 else f"{name}-negative"
            return Rewrite(rule, (("a", b),), node, _reflected(kind, b))
    return None


def _reflected(kind: str, b: sp.Expr) -> sp.Expr:
    sine, other = sp.sin(sp.pi * b), sp.expand(1 - b)
    if kind == "gamma":
        return sp.pi / (sine * sp.gamma(other))
    if kind == "loggamma":
        return sp.log(sp.pi) - sp.log(sine) - sp.loggamma(other)
    order = _KINDS.index(kind) - 2
    x = sp.Dummy("x")
    wave = sp.diff(sp.pi * sp.cos(sp.pi * x) / sp.sin(sp.pi * x), x, order).xreplace({x: b})
    return (-1) ** order * sp.polygamma(order, other) - wave
