"""From evidence to verdict. Pure: the same decision and measurements give the same verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness
from theorems.quantifiers import (
    Exists,
    Reproduces,
    SufficientSize,
    UpToConstant,
    WithProbability,
)
from theorems.result import Result, Verdict, is_expected


def judge(
    claim: Claim,
    decision: Mapping[str, Any] | None,
    evidence: Evidence | None,
    errors: tuple[str, ...] = (),
    seconds: float = 0.0,
) -> Result:
    """The verdict on a claim.

    `decision` is what the decision procedure said (None if there was nothing to decide), `evidence`
    the merged measurements (None if there was nothing to measure), `errors` one line per task that
    crashed or ran out of time or memory.
    """
    evidence = evidence or Evidence()
    if isinstance(claim.quantifier, (UpToConstant, SufficientSize)):
        evidence = _with_growth(claim, evidence)
    verdict, conflict, reason = _weigh(claim, decision, evidence, errors)
    witness = evidence.witness
    if witness is None and verdict is Verdict.VIOLATED and decision is not None:
        witness = Witness(**decision["counterexample"])
    return Result(
        id=claim.id,
        verdict=verdict,
        reason=reason,
        conflict=conflict,
        expected=is_expected(claim, verdict, conflict),
        engine=decision["engine"] if decision and decision["outcome"] != "undecided" else "",
        certified=bool(decision and decision.get("recheck") == "accepted"),
        witness=None if witness is None else asdict(witness),
        tightness=_extreme(evidence.tightness),
        worst=_extreme(evidence.worst),
        points=evidence.points,
        draws=evidence.draws,
        skipped={name: count for name, count in evidence.skipped.items() if count},
        notes=evidence.notes,
        rows=tuple(_plain(row) for row in evidence.rows),
        details={k: _plain(v) for k, v in evidence.details.items() if k != "ratios"},
        decision=decision,
        seconds=seconds,
    )


def _weigh(
    claim: Claim,
    decision: Mapping[str, Any] | None,
    evidence: Evidence,
    errors: tuple[str, ...],
) -> tuple[Verdict, bool, str]:
    """Verdict, conflict, and the reason in one sentence."""
    outcome = decision["outcome"] if decision else "none"
    refuted = outcome == "refuted" and _refutes(claim)
    if outcome == "proved" and evidence.witness is not None:
        reason = (
            f"conflict: {decision['engine']} proves the closed forms' relation, "  # type: ignore[index]
            f"the measurements violate it ({evidence.witness.how})"
        )
        return Verdict.VIOLATED, True, reason
    if evidence.disagreement is not None:
        reason = f"conflict between the two witnesses: {evidence.disagreement}"
        return Verdict.INCONCLUSIVE, True, reason
    if evidence.witness is not None or refuted:
        how = evidence.witness.how if evidence.witness else decision["reason"]  # type: ignore[index]
        return Verdict.VIOLATED, False, how
    if errors:
        return Verdict.ERROR, False, errors[0]
    if outcome == "proved":
        return Verdict.PROVED, False, decision["reason"]  # type: ignore[index]
    if evidence.points == 0:
        if evidence.skipped:
            worst = max(evidence.skipped, key=lambda name: evidence.skipped[name])
            return Verdict.VACUOUS, False, f"no tested point meets the hypothesis {worst}"
        said = "; ".join(evidence.unresolved) or "nothing could be decided or measured"
        why = decision["reason"] if decision else said
        return Verdict.INCONCLUSIVE, False, why
    if evidence.unresolved:
        return Verdict.INCONCLUSIVE, False, "; ".join(evidence.unresolved)
    return Verdict.SUPPORTED, False, _support(claim, evidence, decision)


def _refutes(claim: Claim) -> bool:
    """Whether refuting the closed relation refutes the statement.

    Not when the statement assumes something that only measurement can check (the point may not meet
    it), and not for an exhibit: another one may do.
    """
    return not claim.measured_hypotheses and not isinstance(claim.quantifier, Exists)


def _support(claim: Claim, evidence: Evidence, decision: Mapping[str, Any] | None) -> str:
    effort = f"no violation at {evidence.points} points"
    quantifier = claim.quantifier
    if "steps_checked" in evidence.details:
        effort = (
            f"no violation at {evidence.details['steps_checked']} steps of runs from "
            f"{evidence.points} starts"
        )
    elif isinstance(quantifier, WithProbability):
        effort = f"no exact interval excludes the probability at {evidence.points} points"
    elif isinstance(quantifier, Reproduces):
        effort = f"the print is reproduced at {evidence.points} points"
    elif "quantile" in evidence.details:
        effort += (
            f" with {evidence.details['samples']} samples each; half of them would show a "
            f"relative difference of {evidence.details['resolution']:.2g}"
        )
    if "growth" in evidence.details:
        effort = f"the ratio stays bounded at {evidence.points} points: " + ", ".join(
            f"grows like {g['symbol']}^{g['slope']:.2f}"
            for g in evidence.details["growth"]
            if g["slope"] is not None
        )
    if decision is not None:
        effort += f"; not decided exactly: {decision['reason']}"
    return effort


def _with_growth(claim: Claim, evidence: Evidence) -> Evidence:
    """Fit the growth of the ratio along every scaled symbol and say what it means."""
    from theorems.measure.constants import fit, grows

    quantifier = claim.quantifier
    assert isinstance(quantifier, (UpToConstant, SufficientSize))
    rows = list(evidence.details.get("ratios", []))
    if not rows:
        return evidence
    growth, unresolved, witness = [], list(evidence.unresolved), evidence.witness
    directions = [
        d
        for d, relations in ((True, ("<=", "<", "==")), (False, (">=", ">", "==")))
        if claim.relation in relations
    ]
    for name in (*quantifier.along, *quantifier.shrinking):
        for upward in directions:
            fitted = fit(rows, name, shrinking=name in quantifier.shrinking, worst=upward)
            growth.append(fitted)
            if fitted["slope"] is None:
                unresolved.append(f"{name}: {fitted['reason']}")
                continue
            away = fitted if upward else _mirrored(fitted)
            verdict = grows(away)
            if verdict is None:
                unresolved.append(f"the ratio may grow with {name} (slope {fitted['slope']:.2f})")
            elif verdict and witness is None:
                witness = _growth_witness(rows, fitted, upward)
    details = {**evidence.details, "growth": growth}
    return replace(evidence, details=details, unresolved=tuple(unresolved), witness=witness)


def _mirrored(fitted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "slope": -fitted["slope"],
        "low": -fitted["high"],
        "high": -fitted["low"],
        "late": [-value for value in fitted["late"]],
        "noise": fitted["noise"],
    }


def _growth_witness(rows: list[dict[str, Any]], fitted: Mapping[str, Any], upward: bool) -> Witness:
    pick = max if upward else min
    row = pick(rows, key=lambda r: r["ratio"])
    at = {k: v for k, v in row.items() if k not in ("lhs", "rhs", "ratio", "noise")}
    return Witness(
        at=at,
        lhs=f"{row['lhs']:.10g}",
        rhs=f"{row['rhs']:.10g}",
        margin=f"ratio {row['ratio']:.6g}",
        how=f"the ratio of the sides changes like {fitted['symbol']}^{fitted['slope']:.3f} "
        f"(99.9 % interval [{fitted['low']:.3f}, {fitted['high']:.3f}]), no slower over the last "
        "three octaves: no constant bounds it",
    )


def _extreme(extreme: Extreme | None) -> dict[str, Any] | None:
    if extreme is None or not math.isfinite(extreme.value):
        return None
    plain: dict[str, Any] = _plain(asdict(extreme))
    return plain


def _plain(value: Any) -> Any:
    """Data that every reader of JSON takes: a number that is not finite becomes None."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
