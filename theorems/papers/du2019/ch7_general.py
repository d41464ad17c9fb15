"""Thesis sections 7.2, 7.4 and 7.7.3: cited theorems on saddle points, and other initialisations.

x: a coordinate; eta: step size; d: dimension; delta: a probability; epsilon: accuracy; R, z: radius
and centre of the cube that holds the initialisation; c: exponent of a polynomial in d. a, b:
coefficients of an even quartic; a_0..a_4: those of a general one; q: the gradient at a point.
sigma: standard deviation of a Gaussian initialisation; share: eta as a share of 1/(2 L).
"""

from __future__ import annotations

import math
from typing import Any

import sympy as sp
from sympy import Abs, Interval, Matrix, diff, erf, log, oo, sqrt, symbols

from theorems.claim import Claim, Source
from theorems.grid import Grid
from theorems.quantifiers import AlongTrajectory, ForAll, UpToConstant, WithProbability
from theorems.sides import Closed, Computed, Holds, Sampled, Simulated

PAPER = "du2019"
POSITIVE = Interval.open(0, oo)
x, eta, epsilon, R, z, q, a, b = symbols("x eta epsilon R z q a b", real=True)
sigma, share, c = symbols("sigma share c", real=True)
d = symbols("d", integer=True)

# Section 7.2

EVEN_QUARTIC = a * x**2 + b * x**4
STATIONARY_AT_ZERO = [diff(EVEN_QUARTIC, x, 2).subs(x, 0) >= 0, a * (Abs(b) * x**2 - a) <= 0]
QUARTIC_GRID = Grid(
    points=[
        {"a": v, "b": w, "x": u}
        for v, w in [(1.0, 1.0), (1.0, -1.0), (0.5, -3.0), (0.0, 1.0), (0.0, -1.0)]
        for u in (-0.5, -0.1, 0.0, 0.1, 0.3)
    ]
)

saddles_strict = Claim(
    id="du2019.text-7.2",
    source=Source(PAPER, "7.2", "remark after Definition 7.5"),
    statement="if all saddle points are strict, then the second-order stationary points are "
    "exactly the "
    r"local minima; on $f(x)=ax^2+bx^4$, which has no saddle point: if $f''(0)\ge0$, then "
    r"$f(x)\ge f(0)$ near 0",
    reading="a stationary point is a local minimiser, a saddle point or a local maximiser (section "
    r"7.1); near 0 means $|b|x^2\le a$ where $a>0$, and any $x$ where $a=0$",
    over={a: sp.S.Reals, b: sp.S.Reals, x: sp.S.Reals},
    where=STATIONARY_AT_ZERO,
    lhs=Closed(EVEN_QUARTIC),
    relation=">=",
    rhs=Closed(0),
    grid=QUARTIC_GRID,
    erratum="a degenerate local maximum such as that of -x^4 is second-order stationary, and no "
    "saddle "
    "point; the statement needs every stationary point but the local minima to be strict",
)

saddles_strict_corrected = Claim(
    id="du2019.text-7.2.corrected",
    source=Source(PAPER, "7.2", "remark after Definition 7.5, corrected"),
    statement="if every stationary point that is not a local minimum has a negative Hessian "
    "eigenvalue, "
    r"then the second-order stationary points are exactly the local minima; on $f(x)=ax^2+bx^4$: "
    r"if $f''(0)\ge0$ and not $f''(0)=0$, then $f(x)\ge f(0)$ near 0",
    over={a: sp.S.Reals, b: sp.S.Reals, x: sp.S.Reals},
    where=STATIONARY_AT_ZERO,
    hypotheses=[sp.Ne(a, 0)],
    lhs=Closed(EVEN_QUARTIC),
    relation=">=",
    rhs=Closed(0),
    grid=QUARTIC_GRID,
    corrects="du2019.text-7.2",
)


