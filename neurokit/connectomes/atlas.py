"""An atlas: motifs, when they work, in whom, who belongs to them; one folder, read back whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neurokit.connectomes.traces import Stimulus
from neurokit.files.whole_files import write_whole, written_whole

FORMAT = 1
TABLES = (
    "courses", "loadings", "pairs", "nodes", "stimuli", "behaviour", "ranks", "sensitivity",
)  # fmt: skip


@dataclass(frozen=True)
class Atlas:
    """What an experiment's animals have in common.

    Parameters
    ----------
    nodes : tuple of str
        Names.
    animals : tuple of str
        Names.
    clock : {"shared", "own"}
        Whether a time is the same moment in all animals.
    step : float
        Seconds from time to time.
    tables : dict of str to DataFrame
        ``courses``: ``clock`` (an animal, or ``all``), ``time`` in seconds, ``motif_1`` and so on,
        each with a maximum of one. ``loadings``: ``animal`` and a column a motif, their mean one.
        ``pairs``: ``layer``, ``first``, ``second``, ``seen`` (animals that have both) and a column
        a motif, NaN where no animal has both. ``nodes``: ``motif``, ``node``, ``strength`` (mean
        weight to the others), ``community``, ``certainty``, ``core`` (whether its community is
        where the motif is strongest). ``stimuli`` and ``behaviour``: ``motif``, ``label``, ``r``,
        ``p``. ``ranks``: what was tried. ``sensitivity``: ``kernel``, ``smoothing``, ``match``.
    stimuli : dict of str to tuple of Stimulus
        By clock.
    motifs : list of dict
        ``weight`` (share of the sum over motifs), ``description_length``, ``degree_corrected``.
    settings : dict
        What was asked for.
    notes : tuple of str
        What a reader must know.
    """

    nodes: tuple[str, ...]
    animals: tuple[str, ...]
    clock: str
    step: float
    tables: dict[str, pd.DataFrame]
    stimuli: dict[str, tuple[Stimulus, ...]] = field(default_factory=dict)
    motifs: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def n_motifs(self) -> int:
        """How many motifs there are."""
        return len(self.motifs)

    @property
    def clocks(self) -> tuple[str, ...]:
        """Of the time courses."""
        return tuple(self.tables["courses"]["clock"].unique())

    def course(self, motif: int, clock: str | None = None) -> np.ndarray:
        """Time course of a motif, counted from one, on one clock or on all, shape (n_times,)."""
        table = self.tables["courses"]
        if clock is not None:
            table = table[table["clock"] == clock]
        return table[f"motif_{motif}"].to_numpy()

    def graph(self, motif: int, layer: int = 0) -> np.ndarray:
        """Weights of a motif, shape (n_nodes, n_nodes); NaN where never observed."""
        table = self.tables["pairs"]
        weights = table.loc[table["layer"] == layer, f"motif_{motif}"].to_numpy()
        matrix = np.full((len(self.nodes),) * 2, np.nan)
        first, second = np.triu_indices(len(self.nodes), 1)
        matrix[first, second] = matrix[second, first] = weights
        return matrix

    def members(self, motif: int) -> pd.DataFrame:
        """Nodes of a motif in the order of ``nodes``."""
        table = self.tables["nodes"]
        return table[table["motif"] == motif].reset_index(drop=True)

    def core(self, motif: int) -> tuple[str, ...]:
        """Names of the nodes among which a motif is strongest, the strongest first."""
        table = self.members(motif)
        return tuple(table[table["core"]].sort_values("strength", ascending=False)["node"])


def core_communities(weights: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Nodes of the community, or the two, within or between which the mean weight is largest.

    Parameters
    ----------
    weights : array, shape (n_nodes, n_nodes)
        NaN where not observed.
    labels : array of int, shape (n_nodes,)
        Community of each node; below 0 for none.

    Returns
    -------
    core : array of bool, shape (n_nodes,)
    """
    best, core = -np.inf, np.zeros(len(labels), dtype=bool)
    blocks = np.unique(labels[labels >= 0])
    for place, one in enumerate(blocks):
        for other in blocks[place:]:
            values = weights[np.ix_(labels == one, labels == other)]
            values = values[np.isfinite(values)]
            if len(values) and values.mean() > best:
                best, core = float(values.mean()), (labels == one) | (labels == other)
    return core


def write_atlas(atlas: Atlas, folder: str | Path) -> Path:
    """Write an atlas to a folder.

    Parameters
    ----------
    atlas : Atlas
    folder : path
        Gets a Parquet file a table, ``motif-1.graphml`` and so on, and last ``atlas.json``:
        without it there is no atlas.

    Returns
    -------
    folder : Path
    """
    folder = Path(folder)
    (folder / "atlas.json").unlink(missing_ok=True)
    for name in TABLES:
        with written_whole(folder / f"{name}.parquet") as place:
            atlas.tables[name].to_parquet(place)
    for old in folder.glob("motif-*.graphml"):
        old.unlink()
    for motif in range(1, atlas.n_motifs + 1):
        with written_whole(folder / f"motif-{motif}.graphml") as place:
            _write_graph(atlas, motif, place)
    content = {
        "format": FORMAT,
        "nodes": atlas.nodes,
        "animals": atlas.animals,
        "clock": atlas.clock,
        "step": atlas.step,
        "stimuli": atlas.stimuli,
        "motifs": atlas.motifs,
        "settings": atlas.settings,
        "notes": atlas.notes,
    }
    write_whole(folder / "atlas.json", json.dumps(content, indent=1))
    return folder


def _write_graph(atlas: Atlas, motif: int, place: Path) -> None:
    import networkx as nx

    graph = nx.Graph(motif=motif)
    for row in atlas.members(motif).to_dict("records"):
        graph.add_node(
            row["node"], community=int(row["community"]), certainty=float(row["certainty"]),
            core=bool(row["core"]),
        )  # fmt: skip
    weights = atlas.graph(motif)
    for first, second in np.argwhere(np.triu(np.nan_to_num(weights), 1) > 0):
        weight = float(weights[first, second])
        graph.add_edge(atlas.nodes[first], atlas.nodes[second], weight=weight)
    nx.write_graphml(graph, place)


def read_atlas(folder: str | Path) -> Atlas:
    """Read an atlas back.

    Parameters
    ----------
    folder : path
        That :func:`write_atlas` wrote.

    Returns
    -------
    atlas : Atlas

    Raises
    ------
    ValueError
        If it is of another format.
    OSError
        If it is not there whole.
    """
    folder = Path(folder)
    path = folder / "atlas.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"{folder} holds no atlas; make one: neurokit connectome discover FILES --out {folder}"
        )
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.get("format") != FORMAT:
        raise ValueError(
            f"{path} has format {content.get('format')}, this program reads {FORMAT}; make it anew"
        )
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    return Atlas(
        nodes=tuple(content["nodes"]),
        animals=tuple(content["animals"]),
        clock=content["clock"],
        step=content["step"],
        tables=tables,
        stimuli={key: _stimuli(several) for key, several in content["stimuli"].items()},
        motifs=content["motifs"],
        settings=content["settings"],
        notes=tuple(content["notes"]),
    )


def _stimuli(several: Sequence[Sequence[Any]]) -> tuple[Stimulus, ...]:
    return tuple(Stimulus(*one) for one in several)
