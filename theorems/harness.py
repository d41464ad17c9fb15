"""plan -> run -> judge: check claims and give back a `Run`."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from theorems.agenda import Agenda
from theorems.claim import Claim
from theorems.cluster import run_cluster
from theorems.devices import CPU, check_device
from theorems.evidence import Evidence, merge
from theorems.fingerprints import fingerprint
from theorems.judge import judge
from theorems.pool import Child, run_pool
from theorems.profiles import Profile, by_name
from theorems.registry import Collection
from theorems.result import Result, Run, Verdict, flagged
from theorems.result import known as known_with
from theorems.runner import Ended, Outcome, run_here
from theorems.selection import Growing, select
from theorems.store import Store, StoreError
from theorems.tasks import Task, plan
from theorems.validate import Defect

LIBRARIES = ("sympy", "mpmath", "python-flint", "z3-solver", "numpy", "scipy", "torch")
TOGETHER = 8
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
    collection: Collection | Growing,
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
    keeper = _Keeper(profile, store, device, fresh=fresh)
    agenda = Agenda(
        collection,
        keeper.left_of,
        store.durations() if store is not None and child is None else {},
        # What these claims rest on in other papers is needed at the end, and imported meanwhile.
        lambda: known_with(collection.claims),
    )

    def done(ended: Sequence[Ended]) -> None:
        keeper.save(ended)
        for task, outcome in ended:
            keeper.take(task, outcome)
            if progress is not None and agenda.is_complete:
                progress(task, keeper.count, keeper.total)

    interrupted = False
    try:
        if cluster is not None:
            run_cluster(agenda.all(), list(patterns), profile, done, cluster, device)
        elif child is not None:
            for task in agenda.all():
                done([(task, child.perform(task))])
        elif jobs > 1 or isolated or device != CPU:
            run_pool(agenda, profile, done, jobs, device)
        else:
            run_here(agenda.all(), collection.claims, profile, done)
    except KeyboardInterrupt:
        # What is finished is judged and reported; the rest waits for the next run.
        interrupted = True
    claims = collection.claims
    results = {id_: keeper.results[id_] for id_ in claims if id_ in keeper.results}
    finished_run = Run(
        profile=profile.name,
        seed=profile.seed,
        versions=library_versions(),
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
    """The tasks of a run and what became of them: kept in the store as far as it takes them, and a
    claim judged as soon as its last task is finished.

    Outcomes are let go once their claim is judged, so that memory does not grow with the run.
    """

    def __init__(self, profile: Profile, store: Store | None, device: str, *, fresh: bool) -> None:
        self.profile, self.device = profile, device
        self.store, self.fresh = store, fresh
        self.results: dict[str, Result] = {}
        self.count = self.total = 0
        self._claims: dict[str, Claim] = {}
        self._tasks: dict[str, list[Task]] = {}
        self._missing: dict[str, int] = {}
        self._outcomes: dict[Task, Outcome] = {}
        self._prints: dict[Task, str] = {}
        self._unsaved: list[Ended] = []
        self._trouble = ""

    def left_of(self, claim: Claim) -> list[Task]:
        """The claim's tasks that are left to do; the outcomes of the others are in the store."""
        tasks = plan(claim, self.profile)
        self._claims[claim.id], self._tasks[claim.id] = claim, tasks
        self._missing[claim.id] = len(tasks)
        self.total += len(tasks)
        if not tasks:
            self._judge(claim.id)
        return [task for task in tasks if not self._is_known(claim, task)]

    def _is_known(self, claim: Claim, task: Task) -> bool:
        """Whether the store has the task's outcome, which is then taken."""
        if self.store is None:
            return False
        known = fingerprint(claim, task, self.profile, library_versions(), self.device)
        self._prints[task] = known
        outcome = None if self.fresh else self.store.finished_task(known)
        if outcome is not None:
            self.take(task, outcome)
        return outcome is not None

    def save(self, ended: Sequence[Ended]) -> None:
        """Put outcomes into the store, in one transaction."""
        # An error may pass (a limit on a busy machine), so it is tried again next time.
        if self.store is not None:
            self._unsaved += [(t, o) for t, o in ended if "error" not in o[0]]
            if not self._trouble:
                self._save()

    def take(self, task: Task, outcome: Outcome) -> None:
        self._outcomes[task] = outcome
        self.count += 1
        self._missing[task.claim] -= 1
        if not self._missing[task.claim]:
            self._judge(task.claim)

    def _judge(self, id_: str) -> None:
        outcomes = [self._outcomes.pop(task) for task in self._tasks[id_]]
        self.results[id_] = _result(self._claims[id_], outcomes)

    def _save(self) -> None:
        assert self.store is not None
        self._trouble = ""
        try:
            while self._unsaved:
                # A few at a time: where the disk is nearly full, some still fit.
                some = self._unsaved[-TOGETHER:]
                self.store.save_tasks(
                    (self._prints[task], task.claim, task.name, outcome, seconds)
                    for task, (outcome, seconds) in some
                )
                del self._unsaved[-len(some) :]
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
                self.store.save_run(run.to_json(), self._prints.values(), basis if is_final else "")
            except StoreError as error:
                self._trouble = str(error)
        if not self._trouble:
            return []
        why = self._trouble.removeprefix(f"{self.store.path}: ")
        lost = f"{len(self._unsaved)} finished tasks are not kept and will be run again"
        return [Defect(str(self.store.path), 0, "", f"{lost}: {why}")]


def _has_errors(run: Run) -> bool:
    return any(result.verdict is Verdict.ERROR for result in run.results.values())


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
