"""Train's page: what a clinician clicks, from runs to a model."""

import shlex
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from typer.testing import CliRunner

from neurokit import models
from neurokit.app.cli.main import cli
from neurokit.app.desktop.attempt_table import NAME, SCORE, VERDICT, spoken
from neurokit.app.desktop.history import History
from neurokit.app.desktop.main_window import Desk
from neurokit.app.desktop.session import Feature, Session, Settings, State
from neurokit.app.desktop.tasks import Tasks
from neurokit.app.desktop.theme import apply_theme
from neurokit.app.desktop.train import Page
from neurokit.app.desktop.train_plan import OFFERED, WORDS, choices, chosen, make_plan, runs_of
from neurokit.patients.workspace import Workspace
from neurokit.visits import training
from neurokit.visits.attempts import Attempt
from neurokit.visits.training import CLINIC
from tests.visits import write_recording

pytestmark = pytest.mark.window
PICKS = (Feature(channel="C3", low=8, high=12), Feature(channel="C4", low=8, high=12))


def add_run(workspace, visit, seed):
    path = workspace.new_recording_path(visit.id, "calibration")
    trials = write_recording(path, seconds=70, seed=seed)
    return workspace.add_run(visit.id, path, trials=trials, source="lsl:cap")


@pytest.fixture
def desk(qapp, tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as workspace:
        visit = workspace.open_visit(workspace.add_patient().id)
        runs = [add_run(workspace, visit, seed) for seed in range(2)]
        session = Session(workspace)
        session.go(
            patient=visit.patient_id,
            visit=visit.id,
            runs=tuple(run.id for run in runs),
            pipelines=("psd+lda", "mdm", "dummy"),
            training={"stop": 1.5},
        )
        apply_theme(qapp, Settings())
        tasks = Tasks()
        yield Desk(session, tasks, History())
        tasks.close()


@pytest.fixture
def page(qtbot, desk):
    page = Page(desk)
    qtbot.addWidget(page)
    page.resize(1150, 700)
    with qtbot.waitExposed(page):
        page.show()
    return page


def train(qtbot, page):
    qtbot.mouseClick(page.choices.button, Qt.MouseButton.LeftButton)
    assert page._task is not None, page.choices.problem.text()
    qtbot.waitUntil(lambda: page._task is None, timeout=120_000)
    assert not page.desk.session.state.message


def keep(desk, **more):
    """An attempt as another training left it."""
    attempt = Attempt(
        **{
            "id": "x", "pipeline": "ts+lr", "classes": ("left_hand", "right_hand"), "n_trials": 40,
            "score": 0.8, "low": 0.6, "high": 0.9, "chance": 0.5, "chance_low": 0.3,
            "chance_high": 0.7, "majority": 0.5, "confusion": [[16, 4], [4, 16]], **more,
        }
    )  # fmt: skip
    number = desk.workspace.add_training(desk.session.state.visit, attempt.model_dump(mode="json"))
    desk.session.refresh()
    return number


def cells(page, column):
    proxy = page.table.proxy
    return [proxy.index(row, column).data() for row in range(proxy.rowCount())]


def test_one_click_trains_and_one_more_takes_the_best_online(qtbot, page, desk):
    train(qtbot, page)
    assert sorted(cells(page, NAME)) == sorted(WORDS[k][0] for k in ("psd+lda", "mdm", "dummy"))
    assert all("chance" in verdict for verdict in cells(page, VERDICT))
    (chosen,) = page._selected_rows()
    assert chosen.attempt.score == max(row.attempt.score for row in page._rows(desk.session.state))
    assert not page.detail.confusion.isHidden()
    qtbot.mouseClick(page.detail.use_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.session.state.page == "online", timeout=60_000)
    model = desk.workspace.model(desk.session.state.model)
    assert model.fingerprint == models.fingerprint(model.path)
    about = models.describe(model.path)["metadata"]
    assert (about["pipeline"], about["window"]) == (chosen.attempt.pipeline, [0.5, 1.5])
    assert model.fingerprint[:16] in page.detail.words.text()
    assert len(desk.history.steps) == 2
    compile(desk.history.as_python(), "steps", "exec")


def test_a_saved_model_is_used_again_without_another_fit(qtbot, page, desk):
    training_id = keep(desk)
    path = desk.workspace.new_model_path(training_id)
    path.write_bytes(b"weights")
    model = desk.workspace.add_model(training_id, path, "ab" * 32)
    page._choose([training_id])
    qtbot.mouseClick(page.detail.use_button, Qt.MouseButton.LeftButton)
    assert desk.session.state.model == model.id
    assert not desk.tasks.running


def test_picks_made_on_these_trials_are_said_to_flatter(qtbot, page, desk):
    desk.session.go(pipelines=("picked",))
    desk.session.change("picking", features=PICKS)
    train(qtbot, page)
    (row,) = page._selected_rows()
    assert row.attempt.selection == "redone"
    assert "picked on these trials" in cells(page, NAME)[0]
    assert "flatters" in page.detail.words.text()
    qtbot.mouseClick(page.choices.beforehand, Qt.MouseButton.LeftButton)
    assert desk.session.state.picked_on == ()
    assert make_plan(desk.workspace, desk.session.state).candidates[0].seen == ()
    desk.session.undo()
    assert desk.session.state.picked_on != ()


def test_cancel_ends_every_process_and_keeps_the_results(qtbot, page, desk):
    desk.session.go(pipelines=("dummy", "acm+mdm", "acm+ts+svm"))
    qtbot.mouseClick(page.choices.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(cells(page, NAME)), timeout=120_000)
    worker = desk.tasks._busy[page._task].process.pid
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    assert page.choices.button.text() == "Cancel training"
    qtbot.mouseClick(page.choices.button, Qt.MouseButton.LeftButton)
    assert page._task is None
    assert "cancelled" in desk.session.state.message
    assert cells(page, NAME) == [WORDS["dummy"][0]]

    def has_ended(pid):
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"

    qtbot.waitUntil(lambda: all(has_ended(pid) for pid in children), timeout=20_000)


def test_results_are_sorted_pinned_noted_deleted_and_brought_back(qtbot, page, desk):
    low, high = keep(desk, score=0.55), keep(desk, pipeline="mdm")
    assert cells(page, NAME) == [WORDS["mdm"][0], WORDS["ts+lr"][0]]
    page.table.sortByColumn(SCORE, Qt.SortOrder.AscendingOrder)
    assert cells(page, NAME) == [WORDS["ts+lr"][0], WORDS["mdm"][0]]
    page._choose([low])
    qtbot.mouseClick(page.detail.pin_button, Qt.MouseButton.LeftButton)
    assert desk.workspace.training(low).pinned
    assert page.detail.pin_button.text() == "Unpin"
    qtbot.keyClicks(page.detail.note, "after a break")
    qtbot.keyClick(page.detail.note, Qt.Key.Key_Return)
    assert desk.workspace.training(low).note == "after a break"
    qtbot.mouseClick(page.detail.delete_button, Qt.MouseButton.LeftButton)
    assert cells(page, NAME) == [WORDS["mdm"][0]]
    desk.session.undo()
    assert len(cells(page, NAME)) == 2
    desk.session.undo()
    desk.session.undo()
    before = desk.workspace.training(low)
    assert (before.note, before.pinned) == ("", False)
    assert high in {row.training for row in page._rows(desk.session.state)}


def test_two_results_are_compared_trial_by_trial(qtbot, page, desk):
    def predictions(hits):
        return [
            {"run": "1", "trial": k, "true": "a", "predicted": "a" if k < hits else "b"}
            for k in range(40)
        ]

    pair = [keep(desk, predictions=predictions(38)), keep(desk, predictions=predictions(12))]
    page._choose(pair)
    assert not page.detail.use_button.isEnabled()
    qtbot.waitUntil(lambda: "On the 40 trials" in page.detail.words.text(), timeout=60_000)
    assert "decides better" in page.detail.words.text()
    page._choose([pair[0]])
    assert "On the 40 trials" not in page.detail.words.text()


def test_what_is_missing_is_said_beside_the_button(page, desk):
    desk.session.go(runs=())
    assert page.choices.problem.text() == "Choose a run to train on, or calibrate first."
    assert not page.choices.button.isEnabled()
    desk.session.go(runs=(1,))
    assert page.choices.button.isEnabled()
    page.choices.none_button.click()
    assert page.choices.problem.text() == "Choose what to train."
    desk.session.undo()
    assert page.choices.button.isEnabled()


def test_a_run_that_cannot_be_read_is_said_in_a_sentence(qtbot, page, desk):
    for run in desk.workspace.runs(desk.session.state.visit):
        run.path.write_bytes(b"nonsense")
    qtbot.mouseClick(page.choices.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._task is None, timeout=60_000)
    assert "cannot be read" in desk.session.state.message


def test_a_result_is_said_to_those_who_do_not_see_it(page, desk):
    keep(desk)
    (row,) = page._rows(desk.session.state)
    assert spoken(row) == (
        "Riemannian, tangent space: 80 % right, 95 % range 60 to 90 %; guessing gives 30 to 70 %"
    )
    index = page.table.proxy.index(0, SCORE)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == spoken(row)


def test_the_dot_is_filled_only_above_chance(qtbot, page, desk):
    """Draw one score in and one above the band, and look at the middle of each dot."""
    keep(desk, score=0.9, high=0.97), keep(desk, score=0.6, low=0.4, high=0.75)
    picture = page.table.viewport().grab().toImage()
    accent, inside = "#0b5cad", []
    for row, score in ((0, 0.9), (1, 0.6)):
        rect = page.table.visualRect(page.table.proxy.index(row, SCORE))
        start = rect.left() + page.table.fontMetrics().horizontalAdvance("100 % ") + 18
        x = round(start + score * (rect.right() + 1 - 12 - start))
        inside.append(picture.pixelColor(x, rect.center().y()).name())
    assert inside[0] == accent
    assert inside[1] != accent


def test_the_page_fits_large_text_by_putting_results_below(qtbot, qapp, desk):
    keep(desk)
    apply_theme(qapp, Settings(font_percent=200, theme="dark"))
    page = Page(desk)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    with qtbot.waitExposed(page):
        page.show()
    assert page.columns.direction() == page.columns.Direction.TopToBottom
    assert page.table.isColumnHidden(SCORE) is False
    apply_theme(qapp, Settings())


def test_every_way_of_training_has_plain_words():
    assert set(choices(PICKS)) == set(WORDS)
    assert choices(()) == [*(each.pipeline for each in CLINIC), *OFFERED]
    assert chosen(State()) == [each.pipeline for each in CLINIC]


def test_the_command_line_twin_asks_for_the_same(desk, monkeypatch):
    session, workspace = desk.session, desk.workspace
    workspace.set_rejected(session.state.runs[0], {1})
    session.go(pipelines=("picked", "combined", "acm+mdm", "mdm"))
    session.change("picking", features=PICKS)
    session.go(picked_on=session.state.runs[:1], rejected=frozenset({(session.state.runs[1], 2)}))
    session.go(training={"split": "leave-one-run-out", "low": 6, "stop": 1.5})
    plan = make_plan(workspace, session.state)
    asked = []
    monkeypatch.setattr(training, "train_runs", lambda *args, **kw: asked.append((args, kw)) or ())
    words = shlex.split(plan.as_command())
    assert words[0] == "neurokit"
    CliRunner().invoke(cli, words[1:])
    ((paths, classes, candidates), options) = asked[0]
    assert paths == plan.paths
    assert tuple(classes) == plan.classes
    assert tuple(candidates) == plan.candidates
    assert options["split"] == "leave-one-run-out"
    assert {**options["cut"], "mains": None} == {**plan.cut_options(), "mains": None}
    assert plan.rejected == ((0, 1), (1, 2))
    assert plan.candidates[0].seen == (0,)


def test_classes_and_runs_are_offered_as_they_are(desk):
    items = runs_of(desk.workspace, desk.session.state.patient)
    assert [item.name for item in items] == ["visit 1 run 1", "visit 1 run 2"]
    plan = make_plan(desk.workspace, desk.session.state)
    assert plan.classes == ("left_hand", "right_hand")
    desk.session.go(training={"classes": ("left_hand",)})
    with pytest.raises(ValueError, match="one class only"):
        make_plan(desk.workspace, desk.session.state)
