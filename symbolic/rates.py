"""Rates of growth: an exact calculus of O, Omega, Theta and O up to logarithms.

Each parameter tends to infinity or to 0. A `Rate` is a maximum of minima of monomials; a monomial
has rational powers of the parameters, powers of logarithms of their sizes, and exponential factors
such as 2**L, each kept apart. Sums are maxima (up to a constant). `decide_rates` says whether one
rate is bounded by another as all parameters tend to their limits together, under relations such as
m >= n**2: that is linear programming over exponents, done exactly, and the answer carries either
its multipliers or a path along which the ratio is unbounded. `recheck/rates.py` documents the
certificate and checks it by its own arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Any, Literal

import sympy as sp

Sense = Literal["O", "Omega", "Theta", "~O"]
Direction = Literal["oo", "0"]
Exponents = tuple[tuple[Any, Fraction], ...]
MAX_TERMS = 400


def _collect(items: Iterable[tuple[Any, Fraction]]) -> Exponents:
    total: dict[Any, Fraction] = {}
    for key, value in items:
        total[key] = total.get(key, Fraction(0)) + Fraction(value)
    return tuple(sorted((key, value) for key, value in total.items() if value))


@dataclass(frozen=True)
class Monomial:
    """prod p**powers * prod log(size of p)**logs * prod b**(exps * size of p), key (p, b) for exps.

    `powers` are of the parameter itself, so that eps**-1 is large when eps tends to 0.
    """

    powers: Exponents = ()
    logs: Exponents = ()
    exps: Exponents = ()

    def __mul__(self, other: Monomial) -> Monomial:
        return Monomial(
            _collect(self.powers + other.powers),
            _collect(self.logs + other.logs),
            _collect(self.exps + other.exps),
        )

    def __pow__(self, exponent: Fraction | int) -> Monomial:
        parts = (self.powers, self.logs, self.exps)
        return Monomial(*(_collect((k, v * Fraction(exponent)) for k, v in part) for part in parts))

    def power(self, name: str) -> Fraction:
        """The exponent of one parameter."""
        return dict(self.powers).get(name, Fraction(0))

    def only(self, name: str) -> Monomial:
        """The factors in one parameter."""
        return Monomial(
            tuple(kv for kv in self.powers if kv[0] == name),
            tuple(kv for kv in self.logs if kv[0] == name),
            tuple(kv for kv in self.exps if kv[0][0] == name),
        )

    def names(self) -> set[str]:
        return {k for k, _ in self.powers + self.logs} | {k[0] for k, _ in self.exps}

    def json(self) -> dict[str, Any]:
        exps: dict[str, dict[str, str]] = {}
        for (name, base), value in self.exps:
            exps.setdefault(name, {})[base] = str(value)
        parts = {
            "powers": {k: str(v) for k, v in self.powers},
            "logs": {k: str(v) for k, v in self.logs},
            "exps": exps,
        }
        return {key: value for key, value in parts.items() if value}

    def __str__(self) -> str:
        from symbolic.recheck.rates import monomial_text

        return monomial_text(self.json())


@dataclass(frozen=True)
class Rate:
    """The maximum over `minima` of the least monomial in each."""

    minima: frozenset[frozenset[Monomial]]

    @staticmethod
    def of(monomial: Monomial) -> Rate:
        return Rate(frozenset([frozenset([monomial])]))

    def __add__(self, other: Rate) -> Rate:
        return Rate(_limited(self.minima | other.minima))

    def __mul__(self, other: Rate) -> Rate:
        return Rate(
            _limited(
                frozenset(
                    frozenset(a * b for a in left for b in right)
                    for left in self.minima
                    for right in other.minima
                )
            )
        )

    def least(self, other: Rate) -> Rate:
        """The minimum of two rates."""
        pairs = (a | b for a in self.minima for b in other.minima)
        return Rate(_limited(frozenset(pairs)))

    def __pow__(self, exponent: Fraction | int) -> Rate:
        if exponent >= 0:
            raised = (frozenset(m**exponent for m in minimum) for minimum in self.minima)
            return Rate(frozenset(raised))
        # 1/max min = min max 1/..., rewritten as a maximum of minima.
        choices = product(*self.minima)
        return Rate(_limited(frozenset(frozenset(m**exponent for m in c) for c in choices)))

    def monomials(self) -> list[Monomial]:
        return sorted({m for minimum in self.minima for m in minimum}, key=str)

    def ordered(self) -> list[list[Monomial]]:
        return sorted((sorted(minimum, key=str) for minimum in self.minima), key=str)

    def json(self) -> list[list[dict[str, Any]]]:
        return [[m.json() for m in minimum] for minimum in self.ordered()]

    def substitute(self, name: str, value: Rate, directions: Mapping[str, Direction]) -> Rate:
        """The rate with one parameter chosen as a function of others, e.g. tau = m**(-1/2)/B.

        Raises `ValueError` where a logarithm or exponential of the choice has no such form.
        """
        found = [
            reduce(Rate.least, (_substituted(m, name, value, directions) for m in minimum))
            for minimum in self.minima
        ]
        return reduce(Rate.__add__, found)

    def __str__(self) -> str:
        from symbolic.recheck.rates import rate_text

        return rate_text(self.json())


def _limited(minima: frozenset[frozenset[Monomial]]) -> frozenset[frozenset[Monomial]]:
    if len(minima) > MAX_TERMS:
        raise ValueError(f"a rate of more than {MAX_TERMS} terms")
    return minima


ONE = Rate.of(Monomial())


def _substituted(m: Monomial, name: str, value: Rate, directions: Mapping[str, Direction]) -> Rate:
    if any(key[0] == name for key, _ in m.exps):
        raise ValueError(f"{name} occurs in an exponent: substitute there by hand")
    rest = Monomial(
        tuple(kv for kv in m.powers if kv[0] != name),
        tuple(kv for kv in m.logs if kv[0] != name),
        m.exps,
    )
    result = Rate.of(rest) * value ** m.power(name)
    log_power = dict(m.logs).get(name, Fraction(0))
    return result * _log(value, directions) ** log_power if log_power else result


def _log(value: Rate, directions: Mapping[str, Direction]) -> Rate:
    """log of a rate, where all its factors grow (or all shrink) so that nothing cancels."""
    (minimum,) = value.minima if len(value.minima) == 1 else (frozenset[Monomial](),)
    if len(minimum) != 1:
        raise ValueError("the logarithm of a sum or minimum has no single form")
    (monomial,) = minimum
    sizes = {k: v if directions[k] == "oo" else -v for k, v in monomial.powers}
    if monomial.exps or not sizes or len({v > 0 for v in sizes.values()}) > 1:
        raise ValueError(f"log({monomial}) may cancel")
    return reduce(Rate.__add__, (Rate.of(Monomial(logs=((k, Fraction(1)),))) for k in sizes))


def rate(expression: sp.Expr, directions: Mapping[str, Direction]) -> Rate:
    """The rate of a SymPy expression in parameters of the given directions.

    Positive constants are dropped; log(p), log(1/p) and logs of products of growing factors become
    logarithmic factors. Raises `ValueError` for a subtraction or another function.
    """
    e = sp.sympify(expression)
    if e.is_number:
        if not e.is_positive:
            raise ValueError(f"not a positive constant: {e}")
        return ONE
    if isinstance(e, sp.Symbol):
        if e.name not in directions:
            raise ValueError(f"the parameter {e} has no declared direction")
        return Rate.of(Monomial(powers=((e.name, Fraction(1)),)))
    if isinstance(e, sp.Add | sp.Max):
        return reduce(Rate.__add__, (rate(arg, directions) for arg in e.args))
    if isinstance(e, sp.Mul):
        return reduce(Rate.__mul__, (rate(arg, directions) for arg in e.args))
    if isinstance(e, sp.Min):
        return reduce(Rate.least, (rate(arg, directions) for arg in e.args))
    if isinstance(e, sp.log):
        inner = e.args[0]
        numeric, rest = inner.as_independent(*inner.free_symbols)
        if not numeric.is_positive:
            raise ValueError(f"cannot read {e}")
        return _log(rate(rest, directions), directions)
    base, exponent = (sp.E, e.exp) if isinstance(e, sp.exp) else e.as_base_exp()
    if exponent.is_Rational and not isinstance(e, sp.exp) and isinstance(e, sp.Pow):
        return rate(base, directions) ** Fraction(int(exponent.p), int(exponent.q))
    if base.is_number:
        return reduce(
            Rate.__mul__, (_exponential(base, t, directions) for t in sp.Add.make_args(exponent))
        )
    raise ValueError(f"not a rate: {e}")


def _exponential(base: sp.Expr, exponent: sp.Expr, directions: Mapping[str, Direction]) -> Rate:
    if exponent.is_number:
        return ONE
    factor, rest = exponent.as_coeff_Mul()
    if isinstance(rest, sp.log) and base == sp.E:
        return rate(rest.args[0], directions) ** Fraction(int(factor.p), int(factor.q))
    size = rest if isinstance(rest, sp.Symbol) else 1 / rest
    wanted = "oo" if isinstance(rest, sp.Symbol) else "0"
    known = base == sp.E or (base.is_Rational and base > 0)
    if not (isinstance(size, sp.Symbol) and factor.is_Rational and known):
        raise ValueError(f"not a rate: {base}**({exponent})")
    if directions.get(size.name) != wanted:
        raise ValueError(f"{base}**({exponent}) tends to a constant or is not read")
    value = Fraction(int(factor.p), int(factor.q))
    if base == sp.E:
        items = [((size.name, "e"), value)]
    else:
        powers = [(p, k) for p, k in sp.factorrat(base).items()]
        items = [((size.name, str(p)), value * int(k)) for p, k in powers]
    return Rate.of(Monomial(exps=_collect(items)))


@dataclass(frozen=True)
class RateProblem:
    """Is `left` = `sense`(`right`) as each parameter tends to its limit?

    `relations`: pairs (a, b) of monomials with a >= C b for some constant C > 0.
    """

    directions: Mapping[str, Direction]
    left: Rate
    sense: Sense
    right: Rate
    relations: tuple[tuple[Monomial, Monomial], ...] = field(default=())

    def statement(self) -> dict[str, Any]:
        return {
            "parameters": dict(sorted(self.directions.items())),
            "relations": [[a.json(), b.json()] for a, b in self.relations],
            "claim": [self.left.json(), self.sense, self.right.json()],
        }
