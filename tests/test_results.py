"""The results folder: one record a fold, one writer, plain words when the disk says no."""

import json
import os
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from neurokit.studies.results import COLUMNS, EXPORTED, FORMAT, Results


def record(key="a", **changes):
    return {
        "key": key,
        "dataset": "Simulated",
        "subject": 1,
        "session": "0",
        "evaluation": "within-session",
        "paradigm": "left-right",
        "pipeline": "ts+lr",
        "fold": 0,
        "score": 0.1 + 0.2,
        "scorer": "roc_auc",
        "n_train": 32,
        "n_test": 8,
        "seconds": 0.5,
        "chosen": {"svc__C": np.float64(1.5), "order": np.int64(2)},
        "seed": 42,
        "error": None,
        "predictions": {
            "y_true": np.array(["left_hand", "right_hand"]),
            "y_pred": np.array(["left_hand", "left_hand"]),
            "y_score": np.array([0.25, 1 / 3]),
            "classes": np.array(["left_hand", "right_hand"]),
            "test": np.array([3, 5]),
        },
    } | changes


def test_a_record_comes_back_as_it_went_in(tmp_path):
    with Results(tmp_path, write=True) as results:
        results.add(record())
    with Results(tmp_path) as results:
        frame = results.frame()
        predictions = results.predictions("a")
    assert list(frame.columns) == list(COLUMNS)
    assert frame.score[0] == 0.1 + 0.2
    assert frame.subject[0] == "1"
    assert frame.chosen[0] == {"svc__C": 1.5, "order": 2}
    assert frame.error[0] is None
    assert predictions["y_score"][1] == 1 / 3
    assert list(predictions["test"]) == [3, 5]


def test_the_exported_columns_are_the_ones_promised():
    promised = (
        "dataset, subject, session, evaluation, pipeline, fold, score, scorer, n_train, n_test, "
        "seconds, chosen, seed, error"
    )
    assert ", ".join(EXPORTED) == promised


def test_a_failed_fold_has_no_score_and_is_not_finished(tmp_path):
    with Results(tmp_path, write=True) as results:
        results.add(record(score=None, error="Traceback ...", predictions=None))
        assert results.finished(["a"]) == set()
        assert np.isnan(results.frame().score[0])
        with pytest.raises(ValueError, match="unknown or failed"):
            results.predictions("a")
        results.add(record())
        assert results.finished(["a", "b"]) == {"a"}
        assert len(results.frame()) == 1


def test_older_settings_give_way_and_come_back(tmp_path):
    slot = {"dataset": "Simulated", "subject": "1", "pipeline": "ts+lr"}
    with Results(tmp_path, write=True) as results:
        results.add(record("old"))
        results.make_current(["new"], **slot)
        results.add(record("new"))
        assert list(results.frame().key) == ["new"]
        assert set(results.frame(everything=True).key) == {"old", "new"}
        results.make_current(["old"], **slot)
        assert list(results.frame().key) == ["old"]


def test_a_second_writer_is_refused_by_the_name_of_the_first(tmp_path):
    with (
        Results(tmp_path, write=True),
        pytest.raises(OSError, match=f"in use by another run \\(process {os.getpid()}\\)"),
    ):
        Results(tmp_path, write=True)
    Results(tmp_path, write=True).close()


def test_the_lock_goes_with_a_killed_process(tmp_path):
    code = (
        "import os, sys, signal; from neurokit.studies.results import Results;"
        "results = Results(sys.argv[1], write=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    run = subprocess.run([sys.executable, "-c", code, tmp_path], check=False)
    assert run.returncode == -9
    Results(tmp_path, write=True).close()


def test_results_can_be_read_while_they_are_written(tmp_path):
    with Results(tmp_path, write=True) as writer:
        writer.add(record())
        with Results(tmp_path) as reader:
            assert len(reader.frame()) == 1


def test_a_folder_from_a_newer_version_is_refused(tmp_path):
    Results(tmp_path, write=True).close()
    with sqlite3.connect(tmp_path / "results.sqlite") as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    for write in (False, True):
        with pytest.raises(ValueError, match="newer neurokit"):
            Results(tmp_path, write=write)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "results.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(ValueError, match=r"results\.sqlite is damaged"):
        Results(tmp_path)


def test_an_empty_folder_is_refused_for_reading_and_left_empty(tmp_path):
    with pytest.raises(FileNotFoundError, match="no results in"):
        Results(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_full_disk_keeps_what_was_finished(tmp_path):
    with Results(tmp_path, write=True) as results:
        results.add(record("kept"))
        (pages,) = results._connection.execute("PRAGMA page_count").fetchone()
        results._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OSError, match="is full; what was finished is kept"):
            results.add(record("lost", error="x" * 100_000))
        assert list(results.frame().key) == ["kept"]
    with Results(tmp_path, write=True) as results:
        assert results.finished(["kept", "lost"]) == {"kept"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_that_cannot_be_written_can_be_read(tmp_path):
    with Results(tmp_path, write=True) as results:
        results.add(record())
    for path in (tmp_path / "results.sqlite", tmp_path / "results.lock", tmp_path):
        path.chmod(0o555)
    try:
        with pytest.raises(OSError, match="cannot be written"):
            Results(tmp_path, write=True)
        with Results(tmp_path) as results:
            assert len(results.frame()) == 1
    finally:
        tmp_path.chmod(0o755)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="cannot be written"):
        Results(tmp_path / "file", write=True)


def test_plans_and_files_are_remembered(tmp_path):
    with Results(tmp_path, write=True) as results:
        assert results.plan("p") is None
        results.add_plan("p", {"folds": [1, 2]})
        assert results.plan("p") == {"folds": [1, 2]}
        results.add_file("/x", 10, 20, "abc")
        assert results.known_files() == {"/x": (10, 20, "abc")}


def test_the_predictions_are_json_for_other_programs(tmp_path):
    with Results(tmp_path, write=True) as results:
        results.add(record())
    connection = sqlite3.connect(tmp_path / "results.sqlite")
    (text,) = connection.execute("SELECT predictions FROM folds").fetchone()
    connection.close()
    assert json.loads(text)["y_pred"] == ["left_hand", "left_hand"]
