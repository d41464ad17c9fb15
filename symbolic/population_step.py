"""One step of gradient descent on the population loss, in the few numbers that it moves.

State: `phi` (angle between `v` and `w*`, in `[0, pi]`), `norm_v` > 0, `inner` = `a'a*`,
`sum_a` = `1'a`. The step size is `eta` > 0, the teacher enters through `norm_w` = `|w*|`,
`square_teacher` = `|a*|^2`, `sum_teacher` = `1'a*`, and `patches` = `k`. With
`rate = |w*| (pi - phi) a'a* / (2 pi |v|^2)` and `x = eta * rate`, the step turns `v` towards `w*`
by `atan(x sin(phi))` and lengthens it by `sqrt(1 + x^2 sin(phi)^2)`.

Every function returns an exact expression in what it is given.
Source: du2019, Algorithm 1 with Theorem 5.2; the rate is the `lambda` of Lemma 5.5.
"""

from __future__ import annotations

import sympy as sp

from symbolic.arccos import g


def angular_rate(phi: sp.Expr, norm_w: sp.Expr, inner: sp.Expr, norm_v: sp.Expr) -> sp.Expr:
    """`lambda = |w*| (pi - phi) a'a* / (2 pi |v|^2)` (du2019, Lemma 5.5)."""
    return norm_w * (sp.pi - phi) * inner / (2 * sp.pi * norm_v**2)


def next_angle(phi: sp.Expr, x: sp.Expr) -> sp.Expr:
    """The angle after one step with `x = eta * rate >= 0`; `phi` in `[0, pi]`."""
    return sp.Abs(phi - sp.atan(x * sp.sin(phi)))


def next_cos(phi: sp.Expr, x: sp.Expr) -> sp.Expr:
    """Cosine of the angle after one step, for either sign of `x = eta * rate`."""
    return (sp.cos(phi) + x * sp.sin(phi) ** 2) / sp.sqrt(1 + x**2 * sp.sin(phi) ** 2)


def next_sin_squared(cosine: sp.Expr, x: sp.Expr) -> sp.Expr:
    """Squared sine of the angle after one step, from the cosine before it."""
    sin_squared = 1 - cosine**2
    return sin_squared * (1 - x * cosine) ** 2 / (1 + x**2 * sin_squared)


def next_norm_squared(norm_v: sp.Expr, phi: sp.Expr, x: sp.Expr) -> sp.Expr:
    """`|v|^2` after one step: the gradient is orthogonal to `v`."""
    return norm_v**2 * (1 + x**2 * sp.sin(phi) ** 2)


def next_inner(
    inner: sp.Expr,
    sum_a: sp.Expr,
    *,
    eta: sp.Expr,
    g_phi: sp.Expr,
    norm_w: sp.Expr,
    square_teacher: sp.Expr,
    sum_teacher: sp.Expr,
) -> sp.Expr:
    """`a'a*` after one step; `g_phi` is `g(phi)` (du2019, (5.4) and the proof of Lemma 5.7)."""
    drive = (g_phi - 1) * norm_w * square_teacher
    sums = norm_w * sum_teacher**2 - sum_a * sum_teacher
    return (1 - eta * (sp.pi - 1) / (2 * sp.pi)) * inner + eta * (drive + sums) / (2 * sp.pi)


def next_sum(
    sum_a: sp.Expr,
    *,
    eta: sp.Expr,
    g_phi: sp.Expr,
    norm_w: sp.Expr,
    sum_teacher: sp.Expr,
    patches: sp.Expr,
) -> sp.Expr:
    """`1'a` after one step; `g_phi` is `g(phi)` (du2019, proof of Lemma 5.10)."""
    kept = 1 - eta * (patches + sp.pi - 1) / (2 * sp.pi)
    return kept * sum_a + eta * (patches + g_phi - 1) * norm_w * sum_teacher / (2 * sp.pi)


def next_square(
    square_a: sp.Expr,
    inner: sp.Expr,
    sum_a: sp.Expr,
    *,
    eta: sp.Expr,
    phi: sp.Expr,
    norm_w: sp.Expr,
    square_teacher: sp.Expr,
    sum_teacher: sp.Expr,
    patches: sp.Expr,
) -> sp.Expr:
    """`|a|^2` after one step of `a <- keep a + lift 1 + pull a*`."""
    keep = 1 - eta * (sp.pi - 1) / (2 * sp.pi)
    lift = eta * (norm_w * sum_teacher - sum_a) / (2 * sp.pi)
    pull = eta * (g(phi) - 1) * norm_w / (2 * sp.pi)
    squares = keep**2 * square_a + lift**2 * patches + pull**2 * square_teacher
    crossed = keep * lift * sum_a + keep * pull * inner + lift * pull * sum_teacher
    return squares + 2 * crossed
