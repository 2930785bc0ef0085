"""graph-tool in a process of its own: ``/usr/bin/python3 graph_tool_peer.py < tasks > answers``.

Debian's package runs on the system's Python with the NumPy of its day, so nothing of ours is
imported. A task is a line of JSON: ``n_nodes``, ``edges`` (i, j, weight), ``degree_corrected``, and
either ``seed``, to fit, or ``levels`` (labels, finest first), to say their description length.
"""

import json
import sys
import time

import graph_tool.all as gt
import numpy as np


def state_arguments(graph, task):
    return {
        "deg_corr": task["degree_corrected"],
        "recs": [graph.ep.weight],
        "rec_types": ["real-exponential"],
    }


def answer(task):
    graph = gt.Graph(directed=False)
    graph.add_vertex(task["n_nodes"])
    graph.ep.weight = graph.new_edge_property("double")
    graph.add_edge_list(task["edges"], eprops=[graph.ep.weight])
    arguments = state_arguments(graph, task)
    begin = time.process_time()
    if "levels" in task:
        levels = [np.array(level) for level in task["levels"]]
        state = gt.NestedBlockState(graph, bs=levels, **arguments)
    else:
        gt.seed_rng(task["seed"])
        np.random.seed(task["seed"])
        state = gt.minimize_nested_blockmodel_dl(graph, state_args=arguments)
    return {
        "name": task.get("name"),
        "seconds": time.process_time() - begin,
        "description_length": state.entropy(),
        "by_level": [state.level_entropy(level) for level in range(len(state.levels))],
        "levels": labels_by_level(state, task["n_nodes"]),
    }


def labels_by_level(state, n_nodes):
    """Label of every node at every level, until one block is left."""
    levels = []
    labels = np.arange(n_nodes)
    for blocks in state.get_bs():
        labels = np.asarray(blocks)[labels]
        _, clean = np.unique(labels, return_inverse=True)
        levels.append(clean.tolist())
        if clean.max() == 0:
            break
    return levels


gt.openmp_set_num_threads(1)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
