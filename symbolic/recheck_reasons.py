"""The reasons that a certificate may give, by name."""

from __future__ import annotations

from collections.abc import Callable

from symbolic import recheck_changes as changes
from symbolic import recheck_paths as paths
from symbolic import recheck_points as points
from symbolic.recheck_prover import Prover

METHODS: dict[str, Callable[..., None]] = {
    "sign": points.sign,
    "outside": points.outside,
    "where": points.by_where,
    "split": points.split,
    "apart": points.split,
    "cases": points.cases,
    "rewrite": points.rewrite,
    "resolve": points.resolve,
    "rule": points.rule,
    "zero": points.zero,
    "product": points.product,
    "compare": points.compare_through,
    "bernstein": points.bernstein,
    "sturm": points.sturm,
    "monotone": paths.monotone,
    "ends": paths.ends,
    "taylor": paths.taylor,
    "minimum": paths.minimum,
    "constant": paths.constant,
    "induction": paths.induction,
    "sum": changes.total,
    "lemma": changes.lemma,
    "multiplier": changes.multiplier,
    "powers": changes.powers,
    "change": changes.change,
    "steps": changes.steps,
}
_NAMES = "outside split apart cases rewrite resolve rule zero constant induction"
FOR_EQUALITY = frozenset(_NAMES.split())


def prover(where: list) -> Prover:
    """A prover that knows all reasons."""
    made = Prover(where)
    made.methods, made.for_equality = METHODS, FOR_EQUALITY
    return made
