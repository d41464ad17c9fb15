r"""Theorem 3.5 and its proof: gradient descent stays in the ball and finds a small surrogate error.

L, m: depth, width; c: theta = c/L; gamma: margin of Assumption 3.2; tau: radius of the ball; eta:
step size; steps: their number K; delta: failure probability; A, B, C: the constants of Lemmas 4.4,
4.2, 4.3; epsilon: surrogate error to reach; n: inputs.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Interval, Max, Rational, log, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.frei2019.networks import PAPER, SCALE, SIZES, L, c, d, gamma, m, tau
from theorems.papers.frei2019.runs import INPUTS, train
from theorems.quantifiers import AlongTrajectory, ForAll, UpToConstant, WithProbability
from theorems.sides import Closed, Sampled, Simulated

NOT_NEGATIVE = Interval(0, oo)
POSITIVE = Interval.open(0, oo)
A, B, C, u, e, g, S_1, S_2, eta, K, root, first = symbols(
    "A B C u e g S_1 S_2 eta K root first", real=True
)
delta, epsilon, level = symbols("delta epsilon level", real=True)
steps, n = symbols("steps n", integer=True)
MARGIN = {gamma: Interval.Lopen(0, Rational(39, 100))}
DRAWS = 4

step_length = Claim(
    id="frei2019.proof-3.5a",
    source=Source(PAPER, "4", "proof of Theorem 3.5, the length of a step"),
    statement=r"$h_k=\eta\big[\|\nabla_{W_1}L_S\|_2+\theta\sum_{l=2}^L\|\nabla_{W_l}L_S\|_2+"
    r"\|\nabla_{W_{L+1}}L_S\|_2\big]\le C\eta\sqrt m\,\mathcal E_S(W^{(k)})$ by Lemma 4.4",
    reading="theta = c/L; u = eta sqrt(m) E_S, A the constant of Lemma 4.4: the constant is "
    "A (2 + c^2)",
    over={L: sp.S.Naturals, c: POSITIVE, A: NOT_NEGATIVE, u: NOT_NEGATIVE},
    lhs=Closed(A * u + c / L * (L - 1) * (c / L * A * u) + A * u),
    relation="<=",
    rhs=Closed(A * (2 + c**2) * u),
    grid=Grid(L=[1, 2, 50], c=[0.1, 1.0, 10.0], A=[1.0], u=[0.0, 1.0]),
    uses=("frei2019.lemma-4.4",),
)

descent = Claim(
    id="frei2019.proof-3.5b",
    source=Source(PAPER, "4", "proof of Theorem 3.5, one step"),
    statement=r"$L_S(W^{(k+1)})-L_S(W^{(k)})\le-C\eta m_{L+1}\gamma^4\mathcal E_S(W^{(k)})^2$",
    reading="Lemma 4.2 with its two terms bounded by h <= A eta sqrt(m) E_S, all divided by "
    "eta m E_S^2; g = gamma^4, u = tau^(1/3) sqrt(log m), e = eta m. It holds with C/2 for C that "
    "of Lemma 4.3 when 4 B A u <= C g, 4 B A^2 e <= C g: tau = O(gamma^12 (log m)^(-3/2)), "
    "eta = O(gamma^4/m)",
    over=dict.fromkeys((A, B, C, u, e, g), NOT_NEGATIVE),
    where=[4 * B * A * u <= C * g, 4 * B * A**2 * e <= C * g],
    lhs=Closed(B * u * A + B * A**2 * e - C * g),
    relation="<=",
    rhs=Closed(-C * g / 2),
    quantifier=ForAll(random_points=200, search=False),
    grid=Grid(A=[1.0, 5.0], B=[0.0, 1.0], C=[1.0], u=[0.0, 1e-3], e=[0.0, 1e-3], g=[0.01, 1.0]),
    uses=("frei2019.lemma-4.2b", "frei2019.lemma-4.3", "frei2019.proof-3.5a"),
)


def _decrease(points: Any, samples: int, generator: Any) -> Any:
    """The least `(L_k - L_{k+1}) / (eta m gamma^4 E_k^2)` over ten steps, `(n, samples)`."""
    rate = points.gamma**4 / points.m
    seen = train(points, samples, generator, rate, 10, names=("loss", "error"))
    fallen = -seen["loss"].diff(dim=-1)
    unit = (rate * points.m * points.gamma**4)[:, None, None] * seen["error"][..., :-1].square()
    return (fallen / unit).amin(-1)


descent_measured = Claim(
    id="frei2019.proof-3.5b.measured",
    source=Source(PAPER, "4", "proof of Theorem 3.5, one step"),
    title="The decrease of one step (far more than printed)",
    statement=r"$L_S(W^{(k)})-L_S(W^{(k+1)})\gtrsim\eta m\gamma^4\mathcal E_S(W^{(k)})^2$",
    reading="eta = gamma^4/m, ten steps from the initialisation; means of the least ratio",
    over={**SIZES, **SCALE, **MARGIN},
    quantifier=UpToConstant(along=("m",), samples=160),
    lhs=Sampled(_decrease),
    relation=">=",
    rhs=Closed(1),
    grid=Grid(L=[3], m=[8, 16, 32, 64], d=[2], c=[1.0], gamma=[0.32]).nightly(
        L=[3, 8], gamma=[0.32, 0.08]
    ),
    uses=("frei2019.proof-3.5b",),
)

l_0, l_1, l_2, l_3, e_0, e_1, e_2 = symbols("l_0 l_1 l_2 l_3 e_0 e_1 e_2", real=True)
LOSSES = (l_0, l_1, l_2, l_3)
ERRORS = (e_0, e_1, e_2)

telescoping = Claim(
    id="frei2019.proof-3.5c",
    source=Source(PAPER, "4", "proof of Theorem 3.5, telescoping"),
    statement=r"$\mathcal E_S(W^{(k^*)})\le C_3(K\eta m)^{-1/2}(L_S(W^{(0)}))^{1/2}\gamma^{-2}$ "
    r"for $k^*=\mathrm{argmin}\,\mathcal E_S(W^{(k)})^2$",
    reading="squared, K = 3 steps; u = C eta m gamma^4. The text minimises over [K-1], which "
    "leaves out step 0 and is empty for K = 1; over 0..K-1 as in the theorem",
    over=dict.fromkeys((*LOSSES, *ERRORS, e, u), NOT_NEGATIVE),
    where=[
        *(
            l_k - l_next >= u * e_k**2
            for l_k, l_next, e_k in zip(LOSSES, LOSSES[1:], ERRORS, strict=False)
        ),
        *(e <= e_k for e_k in ERRORS),
    ],
    lhs=Closed(3 * u * e**2),
    relation="<=",
    rhs=Closed(l_0),
    quantifier=ForAll(random_points=200, search=False),
    grid=Grid(
        points=[
            {
                "l_0": 3.0,
                "l_1": 2.0,
                "l_2": 1.0,
                "l_3": 0.0,
                "e_0": 1.0,
                "e_1": 1.0,
                "e_2": 1.0,
                "e": 1.0,
                "u": 1.0,
            },
            {
                "l_0": 0.7,
                "l_1": 0.5,
                "l_2": 0.4,
                "l_3": 0.3,
                "e_0": 0.4,
                "e_1": 0.3,
                "e_2": 0.3,
                "e": 0.3,
                "u": 1.0,
            },
        ]
    ),
    uses=("frei2019.proof-3.5b",),
)


def _first_loss(points: Any, samples: int, generator: Any) -> Any:
    """`L_S(W0)` with labels against the output, `n` inputs, `(points, samples)`."""

    from torch.nn.functional import softplus

    from numeric.data import unit_sphere
    from numeric.residual_relu import initial, output

    weights = initial((points.n, samples), (points.L, points.m, points.m, points.d), generator)
    x = unit_sphere((points.n, samples, points["n"]), points.d, generator)
    theta = (points.c / points.L).reshape(-1, 1, 1, 1)
    return softplus(output(weights, x, theta).abs()).mean(-1)


first_loss = Claim(
    id="frei2019.proof-3.5c.initial",
    source=Source(PAPER, "4", "proof of Theorem 3.5, the loss at initialisation"),
    statement=r"with probability at least $1-\delta$, "
    r"$L_S(W^{(0)})\lesssim(\log\frac n\delta)^{1/2}$",
    reading="constant 2, delta <= 1/2 (for n = 1 and delta -> 1 the bound tends to 0, which no "
    "constant saves); labels opposed to every output",
    over={**SIZES, **SCALE, n: sp.S.Naturals, delta: Interval.Lopen(0, Rational(1, 2))},
    quantifier=WithProbability(1 - delta, draws=1000),
    lhs=Sampled(_first_loss),
    relation="<=",
    rhs=Closed(2 * sqrt(log(n / delta))),
    grid=Grid(L=[1, 8], m=[16], d=[3], c=[1.0], n=[1, 8], delta=[0.5, 0.1]).nightly(
        m=[16, 64], d=[1, 3], n=[1, 16]
    ),
)

distance = Claim(
    id="frei2019.theorem-3.5.distance",
    source=Source(PAPER, "3", "Theorem 3.5 (i), from the facts of its proof"),
    statement=r"$K\eta\le\nu''\tau^2\gamma^4(\log(n/\delta))^{-1/2}$ keeps every layer within "
    r"$\sum_k\eta\|\nabla_{W_l}L_S\|_F\le\tau$",
    reading="squared: root = sqrt(m), S_1 and S_2 the sums of E_S and of its square, with "
    "S_1^2 <= K S_2, C eta m gamma^4 S_2 <= L_S(W0) = first, gradients at most A sqrt(m) E_S, "
    "g = gamma^4; nu'' = C/A^2 with first in place of sqrt(log(n/delta))",
    over=dict.fromkeys((A, C, g, eta, K, root, first, S_1, S_2, tau), POSITIVE),
    where=[
        S_1**2 <= K * S_2,
        C * eta * root**2 * g * S_2 <= first,
        K * eta * A**2 * first <= C * tau**2 * g,
    ],
    lhs=Closed((eta * A * root * S_1) ** 2),
    relation="<=",
    rhs=Closed(tau**2),
    quantifier=ForAll(random_points=200, search=False),
    grid=Grid(
        points=[
            {
                "A": 1.0,
                "C": 1.0,
                "g": 1.0,
                "eta": 1.0,
                "K": 1.0,
                "root": 1.0,
                "first": 1.0,
                "S_1": 1.0,
                "S_2": 1.0,
                "tau": 1.0,
            },
            {
                "A": 2.0,
                "C": 1.0,
                "g": 0.1,
                "eta": 0.1,
                "K": 9.0,
                "root": 3.0,
                "first": 1.0,
                "S_1": 6.0,
                "S_2": 5.0,
                "tau": 9.0,
            },
        ]
    ),
    uses=("frei2019.lemma-4.4", "frei2019.proof-3.5b"),
)


def _theorem_run(points: Any, generator: Any) -> dict[str, Any]:
    """Descents with the largest step and number of steps allowed, constants 1."""
    import torch

    quartic = points.gamma**4
    rate = torch.minimum(points.tau / points.m**0.5, quartic / points.m)
    length = points.tau**2 * quartic / (INPUTS / points.delta).log().sqrt()
    count = max(1, math.ceil(float((length / rate).max())))
    path = train(points, DRAWS, generator, rate, count)
    still = torch.arange(count + 1) * rate[:, None] <= length[:, None]
    return {**path, "allowed": still.unsqueeze(1).expand(path["far"].shape)}


def _far(path: Any) -> Any:
    """Distances as far as the theorem's number of steps goes."""
    return path["far"] * path["allowed"]


