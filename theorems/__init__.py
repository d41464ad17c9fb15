"""Checks whether the theorems in papers on gradient descent are true as printed.

The vocabulary in which a statement is written (`Claim`, sides, quantifiers, `Grid`), the catalogue
(`claims["du2019.lemma-5.6d"]`) and the checker (`check("du2019.*")`). Everything is imported when
first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Claim": "theorems.claim",
    "Source": "theorems.claim",
    "Side": "theorems.sides",
    "Closed": "theorems.sides",
    "Computed": "theorems.sides",
    "Sampled": "theorems.sides",
    "Simulated": "theorems.sides",
    "Holds": "theorems.sides",
    "Grid": "theorems.grid",
    "linspace": "theorems.grid",
    "logspace": "theorems.grid",
    "ForAll": "theorems.quantifiers",
    "InExpectation": "theorems.quantifiers",
    "ForAllWeights": "theorems.quantifiers",
    "AlongTrajectory": "theorems.quantifiers",
    "Exists": "theorems.quantifiers",
    "WithProbability": "theorems.quantifiers",
    "UpToConstant": "theorems.quantifiers",
    "SufficientSize": "theorems.quantifiers",
    "Reproduces": "theorems.quantifiers",
    "claims": "theorems.registry",
    "check": "theorems.harness",
}
__all__ = [name for name in _HOME if name != "claims"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'theorems' has no attribute {name!r}")
    if name == "claims":
        return import_module("theorems.registry").catalogue().claims
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*_HOME, "__version__"])
