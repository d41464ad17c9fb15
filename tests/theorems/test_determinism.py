"""The same claims give the same file: in this process, in 1, 2 or 4 workers, on Dask, in any order,
and after being killed at random moments."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checking import house
from running import MANY, Started, untimed, wait_for

from theorems.agenda import Agenda
from theorems.harness import run
from theorems.profiles import quick
from theorems.registry import Collection, from_file

PROFILE = quick()
TASKS = 54


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    file = tmp_path_factory.mktemp("claims") / "mine.py"
    file.write_text(MANY)
    return from_file(file)


@pytest.fixture(scope="module")
def reference(claims: Collection) -> str:
    return text_of(claims, jobs=1)


def text_of(claims: Collection, **how: Any) -> str:
    return untimed(run(claims, PROFILE, **how).to_json())


def test_every_quantifier_and_every_verdict_is_among_them(
    claims: Collection, reference: str
) -> None:
    kinds = {type(claim.quantifier).__name__ for claim in claims.claims.values()}
    assert len(kinds) == 9
    verdicts = {entry["id"]: entry["verdict"] for entry in json.loads(reference)["claims"]}
    assert len(set(verdicts.values())) == 6
    # An exhibit that fails everywhere refutes nothing: another one may do.
    assert verdicts["u.exists"] == "INCONCLUSIVE"


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_any_number_of_workers_gives_the_same_file(
    claims: Collection, reference: str, jobs: int
) -> None:
    assert text_of(claims, jobs=jobs, isolated=True) == reference


def test_any_order_gives_the_same_file(
    claims: Collection, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(7)
    monkeypatch.setattr(Agenda, "_rank", lambda *_: (rng.random(),))
    assert text_of(claims, jobs=2) == reference


def test_dask_gives_the_same_file(tmp_path: Path, reference: str) -> None:
    """As a command: the workers inherit nothing of this process, as they would not on a cluster."""
    pytest.importorskip("distributed")
    (tmp_path / "mine.py").write_text(MANY)
    command = "import sys; from theorems.cli import main; sys.argv[0] = 'theorems'; main()"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            command,
            *["check", "mine.py", "--cluster", "local:2", "--json", "out.json"],
        ],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(house())},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    assert untimed(json.loads((tmp_path / "out.json").read_text())) == reference
    assert "Restarting" not in done.stderr  # no worker died
    assert "Traceback" not in done.stderr


def test_killed_at_random_moments_it_ends_with_the_same_file(
    tmp_path: Path, reference: str
) -> None:
    """Each kill hits the command and all its workers; what was finished is never done again."""
    (tmp_path / "mine.py").write_text(MANY)
    (tmp_path / "slow").touch()
    store = tmp_path / ".theorems" / "runs.sqlite"
    rng, kept, kills = random.Random(2026), 0, 0
    while kept < TASKS - 12 and kills < 8:
        started = Started(tmp_path, "check", "mine.py", "--jobs", "2")
        wait_for(kept + rng.randrange(1, 12), store)
        started.end()
        before, kept, kills = kept, wait_for(0, store), kills + 1
        assert kept >= before
    assert kills >= 3
    (tmp_path / "log").unlink(missing_ok=True)
    last = Started(tmp_path, "check", "mine.py", "--jobs", "2", "--json", "out.json")
    assert last.wait() == 1, last.said
    assert f"{TASKS}/{TASKS} tasks done" in last.said
    first = next(line for line in last.said.split("\n") if "tasks done" in line)
    assert int(first.split("/")[0]) > kept
    assert untimed(json.loads((tmp_path / "out.json").read_text())) == reference
