"""Fingerprints: a digest of all that a task's outcome depends on, and of nothing else.

That is: the claim itself; its module and what that imports; the code that does tasks of its kind;
the profile, the device and the versions of the libraries.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields
from functools import cache, partial
from pathlib import Path
from typing import Any

import sympy as sp

from theorems.claim import Claim
from theorems.grid import Grid
from theorems.profiles import Profile
from theorems.sources import PAPERS, ROOT, digest, reach
from theorems.tasks import DECIDE, Task

# What every task passes through, and then the roots of the deciding and of the measuring code.
_COMMON = ("tasks", "claim", "sides", "quantifiers", "grid", "evaluate", "evidence", "points")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
# These name code of every kind: what they import counts by the roots alone.
_CROSSROADS = {ROOT / "theorems" / name for name in ("tasks.py", "__init__.py")}
_DECIDERS = ("decide", "identity", "polynomial", "intervals", "recheck", "witness")


def fingerprint(
    claim: Claim, task: Task, profile: Profile, versions: dict[str, str], device: str = "cpu"
) -> str:
    """A digest of all that the task's outcome depends on."""
    parts = {
        "task": task.name,
        "profile": repr(profile),
        "versions": versions,
        "claim": _canonical(claim),
        "code": _engine_code(task.kind),
        "module": _module_code(claim.location.file),
        "device": device if task.kind != DECIDE else "",
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _canonical(claim: Claim) -> str:
    """All of a claim that its module's text does not fix, in particular what its functions do."""
    sides = [sp.srepr(s.closed) if s.closed is not None else "" for s in claim.sides]
    measures = [
        f"{_code_of(s.measured.function)} {s.measured.rounding} {_code_of(s.measured.exact)}"
        if s.measured
        else ""
        for s in claim.sides
    ]
    domain = {s.name: sp.srepr(d) for s, d in claim.over.items()}
    conditions = [sp.srepr(c) if isinstance(c, sp.Basic) else _code_of(c) for c in claim.where]
    conditions += [
        sp.srepr(h) if isinstance(h, sp.Basic) else f"{h} {_code_of(getattr(h, 'function', h))}"
        for h in claim.hypotheses
    ]
    quantifier = [
        f"{f.name}={_code_of(getattr(claim.quantifier, f.name))}"
        for f in fields(claim.quantifier)  # type: ignore[arg-type]
    ]
    parts = [claim.id, claim.relation, sides, measures, domain, conditions, _grid(claim.grid)]
    return json.dumps([*parts, type(claim.quantifier).__name__, quantifier, claim.seconds])


def _grid(grid: Grid | None) -> str:
    """A grid's values; the order in which a listed point names its symbols says nothing."""
    if grid is None:
        return ""
    listed = [sorted(point.items()) for point in grid.listed or ()]
    return repr([grid.listed is None, listed, grid.axes, grid.nightly_axes])


def _code_of(value: Any) -> str:
    """A function by its compiled code and constants, anything else by its own words."""
    if isinstance(value, partial):
        bound = [*value.args, *sorted(value.keywords.items(), key=str)]
        return f"{_code_of(value.func)} {[_code_of(item) for item in bound]}"
    code = getattr(value, "__code__", None)
    if code is not None:
        defaults = [_code_of(item) for item in value.__defaults__ or ()]
        return f"{value.__qualname__} {_compiled(code)} {defaults}"
    # An object's address is another in every process.
    name = getattr(value, "__qualname__", "") if callable(value) else repr(value)
    return _ADDRESS.sub("", name)


def _compiled(code: Any) -> str:
    """Compiled code with its constants, the functions written inside it among them."""
    return f"{code.co_code.hex()} {[_constant(c) for c in code.co_consts]} {code.co_names!r}"


def _constant(value: Any) -> str:
    if hasattr(value, "co_code"):
        return _compiled(value)
    # The order of a set is another in every process.
    return f"{sorted(value, key=repr)}" if isinstance(value, frozenset) else repr(value)


@cache
def _engine_code(kind: str) -> str:
    """A digest of the code that does tasks of a kind: deciding, or measuring."""
    common = {ROOT / "theorems" / f"{name}.py" for name in _COMMON}
    if kind == DECIDE:
        roots = [ROOT / "symbolic" / f"{name}.py" for name in _DECIDERS]
        roots.append(ROOT / "theorems" / "measure" / "comparison.py")
    else:
        roots = sorted((ROOT / "theorems" / "measure").glob("*.py"))
    return digest(common | reach(roots, lambda path: path not in _CROSSROADS))


@cache
def _module_code(file: str) -> str:
    """A digest of the claim's module, of what it imports, and of the catalogue's data."""
    path = Path(file)
    reached = reach([path], _counts)
    data = (PAPERS / "data").glob("*.csv") if PAPERS in path.resolve().parents else ()
    return digest(reached | set(data))


def _counts(path: Path) -> bool:
    """The checker's own modules count as far as a task of the kind passes through them."""
    checker = ROOT / "theorems"
    return checker not in path.parents or PAPERS in path.parents
