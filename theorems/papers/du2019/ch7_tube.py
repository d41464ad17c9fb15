"""Thesis sections 7.4.1, 7.7.1 and 7.7.2: the pieces of the tube and the octopus.

L > gamma > 0: curvatures; tau: width of a quadratic piece; d: dimension; k: number of coordinates
that have arrived at 2 tau or beyond, so that coordinate k + 1 is leaving; x, y: the two coordinates
of section 7.4.1.
"""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from typing import Any

import sympy as sp
from sympy import Interval, Matrix, diff, oo, symbols

from symbolic import splines
from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import Exists, ForAll
from theorems.sides import Closed, Computed

PAPER = "du2019"
POSITIVE, NONNEGATIVE = Interval.open(0, oo), Interval(0, oo)
tau, L, gamma, x, y = symbols("tau L gamma x y", real=True)
d, k = symbols("d k", integer=True)
SHAPE = {tau: POSITIVE, L: POSITIVE, gamma: POSITIVE}
SHAPES = [(math.e, 1.0, math.e), (1.01, 1.0, 2.0), (30.0, 0.5, 1.0)]
nu = splines.nu(tau, L, gamma)
g, g1 = splines.g(x, y, tau, L, gamma), splines.g1(y, tau, L, gamma)

# Section 7.4.1: two saddle points

FIRST, SECOND = -gamma * x**2 + L * y**2, L * (x - 2) ** 2 - gamma * y**2
THIRD = L * (x - 2) ** 2 + L * (y - 2) ** 2


def _gradient_at(piece: sp.Expr, at: tuple[int, int]) -> list[sp.Expr]:
    return [diff(piece, v).subs({x: at[0], y: at[1]}) for v in (x, y)]


def _curvatures_at(piece: sp.Expr) -> list[sp.Expr]:
    return [diff(piece, x, 2), diff(piece, x, y), diff(piece, y, 2)]


two_saddles = Claim(
    id="du2019.eq-7.3",
    source=Source(PAPER, "7.4.1", "(7.3)"),
    statement=r"the three pieces $-\gamma x_1^2+Lx_2^2$, $L(x_1-2)^2-\gamma x_2^2$, "
    r"$L(x_1-2)^2+L(x_2-2)^2$ have saddle points at $(0,0)$, $(2,0)$ and an optimum at $(2,2)$: "
    r"the "
    r"gradient vanishes, the Hessians are $\mathrm{diag}(-2\gamma,2L)$, "
    r"$\mathrm{diag}(2L,-2\gamma)$, $2L\,I$",
    over={L: POSITIVE, gamma: POSITIVE},
    where=[gamma < L],
    lhs=Closed(
        Matrix(
            [
                *_gradient_at(FIRST, (0, 0)),
                *_gradient_at(SECOND, (2, 0)),
                *_gradient_at(THIRD, (2, 2)),
                *(c for piece in (FIRST, SECOND, THIRD) for c in _curvatures_at(piece)),
            ]
        )
    ),
    relation="==",
    rhs=Closed(Matrix([*[0] * 6, -2 * gamma, 0, 2 * L, 2 * L, 0, -2 * gamma, 2 * L, 0, 2 * L])),
)

two_saddles_jump = Claim(
    id="du2019.eq-7.3.discontinuous",
    source=Source(PAPER, "7.4.1", "remark after (7.3)"),
    statement=r"the function (7.3) is not continuous: its first two pieces differ at some point "
    r"of the "
    r"face $x_1=1$ between them",
    quantifier=Exists(exhibit={y: sp.S.Zero}),
    over={L: POSITIVE, gamma: POSITIVE, y: Interval(0, 1)},
    where=[gamma < L],
    lhs=Closed(FIRST.subs(x, 1)),
    relation="!=",
    rhs=Closed(SECOND.subs(x, 1)),
    uses=("du2019.eq-7.3",),
)

ORDERS = [o for n in range(3) for o in combinations_with_replacement((x, y), n)]
SPLINED = (
    -gamma * x**2 + L * y**2,
    g,
    L * (x - 4 * tau) ** 2 - gamma * y**2 - nu,
    L * (x - 4 * tau) ** 2 + g1 - nu,
    L * (x - 4 * tau) ** 2 + L * (y - 4 * tau) ** 2 - 2 * nu,
)
FACES = ((x, tau), (x, 2 * tau), (y, tau), (y, 2 * tau))


def _jumps() -> list[sp.Expr]:
    """Differences of neighbouring pieces and of their derivatives to order two, at their face."""
    found = []
    for before, after, (v, at) in zip(SPLINED, SPLINED[1:], FACES, strict=False):
        for order in ORDERS:
            gap = diff(after - before, *order) if order else after - before
            found.append(gap.subs(v, at))
    return found


