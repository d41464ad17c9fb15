"""Along trajectories: simulate from every grid point and check every recorded step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from theorems import evaluate
from theorems.claim import Claim
from theorems.evidence import Evidence, Extreme, Witness
from theorems.grid import Point, inside
from theorems.measure import balls, confirmation
from theorems.measure import comparison as cmp
from theorems.measure.pointwise import kept_points
from theorems.points import Points
from theorems.profiles import Profile, seed_of
from theorems.quantifiers import AlongTrajectory

CURVE_STEPS = 120


def measure(claim: Claim, points: list[Point], profile: Profile, seed: str) -> Evidence:
    """Evidence on an `AlongTrajectory` claim from starts that share their integer symbols."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, AlongTrajectory)
    starts, skipped = kept_points(claim, points)
    if not starts:
        return Evidence(skipped=skipped)
    run = _run(claim, starts, seed)
    relative, gap = _margins(claim, run)
    checked = np.isfinite(gap)
    for name, count in run["skipped"].items():
        skipped[name] = skipped.get(name, 0) + count
    if not checked.any():
        return Evidence(skipped=skipped)
    tolerated = np.where(checked, relative, np.inf)
    worst_at = np.unravel_index(int(np.argmin(tolerated)), tolerated.shape)
    witness = None
    if tolerated[worst_at] < 0:
        witness = _confirm(claim, starts, run, worst_at, seed)
    ratios = np.where(checked, cmp.ratio(claim.relation, run["lhs"], run["rhs"]), np.nan)
    tightness = None
    if np.isfinite(ratios).any():
        best = np.unravel_index(int(np.nanargmax(ratios)), ratios.shape)
        tightness = _extreme(ratios, best, starts, run)
    strict = claim.relation in ("<", ">", "!=")
    unresolved: tuple[str, ...] = ()
    if claim.relation == "!=" and (checked & (relative < 2)).any():
        unresolved = ("the sides are equal within rounding at some steps",)
    if witness is None and (tolerated < 0).any():
        unresolved = ("an apparent failure was not confirmed when its run was repeated alone",)
    return Evidence(
        points=int(checked.reshape(checked.shape[0], -1).any(axis=1).sum()),
        draws=int(checked.sum()),
        skipped=skipped,
        worst=_extreme(np.where(checked, gap, np.nan), worst_at, starts, run),
        tightness=tightness,
        witness=witness,
        disagreement=run["disagreement"],
        unresolved=unresolved,
        rows=tuple(_curve(run, worst_at, starts)),
        details={"steps_checked": int(checked.sum()), "strict": strict},
    )


def _run(claim: Claim, starts: list[Point], seed: str) -> dict[str, Any]:
    """Simulate, then both sides and the mask of steps that meet domain and hypotheses."""
    import torch

    quantifier = claim.quantifier
    assert isinstance(quantifier, AlongTrajectory)
    assert quantifier.simulate is not None
    batch = Points(starts, claim.sizes)
    generator = torch.Generator().manual_seed(seed_of(claim.id, seed, "simulate"))
    path = quantifier.simulate(batch, generator)
    if not isinstance(path, Mapping) or not path:
        raise cmp.MeasurementError(f"{claim.id}: simulate must return a mapping of tensors")
    recorded = {
        name: cmp.to_array(
            value, leading=batch.n, claim=claim, what=f"{claim.id}: path {name!r}", counts=True
        )
        for name, value in path.items()
    }
    for name in recorded.keys() & {symbol.name for symbol in claim.over}:
        # A state that is no number would else pass for one that lies outside the domain.
        if np.isnan(recorded[name]).any():
            where = np.argwhere(np.isnan(recorded[name]))[0]
            raise cmp.MeasurementError(
                f"{claim.id}: {name} is NaN at step {where[-1]} from {starts[int(where[0])]}"
            )
    values: list[np.ndarray | None] = []
    for name, side in zip(("lhs", "rhs"), claim.sides, strict=True):
        if side.measured is None:
            values.append(None)
        else:
            argument = path if side.measured.kind == "simulated" else batch
            what = f"{claim.id}: {name}"
            values.append(
                cmp.to_array(
                    side.measured.function(argument), leading=batch.n, claim=claim, what=what
                )
            )
    symbols = {symbol.name for symbol in claim.over}
    arrays = [a for a in values if a is not None]
    arrays += [a for name, a in recorded.items() if name in symbols]
    shape = _common_shape(arrays, batch.n)
    env = {
        name: _lift(np.asarray(recorded.get(name, column)), shape)
        for name, column in cmp.environment(batch).items()
    }
    disagreement = None
    sides = []
    for name, side, value in zip(("lhs", "rhs"), claim.sides, values, strict=True):
        closed = None
        if side.closed is not None:
            entries = cmp.closed_values(side, env)
            if entries.shape[-1] != 1:
                raise cmp.MeasurementError(
                    f"{claim.id}: {name} is a matrix; along trajectories a side is a scalar"
                )
            closed = entries[..., 0]
        if value is None:
            assert closed is not None
            sides.append(closed)
            continue
        lifted = _lift(value, shape)
        sides.append(lifted)
        if closed is not None and disagreement is None:
            disagreement = _disagreement(name, closed, lifted, quantifier, env)
    mask, skipped = _mask(claim, path, env, shape, recorded)
    lhs, rhs = sides
    broken = mask & ~(np.isfinite(lhs) & np.isfinite(rhs))
    if broken.any():
        where = tuple(int(i) for i in np.argwhere(broken)[0])
        raise cmp.MeasurementError(
            f"{claim.id}: the run from {starts[where[0]]} is no longer finite at step {where[-1]}"
        )
    return {
        "lhs": np.where(mask, lhs, np.nan),
        "rhs": np.where(mask, rhs, np.nan),
        "env": env,
        "recorded": recorded.keys() & symbols,
        "skipped": skipped,
        "disagreement": disagreement,
    }