def _limits_on_waves(points: Any, samples: int, generator: Any) -> dict[str, Any]:
    """Gradient descent on cos(x_1) cos(x_2) (1-gradient Lipschitz) from uniform initialisations.

    Its stationary points are strict saddles, minima and maxima, all non-degenerate.
    """
    import torch

    from numeric.dynamics import gradient_descent

    slopes: list[Any] = []

    def gradient(u: Any) -> Any:
        # -(sin x_1 cos x_2, cos x_1 sin x_2) by the sines of sum and difference.
        plus, minus = (u[:, 0] + u[:, 1]).sin(), (u[:, 0] - u[:, 1]).sin()
        slopes[:] = [torch.stack([plus + minus, plus - minus], -1) / -2]
        return slopes[0]

    total = points.n * samples
    x0 = 20 * torch.rand(total, 2, generator=generator, dtype=torch.float64) - 10
    run = gradient_descent(
        gradient,
        x0,
        points.eta.repeat_interleave(samples),
        4000,
        # Asked at the iterate whose gradient was taken last.
        stop=lambda u: slopes[0].norm(dim=-1) < 1e-10,
    )
    product, cross = run.x.cos().prod(-1), run.x.sin().prod(-1)
    least = torch.minimum(-product + cross, -product - cross)
    return {
        "least": least.reshape(points.n, samples),
        "converged": run.stopped.reshape(points.n, samples),
    }


limit_is_second_order = Claim(
    id="du2019.theorem-7.1",
    source=Source(PAPER, "7.2", "Theorem 7.1 (cited)"),
    statement=r"if $f$ is $\ell$-gradient Lipschitz with continuous Hessian, $\eta<\frac1\ell$, "
    r"gradient "
    "descent converges and the initialisation is absolutely continuous, the limit is a "
    "second-order "
    "stationary point with probability one",
    reading=r"tried on $f=\cos x_1\cos x_2$, $\ell=1$, initialised uniformly in $[-10,10]^2$",
    quantifier=WithProbability(at_least=1, draw=_limits_on_waves),
    over={eta: Interval.open(0, 1)},
    hypotheses=[Holds("gradient descent converges", lambda draws: draws["converged"])],
    lhs=Sampled(lambda draws: draws["least"]),
    relation=">=",
    rhs=Closed(0),
    grid=Grid(eta=[0.1, 0.5, 0.9, 0.999]),
)

# Theorem 7.2 on the octopus with L = 5/4, gamma = tau = 1: |f| <= 30 d there (it falls by nu < 10
# per saddle point and rises by at most 4 L tau^2 per coordinate), and the Hessian's norm is <= 40.
SHAPE = (1.25, 1.0, 1.0)
DELTA, BOUND, SMOOTH = sp.Rational(1, 10), 30 * d, 40


def _iterations(points: Any, samples: int, generator: Any) -> Any:
    """Iterations of perturbed gradient descent until it visits an epsilon-second-order point."""
    import torch

    from numeric.dynamics import Perturbation, perturbed_gradient_descent
    from numeric.saddle_runs import is_second_order_stationary
    from numeric.tube_runs import octopus_slope

    accuracy = points.epsilon.repeat_interleave(samples)
    x0 = 2 * torch.rand(len(accuracy), points.d, generator=generator, dtype=torch.float64) - 1

    slopes: list[Any] = []

    def gradient(u: Any, **_: Any) -> Any:
        slopes[:] = [octopus_slope(u, *SHAPE)]
        return slopes[0]

    def stop(u: Any, accuracy: Any) -> Any:
        # Asked at the iterate whose gradient was taken last.
        return is_second_order_stationary(u, accuracy, *SHAPE, slope=slopes[0])

    run = perturbed_gradient_descent(
        gradient,
        x0,
        1 / (4 * SHAPE[0]),
        4000,
        perturbation=Perturbation(accuracy / 8, accuracy, 10),
        generator=generator,
        stop=stop,
        parameters={"accuracy": accuracy},
    )
    if not bool(run.stopped.all()):
        raise ValueError("a run found no second-order stationary point in 4000 iterations")
    return run.steps.to(torch.float64).reshape(points.n, samples)


perturbed_is_fast = Claim(
    id="du2019.theorem-7.2",
    source=Source(PAPER, "7.2", "Theorem 7.2 (cited)"),
    statement=r"for $\epsilon\le\frac{\ell^2}\rho$ perturbed gradient descent with suitable "
    r"parameters finds "
    r"an $\epsilon$-second-order stationary point with probability $1-\delta$ within "
    r"$O(\frac{\ell B}{\epsilon^2}\log^4\frac{d\ell B}{\epsilon^2\delta})$ iterations",
    reading="tried on the octopus, whose B grows like d; mean number of iterations, which do not "
    "depend on epsilon: it can fail in d only",
    quantifier=UpToConstant(along=("d",), shrinking=("epsilon",), samples=64),
    over={d: sp.S.Naturals, epsilon: Interval.open(0, sp.Rational(1, 60))},
    lhs=Sampled(_iterations),
    relation="<=",
    rhs=Closed(SMOOTH * BOUND / epsilon**2 * log(d * SMOOTH * BOUND / (epsilon**2 * DELTA)) ** 4),
    grid=Grid(d=[1, 2, 4, 8], epsilon=[0.016, 0.008, 0.004, 0.002]).nightly(d=[1, 2, 4, 8, 16, 32]),
)

