"""Measures of a network's outputs: how sparse they are, and how well their signs tell classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sparsity:
    """Of one layer.

    Parameters
    ----------
    nonzero : float
        Mean share of units with any output in a trial.
    dead : float
        Share of units that are silent in every trial.
    spikes : float
        Mean sum of outputs a trial; spikes, where outputs are counts.
    operations : float
        Mean synaptic operations a trial: each spike visits its unit's outgoing connections.
    """

    nonzero: float
    dead: float
    spikes: float
    operations: float


def activation_sparsity(outputs: np.ndarray, fan_out: np.ndarray | None = None) -> Sparsity:
    """How sparse a layer's outputs are [1]_, and what they cost downstream [2]_.

    Parameters
    ----------
    outputs : array, shape (n_trials, n_units)
        Spike counts, or activations.
    fan_out : array, shape (n_units,), optional
        Outgoing connections of each unit; none by default.

    Returns
    -------
    sparsity : Sparsity

    References
    ----------
    .. [1] Z. Li et al., The lazy neuron phenomenon, ICLR 2023, arXiv:2210.06313.
    .. [2] J. Yik et al., NeuroBench, Nature Communications, 2025, arXiv:2304.04640.
    """
    outputs = _outputs(outputs)
    active = outputs != 0
    visits = 0.0 if fan_out is None else float((outputs @ np.asarray(fan_out, float)).mean())
    return Sparsity(
        float(active.mean()),
        float((~active.any(axis=0)).mean()),
        float(outputs.sum(axis=1).mean()),
        visits,
    )


def keep_largest(outputs: np.ndarray, share: float) -> np.ndarray:
    """Silence the smallest outputs of each trial.

    Parameters
    ----------
    outputs : array, shape (n_trials, n_units)
    share : float
        Share of units to silence, 0 to 1; of equal outputs the later unit goes first.

    Returns
    -------
    kept : array, shape (n_trials, n_units)
    """
    outputs = _outputs(outputs)
    n_silent = round(share * outputs.shape[1])
    kept = outputs.copy()
    if n_silent:
        order = np.argsort(-np.abs(outputs), axis=1, kind="stable")
        np.put_along_axis(kept, order[:, outputs.shape[1] - n_silent :], 0.0, axis=1)
    return kept


def accuracy_sparsity(
    outputs: np.ndarray,
    labels: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray],
    *,
    loss: float = 0.01,
    shares: Sequence[float] = tuple(np.linspace(0, 1, 101)),
) -> tuple[float, np.ndarray]:
    """Largest share of units that can be silenced for a point of balanced accuracy.

    After the measure of sparsity at one percent of perplexity [1]_, with the accuracy of a decoder
    in the place of a language model's perplexity.

    Parameters
    ----------
    outputs : array, shape (n_trials, n_units)
        Of a layer, on trials that were not trained on.
    labels : array, shape (n_trials,)
    predict : callable
        Labels of outputs: what follows the layer.
    loss : float
        Balanced accuracy that may go, 0.01 is one point.
    shares : sequence of float
        Shares that are tried, rising.

    Returns
    -------
    sparsity : float
        The largest share up to which accuracy never falls by more.
    curve : array, shape (n_shares, 2)
        Share silenced, balanced accuracy.

    References
    ----------
    .. [1] Y. Luo et al., Sparsing Law, 2024, arXiv:2411.02335.
    """
    from sklearn.metrics import balanced_accuracy_score

    whole = balanced_accuracy_score(labels, predict(_outputs(outputs)))
    curve = np.array(
        [
            (share, balanced_accuracy_score(labels, predict(keep_largest(outputs, share))))
            for share in shares
        ]
    )
    fallen = np.flatnonzero(curve[:, 1] < whole - loss - 1e-12)
    last = (fallen[0] if len(fallen) else len(curve)) - 1
    return float(curve[last, 0]) if last >= 0 else 0.0, curve


def hash_codes(*layers: np.ndarray, above: str = "zero") -> np.ndarray:
    """One binary code a trial, of the outputs of some layers side by side [1]_.

    Parameters
    ----------
    *layers : array, shape (n_trials, n_units)
        Outputs, or values before the activation.
    above : {"zero", "median"}
        Whether a unit's bit says that it is above zero, or above its median over the trials.

    Returns
    -------
    codes : array of bool, shape (n_trials, n_units of all)

    References
    ----------
    .. [1] F. He, S. Lei et al., Neural networks behave as hash encoders, 2021, arXiv:2101.05490.
    """
    if above not in ("zero", "median"):
        raise ValueError(f"above must be zero or median, got {above!r}")
    outputs = np.hstack([_outputs(layer) for layer in layers])
    level = 0.0 if above == "zero" else np.median(outputs, axis=0)
    return np.asarray(outputs > level)


def redundancy(codes: np.ndarray) -> float:
    """Share of trials whose code another trial has already: 1 - distinct codes / trials.

    Parameters
    ----------
    codes : array of bool, shape (n_trials, n_units)

    Returns
    -------
    ratio : float
        Near 0 where every trial has a code of its own.

    References
    ----------
    .. [1] F. He, S. Lei et al., 2021, arXiv:2101.05490.
    """
    return 1 - len(np.unique(_packed(codes), axis=0)) / len(codes)


def unseen_rate(stored: np.ndarray, new: np.ndarray) -> float:
    """Share of new codes that are not among the stored ones: how far a visit has drifted.

    Parameters
    ----------
    stored, new : array of bool, shape (n_trials, n_units)

    Returns
    -------
    rate : float
    """
    known = {row.tobytes() for row in _packed(stored)}
    return float(np.mean([row.tobytes() not in known for row in _packed(new)]))


@dataclass(frozen=True)
class HashQuality:
    """How well codes tell trials and classes.

    Parameters
    ----------
    redundancy : float
        As in :func:`redundancy`, of the training codes.
    neighbours, logistic, clusters : float
        Accuracy on the test codes of nearest neighbours by Hamming distance, of logistic
        regression, and of k-means whose clusters take the label of most of their training codes.
    majority : float
        Share of the largest test class.
    n_test : int
        Codes tested.
    """

    redundancy: float
    neighbours: float
    logistic: float
    clusters: float
    majority: float
    n_test: int


def hash_quality(
    codes: np.ndarray,
    labels: np.ndarray,
    test_codes: np.ndarray,
    test_labels: np.ndarray,
    *,
    k: int = 5,
    seed: int = 0,
) -> HashQuality:
    """Determinism and categorisation of codes, the two properties of a hash encoder [1]_.

    Parameters
    ----------
    codes, test_codes : array of bool, shape (n_trials, n_units)
    labels, test_labels : array, shape (n_trials,)
    k : int
        Neighbours.
    seed : int
        For k-means.

    Returns
    -------
    quality : HashQuality

    References
    ----------
    .. [1] F. He, S. Lei et al., 2021, arXiv:2101.05490.
    """
    from sklearn.cluster import KMeans
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    train, test = np.asarray(codes, np.float32), np.asarray(test_codes, np.float32)
    labels, test_labels = np.asarray(labels), np.asarray(test_labels)
    classes, numbers = np.unique(labels, return_inverse=True)
    # squared Euclidean distance of bits is Hamming distance
    neighbours = KNeighborsClassifier(min(k, len(train))).fit(train, labels)
    logistic = LogisticRegression(max_iter=2000).fit(train, labels)
    means = KMeans(len(classes), n_init=4, random_state=seed).fit(train)
    votes = np.zeros((len(classes), len(classes)))
    np.add.at(votes, (means.labels_, numbers), 1)
    named = classes[votes.argmax(axis=1)][means.predict(test)]
    return HashQuality(
        redundancy(codes),
        float(neighbours.score(test, test_labels)),
        float(logistic.score(test, test_labels)),
        float(np.mean(named == test_labels)),
        float(np.unique(test_labels, return_counts=True)[1].max() / len(test_labels)),
        len(test_labels),
    )


def _packed(codes: np.ndarray) -> np.ndarray:
    return np.packbits(np.asarray(codes, dtype=bool), axis=1)


def _outputs(outputs: np.ndarray) -> np.ndarray:
    outputs = np.asarray(outputs, dtype=float)
    if outputs.ndim != 2 or not outputs.size:
        raise ValueError(
            f"outputs must have shape (n_trials, n_units), got {outputs.shape}; give one layer at "
            "a time"
        )
    return outputs
