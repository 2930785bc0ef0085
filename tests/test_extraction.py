import shutil

import numpy as np
import pytest

from neurokit.patients.runs import run_epochs
from neurokit.signals.contrast import contrast
from neurokit.signals.spectra import psd
from neurokit.visits import extraction
from neurokit.visits.extracted import read_extracted
from neurokit.visits.extraction import Cancelled, Extraction, extract
from tests.imagery import record_imagery

HANDS = ("left_hand", "right_hand")
SHARP = Extraction(method="welch", window=1.0, shift=0.5)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs of a good subject."""
    paths = [tmp_path_factory.mktemp("runs") / f"run {number}.xdf" for number in (1, 2)]
    for number, path in enumerate(paths):
        record_imagery(path, run=number)
    return paths


def extracted(paths, cache, settings=SHARP, **options):
    return read_extracted(extract(paths, HANDS, settings, cache, **options))


def test_the_defaults_are_happyfeats(runs, tmp_path):
    found = extracted(runs[:1], tmp_path, Extraction())
    epochs = run_epochs(runs[:1], HANDS, band=None, window=(1.0, 4.0))
    frequencies, power = psd(epochs.X, 250.0, order=10)
    np.testing.assert_allclose(found.power, power)
    np.testing.assert_array_equal(found.frequencies, frequencies)
    np.testing.assert_array_equal(found.labels, epochs.y)
    assert found.in_words() == "40 trials: 20 left_hand, 20 right_hand".replace(
        "20 left_hand, 20 right_hand", ", ".join(f"20 {name}" for name in found.classes)
    )


def test_the_hand_areas_tell_the_hands_apart(runs, tmp_path):
    found = extracted(runs, tmp_path)
    assert found.runs.tolist() == [0] * 40 + [1] * 40
    values, frequencies = found.values()[1], found.values()[0]
    left, right = (found.rows(name) for name in HANDS)
    r2, p = contrast(values[left], values[right], blocks=(found.runs[left], found.runs[right]))
    mu = (frequencies >= 9) & (frequencies <= 13)
    c3, c4 = (found.ch_names.index(name) for name in ("C3", "C4"))
    # the right hand quietens C3: the left one has more power there
    assert r2[c3, mu].max() > 0.1
    assert r2[c4, mu].min() < -0.1
    assert p[c3, mu].min() < 0.01


def test_imagery_desynchronises_the_other_side(runs, tmp_path):
    found = extracted(runs, tmp_path)
    times, frequencies, change = found.change("C3", found.rows("right_hand"))
    mu = (frequencies >= 9) & (frequencies <= 13)
    assert change[mu][:, (times > 1.5) & (times < 3.5)].mean() < -20
    assert abs(change[mu][:, times < -0.5].mean()) < 15


def test_a_second_time_nothing_is_computed(runs, tmp_path, monkeypatch):
    first = extract(runs, HANDS, SHARP, tmp_path / "cache")
    monkeypatch.setattr(extraction, "psd", None)
    copy = tmp_path / "under another name.xdf"
    shutil.copy(runs[0], copy)
    assert extract([copy, runs[1]], HANDS, SHARP, tmp_path / "cache") == first
    with pytest.raises(TypeError):
        extract(runs, HANDS, Extraction(method="welch"), tmp_path / "cache")


def test_it_can_be_cancelled_and_leaves_nothing_half_done(runs, tmp_path):
    told = []
    with pytest.raises(Cancelled):
        extract(
            runs,
            HANDS,
            SHARP,
            tmp_path,
            n_threads=1,
            progress=lambda part, text: told.append(part),
            cancelled=lambda: bool(told) and told[-1] > 0.6,
        )
    kept = list(tmp_path.iterdir())
    assert len(kept) == 1
    assert (kept[0] / "about.json").exists()
    assert told == sorted(told)


def test_connectivity_is_extracted_too(runs, tmp_path):
    settings = SHARP.model_copy(update={"connectivity": "coherence", "highest": 30.0})
    found = extracted(runs, tmp_path, settings)
    frequencies, strength = found.values("strength")
    assert frequencies[0] == 4
    assert frequencies[-1] == 30
    rows = found.rows("left_hand")
    matrix = found.matrix(10.2, rows)
    assert matrix.shape == (8, 8)
    np.testing.assert_allclose(
        (matrix.sum(axis=0) - 1) / 7,
        strength[rows][:, :, frequencies == 10].mean(axis=0)[:, 0],
        rtol=1e-5,
    )


def test_rejected_trials_do_not_count_and_come_back(runs, tmp_path):
    found = extracted(runs, tmp_path)
    rejected = {(1, int(found.trials[50]))}
    rows = found.rows(found.labels[50], rejected)
    assert 50 not in rows
    assert len(rows) == 39
    assert "1 (rejected)" in found.in_words(rejected)
    assert len(found.rows(found.labels[50])) == 40


def test_suspect_trials_are_flagged(tmp_path):
    record_imagery(tmp_path / "a.xdf", artefacts=3.0, channels=32)
    flagged = extracted([tmp_path / "a.xdf"], tmp_path / "cache").suspects()
    record_imagery(tmp_path / "b.xdf", channels=32)
    clean = extracted([tmp_path / "b.xdf"], tmp_path / "cache").suspects()
    assert len(clean) <= 2 < len(flagged)


def test_references_change_the_channels(runs, tmp_path):
    powers = {}
    for name in ("as recorded", "average", "neighbours"):
        settings = SHARP.model_copy(update={"reference": name})
        powers[name] = extracted(runs[:1], tmp_path, settings).power
    epochs = run_epochs(runs[:1], HANDS, band=None, window=(1.0, 4.0))
    common = epochs.X - epochs.X.mean(axis=1, keepdims=True)
    expected = psd(common, 250.0, method="welch", window=1.0, shift=0.5)[1]
    np.testing.assert_allclose(powers["average"], expected, rtol=1e-6)
    assert not np.allclose(powers["neighbours"], powers["as recorded"], atol=0)


def test_runs_with_other_channels_share_what_they_have(runs, tmp_path):
    record_imagery(tmp_path / "more.xdf", channels=16, run=3, keep=slice(None, None, -2))
    settings = SHARP.model_copy(update={"connectivity": "plv"})
    found = extracted([tmp_path / "more.xdf", runs[0]], tmp_path / "cache", settings)
    alone = extracted(runs[:1], tmp_path / "cache", settings)
    order = [alone.ch_names.index(name) for name in found.ch_names]
    assert len(found.ch_names) == 4
    np.testing.assert_array_equal(found.power[40:], alone.power[:, order])
    rows = np.arange(40, 80)
    expected = alone.matrix(10, np.arange(40))[np.ix_(order, order)]
    np.testing.assert_allclose(found.matrix(10, rows), expected)
    assert "not all runs have" in found.notes[-1]


def test_noise_shows_nothing(tmp_path):
    wrong = 0
    for seed in range(10):
        record_imagery(tmp_path / f"{seed}.xdf", strength=0.0, seed=seed, trials=10)
        found = extracted([tmp_path / f"{seed}.xdf"], tmp_path / "cache", Extraction())
        values = found.values()[1]
        left, right = (found.rows(name) for name in HANDS)
        wrong += contrast(values[left], values[right], seed=seed).p.min() < 0.05
    # one in twenty is expected; three of ten would come once in a hundred times
    assert wrong <= 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window": 4.0}, "does not fit into 3 s"),
        ({"order": 0.3}, "must be shorter than a window"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        Extraction(**changes)


def test_what_a_file_is_to_be_mistrusted_for_is_said(runs, tmp_path):
    cut = tmp_path / "cut.xdf"
    content = runs[0].read_bytes()
    cut.write_bytes(content[: int(0.8 * len(content))])
    found = extracted([cut], tmp_path / "cache")
    assert "cut or damaged" in found.notes[0]
    assert 20 < len(found) < 40


def test_runs_that_do_not_fit_together_are_refused(runs, tmp_path):
    record_imagery(tmp_path / "fast.xdf", sfreq=500.0, trials=3)
    with pytest.raises(ValueError, match=r"different sampling rates \(250 Hz, 500 Hz\)"):
        extracted([runs[0], tmp_path / "fast.xdf"], tmp_path / "cache")
    with pytest.raises(FileNotFoundError, match="choose other runs"):
        extracted([tmp_path / "none.xdf"], tmp_path / "cache")
    with pytest.raises(ValueError, match="choose one at least"):
        extracted([], tmp_path / "cache")
