"""Figures of a visit's report: the trend, the attempts, the confusions, the spectra."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np

from neurokit.figures import BAND, GREY, INK, MARKERS, PALETTE, STYLE, as_svg, new_figure
from neurokit.visits.report_language import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from neurokit.patients.records import TrendPoint
    from neurokit.patients.runs import RunEpochs

P = ParamSpec("P")
# where hands, feet and tongue are
CENTRAL = ("C3", "Cz", "C4")
HIGHEST_HZ = 40.0
PNG_DPI = 220


class Picture:
    """A figure that a page and a sheet of paper take, each in its own way."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.size = tuple(float(side) for side in figure.get_size_inches())

    def svg(self) -> str:
        """For a page."""
        import matplotlib as mpl

        with mpl.rc_context(STYLE):
            return as_svg(self.figure)

    def png(self) -> io.BytesIO:
        """For paper."""
        import matplotlib as mpl

        stream = io.BytesIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(stream, format="png", dpi=PNG_DPI, metadata={"Software": None})
        stream.seek(0)
        return stream


def _picture(draw: Callable[P, Figure]) -> Callable[P, Picture]:
    """Let a function that draws give a picture in our style."""

    @wraps(draw)
    def to_picture(*args: P.args, **kwargs: P.kwargs) -> Picture:
        import matplotlib as mpl

        with mpl.rc_context(STYLE):
            return Picture(draw(*args, **kwargs))

    return to_picture


