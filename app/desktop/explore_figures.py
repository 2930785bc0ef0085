"""The figures of Explore, linked: a map, a head, spectra, and what happens in time and in pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QLabel, QSizePolicy, QSplitter, QTabWidget, QVBoxLayout, QWidget

from neurokit.app.desktop.colour_bar import ColourBar
from neurokit.app.desktop.connections import Connections
from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.head_topography import HeadTopography
from neurokit.app.desktop.r2_map import R2Map
from neurokit.app.desktop.session import Feature, Settings
from neurokit.app.desktop.spectrum_plot import SpectrumPlot
from neurokit.app.desktop.time_frequency import TimeFrequency
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.trial_list import TrialList
from neurokit.visits.exploration import SIGNIFICANT, Exploration

# noise must look pale: R² of 0.1 is easily chance
LEAST_LIMIT = 0.3
# from this size of text on, figures share tabs
CROWDED_PERCENT = 150
LEAST_LINES = 8


class ExploreFigures(QSplitter):
    """All figures of one comparison.

    Signals
    -------
    focused(str, float)
        Channel and frequency that are looked at.
    channel_chosen(str), frequency_chosen(float)
        One of them alone.
    picked(object)
        Features that were drawn on the map.
    hovered(str, float)
        The cell under the mouse.
    """

    focused = pyqtSignal(str, float)
    channel_chosen = pyqtSignal(str)
    frequency_chosen = pyqtSignal(float)
    picked = pyqtSignal(object)
    hovered = pyqtSignal(str, float)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.exploration: Exploration | None = None
        self.is_signed = True
        self._focus: tuple[str, float] = ("", 0.0)
        self._spectra_of: tuple[object, ...] = ()
        self._tab_of: tuple[object, ...] = ()
        self.map, self.bar, self.map_title = R2Map(), ColourBar(), _title()
        self.head, self.head_title = HeadTopography(), _title()
        self.spectra, self.spectra_title = SpectrumPlot(), _title()
        self.changes, self.connections, self.trials = TimeFrequency(), Connections(), TrialList()
        self.tabs = QTabWidget()
        self.tabs.addTab(self.changes, tr("In time"))
        self.tabs.addTab(self.connections, tr("Connections"))
        self.tabs.addTab(self.trials, tr("Trials"))
        maps = _stacked(self.map_title, self.map, self.bar)
        self.addWidget(_beside(maps, _stacked(self.head_title, self.head), 5, 3))
        self.lines = _stacked(self.spectra_title, self.spectra)
        self.below = _beside(self.lines, self.tabs, 1, 1)
        self.addWidget(self.below)
        self.setSizes([1000, 900])
        self.setChildrenCollapsible(False)
        self.map.focused.connect(self.focused)
        self.map.hovered.connect(self.hovered)
        self.map.picked.connect(self.picked)
        self.head.channel_chosen.connect(self.channel_chosen)
        self.connections.channel_chosen.connect(self.channel_chosen)
        self.spectra.frequency_chosen.connect(self.frequency_chosen)
        self.tabs.currentChanged.connect(self._draw_tab)

    def dress(self, settings: Settings) -> None:
        """Take the theme."""
        for widget in (self.map, self.spectra, self.changes, self.connections):
            widget.dress(settings)
        # where text is large the page scrolls instead of squeezing its figures
        least = LEAST_LINES * self.fontMetrics().height()
        for plot in (self.map, self.spectra):
            plot.setMinimumHeight(least)
        is_crowded = settings.font_percent >= CROWDED_PERCENT
        if is_crowded and self.tabs.indexOf(self.lines) < 0:
            self.tabs.insertTab(0, self.lines, tr("Spectra"))
            self.tabs.setCurrentIndex(0)
        elif not is_crowded and self.tabs.indexOf(self.lines) >= 0:
            self.tabs.removeTab(0)
            self.below.insertWidget(0, self.lines)
            self.lines.show()

    # a comparison

    def show_exploration(self, exploration: Exploration, is_signed: bool) -> None:
        """Draw a comparison; its significance comes later."""
        self.exploration, self.is_signed = exploration, is_signed
        self._spectra_of = self._tab_of = ()
        extracted, order = exploration.extracted, exploration.order
        self.head.show_montage(extracted.ch_names, extracted.positions)
        limits, name = self.scale()
        channels = tuple(extracted.ch_names[k] for k in order)
        self.map.show_map(self.shown()[order], channels, exploration.frequencies, limits, name)
        self.map.show_significance(None, SIGNIFICANT)
        self.bar.show_map(name, limits, self._ends() if is_signed else ("", "R²"))

    def show_p(self, p: np.ndarray) -> None:
        """Dot what is significant."""
        if self.exploration is not None:
            self.map.show_significance(p[self.exploration.order], SIGNIFICANT)

    def shown(self) -> np.ndarray:
        """R² as it is drawn, shape (n_channels, n_frequencies)."""
        r2 = self.exploration.r2
        return r2 if self.is_signed else np.abs(r2)

    def scale(self) -> tuple[tuple[float, float], str]:
        """Limits and colours of R²."""
        limit = max(float(np.abs(self.exploration.r2).max()), LEAST_LIMIT)
        limit = float(np.ceil(limit * 20) / 20)
        return ((-limit, limit), "PuOr") if self.is_signed else ((0.0, limit), "cividis")

    def _ends(self) -> tuple[str, str]:
        more = tr("more for {name}")
        names = (self.exploration.b, self.exploration.a)
        return more.format(name=word(names[0])), more.format(name=word(names[1]))

    # what is looked at

    def show_focus(self, channel: str, frequency: float, features: Sequence[Feature]) -> None:
        """Draw what hangs on the channel, the frequency and the features."""
        self._focus = (channel, frequency)
        self.map.show_focus(channel, frequency)
        self.map.show_features(features)
        limits, name = self.scale()
        place = self.exploration.bin_of(frequency)
        self.head.show_values(self.shown()[:, place], limits, name)
        self.head.show_focus(channel)
        self.head_title.setText(tr("R² at {hertz} Hz").format(hertz=f"{frequency:g}"))
        self._draw_spectra(channel)
        self.spectra.show_focus(frequency)
        self.spectra.show_features([each for each in features if each.channel == channel])
        self._draw_tab()

    def _draw_spectra(self, channel: str) -> None:
        exploration = self.exploration
        if self._spectra_of == (channel, exploration):
            return
        self._spectra_of = (channel, exploration)
        is_power = exploration.measure == "power"
        self.spectra.show_spectra(
            exploration.frequencies,
            {word(name): exploration.spectrum(channel, name) for name in exploration.names},
            tr("Power (dB)") if is_power else tr("Mean connectivity"),
        )
        self.spectra_title.setText(f"{channel}: &nbsp;{self.spectra.legend()}")
        self.spectra.setToolTip(tr("Means over trials, with 95 % confidence bands"))

    def _draw_tab(self) -> None:
        """Draw the tab that is seen."""
        channel, frequency = self._focus
        shown = self.tabs.currentWidget()
        if self.exploration is None or not channel:
            return
        if shown is self.changes:
            if self._tab_of != (channel, self.exploration):
                self._tab_of = (channel, self.exploration)
                self._draw_changes(channel)
            self.changes.show_focus(frequency)
        elif shown is self.connections:
            self._draw_connections(frequency)

    def _draw_changes(self, channel: str) -> None:
        exploration = self.exploration
        found = [exploration.extracted.change(channel, rows) for rows in exploration.rows]
        titles = [f"{word(name)}, {channel}" for name in exploration.names]
        times, frequencies, _ = found[0]
        self.changes.show_changes(
            times, frequencies, dict(zip(titles, (each[2] for each in found), strict=True))
        )

    def _draw_connections(self, frequency: float) -> None:
        exploration = self.exploration
        if not len(exploration.extracted.connected):
            self.connections.show_hint(
                tr("Choose a connectivity under 'How it is computed' to see connections.")
            )
            return
        a, b = exploration.matrices(frequency)
        self.connections.show_difference(
            exploration.extracted.ch_names,
            a - b,
            exploration.order,
            exploration.circle,
            self._ends(),
        )
        left, right = exploration.laterality(frequency)
        text = tr("Difference at {hertz} Hz. Laterality: {a} {left}, {b} {right} (1 is all left).")
        self.connections.show_words(
            text.format(
                hertz=f"{frequency:g}",
                a=word(exploration.a),
                b=word(exploration.b),
                left=f"{left:+.2f}",
                right=f"{right:+.2f}",
            )
        )


def _title() -> QLabel:
    label = QLabel()
    label.setProperty("role", "strong")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    # a figure may be narrower than its title
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return label


def _stacked(*widgets: QWidget) -> QWidget:
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        layout.addWidget(widget, 0 if isinstance(widget, QLabel | ColourBar) else 1)
    return box


def _beside(first: QWidget, second: QWidget, share: int, rest: int) -> QSplitter:
    box = QSplitter()
    box.addWidget(first)
    box.addWidget(second)
    box.setSizes([1000 * share, 1000 * rest])
    box.setChildrenCollapsible(False)
    return box
