"""A report on results: one HTML file with its figures inside, which opens without a network."""

from __future__ import annotations

import json
import re
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neurokit.figures import (
    draw_choices,
    draw_pairs,
    draw_people,
    draw_scores,
    draw_seconds,
    scorer_name,
)
from neurokit.files.whole_files import write_whole
from neurokit.statistics import Predictions, compare, summarise
from neurokit.studies.comparison import ALL

_STUDY = ["dataset", "evaluation", "paradigm", "scorer"]


def write_report(
    path: str | Path,
    frame: pd.DataFrame,
    predictions: Predictions | None = None,
    *,
    title: str = "Evaluation of pipelines",
    notes: str = "",
) -> Path:
    """Write an HTML report: scores with intervals and chance, comparisons, choices, timings.

    Parameters
    ----------
    path : path
        The HTML file; one that is there is replaced.
    frame : DataFrame
        One row a fold, as `neurokit.studies.results.Results.frame` gives it.
    predictions : callable
        As in `neurokit.statistics.summarise`.
    title, notes : str
        Heading, and a sentence or two below it.

    Returns
    -------
    path : Path

    Raises
    ------
    ValueError
        If there are no folds.
    OSError
        If it cannot be written.
    """
    if frame.empty:
        raise ValueError("there are no folds to report; run neurokit evaluate first")
    text = render("report.html", _context(frame, predictions) | {"title": title, "notes": notes})
    return write_whole(Path(path), text)


def render(template: str, context: dict[str, Any]) -> str:
    """Fill one of our pages, which share their style."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "two": two_digits,
        "signed": signed,
        "p": p_value,
        "scorer": scorer_name,
    }
    folder = files("neurokit").joinpath("templates")
    style = folder.joinpath("report.css").read_text(encoding="utf-8")
    source = folder.joinpath(template).read_text(encoding="utf-8")
    return environment.from_string(source).render(context | {"style": style})


def _context(frame: pd.DataFrame, predictions: Predictions | None) -> dict[str, Any]:
    summary = summarise(frame, predictions)
    people = summarise(frame, predictions, per="subject")
    pairs = _compared(frame)
    studies = []
    for names, rows in summary.groupby(_STUDY, sort=False, dropna=False):
        study = dict(zip(_STUDY, names, strict=True))
        studies.append(study | _study(study, rows, people, frame, pairs))
    failed = frame[frame["error"].notna()]
    return {
        "studies": studies,
        "combined": _winners(pairs[pairs["dataset"] == ALL]) if len(pairs) else [],
        "failed": [_failure(row) for row in _records(failed)],
        "settings": _settings(frame),
        "versions": _versions(frame),
        "written": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    }


def _study(
    study: dict[str, Any],
    rows: pd.DataFrame,
    people: pd.DataFrame,
    frame: pd.DataFrame,
    pairs: pd.DataFrame,
) -> dict[str, Any]:
    """Tables and figures of one data set in one evaluation."""
    own_people, folds = _of(study, people), _of(study, frame)
    good = folds[folds["score"].notna()]
    n_people = own_people["subject"].nunique()
    by = ["subject"] if n_people > 1 else ["session", "fold"]
    scores = good.pivot_table(index=by, columns="pipeline", values="score")
    ranked = rows.dropna(subset="score").sort_values("score", ascending=False, kind="stable")
    best = ranked["pipeline"].tolist()
    drawn = [(best[0], other) for other in best[1:7]] if len(scores) > 1 else []
    choices = _choices(good)
    return {
        "people": n_people,
        "rows": _records(rows.sort_values("score", ascending=False, kind="stable")),
        "verdict": _verdict(ranked),
        "pairs": _winners(_of(study, pairs)) if len(pairs) else [],
        "scores_figure": draw_scores(rows, own_people) if best else "",
        "people_figure": draw_people(own_people) if best and n_people > 1 else "",
        "pairs_figure": draw_pairs(scores, drawn) if drawn else "",
        "pairs_dots": "person" if n_people > 1 else "fold",
        "choices_figure": draw_choices(choices) if choices else "",
        "seconds_figure": draw_seconds(good) if best else "",
    }


def _of(study: dict[str, Any], table: pd.DataFrame) -> pd.DataFrame:
    # a fold that failed early has no scorer, and belongs to no other study
    names = [name for name in _STUDY if name != "scorer"]
    inside = np.logical_and.reduce([table[name] == study[name] for name in names])
    return table[inside & (table["scorer"].isin([study["scorer"]]) | table["scorer"].isna())]


def _compared(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.loc[frame["score"].notna(), "pipeline"].nunique() < 2:
        return pd.DataFrame()
    return compare(frame)


def _verdict(ranked: pd.DataFrame) -> str:
    """Say in one sentence what the best pipeline's score means."""
    if ranked.empty:
        return "No fold of this study has a score; the reasons stand below."
    best = ranked.iloc[0]
    equal = " and ".join(ranked.loc[ranked["score"] > best["score"] - 1e-9, "pipeline"])
    text = (
        f"{equal} scored highest: {two_digits(best['score'])} "
        f"({two_digits(best['low'])} to {two_digits(best['high'])})"
    )
    if np.isnan(best["chance_high"]):
        return text + "."
    band = f"{two_digits(best['chance_low'])} to {two_digits(best['chance_high'])}"
    above = best["score"] > best["chance_high"]
    means = "lies above" if above else "lies within"
    return f"{text}, which {means} the band in which guessing falls ({band})."


