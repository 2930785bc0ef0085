"""Values of electrodes spread over the head: a matrix that is computed once for a montage."""

from __future__ import annotations

import numpy as np

# beyond the last electrodes and the rim, so that nothing is made up there
_OUTSIDE = 1.25
_N_OUTSIDE = 24


def interpolation(positions: np.ndarray, size: int = 67) -> np.ndarray:
    """Matrix that takes values of electrodes to an image of the head.

    Thin-plate splines through the electrodes, and through a ring outside of the head whose values
    are those of the electrodes near by.

    Parameters
    ----------
    positions : array, shape (n_electrodes, 2)
        From above, the head's rim at 1, nose up; all known, three at least.
    size : int
        Rows and columns of the image.

    Returns
    -------
    matrix : array, shape (size * size, n_electrodes)
        ``(matrix @ values).reshape(size, size)`` is the image, the nose at its first row; what
        lies outside of the head is for whoever draws it to cut.

    Raises
    ------
    ValueError
        If there are fewer than three electrodes, or one's place is unknown.
    """
    if len(positions) < 3 or not np.isfinite(positions).all():
        raise ValueError(
            "a head is drawn from three electrodes at least whose places are known; name the "
            "channels by the 10-05 system"
        )
    angles = 2 * np.pi * np.arange(_N_OUTSIDE) / _N_OUTSIDE
    ring = _OUTSIDE * np.column_stack([np.cos(angles), np.sin(angles)])
    apart = _distances(ring, positions)
    near = np.exp(-((apart / 0.5) ** 2)) + 1e-9
    knots = np.concatenate([positions, ring])
    values = np.concatenate([np.eye(len(positions)), near / near.sum(axis=1, keepdims=True)])
    n_knots = len(knots)
    system = np.zeros((n_knots + 3, n_knots + 3))
    # a trace of smoothing, since two electrodes may share a place
    system[:n_knots, :n_knots] = _thin_plate(_distances(knots, knots)) + 1e-9 * np.eye(n_knots)
    plane = np.column_stack([np.ones(n_knots), knots])
    system[:n_knots, n_knots:], system[n_knots:, :n_knots] = plane, plane.T
    right = np.concatenate([values, np.zeros((3, len(positions)))])
    weights = np.linalg.solve(system, right)
    pixels = _pixels(size)
    basis = np.column_stack([_thin_plate(_distances(pixels, knots)), np.ones(len(pixels)), pixels])
    matrix: np.ndarray = basis @ weights
    return matrix


def nearness(positions: np.ndarray, size: int = 67) -> np.ndarray:
    """How much an image of the head can be believed: less, the further the next electrode is.

    Parameters
    ----------
    positions : array, shape (n_electrodes, 2)
        As :func:`interpolation` takes them.
    size : int
        Rows and columns of the image.

    Returns
    -------
    nearness : array, shape (size, size)
        1 near an electrode, 0.1 where it is a guess.
    """
    apart = _distances(_pixels(size), positions).min(axis=1).reshape(size, size)
    return np.clip(1.0 - (apart - 0.25) / 0.45, 0.1, 1.0)


def _pixels(size: int) -> np.ndarray:
    """Places of an image's pixels, row by row from the nose, shape (size * size, 2)."""
    axis = np.linspace(-1, 1, size)
    x, y = np.meshgrid(axis, axis[::-1])
    return np.column_stack([x.ravel(), y.ravel()])


def front_to_back(positions: np.ndarray) -> np.ndarray:
    """Order of the electrodes, row by row from the nose, and from left to right.

    Parameters
    ----------
    positions : array, shape (n_electrodes, 2)
        As above; those of unknown place come last.

    Returns
    -------
    order : array of int, shape (n_electrodes,)
    """
    known = np.isfinite(positions).all(axis=1)
    rows = np.where(known, -np.round(positions[:, 1] / 0.15), np.inf)
    return np.lexsort((np.where(known, positions[:, 0], 0.0), rows))


def around(positions: np.ndarray) -> np.ndarray:
    """Order of the electrodes on a circle, from the nose over the right ear to the left one.

    Parameters
    ----------
    positions : array, shape (n_electrodes, 2)
        As above; those of unknown place come last.

    Returns
    -------
    order : array of int, shape (n_electrodes,)
    """
    angles = np.arctan2(positions[:, 0], positions[:, 1]) % (2 * np.pi)
    # a hair left of the midline in front is the midline
    angles = np.where(angles > 2 * np.pi - 0.15, 0.0, angles)
    return np.argsort(np.where(np.isfinite(angles), angles, np.inf), kind="stable")


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    apart: np.ndarray = np.linalg.norm(a[:, None] - b[None], axis=-1)
    return apart


def _thin_plate(r: np.ndarray) -> np.ndarray:
    return r**2 * np.log(np.maximum(r, 1e-12))
