"""Figures of a stream: accuracies episode after episode, and what is left of each task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from neurokit.figures import BAND, GREY, INK, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 4


@styled
def draw_learners(table: pd.DataFrame, which: str) -> Figure:
    """Draw each learner's deciding measure with its interval, over the band of guesses.

    Parameters
    ----------
    table : DataFrame
        Of :func:`neurokit.continual.outcome.learner_table`.
    which : {"next", "final"}
        The measure.
    """
    shown = table[table["units"] > 0][::-1].reset_index(drop=True)
    figure = new_figure(7.4, 0.9 + 0.42 * len(shown))
    axes = figure.add_subplot()
    first = shown.iloc[-1]
    if np.isfinite(first["chance_low"]):
        axes.axvspan(first["chance_low"], first["chance_high"], color=BAND, linewidth=0, zorder=0)
        axes.axvline(first["chance"], color=GREY, linewidth=1, zorder=1)
    for y, (_, row) in enumerate(shown.iterrows()):
        colour = PALETTE[0] if y == len(shown) - 1 else PALETTE[6]
        axes.hlines(y, row["low"], row["high"], color=colour, linewidth=2.4)
        axes.plot(row[which], y, "o", color=colour, markersize=7.5, mec="white", zorder=3)
        text = "–" if np.isnan(row[which]) else f"{row[which]:.2f}"
        axes.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center")
    axes.set_yticks(range(len(shown)), shown["learner"])
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(
        "accuracy on the next one, before any of its labels were seen"
        if which == "next"
        else "accuracy at the end, mean over tasks"
    )
    return figure


@styled
def draw_matrices(names: Sequence[str], matrices: Sequence[np.ndarray]) -> Figure:
    """Draw the accuracy on each task after each episode, a square a learner.

    Parameters
    ----------
    names : sequence of str
        Of the learners.
    matrices : sequence of array, shape (n_episodes, n_tasks)
        NaN where not tested.
    """
    rows = -(-len(names) // COLUMNS)
    figure = new_figure(7.4, 2.25 * rows)
    for number, (name, R) in enumerate(zip(names, matrices, strict=True)):
        axes = figure.add_subplot(rows, COLUMNS, number + 1)
        axes.imshow(np.ma.masked_invalid(R), cmap="Blues", vmin=0, vmax=1.15, aspect="auto")
        if max(R.shape) <= 6:
            for (t, j), value in np.ndenumerate(R):
                if np.isfinite(value):
                    colour = "white" if value > 0.75 else INK
                    text = f"{100 * value:.0f}"
                    axes.text(j, t, text, ha="center", va="center", color=colour, fontsize=8)
        axes.set_xticks(range(R.shape[1]), [str(j + 1) for j in range(R.shape[1])])
        axes.set_yticks(range(R.shape[0]), [str(t + 1) for t in range(R.shape[0])])
        axes.tick_params(length=0, labelsize=8)
        axes.set_title(name, fontsize=8.5)
        if number % COLUMNS == 0:
            axes.set_ylabel("after episode")
        if number // COLUMNS == rows - 1:
            axes.set_xlabel("task")
    return figure


@styled
def draw_courses(courses: dict[str, np.ndarray], ylabel: str, chance: Any = None) -> Figure:
    """Draw a number after each episode, a line a learner.

    Parameters
    ----------
    courses : dict of str to array, shape (n_episodes,)
    ylabel : str
    chance : float, optional
        Drawn as a line.
    """
    figure = new_figure(7.4, 3.2)
    axes = figure.add_subplot()
    if chance is not None:
        axes.axhline(chance, color=GREY, linewidth=1, ls=":")
    for number, (name, course) in enumerate(courses.items()):
        axes.plot(
            np.arange(1, len(course) + 1),
            course,
            MARKERS[number % len(MARKERS)] + "-",
            color=PALETTE[number % len(PALETTE)],
            linewidth=2.4 if number == 0 else 1.2,
            markersize=6,
            mec="white",
            label=name,
        )
    axes.set_xticks(range(1, max(map(len, courses.values())) + 1))
    axes.set(xlabel="after episode", ylabel=ylabel)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8.5)
    return figure
