"""Electrodes on a head, each with a colour, a shape and words that say how it sits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QSizePolicy, QToolTip, QWidget

from neurokit.app.desktop.theme import Colours
from neurokit.app.desktop.translations import tr
from neurokit.signals.electrodes import flat_positions
from neurokit.signals.quality import WORDS, Quality

SYMBOLS = {"good": "✓", "fair": "!", "bad": "✕", "unknown": "?"}

LEAST_POINTS = 5.0
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def in_words(quality: Quality) -> str:
    """How an electrode sits, in the chosen language."""
    return tr(WORDS[quality.kind]).format(value=quality.value, other=quality.other)


class HeadMap(QWidget):
    """A head from above, the nose up.

    Good electrodes are round, fair ones round with an exclamation mark, bad ones square with a
    cross, and those without a signal hollow.

    Signals
    -------
    chosen(str)
        An electrode was clicked, or chosen with the keyboard.
    """

    chosen = pyqtSignal(str)

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setAccessibleName(tr("Electrodes on the head"))
        self.names: tuple[str, ...] = ()
        self.current = ""
        self._colours = colours
        self._quality: dict[str, Quality] = {}
        self._places: dict[str, tuple[float, float]] = {}
        self._off_head: tuple[str, ...] = ()

    def sizeHint(self) -> QSize:
        """A head that can be read."""
        return QSize(340, 360)

    def set_names(self, names: Sequence[str]) -> None:
        """Put electrodes on the head; names that it does not know stand in a row below."""
        if tuple(names) == self.names:
            return
        self.names = tuple(names)
        self._places = flat_positions(self.names)
        self._off_head = tuple(name for name in self.names if name not in self._places)
        self._quality = {}
        self.current = self.names[0] if self.names else ""
        self.update()

    def set_quality(self, quality: Sequence[Quality]) -> None:
        """Show how they sit."""
        found = {each.name: each for each in quality}
        if found != self._quality:
            self._quality = found
            self._describe()
            self.update()

    def set_colours(self, colours: Colours) -> None:
        """Dress it."""
        self._colours = colours
        self.update()

    def words(self, name: str) -> str:
        """What the tooltip says of an electrode."""
        quality = self._quality.get(name)
        return f"{name}: {in_words(quality) if quality else tr(WORDS['unknown'])}"

    def verdict(self, name: str) -> str:
        """How an electrode sits, a key of ``SYMBOLS``."""
        return self._quality[name].verdict if name in self._quality else "unknown"

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words(self.current) if self.current else "")

    # where things are

    def _head(self) -> tuple[QPointF, float]:
        """Middle and radius of the head."""
        points = np.array([(1.1, 1.14), (-1.1, -1.0), *self._places.values()])
        low, high = points.min(axis=0) - 0.12, points.max(axis=0) + 0.12
        below = 0.14 * self.height() if self._off_head else 0.0
        room = self.height() - below
        radius = min(self.width() / (2 * max(high[0], -low[0])), room / (high[1] - low[1]))
        return QPointF(self.width() / 2, room / 2 + radius * (high[1] + low[1]) / 2), radius

    def _size(self, radius: float) -> float:
        """Radius of an electrode's mark."""
        if len(self._places) < 2:
            return 0.12 * radius
        points = np.array(list(self._places.values()))
        apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
        nearest = apart[~np.eye(len(points), dtype=bool)].min()
        return float(np.clip(0.46 * nearest, 0.05, 0.12) * radius)

    def points(self) -> dict[str, QPointF]:
        """Middle of each electrode's mark, in the widget's pixels."""
        middle, radius = self._head()
        found = {name: middle + radius * QPointF(x, -y) for name, (x, y) in self._places.items()}
        size = self._size(radius)
        step = min(2.4 * size, self.width() / max(len(self._off_head), 1))
        left = self.width() / 2 - step * (len(self._off_head) - 1) / 2
        for k, name in enumerate(self._off_head):
            found[name] = QPointF(left + k * step, self.height() - 1.3 * size)
        return found

    def at(self, point: QPointF) -> str:
        """Name of the electrode at a point, or nothing."""
        points = self.points()
        if not points:
            return ""
        name = min(points, key=lambda each: _distance(points[each], point))
        reach = max(1.3 * self._size(self._head()[1]), 10)
        return name if _distance(points[name], point) < reach else ""

    # painting

    def paintEvent(self, event) -> None:
        """Draw the head and the electrodes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, radius = self._head()
        self._paint_head(painter, middle, radius)
        size = self._size(radius)
        font = QFont(self.font())
        font.setBold(True)
        widest = max(self.names, key=len, default="")
        font.setPointSizeF(_fitting(font, widest, 1.75 * size))
        for name, point in self.points().items():
            self._paint_electrode(painter, name, point, size, font)

    def _paint_head(self, painter: QPainter, middle: QPointF, radius: float) -> None:
        painter.setPen(QPen(QColor(self._colours.muted), 2))
        painter.setBrush(QColor(self._colours.surface))
        nose = QPainterPath(middle + radius * QPointF(-0.13, -0.985))
        nose.lineTo(middle + radius * QPointF(0, -1.14))
        nose.lineTo(middle + radius * QPointF(0.13, -0.985))
        painter.drawPath(nose)
        for side in (-1, 1):
            ear = middle + radius * QPointF(side * 1.02, 0)
            painter.drawEllipse(ear, 0.07 * radius, 0.19 * radius)
        painter.drawEllipse(middle, radius, radius)

    def _paint_electrode(
        self, painter: QPainter, name: str, point: QPointF, size: float, font: QFont
    ) -> None:
        verdict = self.verdict(name)
        tone = QColor(self._tones()[verdict])
        hollow = verdict == "unknown"
        box = QRectF(point.x() - size, point.y() - size, 2 * size, 2 * size)
        painter.setPen(QPen(tone, 2 if hollow else 1))
        painter.setBrush(QColor(self._colours.surface) if hollow else tone)
        if verdict == "bad":
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 2, 2)
        else:
            painter.drawEllipse(box)
        painter.setFont(font)
        painter.setPen(tone if hollow else QColor(self._colours.surface))
        if font.pointSizeF() > LEAST_POINTS:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
            if verdict in ("fair", "bad"):
                self._paint_badge(painter, box, verdict, tone, font)
        elif verdict in ("fair", "bad"):
            # where no name can be read, the sign has the whole mark
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, SYMBOLS[verdict])
        if name == self.current and self.hasFocus():
            painter.setPen(QPen(QColor(self._colours.accent), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-4, -4, 4, 4), 4, 4)

    def _paint_badge(
        self, painter: QPainter, box: QRectF, verdict: str, tone: QColor, font: QFont
    ) -> None:
        """A sign at the upper right, for those who do not tell the colours apart."""
        size = max(0.46 * box.width() / 2, 5.0)
        corner = box.topRight() + QPointF(-0.1, 0.1) * box.width()
        painter.setPen(QPen(tone, 1.5))
        painter.setBrush(QColor(self._colours.surface))
        painter.drawEllipse(corner, size, size)
        small = QFont(font)
        small.setPointSizeF(_fitting(small, "M", 1.2 * size))
        painter.setFont(small)
        around = QRectF(corner.x() - size, corner.y() - size, 2 * size, 2 * size)
        painter.drawText(around, Qt.AlignmentFlag.AlignCenter, SYMBOLS[verdict])

    def _tones(self) -> dict[str, str]:
        theme = self._colours
        return {
            "good": theme.good,
            "fair": theme.fair,
            "bad": theme.bad,
            "unknown": theme.muted,
        }

    # hands

    def event(self, event) -> bool:
        """Say how the electrode under the mouse sits."""
        if event.type() == QEvent.Type.ToolTip:
            name = self.at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words(name) if name else "", self)
            return True
        return super().event(event)

    def mousePressEvent(self, event) -> None:
        """Choose an electrode."""
        if name := self.at(event.position()):
            self.choose(name)
            self.chosen.emit(name)

    def keyPressEvent(self, event) -> None:
        """Go to the next electrode in a direction; Enter and Space choose it."""
        if event.key() in ARROWS and self.current:
            self.choose(self._towards(*ARROWS[event.key()]))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.current:
                self.chosen.emit(self.current)
                QToolTip.showText(
                    self.mapToGlobal(self.points()[self.current].toPoint()),
                    self.words(self.current),
                    self,
                )
        else:
            super().keyPressEvent(event)

    def choose(self, name: str) -> None:
        """Let the keyboard and the reader's eye stand at an electrode."""
        self.current = name
        self._describe()
        self.update()

    def _towards(self, x: int, y: int) -> str:
        """The nearest electrode that lies in a direction; the current one where none does."""
        points = self.points()
        here = points[self.current]
        best, least = self.current, np.inf
        for name, point in points.items():
            along = (point.x() - here.x()) * x + (point.y() - here.y()) * y
            aside = abs((point.x() - here.x()) * y) + abs((point.y() - here.y()) * x)
            if along > 1 and along + 2 * aside < least and aside <= 2 * along:
                best, least = name, along + 2 * aside
        return best

    def focusInEvent(self, event) -> None:
        """Show which electrode the keyboard holds."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.update()


def _distance(one: QPointF, other: QPointF) -> float:
    return float(np.hypot(one.x() - other.x(), one.y() - other.y()))


def _fitting(font: QFont, text: str, width: float) -> float:
    """Size of a font in which a text is as wide as a mark allows."""
    probe = QFont(font)
    probe.setPointSizeF(10.0)
    metrics = QFontMetricsF(probe)
    wide = max(metrics.horizontalAdvance(text), metrics.height() * 0.8, 1.0)
    return float(np.clip(10.0 * width / wide, LEAST_POINTS, 16.0))
