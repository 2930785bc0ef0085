"""One person from NIfTI on disk to NIfTI maps on disk: ``neurokit cycles map``, start and end."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel
import numpy as np
from scipy.ndimage import gaussian_filter

from neurokit.timing import machine

BAR_SECONDS = 8.0
N_RUNS = 3
SHAPE, VOLUMES, TR = (49, 58, 47), 150, 2.0  # Athena's grid of 4 mm
FEATURES = "degree,distance-degree,cycles,weight,clustering,ratio"
BARE = ["--features", "degree,cycles", "--no-pictures"]
ALL = ["--features", FEATURES, "--band", "0.009,0.08", "--smoothing", "6"]
CASES = {
    "degree and cycles": BARE,
    f"{FEATURES}; band-pass and smoothing": [*ALL, "--no-pictures"],
    "the same, and each map drawn on a glass brain": ALL,
}


def write_brain(folder):
    """Write some 25,000 voxels of smooth noise and twenty networks, and their mask."""
    rng = np.random.default_rng(0)
    places = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in SHAPE], indexing="ij"))
    inside = (places**2).sum(axis=0) < 0.725**2
    networks = [gaussian_filter(rng.standard_normal(SHAPE), 4) for _ in range(20)]
    networks = np.stack([one / one.std() for one in networks], axis=-1)
    courses = gaussian_filter(rng.standard_normal((20, VOLUMES)), (0, 1.5))
    data = np.zeros((*SHAPE, VOLUMES), dtype=np.int16)
    for t in range(VOLUMES):
        noise = gaussian_filter(rng.standard_normal(SHAPE), 0.8)
        volume = 1000 + 20 * noise / noise.std() + 20 * networks @ courses[:, t]
        data[..., t] = np.where(inside, volume, 0)
    affine = np.diag([-4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = 96, -132, -78
    image = nibabel.Nifti1Image(data, affine)
    image.header.set_zooms((4, 4, 4, TR))
    image.header.set_xyzt_units("mm", "sec")
    nibabel.save(image, folder / "person.nii.gz")
    nibabel.save(nibabel.Nifti1Image(inside.astype(np.uint8), affine), folder / "mask.nii.gz")
    return int(inside.sum())


def children_seconds():
    """Processor seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(folder, words):
    """Median wall and processor seconds of a run; the first, which fills the caches, left out."""
    files = [str(folder / "person.nii.gz"), "--mask", str(folder / "mask.nii.gz")]
    command = [sys.executable, "-m", "neurokit.app", "cycles", "map", *files, *words]
    command += ["--density", "0.05", "--out", str(folder / "maps")]
    seconds, processor = [], []
    for _ in range(N_RUNS + 1):
        start, used = time.perf_counter(), children_seconds()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
        processor.append(children_seconds() - used)
    return statistics.median(seconds[1:]), statistics.median(processor[1:])


def main():
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        n_voxels = write_brain(folder)
        print(machine("nibabel", "numba", "numpy"))
        print(f"{n_voxels} voxels of 4 mm, {VOLUMES} volumes, density 5 %, {os.cpu_count()} cores")
        for what, words in CASES.items():
            wall, processor = timed(folder, words)
            print(f"{what}: median {wall:.2f} s of {N_RUNS}, processor {processor:.2f} s")
            if "--no-pictures" in words:  # the bar is for maps, pictures come on top
                print(f"  bar {BAR_SECONDS:g} s: {'missed' if wall > BAR_SECONDS else 'reached'}")


if __name__ == "__main__":
    main()
