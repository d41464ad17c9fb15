"""How much one has to read to trust a verdict: the lines of code of the modules it rests on."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = "symbolic.recheck"
FOLDER = Path(__file__).parent
CORE = ("terms", "statement", "intervals", "kernel")
QUIET = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


def lines(modules: Iterable[str]) -> int:
    """Lines of code of some modules: without blanks, comments, imports and docstrings."""
    return sum(map(_lines, modules))


def closure(modules: Iterable[str]) -> frozenset[str]:
    """These modules of the checker and those that they import, the core left out."""
    found: set[str] = set()
    waiting = set(modules)
    while waiting:
        found |= waiting
        waiting = set().union(*map(imported, waiting)) - found
    return frozenset(found - set(CORE))


@cache
def imported(module: str) -> frozenset[str]:
    """The modules of the checker that one of them imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(_source(module))):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE + "."):
            found.add((node.module or "").rpartition(".")[2])
    return frozenset(found)


@cache
def _lines(module: str) -> int:
    source, silent = _source(module), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            silent |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    spoken: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in QUIET and token.string:
            spoken |= set(range(token.start[0], token.end[0] + 1))
    return len(spoken - silent)


def _source(module: str) -> str:
    return (FOLDER / f"{module}.py").read_text(encoding="utf-8")
