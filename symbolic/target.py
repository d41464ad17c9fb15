"""An expression with its derivatives, compiled on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from symbolic.ball import Interval
from symbolic.enclosure import enclose
from symbolic.program import Known, Program, compile_program

_SHORT = 60


class Target:
    """A real expression of the given symbols; `known` signs hold on every box it will see."""

    def __init__(self, expr: Any, symbols: Sequence[sp.Symbol], known: Known) -> None:
        self.expr = expr
        self.symbols = tuple(symbols)
        self.known = known
        self.active = tuple(s for s in self.symbols if expr.has(s))
        self._programs: dict[Any, Program] = {}
        self._derivatives: dict[tuple[sp.Symbol, int], Any] = {}

    def derivative(self, symbol: sp.Symbol, order: int = 1) -> Any:
        """The derivative as SymPy gives it, tidied where that is cheap."""
        if order == 0:
            return self.expr
        key = (symbol, order)
        if key not in self._derivatives:
            self._derivatives[key] = tidy(sp.diff(self.derivative(symbol, order - 1), symbol))
        return self._derivatives[key]

    def _program(self, key: Any, outputs: Sequence[Any]) -> Program:
        if key not in self._programs:
            self._programs[key] = compile_program(outputs, self.symbols, self.known)
        return self._programs[key]

    def value(self, box: Sequence[Interval]) -> Interval:
        return enclose(self._program("value", [self.expr]), box)[0]

    def value_without(self, dropped: Sequence[sp.Symbol], box: Sequence[Interval]) -> Interval:
        """The value where signs known of expressions in the dropped symbols may not hold."""
        if not dropped:
            return self.value(box)
        key = ("value", *dropped)
        if key not in self._programs:
            known = {e: sign for e, sign in self.known.items() if not e.has(*dropped)}
            self._programs[key] = compile_program([self.expr], self.symbols, known)
        return enclose(self._programs[key], box)[0]

    def slopes(self, box: Sequence[Interval]) -> list[Interval]:
        """Enclosures of the partial derivatives in `active`, in order."""
        outputs = [self.derivative(s) for s in self.active]
        return enclose(self._program("slopes", outputs), box)

    def derivative_value(self, symbol: sp.Symbol, order: int, box: Sequence[Interval]) -> Interval:
        outputs = [self.derivative(symbol, order)]
        return enclose(self._program((symbol, order), outputs), box)[0]


def tidy(expr: Any) -> Any:
    """An equal expression that is tighter on intervals, if a cheap one is found."""
    if expr.has(sp.tan, sp.tanh, sp.cot, sp.coth):
        expr = expr.replace(lambda e: e.is_Add and len(e.args) >= 2, _secant)
    if expr.is_Atom or expr.count_ops() > _SHORT:
        return expr
    if expr.has(sp.Piecewise, sp.Min, sp.Max):
        return expr
    try:
        candidate = sp.factor(expr)
    except (sp.PolynomialError, NotImplementedError):
        return expr
    return candidate if candidate.count_ops() <= expr.count_ops() else expr


def _secant(total: Any) -> Any:
    """1 + tan**2 as 1/cos**2 and 1 - tanh**2 as 1/cosh**2 (or minus them): they show signs."""
    if len(total.args) != 2 or not total.args[0].is_number or abs(total.args[0]) != 1:
        return total
    sign, term = total.args[0], total.args[0] * total.args[1]
    square, flipped = term, -term
    if square.is_Pow and square.exp == 2 and isinstance(square.base, sp.tan):
        return sign * sp.cos(square.base.args[0]) ** -2
    if flipped.is_Pow and flipped.exp == 2 and isinstance(flipped.base, sp.tanh):
        return sign * sp.cosh(flipped.base.args[0]) ** -2
    return total
