"""Grids of voxels: where the nodes of an image lie, and how fine voxels become coarse ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ALIKE = 0.01  # share of a voxel by which sizes and places may differ and still be the same


@dataclass(frozen=True, eq=False)
class Grid:
    """Voxels of an image that are nodes, in the order of the nodes.

    Parameters
    ----------
    affine : array, shape (4, 4)
        From indices of voxels to millimetres.
    shape : tuple of int
        Voxels along each axis.
    voxels : array of int, shape (n_nodes, 3)
        Indices of the voxels that are nodes.
    """

    affine: np.ndarray
    shape: tuple[int, ...]
    voxels: np.ndarray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.voxels)

    @property
    def positions_mm(self) -> np.ndarray:
        """Centre of each node in millimetres, shape (n_nodes, 3)."""
        found: np.ndarray = self.voxels @ self.affine[:3, :3].T + self.affine[:3, 3]
        return found

    @property
    def sizes_mm(self) -> np.ndarray:
        """Size of a voxel along each axis."""
        found: np.ndarray = np.linalg.norm(self.affine[:3, :3], axis=0)
        return found

    @property
    def flat(self) -> np.ndarray:
        """Place of each node in an image that is laid out flat."""
        found: np.ndarray = np.ravel_multi_index(tuple(self.voxels.T), self.shape)
        return found

    def is_like(self, affine: np.ndarray, shape: tuple[int, ...]) -> bool:
        """Whether an image has the same voxels at the same places."""
        if tuple(shape) != self.shape:
            return False
        # a corner tells a turn or a stretch that the origin does not
        corner = np.array([*self.shape, 1.0])
        apart = np.abs((np.asarray(affine) - self.affine)[:3]) @ corner
        return bool(np.all(apart < 5 * ALIKE * self.sizes_mm.min()))

    def against(self, odd: Grid) -> str:
        """Words for another grid than this."""
        return (
            f"lies on {odd.words}, the others on {self.words}; bring all to one space and one size "
            "of voxels first"
        )

    @property
    def words(self) -> str:
        """The grid in words."""
        size = " x ".join(f"{mm:g}" for mm in np.round(self.sizes_mm, 2))
        place = ", ".join(f"{mm:g}" for mm in np.round(self.affine[:3, 3], 1))
        return f"{' x '.join(map(str, self.shape))} voxels of {size} mm from ({place})"

    def to_nifti(self, values: np.ndarray) -> Any:
        """Image of one value a node, zero elsewhere.

        Parameters
        ----------
        values : array, shape (n_nodes,)
            Whole numbers stay whole where they fit 32 bits, and else are kept in double precision:
            counts are exact.

        Returns
        -------
        image : nibabel.Nifti1Image
        """
        values = np.asarray(values)
        if values.shape != (self.n_nodes,):
            raise ValueError(
                f"the grid has {self.n_nodes} nodes, the values have shape {values.shape}"
            )
        volume = np.zeros(self.shape, dtype=_stored(values))
        volume[tuple(self.voxels.T)] = values
        return nifti(volume, self.affine)


def nifti(volume: np.ndarray, affine: np.ndarray) -> Any:
    """Image of a volume in millimetres."""
    from nibabel.nifti1 import Nifti1Image

    image: Any = Nifti1Image(volume, affine)  # type: ignore[no-untyped-call]
    image.header.set_xyzt_units("mm", "sec")
    return image


def _stored(values: np.ndarray) -> Any:
    if values.dtype.kind == "f":
        return np.float32
    if values.dtype.kind == "b":
        return np.uint8
    largest = int(np.abs(values).max(initial=0))
    return np.int32 if largest < 2**31 else np.float64


def grid_of(mask: np.ndarray, affine: np.ndarray) -> Grid:
    """Grid of the voxels that a mask holds."""
    return Grid(np.asarray(affine, dtype=float), mask.shape, np.argwhere(mask))


def usual_grid(grids: Mapping[str, Grid]) -> dict[str, str]:
    """Say who does not lie on the grid of most, and where each lies instead.

    Parameters
    ----------
    grids : dict of str to Grid
        Of each person, by name.

    Returns
    -------
    odd : dict of str to str
        A sentence for each person whose grid is another.
    """
    groups: list[list[str]] = []
    for name, grid in grids.items():
        for group in groups:
            first = grids[group[0]]
            if grid.is_like(first.affine, first.shape):
                group.append(name)
                break
        else:
            groups.append([name])
    usual = max(groups, key=len, default=[])
    return {
        name: f"{name} {grids[usual[0]].against(grids[name])}"
        for group in groups
        if group is not usual
        for name in group
    }


def common_grid(grids: Sequence[Grid], share: float = 1.0) -> Grid:
    """Voxels that everyone has, or a share of the people at least.

    Parameters
    ----------
    grids : sequence of Grid
        Of people whose images lie on one grid.
    share : float
        Least share of the people who have a voxel.

    Raises
    ------
    ValueError
        If no voxel is left.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is a share of the people up to 1, got {share}")
    counts = np.zeros(int(np.prod(grids[0].shape)), dtype=int)
    for grid in grids:
        counts[grid.flat] += 1
    common = counts >= share * len(grids) - 1e-9
    if not common.any():
        raise ValueError(
            f"no voxel varies in {share:.0%} of the {len(grids)} people; lower the share"
        )
    return grid_of(common.reshape(grids[0].shape), grids[0].affine)


