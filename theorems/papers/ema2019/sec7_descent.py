r"""Section 7: gradient descent on the network, and the proofs' sums and products.

L, m, n: depth, width, number of inputs; sigma: 0 identity with n orthogonal inputs, 1 ReLU with n
inputs on the half circle, 3 soft threshold at 1/2 with one input in one dimension; lambda_n: least
eigenvalue of K; lambda: that of H(Theta_0), printed lambda'; eta: step size; x: the product
lambda' eta L; e_1, e_2: residuals; G: Gram matrix of one layer's gradients in `a`.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Matrix, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory
from theorems.sides import Closed, Holds, Simulated

PAPER = "ema2019"
share = symbols("share", real=True)
L, m, n, sigma = symbols("L m n sigma", integer=True)
NETWORK = {
    L: sp.Range(2, oo),
    m: sp.S.Naturals,
    n: sp.S.Naturals,
    sigma: sp.FiniteSet(0, 1, 3),
    share: Interval.Lopen(0, 1),
}
RUNS, STEPS = 3, 60


def start_of(points: Any, generator: Any) -> Any:
    from numeric.skip_training import circle_start, orthogonal_start

    size = (points.n, RUNS, points.L, points["n"], generator)
    if points.sigma == 1:
        return circle_start(*size, width=points.m)
    name = "identity" if points.sigma == 0 else "soft"
    return orthogonal_start(*size, width=points.m, activation=name)


def _first_least(start: Any) -> Any:
    """`lambda_min(H(Theta_0))`, `(points, runs)`."""
    import torch

    from numeric.skip_connections import backward, forward, gram

    path = forward(start.weights, start.x, start.activation)
    matrix = gram(path, backward(start.weights, path, start.activation))
    return torch.linalg.eigvalsh(matrix)[..., 0].clamp_min(0)


def _descent(points: Any, generator: Any) -> dict[str, Any]:
    """Steps of size `share * lambda_n / L`."""
    from numeric.skip_training import run_descent

    start = start_of(points, generator)
    rate = (points.share * start.kernel_least / points.L)[:, None]
    path = run_descent(start, rate, STEPS)
    kernel = start.kernel_least + 0 * path["risk"]
    return {
        **path,
        "first": path["risk"][..., :1] + 0 * path["risk"],
        "kernel": kernel,
        "least": _first_least(start).unsqueeze(-1) + 0 * path["risk"],
        "rate": rate.unsqueeze(-1) + 0 * path["risk"],
        "depth": points.L + 0 * path["risk"],
    }


def _printed_decay(path: Any) -> Any:
    factor = 1 - path["kernel"] * path["rate"] * path["depth"] / 8
    return factor ** path["step"] * path["first"]


RUN = AlongTrajectory(simulate=_descent, rounding=1e-9)
DECAY = r"$\hat R_n(\Theta_t)\le\big(1-\frac{\lambda_n\eta L}8\big)^t\hat R_n(\Theta_0)$"
SMOOTH = [
    {"sigma": 0, "m": 2, "n": 1, "L": 64},
    {"sigma": 0, "m": 2, "n": 2, "L": 128},
    {"sigma": 1, "m": 2, "n": 2, "L": 64},
]
HARD = [{"sigma": 3, "m": 4, "n": 1, "L": 64}, {"sigma": 3, "m": 4, "n": 1, "L": 256}]

descent = Claim(
    id="ema2019.theorem-7.1",
    source=Source(PAPER, "7", "Theorem 7.1"),
    statement=r"if $L\gtrsim\max\{\lambda_n^{-2}\ln(n^2/\delta),\lambda_n^{-3}\}$ and "
    rf"$\eta\lesssim\lambda_n/L$, with probability at least $1-\delta$: {DECAY}",
    reading="the constants are not printed: step sizes up to lambda_n / L, depths of 64 and more, "
    "every draw checked; sigma is any 1-Lipschitz function that vanishes at 0",
    over=NETWORK,
    quantifier=RUN,
    lhs=Simulated(lambda path: path["risk"]),
    relation="<=",
    rhs=Simulated(_printed_decay),
    grid=Grid(points=HARD, share=[0.1, 1.0]),
    erratum="false for sigma that are not positively homogeneous and m > 1: with the soft "
    "threshold at 1/2 and m = 4 every layer's output and gradient vanish at Theta_0 at any depth, "
    "while lambda_n = 1/4",
    uses=("ema2019.lemma-7.3", "ema2019.lemma-7.4", "ema2019.lemma-4.4"),
)

descent_corrected = Claim(
    id="ema2019.theorem-7.1.corrected",
    source=Source(PAPER, "7", "Theorem 7.1"),
    statement=rf"for a positively homogeneous $\sigma$, or $m=1$: {DECAY}",
    reading="the constants are not printed: step sizes up to lambda_n / L, depths of 64 and more, "
    "every draw checked",
    over=NETWORK,
    where=[(sigma - 2) * (m - 1) <= 0],
    quantifier=RUN,
    lhs=Simulated(lambda path: path["risk"]),
    relation="<=",
    rhs=Simulated(_printed_decay),
    grid=Grid(points=[*SMOOTH, {"sigma": 3, "m": 1, "n": 1, "L": 64}], share=[0.1, 1.0]),
    corrects="ema2019.theorem-7.1",
    uses=("ema2019.lemma-7.3", "ema2019.lemma-7.4", "ema2019.lemma-4.4.corrected"),
)


def _next(path: Any, name: str) -> Any:
    return path[name][..., 1:]


def _now(path: Any, name: str) -> Any:
    return path[name][..., :-1]


def _gram_is_positive(path: Any) -> Any:
    return _now(path, "least") > 1e-6


contraction = Claim(
    id="ema2019.lemma-7.3",
    source=Source(PAPER, "7", "Lemma 7.3"),
    statement=r"if $\lambda'=\lambda_{\min}(H(\Theta_0))>0$, $L\gtrsim c^2/\lambda'$, $\eta\lesssim"
    r"\lambda'/L$ and $\Theta_t,\Theta_{t+1}\in I_c(\Theta_0)$: $\hat R_n(\Theta_{t+1})\le"
    r"\big(1-\frac{\lambda'\eta L}4\big)\hat R_n(\Theta_t)$",
    reading="along descents from Theta_0, c the largest distance times L so far or 1, with "
    "L >= 8 c^2/lambda'; eta is at most lambda_n / L",
    over=NETWORK,
    hypotheses=[
        Holds("lambda_min(H(Theta_0)) > 0", _gram_is_positive),
        Holds("the risk is above rounding", lambda path: _now(path, "risk") > 1e-14),
        Holds(
            "L >= 8 c^2 / lambda'",
            lambda path: (
                _now(path, "depth") * _now(path, "least")
                >= 8 * _next(path, "far").clamp_min(1.0) ** 2
            ),
        ),
    ],
    quantifier=RUN,
    lhs=Simulated(lambda path: _next(path, "risk")),
    relation="<=",
    rhs=Simulated(
        lambda path: (
            (1 - _now(path, "least") * _now(path, "rate") * _now(path, "depth") / 4)
            * _now(path, "risk")
        )
    ),
    grid=Grid(points=SMOOTH + HARD, share=[0.1, 1.0]),
    uses=("ema2019.proof-7.3a", "ema2019.proof-7.3b"),
)

stays_close = Claim(
    id="ema2019.lemma-7.4",
    source=Source(PAPER, "7", "Lemma 7.4"),
    title="Lemma 7.4 (an eighth of the radius would do)",
    statement=r"for $c\gtrsim1/\lambda'$: if $\Theta_t\in I_c(\Theta_0)$ and $\hat R_n(\Theta_t)"
    r"\le(1-\frac{\lambda'\eta L}4)^t\hat R_n(\Theta_0)$ for $t\le t_0$, then "
    r"$\Theta_{t_0+1}\in I_c(\Theta_0)$",
    reading="c = 8/lambda', the constant that the proof's sum gives; the largest distance so far "
    "is compared",
    over=NETWORK,
    hypotheses=[
        Holds("lambda_min(H(Theta_0)) > 0", _gram_is_positive),
        Holds(
            "the risk has decayed so far",
            lambda path: (
                (
                    _now(path, "risk")
                    <= (1 - _now(path, "least") * _now(path, "rate") * _now(path, "depth") / 4)
                    ** _now(path, "step")
                    * _now(path, "first")
                    * (1 + 1e-12)
                )
                .cummin(dim=-1)
                .values
            ),
        ),
    ],
    quantifier=RUN,
    lhs=Simulated(lambda path: _next(path, "far")),
    relation="<=",
    rhs=Simulated(lambda path: 8 / _now(path, "least").clamp_min(1e-300)),
    grid=Grid(points=SMOOTH + HARD, share=[0.1, 1.0]),
    uses=("ema2019.lemma-4.3a", "ema2019.lemma-7.4.series.corrected"),
)

x, n_real, lam, lam_n, eta, depth = symbols("x n lambda lambda_n eta L", real=True)


def _series(ratio: sp.Expr) -> sp.Expr:
    """The sum of `sqrt(ratio)^t` over all t, from SymPy's own geometric series."""
    q, t = symbols("q", positive=True), symbols("t", integer=True, nonnegative=True)
    total = sp.summation(q**t, (t, 0, oo))
    closed = next(value for value, condition in total.args if condition == (q < 1))
    return closed.subs(q, sqrt(ratio))


