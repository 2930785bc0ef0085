"""Figures of an atlas: time courses under stimuli, sorted matrices, graphs, animals, ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.connectomes.locked import LEVEL
from neurokit.figures import BAND, GREY, INK, PALETTE, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from neurokit.connectomes.atlas import Atlas

DRAWN_EDGES = 250  # the heaviest ones of a motif's graph
DRAWN_CLOCKS = 6


def label_colours(labels: list[str]) -> dict[str, str]:
    """Colour of each kind of stimulus, the same in all figures."""
    return {label: PALETTE[place % len(PALETTE)] for place, label in enumerate(labels)}


def labels_of(atlas: Atlas) -> list[str]:
    """Kinds of stimuli, in the order in which they come."""
    return list(dict.fromkeys(one.label for several in atlas.stimuli.values() for one in several))


@styled
def draw_courses(atlas: Atlas, motifs: list[int]) -> Figure:
    """Draw time courses of motifs, a row each, with stimuli as bars behind them."""
    clocks = atlas.clocks[:DRAWN_CLOCKS]
    shared = len(clocks) == 1
    rows: list[tuple[int, str]] = [(motif, clock) for motif in motifs for clock in clocks]
    figure = new_figure(7.4, 0.75 + (0.62 if shared else 0.5) * len(rows))
    axes: Any = figure.subplots(len(rows), 1, squeeze=False, sharex=shared)[:, 0]
    colours = label_colours(labels_of(atlas))
    for place, (motif, clock) in enumerate(rows):
        _draw_course(axes[place], atlas, motif, clock, colours)
        name = f"motif {motif}" if shared else clock
        axes[place].set_ylabel(name, rotation=0, ha="right", va="center")
    axes[-1].set_xlabel("seconds")
    if colours:
        _legend(figure, colours)
    return figure


def _draw_course(axes: Axes, atlas: Atlas, motif: int, clock: str, colours: dict[str, str]) -> None:
    course = atlas.course(motif, clock)
    times = atlas.tables["courses"].query("clock == @clock")["time"].to_numpy()
    for one in atlas.stimuli.get(clock, ()):
        end = one.onset + max(one.duration, atlas.step)
        axes.axvspan(one.onset, end, color=colours[one.label], alpha=0.28, linewidth=0)
    axes.fill_between(times, course, color=INK, alpha=0.25, linewidth=0, step="mid")
    axes.plot(times, course, color=INK, linewidth=1)
    axes.set_ylim(0, 1.05)
    axes.set_xlim(times[0] - atlas.step / 2, times[-1] + atlas.step / 2)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0)
    axes.spines["left"].set_visible(False)


def _legend(figure: Figure, colours: dict[str, str]) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(color=colour, alpha=0.45, linewidth=0, label=label)
        for label, colour in colours.items()
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=min(len(handles), 6))


def by_community(atlas: Atlas, motif: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes that were seen, the core first, then community by community, and their communities."""
    table = atlas.members(motif)
    table = table[table["community"] >= 0]
    means = table.groupby("community")["strength"].transform("mean")
    table = table.assign(mean=means)
    keys = ["core", "mean", "community", "strength"]
    table = table.sort_values(keys, ascending=[False, False, True, False], kind="stable")
    return table.index.to_numpy(), table["community"].to_numpy()


@styled
def draw_matrix(atlas: Atlas, motif: int) -> Figure:
    """Draw a motif's graph as a matrix, nodes sorted by community; grey was never observed."""
    import matplotlib as mpl

    order, communities = by_community(atlas, motif)
    weights = atlas.graph(motif)[np.ix_(order, order)]
    figure = new_figure(3.7, 3.5)
    axes = figure.add_subplot()
    colours = mpl.colormaps["cividis"].with_extremes(bad=GREY)
    top = np.nanpercentile(weights, 99.5) if np.isfinite(weights).any() else 1.0
    drawn = axes.imshow(weights, cmap=colours, vmin=0, vmax=top or 1.0, interpolation="nearest")
    edges = np.flatnonzero(np.diff(communities)) + 0.5
    for edge in edges:
        axes.axhline(edge, color="white", linewidth=0.8)
        axes.axvline(edge, color="white", linewidth=0.8)
    if len(order) <= 40:
        names = [atlas.nodes[place] for place in order]
        size = min(8.0, 260 / len(names))
        axes.set_xticks(range(len(names)), names, rotation=90, fontsize=size)
        axes.set_yticks(range(len(names)), names, fontsize=size)
    else:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlabel(f"{len(order)} nodes, by community")
    axes.tick_params(length=0)
    figure.colorbar(drawn, ax=axes, shrink=0.8, pad=0.03)
    return figure


