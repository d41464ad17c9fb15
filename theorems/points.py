"""A batch of parameter points as the measuring functions see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from theorems.grid import Point

if TYPE_CHECKING:
    import torch


class Points(Mapping[str, Any]):
    """`n` points that share their integer symbols.

    `points.phi` or `points["phi"]` is a float64 tensor of shape `(n,)`; an integer symbol such as
    `points.p` is one Python `int`. `points.n` is the number of points.
    """

    def __init__(self, points: Sequence[Point], sizes: frozenset[str]) -> None:
        if not points:
            raise ValueError("a batch of points cannot be empty")
        self._fill({name: _column(points, name, sizes) for name in points[0]}, len(points))
        self.listed = list(points)

    @classmethod
    def of_columns(cls, columns: Mapping[str, np.ndarray | int], n: int) -> Points:
        """The points with these columns: an `int` for a size, else an array of shape `(n,)`."""
        points = cls.__new__(cls)
        points._fill(columns, n)
        return points

    def _fill(self, columns: Mapping[str, np.ndarray | int], n: int) -> None:
        import torch

        self.n = n
        self._values: dict[str, torch.Tensor | int] = {
            name: value if isinstance(value, int) else torch.tensor(value, dtype=torch.float64)
            for name, value in columns.items()
        }

    @cached_property
    def listed(self) -> list[Point]:
        """Each point by itself, its reals as floats."""
        columns = {
            name: [value] * self.n if isinstance(value, int) else value.tolist()
            for name, value in self._values.items()
        }
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            known = ", ".join(self._values)
            raise AttributeError(f"no symbol {name!r} among this claim's points: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _column(points: Sequence[Point], name: str, sizes: frozenset[str]) -> np.ndarray | int:
    if name in sizes:
        return int(points[0][name])
    return np.array([float(point[name]) for point in points])


def by_size(points: Sequence[Point], sizes: frozenset[str]) -> list[list[Point]]:
    """The points in groups that share their integer symbols, in order of first appearance."""
    groups: dict[tuple[Any, ...], list[Point]] = defaultdict(list)
    for point in points:
        groups[tuple(point[name] for name in sorted(sizes) if name in point)].append(point)
    return list(groups.values())
