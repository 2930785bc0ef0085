import time

import numpy as np
import pytest

from neurokit.files.recordings import read_recording
from neurokit.live.streams import SourceInfo
from neurokit.signals.quality import check, check_source, impedance_channels, summary
from neurokit.simulators.simulated_patient import SimulatedPatient

SFREQ = 250.0


def cap(n_channels=8, seconds=4.0, seed=0):
    """Sound channels: what all share, and a little of each one's own, in volts."""
    random = np.random.default_rng(seed)
    n_times = round(seconds * SFREQ)
    frequencies = np.fft.rfftfreq(n_times, 1 / SFREQ)
    shape = 1 / np.maximum(frequencies, 1.0)

    def noise(rows):
        drawn = random.standard_normal((rows, n_times))
        return np.fft.irfft(np.fft.rfft(drawn, axis=1) * shape, n_times, axis=1)

    samples = noise(1) + 0.6 * noise(n_channels)
    return 10e-6 * (samples / samples.std()).T, [f"E{k}" for k in range(n_channels)]


def hum(samples, microvolts, frequency=50.0):
    seconds = np.arange(len(samples)) / SFREQ
    return samples + np.sqrt(2) * microvolts * 1e-6 * np.sin(2 * np.pi * frequency * seconds)


def tremble(samples, microvolts):
    seconds = np.arange(len(samples)) / SFREQ
    tones = [np.sin(2 * np.pi * f * seconds + f**2) for f in np.arange(35, 95, 3.0) if f % 50]
    return samples + microvolts * 1e-6 * np.sum(tones, axis=0) / np.std(np.sum(tones, axis=0))


def clip(samples):
    low, high = np.quantile(samples, [0.1, 0.9])
    return np.clip(samples, low, high)


def judge(spoil, **options):
    """Verdict of the second channel when it alone is spoilt; the others must stay good."""
    samples, names = cap()
    samples[:, 1] = spoil(samples[:, 1])
    quality = check(samples, SFREQ, names, **options)
    assert all(each.verdict == "good" for each in quality[:1] + quality[2:])
    return quality[1]


@pytest.mark.parametrize(
    ("spoil", "verdict", "kind"),
    [
        (lambda x: x, "good", "good"),
        (lambda x: 0 * x, "bad", "flat"),
        (lambda x: 0 * x + 0.18, "bad", "flat"),
        (clip, "bad", "rail"),
        (lambda x: hum(x, 20), "fair", "mains"),
        (lambda x: hum(x, 80), "bad", "mains"),
        (lambda x: tremble(x, 18), "fair", "muscle"),
        (lambda x: tremble(x, 60), "bad", "muscle"),
        (lambda x: np.random.default_rng(9).permutation(x) * 0.2, "fair", "alone"),
        (lambda x: x + 2e-3 * (np.arange(len(x)) > len(x) / 2), "bad", "swing"),
        # an electrode's offset and slow drift are no fault
        (lambda x: x + 0.2 + np.linspace(0, 3e-3, len(x)), "good", "good"),
    ],
)
def test_each_fault_is_found_and_named(spoil, verdict, kind):
    found = judge(spoil)
    assert (found.verdict, found.kind) == (verdict, kind)
    assert found.words


def test_the_size_of_a_fault_is_told_in_its_unit():
    assert judge(lambda x: hum(x, 80)).value == pytest.approx(80, rel=0.05)
    assert judge(lambda x: hum(x, 80)).words.startswith("mains hum of 80 µV")
    assert judge(lambda x: tremble(x, 60)).value == pytest.approx(60, rel=0.1)


def test_the_mains_may_have_60_hertz():
    assert judge(lambda x: hum(x, 80, 60.0), mains=60.0).kind == "mains"
    assert judge(lambda x: hum(x, 80, 60.0), mains=50.0).kind == "muscle"


