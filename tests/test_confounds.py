"""What is taken out of series, and files of regions."""

import json

import numpy as np
import pandas as pd
import pytest

from neurokit.images.confounds import NONE, Confounds, clean, read_confounds
from neurokit.images.image_files import brain_mask_beside, find_images, name_of, repetition_time
from neurokit.images.imaging import read_series
from neurokit.images.region_series import read_regions


def test_a_band_keeps_its_waves_and_takes_the_others():
    times = np.arange(-49.5, 50) * 2.0  # waves that are the same both ways are no drift
    inside, outside = np.cos(2 * np.pi * 0.05 * times), np.cos(2 * np.pi * 0.15 * times)
    values = np.stack([inside + 3 * outside + 900, outside, 4 + 0 * times], axis=1)
    cleaned, free = clean(values.astype(np.float32), NONE, (0.03, 0.08), 2.0)
    np.testing.assert_allclose(cleaned[:, 0], inside, atol=1e-4)
    np.testing.assert_allclose(cleaned[:, 1:], 0, atol=1e-4)
    assert np.ptp(cleaned[:, 2]) == 0
    assert free == 2 * 11 - 1  # 0.03, 0.035, ... 0.08 Hz, less the drift


def test_nothing_of_the_confounds_comes_back_through_the_band():
    rng = np.random.default_rng(0)
    motion = rng.standard_normal((80, 3))
    values = (rng.standard_normal((80, 5)) + motion @ rng.standard_normal((3, 5))).astype("f4")
    cleaned, _ = clean(values, Confounds(motion, (), None), (0.02, 0.1), 2.0)
    np.testing.assert_allclose(motion.T @ cleaned, 0, atol=1e-4)
    power = np.abs(np.fft.rfft(cleaned, axis=0)) ** 2
    beyond = np.fft.rfftfreq(80, 2.0) > 0.1
    assert power[beyond].sum() < 1e-6 * power.sum()


def test_volumes_that_are_scrubbed_have_no_say():
    rng = np.random.default_rng(1)
    values = rng.standard_normal((60, 4)).astype("f4")
    kept = np.setdiff1d(np.arange(60), [10, 11, 30])
    spoilt = values.copy()
    spoilt[[10, 11, 30]] += 1e4
    motion = rng.standard_normal((60, 2))
    expected, free = clean(values, Confounds(motion, (), kept), None, None)
    found, _ = clean(spoilt, Confounds(motion, (), kept), None, None)
    np.testing.assert_allclose(found, expected, atol=1e-2)
    assert expected.shape == (57, 4)
    assert free == 57 - 4
    design = np.column_stack([np.ones(60), np.arange(60), motion])[kept]
    residual = values[kept] - design @ np.linalg.lstsq(design, values[kept], rcond=None)[0]
    np.testing.assert_allclose(expected, residual, atol=1e-4)


def fmriprep(folder, volumes=30):
    """Write a run as fMRIPrep leaves it, its numbers empty."""
    folder.mkdir(parents=True)
    stem = "sub-1_task-rest"
    rng = np.random.default_rng(0)
    names = ["global_signal", "white_matter", "csf", "framewise_displacement"]
    motion = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
    more = ("", "_derivative1", "_power2", "_derivative1_power2")
    names += [name + end for name in motion for end in more]
    table = pd.DataFrame(rng.standard_normal((volumes, len(names))), columns=names)
    table.loc[0, "framewise_displacement"] = np.nan
    path = folder / f"{stem}_desc-confounds_timeseries.tsv"
    table.to_csv(path, sep="\t", index=False, na_rep="n/a")
    path.with_suffix(".json").write_text("{}")
    for space in ("MNI152NLin2009cAsym", "T1w"):
        image = folder / f"{stem}_space-{space}_desc-preproc_bold.nii.gz"
        image.touch()
        image.with_name(image.name.replace("preproc_bold", "brain_mask")).touch()
        (folder / f"{stem}_space-{space}_desc-preproc_bold.json").write_text(
            json.dumps({"RepetitionTime": 1.5})
        )
    return path


def test_of_fmripreps_table_the_usual_columns_are_taken(tmp_path):
    path = fmriprep(tmp_path / "func")
    found = read_confounds(path, None, 30)
    assert len(found.names) == 8
    assert "global_signal" not in found.names
    chosen = read_confounds(path, None, 30, ("framewise_displacement",))
    assert chosen.values[0] == chosen.values[1:].mean()  # a derivative has no first value
    with pytest.raises(ValueError, match=r"has no column 'csf2'; it has global_signal, .*, \.\.\."):
        read_confounds(path, None, 30, ("csf2",))
    with pytest.raises(ValueError, match="the image has 29 volumes"):
        read_confounds(path, None, 29)


