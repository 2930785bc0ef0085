"""Graphs of voxels and their triangles beside igraph, scipy and networkx.

``python -m tests.benchmarks.bench_cycles [peers voxels threads rates memory gpu]``: all of them,
or some. Builds of the peers' graphs are not counted, nor is the packing of ours.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import igraph
import networkx as nx
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter

from neurokit.kernels import available, correlation_graph, find, four_cycles, triangles
from neurokit.kernels.packed import empty_bits
from neurokit.timing import Timing, compare, machine, markdown

PEERS = {0.05: {"igraph": 25, "scipy": 100, "networkx": 400}, 0.01: {"igraph": 6}}
SECONDS = {0.01: 2, 0.05: 3, 0.2: 6}  # of one core
HERE = f"{__package__}.bench_cycles"


def brain(n_nodes, n_times=150, seed=0):
    """Series of an ellipsoid of voxels: smooth noise, modules of three blobs, a weak global signal.

    One blob in three is mirrored; noise and modules are autoregressive.
    """
    rng = np.random.default_rng(seed)
    shape = np.ceil(np.array([0.94, 1.12, 0.94]) * (6 * n_nodes / np.pi) ** (1 / 3)).astype(int) + 2
    places = np.stack(np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij"), -1)
    inside = np.zeros(shape, dtype=bool)
    radii = (places**2).sum(axis=-1)
    inside.flat[np.argsort(radii, axis=None)[:n_nodes]] = True
    voxels = places[inside]
    series = np.empty((n_times, n_nodes), dtype=np.float32)
    for t in range(n_times):
        noise = gaussian_filter(rng.standard_normal(shape, dtype=np.float32), 2 / 2.355)
        series[t] = noise[inside] / noise.std()
    for _ in range(20):
        blobs = rng.uniform(-0.7, 0.7, (3, 3))
        blobs[1] = blobs[0] * [-1, 1, 1]
        apart = ((voxels[:, None] - blobs) ** 2).sum(axis=-1)
        weights = np.exp(-apart / (2 * 0.15**2)).sum(axis=1)
        series += np.outer(rng.standard_normal(n_times), 1.5 * weights)
    series += 0.3 * rng.standard_normal((n_times, 1))
    return lfilter([1], [1, -0.4], series, axis=0).astype(np.float32)


def once(function, clock=time.process_time, repeats=2):
    """Median seconds of a function that is compiled already."""
    spent = []
    for _ in range(repeats):
        start = clock()
        function()
        spent.append(clock() - start)
    return np.median(spent)


def against(what, seconds, limit, name, bar=1.0):
    """One line: the time beside what it may take, or would take at a measured peak."""
    return Timing(what, seconds, limit, limit / seconds, bar, name)


def compile_kernels():
    """Call each kernel once, so that no compilation is counted."""
    few = brain(300)
    for how in ({"threshold": 0.1}, {"density": 0.001}):
        triangles(correlation_graph(few, **how))


def peers():
    """5,000 nodes."""
    series = brain(5000)
    for density in (0.05, 0.01, 0.001):
        graph = correlation_graph(series, density=density)
        sparse = graph.to_scipy().astype(np.int32)
        theirs = graph.to_networkx()
        other = igraph.Graph(n=5000, edges=list(theirs.edges))
        pairs = graph.degrees * (graph.degrees - 1) / 2

        def by_igraph(other=other, pairs=pairs):
            return np.round(np.array(other.transitivity_local_undirected(mode="zero")) * pairs)

        def by_scipy(sparse=sparse):
            return (sparse @ sparse).multiply(sparse).sum(axis=1) // 2

        def by_networkx(theirs=theirs):
            return list(nx.triangles(theirs).values())

        for name, peer in [
            ("igraph", by_igraph), ("scipy", by_scipy), ("networkx", by_networkx),
        ]:  # fmt: skip
            np.testing.assert_array_equal(triangles(graph), peer())
            yield compare(
                f"5,000 nodes, {density:.1%}: triangles",
                lambda graph=graph: triangles(graph),
                peer,
                peer_name=name,
                bar=PEERS.get(density, {"igraph": 1}).get(name),
                repeats=2 if name == "networkx" else 7,
            )


def voxels():
    """25,000 voxels, 150 volumes: correlate, pack and count."""
    series = brain(25_000)
    for density, limit in SECONDS.items():
        threshold = correlation_graph(series, density=density).threshold
        fixed = once(lambda t=threshold: triangles(correlation_graph(series, threshold=t)))
        what = f"25,000 voxels, {density:.0%}"
        yield against(f"{what}, threshold", fixed, limit, "bar")
        shared = once(lambda d=density: triangles(correlation_graph(series, density=d)))
        yield against(f"{what}, density", shared, 1.7 * fixed, "bar")


def threads():
    """Wall time of two threads beside one."""
    series = brain(25_000)
    for density in SECONDS:
        threshold = correlation_graph(series, density=density).threshold

        def run(n_threads, threshold=threshold):
            graph = correlation_graph(series, threshold=threshold, n_threads=n_threads)
            triangles(graph, n_threads=n_threads)

        yield compare(
            f"25,000 voxels, {density:.0%}, wall time of two threads",
            lambda run=run: run(2),
            lambda run=run: run(1),
            peer_name="numpy",
            bar=1.7,
            repeats=3,
            clock=time.perf_counter,
        )


def rates():
    """The tile pass beside this machine's matrix product, counting beside its popcount."""
    series = brain(25_000)
    matrix = np.ones((1536, 1536), dtype=np.float32)
    flops = 2 * 1536**3 / once(lambda: matrix @ matrix, repeats=7)
    seconds_a_word = popcount_seconds()
    print(f"peaks: {flops / 1e9:.0f} GFLOP/s, {1e-9 / seconds_a_word:.1f} Gword/s", flush=True)
    for density in SECONDS:
        threshold = correlation_graph(series, density=density).threshold
        found = correlation_graph(series, threshold=threshold)
        tiles = once(lambda t=threshold: correlation_graph(series, threshold=t))
        ideal = 25_000**2 * 150 / flops
        yield against(f"tile pass, {density:.0%}, of the peak", tiles, ideal, "numpy", 0.6)
        counting = once(lambda found=found: triangles(found))
        ideal = found.n_edges * -(-25_000 // 64) * seconds_a_word
        bar = 0.4 if density >= 0.05 else None
        what = f"counting, {density:.0%}, of the peak"
        yield against(what, counting, ideal, "numba", bar)


def popcount_seconds():
    """Time of AND and popcount for a word of two rows that lie in the first cache."""
    from numba import njit

    from neurokit.kernels.cpu.bits import common

    @njit
    def many(bits, n_rounds):
        total = 0
        left, right = np.uint64(bits[0].ctypes.data), np.uint64(bits[1].ctypes.data)
        for _ in range(n_rounds):
            total ^= common(left, right, bits.shape[1])
        return total

    rows = empty_bits(128).reshape(2, 512)
    rows[:] = 0x5555555555555555
    many(rows, 1)
    return once(lambda: many(rows, 100_000), repeats=7) / (100_000 * rows.shape[1])


def memory():
    """Print the memory above the input, of a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.npy"
        for n_nodes, density, bar in (
            (25_000, 0.01, 180), (25_000, 0.05, 180), (25_000, 0.2, 180), (60_000, 0.01, 1500),
        ):  # fmt: skip
            np.save(path, brain(n_nodes))
            for how in ("threshold", "density"):
                command = [sys.executable, "-m", HERE, "child", str(path), how, str(density)]
                line = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                print(f"{n_nodes} voxels, {density:.0%}, {how}: {line.strip()} (bar {bar} MB)")
    return []


def child(path, how, density):
    """Read the series, correlate and count, and say how much more memory that took."""
    compile_kernels()
    series = np.load(path)
    value = float(density)
    if how == "threshold":
        some = np.random.default_rng(0).permutation(series.shape[1])[:5000]
        value = correlation_graph(series[:, some], density=value).threshold
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    before, start = _kilobytes("VmRSS"), time.process_time()
    graph = correlation_graph(series, **{how: value})
    triangles(graph)
    spent = time.process_time() - start
    print(
        f"{(_kilobytes('VmHWM') - before) / 1e3:.0f} MB above the input, "
        f"{graph.bits.nbytes / 1e6:.0f} of them bits, {_kilobytes('VmHWM') / 1e3:.0f} in all; "
        f"density {graph.density:.2%}, {spent:.2f} s"
    )


def _kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def gpu():
    """Correlate and count on a CUDA device, beside one core."""
    if "gpu" not in available():
        print("gpu: no CUDA device here")
        return
    series = brain(25_000)
    for density in SECONDS:
        threshold = correlation_graph(series, density=density).threshold
        graph = correlation_graph(series, threshold=threshold)
        for what, function, given in [
            ("correlate", correlation_graph, {"series": series, "threshold": threshold}),
            ("correlate by density", correlation_graph, {"series": series, "density": density}),
            ("triangles", triangles, {"graph": graph}),
            ("four-cycles", four_cycles, {"graph": graph}),
        ]:
            yield compare(
                f"25,000 voxels, {density:.0%}: {what} on the device",
                lambda function=function, given=given: function(**given, backend="gpu"),
                lambda function=function, given=given: function(**given),
                peer_name="numba",
                repeats=1,
                clock=time.perf_counter,
            )
        yield from _routes(graph, density)


def _routes(graph, density):
    """Triangles on bits beside tensor cores, if cupy is there."""
    from neurokit.kernels.gpu import graphs

    if graphs._cublas() is None:
        return
    found = {}
    for name, least in (("bits", 2.0), ("tensor cores", 0.0)):
        graphs.DENSE = least
        found[name] = once(lambda: find("triangles", "gpu")(graph.bits), time.perf_counter)
    what = f"25,000 voxels, {density:.0%}: triangles on tensor cores beside bits"
    yield against(what, found["tensor cores"], found["bits"], "bits", None)


def main(*names):
    sections = [peers, voxels, threads, rates, memory, gpu]
    compile_kernels()
    print(machine("igraph", "scipy", "networkx", "numpy", "numba"))
    for section in sections:
        if not names or section.__name__ in names:
            print(f"\n{markdown(section())}", flush=True)


if __name__ == "__main__":
    child(*sys.argv[2:]) if sys.argv[1:2] == ["child"] else main(*sys.argv[1:])
