"""The search for certificates of algebraic relations, one way after the other."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symbolic import clock
from symbolic.abstraction import abstraction
from symbolic.algebraic import positive
from symbolic.branches import by_branches
from symbolic.casework import NoCombination, by_cases
from symbolic.certificate import Malformed, build
from symbolic.derivations import is_accepted
from symbolic.multiples import Tried
from symbolic.positivity import Certifier
from symbolic.problem import Problem
from symbolic.products import Products
from symbolic.ranges import Domain
from symbolic.reasons import point as written_end
from symbolic.relations import conjuncts
from symbolic.shifted import NoCertificate

ENGINE = "polynomial"
QUICK, MATCHING, SQUARES, THOROUGH = "quick", "matching", "squares", "thorough"
BRANCHES, DEEP = "branches", "deep"  # without squares, and with them
_MORE_PIECES = 120
_FEW_PIECES = 24  # of a box, before anything else is tried
# Seconds for the checker: a combination has an evident sign, or none.
_CHECKS = {MATCHING: 0.25}
_OPS = {sp.Ge: ">=", sp.Gt: ">", sp.Le: "<=", sp.Lt: "<", sp.Eq: "==", sp.Ne: "!="}

Json = Any


class Proofs:
    """A proof for each relation of a problem, as far as one was found that the checker accepts."""

    def __init__(self, problem: Problem, domain: Domain) -> None:
        self.problem, self.domain = problem, domain
        self.parts = conjuncts(problem.relations)
        self.switching = any(p.has(sp.Max, sp.Min, sp.Piecewise, sp.Abs) for p in self.parts)
        self.found: dict[int, Json] = {}
        self.tried = Tried()
        self.vain: set[str] = set()  # ways that were tried to their ends
        self.certificate: dict[str, Any] | None = None

    def allow(self, seconds: float) -> None:
        """How long squares may be looked for from now on."""
        self.tried.allow(seconds)

    def advance(self, way: str, deadline: float) -> bool:
        """Looks for what is missing in this way; whether all is found then."""
        if way in self.vain:
            return False
        found = self._advance(way, deadline)
        if not found and clock.now() < deadline:
            self.vain.add(way)
        return found

    def _advance(self, way: str, deadline: float) -> bool:
        for k, relation in enumerate(self.parts):
            if k in self.found:
                continue
            if not isinstance(relation, sp.core.relational.Relational) or clock.now() > deadline:
                return False
            try:
                proof = self._proof(relation, way, deadline)
                alone = Problem((relation,), self.problem.over, self.problem.where)
                certificate = build(alone, ENGINE, {"relations": [proof]})
            except (NoCertificate, NoCombination, Malformed):
                return False
            if not is_accepted(certificate, _CHECKS.get(way, 1.0)):
                return False
            self.found[k] = proof
            if len(self.parts) == 1:
                self.certificate = certificate
        if self.certificate is None:
            every = [self.found[k] for k in range(len(self.parts))]
            self.certificate = build(self.problem, ENGINE, {"relations": every})
        return True

    def _proof(self, relation: sp.Basic, way: str, deadline: float) -> Json:
        """The proof of one relation; raises `NoCertificate` or `NoCombination`."""
        op, domain = _OPS[relation.func], self.domain
        rooted = any(not p.exp.is_Integer and p.free_symbols for p in relation.atoms(sp.Pow))
        switching = relation.has(sp.Max, sp.Min, sp.Piecewise)
        other = switching or rooted or relation.has(sp.Abs)
        if way == QUICK:
            if other:
                raise NoCertificate("not at a glance")
            try:
                return Certifier(relation, domain, deadline, _FEW_PIECES).proof(op)
            except NoCertificate:
                return Products(relation, domain, deadline).proof(op, more=False, squares=False)
        if way == MATCHING:
            if switching:
                return self._by_cases(relation, deadline)
            parts = abstraction(relation, domain)
            if parts is None and not domain.where:
                raise NoCertificate("squares and pieces of the box come first")
            try:
                search = Products(relation, domain, deadline, parts)
                return search.proof(op, more=False, squares=False, matching=True)
            except NoCertificate:
                found = _algebraic(relation, domain, deadline) if parts is not None else None
                if found is None:
                    raise
                return found
        if way in (BRANCHES, DEEP):
            return by_branches(relation, domain, deadline, way == DEEP)
        if way == SQUARES:
            if switching:
                raise NoCertificate("pieces have no squares")
            search = Products(relation, domain, deadline, abstraction(relation, domain))
            try:
                return search.proof(op, more=False, tried=self.tried)
            except NoCertificate:
                if other or domain.where:
                    raise
                return Certifier(relation, domain, deadline, _MORE_PIECES).proof(op)
        if rooted or (other and not switching):
            found = _algebraic(relation, domain, deadline)
            if found is not None:
                return found
        if other:
            return self._by_cases(relation, deadline)
        try:
            return Products(relation, domain, deadline).proof(op, squares=False, matching=True)
        except NoCertificate:
            if not domain.where:
                raise
            return Certifier(relation, domain, deadline, _MORE_PIECES).proof(op)

    def _by_cases(self, relation: sp.Basic, deadline: float) -> Json:
        if isinstance(relation, sp.Ne):
            raise NoCertificate("no cases for what is different")
        gap = relation.lhs - relation.rhs
        if isinstance(relation, sp.Le | sp.Lt):
            gap = -gap
        strict = isinstance(relation, sp.Gt | sp.Lt)
        return {"boxes": [{"box": {}, "why": by_cases(gap, self.domain, strict, deadline)}]}


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
