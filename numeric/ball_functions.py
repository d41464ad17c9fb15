"""What torch's operations do to object arrays of Arb balls (`flint.arb`).

`OPERATIONS` maps the name of a torch function or method to a function of arrays and plain
arguments. Each encloses the exact result; one that cannot, because a ball straddles the point at
which a function bends or jumps, raises `Unsettled`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from flint import arb, arb_mat

CALL = 20
"""What a call costs beside its entries, in ball operations."""
Array = Any  # an object array of arb, an arb or a Python number


class Unsettled(Exception):
    """The balls do not decide a comparison, or a function is not defined on all of a ball."""


# Operations that only look at a tensor's form, or make a new one in its form.
LIKE = frozenset(
    {
        *("zeros_like", "ones_like", "full_like", "empty_like"),
        *("new_zeros", "new_ones", "new_full", "new_empty"),
    }
)
SHAPES = LIKE | frozenset(
    {
        *("get_shape", "get_ndim", "get_dtype", "get_device", "get_layout", "get_requires_grad"),
        *("get_is_cuda", "get_grad_fn", "size", "dim", "numel", "__len__", "is_floating_point"),
        *("get_is_sparse", "get_is_leaf", "element_size", "is_contiguous", "nelement", "stride"),
    }
)
# Operations that only move, repeat or leave out entries.
STRUCTURAL = frozenset(
    {
        *("__getitem__", "reshape", "view", "flatten", "unflatten", "unsqueeze", "squeeze"),
        *("expand", "expand_as", "broadcast_to", "broadcast_tensors", "transpose", "permute"),
        *("swapaxes", "movedim", "get_T", "get_mT", "t", "select", "narrow", "index_select"),
        *("gather", "take_along_dim", "flip", "roll", "repeat", "repeat_interleave", "tile"),
        *("stack", "cat", "concatenate", "unbind", "chunk", "split", "diagonal", "view_as"),
        *("clone", "unfold", "ravel", "reshape_as", "hstack", "vstack"),
        *("masked_select", "atleast_1d"),
    }
)


def exact_array(tensor: torch.Tensor) -> np.ndarray:
    """A tensor without balls as an array: floats as exact balls, all else as it is."""
    plain = tensor.detach().numpy()
    if plain.dtype != np.float64:
        return plain
    found = np.empty(plain.shape, dtype=object)
    found.reshape(-1)[:] = [arb(v) for v in plain.reshape(-1).tolist()]
    return found


def cost(args: Any, values: Any) -> int:
    """About how many ball operations a call takes."""
    sizes = [a.numel() for a in args if isinstance(a, torch.Tensor)]
    if isinstance(values, torch.Tensor):
        sizes.append(values.numel())
    return CALL + max(sizes, default=0)


def as_ball(value: Any) -> arb:
    if isinstance(value, arb):
        return value
    if isinstance(value, (bool, np.bool_)):
        return arb(int(value))
    if isinstance(value, (int, np.integer)):
        return arb(int(value))
    return arb(float(value))


def _finite(value: arb) -> arb:
    if not value.is_finite():
        raise Unsettled("a value is not finite, or a function is not defined on all of a ball")
    return value


def _each(f: Callable[..., Any], result: type = object) -> Callable[..., np.ndarray]:
    """`f` of balls, entry by entry, with broadcasting."""

    def applied(*arrays: Array) -> np.ndarray:
        if len(arrays) == 1 and isinstance(arrays[0], np.ndarray):
            only: np.ndarray = np.empty(arrays[0].shape, dtype=result)
            only.reshape(-1)[:] = [f(as_ball(v)) for v in arrays[0].reshape(-1)]
            return only
        inputs = np.broadcast_arrays(*(np.asarray(a, dtype=object) for a in arrays))
        out: np.ndarray = np.empty(inputs[0].shape, dtype=result)
        out.reshape(-1)[:] = [
            f(*(as_ball(v) for v in entries))
            for entries in zip(*(a.reshape(-1) for a in inputs), strict=True)
        ]
        return out

    return applied


def _one(f: Callable[[arb], arb]) -> Callable[..., np.ndarray]:
    return _each(lambda v: _finite(f(v)))


def _two(f: Callable[[arb, arb], arb]) -> Callable[..., np.ndarray]:
    return _each(lambda a, b: _finite(f(a, b)))


def _power(base: arb, exponent: arb) -> arb:
    if exponent.is_exact() and exponent.is_integer():
        return base ** exponent.unique_fmpz()
    if exponent == arb(0.5):
        return base.sqrt()
    if not base > 0:
        raise Unsettled("a power with a base that may not be positive")
    return base**exponent


def _sign(value: arb) -> arb:
    if value.is_zero():
        return arb(0)
    return arb(1) if _less(arb(0), value) else arb(-1)


def _less(a: arb, b: arb) -> bool:
    if a < b:
        return True
    if a >= b:
        return False
    raise Unsettled("a comparison that the balls do not settle")


def _equal(a: arb, b: arb) -> bool:
    if a == b:
        return True
    if a != b:
        return False
    raise Unsettled("an equality that the balls do not settle")


def _larger(a: arb, b: arb) -> arb:
    return a.max(b)


def _smaller(a: arb, b: arb) -> arb:
    return a.min(b)


def _softplus(x: arb) -> arb:
    """log(1 + exp(x)), whose exp would not fit for large x: max(x, 0) + log(1 + exp(-|x|))."""
    return x.max(arb(0)) + (1 + (-abs(x)).exp()).log()


def _axes(array: np.ndarray, dim: Any) -> tuple[int, ...]:
    if dim is None:
        return tuple(range(array.ndim))
    wanted = dim if isinstance(dim, (tuple, list)) else (dim,)
    return tuple(int(d) % max(array.ndim, 1) for d in wanted)


def _fold(f: Callable[[list[arb]], arb]) -> Callable[..., np.ndarray]:
    """A reduction over `dim` (all axes if None)."""

    def reduced(array: np.ndarray, dim: Any = None, keepdim: bool = False, **_: Any) -> np.ndarray:
        axes = _axes(array, dim)
        kept = [d for d in range(array.ndim) if d not in axes]
        lined = array.transpose(*kept, *axes).reshape(*(array.shape[d] for d in kept), -1)
        out = np.empty(lined.shape[:-1], dtype=object)
        rows = lined.reshape(-1, lined.shape[-1])
        out.reshape(-1)[:] = [_finite(f([as_ball(v) for v in row])) for row in rows]
        shape = [1 if d in axes else array.shape[d] for d in range(array.ndim)]
        return out.reshape(shape) if keepdim else out

    return reduced


def _sum(values: list[arb]) -> arb:
    return sum(values, arb(0))


def _product(values: list[arb]) -> arb:
    return math.prod(values, start=arb(1))


def _greatest(values: list[arb]) -> arb:
    found = values[0]
    for value in values[1:]:
        found = found.max(value)
    return found


def _least(values: list[arb]) -> arb:
    found = values[0]
    for value in values[1:]:
        found = found.min(value)
    return found


def _vector_norm(
    array: np.ndarray, ord: Any = 2, dim: Any = None, keepdim: bool = False, **_: Any
) -> np.ndarray:
    if ord in (2, 2.0, None, "fro"):
        return _fold(lambda v: _sum([x * x for x in v]).sqrt())(array, dim, keepdim)
    if ord == 1:
        return _fold(lambda v: _sum([abs(x) for x in v]))(array, dim, keepdim)
    if ord == math.inf:
        return _fold(lambda v: _greatest([abs(x) for x in v]))(array, dim, keepdim)
    raise Unsettled(f"a norm of order {ord}")


def _norm(
    array: np.ndarray, p: Any = 2, dim: Any = None, keepdim: bool = False, **_: Any
) -> np.ndarray:
    return _vector_norm(array, p, dim, keepdim)


def _matrix_norm(
    array: np.ndarray, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, **_: Any
) -> np.ndarray:
    if ord == "fro":
        return _vector_norm(array, 2, dim, keepdim)
    if ord != 2 or _axes(array, dim) != (array.ndim - 2, array.ndim - 1):
        raise Unsettled(f"a matrix norm of order {ord}")
    gram = np.matmul(array.swapaxes(-1, -2), array)
    found = _one(lambda v: v.sqrt())(_eigenvalues(gram)[..., -1])
    return found[..., None, None] if keepdim else found


def _eigenvalues(array: np.ndarray, *_: Any, **__: Any) -> np.ndarray:
    """Eigenvalues of symmetric matrices, in ascending order."""
    size = array.shape[-1]
    out = np.empty(array.shape[:-1], dtype=object)
    for place in np.ndindex(array.shape[:-2]):
        rows = [[as_ball(v) for v in row] for row in array[place]]
        out[place] = _symmetric_eigenvalues(rows, size)
    return out


def _symmetric_eigenvalues(rows: list[list[arb]], size: int) -> list[arb]:
    if size == 1:
        return [rows[0][0]]
    try:
        found = arb_mat(rows).eig(multiple=True)
    except ValueError as error:
        raise Unsettled(f"eigenvalues: {error}") from error
    values = [_finite(value.real) for value in found]
    return sorted(values, key=lambda v: float(v.mid()))


def _matmul(a: np.ndarray, b: np.ndarray, **_: Any) -> np.ndarray:
    return np.matmul(np.asarray(a, dtype=object), np.asarray(b, dtype=object))


def _einsum(equation: str, *operands: Any, **_: Any) -> np.ndarray:
    inputs = operands[0] if len(operands) == 1 and isinstance(operands[0], list) else operands
    found: np.ndarray = np.einsum(equation, *inputs, optimize=False)
    return found


def _where(condition: Any, a: Array = None, b: Array = None) -> np.ndarray:
    if a is None:
        raise Unsettled("places at which a condition holds")
    return np.where(condition, np.asarray(a, dtype=object), np.asarray(b, dtype=object))


def _clamp(array: np.ndarray, min: Any = None, max: Any = None) -> np.ndarray:
    if min is not None:
        array = _two(_larger)(array, min)
    return array if max is None else _two(_smaller)(array, max)


def _add(a: Array, b: Array, alpha: Any = 1, **_: Any) -> np.ndarray:
    return _two(lambda x, y: x + y)(a, b if alpha == 1 else _times(b, alpha))


def _subtract(a: Array, b: Array, alpha: Any = 1, **_: Any) -> np.ndarray:
    return _two(lambda x, y: x - y)(a, b if alpha == 1 else _times(b, alpha))


def _running(f: Callable[[arb, arb], arb]) -> Callable[..., np.ndarray]:
    def accumulated(array: np.ndarray, dim: int, **_: Any) -> np.ndarray:
        moved = np.moveaxis(array, dim, 0)
        out = moved.copy()
        for step in range(1, len(out)):
            out[step] = _two(f)(out[step - 1], moved[step])
        return np.moveaxis(out, 0, dim)

    return accumulated


_times = _two(lambda a, b: a * b)
_over = _two(lambda a, b: a / b)
_POWER = _two(_power)
_RELU = _one(lambda v: v.max(arb(0)))
_MAX, _MIN = _fold(_greatest), _fold(_least)
_total = _fold(_sum)


def _mean(array: np.ndarray, dim: Any = None, keepdim: bool = False, **_: Any) -> np.ndarray:
    return _fold(lambda v: _sum(v) / len(v))(array, dim, keepdim)


def _maximum(array: np.ndarray, other: Any = None, **_: Any) -> np.ndarray:
    """`max` of all entries or of two tensors (with `dim` torch gives places too: not followed)."""
    if other is None:
        return _MAX(array)
    if isinstance(other, int):
        raise Unsettled("the place of a maximum")
    return _two(_larger)(array, other)


def _minimum(array: np.ndarray, other: Any = None, **_: Any) -> np.ndarray:
    if other is None:
        return _MIN(array)
    if isinstance(other, int):
        raise Unsettled("the place of a minimum")
    return _two(_smaller)(array, other)


OPERATIONS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("add", "__add__", "__radd__"), _add),
    **dict.fromkeys(("sub", "subtract", "__sub__"), _subtract),
    **dict.fromkeys(("rsub", "__rsub__"), lambda a, b: _subtract(b, a)),
    **dict.fromkeys(("mul", "multiply", "__mul__", "__rmul__"), lambda a, b, **_: _times(a, b)),
    **dict.fromkeys(("div", "divide", "true_divide", "__truediv__"), lambda a, b, **_: _over(a, b)),
    **dict.fromkeys(("__rdiv__", "__rtruediv__"), lambda a, b: _over(b, a)),
    **dict.fromkeys(("pow", "__pow__", "float_power"), lambda a, b, **_: _POWER(a, b)),
    "__rpow__": lambda a, b: _POWER(b, a),
    **dict.fromkeys(("neg", "negative", "__neg__"), _one(lambda v: -v)),
    **dict.fromkeys(("abs", "absolute", "__abs__"), _one(abs)),
    "square": _one(lambda v: v * v),
    "sqrt": _one(lambda v: v.sqrt()),
    "rsqrt": _one(lambda v: 1 / v.sqrt()),
    "reciprocal": _one(lambda v: 1 / v),
    "exp": _one(lambda v: v.exp()),
    "expm1": _one(lambda v: v.expm1()),
    "log": _one(lambda v: v.log()),
    "log1p": _one(lambda v: v.log1p()),
    "sin": _one(lambda v: v.sin()),
    "cos": _one(lambda v: v.cos()),
    "tan": _one(lambda v: v.tan()),
    **dict.fromkeys(("arcsin", "asin"), _one(lambda v: v.asin())),
    **dict.fromkeys(("arccos", "acos"), _one(lambda v: v.acos())),
    **dict.fromkeys(("arctan", "atan"), _one(lambda v: v.atan())),
    **dict.fromkeys(("arctan2", "atan2"), _two(arb.atan2)),
    "sinh": _one(lambda v: v.sinh()),
    "cosh": _one(lambda v: v.cosh()),
    "tanh": _one(lambda v: v.tanh()),
    **dict.fromkeys(("erf", "special_erf"), _one(lambda v: v.erf())),
    **dict.fromkeys(("erfc", "special_erfc"), _one(lambda v: v.erfc())),
    **dict.fromkeys(("sigmoid", "special_expit"), _one(lambda v: 1 / (1 + (-v).exp()))),
    "softplus": lambda a, beta=1, threshold=20: _over(_one(_softplus)(_times(a, beta)), beta),
    "logaddexp": _two(lambda a, b: a.max(b) + (1 + (-abs(a - b)).exp()).log()),
    "hypot": _two(lambda a, b: (a * a + b * b).sqrt()),
    "sign": _one(_sign),
    "relu": lambda a, **_: _RELU(a),
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": _clamp,
    "clamp_max": lambda a, max=None: _clamp(a, None, max),
    "maximum": _two(_larger),
    "minimum": _two(_smaller),
    "max": _maximum,
    "min": _minimum,
    "amax": _MAX,
    "amin": _MIN,
    "sum": _total,
    "mean": _mean,
    "prod": _fold(_product),
    "cumsum": _running(lambda a, b: a + b),
    "cumprod": _running(lambda a, b: a * b),
    "diff": lambda a, n=1, dim=-1: np.diff(a, n=n, axis=dim),
    "linalg_vector_norm": _vector_norm,
    "norm": _norm,
    "linalg_norm": _vector_norm,
    "linalg_matrix_norm": _matrix_norm,
    "linalg_eigvalsh": _eigenvalues,
    **dict.fromkeys(("matmul", "__matmul__", "bmm", "mm", "mv", "dot", "inner"), _matmul),
    "__rmatmul__": lambda a, b: _matmul(b, a),
    "outer": lambda a, b: _times(a[:, None], b[None, :]),
    "einsum": _einsum,
    "where": _where,
    **dict.fromkeys(("gt", "__gt__", "greater"), _each(lambda a, b: _less(b, a), bool)),
    **dict.fromkeys(("lt", "__lt__", "less"), _each(_less, bool)),
    **dict.fromkeys(("ge", "__ge__", "greater_equal"), _each(lambda a, b: not _less(a, b), bool)),
    **dict.fromkeys(("le", "__le__", "less_equal"), _each(lambda a, b: not _less(b, a), bool)),
    **dict.fromkeys(("eq", "__eq__"), _each(_equal, bool)),
    **dict.fromkeys(("ne", "__ne__"), _each(lambda a, b: not _equal(a, b), bool)),
    "isfinite": _each(lambda v: True, bool),
    "isnan": _each(lambda v: False, bool),
}
