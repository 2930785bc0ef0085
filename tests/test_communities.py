"""Communities: planted ones are found, and none where there are none."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import adjusted_mutual_info_score

from neurokit.kernels import fit_blocks
from neurokit.pipelines.communities import WeightedBlockModel
from tests.benchmarks import bench_communities


def planted(n_nodes=60, n_blocks=3, density=1.0, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n_nodes) % n_blocks
    means = np.where(np.eye(n_blocks), 2.0, 0.4)
    weights = rng.exponential(means[labels][:, labels])
    weights *= rng.random((n_nodes, n_nodes)) < density
    upper = np.triu(weights, 1)
    return upper + upper.T, labels


def agreement(labels, found):
    return adjusted_mutual_info_score(labels, found)


@pytest.mark.parametrize("weights", ["exponential", "exponential-prior", "gamma", "log-normal"])
def test_planted_blocks_are_found(weights):
    W, labels = planted()
    model = WeightedBlockModel(weights=weights, n_starts=2, random_state=0).fit(W)
    assert agreement(labels, model.labels_) > 0.97
    assert model.certainty_.mean() > 0.95
    assert model.level_ == 0
    assert model.levels_[-1].max() == 0
    assert (np.diag(model.block_weights_) > 1.5).all()


def test_blocks_that_differ_only_in_which_pairs_are_there_are_found():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    joined = rng.random((60, 60)) < np.where(labels[:, None] == labels, 0.6, 0.1)
    W = np.triu(joined * rng.exponential(size=(60, 60)), 1)
    found = WeightedBlockModel(n_starts=2, random_state=0).fit(W + W.T).labels_
    assert agreement(labels, found) == 1


def test_hubs_are_told_by_degree_correction():
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 4
    share = np.exp(rng.uniform(np.log(0.1), 0, 200))
    rates = np.outer(share, share) * np.where(labels[:, None] == labels, 1, 0.05)
    W = np.triu(rng.random((200, 200)) < rates, 1) * 1.0
    model = WeightedBlockModel(weights="presence", n_starts=2, random_state=0).fit(W + W.T)
    assert model.degree_corrected_
    assert agreement(labels, model.labels_) > 0.85


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weights", ["exponential", "gamma", "log-normal"])
def test_exchangeable_weights_give_one_block(weights, seed):
    W = np.triu(np.random.default_rng(seed).exponential(size=(50, 50)), 1)
    model = WeightedBlockModel(weights=weights, n_starts=1, random_state=seed).fit(W + W.T)
    assert model.labels_.max() == 0


def test_blocks_follow_the_nodes_wherever_they_stand():
    W, _ = planted()
    order = np.random.default_rng(0).permutation(60)
    model = WeightedBlockModel(n_starts=2, random_state=0)
    first = clone(model).fit(W).labels_
    second = clone(model).fit(W[np.ix_(order, order)]).labels_
    assert agreement(first[order], second) == 1


def test_pairs_that_were_not_observed_hide_no_block():
    W, labels = planted()
    rng = np.random.default_rng(0)
    hidden = np.triu(rng.random(W.shape) < 0.4, 1)
    W[hidden | hidden.T] = np.nan
    W[7] = W[:, 7] = np.nan
    model = WeightedBlockModel(n_starts=2, random_state=0).fit(W)
    assert model.labels_[7] == -1
    assert np.isnan(model.certainty_[7])
    seen = np.arange(60) != 7
    assert agreement(labels[seen], model.labels_[seen]) > 0.95


def test_unobserved_is_not_absent():
    rng = np.random.default_rng(0)
    W = np.triu(rng.exponential(size=(40, 40)), 1)
    W += W.T
    W[:20, 20:] = W[20:, :20] = np.nan
    W[:3, 20:] = W[20:, :3] = 1.0
    assert WeightedBlockModel(n_starts=2, random_state=0).fit(W).labels_.max() == 0
    apart = np.nan_to_num(W)
    assert WeightedBlockModel(n_starts=2, random_state=0).fit(apart).labels_.max() > 0


@pytest.mark.parametrize("n_nodes", [1, 2, 3])
def test_few_nodes_are_one_block(n_nodes):
    model = WeightedBlockModel(random_state=0).fit(np.ones((n_nodes, n_nodes)))
    np.testing.assert_array_equal(model.labels_, 0)
    assert model.block_weights_.shape == (1, 1)


@pytest.mark.parametrize("value", [0.0, 3.0])
@pytest.mark.parametrize("weights", ["exponential", "log-normal"])
def test_a_constant_matrix_is_one_block(weights, value):
    W = np.full((30, 30), value)
    assert WeightedBlockModel(weights=weights, random_state=0).fit(W).labels_.max() == 0


def test_the_unit_of_the_weights_does_not_matter():
    W, _ = planted()
    first = WeightedBlockModel(n_starts=1, random_state=0).fit(W)
    second = WeightedBlockModel(n_starts=1, random_state=0).fit(1e6 * W)
    assert first.description_length_ == pytest.approx(second.description_length_)


def test_stability_says_what_depends_on_the_threshold():
    W, _ = planted()
    model = WeightedBlockModel(n_starts=1, random_state=0, threshold=0.01).fit(W)
    rows = model.stability(W, [0.005, 0.02, 1e9])
    assert rows[0]["agreement"] > 0.95
    assert rows[1]["density"] < rows[0]["density"] < 1
    assert rows[2]["n_blocks"] == 1


def test_without_zero_inflation_every_observed_pair_is_there():
    W, labels = planted(density=0.8)
    model = WeightedBlockModel(
        weights="exponential-prior", zero_inflated=False, n_starts=1, random_state=0
    )
    assert agreement(labels, model.fit(W).labels_) > 0.95
    with pytest.raises(ValueError, match="zero_inflated=True"):
        model.set_params(weights="gamma").fit(W)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"weights": "poisson"}, "weights must be one of"),
        ({"degree_corrected": "maybe"}, "degree_corrected must be"),
        ({"threshold": -1}, "threshold must be 0 or more"),
        ({"n_starts": 0}, "n_starts 1 or more"),
    ],
)
def test_settings_out_of_range_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        WeightedBlockModel(**settings).fit(np.ones((4, 4)))


def test_a_motif_that_nobody_saw_is_refused_in_words():
    with pytest.raises(ValueError, match="no pair of nodes was observed"):
        WeightedBlockModel().fit(np.full((5, 5), np.nan))


@pytest.mark.parametrize("corrected", [False, True])
def test_graph_tool_agrees_on_length_and_blocks(corrected):
    if not bench_communities.has_graph_tool():
        pytest.skip("graph-tool is not on the system's Python: apt install python3-graph-tool")
    W, _ = bench_communities.planted_graph(0, 0.5, n_nodes=60, n_blocks=3)
    W = bench_communities.scaled(W)
    levels, length = fit_blocks(W, degree_corrected=corrected)
    tasks = [
        bench_communities.task_of(W, corrected, seed=1),
        bench_communities.task_of(W, corrected, levels=[level.tolist() for level in levels]),
    ]
    theirs, ours = bench_communities.graph_tool(tasks)
    # graph-tool counts the partitions of a number by a recursion that leaves some out
    assert ours["description_length"] == pytest.approx(length, rel=1e-3 if corrected else 1e-9)
    assert length < 1.01 * theirs["description_length"]
    assert agreement(theirs["levels"][0], levels[0]) > 0.95
