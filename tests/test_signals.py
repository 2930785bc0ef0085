"""The page Signals: the source, the traces, the head, the verdict."""

import os
import threading
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt, QTimer
from PyQt6.QtGui import QColor

from neurokit.app.desktop.head_map import HeadMap
from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.session import Session, Settings
from neurokit.app.desktop.source_chooser import SourceChooser
from neurokit.app.desktop.sweep import SweepView
from neurokit.app.desktop.tasks import Tasks
from neurokit.app.desktop.theme import THEMES
from neurokit.live.lsl import Outlet
from neurokit.live.recording_process import start
from neurokit.live.ring import Ring
from neurokit.live.streams import SourceInfo, now
from neurokit.signals.quality import Quality

pytestmark = pytest.mark.window
THEME = THEMES["light"]
SFREQ = 250.0


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ring_of(tmp_path, n_channels, seconds=5.0, types=None):
    """A ring with a rhythm on every channel."""
    names = ("C3", "C4", "Cz", *(f"E{k}" for k in range(n_channels)))[:n_channels]
    info = SourceInfo("made", names, types or ("eeg",) * n_channels, SFREQ)
    ring = Ring.create(tmp_path / "made.ring", n_channels, SFREQ, 60)
    append(ring, seconds)
    return ring, info


def append(ring, seconds, first=None):
    """Samples that go on from those that are there, or begin at a moment."""
    held = ring.latest(1).stamps
    begin = first if first is not None else held[-1] + 1 / SFREQ if len(held) else 100.0
    stamps = begin + np.arange(round(seconds * SFREQ)) / SFREQ
    wave = 20e-6 * np.sin(2 * np.pi * 10 * stamps)
    ring.append(np.repeat(wave[:, None], ring.n_channels, axis=1), stamps)


@pytest.fixture
def view(qtbot):
    view = SweepView(THEME)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    yield view
    view.hide()


def drawn(view):
    """Whether all that the ring holds is on the paper."""
    return view._next == view._ring.n_written


def painted(view):
    """Where a picture has a trace in a series' colour, by row and column."""
    image = view.grab().toImage()
    tone = QColor(THEME.series[0])
    return np.array(
        [
            [image.pixelColor(x, y) == tone for x in range(image.width())]
            for y in range(image.height())
        ]
    )


def test_traces_are_drawn_in_the_colour_of_their_side(view, tmp_path, qtbot):
    view.show_ring(*ring_of(tmp_path, 3))
    qtbot.waitUntil(lambda: drawn(view))
    rows = np.flatnonzero(painted(view).any(axis=1))
    # C3 alone lies on the left, in the upper third
    assert len(rows)
    assert rows.max() < 200


def test_only_new_columns_are_repainted(view, tmp_path, qtbot, monkeypatch):
    ring, info = ring_of(tmp_path, 3)
    view.show_ring(ring, info)
    qtbot.waitUntil(lambda: drawn(view) and not view._resized.isActive())
    view._frames.stop()
    view.repaint()
    areas = []
    monkeypatch.setattr(view, "paintEvent", lambda event: areas.append(event.rect()))
    append(ring, 0.05)
    assert view.step() == round(0.05 * SFREQ)
    qtbot.waitUntil(lambda: len(areas) > 0)
    assert all(area.width() < 40 for area in areas)


def test_samples_are_drawn_as_they_come(view, tmp_path, qtbot):
    ring, info = ring_of(tmp_path, 2)
    view.show_ring(ring, info)
    qtbot.waitUntil(lambda: drawn(view) and not view._resized.isActive())
    before = painted(view).any(axis=0).sum()
    append(ring, 2.0)
    qtbot.waitUntil(lambda: drawn(view))
    assert painted(view).any(axis=0).sum() > before + 60


