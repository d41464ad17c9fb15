"""Half-space moments against the integrals that define them."""

from __future__ import annotations

import sympy as sp

from symbolic.gaussian import (
    cross_gram,
    half_space_mean,
    half_space_second_moment,
    polar_mean,
    polar_second_moment,
    relu_product,
    student_gram,
    wedge_matrix,
    wedge_second_moment,
)

phi, theta, x = sp.symbols("phi theta x", positive=True)
norm_w, norm_v = sp.symbols("norm_w norm_v", positive=True)
DENSITY = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
# Density of the angle, times E r^2 = 2 of a plane Gaussian.
WEIGHT = 1 / sp.pi


def test_half_line_moments() -> None:
    mean = sp.integrate(x * DENSITY, (x, 0, sp.oo))
    square = sp.integrate(x**2 * DENSITY, (x, 0, sp.oo))
    assert sp.simplify(mean - half_space_mean(norm_w) * norm_w) == 0
    assert sp.simplify(square - half_space_second_moment()) == 0


def test_wedge_matrix_is_the_polar_integral() -> None:
    ray = sp.Matrix([sp.cos(theta), sp.sin(theta)])
    integral = (ray * ray.T).applyfunc(
        lambda entry: sp.integrate(entry, (theta, phi - sp.pi / 2, sp.pi / 2)) * WEIGHT
    )
    assert sp.simplify(integral - wedge_matrix(phi)) == sp.zeros(2, 2)


def test_third_identity_is_the_wedge_matrix_times_the_teacher() -> None:
    teacher = norm_v * sp.Matrix([1, 0])
    student = norm_w * sp.Matrix([sp.cos(phi), sp.sin(phi)])
    moment = wedge_second_moment(phi, norm_w, norm_v)
    stated = moment.along_w * student + moment.along_teacher * teacher
    assert sp.simplify(wedge_matrix(phi) * teacher - stated) == sp.zeros(2, 1)


def test_fourth_identity_follows_from_the_wedge_matrix() -> None:
    teacher = norm_v * sp.Matrix([1, 0])
    student = norm_w * sp.Matrix([sp.cos(phi), sp.sin(phi)])
    product = (student.T * wedge_matrix(phi) * teacher)[0]
    assert sp.simplify(product - relu_product(phi, norm_w, norm_v)) == 0


def test_gram_matrices_have_the_moments_as_entries() -> None:
    mean = half_space_mean(sp.Integer(1))
    gram = student_gram(norm_w).matrix(3)
    assert sp.simplify(gram[0, 1] - (mean * norm_w) ** 2) == 0
    assert sp.simplify(gram[1, 1] - norm_w**2 * half_space_second_moment()) == 0
    cross = cross_gram(phi, norm_w, norm_v).matrix(3)
    assert sp.simplify(cross[0, 2] - mean**2 * norm_w * norm_v) == 0
    assert sp.simplify(cross[2, 2] - relu_product(phi, norm_w, norm_v)) == 0


def test_bilinear_form_agrees_with_the_matrix() -> None:
    a, b = sp.Matrix(sp.symbols("a1:4")), sp.Matrix(sp.symbols("b1:4"))
    gram = cross_gram(phi, norm_w, norm_v)
    by_numbers = gram.bilinear(sum(a), sum(b), a.dot(b))
    assert sp.simplify((a.T * gram.matrix(3) * b)[0] - by_numbers) == 0


def test_polar_forms_are_the_integrals() -> None:
    ray = sp.Matrix([sp.cos(theta), sp.sin(theta)])

    def over_the_wedge(entry: sp.Expr) -> sp.Expr:
        return sp.integrate(entry, (theta, phi - sp.pi / 2, sp.pi / 2))

    second = (ray * ray.T).applyfunc(over_the_wedge) * WEIGHT
    assert sp.simplify(second - polar_second_moment(phi)) == sp.zeros(2, 2)
    radial = sp.integrate(x**2 * sp.exp(-(x**2) / 2), (x, 0, sp.oo))
    first = ray.applyfunc(over_the_wedge) * radial / (2 * sp.pi)
    assert sp.simplify(first - polar_mean(phi)) == sp.zeros(2, 1)
