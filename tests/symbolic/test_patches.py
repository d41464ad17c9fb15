"""The patch operator entry by entry, and how often an entry appears."""

from __future__ import annotations

import pytest
import sympy as sp

from symbolic.patches import appearances, patches, squared_norm

X = sp.Matrix(2, 3, sp.symbols("x:6", real=True))


def test_patches_list_the_neighbours_of_every_channel() -> None:
    a, b, c, d, e, f = X
    expected = sp.Matrix([[0, a, b], [a, b, c], [b, c, 0], [0, d, e], [d, e, f], [e, f, 0]])
    assert patches(X, 3) == expected
    assert patches(X, 1) == X


@pytest.mark.parametrize("reach", [0, 1, 2, 4])
def test_an_entry_appears_as_often_as_counted(reach: int) -> None:
    total = sp.expand(squared_norm(patches(X[:1, :], 2 * reach + 1)))
    for position in (1, 2, 3):
        count = appearances(sp.Integer(position), sp.Integer(3), sp.Integer(reach))
        assert total.coeff(X[0, position - 1] ** 2) == count


def test_an_empty_patch_is_refused() -> None:
    with pytest.raises(ValueError, match="position"):
        patches(X, 0)
