"""Outputs on the disk, and the same outputs again."""

import numpy as np
import pytest

from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.live.online import Decoder, OnlineSettings
from neurokit.live.outputs import OutputsFile, outputs_path, read_outputs, read_signal, replay
from tests.decoding import recorded, saved_model

ADAPTING = OnlineSettings(hop=0.2, recentring=True, learning="supervised", threshold=0.6)
FIRST = 137


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return saved_model(tmp_path_factory.mktemp("models"))


def record(path, samples, cues, *, gap=None, jitter=2e-4):
    """A recording as the recorder writes it, and (samples, stamps) as the ring holds them."""
    stamps = 5000.0 + np.arange(len(samples)) / 250.0
    if gap is not None:
        stamps[gap:] += 4.0
    stamps = stamps + np.random.default_rng(0).uniform(0, jitter, len(stamps))
    stored = (samples / 1e-6).astype(np.float32)
    names = recorded(trials=1)[2]
    eeg = XdfStream("cap", "EEG", names, 250.0, "float32", ["microvolts"] * len(names))
    markers = XdfStream("neurokit-markers", "Markers", ["marker"], 0.0, "string")
    with XdfWriter(path, [eeg, markers]) as writer:
        for start in range(0, len(stored), 25):
            writer.write(0, stored[start : start + 25], stamps[start : start + 25])
        for label, at in cues:
            writer.write(1, [label, "imagery/end"], np.array([stamps[at], stamps[at + 600]]))
    return stored.astype(float) * 1e-6, stamps


def decode_live(path, model, samples, stamps, cues, settings=ADAPTING):
    """Decode in chunks of chance, as a process does that began late; returns its outputs."""
    decoder = Decoder(model, settings)
    file = OutputsFile(outputs_path(path), decoder, FIRST)
    random, place, outputs = np.random.default_rng(1), FIRST, []
    said = [(at, label) for label, at in cues] + [(at + 600, "imagery/end") for _, at in cues]
    while place < len(samples):
        stop = min(place + int(random.integers(1, 200)), len(samples))
        # a marker arrives when its samples have long been decoded
        for at, label in [each for each in said if each[0] + 40 <= stop]:
            decoder.mark(label, at - FIRST)
            said.remove((at, label))
        new = decoder.process(samples[place:stop], stamps[place:stop])
        file.write(new, float(stamps[stop - 1]))
        outputs += new
        place = stop
    return decoder, file, outputs


@pytest.mark.parametrize("gap", [None, 3000])
def test_a_replay_gives_the_same_outputs_bit_for_bit(tmp_path, model, gap):
    samples, _, _, cues = recorded(run=1, trials=4)
    path = tmp_path / "étude un.xdf"
    samples, stamps = record(path, samples, cues, gap=gap)
    decoder, file, outputs = decode_live(path, model, samples, stamps, cues)
    file.close()
    stored = read_outputs(path)
    assert list(stored.outputs) == outputs
    assert list(stored.trials) == decoder.trials
    assert any(output.reason == "gap" for output in outputs) == (gap is not None)
    with np.errstate(all="ignore"):
        again, replayed = _quietly(replay, path)
    assert [bits(output) for output in replayed] == [bits(output) for output in outputs]
    assert again.trials == decoder.trials
    assert [(step.sample, step.text) for step in again.adaptation.log] == [
        (step.sample, step.text) for step in decoder.adaptation.log
    ]


def test_what_was_taken_back_online_is_taken_back_in_a_replay(tmp_path, model):
    samples, _, _, cues = recorded(run=1, trials=3)
    path = tmp_path / "run.xdf"
    samples, stamps = record(path, samples, cues)
    decoder = Decoder(model, ADAPTING)
    file = OutputsFile(outputs_path(path), decoder)
    middle = cues[2][1]
    for label, at in cues:
        decoder.mark(label, at)
        decoder.mark("imagery/end", at + 600)
    outputs = decoder.process(samples[:middle], stamps[:middle])
    decoder.mark("revert 1")
    outputs += decoder.process(samples[middle:], stamps[middle:])
    file.write(outputs, 0.0)
    file.close()
    assert "revert" in [step.kind for step in decoder.adaptation.log]
    _, replayed = replay(path)
    assert [bits(output) for output in replayed] == [bits(output) for output in outputs]


def test_a_torn_file_gives_what_is_whole(tmp_path, model):
    samples, _, _, cues = recorded(run=1, trials=2)
    path = tmp_path / "run.xdf"
    samples, stamps = record(path, samples, cues)
    _, file, outputs = decode_live(path, model, samples, stamps, cues)
    file.close()
    whole = outputs_path(path).read_bytes()
    outputs_path(path).write_bytes(whole[: len(whole) * 2 // 3])
    stored = read_outputs(path)
    assert 0 < len(stored.outputs) < len(outputs)
    assert list(stored.outputs) == outputs[: len(stored.outputs)]
    assert [each.name for each in tmp_path.iterdir() if "mended" in each.name] == []


def test_a_recording_that_was_never_decoded_is_decoded_by_its_events(tmp_path, model):
    samples, _, _, cues = recorded(run=1, trials=4)
    record(tmp_path / "run.xdf", samples, cues)
    decoder, outputs = replay(tmp_path / "run.xdf", model, OnlineSettings(hop=0.2))
    assert [trial.label for trial in decoder.trials] == [label for label, _ in cues]
    assert sum(trial.decided == trial.label for trial in decoder.trials) >= 6
    assert len(outputs) > 100


def test_the_samples_of_a_recording_are_those_of_the_ring(tmp_path):
    samples, _, _, cues = recorded(run=1, trials=2)
    ring, _ = record(tmp_path / "run.xdf", samples, cues, gap=2000)
    signal = _quietly(read_signal, tmp_path / "run.xdf")
    assert signal.samples.tobytes() == np.ascontiguousarray(ring).tobytes()
    assert [mark.sample for mark in signal.marks if mark.label == "gap"] == [2000]
    assert [
        (m.label, m.sample) for m in signal.marks if m.label in ("left_hand", "right_hand")
    ] == [(label, at) for label, at in cues]


def test_what_is_decoded_is_what_was_evaluated_from_the_file_to_the_probability(tmp_path):
    from neurokit import models
    from neurokit.patients.runs import run_epochs
    from neurokit.visits.attempts import Candidate
    from neurokit.visits.training import fit_final

    samples, _, _, cues = recorded(run=2, trials=3)
    # on the grid of the outputs, so that some of them are of the very epochs
    cues = [(label, at // 5 * 5) for label, at in cues]
    record(tmp_path / "run.xdf", samples, cues, jitter=0)
    epochs = run_epochs(
        [tmp_path / "run.xdf"], ("left_hand", "right_hand"), window=(0.5, 2.5), mains=50.0
    )
    path = fit_final(epochs, Candidate(pipeline="ts+lr"), tmp_path / "model.skops")
    model, (_, outputs) = (
        models.load(path),
        replay(tmp_path / "run.xdf", path, OnlineSettings(hop=0.02)),
    )
    said = {output.sample: output.probabilities for output in outputs}
    for epoch, (_, at) in zip(epochs.X, cues, strict=True):
        assert said[at + 625] == tuple(model.predict_proba(epoch[None])[0])


def test_a_recording_without_outputs_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="was this run decoded"):
        read_outputs(tmp_path / "run.xdf")


def bits(output):
    """All but the stamp, which counts from the start of the recording in a replay."""
    return (output.sample, output.probabilities, output.smoothed, output.feedback, output.label,
            output.reason)  # fmt: skip


def _quietly(function, path):
    """Reading warns of gaps, which are there on purpose."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(path)
