r"""Appendix B: Lemmas B.5, B.6 and B.7, the ResNet along gradient descent.

Symbols in `appendix_b_symbols` and `appendix_b_runs`. A: c_{x,0} + c_{w,0} c_x; x: c_x/c_{x,0};
Lip, beta: Lipschitz and smoothness constants; root: sqrt(m); p: sqrt(n); e: |y - u(k)|;
Q: Q'(k) H/(sqrt(n) |y - u(k)|), a constant; B: another one; q: eta lambda_0/2.
"""

from __future__ import annotations

from typing import Any

from sympy import Interval, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.papers.du2018.appendix_b_runs import (
    RUN,
    RUN_GRID,
    SETTING,
    Path,
    first_q,
    held,
    labels,
    printed_q,
    proof_q,
    runs,
)
from theorems.papers.du2018.appendix_b_symbols import (
    DEEP,
    DEPTH_ENDS,
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
from theorems.papers.du2018.pairs import corrected
from theorems.quantifiers import UpToConstant
from theorems.sides import Closed, Computed, Holds, Sampled, Simulated

A, x, Lip, beta, root, p, e, Q, B, q = symbols("A x Lip beta root p e Q B q", real=True)
CONDITION = Holds("Condition 6.1 up to k", held)
IF = r"if Condition 6.1 holds for $k'=1,\dots,k$ then "


def root_c_sigma() -> float:
    from numeric.kernels import deep
    from numeric.kernels.layers import Activation

    return deep.c_sigma(Activation("softplus")) ** 0.5


def largest_gradient(
    points: Any, samples: int, generator: Any, *, output: bool = False, readout: Any = "signs"
) -> Any:
    """max_h |dL/dW^(h)|_F / (sqrt(n) |y - u|) at Gaussian weights; that of dL/da if `output`."""
    import torch

    from numeric import deep_residual as residual
    from numeric.deep_descent import Network, look
    from numeric.kernels.layers import Activation

    size = points["n"]
    rows = []
    for rate in points.c_res.tolist():
        weights = residual.initial((samples,), points.H, points.m, size, generator, readout=readout)
        net = Network(Activation("softplus"), rate)
        seen = look(net, weights, torch.eye(size, dtype=torch.float64), labels(size))
        error = (seen.output - labels(size)).norm(dim=-1)
        norms = residual.layer_norms(seen.gradient).amax(-1)
        if output:
            norms = seen.gradient["a"].norm(dim=-1)
        rows.append(norms / (size**0.5 * error))
    return torch.stack(rows)


ALONG_DEPTH = {H: DEEP, n: DEEP, m: DEEP, c_res: RATE}
AT_START = "$k=0$; softplus, orthonormal inputs, labels +-1; growth with $H$"
DEPTHS = Grid(H=[2, 4, 8, 16, 32], n=[3], m=[24], c_res=[0.5]).nightly(
    H=[2, 4, 8, 16, 32, 64], m=[24, 64]
)
one_step = Claim(
    id="du2018.lemma-B.5b",
    source=Source(PAPER, "B", "Lemma B.5, one step"),
    statement=IF + r"for any $s\in[k+1]$ (and $h\in[H]$) $\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le\eta "
    r"Q'(s-1)$, $Q'(s)=2c_{x,0}c_{w,0}Le^{2c_{x,0}c_{w,0}L}\sqrt n\|y-u(s)\|_2/H$",
    reading=r"$s=1$, where nothing is assumed, and growth with $H$: $c_{x,0}$, $c_{w,0}$ and $L$ "
    "are constants, so that the largest gradient has to be O(1/H) at every width",
    over=ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=40),
    lhs=Sampled(largest_gradient),
    relation="<=",
    rhs=Closed(1 / H),
    grid=DEPTHS,
    uses=("du2018.eq-B-grad.corrected", "du2018.lemma-B.3"),
    erratum="the first layer has the factor sqrt(c_sigma/m), not c_lambda/(H sqrt(m)): its "
    "gradient does not fall with H",
)

one_step_explicit = Claim(
    id="du2018.lemma-B.5b.layers",
    source=one_step.source,
    title="Lemma B.5, one step, at the printed constants",
    statement=one_step.statement,
    reading="the printed constants are so large (2 c_x c_w e^(2 c_x c_w) is beyond 10^3) that at "
    "these depths they cover the first layer too",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("speed"),
    lhs=Simulated(lambda path: path["speed"]),
    relation="<=",
    rhs=Simulated(printed_q),
    grid=RUN_GRID,
)


def _corrected_q(path: Path) -> Any:
    import torch

    rest = proof_q(path)
    first = first_q(path, root_c_sigma())
    count = path["speed"].shape[-2]
    return torch.cat([first, rest.expand(*rest.shape[:-2], count - 1, rest.shape[-1])], -2)


