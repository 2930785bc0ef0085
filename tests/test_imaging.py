"""Series of images and regions: against NumPy, and what is refused."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from neurokit.images.imaging import group_mask, read_series, same_grid
from tests.brains import small_brain

FUNCTIONAL = Path(nibabel.__file__).parent / "tests" / "data" / "functional.nii"


def test_the_nodes_of_a_mask_are_its_voxels_in_the_image(tmp_path):
    data, inside = small_brain(tmp_path / "a.nii.gz")
    series = read_series(tmp_path / "a.nii.gz", mask=tmp_path / "mask.nii.gz")
    np.testing.assert_array_equal(series.values, data[inside].T)
    np.testing.assert_array_equal(series.grid.voxels, np.argwhere(inside))
    assert (series.tr, series.name, series.free) == (2.0, "a", 39)
    assert not series.is_matrix


def test_without_a_mask_the_voxels_that_vary_are_the_brain(tmp_path):
    _, inside = small_brain(tmp_path / "a.nii")
    series = read_series(tmp_path / "a.nii")
    np.testing.assert_array_equal(series.grid.voxels, np.argwhere(inside))


def test_nibabels_own_functional_image_becomes_series_and_maps_go_back_to_it():
    series = read_series(FUNCTIONAL, band=(0.03, 0.1))
    original = nibabel.load(FUNCTIONAL)
    assert 0.5 < series.grid.n_nodes / np.prod(original.shape[:3]) < 1
    assert (series.tr, len(series.values), series.free) == (2.0, 20, 5)
    back = series.grid.to_nifti(series.values[3])
    np.testing.assert_array_equal(back.affine, original.affine)
    assert back.shape == original.shape[:3]
    assert np.count_nonzero(back.get_fdata()) == series.grid.n_nodes


def everything(path):
    """Mask that leaves nothing out."""
    image = nibabel.load(path)
    return nibabel.Nifti1Image(np.ones(image.shape[:3], np.uint8), image.affine)


def test_small_voxels_are_averaged_and_the_affine_goes_with_them(tmp_path):
    data, _ = small_brain(tmp_path / "a.nii", shape=(8, 6, 10), size=2.0, empty=False)
    whole = nibabel.Nifti1Image(
        np.ones((8, 6, 10), np.uint8), nibabel.load(tmp_path / "a.nii").affine
    )
    series = read_series(tmp_path / "a.nii", mask=whole)
    expected = data.reshape(4, 2, 3, 2, 5, 2, -1).mean(axis=(1, 3, 5))
    np.testing.assert_allclose(series.values.T, expected.reshape(60, -1), rtol=1e-5)
    fine = whole.affine @ [0.5, 0.5, 0.5, 1]  # middle of the first eight
    np.testing.assert_allclose(series.grid.positions_mm[0], fine[:3])


def test_voxels_that_straddle_count_by_their_share(tmp_path):
    data, _ = small_brain(tmp_path / "a.nii", shape=(4, 4, 4), size=3.0, empty=False)
    whole = nibabel.Nifti1Image(
        np.ones((4, 4, 4), np.uint8), nibabel.load(tmp_path / "a.nii").affine
    )
    series = read_series(tmp_path / "a.nii", mask=whole)
    share = np.array([[3, 1, 0, 0], [0, 2, 2, 0], [0, 0, 1, 3]]) / 4
    expected = np.einsum("ai,bj,ck,ijkt->abct", share, share, share, data)
    np.testing.assert_allclose(series.values.T, expected.reshape(27, -1), rtol=1e-5)


def test_at_the_edge_of_the_mask_only_what_lies_inside_is_averaged(tmp_path):
    data, inside = small_brain(tmp_path / "a.nii", shape=(12, 12, 12), size=2.0, empty=False)
    series = read_series(tmp_path / "a.nii", mask=tmp_path / "mask.nii.gz")
    cells = inside.reshape(6, 2, 6, 2, 6, 2).transpose(0, 2, 4, 1, 3, 5).reshape(6, 6, 6, 8)
    parts = data.reshape(6, 2, 6, 2, 6, 2, -1).transpose(0, 2, 4, 1, 3, 5, 6)
    parts = parts.reshape(6, 6, 6, 8, -1)
    assert series.grid.n_nodes == np.count_nonzero(cells.mean(axis=-1) >= 0.5)
    for node, (x, y, z) in enumerate(series.grid.voxels):
        expected = parts[x, y, z][cells[x, y, z]].mean(axis=0)
        np.testing.assert_allclose(series.values[:, node], expected, rtol=1e-5)


def test_a_mask_of_other_voxels_in_the_same_space_is_brought_over(tmp_path):
    _, inside = small_brain(tmp_path / "a.nii")
    affine = nibabel.load(tmp_path / "a.nii").affine
    finer = affine @ np.diag([0.5, 0.5, 0.5, 1])
    finer[:3, 3] -= (affine[:3, :3] * 0.25).sum(axis=1)
    doubled = np.kron(inside, np.ones((2, 2, 2))).astype(np.uint8)
    series = read_series(tmp_path / "a.nii", mask=nibabel.Nifti1Image(doubled, finer))
    common = np.zeros(inside.shape, bool)
    common[tuple(series.grid.voxels.T)] = True
    assert np.count_nonzero(common & inside) > 0.95 * np.count_nonzero(common | inside)


def test_smoothing_stays_within_the_mask_and_keeps_a_constant(tmp_path):
    data, _ = small_brain(tmp_path / "a.nii")
    flat = nibabel.load(tmp_path / "a.nii")
    data[data != 0] = 7
    data[..., 1] *= 2
    nibabel.save(nibabel.Nifti1Image(data, flat.affine), tmp_path / "flat.nii")
    mask = tmp_path / "mask.nii.gz"
    series = read_series(tmp_path / "flat.nii", mask=mask, smoothing_mm=8)
    np.testing.assert_allclose(series.values[0], 7, rtol=1e-5)
    rough = read_series(tmp_path / "a.nii", mask=mask)
    smooth = read_series(tmp_path / "a.nii", mask=mask, smoothing_mm=8)
    assert smooth.values.std(axis=1).mean() < 0.5 * rough.values.std(axis=1).mean()


def test_the_first_volumes_are_dropped_with_their_confounds(tmp_path):
    data, inside = small_brain(tmp_path / "a.nii")
    motion = np.random.default_rng(1).standard_normal((40, 2))
    series = read_series(tmp_path / "a.nii", drop=4, confounds=motion)
    design = np.column_stack([np.ones(36), np.arange(36), motion[4:]])
    kept = data[inside].T[4:].astype(float)
    expected = kept - design @ np.linalg.lstsq(design, kept, rcond=None)[0]
    np.testing.assert_allclose(series.values, expected, atol=1e-3)
    assert series.free == 36 - 4


def test_a_group_mask_holds_what_enough_people_have(tmp_path):
    people = []
    for person in range(3):
        data, inside = small_brain(tmp_path / "a.nii", seed=person)
        data[4, 5, person] = 0
        affine = nibabel.load(tmp_path / "a.nii").affine
        nibabel.save(nibabel.Nifti1Image(data, affine), tmp_path / "a.nii")
        people.append(read_series(tmp_path / "a.nii"))
    missing = inside[4, 5, :3].sum()
    assert group_mask(people).n_nodes == inside.sum() - missing
    most = group_mask(people, share=0.6)
    assert most.n_nodes == inside.sum()
    first = people[0].within(most)
    gaps = np.isnan(first.values).all(axis=0)
    assert gaps.sum() == inside[4, 5, 0]
    np.testing.assert_array_equal(first.values[:, ~gaps], people[0].values)
    again = read_series(tmp_path / "a.nii", mask=most)
    np.testing.assert_array_equal(again.grid.voxels, most.voxels)


def test_people_on_different_grids_are_told_apart_by_name(tmp_path):
    for name, shape in [("one", (9, 10, 8)), ("two", (9, 10, 9))]:
        small_brain(tmp_path / f"{name}.nii", shape=shape)
    people = [read_series(tmp_path / f"{name}.nii") for name in ("one", "two")]
    with pytest.raises(ValueError, match=r"two lies on 9 x 10 x 9 voxels .* bring all to one"):
        group_mask(people)
    with pytest.raises(ValueError, match="two lies on"):
        people[1].within(same_grid(people[:1]))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"band": (0.005, 0.1)}, "shorter than one wave of 0.005 Hz"),
        ({"band": (0.01, 0.3)}, "carries less than 0.25 Hz"),
        ({"band": (0.1, 0.02)}, "a band rises"),
        ({"drop": 38}, "holds 2 volumes to use"),
        ({"drop": -1}, "from zero on"),
        ({"confounds": np.ones((39, 2))}, "the image has 40 volumes"),
        ({"band": (0.02, 0.04), "confounds": np.eye(40)[:, 5:9]}, "degrees of freedom"),
        ({"mask": "empty"}, "the mask holds no voxel"),
        ({"mask": "elsewhere"}, "does not fit .* 0% of it lies within"),
        ({"mask": "silent"}, "hold no signal there"),
        ({"mask": "specks", "voxel_mm": 12}, "fills no voxel"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path, how, message):
    _, inside = small_brain(tmp_path / "a.nii")
    affine = nibabel.load(tmp_path / "a.nii").affine
    if isinstance(how.get("mask"), str):
        speck = np.zeros_like(inside)
        speck[4, 4, 4] = True
        away = affine.copy()
        away[0, 3] += 400
        masks = {
            "empty": (np.zeros_like(inside), affine),
            "elsewhere": (inside, away),
            "silent": (~inside, affine),
            "specks": (speck, affine),
        }
        volume, where = masks[how["mask"]]
        how = how | {"mask": nibabel.Nifti1Image(volume.astype(np.uint8), where)}
    with pytest.raises(ValueError, match=message):
        read_series(tmp_path / "a.nii", **how)


def test_one_volume_is_no_series(tmp_path):
    small_brain(tmp_path / "a.nii", volumes=1)
    with pytest.raises(ValueError, match="1 volume to use"):
        read_series(tmp_path / "a.nii")
    with pytest.raises(ValueError, match="one volume; a correlation needs a series"):
        read_series(tmp_path / "mask.nii.gz")


def test_a_torn_file_is_named(tmp_path):
    small_brain(tmp_path / "a.nii.gz")
    whole = (tmp_path / "a.nii.gz").read_bytes()
    (tmp_path / "a.nii.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OSError, match=r"a\.nii\.gz ends too early"):
        read_series(tmp_path / "a.nii.gz")
    (tmp_path / "b.nii").write_text("no image")
    with pytest.raises(OSError, match="cannot be read as an image"):
        read_series(tmp_path / "b.nii")


def test_an_image_too_large_for_the_memory_is_refused_with_the_number(tmp_path, monkeypatch):
    small_brain(tmp_path / "a.nii")
    monkeypatch.setattr("neurokit.memory.available_bytes", lambda: 100_000)
    with pytest.raises(OSError, match=r"needs 0\.00035 GB of memory, 0\.0001 GB are free"):
        read_series(tmp_path / "a.nii")


def test_counts_come_back_exactly(tmp_path):
    small_brain(tmp_path / "a.nii")
    grid = read_series(tmp_path / "a.nii").grid
    for largest in (2**31 - 1, 2**52 + 1):
        counts = np.arange(grid.n_nodes, dtype=np.int64)
        counts[-1] = largest
        nibabel.save(grid.to_nifti(counts), tmp_path / "counts.nii.gz")
        image = nibabel.load(tmp_path / "counts.nii.gz")
        values = np.asarray(image.dataobj)[tuple(grid.voxels.T)]
        np.testing.assert_array_equal(values.astype(np.int64), counts)
    with pytest.raises(ValueError, match="nodes, the values have shape"):
        grid.to_nifti(np.zeros(3))
