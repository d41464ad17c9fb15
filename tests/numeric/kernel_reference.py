"""Kernels of wide networks by the plainest formulas at high precision, to test `numeric.kernels`.

ReLU, leaky ReLU, erf and linear go by their textbook formulas (at 60 digits, of which an arc cosine
loses 30 at worst), the others by a double sum over the Gaussian density at 40 digits, converged to
24. `python kernel_reference.py 3 gelu tanh` computes these two again on three cores, without names
all four, in about ten minutes, and writes `kernel_values.json`.
"""

from __future__ import annotations

import json
import math
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 60

QUADRATURE = ("gelu", "tanh", "sigmoid", "softplus")
CLOSED = ("relu", "leaky_relu", "erf", "linear")
SLOPE = 0.2
# Steps are divided by these: tanh has its poles closest, gelu has none.
FINENESS = {"gelu": 0.7, "tanh": 1.7, "sigmoid": 0.9, "softplus": 0.9}
VALUES = Path(__file__).with_name("kernel_values.json")

# Layers: (weight_std, bias_std), or the name of an activation, "act" for the one under test.
NETWORKS = {
    "no bias": [(1.4, 0.0), "act", (1.2, 0.0)],
    "two layers": [(1.2, 0.3), "act", (1.1, 0.2), "act", (1.0, 0.1)],
    "then relu": [(1.4, 0.1), "act", (1.3, 0.0), "relu", (1.0, 0.0)],
}


def pairs() -> dict[str, list[tuple[list[float], list[float]]]]:
    """Six pairs of each kind, in four dimensions; the floats are the exact inputs."""
    rng = random.Random(20181204)
    kinds: dict[str, list[tuple[list[float], list[float]]]] = {}

    def draw(size: float = 1.0) -> list[float]:
        return [size * rng.gauss(0, 1) for _ in range(4)]

    def near(x: list[float], step: float, sign: float) -> list[float]:
        return [sign * a + step * b for a, b in zip(x, draw(), strict=True)]

    for _ in range(6):
        x = draw()
        new = {
            "random": (x, draw()),
            "random norms": (draw(0.05), draw(2.0)),
            "apart 1e-4": (x, near(x, 1e-4, 1.0)),
            "apart 1e-8": (x, near(x, 1e-8, 1.0)),
            "antiparallel": (x, [-a for a in x]),
            "opposite 1e-4": (x, near(x, 1e-4, -1.0)),
            "opposite 1e-8": (x, near(x, 1e-8, -1.0)),
            "equal": (x, list(x)),
            "scaled": (x, [0.7 * a for a in x]),
            "negative scaled": (x, [-1.7 * a for a in x]),
            "zero": (x, [0.0] * 4),
        }
        for kind, pair in new.items():
            kinds.setdefault(kind, []).append(pair)
    kinds["zero"][0] = ([0.0] * 4, [0.0] * 4)
    return kinds


def _closed(name: str, qx: mpf, qz: mpf, k: mpf) -> tuple[mpf, mpf]:
    if name == "linear":
        return k, mpf(1)
    if name == "erf":
        size = mp.sqrt((1 + 2 * qx) * (1 + 2 * qz))
        slope = 4 / mp.pi / mp.sqrt(size**2 - 4 * k**2)
        return 2 / mp.pi * mp.asin(2 * k / size), slope
    a = mpf(SLOPE) if name == "leaky_relu" else mpf(0)
    r = mp.sqrt(qx * qz)
    cosine = min(max(k / r, mpf(-1)), mpf(1)) if r else mpf(1)
    angle = mp.acos(cosine)
    first = r * (mp.sin(angle) + (mp.pi - angle) * cosine) / (2 * mp.pi)
    zeroth = (mp.pi - angle) / (2 * mp.pi)
    # E of (a u + (1-a) u+)(a v + (1-a) v+), with E u v+ = k / 2
    return a * k + (1 - a) ** 2 * first, a + (1 - a) ** 2 * zeroth


def _functions(name: str):  # type: ignore[no-untyped-def]
    if name == "tanh":
        return mp.tanh, lambda u: 1 - mp.tanh(u) ** 2
    if name == "sigmoid":
        return lambda u: 1 / (1 + mp.exp(-u)), lambda u: 1 / (2 + mp.exp(u) + mp.exp(-u))
    if name == "softplus":
        return lambda u: mp.log1p(mp.exp(u)), lambda u: 1 / (1 + mp.exp(-u))
    if name == "gelu":
        density = lambda u: mp.exp(-u * u / 2) / mp.sqrt(2 * mp.pi)  # noqa: E731
        cdf = lambda u: mp.erfc(-u / mp.sqrt(2)) / 2  # noqa: E731
        return lambda u: u * cdf(u), lambda u: cdf(u) + u * density(u)
    raise ValueError(name)


