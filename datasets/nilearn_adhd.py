"""Forty people of ADHD-200 as nilearn hands them out: found on disk, fetched only when asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from neurokit.cohorts.cohort import Cohort

NAME = "nilearn-adhd"
TABLE = "ADHD200_40subs_motion_parameters_and_phenotypics.csv"
# of its tables of regressors motion, white matter and cerebrospinal fluid: no global signal
CONFOUNDS = (
    "motion-pitch", "motion-roll", "motion-yaw", "motion-x", "motion-y", "motion-z", "wm", "csf",
)  # fmt: skip
_COLUMNS = {"adhd": "diagnosis", "meanfd": "motion", "full_4_iq": "iq", "full_2_iq": "iq_of_two"}


def read_nilearn_adhd(parameters: Mapping[str, Any]) -> Cohort:
    """Read the people whose images lie on this disk.

    Parameters
    ----------
    parameters : mapping
        See :func:`neurokit.datasets.cohorts.find_cohort`; each image has its own confounds.

    Raises
    ------
    FileNotFoundError
        If they are not on this disk.
    """
    from neurokit.datasets.cohorts import from_files

    folder = _folder()
    people = pd.read_csv(folder / TABLE, sep=None, engine="python")
    people.columns = people.columns.str.strip().str.lower()
    people = people.rename(columns=_COLUMNS)
    codes = [f"{int(code):07d}" for code in people["subject"]]
    images = [folder / "data" / code / f"{code}_rest_tshift_RPI_voreg_mni.nii.gz" for code in codes]
    people = people.assign(
        subject=codes,
        confounds=[str(folder / "data" / code / f"{code}_regressors.csv") for code in codes],
    )
    there = [image.is_file() for image in images]
    if not any(there):
        raise FileNotFoundError(f"{images[0]} is not there, nor another image; {_cure()}")
    if "confounds" in parameters:
        raise ValueError(f"each image of {NAME} has its own confounds; leave --confounds out")
    found = [str(image) for image, is_there in zip(images, there, strict=True) if is_there]
    given = {"columns": CONFOUNDS} | dict(parameters)
    return from_files(people[there], found, given, name=NAME, condition="ADHD")


def is_here() -> bool:
    """Whether they are on this disk."""
    try:
        return bool(_folder())
    except FileNotFoundError:
        return False


def _folder() -> Path:
    from nilearn.datasets import get_data_dirs

    places = [Path(place) / "adhd" for place in get_data_dirs()]
    for place in places:
        if (place / TABLE).is_file():
            return place
    raise FileNotFoundError(f"{places[0] / TABLE} is not there; {_cure()}")


def _cure() -> str:
    return (
        f"run `neurokit datasets download {NAME}` once with a network, or let NILEARN_DATA name "
        "the folder that holds adhd"
    )


def fetch(n_people: int = 40) -> Path:
    """Fetch them over the network, into the folder that NILEARN_DATA names (~/nilearn_data).

    Returns
    -------
    folder : Path
    """
    from nilearn.datasets import fetch_adhd

    fetch_adhd(n_subjects=n_people)
    return _folder()
