"""Degrees by distance: against plain NumPy, and their sum."""

import networkx as nx
import numpy as np
import pytest

from neurokit.kernels import distance_degrees, graph_from_correlation

BINS = (0, 10, 20.5, 40, np.inf)
each_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])


def brain(n_nodes, seed=0):
    """Graph of a random matrix, and places on a grid of 4 mm, so that distances tie with bins."""
    rng = np.random.default_rng(seed)
    matrix = np.corrcoef(rng.standard_normal((n_nodes, 30)))
    places = 4.0 * rng.integers(0, 12, size=(n_nodes, 3))
    return graph_from_correlation(np.atleast_2d(matrix), threshold=0.1), places


@each_backend
@pytest.mark.parametrize("n_nodes", [1, 2, 63, 65, 200])
def test_each_neighbour_is_counted_in_the_bin_of_its_distance(backend, n_nodes):
    graph, places = brain(n_nodes)
    expected = np.zeros((len(BINS) - 1, n_nodes), dtype=int)
    for i, j in graph.to_networkx().edges:
        distance = np.linalg.norm(places[i] - places[j])
        k = np.searchsorted(BINS, distance, side="right") - 1
        expected[k, [i, j]] += 1
    np.testing.assert_array_equal(distance_degrees(graph, places, BINS, backend=backend), expected)


@each_backend
def test_bins_from_zero_to_infinity_sum_to_the_degrees(backend):
    graph, places = brain(130)
    counts = distance_degrees(graph, places, BINS, backend=backend)
    np.testing.assert_array_equal(counts.sum(axis=0), graph.degrees)
    some = distance_degrees(graph, places, BINS[1:3], backend=backend)
    np.testing.assert_array_equal(some, counts[1:2])


def test_the_number_of_threads_changes_nothing():
    graph, places = brain(1100)
    one = distance_degrees(graph, places, BINS)
    np.testing.assert_array_equal(distance_degrees(graph, places, BINS, n_threads=3), one)


def test_a_networkx_graph_will_do():
    counts = distance_degrees(nx.path_graph(3), [[0, 0, 0], [3, 0, 0], [3, 9, 0]], (0, 5, 10))
    np.testing.assert_array_equal(counts, [[1, 1, 0], [0, 1, 1]])


@pytest.mark.parametrize(
    ("places", "bins", "message"),
    [
        (np.zeros((2, 3)), (0, 1), "one place a node"),
        (np.full((3, 3), np.nan), (0, 1), "without a place"),
        (np.zeros((3, 3)), (0,), "two or more rising"),
        (np.zeros((3, 3)), (0, 5, 5), "two or more rising"),
    ],
)
def test_places_and_bins_that_do_not_fit_are_refused(places, bins, message):
    with pytest.raises(ValueError, match=message):
        distance_degrees(nx.path_graph(3), places, bins)
