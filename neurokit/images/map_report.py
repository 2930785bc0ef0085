"""The report of a run of maps: one HTML file of what was made, of whom, and who was set aside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.figures import GREY, PALETTE, new_figure, styled
from neurokit.files.whole_files import write_whole
from neurokit.fingerprint import versions
from neurokit.images.brain_figures import draw_glass_brain, draw_planes
from neurokit.images.grids import nifti
from neurokit.studies.report import render

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_map_report(
    path: Path, records: Sequence[Mapping[str, Any]], aside: Mapping[str, str]
) -> Path:
    """Write the report of maps that lie beside it.

    Parameters
    ----------
    path : Path
        The HTML file, in the folder of the maps.
    records : sequence of mapping
        What stands in the JSON file of each image, see ``neurokit cycles map``.
    aside : mapping of str to str
        Which images could not be mapped, and why.

    Returns
    -------
    path : Path
    """
    maps, of = mean_maps(path.parent, records)
    context = {
        "records": records,
        "maps": [_pictures(feature, image) for feature, image in maps.items()],
        "of": of,
        "scatter": _scatter(maps),
        "aside": sorted(aside.items()),
        "settings": [
            (name.replace("_", " "), _words(value))
            for name, value in records[0]["settings"].items()
            if value not in (None, [], ())
        ],
        "versions": list(versions().items()),
        "written": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    }
    return write_whole(path, render("maps.html", context))


def mean_maps(
    folder: Path, records: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[str]]:
    """Mean of each map over the images that lie on one grid: that of most.

    Returns
    -------
    maps : dict of str to nibabel image
        By feature; none of tables of regions.
    of : list of str
        Names of these images.
    """
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for record in records:
        if files := _images(record):
            image = _load(folder / next(iter(files.values())))
            key = image.shape, image.affine.round(3).tobytes(), tuple(files)
            groups.setdefault(key, []).append(record)
    usual = max(groups.values(), key=len, default=[])
    maps = {}
    for feature in _images(usual[0]) if usual else ():
        images = [_load(folder / _images(record)[feature]) for record in usual]
        total = np.zeros(images[0].shape)
        for image in images:
            total += np.asarray(image.dataobj)
        maps[feature] = nifti((total / len(images)).astype(np.float32), images[0].affine)
    return maps, [str(record["name"]) for record in usual]


def _images(record: Mapping[str, Any]) -> dict[str, str]:
    """File of each feature."""
    start, end = f"{record['name']}_", ".nii.gz"
    return {
        file.removeprefix(start).removesuffix(end): file
        for file in record["files"]
        if file.endswith(end)
    }


def _load(path: Path) -> Any:
    import nibabel

    return nibabel.load(path)


def _pictures(feature: str, image: Any) -> dict[str, str]:
    drawn = draw_planes(image), draw_glass_brain(image)
    planes, glass = (b64encode(png).decode() for png in drawn)
    return {"feature": feature, "planes": planes, "glass": glass}


def _scatter(maps: Mapping[str, Any]) -> str:
    if not {"degree", "cycles"} <= set(maps):
        return ""
    degree, cycles = (np.asarray(maps[name].dataobj).ravel() for name in ("degree", "cycles"))
    closed = cycles > 0  # the others have no place on a logarithmic axis
    return draw_degree_and_cycles(degree[closed], cycles[closed]) if closed.any() else ""


@styled
def draw_degree_and_cycles(degree: np.ndarray, cycles: np.ndarray) -> Figure:
    """Draw each voxel's cycles over its degree, and the most that its degree lets it have."""
    figure = new_figure(7.4, 3.4)
    axes = figure.add_subplot()
    some = np.random.default_rng(0).permutation(len(degree))[:3000]
    axes.scatter(degree[some], cycles[some], s=7, color=PALETTE[4], alpha=0.5, linewidths=0)
    line = np.linspace(max(degree.min(), 2), max(degree.max(), 3), 200)
    axes.plot(line, line * (line - 1) / 2, color=GREY, linewidth=1, ls=":")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("degree")
    axes.set_ylabel("3-cycles")
    return figure


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join("no limit" if one is None else _words(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
