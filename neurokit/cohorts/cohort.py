"""A cohort: scans of people, who has the diagnosis, and what else is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

CONTROLS = {"0", "control", "controls", "hc", "healthy", "none", "td", "tdc", "typical"}
UNKNOWN = {"", "nan", "none given", "pending", "n/a", "na", "unknown", "-999", "withheld"}
NUMBERS = ("motion", "age", "sex", "iq")
ONE_CLASS = ("leave-out", "keep")


class Source(Protocol):
    """Where one scan comes from; it travels to the process that reads it."""

    def read(self) -> np.ndarray:
        """Series, shape (n_times, n_nodes), or correlations, shape (n_nodes, n_nodes)."""

    def identity(self) -> str:
        """What the scan depends on, such as a file's name, size and time, in one line."""


@dataclass(frozen=True)
class Cohort:
    """Scans and their table.

    Parameters
    ----------
    name : str
        As the user wrote it.
    condition : str
        What the patients have, such as ``"ADHD"``: it is said wherever a score is shown.
    table : DataFrame
        One row a scan: ``subject``, ``patient`` (bool), ``site``, and where known ``run``,
        ``motion`` (mean framewise displacement in millimetres), ``age``, ``sex``, ``iq``,
        ``split`` ("train" or "test").
    sources : tuple of Source
        The scan of each row.
    aside : dict
        Who was set aside, and why.
    grid : Grid, optional
        Voxels of the nodes, see :mod:`neurokit.images.grids`.
    voxels : array of int, shape (n_nodes, 3), optional
        Place of each node on a grid that has no millimetres.
    note : str
        What a reader must know of these people.
    """

    name: str
    condition: str
    table: pd.DataFrame
    sources: tuple[Source, ...]
    aside: dict[str, str] = field(default_factory=dict)
    grid: Any = None
    voxels: np.ndarray | None = None
    note: str = ""

    def only(self, rows: np.ndarray, aside: dict[str, str]) -> Cohort:
        """Keep some rows (bool), and say who was set aside and why."""
        return replace(
            self,
            table=self.table[rows].reset_index(drop=True),
            sources=tuple(source for source, kept in zip(self.sources, rows, strict=True) if kept),
            aside=self.aside | aside,
        )


def make_cohort(
    table: pd.DataFrame, sources: Sequence[Source], *, name: str, condition: str = "", **more: Any
) -> Cohort:
    """Build a cohort of a table with columns ``subject`` and ``diagnosis``, and what else it has.

    Parameters
    ----------
    table : DataFrame
        One row a scan. ``diagnosis`` is 0 or a word such as ``control`` for controls; whoever's
        diagnosis is empty or pending is set aside.
    sources : sequence of Source
        One a row.
    name, condition : str
        As in :class:`Cohort`; without a condition it is the patients' word in the table.
    **more
        Other fields of :class:`Cohort`.

    Raises
    ------
    ValueError
        If a column is missing, a person has two diagnoses, or there are not two classes.
    """
    table = table.rename(columns=lambda column: str(column).strip().lower()).reset_index(drop=True)
    if missing := {"subject", "diagnosis"} - set(table.columns):
        raise ValueError(
            f"{name} has no column {sorted(missing)[0]}; it has {', '.join(table.columns)}"
        )
    diagnosis = table["diagnosis"].map(_word)
    known = ~diagnosis.isin(UNKNOWN).to_numpy()
    told = table.assign(
        subject=table["subject"].astype(str),
        patient=~diagnosis.isin(CONTROLS),
        site=table["site"].astype(str) if "site" in table else "one site",
        **{
            column: pd.to_numeric(table[column], errors="coerce")
            for column in NUMBERS
            if column in table
        },
    )
    _check_classes(told[known], diagnosis[known], name)
    patients = known & told["patient"].to_numpy()
    words = sorted({str(word).strip() for word in table.loc[patients, "diagnosis"]})
    numbers = diagnosis[patients].str.isdigit().all()
    condition = condition or ("patient" if numbers else " or ".join(words))
    aside = dict.fromkeys(told.loc[~known, "subject"], "the diagnosis is not known")
    return Cohort(name, condition, told, tuple(sources), **more).only(known, aside)


def _word(value: Any) -> str:
    """Diagnosis in small letters; 1.0, which a gap in a column makes of 1, as 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower()


def _check_classes(told: pd.DataFrame, diagnosis: pd.Series, name: str) -> None:
    if told["patient"].nunique() < 2:
        found = ", ".join(sorted(set(diagnosis))) or "nothing"
        raise ValueError(
            f"{name}: diagnosis must tell patients from controls, got {found}; write 0 or control "
            "for controls"
        )
    twice = told.groupby("subject")["patient"].nunique()
    if (twice > 1).any():
        raise ValueError(
            f"{name}: {twice.index[twice > 1][0]} is a control in one row and a patient in "
            "another; mend the table"
        )


def without_one_class_sites(cohort: Cohort, rule: str = "leave-out") -> Cohort:
    """Set aside the sites that have patients or controls only.

    Site correction would take the diagnosis out with the site, and a classifier without it could
    tell the class by the scanner.

    Raises
    ------
    ValueError
        If no site is left, or the rule is unknown.
    """
    if rule not in ONE_CLASS:
        raise ValueError(f"one-class-sites must be {' or '.join(ONE_CLASS)}, got {rule!r}")
    sites = cohort.table.groupby("site")["patient"].agg(["nunique", "all"])
    lonely = sites.index[sites["nunique"] < 2]
    if rule == "keep" or not len(lonely):
        return cohort
    rows = ~cohort.table["site"].isin(lonely).to_numpy()
    if not rows.any():
        raise ValueError(
            f"every site of {cohort.name} has patients or controls only, so the scanner tells who "
            "is a patient; a cohort needs a site with both"
        )
    words = {
        site: f"site {site} has {cohort.condition if sites.loc[site, 'all'] else 'controls'} only: "
        "to correct for the site would take the diagnosis out (--one-class-sites keep uses it)"
        for site in lonely
    }
    gone = cohort.table[~rows]
    aside = dict(zip(gone["subject"], gone["site"].map(words), strict=True))
    return cohort.only(rows, aside)


def few(names: Iterable[str], most: int = 5) -> str:
    """First names of a list, and how many more there are."""
    names = list(names)
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
