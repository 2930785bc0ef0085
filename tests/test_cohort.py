"""Cohorts: their tables, their splits, their scores, and a study from table to report."""

import json
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from neurokit.app.classify import Question, classify
from neurokit.app.cli import main
from neurokit.cohorts.cohort import make_cohort, without_one_class_sites
from neurokit.cohorts.maps import map_cohort
from neurokit.cohorts.scores import by_person, correlate, permutation_p, scores, shuffle_people
from neurokit.cohorts.splits import make_folds, unseen_sites
from neurokit.cohorts.study import study_cohort
from neurokit.datasets import nilearn_adhd
from neurokit.datasets.cohorts import find_cohort
from neurokit.datasets.group_scans import on_one_grid
from neurokit.pipelines.cohort_models import Connectivity, cohort_models, describe, mappers
from neurokit.pipelines.cycles import CycleMaps
from neurokit.pipelines.group_mask import shared_nodes
from neurokit.studies.parallel import Workers
from tests.brains import small_brain

N_NODES, N_TIMES = 24, 40


def series(k, rng):
    """Noise; patients (even) share a source over a third of the nodes."""
    values = rng.standard_normal((N_TIMES, N_NODES))
    if k % 2 == 0:
        values[:, :8] += 1.5 * rng.standard_normal((N_TIMES, 1))
    return values.astype(np.float32)


@pytest.fixture
def table(tmp_path):
    """A cohort of 24 people at two sites in a CSV, scans beside it."""
    rng = np.random.default_rng(0)
    rows = []
    for k in range(24):
        np.save(tmp_path / f"p{k}.npy", series(k, rng))
        rows.append(
            {
                "subject": f"p{k}",
                "path": f"p{k}.npy",
                "diagnosis": "ADHD" if k % 2 == 0 else "control",
                "site": "A" if k < 12 else "B",
                "age": 8 + k % 7,
                "motion": 0.1 + 0.01 * k,
                "split": "test" if k % 4 > 1 else "train",
            }
        )
    path = tmp_path / "cohort.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def changed(table, **columns):
    """The same table with columns of other values; a dict changes single subjects."""
    people = pd.read_csv(table)
    for name, values in columns.items():
        for subject, value in values.items():
            people.loc[people["subject"] == subject, name] = value
    people.to_csv(table, index=False)
    return str(table)


def asked(cohort, **options):
    return Question(str(cohort), densities=(0.2,), folds=3, **options)


def test_a_study_goes_from_a_table_to_a_report(table, tmp_path):
    out = tmp_path / "out"
    question = asked(table, evaluation="split", permutations=3)
    cohort, found = classify(question, out, workers=Workers(0))
    first = found.models.iloc[0]
    assert first["model"] == "3-cycles"
    assert first["accuracy"] > 0.8
    assert first["accuracy_low"] < first["accuracy"] <= first["accuracy_high"]
    assert first["majority"] == 0.5
    assert set(found.models["model"]) >= {"connectivity ridge", "phenotype only", "majority"}
    assert 0.25 <= found.p <= 1
    page = (out / "report.html").read_text()
    for words in (
        "Not a diagnostic device",
        "60 to 70 %",
        "strong baseline",
        "unknown",
        "Majority",
    ):
        assert words in page
    nodes = pd.read_csv(out / "nodes.csv")
    assert list(nodes) == ["node", "frequency", "mean", "difference"]
    assert len(nodes) == N_NODES
    assert nodes["difference"][:8].min() > nodes["difference"][8:].max()
    told = json.loads((out / "summary.json").read_text())
    assert told["verdict"] in page
    assert told["condition"] == "ADHD"
    assert told["settings"]["evaluation"] == "split"
    assert cohort.condition == "ADHD"


def test_what_was_finished_is_not_done_again(table, tmp_path, monkeypatch):
    question, out = asked(table, evaluation="leave-one-site-out"), tmp_path / "out"
    _, once = classify(question, out, workers=Workers(0))
    monkeypatch.setattr("neurokit.cohorts.study._fit", None)
    _, again = classify(question, out, workers=Workers(0))
    pd.testing.assert_frame_equal(once.models, again.models)
    assert set(once.people["fold"]) == {"A", "B"}


