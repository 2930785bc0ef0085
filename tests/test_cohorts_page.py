"""The page of cohorts drives ``neurokit cycles classify``, shows what it found, and can end it."""

import json

import nibabel
import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtTest import QTest

from neurokit.app.classify import Question
from neurokit.app.desktop.brain_view import edges, seen_through, strongest
from neurokit.app.desktop.cohort_data import read_result
from neurokit.app.desktop.cohort_form import CohortSettings

pytestmark = pytest.mark.window
VOXELS = [(x, y, z) for x in range(4) for y in range(5) for z in range(3)]


@pytest.fixture
def page(window):
    window.go("cohorts")
    page = window.page("cohorts")
    page.cohort.setEditText("simulated-cohort:people=16,voxels=440,volumes=40,seed=1")
    return page


def test_a_cohort_is_studied_shown_and_can_be_done_again(page, window, qtbot):
    page.form.editors["values"].box.setText("0.1")
    page.form.editors["values"].box.editingFinished.emit()
    page.form.editors["folds"].box.setValue(2)
    steps = []
    page.process.progress.connect(lambda done, planned, text: steps.append((done, planned)))
    with qtbot.waitSignal(page.process.ended, timeout=120_000) as ended:
        qtbot.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert ended.args == [""]
    assert (16, 16) in steps
    results = page.results
    qtbot.waitUntil(lambda: results.result is not None, timeout=30_000)
    names = [results.models.item(row, 0).text() for row in range(results.models.rowCount())]
    assert names == ["3-cycles", "connectivity ridge", "phenotype only", "site only", "majority"]
    assert results.sites.rowCount() == 1
    assert "These people are simulated" in results.verdict.text()
    assert "Not a diagnostic device" in results.notes.toPlainText()
    assert results.brain.isVisible()
    assert (page.folder() / "report.html").is_file()
    assert "--density 0.1 " in window.desk.history.as_commands()
    script = window.desk.history.as_python()
    asked = script[script.index("Question(") : script.index(", Path(")]
    assert eval(asked, {"Question": Question}) == Question(page.name(), densities=(0.1,), folds=2)


def test_a_study_is_ended_and_says_so(page, qtbot):
    page.start()
    qtbot.waitUntil(lambda: page.process.is_running)
    assert not page.cohort.isEnabled()
    with qtbot.waitSignal(page.process.ended, timeout=20_000) as ended:
        page.cancel.click()
    assert ended.args == ["cancelled"]
    assert page.run.isEnabled()
    assert "what is finished is kept" in page.results.status.text()


def test_what_cannot_be_studied_is_said_in_words(page, window, qtbot):
    page.cohort.setEditText("nobody.csv")
    with qtbot.waitSignal(page.process.ended, timeout=60_000):
        page.start()
    assert page.results.status.text() == "nobody.csv: there is no such table of a cohort"
    page.cohort.setEditText("")
    page.start()
    assert not page.process.is_running
    assert window.desk.session.state.message.startswith("Choose a cohort")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"features": ()}, "at least one map"),
        ({"values": "0.1, x"}, "between 0 and 1"),
        ({"values": "0.1, 1"}, "between 0 and 1"),
        ({"join": "threshold", "values": "-2"}, "between -1 and 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        CohortSettings(**changes)


def left(folder, affine=None):
    """What a study leaves, of a brain of sixty voxels or of sixty regions."""
    nodes = pd.DataFrame({"node": np.arange(60) + 1})
    if affine is not None:
        nodes[["i", "j", "k"]] = VOXELS
        image = nibabel.Nifti1Image(np.zeros((4, 5, 3), dtype=np.float32), affine)
        image.to_filename(folder / "frequency.nii.gz")
    nodes["frequency"] = np.where(nodes["node"] == 18, 0.9, 0.1)
    nodes["mean"] = nodes["node"] / 10
    nodes["difference"] = -nodes["node"] / 60
    nodes.to_csv(folder / "nodes.csv", index=False)
    scores = ("accuracy", "balanced_accuracy", "auc", "sensitivity", "specificity")
    row = {"n": 20, "majority": 0.5, "chance_low": 0.3, "chance_high": 0.7}
    row |= {name + end: 0.8 for name in scores for end in ("", "_low", "_high")}
    pd.DataFrame([{"model": "3-cycles"} | row]).to_csv(folder / "scores.csv")
    pd.DataFrame([{"site": 1} | row, {"site": 2} | row]).to_csv(folder / "sites.csv")
    motion = {"of": "all scans", "n": 20, "r": 0.3, "r_low": 0.1, "r_high": 0.5}
    told = {"note": "", "verdict": "It says.", "cautions": [], "motion": [motion],
            "set_aside": {"p5": "torn"}, "honesty": ["Not a diagnostic device"]}  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(told))
    return read_result(str(folder))


