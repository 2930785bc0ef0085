"""What the colours of a map mean."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QSizePolicy, QWidget

from neurokit.app.desktop import colour_maps

BAR_HEIGHT = 8


class ColourBar(QWidget):
    """A horizontal bar, and below it the ends' values and what they stand for."""

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
        """A thin bar, and a line of text."""
        return QSize(120, BAR_HEIGHT + round(self.fontMetrics().height() * 1.1))

    def _texts(self) -> tuple[str, str]:
        low, high = (f"{value:.3g}" for value in self._limits)
        return f"{low} {self._ends[0]}".strip(), f"{self._ends[1]} {high}".strip()

    def paintEvent(self, _event: object) -> None:
        """Draw the colours, and the texts below."""
        painter = QPainter(self)
        most, metrics = self.width() // 2 - 4, self.fontMetrics()
        left = metrics.elidedText(self._texts()[0], Qt.TextElideMode.ElideRight, most)
        right = metrics.elidedText(self._texts()[1], Qt.TextElideMode.ElideLeft, most)
        middle = QRectF(0, BAR_HEIGHT, self.width(), self.height() - BAR_HEIGHT)
        painter.setPen(self.palette().text().color())
        flag = Qt.AlignmentFlag
        painter.drawText(middle, flag.AlignVCenter | flag.AlignLeft, left)
        painter.drawText(middle, flag.AlignVCenter | flag.AlignRight, right)
        colours = colour_maps.table(self._name)
        image = QImage(colours.tobytes(), 256, 1, 3 * 256, QImage.Format.Format_RGB888)
        bar = QRectF(0.5, 0.5, self.width() - 1, BAR_HEIGHT)
        painter.drawImage(bar, image)
        painter.setPen(QColor(self.palette().mid().color()))
        painter.drawRect(bar)
