"""Discover the motifs of an experiment, from its files to its atlas: what the faces drive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neurokit.connectomes.atlas import Atlas, read_atlas, write_atlas
from neurokit.connectomes.page import write_page
from neurokit.datasets.worms import find_animals
from neurokit.pipelines.dynamic_connectome import DynamicConnectome, Said


def discover(
    places: Sequence[str | Path],
    out: Path,
    *,
    settings: dict[str, Any],
    reading: dict[str, Any] | None = None,
    said: Said = lambda what, done, planned: None,
) -> Atlas:
    """Find motifs and write their atlas; the same again goes on where it stopped.

    Parameters
    ----------
    places : sequence of str or path
        See :func:`neurokit.datasets.worms.find_animals`.
    out : Path
        Folder of the atlas (:func:`neurokit.connectomes.atlas.write_atlas`), its page
        ``atlas.html``, and ``kept``, where each fit is kept.
    settings : dict
        Of :class:`neurokit.pipelines.dynamic_connectome.DynamicConnectome`.
    reading : dict, optional
        Of :func:`neurokit.datasets.worms.find_animals`.
    said : callable
        Is told of each step.

    Returns
    -------
    atlas : Atlas

    Raises
    ------
    ValueError, OSError
        If anything asked for cannot be.
    """
    animals = find_animals(places, **(reading or {}))
    model = DynamicConnectome(**settings).fit(animals, kept=out / "kept", said=said)
    write_atlas(model.atlas_, out)
    write_page(model.atlas_, out / "atlas.html")
    return model.atlas_


def draw(folder: Path) -> Path:
    """Draw the page of an atlas anew; return its path."""
    return write_page(read_atlas(folder), folder / "atlas.html")
