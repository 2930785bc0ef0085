"""Small images for tests: a ball in an empty box, made of a few sources and noise."""

import nibabel
import numpy as np


def small_brain(
    path, *, shape=(9, 10, 8), volumes=40, size=4.0, tr=2.0, seed=0, empty=True, dtype=np.float32
):
    """Write an image, and its mask beside it as ``mask.nii.gz``; give the array and the mask."""
    rng = np.random.default_rng(seed)
    places = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij"))
    inside = (places**2).sum(axis=0) < 1
    sources = rng.standard_normal((3, volumes))
    mixing = rng.standard_normal((*shape, 3))
    data = 500 + 8 * (mixing @ sources) + 4 * rng.standard_normal((*shape, volumes))
    if empty:
        data[~inside] = 0
    data = data.astype(dtype)
    affine = np.diag([-size, size, size, 1.0])
    affine[:3, 3] = 20, -16, -12
    image = nibabel.Nifti1Image(data, affine)
    image.header.set_zooms((size, size, size, tr))
    image.header.set_xyzt_units("mm", "sec")
    nibabel.save(image, path)
    nibabel.save(nibabel.Nifti1Image(inside.astype(np.uint8), affine), path.parent / "mask.nii.gz")
    return data, inside
