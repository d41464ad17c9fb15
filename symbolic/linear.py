"""Exact linear feasibility over the rationals, by the simplex method with Bland's rule."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Vector = list[Fraction]


def nonnegative_solution(
    matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]
) -> tuple[Vector | None, Vector | None]:
    """A solution x >= 0 of A x = b, or a reason that there is none.

    Returns (x, None), or (None, y) with y A <= 0 and y b > 0 (Farkas). All entries are exact; the
    method ends because Bland's rule does not cycle.
    """
    rows, columns = len(matrix), len(matrix[0]) if matrix else 0
    table: list[Vector] = []
    flip = [1 if value >= 0 else -1 for value in right]
    for i in range(rows):
        unit = [Fraction(int(i == k)) for k in range(rows)]
        table.append([flip[i] * Fraction(v) for v in matrix[i]] + unit + [flip[i] * right[i]])
    basis = [columns + i for i in range(rows)]
    # The objective is the sum of the artificial variables; its row holds the reduced costs.
    cost = [-sum((row[j] for row in table), Fraction(0)) for j in range(columns)]
    cost += [Fraction(0)] * rows + [-sum((row[-1] for row in table), Fraction(0))]
    while True:
        entering = next((j for j in range(columns) if cost[j] < 0), None)
        if entering is None:
            break
        ratios = [
            (row[-1] / row[entering], basis[i], i)
            for i, row in enumerate(table)
            if row[entering] > 0
        ]
        _, _, leaving = min(ratios)
        pivot = table[leaving][entering]
        table[leaving] = [value / pivot if value else value for value in table[leaving]]
        for i, row in enumerate(table):
            if i != leaving and row[entering]:
                factor = row[entering]
                table[i] = _less(row, factor, table[leaving])
        factor = cost[entering]
        cost = _less(cost, factor, table[leaving])
        basis[leaving] = entering
    if cost[-1] == 0:
        solution = [Fraction(0)] * columns
        for i, column in enumerate(basis):
            if column < columns:
                solution[column] = table[i][-1]
        return solution, None
    # The reduced cost of the i-th artificial variable is 1 - y_i in the flipped rows.
    return None, [flip[i] * (1 - cost[columns + i]) for i in range(rows)]


def _less(row: Vector, factor: Fraction, pivot: Vector) -> Vector:
    """row - factor * pivot; most entries of the latter are 0."""
    return [v - factor * w if w else v for v, w in zip(row, pivot, strict=True)]
