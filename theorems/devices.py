"""Where tensors live: the CPU, or a CUDA device for the simulated and sampled sides.

Random numbers are drawn on the CPU in either case and moved to the device: the same seed gives the
same draws, weights and trajectories' starts everywhere, so that a device changes rounding alone.
"""

from __future__ import annotations

import os
import re
from typing import Any

CPU = "cpu"
_CUDA = re.compile(r"cuda(:\d+)?")


class DeviceError(ValueError):
    """The device cannot be used; the message says why in one line."""


def check_device(name: str) -> str:
    """The name, if tensors can live there. Raises `DeviceError` if not.

    Asks without starting CUDA, because worker processes are forked from this one.
    """
    if name == CPU:
        return name
    if not _CUDA.fullmatch(name):
        raise DeviceError(f"--device {name}: choose cpu, cuda or cuda:N")
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    import torch

    if not torch.backends.cuda.is_built():
        raise DeviceError(f"--device {name}: this build of torch {torch.__version__} has no CUDA")
    count = torch.cuda.device_count()
    number = int(name.partition(":")[2] or 0)
    if number >= count:
        raise DeviceError(f"--device {name}: torch finds {count} CUDA devices")
    return name


def use(name: str) -> None:
    """Make the device the one that new tensors of this process are put on."""
    if name == CPU:
        return
    import torch

    torch.set_default_device(name)
    same_draws(name).__enter__()
    plain = torch.from_numpy
    torch.from_numpy = lambda array: plain(array).to(name)  # type: ignore[assignment]


def same_draws(device: str) -> Any:
    """A context in which a function of torch that is given a CPU generator draws on the CPU, and
    its tensor goes to `device`; tensors there can be read as NumPy arrays."""
    import torch
    from torch.overrides import TorchFunctionMode

    names = ("rand", "randn", "randint", "randperm")
    factories = {getattr(torch, name) for name in names}

    class SameDraws(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
        ) -> Any:
            kwargs = dict(kwargs or {})
            if func in (torch.Tensor.numpy, torch.Tensor.__array__):
                return func(args[0].cpu(), *args[1:], **kwargs)
            generator = kwargs.get("generator")
            if generator is None or generator.device.type != CPU:
                return func(*args, **kwargs)
            there = torch.device(kwargs.get("device") or device)
            if "device" in kwargs or func in factories:
                kwargs["device"] = CPU
            here = tuple(arg.cpu() if isinstance(arg, torch.Tensor) else arg for arg in args)
            drawn = func(*here, **kwargs)
            if func.__name__.endswith("_") and isinstance(args[0], torch.Tensor):
                return args[0].copy_(drawn)
            return drawn.to(there)

    return SameDraws()
