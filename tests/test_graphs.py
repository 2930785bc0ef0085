"""Graphs of correlations and the cycles in them, beside networkx, scipy and igraph."""

import os
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from neurokit.kernels import (
    available,
    clustering_coefficients,
    correlation_graph,
    expected_triangles,
    four_cycles,
    graph_from_correlation,
    triangles,
)
from neurokit.kernels.cpu import graphs as cpu
from neurokit.kernels.graphs import SIGNS, as_packed

each_backend = pytest.mark.parametrize("backend", available())
each_host_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])
each_sign = pytest.mark.parametrize("sign", SIGNS)
SIZES = [1, 2, 63, 64, 65, 127, 200]


def make_series(n_nodes, n_times=40, seed=0):
    """Noise, a third of it with something in common, so that degrees differ."""
    rng = np.random.default_rng(seed)
    series = rng.standard_normal((n_times, n_nodes))
    series[:, : n_nodes // 3] += 0.7 * rng.standard_normal((n_times, 1))
    return series


def graphs():
    """Sixty graphs of awkward sizes and shapes."""
    for n in SIZES:
        for density in (0.0, 0.02, 0.2, 0.7):
            for seed in (0, 1):
                yield nx.gnp_random_graph(n, density, seed=seed)
    yield nx.complete_graph(130)
    yield nx.star_graph(64)
    yield nx.empty_graph(65)
    yield nx.empty_graph(0)
    yield nx.star_graph(64)
    yield nx.gnp_random_graph(1000, 0.05, seed=2)


def random_sparse(n_nodes, density, seed=0):
    """Symmetric ones without a diagonal, as int64."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(n_nodes, size=(2, round(density * n_nodes**2 / 2)))
    ends = ends[:, ends[0] != ends[1]]
    ones = np.ones(2 * ends.shape[1], dtype=np.int64)
    both = (np.concatenate(ends), np.concatenate(ends[::-1]))
    graph = csr_array((ones, both), shape=(n_nodes, n_nodes))
    graph.data[:] = 1
    return graph


def lists_of(packed):
    sparse = packed.to_scipy()
    return sparse.indptr, sparse.indices


def counts_of(graph):
    return np.array(list(nx.triangles(graph).values()))


def test_triangles_equal_networkx_on_sixty_graphs():
    several = list(graphs())
    assert len(several) >= 60
    for graph in several:
        np.testing.assert_array_equal(triangles(graph), counts_of(graph))


@each_backend
def test_every_backend_counts_the_same(backend):
    for n in (0, 1, 13):
        graph = nx.gnp_random_graph(n, 0.3, seed=n)
        np.testing.assert_array_equal(triangles(graph, backend=backend), counts_of(graph))
        np.testing.assert_array_equal(
            four_cycles(graph, backend=backend), four_cycles(graph, backend="reference")
        )


def test_triangles_equal_scipy_and_igraph_at_5000_nodes():
    packed = correlation_graph(make_series(5000, 150), density=0.02)
    sparse = packed.to_scipy().astype(np.int64)
    counts = triangles(packed)
    np.testing.assert_array_equal(counts, (sparse @ sparse).multiply(sparse).sum(axis=1) // 2)
    igraph = pytest.importorskip("igraph", reason="pip install igraph, a peer")
    rows, columns = sparse.nonzero()
    upper = rows < columns
    edges = np.stack([rows[upper], columns[upper]], axis=1)
    theirs = igraph.Graph(n=5000, edges=edges)
    share = np.array(theirs.transitivity_local_undirected(mode="zero"))
    pairs = packed.degrees * (packed.degrees - 1) / 2
    np.testing.assert_array_equal(counts, np.round(share * pairs))


@pytest.mark.parametrize("n_threads", [2, 4])
def test_counts_do_not_depend_on_threads(n_threads):
    packed = as_packed(nx.gnp_random_graph(700, 0.1, seed=3))
    for count in (triangles, four_cycles):
        np.testing.assert_array_equal(count(packed, n_threads=n_threads), count(packed))
    listed = cpu.triangles_listed(*lists_of(packed), n_threads)
    np.testing.assert_array_equal(listed, triangles(packed))
    listed = cpu.four_cycles_listed(*lists_of(packed), n_threads)
    np.testing.assert_array_equal(listed, four_cycles(packed))


def test_rows_in_chunks_and_lists_of_neighbours_count_the_same(monkeypatch):
    packed = as_packed(nx.gnp_random_graph(1200, 0.05, seed=4))
    whole = triangles(packed)
    np.testing.assert_array_equal(cpu.triangles_listed(*lists_of(packed)), whole)
    monkeypatch.setattr(cpu, "CHUNK", 8)
    monkeypatch.setattr(cpu, "BLOCK", 1024)
    np.testing.assert_array_equal(triangles(packed), whole)


def test_few_edges_are_counted_along_lists(monkeypatch):
    used = []
    kernel = cpu.triangles_listed
    monkeypatch.setattr(cpu, "triangles_listed", lambda *given: used.append(1) or kernel(*given))
    for n_nodes, density in ((30_000, 0.0004), (500, 0.3)):
        graph = random_sparse(n_nodes, density)
        expected = (graph @ graph).multiply(graph).sum(axis=1) // 2
        np.testing.assert_array_equal(triangles(graph), expected)
    assert used == [1]


def test_a_sparse_graph_of_many_nodes_is_not_packed(monkeypatch):
    graph = random_sparse(100_000, 1e-4)
    monkeypatch.setattr("neurokit.kernels.graphs.empty_bits", None)
    expected = (graph @ graph).multiply(graph).sum(axis=1) // 2
    np.testing.assert_array_equal(triangles(graph), expected)
    common = graph @ graph
    common.setdiag(0)
    common.data = common.data * (common.data - 1) // 2
    np.testing.assert_array_equal(four_cycles(graph), common.sum(axis=1))


@each_backend
@each_sign
def test_every_backend_correlates_the_same(backend, sign):
    series = make_series(13, n_times=17)
    for how in ({"threshold": 0.1}, {"density": 0.8}, {"density": 0.0}):
        found = correlation_graph(series, sign=sign, backend=backend, **how)
        expected = correlation_graph(series, sign=sign, backend="reference", **how)
        np.testing.assert_array_equal(found.bits, expected.bits)
        np.testing.assert_allclose(found.strengths, expected.strengths, rtol=1e-5)
        np.testing.assert_allclose(found.threshold, expected.threshold, rtol=1e-5)


@each_backend
def test_every_backend_joins_across_tiles_and_isolates_broken_series(backend):
    series = make_series(66, n_times=17)
    series[:, 3], series[2, 65] = 1.0, np.nan
    found = correlation_graph(series, threshold=0.3, backend=backend)
    np.testing.assert_array_equal(found.bits, correlation_graph(series, threshold=0.3).bits)
    assert found.degrees[[3, 65]].tolist() == [0, 0]


def test_tensor_cores_and_bits_count_the_same(monkeypatch):
    gpu = pytest.importorskip("neurokit.kernels.gpu.graphs", reason="no numba-cuda")
    if "gpu" not in available():
        pytest.skip("no CUDA device and no simulator")
    graph = nx.gnp_random_graph(11, 0.6, seed=9)
    asked = []

    def multiply(panel, dense, products):
        asked.append(len(panel))
        left, right = (each.copy_to_host().astype(np.int32) for each in (panel, dense))
        products.copy_to_device(left @ right.T)

    if gpu._cublas() is None:
        monkeypatch.setattr(gpu, "_cublas", lambda: True)
        monkeypatch.setattr(gpu, "_multiply", multiply)
    monkeypatch.setattr(gpu, "PANEL", 8)
    for count in (triangles, four_cycles):
        np.testing.assert_array_equal(count(graph, backend="gpu"), count(graph))
    assert asked in ([], [8, 8, 8, 8])  # a device asks cupy instead


COMPILE = """
from types import SimpleNamespace
from numba import cuda, float32, float64, int8, int32, int64, uint64
from numba.cuda import dispatcher
from neurokit.kernels.gpu import graph_blocks as blocks
dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=(9, 0))
units, bits, flat = float32[:, ::1], uint64[:, ::1], int64[::1]
for kernel, signature in [
    (blocks.join, (units, int64, float32, bits, units)),
    (blocks.add_up, (units, float64[::1])),
    (blocks.count_keys, (units, int64, int64, int64, int64, flat)),
    (blocks.count_common, (bits, flat)),
    (blocks.count_squares, (bits, flat)),
    (blocks.spread, (bits, int8[:, ::1])),
    (blocks.sum_products, (int8[:, ::1], int32[:, ::1], int64, int64, flat)),
]:
    ptx, _ = cuda.compile_ptx(kernel.py_func, signature, cc=(9, 0))
    # sums of pairs stay in registers, and nothing is rounded to fewer bits
    assert ".entry" in ptx and ".local" not in ptx and "tf32" not in ptx
    name = kernel.py_func.__name__
    assert ("fma.rn.f32" in ptx) == (name in ("join", "count_keys")), name
    assert ("popc.b64" in ptx) == (name in ("count_common", "count_squares")), name
