"""What the batch page computes in another process: the data sets here, and a table of results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A pipeline on a data set: its score never without interval, chance band and majority."""

    dataset: str
    pipeline: str
    scorer: str
    score: float
    low: float
    high: float
    chance_low: float
    chance_high: float
    majority: float
    n: int
    failed: int


def datasets_here() -> list[str]:
    """Imagery sets whose files lie on this disk, simulated ones first."""
    from neurokit.datasets import describe, find, names

    found = [describe(find(name)) for name in names()]
    return [each["name"] for each in found if each["on_disk"] and each["paradigm"] == "imagery"]


def summary(folder: str) -> list[Row]:
    """Scores of a folder of results, a row a data set and pipeline, the best first."""
    from neurokit.figures import scorer_name
    from neurokit.statistics import summarise
    from neurokit.studies.results import Results

    with Results(Path(folder)) as results:
        frame = results.frame()
        if frame.empty:
            return []
        table = summarise(frame, results.predictions)
    table["scorer"] = [scorer_name(name).capitalize() for name in table["scorer"]]
    names = Row.__dataclass_fields__
    rows = [Row(**{name: row[name] for name in names}) for row in table.to_dict("records")]
    return sorted(rows, key=lambda row: (row.dataset, -row.score))


def write_report(folder: str) -> str:
    """Write the report of a folder of results; returns where it is."""
    from neurokit.studies import report
    from neurokit.studies.results import Results

    with Results(Path(folder)) as results:
        path = report.write_report(
            Path(folder) / "report.html",
            results.frame(),
            results.predictions,
            title="Evaluation of pipelines",
        )
    return str(path)
