import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from tests.imagery import record_imagery


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "série 1.xdf"
    record_imagery(path, trials=12)
    return path


def explore(*arguments):
    return CliRunner().invoke(cli, ["explore", *map(str, arguments)])


def test_tables_and_figures_are_written(run, tmp_path):
    done = explore(run, "--out", tmp_path / "found", "--set", "connectivity=coherence")
    assert done.exit_code == 0, done.output
    assert "are beyond chance; the strongest is" in done.output
    names = {path.name for path in (tmp_path / "found").iterdir()}
    figures = ("map", "spectra", "changes", "head", "connections")
    assert names == {"r2.csv", "trials.csv", *(f"{name}.svg" for name in figures)}
    r2 = pd.read_csv(tmp_path / "found" / "r2.csv")
    assert len(r2) == 8 * 41
    assert set(r2["channel"]) >= {"C3", "C4"}
    assert len(pd.read_csv(tmp_path / "found" / "trials.csv")) == 24
    assert all(path.stat().st_size > 0 for path in (tmp_path / "found").iterdir())


def test_what_was_found_is_json_for_a_program(run, tmp_path):
    sharp = ("--set", "method=welch", "--set", "window=1", "--set", "shift=0.5")
    done = explore(run, "--out", tmp_path, "--json", "--reject", "1:3", *sharp)
    said = json.loads(done.stdout)
    assert sum(said["trials"].values()) == 23
    best = said["strongest"][0]
    assert best["channel"] in ("C3", "C4", "CP3", "CP4", "FC3", "FC4")
    assert 8 <= best["frequency"] <= 25
    assert best["p"] < 0.05


def test_what_is_kept_is_found_again(run, tmp_path):
    explore(run, "--out", tmp_path / "a", "--cache", tmp_path / "kept", "--format", "png")
    (kept,) = (tmp_path / "kept").iterdir()
    before = (kept / "power.npy").stat().st_mtime_ns
    explore(run, "--out", tmp_path / "b", "--cache", tmp_path / "kept", "--format", "png")
    assert (kept / "power.npy").stat().st_mtime_ns == before
    for name in ("r2.csv", "map.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "windw=1"), "--set takes NAME=VALUE, got 'windw=1'; there are method"),
        (("--set", "window=9"), "does not fit into 3 s"),
        (("--set", "method=fft"), "method: Input should be 'burg', 'welch' or 'multitaper'"),
        (("--classes", "left_hand"), "two names at least"),
        (("--classes", "feet,tongue"), "no trial of feet, tongue"),
        (("--measure", "strength"), "wants --set connectivity=coherence"),
        (("--format", "gif"), "svg, png, pdf"),
        (("--reject", "first"), "RUN:TRIAL"),
    ],
)
def test_what_does_not_fit_is_said(run, tmp_path, arguments, said):
    done = explore(run, "--out", tmp_path, *arguments)
    assert isinstance(done.exception, ValueError)
    assert said in str(done.exception)


@pytest.mark.realdata
def test_a_real_recording_is_explored(real_data, tmp_path):
    paths = sorted((real_data / "eeg" / "openbci-three-days").glob("*day-1*.fif"))
    done = explore(*paths, "--classes", "1=right_hand,2=left_hand", "--out", tmp_path, "--json")
    said = json.loads(done.stdout)
    # the last trial of two runs is cut short, and said to be
    assert said["trials"] == {"right_hand": 59, "left_hand": 59}
    assert [each["reason"] for each in said["left_out"]] == ["cut short by the recording's end"] * 2
