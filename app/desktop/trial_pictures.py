"""Small pictures of a protocol: one trial as the patient sees it, and the order of all trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from neurokit.app.desktop.cue_painting import paint_screen, patient_colours, word
from neurokit.app.desktop.theme import Colours, colours
from neurokit.app.desktop.translations import tr
from neurokit.visits.calibration import Screen
from neurokit.visits.protocol import CLASSES, GrazProtocol

Fate = Literal["to come", "now", "done", "late", "void"]
SYMBOLS = {"left_hand": "←", "right_hand": "→", "feet": "↓", "tongue": "↑", "rest": "○"}
GAP = 12


class TrialStory(QWidget):
    """A trial in five small screens, with how long each is shown."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.protocol: GrazProtocol = desk.session.state.protocol
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_protocol(self, protocol: GrazProtocol) -> None:
        """Draw another protocol."""
        self.protocol = protocol
        self.setAccessibleName(", ".join(text.replace("\n", " ") for _, text in self._parts()))
        self.update()

    def _parts(self) -> list[tuple[Screen, str]]:
        protocol = self.protocol
        label = protocol.classes[0]
        pause = f"{protocol.pause_min:g}–{protocol.pause_max:g}"
        told = [
            ("baseline", tr("Rest"), f"{protocol.baseline:g}"),
            ("fixation", tr("Cross"), f"{protocol.fixation:g}"),
            ("cue", tr("Cue"), f"{protocol.cue:g}"),
            ("imagery", tr("Imagery"), f"{protocol.imagery - protocol.cue:g}"),
            ("pause", tr("Pause"), pause),
        ]
        return [(Screen(kind, label, 0.0), f"{name}\n{seconds} s") for kind, name, seconds in told]

    def _picture_size(self) -> tuple[float, float]:
        width = (self.width() - 4 * GAP) / 5
        return width, 0.66 * width

    def sizeHint(self) -> QSize:
        """Room for five pictures and two lines of text."""
        height = round(self._picture_size()[1]) + 2 * self.fontMetrics().height() + 10
        return QSize(5 * 60 + 4 * GAP, height)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the pictures' shape."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the screens."""
        painter = QPainter(self)
        settings = self.desk.session.state.settings
        width, height = self._picture_size()
        for place, (screen, text) in enumerate(self._parts()):
            area = QRectF(place * (width + GAP), 0, width, height)
            painter.save()
            painter.setClipRect(area)
            paint_screen(painter, area, screen, patient_colours(settings))
            painter.restore()
            painter.setPen(QColor(colours(settings).text))
            below = QRectF(area.left() - GAP / 2, height + 6, width + GAP, self.height() - height)
            top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            painter.drawText(below, top, text)
        painter.end()


class TrialOrder(QWidget):
    """Every trial of a run as a sign of its class, and what became of it."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.trials: list[tuple[str, Fate]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_trials(self, trials: Sequence[tuple[str, Fate]]) -> None:
        """Draw these trials, (class, fate) each."""
        if list(trials) == self.trials:
            return
        self.trials = list(trials)
        counts = Counter(fate for _, fate in self.trials)
        told = ", ".join(f"{count} {tr(fate)}" for fate, count in counts.items())
        self.setAccessibleName(tr("Trials") + f": {told}")
        self.updateGeometry()
        self.update()

    @property
    def cell(self) -> int:
        """Side of a sign, in pixels."""
        return round(1.6 * self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        """Room for all signs at this width."""
        columns = max(self.width() // self.cell, 1)
        rows = -(-max(len(self.trials), 1) // columns)
        return QSize(8 * self.cell, rows * self.cell)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Break the row of signs anew."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the signs."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = colours(self.desk.session.state.settings)
        columns = max(self.width() // self.cell, 1)
        for place, (label, fate) in enumerate(self.trials):
            row, column = divmod(place, columns)
            area = QRectF(column * self.cell, row * self.cell, self.cell, self.cell)
            _paint_sign(painter, area.adjusted(2, 2, -2, -2), label, fate, chosen)
        painter.end()


def _paint_sign(painter: QPainter, area: QRectF, label: str, fate: Fate, chosen: Colours) -> None:
    series = QColor(chosen.series[CLASSES.index(label) if label in CLASSES else -1])
    is_filled = fate in ("done", "late")
    line = QPen(QColor(chosen.accent), 3) if fate == "now" else QPen(QColor(chosen.line), 1)
    painter.setPen(Qt.PenStyle.NoPen if is_filled else line)
    painter.setBrush(series if is_filled else QColor(chosen.surface))
    painter.drawRoundedRect(area, 4, 4)
    ink = QColor(chosen.surface) if is_filled else series
    painter.setPen(QColor(chosen.muted) if fate == "void" else ink)
    sign = SYMBOLS.get(label, word(label)[:1])
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, sign)
    if fate == "void":
        painter.setPen(QPen(QColor(chosen.bad), 2))
        painter.drawLine(area.bottomLeft(), area.topRight())
    if fate == "late":
        painter.setPen(QPen(QColor(chosen.bad), 4))
        painter.drawLine(area.bottomLeft() + QPointF(3, -1), area.bottomRight() - QPointF(3, 1))
