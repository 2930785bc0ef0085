"""Where the signals come from: an LSL stream, a board, a recording, or a simulated patient."""

from __future__ import annotations

import re

from PyQt6.QtCore import QSignalBlocker, QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from neurokit.app.desktop.tasks import Task, Tasks
from neurokit.app.desktop.translations import tr

KINDS = {
    "lsl": "LSL stream",
    "brainflow": "Board",
    "replay": "Recording",
    "simulated": "Simulated patient",
}
STRENGTHS = {"1": "Good imagery", "0.5": "Weak imagery", "0": "No imagery"}
LISTEN_SECONDS = 1.0
LISTEN_AGAIN_MS = 4000


class SourceChooser(QWidget):
    """One row: the kind of source, and what that kind asks for.

    Signals
    -------
    chosen(str)
        The user chose an address, as ``open_source`` takes it.
    """

    chosen = pyqtSignal(str)

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("Kind of source"))
        for kind, name in KINDS.items():
            self.kind.addItem(tr(name), kind)
        self.details: dict[str, _Detail] = {
            "lsl": _Stream(tasks),
            "brainflow": _Board(tasks),
            "replay": _Recording(),
            "simulated": _Simulated(),
        }
        self.stack = QStackedWidget()
        self.stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for detail in self.details.values():
            self.stack.addWidget(detail)
            detail.edited.connect(self._tell)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.kind)
        layout.addWidget(self.stack, 1)
        self.kind.currentIndexChanged.connect(self._turn)

    @property
    def address(self) -> str:
        """What is chosen; empty where something is missing."""
        return self.details[self.kind.currentData()].address()

    def show_address(self, address: str) -> None:
        """Show a source that was chosen before."""
        if address == self.address:
            return
        kind, _, rest = address.partition(":")
        if kind in self.details:
            with QSignalBlocker(self.kind), QSignalBlocker(self.details[kind]):
                self.kind.setCurrentIndex(self.kind.findData(kind))
                self.stack.setCurrentWidget(self.details[kind])
                self.details[kind].show_rest(rest)

    def stop(self) -> None:
        """Look for nothing any more."""
        for detail in self.details.values():
            detail.stop()

    def look(self) -> None:
        """Find out what there is, where that takes a while."""
        self.details[self.kind.currentData()].look()

    def _turn(self) -> None:
        self.stop()
        self.stack.setCurrentWidget(self.details[self.kind.currentData()])
        self.look()
        self._tell()

    def _tell(self) -> None:
        if self.address:
            self.chosen.emit(self.address)


class _Detail(QWidget):
    """What one kind of source asks for."""

    edited = pyqtSignal()

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            layout.addWidget(widget, 1 if isinstance(widget, (QLineEdit, QLabel)) else 0)
        if not any(isinstance(widget, (QLineEdit, QLabel)) for widget in widgets):
            layout.addStretch(1)

    def address(self) -> str:
        """What is chosen."""
        raise NotImplementedError

    def show_rest(self, rest: str) -> None:
        """Show the address's part after the kind."""
        raise NotImplementedError

    def look(self) -> None:
        """Find out what there is."""

    def stop(self) -> None:
        """Look no longer."""


