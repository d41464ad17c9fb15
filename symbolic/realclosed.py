"""Satisfiability of polynomial formulas over the reals, by z3's nlsat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sympy as sp

from symbolic import clock
from symbolic.budget import limit_growth, run_with_deadline
from symbolic.contexts import limit, new_context
from symbolic.formula import All, Formula, Poly, Sign
from symbolic.watchdog import shielded

# What z3 cannot be trusted to interrupt in time runs in a child process beyond this many seconds.
_IN_PROCESS_SECONDS = 0.25
_MOST_MEBIBYTES = 2048  # that z3 may take in the child
_LARGEST_DEGREE = 4
_MOST_TERMS = 6000  # of all polynomials: more are not handed over in reasonable time
_LARGEST_COEFFICIENT = 10**6


@dataclass(frozen=True)
class Answer:
    """`sat` comes with a model: the name of each variable and its exact value."""

    status: Literal["sat", "unsat", "unknown"]
    model: Mapping[str, sp.Expr] | None = None


def satisfiable(formulas: Iterable[Formula], seconds: float) -> Answer:
    """Whether real numbers meet all the formulas; "unknown" when the time runs out.

    z3's share of the time is counted in its own units of work (`contexts.limit`).
    """
    if seconds <= 0:
        return Answer("unknown")
    formulas = list(formulas)
    started = clock.now()
    here = min(seconds, _IN_PROCESS_SECONDS)
    # Nothing interrupts z3 here: the wall ends it soon, and what that cut short the child does.
    answer = _check(formulas, here, 1.5 * here)
    left = seconds - (clock.now() - started)
    if answer.status != "unknown" or left < 0.1:
        return answer
    longer = run_with_deadline(_check_within, (formulas, left), clock.now() + left)
    return longer if longer is not None else Answer("unknown")


def _check_within(formulas: list[Formula], seconds: float) -> Answer:
    """`_check` in a process of its own, whose memory may grow by so much and no more."""
    import z3

    limit_growth(_MOST_MEBIBYTES * 2**20)
    z3.set_param("memory_max_size", _MOST_MEBIBYTES)
    try:
        return _check(formulas, seconds, clock.wall_for(seconds))
    except (MemoryError, z3.Z3Exception):
        return Answer("unknown")


def _check(formulas: list[Formula], seconds: float, wall: float) -> Answer:
    """z3's answer. Its objects are made and destroyed where no interruption reaches them."""
    if sum(_terms(f) for f in formulas) > _MOST_TERMS:
        return Answer("unknown")
    with shielded():
        return _ask(formulas, seconds, wall)


def _terms(formula: Formula) -> int:
    if isinstance(formula, Sign):
        return len(formula.poly)
    return sum(_terms(part) for part in formula.parts)


def _ask(formulas: list[Formula], seconds: float, wall: float) -> Answer:
    import z3

    if seconds <= 0:
        return Answer("unknown")
    context = new_context()
    variables: dict[str, Any] = {}
    goals = [_to_z3(f, context, variables) for f in formulas]
    plans = (
        z3.Then(z3.Tactic("simplify", context), z3.Tactic("nlsat", context)),
        z3.Tactic("qfnra-nlsat", context),
    )
    for plan, share in zip(plans, (0.4, 0.6), strict=True):
        solver = plan.solver()
        limit(solver, seconds * share, wall * share)
        solver.add(*goals)
        try:
            status = solver.check()
        except z3.Z3Exception as error:
            if "canceled" not in str(error) and "timeout" not in str(error):
                raise
            continue
        if status == z3.unsat:
            return Answer("unsat")
        if status == z3.sat:
            model = solver.model()
            values = {name: _exact(model.eval(v, True)) for name, v in variables.items()}
            return Answer("sat", {n: v for n, v in values.items() if v is not None})
    return Answer("unknown")


def _to_z3(formula: Formula, context: Any, variables: dict[str, Any]) -> Any:
    import z3

    if isinstance(formula, Sign):
        poly = _poly_to_z3(formula.poly, context, variables)
        return {
            ">=": lambda: poly >= 0,
            ">": lambda: poly > 0,
            "<=": lambda: poly <= 0,
            "<": lambda: poly < 0,
            "==": lambda: poly == 0,
            "!=": lambda: poly != 0,
        }[formula.op]()
    parts = [_to_z3(part, context, variables) for part in formula.parts]
    if not parts:
        return z3.BoolVal(isinstance(formula, All), context)
    return z3.And(*parts) if isinstance(formula, All) else z3.Or(*parts)


def _poly_to_z3(poly: Poly, context: Any, variables: dict[str, Any]) -> Any:
    import z3

    names = poly.context().names()
    terms = []
    for exponents, coefficient in poly.to_dict().items():
        term = z3.RealVal(f"{coefficient.p}/{coefficient.q}", context)
        for name, power in zip(names, exponents, strict=True):
            if power:
                if name not in variables:
                    variables[name] = z3.Real(name, context)
                term = term * variables[name] ** int(power)
        terms.append(term)
    return z3.Sum(terms) if len(terms) > 1 else (terms or [z3.RealVal(0, context)])[0]


def _exact(value: Any) -> sp.Expr | None:
    import z3

    if z3.is_rational_value(value):
        return sp.Rational(value.numerator_as_long(), value.denominator_as_long())
    if z3.is_algebraic_value(value):
        # Exact only where SymPy's root is cheap to find and to work with.
        coefficients = [sp.Rational(str(c)) for c in value.poly()]
        if len(coefficients) > _LARGEST_DEGREE + 1 or any(
            max(abs(c.p), c.q) > _LARGEST_COEFFICIENT for c in coefficients
        ):
            return _rational_near(value)
        roots = sp.Poly(coefficients[::-1], sp.Dummy("x")).real_roots(multiple=True)
        index = value.index() - 1
        return roots[index] if 0 <= index < len(roots) else None
    return None


def _rational_near(value: Any) -> sp.Expr:
    near = value.approx(20)
    return sp.Rational(near.numerator_as_long(), near.denominator_as_long())
