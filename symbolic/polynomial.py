"""Polynomial and rational relations with any number of parameters, decided over the reals.

Roots, absolute values, maxima and pieces are eliminated first (`elimination.py`), then z3's nlsat
decides whether the negation can be met. A certificate is looked for by other means; without one
the answer rests on one engine, and says so.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import sympy as sp

from symbolic.deduction import inhabitant, refuted, settle, system_for
from symbolic.elimination import NotAlgebraic
from symbolic.problem import Decision, Problem
from symbolic.ranges import Domain, domain_of
from symbolic.refutation import Counterexample, search, try_point
from symbolic.relations import scalar_relations

ENGINE = "polynomial"
_SAMPLES = 40
_SEARCH_SECONDS = 1.0


def attempt(problem: Problem, deadline: float) -> Decision | None:
    """Decides relations between algebraic expressions; None passes the question on.

    Transcendental functions are only seen through the polynomial relations between their values,
    which may prove a relation and never refutes one. `deadline` is a value of `time.monotonic()`.
    The domain has to be shown to hold a point before anything is called proved; the answer about
    an empty domain is "undecided".
    """
    started = time.monotonic()
    domain = domain_of(problem)
    relations = scalar_relations(problem.relations)
    if domain is None or relations is None:
        return None
    decision = _decide(relations, domain, problem, deadline)
    return decision and replace(decision, seconds=time.monotonic() - started)


def _decide(
    relations: tuple[sp.Basic, ...], domain: Domain, problem: Problem, deadline: float
) -> Decision | None:
    try:
        systems = [system_for(relation, domain) for relation in relations]
    except NotAlgebraic:
        return None
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
    for index, (relation, system) in enumerate(zip(relations, systems, strict=True)):
        outcome = settle(relation, system, domain, deadline)
        if isinstance(outcome, Counterexample):
            return refuted(replace(outcome, index=index), relations, ENGINE)
        if outcome is not True:
            return None
    certificate = _certificate(problem, domain, min(deadline, time.monotonic() + _SEARCH_SECONDS))
    reason = "the negation has no solution over the reals"
    notes = () if certificate else ("one engine: z3, without a certificate",)
    return Decision("proved", ENGINE, reason, certificate=certificate, notes=notes)


def _certificate(problem: Problem, domain: Domain, deadline: float) -> dict[str, Any] | None:
    """What an independent checker can replay, or None when the search for it fails."""
    from symbolic.certificate import Malformed, build
    from symbolic.derivations import is_accepted
    from symbolic.positivity import Certifier, NoCertificate

    parts = [part for relation in problem.relations for part in sp.And.make_args(relation)]
    proofs = []
    try:
        for relation in parts:
            if not isinstance(relation, sp.core.relational.Relational):
                return None
            proofs.append(Certifier(relation, domain, deadline).proof(_OPS[relation.func]))
        certificate = build(problem, ENGINE, {"relations": proofs})
    except (NoCertificate, Malformed):
        return None
    return certificate if is_accepted(certificate) else None


_OPS = {sp.Ge: ">=", sp.Gt: ">", sp.Le: "<=", sp.Lt: "<", sp.Eq: "==", sp.Ne: "!="}
