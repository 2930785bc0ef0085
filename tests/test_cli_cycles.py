"""``neurokit cycles map``: from images on disk to images on disk."""

import json
import os
from pathlib import Path

import nibabel
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.app.cycle_maps import each
from neurokit.images.imaging import read_series
from neurokit.images.map_report import mean_maps, write_map_report
from neurokit.kernels import correlation_graph, distance_degrees, triangles
from tests.brains import small_brain

FUNCTIONAL = Path(nibabel.__file__).parent / "tests" / "data" / "functional.nii"


def mapped(*words):
    return CliRunner().invoke(cli, ["cycles", "map", *map(str, words)])


def values(path):
    return np.asarray(nibabel.load(path).dataobj)


def test_a_real_image_is_mapped_and_drawn(tmp_path):
    words = ("--density", "0.1", "--features", "cycles,distance-degree", "--bins", "0,20,inf")
    result = mapped(FUNCTIONAL, *words, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "functional: 852 nodes, density 0.1 from r = 0.337 on" in result.output
    series = read_series(FUNCTIONAL)
    graph = correlation_graph(series.values, density=0.1)
    where = tuple(series.grid.voxels.T)
    cycles = values(tmp_path / "functional_cycles.nii.gz")
    np.testing.assert_array_equal(cycles[where], triangles(graph))
    assert cycles.sum() == triangles(graph).sum()
    near = values(tmp_path / "functional_distance-degree-0-20mm.nii.gz")[where]
    expected = distance_degrees(graph, series.grid.positions_mm, (0, 20, np.inf))
    np.testing.assert_array_equal(near, expected[0])
    image = nibabel.load(tmp_path / "functional_cycles.nii.gz")
    np.testing.assert_array_equal(image.affine, nibabel.load(FUNCTIONAL).affine)
    assert (tmp_path / "functional_cycles.png").read_bytes().startswith(b"\x89PNG")
    told = json.loads((tmp_path / "functional.json").read_text())
    assert told["edges"] == graph.n_edges
    assert told["settings"]["bins_mm"] == [0, 20, None]
    named = {"functional.json", "report.html", *told["files"]}
    assert named == {path.name for path in tmp_path.iterdir()}
    page = (tmp_path / "report.html").read_text()
    assert page.count("data:image/png") == 2 * 3
    assert "<h2>functional</h2>" in page
    assert "partly follow from degrees" in page


def test_the_report_shows_the_mean_of_those_on_one_grid_and_who_was_set_aside(tmp_path):
    for name, shape in (("a", (9, 10, 8)), ("b", (9, 10, 8)), ("odd", (7, 7, 7))):
        small_brain(tmp_path / f"{name}.nii", shape=shape, seed=ord(name[0]))
    images = [tmp_path / f"{name}.nii" for name in ("a", "b", "odd")]
    words = ("--density", "0.2", "--features", "cycles", "--no-pictures", "--jobs", "1", "--json")
    records = json.loads(mapped(*images, *words, "--out", tmp_path / "maps").stdout)["maps"]
    maps, of = mean_maps(tmp_path / "maps", records)
    assert of == ["a", "b"]
    one, other = (values(tmp_path / "maps" / f"{name}_cycles.nii.gz") for name in of)
    np.testing.assert_allclose(np.asarray(maps["cycles"].dataobj), (one + other) / 2)
    path = write_map_report(tmp_path / "maps" / "report.html", records, {"torn": "cut short"})
    page = path.read_text()
    assert "Mean of 2 images" in page
    assert "other grids are not part of the mean" in page
    assert "cut short" in page


def test_regions_have_a_report_without_a_brain(tmp_path):
    record = {"name": "p", "files": ["p_maps.tsv"], "volumes": 50, "degrees_of_freedom": 49,
              "nodes": 6, "isolated": 0, "edges": 3, "density": 0.2, "threshold": 0.4,
              "seconds": 0.1, "settings": {"features": ["degree"], "mask": None}}  # fmt: skip
    page = write_map_report(tmp_path / "report.html", [record], {}).read_text()
    assert "data:image" not in page
    assert '<td class="key">p</td>' in page


def test_a_bad_image_is_set_aside_and_the_rest_goes_on_in_processes(tmp_path):
    for name in ("a", "b"):
        small_brain(tmp_path / f"{name}.nii.gz", seed=ord(name))
    small_brain(tmp_path / "short.nii.gz", volumes=20)
    words = ("--threshold", "0.3", "--band", "0.02,0.1", "--no-pictures", "--jobs", "2", "--json")
    images = [tmp_path / f"{name}.nii.gz" for name in ("a", "short", "b")]
    result = mapped(*images, *words, "--out", tmp_path / "maps")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [record["name"] for record in told["maps"]] == ["a", "b"]
    (problem,) = told["set_aside"].values()
    assert "20 volumes of 2 s last 40 s, shorter than one wave of 0.02 Hz (50 s)" in problem
    names = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert names == ["a.json", "a_cycles.nii.gz", "a_degree.nii.gz",
                     "b.json", "b_cycles.nii.gz", "b_degree.nii.gz"]  # fmt: skip


def test_a_groups_mask_is_what_all_have_and_another_grid_is_set_aside(tmp_path):
    for name in ("a", "b"):
        data, inside = small_brain(tmp_path / f"{name}.nii", seed=ord(name))
        data[4, 5, 3 + (name == "a")] = 0
        affine = nibabel.load(tmp_path / f"{name}.nii").affine
        nibabel.save(nibabel.Nifti1Image(data, affine), tmp_path / f"{name}.nii")
    small_brain(tmp_path / "odd.nii", shape=(9, 10, 9))
    images = [tmp_path / f"{name}.nii" for name in ("a", "b", "odd")]
    words = ("--mask", "group", "--density", "0.1", "--no-pictures", "--jobs", "1")
    result = mapped(*images, *words, "--out", tmp_path / "maps")
    assert result.exit_code == 1
    assert "odd.nii lies on 9 x 10 x 9 voxels of 4 x 4 x 4 mm" in result.output
    common = values(tmp_path / "maps" / "group_mask.nii.gz")
    assert common.sum() == inside.sum() - 2
    degrees = values(tmp_path / "maps" / "a_degree.nii.gz")
    assert not degrees[common == 0].any()
    assert not (tmp_path / "maps" / "odd.json").exists()


def test_regions_become_a_table(tmp_path):
    series = np.random.default_rng(0).standard_normal((50, 6))
    pd.DataFrame(series, columns=list("uvwxyz")).to_csv(tmp_path / "p.csv", index=False)
    result = mapped(tmp_path / "p.csv", "--density", "0.4", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "p_maps.tsv", sep="\t", index_col="region")
    assert list(table.index) == list("uvwxyz")
    np.testing.assert_array_equal(table["degree"], correlation_graph(series, density=0.4).degrees)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "either --threshold .* or --density"),
        (("--density", "0.1", "--threshold", "0.3"), "either --threshold .* or --density"),
        (("--density", "1.5"), "a share of pairs between 0 and 1, got 1.5"),
        (("--threshold", "3"), "a correlation, -1 to 1, got 3"),
        (("--threshold", "0.9999"), "no pair of nodes is joined"),
        (("--threshold", "-1"), "every pair of nodes is joined"),
        (("--density", "0.1", "--features", "squares"), "no map 'squares'"),
        (("--density", "0.1", "--sign", "both"), "--sign must be one of positive"),
        (("--density", "0.1", "--band", "0.1"), "--band takes two frequencies"),
        (("--density", "0.1", "--mask", "none.nii"), "there is no such mask"),
        (("--density", "0.1", "--confounds", "all"), "there is no such table of confounds"),
        (("--density", "0.1", "--drop", "39"), "holds 1 volume to use"),
    ],
)
def test_what_cannot_be_mapped_is_one_sentence(tmp_path, words, message):
    small_brain(tmp_path / "a.nii")
    with pytest.raises((ValueError, OSError), match=message):
        raise mapped(tmp_path / "a.nii", *words, "--out", tmp_path / "maps").exception
    assert not (tmp_path / "maps").exists()


def test_memory_that_would_not_suffice_is_said_before_the_run(tmp_path, monkeypatch):
    small_brain(tmp_path / "a.nii")
    monkeypatch.setattr("neurokit.memory.available_bytes", lambda: 1_000_000)
    result = mapped(tmp_path / "a.nii", "--density", "0.1", "--out", tmp_path / "maps")
    with pytest.raises(ValueError, match=r"graph of a with 2\d\d nodes needs 0\.\d+ GB of memory"):
        raise result.exception
    assert not (tmp_path / "maps").exists()


def test_two_images_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        small_brain(tmp_path / folder / "rest.nii")
    images = [tmp_path / folder / "rest.nii" for folder in ("one", "two")]
    words = ("--density", "0.1", "--no-pictures", "--jobs", "1", "--features", "degree")
    assert mapped(*images, *words, "--out", tmp_path / "maps").exit_code == 0
    assert (tmp_path / "maps" / "two_rest_degree.nii.gz").exists()


def test_images_whose_process_dies_are_set_aside_by_name():
    found, aside = each(os._exit, [(1,), (1,)], ["a", "b"], 2, lambda name, problem: None)
    assert not found
    assert set(aside) == {"a", "b"}
    assert "a worker process died, too little memory" in aside["a"]
