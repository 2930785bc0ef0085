"""The supervised contrastive loss of a batch of codes, with its gradient."""

from __future__ import annotations

import numpy as np


def supervised_contrastive(
    codes: np.ndarray, labels: np.ndarray, temperature: float
) -> tuple[float, np.ndarray]:
    """Pull codes of a class together and push the others away.

    Parameters
    ----------
    codes : array, shape (n_trials, n_units)
        Any length; the loss sees their directions. A code of zeros has none and counts as a
        point without similarity to any other.
    labels : array, shape (n_trials,)
        Class of each trial. A trial alone in its class is no anchor, but others are pushed off it.
    temperature : float
        Divides the cosines; 0.05 to 0.2 is usual.

    Returns
    -------
    loss : float
        Mean over the anchors, with the sum over positives outside the logarithm [1]_; 0 where no
        trial has a companion.
    gradient : array, shape (n_trials, n_units)
        With respect to the codes, of their precision.

    Raises
    ------
    ValueError
        If shapes do not fit, or the temperature is not above 0.

    References
    ----------
    .. [1] P. Khosla et al., NeurIPS, 2020, arXiv:2004.11362.
    """
    codes, labels = np.asarray(codes), np.asarray(labels)
    if codes.ndim != 2 or labels.shape != codes.shape[:1]:
        raise ValueError(
            "codes must have shape (n_trials, n_units) and labels (n_trials,), got "
            f"{codes.shape} and {labels.shape}"
        )
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    kind = codes.dtype if codes.dtype.kind == "f" else np.dtype(np.float64)
    exact = codes.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    lengths[lengths == 0] = np.inf
    units = exact / lengths
    same = labels[:, None] == labels
    np.fill_diagonal(same, False)
    positives = same.sum(axis=1)
    anchors = positives > 0
    if not anchors.any():
        return 0.0, np.zeros(codes.shape, dtype=kind)
    loss, slopes = _of_similarities(units @ units.T / temperature, same, positives, anchors)
    towards = (slopes + slopes.T) @ units / temperature
    across = (towards * units).sum(axis=1, keepdims=True)
    return loss, ((towards - across * units) / lengths).astype(kind)


def _of_similarities(
    similarities: np.ndarray, same: np.ndarray, positives: np.ndarray, anchors: np.ndarray
) -> tuple[float, np.ndarray]:
    """Loss and its derivative with respect to each similarity."""
    np.fill_diagonal(similarities, -np.inf)
    similarities -= similarities.max(axis=1, keepdims=True)
    shares = np.exp(similarities)
    sums = shares.sum(axis=1, keepdims=True)
    shares /= sums
    logarithms = np.where(same, similarities - np.log(sums), 0)
    weights = np.where(anchors, 1 / np.maximum(positives, 1), 0) / anchors.sum()
    loss = -float(np.sum(weights * logarithms.sum(axis=1)))
    slopes = np.where(anchors, 1 / anchors.sum(), 0)[:, None] * shares - weights[:, None] * same
    return loss, slopes
