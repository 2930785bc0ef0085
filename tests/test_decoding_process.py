"""Decoding a recording that runs: from the ring to the window, to LSL and to OSC."""

import threading
import time
import uuid

import numpy as np
import pytest

from neurokit.live import recording_process
from neurokit.live.broadcast import LslSink, OscSink, make_sinks
from neurokit.live.decoding_process import DecodedRecorder, DecoderClient, LiveDecoder
from neurokit.live.online import Decoder, OnlineSettings, Output
from neurokit.live.outputs import read_outputs, replay
from neurokit.live.recorder import Recorder
from neurokit.simulators.simulated_patient import SimulatedPatient
from tests.decoding import saved_model

SETTINGS = OnlineSettings(hop=0.1, recentring=True)
SOURCE = "simulated:channels=8,strength=1.5,seed=42"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return saved_model(tmp_path_factory.mktemp("models"))


class Clock:
    """The time, as the test wants it."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def wait_until(condition, seconds=60.0):
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        pause.wait(0.01)


def test_a_run_is_decoded_live_and_again_from_its_recording(tmp_path, model):
    recorder = recording_process.start(SOURCE, tmp_path / "run.xdf")
    client = DecoderClient(recorder, model, SETTINGS)
    both = DecodedRecorder(recorder, client)
    outputs = []

    def heard(count):
        outputs.extend(client.receive(0.02))
        return len(outputs) >= count

    wait_until(lambda: client.receive(0.02) == [] and client.is_ready)
    both.marker("left_hand", time.perf_counter())
    wait_until(lambda: heard(12))
    both.marker("imagery/end", time.perf_counter())
    wait_until(lambda: heard(20))
    assert [trial.label for trial in client.trials] == ["left_hand"]
    assert [step.kind for step in client.steps] == ["recentring"]
    both.stop()
    outputs += both.last_outputs
    both.close()
    assert not client.process.is_alive()
    assert client.problem == ""
    stored = read_outputs(tmp_path / "run.xdf")
    assert list(stored.outputs) == outputs
    _, again = replay(tmp_path / "run.xdf")
    assert [output.feedback for output in again[: len(outputs)]] == [
        output.feedback for output in outputs
    ]


def test_a_decoder_that_dies_says_so_and_the_recording_goes_on(tmp_path, model):
    recorder = recording_process.start(SOURCE, tmp_path / "run.xdf")
    client = DecoderClient(recorder, model, SETTINGS)
    wait_until(lambda: client.receive(0.02) or client.is_ready)
    wait_until(lambda: client.receive(0.02))
    client.process.kill()
    wait_until(lambda: client.receive(0.02) == [] and client.problem)
    assert client.problem == "the decoder has ended by itself; the recording goes on"
    before = recorder.ring.n_written
    wait_until(lambda: recorder.ring.n_written > before)
    client.close()
    recorder.stop()
    recorder.close()
    # what it had given is on the disk
    assert read_outputs(tmp_path / "run.xdf").outputs


def test_a_decoder_ends_with_its_window(tmp_path, model):
    recorder = Recorder(SimulatedPatient(channels=8), tmp_path / "run.xdf")
    client = DecoderClient(recorder, model, SETTINGS)
    wait_until(lambda: client.receive(0.02) or client.is_ready)
    client._connection.close()
    client.process.join(10)
    assert client.process.exitcode == 0
    recorder.stop()
    read_outputs(tmp_path / "run.xdf")


def test_a_model_that_does_not_fit_says_why(tmp_path, model):
    recorder = Recorder(SimulatedPatient(channels=3), tmp_path / "run.xdf")
    client = DecoderClient(recorder, model, SETTINGS, keep=False)
    wait_until(lambda: client.receive(0.02) == [] and client.problem)
    assert client.problem.startswith("the model was trained on channels that the stream does not")
    client.close()
    recorder.stop()


class Heard:
    """A sink that keeps what it is sent."""

    def __init__(self):
        self.outputs, self.is_open = [], True

    def send(self, output):
        self.outputs.append(output)

    def close(self):
        self.is_open = False


def test_with_a_virtual_clock_a_run_is_decoded_as_it_is_stepped(tmp_path, model):
    clock, heard = Clock(), Heard()
    patient = SimulatedPatient(channels=8, strength=1.5, seed=42, clock=clock)
    recorder = Recorder(patient, tmp_path / "run.xdf", clock=clock)
    live = LiveDecoder(recorder.ring, Decoder(model, SETTINGS), recorder.path, [heard])
    both = DecodedRecorder(recorder, live)
    cues = {5.0: "left_hand", 9.0: "imagery/end", 11.0: "right_hand", 15.0: "imagery/end"}
    for tick in range(340):
        clock.seconds += 0.05
        recorder.step()
        if (label := cues.get(round(tick * 0.05, 2))) is not None:
            both.marker(label, clock.seconds)
        live.keep(live.step())
    both.stop()
    assert not heard.is_open
    assert len(live.decoder.trials) == 2
    stored = read_outputs(tmp_path / "run.xdf")
    assert list(stored.outputs) == heard.outputs
    places = [mark.sample for mark in stored.marks if mark.label == "left_hand"]
    assert places == [pytest.approx(5.05 * 250, abs=2)]


def test_a_decoder_that_fell_behind_ends_rather_than_invent(tmp_path, model):
    clock = Clock()
    recorder = Recorder(
        SimulatedPatient(channels=8, clock=clock), tmp_path / "run.xdf", clock=clock, ring_seconds=2
    )
    live = LiveDecoder(recorder.ring, Decoder(model))
    for _ in range(40):
        clock.seconds += 0.1
        recorder.step()
    with pytest.raises(OSError, match="fell 2 s behind the recording"):
        live.step()
    live.close()
    recorder.stop()


OUTPUT = Output(500, 12.5, (0.2, 0.8), (0.3, 0.7), (0.3, 0.7), "right_hand", "")


def test_outputs_go_out_over_osc():
    from pythonosc.dispatcher import Dispatcher
    from pythonosc.osc_server import ThreadingOSCUDPServer

    heard, dispatcher = [], Dispatcher()
    dispatcher.set_default_handler(lambda address, *values: heard.append((address, values)))
    server = ThreadingOSCUDPServer(("127.0.0.1", 0), dispatcher)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    sink = OscSink(f"127.0.0.1:{server.server_address[1]}")
    sink.send(OUTPUT)
    wait_until(lambda: len(heard) == 2)
    sink.close()
    server.shutdown()
    thread.join()
    server.server_close()
    found = dict(heard)
    assert found["/neurokit/feedback"] == pytest.approx((0.3, 0.7))
    assert found["/neurokit/decision"] == ("right_hand",)


@pytest.mark.parametrize("address", ["9000", "localhost:", "host:port", "host:70000"])
def test_what_is_no_osc_address_is_refused(address):
    with pytest.raises(ValueError, match=r"HOST:PORT, such as 127\.0\.0\.1:9000"):
        OscSink(address)


def test_outputs_go_out_over_lsl_with_the_stamp_of_their_last_sample():
    from mne_lsl.lsl import StreamInlet, resolve_streams

    name = f"outputs-{uuid.uuid4()}"
    (sink,) = make_sinks(("left_hand", "right_hand"), lsl=name)
    assert isinstance(sink, LslSink)
    inlet = StreamInlet(resolve_streams(5.0, name=name)[0])
    inlet.open_stream(timeout=5.0)
    assert inlet.get_sinfo().get_channel_names() == ["left_hand", "right_hand", "decision"]
    heard = []

    def has_come():
        sink.send(OUTPUT)
        values, stamp = inlet.pull_sample(timeout=0.05)
        heard.extend([(np.array(values), stamp)] if stamp is not None else [])
        return bool(heard)

    wait_until(has_come)
    values, stamp = heard[0]
    np.testing.assert_allclose(values, [0.3, 0.7, 1.0])
    assert stamp == 12.5
    inlet.close_stream()
    sink.close()
