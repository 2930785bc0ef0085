"""The supervised contrastive loss and its gradient."""

import numpy as np
import pytest

from neurokit.kernels.contrastive import supervised_contrastive


@pytest.fixture
def codes():
    return np.random.default_rng(0).poisson(3.0, (14, 9)).astype(float)


LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 0, 0, 1, 2, 2, 7])  # 7 is alone


def test_the_loss_is_the_published_sum(codes):
    z = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    terms = []
    for i in range(13):
        others = np.arange(14) != i
        total = np.log(np.exp(z[others] @ z[i] / 0.1).sum())
        friends = np.flatnonzero(others & (LABELS[i] == LABELS))
        terms.append(np.mean([total - z[i] @ z[p] / 0.1 for p in friends]))
    loss, _ = supervised_contrastive(codes, LABELS, 0.1)
    assert loss == pytest.approx(np.mean(terms), rel=1e-12)


def test_the_gradient_is_the_slope_of_the_loss(codes):
    _, gradient = supervised_contrastive(codes, LABELS, 0.2)
    for i, j in [(0, 0), (5, 3), (13, 8), (12, 1)]:
        step = np.zeros(codes.shape)
        step[i, j] = 1e-6
        up, down = (supervised_contrastive(codes + s, LABELS, 0.2)[0] for s in (step, -step))
        assert gradient[i, j] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-9)


def test_the_gradient_is_that_of_autograd(codes):
    torch = pytest.importorskip("torch", reason="pip install torch==2.13.0, the oracle")
    leaf = torch.tensor(codes, requires_grad=True)
    z = torch.nn.functional.normalize(leaf)
    cosines = (z @ z.T / 0.1).masked_fill(torch.eye(14, dtype=bool), -torch.inf)
    same = torch.tensor(LABELS[:, None] == LABELS) & ~torch.eye(14, dtype=bool)
    logarithms = torch.where(same, torch.log_softmax(cosines, dim=1), 0)
    loss = -(logarithms.sum(1)[:13] / same.sum(1)[:13]).mean()
    loss.backward()
    ours, gradient = supervised_contrastive(codes, LABELS, 0.1)
    assert ours == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), atol=1e-12)


def test_lengths_do_not_count_and_silent_trials_do_no_harm(codes):
    codes[3] = 0
    loss, gradient = supervised_contrastive(codes, LABELS, 0.1)
    assert np.isfinite(loss)
    assert np.all(gradient[3] == 0)
    assert supervised_contrastive(5 * codes, LABELS, 0.1)[0] == pytest.approx(loss)


def test_trials_without_companions_give_nothing(codes):
    loss, gradient = supervised_contrastive(codes.astype(np.float32), np.arange(14), 0.1)
    assert loss == 0
    assert gradient.dtype == np.float32
    assert not gradient.any()


def test_what_does_not_fit_is_refused(codes):
    with pytest.raises(ValueError, match="labels"):
        supervised_contrastive(codes, LABELS[:-1], 0.1)
    with pytest.raises(ValueError, match="temperature"):
        supervised_contrastive(codes, LABELS, 0)
