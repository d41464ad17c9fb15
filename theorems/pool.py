"""Worker processes: forked, one task at a time each, ended from here when they run out of time.

Each worker has its own pair of pipes and shares no lock with any other: whatever ends it, and in
the middle of whatever, the others and this process go on.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import signal
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from theorems.agenda import Agenda
from theorems.claim import Claim
from theorems.pipes import LENGTH, write_frame
from theorems.profiles import Profile
from theorems.runner import Done, Ended, Outcome, failure
from theorems.tasks import Task

GRACE = 5.0
"""Seconds after which a task that ignores its time limit (stuck in C code) is killed."""
TRIES = 3
"""So often a task is begun whose workers are killed from outside."""
AHEAD = 8
"""Tasks that a worker has at most, while claims are loaded here."""
LOOK = 0.1
"""Seconds between two looks at the workers' limits."""
BLINK = 1.0
"""Time between two looks counts as so much at most: this process may have been stopped."""
OUT_OF_TIME = signal.SIGUSR1
_CHUNK = 1 << 20


class Worker:
    """One worker process, which knows the claims that are loaded when it starts (`stage` says which
    those are). Not for several threads at once."""

    def __init__(
        self,
        claims: Mapping[str, Claim],
        profile: Profile,
        device: str,
        stage: int | None = None,
    ) -> None:
        from theorems.workers import load_once, serve

        load_once()
        self.profile, self.stage = profile, stage
        self.tasks: deque[Task] = deque()
        taken, self._given = os.pipe()
        self.answers, said = os.pipe()
        context = multiprocessing.get_context("fork")
        arguments = (taken, said, (self._given, self.answers), claims, profile, device)
        self._process = context.Process(target=serve, args=arguments, daemon=True)
        with _no_interrupt():
            self._process.start()
        os.close(taken)
        os.close(said)
        os.set_blocking(self.answers, False)
        self.pid = self._process.pid or 0
        self._read = bytearray()
        self.is_over = self._is_mute = False
        self.was_killed = False
        """Whether another process ended it: the system, short of memory, or a person."""

    @property
    def task(self) -> Task | None:
        """What it is at, None if it is idle."""
        return self.tasks[0] if self.tasks else None

    def give(self, task: Task) -> None:
        """Have the task done, after those it has; ask for their outcomes with `answer`."""
        self.tasks.append(task)
        if len(self.tasks) == 1:
            self._begin()
        with suppress(BrokenPipeError):  # it has died meanwhile, which `answer` will say
            write_frame(self._given, [task.claim, task.kind, task.group])

    def _begin(self) -> None:
        self._passed, self._looked = 0.0, time.monotonic()
        self._waits = dict(_waits(self.pid))
        self._waited_before = sum(self._waits.values())

    def answer(self) -> Outcome | None:
        """The outcome of its first task, None while that goes on. A worker that has died, or had
        to be ended, is over; it has not begun with the tasks that it still has then."""
        assert self.task is not None
        status = self._process.exitcode
        found, spent, limit = self._received(), self._spent(), self.profile.task_seconds
        if found is None and self._is_mute:
            self._process.join(1.0)
            status = self._process.exitcode
            found = self._failed("closed its files" if status is None else _end_of(status))
        elif found is None and status is not None:
            found = self._failed(_end_of(status))
        if self.is_over and status is not None:
            self.was_killed = -status in (signal.SIGKILL, signal.SIGTERM)
        elif found is None and status is None and spent > limit + GRACE:
            line = f"stuck; its worker was killed after {limit + GRACE:g} s"
            found = failure(line, self.task), 0.0
            self.end()
        elif found is None and status is None and spent > limit:
            # Again at every look: raised where Python cannot pass it on, it would be lost.
            with suppress(ProcessLookupError):
                os.kill(self.pid, OUT_OF_TIME)
        if found is not None:
            if self.is_over and status is None and spent <= limit:
                # The signal was meant for the task before, which had just ended.
                self.was_killed = True
            self.tasks.popleft()
            if self.tasks and not self.is_over:
                self._begin()
        return found

    def _failed(self, how: str) -> Outcome:
        assert self.task is not None
        self.end()
        return failure(f"its worker process {how}", self.task), 0.0

    def _received(self) -> Outcome | None:
        """What the worker has said, once all of it is here."""
        with suppress(BlockingIOError):
            while part := os.read(self.answers, _CHUNK):
                self._read += part
            self._is_mute = True
        if len(self._read) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._read)
        end = LENGTH.size + length
        if len(self._read) < end:
            return None
        outcome, seconds = json.loads(bytes(self._read[LENGTH.size : end]))
        del self._read[:end]
        if outcome.pop("last", False):
            self.end()
        return outcome, seconds

    def _spent(self) -> float:
        """Seconds since the task was given in which this process could look, without those in which
        other processes had the cores: a machine that is busy or stopped is no fault of the task."""
        now = time.monotonic()
        self._passed += min(now - self._looked, BLINK)
        self._looked = now
        if self._passed <= self.profile.task_seconds:
            return self._passed
        # Of children that are gone what was last seen of them counts.
        self._waits |= _waits(self.pid)
        return self._passed - (sum(self._waits.values()) - self._waited_before)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if not self.is_over:
            self.is_over = True
            self._process.kill()
            self._process.join()
            os.close(self._given)
            os.close(self.answers)

    def perform(self, task: Task) -> Outcome:
        """Give a task and wait for its outcome."""
        self.give(task)
        while True:
            wait([self])
            outcome = self.answer()
            if outcome is not None:
                return outcome


