"""There exists: construct the exhibit at each grid point and verify it there.

A point where the search comes back empty-handed refutes nothing; it leaves the statement open.
"""

from __future__ import annotations

from theorems.claim import Claim
from theorems.evidence import Evidence
from theorems.grid import Point
from theorems.measure import pointwise
from theorems.profiles import Profile


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on an `Exists` claim whose measured sides report the best exhibit they found."""
    found = pointwise.compare(claim, points)
    if found is None:
        return Evidence(skipped=pointwise.skips(claim, points))
    summary = pointwise.summary(claim, [found])
    allowance = pointwise.rounding(claim)
    strict = claim.relation in ("<", ">", "!=")
    held = found.relative > 0 if strict else found.relative >= -allowance
    missing = int((~held).any(axis=1).sum())
    unresolved = (f"no exhibit was found at {missing} points",) if missing else ()
    return Evidence(**{**summary, "unresolved": unresolved})
