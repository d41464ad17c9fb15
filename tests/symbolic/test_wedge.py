"""Wedge moments against numerical integration over the directions of the wedge."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy as sp

from symbolic.wedge import (
    inner_product,
    joint_moment,
    largest_eigenvalue,
    neuron_gradient,
    opposite_eigenvalue,
    opposite_mean,
    opposite_moment,
    share_of_the_slab,
    smallest_eigenvalue,
    wedge_integral,
)

ANGLES = (0.2, 1.0, math.pi / 2, 2.7)


def polar(angle: float, sign: float, entry: tuple[int, int]) -> float:
    """The second moment over the directions with `w't >= 0` and `sign * w*'t >= 0`."""

    def integrand(t: mpmath.mpf) -> mpmath.mpf:
        unit = (mpmath.cos(t), mpmath.sin(t))
        on = mpmath.cos(t - angle) >= 0 and sign * unit[0] >= 0
        return unit[entry[0]] * unit[entry[1]] / mpmath.pi if on else mpmath.mpf(0)

    kinks = sorted([-math.pi, *(math.pi / 2, -math.pi / 2, angle - math.pi / 2), math.pi])
    extra = angle + math.pi / 2
    kinks = sorted({*kinks, extra if extra < math.pi else extra - 2 * math.pi})
    return float(mpmath.quad(integrand, kinks))


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("entry", [(0, 0), (0, 1), (1, 1)])
def test_moments_are_the_integrals_over_the_wedges(angle: float, entry: tuple[int, int]) -> None:
    phi = sp.Float(angle, 30)
    assert float(joint_moment(phi)[entry]) == pytest.approx(polar(angle, 1, entry), abs=1e-9)
    assert float(opposite_moment(phi)[entry]) == pytest.approx(polar(angle, -1, entry), abs=1e-9)


@pytest.mark.parametrize("angle", ANGLES)
def test_eigenvalues_are_those_of_the_matrices(angle: float) -> None:
    phi = sp.Float(angle, 30)
    near = sorted(float(sp.re(v)) for v in joint_moment(phi).eigenvals(multiple=True))
    far = sorted(float(sp.re(v)) for v in opposite_moment(phi).eigenvals(multiple=True))
    expected = [float(smallest_eigenvalue(phi)), float(largest_eigenvalue(phi))]
    assert near == pytest.approx(expected, abs=1e-12)
    assert far[1] == pytest.approx(float(opposite_eigenvalue(phi)), abs=1e-12)


def test_the_gradient_vanishes_at_the_teacher_and_is_a_half_space_opposite_to_it() -> None:
    assert neuron_gradient(sp.S.Zero, sp.S(2), sp.S(2)) == sp.zeros(2, 1)
    # At angle pi the teacher's pull vanishes: the gradient is w/2.
    assert neuron_gradient(sp.pi, sp.S(3), sp.S(2)) == sp.Matrix([sp.Rational(-3, 2), 0])


def test_the_opposite_wedge_is_empty_at_angle_zero() -> None:
    assert sp.simplify(opposite_mean(sp.S.Zero)) == sp.zeros(2, 1)
    assert opposite_moment(sp.S.Zero) == sp.zeros(2, 2)
    assert wedge_integral(sp.S.Zero) == sp.zeros(2, 2)


def test_the_slab_of_an_interval_and_of_a_disc() -> None:
    # Uniform on [-1, 1]: 1/2. A coordinate of the unit disc: 2/pi at 0.
    assert share_of_the_slab(sp.S.One) == sp.Rational(1, 2)
    assert sp.simplify(share_of_the_slab(sp.S(2)) - 2 / sp.pi) == 0


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("length", [0.3, 1.0, 2.4])
def test_the_inner_product_is_that_of_the_gradient(angle: float, length: float) -> None:
    phi, r = sp.symbols("angle length", real=True)
    along, across = (
        float(entry) for entry in neuron_gradient(sp.Float(angle), sp.Float(length), sp.Integer(1))
    )
    gap = (length * math.cos(angle) - 1, length * math.sin(angle))
    found = float(inner_product(phi, r).subs({phi: angle, r: length}))
    assert math.isclose(found, along * gap[0] + across * gap[1], rel_tol=1e-12, abs_tol=1e-14)
