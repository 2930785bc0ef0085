import subprocess
import sys
import threading
import time
import uuid
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from pyriemann.estimation import Covariances
from pyriemann.tangentspace import TangentSpace
from scipy.signal import butter, sosfilt, welch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from neurokit.live.lsl import LslSource
from neurokit.live.streams import SourceLost, open_source
from neurokit.simulators.simulated_patient import SimulatedPatient
from neurokit.visits.protocol import GrazProtocol

KINDS, ROWS = ("left_hand", "right_hand", "feet", "rest"), (0, 1, 2)


class Clock:
    """The time, as the test wants it."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def record(patient, clock, seconds, markers=(), step=0.02):
    """Samples of some seconds; markers are pairs of a moment and a label."""
    markers, values, stamps = sorted(markers), [], []
    start = clock.seconds
    for moment in np.arange(step, seconds, step):
        clock.seconds = start + moment
        while markers and markers[0][0] <= moment:
            patient.notice(markers.pop(0)[1])
        samples = patient.read()
        values.append(samples.values)
        stamps.append(samples.stamps)
    return np.concatenate(values), np.concatenate(stamps)


def run_of(seed, strength, classes=("left_hand", "right_hand"), channels=16):
    """Filtered epochs and labels of a Graz run, on a clock of its own."""
    clock = Clock()
    patient = SimulatedPatient(strength=strength, channels=channels, seed=seed, clock=clock)
    patient.open()
    protocol = GrazProtocol(seed=seed, classes=classes, baseline=2, fixation=1)
    plan = protocol.schedule()
    markers = [(trial.cue, trial.label) for trial in plan]
    markers += [(trial.end, "imagery/end") for trial in plan]
    values, stamps = record(patient, clock, protocol.duration + 1, markers, step=0.1)
    filtered = sosfilt(butter(4, (8, 30), "bandpass", fs=250, output="sos"), values, axis=0)
    firsts = np.searchsorted(stamps - 100.0, [trial.cue + 0.5 for trial in plan])
    return np.stack([filtered[k : k + 750].T for k in firsts]), [trial.label for trial in plan]


def accuracy(seed, strength):
    epochs, labels = run_of(seed, strength)
    pipeline = make_pipeline(Covariances("oas"), TangentSpace(), LogisticRegression())
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return cross_val_score(pipeline, epochs, labels, cv=folds).mean()


def test_a_good_subject_is_decoded_and_noise_is_not():
    good = np.mean([accuracy(seed, 1.0) for seed in range(3)])
    none = np.mean([accuracy(seed, 0.0) for seed in range(3)])
    assert 0.83 <= good <= 0.97
    assert 0.35 < none < 0.65


def test_each_kind_of_imagery_shows_where_the_textbook_says():
    epochs, labels = run_of(1, 1.5, ("left_hand", "right_hand", "feet", "rest"), 3)
    power = np.log(epochs.var(axis=2))
    labels = np.array(labels)
    c3, c4, cz = (np.argmin([power[labels == kind, row].mean() for kind in KINDS]) for row in ROWS)
    assert [KINDS[k] for k in (c3, c4, cz)] == ["right_hand", "left_hand", "feet"]
    assert power[labels == "rest"].mean() > power[labels == "left_hand"].mean() + 0.2


def test_the_rhythms_come_back_after_imagery():
    clock = Clock()
    patient = SimulatedPatient(strength=1.5, channels=3, seed=1, artefacts=0, clock=clock)
    patient.open()
    cues = [(moment, "right_hand") for moment in range(4, 200, 12)]
    ends = [(moment + 6, "imagery/end") for moment, _ in cues]
    values, _ = record(patient, clock, 204, cues + ends)
    mu = sosfilt(butter(4, (8, 13), "bandpass", fs=250, output="sos"), values[:, 0])
    during = np.mean([mu[250 * m + 250 : 250 * m + 1500].var() for m, _ in cues])
    after = np.mean([mu[250 * m + 1750 : 250 * m + 3000].var() for m, _ in cues])
    assert during < 0.7 * after


def test_the_same_seed_and_clock_give_the_same_numbers_however_they_are_read():
    readings = []
    for step in (0.02, 0.11):
        clock = Clock()
        patient = SimulatedPatient(seed=5, channels=4, clock=clock)
        patient.open()
        readings.append(record(patient, clock, 9.9, [(0.5, "feet")], step)[0][:2200])
        assert len(readings[-1]) == 2200
    # a marker is heard at a moment that depends on the step, the noise is not
    np.testing.assert_allclose(*[values[:100] for values in readings], rtol=0, atol=0)
    clock = Clock()
    clock.seconds = 200.0
    other = SimulatedPatient(seed=5, channels=4, clock=clock)
    other.open()
    assert not np.allclose(record(other, clock, 9.9)[0][:100], readings[0][:100])


def test_the_signal_has_no_seams():
    clock = Clock()
    patient = SimulatedPatient(seed=2, channels=8, artefacts=0, clock=clock)
    patient.open()
    values, stamps = record(patient, clock, 60)
    np.testing.assert_allclose(np.diff(stamps), 1 / 250, rtol=1e-6)
    steps = np.abs(np.diff(values, axis=0)).max(axis=1)
    seams = steps[999::1000]
    assert seams.max() <= np.quantile(steps, 0.999)


def test_a_loose_electrode_hums_and_has_a_high_impedance():
    clock = Clock()
    source = SimulatedPatient(loose=1, impedances=True, channels=8, clock=clock)
    info = source.open()
    assert info.impedances == tuple(range(8, 16))
    values, _ = record(source, clock, 10)
    frequencies, power = welch(values[:, :8].T, 250, nperseg=500)
    hum = power[:, np.argmin(np.abs(frequencies - 50))]
    assert hum[7] > 20 * np.median(hum)
    assert (values[-1, 8:15] < 10e3).all()
    assert values[-1, 15] > 100e3


def test_a_lost_patient_can_be_found_again_and_the_time_has_gone_on():
    clock = Clock()
    patient = SimulatedPatient(dropouts=2, channels=2, seed=1, clock=clock)
    patient.open()
    stamps, losses = [], 0
    for _ in range(50 * 180):
        clock.seconds += 0.02
        try:
            stamps.append(patient.read().stamps)
        except SourceLost:
            losses += 1
            with suppress(SourceLost):
                patient.open()
    stamps = np.concatenate(stamps)
    gaps = np.diff(stamps)[np.diff(stamps) > 0.01]
    assert 1 <= len(gaps) <= 12
    assert ((gaps > 2.9) & (gaps < 9)).all()
    assert stamps[-1] == pytest.approx(clock.seconds, abs=0.01)
    assert losses == pytest.approx(gaps.sum() * 50, rel=0.05)


def test_its_address_carries_its_options():
    patient = open_source("simulated:strength=0.5,channels=8,seed=3,dropouts=1")
    info = patient.open()
    assert (patient.strength, len(info.channels), patient.seed) == (0.5, 8, 3)
    assert info.channels[:3] == ("C3", "C4", "Cz")
    patient.close()
    with pytest.raises(SourceLost):
        patient.read()


@pytest.mark.parametrize(
    "address",
    ["simulated:channels=65", "simulated:strength=-1", "simulated:loose=20", "simulated:x=1"],
)
def test_what_cannot_be_simulated_is_refused(address):
    with pytest.raises(ValueError, match=r"simulated|not negative|cannot be made"):
        open_source(address)


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    poll = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        poll.wait(0.02)


def test_the_patient_is_heard_over_lsl_and_obeys_the_recorders_markers():
    name = f"patient-{uuid.uuid4().hex[:8]}"
    process = subprocess.Popen(
        f"{sys.executable} -m neurokit.simulators.simulated_patient --lsl {name} "
        "--channels 4 --strength 1.9 --artefacts 0 --drift 0".split()
    )
    source = LslSource(name, timeout=20)
    try:
        info = source.open()
        assert (info.channels, info.sfreq) == (("C3", "C4", "Cz", "CP3"), 250.0)
        source.notice("run/start")
        wait_until(source._markers.has_listener)
        before, during = [], []
        wait_until(lambda: before.append(source.read()) or sum(map(len, before)) > 500)
        source.notice("right_hand")
        wait_until(lambda: during.append(source.read()) or sum(map(len, during)) > 1000)
        # another run, from another recorder, is heard too
        source.close()
        source.open()
        source.notice("run/start")
        wait_until(source._markers.has_listener)
    finally:
        process.kill()
        process.wait()
        source.close()
    stamps = np.concatenate([samples.stamps for samples in before + during])
    assert all(later > earlier for earlier, later in pairwise(stamps))
    values = np.concatenate([samples.values for samples in before + during])
    assert 1e-6 < values.std() < 1e-4
    mu = sosfilt(butter(4, (8, 13), "bandpass", fs=250, output="sos"), values[:, 0])
    assert mu[-500:].var() < mu[100:500].var()


def test_notes_are_not_sent_over_lsl():
    source = LslSource("nobody")
    source.notice("note: the patient's name")
    assert source._markers is None
