"""Engines: the same records from each, one more try where a worker dies, and no more."""

import os
import signal
import time
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from neurokit.studies.engines import default_jobs
from neurokit.studies.evaluation import evaluate
from neurokit.studies.results import Results
from tests.people import fake

ENGINES = ["local", "dask"]


class Dying(ClassifierMixin, BaseEstimator):
    """Kills its process, the first time or always."""

    def __init__(self, marker=None, always=False):
        self.marker = marker
        self.always = always

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.always or (self.marker and not os.path.exists(self.marker)):
            if self.marker:
                open(self.marker, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def decision_function(self, X):
        return X.var(axis=(1, 2))

    def predict(self, X):
        return self.classes_[(self.decision_function(X) > 1).astype(int)]


class Threads(Dying):
    """Its score says with how many threads BLAS may run."""

    def fit(self, X, y):
        from threadpoolctl import threadpool_info

        self.chosen_ = {"threads": max(pool["num_threads"] for pool in threadpool_info())}
        return super().fit(X, y)


@pytest.fixture
def quiet_dask():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def run(pipelines, engine, **options):
    return evaluate(
        fake(n_subjects=1, n_sessions=1), pipelines, engine=engine, **{"jobs": 2, **options}
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_gives_the_scores_of_this_process(engine, quiet_dask):
    ours = run({"power": Dying()}, engine).sort_values("fold")
    here = run({"power": Dying()}, "local", jobs=0).sort_values("fold")
    assert ours.error.isna().all()
    assert list(ours.key) == list(here.key)
    assert list(ours.score) == list(here.score)
    assert (ours.peak_memory_mb > 10).all()


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_worker_that_dies_once_is_replaced_and_its_fold_redone(engine, tmp_path, quiet_dask):
    frame = run({"dying": Dying(marker=str(tmp_path / "marker"))}, engine, jobs=1)
    assert (tmp_path / "marker").exists()
    assert len(frame) == 5
    assert frame.error.isna().all()


@pytest.mark.skipif(os.name != "posix", reason="kills by a signal")
@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_fold_that_kills_twice_has_failed_and_the_others_go_on(engine, tmp_path, quiet_dask):
    pipelines = {"deadly": Dying(always=True), "power": Dying()}
    frame = run(pipelines, engine, jobs=1, folds=2)
    deadly = frame[frame.pipeline == "deadly"]
    assert len(deadly) == 2
    assert deadly.error.str.contains("died 2 times at this fold").all()
    assert frame[frame.pipeline == "power"].error.isna().all()


def test_workers_run_with_one_thread_each():
    frame = run({"threads": Threads()}, "local")
    assert {chosen["threads"] for chosen in frame.chosen} == {1}


def test_no_arrays_are_left_behind(tmp_path):
    run({"power": Dying()}, "local", results=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.lock", "results.sqlite"]


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch, quiet_dask):
    from neurokit.studies import cluster

    monkeypatch.setattr(cluster, "_PATIENCE", "1s")
    with pytest.raises(OSError, match="no dask scheduler answers"):
        run({"power": Dying()}, "dask", scheduler="tcp://127.0.0.1:9")


def test_a_scheduler_at_an_address_serves(tmp_path, quiet_dask):
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        frame = run({"power": Dying()}, "dask", scheduler=address, results=tmp_path)
    assert frame.error.isna().all()
    with Results(tmp_path) as results:
        assert len(results.frame()) == 5


def test_dask_that_is_missing_is_named_with_the_cure(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ValueError, match=r"pip install 'neurokit-bci\[cluster\]'"):
        run({"power": Dying()}, "dask")


def test_there_is_at_least_one_job():
    assert 1 <= default_jobs() <= (os.cpu_count() or 1)


def test_a_study_under_way_stops_within_a_second(monkeypatch):
    from neurokit.studies import runner

    class Stopping(runner.Silence):
        def fold(self, record, done, planned):
            self.at = time.monotonic()
            raise KeyboardInterrupt

    progress = Stopping()
    with pytest.raises(KeyboardInterrupt):
        run({"power": Dying()}, "local", progress=progress)
    assert time.monotonic() - progress.at < 1


def test_a_worker_has_compiled_the_kernels_before_its_first_fold():
    from neurokit.kernels import augmented_covariances
    from neurokit.kernels.cpu import covariance_blocks as blocks
    from neurokit.studies.worker import warm

    warm()
    kernels = (blocks.fill_rows, blocks.add_edges, blocks.fill_crop)
    compiled = [kernel.signatures for kernel in kernels]
    assert all(compiled)
    augmented_covariances(np.ones((3, 4, 100)), 3, 2)
    assert [kernel.signatures for kernel in kernels] == compiled


@pytest.mark.skipif(os.name != "posix", reason="the imitation of SLURM is a shell script")
def test_jobs_are_handed_to_slurm(tmp_path, monkeypatch, quiet_dask):
    """``sbatch`` and ``scancel`` as dask-jobqueue calls them, with this machine as the cluster."""
    pytest.importorskip("dask_jobqueue")
    commands = {
        "sbatch": f'cp "$1" {tmp_path}/job; setsid sh {tmp_path}/job >/dev/null 2>&1 & '
        "echo Submitted batch job $!",
        "scancel": 'kill -- -"$1"',
    }
    for name, lines in commands.items():
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\n{lines}\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    slurm = {"cores": 1, "memory": "8GB", "walltime": "00:05:00", "interface": "lo"}
    options = {"scheduler": "slurm", "slurm": slurm, "jobs": 1, "folds": 2}
    frame = run({"power": Dying()}, "dask", **options)
    assert "#SBATCH -t 00:05:00" in (tmp_path / "job").read_text()
    assert len(frame) == 2
    assert frame.error.isna().all()
