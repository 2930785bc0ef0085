"""Figures of a cohort's report: scores, sites, sweep, shuffles, and where in the brain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from neurokit.figures import BAND, GREY, INK, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLANES = (("from the side", 0), ("from the front", 1), ("from above", 2))


@styled
def draw_models(models: pd.DataFrame) -> Figure:
    """Draw each model's accuracy with its interval, the band of guesses and the majority."""
    shown = models[::-1].reset_index(drop=True)
    figure = new_figure(7.4, 0.9 + 0.45 * len(shown))
    axes = figure.add_subplot()
    row = shown.iloc[0]
    axes.axvspan(row["chance_low"], row["chance_high"], color=BAND, linewidth=0, zorder=0)
    axes.axvline(row["majority"], color=INK, linewidth=1, ls=":", zorder=1)
    for y, (_, row) in enumerate(shown.iterrows()):
        colour = PALETTE[0] if y == len(shown) - 1 else PALETTE[6]
        axes.hlines(y, row["accuracy_low"], row["accuracy_high"], color=colour, linewidth=2.4)
        axes.plot(row["accuracy"], y, "o", color=colour, markersize=7.5, mec="white", zorder=3)
        text = f"{row['accuracy']:.2f}"
        axes.annotate(text, (1.01, y), xycoords=("axes fraction", "data"), va="center")
    _names(axes, list(shown["model"]))
    axes.set_xlabel("accuracy on people not seen in training")
    return figure


@styled
def draw_sites(sites: pd.DataFrame) -> Figure:
    """Draw accuracy at each site, with what naming its larger class would score."""
    shown = sites[::-1].reset_index(drop=True)
    figure = new_figure(7.4, 0.9 + 0.26 * len(shown))
    axes = figure.add_subplot()
    for y, (_, row) in enumerate(shown.iterrows()):
        axes.barh(y, row["accuracy"], height=0.72, color=PALETTE[4], zorder=1)
        axes.hlines(y, row["accuracy_low"], row["accuracy_high"], color=INK, linewidth=1.4)
        axes.vlines(row["majority"], y - 0.42, y + 0.42, color=PALETTE[1], linewidth=2.2, zorder=3)
    _names(axes, [f"{row.site} ({row.n:.0f})" for row in shown.itertuples()])
    axes.set_xlim(0, 1)
    axes.set_xlabel("accuracy")
    return figure


def _names(axes: Any, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


@styled
def draw_sweep(details: Sequence[dict[str, Any]]) -> Figure:
    """Draw the inner loop's balanced accuracy over densities or thresholds, a line a fold."""
    figure = new_figure(7.4, 2.8)
    axes = figure.add_subplot()
    lines = np.array([one["sweep"] for one in details])
    for line in lines:
        axes.plot(line[:, 0], line[:, 1], color=PALETTE[4], linewidth=1, alpha=0.7)
    mean = lines.mean(axis=0)
    axes.plot(mean[:, 0], mean[:, 1], "o-", color=PALETTE[0], linewidth=2.4, mec="white")
    axes.axhline(0.5, color=GREY, linewidth=1)
    axes.set_xticks(mean[:, 0], [f"{one:g}" for one in mean[:, 0]])
    axes.set_xlabel(
        "density (share of pairs joined)" if details[0]["knob"] == "density" else "threshold"
    )
    axes.set_ylabel("balanced accuracy,\ninner loop")
    return figure


@styled
def draw_null(null: np.ndarray, observed: float) -> Figure:
    """Draw scores under shuffled diagnoses, and the one that was observed."""
    figure = new_figure(7.4, 2.2)
    axes = figure.add_subplot()
    axes.hist(null, bins=min(20, max(5, len(null) // 4)), color=BAND, edgecolor=GREY)
    axes.axvline(observed, color=PALETTE[1], linewidth=2.4)
    axes.annotate(
        f"observed {observed:.2f}",
        (observed, 0.92),
        xycoords=("data", "axes fraction"),
        ha="right" if observed > np.median(null) else "left",
        color=PALETTE[1],
    )
    axes.set_xlabel("balanced accuracy")
    axes.set_ylabel("shuffles")
    return figure


@styled
def draw_brain(values: np.ndarray, voxels: np.ndarray, kept: np.ndarray, *, signed: bool) -> Figure:
    """Draw values of voxels seen through the brain: the largest along each line of sight.

    Parameters
    ----------
    values : array, shape (n_nodes,)
    voxels : array of int, shape (n_nodes, 3)
        Place of each on the grid: right, front, up.
    kept : array of bool, shape (n_nodes,)
        Voxels of the mask, which is outlined.
    signed : bool
        Whether values go to both sides of zero.
    """
    voxels = voxels - voxels.min(axis=0) + 1  # a rim of nothing, or outlines would stay open
    shape = tuple(voxels.max(axis=0) + 2)
    volume, mask, brain = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    places = tuple(voxels.T)
    volume[places], mask[places], brain[places] = values, kept, 1.0
    top = float(np.abs(values).max()) or 1.0
    figure = new_figure(7.4, 2.7)
    for number, (name, axis) in enumerate(PLANES):
        axes = figure.add_subplot(1, 3, number + 1)
        strongest = np.take_along_axis(
            volume, np.expand_dims(np.abs(volume).argmax(axis=axis), axis), axis
        ).squeeze(axis)
        inside = brain.max(axis=axis)
        shown = np.ma.masked_where(inside == 0, strongest)
        drawn = axes.imshow(
            shown.T,
            origin="lower",
            cmap="RdBu_r" if signed else "cividis",
            vmin=-top if signed else 0,
            vmax=top,
        )
        axes.contour(inside.T, [0.5], colors=GREY, linewidths=1)
        if kept.any() and not kept.all():
            axes.contour(mask.max(axis=axis).T, [0.5], colors=PALETTE[1], linewidths=1.6)
        axes.set_title(name, fontsize=9, fontweight="normal")
        axes.set_axis_off()
    figure.colorbar(drawn, ax=figure.axes, shrink=0.8, pad=0.02)
    return figure


@styled
def draw_nodes(values: np.ndarray, names: Sequence[str]) -> Figure:
    """Draw the nodes that were chosen most often, where there is no brain to draw them in."""
    order = np.argsort(-values, kind="stable")[:20][::-1]
    figure = new_figure(7.4, 0.8 + 0.24 * len(order))
    axes = figure.add_subplot()
    axes.barh(range(len(order)), values[order], height=0.7, color=PALETTE[0])
    _names(axes, [names[place] for place in order])
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the folds' resamples in which the region was chosen")
    return figure