WIDTH = Max(
    tau ** Rational(-4, 3) * d * log(m / (tau * delta)),
    d * log(m * L / delta),
    tau ** Rational(-2, 3) / log(m) * log(L / delta),
    (d * log(1 / gamma) + log(L / delta)) / gamma**2,
    log(INPUTS / delta),
)
THEOREM: dict[str, Any] = {
    "over": {**SIZES, **SCALE, **MARGIN, tau: POSITIVE, delta: Interval.open(0, 1)},
    "quantifier": AlongTrajectory(simulate=_theorem_run),
    "lhs": Simulated(_far),
    "relation": "<=",
}
BALL = (
    r"with $\theta=1/\Omega(L)$, $\tau\le\nu\gamma^{12}(\log m)^{-3/2}$, $\eta\le\nu'(\tau m^{-1/2}"
    r"\wedge\gamma^4m^{-1})$, $K\eta\le\nu''\tau^2\gamma^4(\log(n/\delta))^{-1/2}$ and "
    r"$m\ge C'(\tau^{-4/3}d\log\frac m{\tau\delta}\vee d\log\frac{mL}\delta\vee\tau^{-2/3}(\log m)"
    r"^{-1}\log\frac L\delta\vee\gamma^{-2}(d\log\frac1\gamma\vee\log\frac L\delta)\vee"
    r"\log\frac n\delta)$, with probability at least $1-\delta$ (i) $W^{(k)}\in\mathcal W(W^{(0)},"
    r"\tau)$ for $k\le K$"
)


