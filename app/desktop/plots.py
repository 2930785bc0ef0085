"""Plots in the theme's colours and the user's size of text."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont
from PyQt6.QtWidgets import QApplication

from neurokit.app.desktop import colour_maps
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.theme import Colours, colours


class Plot(pg.PlotWidget):
    """A plot without menu or mouse zoom: what a gesture means is its owner's choice.

    Parameters
    ----------
    name : str
        What a screen reader says.
    view : ViewBox, optional
        One that knows gestures.
    """

    def __init__(self, name: str, *, view: pg.ViewBox | None = None) -> None:
        super().__init__(viewBox=view)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMenuEnabled(False)
        self.hideButtons()
        if view is None:
            self.setMouseEnabled(x=False, y=False)
        self.look: Colours | None = None
        self._labels: dict[str, str] = {}

    def label(self, side: str, text: str) -> None:
        """Name an axis."""
        self._labels[side] = text
        if self.look is not None:
            size = f"{QApplication.font().pointSizeF():.1f}pt"
            self.getAxis(side).setLabel(text, color=self.look.text, **{"font-size": size})

    def dress(self, settings: Settings) -> None:
        """Take the theme's colours and the size of text."""
        self.look = colours(settings)
        self.setBackground(QColor(self.look.surface))
        font = QFont(QApplication.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setTickFont(font)
            axis.setPen(pg.mkPen(self.look.line))
            axis.setTextPen(pg.mkPen(self.look.text))
        for side, text in self._labels.items():
            self.label(side, text)


def show_image(
    item: pg.ImageItem,
    image: np.ndarray,
    limits: tuple[float, float],
    name: str,
    rect: tuple[float, float, float, float],
) -> None:
    """Draw values, shape (rows, columns), into a rectangle (x, y, width, height)."""
    item.setOpts(axisOrder="row-major")
    item.setImage(colour_maps.paint(image, limits, name), autoLevels=False, levels=(0, 255))
    item.setRect(QRectF(*rect))


def edges(steps: np.ndarray) -> tuple[float, float]:
    """First edge and width of columns that stand around regular steps."""
    half = (steps[1] - steps[0]) / 2 if len(steps) > 1 else 0.5
    return float(steps[0] - half), float(steps[-1] - steps[0] + 2 * half)
