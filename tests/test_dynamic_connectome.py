"""From traces to an atlas: the estimator, its folder, its page and the command."""

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from neurokit.app.cli.main import cli, main
from neurokit.connectomes.atlas import core_communities, read_atlas, write_atlas
from neurokit.connectomes.locked import LEVEL, locked, regressors
from neurokit.connectomes.page import verdict, write_page
from neurokit.connectomes.simulation import LABELS, WormPlan, circuits_of, simulate_worms
from neurokit.connectomes.traces import Animal, Stimulus
from neurokit.pipelines.affinity import Affinities
from neurokit.pipelines.connectome_tables import auc
from neurokit.pipelines.dynamic_connectome import DynamicConnectome
from neurokit.pipelines.held_out import held_out_ranks

PLAN = WormPlan(worms=6, neurons=40, members=8, missing=0.25, seed=3)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """An atlas of simulated worms, with the folder of its fits."""
    kept = tmp_path_factory.mktemp("kept")
    model = DynamicConnectome(4, n_starts=3, n_shifts=199, random_state=1)
    return model.fit(simulate_worms(PLAN), kept=kept), kept


def test_motifs_follow_the_planted_stimuli_and_their_cores_are_the_planted_circuits(fitted):
    atlas = fitted[0].atlas_
    table = atlas.tables["stimuli"]
    circuits = circuits_of(PLAN)
    for number, label in enumerate(LABELS[:3]):
        rows = table[table["label"] == label]
        best = rows.iloc[int(rows["r"].argmax())]
        assert best["r"] > 0.85
        assert best["p"] <= LEVEL
        core = set(atlas.core(int(best["motif"])))
        planted = {PLAN.names[place] for place in np.flatnonzero(circuits == number + 1)}
        assert len(core & planted) / len(core | planted) > 0.8


def test_an_atlas_is_scaled_as_it_says(fitted):
    atlas = fitted[0].atlas_
    courses = atlas.tables["courses"].filter(like="motif_")
    np.testing.assert_allclose(courses.max(), 1.0)
    np.testing.assert_allclose(atlas.tables["loadings"].filter(like="motif_").mean(), 1.0)
    assert sum(one["weight"] for one in atlas.motifs) == pytest.approx(1)
    # motifs, courses and loadings multiply to the fit of the tensor
    model = fitted[0].factorisation_
    pairs = atlas.tables["pairs"].filter(like="motif_").to_numpy()
    loadings = atlas.tables["loadings"].filter(like="motif_").to_numpy()
    ours = np.einsum("pr,tr,wr->ptw", pairs, courses.to_numpy(), loadings)
    theirs = np.einsum("r,pr,tr,wr->ptw", model.weights_, *model.factors_)
    seen = np.isfinite(pairs).all(axis=1)
    np.testing.assert_allclose(ours[seen], theirs[seen], rtol=1e-8)


def test_pairs_that_no_animal_has_are_unobserved_and_it_is_said():
    first, second = (animal(names, seed) for seed, names in enumerate(("ABCD", "CDEF")))
    model = DynamicConnectome(2, n_starts=2, sensitivity=False, n_shifts=19, clock="shared")
    atlas = model.fit([first, second]).atlas_
    table = atlas.tables["pairs"].set_index(["first", "second"])
    assert table["seen"]["A", "E"] == 0
    assert np.isnan(table["motif_1"]["A", "E"])
    assert np.isfinite(table["motif_1"]["A", "B"])
    assert any("4 of 15 pairs were never seen together" in note for note in atlas.notes)


