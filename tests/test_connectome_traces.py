"""Traces of animals: read, refused, aligned."""

import json

import numpy as np
import pytest

from neurokit.connectomes.files import read_animal
from neurokit.connectomes.simulation import WormPlan, circuits_of, simulate_worms
from neurokit.connectomes.traces import Animal, Stimulus, align
from neurokit.datasets.worms import find_animals, read_wormwideweb
from neurokit.kernels.tensors import affinities
from neurokit.pipelines.affinity import affinity_tensor, node_signals, scale_traces

TAP = (Stimulus(5.0, 2.0, "tap"), Stimulus(20.0, 2.0, "smell"))


def animal(name="one", n_times=120, n_nodes=4, sfreq=3.0, names=None, stimuli=(), seed=0, **more):
    traces = np.random.default_rng(seed).random((n_times, n_nodes))
    names = names or tuple(f"N{place}" for place in range(n_nodes))
    return Animal(name, traces, sfreq, names, stimuli, **more)


def test_a_name_twice_in_an_animal_is_refused():
    with pytest.raises(ValueError, match=r"one: the name AVAL stands 2 times; a neuron has one"):
        animal(names=("AVAL", "AVAR", "AVAL", "RIB"))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: animal(n_nodes=1), "two of each or more"),
        (lambda: animal(names=("A", "B")), "4 traces and 2 names"),
        (lambda: animal(sfreq=0), "give --sfreq"),
        (lambda: animal(behaviour={"speed": np.zeros(3)}), "3 values for 120 frames"),
        (lambda: align([]), "no animal"),
        (lambda: align([animal(), animal()]), "two animals are called one"),
        (lambda: align([animal()], clock="mine"), "auto, shared or own"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(made, why):
    with pytest.raises(ValueError, match=why):
        made()


def test_constant_traces_and_long_gaps_count_as_not_seen_and_it_is_said():
    traces = np.random.default_rng(0).random((120, 5))
    traces[:, 1] = 2.0
    traces[10:30, 2] = np.nan
    traces[50:52, 3] = np.nan
    found = align([Animal("worm", traces, 3.0, tuple("ABCDE")), animal(names=tuple("ABCD"))])
    assert found.animals[0].names == ("A", "D", "E")
    assert np.isfinite(found.animals[0].traces).all()
    assert found.seen.tolist() == [[True, False, False, True, True], [True] * 4 + [False]]
    said = " ".join(found.notes)
    assert "worm: B constant: not seen there" in said
    assert "worm: C with a gap of more than 2 s" in said
    assert "gaps of up to 0.67 s filled" in said


def test_an_animal_without_usable_traces_is_refused():
    with pytest.raises(ValueError, match=r"worm: 0 of 3 traces can be used"):
        align([Animal("worm", np.ones((50, 3)), 3.0, tuple("ABC"))])


def test_different_frame_rates_are_resampled_and_said():
    slow = animal("slow", 300, sfreq=3.0)
    wave = np.sin(2 * np.pi * 0.1 * np.arange(1000) / 10)[:, None] * np.ones(4)
    fast = Animal("fast", wave + np.arange(4), 10.0, slow.names, (), {"on": wave[:, 0] > 0})
    found = align([slow, fast])
    assert found.sfreq == 3.0
    assert any("fast: 10 frames a second resampled to 3" in note for note in found.notes)
    expected = np.sin(2 * np.pi * 0.1 * np.arange(300) / 3)
    np.testing.assert_allclose(found.animals[1].traces[:, 0], expected, atol=0.03)
    assert len(found.animals[1].behaviour["on"]) == 300


def test_the_same_stimuli_make_one_clock_and_it_begins_at_the_first():
    later = tuple(one._replace(onset=one.onset + 4) for one in TAP)
    found = align([animal(stimuli=TAP), animal("two", 150, stimuli=later)])
    assert found.clock == "shared"
    assert found.animals[1].stimuli == TAP
    np.testing.assert_array_equal(
        found.animals[1].traces, animal("two", 150, stimuli=later).traces[12:132]
    )
    other = (Stimulus(5.0, 2.0, "tap"), Stimulus(31.0, 2.0, "smell"))
    found = align([animal(stimuli=TAP), animal("two", stimuli=other)])
    assert found.clock == "own"
    assert any("each has its own time" in note for note in found.notes)
    with pytest.raises(ValueError, match="give --clock own"):
        align([animal(stimuli=TAP), animal("two", stimuli=other)], clock="shared")


def test_traces_are_scaled_by_percentiles_and_changes_are_a_second():
    ramp = np.stack([np.linspace(0, 4, 301), np.linspace(9, 1, 301)], axis=1)
    scaled = scale_traces(ramp)
    assert scaled.min() == 0
    assert scaled.max() == 1
    changes = node_signals(ramp, 3.0, smoothing=1.0)
    np.testing.assert_allclose(changes[100:200], [[1.0204 / 100, -1.0204 / 100]] * 100, rtol=1e-3)


@pytest.mark.parametrize("clock", ["shared", "own"])
def test_the_tensor_holds_each_animals_pairs_in_their_rows(clock):
    one, two = animal(names=("D", "B", "A", "C")), animal("two", 90, 3, names=("A", "E", "B"))
    aligned = align([one, two], clock=clock)
    tensor = affinity_tensor(aligned, kernel="product", smoothing=1.0, step=1.0)
    first, second = np.triu_indices(5, 1)
    pairs = [(aligned.names[i], aligned.names[j]) for i, j in zip(first, second, strict=True)]
    row = pairs.index(("A", "B"))
    own = node_signals(aligned.animals[1].traces, 3.0)[:, [0, 2]]
    expected = affinities(own, kernel="product")[0].reshape(-1, 3).mean(axis=1)
    if clock == "shared":
        assert tensor.values.shape == (10, 30, 2)
        np.testing.assert_allclose(tensor.values[row, :, 1], expected, rtol=1e-5)
        assert tensor.mask[pairs.index(("A", "E"))].tolist() == [False, True]
        assert not tensor.mask[pairs.index(("D", "E"))].any()
    else:
        assert tensor.values.shape == (10, 70, 1)
        assert tensor.bounds.tolist() == [0, 40, 70]
        np.testing.assert_allclose(tensor.values[row, 40:, 0], expected, rtol=1e-5)
        assert not tensor.mask[pairs.index(("A", "E")), :40].any()
    assert not tensor.values[pairs.index(("D", "E"))].any()


def test_a_csv_comes_back_with_its_time_behaviour_and_stimuli(tmp_path):
    lines = ["time,AVAL,AVAR,behaviour:state"]
    lines += [f"{0.5 * k + 1},{k},{-k},{'fwd' if k < 5 else 'rev'}" for k in range(20)]
    path = tmp_path / "worm.csv"
    path.write_text("\n".join(lines))
    (tmp_path / "worm.stimuli.csv").write_text("onset,duration,label\n3.0,1.0,salt\n")
    found = read_animal(path)
    assert (found.name, found.sfreq, found.names) == ("worm", 2.0, ("AVAL", "AVAR"))
    assert found.stimuli == (Stimulus(2.0, 1.0, "salt"),)
    assert set(found.behaviour["state"]) == {"fwd", "rev"}
    np.testing.assert_array_equal(found.traces[:, 0], np.arange(20))


def test_a_table_with_a_name_twice_a_gap_or_no_rate_is_told_so(tmp_path):
    path = tmp_path / "worm.csv"
    path.write_text("time,AVAL,AVAL\n0,1,2\n1,2,1\n2,1,1\n")
    with pytest.raises(ValueError, match="the name AVAL stands 2 times"):
        read_animal(path)
    path.write_text("time,A,B\n" + "\n".join(f"{t},{t},{2 * t}" for t in (0, 1, 2, 3, 8, 9, 10)))
    found = read_animal(path)
    assert np.isnan(found.traces[:, 0]).tolist() == [False] * 4 + [True] * 4 + [False] * 3
    path.write_text("A,B\n1,2\n2,4\n3,3\n")
    with pytest.raises(ValueError, match="give --sfreq"):
        read_animal(path)
    assert read_animal(path, sfreq=0.5).sfreq == 0.5


def test_an_npz_comes_back(tmp_path):
    made = animal(stimuli=TAP)
    np.savez(
        tmp_path / "one.npz", traces=made.traces, names=np.array(made.names), sfreq=3.0,
        onset=[5.0, 20.0], duration=[2.0, 2.0], label=["tap", "smell"],
        behaviour_speed=np.arange(120.0),
    )  # fmt: skip
    found = read_animal(tmp_path / "one.npz")
    assert (found.names, found.stimuli, found.sfreq) == (made.names, TAP, 3.0)
    np.testing.assert_array_equal(found.behaviour["speed"], np.arange(120))


def test_wormwideweb_json_gives_named_neurons_stimuli_and_reversals(tmp_path):
    content = {
        "uid": "2022-06-14-01",
        "trace_array": np.random.default_rng(0).random((4, 50)).tolist(),
        "avg_timestep": 0.01,
        "labeled": {
            "1": {"label": "AVAL"}, "2": {"label": "RIB?"}, "3": {"label": "AVBL"},
            "4": {"label": "RMED"},
        },
        "velocity": list(range(50)),
        "reversal_events": [[11, 20]],
        "events": {"heat": [31]},
    }  # fmt: skip
    path = tmp_path / "worm.json"
    path.write_text(json.dumps(content))
    found = read_wormwideweb(path)
    assert found.names == ("AVAL", "AVBL", "RMED")
    assert found.sfreq == pytest.approx(1 / 0.6)
    assert found.stimuli == (Stimulus(pytest.approx(18.0), pytest.approx(0.6), "heat"),)
    assert np.flatnonzero(found.behaviour["reversal"]).tolist() == list(range(10, 20))
    assert read_wormwideweb(path, identified_only=False).names[1] == "2022-06-14-01#2"


def test_nwb_gives_traces_names_intervals_and_behaviour(tmp_path):
    pytest.importorskip("pynwb", reason="NWB is read by pynwb")
    traces = np.random.default_rng(0).random((40, 3))
    write_nwb(tmp_path / "worm.nwb", traces)
    (found,) = find_animals([tmp_path])
    assert (found.name, found.sfreq, found.names) == ("worm-7", 4.0, ("AVAL", "AVBL"))
    np.testing.assert_allclose(found.traces, traces[:, [0, 2]])
    assert found.stimuli == (Stimulus(2.0, 3.0, "salt"),)
    np.testing.assert_allclose(found.behaviour["speed"], np.minimum(np.arange(40) / 2, 19))


def write_nwb(path, traces):
    """A small file with a ROI without a name, an epoch and a speed."""
    from datetime import UTC, datetime

    import pynwb
    from pynwb import ophys

    file = pynwb.NWBFile(
        session_description="test", identifier="test",
        session_start_time=datetime(2025, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    file.subject = pynwb.file.Subject(subject_id="worm-7", species="Caenorhabditis elegans",
                                      age="P1D", sex="O")  # fmt: skip
    device = file.create_device(name="microscope")
    channel = ophys.OpticalChannel(name="green", description="GCaMP", emission_lambda=520.0)
    plane = file.create_imaging_plane(
        name="plane", optical_channel=channel, description="all", device=device,
        excitation_lambda=488.0, indicator="GCaMP", location="head",
    )  # fmt: skip
    cells = ophys.PlaneSegmentation(description="cells", imaging_plane=plane, name="cells")
    cells.add_column(name="ID_labels", description="who it is")
    for name in ("AVAL", "", "AVBL"):
        cells.add_roi(pixel_mask=[(0, 0, 1.0)], ID_labels=name)
    module = file.create_processing_module(name="ophys", description="traces")
    module.add(ophys.ImageSegmentation(plane_segmentations=[cells]))
    rois = cells.create_roi_table_region(description="all", region=[0, 1, 2])
    series = ophys.RoiResponseSeries(
        name="dff", data=traces, unit="ratio", rois=rois, rate=4.0, starting_time=1.0
    )
    ratios = ophys.DfOverF()
    module.add(ratios)
    ratios.add_roi_response_series(series)
    speed = pynwb.TimeSeries(
        name="speed", data=np.arange(20.0), unit="mm/s", rate=2.0, starting_time=1.0
    )
    behaviour = file.create_processing_module(name="behavior", description="what it did")
    behaviour.add(pynwb.behavior.BehavioralTimeSeries(time_series=[speed]))
    file.add_epoch(start_time=3.0, stop_time=6.0, tags=["salt"])
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)


def test_places_that_hold_no_traces_are_told_so(tmp_path):
    (tmp_path / "note.md").write_text("x")
    for place, why in (
        (tmp_path, "holds no .nwb and no .json"),
        (tmp_path / "note.md", "no file of traces"),
        (tmp_path / "scan.nii.gz", "no such file"),
        ("simulated-worms:legs=4", "no parameter 'legs'"),
        ("simulated-worms:missing=1", "missing must be"),
    ):
        with pytest.raises((ValueError, OSError), match=why):
            find_animals([place])


def test_simulated_worms_are_the_same_from_the_same_seed_and_lack_some_neurons():
    plan = WormPlan(worms=3, seed=5)
    first, again = simulate_worms(plan), find_animals(["simulated-worms:worms=3,seed=5"])
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.traces, other.traces)
        assert len(one.names) == 70
        assert one.names == other.names
    assert first[0].names != first[1].names
    assert np.bincount(circuits_of(plan)).tolist() == [64, 12, 12, 12]
    assert align(first).clock == "shared"


@pytest.mark.realdata
def test_katos_worms_have_names_and_states(real_data):
    worms = find_animals(["kato-2015-three-worms"])
    assert [len(worm.names) for worm in worms] == [38, 44, 32]
    assert {"fwd", "rev1", "revsus"} <= set(worms[0].behaviour["state"])
    aligned = align(worms)
    assert aligned.clock == "own"
    assert aligned.seen.all(axis=0).sum() == 25