@dataclass(frozen=True)
class Noted:
    """A scan that notes each reading in a file, and is interrupted where a file says so."""

    folder: Path
    number: int

    def read(self):
        if (self.folder / "stop").exists() and self.number == 3:
            raise KeyboardInterrupt
        with (self.folder / "read").open("a") as file:
            file.write(f"{self.number}\n")
        return series(self.number, np.random.default_rng(self.number))

    def identity(self):
        return str(self.number)


def test_a_run_that_was_stopped_goes_on_with_the_next_person(tmp_path):
    people = pd.DataFrame({"subject": list("abcdef"), "diagnosis": [1, 0] * 3})
    cohort = make_cohort(people, [Noted(tmp_path, k) for k in range(6)], name="noted")
    maps = [CycleMaps(density=0.2)]
    (tmp_path / "stop").touch()
    with pytest.raises(KeyboardInterrupt):
        map_cohort(cohort, maps, tmp_path / "kept", workers=Workers(0))
    (tmp_path / "stop").unlink()
    mapped = map_cohort(cohort, maps, tmp_path / "kept", workers=Workers(0))
    assert (tmp_path / "read").read_text().split() == list("012345")
    expected = CycleMaps(density=0.2).fit_transform([one.read() for one in cohort.sources])
    found = CycleMaps(density=0.2).fit_transform(list(mapped.table["series"]))
    np.testing.assert_array_equal(found, expected)


def test_processes_find_the_same_maps(table, tmp_path):
    cohort = find_cohort(str(table))
    maps = [CycleMaps(density=0.2)]
    alone = map_cohort(cohort, maps, tmp_path / "alone", workers=Workers(0))
    with Workers(2) as workers:
        beside = map_cohort(cohort, maps, tmp_path / "beside", workers=workers)
    assert [one.content for one in alone.table["series"]] == [
        one.content for one in beside.table["series"]
    ]
    names = {path.name for path in (tmp_path / "alone").iterdir()}
    assert {path.name for path in (tmp_path / "beside").iterdir()} == names


def test_a_study_on_dask_finds_the_same(table, tmp_path):
    question = asked(table, evaluation="split", permutations=2)
    _, here = classify(question, tmp_path / "here", workers=Workers(0))
    with Workers(2, "dask") as workers:
        _, there = classify(question, tmp_path / "there", workers=workers)
    pd.testing.assert_frame_equal(here.models, there.models)
    np.testing.assert_array_equal(here.null, there.null)


def test_a_bad_scan_is_set_aside_by_name(table, tmp_path):
    np.save(tmp_path / "p1.npy", np.zeros((N_TIMES, N_NODES + 1)) + np.random.rand(N_TIMES, 1))
    (tmp_path / "p2.npy").write_bytes(b"nothing")
    (tmp_path / "p3.npy").unlink()
    cohort = map_cohort(
        find_cohort(str(table)), [CycleMaps(density=0.2)], tmp_path / "kept", workers=Workers(0)
    )
    assert set(cohort.aside) == {"p1", "p2", "p3"}
    assert len(cohort.table) == 21 == len(cohort.sources)
    assert len(set(cohort.table["subject"]) & set(cohort.aside)) == 0


@pytest.mark.parametrize(("threshold", "words"), [(0.99, "no pair"), (-0.99, "every pair")])
def test_thresholds_that_say_nothing_are_refused(table, tmp_path, threshold, words):
    question = Question(str(table), thresholds=(threshold,))
    with pytest.raises(ValueError, match=words):
        classify(question, tmp_path / "out", workers=Workers(0))


def test_grids_that_differ_are_refused(table, tmp_path):
    for k in range(8):
        np.save(tmp_path / f"p{k}.npy", np.random.default_rng(k).standard_normal((30, 12)))
    with pytest.raises(ValueError, match="8 with 12, 16 with 24"):
        map_cohort(find_cohort(str(table)), [Connectivity()], tmp_path / "kept", workers=Workers(0))