def choices_of(chosen: dict[str, Any]) -> dict[str, Any]:
    """Order and lag among chosen parameters, whatever steps they belong to."""
    short = {name.rpartition("__")[2]: value for name, value in (chosen or {}).items()}
    return {name: short[name] for name in ("order", "lag") if name in short}


def _choices(good: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Count how often each order and lag was chosen, pipeline by pipeline."""
    counts = {}
    for name, rows in good.groupby("pipeline", sort=False):
        found = pd.DataFrame([choices_of(chosen) for chosen in rows["chosen"]])
        if {"order", "lag"} <= set(found.columns):
            found = found.dropna().astype(int)
            counts[str(name)] = pd.crosstab(found["order"], found["lag"])
    return {name: table for name, table in counts.items() if table.size}


def _settings(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Every setting and its values over all folds."""
    values: dict[str, dict[str, None]] = {}
    for row in frame["settings"]:
        for name, value in (row or {}).items():
            values.setdefault(name, {})[_text(value)] = None
    values["seed"] = dict.fromkeys(str(seed) for seed in frame["seed"].dropna().unique())
    return [(name, "; ".join(found)) for name, found in values.items()]


def _versions(frame: pd.DataFrame) -> list[tuple[str, str]]:
    values: dict[str, dict[str, None]] = {}
    for row in frame["versions"]:
        for name, value in (row or {}).items():
            values.setdefault(name, {})[str(value)] = None
    return [(name, ", ".join(found)) for name, found in values.items()]


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " to ".join("end" if item is None else str(item) for item in value)
    return (
        "default"
        if value is None
        else value
        if isinstance(value, str)
        else json.dumps(value, default=str)
    )


def _failure(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"reason": last_line(row["error"])}


def last_line(error: str | None) -> str:
    """Last line of a traceback: what went wrong, without the exception's module."""
    lines = [line for line in (error or "").strip().splitlines() if line.strip()]
    return re.sub(r"^([a-z_]\w*\.)+(?=[A-Z]\w*:)", "", lines[-1].strip()) if lines else ""


def _winners(pairs: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a comparison, each turned so that the better pipeline comes first."""
    rows = []
    for row in _records(pairs):
        if row["difference"] < 0:
            row |= {"first": row["second"], "second": row["first"], "effect": -row["effect"]}
            row |= {"difference": -row["difference"], "low": -row["high"], "high": -row["low"]}
        rows.append(row)
    return sorted(rows, key=lambda row: -row["difference"])


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def two_digits(value: float) -> str:
    """Two digits after the point, or a dash."""
    return "–" if value is None or np.isnan(value) else f"{value:.2f}"


def signed(value: float) -> str:
    """Two digits with their sign, or a dash."""
    return "–" if value is None or np.isnan(value) else f"{value:+.2f}".replace("-", "−")


def p_value(value: float) -> str:
    """Give a p-value to two digits, or as less than 0.001."""
    if value is None or np.isnan(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.2g}" if value < 0.1 else f"{value:.2f}"
