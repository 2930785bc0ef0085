"""Colour maps that the colour-blind read too: PuOr for what has a sign, cividis for what has none.

References
----------
.. [1] C. Brewer, https://colorbrewer2.org: PuOr.
.. [2] J. Nuñez et al., PLOS ONE, 2018, doi:10.1371/journal.pone.0199239: cividis.
"""

from __future__ import annotations

from functools import cache

import numpy as np

_STOPS = {
    # negative is purple, positive orange
    "PuOr": (
        "#2d004b", "#542788", "#8073ac", "#b2abd2", "#d8daeb", "#f7f7f7",
        "#fee0b6", "#fdb863", "#e08214", "#b35806", "#7f3b08",
    ),
    "cividis": (
        "#00224e", "#083370", "#35456c", "#4f576c", "#666970", "#7d7c78",
        "#948e77", "#aea371", "#c8b866", "#e5cf52", "#fee838",
    ),
}  # fmt: skip


@cache
def table(name: str) -> np.ndarray:
    """256 colours of a map, shape (256, 3), 0 to 255."""
    stops = np.array(
        [[int(stop[place : place + 2], 16) for place in (1, 3, 5)] for stop in _STOPS[name]]
    )
    places = np.linspace(0, 1, len(stops))
    fine = np.linspace(0, 1, 256)
    columns = [np.interp(fine, places, stops[:, k]) for k in range(3)]
    return np.round(np.column_stack(columns)).astype(np.uint8)


def paint(values: np.ndarray, limits: tuple[float, float], name: str) -> np.ndarray:
    """Colours of values, shape (..., 3); what lies beyond the limits has the last colour."""
    low, high = limits
    share = (values - low) / ((high - low) or 1.0)
    return table(name)[np.clip(np.nan_to_num(255 * share), 0, 255).astype(int)]
