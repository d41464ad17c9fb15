"""The import arrows of the design: reports -> theorems -> {symbolic, numeric}, and no others."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("symbolic", "numeric", "theorems", "reports")
FORBIDDEN = {
    "symbolic": {"numeric", "theorems", "reports", "torch"},
    "numeric": {"symbolic", "theorems", "reports", "sympy"},
    "theorems": {"reports"},
    "reports": set(),
}
CHECKER = {"symbolic.recheck": {"flint", "z3", "torch", "sympy"}}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of everything a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_arrows_point_one_way(package: str) -> None:
    for path in modules(package):
        crossing = {name.split(".")[0] for name in imported(path)} & FORBIDDEN[package]
        assert not crossing, f"{path.relative_to(ROOT)} imports {sorted(crossing)}"


def test_only_the_registry_imports_papers() -> None:
    for package in PACKAGES:
        for path in modules(package):
            if "papers" in path.parts or path.name == "registry.py":
                continue
            reached = {name for name in imported(path) if name.startswith("theorems.papers")}
            assert not reached, f"{path.relative_to(ROOT)} imports {sorted(reached)}"


def test_a_forbidden_import_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def f():\n    from torch.nn import Linear\n    return Linear\n")
    assert {name.split(".")[0] for name in imported(module)} & FORBIDDEN["symbolic"] == {"torch"}


def loaded(module: str, names: set[str]) -> set[str]:
    """Which of the modules `names` a fresh interpreter has loaded after importing `module`."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return names & set(done.stdout.split())


@pytest.mark.parametrize("module", sorted(CHECKER))
def test_the_checker_loads_no_decider_library(module: str) -> None:
    assert loaded(module, CHECKER[module]) == set()


def test_closed_forms_load_no_decider() -> None:
    # SymPy itself may use python-flint for its integers.
    assert loaded("symbolic.arccos", {"z3", "torch", "symbolic.decide"}) == set()


def test_the_command_starts_without_the_heavy_libraries() -> None:
    assert loaded("theorems.cli", {"sympy", "torch", "z3", "matplotlib", "rich.table"}) == set()