def animal(names, seed, n_times=300, **more):
    """Traces of which each two neighbours share something."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((n_times, 2)).cumsum(axis=0)
    traces = shared[:, np.arange(len(names)) % 2] + rng.standard_normal((n_times, len(names)))
    return Animal(f"animal-{seed}", traces, 3.0, tuple(names), **more)


def test_animals_without_stimuli_in_common_keep_their_own_clocks():
    rng = np.random.default_rng(0)
    animals = []
    for seed in range(3):
        n_times = 240 + 30 * seed
        on = np.repeat(rng.random(n_times // 15) < 0.4, 15)
        traces = np.where(on[:, None], rng.random((n_times, 6)), 0.2 * rng.random((n_times, 6)))
        traces[:, 3:] = np.where(on[:, None], 0.1, 1.0) * rng.random((n_times, 3))
        state = np.where(on, "run", "rest")
        animals.append(Animal(f"w{seed}", traces, 3.0, tuple("ABCDEF"), (), {"state": state}))
    model = DynamicConnectome(2, signal="level", n_starts=3, sensitivity=False, n_shifts=199)
    atlas = model.fit(animals).atlas_
    assert atlas.clock == "own"
    assert atlas.clocks == ("w0", "w1", "w2")
    assert [len(atlas.course(1, one)) for one in atlas.clocks] == [80, 90, 100]
    rows = atlas.tables["behaviour"]
    best = rows[rows["label"] == "state: run"].sort_values("r").iloc[-1]
    assert best["auc"] > 0.9
    assert best["p"] <= LEVEL
    assert set("ABC") <= set(atlas.core(int(best["motif"])))


def test_the_same_seed_gives_the_same_atlas_and_what_is_kept_is_not_done_again(fitted, monkeypatch):
    model, kept = fitted
    again = clone(model).fit(simulate_worms(PLAN))
    for name, table in model.atlas_.tables.items():
        pd.testing.assert_frame_equal(again.atlas_.tables[name], table)

    def never(*_, **__):
        raise AssertionError("fitted again")

    fits = "neurokit.pipelines.connectome_fits.NonNegativeFactorisation.fit"
    monkeypatch.setattr(fits, never)
    resumed = clone(model).fit(simulate_worms(PLAN), kept=kept)
    pd.testing.assert_frame_equal(resumed.atlas_.tables["pairs"], model.atlas_.tables["pairs"])
    with pytest.raises(AssertionError, match="fitted again"):
        clone(model).set_params(random_state=2).fit(simulate_worms(PLAN), kept=kept)


def test_an_atlas_comes_back_from_its_folder_whole(fitted, tmp_path):
    import networkx as nx

    atlas = fitted[0].atlas_
    back = read_atlas(write_atlas(atlas, tmp_path))
    for name, table in atlas.tables.items():
        pd.testing.assert_frame_equal(back.tables[name], table)
    assert (back.nodes, back.animals, back.stimuli) == (atlas.nodes, atlas.animals, atlas.stimuli)
    assert back.motifs == atlas.motifs
    assert verdict(back) == verdict(atlas)
    graph = nx.read_graphml(tmp_path / "motif-2.graphml")
    first, second = max(graph.edges, key=lambda edge: graph.edges[edge]["weight"])
    weight = atlas.graph(2)[atlas.nodes.index(first), atlas.nodes.index(second)]
    assert graph.edges[first, second]["weight"] == pytest.approx(weight)
    assert weight == np.nanmax(atlas.graph(2))
    (tmp_path / "atlas.json").unlink()
    with pytest.raises(FileNotFoundError, match="neurokit connectome discover"):
        read_atlas(tmp_path)


def test_the_page_stands_alone_and_shows_what_was_found(fitted, tmp_path):
    text = write_page(fitted[0].atlas_, tmp_path / "atlas.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 3 + 3 * 4
    assert "follows salt" in text
    assert "not known to us" in text
    assert not re.search(r'(src|href)="(?!#|data:)', text)


def test_other_kernels_and_smoothings_find_the_same_motifs(fitted):
    table = fitted[0].atlas_.tables["sensitivity"]
    assert len(table) == 8
    assert table["match"].between(0, 1).all()
    assert table["match"].median() > 0.6


@pytest.mark.parametrize("kernel", ["correlation", "signed"])
def test_the_other_kernels_give_an_atlas_too(kernel):
    model = DynamicConnectome(2, kernel=kernel, n_starts=1, sensitivity=False, n_shifts=19)
    atlas = model.fit(simulate_worms(replace(PLAN, worms=3, neurons=24))).atlas_
    assert atlas.n_motifs == 2
    assert atlas.tables["pairs"]["layer"].max() == (1 if kernel == "signed" else 0)


@pytest.mark.parametrize("lengths", [(60, 80, 70), (210,)])
def test_held_out_pairs_choose_the_planted_rank_on_own_clocks(lengths):
    rng = np.random.default_rng(0)
    graphs = rng.exponential(size=(190, 3)) * (rng.random((190, 3)) < 0.4)
    courses = rng.exponential(size=(sum(lengths), 3)) * (rng.random((sum(lengths), 3)) < 0.3)
    values = (graphs @ courses.T + 0.3 * rng.random((190, sum(lengths))))[:, :, None]
    seen = rng.random((190, len(lengths))) < (0.8 if len(lengths) > 1 else 2)
    mask = np.repeat(seen, lengths, axis=1)[:, :, None]
    bounds = np.concatenate(([0], np.cumsum(lengths)))
    tensor = Affinities(values.astype(np.float32), mask, bounds, 1.0, 0.5)
    table = held_out_ranks(tensor, range(1, 7), random_state=0)
    assert table["rank"][table["chosen"]].tolist()[0] in (3, 4)
    assert table["error"].is_monotonic_decreasing


def test_an_atlas_made_from_the_traces_is_that_of_the_tensor_of_single_frames():
    worms = simulate_worms(replace(PLAN, worms=3, neurons=24))
    how = {"n_starts": 2, "n_shifts": 19, "step": 1 / 3, "sensitivity": False}
    whole = DynamicConnectome(3, **how).fit(worms).atlas_
    made = DynamicConnectome(3, from_traces=True, **how).fit(worms).atlas_
    for name in ("courses", "pairs"):
        ours, theirs = (one.tables[name].filter(like="motif_") for one in (made, whole))
        np.testing.assert_allclose(ours, theirs, rtol=0.02, atol=0.02)
    with pytest.raises(ValueError, match="leave --from-traces out"):
        DynamicConnectome(3, from_traces=True, kernel="minimum").fit(worms)


def test_a_rank_over_what_the_traces_carry_is_refused():
    with pytest.raises(ValueError, match=r"the rank must be from 1 to 6, which 6 pairs"):
        DynamicConnectome(7).fit([animal("ABCD", 0)])
    with pytest.raises(ValueError, match="kernel must be one of"):
        DynamicConnectome(2, kernel="cosine").fit([animal("ABCD", 0)])
    with pytest.raises(ValueError, match="signed kernel looks at changes"):
        DynamicConnectome(2, kernel="signed", signal="level").fit([animal("ABCD", 0)])
    with pytest.raises(ValueError, match="too short for a smoothing"):
        DynamicConnectome(2, smoothing=60, step=1).fit([animal("ABCD", 0)])


def test_shifted_time_courses_follow_no_stimulus():
    rng = np.random.default_rng(0)
    stimuli = [Stimulus(float(t), 8.0, "ab"[t % 2]) for t in rng.permutation(range(10, 290, 25))]
    wanted = regressors(stimuli, 300, 1.0)
    n_low = 0
    for _ in range(60):
        noise = rng.standard_normal((330, 4))
        smooth = np.apply_along_axis(np.convolve, 0, noise, np.ones(31), "valid")
        table = locked([smooth], [wanted], n_shifts=99, random_state=int(rng.integers(1 << 30)))
        n_low += (table["p"] <= LEVEL).any()
    assert n_low <= 4
    course = wanted["a"][:, None] + 0.1 * rng.standard_normal((300, 1))
    table = locked([course], [wanted], random_state=0).set_index("label")
    assert table["p"]["a"] <= LEVEL
    assert table["r"]["a"] > 0.9
    assert table["p"]["b"] > LEVEL


def test_auc_is_the_share_of_pairs_in_order():
    assert auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True])) == 0.875
    assert np.isnan(auc(np.arange(3.0), np.ones(3, dtype=bool)))


def test_the_core_is_where_the_mean_weight_is_largest():
    weights = np.full((6, 6), 0.1)
    weights[:2, 2:4] = weights[2:4, :2] = 1.0
    weights[0, 2] = np.nan
    labels = np.array([0, 0, 1, 1, 2, -1])
    assert core_communities(weights, labels).tolist() == [True] * 4 + [False] * 2


def test_the_command_makes_an_atlas_and_draws_it_again(tmp_path):
    from typer.testing import CliRunner

    out = tmp_path / "atlas"
    words = ["simulated-worms:worms=4,neurons=30,members=6,seed=2", "--out", str(out)]
    options = ["--rank", "3-5", "--starts", "2", "--shifts", "99", "--no-sensitivity", "--json"]
    result = CliRunner().invoke(cli, ["connectome", "discover", *words, *options, "--threads", "1"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert 3 <= len(told["motifs"]) <= 5
    (out / "atlas.html").unlink()
    result = CliRunner().invoke(cli, ["connectome", "atlas", str(out)])
    assert result.exit_code == 0, result.output
    assert re.search(r"motifs among \d+ nodes of 4 animals", result.stdout)
    assert (out / "atlas.html").is_file()


def test_ctrl_c_ends_the_command_within_a_second_and_keeps_the_fits(tmp_path):
    command = [sys.executable, "-m", "neurokit.app", "connectome", "discover", "simulated-worms"]
    command += ["--rank", "4", "--starts", "500", "--threads", "1", "--out", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        waited = time.monotonic()
        while len(list(tmp_path.glob("kept/*.npz"))) < 2 and time.monotonic() - waited < 120:
            assert process.poll() is None, process.stderr.read()
            let_work(0.1)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        assert process.wait(20) == 130
        assert time.monotonic() - start < 5  # a second on an idle machine
        assert "the same line goes on" in process.stderr.read()
    assert len(list(tmp_path.glob("kept/*.npz"))) >= 2
    assert not (tmp_path / "atlas.json").exists()


def let_work(seconds):
    """Let another process work."""
    import select

    select.select([], [], [], seconds)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["simulated-worms", "--rank", "few"], "--rank takes a number or two"),
        (["simulated-worms", "--band", "alpha"], "--band takes two numbers"),
        (["simulated-worms", "--kernel", "cosine"], "kernel must be one of"),
        (["none.csv"], "there is no such file of traces"),
    ],
)
def test_bad_words_end_in_one_line(words, why, tmp_path, monkeypatch, capsys):
    asked = ["neurokit", "connectome", "discover", *words, "--out", str(tmp_path / "atlas")]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("neurokit: ")
    assert why in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "atlas").exists()


def test_an_eeg_recording_gives_an_atlas(tmp_path):
    import mne

    rng = np.random.default_rng(0)
    info = mne.create_info(["C3", "C4", "Cz", "Pz", "O1", "O2"], 100.0, "eeg")
    times = np.arange(6000) / 100
    bursts = 1 + 4 * ((times % 10) < 3)
    signals = rng.standard_normal((6, 6000))
    signals[:2] += bursts * np.sin(2 * np.pi * 12 * times)
    raw = mne.io.RawArray(1e-5 * signals, info, verbose="error")
    raw.set_annotations(mne.Annotations(np.arange(0, 60, 10), 3.0, "hand"))
    path = tmp_path / "person_raw.fif"
    raw.save(path, verbose="error")
    from neurokit.datasets.worms import find_animals

    (found,) = find_animals([path], band=(8.0, 15.0))
    assert found.sfreq == 10
    assert found.names == ("C3", "C4", "Cz", "Pz", "O1", "O2")
    model = DynamicConnectome(2, signal="level", n_starts=2, sensitivity=False, n_shifts=99)
    atlas = model.fit([found]).atlas_
    assert atlas.tables["stimuli"]["r"].max() > 0.8
    assert "one animal alone" in " ".join(atlas.notes)


def test_region_series_give_an_atlas(tmp_path):
    from neurokit.datasets.worms import find_animals

    for person in range(2):
        one = animal(range(8), person)
        np.savetxt(tmp_path / f"person-{person}.1D", one.traces[:150])
    animals = find_animals(sorted(tmp_path.glob("*.1D")), sfreq=0.5)
    model = DynamicConnectome(2, n_starts=2, sensitivity=False, n_shifts=19)
    atlas = model.fit(animals).atlas_
    assert atlas.animals == ("person-0", "person-1")
    assert atlas.nodes[0] == "region 1"
    assert atlas.step == 4.0
