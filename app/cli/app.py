"""``neurokit app``: the window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def app(
    workspace: Annotated[
        Path | None,
        typer.Argument(help="Folder of patients; the last one by default.", show_default=False),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="A simulated patient with two past visits.")
    ] = False,
    quit_after_start: Annotated[
        bool, typer.Option("--quit-after-start", help="Draw the window once and end.")
    ] = False,
) -> None:
    """Open the window: patients, signals, calibration, training, feedback.

    Example: neurokit app --demo
    """
    from neurokit.app.desktop.screen import check_window

    window = check_window()
    if not window.fine:
        raise OSError(f"the window cannot open: {window.found}; mend it: {window.cure}")
    from neurokit.app.desktop.application import open_window

    raise typer.Exit(open_window(workspace, demo=demo, quit_after_start=quit_after_start))
