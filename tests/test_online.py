"""The decoder: the same outputs however the stream is cut, and what it refuses."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurokit import models
from neurokit.live.adaptation import Stages
from neurokit.live.online import Decoder, OnlineSettings
from tests.decoding import BAND, WINDOW, recorded, saved_model

HOP = OnlineSettings(hop=0.2)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return saved_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def run():
    return recorded(run=1, trials=6)


def stamps_of(samples, sfreq=250.0):
    return np.arange(len(samples)) / sfreq


def decode(decoder, samples, cues=(), seconds=3.0):
    for label, at in cues:
        decoder.mark(label, at)
        decoder.mark("imagery/end", at + round(seconds * decoder.sfreq))
    return decoder.process(samples, stamps_of(samples, decoder.sfreq))


@settings(deadline=None, max_examples=10)
@given(cuts=st.lists(st.integers(0, 3000), max_size=20))
def test_outputs_do_not_depend_on_how_the_stream_is_cut(model, run, cuts):
    samples, _, _, cues = run
    adapting = HOP.model_copy(update={"recentring": True, "learning": "supervised"})
    whole, cut = Decoder(model, adapting), Decoder(model, adapting)
    near = [cue for cue in cues if cue[1] < 3000]
    expected = decode(whole, samples[:3000], near)
    for label, at in near:
        cut.mark(label, at)
        cut.mark("imagery/end", at + 750)
    pieces = zip(
        np.split(samples[:3000], sorted(cuts)),
        np.split(stamps_of(samples[:3000]), sorted(cuts)),
        strict=True,
    )
    outputs = [output for piece, stamps in pieces for output in cut.process(piece, stamps)]
    assert outputs == expected
    assert len(outputs) == (3000 - 500) // 50 + 1
    assert cut.trials == whole.trials
    assert [step.text for step in cut.adaptation.log] == [
        step.text for step in whole.adaptation.log
    ]


def test_an_output_is_what_the_model_says_of_the_same_epoch_offline(model, run):
    from neurokit.signals.preprocessing import CausalFilter

    samples, sfreq, _, _ = run
    outputs = decode(Decoder(model, HOP), samples[:2000])
    filtered = CausalFilter(BAND, sfreq, samples.shape[1], 50.0).process(samples)
    pipeline = models.load(model)
    length = round((WINDOW[1] - WINDOW[0]) * sfreq)
    for output in outputs:
        epoch = np.ascontiguousarray(filtered[output.sample - length : output.sample].T[None])
        assert output.probabilities == tuple(pipeline.predict_proba(epoch)[0])


def test_a_stream_with_more_channels_in_another_order_is_decoded_alike(model, run):
    samples, _, channels, _ = run
    mixed = np.hstack([samples[:, ::-1], samples[:, :1] * 0])
    decoder = Decoder(model, HOP, channels=[*(f"{name}." for name in channels[::-1]), "AUX"])
    assert decode(decoder, mixed[:1000]) == decode(Decoder(model, HOP), samples[:1000])


def test_a_stream_without_a_channel_is_refused_in_words(model):
    with pytest.raises(ValueError, match="does not have: C3; it has C4, Cz"):
        Decoder(model, channels=["C4", "Cz", "CP3", "CP4", "FC3", "FC4", "Pz"])


def test_another_sampling_rate_is_refused_in_words(model):
    with pytest.raises(ValueError, match="trained at 250 Hz and the stream comes at 500 Hz"):
        Decoder(model, sfreq=500)


def test_a_model_that_does_not_say_its_window_is_refused(model, tmp_path):
    path = models.save(models.load(model), tmp_path / "bare.skops", metadata={"sfreq": 250.0})
    with pytest.raises(ValueError, match="does not say its window, channels, classes"):
        Decoder(path)


def test_smoothing_is_exponential_over_outputs(model, run):
    smooth = OnlineSettings(hop=0.2, smoothing=0.5)
    outputs = decode(Decoder(model, smooth), run[0][:2000])
    expected = 0.5
    for output in outputs:
        expected = 0.5 * expected + 0.5 * output.probabilities[0]
        assert output.smoothed[0] == expected
        assert output.feedback == output.smoothed


def test_what_is_not_sure_enough_is_rejected(model, run):
    strict = OnlineSettings(hop=0.2, threshold=0.7)
    outputs = decode(Decoder(model, strict), run[0])
    assert {output.reason for output in outputs} == {"", "unsure"}
    for output in outputs:
        assert output.rejected == (max(output.smoothed) < 0.7)
        assert bool(output.label) != output.rejected


def test_trials_are_decoded_far_above_chance(model, run):
    decoder = Decoder(model, HOP)
    decode(decoder, run[0], run[3])
    assert [trial.label for trial in decoder.trials] == [label for label, _ in run[3]]
    assert sum(trial.decided == trial.label for trial in decoder.trials) >= 10


def test_a_repeated_trial_does_not_count_and_is_unlearnt(model, run):
    samples, _, _, cues = run
    decoder = Decoder(model, HOP.model_copy(update={"recentring": True}))
    (label, at), (other, _) = cues[:2]
    decoder.mark(label, at)
    decoder.mark("imagery/end", at + 750)
    decoder.mark("repeat 0", at + 800)
    decode(decoder, samples, cues[1:])
    assert decoder.trials[0].label == other
    assert decoder.trials[0].number == 1
    assert len(decoder.trials) == len(cues) - 1
    steps = decoder.adaptation.log
    assert [step.kind for step in steps[:3]] == ["recentring", "revert", "recentring"]
    assert steps[1].after is steps[0].before


def test_after_a_pause_a_trial_is_forgotten(model, run):
    decoder = Decoder(model, HOP)
    decoder.mark("left_hand", 600)
    decoder.mark("pause", 700)
    decoder.mark("imagery/end", 800)
    decode(decoder, run[0][:1500])
    assert decoder.trials == []


def test_a_window_across_a_gap_decides_nothing(model, run):
    samples = run[0][:3000]
    stamps = stamps_of(samples)
    stamps[1520:] += 3.0
    decoder = Decoder(model, HOP)
    outputs = decoder.process(samples, stamps)
    across = [output for output in outputs if output.sample - 500 < 1520 < output.sample]
    assert [output.reason for output in across] == ["gap"] * 10
    assert not [o for o in outputs if o.reason == "gap" and o not in across]


def test_a_dead_channel_decides_nothing_and_breaks_nothing(model, run):
    samples = run[0][:3000].copy()
    samples[1000:2000, 3] = np.nan
    outputs = decode(Decoder(model, HOP), samples)
    assert "signal" in {output.reason for output in outputs}
    assert outputs[0].reason != "signal"


def test_a_sham_is_not_the_patients_and_comes_again_with_its_seed(model, run):
    samples = run[0][:2500]
    real = decode(Decoder(model, HOP), samples)
    sham = HOP.model_copy(update={"sham": True, "seed": 7})
    first, second = decode(Decoder(model, sham), samples), decode(Decoder(model, sham), samples)
    assert first == second
    assert [output.smoothed for output in first] == [output.smoothed for output in real]
    assert all(output.feedback != output.smoothed for output in first)
    shuffled = decode(Decoder(model, sham), samples[::-1])
    assert [output.feedback for output in shuffled] == [output.feedback for output in first]


def test_a_decision_on_sixteen_channels_takes_less_than_ten_milliseconds(tmp_path):
    decoder = Decoder(saved_model(tmp_path, n_channels=16), OnlineSettings(hop=0.1))
    samples = recorded(run=1, n_channels=16, trials=2)[0][:2000]
    start = time.process_time()
    outputs = decode(decoder, samples)
    assert (time.process_time() - start) / len(outputs) < 0.010


def test_a_classifier_without_probabilities_gives_those_of_its_scores(tmp_path):
    path = saved_model(tmp_path, "ts+svm")
    pipeline, stages = models.load(path), Stages(models.load(path))
    epochs = np.random.default_rng(0).standard_normal((5, 8, 500)) * 1e-5
    probabilities = stages.probabilities(stages.matrices(epochs))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    said = [stages.classes[place] for place in probabilities.argmax(axis=1)]
    assert said == list(pipeline.predict(epochs))


@pytest.mark.parametrize("pipeline", ["ts+svm", "acm+mdm"])
def test_what_a_search_chose_is_saved_and_decodes(tmp_path, pipeline):
    from neurokit.patients.runs import RunEpochs
    from neurokit.signals.preprocessing import CausalFilter
    from neurokit.visits.training import CLINIC, fit_final

    samples, sfreq, channels, cues = recorded(trials=8)
    filtered = CausalFilter(BAND, sfreq, len(channels), 50.0).process(samples)
    X = np.stack([filtered[at + 125 : at + 625].T for _, at in cues])
    y, trials = np.array([label for label, _ in cues]), np.arange(len(cues))
    classes = ("left_hand", "right_hand")
    epochs = RunEpochs(X, y, sfreq, channels, 0 * trials, trials, classes, BAND, WINDOW, mains=50.0)
    (candidate,) = [each for each in CLINIC if each.pipeline == pipeline]
    decoder = Decoder(fit_final(epochs, candidate, tmp_path / "model.skops"), HOP)
    assert decoder.about["mains"] == 50.0
    assert decode(decoder, recorded(run=1, trials=1)[0][:1000])


def test_sums_are_made_by_one_thread_whatever_the_process_has(model, run, monkeypatch):
    from threadpoolctl import threadpool_info, threadpool_limits

    decoder, counts = Decoder(model, HOP), []
    matrices = decoder.stages.matrices

    def counted(epochs):
        counts.extend(pool["num_threads"] for pool in threadpool_info())
        return matrices(epochs)

    monkeypatch.setattr(decoder.stages, "matrices", counted)
    with threadpool_limits(2):
        decode(decoder, run[0][:700])
    assert set(counts) == {1}
