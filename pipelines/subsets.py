"""Subsets of a few features, each decided by shrinkage LDA, quickly."""

from __future__ import annotations

import numpy as np


class SubsetFold:
    """Shrinkage LDA of every subset of features: scikit-learn's, its products made once a fold."""

    def __init__(
        self, table: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray
    ) -> None:
        self.classes, self.test, self.truth = np.unique(labels), table[test], labels[test]
        inside = [table[train][labels[train] == label] for label in self.classes]
        self.counts = np.array([len(group) for group in inside])
        self.means = np.array([group.mean(axis=0) for group in inside])
        self.scales = [_scale(group) for group in inside]
        scaled = [
            (group - mean) / scale
            for group, mean, scale in zip(inside, self.means, self.scales, strict=True)
        ]
        self.products = [group.T @ group for group in scaled]
        self.fourths = [(group**2).T @ group**2 for group in scaled]

    def hits(self, subset: list[int]) -> int:
        """Test trials that a subset decides rightly."""
        covariance = np.zeros((len(subset), len(subset)))
        for k, count in enumerate(self.counts):
            shrunk = self._shrunk(k, subset) * count / self.counts.sum()
            scale = self.scales[k][subset]
            covariance += scale[:, None] * shrunk * scale
        means = self.means[:, subset]
        weights = np.linalg.lstsq(covariance, means.T, rcond=None)[0]
        offsets = np.log(self.counts / self.counts.sum()) - 0.5 * np.sum(means.T * weights, axis=0)
        decided = (self.test[:, subset] @ weights + offsets).argmax(axis=1)
        return int(np.sum(self.classes[decided] == self.truth))

    def _shrunk(self, k: int, subset: list[int]) -> np.ndarray:
        """Ledoit and Wolf's covariance of the scaled features of a class."""
        n, size, places = self.counts[k], len(subset), np.ix_(subset, subset)
        covariance: np.ndarray = self.products[k][places] / n
        mean = float(np.trace(covariance)) / size
        square = float((covariance**2).sum())
        spread = (square - size * mean**2) / size
        noise = min((float(self.fourths[k][places].sum()) / n - square) / (size * n), spread)
        shrinkage = noise / spread if noise > 0 else 0.0
        return (1 - shrinkage) * covariance + shrinkage * mean * np.eye(size)


def _scale(group: np.ndarray) -> np.ndarray:
    """Standard deviations; 1 where nothing varies."""
    deviations = group.std(axis=0)
    return np.where(deviations > 0, deviations, 1.0)