class Averaging:
    """Averages the voxels of an image into larger ones along the same axes.

    A fine voxel counts by the share of it that a coarse one covers. An axis whose voxels are as
    large or larger stays as it is: nothing is made finer.

    Parameters
    ----------
    affine : array, shape (4, 4)
        Of the image.
    shape : tuple of int
        Voxels of the image.
    voxel_mm : float, optional
        Size of the coarse voxels; None keeps the image's own.

    Attributes
    ----------
    affine, shape
        Of the coarse image.
    """

    def __init__(
        self, affine: np.ndarray, shape: tuple[int, ...], voxel_mm: float | None = None
    ) -> None:
        affine = np.asarray(affine, dtype=float)
        sizes = np.linalg.norm(affine[:3, :3], axis=0)
        self._weights = [_overlap(n, size, voxel_mm) for n, size in zip(shape, sizes, strict=True)]
        self.affine = affine.copy()
        first = np.zeros(3)
        for axis, weights in enumerate(self._weights):
            if weights is not None:
                assert voxel_mm is not None
                ratio = voxel_mm / sizes[axis]
                self.affine[:3, axis] *= ratio
                first[axis] = (ratio - 1) / 2
        self.affine[:3, 3] += affine[:3, :3] @ first
        self.shape = tuple(
            n if weights is None else len(weights)
            for n, weights in zip(shape, self._weights, strict=True)
        )

    def __call__(self, volume: np.ndarray) -> np.ndarray:
        """Coarse volume; the weighted mean of what each of its voxels covers."""
        for axis, weights in enumerate(self._weights):
            if weights is not None:
                volume = np.moveaxis(np.tensordot(weights, volume, (1, axis)), 0, axis)
        return volume


def _overlap(n_voxels: int, size: float, wanted: float | None) -> np.ndarray | None:
    """Share of each coarse voxel, a row each, that fine ones fill; None where nothing changes."""
    if wanted is None or wanted < size * (1 + ALIKE):
        return None
    n_coarse = max(int(np.ceil(n_voxels * size / wanted - ALIKE)), 1)
    fine, coarse = np.arange(n_voxels) * size, np.arange(n_coarse)[:, None] * wanted
    shared = np.minimum(coarse + wanted, fine + size) - np.maximum(coarse, fine)
    shared = np.maximum(shared, 0)
    weights: np.ndarray = (shared / shared.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights
