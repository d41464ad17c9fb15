"""Fingerprints: a digest of all that a task's outcome depends on, and of nothing else."""

from __future__ import annotations

import ast
import hashlib
import json
from contextlib import suppress
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import sympy as sp

from theorems.claim import Claim
from theorems.profiles import Profile
from theorems.tasks import Task

ROOT = Path(__file__).resolve().parent.parent


def fingerprint(claim: Claim, task: Task, profile: Profile, versions: dict[str, str]) -> str:
    """A digest of all that the task's outcome depends on."""
    parts = {
        "task": task.name,
        "profile": repr(profile),
        "versions": versions,
        "claim": _canonical(claim),
        "code": _engine_code(),
        "module": _module_code(claim.location.file),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _canonical(claim: Claim) -> str:
    """All of a claim that its module's text does not fix, in particular what its functions do."""
    sides = [sp.srepr(s.closed) if s.closed is not None else "" for s in claim.sides]
    measures = [_code_of(s.measured.function) if s.measured else "" for s in claim.sides]
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
    parts = [claim.id, claim.relation, sides, measures, domain, conditions, repr(claim.grid)]
    return json.dumps([*parts, type(claim.quantifier).__name__, quantifier, claim.seconds])


def _code_of(value: Any) -> str:
    """A function by its compiled code and constants, anything else by its own words."""
    code = getattr(value, "__code__", None)
    if code is None:
        return repr(value) if not callable(value) else getattr(value, "__qualname__", "")
    constants = [c for c in code.co_consts if isinstance(c, (int, float, str, tuple, type(None)))]
    return f"{value.__qualname__} {code.co_code.hex()} {constants!r} {code.co_names!r}"


@lru_cache(maxsize=1)
def _engine_code() -> str:
    """A digest of the source of all four packages but for the catalogue's own modules."""
    digest = hashlib.sha256()
    for package in ("symbolic", "numeric", "theorems"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "papers" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=256)
def _module_code(file: str) -> str:
    """A digest of the claim's module and of what it imports from beside it or from its papers."""
    digest = hashlib.sha256()
    seen: set[Path] = set()
    frontier = [Path(file)]
    while frontier:
        path = frontier.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        content = path.read_bytes()
        digest.update(content)
        frontier.extend(sorted(_imported(content, path.parent)))
    return digest.hexdigest()


def _imported(content: bytes, folder: Path) -> set[Path]:
    """Files that a module may import other than the packages' own code, which is digested whole."""
    names: set[str] = set()
    with suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module or ''}.{alias.name}" for alias in node.names}
                names.add(node.module or "")
    found = set()
    for name in names:
        parts = [part for part in name.split(".") if part]
        if parts[:2] == ["theorems", "papers"]:
            found.add(ROOT.joinpath(*parts).with_suffix(".py"))
        elif parts:
            found |= {folder / f"{parts[0]}.py", folder / parts[0] / "__init__.py"}
    return found
