"""Deciding relations over declared domains: `decide` and its ladder of engines.

The engines, cheapest first: exact identities, real closed fields, ball arithmetic. Each settles the
question or passes it on; none decides anything by an absolute tolerance.
"""

from __future__ import annotations

import ctypes
import importlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from symbolic import clock
from symbolic.problem import Decision, Problem
from symbolic.question import question
from symbolic.ranges import domain_of, sample
from symbolic.replay import replayed
from symbolic.watchdog import Expired, expires_at

# Each rung: its module, its function, and the share of the remaining time that it may use.
_LADDER = (
    ("identity", "attempt", 0.3),
    ("polynomial", "both_ways", 0.3),
    ("intervals", "glance", 0.3),
    ("polynomial", "attempt", 0.6),
    ("intervals", "attempt", 1.0),
    ("polynomial", "search_longer", 1.0),
)
_SHARE_OF_A_RELAXATION = 0.2  # of the polynomial engine where functions are mere variables to it
_TRANSCENDENTAL: tuple[type, ...] = (
    *(sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.atan, sp.asin, sp.acos, sp.tanh),
    *(sp.sinh, sp.cosh, sp.erf, sp.erfc, sp.gamma, sp.loggamma, sp.polygamma),
)
# What an engine may raise on expressions that it cannot deal with. An interruption that falls into
# the conversion of an argument of a foreign function comes out as an error of ctypes.
_FAILURES = (
    *(ImportError, ArithmeticError, AttributeError, LookupError, NotImplementedError),
    *(RecursionError, TypeError, ValueError, ctypes.ArgumentError, BasePolynomialError),
)
_RESERVE = 0.02
_FOR_CERTIFICATE = 1.0  # seconds, to replay one
# Seconds to look for a proof in ball arithmetic where the answer is known: in more than a few
# variables there hardly is one, and with side conditions only a short one.
_FOR_WRITTEN_PROOF = 0.2
_FOR_SHORT_PROOF = 0.15
_MOST_VARIABLES = 4
_FOR_A_GLANCE = 0.4
_FOR_BOTH_WAYS = 0.6  # of an equation that is known to hold


def decide(
    relation: sp.Basic,
    over: Mapping[sp.Symbol, sp.Set],
    where: Iterable[sp.Basic] = (),
    seconds: float = 10.0,
) -> Decision:
    """Whether `relation` holds at every point of the domain, as far as that can be settled exactly.

    `relation` is an `Eq/Ne/Le/Lt/Ge/Gt` or an `And` of them (`over` maps each free symbol to the
    real set, or set of integers, that it ranges over; `where` keeps the points at which all its
    relations hold). It holds at a point when both sides are defined real numbers that stand in the
    relation. A refutation carries an exact point of the domain at which it fails. The answer is
    "undecided" when `seconds` run out, when the domain is empty, or when no engine settles it.

    `seconds` are seconds of work: what this thread, and the child processes that it waits for,
    compute (`clock.now`), and all shares that the engines have of them are counted so; z3's are
    counted in its own units (`contexts.limit`). So the answer does not depend on what else the
    machine does. On a machine that does nothing else, work and wall agree within 10 %; on the wall
    the call ends after `clock.wall_for(seconds)` at the latest, eight times as long and a second.

    A floating-point number means the exact binary number that it holds. What SymPy assumes of a
    symbol is used only as far as its range bears it out.

    Raises `ValueError` for a relation of another kind, a free symbol without a range, or one whose
    assumptions contradict its range, and `TypeError` for arguments of the wrong type.
    """
    started, began = time.monotonic(), clock.now()
    asked = question(relation, over, where)
    if not seconds > 0:
        raise ValueError(f"the time limit must be positive, not {seconds}")
    deadline = began + seconds * (1 - _RESERVE)
    with clock.guarded(seconds):
        decision = _trivial(asked.problem) or _climb(asked.problem, deadline)
        if decision.witness is not None:
            named = {asked.asked[s]: value for s, value in decision.witness.items()}
            certificate = decision.certificate or _refutation(asked.problem, decision, deadline)
            decision = replace(decision, witness=named, certificate=certificate)
    return replace(decision, seconds=time.monotonic() - started)


