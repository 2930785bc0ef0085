"""neurokit results: tables, files, tests and a report from a folder."""

import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from neurokit.app.cli import tables
from neurokit.app.cli.main import cli
from neurokit.statistics import compare, summarise
from neurokit.studies.export import moabb_frame
from neurokit.studies.results import EXPORTED, Results
from tests.made_results import make_results

PIPELINES = ("csp+lda", "ts+lr")


def fill(folder, frame, predictions):
    with Results(folder, write=True) as results:
        for row in frame.to_dict("records"):
            stored = predictions(row["key"]) if row["error"] is None else None
            results.add(row | {"predictions": stored})


@pytest.fixture
def folder(tmp_path):
    frame, predictions = make_results(PIPELINES, skills=(0.8, 1.2), people=2)
    frame["error"] = frame["error"].astype(object)
    frame.loc[3, "score"] = None
    frame.loc[3, "error"] = "Traceback\nnumpy.linalg.LinAlgError: not positive definite"
    fill(tmp_path / "results", frame, predictions)
    return tmp_path / "results"


def run(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(cli, ["results", *map(str, arguments)])


def test_show_prints_interval_band_majority_and_what_failed(folder):
    result = run("show", folder)
    assert result.exit_code == 0, result.output
    for text in ("95 % range", "its band", "majority", "ts+lr"):
        assert text in result.stdout
    assert "LinAlgError: not positive definite" in result.stderr


@pytest.mark.parametrize("per", ["dataset", "subject", "session"])
@pytest.mark.parametrize("terminal", [True, False])
def test_names_stay_whole_on_eighty_columns(per, terminal, monkeypatch, capsys):
    names = ("csp+lda", "acm+ts+svm/full")
    frame, predictions = make_results(names, skills=(0.8, 1.2), people=2, sessions=2)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("rich.console.Console.is_terminal", terminal)
    tables.print_summary(summarise(frame, predictions, per=per))
    tables.print_comparison(compare(frame))
    shown = capsys.readouterr().out
    rows = {"dataset": 1, "subject": 2, "session": 4}[per]
    assert shown.count("acm+ts+svm/full") == rows + 1
    assert "…" not in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert not terminal or max(map(len, plain.splitlines())) <= 80


@pytest.mark.parametrize("terminal", [True, False])
def test_models_of_a_cohort_stay_readable_on_eighty_columns(terminal, monkeypatch, capsys):
    names = ("accuracy", "balanced_accuracy", "auc", "sensitivity", "specificity")
    row = {key: 0.5 for name in names for key in (name, f"{name}_low", f"{name}_high")}
    row |= {"majority": 0.5, "n": 92}
    models = pd.DataFrame([row | {"model": name} for name in ("connectivity ridge", "cs+majority")])
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("rich.console.Console.is_terminal", terminal)
    tables.print_cohort("ADHD", models)
    shown = capsys.readouterr().out
    assert "ADHD or control, 92 people" in shown
    assert "cs+majority" in shown
    assert "connectivity" in shown
    assert shown.count("0.50-0.50") == 10


def test_show_as_json_is_for_programs(folder):
    rows = json.loads(run("show", folder, "--per", "subject", "--json").stdout)
    assert len(rows) == 4
    assert {"low", "high", "chance_low", "chance_high", "majority"} <= set(rows[0])
    assert sum(row["failed"] for row in rows) == 1


def test_export_writes_the_same_folds_twice(folder, tmp_path):
    assert run("export", folder, "--out", tmp_path / "out").exit_code == 0
    table = pd.read_parquet(tmp_path / "out" / "folds.parquet")
    written = pd.read_csv(tmp_path / "out" / "folds.csv", dtype={"subject": str, "session": str})
    assert tuple(table.columns) == tuple(written.columns) == EXPORTED
    np.testing.assert_array_equal(table["score"], written["score"])
    np.testing.assert_array_equal(table["score"], Results(folder).frame()["score"])
    assert json.loads(table["chosen"][0])["lag"] == 2


def test_compare_says_that_two_people_are_too_few(folder):
    result = run("compare", folder)
    assert result.exit_code == 0, result.output
    assert "2 pairs: too few for a test" in result.stdout
    assert json.loads(run("compare", folder, "--json").stdout)[0]["p_permutation"] is None


def test_report_is_written_into_the_folder(folder):
    result = run("report", folder, "--title", "Mine")
    assert result.exit_code == 0, result.output
    assert "<h1>Mine</h1>" in (folder / "report.html").read_text()


@pytest.mark.parametrize("command", ["show", "export", "compare", "report"])
def test_bad_folders_are_refused_in_one_sentence(command, tmp_path):
    missing = run(command, tmp_path / "none")
    assert isinstance(missing.exception, FileNotFoundError)
    with Results(tmp_path / "empty", write=True):
        pass
    empty = run(command, tmp_path / "empty")
    assert "no fold has ended yet" in str(empty.exception)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "results.sqlite").write_bytes(b"not a data base " * 64)
    corrupt = run(command, tmp_path / "bad")
    assert isinstance(corrupt.exception, ValueError)
    assert "damaged" in str(corrupt.exception)


def test_moabb_analyses_the_exported_frame():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moabb.analysis import compute_dataset_statistics, find_significant_differences
        from moabb.analysis.plotting import paired_plot, score_plot

    frame, _ = make_results(PIPELINES, skills=(0.2, 2.0), people=8, datasets=("one", "two"))
    table = moabb_frame(frame)
    assert {"time", "samples", "channels", "n_sessions", "dataset", "pipeline"} <= set(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        statistics = compute_dataset_statistics(table)
        p, effect = find_significant_differences(statistics)
        score_plot(table)
        paired_plot(table, *PIPELINES)
    assert p.loc["ts+lr", "csp+lda"] < 0.05
    assert effect.loc["ts+lr", "csp+lda"] > 0
