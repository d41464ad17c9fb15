"""Equations that hold at every point of a domain, and traps that only look like them.

A false equation is met first by exact sample points. A true one is brought to polynomials in a few
generators (`elimination.py`, `transcendental.py`), where it has to follow from the relations
between those; what is left is tried by differentiation (`calculus.py`) and, for sums and products
with a symbolic bound, by induction (`induction.py`).
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from symbolic import clock, turns
from symbolic.calculus import constant_zero
from symbolic.constants import has_vanishing_constant
from symbolic.deduction import abstract_system_for, inhabitant, left, refuted, settle, system_for
from symbolic.derivations import derivation
from symbolic.elimination import NotAlgebraic
from symbolic.gammas import has_gammas
from symbolic.induction import closed_by_induction, has_open_sum
from symbolic.problem import Decision, Problem
from symbolic.ranges import Domain, domain_of
from symbolic.refutation import Counterexample, search, try_point
from symbolic.relations import scalar_relations
from symbolic.splitting import by_zeros, pieces
from symbolic.summation import proved_by_recurrence

ENGINE = "identity"
_SAMPLES = 30
_SEARCH_SECONDS = 1.5
_FIRST_SECONDS = 0.5
_MOST_SPLITS = 3
_REWRITTEN = "a chain of rewrites that the independent checker replays"
_REASON = {
    "normal form": "both sides have the same normal form over the domain",
    "derivative": "the derivatives agree on the domain, and the sides agree at one point",
    "induction": "by induction over the bound of the sum or product",
    "pieces": "on pieces of the domain",
    "recurrence": "by a recurrence for the sum, from telescoped terms",
}


def attempt(problem: Problem, deadline: float) -> Decision | None:
    """Decides conjunctions of equations (scalar or between matrices); None passes them on.

    `deadline` is a value of `clock.now()`. Proved means: both sides are defined real numbers
    and equal at every point of a domain that was shown to hold one.
    """
    started = clock.now()
    domain = domain_of(problem)
    relations = scalar_relations(problem.relations)
    if domain is None or relations is None:
        return None
    if not all(isinstance(relation, sp.Eq) for relation in relations):
        return None
    decision = _decide(relations, domain, problem, deadline)
    return decision and replace(decision, seconds=clock.now() - started)


def _decide(
    relations: tuple[sp.Basic, ...], domain: Domain, problem: Problem, deadline: float
) -> Decision | None:
    found, inhabited = search(relations, domain, _SAMPLES, deadline)
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
    ways: set[str] = set()
    if any(turns.has_arcs(r) or has_gammas(r) or has_vanishing_constant(r) for r in relations):
        until = min(deadline, clock.now() + _FIRST_SECONDS)
        certificate = derivation(problem, domain, until)
        if certificate is not None:
            return Decision("proved", ENGINE, _REWRITTEN, certificate=certificate)
    until = clock.now() + 0.7 * left(deadline)
    for index, relation in enumerate(relations):
        outcome = _settle(relation, domain, until)
        if isinstance(outcome, Counterexample):
            return refuted(replace(outcome, index=index), relations, ENGINE)
        if outcome is None:
            certificate = derivation(problem, domain, deadline)
            if certificate is None:
                return None
            return Decision("proved", ENGINE, _REWRITTEN, certificate=certificate)
        ways.add(outcome)
    reason = "; ".join(_REASON[way] for way in sorted(ways)) or "the sides are the same expression"
    until = min(deadline, clock.now() + _SEARCH_SECONDS)
    certificate = derivation(problem, domain, until)
    notes = () if certificate else ("one engine: no certificate was found",)
    return Decision("proved", ENGINE, reason, certificate=certificate, notes=notes)


def _settle(
    relation: sp.Eq, domain: Domain, deadline: float, depth: int = 0
) -> Counterexample | str | None:
    """How the equation was proved, a counterexample, or None."""
    parts = None
    if depth < _MOST_SPLITS:
        parts = by_zeros(relation, domain, deadline, whole=False)
    if parts is None:
        found = _settle_whole(relation, domain, deadline)
        if found is not None or depth == _MOST_SPLITS:
            return found
        parts = pieces(relation, domain, deadline)
    if parts is None:
        return None
    proved = (_settle(p.relation, p.domain, deadline, depth + 1) for p in parts)
    return "pieces" if all(isinstance(how, str) for how in proved) else None


def _settle_whole(relation: sp.Eq, domain: Domain, deadline: float) -> Counterexample | str | None:
    if has_open_sum(relation):
        if closed_by_induction(relation, domain, deadline):
            return "induction"
        return "recurrence" if proved_by_recurrence(relation, domain, deadline) else None
    for build in (system_for, abstract_system_for):
        try:
            system = build(relation, domain)
        except NotAlgebraic:
            break
        share = deadline if system.exact else clock.now() + 0.5 * left(deadline)
        outcome = settle(relation, system, domain, share)
        if outcome is True:
            return "normal form"
        if isinstance(outcome, Counterexample):
            return outcome
        if not system.exact or not any(not c.is_Atom for c in system.constants.values()):
            break
    return "derivative" if constant_zero(relation, domain, deadline) else None