def _trivial(problem: Problem) -> Decision | None:
    """A relation that SymPy already evaluated to false fails at any point of the domain."""
    if sp.false not in problem.relations:
        return None
    domain = domain_of(problem)
    point = None if domain is None else next(sample(domain, 1), None)
    if point is None:
        return Decision("undecided", "none", "no point of the domain was found")
    return Decision("refuted", "identity", "the relation reads: false", witness=dict(point))


def _certified(decision: Decision, deadline: float) -> Decision:
    """The decision without its certificate, where the independent checker does not accept that."""
    if decision.certificate is None:
        return decision
    seconds = min(_FOR_CERTIFICATE, deadline - clock.now())
    verdict = replayed(decision.certificate, max(seconds, 0.05))
    if verdict.ok:
        return decision
    if "do not add up" in verdict.reason:  # no weakness of the checker: the proof is no proof
        return Decision(
            "undecided", decision.engine, f"a proof was refused: {verdict.reason[:120]}"
        )
    note = f"one engine: no certificate that the checker accepts ({verdict.reason[:120]})"
    return replace(decision, certificate=None, notes=(*decision.notes, note))


def _refutation(problem: Problem, decision: Decision, deadline: float) -> dict[str, Any] | None:
    """A certificate of the refutation that the checker accepts, or None."""
    from symbolic.witness import refutation

    assert decision.witness is not None
    until = min(deadline, clock.now() + _FOR_CERTIFICATE)
    try:
        with expires_at(until):
            return refutation(problem, decision.engine, decision.witness, until)
    except Expired:
        return None


def _seconds_for(
    name: str,
    function: str,
    share: float,
    problem: Problem,
    uncertified: Decision | None,
    left: float,
) -> float:
    """How long this rung may take; 0 leaves it out."""
    transcendental = any(r.has(*_TRANSCENDENTAL) for r in problem.relations)
    if function == "search_longer":
        return left if uncertified is not None and uncertified.engine == name else 0.0
    if function == "both_ways":
        known = uncertified is not None and not transcendental
        return min(share * left, _FOR_BOTH_WAYS) if known else 0.0
    if function == "glance":
        return min(share * left, _FOR_A_GLANCE) if transcendental and not uncertified else 0.0
    if uncertified is not None and name == "intervals":
        # The answer is known: a look for a certificate, no more.
        variables = len(set().union(*(r.free_symbols for r in problem.relations)))
        look = _FOR_SHORT_PROOF if problem.where else _FOR_WRITTEN_PROOF
        return min(share * left, look) if variables <= _MOST_VARIABLES else 0.0
    if name == "polynomial" and transcendental:
        share = _SHARE_OF_A_RELAXATION
    return share * left


def _climb(problem: Problem, deadline: float) -> Decision:
    """The first settled answer on the ladder, else the reasons why there is none."""
    reasons: list[str] = []
    uncertified: Decision | None = None
    for name, function, share in _LADDER:
        equation = any(isinstance(r, sp.Eq) for r in problem.relations)
        if uncertified is not None and equation and function != "both_ways":
            break  # the other engines have no certificates for equations
        now = clock.now()
        if now >= deadline:
            reasons.append("out of time")
            break
        limit = now + _seconds_for(name, function, share, problem, uncertified, deadline - now)
        if limit == now:
            continue
        try:
            module = importlib.import_module(f"symbolic.{name}")  # never interrupted
            attempt = getattr(module, function)
            with expires_at(limit):
                if uncertified is not None and name == "intervals":
                    found = attempt(problem, limit, settled=True)
                else:
                    found = attempt(problem, limit)
        except Expired:
            reasons.append(f"{name}: out of time")
            continue
        except _FAILURES as error:
            reasons.append(f"{name}: {type(error).__name__}: {str(error)[:120]}")
            continue
        if found is None:
            continue
        found = _certified(found, deadline)
        if found.outcome == "proved" and found.certificate is None:
            uncertified = uncertified or found
            continue
        if found.outcome != "undecided":
            return found
        reasons.append(f"{found.engine}: {found.reason}")
        if "domain is empty" in found.reason:
            break
    if uncertified is not None:
        return uncertified
    return Decision("undecided", "none", "; ".join(reasons) or "no engine settles this relation")
