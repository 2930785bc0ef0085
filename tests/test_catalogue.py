import json
import pickle
import subprocess
import sys

import mne
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.pipelines import build, defaults, names, resolve

SFREQ = 100.0
# what keeps the tuned ones small
SMALL = {
    "fbcsp+svm": {"bands": ((8, 12), (12, 16)), "C": (1.0,), "n_features": 5},
    "csp+svm": {"n_filters": (2,)},
    "acm+ts+svm/full": {"orders": (1, 2), "lags": (2,)},
    "ts+en": {"l1_ratio": (0.2, 0.7)},
}
ONE_TO_TEN = "\n".join(f"    - {value}" for value in range(1, 11))
# MOABB's pipelines/AUG_TANG_SVM_grid.yml, letter by letter
MOABB_YAML = f"""\
name: AUG Tang SVM Grid

paradigms:
  - MotorImagery

citations:
  - https://arxiv.org/abs/2302.04508

pipeline:
  - name: AugmentedDataset
    from: moabb.pipelines.features

  - name: Covariances
    from: pyriemann.estimation
    parameters:
      estimator: "cov"

  - name: TangentSpace
    from: pyriemann.tangentspace
    parameters:
      metric: "riemann"

  - name: SVC
    from: sklearn.svm
    parameters:
      kernel: "rbf"

param_grid:
  augmenteddataset__order:
{ONE_TO_TEN}
  augmenteddataset__lag:
{ONE_TO_TEN}
  svc__C:
    - 0.5
    - 1
    - 1.5
  svc__kernel:
    - "rbf"
    - "linear"
"""


def small(name):
    return build(name, **SMALL.get(name, {}))


def imagery(n_epochs=24, n_channels=4, n_times=150, seed=0):
    """Two classes: the first channel is louder in one, the second in the other."""
    rng = np.random.default_rng(seed)
    y = np.tile(["left", "right"], n_epochs // 2)
    X = rng.standard_normal((n_epochs, n_channels, n_times))
    X[y == "left", 0] *= 2
    X[y == "right", 1] *= 2
    return X * 1e-6, y


def as_epochs(X):
    info = mne.create_info([f"C{i}" for i in range(X.shape[1])], SFREQ, "eeg")
    return mne.EpochsArray(X, info, verbose="error")


def give_rate(pipeline):
    """Set the sampling rate wherever it is unset, as the evaluation does."""
    unset = [key for key in pipeline.get_params() if key.rpartition("__")[2] == "sfreq"]
    return pipeline.set_params(**dict.fromkeys(unset, SFREQ))


def decide(pipeline, X):
    score = getattr(pipeline, "decision_function", None) or pipeline.predict_proba
    return score(X)


each_name = pytest.mark.parametrize("name", names())


@each_name
def test_a_pipeline_fits_arrays_and_epochs_alike(name):
    X, y = imagery()
    by_array = give_rate(small(name)).fit(X, y)
    by_epochs = small(name).fit(as_epochs(X), y)
    np.testing.assert_array_equal(decide(by_array, X), decide(by_epochs, as_epochs(X)))
    if name != "dummy":
        assert np.mean(by_array.predict(X) == y) > 0.8


@each_name
def test_a_pipeline_is_the_same_again_under_its_seed_cloned_or_pickled(name):
    X, y = imagery()
    fitted = give_rate(small(name)).fit(X, y)
    again = give_rate(clone(small(name))).fit(X, y)
    kept = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(decide(fitted, X), decide(again, X))
    np.testing.assert_array_equal(decide(fitted, X), decide(kept, X))


@each_name
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda X, y: (X[0], y), "add an axis"),
        (
            lambda X, y: (np.where(X[3, 2, 5] == X, np.nan, X), y),
            "epoch 3 has missing .* channel 2",
        ),
        (lambda X, y: (X * (np.arange(4) != 2)[:, None], y), "channel 2 is flat in epoch 0"),
        (lambda X, y: (X[:13], y[[0] + [1] * 12]), "class left has one epoch"),
        (lambda X, y: (X, y[:-1]), "one label an epoch"),
        (lambda X, y: (X, np.full(len(y), "left")), "two classes"),
    ],
    ids=["shape", "nan", "flat", "one trial", "labels", "one class"],
)
def test_a_pipeline_refuses_bad_input_in_one_sentence(name, spoil, said):
    with pytest.raises(ValueError, match=said) as caught:
        give_rate(small(name)).fit(*spoil(*imagery()))
    assert "\n" not in str(caught.value)


def test_a_fitted_pipeline_refuses_other_channels():
    X, y = imagery()
    pipeline = build("ts+lr").fit(X, y)
    with pytest.raises(ValueError, match="fitted on 4 channels, got 3"):
        pipeline.predict(X[:, :3])


def test_a_pipeline_that_needs_the_sampling_rate_says_so():
    X, y = imagery()
    with pytest.raises(ValueError, match="sfreq=250"):
        build("psd+lda").fit(X, y)
    with pytest.raises(ValueError, match="sampled at 100"):
        build("psd+lda", sfreq=250).fit(as_epochs(X), y)


def test_bad_channels_and_other_sensors_are_left_out():
    X, y = imagery(n_channels=6)
    epochs = as_epochs(X).set_channel_types({"C5": "stim"})
    epochs.info["bads"] = ["C4"]
    by_epochs = build("ts+lr").fit(epochs, y)
    by_array = build("ts+lr").fit(X[:, :4], y)
    np.testing.assert_array_equal(decide(by_epochs, epochs), decide(by_array, X[:, :4]))


def test_a_parameter_can_be_changed_and_an_unknown_one_is_named():
    assert build("ts+lr", C=3.0)[-1].C == 3.0
    with pytest.raises(ValueError, match=r"ts\+lr has no parameter order; it takes C, estimator"):
        build("ts+lr", order=3)


