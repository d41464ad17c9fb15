r"""Appendix C: Lemmas C.5, C.6 and C.7, the convolutional ResNet along gradient descent.

Symbols in `appendix_b_symbols`, `appendix_b_runs`, `appendix_c_symbols`. A: c_{x,0} + c_{w,0} c_x;
x: c_x/c_{x,0}; Lip, beta: Lipschitz and smoothness constants; root: sqrt(m); s: sqrt(q); e:
|y - u(k)|; Q: Q'(k) H/(sqrt(n) |y - u(k)|); r: sqrt(n); B: a constant, polynomial in p.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sympy import Interval, oo, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_descent import CONDITION, IF, root_c_sigma
from theorems.papers.du2018.appendix_b_runs import Path, described, first_q, labels, share
from theorems.papers.du2018.appendix_b_symbols import (
    DEEP,
    PAPER,
    POSITIVE,
    RATE,
    H,
    c_res,
    c_w,
    eta,
    lambda_0,
    m,
    n,
)
from theorems.papers.du2018.appendix_c_symbols import (
    ALL_ENDS,
    NATURAL,
    inputs,
    least_eigenvalue,
    p,
    q,
)
from theorems.quantifiers import AlongTrajectory, UpToConstant
from theorems.sides import Closed, Computed, Sampled, Simulated

A, x, Lip, beta, root, s, e, Q, r, B = symbols("A x Lip beta root s e Q r B", real=True)
RUN = {
    H: DEEP,
    m: DEEP,
    n: DEEP,
    p: NATURAL,
    q: NATURAL,
    c_res: RATE,
    share: POSITIVE,
}
RUN_GRID = Grid(
    points=[{"c_res": 0.7, "share": 0.5, "p": 4, "q": 3}],
    H=[2, 8],
    m=[24],
    n=[2, 3],
).nightly(H=[2, 8, 16], m=[24, 48], n=[2, 3])
STARTS = 2


def runs(*records: str, output: bool = False) -> AlongTrajectory:
    """Runs with these records of `deep_descent`; `output` as for `appendix_b_runs.run`."""
    return AlongTrajectory(simulate=partial(run, records=records, output=output))


def run(
    points: Any, generator: Any, *, records: tuple[str, ...], steps: int = 8, output: bool = False
) -> dict[str, Any]:
    """Descent from Gaussian starts; the records of `appendix_b_runs.run`, c_x in Frobenius norm."""
    import torch

    from numeric import deep_convolution as convolution
    from numeric.deep_descent import Network, descend
    from numeric.kernels.layers import Activation

    size, depth, width, patch = points["n"], points.H, points.m, points.q
    data, label = inputs(size, points.p), labels(size)
    weights = convolution.initial(
        (points.n, STARTS),
        (depth, width, 2, points.p, patch),
        generator,
        readout="gaussian" if output else "signs",
    )
    rates = points.c_res
    least = torch.tensor(
        [
            least_eigenvalue(size, points.p, depth, rate, patch, output=output)
            for rate in rates.tolist()
        ],
        dtype=torch.float64,
    )
    step_size = points.share * least * depth**2 / (size**2 * points.p)
    net = Network(Activation("softplus"), rates[:, None], patch=patch, train_output=output)
    path = descend(net, weights, data, label, step_size[:, None], steps, ("loss", *records))
    states = convolution.forward(weights, data, net.activation, net.c_res).states
    spectral = torch.linalg.matrix_norm(weights["layers"], ord=2).amax(-1) / width**0.5
    columns = {
        "eta": step_size,
        "lambda_0": least,
        "rate": rates,
        "c_w": spectral,
        "c_x": states.flatten(-2).norm(dim=-1).amax(dim=(-2, -1)),
        "a_2": weights["a"].norm(dim=-2).amax(dim=-1) / width**0.5,
    }
    constants = {"depth": depth, "width": width, "size": size, "q": patch, "p": points.p}
    return described(points, path, columns, constants)


def growth(path: Path) -> Any:
    """e^{2 c_lambda c_{w,0} L sqrt(q)}."""
    return (2 * path["rate"] * path["c_w"] * path["q"].sqrt()).exp()


def printed_q(path: Path) -> Any:
    """Q' of Lemma C.5."""
    head = 2 * path["rate"] * path["c_x"] * (path["p"] * path["q"]).sqrt()
    return head * growth(path) * path["root"] / path["depth"]


