"""Tasks: the pieces of work a claim is checked by, what each depends on, and how one is done."""

from __future__ import annotations

import itertools
import math
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

from theorems.claim import Claim
from theorems.evaluate import at_exact_point
from theorems.grid import Grid, Point, default_axis
from theorems.measure.comparison import MeasurementError, margin, text
from theorems.points import by_size
from theorems.profiles import Profile, seed_of
from theorems.quantifiers import (
    Exists,
    Reproduces,
    SufficientSize,
    UpToConstant,
    WithProbability,
)
from theorems.words import MOST, error_line, plain

DECIDE = "decide"
MEASURE = "measure"
MAX_AUTOMATIC = 4000
OUT_OF_TIME = "ran out of time"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Task:
    """One piece of work: deciding a claim's closed relation, or measuring one group of points."""

    claim: str
    kind: str
    group: int = 0

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.group}"


def plan(claim: Claim, profile: Profile) -> list[Task]:
    """The tasks of one claim under a profile, in the order in which their results are merged."""
    tasks = [Task(claim.id, DECIDE)] if is_decidable(claim) else []
    groups = point_groups(claim, profile)
    return tasks + [Task(claim.id, MEASURE, index) for index in range(len(groups))]


def is_decidable(claim: Claim) -> bool:
    """Whether the closed sides' relation over the domain is what the statement says."""
    if not claim.is_closed:
        return False
    quantifier = claim.quantifier
    if isinstance(quantifier, Exists):
        return bool(quantifier.exhibit)
    undecidable = (WithProbability, UpToConstant, SufficientSize, Reproduces)
    return not isinstance(quantifier, undecidable)


