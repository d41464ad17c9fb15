"""Comparing A and B through their logarithms or exponentials.

`A - B > 0` with A, B > 0 says `log A > log B`; `L - R > 0` says `exp(L) > exp(R)`. The transformed
difference is often rational, or monotone where the given one is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.boxes import Box
from symbolic.exactness import constant_sign
from symbolic.target import Target

if TYPE_CHECKING:
    from symbolic.prover import Prover, Reason

_GROWING = (sp.exp, sp.cosh, sp.sinh, sp.gamma, sp.erfc)
_MOST_OPERATIONS = 80


def by_logarithms(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """Compare the terms of either sign on the scale of logarithms."""
    expr = target.expr
    if not expr.is_Add or expr.count_ops() > _MOST_OPERATIONS or not _steep(expr):
        return None
    for form in dict.fromkeys((expr, sp.expand_mul(expr))):
        reason = _through_logarithms(prover, form, expr, strict, box, depth)
        if reason is not None:
            return reason
    return None


def _through_logarithms(
    prover: Prover, form: Any, expr: Any, strict: bool, box: Box, depth: int
) -> Reason | None:
    """Compare the terms of either sign of this form of the expression."""
    if not form.is_Add:
        return None
    negative = [t for t in form.args if t.could_extract_minus_sign()]
    left = sp.Add(*(t for t in form.args if t not in negative))
    right = -sp.Add(*negative)
    if left == 0 or right == 0:
        return None
    needs = []
    for side in (left, right):
        why = _shown_positive(prover, side, box)
        if why is None:
            return None
        needs.append(why)
    to = logarithm(left, prover, box) - logarithm(right, prover, box)
    if to.has(sp.loggamma):
        to = sp.expand(to)
    if to == expr or (to.has(sp.exp) and to.count_ops() > 2 * expr.count_ops()):
        return None
    then = prover.prove(to, strict, box, depth - 1)
    if then is None:
        return None
    reason = {
        "by": "compare",
        "map": "log",
        "left": left,
        "right": right,
        "to": to,
        "needs": needs,
        "then": then,
    }
    for side in (left, right):
        shared = shared_exponential(side)
        why = shared and prover.prove(shared[1], True, box, 2)
        if shared and why:  # the checker sees by it that the logarithm is defined
            reason = {"by": "lemma", "expr": shared[1], "sign": ">", "why": why, "then": reason}
    return reason


def _steep(expr: Any) -> bool:
    """Whether some term is an exponential or a power with a variable exponent."""
    return any(
        isinstance(e, _GROWING) or (e.is_Pow and not e.exp.is_number)
        for e in sp.preorder_traversal(expr)
    )


def steeper_than_linear(expr: Any) -> bool:
    """Whether some exponential has an exponent that is not a polynomial of degree 1.

    Gamma functions, and powers with variable base and exponent, count as such.
    """
    if expr.has(sp.gamma) and not expr.has(sp.polygamma):
        return True
    if any(p.base.free_symbols and p.exp.free_symbols for p in expr.atoms(sp.Pow)):
        return True
    return any(
        e.exp.is_polynomial(*e.free_symbols)
        and sp.Poly(e.exp, *sorted(e.free_symbols, key=str)).total_degree() > 1
        for e in expr.atoms(sp.exp)
        if e.free_symbols
    )


def logarithm(expr: Any, prover: Prover, box: Box) -> Any:
    """log(expr) for an expr > 0, opened over products, powers and exponentials."""
    if expr.is_Mul:
        parts = [a for a in expr.args if _positive(a, prover, box)]
        rest = sp.Mul(*(a for a in expr.args if a not in parts))
        opened = [logarithm(a, prover, box) for a in parts]
        return sp.Add(*opened, *([] if rest == 1 else [sp.log(rest)]))
    if isinstance(expr, sp.exp):
        return expr.exp
    if expr.is_Pow and _positive(expr.base, prover, box):
        return expr.exp * logarithm(expr.base, prover, box)
    if isinstance(expr, sp.gamma):
        return sp.loggamma(expr.args[0])
    shared = shared_exponential(expr)
    if shared is not None:
        exponent, inner = shared
        return exponent + logarithm(inner, prover, box)
    return sp.log(expr)


def _shown_positive(prover: Prover, side: Any, box: Box) -> Reason | None:
    """A reason for side > 0, with an exponential that all its terms share taken out."""
    shared = shared_exponential(side)
    if shared is None:
        return prover.prove(side, True, box, 1)
    exponent, inner = shared
    why = prover.prove(inner, True, box, 2)
    if why is None:
        return None
    product = sp.Mul(sp.exp(exponent), inner, evaluate=False)
    entries = [{"sign": 1, "why": {"by": "sign"}}, {"sign": 1, "why": why}]
    return {"by": "rewrite", "to": product, "then": {"by": "product", "factors": entries}}


def shared_exponential(expr: Any) -> tuple[Any, Any] | None:
    """(e, u) with expr = exp(e) * u and a term of u free of exponentials, or None."""
    if not expr.is_Add:
        return None
    opened = sp.expand(expr, power_base=False, log=False)
    terms = []
    for term in sp.Add.make_args(opened):
        exponents = [f.exp for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
        terms.append((sp.expand(sp.Add(*exponents)), term))
    if any(e == 0 for e, _ in terms):
        return None
    exponent = min((e for e, _ in terms), key=lambda e: (e.count_ops(), str(e)))
    rest = [sp.expand(sp.exp(-exponent) * t) for _, t in terms]
    inner = sp.Add(*(sp.powsimp(t) for t in rest))
    return (exponent, inner) if inner.count_ops() < expr.count_ops() else None


def _positive(expr: Any, prover: Prover, box: Box) -> bool:
    if expr.is_number:
        return constant_sign(expr) == 1
    return prover.prove(expr, True, box, 1) is not None


def by_exponentials(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """Free a logarithm: c log(A) + R > 0 as A > exp(-R/c), for c > 0 (or c < 0)."""
    expr = target.expr
    if not expr.is_Add or expr.count_ops() > _MOST_OPERATIONS:
        return None
    for term in expr.args:
        coefficient, logs = term.as_independent(*target.active)
        if not isinstance(logs, sp.log) or not coefficient.is_Rational:
            continue
        if not logs.args[0].has(sp.exp, sp.cosh, sp.sinh):
            continue
        rest = sp.expand((expr - term) / coefficient)
        if any(e.has(*target.active) for e in rest.atoms(sp.log)):
            continue
        inside, bound = logs.args[0], sp.exp(-rest)
        sign = 1 if coefficient.is_positive else -1
        to = sp.expand(sp.expand_power_exp((inside - bound).rewrite(sp.exp)), power_exp=True)
        then = prover.prove(sign * sp.powsimp(to), strict, box, depth - 1)
        if then is None:
            continue
        left, right = (logs, -rest) if sign > 0 else (-rest, logs)
        return {
            "by": "compare",
            "map": "exp",
            "left": left,
            "right": right,
            "to": sign * sp.powsimp(to),
            "factor": abs(coefficient),
            "then": then,
        }
    return None


def by_scaling(prover: Prover, target: Target, strict: bool, box: Box, depth: int) -> Reason | None:
    """Divide by an exponential that is a factor of one of the terms."""
    expr = target.expr
    if not expr.is_Add or expr.count_ops() > _MOST_OPERATIONS:
        return None
    opened = sp.expand(expr)
    factors: list[Any] = []
    for term in sp.Add.make_args(opened):
        for factor in sp.Mul.make_args(term):
            if isinstance(factor, sp.exp) and factor not in factors:
                factors.append(factor)
    for factor in factors[:3]:
        inner = sp.Add(*(sp.powsimp(t / factor) for t in sp.Add.make_args(opened)))
        if inner.is_Mul or inner.count_ops() > expr.count_ops() + 12:
            continue
        why = prover.prove(inner, strict, box, depth - 1)
        if why is None:
            continue
        product = sp.Mul(factor, inner, evaluate=False)
        factor_why = {"sign": 1, "why": {"by": "sign"}}
        entries = [factor_why, {"sign": 1, "why": why}]
        then = {"by": "product", "factors": entries}
        return {"by": "rewrite", "to": product, "then": then}
    return None


_KERNELS = (sp.log, sp.atan, sp.asin, sp.acos, sp.asinh, sp.acosh, sp.atanh, sp.erf, sp.erfc)


def by_isolation(
    prover: Prover, target: Target, strict: bool, box: Box, depth: int
) -> Reason | None:
    """Divide by the coefficient of the only logarithm, arc or error function.

    Its derivative then is simpler than itself, and free of it.
    """
    expr = target.expr
    kernels = [e for e in expr.atoms(sp.Function) if isinstance(e, _KERNELS)]
    if not expr.is_Add or len(kernels) != 1 or not kernels[0].has(*target.active):
        return None
    (kernel,) = kernels
    opened = sp.collect(sp.expand(expr), kernel, evaluate=False)
    if set(opened) - {kernel, sp.Integer(1)}:
        return None
    coefficient = opened.get(kernel, sp.Integer(0))
    rest = opened.get(sp.Integer(1), sp.Integer(0))
    if coefficient.is_number or rest.has(kernel):
        return None
    parts = sp.Mul.make_args(sp.factor_terms(coefficient))
    inner = kernel + sp.factor_terms(rest / coefficient)
    entries, total = [], 1
    for part in parts:
        sign = prover.probes.sign(prover.target(part), box)
        outer = sign and prover.prove(sign * part, True, box, 1)
        if not sign or outer is None:
            return None
        total *= sign
        entries.append({"sign": sign, "why": outer})
    why = prover.prove(total * inner, strict, box, depth)
    if why is None:
        return None
    entries.append({"sign": total, "why": why})
    product = sp.Mul(*parts, inner, evaluate=False)
    return {"by": "rewrite", "to": product, "then": {"by": "product", "factors": entries}}
