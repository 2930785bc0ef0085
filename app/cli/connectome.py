"""``neurokit connectome``: dynamic connectomes of many animals' traces."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Dynamic connectomes: which nodes work together, when, in whom.", no_args_is_help=True
)


def _option(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, show_default=False)


@app.command()
def discover(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES...",
            show_default=False,
            help="A file an animal (.nwb, .csv, .npz, WormWideWeb's .json, recordings that MNE "
            "reads, series of regions), a folder of NWB, simulated-worms or "
            "kato-2015-three-worms.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the atlas.", show_default=False)],
    rank: Annotated[
        str, _option("Motifs, or from-to, of which held-out pairs choose: 2-20.")
    ] = "2-20",
    starts: Annotated[int, _option("Random starts of each rank: 20.")] = 20,
    kernel: Annotated[
        str, _option("geometric (default), product, minimum, correlation or signed.")
    ] = "geometric",
    signal: Annotated[
        str, _option("change (default): together in rise and fall; level: high together.")
    ] = "change",
    smoothing: Annotated[
        float | None, _option("Seconds, sigma of the filter: 0.5, or a frame if that is longer.")
    ] = None,
    step: Annotated[float | None, _option("Seconds from time to time: two smoothings.")] = None,
    from_traces: Annotated[
        bool,
        typer.Option("--from-traces", help="Make affinities anew in each sweep: little memory."),
    ] = False,
    clock: Annotated[
        str, _option("auto (default): one for all where the stimuli are the same; shared; own.")
    ] = "auto",
    sfreq: Annotated[float | None, _option("Frames a second, of files that do not say it.")] = None,
    band: Annotated[str, _option("Hertz, of the envelopes of recordings: 8-30.")] = "8-30",
    all_neurons: Annotated[
        bool, typer.Option("--all-neurons", help="Keep neurons of worms that have no name.")
    ] = False,
    shifts: Annotated[int, _option("Circular shifts that p is counted over: 499.")] = 499,
    no_sensitivity: Annotated[
        bool, typer.Option("--no-sensitivity", help="Leave other kernels and smoothings out.")
    ] = False,
    seed: Annotated[int, _option("For all that is drawn: 42.")] = 42,
    threads: Annotated[int | None, _option("Threads: all cores.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Find motifs in traces and write their atlas. The same line again goes on where it stopped.

    Example: neurokit connectome discover simulated-worms --rank 2-6 --starts 5 --out atlas
    """
    from neurokit.studies.engines import default_jobs

    settings = {
        "rank": _ranks(rank),
        "n_starts": starts,
        "kernel": kernel,
        "signal": signal,
        "smoothing": smoothing,
        "step": step,
        "from_traces": from_traces,
        "clock": clock,
        "n_shifts": shifts,
        "sensitivity": not no_sensitivity,
        "random_state": seed,
        "n_threads": default_jobs() if threads is None else threads,
    }
    reading = {"sfreq": sfreq, "band": _band(band), "identified_only": not all_neurons}

    def work(said: Callable[[str, int, int], None]) -> Any:
        from neurokit.app.discover import discover

        return discover(files, out, settings=settings, reading=reading, said=said)

    found = _watched(work, f"stopped; each fit is kept in {out / 'kept'}: the same line goes on")
    _show(found, out, as_json=as_json)


@app.command()
def atlas(
    folder: Annotated[Path, typer.Argument(help="Of an atlas.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print what it holds as JSON.")] = False,
) -> None:
    """Draw the page of an atlas anew and say what it holds.

    Example: neurokit connectome atlas atlas
    """
    from neurokit.app.discover import draw
    from neurokit.connectomes.atlas import read_atlas

    draw(folder)
    _show(read_atlas(folder), folder, as_json=as_json)


def _ranks(text: str) -> int | list[int]:
    """A number of motifs, or all of ``2-20``."""
    low, _, high = text.partition("-")
    try:
        numbers = [int(low), int(high or low)]
    except ValueError:
        raise ValueError(f"--rank takes a number or two, such as 5 or 2-20, got {text}") from None
    if not 1 <= numbers[0] <= numbers[1]:
        raise ValueError(f"--rank goes from a number of motifs to a larger one, got {text}")
    return list(range(numbers[0], numbers[1] + 1)) if high else numbers[0]


def _band(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"--band takes two numbers of hertz, such as 8-30, got {text}") from None
    return low, high


def _watched(work: Callable[[Callable[[str, int, int], None]], Any], stopped: str) -> Any:
    """Work on a thread, under a bar, so that Ctrl-C is heard while a kernel runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    result: dict[str, Any] = {}
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("reading", total=None)

        heard: list[tuple[str, int]] = [("", -1)]

        def said(what: str, done: int, planned: int) -> None:
            if heard[-1] == (what, done):
                return  # within a fit
            heard[:] = [(what, done)]
            progress.update(task, description=what, completed=done, total=planned)
            if quiet:
                typer.echo(f"[{done}/{planned}] {what}", err=True)

        def run() -> None:
            try:
                result["found"] = work(said)
            except BaseException as error:
                result["error"] = error

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(0.1)
        except KeyboardInterrupt:
            progress.stop()
            typer.echo(stopped, err=True)
            sys.stderr.flush()
            os._exit(130)  # all is on disk, and a kernel cannot be asked to end
    if "error" in result:
        raise result["error"]
    return result["found"]


def _show(found: Any, out: Path, *, as_json: bool) -> None:
    import json

    from neurokit.connectomes.page import overview, verdict

    rows = [overview(found, motif) for motif in range(1, found.n_motifs + 1)]
    if as_json:
        tables = {name: found.tables[name].to_dict("records") for name in ("stimuli", "behaviour")}
        cores = [found.core(row["motif"]) for row in rows]
        content = {"motifs": rows, "cores": cores, **tables, "notes": found.notes}
        typer.echo(json.dumps(content, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for heading in ("motif", "share", "animals", "stimulus", "behaviour", "core"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        cells = (row["motif"], f"{row['share']:.0%}", row["animals"])
        table.add_row(*map(str, cells), row["stimulus"], row["behaviour"], row["core"])
    for note in found.notes:
        typer.echo(note, err=True)
    Console().print(table)
    typer.echo(verdict(found))
    typer.echo(f"The atlas: {out / 'atlas.html'}")