@_picture
def draw_trend(points: Sequence[TrendPoint], feedback: Sequence[TrendPoint] = ()) -> Figure:
    """Accuracy over visits, and of their feedback, with intervals and the bands of guessing."""
    figure = new_figure(7.2, 2.3)
    axes = figure.add_subplot()
    days = {point.visit: point.started for point in (*points, *feedback)}
    numbers = sorted(days)
    # side by side where a visit has both
    aside = 0.2 if feedback else 0.0
    for series, shift, colour, mark in (
        (points, -aside, PALETTE[0], "o"), (feedback, aside, PALETTE[1], "D"),
    ):  # fmt: skip
        places = [numbers.index(point.visit) + shift for point in series]
        _trend_line(axes, places, series, (colour, mark), 0.8 - 2 * aside)
    labels = [f"{say('visit')} {number}\n{days[number]:%Y-%m-%d}" for number in numbers]
    every = max(1, len(numbers) // 8)
    axes.set_xticks(range(len(numbers))[::-every][::-1], labels[::-every][::-1])
    axes.set_xlim(-0.6, max(len(numbers), 4) - 0.4)
    _shares(axes)
    return figure


def _trend_line(
    axes: Axes,
    places: Sequence[float],
    points: Sequence[TrendPoint],
    look: tuple[str, str],
    width: float,
) -> None:
    """One dot a visit with its interval over the band of guessing; hollow within it."""
    colour, mark = look
    axes.plot(places, [point.accuracy for point in points], ":", color=colour, linewidth=1)
    for place, point in zip(places, points, strict=True):
        _chance(axes, place, point.chance_low, point.chance_high, width)
        _interval(axes, place, point.low, point.high, colour)
        above = point.chance_high is not None and point.accuracy > point.chance_high
        face = colour if above else "white"
        axes.plot(place, point.accuracy, mark, mec=colour, mfc=face, markersize=6.5)
        top = point.high or point.accuracy
        axes.annotate(f"{point.accuracy:.0%}", (place, top), (0, 3), ha="center",
                      textcoords="offset points", fontsize=8.5)  # fmt: skip


@_picture
def draw_attempts(attempts: Sequence[dict[str, Any]]) -> Figure:
    """Accuracy of each attempt of the visit, with interval and the band of guessing."""
    shown = list(attempts)[::-1]
    figure = new_figure(7.2, 0.9 + 0.34 * len(shown))
    axes = figure.add_subplot()
    for y, told in enumerate(shown):
        if told.get("chance_low") is not None and told.get("chance_high") is not None:
            width = told["chance_high"] - told["chance_low"]
            axes.barh(y, width, left=told["chance_low"], height=0.8, color=BAND, zorder=0)
        if told.get("low") is not None and told.get("high") is not None:
            axes.hlines(y, told["low"], told["high"], color=PALETTE[0], linewidth=2.2)
        axes.plot(told["score"], y, "o", color=PALETTE[0], markersize=7, mec="white")
        text = f"{told['score']:.0%}"
        axes.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center")
    axes.set_yticks(range(len(shown)), [told["name"] for told in shown])
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(say("accuracy; grey: where 95 % of guessers fall"))
    axes.tick_params(axis="y", length=0)
    return figure


@_picture
def draw_confusion(classes: Sequence[str], counts: np.ndarray) -> Figure:
    """How often each class was taken for each."""
    figure = new_figure(3.0, 2.5)
    axes = figure.add_subplot()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.55 else INK
        axes.text(column, row, str(int(count)), ha="center", va="center", color=colour)
    names = [say(name.replace("_", " ")).replace(" ", "\n") for name in classes]
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    axes.set(xlabel=say("decided"), ylabel=say("asked for"))
    return figure


@_picture
def draw_spectra(epochs: RunEpochs) -> Figure:
    """Mean spectrum of each class over the motor cortex, with the 95 % interval of its mean."""
    from scipy.signal import welch

    channels = [name for name in CENTRAL if name in epochs.ch_names] or list(epochs.ch_names[:3])
    figure = new_figure(7.2, 2.4)
    n_window = min(round(epochs.sfreq), epochs.X.shape[-1])
    frequencies, density = welch(epochs.X * 1e6, epochs.sfreq, nperseg=n_window)
    shown = (frequencies >= 3) & (frequencies <= HIGHEST_HZ)
    decibels = 10 * np.log10(np.maximum(density[..., shown], 1e-12))
    first: Axes | None = None
    for place, channel in enumerate(channels):
        axes = figure.add_subplot(1, len(channels), place + 1, sharey=first)
        first = first or axes
        for number, label in enumerate(dict.fromkeys(epochs.y.tolist())):
            trials = decibels[epochs.y == label, epochs.ch_names.index(channel)]
            _spectrum(axes, frequencies[shown], trials, number, say(label.replace("_", " ")))
        axes.set(title=channel, xlabel=say("frequency, Hz"))
        axes.tick_params(labelleft=place == 0)
    if first is not None:
        first.set_ylabel(say("power, dB of µV²/Hz"))
        first.legend(fontsize=8, loc="upper right")
    return figure


def _spectrum(
    axes: Axes, frequencies: np.ndarray, trials: np.ndarray, number: int, label: str
) -> None:
    mean = trials.mean(axis=0)
    error = 1.96 * trials.std(axis=0, ddof=1) / np.sqrt(len(trials)) if len(trials) > 1 else 0.0
    colour = PALETTE[number % len(PALETTE)]
    axes.fill_between(frequencies, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
    marker = MARKERS[number % len(MARKERS)]
    axes.plot(frequencies, mean, color=colour, label=label, marker=marker, markevery=5, ms=4)


def _chance(axes: Axes, place: float, low: float | None, high: float | None, width: float) -> None:
    if low is not None and high is not None:
        axes.bar(place, high - low, bottom=low, width=width, color=BAND, zorder=0)


def _interval(axes: Axes, place: float, low: float | None, high: float | None, colour: str) -> None:
    if low is not None and high is not None:
        axes.vlines(place, low, high, color=colour, linewidth=2)


def _shares(axes: Axes) -> None:
    axes.set_ylim(0, 1.08)
    axes.set_yticks(np.arange(0, 1.01, 0.25))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="y", color=GREY, linewidth=0.3)
    axes.set_ylabel(say("accuracy"))