def largest_gradient(
    points: Any, samples: int, generator: Any, *, output: bool = False, readout: Any = "signs"
) -> Any:
    """max_h |dL/dW^(h)|_F / (sqrt(n) |y - u|) at Gaussian weights; that of dL/da if `output`."""
    import torch

    from numeric import deep_convolution as convolution
    from numeric.deep_descent import Network, look
    from numeric.deep_residual import layer_norms
    from numeric.kernels.layers import Activation

    size, rows = points["n"], []
    data, label = inputs(size, points.p), labels(size)
    for rate in points.c_res.tolist():
        sizes = (points.H, points.m, 2, points.p, points.q)
        weights = convolution.initial((samples,), sizes, generator, readout=readout)
        seen = look(Network(Activation("softplus"), rate, patch=points.q), weights, data, label)
        norms = layer_norms(seen.gradient).amax(-1)
        if output:
            norms = seen.gradient["a"].flatten(-2).norm(dim=-1)
        rows.append(norms / (size**0.5 * (seen.output - label).norm(dim=-1)))
    return torch.stack(rows)


SETTING = "softplus, random inputs, labels +-1, 8 steps from Gaussian starts"
AT_START = "$k=0$; softplus, random inputs, labels +-1; growth with $H$"
ALONG_DEPTH = {H: DEEP, m: DEEP, n: DEEP, p: NATURAL, q: NATURAL, c_res: RATE}
DEPTHS = Grid(H=[4, 8, 16, 32, 64], m=[16], n=[2], p=[3], q=[3], c_res=[0.2]).nightly(
    H=[4, 8, 16, 32, 64], m=[16, 32]
)
SHALLOW = Grid(H=[4, 8, 16, 32], m=[16], n=[2], p=[3], q=[3], c_res=[0.2])
one_step = Claim(
    id="du2018.lemma-C.5",
    source=Source(PAPER, "C", "Lemma C.5, one step"),
    statement=IF + r"for any $s\in[k+1]$ $\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta Q'(s-1)$, "
    r"$Q'(s)=2c_\lambda c_{x,0}L\sqrt{pq}e^{2c_\lambda c_{w,0}L\sqrt q}\sqrt n\|y-u(s)\|_2/H$",
    reading=r"$s=1$, where nothing is assumed, and growth with $H$, which enters $Q'$ as "
    r"$\frac1H$ alone",
    over=ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=60),
    lhs=Sampled(largest_gradient),
    relation="<=",
    rhs=Closed(1 / H),
    grid=DEPTHS,
    uses=("du2018.lemma-C.3",),
    erratum="the first layer has the factor sqrt(c_sigma/m), not c_lambda/(H sqrt(m)): its "
    "gradient does not fall with H",
)


def _corrected_q(path: Path) -> Any:
    import torch

    rest = printed_q(path)
    scale = (path["p"] * path["q"]).sqrt() * growth(path) / (2 * path["rate"] * path["c_w"]).exp()
    first = scale * first_q(path, root_c_sigma())
    count = path["speed"].shape[-2]
    return torch.cat([first, rest.expand(*rest.shape[:-2], count - 1, rest.shape[-1])], -2)


one_step_corrected = Claim(
    id="du2018.lemma-C.5.corrected",
    source=one_step.source,
    statement=r"$\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta Q'(s-1)$ for $h\ge2$, and $\le\eta"
    r"\sqrt{c_\sigma}L\sqrt{pq}e^{2c_\lambda c_{w,0}L\sqrt q}\sqrt n\|y-u(s-1)\|_2$ for $h=1$",
    reading=SETTING,
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("speed"),
    lhs=Simulated(lambda path: path["speed"]),
    relation="<=",
    rhs=Simulated(_corrected_q),
    grid=RUN_GRID,
    corrects="du2018.lemma-C.5",
)


def total(path: Path) -> Any:
    """R' sqrt(m) = 4 Q'(0)/lambda_0."""
    return 4 * printed_q({**path, "root": path["first_root"]}) / path["lambda_0"]


