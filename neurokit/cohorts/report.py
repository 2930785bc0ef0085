"""The report of a cohort: one HTML file that says what a score is worth, and what it is not."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neurokit.cohorts.cohort import Cohort
from neurokit.cohorts.figures import (
    draw_brain,
    draw_models,
    draw_nodes,
    draw_null,
    draw_sites,
    draw_sweep,
)
from neurokit.cohorts.scores import correlate
from neurokit.cohorts.study import CohortScores
from neurokit.files.whole_files import write_whole
from neurokit.fingerprint import versions
from neurokit.studies.report import render, two_digits

HONESTY = (
    "Not a diagnostic device: nothing here may decide about a person.",
    "On ADHD-200 expect 60 to 70 %. Studies that report much more mostly chose features on the "
    "people they tested, or tested people they had trained on.",
    "A model that knows age, sex, IQ and site alone is a strong baseline: in the ADHD-200 "
    "competition it did better than every team that used images.",
    "Triangle counts partly follow from degrees, and from the transitivity of correlation: compare "
    "with the degrees alone (features: degree) before you read anatomy into them.",
    "Of Dey, Rao and Shah (2012, doi:10.3389/fnsys.2012.00075) only the abstract could be read. "
    "Their threshold, bins of distance, rule of the mask, size of the PCA and tables are unknown "
    "to us: here they are parameters, tuned on training people alone.",
)


@dataclass(frozen=True)
class Maps:
    """Maps of everyone at the density that the folds chose most.

    Parameters
    ----------
    values : array, shape (n_scans, n_nodes)
        In the order of the cohort's table.
    what : str
        Which map at which density.
    """

    values: np.ndarray
    what: str

    def difference(self, patient: np.ndarray, site: np.ndarray) -> np.ndarray:
        """Two-sample statistic of each node, patients less controls, sites' means taken out."""
        values = self.values.astype(float)
        for one in np.unique(site):
            values[site == one] -= values[site == one].mean(axis=0)
        first, second = values[patient], values[~patient]
        error = np.sqrt(
            first.var(axis=0, ddof=1) / len(first) + second.var(axis=0, ddof=1) / len(second)
        )
        gap = first.mean(axis=0) - second.mean(axis=0)
        found: np.ndarray = np.divide(gap, error, out=np.zeros(len(gap)), where=error > 1e-12)
        return found


def mask_frequency(found: CohortScores) -> np.ndarray:
    """How often each node was chosen, mean over the folds, shape (n_nodes,)."""
    frequency: np.ndarray = np.mean([one["frequency"] for one in found.details], axis=0)
    return frequency


def node_table(cohort: Cohort, found: CohortScores, maps: Maps) -> pd.DataFrame:
    """What is known of each node.

    Returns
    -------
    nodes : DataFrame
        One row a node: ``node`` (from 1), where there is space ``i``, ``j``, ``k`` (voxel),
        ``frequency`` with which it was chosen, ``mean`` of everyone's map, and ``difference``, the
        two-sample statistic of patients less controls.
    """
    frequency = mask_frequency(found)
    voxels = cohort.voxels if cohort.grid is None else cohort.grid.voxels
    columns: dict[str, Any] = {"node": np.arange(1, len(frequency) + 1)}
    if voxels is not None:
        columns |= dict(zip("ijk", np.asarray(voxels).T, strict=True))
    table = cohort.table
    return pd.DataFrame(
        columns
        | {
            "frequency": frequency.round(4),
            "mean": maps.values.mean(axis=0),
            "difference": maps.difference(
                table["patient"].to_numpy(bool), table["site"].to_numpy()
            ),
        }
    )


def summary(cohort: Cohort, found: CohortScores, maps: Maps) -> dict[str, Any]:
    """What stands in the report's words, for who reads it without HTML."""
    return {
        "cohort": cohort.name,
        "condition": cohort.condition,
        "note": cohort.note,
        "people": int(cohort.table["subject"].nunique()),
        "scans": len(cohort.table),
        "verdict": verdict(cohort, found),
        "cautions": found.cautions,
        "maps": maps.what,
        "motion": motion_table(cohort, maps),
        "set_aside": cohort.aside,
        "p": float(found.p) if np.isfinite(found.p) else None,
        "honesty": HONESTY,
    }


def motion_table(cohort: Cohort, maps: Maps) -> list[dict[str, Any]]:
    """Correlation of the mean map with motion: of all, and with the sites' means taken out."""
    if "motion" not in cohort.table:
        return []
    motion = cohort.table["motion"].to_numpy(float)
    mean = maps.values.mean(axis=1)
    rows = [{"of": "all scans", **correlate(mean, motion)}]
    sites = cohort.table["site"]
    if sites.nunique() > 1:
        centred = [
            one - cohort.table.assign(one=one).groupby("site")["one"].transform("mean").to_numpy()
            for one in (mean, motion)
        ]
        rows.append({"of": "within sites", **correlate(*centred)})
    return rows