two_saddles_splined = Claim(
    id="du2019.eq-7.4",
    source=Source(PAPER, "7.4.1", "(7.4)"),
    statement=r"the five pieces of (7.4), with offsets $-\nu$ and $-2\nu$, agree in value, "
    r"gradient and "
    r"Hessian on the faces $x_1=\tau$, $x_1=2\tau$, $x_2=\tau$, $x_2=2\tau$ between neighbours",
    over={**SHAPE, x: sp.S.Reals, y: sp.S.Reals},
    where=[gamma < L],
    lhs=Closed(Matrix(_jumps())),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(sp.S.Zero),
    grid=Grid(L=[1.5, 3.0], gamma=[1.0], tau=[1.0, 2.5], x=[7.0], y=[0.5, 3.0]),
    uses=("du2019.lemma-7.4a",),
)

# Section 7.7.1: the tube and the octopus in any dimension


def _boxes(points: Any, generator: Any, count: int, signs: bool) -> Any:
    """`(n, count, d)` points of the box of index k, each scaled to its point's tau."""
    import torch

    shape = (points.n, count, points.d)
    unit = torch.rand(shape, generator=generator, dtype=torch.float64)
    unit[..., : points.k] = 2 + 4 * unit[..., : points.k]
    unit[..., points.k : points.k + 1] *= 2
    scaled = unit * points.tau[:, None, None]
    if signs:
        scaled *= torch.sign(torch.rand(shape, generator=generator, dtype=torch.float64) - 0.5)
    return scaled


def _jump_at_faces(points: Any, octopus: bool) -> Any:
    """Largest jump across the leaving coordinate's faces, in units of L tau^2, L tau and L.

    Of the value, the gradient and the Hessian. For the octopus the faces are the mirrors, where a
    coordinate changes sign.
    """
    import torch

    from numeric import tube

    generator = torch.Generator().manual_seed(7)
    at = _boxes(points, generator, 40, octopus)
    shape = [v[:, None] for v in (points.L, points.gamma, points.tau)]
    functions = (tube.tube_value, tube.tube_gradient, tube.tube_hessian)
    if octopus:
        functions = (tube.octopus_value, tube.octopus_gradient, tube.octopus_hessian)
    worst = torch.zeros(points.n, dtype=torch.float64)
    faces = [(points.k, 1.0), (points.k, 2.0)]
    if octopus:
        faces = [(j, 0.0) for j in range(points.k, points.d)]
    for j, face in faces:
        below, above = at.clone(), at.clone()
        sign = torch.where(at[..., j] < 0, -1.0, 1.0).to(at.dtype)
        below[..., j] = sign * (face - 1e-13) * points.tau[:, None]
        above[..., j] = sign * (face + 1e-13) * points.tau[:, None]
        for function in functions:
            low, high = function(below, *shape), function(above, *shape)
            jump = (high - low).abs().amax(tuple(range(1, low.ndim)))
            worst = torch.maximum(worst, jump / (points.L * points.tau ** (4 - low.ndim)))
    return worst


BOXES = Grid(
    points=[
        {"d": n, "k": m, "L": a, "gamma": b, "tau": c}
        for n in (1, 2, 3, 6)
        for m in range(n)
        for a, b, c in SHAPES
    ]
)

tube_is_smooth = Claim(
    id="du2019.eq-7.5",
    source=Source(PAPER, "7.7.1", "(7.5)-(7.10)"),
    statement=r"the pieces (7.6)-(7.10) agree in value, gradient and Hessian where they meet in "
    r"$D_0=\bigcup_{i=1}^{d+1}\{6\tau\ge x_1,\dots,x_{i-1}\ge2\tau,\ 2\tau\ge x_i\ge0,\ "
    r"\tau\ge x_{i+1},\dots,x_d\ge0\}$: their relative jump across a face is zero",
    reading="measured across each face at a distance of 1e-13 tau, at random points of it",
    over={**SHAPE, d: sp.S.Naturals, k: sp.S.Naturals0},
    where=[gamma < L, k < d],
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: _jump_at_faces(points, octopus=False)),
    relation="<=",
    rhs=Closed(sp.Float("1e-9")),
    grid=BOXES,
    uses=("du2019.lemma-7.4a",),
)

# The pieces on the arm where the leaving coordinate x < 0 has digit 1, as functions of (x, y).
MIRRORED = (
    -gamma * x**2 + L * y**2,
    splines.g(-x, y, tau, L, gamma),
    L * (x + 4 * tau) ** 2 - gamma * y**2 - nu,
)


def _mirrored_facts() -> list[sp.Expr]:
    """What evenness in the coordinates up to tau lacks, and jumps at x = -tau and x = -2 tau."""
    odd = [MIRRORED[0] - MIRRORED[0].subs(x, -x)]
    odd += [piece - piece.subs(y, -y) for piece in (*MIRRORED, g)]
    gaps = [(MIRRORED[1] - MIRRORED[0], -tau), (MIRRORED[2] - MIRRORED[1], -2 * tau)]
    jumps = [
        (diff(gap, *order) if order else gap).subs(x, at) for gap, at in gaps for order in ORDERS
    ]
    return odd + jumps


