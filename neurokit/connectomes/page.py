"""The page of an atlas: one HTML file that opens without a network."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.connectomes import figures
from neurokit.connectomes.atlas import Atlas
from neurokit.connectomes.locked import LEVEL
from neurokit.files.whole_files import write_whole
from neurokit.fingerprint import versions
from neurokit.studies.report import render

HONESTY = (
    "The exact affinity of Dyballa et al. (ICLR 2024, arXiv:2402.14102), their rank rule and "
    "their solver are not known to us: scaling, filter, kernel and rank rule here are neurokit's "
    "own, and the paper's worms and numbers are not reproduced.",
    "An affinity is high where two nodes change (or are high) together; it says nothing about "
    "which drives which, and the geometric, product and minimum kernels do not see opposite "
    "changes.",
    "Correlations with stimuli and behaviour are of time courses that were found without them. "
    "Their p is the share of circular shifts of the same time courses in which any motif follows "
    "any stimulus as well: it holds for the whole table.",
    "Pairs that no animal has together are grey: they are unobserved, not zero.",
)
SHOWN_MEMBERS = 40


def write_page(atlas: Atlas, path: Path) -> Path:
    """Write the page of an atlas.

    Parameters
    ----------
    atlas : Atlas
    path : Path
        The HTML file.

    Returns
    -------
    path : Path
    """
    shared = atlas.clock == "shared"
    tables = atlas.tables
    context = {
        "title": "Atlas of motifs",
        "atlas": atlas,
        "verdict": verdict(atlas),
        "overview": [overview(atlas, motif) for motif in range(1, atlas.n_motifs + 1)],
        "courses_figure": figures.draw_courses(atlas, list(range(1, atlas.n_motifs + 1)))
        if shared
        else "",
        "animals_figure": figures.draw_animals(atlas) if len(atlas.animals) > 1 else "",
        "stimuli_figure": figures.draw_stimuli(atlas, "stimuli") if len(tables["stimuli"]) else "",
        "behaviour_figure": figures.draw_stimuli(atlas, "behaviour")
        if len(tables["behaviour"])
        else "",
        "ranks_figure": figures.draw_ranks(atlas) if len(tables["ranks"]) else "",
        "rank_words": _rank_words(atlas),
        "motifs": [_motif(atlas, motif) for motif in range(1, atlas.n_motifs + 1)],
        "sensitivity": tables["sensitivity"].to_dict("records"),
        "honesty": HONESTY,
        "settings": [(name.replace("_", " "), _words(value)) for name, value in _settings(atlas)],
        "versions": list(versions().items()),
        "written": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    }
    return write_whole(path, render("atlas.html", context))


def verdict(atlas: Atlas) -> str:
    """Say in a sentence or two what was found."""
    text = (
        f"{atlas.n_motifs} motifs among {len(atlas.nodes)} nodes of {len(atlas.animals)} "
        f"{'animal' if len(atlas.animals) == 1 else 'animals'}."
    )
    told = []
    for table in ("stimuli", "behaviour"):
        rows = atlas.tables[table]
        low = rows[(rows["p"] <= LEVEL) & (rows["r"] > 0)].sort_values("r", ascending=False)
        told += [
            f"motif {row.motif} follows {row.label} (r = {row.r:.2f}, p = {row.p:.2g})"
            for row in low.drop_duplicates("motif").itertuples()
        ]
    if told:
        sentence = "; ".join(told)
        return f"{text} {sentence[0].upper()}{sentence[1:]}."
    if len(atlas.tables["stimuli"]) or len(atlas.tables["behaviour"]):
        return f"{text} None follows a stimulus or behaviour beyond what shifted time courses do."
    return f"{text} There were no stimuli and no behaviour to compare them with."


def overview(atlas: Atlas, motif: int) -> dict[str, Any]:
    """One motif in a line."""
    core = atlas.core(motif)
    if len(core) == (atlas.members(motif)["community"] >= 0).sum() > 12:
        named = f"all {len(core)} nodes alike"
    else:
        named = ", ".join(core[:12]) + (f" and {len(core) - 12} more" if len(core) > 12 else "")
    best = {}
    for table in ("stimuli", "behaviour"):
        rows = atlas.tables[table]
        rows = rows[rows["motif"] == motif]
        if (rows["r"] > 0).any():
            row = rows.iloc[int(np.argmax(rows["r"].to_numpy()))]
            best[table] = f"{row['label']}: r {row['r']:.2f}, p {row['p']:.2g}"
    loadings = atlas.tables["loadings"][f"motif_{motif}"]
    return {
        "motif": motif,
        "share": atlas.motifs[motif - 1]["weight"],
        "core": named,
        "stimulus": best.get("stimuli", ""),
        "behaviour": best.get("behaviour", ""),
        "animals": int(np.count_nonzero(loadings > 0.1)),
    }


def _rank_words(atlas: Atlas) -> str:
    """What other rules than held-out pairs say."""
    table = atlas.tables["ranks"]
    told = [
        f"the {words} {int(table.loc[table[name], 'rank'].iloc[0])}"
        for name, words in (("elbow", "elbow of the error says"), ("knee", "nuclear norm's knee"))
        if name in table
    ]
    return f"; {', '.join(told)}" if told else ""


def _motif(atlas: Atlas, motif: int) -> dict[str, Any]:
    members = atlas.members(motif)
    members = members[members["community"] >= 0]
    shown = members.sort_values(["core", "strength"], ascending=[False, False], kind="stable")
    return {
        "number": motif,
        "line": overview(atlas, motif),
        "course": figures.draw_courses(atlas, [motif]),
        "matrix": figures.draw_matrix(atlas, motif),
        "graph": figures.draw_graph(atlas, motif),
        "members": shown.head(SHOWN_MEMBERS).to_dict("records"),
        "left_out": max(len(shown) - SHOWN_MEMBERS, 0),
        "communities": int(members["community"].nunique()),
    }


def _settings(atlas: Atlas) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in atlas.settings.items() if value is not None]


def _words(value: Any) -> str:
    """A setting as one reads it."""
    if isinstance(value, list | tuple):
        whole = [one for one in value if isinstance(one, int)]
        if len(whole) > 3 and whole == list(range(whole[0], whole[-1] + 1)):
            return f"{whole[0]} to {whole[-1]}"
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
