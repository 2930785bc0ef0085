"""The page of connectomes drives ``neurokit connectome discover``, and shows its atlas."""

import ast
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from neurokit.app.desktop.connectome import _short
from neurokit.app.desktop.connectome_data import AtlasView, Motif
from neurokit.app.desktop.connectome_form import ConnectomeSettings
from neurokit.connectomes.traces import Stimulus

pytestmark = pytest.mark.window


@pytest.fixture
def page(window):
    window.go("connectome")
    page = window.page("connectome")
    page.traces.setEditText(
        "simulated-worms:worms=3,neurons=24,circuits=2,members=6,presentations=2"
    )
    return page


def quick(page):
    """Settings of a search that ends soon."""
    for name, value in {"fewest": 2, "most": 3, "starts": 1, "shifts": 19}.items():
        page.form.editors[name].box.setValue(value)


def test_motifs_are_found_shown_and_can_be_found_again(page, window, qtbot):
    quick(page)
    steps = []
    page.process.progress.connect(lambda done, planned, text: steps.append(text))
    with qtbot.waitSignal(page.process.ended, timeout=240_000) as ended:
        qtbot.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert ended.args == [""]
    assert "communities" in steps
    results = page.results
    qtbot.waitUntil(lambda: results.view is not None, timeout=30_000)
    assert results.table.rowCount() == len(results.view.motifs) >= 2
    assert "nodes of 3 animals" in results.verdict.text()
    assert results.animals.rowCount() == 3
    assert results.members.rowCount() == len(results.chosen().matrix)
    assert (page.folder() / "atlas.html").is_file()
    assert "--rank 2-3 --starts 1" in window.desk.history.as_commands()
    script = window.desk.history.as_python()
    call = ast.parse(script).body[-1].value
    assert ast.literal_eval(call.args[0]) == page.places()
    told = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    assert told["settings"]["rank"] == [2, 3]
    assert told["reading"] == {"identified_only": True}


def test_a_search_is_ended_and_says_so(page, qtbot):
    page.start()
    qtbot.waitUntil(lambda: page.process.is_running)
    with qtbot.waitSignal(page.process.ended, timeout=20_000) as ended:
        page.cancel.click()
    assert ended.args == ["cancelled"]
    assert "what is finished is kept" in page.results.status.text()
    assert page.run.isEnabled()


def test_what_cannot_be_read_is_said_in_words(page, window, qtbot):
    page.traces.setEditText("nobody.csv")
    with qtbot.waitSignal(page.process.ended, timeout=60_000):
        page.start()
    assert page.results.status.text() == "nobody.csv: there is no such file of traces"
    page.traces.setEditText(" ; ")
    page.start()
    assert not page.process.is_running
    assert window.desk.session.state.message.startswith("Choose traces")


def made():
    """An atlas of two motifs, four nodes and two animals, each with a clock of its own."""
    times = {"a": np.arange(5.0), "b": np.arange(7.0)}
    motifs = []
    for number in (1, 2):
        line = {"motif": number, "share": 0.5, "animals": 2, "stimulus": f"salt {number}",
                "behaviour": "", "core": "N1, N2"}  # fmt: skip
        matrix = np.full((4, 4), float(number), dtype=np.float32)
        matrix[0, 3] = matrix[3, 0] = np.nan
        members = [
            {"node": f"N{k}", "strength": 1.0, "community": k // 2, "certainty": 1.0, "core": k < 2}
            for k in range(4)
        ]
        courses = {clock: np.full(len(each), number / 4) for clock, each in times.items()}
        loadings = np.array([0.5, 1.5]) if number == 1 else np.array([2.0, 0.0])
        motifs.append(Motif(number, line, courses, matrix, np.array([2]), members, loadings))
    stimuli = {"a": (Stimulus(1.0, 2.0, "salt"), Stimulus(3.0, 0.0, "heat")), "b": ()}
    return AtlasView("Two.", ("a note",), ("honest",), ("a", "b"), times, stimuli, 0.5, motifs)


def test_the_chosen_motif_is_drawn_under_its_stimuli(page, window):
    results = page.results
    results.show_view(made(), Path(), window.desk.session.state.settings)
    assert results.chosen().number == 1
    assert [bar.getRegion() for bar in results.course.bars] == [(1.0, 3.0), (3.0, 3.5)]
    assert results.clock.isVisibleTo(results)
    results.table.setFocus()
    QTest.keyClick(results.table, Qt.Key.Key_Down)
    assert results.chosen().number == 2
    np.testing.assert_array_equal(results.course.curve.getData()[1], np.full(5, 0.5))
    assert results.animals.item(0, 1).text() == "2.00"
    assert results.members.item(1, 4).text() == "yes"
    assert results.members.item(2, 4).text() == ""
    pixels = results.matrix.image.image
    assert pixels[0, 3, 3] == 0 == pixels[3, 0, 3]
    assert pixels[0, 0, 3] == 255
    results.clock.setCurrentText("b")
    assert results.course.bars == []
    assert len(results.course.curve.getData()[0]) == 7
    assert "salt" in results.legend.text()
    assert "Motif 2" in results.legend.text()
    assert results.notes.toPlainText() == "a note\nhonest"


def test_numbers_of_motifs_that_cannot_be_are_refused():
    with pytest.raises(ValidationError, match="to a larger one"):
        ConnectomeSettings(fewest=5, most=3)
    assert ConnectomeSettings(fewest=4, most=4).options()[:2] == ["--rank", "4"]


def test_folders_of_many_files_have_short_names_of_their_own():
    several = [f"/a/long/way/to/worm-{k}.nwb" for k in range(9)]
    assert _short(["simulated-worms"]) == "simulated-worms"
    assert len(_short(several)) < 60
    assert _short(several) != _short(several[:-1])
