"""Torch code run again in ball arithmetic: the second route for what float64 found.

`replay(f)` calls `f()` with every float64 tensor that it meets carrying its values as Arb balls
too, and returns the balls of the result. The arithmetic of the code is so enclosed, whatever
float64 rounds on the way; tensors that come from outside, draws from a generator, and constants
written as Python floats count as the exact binary numbers that they are. A comparison that the
balls do not settle, an operation that is not known here, and a value taken out of the tensors
(`item`, `tolist`) are refused: nothing is returned that is not an enclosure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import flint
import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from numeric import ball_functions as known

PRECISION = 200
"""Bits, 60 digits."""
MOST_OPERATIONS = 300_000
AGREES = 1e-6


class NotReplayed(Exception):
    """The code cannot be followed in balls; the message says at which operation, and why."""


class BallTensor(torch.Tensor):
    """A float64 tensor that carries its values as balls, an object array of the same shape."""

    balls: np.ndarray


def replay(f: Callable[[], torch.Tensor]) -> np.ndarray:
    """The balls of `f()`, an object array of `flint.arb` in the result's shape.

    `f` must do the same when called again: it is called once in float64, and the two results must
    agree to one part in a million. Raises `NotReplayed` when they do not, when `f` leaves what is
    known here, when a branch is not settled, and after `MOST_OPERATIONS`.
    """
    plain = f().detach()
    try:
        with _precision(), _Replaying():
            result = f()
    except NotReplayed:
        raise
    except Exception as error:  # in float64 the code ran: what fails now is its course in balls
        raise NotReplayed(f"{type(error).__name__}: {error}") from error
    if not isinstance(result, BallTensor):
        raise NotReplayed("the result is no tensor of float64")
    middle = torch.tensor([float(ball.mid()) for ball in result.balls.flat], dtype=torch.float64)
    if not torch.allclose(middle.reshape(plain.shape), plain, rtol=AGREES, atol=1e-13):
        raise NotReplayed("the balls and float64 disagree")
    return result.balls


@contextmanager
def _precision() -> Iterator[None]:
    before = flint.ctx.prec
    flint.ctx.prec = PRECISION
    try:
        yield
    finally:
        flint.ctx.prec = before


class _Replaying(TorchFunctionMode):
    """While active, every operation on float64 tensors is done in balls as well."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = _name(func)
        if name in known.SHAPES:
            found = func(*_map(args, _plain), **_map(kwargs, _plain))
            return _exact(found) if _is_float64(found) else found
        if not _any_float64((args, kwargs)):
            found = func(*args, **kwargs)  # a new tensor, or one of integers or truth values
            return _exact(found) if _is_float64(found) else found
        args, kwargs = _map(args, _entered), _map(kwargs, _entered)
        if name in known.STRUCTURAL:
            return _moved(func, args, kwargs)
        if name in ("to", "double", "as_tensor", "type_as", "detach", "contiguous"):
            return _kept(name, func, args, kwargs)
        if name == "__setitem__":
            return _set(*args)
        return self._operate(func, name, args, kwargs)

    def _operate(self, func: Any, name: str, args: tuple[Any, ...], kwargs: Any) -> Any:
        operation = known.OPERATIONS.get(name)
        in_place = _in_place(name) if operation is None else None
        if in_place is not None:
            operation = known.OPERATIONS[in_place]
        if operation is None:
            raise NotReplayed(f"torch's {name} is not known in balls")
        values = func(*_map(args, _plain), **_map(kwargs, _plain))
        self.operations += known.cost(args, values)
        if self.operations > MOST_OPERATIONS:
            raise NotReplayed(f"more than {MOST_OPERATIONS} operations")
        try:
            balls = operation(*_map(args, _array), **_map(kwargs, _array))
        except known.Unsettled as error:
            raise NotReplayed(f"{name}: {error}") from error
        except (TypeError, ValueError, IndexError) as error:
            raise NotReplayed(f"torch's {name} is not known with these arguments") from error
        if in_place is not None:
            args[0].balls[...] = balls
            return args[0]
        return _together(values, balls, name)


def _name(func: Any) -> str:
    name = str(getattr(func, "__name__", func))
    return f"get_{func.__self__.__name__}" if name == "__get__" else name


