"""Polynomial and rational relations with any number of parameters, decided over the reals.

Roots, absolute values, maxima and pieces are eliminated first (`elimination.py`), then z3's nlsat
decides whether the negation can be met. A certificate is looked for by other means; without one
the answer rests on one engine, and says so.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

# An import that a time limit interrupts may spoil a module for good: all of them come first.
from symbolic import clock
from symbolic.deduction import SPURIOUS, inhabitant, left, refuted, settle, system_for
from symbolic.elimination import Elimination, NotAlgebraic
from symbolic.problem import Decision, Problem
from symbolic.proofs import (
    BRANCHES,
    DEEP,
    ENGINE,
    MATCHING,
    QUICK,
    SQUARES,
    THOROUGH,
    Proofs,
)
from symbolic.ranges import Domain, domain_of
from symbolic.refutation import Counterexample, search, try_point
from symbolic.relations import scalar_relations

_FIRST_SAMPLES, _SAMPLES = 20, 60
_QUICK_SECONDS = 0.5
_FIRST_SECONDS = 0.3  # of the procedure, before certificates are tried without it
_MATCHING_SECONDS = 0.3
_BRANCHES_SECONDS, _DEEP_SECONDS = 0.4, 1.5
_KNOWN_SECONDS = 0.25  # for deep branches, where the procedure has proved the relation
_RELAXED_SECONDS = 0.15  # where functions are mere variables
_SEARCH_SECONDS = 0.1
_FEW_SQUARES_SECONDS, _SQUARES_SECONDS = 0.06, 0.1
_SHARE = 0.6  # of the time that is left, for the procedure


def attempt(problem: Problem, deadline: float) -> Decision | None:
    """Decides relations between algebraic expressions; None passes the question on.

    Transcendental functions are only seen through the polynomial relations between their values,
    which may prove a relation and never refutes one. `deadline` is a value of `clock.now()`.
    The domain has to be shown to hold a point before anything is called proved; the answer about
    an empty domain is "undecided".
    """
    started = clock.now()
    domain = domain_of(problem)
    relations = scalar_relations(problem.relations)
    if domain is None or relations is None:
        return None
    decision = _decide(relations, domain, problem, deadline)
    return decision and replace(decision, seconds=clock.now() - started)


def _decide(
    relations: tuple[sp.Basic, ...], domain: Domain, problem: Problem, deadline: float
) -> Decision | None:
    try:
        systems = [system_for(relation, domain) for relation in relations]
    except NotAlgebraic:
        return None
    found, inhabited = search(relations, domain, _FIRST_SAMPLES, deadline)
    if found is not None:
        return refuted(found, relations, ENGINE)
    if not inhabited:
        point, empty = inhabitant(domain, deadline)
        if empty:
            return Decision("undecided", ENGINE, "the domain is empty")
        if point is None:
            return None
        found = try_point(relations, domain, point)
        if found is not None:
            return refuted(found, relations, ENGINE)
    # Quick looks first: what a certificate shows needs no decision procedure.
    proofs = Proofs(problem, domain)
    if proofs.advance(QUICK, _share(_QUICK_SECONDS, 0.3, deadline)):
        return _certified(proofs)
    found, _ = search(relations, domain, _SAMPLES, deadline)
    if found is not None:
        return refuted(found, relations, ENGINE)
    settled = hopeless = False
    for longest, share in ((_FIRST_SECONDS, 0.3), (float("inf"), _SHARE)):
        outcome = _settled(relations, systems, domain, _share(longest, share, deadline))
        if isinstance(outcome, Counterexample):
            return refuted(outcome, relations, ENGINE)
        settled, hopeless = outcome is True, outcome == SPURIOUS
        if hopeless and not all(system.exact for system in systems):
            return None  # what is known of the functions does not suffice
        if hopeless:
            break
        branching = _BRANCHES_SECONDS * (2 if proofs.switching else 1)
        if not all(system.exact for system in systems):
            branching = _RELAXED_SECONDS
        for way, most in ((MATCHING, _MATCHING_SECONDS), (BRANCHES, branching)):
            if proofs.advance(way, _share(most, 0.5, deadline)):
                return _certified(proofs)
        if settled:
            break
    if settled:
        proofs.allow(_FEW_SQUARES_SECONDS)
        for way in (SQUARES, DEEP):
            if way == DEEP and BRANCHES not in proofs.vain:
                continue  # there was no time for the shorter way
            if proofs.advance(way, _share(_KNOWN_SECONDS, 1.0, deadline)):
                return _certified(proofs)
        reason = "the negation has no solution over the reals"
        return Decision("proved", ENGINE, reason, notes=("one engine: z3, without a certificate",))
    proofs.allow(left(deadline))
    if proofs.advance(DEEP, _share(_DEEP_SECONDS, 0.3, deadline)):
        return _certified(proofs)
    if proofs.advance(SQUARES, deadline) or proofs.advance(THOROUGH, deadline):
        return _certified(proofs)
    return None


def both_ways(problem: Problem, deadline: float) -> Decision | None:
    """A certificate for equations that are known to hold, by the inequalities either way."""
    domain, relations = domain_of(problem), scalar_relations(problem.relations)
    if domain is None or relations is None or not all(isinstance(r, sp.Eq) for r in relations):
        return None
    proofs = Proofs(problem, domain)
    return _certified(proofs) if proofs.advance(BRANCHES, deadline) else None


def search_longer(problem: Problem, deadline: float) -> Decision | None:
    """A certificate by squares and many pieces, for what `attempt` has proved without one."""
    domain, relations = domain_of(problem), scalar_relations(problem.relations)
    if domain is None or relations is None:
        return None
    proofs = Proofs(problem, domain)
    limit = _share(_SEARCH_SECONDS, 1.0, deadline)
    proofs.allow(_SQUARES_SECONDS)
    if proofs.advance(SQUARES, limit) or proofs.advance(THOROUGH, limit):
        return _certified(proofs)
    return None


def _share(seconds: float, share: float, deadline: float) -> float:
    """A deadline after so many seconds, or that share of the time if it is less."""
    return clock.now() + min(seconds, share * left(deadline))


def _settled(
    relations: tuple[sp.Basic, ...], systems: list[Elimination], domain: Domain, until: float
) -> Counterexample | bool | str:
    """Whether the real closed field procedure proves all relations, as `settle` says it."""
    for index, (relation, system) in enumerate(zip(relations, systems, strict=True)):
        outcome = settle(relation, system, domain, until)
        if isinstance(outcome, Counterexample):
            return replace(outcome, index=index)
        if outcome is not True:
            return outcome
    return True


def _certified(proofs: Proofs) -> Decision:
    reason = "each factor has its sign, by what an independent checker replays"
    return Decision("proved", ENGINE, reason, certificate=proofs.certificate)
