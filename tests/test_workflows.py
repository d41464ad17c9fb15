"""The workflows run commands that exist, every night and on every push."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML reads the workflows; it comes with dask")

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"


def read(name: str) -> dict:
    return yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))


def steps(name: str) -> list[dict]:
    return [step for job in read(name)["jobs"].values() for step in job["steps"]]


def test_the_nightly_report_is_made_every_night_and_kept():
    # YAML reads the bare word "on" as true.
    schedule = read("nightly.yml")[True]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule[0]["cron"])
    commands = [step.get("run", "") for step in steps("nightly.yml")]
    folder = re.search(r"make nightly OUT=(\w+)", "\n".join(commands))
    assert folder
    kept = next(s for s in steps("nightly.yml") if "upload-artifact" in s.get("uses", ""))
    assert kept["with"]["path"] == folder.group(1)
    # A night with bad news is published all the same.
    assert kept["if"] == "always()"
    written = " ".join(commands)
    assert f"--junit-xml {folder.group(1)}/" in written
    assert f"theorems diff > {folder.group(1)}/" in written


@pytest.mark.parametrize("name", ["nightly.yml", "tests.yml"])
def test_what_the_workflows_run_exists(name: str):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for step in steps(name):
        for target in re.findall(r"\bmake ([a-z]+)", step.get("run", "")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    pushed = read("tests.yml")[True]
    assert {"push", "pull_request"} <= set(pushed)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
