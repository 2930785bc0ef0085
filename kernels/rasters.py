"""Spikes as bits: 16 steps of a unit in a word."""

from __future__ import annotations

import numpy as np

STEPS = 16  # of a word


def pack_spikes(spikes: np.ndarray) -> np.ndarray:
    """Pack spikes, a bit each.

    Parameters
    ----------
    spikes : array of bool, shape (n_trials, n_steps, n_units)

    Returns
    -------
    raster : array of uint16, shape (n_trials, ceil(n_steps / 16), n_units)
        Bit s of ``raster[n, b, j]`` says whether unit j fired at step 16 b + s of trial n.

    Raises
    ------
    ValueError
        If there are no three axes.
    """
    spikes = np.asarray(spikes, dtype=bool)
    if spikes.ndim != 3:
        raise ValueError(
            f"spikes must have shape (n_trials, n_steps, n_units), got {spikes.shape}; "
            "add an axis for a single trial: spikes[None]"
        )
    n_trials, n_steps, n_units = spikes.shape
    raster = np.zeros((n_trials, -(-n_steps // STEPS), n_units), dtype=np.uint16)
    for step in range(n_steps):
        raster[:, step // STEPS] |= spikes[:, step].astype(np.uint16) << np.uint16(step % STEPS)
    return raster


def unpack_spikes(raster: np.ndarray, n_steps: int) -> np.ndarray:
    """Spikes of a raster as an array of bool, shape (n_trials, n_steps, n_units)."""
    steps = np.arange(n_steps)
    words = raster[:, steps // STEPS]
    return (words >> (steps % STEPS).astype(np.uint16)[:, None] & np.uint16(1)).astype(bool)


def spike_counts(raster: np.ndarray) -> np.ndarray:
    """Spikes of each unit in each trial: int32, shape (n_trials, n_units)."""
    return np.bitwise_count(raster).sum(axis=1, dtype=np.int32)


def spike_events(raster: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """List the spikes of a raster.

    Parameters
    ----------
    raster : array of uint16, shape (n_trials, n_blocks, n_units)

    Returns
    -------
    trials, steps, units : arrays of int64, shape (n_spikes,)
        By trial, then by step, then by unit.
    """
    trials, steps, units = np.nonzero(unpack_spikes(raster, STEPS * raster.shape[1]))
    return trials, steps, units


def raster_of_events(
    trials: np.ndarray, steps: np.ndarray, units: np.ndarray, shape: tuple[int, int, int]
) -> np.ndarray:
    """Raster of listed spikes.

    Parameters
    ----------
    trials, steps, units : arrays of int, shape (n_spikes,)
    shape : tuple of int
        ``(n_trials, n_steps, n_units)``.
    """
    n_trials, n_steps, n_units = shape
    raster = np.zeros((n_trials, -(-n_steps // STEPS), n_units), dtype=np.uint16)
    bits = np.uint16(1) << (np.asarray(steps) % STEPS).astype(np.uint16)
    np.bitwise_or.at(raster, (trials, np.asarray(steps) // STEPS, units), bits)
    return raster
