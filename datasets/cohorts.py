"""Cohorts by name: tables of scans, simulated people, ABIDE and ADHD-200 as they lie on disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neurokit.cohorts.cohort import Cohort, make_cohort
from neurokit.cohorts.simulation import Plan, positions, simulate, simulate_person
from neurokit.fingerprint import digest

ABIDE = {
    "abide-nyu-cc200": ("abide-nyu-cc200.npz", "abide-nyu-cc200-subjects.csv"),
    "abide-ho111": ("abide-ho111-fisher-z.npz", "abide-ho111-subjects.csv"),
}
AUTISM = (
    "These are people with autism and controls of ABIDE I, not ADHD: a stand-in, since no ADHD-200 "
    "time courses are at hand."
)
GROUP = "group"  # instead of a mask: the voxels that people have in common
SIMULATED = "These people are simulated: no person was scanned."


def find_cohort(name: str, **parameters: Any) -> Cohort:
    """Find a cohort.

    Parameters
    ----------
    name : str
        A CSV file with a row a scan (columns ``subject``, ``path``, ``diagnosis``, and where known
        ``site``, ``run``, ``motion``, ``age``, ``sex``, ``iq``, ``split``, and ``confounds``, a
        table for each scan); ``simulated-cohort``,
        with parameters of :class:`neurokit.cohorts.simulation.Plan` as in
        ``simulated-cohort:people=40,seed=1``; ``abide-nyu-cc200`` or ``abide-ho111`` (autism) in
        the folder that ``NEUROKIT_DATA`` names; ``nilearn-adhd``, nilearn's forty people of
        ADHD-200, where they lie on this disk; ``adhd200:FOLDER`` for ADHD-200 as Athena lays it
        out.
    **parameters
        Of images: ``mask`` (a file; or ``"group"``, see
        :func:`neurokit.datasets.group_scans.on_one_grid`), ``confounds`` and what else
        ``neurokit.images.imaging.read_series`` takes.

    Returns
    -------
    cohort : Cohort

    Raises
    ------
    ValueError
        If there is no such cohort, or its table cannot be used.
    OSError
        If a file is not there.
    """
    kind, _, rest = name.partition(":")
    if parameters and kind in ("simulated-cohort", *ABIDE):
        raise ValueError(
            f"{kind} holds series as they are, no images; leave {sorted(parameters)[0]} out"
        )
    if kind == "simulated-cohort":
        return _simulated(name, rest)
    if kind in ABIDE:
        return _abide(kind)
    if kind == "nilearn-adhd":
        from neurokit.datasets.nilearn_adhd import read_nilearn_adhd

        return read_nilearn_adhd(parameters)
    if kind == "adhd200":
        from neurokit.datasets.adhd200 import read_adhd200

        return read_adhd200(Path(rest), parameters)
    if not name.lower().endswith((".csv", ".tsv")):
        raise ValueError(
            f"there is no cohort {name!r}; give a CSV file, simulated-cohort, "
            f"{', '.join(ABIDE)}, nilearn-adhd or adhd200:FOLDER"
        )
    return _table(Path(name), parameters)


@dataclass(frozen=True)
class FileScan:
    """A scan in a file: NIfTI, .1D, CSV, npy or npz (``FILE.npz:NAME``)."""

    path: str
    options: tuple[tuple[str, Any], ...] = ()
    grid: Any = None

    def read(self) -> np.ndarray:
        """Series or correlations."""
        from neurokit.images.imaging import read_series

        series = read_series(self.path, **dict(self.options))
        return series.values if self.grid is None else series.within(self.grid).values

    def identity(self) -> str:
        """Name, size and time of the files that it depends on."""
        options = dict(self.options)
        files = [_stamp(self.path), _stamp(options.get("mask")), _stamp(options.get("confounds"))]
        voxels = "" if self.grid is None else digest(self.grid.affine, self.grid.flat)
        return f"{self.path} {files} {sorted(options.items(), key=str)} {voxels}"


def _stamp(path: Any) -> tuple[int, int] | None:
    """Size and time of a file, if there is one."""
    if not isinstance(path, str | Path):
        return None
    head, _, _ = str(path).rpartition(":")
    file = Path(head) if head.lower().endswith(".npz") else Path(path)
    if not file.is_file():
        return None
    status = file.stat()
    return status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class ArrayScan:
    """An array of an npz file as it stands, or row ``row`` of one that holds upper triangles."""

    path: str
    array: str
    row: int | None = None

    def read(self) -> np.ndarray:
        """Series, or the correlations whose Fisher z stand in the triangle."""
        if self.row is None:
            with np.load(self.path, allow_pickle=False) as archive:
                return np.asarray(archive[self.array])
        return _full(_triangles(self.path, self.array)[self.row])

    def identity(self) -> str:
        """Name, size and time of the file, and the place in it."""
        return f"{self.path} {self.array} {self.row} {_stamp(self.path)}"


@lru_cache(maxsize=1)
def _triangles(path: str, array: str) -> np.ndarray:
    with np.load(path, allow_pickle=False) as archive:
        return np.asarray(archive[array])


def _full(triangle: np.ndarray) -> np.ndarray:
    """Matrix of correlations of an upper triangle of their Fisher z."""
    n_nodes = round((1 + np.sqrt(1 + 8 * len(triangle))) / 2)
    full = np.zeros((n_nodes, n_nodes))
    full[np.triu_indices(n_nodes, 1)] = np.tanh(triangle.astype(float))
    full += full.T
    np.fill_diagonal(full, 1.0)
    return full


@dataclass(frozen=True)
class SimulatedScan:
    """A person of a simulated cohort."""

    plan: Plan
    number: int

    def read(self) -> np.ndarray:
        """Series of the person."""
        return simulate_person(self.plan, self.number).series

    def identity(self) -> str:
        """The plan, and the person's number in it."""
        return f"{self.plan} {self.number}"


