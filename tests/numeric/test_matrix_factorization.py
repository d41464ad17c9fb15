"""Matrix factorization: gradients and Hessian against autograd, stationary points, descent."""

import pytest
import torch

from numeric import matrix_factorization as mf
from numeric import rank_one


def _draw(seed=1, d1=4, d2=3, r=2):
    generator = torch.Generator().manual_seed(seed)
    u = torch.randn(5, d1, r, generator=generator, dtype=torch.float64)
    v = torch.randn(5, d2, r, generator=generator, dtype=torch.float64)
    _, _, target = mf.target_matrix((5,), (d1, d2, r), 2.0, generator)
    return u, v, target, generator


@pytest.mark.parametrize(
    ("value", "slope"),
    [(mf.objective, mf.gradient), (mf.regularised, mf.regularised_gradient)],
)
def test_gradients_agree_with_autograd(value, slope):
    u, v, target, _ = _draw()
    u.requires_grad_(True)
    v.requires_grad_(True)
    expected = torch.autograd.grad(value(u, v, target).sum(), (u, v))
    for found, want in zip(slope(u, v, target), expected, strict=True):
        assert torch.allclose(found, want, rtol=1e-12)


def test_curvature_is_the_second_derivative():
    u, v, target, generator = _draw()
    du = torch.randn(u.shape, generator=generator, dtype=torch.float64)
    dv = torch.randn(v.shape, generator=generator, dtype=torch.float64)
    h = 1e-4
    values = [mf.objective(u + s * h * du, v + s * h * dv, target) for s in (-1, 0, 1)]
    numeric = (values[0] - 2 * values[1] + values[2]) / h**2
    assert torch.allclose(mf.curvature(u, v, target, du, dv), numeric, rtol=1e-4)


def test_target_has_its_norm_and_rank():
    _, _, target, _ = _draw()
    assert torch.allclose(mf.norm2(target).sqrt(), torch.tensor(2.0, dtype=torch.float64))
    assert torch.linalg.matrix_rank(target).tolist() == [2] * 5


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_constructed_points_are_stationary_but_only_the_full_one_is_optimal(kept):
    generator = torch.Generator().manual_seed(2)
    u_star, v_star, target = mf.target_matrix((5,), (4, 3, 2), 1.0, generator)
    u, v = mf.stationary_points(u_star, v_star, kept, 0.5, generator)
    du, dv = mf.gradient(u, v, target)
    assert max(du.abs().max(), dv.abs().max()) < 1e-13
    missed = mf.objective(u, v, target)
    assert (missed < 1e-20).all() if kept == 2 else (missed > 1e-2).all()


def test_alignment_is_the_best_rotation():
    generator = torch.Generator().manual_seed(3)
    w = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    w_star = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    best = mf.norm2(w - w_star @ mf.aligned(w, w_star))
    for _ in range(50):
        other = torch.linalg.qr(torch.randn(2, 2, generator=generator, dtype=torch.float64)).Q
        assert best <= mf.norm2(w - w_star @ other) + 1e-12


def test_descent_reports_divergence():
    u, v, target, _ = _draw()
    with pytest.raises(ValueError, match="no longer finite"):
        mf.descend(u, v, target, lambda t: 10.0, 40)


def test_numbers_follow_the_vectors():
    generator = torch.Generator().manual_seed(4)
    u = torch.randn(5, generator=generator, dtype=torch.float64)
    v = torch.randn(4, generator=generator, dtype=torch.float64)
    target = torch.zeros(5, 4, dtype=torch.float64)
    target[0, 0] = 1.7
    eta, sigma = torch.tensor(0.05), torch.tensor(1.7, dtype=torch.float64)
    state = (u[0], u[1:].norm(), v[0], v[1:].norm())
    for _ in range(20):
        u, v = rank_one.vector_step(u, v, target, eta)
        state = rank_one.step(state, eta, sigma)
    expected = (u[0], u[1:].norm(), v[0], v[1:].norm())
    assert torch.allclose(torch.stack(state), torch.stack(expected), rtol=1e-9)
    residual = u.unsqueeze(-1) * v.unsqueeze(-2) - target
    assert torch.allclose(rank_one.error(state, sigma), residual.norm(), rtol=1e-9)
