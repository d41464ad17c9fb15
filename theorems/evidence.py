"""What one task measured, as plain data that can be stored, merged and judged."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

MAX_ROWS = 240
# Details of a task that add up over a claim's tasks, and those of which the largest counts.
SUMMED = frozenset({"steps_checked", "undecided", "resolved"})
LARGEST = frozenset({"resolution", "quantile", "confidence"})


@dataclass(frozen=True)
class Extreme:
    """A value, the point where it is attained, and both sides there."""

    value: float
    at: Mapping[str, Any]
    lhs: float | None = None
    rhs: float | None = None


@dataclass(frozen=True)
class Witness:
    """A point at which the relation fails, confirmed by a second route that `how` names.

    `lhs` and `rhs` are decimal strings of the confirmed values, `margin` their signed distance on
    the side of failure. `at` holds the point (exact where the values are strings), and whatever
    else is needed to find the failure again: step, component, seed, draws.
    """

    at: Mapping[str, Any]
    lhs: str
    rhs: str
    margin: str
    how: str


@dataclass(frozen=True)
class Evidence:
    """The findings of one measuring task.

    `points` were compared; `skipped` counts points (or steps, or draws) that failed a hypothesis.
    `worst` is the smallest margin found, `tightness` the largest ratio of the sides. `witness` is a
    confirmed failure, `disagreement` a place where a side's closed form and measurement differ.
    `unresolved` are reasons why the measurements do not settle the statement. `rows` are for plots
    and tables; `details` holds what one quantifier alone reports.
    """

    points: int = 0
    draws: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    worst: Extreme | None = None
    tightness: Extreme | None = None
    witness: Witness | None = None
    disagreement: str | None = None
    unresolved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: asdict(v) if isinstance(v, Extreme | Witness) else v for k, v in values.items()}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Evidence:
        def extreme(value: Mapping[str, Any] | None) -> Extreme | None:
            return None if value is None else Extreme(**value)

        return Evidence(
            points=data["points"],
            draws=data["draws"],
            skipped=data["skipped"],
            worst=extreme(data["worst"]),
            tightness=extreme(data["tightness"]),
            witness=None if data["witness"] is None else Witness(**data["witness"]),
            disagreement=data["disagreement"],
            unresolved=tuple(data["unresolved"]),
            notes=tuple(data["notes"]),
            rows=tuple(data["rows"]),
            details=data["details"],
        )


def merge(parts: Iterable[Evidence]) -> Evidence:
    """One claim's evidence from its tasks'. The order of the parts decides ties: keep it fixed."""
    listed = list(parts)
    skipped: Counter[str] = Counter()
    for part in listed:
        skipped.update(part.skipped)
    details: dict[str, Any] = {}
    for part in listed:
        for name, value in part.details.items():
            if isinstance(value, list) and isinstance(details.get(name), list):
                details[name] = details[name] + value
            elif name in SUMMED:
                details[name] = details.get(name, 0) + value
            elif name in LARGEST:
                details[name] = max(details.get(name, value), value)
            else:
                details.setdefault(name, value)
    rows = [row for part in listed for row in part.rows]
    return Evidence(
        points=sum(part.points for part in listed),
        draws=sum(part.draws for part in listed),
        skipped=dict(skipped),
        worst=_most([part.worst for part in listed], smallest=True),
        tightness=_most([part.tightness for part in listed], smallest=False),
        witness=next((part.witness for part in listed if part.witness), None),
        disagreement=next((part.disagreement for part in listed if part.disagreement), None),
        unresolved=tuple(dict.fromkeys(r for part in listed for r in part.unresolved)),
        notes=tuple(dict.fromkeys(n for part in listed for n in part.notes)),
        rows=tuple(thin(rows)),
        details=details,
    )


def thin(rows: list[Any], limit: int = MAX_ROWS) -> list[Any]:
    """At most `limit` rows, evenly spaced, first and last kept."""
    if len(rows) <= limit:
        return rows
    step = (len(rows) - 1) / (limit - 1)
    return [rows[round(index * step)] for index in range(limit)]


def _most(extremes: list[Extreme | None], *, smallest: bool) -> Extreme | None:
    present = [extreme for extreme in extremes if extreme is not None]
    finite = [extreme for extreme in present if not math.isnan(extreme.value)]
    if not finite:
        return None
    pick = min if smallest else max
    return pick(finite, key=lambda extreme: extreme.value)