def test_nilearn_finds_fmripreps_confounds_beside_the_image(tmp_path):
    fmriprep(tmp_path / "func")
    (image,) = find_images([tmp_path], space="T1w")
    found = read_confounds("motion,wm_csf", image, 30)
    assert found.values.shape == (30, 26)
    assert {"trans_x", "white_matter", "csf"} <= set(found.names)


def test_a_folder_gives_one_space_of_fmripreps_runs_with_mask_and_tr(tmp_path):
    fmriprep(tmp_path / "func")
    with pytest.raises(ValueError, match="holds the spaces MNI152NLin2009cAsym, T1w; choose one"):
        find_images([tmp_path])
    (image,) = find_images([tmp_path], space="MNI152NLin2009cAsym")
    assert brain_mask_beside(image).name.endswith("MNI152NLin2009cAsym_desc-brain_mask.nii.gz")
    assert repetition_time(image) == 1.5
    with pytest.raises(ValueError, match="holds no space 'MNI'"):
        find_images([tmp_path], space="MNI")


def test_of_athenas_two_versions_the_filtered_one_is_taken(tmp_path):
    for name in ("sfnwmrda0010001_session_1_rest_1", "snwmrda0010001_session_1_rest_1",
                 "snwmrda0010002_session_1_rest_1"):  # fmt: skip
        folder = tmp_path / name[-24:-17]
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.nii.gz").touch()
    found = [name_of(path) for path in find_images([tmp_path])]
    assert found == ["sfnwmrda0010001_session_1_rest_1", "snwmrda0010002_session_1_rest_1"]


def test_a_place_without_images_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no images"):
        find_images([tmp_path])
    with pytest.raises(FileNotFoundError, match="no such file"):
        find_images([tmp_path / "none.nii"])


@pytest.mark.parametrize(
    ("name", "text", "labels"),
    [
        ("a.1D", "#2001\t#2002\n1.5\t2\n3\t4\n5\t7\n", ("2001", "2002")),
        ("a.1D", "File\tSub-brick\tMean_1\tMean_2\nx.nii\t0[?]\t1.5\t2\nx\t1\t3\t4\nx\t2\t5\t7\n",
         ("Mean_1", "Mean_2")),
        ("a.1D", "# made by 3dROIstats\n  1.5 2\n  3 4\n  5 7\n", ()),
        ("a.csv", "left,right\n1.5,2\n3,4\n5,7\n", ("left", "right")),
        ("a.tsv", "1.5\t2\t\n3\t4\t\n5\t7\t\n", ()),
    ],
)  # fmt: skip
def test_tables_of_regions_are_read_with_their_names(tmp_path, name, text, labels):
    (tmp_path / name).write_text(text)
    series = read_series(tmp_path / name)
    np.testing.assert_array_equal(series.values, [[1.5, 2], [3, 4], [5, 7]])
    assert series.labels == labels
    assert series.grid is None


def test_matrices_come_whole_or_as_triangles(tmp_path):
    matrix = np.corrcoef(np.random.default_rng(0).standard_normal((5, 20)))
    upper = matrix[np.triu_indices(5, 1)]
    np.savetxt(tmp_path / "whole.csv", matrix, delimiter=",")
    np.savez(tmp_path / "two.npz", r=upper, z=np.arctanh(upper) + 0, strong=[1.2, 0, 0.1])
    for address in ("whole.csv", "two.npz:r"):
        series = read_series(f"{tmp_path}/{address}")
        assert series.is_matrix
        np.testing.assert_allclose(series.values, matrix, atol=1e-12)
    # beyond one it can only be Fisher's z
    strong, _ = read_regions(f"{tmp_path}/two.npz:strong")
    assert strong[0, 1] == np.tanh(1.2)
    with pytest.raises(ValueError, match=r"holds 3 arrays \(r, z, strong\); choose one, as in"):
        read_series(tmp_path / "two.npz")
    with pytest.raises(ValueError, match="correlations, which are not filtered"):
        read_series(f"{tmp_path}/two.npz:r", band=(0.01, 0.1))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "the file is empty"),
        ("a.csv", "a,b\n1,x\n2,y\n", "words among its numbers"),
        ("a.csv", "1,2\n3,4\n", "holds 2 volumes"),
        ("a.xls", "", "neither an image"),
        ("a.npy", np.zeros((2, 3, 4)), "one array a person"),
        ("a.npy", np.zeros(7), "no upper triangle"),
        ("a.npy", np.array(["a", "b"]), "not numbers"),
    ],
)
def test_what_holds_no_series_is_refused(tmp_path, name, content, message):
    if isinstance(content, str):
        (tmp_path / name).write_text(content)
    else:
        np.save(tmp_path / name, content)
    with pytest.raises(ValueError, match=message):
        read_series(tmp_path / name)


def test_regions_take_no_mask(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((9, 3)))
    with pytest.raises(ValueError, match="no mask"):
        read_series(tmp_path / "a.npy", smoothing_mm=6)
