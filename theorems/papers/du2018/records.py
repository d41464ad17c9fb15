"""Records of a run, each made when it is first read.

Claims that share a simulation read different records of it, and some cost as much as the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Maker = Callable[["Records"], Any]


class Records(Mapping[str, Any]):
    """Tensors by name: those given, and those that their makers make from the others when read.

    Iterating runs over the ones there are so far, and makes none.
    """

    def __init__(self, given: Mapping[str, Any], makers: Mapping[str, Maker]) -> None:
        self._there = dict(given)
        self._makers = dict(makers)

    def __getitem__(self, name: str) -> Any:
        if name not in self._there:
            self._there[name] = self._makers[name](self)
        return self._there[name]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._there))

    def __len__(self) -> int:
        return len(self._there)

    def more(self, makers: Mapping[str, Maker]) -> Records:
        """These records and others that are made from them."""
        return Records(self._there, {**self._makers, **makers})
