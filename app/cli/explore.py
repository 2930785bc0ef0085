"""``neurokit explore``: what tells two classes apart, as tables and figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from neurokit.visits.exploration import Exploration
    from neurokit.visits.extracted import Extracted


def explore(
    recordings: Annotated[
        list[Path], typer.Argument(help="Runs: XDF, EDF, FIF and whatever else can be read.")
    ],
    classes: Annotated[
        str, typer.Option(help="Cues, with commas; 769=left_hand says what a cue means.")
    ] = "left_hand,right_hand",
    out: Annotated[Path, typer.Option(help="Folder of the tables and figures.")] = Path(
        "exploration"
    ),
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="How it is computed, as in method=welch; again for more."),
    ] = None,
    measure: Annotated[str, typer.Option(help="power, or strength of connectivity.")] = "power",
    correction: Annotated[
        str, typer.Option(help="max (for all places at once), fdr or none.")
    ] = "max",
    reject: Annotated[
        list[str] | None, typer.Option(help="A trial to leave out, RUN:TRIAL from 1 and 0.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder that keeps what was extracted.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="Of figures: svg, png or pdf.")] = "svg",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Find channels and frequencies that tell the first two classes apart.

    Example: neurokit explore run1.xdf run2.xdf --set method=welch --set window=1 --out figures
    """
    import tempfile

    from neurokit.app.cli.train_options import class_names, trial

    wanted = class_names(classes)
    rejected = [trial(text) for text in reject or ()]
    with tempfile.TemporaryDirectory(prefix="neurokit-") as passing:
        found = _extract(recordings, wanted, _settings(setting), cache or Path(passing))
        _compare(found, list(dict.fromkeys(wanted.values())), measure, correction, rejected, out,
                 form, as_json)  # fmt: skip


def _settings(changes: list[str] | None) -> dict[str, Any]:
    """Settings from ``name=value``."""
    from pydantic import ValidationError

    from neurokit.visits.extraction import Extraction

    given = {}
    for text in changes or ():
        name, equals, value = text.partition("=")
        if not equals or name not in Extraction.model_fields:
            raise ValueError(
                f"--set takes NAME=VALUE, got {text!r}; there are "
                f"{', '.join(Extraction.model_fields)}"
            )
        given[name] = value
    try:
        return Extraction.model_validate(given).model_dump()
    except ValidationError as error:
        problem = error.errors()[0]
        where = ", ".join(str(part) for part in problem["loc"]) or "--set"
        text = problem["msg"].removeprefix("Value error, ")
        raise ValueError(f"{where}: {text}") from None


def _extract(
    recordings: list[Path], wanted: dict[str, str], settings: dict[str, Any], cache: Path
) -> Extracted:
    """Extract, with a bar where there is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from neurokit.visits.extracted import read_extracted
    from neurokit.visits.extraction import Extraction, extract

    columns = (TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)
        folders = extract(
            recordings,
            wanted,
            Extraction.model_validate(settings),
            cache,
            progress=lambda share, text: bar.update(task, completed=share, description=text),
        )
    return read_extracted(folders)


def _compare(
    found: Extracted,
    classes: list[str],
    measure: str,
    correction: str,
    rejected: list[tuple[int, int]],
    out: Path,
    form: str,
    as_json: bool,
) -> None:
    from neurokit.visits.exploration import Exploration, significance
    from neurokit.visits.exploration_figures import strongest_places, write_exploration

    if measure not in found.measures():
        raise ValueError(
            f"measure must be one of {', '.join(found.measures())}, got {measure!r}; strength "
            "wants --set connectivity=coherence, or another"
        )
    exploration = Exploration(found, classes[0], classes[1], measure, rejected)
    if exploration.problem:
        raise ValueError(exploration.problem)
    p = significance(*exploration.tested(), correction)
    files = write_exploration(out, exploration, p, form=form)
    places = strongest_places(exploration, p)
    if as_json:
        _print_json(exploration, p, places, files)
        return
    typer.echo(found.in_words(rejected))
    for note in found.notes:
        typer.echo(f"note: {note}")
    for place in places[:5]:
        typer.echo(
            f"{place['channel']} at {place['frequency']:g} Hz: R² {place['r2']:+.2f}, "
            f"p {place['p']:.3f}"
        )
    typer.echo(exploration.in_words(p))
    typer.echo(f"{len(files)} tables and figures are in {out}")


def _print_json(
    exploration: Exploration, p: Any, places: list[dict[str, Any]], files: list[Path]
) -> None:
    import json

    found = exploration.extracted
    suspects = [{"run": run + 1, "trial": trial} for run, trial in found.suspects()]
    said = {
        "classes": exploration.names,
        "trials": found.counts(exploration.rejected),
        "left_out": [each._asdict() | {"run": each.run + 1} for each in found.dropped],
        "suspects": suspects,
        "verdict": exploration.in_words(p),
        "strongest": places,
        "files": [str(path) for path in files],
        "notes": found.notes,
    }
    typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
