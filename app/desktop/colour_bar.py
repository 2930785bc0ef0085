"""What the colours of a map mean."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QSizePolicy, QWidget

from neurokit.app.desktop import colour_maps


class ColourBar(QWidget):
    """A horizontal bar with the ends' values and what they stand for."""

    def __init__(self) -> None:
        super().__init__()
        self._limits, self._name, self._ends = (0.0, 1.0), "cividis", ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_map(
        self, name: str, limits: tuple[float, float], ends: tuple[str, str] = ("", "")
    ) -> None:
        """Show a map between two values; ``ends`` say what they stand for."""
        self._limits, self._name, self._ends = limits, name, ends
        self.setAccessibleName(" ".join(self._texts()))
        self.update()

    def sizeHint(self) -> QSize:
        """As high as a line of text."""
        return QSize(220, round(self.fontMetrics().height() * 1.3))

    def _texts(self) -> tuple[str, str]:
        low, high = (f"{value:.2g}" for value in self._limits)
        return f"{self._ends[0]} {low}".strip(), f"{high} {self._ends[1]}".strip()

    def paintEvent(self, _event: object) -> None:
        """Draw texts left and right, and the colours between."""
        painter = QPainter(self)
        metrics = self.fontMetrics()
        left, right = self._texts()
        start = metrics.horizontalAdvance(left) + 8
        stop = self.width() - metrics.horizontalAdvance(right) - 8
        middle = QRectF(0, 0, self.width(), self.height())
        painter.setPen(self.palette().text().color())
        flag = Qt.AlignmentFlag
        painter.drawText(middle, flag.AlignVCenter | flag.AlignLeft, left)
        painter.drawText(middle, flag.AlignVCenter | flag.AlignRight, right)
        colours = colour_maps.table(self._name)
        image = QImage(colours.tobytes(), 256, 1, 3 * 256, QImage.Format.Format_RGB888)
        bar = QRectF(start, self.height() * 0.25, max(stop - start, 1), self.height() * 0.5)
        painter.drawImage(bar, image)
        painter.setPen(QColor(self.palette().mid().color()))
        painter.drawRect(bar)