def _radius(path: Any) -> Any:
    return path["radius"]


def _with_radius(points: Any, generator: Any) -> dict[str, Any]:
    path = _theorem_run(points, generator)
    return {**path, "radius": points.tau[:, None, None] + 0 * path["far"]}


THEOREM["quantifier"] = AlongTrajectory(simulate=_with_radius)

theorem = Claim(
    id="frei2019.theorem-3.5",
    source=Source(PAPER, "3", "Theorem 3.5"),
    title="Theorem 3.5 (i) with all constants 1",
    statement=BALL,
    reading="constants 1: gamma is at most 0.4, so tau is at most 2e-5 and the width at least 1e7, "
    "far beyond what runs",
    **THEOREM,
    hypotheses=[tau <= gamma**12 / log(m) ** Rational(3, 2), m >= WIDTH],
    rhs=Simulated(_radius),
    grid=Grid(L=[2], m=[64, 512], d=[2], c=[1.0], gamma=[0.39], tau=[1e-6, 1e-5], delta=[0.5]),
    uses=(
        "frei2019.lemma-4.2a",
        "frei2019.lemma-4.2b",
        "frei2019.lemma-4.3",
        "frei2019.lemma-4.4",
        "frei2019.proof-3.5a",
        "frei2019.proof-3.5b",
        "frei2019.proof-3.5c",
        "frei2019.proof-3.5c.initial",
        "frei2019.theorem-3.5.distance",
    ),
)

