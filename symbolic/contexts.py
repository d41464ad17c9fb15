"""Contexts of z3 that a time limit may interrupt at any moment."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _context_type() -> Any:
    import z3

    class Context(z3.Context):
        """Can be thrown away even where its construction was interrupted."""

        ctx = None
        owner = False

    return Context


def new_context() -> Any:
    """A fresh context: z3 is used by several threads, and contexts must not be shared."""
    return _context_type()()
