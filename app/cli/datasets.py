"""``neurokit datasets``: the data sets there are, and fetching one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from moabb.datasets.base import BaseDataset

app = typer.Typer(help="Show the data sets there are, and fetch one.", no_args_is_help=True)


@app.callback()
def datasets() -> None:
    """Show the data sets there are, and fetch one."""


@app.command("list")
def list_datasets(
    paradigm: Annotated[
        str | None, typer.Option(help="Only imagery, p300, ssvep, cvep or rstate.")
    ] = None,
    on_disk: Annotated[bool, typer.Option("--on-disk", help="Only those on this disk.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the data sets that evaluate takes, without a network.

    Example: neurokit datasets list --paradigm imagery
    """
    from neurokit.datasets import describe, find, names

    rows = [describe(find(name)) for name in names()]
    kinds = sorted({row["paradigm"] for row in rows})
    if paradigm is not None and paradigm not in kinds:
        raise ValueError(f"no data set has the paradigm {paradigm!r}; it is {' or '.join(kinds)}")
    rows = [row for row in rows if paradigm in (None, row["paradigm"])]
    rows = [row for row in rows if row["on_disk"] or not on_disk]
    if as_json:
        import json

        typer.echo(json.dumps(rows, indent=2))
    else:
        _show(rows)


def _show(rows: list[dict[str, Any]]) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    table.add_column("Name", overflow="fold")  # it is to be copied
    table.add_column("Paradigm")
    for heading in ("Subjects", "Sessions", "Channels", "Classes"):
        table.add_column(heading, justify="right")
    table.add_column("On disk")
    for row in rows:
        counts = [str(row[key] or "-") for key in ("subjects", "sessions", "channels")]
        there = "yes" if row["on_disk"] else ""
        table.add_row(row["name"], row["paradigm"], *counts, str(len(row["classes"])), there)
    Console().print(table)
    typer.echo(
        "\nLocal recordings: bids:PATH is a BIDS folder, files:PATH a folder of EDF, BDF, GDF,\n"
        "FIF, XDF, BrainVision, SET or BioSig files with a neurokit-files.yaml.\n"
        "Parameters follow a name: simulated:strength=0,subjects=10\n"
        "Names of the classes: neurokit datasets list --json"
    )


@app.command("download")
def download_dataset(
    name: Annotated[str, typer.Argument(help="A name of `neurokit datasets list`.")],
    subjects: Annotated[str | None, typer.Option(help="Such as 1-9,12; by default all.")] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept the licence of a set that asks for it.")
    ] = False,
) -> None:
    """Fetch a public data set into the folder that MNE_DATA names (~/mne_data by default).

    nilearn-adhd, a cohort for neurokit cycles classify, goes where NILEARN_DATA says.

    Example: neurokit datasets download PhysionetMI --subjects 1-3
    """
    from rich.progress import track

    from neurokit.datasets import download, find, nilearn_adhd

    if name == nilearn_adhd.NAME:
        if subjects is not None:
            raise ValueError(f"{name} comes with all its people; leave --subjects out")
        typer.echo(f"{name}: 40 people of ADHD-200 are in {nilearn_adhd.fetch()}")
        return
    dataset = find(name)
    chosen = choose_subjects(dataset, subjects)
    files = set()
    for subject in track(chosen, dataset.code, transient=True):
        files.update(download(dataset, [subject], accept=accept))
    if files:
        total = sum(path.stat().st_size for path in files) / 2**20
        typer.echo(f"{dataset.code}: {len(chosen)} subjects, {len(files)} files, {total:.0f} MB")
    else:
        typer.echo(f"{dataset.code} is made when it is needed: there is nothing to fetch")


def choose_subjects(dataset: BaseDataset, written: str | None) -> list[Any]:
    """Read a list of subjects as a user writes it.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        Whose subjects.
    written : str, optional
        Numbers, ranges and names with commas between; by default all.

    Returns
    -------
    subjects : list
        Of ``dataset.subject_list``, in its order.

    Raises
    ------
    ValueError
        If one is not there.
    """
    everyone = list(dataset.subject_list)
    if written is None:
        return everyone
    wanted: set[str] = set()
    for part in filter(None, (part.strip() for part in written.split(","))):
        first, dash, last = part.partition("-")
        if dash and first.isdigit() and last.isdigit():
            wanted.update(str(number) for number in range(int(first), int(last) + 1))
        else:
            wanted.add(part)
    missing = sorted(wanted - {str(subject) for subject in everyone})
    if missing or not wanted:
        raise ValueError(
            f"{dataset.code} has no subject {', '.join(missing) or written!r}; it has "
            f"{everyone[0]} to {everyone[-1]}"
        )
    return [subject for subject in everyone if str(subject) in wanted]
