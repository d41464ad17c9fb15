"""`--device`: what cannot be used is one line; a device moves tensors and leaves the draws."""

from __future__ import annotations

import multiprocessing
from typing import Any

import numpy as np
import pytest
import torch
from checking import claim, profile
from pretended import Pretended

from theorems.devices import DeviceError, check_device, same_draws, use
from theorems.fingerprints import fingerprint
from theorems.grid import Grid
from theorems.harness import check, library_versions, run
from theorems.profiles import quick
from theorems.quantifiers import ForAll, InExpectation
from theorems.registry import Claims, Collection, of_papers
from theorems.runner import perform_limited
from theorems.sides import Closed, Computed, Sampled
from theorems.tasks import MEASURE, Task, plan


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "mps", "", "cpu:0", "cuda:", "CUDA"])
def test_a_name_that_is_no_device_is_one_line(name: str) -> None:
    with pytest.raises(DeviceError, match="choose cpu, cuda or cuda:N") as raised:
        check_device(name)
    assert "\n" not in str(raised.value)


def test_a_build_without_cuda_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: False)
    with pytest.raises(DeviceError, match="has no CUDA"):
        check_device("cuda")
    with pytest.raises(ValueError, match="has no CUDA"):
        check("no.*", device="cuda")


def test_a_machine_without_the_device_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert check_device("cuda") == "cuda"
    assert check_device("cuda:0") == "cuda:0"
    with pytest.raises(DeviceError, match="cuda:3: torch finds 1 CUDA devices"):
        check_device("cuda:3")


def drawn(points, samples, generator):
    return torch.rand(points.n, samples, generator=generator, dtype=torch.float64)


def test_a_device_has_its_own_tasks_and_the_cpu_is_the_default() -> None:
    item = claim(lhs=Sampled(drawn), rhs=Closed(1), quantifier=InExpectation(samples=1000))
    one = Collection(Claims({item.id: item}))
    assert run(one, profile(), device="cpu")[item.id].verdict == "SUPPORTED"
    (task,) = plan(item, quick())
    known = [
        fingerprint(item, task, quick(), library_versions(), *device)
        for device in ((), ("cpu",), ("cuda",))
    ]
    assert known[0] == known[1] != known[2]


def test_draws_on_a_device_are_the_cpu_s() -> None:
    """Every way the catalogue draws; the device's own generator is never asked."""

    def draws() -> list[torch.Tensor]:
        g = torch.Generator().manual_seed(5)
        kept = torch.zeros(2, 3).normal_(generator=g)
        return [
            torch.randn(2, 3, generator=g, dtype=torch.float64),
            torch.rand((4,), generator=g),
            torch.randint(0, 9, (5,), generator=g),
            torch.randperm(6, generator=g),
            torch.bernoulli(torch.full((7,), 0.5), generator=g),
            kept,
        ]

    plain = draws()
    state = torch.get_rng_state()
    with same_draws("cpu"):
        there = draws()
        assert np.array_equal(np.asarray(there[0]), there[0].numpy())
    assert torch.equal(torch.get_rng_state(), state)
    for one, other in zip(plain, there, strict=True):
        assert torch.equal(one, other)
        assert one.dtype == other.dtype


def test_tensors_go_to_the_device() -> None:
    """`meta` stands in for a device: its tensors have a place and a shape and no numbers."""
    try:
        torch.set_default_device("meta")
        with same_draws("meta"):
            g = torch.Generator().manual_seed(5)
            assert torch.randn(3, generator=g).device.type == "meta"
            assert torch.bernoulli(torch.rand(3, generator=g), generator=None).device.type == "meta"
            assert torch.zeros(2).device.type == "meta"
            assert torch.rand(2, generator=g, device="cpu").device.type == "cpu"
    finally:
        torch.set_default_device(None)


def outcome_of(item: Any, task: Task, device: str) -> dict[str, Any]:
    """What a task comes to on a device that is pretended, in a process that is gone afterwards."""

    def there(pipe: Any) -> None:
        if device != "cpu":
            Pretended().__enter__()
            use(device)
        pipe.send(perform_limited(item, task, SMALL)[0])

    near, far = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=there, args=(far,))
    process.start()
    far.close()
    try:
        answer: dict[str, Any] = near.recv()
    finally:
        process.join()
    return answer


SMALL = profile(samples=2048, draws=100, random_points=100, ascent_starts=4, ascent_steps=5)
HERE = torch.ones(2, dtype=torch.float64)
HERE_TOO = torch.Generator().manual_seed(5)
WRONG = {
    "a constant of a module": lambda p: p.x * HERE,
    "a factory told cpu": lambda p: p.x + torch.zeros(p.n, dtype=torch.float64, device="cpu"),
    "an array": lambda p: torch.stack([p.x.cpu(), p.x]).sum(0),
    "numbers in place": lambda p: torch.empty(p.n, device="cpu").double().add_(p.x),
    "a column": lambda p: torch.cat([p.x[:1].cpu(), p.x[1:]]),
}
RIGHT = {
    "a number": lambda p: p.x * torch.tensor(0.5, dtype=torch.float64),
    "a number of the cpu": lambda p: p.x * torch.tensor(0.5, device="cpu").double(),
    "a factory": lambda p: p.x * torch.rand(p.n, generator=HERE_TOO, dtype=torch.float64),
    "an index": lambda p: p.x[torch.arange(p.n, device="cpu")] * torch.arange(p.n).sign(),
    "an array": lambda p: torch.from_numpy(np.minimum(p.x.numpy(), 1)),
    "its place": lambda p: p.x - torch.full((p.n,), 0.1, device=p.x.device).double(),
    "a batch": lambda p: torch.func.vmap(lambda x: x * torch.ones(2).double().mean())(p.x),
    "a gradient": lambda p: torch.func.grad(lambda x: (x**2).sum() / 2)(p.x),
    "brought back": lambda p: p.x.cpu().to("cuda"),
}


def two_points(function: Any) -> Any:
    how = {"grid": Grid(x=[0.25, 1]), "quantifier": ForAll(search=False)}
    return claim("t.it", lhs=Computed(function), rhs=Closed(1), **how)


@pytest.mark.parametrize("name", sorted(WRONG))
def test_tensors_in_different_places_are_found_without_the_device(name: str) -> None:
    item = two_points(WRONG[name])
    (task,) = plan(item, SMALL)
    assert "evidence" in outcome_of(item, task, "cpu")
    assert "WrongPlace" in outcome_of(item, task, "cuda")["error"]


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_what_torch_takes_is_taken(name: str) -> None:
    item = two_points(RIGHT[name])
    (task,) = plan(item, SMALL)
    found = outcome_of(item, task, "cuda")
    assert found["evidence"]["points"] == 2
    if name != "brought back":
        assert found == outcome_of(item, task, "cpu")


def test_the_catalogues_tensors_are_where_they_are_needed() -> None:
    """One claim of every few modules, with the same draws and so the same evidence."""
    claims = of_papers(["frei2019", "caogu2019", "ema2019"]).claims.values()
    first = {item.location.file: item for item in claims if item.is_measured}
    chosen = list(first.values())[::5]
    assert len(chosen) > 5
    for item in chosen:
        task = next(task for task in plan(item, SMALL) if task.kind == MEASURE)
        plain = outcome_of(item, task, "cpu")
        assert "evidence" in plain, item.id
        assert outcome_of(item, task, "cuda") == plain, item.id
