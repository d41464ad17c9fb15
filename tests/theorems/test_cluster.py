"""A Dask cluster whose workers join, leave and die in the middle of a run."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from checking import house
from running import MANY, untimed

from theorems.harness import run
from theorems.profiles import quick
from theorems.registry import from_file

distributed = pytest.importorskip("distributed")


def test_workers_that_join_leave_and_die_cost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(house()))
    file = tmp_path / "mine.py"
    file.write_text(MANY)
    (tmp_path / "slow").touch()
    claims = from_file(file)
    reference = untimed(run(claims, quick()).to_json())
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        finished, events = 0, []

        def progress(*_: object) -> None:
            nonlocal finished
            finished += 1
            nannies = list(cluster.workers.values())
            if finished == 8:
                os.kill(nannies[0].pid, signal.SIGKILL)
                events.append("died")  # and another is started in its place
            elif finished == 30:
                cluster.scale(1)
                events.append("left")

        done = run(
            claims,
            quick(),
            cluster=cluster.scheduler_address,
            patterns=[str(file)],
            progress=progress,
        )
    assert events == ["died", "left"]
    assert untimed(done.to_json()) == reference
