r"""Section 4: the assumptions on the data, and what they allow.

phi: angle between the separating direction and an input; kappa: the kernel at one input; size: the
factor of an input; a, b, c: coefficients and kernel values of two inputs; L, m, d, n, gamma as in
`sec3_symbols`.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Rational, oo, pi, sqrt, symbols

from symbolic.relu_features import (
    constant_average,
    crossed_average,
    linear_average,
    rectified_second_moment,
)
from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.papers.caogu2019.sec3_symbols import (
    EVEN,
    PAPER,
    POSITIVE,
    REALS,
    L,
    d,
    generator_of,
    m,
    widths_of,
)
from theorems.quantifiers import ForAll, InExpectation
from theorems.sides import Closed, Computed, Sampled, Side

phi, kappa, size, a, b, c = symbols("phi kappa size a b c", real=True)


def _scaled_output(points: Any) -> Any:
    import torch

    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial

    generator = generator_of(points.L, points.m, points.d)
    layers = initial((), widths_of(points), generator)
    x = unit_sphere((1,), points.d, generator)
    scaled = torch.stack([forward(layers, float(s) * x).output[0] for s in points.size])
    return torch.stack([scaled, points.size * forward(layers, x).output[0]], dim=-1)


homogeneous = Claim(
    id="caogu2019.assumption-4.1",
    source=Source(PAPER, "4", "Assumption 4.1, its relaxation"),
    statement=r"$\mathrm{supp}(\mathcal D_x)\subseteq S^{d-1}$ can be relaxed to $c_1\le\|x\|_2\le "
    r"c_2$ without effect: $f_W(sx)=sf_W(x)$ for $s>0$",
    reading="an assumption; what the relaxation rests on is that outputs scale with the input",
    over={size: POSITIVE, L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals},
    quantifier=ForAll(search=False, random_points=0),
    lhs=Computed(lambda points: _scaled_output(points)[:, 0]),
    relation="==",
    rhs=Computed(lambda points: _scaled_output(points)[:, 1]),
    grid=Grid(points=[{"L": 1, "m": 2, "d": 1}, {"L": 4, "m": 8, "d": 3}], size=[0.01, 1.0, 30.0]),
    uses=("caogu2019.eq-A1",),
)


def _constant(points: Any, samples: int, generator: Any) -> Any:
    import torch

    draws = torch.randn(points.n, samples, generator=generator, dtype=torch.float64)
    return draws.clamp_min(0)


largest_margin = Claim(
    id="caogu2019.assumption-4.10",
    source=Source(PAPER, "4.2", "Assumption 4.10, the largest margin"),
    statement=r"$\mathcal F=\{f(x)=\int c(\bar u)\sigma(\bar u^\top x)p(\bar u)d\bar "
    r"u:\|c(\cdot)\|_\infty\le1\}$; every $f\in\mathcal F$ has $|f(x)|\le\mathbb E\,\sigma(\bar "
    r"u^\top x)=\frac1{\sqrt{2\pi}}$ on the sphere, so that $\gamma\le\frac1{\sqrt{2\pi}}$",
    reading="an assumption; the bound is attained by c = 1",
    over={},
    quantifier=InExpectation(samples=1 << 16),
    lhs=Side(closed=constant_average(), measured=Sampled(_constant)),
    relation="==",
    rhs=Closed(1 / sqrt(2 * pi)),
)


def _linear(points: Any, samples: int, generator: Any) -> Any:
    import torch

    u = torch.randn(points.n, samples, 2, generator=generator, dtype=torch.float64)
    along = u[..., 0] * points.phi.cos()[:, None] + u[..., 1] * points.phi.sin()[:, None]
    return torch.sign(u[..., 0]) * along.clamp_min(0)


linearly_separable = Claim(
    id="caogu2019.text-4.2",
    source=Source(PAPER, "4.2", "after Assumption 4.10, linear separability implies it"),
    statement=r"Assumption 4.10 is milder than linear separability: $c(\bar u)=\mathrm{sign}(\bar "
    r"u^\top w)$ gives $f(x)=\langle w,x\rangle/\sqrt{2\pi}$",
    over={phi: Interval(0, pi)},
    quantifier=InExpectation(samples=1 << 14),
    lhs=Side(closed=linear_average(phi), measured=Sampled(_linear)),
    relation="==",
    rhs=Closed(sp.cos(phi) / sqrt(2 * pi)),
    grid=Grid(phi=linspace(0, 3.14159, 7)),
    uses=("caogu2019.assumption-4.10",),
)


def _crossed(points: Any, samples: int, generator: Any) -> Any:
    import torch

    from numeric.separable import crossed_coefficients

    u = torch.randn(points.n, samples, 2, generator=generator, dtype=torch.float64)
    return crossed_coefficients(u) * u[..., 0].clamp_min(0)


strictly_milder = Claim(
    id="caogu2019.text-4.2.strict",
    source=Source(PAPER, "4.2", "after Assumption 4.10, and is strictly milder"),
    statement=r"and strictly: $\pm e_1$ labelled 1 and $\pm e_2$ labelled $-1$, which no "
    r"hyperplane separates, have margin $\frac{\sqrt2-1}{\sqrt{2\pi}}$ under $c(\bar "
    r"u)=\mathrm{sign}(|\bar u_1|-|\bar u_2|)$",
    over={},
    quantifier=InExpectation(samples=1 << 16),
    lhs=Side(closed=crossed_average(), measured=Sampled(_crossed)),
    relation="==",
    rhs=Closed((sqrt(2) - 1) / sqrt(2 * pi)),
    uses=("caogu2019.assumption-4.10",),
)

no_hyperplane = Claim(
    id="caogu2019.text-4.2.inseparable",
    source=Source(PAPER, "4.2", "after Assumption 4.10, the four points"),
    statement=r"for every $(w,b)$: $\min\{w_1+b,-w_1+b,-w_2-b,w_2-b\}\le0$",
    over={a: REALS, b: REALS, c: REALS},
    lhs=Closed(sp.Min(a + c, -a + c, -b - c, b - c)),
    relation="<=",
    rhs=Closed(0),
)


def _kernel_at(points: Any) -> Any:
    import torch

    from numeric.conjugate_kernel import conjugate_kernel

    x = torch.ones(1, 1, dtype=torch.float64)
    return conjugate_kernel(x, points.L).reshape(1).expand(points.n)


kernel_step = Claim(
    id="caogu2019.assumption-4.12.step",
    source=Source(PAPER, "4.2", "Assumption 4.12, one step of the kernel at one input"),
    statement=r"$\kappa^{(l+1)}(x,x)=\mathbb E_{f\sim N(0,\kappa^{(l)})}[\sigma(f(x))^2]=\frac12"
    r"\kappa^{(l)}(x,x)$",
    over={kappa: POSITIVE},
    lhs=Closed(rectified_second_moment(kappa)),
    relation="==",
    rhs=Closed(kappa / 2),
)

kernel_size = Claim(
    id="caogu2019.assumption-4.12",
    source=Source(PAPER, "4.2", "Assumption 4.12, the kernel at one input"),
    statement=r"$\kappa^{(0)}(x,x')=\langle x,x'\rangle$, $\kappa^{(l+1)}(x,x')=\mathbb E_{f\sim "
    r"N(0,\kappa^{(l)})}[\sigma(f(x))\sigma(f(x'))]$: on the sphere $\kappa^{(l)}(x,x)=2^{-l}$",
    reading="an assumption; the recursion as printed, with the number of steps for l called L",
    over={L: sp.Range(0, oo)},
    quantifier=ForAll(search=False, random_points=0),
    lhs=Computed(_kernel_at),
    relation="==",
    rhs=Closed(Rational(1, 2) ** L),
    grid=Grid(L=[0, 1, 2, 5, 20]),
    uses=(
        "caogu2019.assumption-4.12.step",
        "caogu2019.algorithm-1",
    ),
)

kernel_margin = Claim(
    id="caogu2019.assumption-4.12.margin",
    source=Source(PAPER, "4.2", "Assumption 4.12, the largest margin"),
    title="the margin under Assumption 4.12 falls exponentially with the depth",
    statement=r"$\|f\|_{\mathcal H}\le1$ gives $f(x)^2\le\kappa^{(L-1)}(x,x)=2^{-(L-1)}$, so that "
    r"$\gamma\le2^{-(L-1)/2}$",
    reading=r"for $f=a\kappa(x,\cdot)+b\kappa(x',\cdot)$ with $\kappa(x,x)=\kappa(x',x')=k$ "
    r"(kappa) and $\kappa(x,x')=c$: $f(x)^2\le\|f\|_{\mathcal H}^2k$",
    over={a: REALS, b: REALS, c: REALS, kappa: POSITIVE},
    where=[c**2 <= kappa**2],
    lhs=Closed((a * kappa + b * c) ** 2),
    relation="<=",
    rhs=Closed((a**2 * kappa + 2 * a * b * c + b**2 * kappa) * kappa),
    grid=Grid(points=[{"a": 1.0, "b": -2.0, "c": 0.2, "kappa": 0.5}]),
    uses=("caogu2019.assumption-4.12",),
)


def _signal(points: Any, samples: int, generator: Any) -> Any:
    """`|x_L|^2` at the initialisation for one input on the sphere."""
    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial

    layers = initial((points.n, samples), widths_of(points), generator)
    x = unit_sphere((points.n, samples, 1), points.d, generator)
    return forward(layers, x).hidden[-1].square().sum(-1)[..., 0]


signal_kept = Claim(
    id="caogu2019.algorithm-1.signal",
    source=Source(PAPER, "3.1", "Algorithm 1, the initialisation"),
    statement=r"entries $N(0,2/m_l)$: $\mathbb E\|x_l^{(0)}\|_2^2=\|x\|_2^2=1$ at every width and "
    r"depth",
    reading=r"one layer multiplies the squared norm by $m_l\cdot\frac2{m_l}\cdot\frac12$; He et "
    r"al. divide by the width before the layer instead",
    over={L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 15),
    lhs=Side(closed=(m * rectified_second_moment(2 / m)) ** L, measured=Sampled(_signal)),
    relation="==",
    rhs=Closed(1),
    grid=Grid(points=[{"L": 1, "m": 2, "d": 1}, {"L": 2, "m": 8, "d": 3}]),
)


def _output_square(points: Any, samples: int, generator: Any) -> Any:
    from numeric.data import unit_sphere
    from numeric.deep_relu import forward, initial

    layers = initial((points.n, samples), widths_of(points), generator)
    x = unit_sphere((points.n, samples, 1), points.d, generator)
    return forward(layers, x).output.square()[..., 0]


output_size = Claim(
    id="caogu2019.eq-3.1",
    source=Source(PAPER, "3", "(3.1), the size of the output at the initialisation"),
    statement=r"$f_W(x)=v^\top\sigma(W_L^\top\cdots\sigma(W_1^\top x))$ with half of the entries "
    r"of $v$ equal to 1, half to $-1$: at the initialisation $\mathbb E "
    r"f_{W^{(0)}}(x)^2=1-\frac1\pi$ on the sphere, at every width",
    reading=r"a definition; given $x_{L-1}$ the m units are independent and their means cancel: m "
    r"times the variance of $\sigma(g)$, $g\sim N(0,2/m)$",
    over={L: sp.S.Naturals, m: EVEN, d: sp.S.Naturals},
    quantifier=InExpectation(samples=1 << 16),
    lhs=Side(
        closed=m * (rectified_second_moment(2 / m) - 2 / m * constant_average() ** 2),
        measured=Sampled(_output_square),
    ),
    relation="==",
    rhs=Closed(1 - 1 / pi),
    grid=Grid(points=[{"L": 1, "m": 2, "d": 1}, {"L": 2, "m": 16, "d": 3}]),
    uses=("caogu2019.algorithm-1.signal",),
)

index = symbols("k", integer=True)
first_step = Claim(
    id="caogu2019.algorithm-1",
    source=Source(PAPER, "3.1", "Algorithm 1, the loop"),
    title="the iterate that each step of the loop starts from exists",
    statement=r"for $k=0,1,2,\dots,K-1$: $W_l^{(k)}=W_l^{(k-1)}-\eta\nabla_{W_l}L_S(W_l^{(k-1)})$",
    reading="the index of the iterate on the right is at least that of the first one",
    over={index: sp.Range(0, oo)},
    lhs=Closed(index - 1),
    relation=">=",
    rhs=Closed(0),
    grid=Grid(k=[0, 1, 2]),
    erratum="the step k = 0 starts from W^(-1), and W^(K), which is returned, is never made",
    uses=("caogu2019.eq-3.1",),
)

first_step_corrected = Claim(
    id="caogu2019.algorithm-1.corrected",
    source=Source(PAPER, "3.1", "Algorithm 1, the loop"),
    statement=r"for $k=1,\dots,K$: $W_l^{(k)}=W_l^{(k-1)}-\eta\nabla_{W_l}L_S(W^{(k-1)})$",
    over={index: sp.S.Naturals},
    lhs=Closed(index - 1),
    relation=">=",
    rhs=Closed(0),
    grid=Grid(k=[1, 2]),
    corrects="caogu2019.algorithm-1",
)
