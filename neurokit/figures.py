"""Figures of a report: colour-blind-safe, legible in print, drawn as SVG without a window."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

P = ParamSpec("P")
# Okabe and Ito's, without the yellow that paper swallows; black for what stands alone
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#404040")
MARKERS = "osD^vPX"
INK, GREY, BAND = "#1c2833", "#8a949e", "#e3e8ec"
STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "neurokit",
}
_NAMES = {"roc_auc": "area under the curve", "nmcc": "normalised MCC (0.5 is chance)"}


def scorer_name(scorer: str) -> str:
    """Words for a scorer."""
    return _NAMES.get(scorer, str(scorer).replace("_", " "))


def styled(draw: Callable[P, Figure]) -> Callable[P, str]:
    """Let a function that draws a figure give SVG, in our style and no one else's."""

    @wraps(draw)
    def to_svg(*args: P.args, **kwargs: P.kwargs) -> str:
        import matplotlib as mpl

        with mpl.rc_context(STYLE):
            return as_svg(draw(*args, **kwargs))

    return to_svg


@styled
def draw_scores(summary: pd.DataFrame, people: pd.DataFrame) -> Figure:
    """Draw each pipeline's mean with interval, its people, chance band and majority.

    Parameters
    ----------
    summary, people : DataFrame
        `neurokit.statistics.summarise` of one study, per dataset and per subject.

    Returns
    -------
    svg : str
        To stand in a page.
    """
    # read from below: of equal ones the first stands highest
    shown = summary[::-1].sort_values("score", na_position="first", kind="stable")
    shown = shown.reset_index(drop=True)
    figure, axes = _figure(7.4, 0.9 + 0.48 * len(shown))
    random = np.random.default_rng(0)
    for y, (_, row) in enumerate(shown.iterrows()):
        _band(axes, y, row)
        dots = people.loc[people["pipeline"] == row["pipeline"], "score"].dropna()
        if len(dots) > 1:
            heights = y + random.uniform(-0.17, 0.17, len(dots))
            axes.scatter(dots, heights, s=14, color=PALETTE[4], alpha=0.75, linewidths=0, zorder=2)
        axes.hlines(y, row["low"], row["high"], color=PALETTE[0], linewidth=2.4, zorder=3)
        axes.plot(row["score"], y, "o", color=PALETTE[0], markersize=7.5, mec="white", zorder=4)
        text = "failed" if np.isnan(row["score"]) else f"{row['score']:.2f}"
        axes.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center")
    axes.set_yticks(range(len(shown)), shown["pipeline"])
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _score_limits(axes, shown, people)
    axes.set_xlabel(scorer_name(shown["scorer"].iloc[0]))
    return figure


def _band(axes: Axes, y: Any, row: pd.Series) -> None:
    """Chance band and majority of one pipeline."""
    if np.isfinite(row["chance_low"]):
        width = row["chance_high"] - row["chance_low"]
        axes.barh(y, width, left=row["chance_low"], height=0.82, color=BAND, zorder=0)
        axes.vlines(row["chance"], y - 0.41, y + 0.41, color=GREY, linewidth=1, zorder=1)
    if np.isfinite(row["majority"]) and abs(row["majority"] - row["chance"]) > 1e-6:
        axes.vlines(row["majority"], y - 0.41, y + 0.41, color=INK, linewidth=1, ls=":", zorder=1)


def _score_limits(axes: Axes, *tables: pd.DataFrame) -> None:
    columns = ["score", "low", "high", "chance_low", "chance_high"]
    values = np.concatenate([table[columns].to_numpy(float).ravel() for table in tables])
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if values.size else (0, 1)
    axes.set_xlim(low - 0.03, max(high, 0.6) + 0.02)


@styled
def draw_people(people: pd.DataFrame) -> Figure:
    """Draw each person's score in each pipeline, with interval and chance band.

    Returns
    -------
    svg : str
        To stand in a page.
    """
    pipelines = list(people["pipeline"].unique())
    mean = people.groupby("subject", sort=False)["score"].mean()
    order = list(mean.sort_values(ascending=False).index)
    figure, axes = _figure(7.4, 3.4)
    step = 0.72 / max(len(pipelines), 1)
    for number, name in enumerate(pipelines):
        rows = people[people["pipeline"] == name].set_index("subject").reindex(order)
        x = np.arange(len(order)) + (number - (len(pipelines) - 1) / 2) * step
        colour, marker = PALETTE[number % len(PALETTE)], MARKERS[number % len(MARKERS)]
        if len(order) <= 24:
            axes.vlines(x, rows["low"], rows["high"], color=colour, linewidth=1.3, alpha=0.75)
        axes.plot(x, rows["score"], marker, color=colour, markersize=6, label=name, mec="white")
    bands = people.groupby("subject")[["chance_low", "chance", "chance_high"]].mean().loc[order]
    for place, (low, chance, high) in enumerate(bands.to_numpy()):
        left, right = place - 0.46, place + 0.46
        axes.fill_between([left, right], low, high, color=BAND, zorder=0, linewidth=0)
        axes.hlines(chance, left, right, color=GREY, linewidth=1, zorder=1)
    axes.set_xticks(range(len(order)), order if len(order) <= 40 else [""] * len(order))
    axes.set_xlim(-0.6, len(order) - 0.4)
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel(
        "person, best first" if len(order) <= 40 else f"{len(order)} people, best first"
    )
    axes.set_ylabel(scorer_name(people["scorer"].iloc[0]))
    columns = min(len(pipelines), 5)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, handletextpad=0.1)
    return figure


