"""Description length of block models: against brute force, move by move, and laws."""

import numpy as np
import pytest

from neurokit.kernels import block_description_length, fit_blocks, weight_model
from neurokit.kernels.blocks import MODELS
from neurokit.kernels.cpu.block_moves import move_gain
from neurokit.kernels.cpu.block_state import nest, state_of

each_model = pytest.mark.parametrize("kind", MODELS)
each_degree = pytest.mark.parametrize("corrected", [False, True], ids=["plain", "corrected"])


def random_weights(n_nodes=20, density=0.5, missing=0.0, seed=0):
    rng = np.random.default_rng(seed)
    weights = rng.gamma(2.0, size=(n_nodes, n_nodes)) * (rng.random((n_nodes, n_nodes)) < density)
    weights[rng.random((n_nodes, n_nodes)) < missing] = np.nan
    upper = np.triu(weights, 1)
    return upper + upper.T


def random_levels(n_nodes=20, seed=0):
    rng = np.random.default_rng(seed)
    first = np.r_[np.arange(7), rng.integers(0, 7, n_nodes - 7)]
    second = np.r_[np.arange(4), rng.integers(0, 4, 3)][first]
    return [first, second, second % 2, np.zeros(n_nodes, dtype=int)]


@each_model
@each_degree
@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("density", [0.1, 0.6, 1.0])
def test_the_description_length_agrees_with_brute_force(kind, corrected, missing, density):
    weights = random_weights(density=density, missing=missing)
    model = weight_model(weights, kind, shape=1.7)
    for levels in (random_levels(), [np.arange(20)], [np.zeros(20)]):
        expected, found = (
            block_description_length(
                weights, levels, model=model, degree_corrected=corrected, backend=backend
            )
            for backend in ("reference", "cpu")
        )
        assert found == pytest.approx(expected, rel=1e-9)


@each_model
@each_degree
@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("density", [0.1, 0.6])
def test_a_move_gains_what_counting_anew_says(kind, corrected, missing, density):
    weights = random_weights(density=density, missing=missing)
    model, levels = weight_model(weights, kind), random_levels()
    st, _ = state_of(weights, model, corrected, 7)
    nest(st, levels)

    def total():
        nested = [below := st.labels[0].copy()]
        nested += [below := st.labels[level][below] for level in (1, 2, 3)]
        return block_description_length(weights, nested, model=model, degree_corrected=corrected)

    before = total()
    for level, n_nodes in enumerate((20, 7, 4)):
        for node in range(0, n_nodes, 3):
            old = st.labels[level, node]
            for block in range(st.shape[level]):
                if block == old or st.sizes[level, old] == 1:
                    continue
                gain = move_gain(st, level, node, block)
                st.labels[level, node] = block
                assert total() - before == pytest.approx(gain, abs=1e-8)
                st.labels[level, node] = old


def test_partitions_of_a_number_are_counted_by_szekeres_where_there_are_many():
    from neurokit.kernels.cpu.block_sums import log_partitions
    from neurokit.kernels.reference.blocks import _partitions

    weights = random_weights(60, 1.0)
    st, _ = state_of(weights, weight_model(weights, "presence"), True, 5)
    for m in (1, 37, 900, 1500, 3000):
        for n in (1, 2, 20, 60):
            expected = np.log(float(_partitions(m, min(m, n))))
            assert log_partitions(st.tables, m, n) == pytest.approx(expected, abs=0.02)


@each_degree
def test_units_of_the_weights_move_no_boundary(corrected):
    weights = random_weights(density=0.7)
    for kind in set(MODELS) - {"exponential"}:
        lengths = [
            [
                block_description_length(
                    scale * weights, [labels], model=kind, degree_corrected=corrected
                )
                for labels in random_levels()[:3]
            ]
            for scale in (1.0, 1000.0)
        ]
        np.testing.assert_allclose(np.diff(lengths[0]), np.diff(lengths[1]), rtol=1e-9)


@each_degree
def test_numbers_of_nodes_and_names_of_blocks_do_not_matter(corrected):
    weights, levels = random_weights(missing=0.2), random_levels()
    order = np.random.default_rng(1).permutation(20)
    expected = block_description_length(weights, levels, degree_corrected=corrected)
    shuffled = [10 - labels[order] for labels in levels]
    found = block_description_length(
        weights[np.ix_(order, order)], shuffled, degree_corrected=corrected
    )
    assert found == pytest.approx(expected)


@each_degree
def test_the_search_returns_what_it_reached(corrected):
    weights = random_weights(40, missing=0.1)
    levels, cost = fit_blocks(weights, degree_corrected=corrected, seed=3)
    expected = block_description_length(
        weights, levels, degree_corrected=corrected, backend="reference"
    )
    assert cost == pytest.approx(expected)
    assert levels[-1].max() == 0
    one_block = block_description_length(weights, [np.zeros(40)], degree_corrected=corrected)
    assert cost <= one_block + 1e-9


def test_the_same_seed_gives_the_same_blocks():
    weights = random_weights(40)
    first, second = (fit_blocks(weights, seed=5)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.ones((2, 3)), "square"),
        (np.full((3, 3), np.nan), "no pair of nodes was observed"),
        (-np.ones((3, 3)), "not negative"),
        (np.arange(9.0).reshape(3, 3), "not symmetric"),
        (np.full((3, 3), np.inf), "finite"),
    ],
)
def test_weights_that_are_none_are_refused(weights, words):
    with pytest.raises(ValueError, match=words):
        fit_blocks(weights)


def test_levels_that_are_not_nested_are_refused():
    with pytest.raises(ValueError, match="joins whole blocks"):
        block_description_length(np.ones((4, 4)), [[0, 0, 1, 1], [0, 1, 0, 1]])
    with pytest.raises(ValueError, match="each of 4 nodes"):
        block_description_length(np.ones((4, 4)), [[0, 0, 1]])
    with pytest.raises(ValueError, match="weights must be one of"):
        block_description_length(np.ones((4, 4)), [[0, 0, 1, 1]], model="poisson")
