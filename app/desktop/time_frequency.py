"""How the rhythms of a channel fall and rise around the cue, for both classes."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from neurokit.app.desktop.colour_bar import ColourBar
from neurokit.app.desktop.plots import Plot, edges, show_image
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.translations import tr

LIMIT = 100.0


class TimeFrequency(QWidget):
    """Two maps of the change from rest in per cent, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.titles = [QLabel() for _ in range(2)]
        self.plots = [Plot(tr("Change of power around the cue")) for _ in range(2)]
        self.images = [pg.ImageItem() for _ in range(2)]
        self.cues = [pg.InfiniteLine(0.0, angle=90) for _ in range(2)]
        self.lines = [pg.InfiniteLine(10.0, angle=0) for _ in range(2)]
        self.bar = ColourBar()
        layout = QGridLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        for k, plot in enumerate(self.plots):
            self.titles[k].setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.titles[k].setProperty("role", "strong")
            layout.addWidget(self.titles[k], 0, k)
            layout.addWidget(plot, 1, k)
            for item in (self.images[k], self.cues[k], self.lines[k]):
                plot.addItem(item)
            plot.label("bottom", tr("Time from the cue (s)"))
        self.plots[0].label("left", tr("Frequency (Hz)"))
        layout.addWidget(self.bar, 2, 0, 1, 2)
        layout.setRowStretch(1, 1)

    def dress(self, settings: Settings) -> None:
        """Take the theme."""
        for plot, cue, line in zip(self.plots, self.cues, self.lines, strict=True):
            plot.dress(settings)
            cue.setPen(pg.mkPen("#101418", width=1.5))
            line.setPen(pg.mkPen("#101418", width=1, style=Qt.PenStyle.DotLine))

    def show_changes(
        self, times: np.ndarray, frequencies: np.ndarray, changes: dict[str, np.ndarray]
    ) -> None:
        """Show a map, shape (n_frequencies, n_times), for each class."""
        left, wide = edges(times)
        tens = [(hertz, f"{hertz:g}") for hertz in range(10, int(frequencies[-1]), 10)]
        low, high = edges(frequencies)
        for k, (label, change) in enumerate(changes.items()):
            self.titles[k].setText(label)
            show_image(self.images[k], change, (-LIMIT, LIMIT), "PuOr", (left, low, wide, high))
            self.plots[k].getAxis("left").setTicks([tens])
            self.plots[k].setRange(
                xRange=(left, left + wide), yRange=(1.0, float(frequencies[-1])), padding=0
            )
        self.bar.show_map("PuOr", (-LIMIT, LIMIT), (tr("% less than at rest"), tr("more, %")))

    def show_focus(self, frequency: float) -> None:
        """Mark the frequency that is looked at."""
        for line in self.lines:
            line.setValue(frequency)
