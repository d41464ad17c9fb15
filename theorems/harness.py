"""plan -> run -> judge: check claims and give back a `Run`."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from theorems.claim import Claim
from theorems.cluster import run_cluster
from theorems.devices import CPU, check_device
from theorems.evidence import Evidence, merge
from theorems.fingerprints import fingerprint
from theorems.judge import judge
from theorems.profiles import Profile, by_name
from theorems.registry import Collection, select
from theorems.result import Result, Run, Verdict, flagged
from theorems.runner import Child, Outcome, run_here, run_pool
from theorems.store import Store, StoreError
from theorems.tasks import DECIDE, Task, plan
from theorems.validate import Defect

LIBRARIES = ("sympy", "mpmath", "python-flint", "z3-solver", "numpy", "scipy", "torch")
Progress = Callable[[Task, int, int], None]


def check(
    patterns: str | Iterable[str] = (),
    *,
    profile: str | Profile = "quick",
    jobs: int = 1,
    store: str | Path | None = None,
    fresh: bool = False,
    device: str = CPU,
) -> Run:
    """Check claims: globs over ids, paths of claim files, or packages; all claims for none.

    With one job the claims run in this process, where a debugger reaches them; with more in worker
    processes, so that one that crashes costs itself alone. `store` is an SQLite file in which
    finished tasks are kept and looked up (none by default). Raises `LookupError` for a pattern that
    means nothing, `ValueError` for an unknown profile or a device that is not there, and
    `StoreError` for a file that is no store.
    """
    listed = [patterns] if isinstance(patterns, str) else list(patterns)
    chosen = by_name(profile) if isinstance(profile, str) else profile
    check_device(device)
    kept = Store(Path(store)) if store is not None else None
    try:
        return run(select(listed), chosen, jobs=jobs, store=kept, fresh=fresh, device=device)
    finally:
        if kept is not None:
            kept.close()


def run(
    collection: Collection,
    profile: Profile,
    *,
    jobs: int = 1,
    isolated: bool = False,
    store: Store | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    record: bool = True,
    basis: str = "",
    cluster: str | None = None,
    patterns: Iterable[str] = (),
    device: str = CPU,
    child: Child | None = None,
) -> Run:
    """Check a collection of claims. After an interrupt the claims that are finished are judged, and
    every finished task is in the store.

    One job runs in this process unless `isolated`, or in `child`, a worker process that knows the
    claims. `record` says whether the run itself is kept in the store beside its tasks, `basis` the
    digest under which a complete one can be repeated. `cluster` is the address of a Dask cluster,
    whose workers find the claims by `patterns`. A store that fails in the middle (a full disk)
    stops nothing: it is a defect of the run. Raises `ClusterError`, `DeviceError`, and `StoreError`
    for a store that cannot be read.
    """
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    check_device(device)
    claims = collection.claims
    versions = library_versions()
    tasks = {claim.id: plan(claim, profile) for claim in claims.values()}
    everything = [task for listed in tasks.values() for task in listed]
    prints = {t: fingerprint(claims[t.claim], t, profile, versions, device) for t in everything}
    keeper = _Keeper(store, prints, fresh=fresh)

    def done(task: Task, outcome: dict[str, Any], seconds: float) -> None:
        keeper.keep(task, outcome, seconds)
        if progress is not None:
            progress(task, len(keeper.outcomes), len(everything))

    left = [task for task in everything if task not in keeper.outcomes]
    left = _largest_first(left, claims, store.durations() if store is not None and left else {})
    interrupted = False
    try:
        if left and cluster is not None:
            run_cluster(left, list(patterns), profile, done, cluster, device)
        elif left and child is not None:
            for task in left:
                done(task, *child.perform(task))
        elif left and (jobs > 1 or isolated or device != CPU):
            run_pool(left, claims, profile, done, min(jobs, len(left)), device)
        elif left:
            run_here(left, claims, profile, done)
    except KeyboardInterrupt:
        # What is finished is judged and reported; the rest waits for the next run.
        interrupted = True
    outcomes = keeper.outcomes
    results = {
        id_: _result(claim, [outcomes[task] for task in tasks[id_]])
        for id_, claim in claims.items()
        if all(task in outcomes for task in tasks[id_])
    }
    finished_run = Run(
        profile=profile.name,
        seed=profile.seed,
        versions=versions,
        results=flagged(results, claims),
        claims={id_: claims[id_] for id_ in results},
        defects=collection.defects,
        started=started.isoformat(timespec="seconds"),
        seconds=time.perf_counter() - clock,
        interrupted=interrupted,
    )
    failures = keeper.close(finished_run if record else None, basis)
    return replace(finished_run, defects=(*collection.defects, *failures))


class _Keeper:
    """The outcomes of a run's tasks, kept in the store as far as it takes them."""

    def __init__(self, store: Store | None, prints: Mapping[Task, str], *, fresh: bool) -> None:
        self.store, self.prints = store, prints
        self.outcomes: dict[Task, Outcome] = {}
        self._unsaved: list[Task] = []
        self._trouble = ""
        if store is not None and not fresh:
            finished = store.finished(prints.values())
            self.outcomes = {task: finished[p] for task, p in prints.items() if p in finished}

    def keep(self, task: Task, outcome: dict[str, Any], seconds: float) -> None:
        self.outcomes[task] = (outcome, seconds)
        # An error may pass (a limit on a busy machine), so it is tried again next time.
        if self.store is not None and "error" not in outcome:
            self._unsaved.append(task)
            if not self._trouble:
                self._save()

    def _save(self) -> None:
        assert self.store is not None
        self._trouble = ""
        try:
            while self._unsaved:
                task = self._unsaved[-1]
                outcome, seconds = self.outcomes[task]
                self.store.save_task(self.prints[task], task.claim, task.name, outcome, seconds)
                self._unsaved.pop()
        except StoreError as error:
            self._trouble = str(error)

    def close(self, run: Run | None, basis: str) -> list[Defect]:
        """Save what is left, and the run if there is one; what could not be saved, in one line."""
        if self.store is None:
            return []
        if self._trouble:
            self._save()
        if not self._trouble and run is not None:
            is_final = not run.interrupted and not _has_errors(run)
            try:
                fingerprints = [self.prints[task] for task in self.outcomes]
                self.store.save_run(run.to_json(), fingerprints, basis if is_final else "")
            except StoreError as error:
                self._trouble = str(error)
        if not self._trouble:
            return []
        why = self._trouble.removeprefix(f"{self.store.path}: ")
        lost = f"{len(self._unsaved)} finished tasks are not kept and will be run again"
        return [Defect(str(self.store.path), 0, "", f"{lost}: {why}")]


def _has_errors(run: Run) -> bool:
    return any(result.verdict is Verdict.ERROR for result in run.results.values())


def _largest_first(
    tasks: Sequence[Task], claims: Mapping[str, Claim], durations: Mapping[tuple[str, str], float]
) -> list[Task]:
    """The longest first, by what they took last time, so that no long one is left for the end.

    Of tasks never done before the decisions start first, which may use their whole budget.
    """

    def rank(task: Task) -> tuple[Any, ...]:
        known = durations.get((task.claim, task.name))
        if known is not None:
            return (1, -known)
        return (0, task.kind != DECIDE, not claims[task.claim].is_measured)

    return sorted(tasks, key=rank)


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


@cache
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
