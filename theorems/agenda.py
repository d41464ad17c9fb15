"""What a run has to do: the tasks of its claims, looked up in the store, the longest first.

Claims may still be loading: their tasks are added part by part, between looks at the workers, so
that these have begun long before the last module of the catalogue is imported.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from theorems.claim import Claim
from theorems.tasks import DECIDE, Task

SHORT = 0.5
"""Seconds of a task that is short."""
Rank = tuple[Any, ...]
Durations = Mapping[tuple[str, str], float]


class Source(Protocol):
    """Where the claims come from."""

    @property
    def claims(self) -> Mapping[str, Claim]:
        """Those that are loaded, by id."""

    @property
    def is_growing(self) -> bool:
        """Whether a process forked now would lack claims that are loaded later."""

    def parts(self) -> Iterator[Sequence[Claim]]:
        """The claims, some at a time."""


class Agenda:
    """The tasks that are left.

    `left` gives those of a claim that are not in the store, `finally_` is done once when the last
    task has been given, while workers are busy.
    """

    def __init__(
        self,
        source: Source,
        left: Callable[[Claim], Sequence[Task]],
        durations: Durations,
        finally_: Callable[[], object],
    ) -> None:
        self.source, self.is_complete = source, False
        self._left, self._durations, self._finally = left, durations, finally_
        self._parts = source.parts()
        # One heap for each part that has tasks, by the number of the part.
        self._heaps: dict[int, list[tuple[Rank, int, Task]]] = {}
        self._loaded = self._added = 0
        self._is_over = False

    @property
    def stage(self) -> int | None:
        """Which claims a process forked now knows: those of parts up to this one; all for None."""
        return self._loaded if self.source.is_growing else None

    @property
    def left(self) -> int:
        """How many tasks are not given yet, of the claims that are loaded."""
        return sum(map(len, self._heaps.values()))

    def prepare(self) -> bool:
        """Add the tasks of the next claims; false when there is nothing left to add."""
        part = None if self.is_complete else next(self._parts, None)
        if part is None:
            self.is_complete = True
            if not self._heaps and not self._is_over:
                self._is_over = True
                self._finally()
            return False
        self._loaded += 1
        heap = []
        for claim in part:
            for task in self._left(claim):
                self._added += 1
                heap.append((self._rank(claim, task), self._added, task))
        if heap:
            heapq.heapify(heap)
            self._heaps[self._loaded] = heap
        return True

    def take(self, stage: int | None = None) -> Task | None:
        """The longest task that a process of this stage can do; None if there is none by now."""
        known = [n for n in self._heaps if stage is None or n <= stage]
        while known:
            number = min(known, key=lambda n: self._heaps[n][0][:2])
            heap = self._heaps[number]
            _, _, task = heapq.heappop(heap)
            if not heap:
                del self._heaps[number]
                known.remove(number)
            # A claim may turn out malformed when all are loaded: its id is another's.
            if task.claim in self.source.claims:
                return task
        return None

    def take_short(self, stage: int | None, *, surely: bool) -> Task | None:
        """A task that a process of this stage can do and that takes no long time, to wait behind
        another. `surely`: by what it took last time; else also one that nothing is known of."""
        for number in sorted(self._heaps, reverse=True):
            if stage is not None and number > stage:
                continue
            heap = self._heaps[number]
            for index in range(len(heap) - 1, -1, -1):
                _, _, task = heap[index]
                if self.is_short(task, surely=surely) and task.claim in self.source.claims:
                    del heap[index]
                    heapq.heapify(heap)
                    if not heap:
                        del self._heaps[number]
                    return task
        return None

    def is_short(self, task: Task, *, surely: bool) -> bool:
        """Whether a task took no long time last time; unless `surely`, a measurement never done
        before counts as short too."""
        known = self._durations.get((task.claim, task.name))
        return not surely and task.kind != DECIDE if known is None else known < SHORT

    def all(self) -> Iterator[Task]:
        """Every task, when the last claim is loaded."""
        while self.prepare():
            pass
        while (task := self.take()) is not None:
            yield task

    def _rank(self, claim: Claim, task: Task) -> Rank:
        """The longest first, by what they took last time, so that no long one is left for the end.

        Of tasks never done before the decisions start first, which may use their whole budget.
        """
        known = self._durations.get((task.claim, task.name))
        if known is not None:
            return (1, -known)
        return (0, task.kind != DECIDE, not claim.is_measured)
