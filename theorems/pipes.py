"""Plain data through pipes: its length, then its text as JSON."""

from __future__ import annotations

import json
import os
import struct

LENGTH = struct.Struct("!q")


def write_frame(pipe: int, data: object) -> None:
    """Write plain data to a pipe, with its length before it."""
    text = json.dumps(data).encode()
    rest = memoryview(LENGTH.pack(len(text)) + text)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def read_frame(pipe: int) -> object:
    """Read what `write_frame` wrote. Raises `EOFError` when the other side is gone."""
    (length,) = LENGTH.unpack(_read_exactly(pipe, LENGTH.size))
    return json.loads(_read_exactly(pipe, length))


def _read_exactly(pipe: int, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = os.read(pipe, count - len(found))
        if not part:
            raise EOFError
        found += part
    return found