theorem_outside = Claim(
    id="frei2019.theorem-3.5.outside",
    source=Source(PAPER, "3", "Theorem 3.5 (i)"),
    title="Theorem 3.5 (i) outside its hypotheses: larger balls, runnable widths",
    statement=r"(i) for $\tau$ and $m$ that do not meet the theorem's conditions",
    reading="the largest eta and K allowed for that tau, constants 1",
    **THEOREM,
    rhs=Simulated(_radius),
    grid=Grid(
        L=[2, 8], m=[16, 64], d=[2], c=[1.0], gamma=[0.1, 0.39], tau=[0.1, 1.0], delta=[0.5]
    ).nightly(L=[2, 8], m=[16, 64, 128], c=[0.5, 2.0]),
    uses=("frei2019.theorem-3.5",),
)


def _least_error(points: Any, samples: int, generator: Any) -> Any:
    """The least surrogate error of the first K iterates, eta = 1/(2m), `(n, samples)`."""
    rate = 0 * points.gamma + 0.5 / points.m
    seen = train(points, samples, generator, rate, points.steps - 1, names=("error",))
    return seen["error"].amin(-1)


theorem_error = Claim(
    id="frei2019.theorem-3.5.error",
    source=Source(PAPER, "3", "Theorem 3.5 (ii)"),
    title="Theorem 3.5 (ii) outside its hypotheses: the power of K at a runnable width",
    statement=r"(ii) some $k<K$ has $\mathcal E_S(W^{(k)})\le Cm^{-1/2}(K\eta)^{-1/2}(\log\frac n"
    r"\delta)^{1/4}\gamma^{-2}$",
    reading="eta = 1/(2m), nu' being free, and beyond the printed K eta; means over "
    "initialisations",
    over={**SIZES, **SCALE, **MARGIN, steps: sp.S.Naturals},
    quantifier=UpToConstant(along=("steps",), samples=80),
    lhs=Sampled(_least_error),
    relation="<=",
    rhs=Closed(1 / sqrt(steps) / gamma**2),
    grid=Grid(L=[2], m=[48], d=[2], c=[1.0], gamma=[0.39], steps=[16, 32, 64, 128]),
    uses=("frei2019.theorem-3.5", "frei2019.proof-3.5c"),
)

