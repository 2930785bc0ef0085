"""Which files belong to an image: fMRIPrep's and Athena's names, masks and tables beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from neurokit.images.region_series import SUFFIXES as REGION_SUFFIXES
from neurokit.images.region_series import split_address

IMAGE_SUFFIXES = (".nii", ".nii.gz")
# of Athena's two versions the filtered one comes first
_ATHENA = re.compile(r"(?P<steps>s(?:f?)nwmrda)(?P<scan>\d+_session_\d+_rest_\d+)")


def is_image(path: str | Path) -> bool:
    """Whether a file is a NIfTI image by its name."""
    return str(path).lower().endswith(IMAGE_SUFFIXES)


def name_of(path: str | Path) -> str:
    """Name of an image without folder and suffix."""
    file, _, array = split_address(path)
    name = file.name
    for suffix in (*IMAGE_SUFFIXES, *REGION_SUFFIXES):
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
            break
    return f"{name}_{array}" if array else name


def find_images(places: list[Path] | tuple[Path, ...], *, space: str | None = None) -> list[Path]:
    """Images among files and folders.

    Parameters
    ----------
    places : list of path
        Files stand for themselves. Of a folder come fMRIPrep's preprocessed runs
        (``*_desc-preproc_bold.nii.gz``), or Athena's (filtered ones where there are both), or all
        images right in it.
    space : str, optional
        Of fMRIPrep's spaces, the one to take; needed where a folder has several.

    Returns
    -------
    images : list of path
        Each once, in the order given, those of a folder by name.

    Raises
    ------
    ValueError
        If a folder holds no image, or several spaces and none is chosen.
    OSError
        If a place is not there.
    """
    found: dict[Path, None] = {}
    for place in places:
        if split_address(place)[0].is_dir():
            found |= dict.fromkeys(_in_folder(place, space))
        elif split_address(place)[0].exists():
            found[place] = None
        else:
            raise FileNotFoundError(f"{place}: there is no such file or folder")
    return list(found)


def _in_folder(folder: Path, space: str | None) -> list[Path]:
    runs = sorted(folder.rglob("*_desc-preproc_bold.nii*"))
    if runs:
        return _one_space(folder, runs, space)
    scans: dict[str, Path] = {}
    for path in sorted(p for p in folder.rglob("s*nwmrda*") if is_image(p)):
        if match := _ATHENA.match(path.name):
            # sf... sorts before sn...
            scans.setdefault(match["scan"], path)
    if scans:
        return list(scans.values())
    plain = sorted(path for path in folder.iterdir() if is_image(path))
    if not plain:
        raise ValueError(
            f"{folder}: no images (.nii, .nii.gz), neither fMRIPrep's nor Athena's; name the files"
        )
    return plain


def _one_space(folder: Path, runs: list[Path], space: str | None) -> list[Path]:
    spaces = {path: _entity(path, "space") for path in runs}
    there = sorted({name or "native" for name in spaces.values()})
    if space is None and len(there) > 1:
        raise ValueError(f"{folder} holds the spaces {', '.join(there)}; choose one of them")
    chosen = [path for path, name in spaces.items() if space in (None, name or "native")]
    if not chosen:
        raise ValueError(f"{folder} holds no space {space!r}; there is {', '.join(there)}")
    return chosen


def _entity(path: Path, key: str) -> str | None:
    match = re.search(rf"_{key}-([A-Za-z0-9]+)", path.name)
    return match[1] if match else None


def brain_mask_beside(path: Path) -> Path | None:
    """FMRIPrep's brain mask of a run, if it is there."""
    if "_desc-preproc_bold" not in path.name:
        return None
    mask = path.with_name(path.name.replace("_desc-preproc_bold", "_desc-brain_mask"))
    return mask if mask.exists() else None


def repetition_time(path: Path) -> float | None:
    """Seconds from volume to volume by the JSON file beside an image, if it says so."""
    name = name_of(path)
    beside = path.with_name(f"{name}.json")
    try:
        value = json.loads(beside.read_text(encoding="utf-8")).get("RepetitionTime")
    except (OSError, ValueError, AttributeError):
        return None
    return float(value) if value else None
