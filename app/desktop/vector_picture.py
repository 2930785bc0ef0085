"""A figure of a report in the window: SVG on paper, in its own proportions."""

from __future__ import annotations

from PyQt6.QtCore import QByteArray, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QWidget

MARGIN = 12


class VectorPicture(QWidget):
    """Shows an SVG as wide as there is room, its height as it follows."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.renderer = QSvgRenderer(self)
        self.widest = 0

    def show_svg(self, text: str, widest: int) -> None:
        """Show a picture, at most so many pixels wide."""
        self.widest = widest
        self.renderer.load(QByteArray(text.encode()))
        self.renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        self._fit()

    def _height(self, width: int) -> int:
        size = self.renderer.defaultSize()
        inside = min(width, self.widest) - 2 * MARGIN
        return round(inside * size.height() / max(size.width(), 1)) + 2 * MARGIN

    def _fit(self) -> None:
        self.setFixedHeight(max(self._height(self.width()), 1))
        self.update()

    def resizeEvent(self, event) -> None:
        """Follow the width."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """May be narrow."""
        return QSize(200, 1)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint ink on paper: figures are drawn for print, whatever the theme."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = min(self.width(), self.widest)
        painter.fillRect(QRectF(0, 0, width, self.height()), Qt.GlobalColor.white)
        inside = QRectF(MARGIN, MARGIN, width - 2 * MARGIN, self.height() - 2 * MARGIN)
        self.renderer.render(painter, inside)
        painter.end()
