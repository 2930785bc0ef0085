"""Spectra of two classes at a channel, with their confidence bands."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor

from neurokit.app.desktop.plots import Plot
from neurokit.app.desktop.session import Feature, Settings
from neurokit.app.desktop.translations import tr

SIGNS = ("━━", "╍╍")
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)


class SpectrumPlot(Plot):
    """Two curves, and the frequency that is looked at.

    Signals
    -------
    frequency_chosen(float)
        Where the line was dragged, or the plot was clicked.
    """

    frequency_chosen = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__(tr("Spectra of both classes"))
        self.curves = [pg.PlotCurveItem() for _ in STYLES]
        self.bounds = [(pg.PlotCurveItem(), pg.PlotCurveItem()) for _ in STYLES]
        self.bands = [pg.FillBetweenItem(*bounds) for bounds in self.bounds]
        self.marks: list[pg.LinearRegionItem] = []
        self.line = pg.InfiniteLine(angle=90, movable=True)
        self.line.sigPositionChangeFinished.connect(self._tell)
        for item in (*self.bands, *self.curves, self.line):
            self.addItem(item)
        self._counts: dict[str, int] = {}
        self.label("bottom", tr("Frequency (Hz)"))
        self.scene().sigMouseClicked.connect(self._click)

    def dress(self, settings: Settings) -> None:
        """Take the theme."""
        super().dress(settings)
        for k, style in enumerate(STYLES):
            colour = QColor(self.look.series[k])
            self.curves[k].setPen(pg.mkPen(colour, width=2.2, style=style))
            colour.setAlpha(60)
            self.bands[k].setBrush(pg.mkBrush(colour))
        self.line.setPen(pg.mkPen(self.look.text, width=1.5))
        self.line.setHoverPen(pg.mkPen(self.look.accent, width=3))

    def show_spectra(self, frequencies: np.ndarray, spectra: dict[str, tuple], unit: str) -> None:
        """Show means and bands; ``spectra`` holds (mean, low, high, n_trials) of each class."""
        self.label("left", unit)
        self._counts = {label: each[3] for label, each in spectra.items()}
        # what is at rest around 0 Hz is drift, and would flatten the rest
        seen = frequencies >= min(1.0, frequencies[-1] / 4)
        lowest, highest = np.inf, -np.inf
        for k, (mean, low, high, _) in enumerate(spectra.values()):
            self.curves[k].setData(frequencies[seen], mean[seen])
            self.bounds[k][0].setData(frequencies[seen], low[seen])
            self.bounds[k][1].setData(frequencies[seen], high[seen])
            lowest, highest = min(lowest, low[seen].min()), max(highest, high[seen].max())
        self.setRange(
            xRange=(frequencies[seen][0], frequencies[-1]), yRange=(lowest, highest), padding=0.04
        )

    def legend(self) -> str:
        """Which line is which class, in the colours of the lines, as rich text."""
        colours = self.look.series if self.look else ("#000000", "#000000")
        return "&nbsp; ".join(
            f'<span style="color: {colour}">{sign} {label} ({count})</span>'
            for (label, count), colour, sign in zip(
                self._counts.items(), colours, SIGNS, strict=False
            )
        )

    def show_focus(self, frequency: float) -> None:
        """Move the line."""
        self.line.blockSignals(True)
        self.line.setValue(frequency)
        self.line.blockSignals(False)

    def show_features(self, features: Iterable[Feature]) -> None:
        """Shade the bands that are picked at this channel."""
        for mark in self.marks:
            self.removeItem(mark)
        colour = QColor(self.look.bad if self.look else "#B3261E")
        colour.setAlpha(40)
        self.marks = [
            pg.LinearRegionItem((each.low, each.high), movable=False, brush=pg.mkBrush(colour))
            for each in features
        ]
        for mark in self.marks:
            mark.setZValue(-10)
            self.addItem(mark)

    def _tell(self) -> None:
        self.frequency_chosen.emit(float(self.line.value()))

    def _click(self, event) -> None:
        place = self.getViewBox().mapSceneToView(event.scenePos())
        if self.getViewBox().viewRect().contains(place):
            self.frequency_chosen.emit(float(place.x()))

    def keyPressEvent(self, event) -> None:
        """Move the frequency by the arrows."""
        step = {Qt.Key.Key_Left: -1.0, Qt.Key.Key_Right: 1.0}.get(event.key())
        if step is None:
            super().keyPressEvent(event)
        else:
            self.frequency_chosen.emit(float(self.line.value()) + step)
