"""Codes and capacity: formulas against published and simulated numbers."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from neurokit.pipelines import codes


@pytest.mark.parametrize(
    ("n", "a", "s", "threshold", "published"),
    [
        (200_000, 2000, 20, 10, 1.7e-15),
        (200_000, 4000, 20, 10, 1.6e-12),
        (1024, 20, 20, 10, 9.3e-14),
        (1024, 102, 20, 12, 3.3e-8),
    ],
)
def test_false_positives_are_those_of_ahmad_and_hawkins(n, a, s, threshold, published):
    assert codes.false_positive(n, a, s, threshold) == pytest.approx(published, rel=0.04)


@pytest.mark.parametrize(
    ("n_patterns", "published"), [(5, 1.6e-8), (10, 2.5e-5), (20, 1.0e-2), (40, 0.40)]
)
def test_false_positives_of_unions_are_those_of_ahmad_and_hawkins(n_patterns, published):
    found = codes.union_false_positive(1024, 20, 20, 12, n_patterns, exact=False)
    assert found == pytest.approx(published, rel=0.04)


def draw(random, n_codes, n, a):
    """Random codes with so many active units each."""
    order = random.random((n_codes, n)).argsort(axis=1)[:, :a]
    found = np.zeros((n_codes, n), dtype=bool)
    np.put_along_axis(found, order, True, axis=1)
    return found


def within_five_errors(hits, probability):
    return abs(np.mean(hits) - probability) < 5 * np.sqrt(
        probability * (1 - probability) / len(hits)
    )


def test_false_positives_agree_with_simulated_codes():
    queries = draw(np.random.default_rng(0), 40_000, 60, 12)
    hits = queries[:, :8].sum(axis=1) >= 4  # any eight units are as good
    assert within_five_errors(hits, codes.false_positive(60, 12, 8, 4))
    assert not within_five_errors(hits, codes.false_positive(60, 12, 8, 5))


def test_unions_agree_with_simulated_codes_to_where_the_expectation_does_not():
    random = np.random.default_rng(1)
    union = np.any([draw(random, 60_000, 40, 4) for _ in range(5)], axis=0)
    hits = (union & draw(random, 60_000, 40, 6)).sum(axis=1) >= 5
    assert within_five_errors(hits, codes.union_false_positive(40, 6, 4, 5, 5))
    assert not within_five_errors(hits, codes.union_false_positive(40, 6, 4, 5, 5, exact=False))
    assert union.sum(axis=1).mean() == pytest.approx(codes.union_bits(40, 4, 5), rel=0.01)


def test_a_union_of_one_code_is_that_code():
    one = codes.union_false_positive(100, 10, 10, 3, 1)
    assert one == pytest.approx(codes.false_positive(100, 10, 10, 3), rel=1e-10)


def test_false_negatives_agree_with_simulated_noise():
    kept = np.random.default_rng(2).random((40_000, 20)) >= 0.3
    assert within_five_errors(kept.sum(axis=1) < 12, codes.false_negative(20, 12, 0.3))
    assert codes.false_negative(20, 0, 1.0) == 0


def test_as_many_tasks_are_held_as_the_error_allows():
    held = codes.tasks_held(1024, 20, exemplars=10, noise=0.1)
    assert held.miss <= 1e-4 < codes.false_negative(20, held.threshold + 1, 0.1)
    assert 1 - (1 - held.mistake) ** held.n_tasks <= 1e-4
    assert 1 - (1 - held.mistake) ** (held.n_tasks + 1) > 1e-4
    # 25 exemplars in one row are too many where ten fit
    assert held.n_tasks > codes.tasks_held(1024, 20, exemplars=25, noise=0.1).n_tasks == 0


def test_random_codes_are_mistaken_as_often_as_the_formula_says():
    found = draw(np.random.default_rng(3), 600, 50, 10)
    labels = np.arange(600) % 4
    miss, mistake = codes.measured_errors(found, labels, 4)
    expected = codes.false_positive(50, 10, 10, 4)
    assert mistake == pytest.approx(expected, rel=0.03)
    assert miss == pytest.approx(1 - expected, rel=0.01)


def test_sparsity_counts_what_was_put_in():
    counts = np.array([[0, 2, 0, 1], [0, 3, 0, 0]])
    found = codes.activation_sparsity(counts, fan_out=[5, 10, 5, 1])
    assert (found.nonzero, found.dead, found.spikes) == (3 / 8, 0.5, 3.0)
    assert found.operations == (2 * 10 + 1 + 3 * 10) / 2


def test_units_that_say_nothing_can_be_silenced():
    random = np.random.default_rng(4)
    labels = np.repeat([0, 1], 50)
    outputs = 0.1 * random.random((100, 20))
    outputs[np.arange(100), labels] += 5.0  # one of twenty units tells the class

    def predict(values):
        return values[:, :2].argmax(axis=1)

    sparsity, curve = codes.accuracy_sparsity(outputs, labels, predict)
    assert sparsity == pytest.approx(0.97)  # rounded to 19 of 20 units
    assert curve[0, 1] == 1.0
    assert curve[-1, 1] == 0.5


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    X, y = data.data[order] / 8 - 1, data.target[order]
    return X[:1000], y[:1000], X[1000:], y[1000:]


def hidden(width, digits):
    X, y, test, test_labels = digits
    model = MLPClassifier((width,), max_iter=60, random_state=0, tol=0.0, n_iter_no_change=100)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(X, y)
    weights, bias = model.coefs_[0], model.intercepts_[0]
    found = [codes.hash_codes(values @ weights + bias) for values in (X, test)]
    return codes.hash_quality(found[0], y, found[1], test_labels)


def test_wide_layers_give_each_trial_its_code_and_each_class_its_place(digits):
    wide, narrow = hidden(100, digits), hidden(6, digits)
    # the paper: redundancy near zero and over 90 % from a width of about 100
    assert wide.redundancy < 0.02
    assert wide.neighbours > 0.9
    assert wide.logistic > 0.9
    assert wide.clusters > 5 * wide.majority
    assert narrow.redundancy > 0.9
    assert narrow.neighbours < wide.neighbours


def test_new_codes_are_told_from_old_ones():
    old = np.eye(4, dtype=bool)
    assert codes.unseen_rate(old, old[:2]) == 0
    assert codes.unseen_rate(old, ~old[:2]) == 1
    assert codes.redundancy(old[[0, 0, 1, 1]]) == 0.5
    np.testing.assert_array_equal(
        codes.hash_codes([[1.0], [2.0], [3.0]], above="median"), [[False], [False], [True]]
    )


def test_effective_rank_is_the_rank_of_a_projection():
    random = np.random.default_rng(5)
    basis, _ = np.linalg.qr(random.standard_normal((30, 7)))
    for kind in ("entropy", "participation"):
        assert codes.effective_rank(basis @ basis.T, kind=kind) == pytest.approx(7)
    skewed = np.diag([1.0, 1e-3, 1e-3])
    assert 1 < codes.effective_rank(skewed) < 1.1


def test_alignment_sees_a_rotation_of_units_as_no_change():
    random = np.random.default_rng(6)
    outputs = random.standard_normal((50, 20))
    turned, _ = np.linalg.qr(random.standard_normal((20, 20)))
    assert codes.representation_alignment(outputs, outputs @ turned) == pytest.approx(1)
    other = random.standard_normal((50, 20))
    assert codes.representation_alignment(outputs, other) < 0.8
    shifted = codes.representation_alignment(outputs, outputs + 10, centred=True)
    assert shifted == pytest.approx(1)


def test_a_tangent_kernel_is_made_of_gradients():
    gradients = np.random.default_rng(7).standard_normal((5, 3, 4))
    kernel = codes.tangent_kernel(gradients)
    assert kernel[1, 2] == pytest.approx((gradients[1] * gradients[2]).sum())


def test_low_rank_learns_in_a_richer_way_unless_it_is_aligned_with_the_task():
    def mean(rank, aligned=False):
        runs = [codes.student_teacher(rank, aligned=aligned, seed=seed) for seed in range(3)]
        assert all(run.loss < 1e-3 for run in runs)
        return np.mean([[run.kernel, run.change] for run in runs], axis=0)

    full = mean(20)
    for rank in (1, 2, 5, 10):
        low = mean(rank)
        assert low[0] < full[0] - 0.05  # the kernel turns further
        assert low[1] > 1.5 * full[1]  # the weights move further
    assert mean(2, aligned=True)[0] > mean(2)[0] + 0.1


@pytest.mark.parametrize(("dilution", "parallel"), [(0.2, False), (0.4, False), (0.9, True)])
def test_the_hebbian_network_ranks_memories_or_holds_all_alike(dilution, parallel):
    found = []
    for seed in range(4):
        patterns = codes.sparse_patterns(4, 2000, dilution, seed=seed)
        state = codes.relax(patterns, seed=seed)
        found.append(np.sort(np.abs(patterns @ state / 2000))[::-1])
    expected = codes.expected_overlaps(4, dilution, parallel=parallel)
    np.testing.assert_allclose(np.mean(found, axis=0), expected, atol=0.04)


@pytest.mark.parametrize("supervised", [True, False])
def test_hebbian_memories_are_learnt_from_noisy_examples(supervised):
    patterns = codes.sparse_patterns(3, 1000, 0.2, seed=0)
    examples = codes.noisy_examples(patterns, 60, 0.6, seed=1)
    state = codes.relax(examples, supervised=supervised, seed=2)
    assert patterns[0] @ state / 1000 > 0.75
    couplings = np.einsum("api,apj->ij", examples, examples) / 60_000
    if not supervised:
        np.fill_diagonal(couplings, 0)
        field = codes.hebbian_field(state, examples, supervised=False)
        np.testing.assert_allclose(field, couplings @ state, atol=1e-10)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: codes.false_positive(10, 20, 5, 2), "1 to 10 active"),
        (lambda: codes.false_negative(10, 5, 1.5), "probability"),
        (lambda: codes.tasks_held(10, 5, error=0), "between 0 and 1"),
        (lambda: codes.measured_errors(np.eye(3, dtype=bool), [0, 0, 0], 1), "two classes"),
        (lambda: codes.activation_sparsity(np.ones(3)), "n_trials, n_units"),
        (lambda: codes.alignment(np.eye(2), np.zeros((2, 2))), "no unit answered"),
        (lambda: codes.effective_rank(np.eye(2), kind="other"), "entropy or participation"),
        (lambda: codes.sparse_patterns(2, 5, 2.0), "dilution"),
    ],
)
def test_what_cannot_be_counted_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
