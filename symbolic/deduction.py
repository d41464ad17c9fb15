"""Whether a relation follows over a domain, by elimination and the real closed field procedure."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symbolic import clock
from symbolic.elimination import Elimination, NotAlgebraic
from symbolic.formula import TRUE, Any_, Formula, Sign, implies, negate, variables
from symbolic.problem import Decision
from symbolic.ranges import Domain, Point
from symbolic.realclosed import Answer, satisfiable
from symbolic.refutation import Counterexample, near_model, try_point
from symbolic.relations import squared_relation

# Why a relation is open: what is known of it can be met, by no point that refutes it.
SPURIOUS = "a model of what is known, which is no counterexample"
_FIRST_SECONDS = 1.0
_CUTS = 24


def system_for(relation: sp.Basic, domain: Domain) -> Elimination:
    """The relation and its domain in polynomial form, exact where that is possible.

    Raises `NotAlgebraic`.
    """
    try:
        return _system(relation, domain, abstract=False)
    except NotAlgebraic:
        return _system(relation, domain, abstract=True)


def abstract_system_for(relation: sp.Basic, domain: Domain) -> Elimination:
    """The relation with constants such as cos(pi/9) as generators too, not as mere numbers.

    Raises `NotAlgebraic`.
    """
    return _system(relation, domain, abstract=True)


def _system(relation: sp.Basic, domain: Domain, abstract: bool) -> Elimination:
    ends = [
        end
        for symbol, union in domain.ranges.items()
        for one in union
        for end in one.relations(symbol)
    ]
    system = Elimination(domain, [relation, *domain.where, *ends], abstract)
    system.goal = system.formula(relation)
    squared = squared_relation(relation)
    if squared is not None:
        # Its sides are defined where those of the relation are.
        with system.assuming_defined():
            system.goal = system.formula(squared)
    return system


def inhabitant(domain: Domain, deadline: float) -> tuple[Point | None, bool]:
    """(an exact point of the domain or None, whether the domain is certainly empty)."""
    try:
        system = system_for(sp.true, domain)
    except NotAlgebraic:
        return None, False
    answer = satisfiable(system.hypotheses + system.constraints, left(deadline))
    if answer.status == "unsat":
        return None, True
    inside = (p for p in _points(system, domain, answer) if domain.contains(p))
    return next(inside, None), False


def settle(
    relation: sp.Basic, system: Elimination, domain: Domain, deadline: float
) -> Counterexample | bool | str:
    """True (it holds), a counterexample, or the reason why neither was established.

    What is needed for the sides to be defined is shown first, in the order in which later facts
    rest on it.
    """
    for place, obligation in enumerate(system.obligations):
        wanted = implies(obligation.guard, obligation.condition)
        verdict = _valid(wanted, system, obligation.known, place, deadline)
        if verdict is not True:
            found = _counterexample(relation, system, domain, verdict)
            return found or _why_open(verdict)
    everything = len(system.constraints), len(system.obligations)
    verdict = _valid(system.goal, system, *everything, deadline)
    if verdict is True:
        return True
    found = _counterexample(relation, system, domain, verdict)
    return found or _why_open(verdict)


def _why_open(verdict: Answer | bool) -> str:
    spurious = isinstance(verdict, Answer) and verdict.status == "sat"
    return SPURIOUS if spurious else "the real closed field procedure gave no answer in time"


def follows(relation: sp.Basic, domain: Domain, deadline: float) -> bool:
    """Whether both sides were shown to be defined real numbers that stand in the relation."""
    try:
        return settle(relation, system_for(relation, domain), domain, deadline) is True
    except NotAlgebraic:
        return False


def is_defined(relation: sp.Basic, domain: Domain, deadline: float) -> bool:
    """Whether both sides were shown to be defined real numbers on the whole domain."""
    try:
        system = system_for(relation, domain)
    except NotAlgebraic:
        return False
    system.goal = TRUE
    return settle(relation, system, domain, deadline) is True


def _valid(
    formula: Formula, system: Elimination, known: int, shown: int, deadline: float
) -> Answer | bool:
    """True when the formula follows from the domain and the first `known` constraints.

    The first `shown` obligations have been shown, so that the facts resting on those may be used.
    """
    if _evident(formula):
        return True
    core = [*system.hypotheses, negate(formula)]
    premises = core + _relevant(core, system.constraints[:known])
    hints = [hint for presupposed, hint in system.hints if presupposed <= shown]
    seconds = left(deadline)
    answer = satisfiable(premises, min(seconds, _FIRST_SECONDS) if hints else seconds)
    if answer.status != "unsat" and hints:
        premises = [*core, *system.constraints[:known], *hints]
        answer = satisfiable(premises, left(deadline))
    for _ in range(_CUTS):
        cut = _integer_cut(system, answer)
        if cut is None:
            break
        premises.append(cut)
        answer = satisfiable(premises, left(deadline))
    return True if answer.status == "unsat" else answer


def _relevant(core: list[Formula], constraints: list[Formula]) -> list[Formula]:
    """The constraints that define a variable that the core, or one of them in turn, mentions."""
    seen = frozenset().union(*(variables(f) for f in core))
    waiting = list(constraints)
    kept: list[Formula] = []
    while True:
        auxiliary = {name for name in seen if name.startswith("w")}
        now = [c for c in waiting if auxiliary & variables(c)]
        if not now:
            return kept
        kept += now
        waiting = [c for c in waiting if c not in now]
        seen = seen.union(*(variables(c) for c in now))


def _evident(formula: Formula) -> bool:
    """A sign condition on a constant that holds."""
    if formula == TRUE:
        return True
    if not isinstance(formula, Sign) or not formula.poly.is_constant():
        return False
    value = formula.poly.leading_coefficient() if formula.poly != 0 else 0
    return {
        ">=": value >= 0,
        ">": value > 0,
        "<=": value <= 0,
        "<": value < 0,
        "==": value == 0,
        "!=": value != 0,
    }[formula.op]


def _integer_cut(system: Elimination, answer: Answer) -> Formula | None:
    """No integer lies strictly between two neighbours: excludes a model that forgets so."""
    if answer.model is None:
        return None
    for place, (symbol, union) in enumerate(system.domain.ranges.items()):
        value = answer.model.get(f"v{place}")
        if value is None or value.is_Integer or not all(r.integer for r in union):
            continue
        below = sp.floor(value)
        if not below.is_Integer:
            return None
        variable = system.quotient(symbol).num
        return Any_((Sign("<=", variable - int(below)), Sign(">=", variable - int(below) - 1)))
    return None


def _counterexample(
    relation: sp.Basic, system: Elimination, domain: Domain, answer: Answer | bool
) -> Counterexample | None:
    if not isinstance(answer, Answer):
        return None
    for point in _points(system, domain, answer):
        found = try_point((relation,), domain, point)
        if found is not None:
            return found
    return None


def _points(system: Elimination, domain: Domain, answer: Answer) -> list[Point]:
    if answer.model is None:
        return []
    model = {
        s: answer.model[f"v{i}"] for i, s in enumerate(system.symbols) if f"v{i}" in answer.model
    }
    return list(near_model(domain, model))


def refuted(found: Counterexample, relations: Sequence[sp.Basic], engine: str) -> Decision:
    """The decision that a counterexample gives."""
    relation = relations[found.index]
    how = "a side is undefined there" if found.failure == "undefined" else "it is false there"
    return Decision("refuted", engine, f"{relation}: {how}", witness=dict(found.point))


def left(deadline: float) -> float:
    """Seconds until the deadline."""
    return deadline - clock.now()
