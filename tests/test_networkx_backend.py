"""Our backend for NetworkX, by NetworkX's own tests and beside its own answers."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import networkx as nx
import numpy as np
import pytest

from neurokit.networkx_backend import Backend, Graph
from neurokit.networkx_info import FUNCTIONS, get_info

CALLS = {
    "triangles": nx.triangles,
    "clustering": nx.clustering,
    "square_clustering": nx.square_clustering,
}


def graph(seed=0):
    named = nx.gnp_random_graph(60, 0.2, seed=seed)
    named.add_edge(0, 0)
    named.add_node("alone")
    return nx.relabel_nodes(named, {k: f"node {k}" for k in range(60)})


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("nodes", [None, "node 3", ["node 5", "alone", "nobody"]])
def test_values_of_all_of_some_and_of_one_node_are_networkxs(name, nodes):
    theirs = CALLS[name](graph(), nodes)
    ours = getattr(Backend, name)(Graph(graph()), nodes)
    assert type(ours) is type(theirs)
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        np.testing.assert_allclose(list(ours.values()), list(theirs.values()), rtol=1e-14)
    else:
        assert ours == pytest.approx(theirs, rel=1e-14)


def test_means_are_networkxs():
    ours, theirs = Graph(graph(1)), graph(1)
    assert Backend.transitivity(ours) == pytest.approx(nx.transitivity(theirs))
    for zeros in (True, False):
        assert Backend.average_clustering(ours, count_zeros=zeros) == pytest.approx(
            nx.average_clustering(theirs, count_zeros=zeros)
        )


def test_what_we_do_not_count_is_left_to_networkx():
    for other in (nx.DiGraph([(0, 1)]), nx.MultiGraph([(0, 1), (0, 1)])):
        assert "undirected" in Backend.can_run("triangles", (other,), {})
        assert Backend.convert_from_nx(other) is other
    assert "weigh" in Backend.can_run("clustering", (nx.Graph(),), {"weight": "weight"})
    assert "no pagerank" in Backend.can_run("pagerank", (nx.Graph(),), {})


def test_what_networkx_is_told_names_functions_that_are_there():
    assert set(get_info()["functions"]) == set(FUNCTIONS)
    assert all(callable(getattr(Backend, name)) for name in FUNCTIONS)


def is_registered():
    return "neurokit" in nx.utils.backends.backends


@pytest.mark.skipif(not is_registered(), reason="neurokit is not installed: no entry point")
def test_networkxs_own_tests_pass_through_the_backend(tmp_path):
    report = tmp_path / "report.xml"
    run = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}",
            "--pyargs", "networkx.algorithms.tests.test_cluster",
        ],
        cwd=tmp_path,
        env=os.environ | {"NETWORKX_TEST_BACKEND": "neurokit", "NETWORKX_FALLBACK_TO_NX": "True"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]
    suite = ET.parse(report).getroot()[0]
    assert int(suite.get("tests")) > 50


@pytest.mark.skipif(not is_registered(), reason="neurokit is not installed: no entry point")
def test_a_call_that_names_the_backend_reaches_it(monkeypatch):
    asked = []
    count = Backend.triangles
    monkeypatch.setattr(
        Backend, "triangles", staticmethod(lambda *given, **named: asked.append(1) or count(*given))
    )
    assert nx.triangles(graph(), backend="neurokit") == nx.triangles(graph())
    assert asked
