"""Second moments of one input on the intersection of two half-spaces, and one ReLU neuron.

The input is rotation invariant in `R^p`; `w` and `w*` are at angle `phi` in `[0, pi]`. With
`second = E|Z|^2 / p` (1 for a standard normal, `1/p` for a unit vector) the matrix
`A = E[Z Z' 1{w'Z >= 0, w*'Z >= 0}]` is `second` times that of a standard normal. Vectors in the
plane of the two have `w*` along the first axis. Every function returns an exact expression.
Source: du2019, section 6.2, Definition 6.1, Assumption 6.1, Theorems 6.7 and 6.8.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symbolic.arccos import g
from symbolic.gaussian import polar_mean, polar_second_moment


def smallest_eigenvalue(phi: sp.Expr, second: sp.Expr = sp.S.One) -> sp.Expr:
    """`gamma(phi)`: the least eigenvalue of `A`, across the bisector of `w` and `w*`."""
    return second * (sp.pi - phi - sp.sin(phi)) / (2 * sp.pi)


def largest_eigenvalue(phi: sp.Expr, second: sp.Expr = sp.S.One) -> sp.Expr:
    """`L(phi)`: the largest eigenvalue of `A`, along the bisector of `w` and `w*`."""
    return second * (sp.pi - phi + sp.sin(phi)) / (2 * sp.pi)


def opposite_eigenvalue(phi: sp.Expr, second: sp.Expr = sp.S.One) -> sp.Expr:
    """The largest eigenvalue of `E[Z Z' 1{w'Z >= 0, w*'Z <= 0}]`, along `w - w*` (unit vectors)."""
    return second * (phi + sp.sin(phi)) / (2 * sp.pi)


def joint_moment(phi: sp.Expr) -> sp.Matrix:
    """`E[Z Z' 1{w'Z >= 0, w*'Z >= 0}]` of a standard normal on the plane, integrated in polar form.

    First axis along `w*`, `w` at angle `phi`.
    """
    return polar_second_moment(phi)


def opposite_moment(phi: sp.Expr) -> sp.Matrix:
    """`E[Z Z' 1{w'Z >= 0, w*'Z <= 0}]` of a standard normal on the plane.

    That is the wedge of `w` and `-w*`, at angle `pi - phi`, seen in a mirror: the first axis of
    `polar_second_moment` is then `-w*`, and `w` lies above it.
    """
    mirror = sp.diag(-1, 1)
    moment: sp.Matrix = mirror * polar_second_moment(sp.pi - phi) * mirror
    return moment


def joint_mean(phi: sp.Expr) -> sp.Matrix:
    """`E[Z 1{w'Z >= 0, w*'Z >= 0}]` of a standard normal; its length is
    `cos(phi/2) / sqrt(2 pi)`."""
    return polar_mean(phi)


def opposite_mean(phi: sp.Expr) -> sp.Matrix:
    """`E[Z 1{w'Z >= 0, w*'Z <= 0}]` of a standard normal."""
    mean: sp.Matrix = sp.diag(-1, 1) * polar_mean(sp.pi - phi)
    return mean


def neuron_loss(phi: sp.Expr, length: sp.Expr, norm_w: sp.Expr) -> sp.Expr:
    """`E (relu(w'Z) - relu(w*'Z))^2 / 2` of a standard normal, `|w| = length`, `|w*| = norm_w`."""
    return (length**2 + norm_w**2) / 4 - g(phi) * length * norm_w / (2 * sp.pi)


def neuron_gradient(phi: sp.Expr, length: sp.Expr, norm_w: sp.Expr) -> sp.Matrix:
    """The population gradient on the plane, by differentiating `neuron_loss` in polar coordinates.

    `length > 0`; the components along `w*` and across it, towards `w`.
    """
    r, t = sp.symbols("r t", real=True)
    loss = neuron_loss(t, r, norm_w)
    radial = sp.diff(loss, r).subs({r: length, t: phi})
    angular = (sp.diff(loss, t) / r).subs({r: length, t: phi})
    return sp.Matrix(
        [
            radial * sp.cos(phi) - angular * sp.sin(phi),
            radial * sp.sin(phi) + angular * sp.cos(phi),
        ]
    )


def inner_product(phi: sp.Expr, length: sp.Expr) -> sp.Expr:
    """`<grad, w - w*>` of one neuron under a standard normal, `|w| = length`, `|w*| = 1`.

    Written as the least eigenvalue times `|w - w*|^2` and what is left, a polynomial in
    `length - cos(phi)`: the form in which the bound by the first part is seen.
    """
    left, (r, t, s, c, angle) = _left_of_the_inner_product()
    least = smallest_eigenvalue(phi) * (1 + length**2 - 2 * length * sp.cos(phi))
    left = left.subs(t, r - c).subs({s: sp.sin(phi), c: sp.cos(phi)})
    return least + left.subs({r: length, angle: phi}) / (2 * sp.pi)


@lru_cache(maxsize=1)
def _left_of_the_inner_product() -> tuple[sp.Expr, tuple[sp.Symbol, ...]]:
    """The second part of `inner_product` times 2 pi in `t = r - c`, and `r, t, s, c, phi`."""
    r, t, s, c, phi = symbols = sp.symbols("r t s c phi", real=True)
    gradient = neuron_gradient(phi, r, sp.Integer(1))
    along = r * (gradient[0] * sp.cos(phi) + gradient[1] * sp.sin(phi)) - gradient[0]
    least = smallest_eigenvalue(phi) * (1 + r**2 - 2 * r * sp.cos(phi))
    left = sp.expand(2 * sp.pi * (along - least)).subs({sp.sin(phi): s, sp.cos(phi): c})
    left = sp.reduced(sp.expand(left.subs(r, t + c)), [c**2 + s**2 - 1], c, s, t, phi)[1]
    return left, symbols


def wedge_integral(phi: sp.Expr) -> sp.Matrix:
    """The integral of `(cos t, sin t)(cos t, sin t)'` over `t` in `[-pi/2, -pi/2 + phi]`.

    Integrated by SymPy, not copied from the print (du2019, proof of Theorem 6.7).
    """
    t = sp.Symbol("t", real=True)
    unit = sp.Matrix([sp.cos(t), sp.sin(t)])
    primitive = (unit * unit.T).applyfunc(lambda entry: sp.integrate(entry, t))
    return primitive.subs(t, -sp.pi / 2 + phi) - primitive.subs(t, -sp.pi / 2)


def share_of_the_slab(p: sp.Expr) -> sp.Expr:
    """Density at 0 of one coordinate of a uniform point of the unit ball of `R^p`: the ratio of the
    volumes of the unit balls of `R^(p-1)` and `R^p`."""
    half = sp.Rational(1, 2)
    return sp.gamma(p / 2 + 1) / (sp.sqrt(sp.pi) * sp.gamma(p / 2 + half))
