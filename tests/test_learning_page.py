"""The page of learning drives ``neurokit sharp run``, and shows what was kept."""

import ast

import pytest
from PyQt6.QtCore import Qt

from neurokit.app.desktop.learning_form import LearningSettings, learner_words, options, seeds
from neurokit.continual.settings import read_stream

pytestmark = pytest.mark.window
TINY = """
name: tiny
data: digits
kind: classes
episodes: [[0, 1], [2, 3]]
most: 200
learners: ["naive:network", "frozen:network"]
"""


@pytest.fixture
def page(window, tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    window.go("learning")
    page = window.page("learning")
    page.streams.setEditText(str(path))
    page._choose_stream()
    return page


def test_learners_go_through_a_stream_and_are_shown(page, window, qtbot):
    assert page.learners() == ("naive:network", "frozen:network")
    steps = []
    page.process.progress.connect(lambda done, planned, text: steps.append((done, planned)))
    with qtbot.waitSignal(page.process.ended, timeout=120_000) as ended:
        qtbot.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert ended.args == [""]
    assert steps[-1] == (4, 4)
    results = page.results
    qtbot.waitUntil(lambda: results.view is not None, timeout=30_000)
    assert results.table.rowCount() == 2
    assert results.table.item(1, 0).text() == "Small network, first visit alone"
    assert results.table.horizontalHeaderItem(1).text() == "All tasks at the end"
    assert results.table.item(0, 3).text() == "0.25"
    assert results.verdict.text().startswith("naive:network reached 0.")
    assert results.learners.renderer.isValid()
    assert results.matrices.renderer.isValid()
    assert results.report.isEnabled()
    assert (page.folder() / "report.html").is_file()
    assert "--learner naive:network --learner frozen:network --seed 0" in (
        window.desk.history.as_commands()
    )
    ast.parse(window.desk.history.as_python())
    page.boxes["naive:network"].setChecked(False)
    qtbot.waitUntil(lambda: results.table.rowCount() == 1, timeout=30_000)
    assert results.table.item(0, 0).text() == "Small network, first visit alone"


def test_work_is_ended_and_says_so(page, qtbot):
    page.start()
    qtbot.waitUntil(lambda: page.process.is_running)
    assert not page.boxes["sharp"].isEnabled()
    with qtbot.waitSignal(page.process.ended, timeout=20_000) as ended:
        page.cancel.click()
    assert ended.args == ["cancelled"]
    assert "what is finished is kept" in page.results.status.text()
    assert page.run.isEnabled()


def test_what_cannot_be_run_is_said_in_words(page, window):
    for box in page.boxes.values():
        box.setChecked(False)
    page.start()
    assert window.desk.session.state.message == "Tick at least one learner"
    page.streams.setEditText("nobody.yaml")
    page._choose_stream()
    assert "there is no stream file nobody.yaml" in page.results.status.text()
    assert page.boxes == {}
    page.start()
    assert not page.process.is_running
    assert window.desk.session.state.message.startswith("Choose a stream")


def test_the_control_has_a_folder_of_its_own(page):
    before = page.folder()
    page.form.editors["shuffled"].box.setChecked(True)
    assert page.folder() != before
    assert page.arguments()[-1] == "--shuffled"


def test_seeds_are_the_streams_own_where_their_number_is():
    stream = read_stream("digits", {"seeds": (4, 7)})
    assert seeds(stream, LearningSettings(seeds=2)) == (4, 7)
    assert seeds(stream, LearningSettings(seeds=3)) == (0, 1, 2)
    assert options(stream, ("sharp",), LearningSettings(seeds=1)) == [
        "--learner", "sharp", "--seed", "0",
    ]  # fmt: skip


def test_learners_are_named_in_words():
    assert learner_words("frozen:ts+lr") == "Tangent space, first visit alone"
    assert learner_words("sharp") == "SharpClassifier, which replays its codes"
    assert learner_words("naive:csp+lda") == "Csp+lda, trains on, without memory"
