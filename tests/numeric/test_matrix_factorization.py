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


@pytest.mark.parametrize(("value", "balanced"), [(mf.objective, False), (mf.regularised, True)])
def test_least_curvature_is_that_of_the_hessian_by_autograd(value, balanced):
    u, v, target, _ = _draw()

    def of(both, aim):
        return value(both[: u.shape[-2]], both[u.shape[-2] :], aim)

    found = mf.least_curvature(u, v, target, balanced=balanced)
    for index in range(len(u)):
        both = torch.cat([u[index], v[index]])
        hessian = torch.autograd.functional.hessian(lambda b, i=index: of(b, target[i]), both)
        expected = torch.linalg.eigvalsh(hessian.reshape(both.numel(), -1))[0]
        assert torch.allclose(found[index], expected, rtol=1e-10, atol=1e-12)


def test_low_rank_forms_agree_with_the_matrix():
    generator = torch.Generator().manual_seed(6)
    u_star, v_star, target = mf.target_matrix((5,), (4, 3, 2), 2.0, generator)
    u, v, _, _ = _draw()
    factors = (u_star, v_star)
    path = torch.stack([u, 2 * u]), torch.stack([v, -v])
    assert torch.allclose(mf.low_rank_objective(*path, factors), mf.objective(*path, target))
    pairs = [
        (mf.low_rank_gradient, mf.gradient),
        (mf.low_rank_regularised_gradient, mf.regularised_gradient),
    ]
    for low_rank, plain in pairs:
        for found, want in zip(low_rank(u, v, factors), plain(u, v, target), strict=True):
            assert torch.allclose(found, want, rtol=1e-12)


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


def test_the_last_iterate_is_that_of_the_run():
    u, v, target, _ = _draw()
    rates = torch.linspace(0.01, 0.1, 5, dtype=torch.float64)
    us, vs = mf.descend(u, v, target, lambda t: (rates / (1 + t))[:, None, None], 30)
    last = mf.last_iterate(u, v, target, lambda t: rates / (1 + t), 30)
    assert torch.allclose(last[0], us[-1], rtol=1e-12)
    assert torch.allclose(last[1], vs[-1], rtol=1e-12)


def _numbers(count=7):
    generator = torch.Generator().manual_seed(5)
    sigma = torch.tensor(1.3, dtype=torch.float64)
    spread = torch.full((), 0.1, dtype=torch.float64)
    return rank_one.draw((count,), (6, 5), spread, generator), sigma


def test_a_path_is_one_step_after_another():
    state, sigma = _numbers()
    eta = torch.linspace(0.05, 0.3, 7, dtype=torch.float64)
    found = rank_one.path(state, eta, sigma, 150)  # more than two blocks
    for t in range(151):
        for name, value in zip(rank_one.NAMES, state, strict=True):
            assert torch.equal(found[name][..., t], value), (name, t)
        state = rank_one.step(state, eta, sigma)


def test_a_run_is_summarised_as_its_path_says():
    state, sigma = _numbers()
    eta, eps = torch.tensor(0.1, dtype=torch.float64), torch.tensor(1e-3, dtype=torch.float64)
    reached, least, most = rank_one.run(state, eta, sigma, eps, 300)
    path = rank_one.path(state, eta, sigma, 300)
    close = rank_one.error([path[name] for name in rank_one.NAMES], sigma) <= eps * sigma
    share = (path["alpha"] / path["beta"]).abs()
    assert torch.equal(reached, close.double().argmax(dim=-1).double())
    assert (reached > 64).any()  # beyond the first block
    assert torch.equal(least, share.amin(dim=-1))
    assert torch.equal(most, share.amax(dim=-1))
    assert torch.equal(rank_one.first_within(state, eta, sigma, eps, 300), reached)


def test_a_run_that_diverges_is_followed_no_further():
    one = torch.ones(1, dtype=torch.float64)
    state = (3 * one, one, 2 * one, one)
    reached, least, most = rank_one.run(state, 9 * one, one, 0.1 * one, 100)
    assert reached.isinf().all()
    assert torch.isfinite(torch.stack([least, most])).all()
    assert rank_one.first_within(state, 9 * one, one, 0.1 * one, 100).isinf().all()


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