def test_a_person_on_both_sides_is_refused(table, tmp_path):
    people = pd.read_csv(table)
    people.loc[people["subject"] == "p1", "subject"] = "p2"
    people.loc[people["subject"] == "p2", "diagnosis"] = "ADHD"
    people.to_csv(table, index=False)
    with pytest.raises(ValueError, match="p2 would train and be tested"):
        classify(asked(table, evaluation="split"), tmp_path / "out", workers=Workers(0))
    assert not (tmp_path / "out").exists()


def test_a_site_with_one_class_is_set_aside(table):
    cohort = find_cohort(changed(table, site={"p0": "C", "p2": "C"}))
    left = without_one_class_sites(cohort)
    assert set(left.aside) == {"p0", "p2"}
    assert "site C has ADHD only" in left.aside["p0"]
    assert without_one_class_sites(cohort, "keep") is cohort


def test_an_unseen_site_is_named(table):
    people = find_cohort(changed(table, site={"p2": "C", "p3": "C"})).table
    assert unseen_sites(people, make_folds(people, "split")) == ["C"]


@pytest.mark.parametrize("evaluation", ["k-fold", "leave-one-site-out", "split"])
def test_everyone_is_tested_once_and_no_one_on_both_sides(table, evaluation):
    people = find_cohort(str(table)).table
    people = pd.concat([people, people.iloc[:5]], ignore_index=True)  # a second scan of five
    folds = make_folds(people, evaluation, folds=3)
    for _, train, test in folds:
        assert not set(people["subject"][train]) & set(people["subject"][test])
    tested = np.concatenate([test for _, _, test in folds])
    assert len(tested) == len(set(tested))
    if evaluation != "split":
        assert len(tested) == len(people)


def test_folds_hold_sites_and_diagnoses_evenly(table):
    people = find_cohort(str(table)).table
    for _, _, test in make_folds(people, "k-fold", folds=3):
        assert set(people.iloc[test].groupby(["site", "patient"]).size()) == {2}


def test_sites_smaller_than_the_folds_are_dealt_by_diagnosis(table):
    sites = {f"p{k}": f"S{k // 6}" for k in range(24)}
    people = find_cohort(changed(table, site=sites)).table
    for _, _, test in make_folds(people, "k-fold", folds=4):
        assert people["patient"].iloc[test].sum() == len(test) / 2 == 3


