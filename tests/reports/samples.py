"""Claims of every kind, true, false and undecided, for the tests of the report."""

from __future__ import annotations

import torch
from sympy import Interval, Rational, S, cos, oo, pi, sin, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid, linspace
from theorems.quantifiers import (
    AlongTrajectory,
    ForAll,
    InExpectation,
    Reproduces,
    UpToConstant,
    WithProbability,
)
from theorems.sides import Closed, Computed, Holds, Sampled, Side, Simulated

phi, eta, s, norm_w = symbols("phi eta s norm_w", real=True)
k = symbols("k", integer=True, positive=True)
g = (pi - phi) * cos(phi) + sin(phi)
angle = {phi: Interval(0, pi)}
few = ForAll(random_points=50)


def source(section: str, label: str) -> Source:
    return Source("sample", section=section, label=label)


g_at_most_pi = Claim(
    id="sample.text-5.4",
    source=source("5.4.1", "bound used for Lemma 5.4"),
    statement=r"$g(\varphi)\le\pi$ for $0\le\varphi\le\pi/2$",
    over={phi: Interval(0, pi / 2)},
    lhs=Closed(g),
    relation="<=",
    rhs=Closed(pi),
    quantifier=few,
)
g_at_most_three = Claim(
    id="sample.lemma-5.4",
    source=source("5.4.2", "Lemma 5.4"),
    statement=r"$g(\varphi)\le 3$ for all angles; this costs \$5 | a pipe",
    over={phi: Interval(0, pi / 2)},
    lhs=Closed(g),
    relation="<=",
    rhs=Closed(3),
    erratum=r"$g(0)=\pi>3$",
    uses=("sample.text-5.4",),
    quantifier=few,
    reading="The bound is garbled; $3$ is what the proof uses.",
)
g_corrected = Claim(
    id="sample.lemma-5.4.corrected",
    source=source("5.4.2", "Lemma 5.4, corrected"),
    statement=r"$g(\varphi)\le \tfrac{22}{7}$",
    over={phi: Interval(0, pi / 2)},
    lhs=Closed(g),
    relation="<=",
    rhs=Closed(Rational(22, 7)),
    corrects="sample.lemma-5.4",
    quantifier=few,
)


def product(points, samples, generator):
    z = torch.randn(points.n, samples, 2, generator=generator, dtype=torch.float64)
    v = torch.cos(points.phi)[:, None] * z[..., 0] + torch.sin(points.phi)[:, None] * z[..., 1]
    return points.norm_w[:, None] * z[..., 0].relu() * v.relu()


correlation = Claim(
    id="sample.lemma-5.6d",
    source=source("5.7", "Lemma 5.6, fourth identity"),
    statement=r"$\mathbb E[\sigma(z^\top w)\sigma(z^\top w_*)]=\tfrac1{2\pi}g(\varphi)\|w\|$",
    over={**angle, norm_w: Interval.open(0, oo)},
    lhs=Sampled(product),
    relation="==",
    rhs=Closed(g * norm_w / (2 * pi)),
    quantifier=InExpectation(samples=20_000),
    grid=Grid(phi=linspace(0, 3.14, 9), norm_w=[1, 3]),
    uses=("sample.lemma-5.4",),
)
correlation_wrong = Claim(
    id="sample.eq-5.7",
    source=source("5.7", "(5.7)"),
    statement=r"the same without $2\pi$ as printed",
    over={**angle, norm_w: Interval.open(0, oo)},
    lhs=Sampled(product),
    relation="==",
    rhs=Closed(g * norm_w / 2),
    quantifier=InExpectation(samples=20_000),
    grid=Grid(phi=linspace(0, 3.14, 9), norm_w=[1, 3]),
    erratum=r"lacks the factor $1/\pi$",
)


def descend(points, generator):
    states = [points.s]
    for _ in range(60):
        states.append(states[-1] * (1 - points.eta))
    path = torch.stack(states, 1)
    return {"s": path[:, :-1], "next": path[:, 1:]}


def next_state(path):
    return path["next"]


starts = Grid(s=[0.5, 2, 8], eta=[0.1, 0.5])
state = {s: Interval(0, 10), eta: Interval.open(0, 1)}
contraction = Claim(
    id="sample.theorem-7.1",
    source=source("7.2", "Theorem 7.1"),
    statement=r"$s_{t+1}=(1-\eta)s_t$ along gradient descent",
    over=state,
    hypotheses=[s > 1e-6, Holds("the step is small", lambda path: path["next"] < 9)],
    lhs=Side(closed=s * (1 - eta), measured=Simulated(next_state)),
    relation="<=",
    rhs=Closed(s),
    quantifier=AlongTrajectory(simulate=descend),
    grid=starts,
    uses=("sample.lemma-5.6d",),
)
halving = Claim(
    id="sample.theorem-7.2",
    source=source("7.10", "Theorem 7.2"),
    statement=r"$s_{t+1}\le s_t/2$",
    over=state,
    lhs=Simulated(next_state),
    relation="<=",
    rhs=Closed(s / 2),
    quantifier=AlongTrajectory(simulate=descend),
    grid=starts,
    erratum=r"only for $\eta\ge 1/2$",
    uses=("sample.theorem-7.1",),
)


