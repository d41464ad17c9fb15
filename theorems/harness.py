"""plan -> run -> judge: check claims and give back a `Run`."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from theorems.claim import Claim
from theorems.cluster import run_cluster
from theorems.evidence import Evidence, merge
from theorems.fingerprints import fingerprint
from theorems.judge import judge
from theorems.profiles import Profile, by_name
from theorems.registry import Collection, select
from theorems.result import Result, Run
from theorems.runner import run_here, run_pool
from theorems.store import Store
from theorems.tasks import DECIDE, Task, plan

LIBRARIES = ("sympy", "mpmath", "python-flint", "z3-solver", "numpy", "scipy", "torch")
Progress = Callable[[Task, int, int], None]


def check(
    patterns: str | Iterable[str] = (),
    *,
    profile: str | Profile = "quick",
    jobs: int = 1,
    store: str | Path | None = None,
    fresh: bool = False,
) -> Run:
    """Check claims: globs over ids, paths of claim files, or packages; all claims for none.

    `store` is an SQLite file in which finished tasks are kept and looked up (none by default).
    Raises `LookupError` for a pattern that means nothing and `ValueError` for an unknown profile.
    """
    listed = [patterns] if isinstance(patterns, str) else list(patterns)
    chosen = by_name(profile) if isinstance(profile, str) else profile
    kept = Store(Path(store)) if store is not None else None
    try:
        return run(select(listed), chosen, jobs=jobs, store=kept, fresh=fresh)
    finally:
        if kept is not None:
            kept.close()


def run(
    collection: Collection,
    profile: Profile,
    *,
    jobs: int = 1,
    store: Store | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    record: bool = True,
    cluster: str | None = None,
    patterns: Iterable[str] = (),
) -> Run:
    """Check a collection of claims. After an interrupt the claims that are finished are judged, and
    every finished task is in the store.

    `record` says whether the run itself is kept in the store beside its tasks. `cluster` is the
    address of a Dask cluster, whose workers find the claims by `patterns`. Raises `ClusterError`.
    """
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    claims = collection.claims
    versions = library_versions()
    tasks = {claim.id: plan(claim, profile) for claim in claims.values()}
    everything = [task for listed in tasks.values() for task in listed]
    prints = {task: fingerprint(claims[task.claim], task, profile, versions) for task in everything}
    outcomes: dict[Task, tuple[dict[str, Any], float]] = {}
    if store is not None and not fresh:
        finished = store.finished(prints.values())
        outcomes = {task: finished[p] for task, p in prints.items() if p in finished}

    def done(task: Task, outcome: dict[str, Any], seconds: float) -> None:
        outcomes[task] = (outcome, seconds)
        # An error may pass (a limit on a busy machine), so it is tried again next time.
        if store is not None and "error" not in outcome:
            store.save_task(prints[task], task.claim, task.name, outcome, seconds)
        if progress is not None:
            progress(task, len(outcomes), len(everything))

    left = _largest_first([task for task in everything if task not in outcomes], claims)
    interrupted = False
    try:
        if left and cluster is not None:
            run_cluster(left, list(patterns), profile, done, cluster)
        elif left and jobs > 1:
            run_pool(left, claims, profile, done, min(jobs, len(left)))
        elif left:
            run_here(left, claims, profile, done)
    except KeyboardInterrupt:
        # What is finished is judged and reported; the rest waits for the next run.
        interrupted = True
    results = {
        id_: _result(claim, [outcomes[task] for task in tasks[id_]])
        for id_, claim in claims.items()
        if all(task in outcomes for task in tasks[id_])
    }
    finished_run = Run(
        profile=profile.name,
        seed=profile.seed,
        versions=versions,
        results=results,
        claims={id_: claims[id_] for id_ in results},
        defects=collection.defects,
        started=started.isoformat(timespec="seconds"),
        seconds=time.perf_counter() - clock,
        interrupted=interrupted,
    )
    if store is not None and record:
        store.save_run(finished_run.to_json())
    return finished_run


def _largest_first(tasks: list[Task], claims: Mapping[str, Claim]) -> list[Task]:
    """Decisions may use their whole budget, so they start first; the order is else unchanged."""
    return sorted(tasks, key=lambda task: (task.kind != DECIDE, not claims[task.claim].is_measured))


def _result(claim: Claim, outcomes: list[tuple[dict[str, Any], float]]) -> Result:
    by_kind: dict[str, list[Any]] = defaultdict(list)
    for outcome, _ in outcomes:
        for kind, value in outcome.items():
            by_kind[kind].append(value)
    evidence = merge([Evidence.from_json(item) for item in by_kind["evidence"]])
    decision = by_kind["decision"][0] if by_kind["decision"] else None
    seconds = sum(spent for _, spent in outcomes)
    errors = tuple(dict.fromkeys(by_kind["error"]))
    return judge(claim, decision, evidence if by_kind["evidence"] else None, errors, seconds)


def library_versions() -> dict[str, str]:
    """Versions of the checker, Python and the libraries whose arithmetic verdicts rest on."""
    from theorems import __version__

    found = {"gd-theorems": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        found[name] = importlib.metadata.version(name)
    return found


def default_jobs() -> int:
    """As many workers as this process may use cores."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