def verdict(cohort: Cohort, found: CohortScores) -> str:
    """Say in a sentence or two what the first model's score means."""
    first = found.models.iloc[0]
    text = (
        f"{first['model']} told {cohort.condition} from control in {first['accuracy']:.1%} of "
        f"{first['n']:.0f} people not seen in training (95 % interval "
        f"{first['accuracy_low']:.1%} to {first['accuracy_high']:.1%}); naming the larger class "
        f"scores {first['majority']:.1%}."
    )
    inside = first["accuracy_low"] <= first["majority"]
    text += (
        " The interval holds the majority: this is no evidence that the maps tell anything."
        if inside
        else " The interval lies above the majority."
    )
    others = found.models[found.models["model"].isin(["connectivity ridge", "phenotype only"])]
    better = others[others["accuracy"] >= first["accuracy"]]["model"]
    if len(better):
        words = " and ".join(better)
        text += f" {words[0].upper()}{words[1:]} did as well or better."
    if np.isfinite(found.p):
        text += (
            f" With diagnoses shuffled within sites, {len(found.null)} times, a balanced accuracy "
            f"of {first['balanced_accuracy']:.2f} or more came with p = {found.p:.2g}."
        )
    return text


def write_cohort_report(
    path: Path, cohort: Cohort, found: CohortScores, maps: Maps, settings: Mapping[str, Any]
) -> Path:
    """Write the report.

    Parameters
    ----------
    path : Path
        The HTML file.
    cohort : Cohort
    found : CohortScores
        Of :func:`neurokit.cohorts.study.study_cohort`.
    maps : Maps
    settings : mapping
        What was asked for, to be done again.

    Returns
    -------
    path : Path
    """
    table, nodes = cohort.table, node_table(cohort, found, maps)
    frequency, difference = (nodes[name].to_numpy() for name in ("frequency", "difference"))
    voxels = cohort.voxels if cohort.grid is None else cohort.grid.voxels
    stable = frequency >= 0.6
    first = found.models.iloc[0]
    figures = {
        "models_figure": draw_models(found.models),
        "sites_figure": draw_sites(found.sites) if len(found.sites) > 1 else "",
        "sweep_figure": draw_sweep(found.details) if len(found.details[0]["sweep"]) > 1 else "",
        "null_figure": draw_null(found.null, first["balanced_accuracy"]) if len(found.null) else "",
        "mask_figure": draw_nodes(frequency, [f"region {n + 1}" for n in range(len(frequency))])
        if voxels is None
        else draw_brain(frequency, voxels, stable, signed=False),
        "mean_figure": _brain(cohort, maps.values.mean(axis=0), stable, signed=False),
        "difference_figure": _brain(cohort, difference, stable, signed=True),
    }
    context = figures | {
        "cohort": cohort,
        "people": table["subject"].nunique(),
        "scans": len(table),
        "models": found.models.to_dict("records"),
        "sites": found.sites.to_dict("records"),
        "motion": motion_table(cohort, maps),
        "verdict": verdict(cohort, found),
        "cautions": found.cautions,
        "honesty": HONESTY,
        "what": maps.what,
        "in_mask": int(stable.sum()),
        "nodes": len(frequency),
        "aside": sorted(cohort.aside.items()),
        "settings": [(name.replace("_", " "), _words(value)) for name, value in settings.items()],
        "versions": list(versions().items()),
        "written": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
        "p": found.p,
        "shuffles": len(found.null),
    }
    return write_whole(path, render("cohort.html", context))


def _brain(cohort: Cohort, values: np.ndarray, stable: np.ndarray, *, signed: bool) -> str:
    """Picture of a map: on a glass brain where there is space, else on its grid; else nothing."""
    if cohort.grid is not None:
        from neurokit.images.brain_figures import draw_glass_brain

        image = cohort.grid.to_nifti(values.astype(np.float32))
        picture = b64encode(draw_glass_brain(image, signed=signed)).decode()
        return f'<img style="width: 100%" alt="glass brain" src="data:image/png;base64,{picture}">'
    if cohort.voxels is None:
        return ""
    return draw_brain(values, cohort.voxels, stable, signed=signed)


def _words(value: Any) -> str:
    """A setting as one reads it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(map(_words, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def show(value: float, low: float, high: float) -> str:
    """A score and its interval in words."""
    return f"{two_digits(value)}\n{two_digits(low)}-{two_digits(high)}"