# Section 7.7.3 and Corollary 7.2: rescaling

COEFFICIENTS = symbols("a_0:5", real=True)
quartic = sum((k * x**n for n, k in enumerate(COEFFICIENTS)), sp.S.Zero)
inner = (x - z) / R
rescaled = quartic.subs(x, inner)

rescaling = Claim(
    id="du2019.proof-7.2C",
    source=Source(PAPER, "7.7.3", "proof of Corollary 7.2, derivatives"),
    statement=r"for $g(x)=f(\frac{x-z}R)$: $\nabla g=\frac1R\nabla f$, "
    r"$\nabla^2g=\frac1{R^2}\nabla^2f$ and the "
    r"third derivative is $\frac1{R^3}$ that of $f$ at $\frac{x-z}R$, so "
    r"$\ell_g=\ell_f/R^2$, $\rho_g=\rho_f/R^3$, $B_g=B_f$",
    reading="f a general quartic of one coordinate: its first four derivatives at a point are "
    "arbitrary",
    over={**dict.fromkeys((x, z, *COEFFICIENTS), sp.S.Reals), R: POSITIVE},
    lhs=Closed(Matrix([diff(rescaled, x, n) for n in range(1, 4)])),
    relation="==",
    rhs=Closed(Matrix([diff(quartic, x, n).subs(x, inner) / R**n for n in range(1, 4)])),
)

rescaled_step = Claim(
    id="du2019.proof-7.2C.step",
    source=Source(PAPER, "7.7.3", "proof of Corollary 7.2, one step"),
    statement=r"with $y^{(t)}=h(x^{(t)})$, $h(x)=\frac{x-z}R$, a step of size $\eta$ on $g$ is a "
    r"step of "
    r"size $\frac\eta{R^2}$ on $f$: $y^{(t+1)}=y^{(t)}-\frac\eta{R^2}\nabla f(y^{(t)})$",
    reading="q is the value of the gradient of f at y, so that of g at x is q / R",
    over={**dict.fromkeys((x, z, q), sp.S.Reals), R: POSITIVE, eta: POSITIVE},
    lhs=Closed(inner.subs(x, x - eta * q / R)),
    quantifier=ForAll(search=False),
    relation="==",
    rhs=Closed(inner - eta / R**2 * q),
    uses=("du2019.proof-7.2C",),
)


def _both_runs(points: Any, generator: Any) -> dict[str, Any]:
    """Gradient descent on the rescaled octopus, and on the octopus with the rescaled step size."""
    import torch

    from numeric.dynamics import gradient_descent
    from numeric.observers import Samples
    from numeric.tube_runs import octopus_slope

    y0 = 2 * torch.rand(points.n, 3, generator=generator, dtype=torch.float64) - 1
    radius, centre = points.R.unsqueeze(-1), points.z.unsqueeze(-1)
    paths = {}
    for name, start, step, gradient in [
        ("moved", radius * y0 + centre, points.eta, None),
        ("plain", y0, points.eta / points.R**2, octopus_slope),
    ]:
        seen = Samples(lambda u: u, points.n)

        def of_rescaled(u: Any) -> Any:
            return octopus_slope((u - centre) / radius, *SHAPE) / radius

        gradient_descent(
            of_rescaled if gradient is None else lambda u: octopus_slope(u, *SHAPE),
            start,
            step,
            40,
            observers=[seen],
        )
        paths[name] = seen.table().permute(1, 2, 0)
    paths["carried"] = radius.unsqueeze(-1) * paths["plain"] + centre.unsqueeze(-1)
    return paths