series = Claim(
    id="ema2019.lemma-7.4.series",
    source=Source(PAPER, "7", "proof of Lemma 7.4, the geometric series"),
    statement=r"$\sum_{t\ge0}\big(1-\frac{\lambda'\eta L}{4n}\big)^{t/2}\le\frac8{\lambda'\eta L}$",
    reading="x stands for lambda' eta L, at most 1; the sum to t_0, for every t_0",
    over={x: Interval.Lopen(0, 1), n_real: Interval(1, oo)},
    lhs=Closed(_series(1 - x / (4 * n_real))),
    relation="<=",
    rhs=Closed(8 / x),
    erratum="the stray n makes the sum about 8n/x: the hypothesis has the rate without it",
)

series_corrected = Claim(
    id="ema2019.lemma-7.4.series.corrected",
    source=Source(PAPER, "7", "proof of Lemma 7.4, the geometric series"),
    statement=r"$\sum_{t\ge0}\big(1-\frac{\lambda'\eta L}4\big)^{t/2}\le\frac8{\lambda'\eta L}$",
    over={x: Interval.Lopen(0, 1)},
    lhs=Closed(_series(1 - x / 4)),
    relation="<=",
    rhs=Closed(8 / x),
    corrects="ema2019.lemma-7.4.series",
)

