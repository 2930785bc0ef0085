"""How channels go together at a frequency: the difference of two classes, as matrix and as ring."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from neurokit.app.desktop import colour_maps
from neurokit.app.desktop.colour_bar import ColourBar
from neurokit.app.desktop.plots import Plot, show_image
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.translations import tr

MOST_LINKS = 20
# noise must look pale
LEAST_LIMIT = 0.2


class Connections(QWidget):
    """Matrix and ring.

    Signals
    -------
    channel_chosen(str)
        A channel of the ring was clicked.
    """

    channel_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.matrix = Plot(tr("Matrix of connections"))
        self.image = pg.ImageItem()
        self.matrix.addItem(self.image)
        self.matrix.setAspectLocked(True)
        self.matrix.getViewBox().invertY(True)
        self.ring = Ring()
        self.ring.channel_chosen.connect(self.channel_chosen)
        self.bar = ColourBar()
        self.words = QLabel()
        self.words.setWordWrap(True)
        layout = QGridLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.matrix, 0, 0)
        layout.addWidget(self.ring, 0, 1)
        layout.addWidget(self.bar, 1, 0, 1, 2)
        layout.addWidget(self.words, 2, 0, 1, 2)
        layout.setRowStretch(0, 1)
        layout.setColumnStretch(0, 1)
        layout.setColumnStretch(1, 1)

    def dress(self, settings: Settings) -> None:
        """Take the theme."""
        self.matrix.dress(settings)

    def show_hint(self, text: str) -> None:
        """Say why there is nothing to see."""
        for widget in (self.matrix, self.ring, self.bar):
            widget.hide()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setText(text)

    def show_difference(
        self,
        channels: tuple[str, ...],
        difference: np.ndarray,
        order: np.ndarray,
        circle: np.ndarray,
        ends: tuple[str, str],
    ) -> None:
        """Show a matrix, its rows in one order and the ring's channels in another.

        ``ends`` say what the least and the most stand for.
        """
        for widget in (self.matrix, self.ring, self.bar):
            widget.show()
        limit = max(float(np.ceil(np.abs(difference).max() * 20) / 20), LEAST_LIMIT)
        size = len(channels)
        rows = difference[np.ix_(order, order)]
        show_image(self.image, rows, (-limit, limit), "PuOr", (-0.5, -0.5, size, size))
        self.matrix.setRange(xRange=(-0.5, size - 0.5), yRange=(-0.5, size - 0.5), padding=0)
        height = self.fontMetrics().height() * size / max(self.matrix.height() - 20, 1)
        each = max(1, int(np.ceil(height)))
        ticks = [(k, channels[place]) for k, place in enumerate(order) if k % each == 0]
        self.matrix.getAxis("left").setTicks([ticks])
        self.matrix.getAxis("bottom").setTicks([])
        self.ring.show_links(
            tuple(channels[k] for k in circle), difference[np.ix_(circle, circle)], limit
        )
        self.bar.show_map("PuOr", (-limit, limit), ends)

    def show_words(self, text: str) -> None:
        """Say something below."""
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.words.setText(text)


class Ring(QWidget):
    """Channels around a circle, and their strongest differences as lines.

    Signals
    -------
    channel_chosen(str)
        The channel that was clicked.
    """

    channel_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Ring of connections"))
        self.setMinimumSize(140, 140)
        self.channels: tuple[str, ...] = ()
        self.difference = np.zeros((0, 0))
        self.limit = 1.0

    def show_links(self, channels: tuple[str, ...], difference: np.ndarray, limit: float) -> None:
        """Show the strongest of the differences between channels."""
        self.channels, self.difference, self.limit = channels, difference, limit
        self.update()

    def links(self) -> list[tuple[int, int]]:
        """The pairs that are drawn, the weakest first."""
        rows, columns = np.triu_indices(len(self.channels), 1)
        order = np.argsort(np.abs(self.difference[rows, columns]))[-MOST_LINKS:]
        return [(int(rows[k]), int(columns[k])) for k in order]

    def _circle(self) -> tuple[QPointF, float]:
        margin = self.fontMetrics().horizontalAdvance("FCz") + 8
        radius = min(self.width(), self.height()) / 2 - margin
        return QPointF(self.width() / 2, self.height() / 2), max(radius, 10.0)

    def _place(self, number: int, scale: float = 1.0) -> QPointF:
        centre, radius = self._circle()
        angle = 2 * np.pi * number / max(len(self.channels), 1) - np.pi / 2
        return centre + QPointF(np.cos(angle), np.sin(angle)) * radius * scale

    def paintEvent(self, _event: object) -> None:
        """Draw the links, then the channels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre, radius = self._circle()
        for i, j in self.links():
            share = self.difference[i, j] / self.limit
            colour = QColor(*colour_maps.table("PuOr")[int(127.5 + 127.5 * np.clip(share, -1, 1))])
            style = Qt.PenStyle.SolidLine if share > 0 else Qt.PenStyle.DashLine
            painter.setPen(QPen(colour, 0.5 + 3.5 * abs(share), style))
            path = QPainterPath(self._place(i))
            path.quadTo(centre, self._place(j))
            painter.drawPath(path)
        painter.setPen(self.palette().text().color())
        each = max(1, round(len(self.channels) * self.fontMetrics().height() * 1.6 / (6 * radius)))
        for number, name in enumerate(self.channels):
            painter.setBrush(self.palette().text())
            painter.drawEllipse(self._place(number), 2, 2)
            if number % each == 0:
                spot = self._place(number, 1 + self.fontMetrics().height() / radius)
                box = QRectF(spot.x() - 40, spot.y() - 12, 80, 24)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose the channel that is nearest."""
        if self.channels:
            spots = [self._place(k) - event.position() for k in range(len(self.channels))]
            near = min(range(len(spots)), key=lambda k: spots[k].manhattanLength())
            self.channel_chosen.emit(self.channels[near])
