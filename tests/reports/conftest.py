"""One run of the sample claims, and its report, for all tests of the reports."""

from __future__ import annotations

from pathlib import Path

import pytest

import reports
from theorems.harness import check
from theorems.result import Run

SAMPLES = Path(__file__).parent / "samples.py"


@pytest.fixture(scope="session")
def run() -> Run:
    return check(str(SAMPLES))


@pytest.fixture(scope="session")
def folder(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    reports.write(run, out)
    return out
