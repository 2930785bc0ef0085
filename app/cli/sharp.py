"""``neurokit sharp``: continual learning with SHARP replay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurokit.app.cli import sharp_run, sharp_update

app = typer.Typer(help="Continual learning with SHARP replay.", no_args_is_help=True)
app.command("run")(sharp_run.run)
app.command("update")(sharp_update.update)


@app.command()
def codes(
    out: Annotated[Path, typer.Option(help="The HTML page.")] = Path("codes.html"),
    seed: Annotated[int, typer.Option(help="Of what is drawn by chance.")] = 42,
) -> None:
    """Draw what sparse codes can hold: one page of plots.

    Example: neurokit sharp codes --out codes.html
    """
    from neurokit.app.codes_page import write_codes_page

    typer.echo(f"The page: {write_codes_page(out, seed=seed)}")
