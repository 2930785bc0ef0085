"""Maps of cycles from images on disk to images on disk, one person after the other or at once."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.files.whole_files import write_whole

if TYPE_CHECKING:
    from neurokit.images.grids import Grid
    from neurokit.images.imaging import Series

Said = Callable[[str, str], None]  # an image, and why it was set aside or nothing


@dataclass(frozen=True)
class Reading:
    """How images are read; see :func:`neurokit.images.imaging.read_series`."""

    mask: Any = None
    confounds: str | None = None
    columns: tuple[str, ...] = ()
    band: tuple[float, float] | None = None
    smoothing_mm: float | None = None
    voxel_mm: float | None = 4.0
    drop: int = 0
    tr: float | None = None


@dataclass(frozen=True)
class Mapping:
    """Which maps are made; see :func:`neurokit.pipelines.cycles.graph_maps`."""

    features: tuple[str, ...] = ("degree", "cycles")
    threshold: float | None = None
    density: float | None = None
    sign: str = "positive"
    bins_mm: tuple[float, ...] = (0.0, 20.0, 40.0, 80.0, float("inf"))
    n_threads: int = 1
    pictures: bool = True


def map_image(image: Path, name: str, reading: Reading, mapping: Mapping, out: Path) -> dict:
    """Map one image or table of regions, and write maps, pictures and what they were made of.

    Returns
    -------
    record : dict
        What stands in the JSON file beside the maps.

    Raises
    ------
    ValueError, OSError
        If it cannot be mapped; nothing is written then.
    """
    from neurokit.images.imaging import read_series
    from neurokit.memory import graph_bytes, require
    from neurokit.pipelines.cycles import graph_maps, person_graph

    began = time.perf_counter()
    series = read_series(image, **vars(reading))
    n_times, n_nodes = series.values.shape
    require(
        graph_bytes(n_nodes, n_times, mapping.n_threads),
        f"the graph of {name} with {n_nodes} nodes",
        "make --voxel larger, give a smaller --mask, or run fewer --jobs",
    )
    how: Any = {"n_threads": mapping.n_threads}
    graph = person_graph(
        series.values,
        threshold=mapping.threshold,
        density=mapping.density,
        sign=mapping.sign,
        **how,
    )
    places = None if series.grid is None else series.grid.positions_mm
    maps = graph_maps(graph, mapping.features, positions_mm=places, bins_mm=mapping.bins_mm, **how)
    record = {
        "image": str(image),
        "name": name,
        "volumes": n_times,
        "seconds_per_volume": series.tr,
        "degrees_of_freedom": series.free,
        "nodes": n_nodes,
        "isolated": int(graph.isolated.sum()),
        "edges": graph.n_edges,
        "density": graph.density,
        "threshold": graph.threshold,
    }
    files = _write(series, name, maps, out, pictures=mapping.pictures)
    record |= {"files": files, "settings": _settings(reading, mapping), **_made()}
    record["seconds"] = round(time.perf_counter() - began, 3)
    write_whole(out / f"{name}.json", json.dumps(record, indent=2) + "\n")
    return record


def _write(
    series: Series, name: str, maps: dict[str, np.ndarray], out: Path, *, pictures: bool
) -> list[str]:
    """Write images and pictures of voxels, or one table of regions; name the files."""
    out.mkdir(parents=True, exist_ok=True)
    if series.grid is None:
        import pandas as pd

        index = pd.Index(series.labels or range(1, series.values.shape[1] + 1), name="region")
        table = pd.DataFrame(maps, index=index).to_csv(sep="\t", lineterminator="\n")
        write_whole(out / f"{name}_maps.tsv", table)
        return [f"{name}_maps.tsv"]
    files = []
    for feature, values in maps.items():
        picture = series.grid.to_nifti(values)
        write_whole(out / f"{name}_{feature}.nii.gz", gzip.compress(picture.to_bytes()))
        files.append(f"{name}_{feature}.nii.gz")
        if pictures:
            from neurokit.images.brain_figures import draw_glass_brain

            drawn = draw_glass_brain(picture, f"{name}: {feature}")
            write_whole(out / f"{name}_{feature}.png", drawn)
            files.append(f"{name}_{feature}.png")
    return files


def _settings(reading: Reading, mapping: Mapping) -> dict[str, Any]:
    """Settings in plain words, which stand beside the maps."""
    mask = reading.mask
    read = vars(reading) | {"mask": str(mask) if isinstance(mask, str | Path) else mask and "group"}
    bins = [None if np.isinf(edge) else edge for edge in mapping.bins_mm]
    made = asdict(mapping) | {"bins_mm": bins}
    return read | {key: made[key] for key in made if key not in ("n_threads", "pictures")}


def _made() -> dict[str, str]:
    from neurokit import __version__

    return {"software": f"neurokit {__version__}"}


def map_images(
    images: Sequence[Path],
    reading: Reading,
    mapping: Mapping,
    out: Path,
    *,
    jobs: int,
    said: Said = lambda name, problem: None,
) -> tuple[list[dict], dict[str, str]]:
    """Map several; who cannot be mapped is set aside, and the others go on.

    Parameters
    ----------
    images : sequence of path
    reading, mapping : Reading, Mapping
    out : path
        Folder of the maps.
    jobs : int
        Images at a time, each in a process; a single job shares out its threads instead.
    said : callable
        Is told of each image as it ends.

    Returns
    -------
    records : list of dict
        In the order of the images.
    aside : dict of str to str
        Which images could not be mapped, and why.
    """
    names = distinct_names(images)
    jobs = max(1, min(jobs, len(images)))
    threads = replace(mapping, n_threads=1 if jobs > 1 else mapping.n_threads)
    tasks = [
        (image, name, reading, threads, out) for image, name in zip(images, names, strict=True)
    ]
    found, aside = each(map_image, tasks, [str(image) for image in images], jobs, said)
    return [found[str(image)] for image in images if str(image) in found], aside


def each(
    function: Callable[..., Any],
    tasks: Sequence[tuple],
    names: Sequence[str],
    jobs: int,
    said: Said,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Call a function with each task's arguments: what it gave by name, and what went wrong."""
    from neurokit.studies.parallel import Workers

    found: dict[str, Any] = {}
    aside: dict[str, str] = {}
    try:
        for place, result in Workers(jobs).each(attempt, [(function, *task) for task in tasks]):
            name = names[place]
            if isinstance(result, Exception):
                aside[name] = " ".join(str(result).split()) or type(result).__name__
            else:
                found[name] = result
            said(name, aside.get(name, ""))
    except OSError as error:  # a process died, and with it what the others had not begun
        aside |= {name: str(error) for name in names if name not in found and name not in aside}
    return found, aside


