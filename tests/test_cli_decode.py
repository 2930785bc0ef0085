"""``neurokit decode``: a live source, a recording, and what is refused."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from neurokit import models
from neurokit.app.cli.main import cli
from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.live.online import Decoder, OnlineSettings, TrialOutcome
from neurokit.live.online_score import score
from neurokit.live.outputs import OutputsFile, outputs_path
from tests.decoding import recorded, saved_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return saved_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def run(tmp_path_factory, model):
    """A recording with its cues and its outputs."""
    path = tmp_path_factory.mktemp("runs") / "run.xdf"
    samples, sfreq, names, cues = recorded(run=1, trials=4)
    stamps = 100 + np.arange(len(samples)) / sfreq
    stored = (samples / 1e-6).astype(np.float32)
    eeg = XdfStream("cap", "EEG", names, sfreq, "float32", ["microvolts"] * len(names))
    with XdfWriter(path, [eeg, XdfStream("cues", "Markers", ["marker"], 0.0, "string")]) as writer:
        writer.write(0, stored, stamps)
        for label, at in cues:
            writer.write(1, [label, "imagery/end"], stamps[[at, at + 700]])
    decoder = Decoder(model, OnlineSettings(hop=0.2))
    for label, at in cues:
        decoder.mark(label, at)
        decoder.mark("imagery/end", at + 700)
    file = OutputsFile(outputs_path(path), decoder)
    file.write(decoder.process(stored.astype(float) * 1e-6, stamps), 0.0)
    file.close()
    return path


def say(*words):
    return CliRunner().invoke(cli, ["decode", *map(str, words)])


def test_a_recording_is_decoded_with_its_interval_and_chance(model, run):
    result = say(model, "--recording", run, "--recentre")
    assert result.exit_code == 0
    assert "of 8 trials as asked" in result.output
    assert "guessing gives" in result.output
    assert "step 0: recentring" in result.output
    assert "outputs that were kept of the run come again, bit for bit" in result.output


def test_a_score_on_what_the_model_learned_from_is_said_to_flatter(model, run, tmp_path):
    assert "flatters" not in say(model, "--recording", run).output
    told = models.describe(model)["metadata"] | {"attempt": {"runs": [run.stem]}}
    learned = models.save(models.load(model), tmp_path / "learned.skops", metadata=told)
    assert "the score flatters" in " ".join(say(learned, "--recording", run).output.split())
    assert '"learned_from_this": true' in say(learned, "--recording", run, "--json").output


def test_a_recording_is_told_as_json(model, run):
    lines = say(model, "--recording", run, "--json").output.splitlines()
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    assert first["classes"] == ["left_hand", "right_hand"]
    assert sum(first["probabilities"]) == pytest.approx(1)
    assert last["score"]["trials"] == 8


def test_a_live_source_is_decoded_until_its_time_is_over(model):
    result = say(model, "--source", "simulated:channels=8", "--seconds", 3.5, "--json")
    assert result.exit_code == 0
    outputs = [json.loads(line) for line in result.output.splitlines()]
    assert len(outputs) > 3
    assert np.diff([output["sample"] for output in outputs]).tolist() == [25] * (len(outputs) - 1)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "either --source ADDRESS or --recording FILE"),
        (["--recording", "a.xdf", "--source", "lsl:"], "either --source ADDRESS or"),
        (["--recording", "a.xdf", "--hop", "9"], "--hop: Input should be less than"),
        (["--source", "simulated:channels=2"], "does not have: Cz"),
        (["--source", "simulated:channels=8", "--osc", "here"], "an OSC address is HOST:PORT"),
    ],
)
def test_what_cannot_be_done_is_said(model, words, reason):
    result = say(model, *words)
    assert result.exit_code == 1
    assert reason in str(result.exception)


def test_a_score_counts_only_what_was_decided_and_says_what_was_not():
    said = ["left", "left", "right", "right", "", "left", "left", "left", "left", "left"]
    trials = [TrialOutcome(k, "left", label, 0.5, k) for k, label in enumerate(said)]
    found = score(trials, 2)
    assert (found.right, found.decided, found.trials) == (7, 9, 10)
    assert found.low < found.accuracy < found.high
    assert not found.is_above_chance
    assert found.majority == 1.0
    assert found.in_words().startswith("7 of 9 trials as asked, 1 undecided: 78% (45% to 94%);")
    assert score(trials[4:5], 2).in_words() == "none of 1 trials was decided"
