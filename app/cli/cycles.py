"""``neurokit cycles``: maps of 3-cycles of fMRI, and classification of a cohort."""

from __future__ import annotations

import typer

from neurokit.app.cli import cycles_classify, cycles_map

app = typer.Typer(
    help="Maps of 3-cycles of fMRI, and classification of a cohort.", no_args_is_help=True
)
app.command("map")(cycles_map.map_cycles)
app.command("classify")(cycles_classify.classify)
