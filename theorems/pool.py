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
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from theorems.claim import Claim
from theorems.profiles import Profile
from theorems.runner import Done, Outcome, failure
from theorems.tasks import Task

GRACE = 5.0
"""Seconds after which a task that ignores its time limit (stuck in C code) is killed."""
LOOK = 0.1
"""Seconds between two looks at the workers' limits."""
BLINK = 1.0
"""Time between two looks counts as so much at most: this process may have been stopped."""
LENGTH = struct.Struct("!q")
OUT_OF_TIME = signal.SIGUSR1
_CHUNK = 1 << 20


class Worker:
    """One worker process. Not for several threads at once."""

    def __init__(self, claims: Mapping[str, Claim], profile: Profile, device: str) -> None:
        from theorems.workers import load_once, serve

        load_once()
        self.profile, self.task = profile, None
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

    task: Task | None

    def give(self, task: Task) -> None:
        """Have the task done; ask for its outcome with `answer`."""
        self.task, self._passed, self._looked = task, 0.0, time.monotonic()
        self._waits = dict(_waits(self.pid))
        self._waited_before = sum(self._waits.values())
        with suppress(BrokenPipeError):  # it has died meanwhile, which `answer` will say
            write_frame(self._given, [task.claim, task.kind, task.group])

    def answer(self) -> Outcome | None:
        """The outcome of the task, None while it goes on. A worker that has died, or had to be
        ended, is over."""
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
            self.task = None
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
        if len(self._read) < LENGTH.size + length:
            return None
        outcome, seconds = json.loads(bytes(self._read[LENGTH.size :]))
        self._read.clear()
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


def wait(workers: Iterable[Worker]) -> None:
    """Wait until one of the workers says something, or it is time to look at their limits."""
    poll = select.poll()
    for worker in workers:
        poll.register(worker.answers, select.POLLIN)
    poll.poll(LOOK * 1000)


def run_pool(
    tasks: Iterable[Task],
    claims: Mapping[str, Claim],
    profile: Profile,
    done: Done,
    jobs: int,
    device: str = "cpu",
) -> None:
    """Run tasks in `jobs` worker processes, which start when there are tasks for them.

    Workers are forked, so that a user's claims need not be importable. A worker that dies, or that
    is stuck where no signal reaches it, costs its own task alone; another takes its place. A task
    whose worker was killed from outside is done once more.
    """
    waiting = iter(tasks)
    idle: list[Worker] = []
    busy: list[Worker] = []
    finished: list[tuple[Task, Outcome]] = []
    again: list[Task] = []
    repeated: set[Task] = set()
    if _in_main_thread():
        # z3, once used in this process, leaves Ctrl-C unable to end a wait.
        signal.siginterrupt(signal.SIGINT, True)
    try:
        upcoming = next(waiting, None)
        while True:
            while upcoming is not None and len(busy) < jobs:
                busy.append(idle.pop() if idle else Worker(claims, profile, device))
                busy[-1].give(upcoming)
                # The next one is found, and what has come in is dealt with, while all are at work.
                upcoming = again.pop() if again else next(waiting, None)
            for task, result in finished:
                done(task, *result)
            finished = []
            if not busy:
                return
            wait(busy)
            for worker in list(busy):
                given, outcome = worker.task, worker.answer()
                if given is None or outcome is None:
                    continue
                busy.remove(worker)
                idle += [] if worker.is_over else [worker]
                if worker.was_killed and given not in repeated:
                    repeated.add(given)
                    again.append(given)
                else:
                    finished.append((given, outcome))
            if upcoming is None and again:
                upcoming = again.pop()
    finally:
        # After an interrupt nobody waits for what the workers are doing.
        for worker in (*busy, *idle):
            worker.end()


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
        if self._worker.was_killed:
            self._worker = Worker(self.claims, self.profile, self.device)
            outcome = self._worker.perform(task)
        return outcome

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()


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
