"""Where electrodes sit on a head drawn flat: the 10-10 system by its own rules.

A circle at 72 degrees from the vertex passes through T7, T8, Fpz and Oz; the electrodes of a row
lie at equal steps between the midline and that circle. No file is read, so that a window can draw a
head at once.

References
----------
.. [1] R. Oostenveld, P. Praamstra, Clin. Neurophysiol. 112:713, 2001,
   doi:10.1016/S1388-2457(00)00527-7.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

# row, degrees of its midline electrode in front of the vertex, azimuth of its edge from the nose
_ROWS = {
    "Fp": (72, 0), "AF": (54, 36), "F": (36, 54), "FC": (18, 72), "C": (0, 90), "CP": (-18, 108),
    "P": (-36, 126), "PO": (-54, 144), "O": (-72, 180), "I": (-90, 180),
}  # fmt: skip
_EQUATOR, _HEAD = 72, 76  # degrees from the vertex of the electrodes' circle, and of the drawn head
# names before 1991, and rows that change theirs over the temples
_OTHERS = {"t3": "t7", "t4": "t8", "t5": "p7", "t6": "p8", "ft7": "fc7", "ft8": "fc8"}
_OTHERS |= {"t7": "c7", "t8": "c8", "tp7": "cp7", "tp8": "cp8", "t9": "c9", "t10": "c10"}
_OTHERS |= {"ft9": "fc9", "ft10": "fc10", "tp9": "cp9", "tp10": "cp10", "a1": "cp9", "a2": "cp10"}


def flat_positions(names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Positions on a flat head, of those names that are known.

    Parameters
    ----------
    names : sequence of str
        Electrodes of the 10-10 system, in any case.

    Returns
    -------
    positions : dict of str to tuple of float
        x to the right and y to the nose; the head is a circle of radius 1, electrodes below its
        equator lie a little outside.
    """
    table = _table()
    found = {}
    for name in names:
        key = name.strip().lower()
        while key in _OTHERS and key not in table:
            key = _OTHERS[key]
        if key in table:
            found[name] = table[key]
    return found


@lru_cache
def _table() -> dict[str, tuple[float, float]]:
    table = {}
    for row, (ahead, azimuth) in _ROWS.items():
        table[f"{row}z".lower()] = (0.0, ahead / _HEAD)
        for number in range(1, 11):
            table[f"{row}{number}".lower()] = _beside(row, ahead, azimuth, number)
    return table


def _beside(row: str, ahead: float, azimuth: float, number: int) -> tuple[float, float]:
    """Odd numbers lie on the left, and further out the larger they are."""
    side = -1.0 if number % 2 else 1.0
    step = (number + 1) // 2
    if row in ("Fp", "O", "I"):
        # these rows lie on the circle itself
        radius = abs(ahead) / _HEAD
        angle = np.radians(azimuth + (18 if row == "Fp" else -18) * step)
        return float(side * radius * np.sin(angle)), float(radius * np.cos(angle))
    edge = np.array([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))]) * _EQUATOR / _HEAD
    share = min(step, 4) / 4
    # a circle's arc on the ball is bent towards the nose or the neck on paper
    point = np.array([share * edge[0], ahead / _HEAD + share**2 * (edge[1] - ahead / _HEAD)])
    point *= 1.25 if step == 5 else 1.0
    return float(side * point[0]), float(point[1])
