"""Models come back bit for bit, or not at all."""

import json
import os
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from neurokit import models
from neurokit.pipelines import AugmentedCovarianceSearch, build, names


@pytest.fixture(scope="module")
def epochs():
    return np.random.default_rng(0).standard_normal((24, 3, 200)), np.arange(24) % 2


def outputs(model, X):
    for method in ("predict_proba", "decision_function", "predict"):
        if hasattr(model, method):
            yield method, getattr(model, method)(X)


@pytest.mark.parametrize("name", [name for name in names() if name != "acm+ts+svm/full"])
def test_every_pipeline_comes_back_bit_for_bit(name, epochs, tmp_path):
    X, y = epochs
    model = build(name, random_state=0)
    model.set_params(**{key: 125.0 for key in model.get_params() if key.endswith("sfreq")})
    model.fit(X, y)
    path = models.save(model, tmp_path / "model.skops")
    again = models.load(path)
    for method, expected in outputs(model, X):
        np.testing.assert_array_equal(getattr(again, method)(X), expected)


def test_a_search_over_ranges_is_saved_as_the_readme_says(epochs, tmp_path):
    X, y = epochs
    search = AugmentedCovarianceSearch(orders=range(1, 3), lags=range(1, 3), random_state=42)
    again = models.load(models.save(search.fit(X, y), tmp_path / "model.skops"))
    assert again.orders == range(1, 3)
    np.testing.assert_array_equal(again.predict(X), search.predict(X))


@pytest.fixture
def model(epochs):
    X, y = epochs
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X[:, :, 0], y)


def test_the_full_search_is_of_types_that_are_trusted():
    untrusted = skops.io.get_untrusted_types(data=skops.io.dumps(build("acm+ts+svm/full")))
    assert not models._refused(untrusted)


def test_metadata_is_read_without_the_model(model, tmp_path):
    path = models.save(model, tmp_path / "m.skops", metadata={"dataset": "simulated"})
    head = models.describe(path)
    assert head["metadata"] == {"dataset": "simulated"}
    assert "neurokit" in head["versions"]


def test_the_fingerprint_tells_files_apart(model, tmp_path):
    path = models.save(model, tmp_path / "m.skops")
    before = models.fingerprint(path)
    assert len(before) == 64
    assert models.fingerprint(path) == before
    models.save(model, path, metadata={"changed": True})
    assert models.fingerprint(path) != before


def test_nothing_half_written_stays(model, tmp_path, monkeypatch):
    def power_cut(handle):
        raise OSError("power cut")

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(OSError, match="power cut"):
        models.save(model, tmp_path / "m.skops")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_leaves_the_old_model(model, tmp_path, monkeypatch):
    path = models.save(model, tmp_path / "m.skops")
    before = models.fingerprint(path)
    monkeypatch.setattr(models.zipfile, "ZipFile", None)
    with pytest.raises(TypeError):
        models.save(model, path)
    assert models.fingerprint(path) == before


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.99])
def test_a_truncated_file_is_refused(keep, model, tmp_path):
    path = models.save(model, tmp_path / "m.skops")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep if keep >= 1 else keep * len(whole))])
    with pytest.raises(ValueError, match="truncated"):
        models.load(path)


def test_a_file_of_a_newer_version_is_refused(model, tmp_path):
    path = tmp_path / "m.skops"
    skops.io.dump(model, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("neurokit.json", json.dumps({"format": models.FORMAT + 1}))
    with pytest.raises(ValueError, match=r"newer neurokit.*pip install -U"):
        models.load(path)


def test_a_function_of_elsewhere_is_not_run(tmp_path):
    harmful = make_pipeline(FunctionTransformer(func=zipfile.is_zipfile))
    path = tmp_path / "m.skops"
    skops.io.dump(harmful, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("neurokit.json", json.dumps({"format": 1}))
    with pytest.raises(ValueError, match=r"zipfile\.is_zipfile, which is not trusted"):
        models.load(path)
    with pytest.raises(ValueError, match="cannot be saved"):
        models.save(harmful, path)
    assert models.load(path, trusted=["zipfile.is_zipfile"])[0].func is zipfile.is_zipfile


@pytest.mark.parametrize(
    "name", ["os.system", "subprocess.Popen", "numpy.load", "sklearn.utils.fixes.np", "neurokit.x"]
)
def test_only_classes_of_known_packages_are_trusted(name):
    assert not models._is_trusted(name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no model"):
        models.load(tmp_path / "none.skops")
