"""One page on codes and capacity: what sparse codes can hold, drawn from our own functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from neurokit.app.code_figures import (
    draw_capacity,
    draw_hashes,
    draw_memories,
    draw_mistakes,
    draw_regimes,
)
from neurokit.files.whole_files import write_whole
from neurokit.pipelines import codes
from neurokit.studies.report import render

UNITS = 1024
WIDTHS = [10, 30, 100, 300]
RANKS = [1, 2, 5, 10, 20]
DILUTIONS = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


def write_codes_page(path: Path, *, seed: int = 42) -> Path:
    """Write the page.

    Parameters
    ----------
    path : Path
        The HTML file.
    seed : int
        Of what is drawn by chance.

    Returns
    -------
    path : Path
    """
    found, curves = _hashes(seed)
    context = {
        "mistakes": _mistakes(),
        "capacity": _capacity(),
        "hashes": draw_hashes(WIDTHS, found, curves),
        "regimes": _regimes(seed),
        "memories": _memories(seed),
        "quality": [{"width": w, **vars(one)} for w, one in zip(WIDTHS, found, strict=True)],
        "held": [
            {"a": a, "exemplars": e, "noise": noise, **vars(_held(a, e, noise))}
            for a, e, noise in [(20, 1, 0.1), (20, 10, 0.1), (20, 25, 0.1), (102, 10, 0.2)]
        ],
    }
    return write_whole(path, render("codes.html", context))


def _held(a: int, exemplars: int, noise: float) -> codes.Capacity:
    return codes.tasks_held(UNITS, a, exemplars=exemplars, noise=noise)


def _mistakes() -> str:
    thresholds = range(2, 21, 2)
    alone = {
        f"{a} of {n:,} active": [codes.false_positive(n, a, 20, th) for th in thresholds]
        for n, a in [(1024, 20), (1024, 102), (200_000, 4000)]
    }
    unions = {
        f"{m} code{'s' * (m > 1)}": [
            codes.union_false_positive(UNITS, 20, 20, th, m) for th in thresholds
        ]
        for m in (1, 5, 10, 20, 40)
    }
    return draw_mistakes(np.array(thresholds), alone, unions)


def _capacity() -> str:
    active = np.array([10, 20, 30, 40, 60, 80, 102])
    held = {
        f"{e} exemplar{'s' * (e > 1)}": [_held(a, e, 0.1).n_tasks for a in active]
        for e in (1, 5, 10, 25)
    }
    misses = {
        f"{noise:.0%} of units silent": [_held(a, 5, noise).n_tasks for a in active]
        for noise in (0.0, 0.1, 0.3, 0.5)
    }
    return draw_capacity(active, held, misses)


def _hashes(seed: int) -> tuple[list[codes.HashQuality], dict[int, Any]]:
    """Sign codes of the hidden layer of small networks on scikit-learn's digits."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    data = load_digits()
    order = np.random.default_rng(seed).permutation(len(data.target))
    X, y = data.data[order] / 8 - 1, data.target[order]
    train, test = slice(0, 1000), slice(1000, None)
    found, curves = [], {}
    for width in WIDTHS:
        values = _hidden(X, y, train, width, seed)
        signs = codes.hash_codes(values)
        found.append(codes.hash_quality(signs[train], y[train], signs[test], y[test], seed=seed))
        outputs = np.maximum(values, 0)
        readout = LogisticRegression(max_iter=3000).fit(outputs[train], y[train])
        if width >= 30:
            curves[width] = codes.accuracy_sparsity(outputs[test], y[test], readout.predict)
    return found, curves


def _hidden(X: np.ndarray, y: np.ndarray, train: slice, width: int, seed: int) -> np.ndarray:
    """Values of the hidden layer before its activation."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((width,), max_iter=60, random_state=seed, tol=0.0, n_iter_no_change=100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sixty rounds are meant
        model.fit(X[train], y[train])
    values: np.ndarray = X @ model.coefs_[0] + model.intercepts_[0]
    return values


def _regimes(seed: int) -> str:
    def runs(aligned: bool) -> np.ndarray:
        return np.array(
            [
                [
                    (one.kernel, one.change)
                    for one in (
                        codes.student_teacher(rank, aligned=aligned, seed=seed + k)
                        for k in range(5)
                    )
                ]
                for rank in RANKS
            ]
        )

    return draw_regimes(RANKS, runs(False), runs(True))


def _memories(seed: int) -> str:
    measured = []
    for d in DILUTIONS:
        overlaps = []
        for k in range(4):
            patterns = codes.sparse_patterns(4, 2000, float(d), seed=seed + k)
            state = codes.relax(patterns, seed=seed + k)
            overlaps.append(np.sort(np.abs(patterns @ state / 2000))[::-1])
        measured.append(np.mean(overlaps, axis=0))
    expected = np.array([codes.expected_overlaps(4, float(d)) for d in DILUTIONS])
    return draw_memories(DILUTIONS, np.array(measured), expected)
