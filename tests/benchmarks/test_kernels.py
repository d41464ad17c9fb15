"""Speed of the wide-network kernels beside a plain NumPy recursion, and their memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch

from numeric.kernels import Activation, Dense, infinite_width

WEIGHT, BIAS, DEPTH = 1.5, 0.1, 3


def plain(x: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """NNGP and NTK by the textbook formulas, whole matrices at once."""
    k = WEIGHT**2 * (x @ x.T) / x.shape[1] + BIAS**2
    ntk = k
    for _ in range(DEPTH):
        q = np.diag(k)
        if name == "relu":
            r = np.sqrt(np.outer(q, q))
            c = np.clip(k / r, -1, 1)
            angle = np.arccos(c)
            slope = (np.pi - angle) / (2 * np.pi)
            k = r * (np.sqrt(1 - c**2) + (np.pi - angle) * c) / (2 * np.pi)
        else:
            s = np.outer(1 + 2 * q, 1 + 2 * q)
            slope = 4 / np.pi / np.sqrt(s - 4 * k**2)
            k = 2 / np.pi * np.arcsin(2 * k / np.sqrt(s))
        k = WEIGHT**2 * k + BIAS**2
        ntk = k + WEIGHT**2 * slope * ntk
    return k, ntk


def network(name: str) -> list[Dense | Activation]:
    layers: list[Dense | Activation] = [Dense(WEIGHT, BIAS)]
    for _ in range(DEPTH):
        layers += [Activation(name), Dense(WEIGHT, BIAS)]
    return layers


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize("name", ["relu", "erf"])
def test_no_slower_than_plain_numpy(name: str, record_property: Callable[..., None]) -> None:
    x = np.random.default_rng(0).standard_normal((1000, 20))
    tensor = torch.from_numpy(x)
    layers = network(name)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ours, theirs = [], []
        for _ in range(15):
            ours.append(seconds(lambda: infinite_width(tensor, layers=layers)))
            theirs.append(seconds(lambda: plain(x, name)))
    finally:
        torch.set_num_threads(threads)
    ratio = min(theirs) / min(ours)
    record_property("numpy_over_ours", round(ratio, 2))
    print(f"{name}: ours {min(ours) * 1e3:.1f} ms, NumPy {min(theirs) * 1e3:.1f} ms, {ratio:.2f}x")
    k, ntk = plain(x, name)
    kernels = infinite_width(tensor, layers=layers)
    # Away from the diagonal, where the plain formulas lose half their digits, both agree.
    apart = ~np.eye(len(x), dtype=bool)
    assert np.abs(kernels.nngp.numpy() - k)[apart].max() < 1e-12
    assert np.abs(kernels.ntk.numpy() - ntk)[apart].max() < 1e-12
    assert ratio > 1


@pytest.mark.parametrize("name", ["relu", "erf"])
def test_five_thousand_rows_fit_in_four_gigabytes(name: str) -> None:
    code = (
        "import resource, torch\n"
        "from numeric.kernels import Activation, Dense, infinite_width\n"
        "x = torch.randn(5000, 20, dtype=torch.float64)\n"
        f"layers = [Dense(1.5, 0.1)] + [Activation({name!r}), Dense(1.5, 0.1)] * 3\n"
        "kernels = infinite_width(x, layers=layers)\n"
        "assert kernels.ntk.shape == (5000, 5000)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = int(done.stdout) * unit
    print(f"{name}: peak {peak / 2**30:.2f} GiB")
    assert peak < 2 * 2**30
