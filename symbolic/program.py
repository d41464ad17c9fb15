"""SymPy expressions as straight-line programs, to be run on intervals, jets or exact numbers.

Common subexpressions are shared. Supported: rational numbers, pi, E, EulerGamma, Catalan and
GoldenRatio, sums, products, powers, and the functions in `FUNCTIONS`, `Abs`, `sign`, `Min`, `Max`,
`Piecewise`, `polygamma`, `factorial` and `binomial`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

FUNCTIONS = [
    "exp",
    "log",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "asin",
    "acos",
    "atan",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
    "gamma",
    "loggamma",
]
_BY_CLASS = {getattr(sp, name): name for name in FUNCTIONS}
CONSTANTS: dict[Any, str] = {
    sp.pi: "pi",
    sp.E: "e",
    sp.EulerGamma: "euler",
    sp.Catalan: "catalan",
    sp.GoldenRatio: "golden",
}


Known = Mapping[Any, str]


class UnsupportedError(ValueError):
    """The expression holds something that has no interval extension here."""


@dataclass(frozen=True)
class Step:
    """One instruction: `op` applied to earlier results `args`; `data` is its parameter."""

    op: str
    args: tuple[int, ...] = ()
    data: Any = None


@dataclass(frozen=True)
class Program:
    steps: tuple[Step, ...]
    variables: tuple[sp.Symbol, ...]
    outputs: tuple[int, ...]


class _Compiler:
    def __init__(self, variables: Sequence[sp.Symbol], known: Known) -> None:
        self.known_signs = known
        self.variables = {v: i for i, v in enumerate(variables)}
        self.steps: list[Step] = []
        self.memo: dict[Any, int] = {}
        self.known: dict[Step, int] = {}

    def emit(self, op: str, args: tuple[int, ...] = (), data: Any = None) -> int:
        step = Step(op, args, data)
        if step not in self.known:
            self.known[step] = len(self.steps)
            self.steps.append(step)
        return self.known[step]

    def visit(self, e: Any) -> int:
        if e not in self.memo:
            result = self._visit(e)
            sign = self.known_signs.get(e, "")
            if sign in (">", ">="):
                result = self.emit("clamp", (result,), (1, sign == ">"))
            elif sign in ("<", "<="):
                result = self.emit("clamp", (result,), (-1, sign == "<"))
            self.memo[e] = result
        return self.memo[e]

    def sure(self, result: int, args: tuple[int, ...], wanted: bool) -> int:
        """The result, marked as defined wherever its arguments are."""
        return self.emit("sure", (result, *args)) if wanted else result

    def nonzero(self, e: Any) -> bool:
        return self.known_signs.get(e, "") in (">", "<", "!=")

    def positive(self, e: Any) -> bool:
        return self.known_signs.get(e, "") == ">"

    def _visit(self, e: Any) -> int:
        if e in self.variables:
            return self.emit("var", (), self.variables[e])
        if e.is_Rational:
            return self.emit("rational", (), (int(e.p), int(e.q)))
        if e in CONSTANTS:
            return self.emit("constant", (), CONSTANTS[e])
        if e.is_Float:
            exact = sp.Rational(str(e))
            return self.emit("rational", (), (int(exact.p), int(exact.q)))
        if e.is_Add:
            return self._fold("add", e.args)
        if e.is_Mul:
            return self._mul(e)
        if e.is_Pow:
            return self._pow(e.base, e.exp)
        return self._function(e)

    def _fold(self, op: str, args: Sequence[Any]) -> int:
        result = self.visit(args[0])
        for arg in args[1:]:
            result = self.emit(op, (result, self.visit(arg)))
        return result

    def _mul(self, e: Any) -> int:
        over = [a for a in e.args if a.is_Pow and a.exp.is_Integer and a.exp < 0]
        rest = [a for a in e.args if a not in over]
        if rest and rest[0] == -1 and len(rest) > 1:
            result = self.emit("neg", (self._fold("mul", rest[1:]),))
        elif rest:
            result = self._fold("mul", rest)
        else:
            return self._fold("mul", over)
        for a in over:
            below = self._pow(a.base, -a.exp)
            quotient = self.emit("div", (result, below))
            result = self.sure(quotient, (result, below), self.nonzero(a.base))
        return result

    def _pow(self, base: Any, exponent: Any) -> int:
        if base == sp.E:
            return self.emit("exp", (self.visit(exponent),))
        b = self.visit(base)
        if exponent.is_Integer:
            if exponent == 1:
                return b
            value = self.emit("powint", (b,), int(exponent))
            return self.sure(value, (b,), exponent < 0 and self.nonzero(base))
        if exponent.is_Rational:
            value = self.emit("powrat", (b,), (int(exponent.p), int(exponent.q)))
            return self.sure(value, (b,), exponent < 0 and self.positive(base))
        e = self.visit(exponent)
        return self.sure(self.emit("power", (b, e)), (b, e), self.positive(base))

    def _function(self, e: Any) -> int:
        name = _BY_CLASS.get(e.func)
        if name is not None:
            arg = self.visit(e.args[0])
            if name == "tan" and self.nonzero(sp.cos(e.args[0])):
                return self.sure(self.emit("tan_branch", (arg,)), (arg,), True)
            guarded = name in ("log", "gamma", "loggamma") and self.positive(e.args[0])
            return self.sure(self.emit(name, (arg,)), (arg,), guarded)
        rewritten = _rewrite(e)
        if rewritten is not None:
            return self.visit(rewritten)
        if isinstance(e, sp.polygamma) and e.args[0].is_Integer and e.args[0] >= 0:
            arg = self.visit(e.args[1])
            value = self.emit("polygamma", (arg,), int(e.args[0]))
            return self.sure(value, (arg,), self.positive(e.args[1]))
        if isinstance(e, sp.Abs):
            return self.emit("abs", (self.visit(e.args[0]),))
        if isinstance(e, sp.sign):
            return self.emit("sign", (self.visit(e.args[0]),))
        if isinstance(e, sp.Min):
            return self._fold("min", e.args)
        if isinstance(e, sp.Max):
            return self._fold("max", e.args)
        if isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        raise UnsupportedError(f"no interval extension for {e.func.__name__}")

    def _piecewise(self, e: Any) -> int:
        args: list[int] = []
        conditions = []
        for value, condition in e.args:
            args.append(self.visit(value))
            conditions.append(self.condition(condition))
        return self.emit("piecewise", tuple(args), tuple(conditions))

    def condition(self, c: Any) -> tuple[Any, ...]:
        """A condition as nested tuples over program results."""
        if c in (sp.true, sp.false):
            return ("const", bool(c))
        if isinstance(c, sp.And | sp.Or):
            name = "and" if isinstance(c, sp.And) else "or"
            return (name, *(self.condition(a) for a in c.args))
        if isinstance(c, sp.Not):
            return ("not", self.condition(c.args[0]))
        if isinstance(c, sp.core.relational.Relational):
            return ("rel", c.rel_op, self.visit(c.lhs), self.visit(c.rhs))
        raise UnsupportedError(f"condition {c} is not a relation")


def _rewrite(e: Any) -> Any:
    """Functions that are defined through others, or None."""
    a = e.args
    if isinstance(e, sp.cot):
        return sp.Mul(sp.cos(a[0]), sp.Pow(sp.sin(a[0]), -1))
    if isinstance(e, sp.sec | sp.sech):
        return sp.Pow((sp.cos if isinstance(e, sp.sec) else sp.cosh)(a[0]), -1)
    if isinstance(e, sp.csc | sp.csch):
        return sp.Pow((sp.sin if isinstance(e, sp.csc) else sp.sinh)(a[0]), -1)
    if isinstance(e, sp.coth):
        return sp.Pow(sp.tanh(a[0]), -1)
    if isinstance(e, sp.factorial):
        return sp.gamma(a[0] + 1)
    if isinstance(e, sp.binomial):
        return sp.gamma(a[0] + 1) / (sp.gamma(a[1] + 1) * sp.gamma(a[0] - a[1] + 1))
    if isinstance(e, sp.beta) and len(a) == 2:
        return sp.gamma(a[0]) * sp.gamma(a[1]) / sp.gamma(a[0] + a[1])
    return None


def compile_program(
    expressions: Sequence[Any], variables: Sequence[sp.Symbol], known: Known | None = None
) -> Program:
    """A program whose outputs are the expressions; raises `UnsupportedError`.

    `known` holds signs already proved for subexpressions on every box that the program will see.
    """
    compiler = _Compiler(variables, known or {})
    outputs = tuple(compiler.visit(e) for e in expressions)
    return Program(tuple(compiler.steps), tuple(variables), outputs)