def wait(workers: Iterable[Worker], seconds: float = LOOK) -> None:
    """Wait until one of the workers says something, but no longer than so many seconds."""
    poll = select.poll()
    for worker in workers:
        poll.register(worker.answers, select.POLLIN)
    poll.poll(seconds * 1000)


def run_pool(agenda: Agenda, profile: Profile, done: Done, jobs: int, device: str = "cpu") -> None:
    """Run the tasks of an agenda in `jobs` worker processes, which start when there are tasks.

    Workers are forked, so that a user's claims need not be importable. A worker that dies, or that
    is stuck where no signal reaches it, costs its own task alone; another takes its place. A task
    whose worker was killed from outside is done again.
    """
    if _in_main_thread():
        # z3, once used in this process, leaves Ctrl-C unable to end a wait.
        signal.siginterrupt(signal.SIGINT, True)
    crew = _Crew(agenda, profile, device, jobs)
    try:
        while True:
            crew.give_all()
            # Only when all are at work is there time for what has come in, and for what follows.
            crew.tell(done)
            is_preparing = agenda.prepare()
            if not crew.busy and not is_preparing and not crew.again:
                return
            wait(crew.busy, 0.0 if is_preparing else LOOK)
            crew.look()
    finally:
        # After an interrupt nobody waits for what the workers are doing.
        for worker in (*crew.busy, *crew.idle):
            worker.end()


class _Crew:
    """The workers of one run, at work and idle."""

    def __init__(self, agenda: Agenda, profile: Profile, device: str, jobs: int) -> None:
        self.agenda, self.profile, self.device, self.jobs = agenda, profile, device, jobs
        self.idle: list[Worker] = []
        self.busy: list[Worker] = []
        self.again: list[Task] = []
        self._tries: Counter[Task] = Counter()
        self._finished: list[Ended] = []

    def give_all(self) -> None:
        """Have every worker at work, as far as there are tasks."""
        while len(self.busy) < self.jobs:
            worker, task = self._pair()
            if task is None:
                break
            if worker is None:
                claims = self.agenda.source.claims
                worker = Worker(claims, self.profile, self.device, self.agenda.stage)
            worker.give(task)
            self.busy.append(worker)
        # While modules are imported or results are stored here nobody looks at the workers: some
        # tasks wait with them, behind short ones. At the end none does.
        surely = not self.agenda.source.is_growing
        ahead = (2 if self.agenda.left > 16 * self.jobs else 1) if surely else AHEAD
        for worker in self.busy:
            while len(worker.tasks) < ahead and self.agenda.is_short(
                worker.tasks[-1], surely=surely
            ):
                task = self.agenda.take_short(worker.stage, surely=surely)
                if task is None:
                    return
                worker.give(task)

    def _pair(self) -> tuple[Worker | None, Task | None]:
        """The next task, and an idle worker that knows its claim if there is one."""
        for worker in self.idle:
            task = None if self.again else self.agenda.take(worker.stage)
            if task is not None:
                self.idle.remove(worker)
                return worker, task
        task = self.again.pop() if self.again else self.agenda.take()
        if task is not None and self.idle:
            # What it knows is done: one that knows more takes its place.
            self.idle.pop().end()
        return None, task

    def look(self) -> None:
        """Take what the workers have to say."""
        for worker in list(self.busy):
            while (task := worker.task) and (outcome := worker.answer()) is not None:
                self._tries[task] += worker.was_killed
                if worker.was_killed and self._tries[task] < TRIES:
                    self.again.append(task)
                else:
                    self._finished.append((task, outcome))
                if worker.is_over:
                    self.again += worker.tasks
                    worker.tasks.clear()
            if worker.is_over or not worker.tasks:
                self.busy.remove(worker)
                self.idle += [] if worker.is_over else [worker]

    def tell(self, done: Done) -> None:
        finished, self._finished = self._finished, []
        if finished:
            done(finished)


class Child:
    """One worker process that does tasks one at a time, and is replaced when it dies.

    It is started with its first task: what has been done before needs none.
    """

    def __init__(self, claims: Mapping[str, Claim], profile: Profile, device: str = "cpu") -> None:
        self.claims, self.profile, self.device = claims, profile, device
        self._worker: Worker | None = None

    def perform(self, task: Task) -> Outcome:
        if self._worker is None or self._worker.is_over:
            self._worker = Worker(self.claims, self.profile, self.device)
        outcome = self._worker.perform(task)
        for _ in range(TRIES - 1):
            if self._worker.was_killed:
                self._worker = Worker(self.claims, self.profile, self.device)
                outcome = self._worker.perform(task)
        return outcome

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()


def _waits(pid: int) -> Iterator[tuple[int, float]]:
    """Seconds in which a process and its children were ready to run and had no core, by process;
    nothing where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for one in (pid, *map(int, children)):
            words = Path(f"/proc/{one}/schedstat").read_text(encoding="ascii").split()
            yield one, int(words[1]) / 1e9


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C waits meanwhile: a worker that is just starting is not deaf to it yet."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_main_thread() -> bool:
    import threading

    return threading.current_thread() is threading.main_thread()


def _end_of(status: int) -> str:
    if status >= 0:
        return f"died with status {status}"
    try:
        return f"died of {signal.Signals(-status).name}"
    except ValueError:
        return f"died of signal {-status}"