all_steps = Claim(
    id="du2018.lemma-C.5.all",
    source=Source(PAPER, "C", "Lemma C.5, all steps"),
    statement=IF + r"$\|W^{(h)}(s)-W^{(h)}(0)\|_F\le R'\sqrt m$, $R'=\frac{8c_\lambda c_{x,0}L"
    r"\sqrt{pq}e^{2c_\lambda c_{w,0}L\sqrt q}\sqrt n\|y-u(0)\|_2}{H\lambda_0\sqrt m}$",
    reading=r"$R'<c$ is left out, which no width that runs meets",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("moved"),
    lhs=Simulated(lambda path: path["moved"]),
    relation="<=",
    rhs=Simulated(total),
    grid=RUN_GRID,
    uses=("du2018.lemma-C.5", "du2018.lemma-B.5a.series"),
)

small_second = Claim(
    id="du2018.lemma-C.6",
    source=Source(PAPER, "C", "Lemma C.6"),
    title="Lemma C.6, at widths below the theorem's",
    statement=r"if Condition 6.1 holds and $\eta\le c\lambda_0H^2n^{-2}\mathrm{poly}(1/p)$ for "
    r"some small constant $c$ then $\|I_2(k)\|_2\le\frac18\eta\lambda_0\|y-u(k)\|_2$",
    reading=r"$c=\frac1{100}$ and $\frac1p$; shallow networks",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("second"),
    lhs=Simulated(lambda path: path["second"]),
    relation="<=",
    rhs=Simulated(lambda path: path["eta"] * path["lambda_0"] * path["loss"].sqrt() / 8),
    grid=Grid(c_res=[0.5], share=[0.01], p=[3], q=[3], H=[2, 3], m=[64], n=[2]),
    uses=("du2018.lemma-C.5", "du2018.lemma-C.6.bracket", "du2018.lemma-E.1"),
)

INSIDE = x / root + 2 / Lip * A * beta + 4 * s * c_w * A * beta + Lip * s / root
SIZES = {**dict.fromkeys((A, x, Lip, beta), POSITIVE), c_w: Interval.open(1, oo)}
MORE = {**SIZES, root: Interval(1, oo), s: Interval(1, oo)}
BRACKET = Grid(
    points=[
        {"A": 10.0, "x": 2.0, "Lip": 1.0, "beta": 0.25, "c_w": 2.0, "root": 1e4, "s": v}
        for v in (1.0, 3.0)
    ]
)
bracket = Claim(
    id="du2018.lemma-C.6.bracket",
    source=Source(PAPER, "C.1", "proof of Lemma C.6, the change of the gradient"),
    statement=r"$\frac2Hc_\lambda c_{x,0}L\sqrt qe^{2c_\lambda Lc_{w,0}\sqrt q}\eta\frac{Q'}{\sqrt "
    r"m}\left(\frac{c_x}{c_{x,0}}+\frac2L(c_{x,0}+c_{w,0}c_x)\beta\sqrt m+4\sqrt qc_{w,0}(c_{x,0}+"
    r"c_{w,0}c_x)\beta\sqrt m+L\sqrt q\right)\le\frac{24}Hc_\lambda c_{x,0}L\sqrt qc_{w,0}"
    r"e^{2c_\lambda Lc_{w,0}\sqrt q}(c_{x,0}+c_{w,0}c_x)\beta\eta Q'$",
    reading=r"over $\frac2Hc_\lambda c_{x,0}L\sqrt qe^{2c_\lambda Lc_{w,0}\sqrt q}\eta Q'$; "
    r"$s=\sqrt q$",
    over=MORE,
    lhs=Closed(INSIDE),
    relation="<=",
    rhs=Closed(12 * c_w * A * beta),
    grid=BRACKET,
    uses=("du2018.lemma-E.1",),
    erratum="4 sqrt(q) c_w alone exceeds 12 c_w once q > 9 (at q = 9, the paper's 3 x 3, the other "
    "terms do it), and two terms carry no beta",
)

bracket_corrected = Claim(
    id="du2018.lemma-C.6.bracket.corrected",
    source=bracket.source,
    statement=r"the bracket over $\sqrt m$ is at most $\left(\frac2L+5\sqrt qc_{w,0}\right)"
    r"(c_{x,0}+c_{w,0}c_x)\beta$ when $\sqrt m\ge\frac{c_x/c_{x,0}+L\sqrt q}{\sqrt qc_{w,0}"
    r"(c_{x,0}+c_{w,0}c_x)\beta}$",
    over=MORE,
    where=[root * s * c_w * A * beta >= x + Lip * s],
    lhs=Closed(INSIDE),
    relation="<=",
    rhs=Closed((2 / Lip + 5 * s * c_w) * A * beta),
    grid=BRACKET,
    corrects="du2018.lemma-C.6.bracket",
)