def _simulated(name: str, rest: str) -> Cohort:
    plan = _plan(rest)
    people = simulate(plan)
    table = pd.DataFrame(
        {
            "subject": [person.name for person in people],
            "diagnosis": ["ADHD" if person.patient else "control" for person in people],
            "site": [person.site for person in people],
            "motion": [person.motion for person in people],
            "age": [person.age for person in people],
        }
    )
    sources = [SimulatedScan(plan, number) for number in range(len(people))]
    return make_cohort(
        table,
        sources,
        name=name,
        condition="simulated ADHD",
        voxels=positions(plan.voxels),
        note=SIMULATED,
    )


def _plan(text: str) -> Plan:
    """Plan of ``people=40,seed=1``."""
    kinds: dict[str, Any] = {each.name: type(each.default) for each in fields(Plan)}
    values: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        key, _, value = part.partition("=")
        if key.strip() not in kinds:
            raise ValueError(
                f"a simulated cohort has no parameter {key.strip()!r}; it has {', '.join(kinds)}"
            )
        try:
            values[key.strip()] = kinds[key.strip()](value)
        except ValueError:
            raise ValueError(f"{key.strip()} must be a number, got {value!r}") from None
    return Plan(**values)


def _abide(kind: str) -> Cohort:
    folder = os.environ.get("NEUROKIT_DATA")
    if not folder:
        raise ValueError(f"set NEUROKIT_DATA to the folder that holds fmri/{ABIDE[kind][0]}")
    arrays, table = (Path(folder) / "fmri" / name for name in ABIDE[kind])
    if missing := [path for path in (arrays, table) if not path.is_file()]:
        raise FileNotFoundError(f"{missing[0]} is not there; see NEUROKIT_DATA")
    people = pd.read_csv(table, dtype={"subject": str})
    if kind == "abide-ho111":
        sources = [ArrayScan(str(arrays), "upper_triangle", row) for row in range(len(people))]
    else:
        sources = [ArrayScan(str(arrays), subject) for subject in people["subject"]]
    return make_cohort(people, sources, name=kind, condition="autism", note=AUTISM)


def _table(path: Path, parameters: Mapping[str, Any]) -> Cohort:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such table of a cohort")
    people = pd.read_csv(path, sep=None, engine="python", dtype={"subject": str, "site": str})
    people.columns = people.columns.str.strip().str.lower()
    if "path" not in people:
        raise ValueError(
            f"{path} has no column path (the file of each scan); it has {', '.join(people.columns)}"
        )
    places = [_beside(path, str(place)) for place in people["path"]]
    if "confounds" in people:
        people["confounds"] = [
            _beside(path, place) if isinstance(place, str) else "" for place in people["confounds"]
        ]
    return from_files(people, places, parameters, name=path.name)


def _beside(table: Path, place: str) -> str:
    """Path of a scan: from the table's folder, unless it is absolute."""
    return place if Path(place).is_absolute() else str(table.absolute().parent / place)


def from_files(
    people: pd.DataFrame, places: list[str], parameters: Mapping[str, Any], **more: Any
) -> Cohort:
    """Cohort of scans in files; images get the grid of the first one that can be read."""
    from neurokit.images.image_files import is_image

    options = tuple((key, value) for key, value in parameters.items() if value is not None)
    grid = None
    is_group = dict(options).get("mask") == GROUP
    if is_group:
        options = tuple(each for each in options if each[0] != "mask")
    elif any(is_image(place) for place in places):
        if "mask" not in dict(options):
            raise ValueError(
                "scans that are images need a mask that all share, so that a node is the same "
                "voxel in everyone; give --mask, a file or the word group"
            )
        grid = _first_grid(places, options)
    own = people["confounds"] if "confounds" in people else [""] * len(places)
    sources = [
        FileScan(place, (*options, ("confounds", table)) if table else options, grid)
        for place, table in zip(places, own, strict=True)
    ]
    return make_cohort(people, sources, grid=grid, **more)


def _first_grid(places: list[str], options: tuple[tuple[str, Any], ...]) -> Any:
    from neurokit.images.imaging import read_series

    first: Exception | None = None
    for place in places:
        try:
            return read_series(place, **dict(options)).grid
        except (ValueError, OSError) as error:
            first = first or error
    assert first is not None
    raise first
