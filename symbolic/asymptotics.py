"""Reading SymPy expressions as rates: what grows how, up to constant factors.

Read are sums, products, rational powers, Max, Min, Abs, ceiling and floor, logarithms of what
grows, of what shrinks and of 1 + (what tends to 0), powers with growing exponents (2**L, n**log(n),
exp(-T/kappa), (log n)**(log n)), factorials and binomial coefficients, and sums over an index that
are geometric or of powers. A term may be subtracted where it is of lower order than what it is
subtracted from; whatever may cancel is refused with a `ValueError` of one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import sympy as sp

from symbolic.exact_exponents import exponential
from symbolic.rates import ONE, Direction, Monomial, Rate, RateProblem

Signed = tuple[int, Rate]
Limits = Mapping[str, Direction]


def read(expression: Any, directions: Mapping[Any, Direction]) -> Rate:
    """The rate of an expression; see `rates.rate`. A rate stands for itself."""
    if isinstance(expression, Rate):
        return expression
    limits = limits_of(directions)
    sign, found = read_sizes(_prepared(expression, limits), limits)
    if sign < 0:
        raise ValueError(f"not positive as the parameters tend to their limits: {expression}")
    return found


def limits_of(directions: Mapping[Any, Direction]) -> dict[str, Direction]:
    """The directions by name. Raises `ValueError` for one that is not "oo", "0" or "1"."""
    limits = {str(name): end for name, end in directions.items()}
    for name, end in limits.items():
        if end not in ("oo", "0", "1", ">1"):
            raise ValueError(f'the direction of {name} is "oo", "0", "1" or ">1", not {end!r}')
        if not name.replace("_", "a").isidentifier() and " " in name:
            raise ValueError(f"not the name of a parameter: {name!r}")
    return limits


def problem_of(
    left: Any,
    sense: Any,
    right: Any,
    directions: Mapping[Any, Direction],
    where: Iterable[Any] = (),
    up_to: Iterable[Any] = (),
) -> RateProblem:
    """The question of `rates.decide_growth`, read."""
    limits = limits_of(directions)
    relations: list[tuple[Monomial, Monomial]] = []
    for relation in where:
        relations += _relation(relation, limits)
    factors = tuple(read(factor, limits).single() for factor in up_to)
    ends = {name: end for name, end in limits.items() if end in ("oo", "0")}
    sides = read(left, limits), read(right, limits)
    return RateProblem(ends, sides[0], sense, sides[1], tuple(relations), factors)


def _relation(relation: Any, limits: Limits) -> list[tuple[Monomial, Monomial]]:
    """Pairs (a, b) with a >= C b that a relation between two rates amounts to."""
    base = next(filter(None, map(_base_of_log, relation.args)), None) if _is_rel(relation) else None
    if base is not None:
        try:
            raised = relation.func(*(base**side for side in relation.args), evaluate=False)
            return _relation(raised, limits)
        except ValueError:
            pass  # a side that is not exact: the relation between rates says less, but is one
    if isinstance(relation, sp.Ge | sp.Gt | sp.Le | sp.Lt):
        larger, smaller = read(relation.gts, limits), read(relation.lts, limits)
        simple = len(larger.minima) == 1 and all(len(minimum) == 1 for minimum in smaller.minima)
        if not simple:
            raise ValueError(
                f"{relation}: a maximum cannot be bounded from below, nor a minimum from above"
            )
        return [(a, b) for a in larger.monomials() for b in smaller.monomials()]
    if isinstance(relation, sp.Eq):
        a, b = (read(side, limits).single() for side in relation.args)
        return [(a, b), (b, a)]
    if isinstance(relation, tuple) and len(relation) == 2:
        a, b = (read(side, limits).single() for side in relation)
        return [(a, b)]
    raise ValueError(f"not a relation between two rates: {relation}")


def _is_rel(relation: Any) -> bool:
    return isinstance(relation, sp.core.relational.Relational)


def _base_of_log(side: Any) -> sp.Expr | None:
    """The b of a side q log_b(x) with rational q > 0, so that b**side is a rate."""
    factor, rest = side.as_coeff_Mul()
    for logarithm in rest.atoms(sp.log):
        if rest == logarithm and rest.free_symbols and factor.is_positive and factor.is_Rational:
            return sp.E
        base = 1 / (rest / logarithm)
        if logarithm.free_symbols and isinstance(base, sp.log) and base.args[0].is_Integer:
            return base.args[0] if factor.is_positive else None
    return None


def _prepared(expression: Any, limits: Limits) -> sp.Expr:
    """The expression in positive symbols of the sizes (1/eps -> eps), all of which grow."""
    symbols = {name: sp.Symbol(name, positive=True) for name in limits}
    try:
        e = sp.sympify(expression, locals=symbols if isinstance(expression, str) else None)
    except (sp.SympifyError, SyntaxError, TypeError, AttributeError) as error:
        raise ValueError(f"cannot read {expression!r} ({type(error).__name__})") from None
    if not isinstance(e, sp.Expr):
        raise ValueError(f"not an expression: {expression}")
    if e.has(sp.nan, sp.zoo, sp.I):
        raise ValueError(f"not a real number: {e}")
    for symbol in sorted(e.free_symbols, key=str):
        if symbol.name not in limits:
            raise ValueError(f"the parameter {symbol} has no declared direction")
    sizes = {
        s: 1 / symbols[s.name] if limits[s.name] == "0" else symbols[s.name] for s in e.free_symbols
    }
    floats = {number: _exact(number) for number in e.atoms(sp.Float)}
    return e.subs(floats).subs(sizes, simultaneous=True)


def _exact(number: sp.Float) -> sp.Rational:
    """A short decimal as it is written; raises `ValueError` for 0.6666666666666666."""
    found = Fraction(str(number))
    if found.denominator > 10**6:
        near = found.limit_denominator(1000)
        wanted = f"Rational({near.numerator}, {near.denominator})"
        raise ValueError(f"{number} is not exact: write {wanted}, if that is meant")
    return sp.Rational(found.numerator, found.denominator)


def parameter(name: str, limits: Limits) -> Rate:
    """The size of a parameter."""
    if limits[name] in ("1", ">1"):
        return ONE
    exponent = Fraction(1 if limits[name] == "oo" else -1)
    return Rate.of(Monomial(powers=((name, exponent),)))


def read_sizes(e: sp.Expr, limits: Limits) -> Signed:
    """The sign and the rate of an expression in sizes."""
    if isinstance(e, sp.Sum):
        from symbolic.rate_sums import summed

        return 1, summed(e, limits)
    if e.is_number:
        if e.is_positive or e.is_negative:
            return (1 if e.is_positive else -1), ONE
        raise ValueError("zero has no rate" if e == 0 else f"not a real constant: {e}")
    if isinstance(e, sp.Symbol):
        return 1, parameter(e.name, limits)
    if isinstance(e, sp.Add):
        return total([read_sizes(arg, limits) for arg in e.args], limits, e)
    if isinstance(e, sp.Mul):
        return reduce(_times, (read_sizes(arg, limits) for arg in e.args))
    if isinstance(e, sp.Max | sp.Min):
        return _extreme(e, limits)
    if isinstance(e, sp.log):
        return _log(e.args[0], limits)
    if isinstance(e, sp.Pow | sp.exp):
        return _power(e, limits)
    if isinstance(e, sp.Abs):
        return 1, read_sizes(e.args[0], limits)[1]
    if isinstance(e, sp.ceiling | sp.floor):
        return _rounded(e, limits)
    if isinstance(e, sp.factorial | sp.gamma | sp.binomial):
        from symbolic.exact_exponents import factorials

        return 1, factorials(e, limits)
    raise ValueError(f"not a rate: {e}")


def _times(a: Signed, b: Signed) -> Signed:
    return a[0] * b[0], a[1] * b[1]


def total(terms: list[Signed], limits: Limits, shown: Any) -> Signed:
    """A sum whose terms of one sign are of lower order than those of the other."""
    sides = [[found for sign, found in terms if sign == s] for s in (1, -1)]
    plus, minus = (reduce(Rate.__add__, side) if side else None for side in sides)
    if minus is None or plus is None:
        return (1, plus) if plus is not None else (-1, _some(minus))
    if lower_order(minus, plus, limits):
        return 1, plus
    if lower_order(plus, minus, limits):
        return -1, minus
    raise ValueError(f"the terms of {shown} may cancel")


def _some(found: Rate | None) -> Rate:
    if found is None:
        raise ValueError("an empty sum has no rate")
    return found


def lower_order(small: Rate, large: Rate, limits: Limits) -> bool:
    """Whether small = o(large), whatever relations hold."""
    return holds(small, "o", large, limits)


def holds(left: Rate, sense: Any, right: Rate, limits: Limits) -> bool:
    """Whether a claim on two rates is proved, no relations given."""
    used = set().union(*(m.names() for side in (left, right) for m in side.monomials()))
    return _decided(left, sense, right, tuple((n, limits[n]) for n in sorted(used)))


@lru_cache(maxsize=4096)
def _decided(left: Rate, sense: Any, right: Rate, ends: tuple[tuple[str, Direction], ...]) -> bool:
    from symbolic.dominance import decide_rates

    return decide_rates(RateProblem(dict(ends), left, sense, right)).outcome == "proved"


def _extreme(e: Any, limits: Limits) -> Signed:
    terms = [read_sizes(arg, limits) for arg in e.args if arg != 0]
    positive = [found for sign, found in terms if sign > 0]
    if isinstance(e, sp.Max) and positive:
        return 1, reduce(Rate.__add__, positive)
    if len(positive) < len(e.args):
        raise ValueError(f"not all arguments are positive: {e}")
    return 1, reduce(Rate.least, positive)


def _rounded(e: Any, limits: Limits) -> Signed:
    sign, found = read_sizes(e.args[0], limits)
    if sign > 0 and isinstance(e, sp.ceiling):
        return 1, found + ONE
    if sign > 0 and lower_order(ONE, found, limits):
        return 1, found
    raise ValueError(f"{e} may be 0 or negative")


def _power(e: Any, limits: Limits) -> Signed:
    base, exponent = (sp.E, e.exp) if isinstance(e, sp.exp) else e.as_base_exp()
    if exponent.is_Rational and base != sp.E:
        sign, found = read_sizes(base, limits)
        if sign < 0 and exponent.q != 1:
            raise ValueError(f"a root of what is negative: {e}")
        raised = found ** Fraction(int(exponent.p), int(exponent.q))
        return (sign if exponent.p % 2 else 1), raised
    return 1, exponential(base, exponent, limits)


def _log(inner: sp.Expr, limits: Limits) -> Signed:
    if isinstance(inner, sp.Pow) and inner.exp.is_Rational:
        sign, found = _log(inner.base, limits)
        return (sign if inner.exp > 0 else -sign), found
    constant, rest = inner.as_coeff_Add()
    apart = constant != 1 and constant.is_positive and rest != 0
    if apart and lower_order(read_sizes(rest, limits)[1], ONE, limits):
        return (1 if constant > 1 else -1), ONE
    small = near_one(inner, limits)
    if small is not None:
        return read_sizes(small, limits)  # log(1 + x) ~ x as x tends to 0
    sign, found = read_sizes(inner, limits)
    if sign < 0:
        raise ValueError(f"a logarithm of what is negative: log({inner})")
    return signed_log(found, limits)


def near_one(inner: sp.Expr, limits: Limits) -> sp.Expr | None:
    """inner - 1 where that tends to 0 and its sign is known."""
    if inner.is_number or not (inner.is_Add or inner.is_Mul or isinstance(inner, sp.exp)):
        return None
    rest = sp.factor_terms(sp.together(inner - 1))
    if isinstance(inner, sp.exp):
        rest = inner.exp  # exp(x) - 1 ~ x as x tends to 0
    try:
        found = read_sizes(rest, limits)[1]
    except ValueError:
        return None
    return rest if lower_order(found, ONE, limits) else None


def log_of_size(found: Rate, directions: Mapping[Any, Direction]) -> Rate:
    """The logarithm of a rate that grows. Raises `ValueError` for another."""
    sign, result = signed_log(found, limits_of(directions))
    if sign < 0:
        raise ValueError(f"log({found}) is negative")
    return result


def signed_log(found: Rate, limits: Limits) -> Signed:
    """The logarithm of a rate: of each monomial, since it is monotone.

    Monomials that do not grow do not matter beside others that do. Raises `ValueError` where
    factors may cancel, and for a rate that is (or may be) between constants.
    """
    logs = {m: _log_of(m, limits) for m in found.monomials()}
    if all(sign < 0 for sign, _ in logs.values()):
        return -1, signed_log(found**-1, limits)[1]
    growing = [
        reduce(Rate.least, (logs[m][1] for m in minimum))
        for minimum in found.minima
        if all(logs[m][0] > 0 for m in minimum)
    ]
    if not growing:
        raise ValueError(f"log({found}) is of no certain sign")
    return 1, reduce(Rate.__add__, growing)


def _log_of(m: Monomial, limits: Limits) -> Signed:
    """The logarithm of a monomial, with sign 0 for that of a constant."""
    one = Fraction(1)
    terms: list[Signed] = []
    for name, value in m.powers:
        size = value if limits[name] == "oo" else -value
        terms.append((1 if size > 0 else -1, Rate.of(Monomial(logs=((name, one),)))))
    for level, value in m.logs:
        deeper = Monomial(logs=((f"log {level}", one),))
        terms.append((1 if value > 0 else -1, Rate.of(deeper)))
    for (name, _), value in m.exps:
        terms.append((1 if value > 0 else -1, parameter(name, limits)))
    for (atom, _), value in m.towers:
        terms.append((1 if value > 0 else -1, Rate.of(atom)))
    if not terms:
        return 0, ONE
    _check_growing(m, limits)
    return total(terms, limits, f"log({m})")


def _check_growing(m: Monomial, limits: Limits) -> None:
    """Refuse an exponential of what may tend to 0, whose logarithm is not its only term."""
    for (atom, _), _ in m.towers:
        if not lower_order(ONE, Rate.of(atom), limits):
            raise ValueError(f"log({m}) may be bounded")
