"""Functional images and series of regions as nodes, and maps of nodes as images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.images.confounds import check_band, clean, read_confounds
from neurokit.images.grids import Averaging, Grid, common_grid, grid_of
from neurokit.images.image_files import brain_mask_beside, is_image, name_of, repetition_time
from neurokit.images.masks import brain, fitted_mask, load_image, require_signal, smooth
from neurokit.images.region_series import SUFFIXES, is_correlation, read_regions, split_address
from neurokit.memory import require

_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6, "unknown": 1.0}


@dataclass(frozen=True, eq=False)
class Series:
    """What one person's nodes did.

    Parameters
    ----------
    values : array of float32, shape (n_times, n_nodes)
        Series; or correlations of float64, shape (n_nodes, n_nodes).
    tr : float, optional
        Seconds from volume to volume.
    grid : Grid, optional
        Where the nodes lie; None for regions.
    name : str
        Of the file.
    labels : tuple of str
        Names of the regions, if they have any.
    free : int
        Degrees of freedom that each series is left with; 0 of correlations.
    """

    values: np.ndarray
    tr: float | None
    grid: Grid | None
    name: str
    labels: tuple[str, ...] = field(default=())
    free: int = 0

    @property
    def is_matrix(self) -> bool:
        """Whether the values are correlations, not series."""
        return is_correlation(self.values)

    def varying(self) -> Grid:
        """Voxels whose series is finite and not constant."""
        grid = same_grid([self])
        varies = np.isfinite(self.values).all(axis=0) & (np.ptp(self.values, axis=0) > 0)
        return replace(grid, voxels=grid.voxels[varies])

    def within(self, grid: Grid) -> Series:
        """Series of other voxels on the same grid; NaN where this person has none."""
        own = same_grid([self])
        if not own.is_like(grid.affine, grid.shape):
            raise ValueError(f"{self.name} {grid.against(own)}")
        place = np.full(int(np.prod(grid.shape)), -1)
        place[own.flat] = np.arange(own.n_nodes)
        taken = place[grid.flat]
        values = self.values[:, taken]
        values[:, taken < 0] = np.nan
        return replace(self, values=values, grid=grid)


def read_series(
    image: str | Path,
    *,
    mask: Any = None,
    confounds: Any = None,
    columns: tuple[str, ...] = (),
    band: tuple[float, float] | None = None,
    smoothing_mm: float | None = None,
    voxel_mm: float | None = 4.0,
    drop: int = 0,
    tr: float | None = None,
) -> Series:
    """Read one person's series from an image or a table of regions.

    Parameters
    ----------
    image : path
        NIfTI of shape (x, y, z, volumes); or regions, see
        :func:`neurokit.images.region_series.read_regions`.
    mask : path, Grid or nibabel image, optional
        Voxels that are nodes, on the image's grid, on the coarse one, or on any other of the same
        space. Without: fMRIPrep's brain mask beside the image; else the voxels that vary, where a
        tenth of the image is empty; else nilearn's estimate of the brain.
    confounds, columns
        See :func:`neurokit.images.confounds.read_confounds`.
    band : tuple of float, optional
        Lowest and highest frequency in hertz. With a band or confounds drift is taken out too.
    smoothing_mm : float, optional
        Full width at half maximum of a Gaussian, within the mask.
    voxel_mm : float, optional
        Voxels are averaged into ones of this size; None keeps them, and nothing is made finer.
    drop : int
        Volumes to leave out at the start.
    tr : float, optional
        Seconds from volume to volume, where the file does not say so, or wrongly.

    Returns
    -------
    series : Series

    Raises
    ------
    ValueError
        If the file does not hold series, if they are too short, or if the mask does not fit.
    OSError
        If it cannot be read, or would not fit the memory.
    """
    if drop < 0:
        raise ValueError(f"drop is a number of volumes from zero on, got {drop}")
    how = {"confounds": confounds, "columns": columns, "band": band, "drop": drop, "tr": tr}
    if is_image(image):
        return _read_image(Path(image), mask, smoothing_mm, voxel_mm, **how)
    if split_address(image)[0].suffix.lower() not in SUFFIXES:
        raise ValueError(
            f"{image} is neither an image (.nii, .nii.gz) nor a table ({', '.join(SUFFIXES)})"
        )
    if mask is not None or smoothing_mm is not None:
        raise ValueError(f"{image} holds regions: it takes no mask and no smoothing")
    return _read_table(Path(image), **how)


def _read_table(
    path: Path, *, confounds: Any, columns: tuple[str, ...], band: Any, drop: int, tr: float | None
) -> Series:
    values, labels = read_regions(path)
    series = Series(values, tr, None, name_of(path), labels)
    if series.is_matrix:
        if band or confounds is not None or drop:
            raise ValueError(f"{path} holds correlations, which are not filtered; leave that out")
        return series
    _require_several(len(values) - drop, path)
    found = read_confounds(confounds, path, len(values), columns)
    return _cleaned(series, found, drop, band)


def _cleaned(series: Series, found: Any, drop: int, band: Any) -> Series:
    """Series without their first volumes and what is not wanted in them."""
    if drop and found.values is not None:
        found = found._replace(values=found.values[drop:])
    if drop and found.kept is not None:
        found = found._replace(kept=found.kept[found.kept >= drop] - drop)
    try:
        values, free = clean(series.values[drop:], found, band, series.tr)
    except ValueError as error:
        raise ValueError(f"{series.name}: {error}") from None
    return replace(series, values=values, free=free)


def _require_several(n_volumes: int, path: Path) -> None:
    if n_volumes < 3:
        raise ValueError(
            f"{path} holds {max(n_volumes, 0)} volume{'s' * (n_volumes != 1)} to use; a "
            "correlation needs a series of three or more"
        )


def _read_image(
    path: Path,
    mask: Any,
    smoothing_mm: float | None,
    voxel_mm: float | None,
    *,
    confounds: Any,
    columns: tuple[str, ...],
    band: Any,
    drop: int,
    tr: float | None,
) -> Series:
    image = load_image(path)
    if len(image.shape) != 4:
        raise ValueError(
            f"{path} has shape {image.shape}: one volume; a correlation needs a series of volumes"
        )
    n_volumes = image.shape[3]
    _require_several(n_volumes - drop, path)
    tr = tr or repetition_time(path) or _repetition_time(image)
    if band is not None:
        check_band(band, tr, n_volumes - drop)
    found = read_confounds(confounds, path, n_volumes, columns)
    average = Averaging(image.affine, image.shape[:3], voxel_mm)
    if mask is None:
        mask = brain_mask_beside(path)
    fine, grid = (None, None) if mask is None else fitted_mask(mask, image, average, path)
    values, grid = _read_volumes(image, average, fine, grid, path)
    series = _cleaned(Series(values, tr, grid, name_of(path)), found, drop, band)
    if smoothing_mm:
        series = replace(series, values=smooth(series.values, grid, smoothing_mm))
    return series


def _repetition_time(image: Any) -> float | None:
    seconds = float(image.header.get_zooms()[3])
    unit = image.header.get_xyzt_units()[1]
    return seconds * _SECONDS[unit] if seconds > 0 and unit in _SECONDS else None


def _read_volumes(
    image: Any, average: Averaging, fine: np.ndarray | None, grid: Grid | None, path: Path
) -> tuple[np.ndarray, Grid]:
    """Series of the nodes, a volume at a time; of the brain where no mask is given."""
    n_volumes = image.shape[3]
    n_nodes = int(np.prod(average.shape)) if grid is None else grid.n_nodes
    require(12 * n_nodes * n_volumes, f"reading {path}", "make voxel_mm larger or give a mask")
    chosen = slice(None) if grid is None else grid.flat
    covered = None if fine is None else average(fine.astype(np.float32)).ravel()[chosen]
    values = np.empty((n_volumes, n_nodes), dtype=np.float32)
    try:
        for t in range(n_volumes):
            volume = np.asarray(image.dataobj[..., t], dtype=np.float32)
            if fine is not None:
                volume = np.where(fine, volume, np.float32(0))
            values[t] = average(volume).ravel()[chosen]
    except (EOFError, OSError, ValueError) as error:
        raise OSError(f"{path} ends too early or is damaged: {error}") from None
    if covered is not None:
        values /= covered
    if grid is None:
        inside = brain(values, average)
        return np.ascontiguousarray(values[:, inside.ravel()]), grid_of(inside, average.affine)
    require_signal(values, path)
    return values, grid


def same_grid(series: Sequence[Series]) -> Grid:
    """Grid that all share; their voxels may differ.

    Raises
    ------
    ValueError
        If someone's differs, or there is none.
    """
    first = None
    for one in series:
        if one.grid is None:
            raise ValueError(f"{one.name} holds regions, which lie on no grid of voxels")
        first = first or one
        assert first.grid is not None
        if not one.grid.is_like(first.grid.affine, first.grid.shape):
            raise ValueError(f"{one.name} {first.grid.against(one.grid)}")
    if first is None or first.grid is None:
        raise ValueError("there are no series")
    return first.grid


def group_mask(series: Sequence[Series], *, share: float = 1.0) -> Grid:
    """Voxels that everyone has, or a share of the people at least.

    Parameters
    ----------
    series : sequence of Series
        On one grid.
    share : float
        Least share of the people in whom a voxel must vary.

    Returns
    -------
    grid : Grid
        For :meth:`Series.within`, or ``mask=`` of :func:`read_series`.

    Raises
    ------
    ValueError
        If the grids differ, or no voxel is left.
    """
    same_grid(series)
    return common_grid([one.varying() for one in series], share)
