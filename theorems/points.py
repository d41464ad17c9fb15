"""A batch of parameter points as the measuring functions see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from theorems.grid import Point

if TYPE_CHECKING:
    import torch


class Points(Mapping[str, Any]):
    """`n` points that share their integer symbols.

    `points.phi` or `points["phi"]` is a float64 tensor of shape `(n,)`; an integer symbol such as
    `points.p` is one Python `int`. `points.n` is the number of points.
    """

    def __init__(self, points: Sequence[Point], sizes: frozenset[str]) -> None:
        import torch

        if not points:
            raise ValueError("a batch of points cannot be empty")
        self.n = len(points)
        self.listed = list(points)
        self._values: dict[str, torch.Tensor | int] = {}
        for name in points[0]:
            if name in sizes:
                self._values[name] = int(points[0][name])
            else:
                column = [float(point[name]) for point in points]
                self._values[name] = torch.tensor(column, dtype=torch.float64)

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


def by_size(points: Sequence[Point], sizes: frozenset[str]) -> list[list[Point]]:
    """The points in groups that share their integer symbols, in order of first appearance."""
    groups: dict[tuple[Any, ...], list[Point]] = defaultdict(list)
    for point in points:
        groups[tuple(point[name] for name in sorted(sizes) if name in point)].append(point)
    return list(groups.values())