theorem_error_width = replace(
    theorem_error,
    id="frei2019.theorem-3.5.error.width",
    title="Theorem 3.5 (ii) outside its hypotheses: no growth with the width",
    quantifier=UpToConstant(along=("m",), samples=300),
    grid=Grid(L=[2], m=[4, 8, 16, 32], d=[2], c=[1.0], gamma=[0.39], steps=[24]),
)

theorem_error_margin = replace(
    theorem_error,
    id="frei2019.theorem-3.5.error.margin",
    title="Theorem 3.5 (ii) outside its hypotheses: the power of the margin",
    reading="as in theorem-3.5.error, K = 24; the error found is at most of order gamma^-1",
    quantifier=UpToConstant(shrinking=("gamma",), samples=300),
    grid=Grid(L=[2], m=[16], d=[2], c=[1.0], gamma=[0.32, 0.16, 0.08, 0.04], steps=[24]),
)


def _steps_needed(points: Any, samples: int, generator: Any) -> Any:
    """Steps with eta m = 1 until the surrogate error is at most epsilon, `(n, samples)`."""
    import torch

    limit = math.ceil(20 / float(points.epsilon.min()))
    rate = 0 * points.gamma + 1 / points.m
    seen = train(points, samples, generator, rate, limit, names=("error",), enough=points.epsilon)
    late = seen["error"] > points.epsilon[:, None, None]
    if bool(late.all(dim=-1).any()):
        raise ValueError(f"{limit} steps did not reach the error asked for")
    return torch.argmin(late.to(torch.int64), dim=-1).to(torch.float64)


introduction = Claim(
    id="frei2019.text-1.1a",
    source=Source(PAPER, "1.1", "item 2"),
    title="Item 2 of the contributions: the number of steps, measured",
    statement=r"provided $m\ge m^*=\tilde O(\mathrm{poly}(\gamma^{-1}))\max(d,\varepsilon^{-2})$ "
    r"and the step is small, gradient descent finds $\mathcal E_S\le\varepsilon$ in at most "
    r"$\tilde O(\mathrm{poly}(\gamma^{-1})\varepsilon^{-1})$ steps with high probability",
    reading="how the number of steps grows at a fixed width, gamma = 0.3, eta m = 1; what "
    "Theorem 3.5 itself gives for width and steps is in the parts of this claim",
    over={**SIZES, **SCALE, **MARGIN, epsilon: Interval.open(0, 1)},
    quantifier=UpToConstant(shrinking=("epsilon",), samples=100),
    lhs=Sampled(_steps_needed),
    relation="<=",
    rhs=Closed(1 / epsilon),
    grid=Grid(L=[2], m=[24], d=[2], c=[1.0], gamma=[0.3], epsilon=[0.2, 0.1, 0.05, 0.025]).nightly(
        L=[2, 8]
    ),
    uses=("frei2019.text-1.1a.width", "frei2019.theorem-3.5"),
)