@styled
def draw_graph(atlas: Atlas, motif: int) -> Figure:
    """Draw the heaviest edges of a motif: nodes on a circle by community, the core in colour."""
    order, _ = by_community(atlas, motif)
    weights = np.nan_to_num(atlas.graph(motif)[np.ix_(order, order)])
    table = atlas.members(motif).loc[order]
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(order)) / max(len(order), 1)
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    figure = new_figure(3.7, 3.5)
    axes = figure.add_subplot()
    first, second = np.triu_indices(len(order), 1)
    heavy = np.argsort(weights[first, second], kind="stable")[-DRAWN_EDGES:]
    top = weights.max() or 1.0
    core = table["core"].to_numpy()
    for edge in heavy:
        one, other = first[edge], second[edge]
        share = weights[one, other] / top
        if share < 0.05:
            continue
        colour = PALETTE[1] if core[one] and core[other] else GREY
        axes.plot(*places[[one, other]].T, color=colour, alpha=0.15 + 0.6 * share, lw=0.3 + share)
    sizes = 8 + 60 * table["strength"].to_numpy() / max(table["strength"].max(), 1e-300)
    colours = np.where(core, PALETTE[1], PALETTE[0])
    across, up = places.T
    axes.scatter(across, up, s=sizes, c=colours, zorder=3, linewidths=0.4, edgecolors="white")
    named = core if core.sum() <= 30 else np.zeros(len(core), dtype=bool)
    for place in np.flatnonzero(named if len(order) > 30 else np.ones(len(order), dtype=bool)):
        turn = np.degrees(angles[place])
        left = abs((turn + 180) % 360 - 180) > 90
        axes.annotate(
            atlas.nodes[order[place]], places[place] * 1.07, fontsize=6.5, va="center",
            ha="right" if left else "left", rotation=turn + 180 if left else turn,
            rotation_mode="anchor",
        )  # fmt: skip
    axes.set_xlim(-1.4, 1.4)
    axes.set_ylim(-1.4, 1.4)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return figure


@styled
def draw_animals(atlas: Atlas) -> Figure:
    """Draw how strong each motif is in each animal; one is the mean."""
    table = atlas.tables["loadings"].set_index("animal")
    figure = new_figure(7.4, 1.0 + 0.24 * len(table))
    axes = figure.add_subplot()
    drawn = axes.imshow(table.to_numpy(), cmap="cividis", vmin=0, aspect="auto")
    axes.set_yticks(range(len(table)), list(table.index))
    axes.set_xticks(range(len(table.columns)), [str(n + 1) for n in range(len(table.columns))])
    axes.set_xlabel("motif")
    axes.tick_params(length=0)
    figure.colorbar(drawn, ax=axes, pad=0.02, label="loading")
    return figure


@styled
def draw_stimuli(atlas: Atlas, table: str) -> Figure:
    """Draw how each motif follows each stimulus or behaviour; a ring where p is low."""
    rows = atlas.tables[table]
    grid = rows.pivot(index="label", columns="motif", values="r")
    chance = rows.pivot(index="label", columns="motif", values="p")
    figure = new_figure(7.4, 1.0 + 0.3 * len(grid))
    axes = figure.add_subplot()
    drawn = axes.imshow(grid.to_numpy(), cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    low = np.argwhere(chance.to_numpy() <= LEVEL)
    if len(low):
        dark = np.abs(grid.to_numpy(float)[low[:, 0], low[:, 1]]) > 0.5
        seen_on = ["white" if one else INK for one in dark]
        axes.scatter(
            low[:, 1], low[:, 0], s=70, facecolors="none", edgecolors=seen_on, linewidths=1.8
        )
    axes.set_yticks(range(len(grid)), list(grid.index))
    axes.set_xticks(range(len(grid.columns)), [str(one) for one in grid.columns])
    axes.set_xlabel("motif")
    axes.tick_params(length=0)
    figure.colorbar(drawn, ax=axes, pad=0.02, label="correlation")
    return figure


@styled
def draw_ranks(atlas: Atlas) -> Figure:
    """Draw what each rank costs on held-out pairs, how well it fits, and how its starts agree."""
    table = atlas.tables["ranks"]
    columns = [name for name in ("held_out", "error", "agreement") if name in table]
    figure = new_figure(7.4, 2.2)
    several: Any = figure.subplots(1, len(columns), squeeze=False)[0]
    words = {
        "held_out": "error on held-out pairs",
        "error": "error",
        "agreement": "agreement of starts",
    }
    chosen = atlas.n_motifs
    for axes, name in zip(several, columns, strict=True):
        axes.axvspan(chosen - 0.4, chosen + 0.4, color=BAND, linewidth=0)
        axes.plot(table["rank"], table[name], "o-", color=PALETTE[0], markersize=3.5)
        axes.set_xlabel("motifs")
        axes.set_title(words[name], fontsize=9.5)
    return figure