one_step_corrected = Claim(
    id="du2018.lemma-B.5b.corrected",
    source=one_step.source,
    statement=r"$\|W^{(h)}(s)-W^{(h)}(s-1)\|_F\le2\eta c_\lambda c_{x,0}Le^{2c_\lambda c_{w,0}L}"
    r"\sqrt n\|y-u(s-1)\|_2/H$ for $h\ge2$, as the proof has it, and "
    r"$\le\eta\sqrt{c_\sigma}Le^{2c_\lambda c_{w,0}L}\sqrt n\|y-u(s-1)\|_2$ for $h=1$",
    reading=SETTING,
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("speed"),
    lhs=Simulated(lambda path: path["speed"]),
    relation="<=",
    rhs=Simulated(_corrected_q),
    grid=RUN_GRID,
    corrects="du2018.lemma-B.5b",
)


def _total(path: Path) -> Any:
    """R' sqrt(m) = 4 Q'(0) / lambda_0."""
    return 4 * printed_q({**path, "root": path["first_root"]}) / path["lambda_0"]


all_steps = Claim(
    id="du2018.lemma-B.5a",
    source=Source(PAPER, "B", "Lemma B.5, all steps"),
    statement=IF + r"for any $s\in[k+1]$ $\|W^{(h)}(s)-W^{(h)}(0)\|_F\le R'\sqrt m$, "
    r"$R'=\frac{8c_{x,0}c_{w,0}Le^{2c_{x,0}c_{w,0}L}\sqrt n\|y-u(0)\|_2}{H\lambda_0\sqrt m}$",
    reading=r"$R'<c$ is left out, which no width that runs meets",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("moved"),
    lhs=Simulated(lambda path: path["moved"]),
    relation="<=",
    rhs=Simulated(_total),
    grid=RUN_GRID,
    uses=("du2018.lemma-B.5b", "du2018.lemma-B.5a.series"),
)

series = Claim(
    id="du2018.lemma-B.5a.series",
    source=Source(PAPER, "B.1", "proof of Lemma B.5, the sum"),
    statement=r"$\sum_{s'\ge0}\left(1-\frac{\eta\lambda_0}2\right)^{s'/2}\frac14\eta\lambda_0R'"
    r"\sqrt m\le R'\sqrt m$",
    reading=r"the geometric series summed, over $R'\sqrt m$, $q=\frac{\eta\lambda_0}2$; the last "
    r"display prints one more $\eta$ in the sum",
    over={q: Interval.Lopen(0, 1)},
    lhs=Closed(q / 2 / (1 - sqrt(1 - q))),
    relation="<=",
    rhs=Closed(1),
)


gradient_norm = Claim(
    id="du2018.proof-B.6a",
    source=Source(PAPER, "B.1", "proof of Lemma B.6, the gradient norm"),
    statement=r"$\|L'^{(h)}(w(k))\|_F\le\lambda_0Q'(k)$",
    reading=r"$Q'$ as the proof of Lemma B.5 has it, $h\ge2$",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("speed"),
    lhs=Simulated(lambda path: path["speed"][..., 1:, :]),
    relation="<=",
    rhs=Simulated(lambda path: path["lambda_0"] * proof_q(path)),
    grid=RUN_GRID,
    uses=("du2018.lemma-B.5b",),
    erratum="the factor lambda_0 has no source (Lemmas A.6 and C.6 have none): lambda_0 is far "
    "below 1 and the gradient does not shrink with it",
)

gradient_norm_corrected = Claim(
    id="du2018.proof-B.6a.corrected",
    statement=r"$\|L'^{(h)}(w(k))\|_F\le Q'(k)$ for $h\ge2$",
    **corrected(gradient_norm, rhs=Simulated(proof_q)),
)