@styled
def draw_pairs(scores: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> Figure:
    """Draw pairs of pipelines against each other, a dot a person (or a fold of a single one).

    Parameters
    ----------
    scores : DataFrame
        A row a person or fold, a column a pipeline.
    pairs : sequence of tuple of str
        Names of the pipelines, the first along y.

    Returns
    -------
    svg : str
        To stand in a page.
    """
    columns = 3
    rows = -(-len(pairs) // columns)
    figure = new_figure(7.4, 2.75 * rows)
    low = float(np.nanmin(scores.to_numpy())) - 0.03
    high = max(float(np.nanmax(scores.to_numpy())), low + 0.1) + 0.03
    for number, (first, second) in enumerate(pairs):
        axes = figure.add_subplot(rows, columns, number + 1)
        both = scores[[second, first]].dropna()
        x, y = both.to_numpy().T
        axes.fill_between([low, high], [low, high], high, color="#eef4f8", zorder=0, linewidth=0)
        axes.plot([low, high], [low, high], color=GREY, linewidth=1, zorder=1)
        size = 34 if len(both) < 30 else 14
        axes.scatter(x, y, s=size, color=PALETTE[0], alpha=0.7, edgecolors="white", linewidths=0.7)
        axes.set(xlim=(low, high), ylim=(low, high), xlabel=second, ylabel=first)
        axes.set_aspect("equal")
        axes.locator_params(nbins=4)
        better, worse = int(np.sum(y > x)), int(np.sum(y < x))
        axes.set_title(f"{better} above, {worse} below", fontsize=9, fontweight="normal")
    return figure


@styled
def draw_choices(counts: dict[str, pd.DataFrame]) -> Figure:
    """Draw how often each order and lag was chosen.

    Parameters
    ----------
    counts : dict
        Pipeline to a table: a row an order, a column a lag, counts of folds.

    Returns
    -------
    svg : str
        To stand in a page.
    """
    columns = max(3, len(counts))
    figure = new_figure(7.4, 2.6)
    for number, (name, table) in enumerate(counts.items()):
        axes = figure.add_subplot(1, columns, number + 1)
        axes.imshow(table, cmap="Blues", origin="lower", aspect="auto", vmin=0)
        largest = table.to_numpy().max()
        for (i, j), count in np.ndenumerate(table.to_numpy()):
            if count:
                colour = "white" if count > 0.6 * largest else INK
                axes.text(j, i, str(int(count)), ha="center", va="center", color=colour)
        axes.set_xticks(range(table.shape[1]), table.columns)
        axes.set_yticks(range(table.shape[0]), table.index)
        axes.tick_params(length=0)
        axes.set(xlabel="lag (samples)", ylabel="order", title=name)
    return figure


@styled
def draw_seconds(frame: pd.DataFrame) -> Figure:
    """Draw how long the folds of each pipeline took: median, and from fastest to slowest.

    Returns
    -------
    svg : str
        To stand in a page.
    """
    from matplotlib.ticker import LogLocator

    groups = frame.dropna(subset="seconds").groupby("pipeline", sort=False)["seconds"]
    table = groups.agg(["min", "median", "max"]).clip(lower=1e-3).sort_values("median")
    figure, axes = _figure(7.4, 0.9 + 0.34 * len(table))
    y = np.arange(len(table))[::-1]
    axes.hlines(y, table["min"], table["max"], color=PALETTE[4], linewidth=5, alpha=0.6)
    axes.plot(table["median"], y, "o", color=PALETTE[0], markersize=6.5, mec="white")
    for height, median in zip(y, table["median"], strict=True):
        axes.annotate(
            f"{median:.3g} s", (1.01, height), xycoords=("axes fraction", "data"), va="center"
        )
    axes.set_xscale("log")
    axes.set_yticks(y, table.index)
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=9))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.set_xlabel("seconds a fold (training and test)")
    return figure


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, sizes in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = new_figure(width, height)
    return figure, figure.add_subplot()


def as_svg(figure: Figure) -> str:
    """SVG to stand in a page, scaled to its width."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
    text = stream.getvalue()
    return text[text.index("<svg") :]
