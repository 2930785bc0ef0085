"""A real person on two days: day 1 trains, day 2 replays online, with and without recentring."""

import pytest

from neurokit.files.recordings import events, read_recording
from neurokit.live.decoding_process import DecodedRecorder, LiveDecoder
from neurokit.live.online import Decoder, OnlineSettings
from neurokit.live.online_score import score
from neurokit.live.outputs import read_outputs, replay
from neurokit.live.recorder import Recorder
from neurokit.live.streams import ReplaySource
from neurokit.patients.runs import run_epochs
from neurokit.visits.attempts import Candidate
from neurokit.visits.training import fit_final

pytestmark = pytest.mark.realdata
CLASSES = {"1": "right_hand", "2": "left_hand"}
BAND, WINDOW = (8.0, 30.0), (0.5, 2.8)
SETTINGS = OnlineSettings(hop=0.5, threshold=0.0)


@pytest.fixture(scope="module")
def day_1_model(real_data, tmp_path_factory):
    runs = sorted((real_data / "eeg" / "openbci-three-days").glob("*day-1*.fif"))
    epochs = run_epochs(runs, CLASSES, band=BAND, window=WINDOW, mains=50.0)
    path = tmp_path_factory.mktemp("models") / "day-1.skops"
    return fit_final(epochs, Candidate(pipeline="ts+lr"), path)


def decode_live(recording, model, settings, path):
    """Play a recording as if live, record it, tell its cues, and decode; on a virtual clock."""
    seconds = [100.0]

    def clock():
        return seconds[0]

    recorder = Recorder(ReplaySource(recording, clock=clock), path, clock=clock)
    info = recorder.info
    decoder = Decoder(model, settings, channels=info.channels, sfreq=info.sfreq)
    live = LiveDecoder(recorder.ring, decoder, path)
    both = DecodedRecorder(recorder, live)
    cues = [(100.0 + event.sample / info.sfreq, CLASSES[event.name])
            for event in events(read_recording(recording)) if event.name in CLASSES]  # fmt: skip
    said = [*cues, *((stamp + 3.5, "imagery/end") for stamp, _ in cues)]
    said.sort()
    while recorder.must_end == "":
        seconds[0] += 0.25
        recorder.step()
        while said and said[0][0] <= seconds[0]:
            stamp, label = said.pop(0)
            both.marker(label, stamp)
        live.keep(live.step())
    both.stop()
    return decoder


def test_recentring_carries_the_model_of_day_1_over_to_day_2(day_1_model, real_data, tmp_path):
    (recording,) = (real_data / "eeg" / "openbci-three-days").glob("*day-2*.fif")
    found = {}
    for recentring in (False, True):
        settings = SETTINGS.model_copy(update={"recentring": recentring})
        path = tmp_path / f"recentring {recentring}.xdf"
        decoder = decode_live(recording, day_1_model, settings, path)
        assert len(decoder.trials) == 40
        found[recentring] = score(decoder.trials, 2)
        print("with" if recentring else "without", "recentring:", found[recentring].in_words())
        stored = read_outputs(path)
        again, outputs = replay(path)
        assert again.trials == decoder.trials
        assert [output.feedback for output in outputs[: len(stored.outputs)]] == [
            output.feedback for output in stored.outputs
        ]
    assert found[True].accuracy > found[False].accuracy
    assert found[True].is_above_chance
