"""A map of the brain: three planes through a voxel, and below them the brain seen through."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QLineF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from neurokit.app.desktop import colour_maps
from neurokit.app.desktop.cohort_data import Brain
from neurokit.app.desktop.theme import Colours
from neurokit.app.desktop.translations import tr

STABLE = 0.6  # of the resamples, from which on a voxel counts as chosen
PLANES = ("From the side", "From the front", "From above")
# steps along x, y and z
KEYS = {
    Qt.Key.Key_Left: (-1, 0, 0),
    Qt.Key.Key_Right: (1, 0, 0),
    Qt.Key.Key_PageDown: (0, -1, 0),
    Qt.Key.Key_PageUp: (0, 1, 0),
    Qt.Key.Key_Down: (0, 0, -1),
    Qt.Key.Key_Up: (0, 0, 1),
}
GAP = 6


class BrainView(QWidget):
    """Six pictures; a click or the arrow keys move the planes.

    Signals
    -------
    moved()
        The planes stand elsewhere.
    """

    moved = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Map of the brain"))
        self.brain: Brain | None = None
        self.name = "frequency"
        self.place = np.zeros(3, dtype=int)
        self._colours: Colours | None = None

    def sizeHint(self) -> QSize:
        """Two rows of pictures that can be told apart."""
        return QSize(600, 320)

    def minimumSizeHint(self) -> QSize:
        """Less would show nothing."""
        return QSize(300, 12 * self.fontMetrics().height())

    def dress(self, colours: Colours) -> None:
        """Take the theme's colours."""
        self._colours = colours
        self.update()

    def show_brain(self, brain: Brain, name: str) -> None:
        """Show a map; the planes go to its strongest voxel, unless it is the same brain."""
        is_new = brain is not self.brain
        self.brain, self.name = brain, name
        if is_new:
            self._go(strongest(self.values))
        self.update()

    @property
    def values(self) -> np.ndarray:
        """The map that is shown."""
        return self.brain.volumes[self.name]

    def scale(self) -> tuple[tuple[float, float], str]:
        """Limits and colours of the map."""
        if self.name == "frequency":
            return (0.0, 1.0), "cividis"
        if self.name == "difference":
            top = max(float(np.nanmax(np.abs(self.values))), 1e-9)
            return (-top, top), "PuOr"
        return (float(np.nanmin(self.values)), float(np.nanmax(self.values))), "cividis"

    def words(self) -> str:
        """Where the planes stand, and the value there."""
        value = self.values[tuple(self.place)]
        if self.brain.affine is None:
            where = tr("voxel {x}, {y}, {z}")
            x, y, z = map(str, self.place)
        else:
            where = tr("x {x}, y {y}, z {z} mm")
            point = self.brain.affine @ [*self.place, 1]
            x, y, z = (f"{mm:.0f}" for mm in point[:3])
        told = tr("outside the mask") if np.isnan(value) else f"{value:.3g}"
        return f"{where.format(x=x, y=y, z=z)}: {told}"

    # gestures

    def _go(self, place: np.ndarray) -> None:
        self.place = np.clip(place, 0, np.array(self.values.shape) - 1)
        self.setAccessibleDescription(self.words())
        self.update()
        self.moved.emit()

    def keyPressEvent(self, event) -> None:
        """Move the planes by a voxel."""
        if event.key() in KEYS and self.brain is not None:
            self._go(self.place + KEYS[event.key()])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:
        """Move the planes to where the mouse is."""
        if self.brain is None:
            return
        for axis in range(3):
            area = self._area(axis, 0)
            if area.contains(event.position()):
                across, up = (other for other in range(3) if other != axis)
                shape = self.values.shape
                place = self.place.copy()
                place[across] = (event.position().x() - area.left()) / area.width() * shape[across]
                place[up] = (area.bottom() - event.position().y()) / area.height() * shape[up]
                self._go(place)

    def mouseMoveEvent(self, event) -> None:
        """Follow the mouse while its button is down."""
        self.mousePressEvent(event)

    # pictures

    def _area(self, axis: int, row: int) -> QRectF:
        """Where a picture stands: as large as its cell lets it be, in the brain's proportions."""
        label = self.fontMetrics().height()
        width, height = self.width() / 3, (self.height() - label) / 2
        cell = QRectF(axis * width, label + row * height, width, height)
        cell.adjust(GAP, GAP / 2, -GAP, -GAP / 2)
        sizes = np.ones(3)
        if self.brain.affine is not None:
            sizes = np.linalg.norm(self.brain.affine[:3, :3], axis=0)
        across, up = np.delete(np.array(self.values.shape) * sizes, axis)
        factor = min(cell.width() / across, cell.height() / up)
        area = QRectF(0, 0, across * factor, up * factor)
        area.moveCenter(cell.center())
        return area

    def paintEvent(self, _event: object) -> None:
        """Draw planes above, the brain seen through below."""
        if self.brain is None or self._colours is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        chosen = np.nan_to_num(self.brain.volumes["frequency"]) >= STABLE
        inside = ~np.isnan(self.values)
        for axis in range(3):
            plane = np.take(self.values, self.place[axis], axis=axis)
            self._picture(painter, self._area(axis, 0), plane)
            self._outline(
                painter, self._area(axis, 0), np.take(chosen, self.place[axis], axis=axis)
            )
            self._cross(painter, axis)
            below = self._area(axis, 1)
            self._picture(painter, below, seen_through(self.values, axis))
            self._outline(painter, below, inside.any(axis=axis), self._colours.muted)
            self._outline(painter, below, chosen.any(axis=axis))
            self._title(painter, axis)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._colours.accent), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _picture(self, painter: QPainter, area: QRectF, plane: np.ndarray) -> None:
        limits, name = self.scale()
        rows = plane.T[::-1]
        pixels = np.zeros((*rows.shape, 4), dtype=np.uint8)
        pixels[..., :3] = colour_maps.paint(rows, limits, name)
        pixels[..., 3] = 255 * ~np.isnan(rows)
        data = np.ascontiguousarray(pixels).tobytes()
        height, width = rows.shape
        image = QImage(data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        painter.drawImage(area, image)

    def _outline(
        self, painter: QPainter, area: QRectF, mask: np.ndarray, colour: str | None = None
    ) -> None:
        if mask.all() or not mask.any():
            return
        painter.setPen(QPen(QColor(colour or self._colours.bad), 1.5))
        step = area.width() / mask.shape[0], area.height() / mask.shape[1]
        left, bottom = area.left(), area.bottom()
        lines = [
            QLineF(
                left + a * step[0], bottom - b * step[1], left + c * step[0], bottom - d * step[1]
            )
            for a, b, c, d in edges(mask)
        ]
        painter.drawLines(*lines)

    def _cross(self, painter: QPainter, axis: int) -> None:
        area = self._area(axis, 0)
        (u, v), shape = np.delete(self.place, axis), np.delete(self.values.shape, axis)
        x = area.left() + (u + 0.5) / shape[0] * area.width()
        y = area.bottom() - (v + 0.5) / shape[1] * area.height()
        painter.setPen(QPen(QColor(self._colours.text), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))

    def _title(self, painter: QPainter, axis: int) -> None:
        height, width = self.fontMetrics().height(), self.width() / 3
        painter.setPen(QColor(self._colours.muted))
        flag = Qt.AlignmentFlag
        painter.drawText(QRectF(axis * width, 0, width, height), flag.AlignCenter, tr(PLANES[axis]))
        if axis:  # from the side there is no left nor right
            area = self._area(axis, 0).adjusted(-height, 0, height, 0)
            for text, side in ((tr("L"), flag.AlignLeft), (tr("R"), flag.AlignRight)):
                painter.drawText(area, flag.AlignTop | side, text)


def strongest(values: np.ndarray) -> np.ndarray:
    """Voxel farthest from zero; of several the one in their middle."""
    strength = np.nan_to_num(np.abs(values))
    places = np.argwhere(strength == strength.max())
    apart = np.linalg.norm(places - places.mean(axis=0), axis=1)
    found: np.ndarray = places[apart.argmin()]
    return found


def seen_through(values: np.ndarray, axis: int) -> np.ndarray:
    """Value farthest from zero along each line of sight; NaN where there is none."""
    strength = np.where(np.isnan(values), -1.0, np.abs(values))
    place = np.expand_dims(strength.argmax(axis=axis), axis)
    found: np.ndarray = np.take_along_axis(values, place, axis).squeeze(axis)
    return found


def edges(mask: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Lines (x, y, x, y) between cells of a mask and others, in cells from its corner."""
    padded = np.pad(mask, 1).astype(np.int8)
    upright = np.argwhere(np.diff(padded, axis=0)[:, 1:-1])
    level = np.argwhere(np.diff(padded, axis=1)[1:-1])
    return [(int(x), int(y), int(x), int(y) + 1) for x, y in upright] + [
        (int(x), int(y), int(x) + 1, int(y)) for x, y in level
    ]
