r"""Sections 2 and 3: the architecture's identities, its initialisation, and the data assumption.

L, m, d: depth, width of all hidden layers and of the last one, input dimension; theta: residual
scaling; phi: angle between an input and a separating direction; z: margin y f(x); share:
probability of a wrong answer.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Interval, Piecewise, exp, oo, pi, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import ForAll, InExpectation, UpToConstant
from theorems.sides import Closed, Computed, Sampled, Side

PAPER = "frei2019"
theta, phi, z, share, t = symbols("theta phi z share t", real=True)
L, m, m_last, d = symbols("L m m_last d", integer=True)
NETWORK = {
    L: sp.S.Naturals,
    m: sp.S.Naturals,
    m_last: sp.Range(2, oo, 2),
    d: sp.S.Naturals,
    theta: Interval(0, oo),
}
EXACT = ForAll(search=False, random_points=0)
SHAPES = Grid(
    points=[
        {"L": 1, "m": 3, "m_last": 2, "d": 1},
        {"L": 2, "m": 2, "m_last": 4, "d": 2},
        {"L": 6, "m": 5, "m_last": 6, "d": 3},
    ],
    theta=[0.0, 0.25, 1.0, 3.0],
).nightly(theta=[0.0, 0.01, 0.25, 1.0, 3.0, 10.0])
INPUTS = 4


def _network(points: Any) -> tuple[Any, Any, Any, Any]:
    """Weights with one leading axis of points, inputs off the sphere too, theta, and the path."""
    import torch

    from numeric.residual_relu import forward, initial

    generator = torch.Generator().manual_seed(points.L)
    sizes = (points.L, points.m, points.m_last, points.d)
    weights = initial((points.n,), sizes, generator)
    x = torch.randn(INPUTS, points.d, generator=generator, dtype=torch.float64)
    scale = points.theta[:, None, None]
    return weights, x, scale, forward(weights, x, scale)


def _states(points: Any) -> Any:
    """`x_high` for all pairs of layers, in the order of `_carried`."""
    import torch

    _, x, _, path = _network(points)
    states = [x.expand(points.n, *x.shape), *path.hidden.unbind(-3), path.last]
    ends = [(low, high) for high in range(1, points.L + 2) for low in range(1, high + 1)]
    return torch.cat([states[high].flatten(1) for _, high in ends], dim=1)


def _carried(points: Any) -> Any:
    """`H_low^high x_{low-1}` for all `1 <= low <= high <= L+1`."""
    import torch

    from numeric.residual_relu import interlayer

    weights, x, scale, path = _network(points)
    states = [x.expand(points.n, *x.shape), *path.hidden.unbind(-3), path.last]
    found = []
    for high in range(1, points.L + 2):
        for low in range(1, high + 1):
            product = interlayer(weights, path, scale, low, high)
            found.append((product @ states[low - 1].unsqueeze(-1)).squeeze(-1).flatten(1))
    return torch.cat(found, dim=1)


interlayer_activations = Claim(
    id="frei2019.eq-1",
    source=Source(PAPER, "2", "(1)"),
    statement=r"the $l$-to-$l'$ interlayer activations $H_l^{l'}(x)=\prod_{r=l}^{l'}(I+\theta"
    r"\Sigma_rW_r^\top)$, $H_1^{l'}=H_2^{l'}\Sigma_1W_1^\top$, $H_l^{L+1}=\Sigma_{L+1}W_{L+1}^\top "
    r"H_l^L$ carry $x_{l-1}$ to $x_{l'}$: $H_l^{l'}(x)x_{l-1}=x_{l'}$ for $1\le l\le l'\le L+1$",
    reading="a definition; what the text uses it for is checked, H_1^1 and H_{L+1}^{L+1} being one "
    "factor",
    over=NETWORK,
    quantifier=EXACT,
    lhs=Computed(_carried),
    relation="==",
    rhs=Computed(_states),
    grid=SHAPES,
)


def _output(points: Any) -> Any:
    _, _, _, path = _network(points)
    return path.output.repeat(1, points.L + 2)


def _output_from_layers(points: Any) -> Any:
    """`v' H_{l+1}^{L+1} x_l` for `l = 0..L+1`, from the products (1)."""
    import torch

    from numeric.residual_relu import interlayer, signs

    weights, x, scale, path = _network(points)
    states = [x.expand(points.n, *x.shape), *path.hidden.unbind(-3), path.last]
    v = signs(points.m_last)
    found = []
    for layer, state in enumerate(states):
        product = interlayer(weights, path, scale, layer + 1, points.L + 1)
        found.append(((v @ product) * state).sum(-1))
    return torch.cat(found, dim=1)


output_from_any_layer = Claim(
    id="frei2019.text-2a",
    source=Source(PAPER, "2", "the output from any layer"),
    statement=r"$f_W(x)=v^\top H_{l+1}^{L+1}(x)x_l$ for any $l\in\{0\}\cup[L+1]$",
    reading="the text at hand has the lower index L+1, which leaves l out of the product and fits "
    "l = L only; read as l+1, as in (2), where the same product is printed. For l = L+1 the empty "
    "product is the identity",
    over=NETWORK,
    quantifier=EXACT,
    lhs=Computed(_output_from_layers),
    relation="==",
    rhs=Computed(_output),
    grid=SHAPES,
    uses=("frei2019.eq-1",),
)


def _automatic(points: Any) -> Any:
    """The gradients of f at each input in all weights, by automatic differentiation."""
    import torch

    from numeric.residual_relu import NAMES, output

    weights, x, scale, _ = _network(points)
    leaves = {name: weights[name].requires_grad_(True) for name in NAMES}
    found = []
    for i in range(INPUTS):
        total = output(leaves, x[i : i + 1], scale).sum()
        slopes = torch.autograd.grad(total, list(leaves.values()), materialize_grads=True)
        found += [slope.flatten(1) for slope in slopes]
    return torch.cat(found, dim=1)


def _by_formula(points: Any) -> Any:
    """`theta^{1(2<=l<=L)} x_{l-1} v' H_{l+1}^{L+1} Sigma_l`, with the products (1) built up."""
    import torch

    from numeric.residual_relu import interlayer, signs

    weights, x, scale, path = _network(points)
    states = [x.expand(points.n, *x.shape), *path.hidden.unbind(-3)]
    active = [*path.active.unbind(-3), path.active_last]
    v = signs(points.m_last)
    layers = []
    for layer in range(1, points.L + 2):
        row = (v @ interlayer(weights, path, scale, layer + 1, points.L + 1)) * active[layer - 1]
        inner = scale if 2 <= layer <= points.L else 1.0
        layers.append((inner * states[layer - 1]).unsqueeze(-1) * row.unsqueeze(-2))
    found = []
    for i in range(INPUTS):
        found += [slope[:, i].flatten(1) for slope in layers]
    return torch.cat(found, dim=1)


gradient_formula = Claim(
    id="frei2019.eq-2",
    source=Source(PAPER, "2", "(2)"),
    statement=r"$\nabla_{W_l}f_W(x)=\theta^{1(2\le l\le L)}x_{l-1}v^\top H_{l+1}^{L+1}\Sigma_l(x)$,"
    r" $1\le l\le L+1$",
    over=NETWORK,
    quantifier=EXACT,
    lhs=Computed(_automatic),
    relation="==",
    rhs=Computed(_by_formula),
    grid=SHAPES,
    uses=("frei2019.eq-1", "frei2019.text-2a"),
)


def _norms(points: Any, samples: int, generator: Any) -> Any:
    """Spectral norms of the first, an inner and the last matrix, `(n, samples, 3)`."""
    import torch

    from numeric.residual_relu import NAMES, initial

    sizes = (2, points.m, points.m_last, points.d)
    weights = initial((points.n, samples), sizes, generator)
    norms = [
        torch.linalg.matrix_norm(weights[name], ord=2).reshape(points.n, samples) for name in NAMES
    ]
    return torch.stack(norms, dim=-1)


initialisation = Claim(
    id="frei2019.assumption-3.3",
    source=Source(PAPER, "3", "Assumption 3.3, the norms at initialisation"),
    statement=r"entries of $W_l\in\mathbb R^{m_{l-1}\times m_l}$ from $N(0,2/m_l)$ guarantee that "
    r"the spectral norms are controlled: $\mathbb E\|W_l\|_2\le\sqrt2\,(1+\sqrt{m_{l-1}/m_l})$, "
    r"which is $2\sqrt2$ for an inner layer",
    reading="'controlled' made explicit by the known bound for Gaussian matrices",
    over={m: sp.S.Naturals, m_last: sp.Range(2, oo, 2), d: sp.S.Naturals},
    quantifier=InExpectation(samples=400),
    lhs=Sampled(_norms),
    relation="<=",
    rhs=Closed(
        sp.Matrix([sqrt(2) * (1 + sqrt(d / m)), 2 * sqrt(2), sqrt(2) * (1 + sqrt(m / m_last))])
    ),
    grid=Grid(m=[1, 8, 16], m_last=[2, 16], d=[1, 4]).nightly(m=[1, 8, 64]),
)

# u's two coordinates in the plane of x and w are r (cos t, sin t): E r = sqrt(pi/2), and the
# sign of u'w changes at t = phi - pi/2.
_plus = sp.integrate(sp.cos(t), (t, phi - pi / 2, pi / 2))
_minus = sp.integrate(sp.cos(t), (t, -pi / 2, phi - pi / 2))


def _kitchen_sink(points: Any, samples: int, generator: Any) -> Any:
    """`sign(u'w) relu(u'x)` for Gaussian `u` in dimension d, `(n, samples)`."""
    import torch

    u = torch.randn(points.n, samples, points.d, generator=generator, dtype=torch.float64)
    x = torch.zeros(points.n, points.d, dtype=torch.float64)
    w = torch.zeros(points.n, points.d, dtype=torch.float64)
    x[:, 0], w[:, 0], w[:, 1] = 1.0, points.phi.cos(), points.phi.sin()
    inner = (u @ torch.stack([x, w], dim=-1)).unbind(-1)
    return inner[1].sign() * inner[0].clamp_min(0)


separable = Claim(
    id="frei2019.text-3a",
    source=Source(PAPER, "3", "after Assumption 3.2"),
    statement=r"Assumption 3.2 includes the linearly separable case: "
    r"$c(u)=\mathrm{sign}(u^\top w)$ with $\|w\|=1$ gives "
    r"$\int c(u)\sigma(u^\top x)p(u)du=\frac{\langle w,x\rangle}{\sqrt{2\pi}}$, so that a margin "
    r"$\gamma_0$ of $\langle w,\cdot\rangle$ is one of $\gamma_0/\sqrt{2\pi}$ in $\mathcal F$",
    reading="the exhibit is not printed; the angle phi of x and w is at most pi/2, labels turn the "
    "sign",
    over={phi: Interval(0, pi / 2), d: sp.Range(2, oo)},
    lhs=Side(
        closed=sqrt(pi / 2) / (2 * pi) * (_plus - _minus),
        measured=Sampled(_kitchen_sink),
    ),
    relation="==",
    rhs=Closed(sp.cos(phi) / sqrt(2 * pi)),
    quantifier=InExpectation(samples=1 << 14),
    grid=Grid(phi=[0.0, 0.4, 0.8, 1.2], d=[2, 5]),
)

surrogate = 1 / (1 + exp(z))
error = Piecewise((1, z < 0), (0, True))

bounded_by_error = Claim(
    id="frei2019.text-3b",
    source=Source(PAPER, "3", "after Theorem 3.5, surrogate and classification error"),
    statement=r"the expectation of $\mathcal E_S$ is bounded by a constant multiple of the "
    r"classification error: $\mathbb E[-\ell'(yf_W(x))]\lesssim\mathbb P(yf_W(x)<0)$",
    reading="at a law with y f(x) = -1 with probability share, else 1; -l'(z) = 1/(1 + e^z)",
    over={share: Interval.open(0, 1)},
    quantifier=UpToConstant(shrinking=("share",)),
    lhs=Closed(share * surrogate.subs(z, -1) + (1 - share) * surrogate.subs(z, 1)),
    relation="<=",
    rhs=Closed(share * error.subs(z, -1) + (1 - share) * error.subs(z, 1)),
    grid=Grid(share=[2.0**-k for k in range(1, 13)]),
    erratum="the wrong way round: a correct classifier has error 0 and a positive surrogate; it is "
    "the classification error that is at most twice the surrogate",
)

bounded_by_error_corrected = Claim(
    id="frei2019.text-3b.corrected",
    source=bounded_by_error.source,
    statement=r"$\mathbb P(yf_W(x)<0)\le2\,\mathbb E[-\ell'(yf_W(x))]$",
    over={z: sp.S.Reals},
    lhs=Closed(error),
    relation="<=",
    rhs=Closed(2 * surrogate),
    grid=Grid(z=[-5.0, -0.1, 0.0, 0.1, 5.0]),
    corrects="frei2019.text-3b",
)
