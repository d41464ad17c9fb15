"""Scalar recursions and constants behind the stability lemmas of deep fully connected networks.

`root` is `sqrt(c_sigma)` (so that everything is polynomial in it), `lipschitz` and `smooth` the
constants L and beta of the activation, `origin` is `|sigma(0)|`, `c_w` and `c_x0` bound the weights
(over `sqrt(m)`) and the features at initialisation.
Source: du2018, appendix A; du2019, section 3.9.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Rational, pi, sqrt

FIRST_MOMENT = sqrt(2 / pi)


def geometric(ratio: Expr | int, count: int) -> Expr:
    """`g_ratio(count) = sum_{i < count} ratio^i` as a polynomial; 0 for `count = 0`.

    Raises ValueError for a negative count. Source: du2018, appendix.
    """
    if count < 0:
        raise ValueError(f"count must be >= 0, not {count}")
    return sum((sp.sympify(ratio) ** i for i in range(count)), sp.Integer(0))


def geometric_closed(ratio: Expr, count: Expr) -> Expr:
    """The same for a symbolic count, `(ratio^count - 1) / (ratio - 1)`; `ratio != 1`."""
    return (ratio**count - 1) / (ratio - 1)


def norm_growth(root: Expr, lipschitz: Expr, origin: Expr, spread: Expr | int = 2) -> Expr:
    """`C = c_sigma L (2 |sigma(0)| sqrt(2/pi) + spread L)`; the papers have `spread = 2`."""
    return root**2 * lipschitz * (2 * origin * FIRST_MOMENT + spread * lipschitz)


def fourth_moment(origin: Expr, lipschitz: Expr, scale: Expr | int) -> Expr:
    """`E (origin + lipschitz scale |X|)^4` for standard normal X."""
    moments = (sp.Integer(1), FIRST_MOMENT, sp.Integer(1), 2 * FIRST_MOMENT, sp.Integer(3))
    slope = lipschitz * scale
    return sum(
        (
            sp.binomial(4, k) * origin ** (4 - k) * slope**k * moment
            for k, moment in enumerate(moments)
        ),
        sp.Integer(0),
    )


def printed_variance_constant(origin: Expr, lipschitz: Expr) -> Expr:
    """`C_2` as printed. Source: du2018, proof of Lemma A.1; du2019, proof of Lemma 3.1."""
    return (
        origin**4
        + 8 * origin**3 * lipschitz * FIRST_MOMENT
        + 24 * origin**2 * lipschitz**2
        + 64 * origin * lipschitz**3 * FIRST_MOMENT
        + 512 * lipschitz**4
    )


def weight_growth(root: Expr, lipschitz: Expr, c_w: Expr) -> Expr:
    """`c_x = 2 sqrt(c_sigma) L c_{w,0}`. Source: du2018, Lemma A.3."""
    return 2 * root * lipschitz * c_w


def feature_shift_step(root: Expr, lipschitz: Expr, c_w: Expr, c_x0: Expr, radius: Expr) -> Expr:
    """The next layer's bound on `|x^(h)(k) - x^(h)(0)|`, from that of the layer below, `shift`.

    Lipschitz activation, `|W(0)| <= c_w sqrt(m)`, `|W(k) - W(0)| <= radius sqrt(m)`; `shift` is the
    free symbol `d`.
    """
    d = sp.Symbol("d", real=True)
    return root * lipschitz * (c_w + radius) * d + root * lipschitz * radius * c_x0


def gram_shift(
    root: Expr, lipschitz: Expr, smooth: Expr, c_x0: Expr, g: Expr, radius: Expr
) -> tuple[Expr, Expr]:
    """The printed bounds on the parts `I_1` and `I_2` of an entry of `G^(H)(k) - G^(H)(0)`.

    Source: du2018, proof of Lemma A.4.
    """
    features = 3 * root**3 * c_x0**2 * lipschitz**3 * g * radius
    slopes = 2 * smooth * root**2 * c_x0**3 * lipschitz * g * radius
    return features, slopes


def gram_shift_total(
    root: Expr, lipschitz: Expr, smooth: Expr, c_x0: Expr, g: Expr, radius: Expr
) -> Expr:
    """`(2 beta c_{x,0} + 3 sqrt(c_sigma) L^2) L c_sigma c_{x,0}^2 g R`, without the factor n."""
    inner = 2 * smooth * c_x0 + 3 * root * lipschitz**2
    return inner * lipschitz * root**2 * c_x0**2 * g * radius


def step_sum(rate: Expr) -> Expr:
    """`sum_{s >= 0} (1 - rate)^(s/2)`, the geometric series of the weights' steps."""
    return 1 / (1 - sqrt(1 - rate))


def induction_step() -> Rational:
    """What the bounds of Lemmas A.6 and A.7 leave of `eta lambda_0`: `1 - 2/8 - 1/8`."""
    return 1 - 2 * Rational(1, 8) - Rational(1, 8)