def _double_sum(name: str, qx: mpf, qz: mpf, k: mpf, fineness: float) -> tuple[mpf, mpf]:
    """`E sigma(u) sigma(v)` and the same of the derivatives, by equidistant sums.

    With `u = sqrt(qx) s`, `v` is `k / sqrt(qx) s + sqrt(qz - k^2 / qx) t`; 24 digits at fineness 1.
    """
    with mp.workdps(40):
        fineness *= FINENESS[name]
        sigma, slope = _functions(name)
        if qx < qz:
            qx, qz = qz, qx
        a = mp.sqrt(qx)
        b = k / a if a else mpf(0)
        rest = qz - b * b
        c = mp.sqrt(rest) if rest > mpf(10) ** -45 else mpf(0)
        # The Gaussian weight alone asks for a step below 1/2.
        outer_step, inner_step = (
            mpf(min(0.45, 0.5 / (1 + 1.5 * float(size)) / fineness)) for size in (a, c)
        )
        reach = mpf(12)
        inner = [(mpf(0), mpf(1))]
        if c:
            count = int(reach / inner_step)
            inner = [(j * inner_step, inner_step) for j in range(-count, count + 1)]
            root = mp.sqrt(2 * mp.pi)
            inner = [(c * t, h * mp.exp(-t * t / 2) / root) for t, h in inner]
        total, total_slope = mpf(0), mpf(0)
        count = int(reach / outer_step)
        for j in range(-count, count + 1):
            s = j * outer_step
            weight = outer_step * mp.exp(-s * s / 2) / mp.sqrt(2 * mp.pi)
            first = mp.fsum(w * sigma(b * s + t) for t, w in inner)
            second = mp.fsum(w * slope(b * s + t) for t, w in inner)
            total += weight * sigma(a * s) * first
            total_slope += weight * slope(a * s) * second
        return +total, +total_slope


def expectation(name: str, qx: mpf, qz: mpf, k: mpf, fineness: float = 1.0) -> tuple[mpf, mpf]:
    """`E sigma(u) sigma(v)` and `E sigma'(u) sigma'(v)`."""
    if name in QUADRATURE:
        return _double_sum(name, qx, qz, k, fineness)
    return _closed(name, qx, qz, k)


def kernel(name: str, network: list, x: list[float], z: list[float]) -> tuple[mpf, mpf]:
    """NNGP and NTK of one pair."""
    exact = [[mpf(a) for a in v] for v in (x, z)]
    entries = [(0, 0), (1, 1), (0, 1)]
    k = [mp.fdot(exact[i], exact[j]) / len(x) for i, j in entries]
    ntk = mpf(0)
    for layer in network:
        if isinstance(layer, str):
            act = name if layer == "act" else layer
            qx, qz, cross = k
            cross, slope = expectation(act, qx, qz, cross)
            k = [expectation(act, q, q, q)[0] for q in (qx, qz)] + [cross]
            ntk *= slope
        else:
            weight, bias = mpf(layer[0]) ** 2, mpf(layer[1]) ** 2
            k = [weight * entry + bias for entry in k]
            ntk = k[2] + weight * ntk
    return k[2], ntk


def _task(task: tuple[str, str, str, int]) -> list[str]:
    name, network, kind, index = task
    x, z = pairs()[kind][index]
    return [mp.nstr(value, 25) for value in kernel(name, NETWORKS[network], x, z)]


def main() -> None:
    """Write the values of the activations that need quadrature."""
    workers, *chosen = sys.argv[1:] or ["2"]
    names = chosen or list(QUADRATURE)
    one = [mpf(v) for v in ("3.5", "3", "1.2")]
    for name in names:
        close = [one[0], one[0], one[0] * (1 - mpf(10) ** -17)]
        gap = mpf(0)
        for point in (one, close):
            coarse, fine = (expectation(name, *point, fineness=f) for f in (1.0, 1.37))
            gap = max(gap, *(abs(p - q) for p, q in zip(coarse, fine, strict=True)))
        print(name, "two steps differ by", mp.nstr(gap, 3))
        if gap > mpf(10) ** -24:
            raise SystemExit("the sums have not converged")
    counts = {kind: len(found) for kind, found in pairs().items()}
    tasks = [
        (name, network, kind, index)
        for name in names
        for network in NETWORKS
        for kind, count in counts.items()
        for index in range(count)
    ]
    table: dict = json.loads(VALUES.read_text()) if VALUES.exists() else {}
    for name in names:
        table.pop(name, None)
    with ProcessPoolExecutor(int(workers)) as pool:
        for task, value in zip(tasks, pool.map(_task, tasks, chunksize=4), strict=True):
            name, network, kind, _ = task
            rows = table.setdefault(name, {}).setdefault(network, {}).setdefault(kind, [])
            rows.append(value)
    VALUES.write_text(json.dumps(table, indent=0, sort_keys=True) + "\n")
    print(len(tasks), "values", math.floor(VALUES.stat().st_size / 1000), "kB")


if __name__ == "__main__":
    main()
