"""`--device`: what cannot be used is one line; a device moves tensors and leaves the draws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from checking import claim, profile

from theorems.devices import DeviceError, check_device, same_draws
from theorems.fingerprints import fingerprint
from theorems.harness import check, library_versions, run
from theorems.profiles import quick
from theorems.quantifiers import InExpectation
from theorems.registry import Claims, Collection
from theorems.sides import Closed, Sampled
from theorems.tasks import plan


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