octopus_is_even = Claim(
    id="du2019.eq-7.14",
    source=Source(PAPER, "7.7.1", "(7.14)-(7.18)"),
    statement=r"the pieces (7.14)-(7.17) are even in each coordinate with $|x_i|\le\tau$, and on "
    r"an arm with $x_i<0$, where $G(x_i,x_{i+1})=g(-x_i,x_{i+1})$ and an arrived coordinate has "
    r"$L(x_i+4\tau)^2$, values, gradients and Hessians agree at $x_i=-\tau$ and $x_i=-2\tau$",
    over={**SHAPE, x: sp.S.Reals, y: sp.S.Reals},
    where=[gamma < L],
    lhs=Closed(Matrix(_mirrored_facts())),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(sp.S.Zero),
    grid=Grid(L=[1.5, 3.0], gamma=[1.0], tau=[1.0, 2.5], x=[-3.0, 0.5], y=[0.5]),
    uses=("du2019.lemma-7.4a",),
)

octopus_is_smooth = Claim(
    id="du2019.eq-7.14.mirrors",
    source=Source(PAPER, "7.7.1", "remark after (7.18)"),
    statement="the mirrored pieces agree in value, gradient and Hessian where a coordinate changes "
    "sign, so that the octopus is as smooth as the tube",
    over={**SHAPE, d: sp.S.Naturals, k: sp.S.Naturals0},
    where=[gamma < L, k < d],
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: _jump_at_faces(points, octopus=True)),
    relation="<=",
    rhs=Closed(sp.Float("1e-9")),
    grid=BOXES,
    uses=("du2019.eq-7.5", "du2019.eq-7.14"),
)


def _share_inside(points: Any, printed: bool) -> Any:
    """Share of random points of the mirrored boxes of index k that lie in the union
    (7.12)-(7.13).
    """
    import torch

    from numeric import tube

    at = _boxes(points, torch.Generator().manual_seed(11), 200, signs=True)
    inside = tube.in_octopus_as_printed if printed else tube.in_octopus
    return inside(at, points.tau[:, None]).to(torch.float64).mean(dim=1)


ALL_BOXES = Grid(
    points=[
        {"d": n, "k": m, "tau": c} for n in (1, 2, 4) for m in range(n + 1) for c in (1.0, math.e)
    ]
)

octopus_domain = Claim(
    id="du2019.eq-7.14.domain",
    source=Source(PAPER, "7.7.1", "(7.12)-(7.13)"),
    statement=r"the octopus $D=\bigcup_aD_a$ of (7.12), with $D_a$ a union over $i=1,\dots,d$, "
    r"consists of "
    r"$2^d$ mirror images of $D_0$: the image of every box of $D_0$ lies in $D$",
    over={tau: POSITIVE, d: sp.S.Naturals, k: sp.S.Naturals0},
    where=[k <= d],
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: _share_inside(points, printed=True)),
    relation="==",
    rhs=Closed(1),
    grid=ALL_BOXES,
    uses=("du2019.eq-7.5", "du2019.eq-7.14"),
    erratum="the union in (7.12) ends at i = d and leaves out the boxes of the local minima, on "
    "which "
    "(7.18) defines the function; (7.5) rightly goes to i = d + 1",
)

octopus_domain_corrected = Claim(
    id="du2019.eq-7.14.domain.corrected",
    source=Source(PAPER, "7.7.1", "(7.12)-(7.13), corrected"),
    statement=r"with $D_a$ a union over $i=1,\dots,d+1$, the image of every box of $D_0$ lies in "
    r"$D$",
    over={tau: POSITIVE, d: sp.S.Naturals, k: sp.S.Naturals0},
    where=[k <= d],
    quantifier=ForAll(search=False),
    lhs=Computed(lambda points: _share_inside(points, printed=False)),
    relation="==",
    rhs=Closed(1),
    grid=ALL_BOXES,
    uses=("du2019.eq-7.5",),
    corrects="du2019.eq-7.14.domain",
)


def _share_of_cube(points: Any) -> Any:
    """Share of points of the cube [-1, 1]^d, corners and faces among them, that lie in (7.13)."""
    import torch

    from numeric import tube

    generator = torch.Generator().manual_seed(13)
    cube = 2 * torch.rand(500, points.d, generator=generator, dtype=torch.float64) - 1
    cube[:100] = torch.sign(cube[:100])
    cube[100:200, 0] = 0.0
    inside = [tube.in_octopus_as_printed(cube, float(t)) for t in points.tau]
    return torch.stack(inside).to(torch.float64).mean(dim=1)


octopus_holds_cube = Claim(
    id="du2019.eq-7.14.cube",
    source=Source(PAPER, "7.7.1", "remark after (7.13)"),
    statement=r"$[-1,1]^d\subset D$",
    reading=r"$\tau\ge1$; the paper fixes $\tau=e$",
    over={tau: Interval(1, oo), d: sp.S.Naturals},
    quantifier=ForAll(search=False),
    lhs=Computed(_share_of_cube),
    relation="==",
    rhs=Closed(1),
    grid=Grid(d=[1, 2, 3, 10], tau=[1.0, math.e, 10.0]),
)
