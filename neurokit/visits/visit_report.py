"""A visit's report: a page for the clinician and an annex, as HTML and as PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from neurokit.files.whole_files import write_whole
from neurokit.patients.workspace import Workspace
from neurokit.visits.report_language import say, speaking
from neurokit.visits.visit_facts import (
    ATTEMPTS_HEAD,
    CAPTIONS,
    MODELS_HEAD,
    RUNS_HEAD,
    SCORES_HEAD,
    gather,
)
from neurokit.visits.visit_figures import Picture


@dataclass(frozen=True)
class VisitReport:
    """Where the two files lie."""

    html: Path
    pdf: Path


def write_visit_report(
    folder: str | Path,
    visit_id: int,
    *,
    into: str | Path | None = None,
    language: str = "en",
    progress: Callable[[float, str], None] | None = None,
) -> VisitReport:
    """Write the report of a visit; one that is there is replaced.

    Parameters
    ----------
    folder : path-like
        The workspace; it is read beside the window that writes.
    visit_id : int
        The visit.
    into : path-like, optional
        Folder of the two files; by default the patient's folder below ``reports``.
    language : {"en", "fr"}
        What it speaks.
    progress : callable, optional
        Is told how far it is.

    Returns
    -------
    report : VisitReport

    Raises
    ------
    ValueError
        If there is no such visit.
    OSError
        If it cannot be written.
    """
    from neurokit.visits.visit_pdf import as_pdf

    tell = progress or (lambda _fraction, _text: None)
    tell(0.0, "reading")
    with speaking(language), Workspace(folder, read_only=True) as workspace:
        facts = gather(workspace, visit_id)
        tell(0.6, "writing")
        page, paper = as_html(facts), as_pdf(facts)
        own = workspace.folder / "reports" / facts["pseudonym"]
    target = own if into is None else Path(into)
    target.mkdir(parents=True, exist_ok=True)
    name = f"{facts['pseudonym']}-visit-{facts['number']:02d}"
    html, pdf = target / f"{name}.html", target / f"{name}.pdf"
    write_whole(html, page)
    write_whole(pdf, paper)
    return VisitReport(html, pdf)


def as_html(facts: dict[str, Any]) -> str:
    """One file with its figures inside, which opens without a network."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters["say"] = say
    environment.globals |= {
        "captions": CAPTIONS,
        "runs_head": RUNS_HEAD,
        "attempts_head": ATTEMPTS_HEAD,
        "scores_head": SCORES_HEAD,
        "models_head": MODELS_HEAD,
    }
    drawn = {
        name: value.svg() if isinstance(value, Picture) else value for name, value in facts.items()
    }
    source = files("neurokit").joinpath("templates/visit.html").read_text(encoding="utf-8")
    return environment.from_string(source).render(drawn)
