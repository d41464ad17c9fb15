"""Fingerprints: a digest of all that a task's outcome depends on, and of nothing else.

That is: the claim itself; its module and what that imports; the code that does tasks of its kind;
the profile, the device and the versions of the libraries.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

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
_DECIDERS = ("decide", "identity", "polynomial", "intervals", "recheck/__init__", "witness")


def fingerprint(
    claim: Claim, task: Task, profile: Profile, versions: dict[str, str], device: str = "cpu"
) -> str:
    """A digest of all that the task's outcome depends on."""
    parts = (
        task.name,
        _settings(profile, tuple(versions.items())),
        _canonical(claim),
        _engine_code(task.kind),
        _module_code(claim.location.file),
        device if task.kind != DECIDE else "",
    )
    return _sha(json.dumps(parts))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


@lru_cache(maxsize=16)
def _settings(profile: Profile, versions: tuple[tuple[str, str], ...]) -> str:
    return _sha(json.dumps([repr(profile), sorted(versions)]))


@cache
def _canonical(claim: Claim) -> str:
    """A digest of all of a claim that its module's text does not fix, in particular of what its
    functions do."""
    text = structures()
    sides = [text(s.closed) if s.closed is not None else "" for s in claim.sides]
    measures = [
        f"{_code_of(s.measured.function)} {s.measured.rounding} {_code_of(s.measured.exact)}"
        if s.measured
        else ""
        for s in claim.sides
    ]
    domain = {s.name: text(d) for s, d in claim.over.items()}
    conditions = [text(c) if isinstance(c, sp.Basic) else _code_of(c) for c in claim.where]
    conditions += [
        text(h) if isinstance(h, sp.Basic) else f"{h} {_code_of(getattr(h, 'function', h))}"
        for h in claim.hypotheses
    ]
    quantifier = [
        f"{f.name}={_code_of(getattr(claim.quantifier, f.name))}"
        for f in fields(claim.quantifier)  # type: ignore[arg-type]
    ]
    parts = [claim.id, claim.relation, sides, measures, domain, conditions, _grid(claim.grid)]
    return _sha(json.dumps([*parts, type(claim.quantifier).__name__, quantifier, claim.seconds]))


def structures() -> Callable[[Any], str]:
    """A function that writes an expression as its tree, the same text in every process.

    Several times as fast as `srepr`, which sorts terms. A dummy symbol, whose own number is drawn
    at random, is numbered by its first appearance among all that the function was given.
    """
    dummies: dict[sp.Dummy, int] = {}

    def text(value: Any) -> str:
        if isinstance(value, sp.Dummy):
            return f"{value.name}_{dummies.setdefault(value, len(dummies))} {value.assumptions0}"
        if isinstance(value, sp.Symbol):
            return _symbol(value)
        if not isinstance(value, sp.Basic):
            return sp.srepr(value)
        if not value.args or isinstance(value, sp.Poly):
            return sp.srepr(value)
        name = value.func.__name__
        if isinstance(value, AppliedUndef):
            # Not the function of SymPy that may have the same name.
            name = f"Function {name}"
        return f"{name}({', '.join([text(argument) for argument in value.args])})"

    return text


@lru_cache(maxsize=4096)
def _symbol(symbol: sp.Symbol) -> str:
    return sp.srepr(symbol)


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