def attempt(function: Callable[..., Any], *task: Any) -> Any:
    """Give what a function gives, or the error of a bad file."""
    try:
        return function(*task)
    except (ValueError, OSError, EOFError) as error:
        # some errors of others do not survive the way between processes
        return ValueError(str(error) or type(error).__name__)


def distinct_names(images: Sequence[Path]) -> list[str]:
    """Name of each image; with its folder's where two have the same."""
    from neurokit.images.image_files import name_of

    names = [name_of(image) for image in images]
    names = [
        f"{image.parent.name}_{name}" if names.count(name) > 1 else name
        for image, name in zip(images, names, strict=True)
    ]
    for image, name in zip(images, names, strict=True):
        if names.count(name) > 1:
            raise ValueError(f"two images would both be written as {name} ({image}); rename one")
    return names


def common_mask(
    images: Sequence[Path], reading: Reading, share: float, *, jobs: int, said: Said
) -> tuple[Grid, list[Path], dict[str, str]]:
    """Voxels that the people share, who of them lies on the grid of most, and who does not.

    Raises
    ------
    ValueError
        If nobody can be read, or no voxel is shared.
    """
    from neurokit.images.grids import common_grid, usual_grid

    tasks = [(image, reading) for image in images]
    names = [str(image) for image in images]
    grids, aside = each(varying, tasks, names, jobs, said)
    if not grids:
        raise ValueError(f"no image could be read: {next(iter(aside.values()))}")
    odd = usual_grid(grids)
    for name, problem in odd.items():
        said(name, problem)
    aside |= odd
    kept = [image for image in images if str(image) not in aside]
    return common_grid([grids[str(image)] for image in kept], share), kept, aside


def varying(image: Path, reading: Reading) -> Grid:
    """Voxels of one image that vary."""
    from neurokit.images.imaging import read_series

    return read_series(image, **vars(reading)).varying()
