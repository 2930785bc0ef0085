"""``neurokit signals``: what can be heard, and how each electrode sits."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import numpy as np

    from neurokit.live.streams import Source, SourceInfo

POLL_SECONDS = 0.02


def signals(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[ADDRESS]",
            help="lsl:NAME, brainflow:BOARD, replay:FILE or simulated:strength=1; without it the "
            "streams and boards are listed.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=60, help="How long to listen.")] = 5.0,
    mains: Annotated[float, typer.Option(help="Frequency of the mains, Hz.")] = 50.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Listen to a source, and say of each electrode how it sits; exit code 1 if one is bad.

    Example: neurokit signals simulated:channels=16,loose=1
    """
    if source is None:
        _list(as_json)
        return
    from neurokit.live.streams import open_source
    from neurokit.signals.quality import check_source, summary

    info, samples = _listen(open_source(source), seconds)
    quality = check_source(samples, info, mains=mains)
    verdict, words, filling = summary(quality)
    told = words.format(**filling)
    if as_json:
        import json

        rows = [
            {"name": q.name, "verdict": q.verdict, "kind": q.kind, "words": q.words}
            for q in quality
        ]
        typer.echo(json.dumps({"verdict": verdict, "words": told, "electrodes": rows}, indent=2))
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table("Electrode", "Verdict", "", box=None)
        for each in quality:
            table.add_row(each.name, each.verdict, "" if each.verdict == "good" else each.words)
        Console().print(table)
        typer.echo(told)
    if verdict == "bad":
        raise typer.Exit(1)


def _listen(source: Source, seconds: float) -> tuple[SourceInfo, np.ndarray]:
    """What a source gives in some seconds."""
    import numpy as np

    with contextlib.closing(source):
        info = source.open()
        pieces = [np.empty((0, len(info.channels)))]
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            pieces.append(source.read().values)
    return info, np.concatenate(pieces)


def _list(as_json: bool) -> None:
    from neurokit.live.boards import INSTALL, boards
    from neurokit.live.lsl import find_streams

    streams, known = find_streams(), boards()
    if as_json:
        import json
        from dataclasses import asdict

        found = [asdict(each) for each in streams]
        typer.echo(json.dumps({"lsl": found, "brainflow": known}, indent=2))
        return
    for each in streams:
        typer.echo(f"lsl:{each.name}  {len(each.channels)} channels, {each.sfreq:g} Hz")
    if not streams:
        typer.echo("no LSL stream is heard: switch the amplifier's LSL program on")
    typer.echo(f"boards: {', '.join(known)}" if known else f"for boards: {INSTALL}")
