"""Contexts of z3 that a time limit may interrupt at any moment, and limits on its work."""

from __future__ import annotations

from functools import cache
from typing import Any

from symbolic import clock

# z3 counts its work in units of its own, which no load of the machine changes: so many in a second.
_UNITS = 2_000_000


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


def limit(solver: Any, seconds: float, wall: float | None = None) -> None:
    """Lets the solver do what it does in so many seconds alone on a machine.

    `wall`: seconds that it may take at the very most, `clock.wall_for(seconds)` if not given.
    """
    longest = clock.wall_for(seconds) if wall is None else wall
    solver.set("rlimit", max(1, int(_UNITS * seconds)))
    solver.set("timeout", max(1, int(1000 * longest)))
