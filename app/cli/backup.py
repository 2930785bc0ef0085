"""``neurokit backup``: a workspace in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def backup(
    folder: Annotated[Path, typer.Argument(metavar="WORKSPACE", help="Folder of the workspace.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to make.")],
) -> None:
    """Copy a workspace into one zip file, and read it back; a window may be working on it.

    To go back to it, unzip it into a new folder and open that.

    Example: neurokit backup clinic /media/disk/clinic-2026-11-24.zip
    """
    from rich.console import Console
    from rich.progress import Progress

    from neurokit.patients.archive import backup as make_backup

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("backup", total=1.0)
        path = make_backup(folder, file, progress=lambda done, _: bar.update(task, completed=done))
    typer.echo(path)
