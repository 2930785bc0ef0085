"""Many factorisations of one tensor."""

import numpy as np
import pytest

from neurokit.pipelines.ensemble import fit_ensemble
from neurokit.pipelines.factor_match import factor_match
from neurokit.pipelines.factorisation import NonNegativeFactorisation
from tests.planted_tensors import planted


@pytest.fixture(scope="module")
def tensor():
    return planted(20, 60, 5, 3, noise=0.1)


def test_the_best_of_an_ensemble_is_as_good_as_a_whole_fit(tensor):
    values, factors = tensor
    fits = fit_ensemble(values, [2, 3], 4, random_state=0)
    assert [(fit.rank, fit.start) for fit in fits] == [(r, s) for r in (2, 3) for s in range(4)]
    whole = NonNegativeFactorisation(3, n_starts=4, random_state=0).fit(values)
    best = min((fit for fit in fits if fit.rank == 3), key=lambda fit: fit.error_)
    assert best.error_ < whole.error_ * 1.001
    assert best.is_polished
    assert factor_match(best.factors_, factors) > 0.98


def test_errors_are_those_of_the_whole_tensor(tensor):
    values, _ = tensor
    for fit in fit_ensemble(values, [2, 4], 2, random_state=0):
        modelled = np.einsum("r,ar,br,cr->abc", fit.weights_, *fit.factors_)
        error = np.linalg.norm(values - modelled) / np.linalg.norm(values)
        assert fit.error_ == pytest.approx(error, abs=1e-6)


def test_threads_do_not_change_an_ensemble(tensor):
    values, _ = tensor
    one, two = (fit_ensemble(values, [2, 3], 2, random_state=1, n_threads=n) for n in (1, 2))
    assert [fit.error_ for fit in one] == [fit.error_ for fit in two]


def test_an_ensemble_ends_when_it_is_told_to(tensor):
    values, _ = tensor
    seen = []
    fits = fit_ensemble(
        values,
        [2, 3],
        3,
        random_state=0,
        progress=lambda *count: seen.append(count) or len(seen) == 2,
    )
    assert seen == [(1, 6), (2, 6)]
    assert len(fits) == 2


def test_no_ranks_are_refused(tensor):
    with pytest.raises(ValueError, match="one rank and one start"):
        fit_ensemble(tensor[0], [], 2)
