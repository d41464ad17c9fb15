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

# An import that a time limit interrupts may spoil a module for good: all of them come first.
from symbolic.algebraic import positive
from symbolic.casework import NoCombination, by_cases
from symbolic.certificate import Malformed, build
from symbolic.deduction import inhabitant, left, refuted, settle, system_for
from symbolic.derivations import is_accepted
from symbolic.elimination import NotAlgebraic
from symbolic.multiples import Tried
from symbolic.positivity import Certifier
from symbolic.problem import Decision, Problem
from symbolic.products import Products
from symbolic.ranges import Domain, domain_of
from symbolic.reasons import point as written_end
from symbolic.refutation import Counterexample, search, try_point
from symbolic.relations import conjuncts, scalar_relations
from symbolic.shifted import NoCertificate

ENGINE = "polynomial"
_SAMPLES = 60
# On the wall; within it, squares have less, of this thread's own time.
_QUICK_SECONDS = 1.0
_SEARCH_SECONDS = 0.6
_QUICK_SQUARES = 0.35
_LAST_SQUARES = 0.2
_MORE_PIECES = 120
_FEW_PIECES = 24  # of a box, before anything else is tried
# The part of the time that the procedure has before certificates are tried without it.
_SHARE = 0.6


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
    # Quick looks first: what a certificate shows needs no decision procedure.
    quick = time.monotonic() + min(_QUICK_SECONDS, 0.3 * left(deadline))
    tried = Tried()
    tried.allow(_QUICK_SQUARES)
    certificate = _certificate(problem, domain, quick, False, True, tried)
    cut_short = tried.cut_short or time.monotonic() > quick
    if certificate is not None:
        return _certified(certificate)
    settled = True
    until = time.monotonic() + _SHARE * left(deadline)
    for index, (relation, system) in enumerate(zip(relations, systems, strict=True)):
        outcome = settle(relation, system, domain, until)
        if isinstance(outcome, Counterexample):
            return refuted(replace(outcome, index=index), relations, ENGINE)
        if outcome is not True:
            settled = False
            break
    limit = min(deadline, time.monotonic() + _SEARCH_SECONDS) if settled else deadline
    tried.allow(_LAST_SQUARES if settled else left(deadline))
    certificate = _certificate(problem, domain, limit, True, cut_short, tried)
    if certificate is not None:
        return _certified(certificate)
    if not settled:
        return None
    reason = "the negation has no solution over the reals"
    return Decision("proved", ENGINE, reason, notes=("one engine: z3, without a certificate",))


def _certified(certificate: dict[str, Any]) -> Decision:
    reason = "each factor has its sign, by what an independent checker replays"
    return Decision("proved", ENGINE, reason, certificate=certificate)


def _certificate(
    problem: Problem,
    domain: Domain,
    deadline: float,
    thorough: bool,
    squares: bool,
    tried: Tried,
) -> dict[str, Any] | None:
    """What an independent checker can replay, or None when the search for it fails."""
    parts = conjuncts(problem.relations)
    proofs = []
    try:
        for relation in parts:
            if not isinstance(relation, sp.core.relational.Relational):
                return None
            proofs.append(_proof(relation, domain, deadline, thorough, squares, tried))
        certificate = build(problem, ENGINE, {"relations": proofs})
    except (NoCertificate, NoCombination, Malformed):
        return None
    return certificate if is_accepted(certificate) else None


def _proof(
    relation: sp.Basic,
    domain: Domain,
    deadline: float,
    thorough: bool,
    squares: bool,
    tried: Tried,
) -> dict[str, Any]:
    """The proof of one relation; raises `NoCertificate` or `NoCombination`."""
    op = _OPS[relation.func]
    rooted = any(not p.exp.is_Integer and p.free_symbols for p in relation.atoms(sp.Pow))
    switching = relation.has(sp.Abs, sp.Max, sp.Min, sp.Piecewise)
    if not thorough and (rooted or switching):
        raise NoCertificate("not at a glance")
    if rooted or (relation.has(sp.Abs) and not relation.has(sp.Max, sp.Min, sp.Piecewise)):
        found = _algebraic(relation, domain, deadline)
        if found is not None:
            return found
    if switching and not isinstance(relation, sp.Ne):
        gap = relation.lhs - relation.rhs
        if isinstance(relation, sp.Le | sp.Lt):
            gap = -gap
        strict = isinstance(relation, sp.Gt | sp.Lt)
        return {"boxes": [{"box": {}, "why": by_cases(gap, domain, strict, deadline)}]}
    if not thorough:
        try:
            return Certifier(relation, domain, deadline, _FEW_PIECES).proof(op)
        except NoCertificate:
            return Products(relation, domain, deadline).proof(op, more=False, tried=tried)
    try:
        return Products(relation, domain, deadline).proof(op, squares=squares, tried=tried)
    except NoCertificate:
        return Certifier(relation, domain, deadline, _MORE_PIECES).proof(op)


def _algebraic(relation: sp.Basic, domain: Domain, deadline: float) -> dict[str, Any] | None:
    """The proof where roots occur; side conditions are left aside."""
    boxes = domain.boxes()
    if boxes is None or isinstance(relation, sp.Eq | sp.Ne):
        return None
    real = {s: sp.Symbol(s.name, real=True) for s in domain.ranges}
    gap = (relation.gts - relation.lts).xreplace(real)
    entries = []
    for box in boxes:
        ranges = {real[s]: r for s, r in box.items()}
        why = positive(gap, isinstance(relation, sp.Gt | sp.Lt), ranges, deadline)
        if why is None:
            return None
        ends = {s.name: [written_end(r.low), written_end(r.high)] for s, r in box.items()}
        entries.append({"box": ends if len(boxes) > 1 else {}, "why": why})
    return {"boxes": entries}


_OPS = {sp.Ge: ">=", sp.Gt: ">", sp.Le: "<=", sp.Lt: "<", sp.Eq: "==", sp.Ne: "!="}