def _in_place(name: str) -> str | None:
    """The operation that `name` does in place, such as add for add_ and __iadd__."""
    bare = name[:-1] if name.endswith("_") and not name.endswith("__") else None
    if name.startswith("__i"):
        bare = f"__{name[3:]}"
    return bare if bare in known.OPERATIONS else None


def _is_float64(value: Any) -> bool:
    if not isinstance(value, torch.Tensor):
        return False
    with torch._C.DisableTorchFunctionSubclass():
        return bool(value.dtype == torch.float64)


def _any_float64(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_any_float64(v) for v in value)
    if isinstance(value, dict):
        return any(_any_float64(v) for v in value.values())
    return _is_float64(value)


def _map(value: Any, change: Callable[[torch.Tensor], Any]) -> Any:
    """`change` of every tensor inside lists, tuples and mappings."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(_map(v, change) for v in value)
    if isinstance(value, dict):
        return {key: _map(v, change) for key, v in value.items()}
    return value


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.as_subclass(torch.Tensor)


def _wrap(values: torch.Tensor, balls: np.ndarray) -> BallTensor:
    wrapped = values.detach().as_subclass(BallTensor)
    wrapped.balls = balls
    return wrapped


def _exact(tensor: torch.Tensor) -> BallTensor:
    values = _plain(tensor).detach()
    return _wrap(values, known.exact_array(values))


def _entered(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor from outside as exact numbers."""
    if isinstance(tensor, BallTensor) or not _is_float64(tensor):
        return tensor
    return _exact(tensor)


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.balls if isinstance(tensor, BallTensor) else known.exact_array(tensor)


def _together(values: Any, balls: Any, name: str) -> Any:
    """Values and balls as one tensor; a comparison's answer is that of the balls."""
    if not isinstance(values, torch.Tensor):
        raise NotReplayed(f"torch's {name} gives {type(values).__name__}")
    if values.dtype == torch.bool:
        return torch.from_numpy(np.ascontiguousarray(balls, dtype=bool)).reshape(values.shape)
    if values.dtype != torch.float64:
        raise NotReplayed(f"torch's {name} gives a tensor of {values.dtype}")
    array = np.empty(tuple(values.shape), dtype=object)
    array[...] = balls
    return _wrap(values, array)


def _kept(name: str, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
    """A change of type or place that must leave float64 as it is."""
    if not isinstance(args[0], BallTensor):
        raise NotReplayed(f"torch's {name} of another tensor")
    values = func(*_map(args, _plain), **_map(kwargs, _plain))
    if not _is_float64(values):
        raise NotReplayed(f"torch's {name} leaves float64")
    return args[0]


def _moved(func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
    """An operation that only moves entries: done with their numbers, which then fetch the balls."""
    pool: list[np.ndarray] = []

    def numbered(tensor: torch.Tensor) -> torch.Tensor:
        if not isinstance(tensor, BallTensor):
            return tensor
        start = sum(array.size for array in pool)
        pool.append(tensor.balls.reshape(-1))
        return torch.arange(start, start + tensor.balls.size).reshape(tensor.balls.shape)

    values = func(*_map(args, _plain), **_map(kwargs, _plain))
    places = func(*_map(args, numbered), **_map(kwargs, numbered))
    flat = np.concatenate(pool)

    def fetched(value: Any, place: Any) -> Any:
        if isinstance(value, torch.Tensor):
            balls = np.empty(tuple(value.shape), dtype=object)
            balls.reshape(-1)[:] = flat[place.reshape(-1).numpy()]
            return _wrap(value.clone(), balls)
        return tuple(fetched(v, p) for v, p in zip(value, place, strict=True))

    return fetched(values, places)


def _set(target: torch.Tensor, key: Any, value: Any) -> None:
    """`target[key] = value`, in both."""
    if not isinstance(target, BallTensor):
        raise NotReplayed("balls are written into another tensor")
    if _any_float64(key):
        raise NotReplayed("float64 tensors as indices")
    where = torch.arange(target.balls.size).reshape(target.balls.shape)[key]
    _plain(target)[key] = _plain(value) if isinstance(value, torch.Tensor) else value
    source = _array(value) if isinstance(value, torch.Tensor) else value
    spread = np.broadcast_to(np.asarray(source, dtype=object), tuple(where.shape))
    target.balls.reshape(-1)[where.reshape(-1).numpy()] = [
        known.as_ball(v) for v in spread.reshape(-1)
    ]
