"""Programs run on extended intervals: enclosures of expressions over a box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import arb, fmpq

from symbolic import ball, ball_gamma
from symbolic.ball import Interval
from symbolic.program import Program

_UNARY: dict[str, Callable[[Interval], Interval]] = {
    "exp": ball.exp,
    "log": ball.log,
    "sin": ball.sine,
    "cos": ball.cosine,
    "tan": ball.tangent,
    "tan_branch": ball.tangent_branch,
    "sinh": ball.sinh,
    "cosh": ball.cosh,
    "tanh": ball.tanh,
    "asin": ball.asin,
    "acos": ball.acos,
    "atan": ball.atan,
    "asinh": ball.asinh,
    "acosh": ball.acosh,
    "atanh": ball.atanh,
    "erf": ball.erf,
    "erfc": ball.erfc,
    "gamma": ball_gamma.gamma,
    "loggamma": ball_gamma.loggamma,
    "abs": ball.absolute,
    "neg": Interval.__neg__,
}
_BINARY: dict[str, Callable[[Interval, Interval], Interval]] = {
    "add": Interval.__add__,
    "mul": Interval.__mul__,
    "div": Interval.__truediv__,
    "min": ball.minimum,
    "max": ball.maximum,
}
_CONSTANTS: dict[str, Callable[[], arb]] = {
    "pi": arb.pi,
    "e": arb.const_e,
    "euler": arb.const_euler,
    "catalan": arb.const_catalan,
    "golden": lambda: (1 + arb(5).sqrt()) / 2,
}


def enclose(program: Program, box: Sequence[Interval]) -> list[Interval]:
    """Enclosures of the program's outputs over the box (one interval per variable)."""
    values: list[Interval] = []
    for step in program.steps:
        op, args = step.op, step.args
        if op in _BINARY:
            values.append(_BINARY[op](values[args[0]], values[args[1]]))
        elif op in _UNARY:
            values.append(_UNARY[op](values[args[0]]))
        elif op == "var":
            values.append(box[step.data])
        else:
            values.append(_special(op, step, values))
    return [values[i] for i in program.outputs]


def _special(op: str, step: Any, values: list[Interval]) -> Interval:
    args, data = step.args, step.data
    if op == "rational":
        return ball.thin(arb(fmpq(*data)))
    if op == "powint":
        return ball.power(values[args[0]], data)
    if op == "power":
        return ball.general_power(values[args[0]], values[args[1]])
    if op == "clamp":
        return ball.clamp(values[args[0]], *data)
    if op == "sure":
        x = values[args[0]]
        return Interval(x.lo, x.hi, min(values[i].ok for i in args[1:]), x.apart)
    if op == "powrat":
        return ball.rational_power(values[args[0]], *data)
    if op == "constant":
        return ball.thin(_CONSTANTS[data]())
    if op == "polygamma":
        x = values[args[0]]
        return ball_gamma.digamma(x) if data == 0 else ball_gamma.polygamma(data, x)
    if op == "sign":
        x = values[args[0]]
        lo = 1 if x.lo > 0 else (0 if x.lo >= 0 else -1)
        hi = -1 if x.hi < 0 else (0 if x.hi <= 0 else 1)
        return Interval(arb(lo), arb(hi), x.ok)
    if op == "piecewise":
        return _piecewise(step, values)
    raise AssertionError(f"unknown operation {op}")


def _piecewise(step: Any, values: list[Interval]) -> Interval:
    hull: Interval | None = None
    for index, condition in zip(step.args, step.data, strict=True):
        truth = _truth(condition, values)
        if truth is False:
            continue
        value = values[index]
        hull = value if hull is None else hull.hull(value)
        if truth is True:
            return hull
    if hull is None:
        return ball.whole()
    return Interval(hull.lo, hull.hi, ball.UNSURE)


def _truth(c: tuple[Any, ...], values: list[Interval]) -> bool | None:
    kind = c[0]
    if kind == "const":
        return bool(c[1])
    if kind in ("and", "or"):
        found = [_truth(part, values) for part in c[1:]]
        decisive = kind == "or"
        if decisive in found:
            return decisive
        return None if None in found else not decisive
    if kind == "not":
        inner = _truth(c[1], values)
        return None if inner is None else not inner
    return compare(c[1], values[c[2]] - values[c[3]])


def compare(op: str, gap: Interval) -> bool | None:
    """Whether `lhs op rhs` holds for every (True) or no (False) pair, from lhs - rhs."""
    lo, hi = gap.lo, gap.hi
    if op == ">":
        return True if lo > 0 else (False if hi <= 0 else None)
    if op == ">=":
        return True if lo >= 0 else (False if hi < 0 else None)
    if op == "<":
        return True if hi < 0 else (False if lo >= 0 else None)
    if op == "<=":
        return True if hi <= 0 else (False if lo > 0 else None)
    apart = bool(lo > 0) or bool(hi < 0)
    same = bool(lo.is_zero()) and bool(hi.is_zero())
    if op == "==":
        return False if apart else (True if same else None)
    return True if apart else (False if same else None)
