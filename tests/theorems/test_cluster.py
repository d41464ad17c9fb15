"""A Dask cluster whose workers join, leave and die in the middle of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from checking import house
from running import MANY, untimed

from theorems.harness import run
from theorems.profiles import quick
from theorems.registry import from_file


def test_workers_that_join_leave_and_die_cost_nothing(tmp_path: Path) -> None:
    """In a process of its own: the workers inherit nothing of the one that runs the tests."""
    pytest.importorskip("distributed")
    path = os.pathsep.join((str(house()), str(Path(__file__).parent)))
    done = subprocess.run(
        [sys.executable, __file__, str(tmp_path)],
        check=False,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "same"


def _run_while_they_join_leave_and_die(folder: Path) -> None:
    import distributed

    file = folder / "mine.py"
    file.write_text(MANY)
    (folder / "slow").touch()
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
    print("same")


if __name__ == "__main__":
    _run_while_they_join_leave_and_die(Path(sys.argv[1]))