class _Stream(_Detail):
    """LSL streams, as they are heard."""

    def __init__(self, tasks: Tasks) -> None:
        self.box = QComboBox()
        self.box.setAccessibleName(tr("LSL stream"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.again = QPushButton(tr("Look again"))
        self.said = QLabel()
        self.said.setProperty("role", "hint")
        super().__init__(self.box, self.again, self.said)
        self._tasks = tasks
        self._task: Task | None = None
        self._wanted = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LISTEN_AGAIN_MS)
        self._later.timeout.connect(self.look)
        self.again.clicked.connect(self.look)
        self.box.activated.connect(self._pick)
        self.box.hide()

    def address(self) -> str:
        name = self.box.currentData() or self._wanted
        return f"lsl:{name}" if name else ""

    def show_rest(self, rest: str) -> None:
        self._wanted = rest
        place = self.box.findData(rest)
        if place >= 0:
            self.box.setCurrentIndex(place)

    def look(self) -> None:
        if self._task is not None:
            return
        self._later.stop()
        self.said.setText(tr("Looking for streams ..."))
        from neurokit.live.lsl import find_streams

        self._task = self._tasks.start(tr("Looking for streams"), find_streams, LISTEN_SECONDS)
        self._task.done.connect(self._show)
        self._task.failed.connect(self.said.setText)
        self._task.ended.connect(self._forget)

    def _forget(self) -> None:
        self._task = None

    def _pick(self) -> None:
        self._wanted = self.box.currentData()
        self.edited.emit()

    def _show(self, found: list) -> None:
        before = self.address()
        with QSignalBlocker(self.box):
            self.box.clear()
            for info in sorted(found, key=lambda each: each.name):
                what = tr("{name}: {n} channels, {sfreq:g} Hz")
                self.box.addItem(
                    what.format(name=info.name, n=len(info.channels), sfreq=info.sfreq), info.name
                )
            place = self.box.findData(self._wanted)
            if self._wanted and place < 0:
                gone = tr("{name}: not heard now").format(name=self._wanted)
                self.box.insertItem(0, gone, self._wanted)
            self.box.setCurrentIndex(max(place, 0))
        self.box.setVisible(self.box.count() > 0)
        none = tr("No stream is heard: switch the amplifier's LSL program on.")
        self.said.setText("" if found else none)
        if not found:
            self._later.start()
        if self.address() != before:
            self.edited.emit()

    def stop(self) -> None:
        self._later.stop()
        if self._task is not None:
            self._task.cancel()


class _Board(_Detail):
    """BrainFlow's boards, and where the board is plugged in."""

    def __init__(self, tasks: Tasks) -> None:
        self.box = QComboBox()
        self.box.setAccessibleName(tr("Board"))
        self.port = QLineEdit()
        self.port.setAccessibleName(tr("Port or address of the board"))
        self.port.setPlaceholderText(tr("Port or address, as COM3"))
        self.port.setMinimumWidth(self.port.fontMetrics().averageCharWidth() * 12)
        self.said = QLabel()
        self.said.setProperty("role", "problem")
        super().__init__(self.box, self.port, self.said)
        self._tasks = tasks
        self._task: Task | None = None
        self.box.activated.connect(lambda: self.edited.emit())
        self.port.editingFinished.connect(self.edited)

    def address(self) -> str:
        name, port = self.box.currentData(), self.port.text().strip()
        if not name:
            return ""
        return f"brainflow:{name}" + (f",{_port_kind(port)}={port}" if port else "")

    def show_rest(self, rest: str) -> None:
        name, _, options = rest.partition(",")
        if self.box.findData(name) < 0:
            self.box.addItem(_plain(name), name)
        self.box.setCurrentIndex(self.box.findData(name))
        self.port.setText(options.partition("=")[2])

    def look(self) -> None:
        if self._task is None and self.box.count() < 2:
            from neurokit.live.boards import boards

            self._task = self._tasks.start(tr("Looking for boards"), boards)
            self._task.done.connect(self._show)
            self._task.ended.connect(self._forget)

    def _forget(self) -> None:
        self._task = None

    def _show(self, names: tuple[str, ...]) -> None:
        from neurokit.live.boards import INSTALL

        chosen = self.box.currentData()
        with QSignalBlocker(self.box):
            self.box.clear()
            for name in names:
                self.box.addItem(_plain(name), name)
            self.box.setCurrentIndex(max(self.box.findData(chosen), 0))
        missing = tr("Boards need BrainFlow, which is missing here: {line}").format(line=INSTALL)
        self.said.setText("" if names else missing)
        self.box.setVisible(bool(names))
        self.port.setVisible(bool(names))
        if not chosen and names:
            self.edited.emit()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


class _Recording(_Detail):
    """A file that is played as if it came from a patient now."""

    def __init__(self) -> None:
        self.path = QLineEdit()
        self.path.setAccessibleName(tr("Recording"))
        self.path.setPlaceholderText(tr("EDF, BDF, GDF, XDF, FIF, BrainVision or EEGLAB"))
        self.path.setMinimumWidth(self.path.fontMetrics().averageCharWidth() * 12)
        self.browse = QPushButton(tr("Browse ..."))
        super().__init__(self.path, self.browse)
        self.browse.clicked.connect(self._ask)
        self.path.editingFinished.connect(self.edited)

    def address(self) -> str:
        path = self.path.text().strip()
        return f"replay:{path},repeat=true" if path else ""

    def show_rest(self, rest: str) -> None:
        self.path.setText(re.sub(r"(,\w+=[^,]*)+$", "", rest))

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Recording"), self.path.text())
        if path:
            self.path.setText(path)
            self.edited.emit()


class _Simulated(_Detail):
    """Somebody to practise with."""

    def __init__(self) -> None:
        self.strength, self.channels = QComboBox(), QComboBox()
        self.strength.setAccessibleName(tr("Imagery of the simulated patient"))
        self.channels.setAccessibleName(tr("Electrodes of the simulated patient"))
        for value, name in STRENGTHS.items():
            self.strength.addItem(tr(name), value)
        for count in (8, 16, 32, 64):
            self.channels.addItem(tr("{n} electrodes").format(n=count), str(count))
        self.channels.setCurrentIndex(1)
        self._others = ""
        super().__init__(self.strength, self.channels)
        for box in (self.strength, self.channels):
            box.setMinimumWidth(6 * box.fontMetrics().averageCharWidth())
            box.activated.connect(lambda: self.edited.emit())

    def address(self) -> str:
        strength, channels = self.strength.currentData(), self.channels.currentData()
        return f"simulated:strength={strength},channels={channels}{self._others}"

    def show_rest(self, rest: str) -> None:
        options = dict(part.partition("=")[::2] for part in rest.split(",") if part)
        for box, name in ((self.strength, "strength"), (self.channels, "channels")):
            value = _short(options.pop(name, box.currentData()))
            if box.findData(value) < 0:
                box.addItem(f"{tr(name)} {value}", value)
            box.setCurrentIndex(box.findData(value))
        self._others = "".join(f",{name}={value}" for name, value in options.items())


def _short(number: str) -> str:
    """1 for 1.0."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _plain(board: str) -> str:
    return board.removesuffix("_BOARD").replace("_", " ").title()


def _port_kind(port: str) -> str:
    """BrainFlow's name of what was typed: an address on the air, in the network, or a port."""
    if re.fullmatch(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", port):
        return "mac_address"
    if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", port):
        return "ip_address"
    return "serial_port"
