"""The last half minute of a decoder's probabilities, with what was asked and what was decided."""

from __future__ import annotations

from collections import deque

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QWidget

from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.theme import Colours
from neurokit.app.desktop.translations import tr
from neurokit.live.online import Output

SECONDS = 30.0
# lines differ by their dashes too
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine,
          Qt.PenStyle.DashDotLine, Qt.PenStyle.DashDotDotLine)  # fmt: skip


class ProbabilityTrace(QWidget):
    """Draws probabilities from 0 to 100 %, the newest at the right."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.colours = colours
        self.classes: tuple[str, ...] = ()
        self.threshold = 0.0
        self.asked: deque[tuple[float, float | None, str]] = deque(maxlen=30)
        self.outputs: deque[Output] = deque(maxlen=2000)
        self.setAccessibleName(tr("Probabilities of the last half minute"))

    def sizeHint(self) -> QSize:
        """Wide and not high."""
        letter = self.fontMetrics().height()
        return QSize(30 * letter, 10 * letter)

    def clear(self, classes: tuple[str, ...], threshold: float) -> None:
        """Begin anew."""
        self.classes, self.threshold = classes, threshold
        self.asked.clear()
        self.outputs.clear()
        self.update()

    def add(self, outputs: list[Output]) -> None:
        """Show more outputs."""
        self.outputs.extend(outputs)
        self.update()

    def ask(self, label: str, stamp: float) -> None:
        """A class is asked for from now on; none where ``label`` is empty."""
        if self.asked and self.asked[-1][1] is None:
            start, _, name = self.asked.pop()
            self.asked.append((start, stamp, name))
        if label:
            self.asked.append((stamp, None, label))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw axes, what was asked, lines, and the threshold."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self.colours.surface))
        metrics = self.fontMetrics()
        names = [word(label) for label in self.classes] or ["x"]
        right = max(metrics.horizontalAdvance(name) for name in names) + 16
        left = metrics.horizontalAdvance("100 %") + 12
        area = QRectF(self.rect()).adjusted(
            left, 1.6 * metrics.height(), -right, -1.6 * metrics.height()
        )
        newest = self.outputs[-1].stamp if self.outputs else 0.0
        self._paint_asked(painter, area, newest)
        self._paint_axes(painter, area)
        self._paint_lines(painter, area, newest)
        painter.end()

    def _x(self, area: QRectF, stamp: float, newest: float) -> float:
        return area.right() - (newest - stamp) / SECONDS * area.width()

    def _paint_asked(self, painter: QPainter, area: QRectF, newest: float) -> None:
        taken = 0.0
        for start, stop, label in self.asked:
            first = max(self._x(area, start, newest), area.left())
            last = area.right() if stop is None else self._x(area, stop, newest)
            if last <= area.left() or first >= area.right():
                continue
            shade = QColor(self.colours.muted)
            shade.setAlpha(40)
            painter.fillRect(QRectF(first, area.top(), last - first, area.height()), shade)
            width = self.fontMetrics().horizontalAdvance(word(label)) + 8.0
            middle = min((first + last) / 2, self.width() - width / 2)
            # where letters are large, not every name fits
            if middle - width / 2 >= taken:
                taken = middle + width / 2
                painter.setPen(QColor(self.colours.text))
                room = QRectF(middle - width / 2, 0, width, area.top())
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, word(label))

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        height = self.fontMetrics().height()
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.setPen(QPen(QColor(self.colours.line), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(self.colours.muted))
            room = QRectF(0, y - height, area.left() - 6, 2 * height)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{share:.0%}"
            )
        for back in (30, 20, 10, 0):
            x = self._x(area, -float(back), 0.0)
            text = f"−{back} s" if back else "0 s"
            room = QRectF(x - 5 * height, area.bottom() + 2, 10 * height, 1.4 * height)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
        if self.threshold > 0:
            y = area.bottom() - self.threshold * area.height()
            painter.setPen(QPen(QColor(self.colours.fair), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _paint_lines(self, painter: QPainter, area: QRectF, newest: float) -> None:
        shown = [output for output in self.outputs if newest - output.stamp <= SECONDS]
        ends = []
        for place, label in enumerate(self.classes):
            colour = QColor(self.colours.series[place % len(self.colours.series)])
            line = QPolygonF(
                [
                    QPointF(
                        self._x(area, output.stamp, newest),
                        area.bottom() - output.feedback[place] * area.height(),
                    )
                    for output in shown
                ]
            )
            painter.setPen(QPen(colour, 2, DASHES[place % len(DASHES)]))
            painter.drawPolyline(line)
            end = line[-1].y() if len(line) else area.center().y()
            ends.append((end, label, colour))
        self._paint_names(painter, area, sorted(ends, key=lambda end: end[0]))

    def _paint_names(
        self, painter: QPainter, area: QRectF, ends: list[tuple[float, str, QColor]]
    ) -> None:
        """Names beside the ends of their lines, moved apart where they would overlap."""
        height = self.fontMetrics().height()
        below = 0.0
        for place, (y, label, colour) in enumerate(ends):
            room_left = (len(ends) - place - 0.5) * height
            top = min(max(y - height / 2, below), self.height() - room_left - height / 2)
            below = top + height
            painter.setPen(colour)
            room = QRectF(area.right() + 8, top, self.width() - area.right(), height)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, word(label))
