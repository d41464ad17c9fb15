"""Other people's text as one line that every terminal and encoding takes."""

from __future__ import annotations

MOST = 500
"""Characters of an error's message that are kept."""


def plain(text: str, most: int | None = None) -> str:
    """The text on one line, without control characters or halves of characters; at most `most`
    characters of it."""
    line = " ".join((text if most is None else text[: 20 * most]).split())
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    return shown if most is None or len(shown) <= most else f"{shown[:most]}…"


def error_line(error: BaseException) -> str:
    """An exception's name and message; the name alone where it cannot say its message."""
    name = type(error).__name__
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - an exception of a user's may fail in this too
        return name
    return plain(f"{name}: {message}", MOST)