"""


def test_the_gpu_kernels_compile_for_a_device_that_is_not_here():
    pytest.importorskip("numba_cuda")
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "0"}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMPILE],
        env=environment,
        capture_output=True,
        text=True,
    )
    if "DynamicLibNotFoundError" in ended.stderr or "NvvmSupportError" in ended.stderr:
        pytest.skip("no CUDA compiler here (libnvvm, libnvrtc): pip install numba-cuda[cu12]")
    assert ended.returncode == 0, ended.stderr


def test_four_cycles_are_pairs_of_common_neighbours():
    ring = nx.cycle_graph(4)
    assert four_cycles(ring).tolist() == [1, 1, 1, 1]
    assert four_cycles(nx.complete_graph(5)).tolist() == [12] * 5
    assert four_cycles(nx.star_graph(5)).tolist() == [0] * 6


def test_clustering_is_networkxs():
    graph = nx.gnp_random_graph(90, 0.2, seed=6)
    packed = as_packed(graph)
    found = clustering_coefficients(packed.degrees, triangles(packed))
    np.testing.assert_allclose(found, list(nx.clustering(graph).values()))


def test_degrees_alone_predict_the_triangles_of_a_random_graph():
    graphs = [as_packed(nx.gnp_random_graph(300, 0.2, seed=seed)) for seed in range(5)]
    counts = np.mean([triangles(packed) for packed in graphs])
    expected = np.mean([expected_triangles(packed.degrees) for packed in graphs])
    assert abs(counts / expected - 1) < 0.02
    assert expected_triangles(np.zeros(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("how", ["dense", "weighted", "rows", "coordinates"])
def test_a_graph_may_come_in_any_form_and_loops_are_dropped(how):
    graph = nx.gnp_random_graph(70, 0.3, seed=7)
    graph.add_edge(3, 3)
    dense = nx.to_numpy_array(graph)
    given = {
        "dense": dense > 0,
        "weighted": dense * 0.3,
        "rows": csr_array(dense),
        "coordinates": csr_array(dense).tocoo(),
    }[how]
    packed = as_packed(given)
    assert packed.n_edges == graph.number_of_edges() - 1
    np.testing.assert_array_equal(triangles(given), counts_of(graph))


def test_a_packed_graph_goes_to_scipy_and_networkx_and_back():
    packed = as_packed(nx.gnp_random_graph(130, 0.1, seed=8))
    for other in (packed.to_scipy(), packed.to_networkx(), packed.to_dense()):
        np.testing.assert_array_equal(as_packed(other).bits, packed.bits)


def test_what_is_not_an_undirected_graph_is_refused():
    with pytest.raises(ValueError, match=r"directed; use graph\.to_undirected"):
        triangles(nx.DiGraph([(0, 1)]))
    lopsided = np.eye(4, k=1)
    with pytest.raises(ValueError, match="not symmetric"):
        triangles(lopsided)
    with pytest.raises(ValueError, match="not symmetric"):
        triangles(csr_array(lopsided))
    with pytest.raises(ValueError, match="shape"):
        triangles(np.ones((3, 4)))


@each_host_backend
@each_sign
@pytest.mark.parametrize("n_nodes", [2, 63, 65, 1100])
def test_a_pair_is_joined_where_its_correlation_reaches_the_threshold(backend, sign, n_nodes):
    series = make_series(n_nodes)
    weights = np.corrcoef(series.T)
    np.fill_diagonal(weights, np.nan)
    weights = {"positive": weights, "negative": -weights, "absolute": abs(weights)}[sign]
    # a threshold that no correlation comes near
    values = np.sort(weights[np.triu_indices(n_nodes, 1)])
    gaps = np.diff(values)
    middle = np.argmax(gaps * (values[:-1] > 0.1)) if len(gaps) else 0
    threshold = values[middle] + gaps[middle] / 2 if len(gaps) else 0.0
    graph = correlation_graph(series, threshold=threshold, sign=sign, backend=backend)
    joined = weights >= threshold
    np.testing.assert_array_equal(graph.to_dense(), joined)
    np.testing.assert_array_equal(graph.degrees, joined.sum(axis=1))
    np.testing.assert_allclose(
        graph.strengths, np.where(joined, weights, 0).sum(axis=1), atol=1e-4, rtol=1e-5
    )


@each_host_backend
@each_sign
@pytest.mark.parametrize("density", [0.001, 0.05, 0.6, 1.0])
def test_a_density_joins_exactly_the_strongest_pairs(backend, sign, density):
    series = make_series(1100)
    graph = correlation_graph(series, density=density, sign=sign, backend=backend)
    n_edges = round(density * 1100 * 1099 / 2)
    assert n_edges <= graph.n_edges <= n_edges + 2  # ties
    again = correlation_graph(series, threshold=graph.threshold, sign=sign, backend=backend)
    np.testing.assert_array_equal(again.bits, graph.bits)
    np.testing.assert_allclose(again.strengths, graph.strengths, rtol=1e-5)


def test_an_unlucky_sample_is_asked_again(monkeypatch):
    series = make_series(600)
    expected = correlation_graph(series, density=0.1)
    truth = cpu._sample
    monkeypatch.setattr(cpu, "_sample", lambda *given: truth(*given)[5000:])
    found = correlation_graph(series, density=0.1)
    np.testing.assert_array_equal(found.bits, expected.bits)


@each_sign
@pytest.mark.parametrize("how", [{"threshold": 0.2}, {"density": 0.1}])
def test_the_graph_is_symmetric_and_the_same_for_any_threads(sign, how):
    series = make_series(2100)
    one = correlation_graph(series, sign=sign, **how)
    three = correlation_graph(series, sign=sign, n_threads=3, **how)
    np.testing.assert_array_equal(one.bits, three.bits)
    np.testing.assert_array_equal(one.strengths, three.strengths)
    np.testing.assert_array_equal(one.to_dense(), one.to_dense().T)


def test_constant_and_broken_series_are_isolated_and_flagged():
    series = make_series(70)
    series[:, 5], series[3, 7], series[0, 9] = 1e6, np.nan, np.inf
    graph = correlation_graph(series, threshold=-1.0)
    assert np.flatnonzero(graph.isolated).tolist() == [5, 7, 9]
    assert graph.degrees[graph.isolated].tolist() == [0, 0, 0]
    assert (graph.degrees[~graph.isolated] == 66).all()
    with pytest.raises(ValueError, match="3 of 70 series are constant or not finite"):
        correlation_graph(series, density=1.0)


@each_sign
@pytest.mark.parametrize("given", ["full", "triangle", "fisher"])
def test_a_matrix_of_regions_gives_the_graph_of_its_series(sign, given):
    series = make_series(80)
    matrix = np.corrcoef(series.T)
    expected = correlation_graph(series, density=0.2, sign=sign)
    if given == "triangle":
        found = graph_from_correlation(matrix[np.triu_indices(80, 1)], density=0.2, sign=sign)
    elif given == "fisher":
        np.fill_diagonal(matrix, 0)
        found = graph_from_correlation(np.arctanh(matrix), density=0.2, sign=sign, fisher=True)
    else:
        found = graph_from_correlation(matrix, density=0.2, sign=sign)
    np.testing.assert_array_equal(found.bits, expected.bits)
    np.testing.assert_allclose(found.strengths, expected.strengths, rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either threshold= .* or density="),
        ({"threshold": 0.2, "density": 0.1}, "either threshold= .* or density="),
        ({"threshold": 1.5}, "from -1 to 1"),
        ({"density": 1.5}, "from 0 to 1"),
        ({"threshold": 0.1, "sign": "both"}, "sign must be one of"),
    ],
)
def test_options_that_make_no_graph_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        correlation_graph(make_series(10), **options)
    with pytest.raises(ValueError, match=words):
        graph_from_correlation(np.eye(10), **options)


def test_shapes_that_make_no_graph_are_refused():
    with pytest.raises(ValueError, match="two times or more"):
        correlation_graph(np.zeros((1, 5)), threshold=0.1)
    with pytest.raises(ValueError, match="upper triangle"):
        graph_from_correlation(np.zeros(4), threshold=0.1)
    with pytest.raises(ValueError, match="not symmetric"):
        graph_from_correlation(np.eye(3, k=1), threshold=0.1)
    with pytest.raises(ValueError, match="fisher=True"):
        graph_from_correlation(np.full((3, 3), 2.0), threshold=0.1)


def test_packing_never_touches_what_lies_behind_the_bits():
    from neurokit.kernels.cpu.graph_blocks import pack_tile

    memory = np.zeros((64, 8), dtype=np.uint64)
    bits, words = memory[:40], np.empty(64, dtype=np.uint64)
    pack_tile(np.ones((64, 64), dtype=np.float32), np.float32(0.5), (0, 0), bits, words)
    assert bits[:, 0].all()
    assert not memory[40:].any()