BRACKET = (
    r"\frac{c_x}{c_{x,0}}+\frac2L(c_{x,0}+c_{w,0}c_x)\beta\sqrt m+4c_{w,0}(c_{x,0}+c_{w,0}c_x)"
    r"\beta+L"
)
INSIDE = x + 2 / Lip * A * beta * root + 4 * c_w * A * beta + Lip
SIZES = dict.fromkeys((A, x, Lip, beta, c_w), POSITIVE)
AT = Grid(
    points=[
        {"A": 10.0, "x": 2.0, "Lip": 1.0, "beta": 0.25, "c_w": 2.0, "root": 1.0},
        {"A": 10.0, "x": 2.0, "Lip": 1.0, "beta": 0.25, "c_w": 2.0, "root": 1e3},
    ]
)
difference = Claim(
    id="du2018.proof-B.6b",
    source=Source(PAPER, "B.1", "proof of Lemma B.6, the change of the gradient"),
    statement=r"$\frac2Hc_\lambda c_{x,0}Le^{2Lc_{w,0}}\eta\frac{Q'(k)}{\sqrt m}\left("
    + BRACKET
    + r"\right)\le\frac{16}Hc_\lambda c_{x,0}e^{2Lc_{w,0}}(c_{x,0}+c_{w,0}c_x)\beta\eta Q'(k)$",
    reading=r"over $\frac1Hc_\lambda c_{x,0}e^{2Lc_{w,0}}\eta Q'$; $A=c_{x,0}+c_{w,0}c_x$; for a "
    r"width that the small constant $c$ of $R'\le c$ may stand for: "
    r"$\sqrt m\ge\frac L{6A\beta}\left(\frac{c_x}{c_{x,0}}+4c_{w,0}A\beta+L\right)$, as two terms "
    r"carry no $\beta$",
    over={**SIZES, root: Interval(1, oo)},
    where=[6 * A * beta * root >= Lip * (x + 4 * c_w * A * beta + Lip)],
    lhs=Closed(2 * Lip / root * INSIDE),
    relation="<=",
    rhs=Closed(16 * A * beta),
    grid=AT,
    uses=("du2018.lemma-E.1",),
)

widths = Claim(
    id="du2018.proof-B.6b.widths",
    source=difference.source,
    title="the Jacobians' term keeps its sqrt(m) (inferred, not printed)",
    statement=r"$c_\lambda\left(2(c_{x,0}+c_{w,0}c_x)\beta\cdot2c_{w,0}\sqrt m+L\right)$, the sum "
    r"over the layers of $\frac{c_\lambda}{H\sqrt m}\|J^{(l)}W^{(l)}-J'^{(l)}W'^{(l)}\|_F$ over "
    r"$\frac{\eta Q'}{\sqrt m}$, is at most $4c_{w,0}(c_{x,0}+c_{w,0}c_x)\beta+L$",
    reading=r"by the printed bounds on $J-J'$ and $W-W'$ and $\|W^{(l)}\|\le2c_{w,0}\sqrt m$",
    over={**SIZES, root: Interval(1, oo), c_res: RATE},
    lhs=Closed(c_res * (2 * A * beta * 2 * c_w * root + Lip)),
    relation="<=",
    rhs=Closed(4 * c_w * A * beta + Lip),
    erratum="the printed term lacks sqrt(m), which the same term of Lemma C.6 has",
)

widths_corrected = Claim(
    id="du2018.proof-B.6b.widths.corrected",
    source=difference.source,
    title="the Jacobians' term keeps its sqrt(m), corrected",
    statement=r"the same sum is at most $4c_{w,0}(c_{x,0}+c_{w,0}c_x)\beta\sqrt m+L$",
    over={**SIZES, root: Interval(1, oo), c_res: RATE},
    lhs=Closed(c_res * (2 * A * beta * 2 * c_w * root + Lip)),
    relation="<=",
    rhs=Closed(4 * c_w * A * beta * root + Lip),
    corrects="du2018.proof-B.6b.widths",
)

small_second = Claim(
    id="du2018.lemma-B.6",
    source=Source(PAPER, "B", "Lemma B.6"),
    statement=r"if Condition 6.1 holds and $\eta\le c\lambda_0H^2n^{-2}$ for some small constant "
    r"$c$ then $\|I_2(k)\|_2\le\frac18\eta\lambda_0\|y-u(k)\|_2$",
    reading=r"$c=\frac1{100}$; shallow networks, whose width is below that of the theorem",
    title="Lemma B.6, at widths below the theorem's",
    over=RUN,
    hypotheses=[CONDITION],
    quantifier=runs("second"),
    lhs=Simulated(lambda path: path["second"]),
    relation="<=",
    rhs=Simulated(lambda path: path["eta"] * path["lambda_0"] * path["loss"].sqrt() / 8),
    grid=Grid(c_res=[0.3, 0.9], share=[0.01], H=[2, 4], m=[200], n=[2, 4]),
    uses=("du2018.proof-B.6a", "du2018.proof-B.6b"),
)

LARGEST_STEP = lambda_0 * H**2 / (8 * B * Q**2 * x * p**4)
small_second_step = Claim(
    id="du2018.lemma-B.6.step-size",
    source=small_second.source,
    title="the choice of the step size in Lemma B.6",
    statement=r"$\sqrt n\cdot B\eta^2Q'(k)^2\le\frac18\eta\lambda_0\|y-u(k)\|_2$ when "
    r"$Q'=Q\sqrt n\|y-u(k)\|_2/H$, $\|y-u(k)\|_2\le E\sqrt n$ and "
    r"$\eta\le\frac{\lambda_0H^2}{8BQ^2En^2}$",
    reading=r"$p=\sqrt n$; $x$ stands for $E$; $B=16c_\lambda c_{x,0}e^{2Lc_{w,0}}"
    r"(c_{x,0}+c_{w,0}c_x)\beta$; the factor $\sqrt n$ is from the entries to the norm; over "
    r"$\eta e$, at the largest $\eta$",
    over={**dict.fromkeys((B, Q, x, e, lambda_0), POSITIVE), p: Interval(1, oo), H: DEEP},
    where=[e <= x * p],
    lhs=Closed(p * B * LARGEST_STEP * (Q * p / H) ** 2 * e),
    relation="<=",
    rhs=Closed(lambda_0 / 8),
    grid=DEPTH_ENDS,
)


