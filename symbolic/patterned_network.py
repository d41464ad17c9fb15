"""The two-layer ReLU network at explicit small sizes, its activation pattern as parameters.

Where no `w_r.x_i` is zero the pattern is locally constant, so the loss is the square of a function
linear in the first layer and derivatives can be taken term by term.
Source: du2019, section 2.1 and equations (2.3) to (2.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Network:
    """`inputs (n, d)`, `labels (n, 1)`, `weights (m, d)`, `signs (m, 1)`, `pattern (m, n)` of 0 and
    1: `pattern[r, i]` says whether `w_r.x_i >= 0`."""

    inputs: sp.Matrix
    labels: sp.Matrix
    weights: sp.Matrix
    signs: sp.Matrix
    pattern: sp.Matrix

    @property
    def width(self) -> int:
        return int(self.weights.rows)

    def prediction(self, i: int) -> sp.Expr:
        """`u_i = 1/sqrt(m) sum_r a_r relu(w_r.x_i)`."""
        x = self.inputs.row(i)
        terms = [
            self.signs[r] * self.pattern[r, i] * x.dot(self.weights.row(r))
            for r in range(self.width)
        ]
        return sp.Add(*terms) / sp.sqrt(self.width)

    def loss(self) -> sp.Expr:
        """`sum_i (u_i - y_i)^2 / 2`."""
        residuals = [self.prediction(i) - self.labels[i] for i in range(self.inputs.rows)]
        return sp.Add(*(r**2 for r in residuals)) / 2

    def gradient(self) -> sp.Matrix:
        """The loss differentiated by every weight, `(m, d)`."""
        value = self.loss()
        return self.weights.applyfunc(lambda weight: sp.diff(value, weight))

    def printed_gradient(self) -> sp.Matrix:
        """`1/sqrt(m) sum_i (u_i - y_i) a_r x_i 1{w_r.x_i >= 0}`, `(m, d)` (du2019, (2.3))."""
        rows = []
        for r in range(self.width):
            pulls = [
                (self.prediction(i) - self.labels[i])
                * self.signs[r]
                * self.pattern[r, i]
                * self.inputs.row(i)
                for i in range(self.inputs.rows)
            ]
            rows.append(sum(pulls[1:], pulls[0]) / sp.sqrt(self.width))
        return sp.Matrix.vstack(*rows)

    def gram(self) -> sp.Matrix:
        """`H_ij = x_i.x_j / m sum_r 1{w_r.x_i >= 0, w_r.x_j >= 0}` (du2019, (2.5))."""
        return sp.Matrix(
            self.inputs.rows,
            self.inputs.rows,
            lambda i, j: (
                self.inputs.row(i).dot(self.inputs.row(j))
                * self.pattern.col(i).dot(self.pattern.col(j))
                / self.width
            ),
        )

    def flow(self) -> sp.Matrix:
        """`du/dt` along `dw_r/dt = -dL/dw_r`, by the chain rule, `(n, 1)`."""
        descent = -self.gradient()
        rates = []
        for i in range(self.inputs.rows):
            u = self.prediction(i)
            rates.append(
                sp.Add(
                    *(
                        sp.diff(u, weight) * rate
                        for weight, rate in zip(self.weights, descent, strict=True)
                    )
                )
            )
        return sp.Matrix(rates)

    def printed_flow(self) -> sp.Matrix:
        """`H (y - u)`, `(n, 1)` (du2019, (2.4) and (2.6))."""
        u = sp.Matrix([self.prediction(i) for i in range(self.inputs.rows)])
        return self.gram() * (self.labels - u)


def generic(inputs: int, width: int, dimension: int) -> Network:
    """A network of these sizes (each at least 1) whose every entry is a real symbol of its own."""

    def entries(letter: str, rows: int, columns: int) -> sp.Matrix:
        return sp.Matrix(
            rows, columns, lambda r, c: sp.Symbol(f"{letter}_{r + 1}{c + 1}", real=True)
        )

    return Network(
        inputs=entries("x", inputs, dimension),
        labels=entries("y", inputs, 1),
        weights=entries("w", width, dimension),
        signs=entries("a", width, 1),
        pattern=entries("p", width, inputs),
    )
