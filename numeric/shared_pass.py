"""One forward pass for all that a search asks for at the same weights.

The sides and the hypotheses of a statement each start from the pass at the weights of the search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from torch import Tensor

Result = TypeVar("Result")


def shared_pass(
    run: Callable[[Any, Mapping[str, Tensor]], Result],
) -> Callable[[Any, Mapping[str, Tensor]], Result]:
    """`run(points, weights)`, whose last result is kept while weights are differentiated.

    Asked for again at the very same objects it is returned, with the graph that it belongs to.
    Weights that are not differentiated are those of a second look, perhaps in another arithmetic:
    for these nothing is kept or returned.
    """
    last: tuple[Any, Any, Result] | None = None

    @wraps(run)
    def shared(points: Any, weights: Mapping[str, Tensor]) -> Result:
        nonlocal last
        if not any(weight.requires_grad for weight in weights.values()):
            return run(points, weights)
        if last is not None and last[0] is points and last[1] is weights:
            return last[2]
        last = points, weights, run(points, weights)
        return last[2]

    return shared