def change(points: Any, samples: int, generator: Any, power: int, *, output: bool = False) -> Any:
    """|u(1) - u(0)|^2 / (eta |y - u(0)|^2) with eta = lambda_0 H^power / n^2."""
    import torch

    from numeric import deep_residual as residual
    from numeric.deep_descent import Network, descend
    from numeric.kernels.layers import Activation
    from theorems.papers.du2018.sec4_gram import least_eigenvalue

    size, rows = points["n"], []
    readout: Any = "gaussian" if output else "signs"
    x_0 = torch.eye(size, dtype=torch.float64)
    for rate in points.c_res.tolist():
        weights = residual.initial((samples,), points.H, points.m, size, generator, readout=readout)
        size_of_step = least_eigenvalue(size, points.H, rate) * points.H**power / size**2
        net = Network(Activation("softplus"), rate, train_output=output)
        path = descend(net, weights, x_0, labels(size), size_of_step, 1, ("loss", "change"))
        rows.append((path["change"] / path["loss"])[..., 0] / size_of_step)
    return torch.stack(rows)


def least_along(points: Any) -> Any:
    import torch

    from theorems.papers.du2018.sec4_gram import least_eigenvalue

    values = [least_eigenvalue(points["n"], points.H, rate) for rate in points.c_res.tolist()]
    return torch.tensor(values, dtype=torch.float64)


quadratic = Claim(
    id="du2018.lemma-B.7",
    source=Source(PAPER, "B", "Lemma B.7"),
    statement=r"if Condition 6.1 holds and $\eta\le c\lambda_0H^2n^{-2}$ for some small constant "
    r"$c$ then $\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0\|y-u(k)\|_2^2$",
    reading=r"$k=0$ and $\eta=\lambda_0H^2/n^2$: whatever $c$, $\|u(1)-u(0)\|_2^2/(\eta\|y-u(0)"
    r"\|_2^2)$ has to be $O(\lambda_0)$ as $H$ grows",
    over=ALONG_DEPTH,
    quantifier=UpToConstant(along=("H",), samples=40),
    lhs=Sampled(lambda points, samples, generator: change(points, samples, generator, 2)),
    relation="<=",
    rhs=Computed(least_along),
    grid=DEPTHS,
    uses=("du2018.lemma-B.5b", "du2018.lemma-B.7.step-size"),
    erratum="the first layer moves the outputs by eta times a Gram matrix of order 1, not 1/H^2: "
    "with eta lambda_0^(-1) ~ H^2 the left side is H^2 times too large",
)

quadratic_corrected = Claim(
    id="du2018.lemma-B.7.corrected",
    statement=r"if $\eta\le c\lambda_0n^{-2}$ then $\|u(k+1)-u(k)\|_2^2\le\frac18\eta\lambda_0"
    r"\|y-u(k)\|_2^2$",
    **corrected(
        quadratic,
        reading=AT_START,
        lhs=Sampled(lambda points, samples, generator: change(points, samples, generator, 0)),
    ),
)

quadratic_step = Claim(
    id="du2018.lemma-B.7.step-size",
    source=Source(PAPER, "B.1", "proof of Lemma B.7, its last inequality"),
    title="the choice of the step size in Lemma B.7",
    statement=r"$n(\eta c_xQ'(k))^2\le\frac18\eta\lambda_0\|y-u(k)\|_2^2$ when "
    r"$Q'=Q\sqrt n\|y-u(k)\|_2/H$ and $\eta\le\frac{\lambda_0H^2}{8c_x^2Q^2n^2}$",
    reading=r"$p=\sqrt n$, $x=c_x$; with the printed $Q'$, which leaves the first layer out",
    over={**dict.fromkeys((Q, x, e, eta, lambda_0), POSITIVE), p: Interval(1, oo), H: DEEP},
    where=[8 * x**2 * Q**2 * p**4 * eta <= lambda_0 * H**2],
    lhs=Closed(p**2 * (eta * x * Q * p * e / H) ** 2),
    relation="<=",
    rhs=Closed(eta * lambda_0 * e**2 / 8),
    grid=DEPTH_ENDS,
)
