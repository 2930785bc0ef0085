"""Communities beside graph-tool: agreement with what was planted, description length, time.

``python -m tests.benchmarks.bench_communities [speed planted lfr nulls]``: all of them, or some.
graph-tool is Debian's, in a process of its own on the system's Python, with one thread; where it is
not, our own columns are printed alone. Processor seconds, compilation and building of the graph not
counted. Both take the plain or the degree-corrected model by description length, and the finest
level. A start of ours is one search, as a run of graph-tool is.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from neurokit.kernels import block_description_length, fit_blocks
from neurokit.pipelines.communities import WeightedBlockModel
from neurokit.timing import machine
from tests.benchmarks.weighted_lfr import SETTINGS, grid

PEER = Path(__file__).with_name("graph_tool_peer.py")
SYSTEM = "/usr/bin/python3"
STARTS = 4
SEEDS = 5


def has_graph_tool():
    """Whether Debian's package is there."""
    try:
        check = [SYSTEM, "-W", "ignore", "-c", "import graph_tool.inference"]
        return subprocess.run(check, capture_output=True).returncode == 0
    except OSError:
        return False


def graph_tool(tasks):
    """Answers of graph-tool, each to a task."""
    lines = "\n".join(json.dumps(task) for task in tasks)
    command = [SYSTEM, "-W", "ignore", str(PEER)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def task_of(weights, degree_corrected, **what):
    i, j = np.nonzero(np.triu(weights, 1))
    edges = list(zip(i.tolist(), j.tolist(), weights[i, j].tolist(), strict=True))
    return {
        "n_nodes": len(weights),
        "edges": edges,
        "degree_corrected": degree_corrected,
        **what,
    }


def scaled(weights):
    return weights / weights[weights > 0].mean()


def both(weights, seeds):
    """Best of the searches from some seeds, plain and from there corrected; seconds of all."""
    begin = time.process_time()
    fits = []
    for seed in seeds:
        plain = fit_blocks(weights, seed=seed)
        fits += [plain, fit_blocks(weights, degree_corrected=True, start=plain[0][0], seed=seed)]
    seconds = time.process_time() - begin
    levels, cost = min(fits, key=lambda fit: fit[1])
    return levels[0], cost, seconds


def theirs(graphs):
    """Labels, description length and seconds of graph-tool, plain and corrected, of each graph."""
    tasks = [
        task_of(weights, corrected, seed=seed)
        for seed, weights in enumerate(graphs)
        for corrected in (False, True)
    ]
    answers = graph_tool(tasks)
    for weights, pair in zip(graphs, zip(answers[::2], answers[1::2], strict=True), strict=True):
        best = min(pair, key=lambda answer: answer["description_length"])
        corrected = best is pair[1]
        # by our formula, which counts all partitions of a number
        cost = block_description_length(weights, best["levels"], degree_corrected=corrected)
        yield np.array(best["levels"][0]), cost, sum(answer["seconds"] for answer in pair)


def compare_on(graphs, peer):
    """A row a graph: agreement and description length of one start, of several, of graph-tool."""
    values = [scaled(weights) for weights, _ in graphs]
    found = [
        [both(weights, [seed]), both(weights, range(seed, seed + STARTS))]
        for seed, weights in enumerate(values)
    ]
    if peer:
        for ours, answer in zip(found, theirs(values), strict=True):
            ours.append(answer)
    rows = []
    for (_, labels), tried in zip(graphs, found, strict=True):
        row = []
        for guess, cost, seconds in tried:
            row += [adjusted_mutual_info_score(labels, guess), cost, seconds, guess.max() + 1]
        rows.append(row)
    return np.array(rows, dtype=float)


def line(name, rows):
    """Means of the rows of a setting, as a line of a table."""
    one, several, peer = rows[:, :4], rows[:, 4:8], rows[:, 8:]
    cells = [name, f"{len(rows)}", f"{one[:, 0].mean():.3f}", f"{several[:, 0].mean():.3f}"]
    if peer.size:
        difference = [100 * (mine[:, 1] / peer[:, 1] - 1) for mine in (one, several)]
        cells += [
            f"{peer[:, 0].mean():.3f}",
            f"{difference[0].mean():+.2f} % (most {difference[0].max():+.2f})",
            f"{difference[1].mean():+.2f} % (most {difference[1].max():+.2f})",
        ]
    else:
        cells += ["", "", ""]
    cells += [f"{1e3 * statistics.median(one[:, 2]):.0f}"]
    if peer.size:
        ratio = statistics.median(peer[:, 2] / one[:, 2])
        cells += [f"{1e3 * statistics.median(peer[:, 2]):.0f}", f"{ratio:.1f}x"]
    else:
        cells += ["", ""]
    return "| " + " | ".join(cells) + " |"


HEAD = (
    f"| graphs | n | AMI, one start | AMI, {STARTS} starts | AMI, graph-tool | length, one start |"
    f" length, {STARTS} starts | ms, one start | ms, graph-tool | ratio (bar 10x) |\n"
    "|" + "---|" * 10
)


def planted_graph(seed, density=1.0, n_nodes=100, n_blocks=5):
    """Blocks with exponential weights: mean 2 within, 0.15 to 0.5 between."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n_nodes) % n_blocks
    means = rng.uniform(0.15, 0.5, (n_blocks, n_blocks))
    means = np.minimum(means, means.T)
    np.fill_diagonal(means, 2.0)
    weights = rng.exponential(means[labels][:, labels])
    weights = np.triu(weights * (rng.random(weights.shape) < density), 1)
    return weights + weights.T, labels


def planted(peer):
    """Five blocks in 100 nodes; all pairs, or about a quarter of them."""
    print(HEAD)
    for density, name in ((1.0, "5 blocks, complete"), (0.23, "5 blocks, thinned to 23 %")):
        graphs = [planted_graph(seed, density) for seed in range(10)]
        print(line(name, compare_on(graphs, peer)), flush=True)


def speed(peer):
    """Time alone, on few graphs; and whole fits as a user runs them."""
    print(HEAD)
    graphs = [planted_graph(seed) for seed in range(SEEDS)]
    print(line("5 blocks, 100 nodes, complete", compare_on(graphs, peer)), flush=True)
    lfr = [(weights, labels) for setting, _, weights, labels in grid(1) if setting in (1, 4, 6, 8)]
    print(line("weighted LFR, 125 nodes", compare_on(lfr, peer)), flush=True)
    print("\n| whole fit, every pair weighted | s |\n|---|---|")
    for n_nodes in (100, 200, 300):
        weights, _ = planted_graph(0, n_nodes=n_nodes)
        begin = time.process_time()
        WeightedBlockModel(random_state=0).fit(weights)
        print(f"| {n_nodes} nodes, {STARTS} starts | {time.process_time() - begin:.2f} |")


def lfr(peer):
    """Nine settings, ten seeds each; k mean degree, mu share of edges and of weight outside."""
    graphs = {setting: [] for setting in SETTINGS}
    for setting, _, weights, labels in grid():
        graphs[setting].append((weights, labels))
    print(HEAD)
    every = []
    for setting, found in graphs.items():
        degree, exponent, mixing, weight_mixing = SETTINGS[setting]
        name = f"{setting}: k {degree}, beta {exponent:g}, mu {mixing:g} / {weight_mixing:g}"
        every.append(compare_on(found, peer))
        print(line(name, every[-1]), flush=True)
    print(line("all", np.concatenate(every)), flush=True)


def nulls(peer):
    """Exchangeable weights, in units of any size: how often more than one block is found."""
    print("| exchangeable weights, 60 nodes, 100 seeds | more than one block |\n|---|---|")
    draws = {
        "exponential": lambda rng: rng.exponential(size=(60, 60)),
        "gamma, shape 3": lambda rng: rng.gamma(3.0, size=(60, 60)),
        "log-normal": lambda rng: rng.lognormal(size=(60, 60)),
    }
    pairs = [(name, name.partition(",")[0]) for name in draws]
    pairs += [("exponential", "exponential-prior"), ("gamma, shape 3", "exponential")]
    pairs += [("log-normal", "gamma"), ("exponential", "log-normal")]
    for drawn, model in pairs:
        for density in (1.0, 0.3):
            found = 0
            for seed in range(100):
                rng = np.random.default_rng(seed)
                weights = np.triu(draws[drawn](rng) * (rng.random((60, 60)) < density), 1)
                fit = WeightedBlockModel(weights=model, n_starts=2, random_state=seed)
                found += fit.fit(weights + weights.T).labels_.max() > 0
            print(
                f"| {drawn}, {density:.0%} of pairs; model {model} | {found} of 100 |", flush=True
            )


def main(*names):
    sections = [speed, planted, lfr, nulls]
    fit_blocks(np.ones((6, 6)), degree_corrected=True)
    peer = has_graph_tool()
    print(machine("numpy", "numba", "scipy"))
    print(
        "graph-tool is here" if peer else "graph-tool is not here (apt install python3-graph-tool)"
    )
    for section in sections:
        if not names or section.__name__ in names:
            print()
            section(peer)


if __name__ == "__main__":
    main(*sys.argv[1:])
