"""Rates of sums over an index: geometric ones, and sums of powers and logarithms."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from symbolic.rates import ONE, Direction, Rate

Limits = Mapping[str, Direction]


def summed(e: sp.Sum, limits: Limits) -> Rate:
    """The rate of sum of C k**a log(k)**b r**k over k from a number to a growing end or infinity.

    r is a number, 1 + (what tends to 0), or grows or shrinks with the parameters (then b = 0).
    Raises `ValueError` for another sum.
    """
    from symbolic.asymptotics import read_sizes

    if len(e.limits) != 1 or len(e.limits[0]) != 3:
        raise ValueError(f"not a sum over one index: {e}")
    k, start, end = e.limits[0]
    term, index = e.function, sp.Dummy(k.name, positive=True)
    shift = _shift(term, k)
    if shift:
        moved = sp.expand_power_exp(term.subs(k, k - shift))
        return summed(sp.Sum(moved, (k, start + shift, end + shift)), limits)
    outside, inside = sp.powsimp(term.subs(k, index)).as_independent(index, as_Add=False)
    opened = sp.expand(term, power_exp=False, power_base=False)
    if isinstance(opened, sp.Add):
        parts = [sp.Sum(arg, e.limits[0]) for arg in opened.args]
        if any(read_sizes(_at_end(part, k, end), limits)[0] < 0 for part in parts):
            raise ValueError(f"terms of a sum that are subtracted: {e}")
        found = [summed(part, limits) for part in parts]
        constant = found[0]
        for part in found[1:]:
            constant = constant + part
        return constant
    sign, factor = read_sizes(outside, limits) if outside != 1 else (1, ONE)
    if sign < 0 or not start.is_Integer or start < 0:
        raise ValueError(f"not read as a sum: {e}")
    power, logs, ratio = _shape(inside, index, e)
    if start == 0 and (power or logs):
        if power < 0 or logs < 0:
            raise ValueError(f"the first term is not defined: {e}")
        start = sp.Integer(1)
    return factor * _total(power, logs, ratio, start, end, limits, e)


def _shift(term: sp.Expr, k: Any) -> int:
    """The c of factors (k + c)**a and log(k + c)**b, where it is one whole number > 0 in all."""
    bases = {power.base for power in term.atoms(sp.Pow)} | {e.args[0] for e in term.atoms(sp.log)}
    shifts = {base - k for base in bases if base.is_Add and base.has(k)}
    (only,) = shifts if len(shifts) == 1 else (sp.Integer(0),)
    return int(only) if only.is_Integer and only > 0 else 0


def _at_end(part: sp.Sum, k: Any, end: Any) -> Any:
    return part.function.subs(k, end if end != sp.oo else sp.Integer(2))


def _shape(inside: sp.Expr, k: Any, shown: Any) -> tuple[Fraction, Fraction, sp.Expr]:
    """The powers a, b and the ratio r of k**a log(k)**b r**k."""
    power, logs, ratio = Fraction(0), Fraction(0), sp.Integer(1)
    for factor in sp.Mul.make_args(inside):
        if factor == 1:
            continue
        base, exponent = (sp.E, factor.exp) if isinstance(factor, sp.exp) else factor.as_base_exp()
        if base == k and exponent.is_Rational:
            power += Fraction(int(exponent.p), int(exponent.q))
        elif base == sp.log(k) and exponent.is_Rational:
            logs += Fraction(int(exponent.p), int(exponent.q))
        elif not base.has(k):
            constant = sp.expand(exponent).coeff(k, 0)
            slope = sp.expand((exponent - constant) / k)
            if slope.has(k) or (constant != 0 and not (base**constant).is_number):
                raise ValueError(f"not read as a sum: {shown}")
            ratio = ratio * base**slope
        else:
            raise ValueError(f"not read as a sum: {shown}")
    return power, logs, sp.powsimp(ratio)


def _total(
    power: Fraction, logs: Fraction, ratio: Any, start: Any, end: Any, limits: Limits, shown: Any
) -> Rate:
    from symbolic.asymptotics import log_of_size, lower_order, near_one, read_sizes
    from symbolic.exact_exponents import growing

    number = sp.Rational(power.numerator, power.denominator)
    if start == 1 and logs < 0:
        raise ValueError(f"the first term is not defined: {shown}")
    if ratio != 1:
        small = near_one(ratio, limits)
        if small is not None:
            sign, rate = read_sizes(small, limits)
            if sign > 0 or power or logs:
                raise ValueError(f"not read as a sum: {shown}")
            tail = rate**-1
            return tail if end == sp.oo else tail.least(growing(end, limits))
        if ratio.is_number:
            rising, falling = bool(ratio > 1), bool((ratio < 1) and (ratio > 0))
        else:
            sign, found = read_sizes(ratio, limits)
            if sign < 0:
                raise ValueError(f"a sum of terms of both signs: {shown}")
            rising, falling = lower_order(ONE, found, limits), lower_order(found, ONE, limits)
        if rising and end != sp.oo and (logs == 0 or not end.is_number):
            log = log_of_size(growing(end, limits), limits) if logs else ONE
            if not end.is_number:
                growing(end, limits)
            return read_sizes(end**number * ratio**end, limits)[1] * log**logs
        if falling and ratio.is_number:
            return ONE
        if falling and not logs:
            return read_sizes(ratio**start, limits)[1] if start != 0 else ONE
        raise ValueError(f"not read as a sum: {shown}")
    converges = power < -1 or (power == -1 and logs < -1)
    if converges:
        return ONE
    if end == sp.oo:
        raise ValueError(f"the sum is infinite: {shown}")
    size = growing(end, limits)
    log = log_of_size(size, limits) if logs or power == -1 else ONE
    if power > -1:
        return size ** (power + 1) * log**logs
    return log ** (logs + 1) if logs > -1 else log_of_size(log, limits)
