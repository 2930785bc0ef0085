"""Figures of the page on codes and capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.figures import BAND, GREY, MARKERS, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _panels(n: int, height: float = 3.0) -> tuple[Figure, list[Axes]]:
    figure = new_figure(7.4, height)
    return figure, [figure.add_subplot(1, n, number + 1) for number in range(n)]


def _line(axes: Axes, number: int, x: Any, y: Any, label: str, **look: Any) -> None:
    colour, marker = PALETTE[number % len(PALETTE)], MARKERS[number % len(MARKERS)]
    axes.plot(x, y, marker + "-", color=colour, label=label, markersize=4.5, mec="white", **look)


@styled
def draw_mistakes(thresholds: np.ndarray, alone: dict[str, Any], unions: dict[str, Any]) -> Figure:
    """Draw false positives over the threshold: of single codes, and of unions."""
    figure, panels = _panels(2)
    for axes, lines, title in zip(
        panels, (alone, unions), ("one code", "a union of codes"), strict=True
    ):
        for number, (name, values) in enumerate(lines.items()):
            _line(axes, number, thresholds, np.maximum(values, 1e-60), name)
        axes.set_yscale("log")
        axes.set_ylim(1e-20, 2)
        axes.axhline(1e-4, color=GREY, linewidth=1, ls=":")
        axes.set_xlabel("active stored units that make a match")
        axes.set_title(title)
        axes.legend(fontsize=8)
    panels[0].set_ylabel("a random code matches")
    return figure


@styled
def draw_capacity(active: np.ndarray, held: dict[str, Any], misses: dict[str, Any]) -> Figure:
    """Draw how many tasks fit over the active units, for unions of some size and for noise."""
    figure, panels = _panels(2)
    for axes, lines, title in zip(
        panels, (held, misses), ("by exemplars in a row", "by noise"), strict=True
    ):
        for number, (name, values) in enumerate(lines.items()):
            _line(axes, number, active, np.where(np.array(values) > 0, values, np.nan), name)
        axes.set_yscale("log")
        axes.set_ylim(0.8, 1e10)
        axes.set_xlabel("active units of 1,024")
        axes.set_title(title)
        axes.legend(fontsize=8)
    panels[0].set_ylabel("tasks at an error of 1e-4")
    return figure


@styled
def draw_hashes(widths: list[int], found: list[Any], curves: dict[int, Any]) -> Figure:
    """Draw redundancy and accuracy of sign codes over the width, and units silenced."""
    figure, panels = _panels(2)
    axes = panels[0]
    for number, name in enumerate(("neighbours", "logistic", "clusters", "redundancy")):
        _line(axes, number, widths, [getattr(one, name) for one in found], name)
    axes.axhline(found[0].majority, color=GREY, linewidth=1, ls=":", label="majority")
    axes.set_xscale("log")
    axes.set_xticks(widths, [str(width) for width in widths])
    axes.minorticks_off()
    axes.set(xlabel="width of the hidden layer", ylabel="share", ylim=(0, 1.02))
    axes.set_title("signs of a layer as codes")
    axes.legend(fontsize=8)
    axes = panels[1]
    for number, (width, (sparsity, curve)) in enumerate(curves.items()):
        colour = PALETTE[number]
        axes.plot(*curve.T, color=colour, label=f"{width} units: {sparsity:.0%}")
        axes.axvline(sparsity, color=colour, linewidth=1, ls=":")
    axes.set(xlabel="share of units silenced, smallest first", ylabel="balanced accuracy")
    axes.set_title("sparsity at one point of accuracy")
    axes.legend(fontsize=8, loc="lower left")
    return figure


@styled
def draw_regimes(ranks: list[int], apart: np.ndarray, aligned: np.ndarray) -> Figure:
    """Draw alignment of the tangent kernel and change of weights over the first rank.

    Parameters
    ----------
    ranks : list of int
    apart, aligned : array, shape (n_ranks, n_seeds, 2)
        Alignment and change, where the first weights do not know the task, and where they do.
    """
    figure, panels = _panels(2)
    names = ("alignment of the tangent kernel", "relative change of weights")
    for column, (axes, name) in enumerate(zip(panels, names, strict=True)):
        for number, (label, values) in enumerate((("random", apart), ("aligned", aligned))):
            middle, spread = values[..., column].mean(axis=1), values[..., column].std(axis=1)
            axes.fill_between(ranks, middle - spread, middle + spread, color=BAND, linewidth=0)
            _line(axes, number, ranks, middle, label)
        axes.set(xlabel="rank of the first weights", ylabel=name)
        axes.set_xticks(ranks)
        axes.legend(fontsize=8)
    panels[0].set_title("lower is richer")
    return figure


@styled
def draw_memories(dilutions: np.ndarray, measured: np.ndarray, expected: np.ndarray) -> Figure:
    """Draw the overlaps with each memory over the dilution, beside the hierarchy's formula."""
    figure, (axes,) = _panels(1)
    for number in range(measured.shape[1]):
        colour = PALETTE[number]
        axes.plot(dilutions, expected[:, number], color=colour, linewidth=1.2)
        axes.plot(
            dilutions,
            measured[:, number],
            MARKERS[number],
            color=colour,
            mec="white",
            label=f"memory {number + 1}",
        )
    axes.plot(dilutions, 1 - dilutions, color=GREY, ls=":", label="all alike, 1 - d")
    axes.set(xlabel="share of blanks d", ylabel="overlap with the state")
    axes.legend(fontsize=8)
    return figure