def test_a_gap_is_hatched(view, tmp_path, qtbot):
    ring, info = ring_of(tmp_path, 1)
    append(ring, 1.0, first=ring.latest(1).stamps[-1] + 2.0)
    view.show_ring(ring, info)
    qtbot.waitUntil(lambda: drawn(view))
    image = view.grab().toImage()
    row = [image.pixelColor(x, 390 // 2) for x in range(image.width())]
    assert sum(colour == QColor(THEME.window) for colour in row) > 50


def test_a_marker_is_drawn_and_goes_when_the_pen_comes_round(view, tmp_path, qtbot):
    ring, info = ring_of(tmp_path, 1)
    view.show_ring(ring, info)
    view.add_marker("left hand", ring.latest(1).stamps[-1] - 1.0)
    view.set_look(replace(view.look, microvolts=50))
    assert len(view._markers) == 1
    append(ring, 12.0)
    qtbot.waitUntil(lambda: not view._markers)


def test_the_keyboard_changes_gain_time_base_and_page(view, tmp_path, qtbot):
    ring, info = ring_of(tmp_path, 20)
    view.show_ring(ring, info)
    view.setFocus()
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Right, Qt.Key.Key_PageDown):
        with qtbot.waitSignal(view.look_changed):
            qtbot.keyClick(view, key)
    assert (view.look.microvolts, view.look.seconds, view.look.page) == (50, 20, 1)
    assert view.shown == info.channels[16:]
    view.go_to("C3")
    assert view.look.page == 0
    with qtbot.waitSignal(view.chosen) as heard:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 30))
    assert heard.args == ["C3"]


def test_channels_that_are_no_eeg_are_not_drawn(view, tmp_path):
    view.show_ring(*ring_of(tmp_path, 3, types=("eeg", "misc", "eeg")))
    assert view.shown == ("C3", "Cz")


@pytest.fixture
def head(qtbot):
    head = HeadMap(THEME)
    qtbot.addWidget(head)
    head.resize(360, 380)
    head.set_names(["C3", "C4", "Cz", "Fz", "EEG 1"])
    head.show()
    return head


def test_an_electrode_says_how_it_sits(head):
    assert head.words("C3") == "C3: no signal yet"
    head.set_quality(
        [Quality("C3", "bad", "mains", 60.0), Quality("C4", "good", "good")],
    )
    assert head.verdict("C3") == "bad"
    assert head.words("C3").startswith("C3: mains hum of 60 µV")
    assert head.accessibleDescription() == head.words("C3")


def test_verdicts_differ_in_shape_and_not_in_colour_alone(head):
    shapes = []
    for verdict in ("good", "fair", "bad", "unknown"):
        head.set_quality([Quality("C3", verdict, "good")])
        image = head.grab().toImage()
        point = head.points()["C3"].toPoint()
        blank = image.pixelColor(point.x() + 40, point.y() + 60)
        shapes.append(
            tuple(
                image.pixelColor(point.x() + x, point.y() + y) != blank
                for x in range(-16, 25)
                for y in range(-24, 17)
            )
        )
    assert len(set(shapes)) == 4


def test_the_keyboard_walks_over_the_head(head, qtbot):
    head.setFocus()
    walk = [
        (Qt.Key.Key_Right, "Cz"),
        (Qt.Key.Key_Right, "C4"),
        (Qt.Key.Key_Right, "C4"),
        (Qt.Key.Key_Left, "Cz"),
        (Qt.Key.Key_Up, "Fz"),
        (Qt.Key.Key_Down, "Cz"),
        (Qt.Key.Key_Down, "EEG 1"),
    ]
    for key, name in walk:
        qtbot.keyClick(head, key)
        assert head.current == name
    with qtbot.waitSignal(head.chosen) as heard:
        qtbot.keyClick(head, Qt.Key.Key_Return)
    assert heard.args == ["EEG 1"]


def test_the_mouse_finds_electrodes(head, qtbot):
    with qtbot.waitSignal(head.chosen) as heard:
        qtbot.mouseClick(head, Qt.MouseButton.LeftButton, pos=head.points()["C4"].toPoint())
    assert heard.args == ["C4"]
    assert head.at(QPointF(2, 2)) == ""


@pytest.fixture
def chooser(qtbot):
    tasks = Tasks()
    chooser = SourceChooser(tasks)
    qtbot.addWidget(chooser)
    yield chooser
    chooser.stop()
    tasks.close()


@pytest.mark.parametrize(
    "address",
    [
        "simulated:strength=0.5,channels=32",
        "simulated:strength=1,channels=16,seed=3,loose=1",
        "simulated:strength=0.7,channels=16",
        "replay:/data/été, 2/run 1.edf,repeat=true",
        "brainflow:CYTON_BOARD,serial_port=/dev/ttyUSB0",
        "brainflow:MUSE_2_BOARD,mac_address=00:11:22:33:44:55",
        "brainflow:SYNTHETIC_BOARD",
        "lsl:actiCHamp",
    ],
)
def test_an_address_is_shown_and_given_back(chooser, address):
    chooser.show_address(address)
    assert chooser.address == address


