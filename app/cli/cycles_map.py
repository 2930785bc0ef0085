"""``neurokit cycles map``: how many neighbours and cycles pass each voxel, as images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from neurokit.app.cycle_maps import Reading

GROUP, REPORT = "group", "report.html"


def map_cycles(
    images: Annotated[
        list[Path],
        typer.Argument(
            help="NIfTI images, tables of regions (.1D, CSV, npz), folders of fMRIPrep or Athena."
        ),
    ],
    mask: Annotated[
        str | None,
        typer.Option(help="Image of the voxels to take; group for those that all people have."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Join voxels that correlate by this much or more.")
    ] = None,
    density: Annotated[
        float | None, typer.Option(help="Or join this share of all pairs, the strongest.")
    ] = None,
    sign: Annotated[str, typer.Option(help="positive, negative or absolute.")] = "positive",
    features: Annotated[
        str,
        typer.Option(
            help="Maps, with commas: degree, cycles, weight, clustering, four-cycles, ratio, "
            "distance-degree."
        ),
    ] = "degree,cycles",
    bins: Annotated[
        str, typer.Option(help="Edges of distance-degree's bins in mm, with commas.")
    ] = "0,20,40,80,inf",
    confounds: Annotated[
        str | None,
        typer.Option(
            help="A table (for one image), or what nilearn finds beside fMRIPrep's images: "
            "motion, wm_csf, scrub and others, with commas."
        ),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="Columns of the table of confounds, with commas.")
    ] = None,
    band: Annotated[
        str | None, typer.Option(help="Frequencies to keep in Hz, as in 0.009,0.08.")
    ] = None,
    smoothing: Annotated[float | None, typer.Option(help="Full width at half maximum, mm.")] = None,
    voxel: Annotated[
        float, typer.Option(help="Average smaller voxels to this many mm; 0 keeps them.")
    ] = 4.0,
    drop: Annotated[int, typer.Option(min=0, help="Volumes to leave out at the start.")] = 0,
    tr: Annotated[
        float | None, typer.Option(help="Seconds from volume to volume, if the file lacks it.")
    ] = None,
    space: Annotated[str | None, typer.Option(help="Of fMRIPrep's spaces, this one.")] = None,
    share: Annotated[
        float, typer.Option(help="Of the people, who must have a voxel of the group's mask.")
    ] = 1.0,
    pictures: Annotated[
        bool, typer.Option(help="Draw each map on a glass brain, and write a report.")
    ] = True,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Images at a time; one for each core if not given.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the maps.")] = Path("cycle-maps"),
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Map cycles of length three, degrees and more of each image, exactly.

    An image that cannot be mapped is set aside and named, and the rest goes on (exit code 1; 2
    where none could be mapped).

    Example: neurokit cycles map sub-01_bold.nii.gz --mask brain.nii.gz --density 0.05 --out maps
    """
    from neurokit.app.cycle_maps import Mapping, Reading
    from neurokit.images.image_files import find_images
    from neurokit.studies.engines import default_jobs

    if (threshold is None) == (density is None):
        raise ValueError("give either --threshold (a correlation) or --density (a share of pairs)")
    reading = Reading(
        mask=mask,
        confounds=confounds,
        columns=_words(columns),
        band=_band(band),
        smoothing_mm=smoothing,
        voxel_mm=voxel or None,
        drop=drop,
        tr=tr,
    )
    mapping = Mapping(
        features=_words(features),
        threshold=threshold,
        density=density,
        sign=sign,
        bins_mm=tuple(_numbers(bins, "--bins")),
        n_threads=default_jobs(),
        pictures=pictures,
    )
    found = find_images(images, space=space)
    _check(found, reading, mapping)
    _run(found, reading, mapping, out, share, jobs or default_jobs(), as_json)


