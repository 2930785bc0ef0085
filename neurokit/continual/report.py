"""The report of a stream: one HTML file with the accuracy matrix beside the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.continual.figures import draw_courses, draw_learners, draw_matrices
from neurokit.continual.outcome import (
    differences,
    learner_table,
    matrix,
    primary,
    unit_table,
)
from neurokit.continual.settings import StreamSettings
from neurokit.files.whole_files import write_whole
from neurokit.fingerprint import versions
from neurokit.studies.report import render, signed, two_digits

Record = dict[str, Any]
HONESTY = (
    "Low forgetting alone says little: a model that learns nothing new forgets nothing. Read it "
    "beside the accuracy just after learning, and on the last task.",
    "What a recording needs is accuracy on the next one. There, forgetting an old visit is often "
    "harmless.",
    "Hidden spikes are no anonymisation. To delete a person's memories drops what is stored; units "
    "that were frozen stay as that person trained them.",
    "Learners that align a visit see its trials without labels, all of the visit's that are tested "
    "in one go.",
)


def verdict(records: Sequence[Record]) -> str:
    """Say in a sentence or two how the first learner stands beside the others.

    Parameters
    ----------
    records : sequence of dict
        Of :func:`neurokit.continual.study.run_units`.

    Returns
    -------
    text : str
    """
    table, which = learner_table(records), primary(records)
    first = table.iloc[0]
    if not first["units"] or np.isnan(first[which]):
        return f"{first['learner']} could not go through the stream; see what was refused."
    what = "the next one" if which == "next" else "all tasks at the end"
    text = (
        f"{first['learner']} reached {two_digits(first[which])} on {what} (95 % interval "
        f"{two_digits(first['low'])} to {two_digits(first['high'])} {first['interval']}; chance "
        f"{two_digits(first['chance'])})."
    )
    if first["low"] <= first["chance_high"]:
        text += " This is not clear of guessing."
    pairs = differences(records)
    if len(pairs):
        keeps_all = pairs["learner"].str.startswith("everything:")
        others = pairs[~keeps_all]
        if len(others):
            # the others' best is the first's smallest lead
            rival = others.sort_values("difference").iloc[0]
            text += (
                f" The best that does not keep everything, {rival['learner']}, is "
                f"{signed(-rival['difference'])} from it (interval of the difference "
                f"{signed(-rival['high'])} to {signed(-rival['low'])}, "
                f"{rival['n']:.0f} {rival['pairs']})."
            )
    return text


def write_stream_report(path: Path, settings: StreamSettings, records: Sequence[Record]) -> Path:
    """Write the report.

    Parameters
    ----------
    path : Path
        The HTML file.
    settings : StreamSettings
    records : sequence of dict
        Of :func:`neurokit.continual.study.run_units`.

    Returns
    -------
    path : Path
    """
    table, which = learner_table(records), primary(records)
    good = [record for record in records if record["error"] is None]
    names = list(dict.fromkeys(record["learner"] for record in good))
    means = [mean_matrix(good, name) for name in names]
    context = {
        "settings_of": settings,
        "which": which,
        "verdict": verdict(records),
        "honesty": HONESTY,
        "learners": table.to_dict("records"),
        "learners_figure": draw_learners(table, which) if good else "",
        "matrices": draw_matrices(names, means) if good else "",
        "courses": _courses(good, names) if good else "",
        "pairs": differences(records).to_dict("records"),
        "units": unit_table(records).to_dict("records"),
        "refused": [record for record in records if record["error"]],
        "tasks": list(enumerate(records[0]["tasks"], start=1)),
        "settings": [(key, _words(value)) for key, value in settings.model_dump().items()],
        "versions": list(versions().items()),
        "written": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
        "knows": {name: bool(table[name].notna().any()) for name in ("connections", "spikes")},
        "people": len({record["person"] for record in records}),
        "seeds": len({record["seed"] for record in records}),
    }
    return write_whole(path, render("stream.html", context))


def mean_matrix(good: Sequence[Record], learner: str) -> np.ndarray:
    """Mean a learner's accuracies over people and seeds, of the episodes that all have.

    Parameters
    ----------
    good : sequence of dict
        Records without error.
    learner : str

    Returns
    -------
    R : array, shape (n_episodes, n_tasks)
    """
    found = [matrix(record) for record in good if record["learner"] == learner]
    n_episodes = min(len(R) for R in found)
    n_tasks = min(R.shape[1] for R in found)
    return np.asarray(np.mean([R[:n_episodes, :n_tasks] for R in found], axis=0))


def _courses(good: Sequence[Record], names: Sequence[str]) -> str:
    """Accuracy on all that was seen, over the episodes."""
    courses = {}
    for name in names:
        rows = [
            [episode["hits"] / episode["n"] for episode in record["episodes"]]
            for record in good
            if record["learner"] == name
        ]
        n_episodes = min(map(len, rows))
        courses[name] = np.mean([row[:n_episodes] for row in rows], axis=0)
    return draw_courses(courses, "accuracy on all seen so far")


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(_words(one) for one in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
