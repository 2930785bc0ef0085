"""ADHD-200 as the Athena pipeline lays it out: NIfTI or series of regions (.1D)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from neurokit.cohorts.cohort import Cohort

# of the filtered version (sf...) and the other the filtered one is taken
_SCAN = re.compile(r"sf?nwmrda0*(?P<subject>\d+)_session_(?P<session>\d+)_rest_(?P<run>\d+)")
_ENDINGS = (".nii", ".nii.gz", ".1d")
_COLUMNS = {
    "scandir id": "subject",
    "id": "subject",
    "site": "site",
    "gender": "sex",
    "age": "age",
    "dx": "diagnosis",
    "full4 iq": "iq",
}


def read_adhd200(folder: Path, parameters: Mapping[str, Any]) -> Cohort:
    """Read scans and phenotypes from a folder, however deep they lie in it.

    Parameters
    ----------
    folder : Path
        Holds scans by Athena's names (``sfnwmrda0010001_session_1_rest_1.nii.gz``, or
        ``..._aal_TCs.1D``) and tables whose names contain ``phenotypic``. People of a table whose
        name contains ``test`` are the split's test set.
    parameters : mapping
        See :func:`neurokit.datasets.cohorts.find_cohort`.

    Raises
    ------
    FileNotFoundError
        If there are no scans or no tables.
    """
    from neurokit.datasets.cohorts import from_files

    scans = _scans(folder)
    people = _phenotypes(folder)
    told = people.loc[people.index.intersection(list(scans))]
    rows = [
        {"subject": subject, "run": run, **(told.loc[subject] if subject in told.index else {})}
        for subject, runs in sorted(scans.items())
        for run in sorted(runs)
    ]
    table = pd.DataFrame(rows)
    diagnosis = table["diagnosis"].astype(str).str.strip().str.removesuffix(".0")
    # 1 combined, 2 hyperactive, 3 inattentive
    table["diagnosis"] = diagnosis.replace({"0": "control", "1": "ADHD", "2": "ADHD", "3": "ADHD"})
    places = [str(scans[row["subject"]][row["run"]]) for row in rows]
    return from_files(table, places, parameters, name=f"adhd200:{folder}", condition="ADHD")


def _scans(folder: Path) -> dict[str, dict[str, Path]]:
    """Files by subject and run."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.rglob("s*nwmrda*")):
        match = _SCAN.match(path.name)
        if match and path.name.lower().endswith(_ENDINGS):
            run = f"{match['session']}-{match['run']}"
            # sf... sorts before sn... within a folder
            kept = found.setdefault(match["subject"], {}).setdefault(run, path)
            if kept.name.startswith("sn") and path.name.startswith("sf"):
                found[match["subject"]][run] = path
    if not found:
        raise FileNotFoundError(
            f"{folder}: no scans by Athena's names, such as sfnwmrda0010001_session_1_rest_1.nii.gz"
        )
    return found


def _phenotypes(folder: Path) -> pd.DataFrame:
    """What is known of each subject; a table that knows the diagnosis wins."""
    tables = []
    for path in sorted(folder.rglob("*phenotypic*")):
        if path.suffix.lower() in (".csv", ".tsv"):
            table = pd.read_csv(path, sep=None, engine="python", dtype=str)
            table.columns = table.columns.str.strip().str.lower()
            table = table.rename(columns=_COLUMNS)
            there = [name for name in dict.fromkeys(_COLUMNS.values()) if name in table]
            table = table[there]
            tables.append(table.assign(split="test" if "test" in path.name.lower() else "train"))
    if not tables:
        raise FileNotFoundError(f"{folder}: no table whose name contains phenotypic (.csv, .tsv)")
    people = pd.concat(tables, ignore_index=True).dropna(subset="subject")
    people["subject"] = people["subject"].str.strip().str.lstrip("0")
    numbers = people[["age", "iq"]].apply(pd.to_numeric, errors="coerce")
    people[["age", "iq"]] = numbers.where(numbers >= 0)  # -999 stands for unknown
    known = pd.to_numeric(people["diagnosis"], errors="coerce").notna()
    people = people.assign(known=known).sort_values("known", ascending=False, kind="stable")
    return people.drop_duplicates("subject").drop(columns="known").set_index("subject")
