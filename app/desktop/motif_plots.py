"""When a motif works, under the stimuli; and its graph as a sorted matrix."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtGui import QColor

from neurokit.app.desktop import colour_maps
from neurokit.app.desktop.connectome_data import AtlasView, Motif
from neurokit.app.desktop.plots import Plot
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.translations import tr


class CoursePlot(Plot):
    """A time course, and the stimuli as bars behind it, a colour a kind."""

    def __init__(self) -> None:
        super().__init__(tr("Time course of the motif"))
        self.curve = pg.PlotCurveItem()
        self.bars: list[pg.LinearRegionItem] = []
        self.addItem(self.curve)
        self.label("bottom", tr("Seconds"))
        self.getAxis("left").setTicks([[(0, "0"), (1, "1")]])
        self._shown: tuple[AtlasView, Motif, str] | None = None

    def dress(self, settings: Settings) -> None:
        """Take the theme."""
        super().dress(settings)
        self.curve.setPen(pg.mkPen(self.look.text, width=1.6))
        if self._shown:
            self.show_course(*self._shown)

    def show_course(self, view: AtlasView, motif: Motif, clock: str) -> None:
        """Draw a motif on one clock."""
        self._shown = view, motif, clock
        for bar in self.bars:
            self.removeItem(bar)
        stimuli = view.stimuli.get(clock, ())
        colours = self.colours(view)
        self.bars = []
        for one in stimuli:
            colour = QColor(colours[one.label])
            colour.setAlpha(90)
            end = one.onset + max(one.duration, view.step)
            bar = pg.LinearRegionItem(
                (one.onset, end), movable=False, brush=pg.mkBrush(colour), pen=pg.mkPen(None)
            )
            bar.setZValue(-10)
            self.bars.append(bar)
            self.addItem(bar)
        times = view.times[clock]
        self.curve.setData(times, motif.courses[clock])
        self.setXRange(float(times[0]), float(times[-1]), padding=0.01)
        self.setYRange(0, 1.05, padding=0)
        self.setAccessibleDescription(motif.line["stimulus"])

    def colours(self, view: AtlasView) -> dict[str, str]:
        """Colour of each kind of stimulus, the same for all motifs."""
        kinds = dict.fromkeys(one.label for several in view.stimuli.values() for one in several)
        series = self.look.series
        return {label: series[place % len(series)] for place, label in enumerate(kinds)}


class MatrixPlot(Plot):
    """Weights between nodes, by community, the core first; what nobody has is left empty."""

    def __init__(self) -> None:
        super().__init__(tr("Weights of the motif, by community"))
        self.image = pg.ImageItem(axisOrder="row-major")
        self.lines: list[pg.InfiniteLine] = []
        self.addItem(self.image)
        self.getViewBox().invertY(True)
        self.getViewBox().setAspectLocked(True)
        for side in ("left", "bottom"):
            self.getAxis(side).setTicks([[]])
        self.limits = (0.0, 1.0)

    def show_motif(self, motif: Motif) -> None:
        """Draw a motif."""
        weights = motif.matrix
        known = np.isfinite(weights)
        top = float(np.percentile(weights[known], 99.5)) if known.any() else 1.0
        self.limits = (0.0, top or 1.0)
        pixels = np.zeros((*weights.shape, 4), dtype=np.uint8)
        pixels[..., :3] = colour_maps.paint(weights, self.limits, "cividis")
        pixels[..., 3] = 255 * known
        self.image.setImage(pixels, autoLevels=False, levels=(0, 255))
        for line in self.lines:
            self.removeItem(line)
        pen = pg.mkPen("white", width=1)
        self.lines = [
            pg.InfiniteLine(float(place), angle=angle, pen=pen)
            for place in motif.borders
            for angle in (0, 90)
        ]
        for line in self.lines:
            self.addItem(line)
        self.setRange(xRange=(0, len(weights)), yRange=(0, len(weights)), padding=0.01)