def test_gel_that_joins_two_electrodes_is_seen_on_both():
    samples, names = cap()
    samples[:, 3] = samples[:, 5] + 1e-8 * np.random.default_rng(0).standard_normal(len(samples))
    quality = check(samples, SFREQ, names)
    assert [each.name for each in quality if each.kind == "bridge"] == ["E3", "E5"]
    assert quality[3].words.startswith("the same as E5")


def test_an_impedance_that_is_measured_decides():
    samples, names = cap(4)
    quality = check(samples, SFREQ, names, impedances=[5e3, 30e3, 90e3, None])
    assert [each.verdict for each in quality] == ["good", "fair", "bad", "good"]
    assert quality[2].words.startswith("impedance of 90 kΩ")


def test_too_little_signal_is_no_verdict():
    samples, names = cap(seconds=0.8)
    quality = check(samples, SFREQ, names)
    assert {each.verdict for each in quality} == {"unknown"}
    assert summary(quality)[0] == "unknown"


def test_samples_that_do_not_fit_the_names_are_refused():
    with pytest.raises(ValueError, match="one column a channel"):
        check(np.zeros((1000, 3)), SFREQ, ["C3", "C4"])


def test_impedances_are_found_by_name_or_by_order():
    kinds = ("eeg", "eeg", "misc", "misc")
    named = SourceInfo("a", ("C3", "C4", "C4 impedance", "battery"), kinds, SFREQ, "", (2,))
    assert impedance_channels(named) == {"C4": 2}
    ordered = SourceInfo("a", ("C3", "C4", "Z1", "Z2"), kinds, SFREQ, "", (2, 3))
    assert impedance_channels(ordered) == {"C3": 2, "C4": 3}


def test_the_cap_gets_one_sentence():
    samples, names = cap()
    quality = check(samples, SFREQ, names)
    verdict, words, filling = summary(quality)
    assert (verdict, words.format(**filling)) == (
        "good",
        "All 8 electrodes are good. Ready to record.",
    )
    samples[:, 2] = 0
    verdict, words, filling = summary(check(samples, SFREQ, names))
    assert verdict == "bad"
    assert words.format(**filling) == "7 of 8 electrodes are good. Mend first: E2."
    humming = np.stack([hum(row, 20 + k) for k, row in enumerate(cap()[0].T)], axis=1)
    assert "ground and reference" in summary(check(humming, SFREQ, names))[1]


def test_a_simulated_loose_electrode_is_found_with_and_without_its_impedance():
    for impedances, kind in ((True, "impedance"), (False, "mains")):
        moment = [100.0]
        patient = SimulatedPatient(
            loose=1, artefacts=0, impedances=impedances, clock=lambda now=moment: now[0]
        )
        info = patient.open()
        moment[0] += 5
        quality = check_source(patient.read().values, info)
        assert (quality[-1].verdict, quality[-1].kind) == ("bad", kind)
        assert all(each.verdict != "bad" for each in quality[:-1])


@pytest.mark.realdata
def test_a_sound_real_recording_is_not_called_bad(real_data):
    (path,) = sorted(real_data.glob("eeg/eegmmidb/**/S001R04.edf"))
    raw = read_recording(path).load_data(verbose="error")
    samples = raw.get_data(picks="eeg").T
    width = round(4 * raw.info["sfreq"])
    verdicts = [
        each.verdict
        for start in range(0, len(samples) - width, width)
        for each in check(
            samples[start : start + width], raw.info["sfreq"], raw.ch_names[:64], mains=60
        )
    ]
    assert verdicts.count("bad") < 0.02 * len(verdicts)
    assert verdicts.count("good") > 0.7 * len(verdicts)


def test_64_channels_are_judged_in_less_than_50_ms():
    samples, names = cap(64, seconds=10)
    times = []
    for _ in range(5):
        began = time.thread_time()
        check(samples, SFREQ, names)
        times.append(time.thread_time() - began)
    assert min(times) < 0.05
