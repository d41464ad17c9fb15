"""Transcendental relations over boxes, decided in ball arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from symbolic import clock
from symbolic.ball import SURE
from symbolic.boxes import Box, box_of, open_signs
from symbolic.cases import has_switch, switches
from symbolic.certificate import Malformed, build, encode
from symbolic.enclosure import enclose
from symbolic.evaluation import precision
from symbolic.exactness import constant_sign, is_zero
from symbolic.obligations import obligations
from symbolic.pointwise import holds_at
from symbolic.polynomial import refuted
from symbolic.problem import Decision, Problem
from symbolic.program import UnsupportedError, compile_program
from symbolic.prover import OutOfTime, Prover, Reason
from symbolic.ranges import Domain, Range, domain_of
from symbolic.reasons import about, box_to_json, lemma_to_json, to_json
from symbolic.refutation import Counterexample, search
from symbolic.relations import scalar_relations
from symbolic.replay import replayed
from symbolic.shifts import Shifted, shifted
from symbolic.steps import by_steps
from symbolic.vanishing import Place, apart, at_end, vanishing_end, with_lemmas
from symbolic.violations import certainly_negative, special_points, violations

ENGINE = "intervals"
_FIRST_SAMPLES, _SAMPLES = 20, 60
_BITS = 64
_QUICK_SECONDS = 0.12
_COMPACT_SECONDS = 0.3  # over boxes, where ball arithmetic does best


def glance(problem: Problem, deadline: float) -> Decision | None:
    """`attempt` for what sample points or a short search for a proof settle."""
    compact = all(isinstance(o, sp.Interval) and o.measure.is_finite for o in problem.over.values())
    until = min(deadline, clock.now() + (_COMPACT_SECONDS if compact else _QUICK_SECONDS))
    return attempt(problem, deadline, glance_until=until)


def attempt(
    problem: Problem, deadline: float, settled: bool = False, glance_until: float | None = None
) -> Decision | None:
    """Decides inequalities by branch and bound; None passes the question on.

    `deadline` is a value of `clock.now()`. With `settled` another engine has proved the
    statement already, and only a proof that can be written down is looked for. `glance_until` cuts
    the search for a proof short, and no points are searched for at which there is none.
    """
    started = clock.now()
    asked, problem = problem, with_real_symbols(problem)
    domain = domain_of(problem)
    relations = scalar_relations(problem.relations)
    if domain is None or relations is None or not relations:
        return None
    samples = _FIRST_SAMPLES if glance_until is not None or settled else _SAMPLES
    found, inhabited = search(relations, domain, samples, deadline)
    if found is not None:
        return _refuted(found, relations, asked)
    if not inhabited:
        return Decision("undecided", ENGINE, "no point of the domain was found")
    boxes = domain.boxes()
    if boxes is None:
        return None
    symbols = sorted(domain.ranges, key=str)
    if not settled and glance_until is None:
        pieces = [box_of(b, symbols) for b in boxes]
        found = _counterexample(relations, pieces, domain, deadline)
        if found is not None:
            return _refuted(found, relations, asked)
    proof = _within(relations, boxes, domain, glance_until or deadline)
    if proof is None:
        return None
    certificate = _certificate(asked, proof)
    if any(entry.get("unseen") for part in proof for entry in part["boxes"]):
        left = deadline - clock.now()
        if certificate is None or left <= 0 or not replayed(certificate, left).ok:
            return None
    return Decision(
        "proved",
        ENGINE,
        "branch and bound in ball arithmetic",
        certificate=certificate,
        seconds=clock.now() - started,
        notes=() if certificate else ("one engine: a rule that no certificate can express",),
    )


def _within(
    relations: tuple[Any, ...],
    boxes: list[dict[sp.Symbol, Range]],
    domain: Domain,
    deadline: float,
) -> list[dict[str, Any]] | None:
    """The proof, where one is found in time."""
    with precision(_BITS):
        try:
            return _proof(relations, boxes, domain, deadline)
        except OutOfTime:
            return None


def _refuted(found: Counterexample, relations: tuple[Any, ...], asked: Problem) -> Decision:
    return replace(refuted(found, relations, ENGINE), witness=_named(found.point, asked))


def _counterexample(
    relations: tuple[Any, ...], boxes: list[Box], domain: Domain, deadline: float
) -> Counterexample | None:
    """A verified point at which a relation fails: special points first, then a search."""
    for index, relation in enumerate(relations):
        for box in boxes:
            sides = goals(relation) or [relation.lhs - relation.rhs, relation.rhs - relation.lhs]
            for point in special_points(sides, box):
                if domain.contains(point) and fails_exactly(relation, point):
                    return Counterexample(point, index, "false")
            for goal in goals(relation):
                for point in violations(goal, box, domain.where, deadline):
                    if domain.contains(point) and certainly_negative(goal, box, point):
                        return Counterexample(point, index, "false")
    return None


def goals(relation: Any) -> list[Any]:
    """Expressions whose being negative anywhere refutes the relation."""
    lhs, rhs = relation.args
    if isinstance(relation, sp.Ge | sp.Gt):
        return [lhs - rhs]
    if isinstance(relation, sp.Le | sp.Lt):
        return [rhs - lhs]
    return [lhs - rhs, rhs - lhs] if isinstance(relation, sp.Eq) else []


def fails_exactly(relation: Any, point: Mapping[sp.Symbol, Any]) -> bool:
    """Whether the relation is strict and its sides are defined and exactly equal at the point."""
    if not isinstance(relation, sp.Gt | sp.Lt | sp.Ne):
        return False
    for side in relation.args:
        if holds_at(sp.Eq(side, side + 1, evaluate=False), point) is not False:
            return False
    values = [side.subs(point) for side in relation.args]
    if any(v.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I) for v in values):
        return False
    return is_zero(values[0] - values[1])


def _proof(
    relations: tuple[Any, ...],
    boxes: list[dict[sp.Symbol, Range]],
    domain: Domain,
    deadline: float,
) -> list[dict[str, Any]] | None:
    """One proof per relation, or None."""
    proofs = []
    symbols = sorted(domain.ranges, key=str)
    for relation in relations:
        entries = []
        for ranges in boxes:
            entry = _on_box(relation, box_of(ranges, symbols), domain.where, deadline)
            if entry is None:
                return None
            entries.append(entry)
        proofs.append({"boxes": entries})
    return proofs


def _on_box(
    relation: Any, box: Box, where: tuple[Any, ...], deadline: float
) -> dict[str, Any] | None:
    """A proof on one box: as it stands, else with side conditions or switches resolved first."""
    sides = (relation.lhs, relation.rhs)
    if len(box.symbols) > 1 and any(len(u.free_symbols) > 1 for _, u, _, _ in switches(relation)):
        return _in_cases(relation, box, where, deadline)
    plain = Shifted(sides, box, where, ())
    moved = shifted(sides, box, where)
    if moved.moves:
        try:
            share = clock.now() + 0.7 * (deadline - clock.now())
            entry = _entry(relation, moved, share)
        except OutOfTime:
            entry = None
        if entry is not None:
            return entry
    return _entry(relation, plain, deadline)


def _entry(relation: Any, question: Shifted, deadline: float) -> dict[str, Any] | None:
    place = vanishing_end(sp.Tuple(*question.sides), question.box)
    if place is not None:
        return _entry_apart(relation, question, deadline, place)
    box = question.box
    prover = Prover(box.symbols, open_signs(box), question.where, deadline)
    relation = relation.func(*question.sides, evaluate=False)
    unseen = relation.has(sp.Sum, sp.Product)  # whether its sides are defined, the checker sees
    lemmas = [] if unseen else _define(prover, relation, box)
    if lemmas is None:
        return None
    why = None if unseen else _why(prover, relation, box)
    if why is None and any(r.integer for r in box.ranges):
        why = _why(prover, relation, box, stepwise=True)
    if why is None:
        return None
    moves = question.moves
    return {"box": box, "why": why, "lemmas": lemmas, "moves": moves, "unseen": unseen}


def _entry_apart(
    relation: Any, question: Shifted, deadline: float, place: Place
) -> dict[str, Any] | None:
    """The end at which a power vanishes, and the rest of the box."""
    symbol, _, side = place
    box, strict = question.box, isinstance(relation, sp.Gt | sp.Lt)
    inner = replace(question, box=box.opened_at(symbol, side))
    rest = _entry(relation, inner, deadline)
    lower = relation.func(*question.sides, evaluate=False)
    if rest is None or len(goals(lower)) != 1:
        return None
    prover = Prover(box.symbols, open_signs(box), question.where, deadline)
    if not at_end(prover, goals(lower)[0], strict, box, place):
        return None
    return {**rest, "box": box, "why": apart(place, rest["why"], rest["lemmas"]), "lemmas": []}


def _in_cases(
    relation: Any, box: Box, where: tuple[Any, ...], deadline: float
) -> dict[str, Any] | None:
    """Splits on the sign of a switching term of several symbols, as two side conditions."""
    for e, u, above, below in switches(sp.Tuple(*relation.args)):
        if len(u.free_symbols) < 2 or has_switch(u):
            continue
        # Where the relation only gets harder both ways, both values have to satisfy it anyway.
        both = _is_worst_case(e, relation)
        parts = []
        for value, side in ((above, u >= 0), (below, u <= 0)):
            sides = [s.xreplace({e: value}) for s in relation.args]
            conditions = where if both else (*where, side)
            part = _on_box(relation.func(*sides, evaluate=False), box, conditions, deadline)
            if part is None:
                return None
            parts.append(part)
        if both and not any("cases" in part or part["moves"] for part in parts):
            return _worst_cases(e, u, (above, below), parts)
        return {"cases": parts, "on": u, "box": box}
    return None


def _worst_cases(
    e: Any, u: Any, values: tuple[Any, Any], parts: list[dict[str, Any]]
) -> dict[str, Any]:
    """One entry from those for both values of the switch e, by the sign of u."""
    reasons = []
    for value, part in zip(values, parts, strict=True):
        then = with_lemmas(part["why"], part["lemmas"])
        reasons.append({"by": "resolve", "of": e, "is": value, "seen": True, "then": then})
    why = {"by": "cases", "on": u, "parts": [reasons[0], *reasons]}
    return {**parts[0], "why": why, "lemmas": []}


def _is_worst_case(e: Any, relation: Any) -> bool:
    """Whether the relation is harder for the value that the switch takes than for the other."""
    wanted = -1 if isinstance(e, sp.Abs | sp.Max) else 1
    for goal in goals(relation):
        rate = goal.coeff(e)
        if not (rate.is_number and constant_sign(wanted * rate) == 1) or (goal - rate * e).has(e):
            return False
    return not isinstance(relation, sp.Eq | sp.Ne)


def _certificate(problem: Problem, proofs: list[dict[str, Any]]) -> dict[str, Any] | None:
    try:
        relations: list[dict[str, Any]] = []
        for proof in proofs:
            boxes = []
            for entry in proof["boxes"]:
                if "cases" in entry:
                    return None
                written: dict[str, Any] = {
                    "box": box_to_json(entry["box"]),
                    "why": to_json(entry["why"]),
                }
                if entry["lemmas"]:
                    written["lemmas"] = [lemma_to_json(lemma) for lemma in entry["lemmas"]]
                boxes.append(written)
            relations.append({"boxes": boxes})
            moves = {entry["moves"] for entry in proof["boxes"]}
            if len(moves) > 1:
                return None
            shift = [[s.name, encode(low), index] for s, low, index in moves.pop()]
            if shift:
                relations[-1]["shift"] = shift
        return build(problem, ENGINE, {"relations": relations})
    except Malformed:  # beyond the format, or beyond what the checker knows
        return None


def _define(prover: Prover, relation: Any, box: Box) -> list[dict[str, Any]] | None:
    """Shows that both sides are defined on the box; the lemmas that this takes, or None."""
    lemmas: list[dict[str, Any]] = []
    try:
        for expr, sign in obligations(relation.args):
            if expr in prover.known and sign in (prover.known[expr], "!="):
                continue
            sides = (1, -1) if sign == "!=" else (1,)
            if _evident(prover, expr, sign, box):
                continue
            for side in sides:
                goal = expr if side > 0 else -expr
                why = prover.prove(goal, sign != ">=", box)
                if why is not None:
                    found = ">=" if sign == ">=" else (">" if side > 0 else "<")
                    lemmas.append({"expr": expr, "sign": found, "why": why, "side": side})
                    prover.learn(expr, found, why)
                    break
            else:
                return None
        return lemmas
    except UnsupportedError:
        return None


def _evident(prover: Prover, expr: Any, sign: str, box: Box) -> bool:
    program = compile_program([expr], prover.symbols, prover.known)
    value = enclose(program, box.intervals)[0]
    if value.ok != SURE:
        return False
    if sign == ">":
        return value.shows(True)
    if sign == ">=":
        return value.shows(False)
    return value.never_zero()


def _why(prover: Prover, relation: Any, box: Box, stepwise: bool = False) -> Reason | None:
    """A reason for the relation's sign on the box; for `!=` the side is added."""
    lhs, rhs = relation.args
    strict = isinstance(relation, sp.Gt | sp.Lt | sp.Ne)
    sides = {sp.Ge: (1,), sp.Gt: (1,), sp.Le: (-1,), sp.Lt: (-1,), sp.Ne: (1, -1)}
    for side in sides.get(relation.func, ()):
        goal = _with_gathered_gammas(lhs - rhs if side > 0 else rhs - lhs)
        if not stepwise:
            goal = goal.replace(sp.factorial, lambda a: sp.gamma(a + 1))
        prove = by_steps if stepwise else Prover.prove
        why = prove(prover, goal, strict, box)
        if why is not None:
            written = about(goal, why)
            return {**written, "side": side} if isinstance(relation, sp.Ne) else written
    return None


def _with_gathered_gammas(goal: Any) -> Any:
    """x gamma(x) as gamma(x + 1), whose values an enclosure sees where x is near 0."""
    for kernel in goal.atoms(sp.gamma):
        a = kernel.args[0]
        terms = [
            t * sp.gamma(a + 1) / (a * kernel) if {a, kernel} <= set(sp.Mul.make_args(t)) else t
            for t in sp.Add.make_args(goal)
        ]
        goal = sp.Add(*terms)
    return goal


def _named(point: Mapping[sp.Symbol, Any], asked: Problem) -> dict[sp.Symbol, Any]:
    """The point in the symbols of the question."""
    by_name = {s.name: s for s in asked.over}
    return {by_name[s.name]: value for s, value in point.items()}


def with_real_symbols(problem: Problem) -> Problem:
    """The problem in symbols that SymPy knows to be real."""
    swap = {s: sp.Symbol(s.name, real=True) for s in problem.over}
    if all(s == t for s, t in swap.items()):
        return problem
    return Problem(
        tuple(r.xreplace(swap) for r in problem.relations),
        {swap[s]: given for s, given in problem.over.items()},
        tuple(r.xreplace(swap) for r in problem.where),
    )