rescaled_run = Claim(
    id="du2019.proof-7.2C.run",
    source=Source(PAPER, "7.7.3", "proof of Corollary 7.2, whole runs"),
    statement=r"gradient descent with step size $\eta$ on $g$ is gradient descent with step size "
    r"$\frac\eta{R^2}$ on $f$, carried along by $x=Ry+z$",
    reading="on the octopus with $d=3$",
    quantifier=AlongTrajectory(simulate=_both_runs),
    over={R: POSITIVE, z: sp.S.Reals, eta: POSITIVE},
    where=[eta <= R**2 / 4],
    lhs=Simulated(lambda path: path["moved"]),
    relation="==",
    rhs=Simulated(lambda path: path["carried"]),
    grid=Grid(
        points=[
            {"R": r, "z": centre, "eta": s * r**2 / 4}
            for r in (0.5, 1.0, 3.0)
            for centre in (0.0, -2.0, 1.5)
            for s in (0.1, 0.5, 1.0)
        ]
    ),
    uses=("du2019.proof-7.2C",),
)


def _stays_from_gaussian(points: Any, samples: int, generator: Any) -> Any:
    """Steps until x_d reaches 2 tau R from N(0, sigma^2 I), over ((L + gamma)/gamma)^(d - 1)."""
    import torch

    from numeric.escape import escape_times

    shape = (points.n, samples, points.d)
    noise = torch.randn(shape, generator=generator, dtype=torch.float64)
    sigmas = points.sigma[:, None, None]
    y = (sigmas * noise / (sigmas * math.log(points.d))).abs().reshape(-1, points.d)
    inside = (y <= math.e).all(dim=-1)
    high, step = math.e, points.share.repeat_interleave(samples) / (2 * math.e)
    times = escape_times(torch.where(inside[:, None], y, 0.0), step, high, 1.0, math.e)
    last = times.left[:, -1] / (high + 1) ** (points.d - 1)
    return torch.where(inside, last.clamp(max=1e300), 0.0).reshape(points.n, samples)


GAUSSIAN_MASS = erf(log(d) / sqrt(2)) ** d

other_initialisations = Claim(
    id="du2019.corollary-7.2",
    source=Source(PAPER, "7.4", "Corollary 7.2"),
    statement=r"if $\nu(B_\infty(z,R))\ge1-\delta$, the conclusion of Theorem 7.3 holds with "
    r"probability at "
    r"least $1-\delta$ for the initialisation $\nu$; here $\nu=N(0,\sigma^2I)$, $R=\sigma\log d$: "
    r"$x_d$ reaches $2\tau R$ only after more than $(\frac{L+\gamma}\gamma)^{d-1}$ steps",
    reading="first conclusion, on the rescaled octopus with L = e, gamma = 1, tau = e",
    quantifier=WithProbability(at_least=GAUSSIAN_MASS),
    over={d: sp.Range(2, oo), sigma: POSITIVE, share: Interval.Lopen(0, 1)},
    lhs=Sampled(_stays_from_gaussian),
    relation=">",
    rhs=Closed(1),
    grid=Grid(d=[2, 3, 5, 8, 13], sigma=[0.5, 2.0], share=[0.05, 0.5, 0.95]),
    uses=("du2019.theorem-7.3a", "du2019.proof-7.2C"),
)


def _mass_outside(points: Any) -> Any:
    """1 - nu(B_inf(0, sigma log d)) for N(0, sigma^2 I), without cancellation."""
    import torch

    tail = torch.special.erfc(torch.tensor(math.log(points.d) / math.sqrt(2), dtype=torch.float64))
    outside = -torch.expm1(points.d * torch.log1p(-tail))
    return outside.expand(points.n).clone()


gaussian_mass = Claim(
    id="du2019.corollary-7.2.gaussian",
    source=Source(PAPER, "7.4", "Corollary 7.2, Gaussian initialisation"),
    statement=r"$\nu(B_\infty(0,\sigma\log d))\ge1-1/\mathrm{poly}(d)$ for $\nu=N(0,\sigma^2I)$",
    reading="the mass outside is at most a constant times d^-c, tried for c = 1 and 2",
    quantifier=UpToConstant(along=("d",)),
    over={d: sp.Range(2, oo), c: Interval(1, 2)},
    lhs=Computed(_mass_outside),
    relation="<=",
    rhs=Closed(d ** (-c)),
    grid=Grid(d=[2**k for k in range(1, 17)], c=[1.0, 2.0]),
)