def change(points: Any, samples: int, generator: Any, power: int, *, output: bool = False) -> Any:
    """|u(1) - u(0)|^2 / (eta |y - u(0)|^2) with eta = lambda_0 H^power / (n^2 p)."""
    import torch

    from numeric import deep_convolution as convolution
    from numeric.deep_descent import Network, descend
    from numeric.kernels.layers import Activation

    size, rows = points["n"], []
    readout: Any = "gaussian" if output else "signs"
    data, label = inputs(size, points.p), labels(size)
    for rate in points.c_res.tolist():
        sizes = (points.H, points.m, 2, points.p, points.q)
        weights = convolution.initial((samples,), sizes, generator, readout=readout)
        least = least_eigenvalue(size, points.p, points.H, rate, points.q, output=output)
        step_size = least * points.H**power / (size**2 * points.p)
        net = Network(Activation("softplus"), rate, patch=points.q, train_output=output)
        path = descend(net, weights, data, label, step_size, 1, ("loss", "change"))
        rows.append((path["change"] / path["loss"])[..., 0] / step_size)
    return torch.stack(rows)


def least_along(points: Any, *, output: bool = False) -> Any:
    import torch

    values = [
        least_eigenvalue(points["n"], points.p, points.H, rate, points.q, output=output)
        for rate in points.c_res.tolist()
    ]
    return torch.tensor(values, dtype=torch.float64)


quadratic = Claim(
    id="du2018.lemma-C.7",
    source=Source(PAPER, "C", "Lemma C.7"),
    statement=r"if Condition 6.1 holds and $\eta\le c\lambda_0H^2n^{-2}\mathrm{poly}(1/p)$ then "
    r"$\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0\|y-u(k)\|_2^2$",
    reading=r"$k=0$, $\eta=\lambda_0H^2/(n^2p)$, growth with $H$: whatever $c$ and the polynomial, "
    r"$\|u(1)-u(0)\|_2^2/(\eta\|y-u(0)\|_2^2)$ has to be $O(\lambda_0)$",
    over=ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=60),
    lhs=Sampled(lambda points, samples, generator: change(points, samples, generator, 2)),
    relation="<=",
    rhs=Computed(least_along),
    grid=DEPTHS,
    uses=("du2018.lemma-C.5", "du2018.lemma-C.7.step-size"),
    erratum="the first layer moves the outputs by eta times a Gram matrix of order 1, not 1/H^2",
)

quadratic_corrected = Claim(
    id="du2018.lemma-C.7.corrected",
    source=quadratic.source,
    statement=r"if $\eta\le c\lambda_0n^{-2}\mathrm{poly}(1/p)$ then $\|u(k+1)-u(k)\|_2^2\le"
    r"\frac18\eta\lambda_0\|y-u(k)\|_2^2$",
    reading=AT_START,
    over=ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=150),
    lhs=Sampled(lambda points, samples, generator: change(points, samples, generator, 0)),
    relation="<=",
    rhs=Computed(least_along),
    grid=SHALLOW,
    corrects="du2018.lemma-C.7",
)

quadratic_step = Claim(
    id="du2018.lemma-C.7.step-size",
    source=Source(PAPER, "C.1", "proof of Lemma C.7, its last inequality"),
    title="the choice of the step size in Lemma C.7",
    statement=r"$np(\eta c_xQ'(k))^2\le\frac18\eta\lambda_0\|y-u(k)\|_2^2$ when $Q'=Q\sqrt n"
    r"\|y-u(k)\|_2/H$ and $\eta\le\frac{\lambda_0H^2}{8pc_x^2Q^2n^2}$",
    reading=r"$r=\sqrt n$, $x=c_x$; with the printed $Q'$, which leaves the first layer out; "
    r"over $\eta\|y-u\|^2$",
    over={
        **dict.fromkeys((Q, x, eta, lambda_0), POSITIVE),
        r: Interval(1, oo),
        p: NATURAL,
        H: DEEP,
    },
    where=[8 * p * x**2 * Q**2 * r**4 * eta <= lambda_0 * H**2],
    lhs=Closed(r**2 * p * eta * (x * Q * r / H) ** 2),
    relation="<=",
    rhs=Closed(lambda_0 / 8),
    grid=ALL_ENDS,
)