def _common_shape(arrays: list[np.ndarray], rows: int) -> tuple[int, ...]:
    depth = max((array.ndim for array in arrays), default=1)
    lifted = [a.reshape(a.shape[:1] + (1,) * (depth - a.ndim) + a.shape[1:]) for a in arrays]
    return np.broadcast_shapes((rows, *(1,) * (depth - 1)), *(a.shape for a in lifted))


def _lift(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An array of shape `(n, ..., steps)` or `(n,)` against the run's full shape."""
    missing = len(shape) - array.ndim
    return np.broadcast_to(array.reshape(array.shape[:1] + (1,) * missing + array.shape[1:]), shape)


def _mask(
    claim: Claim,
    path: Mapping[str, Any],
    env: Mapping[str, np.ndarray],
    shape: tuple[int, ...],
    recorded: Mapping[str, np.ndarray],
) -> tuple[np.ndarray, dict[str, int]]:
    """The steps whose state lies in the domain and meets every hypothesis."""
    mask = np.ones(shape, dtype=bool)
    skipped: dict[str, int] = {}

    def drop(name: str, met: np.ndarray) -> None:
        nonlocal mask
        lost = int((mask & ~met).sum())
        if lost:
            skipped[name] = skipped.get(name, 0) + lost
        mask = mask & met

    for symbol, domain in claim.over.items():
        if symbol.name in recorded:
            drop(f"{symbol} in {domain}", inside(domain, env[symbol.name]))
    for relation in claim.relations:
        drop(str(relation), evaluate.holds(relation, env))
    for hypothesis in claim.measured_hypotheses:
        drop(hypothesis.name, _lift(cmp.to_mask(hypothesis.function(path), hypothesis.name), shape))
    return mask, skipped


def _margins(claim: Claim, run: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Margins in units of the rounding allowed, plus one (negative where it explains them not),
    and the plain margins."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, AlongTrajectory)
    lhs, rhs = run["lhs"], run["rhs"]
    gap = cmp.margin(claim.relation, lhs, rhs)
    allowed = quantifier.rounding * np.fmax(np.abs(lhs), np.abs(rhs)) + quantifier.floor
    return gap / np.fmax(allowed, 1e-300) + 1, gap


def _disagreement(
    name: str,
    closed: np.ndarray,
    measured: np.ndarray,
    quantifier: AlongTrajectory,
    env: Mapping[str, np.ndarray],
) -> str | None:
    """A step at which the closed form and the simulated value differ; undefined steps are not."""
    comparable = np.isfinite(closed) & np.isfinite(measured)
    gap = np.abs(np.where(comparable, closed - measured, 0.0))
    size = np.where(comparable, np.maximum(np.abs(closed), np.abs(measured)), 0.0)
    off = gap > 10 * (quantifier.rounding * size + quantifier.floor)
    if not off.any():
        return None
    at = np.unravel_index(int(np.argmax(np.where(off, gap, -1))), gap.shape)
    state = {key: float(value[at]) for key, value in env.items()}
    return (
        f"{name}: the closed form gives {closed[at]:.12g}, the simulation {measured[at]:.12g} "
        f"at {state}"
    )


def _confirm(
    claim: Claim, starts: list[Point], run: dict[str, Any], at: tuple[Any, ...], seed: str
) -> Witness | None:
    """The failing step again: in 50 digits from its state if both sides are closed, else alone."""
    place = {"step": int(at[-1])} if len(at) > 1 else {}
    state = {name: _plain(claim, name, value[at]) for name, value in run["env"].items()}
    if all(confirmation.has_exact_route(side) for side in claim.sides):
        witness = confirmation.look_exactly(claim, state, 0).witness
        if witness is None:
            return None
        return Witness(
            {**witness.at, **place, "start": cmp.shown(starts[int(at[0])])},
            witness.lhs,
            witness.rhs,
            witness.margin,
            f"the step's state is exact and {witness.how}",
        )
    row = int(at[0])
    alone = _again(claim, [starts[row]], 0, seed)
    how = "this start simulated again alone"
    if alone is None and len(starts) > 1:
        # A start whose noise is drawn with the others' repeats itself only among them.
        alone = _again(claim, starts, row, seed)
        how = "all starts simulated again from the same seed"
    if alone is None:
        return None
    lhs, rhs, gap, place, failing = alone
    enclosed = _in_balls(claim, failing, seed)
    if enclosed is not None and enclosed.holds:
        return None
    if enclosed is not None and enclosed.fails:
        margin = cmp.margin(claim.relation, enclosed.lhs, enclosed.rhs)
        sides = cmp.text(enclosed.lhs), cmp.text(enclosed.rhs), cmp.text(margin)
        return Witness({**cmp.shown(starts[row]), **place}, *sides, f"{how}: {balls.HOW}")
    return Witness(
        {**cmp.shown(starts[row]), **place},
        cmp.text(lhs),
        cmp.text(rhs),
        cmp.text(gap),
        f"{how}; the margin is more than ten times the rounding allowed",
    )


def _again(
    claim: Claim, starts: list[Point], row: int, seed: str
) -> tuple[float, float, float, dict[str, int], _Failing] | None:
    """The worst step of one start, run again: sides, margin and step, if it fails clearly."""
    run = _run(claim, starts, seed)
    shares, gaps = _margins(claim, run)
    tolerated = np.where(np.isfinite(gaps[row]), shares[row], np.inf)
    here = np.unravel_index(int(np.argmin(tolerated)), tolerated.shape)
    if not tolerated[here] < -9:
        return None
    place = {"step": int(here[-1])} if here else {}
    at: tuple[Any, ...] = (row, *here)
    failing = _Failing(starts, at, frozenset(run["recorded"]))
    return float(run["lhs"][at]), float(run["rhs"][at]), float(gaps[at]), place, failing


@dataclass(frozen=True)
class _Failing:
    """Where a run from `starts` fails, and the names of the symbols that the run itself records."""

    starts: list[Point]
    at: tuple[Any, ...]
    recorded: frozenset[str]


def _in_balls(claim: Claim, failing: _Failing, seed: str) -> balls.Enclosed | None:
    """The failing step with the whole run in balls, where they can follow it."""
    quantifier = claim.quantifier
    assert isinstance(quantifier, AlongTrajectory)
    assert quantifier.simulate is not None
    simulate, start = quantifier.simulate, failing.starts[failing.at[0]]

    def run(side: Any) -> Any:
        import torch

        batch = Points(failing.starts, claim.sizes)
        generator = torch.Generator().manual_seed(seed_of(claim.id, seed, "simulate"))
        path = simulate(batch, generator)
        return side.measured.function(path if side.measured.kind == "simulated" else batch)

    def closed(side: Any) -> Any:
        names = {symbol.name for symbol in side.closed.free_symbols}
        # A closed side of a state along the run is known at the float64 state only.
        return None if names & failing.recorded else confirmation.exact_side(side, start, 0)[1]

    def pick(found: np.ndarray) -> Any:
        # A side that is the same at every step has an axis of length one there.
        return found[
            tuple(i if n > 1 else 0 for i, n in zip(failing.at, found.shape, strict=False))
        ]

    return balls.enclose(claim, run, closed, pick)


def _plain(claim: Claim, name: str, value: Any) -> float | int:
    return int(value) if name in claim.sizes else float(value)


def _extreme(
    values: np.ndarray, at: tuple[Any, ...], starts: list[Point], run: dict[str, Any]
) -> Extreme:
    place = {**cmp.shown(starts[int(at[0])])}
    if len(at) > 1:
        place["step"] = int(at[-1])
    return Extreme(float(values[at]), place, float(run["lhs"][at]), float(run["rhs"][at]))


def _curve(run: dict[str, Any], at: tuple[Any, ...], starts: list[Point]) -> list[dict[str, Any]]:
    """Both sides along the run that comes closest to failing, thinned for a plot."""
    if len(at) < 2:
        return []
    lhs, rhs = run["lhs"][at[:-1]], run["rhs"][at[:-1]]
    steps = np.unique(np.linspace(0, len(lhs) - 1, min(len(lhs), CURVE_STEPS)).astype(int))
    return [
        {"step": int(t), "lhs": float(lhs[t]), "rhs": float(rhs[t])}
        for t in steps
        if np.isfinite(lhs[t]) and np.isfinite(rhs[t])
    ]
