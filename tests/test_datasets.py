import os
import pickle
import shutil
import socket

import numpy as np
import pytest

from neurokit.datasets import (
    describe,
    files_of,
    find,
    identity,
    is_on_disk,
    names,
    require_on_disk,
)


@pytest.fixture
def eegmmidb(real_data, monkeypatch):
    folder = real_data / "eeg" / "eegmmidb"
    monkeypatch.setenv("MNE_DATA", str(folder))
    return folder


@pytest.mark.parametrize("name", ["PhysionetMI", "physionetmi", "PhysionetMotorImagery"])
def test_a_moabb_set_is_found_by_class_or_code_in_any_case(name):
    assert type(find(name)).__name__ == "PhysionetMI"


def test_separators_do_not_matter():
    assert find("bnci2014-001").code == find("BNCI2014_001").code == "BNCI2014-001"


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="the nearest are PhysionetMI"):
        find("PhysioNet-MII")


def test_every_name_is_found():
    found = {type(find(name)).__name__ for name in names()}
    assert len(found) == len(names()) > 100


def test_parameters_follow_the_name():
    dataset = find("PhysionetMI:executed=true,imagined=false")
    assert dataset.executed
    assert not dataset.imagined
    assert identity(dataset) != identity(find("PhysionetMI"))


def test_an_unknown_parameter_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="unknown parameter volume; it takes subjects, sessions"):
        find("simulated:volume=11")
    with pytest.raises(ValueError, match="key=value, got 'strength'"):
        find("simulated:strength")


@pytest.mark.parametrize("name", ["simulated", "simulated-lags"])
def test_simulated_sets_name_their_trials_for_moabb(name):
    from moabb.paradigms import LeftRightImagery

    dataset = find(f"{name}:subjects=1,sessions=2,runs=1,trials=3,channels=4")
    epochs, labels, metadata = LeftRightImagery().get_data(dataset)
    assert epochs.shape == (12, 4, 751)
    assert sorted(set(labels)) == ["left_hand", "right_hand"]
    assert list(metadata.session.unique()) == ["0", "1"]
    assert 2 < np.std(epochs) < 20  # microvolts, as MOABB has them


def test_four_classes_serve_every_paradigm():
    from moabb.paradigms import MotorImagery

    dataset = find("simulated:subjects=1,sessions=1,runs=1,trials=2,channels=3")
    both = MotorImagery(n_classes=2, events=["right_hand", "feet"])
    assert sorted(set(both.get_data(dataset)[1])) == ["feet", "right_hand"]
    every = MotorImagery(n_classes=4, events=list(dataset.event_id))
    assert sorted(set(every.get_data(dataset)[1])) == ["feet", "left_hand", "rest", "right_hand"]


def test_a_person_is_the_same_however_many_are_asked_for():
    few, many = find("simulated:subjects=2,trials=1"), find("simulated:subjects=9,trials=1")
    assert identity(few) == identity(many)
    assert few.code == many.code
    one, same = (each.get_data([2])[2]["1"]["0"].get_data() for each in (few, many))
    np.testing.assert_array_equal(one, same)


def test_other_parameters_are_another_set():
    sets = [find(f"simulated:{rest}") for rest in ("", "strength=0.5", "seed=1", "channels=C3+C4")]
    assert len({identity(each) for each in sets}) == len({each.code for each in sets}) == 4


@pytest.mark.parametrize(
    "rest",
    ["subjects=0", "channels=65", "channels=C3+C3", "classes=left_hand", "strength=-1", "sfreq=50"],
)
def test_what_cannot_be_simulated_is_refused(rest):
    with pytest.raises(ValueError, match=r"must|two"):
        find(f"simulated:{rest}")


def test_simulated_sets_have_no_files_and_are_always_there():
    dataset = find("simulated:subjects=3")
    assert files_of(dataset) == []
    assert is_on_disk(dataset)
    require_on_disk(dataset)


def test_a_set_is_described_without_a_network(tmp_path, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(tmp_path))
    (tmp_path / "MNE-other-data").mkdir()
    described = describe(find("PhysionetMI"))
    assert described["subjects"] == 109
    assert described["channels"] == 64
    assert not described["on_disk"]
    assert [path.name for path in tmp_path.iterdir()] == ["MNE-other-data"]


@pytest.mark.realdata
def test_offline_no_socket_is_opened(eegmmidb, monkeypatch):
    def refuse(*arguments, **keywords):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    dataset = find("PhysionetMI", offline=True)
    require_on_disk(dataset, [1])
    runs = dataset.get_data([1])[1]["0"]
    assert len(runs) == 6
    assert runs["0"].info["sfreq"] == 160
    assert is_on_disk(dataset)


@pytest.mark.realdata
def test_the_files_behind_a_subject_are_named(eegmmidb):
    files = files_of(find("PhysionetMI", offline=True), [1])
    runs = [4, 6, 8, 10, 12, 14]
    assert [path.name for path in files] == [f"S001R{run:02d}.edf" for run in runs]
    assert all(eegmmidb.resolve() in path.resolve().parents for path in files)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # MNE announces downloads
@pytest.mark.parametrize("name", ["PhysionetMI", "BNCI2014_001", "Zhou2016", "Dreyer2023A"])
def test_offline_a_missing_file_is_named_and_nothing_is_written(name, tmp_path, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(tmp_path))
    dataset = find(name, offline=True)
    for ask in (require_on_disk, files_of, type(dataset).get_data):
        with pytest.raises(FileNotFoundError, match=f" is missing; run.*{tmp_path}") as raised:
            ask(dataset, [1])
        assert f"neurokit datasets download {name} --subjects 1" in str(raised.value)
    assert list(tmp_path.rglob("*")) == []


def test_offline_a_missing_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("MNE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"offline mode: .*nowhere is missing; run"):
        require_on_disk(find("PhysionetMI", offline=True), [1])


@pytest.mark.realdata
def test_offline_a_cut_file_is_named(eegmmidb, tmp_path, monkeypatch):
    folder = next(eegmmidb.rglob("S001"))
    copy = tmp_path / folder.relative_to(eegmmidb)
    shutil.copytree(folder, copy)
    cut = copy / "S001R06.edf"
    cut.write_bytes(cut.read_bytes()[:1_000_000])
    monkeypatch.setenv("MNE_DATA", str(tmp_path))
    dataset = find("PhysionetMI", offline=True)
    for ask in (require_on_disk, type(dataset).get_data):
        with pytest.raises(ValueError, match=r"S001R06\.edf is cut short: its header promises"):
            ask(dataset, [1])


def test_the_network_is_refused_to_one_thread_only():
    from concurrent.futures import ThreadPoolExecutor

    from neurokit.datasets.offline import no_network

    def connect():
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            return server.getsockname()[1]

    with ThreadPoolExecutor(1) as pool, no_network(find("PhysionetMI"), 1):
        assert pool.submit(connect).result() > 0
    with (
        pytest.raises(FileNotFoundError, match="subject 1 is not on disk"),
        no_network(find("PhysionetMI"), 1),
    ):
        connect()


def test_an_offline_set_stays_offline_in_another_process():
    dataset = pickle.loads(pickle.dumps(find("PhysionetMI", offline=True)))
    assert dataset._get_single_subject_data.dataset is dataset
    assert os.environ["MOABB_DOWNLOAD_PROVIDER"] == "upstream"
