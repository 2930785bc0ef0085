"""What is taken out of a series before it is correlated: confounds, drift, other frequencies."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

# of fMRIPrep's hundreds, those that Athena's pipeline takes out too
USUAL = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "white_matter", "csf")
FEWEST_FREE = 3  # with fewer numbers left in a series every correlation is large by chance
STRATEGIES = ("motion", "high_pass", "wm_csf", "global_signal", "compcor", "ica_aroma", "tedana",
              "scrub", "non_steady_state")  # fmt: skip


class Confounds(NamedTuple):
    """Columns to take out, and the volumes to keep (None: all)."""

    values: np.ndarray | None
    names: tuple[str, ...]
    kept: np.ndarray | None


NONE = Confounds(None, (), None)


def read_confounds(
    source: Any, image: Path | None, n_volumes: int, columns: tuple[str, ...] = ()
) -> Confounds:
    """Read confounds of one run.

    Parameters
    ----------
    source : path, str, array or None
        A TSV, CSV or ``.1D`` with names above its columns; parts of nilearn's loader for fMRIPrep
        joined by commas, as ``"motion,wm_csf,scrub"``; or the numbers, shape
        (n_volumes, n_confounds).
    image : path, optional
        The image, beside which nilearn's loader finds the table.
    n_volumes : int
        Volumes of the image, none of them dropped.
    columns : tuple of str
        Columns of the table to take. Without: of fMRIPrep's tables motion, white matter and
        cerebrospinal fluid (eight columns), of others all.

    Raises
    ------
    ValueError
        If the table does not fit the image.
    OSError
        If it cannot be read.
    """
    if source is None:
        return NONE
    if isinstance(source, str) and set(source.split(",")) <= set(STRATEGIES):
        found = _by_nilearn(tuple(source.split(",")), image)
    elif isinstance(source, (str, Path)):
        found = _from_table(Path(source), columns)
    else:
        found = Confounds(np.asarray(source, dtype=float), (), None)
    if found.values is not None and (found.values.ndim != 2 or len(found.values) != n_volumes):
        raise ValueError(
            f"the confounds have shape {found.values.shape}, the image has {n_volumes} volumes; "
            "give one row a volume, with those that are dropped"
        )
    return found


def _by_nilearn(strategy: tuple[str, ...], image: Path | None) -> Confounds:
    if image is None:
        raise ValueError("confounds by name need an image file, beside which fMRIPrep's table is")
    from nilearn.interfaces.fmriprep import load_confounds

    table, kept = load_confounds(str(image), strategy=strategy)
    if table is None:
        return Confounds(None, (), kept)
    return Confounds(table.to_numpy(dtype=float), tuple(table.columns), kept)


def _from_table(path: Path, columns: tuple[str, ...]) -> Confounds:
    import pandas as pd

    # of tables named .csv some have tabs
    with path.open(encoding="utf-8") as lines:
        separator = "," if "," in lines.readline() else r"\t|\s+"
    table = pd.read_csv(path, sep=separator, engine="python", na_values=["n/a"])
    names = tuple(str(name) for name in table.columns)
    wanted = columns or (USUAL if set(USUAL) <= set(names) else names)
    if missing := [name for name in wanted if name not in names]:
        raise ValueError(
            f"{path} has no column {missing[0]!r}; it has {', '.join(names[:8])}"
            + (", ..." if len(names) > 8 else "")
        )
    try:
        values = table[list(wanted)].to_numpy(dtype=float)
    except ValueError:
        raise ValueError(f"{path} holds words among its numbers") from None
    # a derivative has no first value
    means = np.nanmean(values, axis=0, where=np.isfinite(values))
    return Confounds(np.where(np.isfinite(values), values, means), tuple(wanted), None)


def clean(
    values: np.ndarray,
    confounds: Confounds,
    band: tuple[float, float] | None,
    tr: float | None,
) -> tuple[np.ndarray, int]:
    """Take confounds, mean, linear drift and all outside a band of frequencies out of each series.

    Parameters
    ----------
    values : array of float32, shape (n_volumes, n_nodes)
    confounds : Confounds
    band : tuple of float, optional
        Lowest and highest frequency in hertz.
    tr : float, optional
        Seconds from volume to volume.

    Returns
    -------
    values : array of float32, shape (n_kept, n_nodes)
        What no sum of confounds, drift and waves outside the band explains: all are fitted at
        once, so that filtering brings nothing back that was taken out [1]_.
    free : int
        Degrees of freedom that each series is left with.

    Raises
    ------
    ValueError
        If the series is too short for the band or for that many confounds.

    References
    ----------
    .. [1] M. A. Lindquist et al., Human Brain Mapping, 2019, doi:10.1002/hbm.24528.
    """
    kept = np.arange(len(values)) if confounds.kept is None else confounds.kept
    if band is None and confounds.values is None:
        return values[kept] if len(kept) < len(values) else values, len(kept) - 1
    unwanted = [_drift(len(values))]
    if confounds.values is not None:
        unwanted.append(confounds.values)
    if band is not None:
        check_band(band, tr, len(values))
        assert tr is not None
        unwanted.append(_waves_outside(band, tr, len(values)))
    basis = _orthonormal(np.concatenate(unwanted, axis=1)[kept])
    free = len(kept) - basis.shape[1]
    if free < FEWEST_FREE:
        n_confounds = 0 if confounds.values is None else confounds.values.shape[1]
        raise ValueError(
            f"{len(kept)} volumes less {n_confounds} confounds"
            + (f" and all outside {band[0]:g} to {band[1]:g} Hz" if band else "")
            + f" leave {free} degrees of freedom, and every correlation would be large by chance; "
            "take fewer confounds or a wider band"
        )
    cleaned = values[kept] - values.mean(axis=0, dtype=np.float64).astype(np.float32)
    cleaned -= basis @ (basis.T @ cleaned)
    # what rounding leaves of a series that did not vary is no signal
    cleaned[:, ~(np.ptp(values, axis=0) > 0)] = 0
    return cleaned, free


def _drift(n_volumes: int) -> np.ndarray:
    return np.stack([np.ones(n_volumes), np.linspace(-1, 1, n_volumes)], axis=1)


def _waves_outside(band: tuple[float, float], tr: float, n_volumes: int) -> np.ndarray:
    """Cosines and sines of the frequencies that the band leaves out, shape (n_volumes, n)."""
    frequencies = np.fft.rfftfreq(n_volumes, tr)
    slack = 1e-6 * frequencies[1]
    outside = frequencies[(frequencies < band[0] - slack) | (frequencies > band[1] + slack)]
    phases = 2 * np.pi * outside * (np.arange(n_volumes) * tr)[:, None]
    waves = np.concatenate([np.cos(phases), np.sin(phases)], axis=1)
    # of the mean and of the fastest wave the sines are nothing but rounding
    return waves[:, np.abs(waves).max(axis=0) > 1e-6]


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    """Orthonormal basis of what the columns span, in single precision."""
    sizes = np.linalg.norm(columns, axis=0)
    columns = columns[:, sizes > 0] / sizes[sizes > 0]
    left, singular, _ = np.linalg.svd(columns, full_matrices=False)
    basis: np.ndarray = left[:, singular > 1e-8 * singular[0]].astype(np.float32)
    return basis


def check_band(band: tuple[float, float], tr: float | None, n_volumes: int) -> None:
    """Refuse a band that a series of that length cannot carry."""
    low, high = band
    if tr is None:
        raise ValueError("the file does not say the time from volume to volume; give tr=")
    if not 0 < low < high:
        raise ValueError(f"a band rises from above zero, got {low:g} to {high:g} Hz")
    if high >= 0.5 / tr:
        raise ValueError(
            f"the band ends at {high:g} Hz, but a volume every {tr:g} s carries less than "
            f"{0.5 / tr:g} Hz; end it lower"
        )
    if n_volumes * tr < 1 / low:
        raise ValueError(
            f"{n_volumes} volumes of {tr:g} s last {n_volumes * tr:g} s, shorter than one wave of "
            f"{low:g} Hz ({1 / low:.0f} s); begin the band at {1 / (n_volumes * tr):.2g} Hz or "
            "higher, or leave it out"
        )
