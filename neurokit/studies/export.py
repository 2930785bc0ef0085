"""Results for other programs: CSV, Parquet, and the frame that moabb.analysis takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from neurokit.studies.results import EXPORTED


def export_results(frame: pd.DataFrame, folder: str | Path, *, name: str = "folds") -> list[Path]:
    """Write the folds as CSV and Parquet, and MOABB's frame beside them.

    Parameters
    ----------
    frame : DataFrame
        As `neurokit.studies.results.Results.frame` gives it.
    folder : path
        Made if need be.
    name : str
        Of the files, without ending.

    Returns
    -------
    paths : list of Path
        ``folds.csv``, ``folds.parquet``, ``folds-moabb.csv``.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    table = frame[list(EXPORTED)].copy()
    table["chosen"] = [json.dumps(chosen or {}) for chosen in table["chosen"]]
    table["error"] = table["error"].fillna("")
    paths = [folder / f"{name}{ending}" for ending in (".csv", ".parquet", "-moabb.csv")]
    table.to_csv(paths[0], index=False, float_format="%.17g")
    table.to_parquet(paths[1], index=False)
    moabb_frame(frame).to_csv(paths[2], index=False, float_format="%.17g")
    return paths


def moabb_frame(frame: pd.DataFrame, *, channels: Mapping[str, int] | None = None) -> pd.DataFrame:
    """Turn folds into the frame that `moabb.analysis` takes: one row a session.

    Parameters
    ----------
    frame : DataFrame
        As `neurokit.studies.results.Results.frame` gives it; failed folds are left out.
    channels : mapping
        Number of channels of a data set; otherwise read from the settings, or 0.

    Returns
    -------
    frame : DataFrame
        Columns score, time, samples, samples_test, n_classes, subject, session, channels,
        n_sessions, dataset, pipeline, evaluation, paradigm.
    """
    good = frame[frame["score"].notna()]
    keys = ["evaluation", "paradigm", "dataset", "pipeline", "subject", "session"]
    groups = good.groupby(keys, sort=False)
    table = groups.agg(
        score=("score", "mean"),
        time=("seconds", "mean"),
        samples=("n_train", "mean"),
        samples_test=("n_test", "mean"),
    ).reset_index()
    sessions = good.groupby(["dataset", "subject"])["session"].nunique().groupby("dataset").max()
    counts = dict(channels or {}) or {
        row["dataset"]: _channels(row["settings"]) for row in good.to_dict("records")
    }
    table["n_sessions"] = table["dataset"].map(sessions)
    table["channels"] = table["dataset"].map(counts).fillna(0).astype(int)
    table["n_classes"] = float("nan")
    return table


def _channels(settings: dict[str, Any] | None) -> int:
    return len((settings or {}).get("channels") or ())
