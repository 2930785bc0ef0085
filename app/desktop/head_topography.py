"""R² of all electrodes at one frequency, on the head."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QWidget

from neurokit.app.desktop import colour_maps
from neurokit.app.desktop.translations import tr

SIZE = 67


class HeadTopography(QWidget):
    """The head from above, nose up.

    Signals
    -------
    channel_chosen(str)
        The electrode that was clicked, or reached by the arrows.
    """

    channel_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Topography of R²"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 150)
        self.channels: tuple[str, ...] = ()
        self.positions = np.empty((0, 2))
        self.focus = ""
        self.problem = ""
        self._matrix: np.ndarray | None = None
        self._image: QImage | None = None

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(300, 280)

    def show_montage(self, channels: tuple[str, ...], positions: np.ndarray) -> None:
        """Take the electrodes; the interpolation is computed here, once."""
        if channels == self.channels:
            return
        from neurokit.signals.topography import interpolation, nearness

        known = np.isfinite(positions).all(axis=1)
        self.channels, self.positions, self._known = channels, positions, known
        self._matrix, self._image, self.problem = None, None, ""
        try:
            self._matrix = interpolation(positions[known], SIZE)
            self._solid = nearness(positions[known], SIZE)
        except ValueError:
            self.problem = tr("The places of these electrodes are not known")
        self.update()

    def show_values(self, values: np.ndarray, limits: tuple[float, float], name: str) -> None:
        """Colour the head by a value of each channel; far from all it fades to nothing."""
        if self._matrix is not None:
            image = self._solid * (self._matrix @ values[self._known]).reshape(SIZE, SIZE)
            pixels = np.empty((SIZE, SIZE, 4), dtype=np.uint8)
            pixels[..., :3] = colour_maps.paint(image, limits, name)
            pixels[..., 3] = 255
            shape = (SIZE, SIZE, 4 * SIZE, QImage.Format.Format_RGBA8888)
            # a copy, since an image does not own its bytes
            self._image = QImage(pixels.tobytes(), *shape).copy()
        self.update()

    def show_focus(self, channel: str) -> None:
        """Ring the electrode that is looked at."""
        self.focus = channel
        self.update()

    # where things are

    def _head(self) -> tuple[QPointF, float]:
        radius = min(self.width(), self.height() / 1.08) / 2 - 10
        return QPointF(self.width() / 2, self.height() / 2 + 0.04 * radius), max(radius, 10)

    def place_of(self, channel: str) -> QPointF:
        """Where an electrode is drawn."""
        centre, radius = self._head()
        x, y = self.positions[self.channels.index(channel)]
        return centre + QPointF(x * radius, -y * radius)

    def _shown(self) -> list[str]:
        if self._matrix is None:
            return []
        return [name for name, known in zip(self.channels, self._known, strict=True) if known]

    # painting

    def paintEvent(self, _event: object) -> None:
        """Draw the colours, the head and its electrodes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        centre, radius = self._head()
        ink = self.palette().text().color()
        if self.problem:
            painter.setPen(ink)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()), flags, self.problem)
            return
        square = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        self._paint_outline(painter, square, ink)
        if self._image is not None:
            clip = QPainterPath()
            clip.addEllipse(square)
            painter.save()
            painter.setClipPath(clip)
            painter.drawImage(square, self._image)
            painter.restore()
        painter.setPen(QPen(ink, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(square)
        self._paint_electrodes(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_outline(self, painter: QPainter, square: QRectF, ink: QColor) -> None:
        radius, top = square.width() / 2, square.top()
        painter.setPen(QPen(ink, 2))
        painter.setBrush(self.palette().base())
        nose = QPainterPath(QPointF(square.center().x() - 0.12 * radius, top + 0.01 * radius))
        nose.lineTo(square.center().x(), top - 0.11 * radius)
        nose.lineTo(square.center().x() + 0.12 * radius, top + 0.01 * radius)
        painter.drawPath(nose)
        for side in (square.left(), square.right()):
            ear = QRectF(side - 0.06 * radius, square.center().y() - 0.17 * radius,
                         0.12 * radius, 0.34 * radius)  # fmt: skip
            painter.drawEllipse(ear)

    def _paint_electrodes(self, painter: QPainter) -> None:
        taken: list[QRectF] = []
        # the one that is looked at first, since names that meet another are left out
        for name in sorted(self._shown(), key=lambda name: name != self.focus):
            place = self.place_of(name)
            is_focus = name == self.focus
            dot = 4.5 if is_focus else 2.5
            painter.setPen(QPen(QColor("#FFFFFF"), 1.2))
            painter.setBrush(QColor("#101418"))
            painter.drawEllipse(place, dot, dot)
            if is_focus:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                for colour, width in (("#FFFFFF", 4.5), ("#101418", 2.0)):
                    painter.setPen(QPen(QColor(colour), width))
                    painter.drawEllipse(place, 9, 9)
            width = self.fontMetrics().horizontalAdvance(name)
            rise = 13 if is_focus else 7
            corner = place - QPointF(width / 2 + 2, rise + self.fontMetrics().ascent())
            box = QRectF(corner.x(), corner.y(), width + 4, self.fontMetrics().height() + rise)
            if not any(box.intersects(other) for other in taken):
                taken.append(box)
                self._paint_name(painter, place - QPointF(width / 2, rise), name)

    def _paint_name(self, painter: QPainter, place: QPointF, name: str) -> None:
        """A name that is legible on every colour: dark with a light rim."""
        path = QPainterPath()
        path.addText(place, self.font(), name)
        painter.setPen(QPen(QColor("#FFFFFF"), 3))
        painter.drawPath(path)
        painter.fillPath(path, QColor("#101418"))

    # gestures

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose the electrode that is nearest."""
        shown = self._shown()
        if shown:
            spot = event.position()
            near = min(shown, key=lambda name: (self.place_of(name) - spot).manhattanLength())
            self.channel_chosen.emit(near)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Go to the next electrode in the direction of the arrow."""
        ways: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        shown = self._shown()
        if event.key() not in ways or not shown or self.focus not in shown:
            super().keyPressEvent(event)
            return
        here = self.positions[self.channels.index(self.focus)]
        apart = self.positions[[self.channels.index(name) for name in shown]] - here
        x, y = ways[event.key()]
        along, aside = apart @ np.array([x, y]), np.abs(apart @ np.array([y, x]))
        cost = np.where(along > 0.03, along + 2 * aside, np.inf)
        if np.isfinite(cost.min()):
            self.channel_chosen.emit(shown[int(cost.argmin())])
