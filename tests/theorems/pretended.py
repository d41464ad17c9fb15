"""A pretended CUDA device, for machines that have none.

Tensors stay in the CPU's memory and carry the name of the place where they would be: a factory
puts its tensor on the default device unless told otherwise, and what a function makes of tensors is
where they are. A call that torch would refuse, because its tensors or its generator are in
different places, is refused here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._device import _device_constructors

CUDA = torch.device("cuda")
CPU = torch.device("cpu")
# These take tensors from one place to another.
_MOVERS = {torch.Tensor.copy_, torch.Tensor.__setitem__, torch.Tensor.set_, torch.Tensor.type}
_JOINERS = {torch.cat, torch.stack, torch.hstack, torch.vstack, torch.concat, torch.concatenate}
# An index may be on the CPU whatever it is an index of.
_INDEXERS = {torch.Tensor.__getitem__}
_HOST_ONLY = {torch.Tensor.numpy, torch.Tensor.__array__}
_NAMES = {"cpu": CPU, "cuda": CUDA}


class WrongPlace(RuntimeError):
    """A call that torch refuses on a machine with the device."""


def place(tensor: torch.Tensor) -> torch.device:
    found = getattr(tensor, "_place", None)
    if found is not None:
        return found
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return place(torch._C._functorch.get_unwrapped(tensor))
    return CPU


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))


class Pretended(TorchFunctionMode):
    """While it is entered, `device` is a place of its own and the default one."""

    def __init__(self, device: torch.device = CUDA) -> None:
        self.device = device
        self.calls = 0

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        self.calls += 1
        given = [*tensors_in(args), *tensors_in(kwargs)]
        if func == torch.Tensor.device.__get__:
            return place(args[0])
        if func == torch.Tensor.is_cuda.__get__:
            return place(args[0]).type == "cuda"
        if func is torch.Tensor.cpu:
            return self._put(func(*args, **kwargs).view_as(args[0]), CPU)
        if func is torch.Tensor.to:
            return self._to(args, kwargs)
        if func in _HOST_ONLY and place(args[0]) != CPU:
            raise WrongPlace(f"{_name(func)} of a tensor on {place(args[0])}")
        there = self._there(func, given, args, kwargs)
        generator = kwargs.get("generator")
        if generator is not None and generator.device.type != there.type:
            raise WrongPlace(f"{_name(func)} on {there} with a generator on {generator.device}")
        if "device" in kwargs or func in _device_constructors():
            kwargs["device"] = CPU
        return self._put(func(*args, **kwargs), there)

    def _there(self, func: Any, given: list[Any], args: Any, kwargs: Any) -> torch.device:
        """Where what the function makes will be."""
        wanted = kwargs.get("device")
        if wanted is not None:
            return torch.device(wanted)
        if func in _device_constructors():
            if func in (torch.tensor, torch.as_tensor, torch.asarray) and given:
                return place(given[0]) if isinstance(args[0], torch.Tensor) else self.device
            return self.device
        if func in _MOVERS and given:
            return place(given[0])
        if func in _INDEXERS:
            given = [args[0], *(t for t in given[1:] if place(t) != CPU)]
        places = {place(t) for t in given if t.dim() or func in _JOINERS or place(t) != CPU}
        if len(places) > 1:
            shapes = ", ".join(f"{tuple(t.shape)} on {place(t)}" for t in given)
            raise WrongPlace(f"{_name(func)} of tensors in different places: {shapes}")
        return places.pop() if places else CPU

    def _to(self, args: Any, kwargs: Any) -> Any:
        rest, there = [], place(args[0])
        for value in (*args[1:], *([kwargs.pop("device")] if "device" in kwargs else [])):
            if isinstance(value, (str, torch.device)) and value is not None:
                there = torch.device(value)
            elif isinstance(value, torch.Tensor):
                there = place(value)
                rest.append(value.dtype)
            elif value is not None:
                rest.append(value)
        rest = rest or ([] if kwargs else [args[0].dtype])
        return self._put(torch.Tensor.to(args[0], *rest, **kwargs).view_as(args[0]), there)

    def _put(self, made: Any, there: torch.device) -> Any:
        for tensor in tensors_in(made):
            tensor._place = there  # type: ignore[attr-defined]
        return made


def _name(func: Any) -> str:
    return resolve_name(func) or getattr(func, "__name__", str(func))