def test_streams_are_found_while_the_window_lives(chooser, qtbot):
    outlet = Outlet("an-amplifier", "EEG", ["C3", "C4"], sfreq=250.0)
    with qtbot.waitSignal(chooser.chosen, timeout=20000) as heard:
        chooser.look()
    assert heard.args == ["lsl:an-amplifier"]
    outlet.close()


@pytest.fixture
def window(qtbot):
    """Open the window at the page with a source that was chosen before."""
    windows = []

    def open_at(source, **state):
        session = Session()
        session.go(page="signals", source=source, settings=Settings(), **state)
        window = MainWindow(session)
        qtbot.addWidget(window)
        windows.append(window)
        window.show()
        return window, window.page("signals")

    yield open_at
    for each in windows:
        each.close()


def live(page):
    return page.status.text().startswith("●")


def test_the_source_of_last_time_is_shown_and_judged_without_a_click(window, qtbot):
    _, page = window("simulated:strength=1,channels=16,seed=1,loose=1,impedances=true")
    qtbot.waitUntil(lambda: live(page), timeout=30000)
    qtbot.waitUntil(lambda: page.verdict.text() != "", timeout=10000)
    qtbot.waitUntil(lambda: "Mend first: CP1" in page.verdict.text(), timeout=10000)
    assert page.faults.item(0).text().startswith("✕ CP1: impedance of 180 kΩ")
    assert page.head.verdict("C3") == "good"
    assert page.preview is not None
    qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    assert page.preview is None
    assert "free" in page.status.text()


def test_a_patient_to_practise_with_is_shown_as_soon_as_it_is_chosen(window, qtbot):
    _, page = window("lsl:")
    assert page.preview is None
    assert not page.start.isEnabled()
    page.source.kind.setCurrentIndex(page.source.kind.findData("simulated"))
    assert page.desk.session.state.source == "simulated:strength=1,channels=16"
    qtbot.waitUntil(lambda: live(page), timeout=30000)
    assert page.head.names[:2] == ("C3", "C4")


def test_nothing_outlives_the_page(window, qtbot):
    shown, page = window("simulated:channels=8")
    qtbot.waitUntil(lambda: live(page), timeout=30000)
    pid, folder = page.preview.pid, page.preview.ring.path.parent
    # another page is another owner of the source
    shown.desk.session.go(page="history")
    qtbot.waitUntil(lambda: not is_alive(pid) and not folder.exists(), timeout=5000)
    qtbot.waitUntil(lambda: not page._reaper.isActive())
    assert not any(timer.isActive() for timer in page.findChildren(QTimer))
    shown.desk.session.go(page="signals")
    qtbot.waitUntil(lambda: live(page), timeout=30000)
    pid, threads = page.preview.pid, set(threading.enumerate())
    shown.close()
    assert not is_alive(pid)
    assert not any(timer.isActive() for timer in page.findChildren(QTimer))
    assert set(threading.enumerate()) <= threads
    assert not shown.desk.tasks.running


def test_a_stall_is_shown_within_a_second_and_survived(window, qtbot):
    outlet = Outlet("staller", "EEG", ["C3", "C4"], sfreq=250.0)
    chunk = np.random.default_rng(0).standard_normal((5, 2)).astype(np.float32)
    pump = QTimer()
    pump.timeout.connect(lambda: outlet.push_chunk(chunk))
    pump.start(20)
    _, page = window("lsl:staller")
    qtbot.waitUntil(lambda: live(page), timeout=30000)
    pump.stop()
    began = now()
    qtbot.waitUntil(lambda: "No signal" in page.status.text(), timeout=10000)
    # one second, and what a busy machine adds
    assert now() - began < 2.0
    assert page.head.verdict("C3") == "unknown"
    pump.start(20)
    qtbot.waitUntil(lambda: live(page), timeout=30000)
    pump.stop()
    outlet.close()


def test_while_a_run_is_recorded_its_ring_is_shown_and_the_source_left_alone(
    window, qtbot, tmp_path
):
    client = start("simulated:channels=8,seed=2", tmp_path / "run.xdf")
    try:
        _, page = window("simulated:channels=8,seed=2", recording=str(client.sidecar))
        qtbot.waitUntil(lambda: page.status.text().startswith("● Recording"), timeout=20000)
        assert page.preview is None
        assert not page.start.isEnabled()
        assert page.view.names == client.info.channels
    finally:
        client.stop()
        client.close()