rate = Claim(
    id="ema2019.proof-7.1",
    source=Source(PAPER, "7", "proof of Theorem 7.1, the rate"),
    statement=r"$1-\frac{\lambda'\eta L}4\le1-\frac{\lambda_n\eta L}8$ as $\lambda'\ge\lambda_n/2$",
    over=dict.fromkeys((lam, lam_n, eta, depth), Interval.open(0, oo)),
    where=[lam >= lam_n / 2],
    lhs=Closed(1 - lam * eta * depth / 4),
    relation="<=",
    rhs=Closed(1 - lam_n * eta * depth / 8),
    uses=("ema2019.lemma-4.4", "ema2019.lemma-7.3"),
)

# The proof of Lemma 7.3 with two inputs and one layer of two neurons: g_i = g(x_i), alpha_i.
e_1, e_2, alpha_1, alpha_2 = symbols("e_1 e_2 alpha_1 alpha_2", real=True)
G_1 = Matrix(symbols("g_11 g_12", real=True))
G_2 = Matrix(symbols("g_21 g_22", real=True))
REALS = dict.fromkeys((e_1, e_2, alpha_1, alpha_2, *G_1, *G_2), sp.S.Reals)
COUNT = 3


def _main_term(factor: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """I_1 from the gradient step, and `-factor sum e_i e_j Htilde_ij`, of one layer.

    Three inputs: the third repeats the second, so that n = 3 shows where n enters.
    """
    residuals, alphas = (e_1, e_2, e_2), (alpha_1, alpha_2, alpha_2)
    outputs = (G_1, G_2, G_2)
    a = Matrix(symbols("a_1 a_2", real=True))
    f = [alpha * (a.T * g)[0] for alpha, g in zip(alphas, outputs, strict=True)]
    # The gradient of the risk in a: the mean of e_j times that of f(x_j).
    step = Matrix(
        [
            -eta * sum(e * sp.diff(v, a_k) for e, v in zip(residuals, f, strict=True)) / COUNT
            for a_k in a
        ]
    )
    main = sum(e * (step.T * g)[0] for e, g in zip(residuals, outputs, strict=True)) / COUNT
    form = sum(
        residuals[i] * residuals[j] * alphas[j] * (outputs[j].T * outputs[i])[0]
        for i in range(COUNT)
        for j in range(COUNT)
    )
    return main, -factor * form


MAIN: dict[str, Any] = {
    "over": {**REALS, eta: Interval.open(0, oo)},
    "relation": "==",
    "reading": "one layer (L = 1), two neurons and n = 3 inputs, two of them equal",
}

main_term = Claim(
    id="ema2019.proof-7.3a",
    source=Source(PAPER, "7", "proof of Lemma 7.3, the term I_1"),
    statement=r"$I_1=-\frac{\eta L}{2n}\sum_{i,j}e_ie_j\tilde H_{ij}$ with $\tilde H_{ij}=\frac1L"
    r"\sum_l\langle\alpha_t^{(l)}g_t^{(l)}(x_j),g_t^{(l)}(x_i)\rangle$",
    **MAIN,
    lhs=Closed(_main_term(eta / (2 * COUNT))[0]),
    rhs=Closed(_main_term(eta / (2 * COUNT))[1]),
    erratum="the gradient of (1/2n) sum e^2 is (1/n) sum e grad f, not (1/2n), and I_1 averages "
    "over i once more: the factor is eta L / n^2",
    uses=("ema2019.eq-4.8",),
)

main_term_corrected = Claim(
    id="ema2019.proof-7.3a.corrected",
    source=Source(PAPER, "7", "proof of Lemma 7.3, the term I_1"),
    statement=r"$I_1=-\frac{\eta L}{n^2}\sum_{i,j}e_ie_j\tilde H_{ij}$",
    **MAIN,
    lhs=Closed(_main_term(eta / COUNT**2)[0]),
    rhs=Closed(_main_term(eta / COUNT**2)[1]),
    corrects="ema2019.proof-7.3a",
)

# The recursion (7.6): K is the constant of every "up to a constant", u = eta sqrt(R).
K, u, c = symbols("K u c", real=True)

recursion = Claim(
    id="ema2019.eq-7.6",
    source=Source(PAPER, "7", "(7.4)-(7.6), the induction"),
    statement=r"if $\|\Delta g^{(l)}\|\le K\big(\frac cL\|\Delta g^{(l-1)}\|+\frac{c^2}{L^2}"
    r"\sum_{k<l}\|\Delta g^{(k)}\|+c\eta\sqrt{\hat R_n}\big)$ and all earlier ones are at most "
    r"$2Kc\eta\sqrt{\hat R_n}$, so is $\|\Delta g^{(l)}\|$ when $L\ge4Kc^2$",
    reading="the constant K of the printed 'up to a constant' is made explicit; u = eta sqrt(R)",
    over={K: Interval(1, oo), c: Interval(1, oo), u: Interval(0, oo), depth: Interval(1, oo)},
    where=[depth >= 4 * K * c**2],
    lhs=Closed(
        K * (c / depth * (2 * K * c * u) + c**2 / depth**2 * depth * (2 * K * c * u) + c * u)
    ),
    relation="<=",
    rhs=Closed(2 * K * c * u),
    grid=Grid(K=[1.0, 10.0], c=[1.0, 8.0], u=[0.0, 1.0], L=[4.0, 1e3, 1e6]),
    uses=("ema2019.proof-7.2",),
)

constants = Claim(
    id="ema2019.eq-7.6.constants",
    source=Source(PAPER, "7", "(7.4)-(7.6), the last term"),
    statement=r"$\frac{c\eta}L+c\eta+\frac{c^3\eta}L\le3c\eta$ when $L\ge c^2$, $c\ge1$",
    over={c: Interval(1, oo), eta: Interval.open(0, oo), depth: Interval(1, oo)},
    where=[depth >= c**2],
    lhs=Closed(c * eta / depth + c * eta + c**3 * eta / depth),
    relation="<=",
    rhs=Closed(3 * c * eta),
    grid=Grid(c=[1.0, 8.0], eta=[0.1, 1.0], L=[1.0, 64.0, 1e4]),
)
