"""Live traces: a pen that sweeps over the page, so that only what is new is painted."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QPoint, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from neurokit.app.desktop.sweep_picture import WIPE_SHARE, Look, Picture
from neurokit.app.desktop.theme import Colours
from neurokit.app.desktop.translations import tr
from neurokit.live.ring import Ring
from neurokit.live.streams import SourceInfo
from neurokit.live.sweep import DisplayFilter

FRAME_MS = 25
RESIZED_MS = 80
SETTLE_SECONDS = 3.0
# a picture that is made anew comes in pieces, so that no frame is late
MOST_SECONDS = 2.0
TIME_BASES = (2, 5, 10, 20, 30)
GAINS = (10, 20, 50, 100, 200, 500, 1000)
SYMBOLS = {"fair": "▲ ", "bad": "■ "}


class SweepView(QWidget):
    """Traces of the EEG channels of a ring.

    Signals
    -------
    look_changed(object)
        The keyboard changed the look.
    chosen(str)
        A channel was clicked.
    """

    look_changed = pyqtSignal(object)
    chosen = pyqtSignal(str)

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 200)
        self.setAccessibleName(tr("Live traces"))
        self.look = Look()
        self.names: tuple[str, ...] = ()
        self._colours = colours
        self._hint = ""
        self._ring: Ring | None = None
        self._eeg = np.empty(0, dtype=np.int64)
        self._sfreq = 0.0
        self._next = 0
        self._verdicts: dict[str, str] = {}
        self._markers: deque[tuple[float, str]] = deque()
        self._picture: Picture | None = None
        self._filter: DisplayFilter | None = None
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self.step)
        # a window that is dragged wider asks for a new picture at every pixel
        self._resized = QTimer(self)
        self._resized.setInterval(RESIZED_MS)
        self._resized.setSingleShot(True)
        self._resized.timeout.connect(self._restart)

    # what is shown

    def show_ring(self, ring: Ring | None, info: SourceInfo | None = None) -> None:
        """Show the EEG channels of a ring, or nothing."""
        self._ring = ring
        self._verdicts = {}
        self._markers.clear()
        if info is not None:
            self._eeg = np.flatnonzero([kind == "eeg" for kind in info.types])
            self.names = tuple(info.channels[k] for k in self._eeg)
            self._sfreq = info.sfreq
        self.set_look(self.look)
        self._restart()
        if ring is None:
            self._frames.stop()
        elif self.isVisible():
            self._frames.start()

    def set_hint(self, text: str) -> None:
        """Say this where nothing is shown."""
        self._hint = text
        self.update()

    def set_look(self, look: Look) -> None:
        """Show it in another way."""
        look = replace(look, page=min(max(look.page, 0), self.n_pages(look) - 1))
        if look != self.look:
            self.look = look
            self._restart()

    def set_colours(self, colours: Colours) -> None:
        """Dress it."""
        if colours != self._colours:
            self._colours = colours
            self._restart()

    def set_verdicts(self, verdicts: dict[str, str]) -> None:
        """Mark the names of channels that are ``fair`` or ``bad``."""
        if verdicts != self._verdicts:
            self._verdicts = verdicts
            self.update(0, 0, self._plot().left(), self.height())

    def add_marker(self, label: str, stamp: float) -> None:
        """Draw a line at a moment, in seconds of the ring's stamps."""
        self._markers.append((stamp, label))
        if self._picture is not None:
            self._picture.mark(stamp)
            self.update()

    def n_pages(self, look: Look | None = None) -> int:
        """Pages of channels."""
        return max(-(-len(self.names) // (look or self.look).page_size), 1)

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the channels on this page."""
        first = self.look.page * self.look.page_size
        return self.names[first : first + self.look.page_size]

    def go_to(self, name: str) -> None:
        """Turn to the page of a channel."""
        if name in self.names:
            self._wish(page=self.names.index(name) // self.look.page_size)

    # the picture

    def _plot(self) -> QRect:
        metrics = self.fontMetrics()
        longest = max((metrics.horizontalAdvance(f"▲ {name}") for name in self.names), default=40)
        right = metrics.horizontalAdvance("1000 µV ")
        line = metrics.height()
        width, height = self.width() - longest - 8 - right, self.height() - 2 * line - 8
        return QRect(longest + 8, line + 2, max(width, 16), max(height, 16))

    def _restart(self) -> None:
        """Make the picture anew from what the ring still holds."""
        self._resized.stop()
        self._picture = None
        if self._ring is not None and self.shown:
            ratio, plot, look = self.devicePixelRatioF(), self._plot(), self.look
            width, height = round(plot.width() * ratio), round(plot.height() * ratio)
            self._picture = Picture(
                width, height, ratio, self.shown, self._sfreq, look, self._colours
            )
            self._filter = DisplayFilter(
                self._sfreq,
                high_pass=look.high_pass,
                low_pass=look.low_pass,
                mains=look.mains if look.notch else 0.0,
            )
            self._draw_past(self._ring)
        self.update()

    def _draw_past(self, ring: Ring) -> None:
        back = round(self.look.seconds * (1 - WIPE_SHARE) * self._sfreq)
        self._next = max(ring.n_written - back, 0)
        # a filter that begins with the picture would begin in a swing
        first = max(self._next - round(SETTLE_SECONDS * self._sfreq), 0)
        self._filtered(ring.read(first).samples[: self._next - first])
        self.step()

    def _filtered(self, samples: np.ndarray) -> np.ndarray:
        first = self.look.page * self.look.page_size
        return self._filter.process(samples[:, self._eeg[first : first + self.look.page_size]])

    def step(self) -> int:
        """Draw what has come; returns the number of samples."""
        picture, ring = self._picture, self._ring
        if ring is None or picture is None or ring.n_written == self._next:
            return 0
        piece = ring.read(self._next)
        now = slice(round(MOST_SECONDS * self._sfreq))
        samples, stamps = piece.samples[now], piece.stamps[now]
        self._next = piece.next - len(piece.stamps) + len(stamps)
        if piece.lost:
            self._filter.reset()
        for first, count in picture.feed(self._filtered(samples), stamps):
            self._refresh(first, count)
        for stamp, _ in self._markers:
            picture.mark(stamp)
        while self._markers and picture.has_gone(self._markers[0][0]):
            self._markers.popleft()
            self.update(0, 0, self.width(), self._plot().top())
        return len(stamps)

    def _refresh(self, first: int, count: int) -> None:
        """Ask for the repainting of some columns, which may go on at the left edge."""
        plot, ratio = self._plot(), self.devicePixelRatioF()
        within = QRect(plot.left(), 0, plot.width(), plot.bottom() + 1)
        for start in (first, first - self._picture.width):
            left = plot.left() + int(start / ratio) - 1
            area = QRect(left, 0, int(count / ratio) + 3, within.height()) & within
            if not area.isEmpty():
                self.update(area)

    # painting

    def paintEvent(self, event) -> None:
        """Paint what was asked for, and no more."""
        painter = QPainter(self)
        plot, area = self._plot(), event.rect()
        surface = QColor(self._colours.surface)
        if self._picture is None:
            painter.fillRect(area, surface)
            painter.setPen(QColor(self._colours.muted))
            how = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), int(how), self._hint)
            return
        only_traces = plot.adjusted(0, -plot.top(), 0, 0).contains(area)
        painter.fillRect(QRect(area.left(), 0, area.width(), plot.top()), surface)
        if not only_traces:
            painter.fillRect(area, surface)
        painter.drawImage(plot.topLeft(), self._picture.image)
        self._paint_markers(painter, plot)
        if not only_traces:
            self._paint_names(painter, plot)
            self._paint_axes(painter, plot)

    def _paint_markers(self, painter: QPainter, plot: QRect) -> None:
        painter.setPen(QColor(self._colours.accent))
        y = plot.top() - self.fontMetrics().descent()
        for stamp, label in self._markers:
            x = plot.left() + self._picture.column(stamp) / self.devicePixelRatioF()
            painter.drawText(QPoint(round(x), y), label)

    def _paint_names(self, painter: QPainter, plot: QRect) -> None:
        row = plot.height() / len(self.shown)
        font = QFont(self.font())
        # many rows want small names, and very many only some of them
        while QFontMetricsF(font).height() > row + 2 and font.pointSizeF() > 6.5:
            font.setPointSizeF(font.pointSizeF() - 0.5)
        painter.setFont(font)
        line = QFontMetricsF(font).height()
        tones = {"fair": self._colours.fair, "bad": self._colours.bad}
        # what is bad comes first where there is no room for all
        order = sorted(range(len(self.shown)), key=lambda k: self._verdict(k) not in tones)
        taken: list[float] = []
        for k in order:
            middle = plot.top() + (k + 0.5) * row
            if any(abs(middle - other) < 0.75 * line for other in taken):
                continue
            taken.append(middle)
            verdict = self._verdict(k)
            painter.setPen(QColor(tones.get(verdict, self._colours.text)))
            how = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            room = QRect(0, round(middle - line / 2), plot.left() - 6, round(line))
            painter.drawText(room, how, SYMBOLS.get(verdict, "") + self.shown[k])
        painter.setFont(self.font())

    def _verdict(self, k: int) -> str:
        return self._verdicts.get(self.shown[k], "unknown")

    def _paint_axes(self, painter: QPainter, plot: QRect) -> None:
        """A frame, how long a second is, and how high a row; the pen knows no zero."""
        painter.setPen(QColor(self._colours.line))
        painter.drawRect(plot.adjusted(-1, -1, 0, 0))
        painter.setPen(QPen(QColor(self._colours.text), 2))
        right, y = plot.left() + round(plot.width() / self.look.seconds), plot.bottom() + 5
        painter.drawLine(plot.left(), y, right, y)
        x, row = plot.right() + 7, plot.height() / len(self.shown)
        painter.drawLine(x, plot.top(), x, plot.top() + round(row))
        painter.setPen(QColor(self._colours.text))
        metrics = self.fontMetrics()
        painter.drawText(right + 8, plot.bottom() + 2 + metrics.ascent(), tr("1 s"))
        middle = plot.top() + max(round(row / 2), metrics.height() // 2)
        painter.drawText(x + 5, middle + metrics.ascent() // 2, f"{self.look.microvolts} µV")

    # what Qt tells

    def resizeEvent(self, event) -> None:
        """Make the picture anew once the size stands still."""
        super().resizeEvent(event)
        self._resized.start()

    def showEvent(self, event) -> None:
        """Go on."""
        super().showEvent(event)
        self._restart()
        if self._ring is not None:
            self._frames.start()

    def hideEvent(self, event) -> None:
        """Draw nothing while nobody looks."""
        self._frames.stop()
        self._resized.stop()
        super().hideEvent(event)

    def changeEvent(self, event) -> None:
        """Another font wants other margins."""
        super().changeEvent(event)
        if event.type() == event.Type.FontChange and self.isVisible():
            self._resized.start()

    def mousePressEvent(self, event) -> None:
        """Choose the channel under the mouse."""
        plot, y = self._plot(), event.position().y()
        if self.shown and plot.top() <= y < plot.bottom():
            row = (y - plot.top()) / plot.height() * len(self.shown)
            self.chosen.emit(self.shown[min(int(row), len(self.shown) - 1)])

    def keyPressEvent(self, event) -> None:
        """Gain by + and -, time base by left and right, channels by page up and down."""
        look, key = self.look, event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            step = 1 if key == Qt.Key.Key_Minus else -1
            self._wish(microvolts=_beside(GAINS, look.microvolts, step))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._wish(seconds=_beside(TIME_BASES, look.seconds, step))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._wish(page=look.page + (1 if key == Qt.Key.Key_PageDown else -1))
        else:
            super().keyPressEvent(event)

    def _wish(self, **changes: int) -> None:
        before = self.look
        self.set_look(replace(self.look, **changes))
        if self.look != before:
            self.look_changed.emit(self.look)


def _beside(choices: tuple[int, ...], value: int, step: int) -> int:
    place = choices.index(value) + step if value in choices else 0
    return choices[min(max(place, 0), len(choices) - 1)]
