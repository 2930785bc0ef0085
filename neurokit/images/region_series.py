"""Series and correlation matrices of regions: ``.1D``, CSV, TSV and npz."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

TABLES = (".1d", ".csv", ".tsv", ".txt")
SUFFIXES = (*TABLES, ".npz", ".npy")
_LEADING = ("file", "sub-brick")  # columns that AFNI's 3dROIstats puts before the regions


def read_regions(path: str | Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Read the series of regions, or their correlations.

    Parameters
    ----------
    path : path
        ``.1D``, CSV or TSV with a row a volume, with or without names of regions above; ``.npy``;
        ``.npz`` with one array, or ``FILE.npz:NAME`` for one of several.

    Returns
    -------
    values : array of float32, shape (n_times, n_regions), or of float64, shape (n_nodes, n_nodes)
        Upper triangles of Fisher's z or of correlations come back as a whole matrix of
        correlations, its diagonal one.
    names : tuple of str
        Of the regions; empty where the file names none.

    Raises
    ------
    ValueError
        If the file holds neither.
    OSError
        If it cannot be read.
    """
    file, _, wanted = split_address(path)
    if file.suffix.lower() in TABLES:
        values, names = _read_table(file)
    elif file.suffix.lower() == ".npy":
        values, names = np.load(file, allow_pickle=False), ()
    else:
        values, names = _read_npz(file, wanted), ()
    values = np.asarray(values)
    if values.dtype.kind not in "fiu":
        raise ValueError(f"{path}: holds {values.dtype}, not numbers")
    if values.ndim == 1 and len(values) > 1:
        return _from_triangle(values, path), names
    if values.ndim != 2:
        raise ValueError(
            f"{path}: shape {values.shape} is neither series (volumes, regions) nor a matrix; give "
            "one array a person"
        )
    if is_correlation(values):
        return np.asarray(values, dtype=np.float64), names
    return np.ascontiguousarray(values, dtype=np.float32), names


def is_correlation(values: np.ndarray) -> bool:
    """Whether an array is a square matrix with a diagonal of ones (or NaN), not series."""
    if values.shape[0] != values.shape[1]:
        return False
    diagonal = np.diagonal(values)
    return bool(np.all(np.isnan(diagonal) | (np.abs(diagonal - 1) < 1e-6)))


def split_address(path: str | Path) -> tuple[Path, str, str]:
    """Take ``FILE.npz:NAME`` apart into file, colon and name."""
    text = str(path)
    head, colon, name = text.rpartition(":")
    if colon and head.lower().endswith(".npz"):
        return Path(head), colon, name
    return Path(text), "", ""


def _read_table(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Numbers of a table and the names above them."""
    import pandas as pd

    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError(f"{path}: the file is empty")
    first = lines[0]
    separator = next((mark for mark in "\t,;" if mark in first), r"\s+")
    cells = first.lstrip("#").strip().replace('"', "")
    named = not all(_is_number(cell) for cell in _split(cells, separator))
    start = 1 if named else 0
    # AFNI writes notes as lines with a hash
    body = [line for line in lines[start:] if not line.lstrip().startswith("#")]
    table = pd.read_csv(io.StringIO("\n".join(body)), sep=separator, header=None, engine="python")
    names = tuple(_split(cells, separator)) if named else ()
    if named and [name.lower() for name in names[:2]] == list(_LEADING):
        table, names = table.iloc[:, 2:], names[2:]
    table = table.dropna(axis=1, how="all")  # a separator at the end of each line
    try:
        values = table.to_numpy(dtype=np.float64)
    except ValueError:
        raise ValueError(
            f"{path}: holds words among its numbers; a row is a volume, a column a region"
        ) from None
    fitting = names if len(names) == values.shape[1] else ()
    return values, tuple(name.lstrip("#") for name in fitting)


def _split(line: str, separator: str) -> list[str]:
    cells = line.split() if separator == r"\s+" else line.split(separator)
    return [cell.strip() for cell in cells if cell.strip()]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read_npz(path: Path, wanted: str) -> np.ndarray:
    with np.load(path, allow_pickle=False) as archive:
        names = list(archive.files)
        if not wanted and len(names) == 1:
            wanted = names[0]
        if wanted not in names:
            some = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
            raise ValueError(
                f"{path} holds {len(names)} arrays ({some}); choose one, as in {path}:{names[0]}"
                if names
                else f"{path} holds no array"
            )
        return np.asarray(archive[wanted])


def _from_triangle(values: np.ndarray, path: str | Path) -> np.ndarray:
    """Whole matrix of an upper triangle; Fisher's z, known by values beyond one, become r."""
    n_nodes = round((1 + np.sqrt(1 + 8 * len(values))) / 2)
    if n_nodes * (n_nodes - 1) // 2 != len(values):
        raise ValueError(
            f"{path}: {len(values)} values are no upper triangle of a matrix, which has "
            "n (n - 1) / 2 without its diagonal"
        )
    full = np.zeros((n_nodes, n_nodes))
    full[np.triu_indices(n_nodes, 1)] = values
    if np.nanmax(np.abs(values)) > 1:
        full = np.tanh(full)
    full += full.T
    np.fill_diagonal(full, 1.0)
    return full