def power(points):
    return torch.full((points.n,), float(points.k) ** 1.5, dtype=torch.float64)


faster = Claim(
    id="sample.eq-7.3",
    source=source("7.3", "(7.3)"),
    statement=r"$k^{3/2}=O(k)$",
    over={k: S.Naturals},
    lhs=Computed(power),
    relation="<=",
    rhs=Closed(k),
    quantifier=UpToConstant(along=("k",)),
    grid=Grid(k=[1, 2, 4, 8, 16, 32]),
    erratum="the exponent is 3/2",
)


def uniform(points, samples, generator):
    return torch.rand(points.n, samples, generator=generator, dtype=torch.float64)


likely = Claim(
    id="sample.lemma-7.4",
    source=source("7.4", "Lemma 7.4"),
    statement=r"$U\le\varphi$ with probability at least $\varphi^2$",
    over={phi: Interval(0, 1)},
    lhs=Sampled(uniform),
    relation="<=",
    rhs=Closed(phi),
    quantifier=WithProbability(at_least=phi**2, draws=1000),
    grid=Grid(phi=linspace(0.2, 0.7, 6)),
)
unlikely = Claim(
    id="sample.lemma-7.5",
    source=source("7.4", "Lemma 7.5"),
    statement=r"$U\le\varphi$ with probability at least $\sqrt\varphi$",
    over={phi: Interval(0, 1)},
    lhs=Sampled(uniform),
    relation="<=",
    rhs=Closed(phi),
    quantifier=WithProbability(at_least=sqrt(phi), draws=1000),
    grid=Grid(phi=linspace(0.2, 0.7, 6)),
    erratum=r"the probability is $\varphi$",
)


def lands(points, samples, generator):
    chance = 1 - torch.exp(-(0.3 + points.phi) * points.k / 10)
    drawn = torch.rand(points.n, samples, generator=generator, dtype=torch.float64)
    return (drawn < chance[:, None]).to(torch.float64)


def printed_frequency(points):
    return torch.round((1 - torch.exp(-(0.3 + points.phi) * points.k / 10)) * 100) / 100


table = Claim(
    id="sample.table-5.1",
    source=source("5.6", "Table 5.1"),
    statement="the success frequencies of the table",
    over={phi: Interval(0, 10), k: S.Naturals},
    lhs=Sampled(lands),
    relation="==",
    rhs=Computed(printed_frequency),
    quantifier=Reproduces(tolerance=0.005, printed_trials=5000, draws=2000),
    grid=Grid(phi=[0, 1, 2, 3, 4, 5], k=[2, 5, 10]),
)
figure = Claim(
    id="sample.figure-7.3",
    source=source("7.5", "Figure 7.3"),
    statement="about 50, 70, 87 steps are needed",
    over={k: S.Naturals},
    lhs=Computed(lambda points: torch.full((points.n,), 50.0 * points.k**0.5).double()),
    relation="==",
    rhs=Computed(
        lambda points: torch.full((points.n,), {1: 50.0, 2: 70, 3: 87}[points.k]).double()
    ),
    quantifier=Reproduces(tolerance=1.0),
    grid=Grid(k=[1, 2, 3]),
)
empty = Claim(
    id="sample.remark-7.6",
    source=source("7.6", "Remark 7.6"),
    statement=r"if $\varphi>9$ then $\varphi\le 1$",
    over={phi: Interval(0, 3)},
    hypotheses=[Holds("width above a billion", lambda points: points.phi > 1e9)],
    lhs=Computed(lambda points: points.phi),
    relation="<=",
    rhs=Closed(1),
    quantifier=few,
)
crash = Claim(
    id="sample.remark-7.7",
    source=source("7.7", "Remark 7.7"),
    statement="<script>alert('x')</script> `code` **bold** [link](http://x) | cell",
    over={phi: Interval(0, 3)},
    lhs=Computed(lambda points: points.phi / points.missing),
    relation="<=",
    rhs=Closed(1),
    quantifier=few,
)
torn = Claim(
    id="sample.remark-7.8",
    source=source("A.2", "Remark 7.8"),
    statement=r"$\sin\varphi\le\varphi$",
    over={phi: Interval(0, 3)},
    lhs=Side(closed=sin(phi), measured=Computed(lambda points: torch.cos(points.phi))),
    relation="<=",
    rhs=Closed(phi),
    quantifier=few,
    uses=("sample.lemma-7.5",),
)


def reprinted(label: str, bound: object, of: str) -> Claim:
    """A claim of another paper that prints a bound on g again."""
    return Claim(
        id=f"reprint.{label}",
        source=Source("reprint", section="3.1", label=label.replace("-", " ").title()),
        statement=rf"$g(\varphi)\le {bound}$, again",
        over={phi: Interval(0, pi / 2)},
        lhs=Closed(g),
        relation="<=",
        rhs=Closed(bound),
        restates=of,
        quantifier=few,
    )


same_again = reprinted("lemma-3.1", pi, "sample.text-5.4")
mended = reprinted("lemma-3.2", Rational(16, 5), "sample.lemma-5.4")