def test_a_brain_of_any_orientation_is_turned_right_front_up(tmp_path):
    result = left(tmp_path, np.diag([-2.0, 2.0, 2.0, 1.0]))
    volume = result.brain.volumes["mean"]
    for place, value in zip(VOXELS, np.arange(60) + 1, strict=True):
        turned = (volume.shape[0] - 1 - place[0], *place[1:])
        assert volume[turned] == pytest.approx(value / 10)
        point = result.brain.affine @ [*turned, 1]
        np.testing.assert_allclose(point[:3], np.array(place) * [-2, 2, 2])


def test_planes_go_where_the_mouse_and_the_keys_say(page, tmp_path, qtbot):
    page.results.show_result(left(tmp_path, np.diag([3.0, 3.0, 3.0, 1.0])), tmp_path)
    brain = page.results.brain
    assert tuple(brain.place) == VOXELS[17]  # the one most often chosen
    assert page.results.where.text() == "x 3, y 0, z 6 mm: 0.9"
    brain.setFocus()
    QTest.keyClick(brain, Qt.Key.Key_Down)
    QTest.keyClick(brain, Qt.Key.Key_PageUp)
    assert tuple(brain.place) == (1, 1, 1)
    for _ in range(9):
        QTest.keyClick(brain, Qt.Key.Key_Left)
    assert tuple(brain.place) == (0, 1, 1)
    area = brain._area(2, 0)  # from above: x and y
    corner = QPointF(area.left() + 1, area.bottom() - 1).toPoint()
    qtbot.mouseClick(brain, Qt.MouseButton.LeftButton, pos=corner)
    assert tuple(brain.place) == (0, 0, 1)
    page.results.choice.setCurrentIndex(2)
    assert brain.scale() == ((-1.0, 1.0), "PuOr")
    assert brain.words() == "x 0, y 0, z 3 mm: -0.0333"
    assert "r = 0.30 (0.10 to 0.50)" in page.results.notes.toPlainText()
    assert "p5: torn" in page.results.notes.toPlainText()
    page.results.brain.grab()


def test_regions_have_no_planes_and_are_named(page, tmp_path):
    page.results.show_result(left(tmp_path), tmp_path)
    assert not page.results.brain.isVisibleTo(page.results)
    assert "18 (90%)" in page.results.where.text()
    assert [page.results.sites.item(row, 0).text() for row in range(2)] == ["1", "2"]


def test_a_brain_is_seen_through_at_its_strongest():
    values = np.full((2, 2, 2), np.nan)
    values[0, 0] = [1, -3]
    values[1, 0, 0] = 2
    np.testing.assert_array_equal(seen_through(values, 2), [[-3, np.nan], [2, np.nan]])
    assert tuple(strongest(values)) == (0, 0, 1)
    mask = np.zeros((2, 2), dtype=bool)
    mask[1, 0] = True
    assert set(edges(mask)) == {(1, 0, 1, 1), (2, 0, 2, 1), (1, 0, 2, 0), (1, 1, 2, 1)}
