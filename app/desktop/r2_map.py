"""R² of every channel and frequency: looked at, and picked from, with the mouse or the keys."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent

from neurokit.app.desktop.plots import Plot, edges, show_image
from neurokit.app.desktop.session import Feature, Settings
from neurokit.app.desktop.translations import tr

# a picked point is this wide: one frequency alone is as good as noise
HALF_WIDTH = 1.0
PICKED = "#B3261E"
PICKING: tuple[int, ...] = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class R2Map(Plot):
    """The map; its focus is a cell, its picks are features.

    Signals
    -------
    focused(str, float)
        A channel and a frequency that are looked at.
    hovered(str, float)
        The cell under the mouse; an empty channel where there is none.
    picked(object)
        Features that were drawn, as a tuple; the owner says whether they come or go.
    """

    focused = pyqtSignal(str, float)
    hovered = pyqtSignal(str, float)
    picked = pyqtSignal(object)
    # a plot is resized before it is made
    channels: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__(tr("Map of R²: channels by frequencies"), view=_Still())
        self.frequencies = np.arange(2.0)
        self.cell = (0, 0)
        self._from: tuple[int, int] | None = None
        self.image = pg.ImageItem()
        self.dots = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.cross = pg.PlotCurveItem()
        self.boxes: list[pg.PlotCurveItem] = []
        self.band = pg.PlotCurveItem()
        for item in (self.image, self.dots, self.cross, self.band):
            self.addItem(item)
        self.getViewBox().invertY(True)
        self.setMouseTracking(True)
        self.label("bottom", tr("Frequency (Hz)"))

    def dress(self, settings: Settings) -> None:
        """Take the theme."""
        super().dress(settings)
        self.cross.setPen(pg.mkPen("#101418", width=2))
        self.cross.setShadowPen(pg.mkPen("#FFFFFF", width=5))
        self.band.setPen(pg.mkPen(self.look.accent, width=2, style=Qt.PenStyle.DashLine))
        self.dots.setPen(pg.mkPen("#FFFFFF", width=0.7))
        self.dots.setBrush(pg.mkBrush("#101418"))

    # what is shown

    def show_map(
        self,
        r2: np.ndarray,
        channels: tuple[str, ...],
        frequencies: np.ndarray,
        limits: tuple[float, float],
        name: str,
    ) -> None:
        """Show values, shape (n_channels, n_frequencies), the first channel above."""
        self.channels, self.frequencies = channels, frequencies
        start, width = edges(frequencies)
        show_image(self.image, r2, limits, name, (start, -0.5, width, len(channels)))
        self.setRange(xRange=(start, start + width), yRange=(-0.5, len(channels) - 0.5), padding=0)
        self._name_rows()

    def resizeEvent(self, event) -> None:
        """Name as many channels as there is room for."""
        super().resizeEvent(event)
        if self.channels:
            self._name_rows()

    def _name_rows(self) -> None:
        height = self.fontMetrics().height() * 0.82
        each = max(1, int(np.ceil(height * len(self.channels) / max(self.height() - 60, 1))))
        ticks = [(k, name) for k, name in enumerate(self.channels) if k % each == 0]
        self.getAxis("left").setTicks([ticks])

    def show_significance(self, p: np.ndarray | None, level: float) -> None:
        """Dot the cells that are significant; None takes the dots away."""
        rows, columns = np.nonzero(p < level if p is not None else np.zeros((1, 1)))
        size = max(3.0, min(6.0, self.height() / max(len(self.channels), 1) / 4))
        self.dots.setData(self.frequencies[columns], rows.astype(float), size=size)

    def show_focus(self, channel: str, frequency: float) -> None:
        """Frame the cell that is looked at."""
        if channel not in self.channels:
            self.cross.setData([], [])
            return
        row = self.channels.index(channel)
        column = int(np.abs(self.frequencies - frequency).argmin())
        self.cell = (row, column)
        start, width = edges(self.frequencies)
        each = width / len(self.frequencies)
        self.cross.setData(*_frame(start + column * each, row - 0.5, each, 1.0))

    def show_features(self, features: Iterable[Feature]) -> None:
        """Frame what is picked."""
        for box in self.boxes:
            self.removeItem(box)
        self.boxes = []
        for feature in features:
            if feature.channel in self.channels:
                row = self.channels.index(feature.channel)
                box = pg.PlotCurveItem(
                    *_frame(feature.low, row - 0.5, feature.high - feature.low, 1.0)
                )
                box.setPen(pg.mkPen(PICKED, width=2.5))
                box.setShadowPen(pg.mkPen("#FFFFFF", width=5))
                self.addItem(box)
                self.boxes.append(box)

    # gestures

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Row and column under a point of the widget."""
        place = self.getViewBox().mapSceneToView(self.mapToScene(point.toPoint()))
        start, width = edges(self.frequencies)
        column = int((place.x() - start) / width * len(self.frequencies) // 1)
        row = int((place.y() + 0.5) // 1)
        inside = 0 <= row < len(self.channels) and 0 <= column < len(self.frequencies)
        return (row, column) if inside else None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin to draw a feature."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self.cell_at(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Draw on, or say what is under the mouse."""
        cell = self.cell_at(event.position())
        if self._from is not None and cell is not None and cell != self._from:
            rows, columns = _sorted(self._from, cell)
            start, width = edges(self.frequencies)
            each = width / len(self.frequencies)
            left = start + columns[0] * each
            wide = (columns[1] - columns[0] + 1) * each
            self.band.setData(*_frame(left, rows[0] - 0.5, wide, rows[1] - rows[0] + 1.0))
        self._tell_hover(cell)
        event.accept()

    def _tell_hover(self, cell: tuple[int, int] | None) -> None:
        if cell is None:
            self.hovered.emit("", 0.0)
        else:
            self.hovered.emit(self.channels[cell[0]], float(self.frequencies[cell[1]]))

    def leaveEvent(self, event) -> None:
        """Nothing is under the mouse any more."""
        self._tell_hover(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Pick what was drawn; with Ctrl held, only look."""
        start, self._from = self._from, None
        self.band.setData([], [])
        stop = self.cell_at(event.position())
        event.accept()
        if start is None or stop is None:
            return
        self.focused.emit(self.channels[stop[0]], float(self.frequencies[stop[1]]))
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pick(start, stop)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move by the arrows, pick by Enter or Space."""
        steps: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if event.key() in steps and self.channels:
            row, column = np.add(self.cell, steps[event.key()])
            row = int(np.clip(row, 0, len(self.channels) - 1))
            column = int(np.clip(column, 0, len(self.frequencies) - 1))
            self.focused.emit(self.channels[row], float(self.frequencies[column]))
        elif event.key() in PICKING:
            self.pick(self.cell, self.cell)
        else:
            super().keyPressEvent(event)

    def pick(self, start: tuple[int, int], stop: tuple[int, int]) -> None:
        """Tell the features between two cells: one for each channel."""
        if not self.channels:
            return
        rows, columns = _sorted(start, stop)
        low, high = (float(self.frequencies[column]) for column in columns)
        if columns[0] == columns[1]:
            low, high = max(low - HALF_WIDTH, 0.0), high + HALF_WIDTH
        self.picked.emit(
            tuple(
                Feature(channel=self.channels[row], low=low, high=high)
                for row in range(rows[0], rows[1] + 1)
            )
        )


class _Still(pg.ViewBox):
    """A view that no mouse moves."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, enableMouse=False)
        self.setMouseEnabled(False, False)

    def wheelEvent(self, event, axis=None) -> None:
        """Let the page have it."""
        event.ignore()


def _frame(x: float, y: float, width: float, height: float) -> tuple[np.ndarray, np.ndarray]:
    rect = QRectF(x, y, width, height)
    return (
        np.array([rect.left(), rect.right(), rect.right(), rect.left(), rect.left()]),
        np.array([rect.top(), rect.top(), rect.bottom(), rect.bottom(), rect.top()]),
    )


def _sorted(
    start: tuple[int, int], stop: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    rows, columns = sorted((start[0], stop[0])), sorted((start[1], stop[1]))
    return (rows[0], rows[1]), (columns[0], columns[1])
