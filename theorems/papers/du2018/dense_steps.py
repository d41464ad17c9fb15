r"""One step of descent taken apart: what the proofs of Lemmas A.6, A.7 and of 3.6, 3.7 bound.

Records for `dense_runs.Start.run`. The steps' lengths are `(points, RUNS)`; s runs over `TIMES` of
the step; g is g_{2 c_x}(H).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from theorems.papers.du2018.dense_runs import TIMES, Start


class Steps:
    """Records of the steps of one run; each looks at an iterate and takes its step anew."""

    def __init__(self, start: Start, step_size: Any) -> None:
        self.start = start
        self.step = step_size if step_size.ndim == 2 else step_size[:, None].expand_as(start.first)
        # By iterate and share; the iterates are kept as well, so that none is taken for another.
        self._within: dict[tuple[int, float], tuple[Any, Any]] = {}

    def _at(self, at: Any, share: float) -> Any:
        """The iterate within the step, made once for all records."""
        from numeric.deep_network import iterate, moved

        if (id(at), share) not in self._within:
            start = self.start
            weights, a = moved(at, share * self.step, train_output=start.train_output)
            there = iterate(weights, a, start.x, start.y, start.activation)
            self._within[id(at), share] = at, there
        return self._within[id(at), share][1]

    def rest(self, at: Any) -> Any:
        """`I_2`, `(points, RUNS, n)`."""
        from numeric.deep_network import taylor_rest

        start = self.start
        return taylor_rest(
            at, start.x, start.activation, self.step, train_output=start.train_output
        )

    def linear(self, at: Any) -> Any:
        """`eta G(k) (y - u(k))`, `(points, RUNS, n)`."""
        return self.step[..., None] * (self.gram(at) @ at.residual.unsqueeze(-1)).squeeze(-1)

    def gram(self, at: Any) -> Any:
        """`G(k)`, the sum over all trained layers."""
        from numeric.deep_network import layer_grams, output_gram

        gram = layer_grams(at.path, at.rows).sum(dim=-3)
        return gram + output_gram(at.path) if self.start.train_output else gram

    def change(self, at: Any) -> Any:
        """`u(k+1) - u(k)`, `(points, RUNS, n)`."""
        return at.residual - self._at(at, 1.0).residual

    def features(self, at: Any) -> Any:
        """The largest `|x_i^(h-1)(k) - x_i^(h-1)(k, s)|` over h, i, s."""
        return self._largest(at, lambda p: p.path.states[:-1])

    def slopes(self, at: Any) -> Any:
        """The largest `|J_i^(l)(k) - J_i^(l)(k, s)|_F`."""
        from numeric.kernels.activations import derivative

        def diagonal(p: Any) -> list[Any]:
            return [derivative(self.start.activation, z) for z in p.path.inputs]

        return self._largest(at, diagonal)

    def _largest(self, at: Any, of: Callable[[Any], list[Any]]) -> Any:
        import torch

        here, found = of(at), []
        for share in TIMES:
            there = of(self._at(at, share))
            found += [(b - a).norm(dim=-1).amax(dim=-1) for a, b in zip(here, there, strict=True)]
        return torch.stack([f.expand_as(self.step) for f in found]).amax(dim=0)

    def derivatives(self, at: Any) -> Any:
        """`max_s |u_i'^(h)(k) - u_i'^(h)(k, s)|_F`, `(points, RUNS, H, n)`."""
        import torch

        found = []
        for share in TIMES:
            there = self._at(at, share)
            found.append(
                torch.stack(
                    [
                        _outer_distance(b, x, b2, x2)
                        for b, x, b2, x2 in zip(
                            at.rows, at.path.states, there.rows, there.path.states, strict=False
                        )
                    ],
                    dim=-2,
                )
            )
        return torch.stack(found).amax(dim=0)

    def by_layer(self, at: Any) -> Any:
        """`eta max_s sum_h |L'^(h)| |u_i'^(h)(k) - u_i'^(h)(k, s)|`, hidden layers, largest i."""
        import torch

        sizes = torch.stack([s.square().sum(dim=(-2, -1)).sqrt() for s in at.slopes], dim=-1)
        return self.step[..., None] * (sizes.unsqueeze(-1) * self.derivatives(at)).sum(dim=-2)

    def with_output(self, at: Any) -> Any:
        """`by_layer` and the output layer's `eta max_s |L'^(a)| |x_i^(H)(k) - x_i^(H)(k, s)|`."""
        import torch

        here = at.path.states[-1]
        moves = [(self._at(at, t).path.states[-1] - here).norm(dim=-1) for t in TIMES]
        largest = torch.stack(moves).amax(dim=0)
        output = self.step[..., None] * at.slope_a.norm(dim=-1)[..., None] * largest
        return self.by_layer(at) + output

    def two_terms(self, at: Any) -> Any:
        """`2 |a(k+1) - a(k)|^2 sum |x(k+1)|^2 + 2 |a(k)|^2 sum |x(k+1) - x(k)|^2`."""
        there = self._at(at, 1.0)
        after, before = there.path.states[-1], at.path.states[-1]
        output = (there.a - at.a).square().sum(-1) * after.square().sum(dim=(-2, -1))
        moved = at.a.square().sum(-1) * (after - before).square().sum(dim=(-2, -1))
        return 2 * output + 2 * moved

    def last_features(self, at: Any) -> Any:
        """`m sum_i |x_i^(H)(k+1) - x_i^(H)(k)|^2`."""
        there = self._at(at, 1.0)
        moved = there.path.states[-1] - at.path.states[-1]
        return self.start.width * moved.square().sum(dim=(-2, -1))

    def bound(self, power: float, *factors: Any) -> Any:
        """`(eta Q')^power` times the factors, a record."""

        def record(at: Any) -> Any:
            q = self.start.q(at.residual.square().sum(-1))
            total = (self.step * q) ** power
            for factor in factors:
                total = total * factor
            return total

        return record


def _outer_distance(b: Any, x: Any, b2: Any, x2: Any) -> Any:
    """`|b x' - b2 x2'|_F` row by row: `b2 (x2 - x)' + (b2 - b) x'` without forming matrices."""
    db, dx = b2 - b, x2 - x
    square = (
        b2.square().sum(-1) * dx.square().sum(-1)
        + db.square().sum(-1) * x.square().sum(-1)
        + 2 * (b2 * db).sum(-1) * (dx * x).sum(-1)
    )
    return square.clamp_min(0).sqrt()
