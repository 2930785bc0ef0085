"""The paper under the pen: pixels of live traces, of which only new columns are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PyQt6 import sip
from PyQt6.QtGui import QColor, QImage

from neurokit.app.desktop.theme import Colours
from neurokit.live.sweep import Strip, Sweep, paint

# the pen wipes this much ahead of it
WIPE_SHARE = 0.02
# more columns at once would leave the processor's cache
BLOCK_COLUMNS = 64
LINE_WIDTH = 1.2


@dataclass(frozen=True)
class Look:
    """How traces are shown; nothing of it reaches the recording."""

    seconds: int = 10
    microvolts: int = 100  # from one row to the next
    page_size: int = 16
    page: int = 0
    high_pass: float = 1.0  # in hertz; 0 for none, here and below
    low_pass: float = 0.0
    notch: bool = True
    mains: float = 50.0


class Picture:
    """Traces of some channels as an image that is written round and round.

    Parameters
    ----------
    width, height : int
        In the screen's own pixels.
    ratio : float
        Of these to Qt's.
    names : sequence of str
        Channels, from the top.
    sfreq : float
        In hertz.
    look : Look
        Time base and gain.
    colours : Colours
        Of the theme.
    """

    def __init__(
        self,
        width: int,
        height: int,
        ratio: float,
        names: tuple[str, ...],
        sfreq: float,
        look: Look,
        colours: Colours,
    ) -> None:
        self.width, self.height, self._colours = width, height, colours
        self._pixels = np.full((height, width), QColor(colours.surface).rgb(), dtype=np.uint32)
        pointer: Any = sip.voidptr(self._pixels.ctypes.data)
        self.image = QImage(pointer, width, height, 4 * width, QImage.Format.Format_RGB32)
        self.image.setDevicePixelRatio(ratio)
        self._sweep = Sweep(sfreq, len(names), width / look.seconds)
        row = height / len(names)
        self._rows = (np.arange(len(names)) + 0.5) * row
        self._scale = row / (look.microvolts * 1e-6)
        self._thickness = LINE_WIDTH * ratio
        self._layers = _layers(names, colours)

    @property
    def wiped(self) -> int:
        """Columns that are clear ahead of the pen."""
        return max(round(WIPE_SHARE * self.width), 3)

    def feed(self, samples: np.ndarray, stamps: np.ndarray) -> list[tuple[int, int]]:
        """Draw samples; the columns that changed, as (first, count), which may pass the edge."""
        return [self._draw(strip) for strip in self._sweep.feed(samples, stamps)]

    def column(self, stamp: float) -> int:
        """Where a moment lies; moments that lie a picture or more apart share their column."""
        return self._sweep.column(stamp) % self.width

    def has_gone(self, stamp: float) -> bool:
        """Whether the pen has drawn over a moment."""
        return self._sweep.column(stamp) + self.width <= self._sweep.following

    def mark(self, stamp: float) -> None:
        """Draw a line at a moment."""
        beyond = self._sweep.column(stamp) >= self._sweep.following
        if self._sweep.origin is not None and not beyond and not self.has_gone(stamp):
            self._pixels[:, self.column(stamp)] = QColor(self._colours.accent).rgb()

    def _draw(self, strip: Strip) -> tuple[int, int]:
        surplus = max(len(strip) - self.width + 2, 0)
        strip = Strip(strip.first + surplus, strip.low[surplus:], strip.high[surplus:])
        for start in range(0, len(strip), BLOCK_COLUMNS):
            some = slice(start, start + BLOCK_COLUMNS)
            self._draw_block(Strip(strip.first + start, strip.low[some], strip.high[some]))
        ahead = (strip.first + len(strip) + np.arange(self.wiped)) % self.width
        self._pixels[:, ahead] = QColor(self._colours.surface).rgb()
        self._pixels[:, ahead[:2]] = QColor(self._colours.accent).rgb()
        return strip.first % self.width, len(strip) + self.wiped

    def _draw_block(self, strip: Strip) -> None:
        numbers = strip.first + np.arange(len(strip))
        block = self._paper(strip, numbers)
        for channels, colour in self._layers:
            part = Strip(strip.first, strip.low[:, channels], strip.high[:, channels])
            rows = self._rows[channels]
            cover = paint(part, rows, self._scale, self.height, thickness=self._thickness)
            block += cover[..., None].astype(np.float32) * (colour - block)
        whole = (block + 0.5).astype(np.uint32)
        packed = 0xFF000000 | whole[..., 0] << 16 | whole[..., 1] << 8 | whole[..., 2]
        self._pixels[:, numbers % self.width] = packed

    def _paper(self, strip: Strip, numbers: np.ndarray) -> np.ndarray:
        """Empty columns, with a line each second, hatched where the signal was away."""
        block = np.empty((self.height, len(strip), 3), dtype=np.float32)
        block[:] = _rgb(self._colours.surface)
        speed = self._sweep.columns_a_second
        begins = np.floor(numbers / speed) != np.floor((numbers - 1) / speed)
        block[:, begins] = (_rgb(self._colours.line) + _rgb(self._colours.surface)) / 2
        away = np.flatnonzero(np.isnan(strip.low).all(axis=1))
        if len(away):
            hatch = (np.arange(self.height)[:, None] + numbers[away]) % 8 == 0
            tones = _rgb(self._colours.muted), _rgb(self._colours.window)
            block[:, away] = np.where(hatch[..., None], *tones)
        return block


def _layers(names: tuple[str, ...], colours: Colours) -> list[tuple[np.ndarray, np.ndarray]]:
    """Channels of the middle, the left and the right, each with a colour of its own."""
    sides = np.array([side(name) for name in names])
    tones = {"middle": colours.text, "left": colours.series[0], "right": colours.series[1]}
    return [
        (np.flatnonzero(sides == each), _rgb(tone)) for each, tone in tones.items() if each in sides
    ]


def side(name: str) -> str:
    """Side of the head, by the electrode's number."""
    digits = "".join(letter for letter in name if letter.isdigit())
    if not digits or name[:1].isdigit():
        return "middle"
    return "left" if int(digits) % 2 else "right"


def _rgb(colour: str) -> np.ndarray:
    return np.array(QColor(colour).getRgb()[:3], dtype=np.float32)
