"""What the tests of the checker share: claims written in a line, and checking them in process."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import sympy as sp

from theorems.claim import Claim
from theorems.harness import run
from theorems.profiles import Profile, quick
from theorems.registry import Claims, Collection
from theorems.result import Result, Run
from theorems.validate import defects_of

ROOT = Path(__file__).resolve().parents[2]
x = sp.Symbol("x", real=True)
y = sp.Symbol("y", real=True)
k = sp.Symbol("k", integer=True, positive=True)
Done = subprocess.CompletedProcess[str]
UNIT = sp.Interval(0, 1)
SIZES = sp.S.Naturals


def claim(id_: str = "t.claim", **fields: Any) -> Claim:
    """A well-formed claim; what a test does not set is filled in."""
    fields.setdefault("statement", "a statement")
    fields.setdefault("over", {x: UNIT})
    fields.setdefault("relation", "<=")
    made = Claim(id=id_, **fields)
    assert defects_of(made) == []
    return made


def profile(seed: str = "quick", **sizes: Any) -> Profile:
    """The quick profile with another seed or other sizes."""
    return replace(quick(), seed=seed, **sizes)


def check_all(*claims: Claim, under: Profile | None = None, jobs: int = 1) -> Run:
    collection = Collection(Claims({item.id: item for item in claims}))
    return run(collection, under or profile(), jobs=jobs)


def check_one(item: Claim, under: Profile | None = None) -> Result:
    return check_all(item, under=under)[item.id]


def verdict(id_: str = "t.claim", under: Profile | None = None, **fields: Any) -> str:
    return str(check_one(claim(id_, **fields), under).verdict)


@lru_cache(maxsize=1)
def house() -> Path:
    """A copy of the packages without the catalogue's modules, for checkers started as commands.

    They start faster, and nothing that changes in the tree meanwhile makes them repeat a task.
    """
    copy = Path(tempfile.mkdtemp(prefix="house-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    for package in ("symbolic", "numeric", "theorems", "reports"):
        away = shutil.ignore_patterns("__pycache__", "published")
        shutil.copytree(ROOT / package, copy / package, ignore=away)
    for module in (copy / "theorems" / "papers").glob("*/*.py"):
        module.unlink()
    return copy


def theorems(folder: Path, *arguments: str, module: str = "theorems.cli") -> Done:
    """The command run in a folder."""
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(house()), "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