@lru_cache(maxsize=4096)
def point_groups(claim: Claim, profile: Profile) -> list[list[Point]]:
    """The claim's points under a profile, in groups that share their integer symbols.

    Axes that the grid leaves out take default values. Nothing is measured for an `Exists` claim
    whose sides are only closed: its exhibit is verified exactly or not at all.
    """
    if isinstance(claim.quantifier, Exists) and not claim.is_measured:
        return []
    given, missing = _axes(claim, profile)
    shape = [len(values) for values in missing.values()]
    cells = math.prod(shape)
    if cells * len(given) <= MAX_AUTOMATIC:
        combinations = list(itertools.product(*missing.values()))
    else:
        rng = np.random.default_rng(seed_of(claim.id, "automatic grid"))
        wanted = max(1, MAX_AUTOMATIC // len(given))
        chosen = np.sort(rng.choice(cells, size=wanted, replace=False))
        # Only the chosen cells are built: the whole product may have millions.
        picked = np.unravel_index(chosen, shape)
        axes = [[values[i] for i in p] for values, p in zip(missing.values(), picked, strict=True)]
        combinations = list(zip(*axes, strict=True))
    # In the order of `over`, whatever order the grid was written or built in.
    names = [symbol.name for symbol in claim.over]
    points = []
    for point in given:
        for values in combinations:
            found = {**point, **dict(zip(missing, values, strict=True))}
            points.append({name: found[name] for name in names})
    return by_size(points, claim.sizes)


def _axes(claim: Claim, profile: Profile) -> tuple[list[Point], dict[str, list[float | int]]]:
    """The grid's own points, and the default values of the symbols that it leaves out."""
    given = (claim.grid or Grid()).for_profile(profile.name).points()
    named = set(given[0]) if given else set()
    missing = {s.name: default_axis(d) for s, d in claim.over.items() if s.name not in named}
    return given, missing


def _unexercised(claim: Claim, profile: Profile) -> tuple[str, ...]:
    """A note on the grid cells that a run leaves out, if it leaves out any."""
    given, missing = _axes(claim, profile)
    cells = len(given) * math.prod(len(values) for values in missing.values())
    if cells <= MAX_AUTOMATIC:
        return ()
    tried = len(given) * max(1, MAX_AUTOMATIC // len(given))
    return (f"{cells - tried} of {cells} cells of the automatic grid were not exercised",)


def perform(claim: Claim, task: Task, profile: Profile) -> dict[str, Any]:
    """Do one task; its outcome as plain data. Whatever the claim's own code raises is the outcome.

    `{"decision": ...}`, `{"evidence": ...}` or `{"error": one line, "traceback": text}`.
    """
    try:
        if task.kind == DECIDE:
            return {"decision": _decide(claim, profile)}
        from theorems.measure import measure

        points = point_groups(claim, profile)[task.group]
        evidence = measure(claim, points, profile, profile.seed)
        if task.group == 0:
            evidence = replace(evidence, notes=evidence.notes + _unexercised(claim, profile))
        return {"evidence": evidence.to_json()}
    except MeasurementError as error:
        return {"error": plain(str(error), MOST), "traceback": ""}
    except MemoryError:
        line = f"ran out of memory (limit {profile.task_gib:g} GiB)"
        return {"error": line, "traceback": _last(traceback.format_exc())}
    except Exception as error:  # noqa: BLE001 - a claim's code may raise anything; it is reported
        return {"error": error_line(error), "traceback": _last(traceback.format_exc())}


def _last(text: str) -> str:
    return text[-40 * MOST :].encode("utf-8", "backslashreplace").decode()


def _decide(claim: Claim, profile: Profile) -> dict[str, Any]:
    from symbolic.decide import decide

    relations, over, where = claim.closed_relations(), dict(claim.over), list(claim.relations)
    if isinstance(claim.quantifier, Exists):
        relations, over, where = _exhibited(claim, claim.quantifier.exhibit)
    if not relations:
        return {
            "outcome": "proved",
            "engine": "exhibit",
            "reason": "true once the exhibit is put in",
            "notes": [],
            "certificate": None,
            "recheck": None,
            "seconds": 0.0,
        }
    relation = relations[0] if len(relations) == 1 else sp.And(*relations, evaluate=False)
    started = time.perf_counter()
    decision = decide(
        relation,
        over=over,
        where=where,
        seconds=claim.seconds or profile.decide_seconds,
    )
    found: dict[str, Any] = {
        "outcome": decision.outcome,
        "engine": decision.engine,
        "reason": decision.reason,
        "notes": list(decision.notes),
        "certificate": decision.certificate,
        "recheck": None,
        "seconds": time.perf_counter() - started,
    }
    if decision.certificate is not None:
        found |= _rechecked(found, decision.certificate, profile.recheck_seconds)
    if decision.witness is not None:
        found["counterexample"] = _counterexample(claim, relations, decision)
    return found


def _exhibited(
    claim: Claim, exhibit: Mapping[sp.Symbol, sp.Expr]
) -> tuple[list[Any], dict[sp.Symbol, sp.Set], list[Any]]:
    """What must hold of an exhibit, the domain that is left, and the conditions on it.

    The relation with the exhibit put in, the conditions that speak of it, and its membership in
    the domains of the symbols that it stands for.
    """

    def put_in(relation: Any) -> Any:
        return relation.subs(dict(exhibit), simultaneous=True)

    about = [r for r in claim.relations if r.free_symbols & set(exhibit)]
    required = [put_in(r) for r in (*claim.closed_relations(), *about)]
    for symbol, value in exhibit.items():
        if symbol in claim.over:
            inside = claim.over[symbol].contains(sp.sympify(value))
            # `make_args` would give them in an order that differs from process to process.
            required.extend(inside.args if isinstance(inside, sp.And) else (inside,))
    over = {s: d for s, d in claim.over.items() if s not in exhibit}
    return (
        [r for r in required if r != sp.true],
        over,
        [r for r in claim.relations if r not in about],
    )


def _rechecked(
    found: Mapping[str, Any], certificate: dict[str, Any], seconds: float
) -> dict[str, Any]:
    """What the independent checker says; a certificate that it rejects proves nothing."""
    from symbolic.recheck import recheck

    verdict = recheck(certificate, seconds)
    if verdict.ok:
        return {"recheck": "accepted"}
    if OUT_OF_TIME in verdict.reason:
        return {"recheck": "not finished in time"}
    if found["outcome"] == "proved":
        reason = f"{found['engine']} answered proved, but its certificate is {verdict.reason}"
        return {"recheck": verdict.reason, "outcome": "undecided", "reason": reason}
    return {"recheck": verdict.reason}


def _counterexample(claim: Claim, relations: list[Any], decision: Any) -> dict[str, Any]:
    """The refuting point and both sides there in 50 digits, for the first entry that fails."""
    point = {symbol.name: value for symbol, value in decision.witness.items()}
    shown = {name: str(value) for name, value in point.items()}
    for relation in relations:
        if relation == sp.false:
            # An exhibit that fails whatever the other symbols are leaves no sides to evaluate.
            return {"at": shown, "lhs": "", "rhs": "", "margin": "", "how": decision.reason}
        lhs, rhs = (at_exact_point(side, point) for side in relation.args)
        if lhs is None or rhs is None:
            return {
                "at": shown,
                "lhs": text(lhs),
                "rhs": text(rhs),
                "margin": "undefined",
                "how": decision.reason,
            }
        gap = margin(claim.relation, lhs, rhs)
        if gap < 0 or (gap == 0 and claim.relation in ("<", ">", "!=")):
            return {
                "at": shown,
                "lhs": text(lhs),
                "rhs": text(rhs),
                "margin": text(gap),
                "how": f"{decision.reason}; both sides evaluated in 50 digits at this exact point",
            }
    return {"at": shown, "lhs": "", "rhs": "", "margin": "", "how": decision.reason}
