"""How each quantifier is measured; one module per quantifier, `measure` picks it.

A measuring module has `measure(claim, points, profile, seed) -> Evidence`, where `points` is a
list of parameter points that share their integer symbols.
"""

from __future__ import annotations

from importlib import import_module

from theorems import quantifiers as q
from theorems.claim import Claim
from theorems.evidence import Evidence
from theorems.grid import Point
from theorems.profiles import Profile

_MODULES: dict[type[q.Quantifier], str] = {
    q.ForAll: "pointwise",
    q.InExpectation: "expectation",
    q.ForAllWeights: "adversarial",
    q.AlongTrajectory: "trajectory",
    q.Exists: "existence",
    q.WithProbability: "probability",
    q.UpToConstant: "constants",
    q.SufficientSize: "sizes",
    q.Reproduces: "reproduction",
}


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Measure a claim at points that share their integer symbols.

    Raises `MeasurementError` when a measuring function returns what it must not (wrong shape, NaN).
    """
    quantifier = claim.quantifier
    assert quantifier is not None
    module = import_module(f"theorems.measure.{_MODULES[type(quantifier)]}")
    evidence: Evidence = module.measure(claim, points, profile, seed)
    return evidence
