"""Maps of a cohort, made person by person and kept on disk by their content."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.cohorts.cohort import Cohort, Source, few
from neurokit.files.whole_files import write_whole, written_whole
from neurokit.fingerprint import code_version, digest
from neurokit.studies.parallel import Workers

Said = Callable[[str, int, int], None]  # what was done, how many of how many


@dataclass(frozen=True, eq=False)
class KeptScan:
    """A scan whose maps lie on disk; it is read again only for a map that does not.

    Parameters
    ----------
    source : Source
    content : str
        Name of what was read, by its content.
    shape : tuple of int
        Of the series or the matrix.
    folder : Path
        Of the maps.
    """

    source: Source
    content: str
    shape: tuple[int, ...]
    folder: Path

    def maps(self, how: Any, make: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Maps as they lie on disk, made first if they do not.

        Parameters
        ----------
        how : anything that :func:`neurokit.fingerprint.digest` takes
            All that the maps depend on beside the scan.
        make : callable
            From the scan to the maps.
        """
        path = self.folder / f"{self.content}-{digest(how, code_version())}.npy"
        if not path.exists():
            made = make(np.asarray(self.source.read()))
            with written_whole(path) as place, open(place, "wb") as stream:
                np.save(stream, made)
        found: np.ndarray = np.load(path, allow_pickle=False)
        return found


def map_scan(source: Source, mappers: Sequence[Any], folder: Path) -> KeptScan | str:
    """Read a scan and make its maps; a sentence where that cannot be.

    Parameters
    ----------
    source : Source
    mappers : sequence of transformers
        Each takes a list of scans; what it makes is kept by the scan.
    folder : Path
        Of the maps; what lies there is not made again.
    """
    record = folder / f"scan-{digest(source.identity(), list(mappers), code_version())}.json"
    if record.exists():
        told = json.loads(record.read_text(encoding="utf-8"))
        return KeptScan(source, told["content"], tuple(told["shape"]), folder)
    try:
        values = np.asarray(source.read())
        if values.ndim != 2 or min(values.shape) < 2:
            return f"the scan has shape {values.shape}; series are (volumes, nodes)"
        scan = KeptScan(_Read(values), digest(values), values.shape, folder)
        for mapper in mappers:
            mapper.fit([scan]).transform([scan])
    except Exception as error:  # a file may break any reader; the others go on
        return " ".join(str(error).split()) or type(error).__name__
    told = {"content": scan.content, "shape": list(scan.shape)}
    write_whole(record, json.dumps(told))
    return KeptScan(source, scan.content, scan.shape, folder)


@dataclass(frozen=True, eq=False)
class _Read:
    """A scan that is in memory."""

    values: np.ndarray

    def read(self) -> np.ndarray:
        return self.values

    def identity(self) -> str:
        return digest(self.values)


def map_cohort(
    cohort: Cohort,
    mappers: Sequence[Any],
    folder: Path,
    *,
    workers: Workers,
    said: Said = lambda what, done, planned: None,
) -> Cohort:
    """Make and keep the maps of everyone; the column ``series`` of the table then holds the scans.

    Parameters
    ----------
    cohort : Cohort
    mappers : sequence of transformers
        See :func:`map_scan`.
    folder : Path
        Where maps are kept; the same line again goes on where it was stopped.
    workers : Workers
        Where it runs.
    said : callable
        Is told of each person.

    Returns
    -------
    cohort : Cohort
        Without those whose scan cannot be used: they stand in ``aside``.

    Raises
    ------
    ValueError
        If nobody's can, or the scans lie on grids of several kinds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scans: list[Any] = [None] * len(cohort.sources)
    tasks = [(source, list(mappers), folder) for source in cohort.sources]
    for done, (place, scan) in enumerate(workers.each(map_scan, tasks), start=1):
        scans[place] = scan
        who = cohort.table["subject"][place]
        said(f"{who}: {scan}" if isinstance(scan, str) else who, done, len(tasks))
    subjects = list(cohort.table["subject"])
    aside = {who: scan for who, scan in zip(subjects, scans, strict=True) if isinstance(scan, str)}
    good = [scan for scan in scans if not isinstance(scan, str)]
    if not good:
        raise ValueError(f"no scan of {cohort.name} can be used: {next(iter(aside.values()))}")
    usual = _usual_nodes(good, cohort.name)
    for who, scan in zip(subjects, scans, strict=True):
        if not isinstance(scan, str) and scan.shape[1] != usual:
            aside[who] = f"the scan has {scan.shape[1]} nodes, the others {usual}"
    keep = np.array([not isinstance(scan, str) and scan.shape[1] == usual for scan in scans])
    kept = cohort.only(keep, aside)
    return _with_series(kept, [scan for scan, is_kept in zip(scans, keep, strict=True) if is_kept])


def _with_series(cohort: Cohort, scans: list[Any]) -> Cohort:
    from dataclasses import replace

    import pandas as pd

    table = cohort.table.assign(series=pd.Series(scans, dtype=object))
    if table["patient"].nunique() < 2:
        raise ValueError(
            f"of {cohort.name} only one class is left, since others were set aside: "
            f"{few(f'{who} ({why})' for who, why in cohort.aside.items())}"
        )
    return replace(cohort, table=table)


def _usual_nodes(scans: Sequence[KeptScan], name: str) -> int:
    """Nodes of most scans, where it is clear which are odd."""
    nodes, counts = np.unique([scan.shape[1] for scan in scans], return_counts=True)
    if counts.max() < 0.8 * counts.sum():
        told = ", ".join(f"{count} with {n}" for n, count in zip(nodes, counts, strict=True))
        raise ValueError(
            f"the scans of {name} lie on different grids (nodes: {told}); bring all to one grid "
            "and one mask first"
        )
    return int(nodes[np.argmax(counts)])
