"""What a run of learners over streams says: tables with intervals, chance and paired tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from neurokit.continual.metrics import (
    final_accuracy,
    forgetting,
    last_accuracy,
    learning_accuracy,
    next_accuracy,
    paired_trials,
)
from neurokit.intervals import binomial_band, mean_interval, wilson
from neurokit.studies.comparison import compare

Record = dict[str, Any]
MEASURES = ("final", "forgetting", "learning", "last", "next")
COSTS = ("bytes", "connections", "spikes", "cpu")


def matrix(record: Record) -> np.ndarray:
    """Balanced accuracies of a record, shape (n_episodes, n_tasks)."""
    rows = [episode["scores"] for episode in record["episodes"]]
    return np.array([[np.nan if value is None else value for value in row] for row in rows])


def unit_table(records: Sequence[Record]) -> pd.DataFrame:
    """Every measure of every unit.

    Parameters
    ----------
    records : sequence of dict
        Of :func:`neurokit.continual.study.run_units`.

    Returns
    -------
    table : DataFrame
        Columns learner, person, seed, the measures (``final`` is the mean over tasks, ``pooled``
        over trials), costs, n (trials tested at the end), n_next, n_classes, error.
    """
    rows = []
    for record in records:
        row = {name: record[name] for name in ("learner", "person", "seed", "error", "n_classes")}
        row |= dict.fromkeys([*MEASURES, "pooled", *COSTS, "n", "n_next"], np.nan)
        if record["error"] is None:
            row |= _measures(record)
        rows.append(row)
    return pd.DataFrame(rows)


def _measures(record: Record) -> dict[str, Any]:
    R, episodes = matrix(record), record["episodes"]
    last = episodes[-1]
    blurry = record["kind"] == "blurry"  # its tasks are classes, which episodes mix
    return {
        "final": final_accuracy(R),
        "pooled": last["hits"] / last["n"],
        "forgetting": np.nan if blurry else forgetting(R),
        "learning": np.nan if blurry else learning_accuracy(R),
        "last": np.nan if blurry else last_accuracy(R),
        "next": np.nan if blurry else next_accuracy(R),
        "n": last["n"],
        "n_next": sum(len(episode["next"]) for episode in episodes),
        "cpu": sum(episode["cpu"] for episode in episodes),
    } | {
        name: np.nan if last[name] is None else last[name]
        for name in ("bytes", "connections", "spikes")
    }


def primary(records: Sequence[Record]) -> str:
    """Measure that decides: accuracy on the next visit, or the final one."""
    return "next" if records[0]["kind"] in ("visits", "people") else "final"


def learner_table(records: Sequence[Record], *, level: float = 0.95) -> pd.DataFrame:
    """One row a learner: means, the deciding measure's interval, chance band.

    Parameters
    ----------
    records : sequence of dict
    level : float
        Confidence.

    Returns
    -------
    table : DataFrame
        The measures and costs, ``low`` and ``high`` of the deciding one, ``interval`` (over what),
        chance, chance_low, chance_high, units, failed. Over people where there are two or more,
        else the wider of that over seeds and Wilson's over the trials of one seed.
    """
    units = unit_table(records)
    which = primary(records)
    rows = []
    for learner, group in units.groupby("learner", sort=False):
        good = group[group["error"].isna()]
        row: dict[str, Any] = {
            "learner": learner,
            "units": len(good),
            "failed": len(group) - len(good),
        }
        row |= {name: good[name].mean() for name in (*MEASURES, "pooled", *COSTS)}
        rows.append(row | _interval(good, which, level))
    return pd.DataFrame(rows)


def _interval(good: pd.DataFrame, which: str, level: float) -> dict[str, Any]:
    empty = dict.fromkeys(["low", "high", "chance", "chance_low", "chance_high"], np.nan)
    if good.empty or good[which].isna().all():
        return empty | {"interval": ""}
    n_trials = int(good.groupby("person")["n_next" if which == "next" else "n"].mean().sum())
    chance = 1 / float(good["n_classes"].iloc[0])
    band = dict(zip(("chance_low", "chance_high"), binomial_band(chance, n_trials), strict=True))
    people = good.groupby("person")[which].mean().to_numpy()
    low, high = mean_interval(people, level=level)
    how = f"over {len(people)} people"
    if len(people) < 2:
        low, high = wilson(float(good[which].mean()), n_trials, level=level)
        how = f"over {n_trials} trials"
        seed_low, seed_high = mean_interval(good[which].to_numpy(), level=level)
        if seed_high - seed_low > high - low:
            low, high, how = seed_low, seed_high, f"over {len(good)} seeds"
    return {"low": max(low, 0.0), "high": min(high, 1.0), "interval": how, "chance": chance} | band


def differences(records: Sequence[Record]) -> pd.DataFrame:
    """First learner less each other, paired.

    Parameters
    ----------
    records : sequence of dict

    Returns
    -------
    table : DataFrame
        Columns learner, difference, low, high, n, p (permutation, Holm), pairs (of what). Over
        people or seeds; of a single person on visits over trials of the next visits, which tells
        of these visits alone.
    """
    units = unit_table(records)
    which, first = primary(records), units["learner"].iloc[0]
    good = units[units["error"].isna() & units[which].notna()]
    one_person = good["person"].nunique() == 1
    if one_person and which == "next":
        return _over_trials(records, first)
    frame = pd.DataFrame(
        {
            "dataset": "stream",
            "evaluation": which,
            "paradigm": "",
            "scorer": "balanced_accuracy",
            "pipeline": good["learner"],
            # of images each seed draws the split and the model anew
            "subject": good["seed"] if one_person else good["person"],
            "session": good["seed"],
            "fold": 0,
            "score": good[which],
            "n_test": good["n"],
            "n_train": good["n"],
        }
    )
    if frame["pipeline"].nunique() < 2 or first not in set(frame["pipeline"]):
        return pd.DataFrame()
    table = compare(frame)
    table = table[table["first"] == first].rename(columns={"second": "learner"})
    table["pairs"] = "seeds" if one_person else "people"
    table["p"] = table.get("p_holm", np.nan)
    return table[["learner", "difference", "low", "high", "n", "p", "pairs", "note"]]


def _over_trials(records: Sequence[Record], first: str) -> pd.DataFrame:
    hits = {}
    for learner in dict.fromkeys(record["learner"] for record in records):
        own = [one for one in records if one["learner"] == learner and one["error"] is None]
        rows = [np.concatenate([episode["next"] for episode in one["episodes"]]) for one in own]
        if rows:
            hits[learner] = np.mean(rows, axis=0)
    if first not in hits:
        return pd.DataFrame()
    found: list[tuple[Any, ...]] = []
    for learner, other in hits.items():
        if learner != first:
            difference, low, high = paired_trials(hits[first], other)
            found.append((learner, difference, low, high, len(other), np.nan, "trials", ""))
    names = ["learner", "difference", "low", "high", "n", "p", "pairs", "note"]
    return pd.DataFrame(found, columns=names)