def test_memory_that_would_not_suffice_is_said_before_the_study(table, tmp_path, monkeypatch):
    monkeypatch.setattr("neurokit.memory.available_bytes", lambda: 10_000)
    with pytest.raises(OSError, match=r"scans of 24 nodes, 1 at a time, needs .* GB"):
        classify(asked(table), tmp_path / "out", workers=Workers(0))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"diagnosis": {"p0": "control", "p1": "control"}}, None),
        ({"diagnosis": dict.fromkeys([f"p{k}" for k in range(24)], "ADHD")}, "must tell patients"),
        ({"subject": {"p0": "p1"}}, "p1 is a control in one row and a patient in another"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(table, columns, words):
    if words is None:
        assert find_cohort(changed(table, **columns)).table["patient"].sum() == 11
        return
    with pytest.raises(ValueError, match=words):
        find_cohort(changed(table, **columns))


def test_a_pending_diagnosis_is_set_aside(table):
    cohort = find_cohort(changed(table, diagnosis={"p0": "pending"}))
    assert cohort.aside == {"p0": "the diagnosis is not known"}


def made_people(rng, n=60):
    truth, value = rng.random(n) < 0.4, rng.standard_normal(n)
    return pd.DataFrame(
        {
            "model": "m",
            "fold": "test",
            "subject": [f"s{k}" for k in range(n)],
            "site": "A",
            "patient": truth,
            "predicted": value + truth > 0.5,
            "value": value + truth - 0.5,
        }
    )


def test_scores_agree_with_scikit_learn():
    people = made_people(np.random.default_rng(1))
    found = scores(people)
    assert found["balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(people["patient"], people["predicted"])
    )
    assert found["auc"] == pytest.approx(roc_auc_score(people["patient"], people["value"]))
    for name in ("accuracy", "balanced_accuracy", "auc", "sensitivity", "specificity"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_scans_of_a_person_count_once():
    people = made_people(np.random.default_rng(2))
    twice = by_person(pd.concat([people, people]))
    assert scores(twice) == scores(by_person(people))


def test_shuffles_keep_what_a_site_tells(table):
    people = find_cohort(changed(table, diagnosis={"p1": "ADHD", "p3": "ADHD"})).table
    shuffled = shuffle_people(people, 1)
    assert not np.array_equal(shuffled, people["patient"])
    at_a = (people["site"] == "A").to_numpy()
    assert shuffled[at_a].sum() == people["patient"][at_a].sum()


def test_p_counts_the_observed_order_too():
    assert permutation_p(0.7, np.array([0.5, 0.6, 0.7])) == 0.5
    assert permutation_p(0.9, np.array([0.5, 0.6, 0.7])) == 0.25


def test_motion_that_makes_the_maps_is_seen():
    motion = np.random.default_rng(0).random(50)
    assert correlate(motion**2, motion)["r"] == pytest.approx(1)
    assert np.isnan(correlate(motion[:3], motion[:3])["r"])


def test_athena_scans_find_their_people(tmp_path):
    folder = tmp_path / "KKI"
    rng = np.random.default_rng(0)
    for subject in ("0010001", "0010002", "0010003", "0010004"):
        (folder / subject).mkdir(parents=True)
        for start in ("sn", "sfn"):
            path = folder / subject / f"{start}wmrda{subject}_session_1_rest_1_aal_TCs.1D"
            text = "File\tSub-brick\tMean_1\tMean_2\tMean_3\n" + "\n".join(
                f"x\t{t}[?]\t{a:.4f}\t{b:.4f}\t{c:.4f}"
                for t, (a, b, c) in enumerate(rng.standard_normal((20, 3)))
            )
            path.write_text(text)
    (tmp_path / "KKI_phenotypic.csv").write_text(
        "ScanDir ID,Site,Gender,Age,DX,Full4 IQ\n10001,3,1,9.5,0,110\n10002,3,0,8,3,-999\n"
        "10003,3,0,8.2,pending,101\n"
    )
    (tmp_path / "allSubs_testSet_phenotypic_dx.csv").write_text(
        "ID,Site,Gender,Age,DX,Full4 IQ\n10004,3,1,12,1,99\n"
    )
    cohort = find_cohort(f"adhd200:{tmp_path}")
    assert cohort.condition == "ADHD"
    assert list(cohort.table["subject"]) == ["10001", "10002", "10004"]
    assert list(cohort.table["patient"]) == [False, True, True]
    assert list(cohort.table["split"]) == ["train", "train", "test"]
    assert np.isnan(cohort.table["iq"][1])
    assert set(cohort.aside) == {"10003"}
    assert cohort.sources[0].read().shape == (20, 3)
    assert "sfnwmrda" in cohort.sources[0].path


@pytest.fixture
def nilearn_folder(tmp_path, monkeypatch):
    """Six of nilearn's forty people, of whom one has no image, and nothing that may download."""

    def refuse(*given, **more):
        raise AssertionError("it wanted to download")

    monkeypatch.setenv("NILEARN_DATA", str(tmp_path / "nilearn"))
    monkeypatch.delenv("NILEARN_SHARED_DATA", raising=False)
    monkeypatch.setattr("nilearn.datasets.fetch_adhd", refuse)
    folder = tmp_path / "nilearn" / "adhd"
    (folder / "data").mkdir(parents=True)
    rng = np.random.default_rng(0)
    names = [*nilearn_adhd.CONFOUNDS, "global", "constant"]
    for code in ("0010042", "0010064", "0010128", "0021019", "0023008"):
        here = folder / "data" / code
        here.mkdir()
        small_brain(here / f"{code}_rest_tshift_RPI_voreg_mni.nii.gz", seed=int(code))
        table = pd.DataFrame(rng.standard_normal((40, 10)), columns=names)
        table.to_csv(here / f"{code}_regressors.csv", sep="\t", index=False)
    (folder / nilearn_adhd.TABLE).write_text(
        "Subject,MeanFD,site,age,sex,full_4_iq,tdc,adhd\n10042,.1,Peking_1,9,1,101,1,0\n"
        "10064,.2,KKI,10,0,110,0,1\n10128,.1,NYU,11,1,99,1,0\n21019,.3,NYU,8,1,105,0,1\n"
        "23008,.1,KKI,12,0,120,1,0\n23012,.1,KKI,12,0,120,0,1\n"
    )
    return folder


def test_nilearns_people_are_found_on_disk_each_with_its_confounds(nilearn_folder):
    cohort = find_cohort("nilearn-adhd", mask="group", voxel_mm=None)
    assert list(cohort.table["subject"]) == ["0010042", "0010064", "0010128", "0021019", "0023008"]
    assert list(cohort.table["patient"]) == [False, True, False, True, False]
    assert {"motion", "age", "iq", "site"} <= set(cohort.table)
    assert cohort.condition == "ADHD"
    on_grid, _ = on_one_grid(cohort, Workers(0))
    assert not on_grid.aside
    table = pd.read_csv(dict(cohort.sources[0].options)["confounds"], sep="\t")
    values = on_grid.sources[0].read()
    values = values[:, np.isfinite(values).all(axis=0)]
    together = np.corrcoef(values.T, table["wm"])[-1, :-1]
    assert np.abs(together).max() < 1e-3
    assert np.abs(np.corrcoef(values.T, table["global"])[-1, :-1]).max() > 0.01
    with pytest.raises(ValueError, match="leave --confounds out"):
        find_cohort("nilearn-adhd", mask="group", confounds="motion")


def test_nilearns_people_are_not_fetched_unasked(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NILEARN_DATA", str(tmp_path))
    monkeypatch.delenv("NILEARN_SHARED_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="neurokit datasets download nilearn-adhd"):
        find_cohort("nilearn-adhd", mask="group")

    def fetch(n_subjects):
        (tmp_path / "adhd").mkdir()
        (tmp_path / "adhd" / nilearn_adhd.TABLE).write_text(f"{n_subjects} people")

    monkeypatch.setattr("nilearn.datasets.fetch_adhd", fetch)
    monkeypatch.setattr("sys.argv", ["neurokit", "datasets", "download", "nilearn-adhd"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert str(tmp_path / "adhd") in capsys.readouterr().out.replace("\n", "")
    assert (tmp_path / "adhd" / nilearn_adhd.TABLE).read_text() == "40 people"


def test_images_need_a_mask(tmp_path):
    table = tmp_path / "cohort.csv"
    table.write_text("subject,path,diagnosis\na,a.nii.gz,0\nb,b.nii.gz,1\n")
    with pytest.raises(ValueError, match="give --mask"):
        find_cohort(str(table))


def test_images_become_maps_in_their_own_space(tmp_path):
    affine = np.diag([4.0, 4, 4, 1])
    affine[:3, 3] = -40, -50, -20
    mask = np.zeros((5, 5, 5), dtype=np.uint8)
    mask[1:4, 1:4, 1:4] = 1
    nibabel.Nifti1Image(mask, affine).to_filename(tmp_path / "mask.nii.gz")
    rng = np.random.default_rng(0)
    rows = ["subject,path,diagnosis"]
    for k in range(14):
        values = rng.standard_normal((5, 5, 5, 30)).astype(np.float32) + 100
        if k % 2:
            values[1:4, 1:4, 1] += 2 * rng.standard_normal(30).astype(np.float32)
        place = affine if k != 5 else np.diag([4.0, 4, 4, 1])
        image = nibabel.Nifti1Image(values, place)
        image.header.set_zooms((4, 4, 4, 2))
        image.to_filename(tmp_path / f"p{k}.nii.gz")
        rows.append(f"p{k},p{k}.nii.gz,{k % 2}")
    table = tmp_path / "cohort.csv"
    table.write_text("\n".join(rows))
    question = asked(table, images={"mask": tmp_path / "mask.nii.gz"})
    cohort, found = classify(question, tmp_path / "out", workers=Workers(0))
    assert set(cohort.aside) == {"p5"}
    frequency = nibabel.load(tmp_path / "out" / "frequency.nii.gz")
    np.testing.assert_array_equal(frequency.affine, affine)
    assert not np.asarray(frequency.dataobj)[mask == 0].any()
    assert found.models["n"][0] == 13


@pytest.fixture
def brains(tmp_path):
    """Masked images of fourteen people; p3 lacks a voxel, and p5 lies elsewhere."""
    affine = np.diag([4.0, 4, 4, 1])
    rng = np.random.default_rng(0)
    rows = ["subject,path,diagnosis,split"]
    for k in range(14):
        values = np.zeros((5, 5, 5, 30), dtype=np.float32)
        values[1:4, 1:4, 1:4] = rng.standard_normal((3, 3, 3, 30)) + 100
        if k % 2:
            values[1:4, 1:4, 1] += 2 * rng.standard_normal(30).astype(np.float32)
        if k == 3:
            values[2, 2, 2] = 0
        image = nibabel.Nifti1Image(values, affine if k != 5 else 2 * affine)
        image.header.set_zooms((*image.header.get_zooms()[:3], 2))
        image.to_filename(tmp_path / f"p{k}.nii.gz")
        rows.append(f"p{k},p{k}.nii.gz,{k % 2},{'test' if k < 8 else 'train'}")
    path = tmp_path / "cohort.csv"
    path.write_text("\n".join(rows))
    return path


def test_the_groups_mask_is_of_training_people(brains, tmp_path):
    with Workers(0) as workers:
        cohort, there = on_one_grid(find_cohort(str(brains), mask="group"), workers)
    assert set(cohort.aside) == {"p5"}
    assert "lies on" in cohort.aside["p5"]
    hole = np.flatnonzero(~there[cohort.table["subject"] == "p3"][0])
    assert len(hole) == 1
    assert there.shape == (13, 27)
    assert tuple(cohort.grid.voxels[hole[0]]) == (2, 2, 2)
    scans = [source.read() for source in cohort.sources]
    assert np.isnan(scans[3][:, hole]).all()
    model = cohort_models(
        ("cycles",), 27, several_scans=False, share=1.0, densities=(0.2,),
        voxels=cohort.grid.voxels,
    )["3-cycles"]  # fmt: skip
    X = pd.DataFrame({"series": scans, "site": "one"})
    y = cohort.table["patient"].to_numpy()
    test = (cohort.table["split"] == "test").to_numpy()
    assert clone(model).fit(X[~test], y[~test]).nodes_.all()
    fitted = clone(model).fit(X[test], y[test], groups=None)
    assert list(np.flatnonzero(~fitted.nodes_)) == list(hole)
    maps = fitted.search_.best_estimator_.named_steps["maps"]
    assert not maps.transform(X[~test]).iloc[:, hole].to_numpy().any()
    alone = CycleMaps(density=0.2).fit_transform([scans[0][:, fitted.nodes_]])
    found = maps.transform([scans[0]])
    np.testing.assert_array_equal(found[:, fitted.nodes_], alone)


def test_a_study_with_the_groups_mask_reads_no_image_in_its_folds(brains, tmp_path, monkeypatch):
    done = []
    question = asked(brains, images={"mask": "group"}, evaluation="k-fold")
    monkeypatch.setattr("neurokit.app.classify.study_cohort", _without_reading(monkeypatch, done))
    _, found = classify(question, tmp_path / "out", workers=Workers(0))
    assert done == ["folds"]
    assert found.models["n"][0] == 13
    mean = np.asarray(nibabel.load(tmp_path / "out" / "mean.nii.gz").dataobj)
    assert mean[2, 2, 2] == 0
    assert np.count_nonzero(mean) == 26
    told = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert told["settings"]["images"] == {"mask": "group"}


def _without_reading(monkeypatch, done):
    def study(*given, **more):
        monkeypatch.setattr("neurokit.datasets.cohorts.FileScan.read", None)
        done.append("folds")
        return study_cohort(*given, **more)

    return study


def test_a_group_without_common_voxels_is_refused(brains):
    with pytest.raises(ValueError, match="lower the share"):
        shared_nodes(np.eye(4, dtype=bool), 1.0)
    with pytest.raises(ValueError, match="up to 1, got 2"):
        shared_nodes(np.eye(4, dtype=bool), 2)
    regions = find_cohort("simulated-cohort:people=4")
    with pytest.raises(ValueError, match="leave --mask out"):
        on_one_grid(regions, Workers(0))


def test_each_scan_may_have_its_own_confounds(table, tmp_path):
    drift = np.linspace(0, 50, N_TIMES)
    np.save(tmp_path / "p0.npy", np.load(tmp_path / "p0.npy") + drift[:, None] ** 2)
    pd.DataFrame({"csf": drift**2}).to_csv(tmp_path / "p0.tsv", sep="\t", index=False)
    people = pd.read_csv(table)
    people["confounds"] = ["p0.tsv"] + [None] * 23
    people.to_csv(table, index=False)
    first, second = find_cohort(str(table)).sources[:2]
    assert np.abs(np.corrcoef(first.read().T, drift**2)[-1, :-1]).max() < 1e-3
    assert dict(second.options) == {}


def test_a_simulated_cohort_is_known_by_its_parameters():
    cohort = find_cohort("simulated-cohort:people=8,sites=2,seed=3")
    assert len(cohort.table) == 8
    assert cohort.table["site"].nunique() == 2
    assert cohort.sources[1].read().shape == (150, 700)
    with pytest.raises(ValueError, match="holds series as they are"):
        find_cohort("simulated-cohort:people=8", mask="mask.nii.gz")
    with pytest.raises(ValueError, match="no parameter 'persons'"):
        find_cohort("simulated-cohort:persons=8")


def test_the_command_prints_scores_and_refuses_in_a_line(table, tmp_path, monkeypatch, capsys):
    line = ["neurokit", "cycles", "classify", str(table), "--out", str(tmp_path / "out")]
    line += ["--density", "0.2", "--jobs", "0", "--evaluation", "split"]
    monkeypatch.setattr("sys.argv", [*line, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert {"accuracy_low", "majority"} <= set(told[0])
    monkeypatch.setattr("sys.argv", ["neurokit", "cycles", "classify", "nobody", "--out", "x"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "there is no cohort 'nobody'" in capsys.readouterr().err


def studied(name, folder, evaluation, only=None):
    """A short study of real people: one density, three folds or the largest sites."""
    cohort = without_one_class_sites(find_cohort(name))
    if only is not None:
        cohort = cohort.only(cohort.table["site"].isin(only).to_numpy(), {})
    n_nodes = cohort.sources[0].read().shape[1]
    models = cohort_models(
        ("cycles",), n_nodes, several_scans=False, densities=(0.1,), n_components=(10,)
    )
    kept = map_cohort(cohort, mappers(models["3-cycles"]), folder, workers=Workers(0))
    return cohort, study_cohort(
        kept,
        models,
        folder,
        evaluation=evaluation,
        folds=3,
        describe=describe,
        workers=Workers(0),
    )


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "evaluation", "only"),
    [
        ("abide-nyu-cc200", "k-fold", None),
        ("abide-ho111", "leave-one-site-out", ("NYU", "UM_1", "USM")),
    ],
)
def test_real_people_with_autism_go_through(real_data, tmp_path, name, evaluation, only):
    cohort, found = studied(name, tmp_path, evaluation, only)
    assert cohort.condition == "autism"
    assert "not ADHD" in cohort.note
    models = found.models.set_index("model")
    assert models["n"].nunique() == 1
    ridge = models.loc["connectivity ridge"]
    assert ridge["accuracy"] > 0.53
    assert models.loc["3-cycles", "accuracy_low"] < models.loc["3-cycles", "accuracy"]
    assert len(found.details[0]["frequency"]) in (111, 200)
