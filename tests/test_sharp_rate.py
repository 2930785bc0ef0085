from copy import deepcopy

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from neurokit.models import load, save
from neurokit.pipelines.sharp_rate import ByteCodec, RateSharpClassifier
from neurokit.pipelines.sharp_rate_network import RateNetwork

SMALL = {"channels": (4, 4), "units": (60, 60), "phases": 2, "random_state": 0}


def small_network(rng):
    return RateNetwork((4, 6, 2), (3, 4), (False, True), (9, 8), 0.6, rng)


def exact(network):
    """The same network in double precision."""
    for layer in network.layers:
        layer.weights = layer.weights.astype(np.float64)
        layer.biases = layer.biases + np.linspace(-0.1, 0.1, len(layer.biases))
    return network


@pytest.mark.parametrize("with_images", [True, False])
def test_gradients_agree_with_finite_differences(with_images):
    rng = np.random.default_rng(0)
    network = exact(small_network(rng))
    images = rng.random((6, 4, 6, 2)) if with_images else None
    taps = rng.random((8, 24))
    labels = np.arange(14 if with_images else 8) % 2
    batch = (images, taps, labels, np.arange(8) != 3, 0.3)
    found = network.loss(*batch)[1]
    for layer, slopes in zip(network.layers[-len(found) :], found, strict=True):
        exists = (layer.exists(), np.ones(len(layer.biases), dtype=bool))
        for values, slope, live in zip((layer.weights, layer.biases), slopes, exists, strict=True):
            for place in rng.permutation(np.flatnonzero(live))[:12]:
                at = np.unravel_index(place, values.shape)
                before, losses = values[at], []
                for change in (1e-6, -1e-6):
                    values[at] = before + change
                    losses.append(network.loss(*batch)[0])
                values[at] = before
                expected = (losses[0] - losses[1]) / 2e-6
                np.testing.assert_allclose(slope[at], expected, rtol=1e-5, atol=1e-8)


def test_gradients_agree_with_torch():
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(1)
    network = exact(small_network(rng))
    images, labels = rng.random((10, 4, 6, 2)), np.arange(10) % 3
    value, found = network.loss(images, None, labels, np.ones(8, dtype=bool), 0.1)
    weights = [torch.tensor(layer.weights, requires_grad=True) for layer in network.layers]
    biases = [torch.tensor(layer.biases, requires_grad=True) for layer in network.layers]
    x = torch.tensor(images).permute(0, 3, 1, 2)
    for place, layer in enumerate(network.layers[:2]):
        kernels = weights[place].reshape(len(layer.biases), -1, 3, 3)
        x = functional.relu(functional.conv2d(x, kernels, biases[place], padding=1))
    x = functional.max_pool2d(x, 2).permute(0, 2, 3, 1).flatten(1)
    for place in (2, 3):
        x = functional.relu(functional.linear(x, weights[place], biases[place]))
    z = functional.normalize(x, dim=1)
    alone = torch.eye(10, dtype=torch.bool)
    similarities = (z @ z.T / 0.1).masked_fill(alone, -torch.inf)
    logs = torch.log_softmax(similarities, dim=1).masked_fill(alone, 0)
    same = torch.tensor(labels[:, None] == labels) & ~alone
    loss = -((logs * same).sum(1) / same.sum(1)).mean()
    loss.backward()
    np.testing.assert_allclose(value, loss.item(), rtol=1e-12)
    for place, slopes in enumerate(found):
        np.testing.assert_allclose(slopes[0], weights[place].grad, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(slopes[1], biases[place].grad, rtol=1e-9, atol=1e-12)


def test_rewiring_cuts_plastic_units_off_and_keeps_the_number_of_connections():
    rng = np.random.default_rng(0)
    network = RateNetwork((4, 6, 2), (8, 12), (False, True), (20, 8), 0.4, rng)
    before = network.n_connections
    places = [np.arange(size) < size // 2 for size in network.sizes]
    for layer in (1, 2, 3):
        network.rewire(layer, places[layer - 1], places[layer], rng)
    assert network.n_connections == before
    for layer, below in ((1, places[0]), (2, np.tile(places[1], 6)), (3, places[2])):
        assert network.layers[layer].mask.any()
        assert not network.layers[layer].mask[np.ix_(~places[layer], below)].any()
        assert not network.layers[layer].weights[~network.layers[layer].exists()].any()


def test_bytes_of_a_tap_come_back_to_half_a_step():
    taps = np.random.default_rng(0).random((5, 40), dtype=np.float32)
    taps[2] = 0.25
    codec, units = ByteCodec(), np.ones(4, dtype=bool)
    stored = codec.encode(taps, units)
    assert {each.nbytes for each in stored} == {48}
    np.testing.assert_allclose(codec.decode(stored, units), taps, atol=0.51 / 255)


def two_classes_at_a_time(model, n_episodes):
    X, y = load_digits(return_X_y=True)
    X, tests, y, truth = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
    for episode in range(n_episodes):
        mine = y // 2 == episode
        model.partial_fit(X[mine], y[mine])
    return model, tests, truth


@pytest.mark.filterwarnings("ignore:layer . has")
def test_frozen_units_keep_every_bit_and_so_do_their_codes():
    model, tests, _ = two_classes_at_a_time(RateSharpClassifier(**SMALL), 3)
    before, (X, y) = deepcopy(model.learner_), load_digits(return_X_y=True)
    model.partial_fit(X[y >= 8], y[y >= 8])
    learner = model.learner_
    for place in range(4):
        frozen = learner.states.is_frozen(place)
        assert frozen.any()
        layers = learner.network.layers[place], before.network.layers[place]
        np.testing.assert_array_equal(*(layer.weights[frozen] for layer in layers))
        np.testing.assert_array_equal(*(layer.biases[frozen] for layer in layers))
    images = model.encoder_(tests)
    first = learner.mask(0)
    codes = [each.network.counts(each.network.taps(images))[-1] for each in (before, learner)]
    np.testing.assert_array_equal(codes[0][:, first], codes[1][:, first])


@pytest.mark.filterwarnings("ignore:layer . has")
def test_digits_that_come_later_are_learnt_and_earlier_ones_stay(tmp_path):
    model, tests, truth = two_classes_at_a_time(RateSharpClassifier(random_state=0, phases=4), 3)
    seen = truth < 6
    assert model.score(tests[seen], truth[seen]) > 0.85
    np.testing.assert_allclose(model.predict_proba(tests).sum(axis=1), 1)
    assert {shelf.episode for shelf in model.learner_.short} == {1, 2}
    save(model, tmp_path / "model.skops")
    again = load(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.predict(tests), model.predict(tests))


def test_what_is_no_image_is_refused():
    y = np.arange(20) % 2
    for shape in [(20, 63), (20, 5, 8)]:
        with pytest.raises(ValueError, match="squares of shape"):
            RateSharpClassifier().fit(np.ones(shape), y)
