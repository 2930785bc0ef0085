"""Codes of a network's last layer, as bits or as numbers, and distances between them."""

from __future__ import annotations

import numpy as np

from neurokit.kernels.binary_codes import hamming_neighbours, pack_codes


class BinaryCoder:
    """One bit a unit: whether it fired more often than it does in the median trial.

    Parameters
    ----------
    n_units, n_steps : int
        Of the layer and of a trial.

    Attributes
    ----------
    thresholds : array of uint8 or uint16, shape (n_units,)
        Spikes.
    """

    def __init__(self, n_units: int, n_steps: int) -> None:
        self.thresholds = np.zeros(n_units, dtype=np.uint8 if n_steps < 256 else np.uint16)
        self.code_bytes = 8 * -(-n_units // 64)

    def adapt(self, counts: list[np.ndarray], stable: np.ndarray) -> None:
        """Follow the median of classes that weigh the same, but for units that are stable."""
        median = np.median([np.median(each, axis=0) for each in counts], axis=0)
        self.thresholds = np.where(stable, self.thresholds, median).astype(self.thresholds.dtype)

    def encode(self, counts: np.ndarray) -> np.ndarray:
        """Packed codes: uint64, shape (n_trials, n_words)."""
        return pack_codes(counts > self.thresholds)

    def distances(
        self, counts: np.ndarray, stored: np.ndarray, masks: np.ndarray, mask_of: np.ndarray
    ) -> np.ndarray:
        """Share of a mask's units that differ: shape (n_trials, n_stored)."""
        places, near = hamming_neighbours(
            self.encode(counts), stored, pack_codes(masks), len(stored), mask_of=mask_of
        )
        distances = np.empty(near.shape)
        np.put_along_axis(distances, places, near, axis=1)
        return distances

    @property
    def nbytes(self) -> int:
        """Bytes of the thresholds."""
        return int(self.thresholds.nbytes)


class FloatCoder:
    """A number in single precision a unit."""

    nbytes = 0

    def __init__(self, n_units: int) -> None:
        self.code_bytes = 4 * n_units

    def adapt(self, counts: list[np.ndarray], stable: np.ndarray) -> None:
        """Learn nothing."""

    def encode(self, counts: np.ndarray) -> np.ndarray:
        """Codes: float32, shape (n_trials, n_units)."""
        return counts.astype(np.float32)

    def distances(
        self, counts: np.ndarray, stored: np.ndarray, masks: np.ndarray, mask_of: np.ndarray
    ) -> np.ndarray:
        """Euclidean distance of directions on a mask's units: shape (n_trials, n_stored)."""
        distances = np.empty((len(counts), len(stored)))
        for place, mask in enumerate(masks):
            mine = mask_of == place
            cosines = _directions(counts[:, mask]) @ _directions(stored[mine][:, mask]).T
            distances[:, mine] = np.sqrt(np.maximum(2 - 2 * cosines, 0))
        return distances


def _directions(codes: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(codes, axis=1, keepdims=True)
    return codes / np.maximum(lengths, 1e-12)
