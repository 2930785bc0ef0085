import json

import pytest
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.live.lsl import Outlet

run = CliRunner().invoke


def test_each_electrode_is_judged_and_a_bad_one_is_an_exit_code():
    result = run(cli, ["signals", "simulated:channels=4,loose=1,artefacts=0", "--seconds", "2"])
    assert result.exit_code == 1
    assert "mains hum of" in result.output
    assert "3 of 4 electrodes are good. Mend first: CP3." in result.output


def test_a_program_may_read_it():
    address = "simulated:channels=4,artefacts=0,seed=1"
    result = run(cli, ["signals", address, "--seconds", "2", "--json"])
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told["verdict"] == "good"
    assert [each["name"] for each in told["electrodes"]] == ["C3", "C4", "Cz", "CP3"]


def test_without_an_address_streams_and_boards_are_listed():
    pytest.importorskip("brainflow", reason="BrainFlow is not installed: neurokit-bci[devices]")
    outlet = Outlet("listed", "EEG", ["C3"], sfreq=250.0)
    result = run(cli, ["signals"])
    outlet.close()
    assert "lsl:listed  1 channels, 250 Hz" in result.output
    assert "CYTON_BOARD" in result.output