def _check(images: list[Path], reading: Reading, mapping: Any) -> None:
    """Refuse before anything is read what no image could mend."""
    from neurokit.images.confounds import STRATEGIES
    from neurokit.kernels.graphs import SIGNS
    from neurokit.pipelines.cycles import check_features

    check_features(mapping.features, placed=True)
    if mapping.sign not in SIGNS:
        raise ValueError(f"--sign must be one of {', '.join(SIGNS)}, got {mapping.sign!r}")
    if mapping.density is not None and not 0 < mapping.density < 1:
        raise ValueError(f"--density is a share of pairs between 0 and 1, got {mapping.density:g}")
    if mapping.threshold is not None and not -1 <= mapping.threshold <= 1:
        raise ValueError(f"--threshold is a correlation, -1 to 1, got {mapping.threshold:g}")
    if reading.mask not in (None, GROUP) and not Path(reading.mask).exists():
        raise FileNotFoundError(f"{reading.mask}: there is no such mask")
    table = reading.confounds and not set(reading.confounds.split(",")) <= set(STRATEGIES)
    if table and not Path(str(reading.confounds)).exists():
        raise FileNotFoundError(
            f"{reading.confounds}: there is no such table of confounds, nor are these words "
            f"nilearn's ({', '.join(STRATEGIES)})"
        )
    if table and len(images) > 1:
        raise ValueError(
            "a table of confounds belongs to one image; map one at a time, or give the words that "
            "nilearn finds beside each, such as --confounds motion,wm_csf"
        )


def _run(
    images: list[Path],
    reading: Reading,
    mapping: Any,
    out: Path,
    share: float,
    jobs: int,
    as_json: bool,
) -> None:
    """Map all, say what was made, and end with the exit code."""
    import gzip
    from dataclasses import replace

    from neurokit.app.cycle_maps import common_mask, map_images
    from neurokit.files.whole_files import write_whole

    aside: dict[str, str] = {}
    jobs = min(jobs, len(images))
    said = _say(len(images), quiet=as_json)
    if reading.mask == GROUP:
        reading = replace(reading, mask=None)
        grid, images, aside = common_mask(images, reading, share, jobs=jobs, said=said)
        mask = grid.to_nifti(_ones(grid)).to_bytes()
        write_whole(out / "group_mask.nii.gz", gzip.compress(mask))
        reading = replace(reading, mask=grid)
        said = _say(len(images), quiet=as_json)
    records, odd = map_images(images, reading, mapping, out, jobs=jobs, said=said)
    aside |= odd
    if not records and len(aside) == 1:
        raise ValueError(next(iter(aside.values())))
    has_report = bool(records) and mapping.pictures
    if has_report:
        from neurokit.images.map_report import write_map_report

        write_map_report(out / REPORT, records, aside)
    _show(records, aside, out, as_json, has_report)
    if aside:
        raise typer.Exit(1 if records else 2)


def _show(
    records: list[dict], aside: dict[str, str], out: Path, as_json: bool, has_report: bool
) -> None:
    import json

    if as_json:
        told = {"maps": records, "set_aside": aside, "folder": str(out)}
        typer.echo(json.dumps(told, indent=2))
        return
    for record in records:
        typer.echo(
            f"{record['name']}: {record['nodes']} nodes, density {record['density']:.3g} from "
            f"r = {record['threshold']:.3g} on, {record['seconds']:.1f} s"
        )
    for name, problem in aside.items():
        typer.echo(f"set aside: {name if name not in problem else ''} {problem}".replace(
            "  ", " "), err=True)  # fmt: skip
    if records:
        n_files = sum(len(record["files"]) + 1 for record in records)
        typer.echo(f"{n_files} files are in {out}")
        if has_report:
            typer.echo(f"The report: {out / REPORT}")


def _ones(grid: Any) -> Any:
    import numpy as np

    return np.ones(grid.n_nodes, dtype=bool)


def _say(planned: int, *, quiet: bool) -> Any:
    """Tell of each image as it ends, where there are several."""
    done = 0

    def say(name: str, problem: str) -> None:
        nonlocal done
        done += 1
        if not quiet and planned > 1:
            words = "set aside" if problem else "done"
            typer.echo(f"{done} of {planned}: {Path(name).name} {words}", err=True)

    return say


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _numbers(text: str, option: str) -> list[float]:
    try:
        return [float(part) for part in _words(text)]
    except ValueError:
        raise ValueError(f"{option} takes numbers with commas, got {text!r}") from None


def _band(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    numbers = _numbers(text, "--band")
    if len(numbers) != 2:
        raise ValueError(f"--band takes two frequencies, as in 0.009,0.08, got {text!r}")
    return numbers[0], numbers[1]
