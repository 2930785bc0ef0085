"""Names of what a score depends on: the same in every process, another for every change."""

import socket
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from neurokit.files.files_read import OfflineError, watched
from neurokit.fingerprint import code_version, digest, versions

CODE = (
    "from neurokit.fingerprint import digest; from sklearn.svm import SVC;"
    "print(digest({'b', 'a'}, {'x': 1, 'y': 2.5}, SVC(C=0.1)))"
)


def test_another_process_gives_the_same_name():
    run = [sys.executable, "-c", CODE]
    names = {
        subprocess.check_output(run, env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)})
        for seed in "123"
    }
    assert names == {f"{digest({'a', 'b'}, {'y': 2.5, 'x': 1}, SVC(C=0.1))}\n".encode()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        ("1", 1),
        (np.arange(3), np.arange(3.0)),
        (SVC(C=1), SVC(C=2)),
        (make_pipeline(StandardScaler(), SVC()), make_pipeline(StandardScaler(), SVC(gamma=1))),
        (StratifiedKFold(3), StratifiedKFold(4)),
        (lambda x: x + 1, lambda x: x + 2),
        (partial(int, base=2), partial(int, base=3)),
        (np.random.RandomState(1), np.random.RandomState(2)),
    ],
)
def test_what_differs_has_another_name(one, other):
    assert digest(one) != digest(other)
    assert digest(one) == digest(one)


def test_numbers_of_numpy_are_numbers():
    assert digest(np.float64(0.5), np.int64(3), np.str_("a")) == digest(0.5, 3, "a")


def test_how_many_jobs_is_no_part_of_a_name():
    from sklearn.ensemble import RandomForestClassifier

    assert digest(RandomForestClassifier(n_jobs=1)) == digest(RandomForestClassifier(n_jobs=2))


def test_the_version_of_the_code_names_the_libraries():
    assert len(code_version()) == 32
    assert versions()["numpy"] == np.__version__


def test_files_that_are_read_are_seen_and_those_written_are_not(tmp_path):
    (tmp_path / "data.bin").write_bytes(b"x")
    with watched() as watch:
        (tmp_path / "data.bin").read_bytes()
        (tmp_path / "written.bin").write_bytes(b"x")
    (tmp_path / "after.bin").write_bytes(b"x")
    assert watch.files == [tmp_path / "data.bin"]


def test_offline_no_name_is_looked_up_and_no_socket_connects():
    with watched(offline=True) as watch, pytest.raises(OfflineError):
        socket.getaddrinfo("localhost", 80)
    assert watch.refused
    with watched() as watch:
        socket.getaddrinfo("localhost", 80)
    assert not watch.refused
