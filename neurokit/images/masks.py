"""Which voxels of an image are nodes: a mask that is given, or the brain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from neurokit.images.grids import Averaging, Grid, grid_of, nifti

HALF = 0.5  # of a coarse voxel must lie in the mask; of a mask, in the image
FWHM = 2 * np.sqrt(2 * np.log(2))  # in standard deviations
THIN = 8  # voxels
FILLED = 0.9  # of an image, from which on it was not masked


def load_image(path: str | Path) -> Any:
    """Open an image with nibabel.

    Raises
    ------
    OSError
        If it is not there or is no image.
    """
    import nibabel

    try:
        # kept open, a compressed file is unpacked once and not again for every volume
        return nibabel.load(path, keep_file_open=True)
    except nibabel.filebasedimages.ImageFileError as error:
        raise OSError(f"{path} cannot be read as an image: {error}") from None


def fitted_mask(
    mask: Any, image: Any, average: Averaging, path: Path
) -> tuple[np.ndarray | None, Grid]:
    """Mask on the image's voxels, unless it stands on coarse ones; and the grid of its nodes."""
    here = Grid(image.affine, image.shape[:3], np.empty((0, 3), int))
    coarse = Grid(average.affine, average.shape, np.empty((0, 3), int))
    if isinstance(mask, Grid):
        volume = np.zeros(mask.shape, dtype=bool)
        volume[tuple(mask.voxels.T)] = True
        affine = mask.affine
    else:
        loaded = load_image(mask) if isinstance(mask, (str, Path)) else mask
        volume, affine = np.squeeze(np.asanyarray(loaded.dataobj)), loaded.affine
        if volume.ndim != 3:
            raise ValueError(f"a mask is one volume, got shape {loaded.shape}")
        volume = np.nan_to_num(volume) > 0
    if not volume.any():
        raise ValueError("the mask holds no voxel")
    if coarse.is_like(affine, volume.shape):
        return None, grid_of(volume, average.affine)
    if not here.is_like(affine, volume.shape):
        volume = _brought_over(volume, affine, image, path)
    grid = grid_of(average(volume.astype(np.float32)) >= HALF, average.affine)
    if not grid.n_nodes:
        raise ValueError(f"the mask fills no voxel of {path}; is voxel_mm too large for it?")
    return volume, grid


def _brought_over(volume: np.ndarray, affine: np.ndarray, image: Any, path: Path) -> np.ndarray:
    """Mask on the voxels of an image, from other voxels in the same space."""
    from scipy.ndimage import affine_transform

    there = np.linalg.inv(affine) @ image.affine
    shape = image.shape[:3]
    moved = affine_transform(volume.astype(np.float32), there, output_shape=shape, order=1)
    found: np.ndarray = moved >= HALF
    size = abs(np.linalg.det(image.affine[:3, :3])) / abs(np.linalg.det(affine[:3, :3]))
    share = found.sum() * size / volume.sum()
    if share < HALF:
        raise ValueError(
            f"the mask does not fit {path}: {share:.0%} of it lies within the image; are both in "
            "the same space?"
        )
    return found


def require_signal(values: np.ndarray, path: Path) -> None:
    """Refuse a mask that lies where nothing varies."""
    silent = float(np.mean(np.ptp(values, axis=0) == 0))
    if silent > HALF:
        raise ValueError(
            f"the mask does not fit {path}: {silent:.0%} of its voxels hold no signal there; are "
            "both in the same space?"
        )


def brain(values: np.ndarray, average: Averaging) -> np.ndarray:
    """Voxels of the brain: those that vary in a masked image, else as nilearn sees them."""
    varies = (np.ptp(values, axis=0) > 0) & np.isfinite(values).all(axis=0)
    if not varies.any():
        raise ValueError("no voxel of the image varies from volume to volume")
    if varies.mean() < FILLED:
        return varies.reshape(average.shape)
    from nilearn.masking import compute_epi_mask

    mean = nifti(values.mean(axis=0).reshape(average.shape), average.affine)
    # the usual opening by two voxels would leave nothing of coarse ones, nor one of a thin slab
    opening = 1 if min(average.shape) >= THIN else False
    found = compute_epi_mask(mean, opening=opening, ensure_finite=True)
    inside: np.ndarray = np.asarray(found.dataobj).astype(bool)
    return inside & varies.reshape(average.shape)


def smooth(values: np.ndarray, grid: Grid, fwhm_mm: float) -> np.ndarray:
    """Gaussian average of the voxels in the mask; what lies outside counts for nothing."""
    from scipy.ndimage import gaussian_filter

    sigma = fwhm_mm / FWHM / grid.sizes_mm
    volume = np.zeros(grid.shape, dtype=np.float32)
    inside, found = grid.flat, np.empty_like(values)
    volume.ravel()[inside] = 1
    weight = gaussian_filter(volume, sigma).ravel()[inside]
    for t, row in enumerate(values):
        volume.ravel()[inside] = row
        found[t] = gaussian_filter(volume, sigma).ravel()[inside] / weight
    return found
