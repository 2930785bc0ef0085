"""Tables and figures of an exploration, for a folder."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.figures import GREY, PALETTE, STYLE, new_figure
from neurokit.files.whole_files import write_whole
from neurokit.signals.topography import interpolation, nearness
from neurokit.visits.exploration import SIGNIFICANT, Exploration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")
# noise must look pale: R² of 0.1 is easily chance
LEAST_LIMIT = 0.3
_SIZE = 67


def write_exploration(
    folder: str | os.PathLike[str], exploration: Exploration, p: np.ndarray, *, form: str = "svg"
) -> list[Path]:
    """Write what an exploration found: tables as CSV, and figures.

    Parameters
    ----------
    folder : path-like
        Where to; it is made.
    exploration : Exploration
        Two classes against each other.
    p : array, shape (n_channels, n_frequencies)
        As :func:`neurokit.visits.exploration.significance` gives it.
    form : {"svg", "png", "pdf"}
        Of the figures.

    Returns
    -------
    paths : list of Path
        What was written, each file whole.
    """
    if form not in FORMATS:
        raise ValueError(f"figures are written as {', '.join(FORMATS)}, not as {form!r}")
    import matplotlib as mpl

    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    written = [
        write_whole(home / "r2.csv", _table(_r2_rows(exploration, p))),
        write_whole(home / "trials.csv", _table(_trial_rows(exploration))),
    ]
    channel, frequency = exploration.strongest()
    figures: dict[str, Callable[[], Figure]] = {
        "map": lambda: draw_map(exploration, p),
        "spectra": lambda: draw_spectra(exploration, channel),
        "changes": lambda: draw_changes(exploration, channel),
    }
    if np.isfinite(exploration.extracted.positions).all(axis=1).sum() >= 3:
        figures["head"] = lambda: draw_head(exploration, frequency)
    if len(exploration.extracted.connected):
        figures["connections"] = lambda: draw_connections(exploration, frequency)
    for name, draw in figures.items():
        stream = io.BytesIO()
        with mpl.rc_context(STYLE):
            draw().savefig(stream, format=form, metadata={"Date": None} if form == "svg" else None)
        written.append(write_whole(home / f"{name}.{form}", stream.getvalue()))
    return written


def draw_map(exploration: Exploration, p: np.ndarray) -> Figure:
    """Signed R² of every channel and frequency; dots are significant."""
    order, hertz = exploration.order, exploration.frequencies
    figure = new_figure(7.4, 1.4 + 0.16 * len(order))
    axes = figure.add_subplot()
    half = (hertz[1] - hertz[0]) / 2
    limit = _limit(exploration)
    image = axes.imshow(
        exploration.r2[order],
        cmap="PuOr_r",
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        interpolation="nearest",
        extent=(hertz[0] - half, hertz[-1] + half, len(order) - 0.5, -0.5),
    )
    rows, columns = np.nonzero(p[order] < SIGNIFICANT)
    axes.plot(hertz[columns], rows, "o", color="black", mec="white", mew=0.4, markersize=2.6)
    axes.set_yticks(range(len(order)), [exploration.extracted.ch_names[k] for k in order])
    axes.tick_params(axis="y", labelsize=7, length=0)
    axes.set_xlabel("frequency (Hz)")
    axes.set_title("R², dotted where it is beyond chance")
    _bar(figure, image, axes, _ends(exploration))
    return figure


def draw_head(exploration: Exploration, frequency: float) -> Figure:
    """Signed R² on the head, at one frequency."""
    figure = new_figure(3.6, 3.6)
    axes = figure.add_subplot()
    places = exploration.extracted.positions
    known = np.isfinite(places).all(axis=1)
    values = exploration.r2[known, exploration.bin_of(frequency)]
    image = (interpolation(places[known], _SIZE) @ values).reshape(_SIZE, _SIZE)
    limit = _limit(exploration)
    drawn = axes.imshow(
        image * nearness(places[known], _SIZE),
        cmap="PuOr_r",
        vmin=-limit,
        vmax=limit,
        extent=(-1, 1, -1, 1),
        interpolation="bilinear",
    )
    from matplotlib.patches import Circle

    rim = Circle((0, 0), 1.0, facecolor="none", edgecolor=GREY, linewidth=1.5)
    axes.add_patch(rim)
    drawn.set_clip_path(rim)
    axes.plot([-0.12, 0, 0.12], [0.99, 1.12, 0.99], color=GREY, linewidth=1.5)
    axes.plot(*places[known].T, "o", color="black", mec="white", mew=0.4, markersize=3)
    axes.set(xlim=(-1.15, 1.15), ylim=(-1.1, 1.2), aspect="equal")
    axes.axis("off")
    axes.set_title(f"R² at {frequency:g} Hz")
    _bar(figure, drawn, axes, _ends(exploration))
    return figure


def draw_spectra(exploration: Exploration, channel: str) -> Figure:
    """Means of both classes at a channel, with 95 % bands."""
    figure = new_figure(5.2, 3.2)
    axes = figure.add_subplot()
    hertz = exploration.frequencies
    seen = hertz >= min(1.0, hertz[-1] / 4)
    for name, colour, style in zip(exploration.names, PALETTE, ("-", "--"), strict=False):
        mean, low, high, count = exploration.spectrum(channel, name)
        axes.plot(hertz[seen], mean[seen], style, color=colour, label=f"{name} ({count})")
        axes.fill_between(hertz[seen], low[seen], high[seen], color=colour, alpha=0.25, lw=0)
    axes.set_xlabel("frequency (Hz)")
    is_power = exploration.measure == "power"
    axes.set_ylabel("power (dB of 1 µV²/Hz)" if is_power else "mean connectivity")
    axes.set_title(f"{channel}, with 95 % bands")
    axes.legend()
    return figure


def draw_changes(exploration: Exploration, channel: str) -> Figure:
    """ERD and ERS of both classes at a channel."""
    figure = new_figure(7.4, 3.0)
    found: Any = figure.subplots(1, 2, sharey=True)
    for axes, name, rows in zip(found, exploration.names, exploration.rows, strict=True):
        times, hertz, change = exploration.extracted.change(channel, rows)
        image = axes.pcolormesh(
            times, hertz, change, cmap="PuOr_r", vmin=-100, vmax=100, rasterized=True
        )
        axes.axvline(0, color="black", linewidth=1)
        axes.set_title(f"{name}, {channel}")
        axes.set_xlabel("time from the cue (s)")
    found[0].set_ylabel("frequency (Hz)")
    found[0].set_ylim(1, hertz[-1])
    figure.colorbar(image, ax=list(found), label="change from rest (%)", shrink=0.9)
    return figure


def draw_connections(exploration: Exploration, frequency: float) -> Figure:
    """Connectivity of the first class less the second one's, at one frequency."""
    figure = new_figure(5.0, 4.4)
    axes = figure.add_subplot()
    a, b = exploration.matrices(frequency)
    order = exploration.order
    difference = (a - b)[np.ix_(order, order)]
    limit = max(float(np.abs(difference).max()), 0.2)
    image = axes.imshow(difference, cmap="PuOr_r", vmin=-limit, vmax=limit)
    # more names than this do not fit
    places = range(0, len(order), 1 + len(order) // 40)
    names = [exploration.extracted.ch_names[order[k]] for k in places]
    axes.set_xticks(places, names, rotation=90, fontsize=6)
    axes.set_yticks(places, names, fontsize=6)
    axes.set_title(f"Connectivity at {frequency:g} Hz")
    _bar(figure, image, axes, _ends(exploration))
    return figure


def strongest_places(exploration: Exploration, p: np.ndarray, n: int = 10) -> list[dict[str, Any]]:
    """The places with the largest R², the first one first."""
    flat = np.abs(exploration.r2).ravel().argsort()[::-1][:n]
    rows, columns = np.unravel_index(flat, exploration.r2.shape)
    return [
        {
            "channel": exploration.extracted.ch_names[row],
            "frequency": float(exploration.frequencies[column]),
            "r2": round(float(exploration.r2[row, column]), 4),
            "p": round(float(p[row, column]), 5),
        }
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _limit(exploration: Exploration) -> float:
    return max(float(np.abs(exploration.r2).max()), LEAST_LIMIT)


def _ends(exploration: Exploration) -> str:
    return f"← more for {exploration.b}    more for {exploration.a} →"


def _bar(figure: Figure, image: Any, axes: Axes, label: str) -> None:
    bar = figure.colorbar(image, ax=axes, shrink=0.9, aspect=30)
    bar.set_label(label, fontsize=7)


def _r2_rows(exploration: Exploration, p: np.ndarray) -> Iterable[Sequence[Any]]:
    yield "channel", "frequency", "r2", "p"
    for row, name in enumerate(exploration.extracted.ch_names):
        for column, hertz in enumerate(exploration.frequencies):
            yield name, f"{hertz:g}", f"{exploration.r2[row, column]:.6f}", f"{p[row, column]:.6f}"


def _trial_rows(exploration: Exploration) -> Iterable[Sequence[Any]]:
    found = exploration.extracted
    kept = found.kept(exploration.rejected)
    yield "run", "trial", "class", "seconds", "counts", "remarks"
    for k, flags in enumerate(found.flags):
        counts = "yes" if kept[k] else "no"
        where = (found.runs[k] + 1, found.trials[k], found.labels[k], f"{found.onsets[k]:.3f}")
        yield *where, counts, "; ".join(flags)
    for run, trial, label, reason in found.dropped:
        yield run + 1, trial, label, "", "no", reason


def _table(rows: Iterable[Sequence[Any]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()