def test_the_catalogue_is_whole():
    assert set(names()) == {
        *(
            "dummy",
            "psd+lda",
            "picked+lda",
            "mrmr+lda",
            "stability+lda",
            "csp+lda",
            "csp+svm",
            "fbcsp+svm",
            "mdm",
            "fgmdm",
        ),
        *("ts+lr", "ts+svm", "ts+en", "acm+mdm", "acm+ts+svm", "acm+ts+svm/full"),
        *("acm+ts+svm/mdop", "acm+ts+svm/fnn", "btacm+ts+svm", "fucone", "sharp"),
    }


def test_every_name_says_in_a_line_what_it_is():
    from neurokit.pipelines import description

    for name in names():
        assert 10 < len(description(name)) < 100
        assert "random_state" in defaults(name)


def test_moabbs_grid_is_accepted_unchanged(tmp_path):
    path = tmp_path / "AUG_TANG_SVM_grid.yml"
    path.write_text(MOABB_YAML)
    ((name, search),) = resolve(str(path), seed=7).items()
    assert name == "AUG Tang SVM Grid"
    assert isinstance(search, GridSearchCV)
    assert [type(step).__name__ for _, step in search.estimator.steps] == [
        "AugmentedDataset",
        "Covariances",
        "TangentSpace",
        "SVC",
    ]
    assert np.prod([len(values) for values in search.param_grid.values()]) == 600
    assert (search.cv.n_splits, search.cv.shuffle, search.cv.random_state) == (3, True, 7)
    assert search.scoring is None
    small_grid = {"augmenteddataset__order": [1, 2], "svc__kernel": ["linear"]}
    X, y = imagery()
    assert clone(search).set_params(param_grid=small_grid).fit(X, y).score(X, y) > 0.8


def test_python_files_folders_and_objects_are_accepted(tmp_path, monkeypatch):
    source = "from sklearn.dummy import DummyClassifier\nPIPELINE = {}\n"
    (tmp_path / "mine.py").write_text(
        source.format("{'name': 'mine', 'paradigms': [], 'pipeline': DummyClassifier()}")
    )
    (tmp_path / "bare.py").write_text(
        source.format("DummyClassifier()") + "def make():\n    return DummyClassifier()\n"
    )
    (tmp_path / "notes.txt").write_text("not a pipeline")
    assert set(resolve(str(tmp_path))) == {"mine", "bare"}
    assert set(resolve(str(tmp_path / "bare.py"))) == {"bare"}
    monkeypatch.syspath_prepend(tmp_path)
    assert set(resolve("bare:make")) == {"bare:make"}
    assert set(resolve("mine:PIPELINE")) == {"mine"}
    assert set(resolve("sklearn.dummy:DummyClassifier")) == {"sklearn.dummy:DummyClassifier"}


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("a.yml", "pipeline: [", "is not YAML"),
        ("a.yml", "name: x", "no list of steps"),
        ("a.yml", "pipeline: [{name: SVC}]", "a step needs 'name' and 'from'"),
        ("a.yml", "pipeline: [{name: SVM, from: sklearn.svm}]", "SVM is not in sklearn.svm"),
        ("a.yml", "pipeline: [{name: SVC, from: sklear.svm}]", "No module named 'sklear'"),
        ("a.yml", "pipeline: [{name: SVC, from: sklearn.svm, parameters: {c: 1}}]", "of SVC"),
        (
            "a.yml",
            "pipeline: [{name: SVC, from: sklearn.svm}]\nparam_grid: {svm__C: [1]}",
            "param_grid names svm__C",
        ),
        ("a.py", "x = 1", "defines no PIPELINE"),
        ("a.py", "1 / 0", "does not run: ZeroDivisionError"),
        ("a.py", "PIPELINE = {'name': 'a'}", "has no 'pipeline'"),
        ("a.py", "PIPELINE = {'pipeline': 3}", "no scikit-learn estimator but int"),
        ("a.txt", "", "must end in .yml or .py"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, file, content, said):
    (tmp_path / file).write_text(content)
    with pytest.raises(ValueError, match=said) as caught:
        resolve(str(tmp_path / file))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("acm-ts-svm", "there is no pipeline named acm-ts-svm; did you mean .* Known are dummy, "),
        ("ts+lt", r"did you mean ts\+lr\?"),
        ("nowhere_at_all:x", "there is no module nowhere_at_all"),
        ("sklearn.svm:SVM", "has no 'SVM'"),
        ("math:pi", "no scikit-learn estimator but float"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(spec, said):
    with pytest.raises(ValueError, match=said):
        resolve(spec)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        resolve(str(tmp_path / "gone.yml"))
    with pytest.raises(FileNotFoundError, match=r"holds no \.yml"):
        resolve(str(tmp_path))


def test_the_list_is_printed_and_parsed():
    shown = CliRunner().invoke(cli, ["pipelines", "list"])
    assert shown.exit_code == 0
    assert all(name in shown.stdout for name in names())
    rows = json.loads(CliRunner().invoke(cli, ["pipelines", "list", "--json"]).stdout)
    assert [row["name"] for row in rows] == list(names())


def test_importing_the_pipelines_imports_nothing_heavy():
    code = (
        "import sys, time, neurokit.pipelines as pipelines\n"
        "pipelines.names()\n"
        "heavy = {'sklearn', 'scipy', 'mne', 'numba', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert time.process_time() < 1.5\n"
        "pipelines.SpatialCovariances\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_is_there():
    import neurokit.pipelines

    for name in neurokit.pipelines.__all__:
        assert getattr(neurokit.pipelines, name) is not None
    with pytest.raises(AttributeError, match="has no attribute"):
        neurokit.pipelines.nothing  # noqa: B018
