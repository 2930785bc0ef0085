"""Fitted pipelines on disk: written whole, read without running anything that they bring along."""

from __future__ import annotations

import hashlib
import inspect
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from neurokit.files.whole_files import written_whole

FORMAT = 1
_ENTRY = "neurokit.json"
_CLASSES = ("neurokit.pipelines.", "sklearn.", "pyriemann.", "mne.decoding.")
# a function of these scores features; of others it may do anything
_FUNCTIONS = ("sklearn.feature_selection.",)
# a partial calls nothing but functions that are trusted themselves; searches hold their score,
# and the ranges of their grids
_EXACT = ("builtins.range", "functools.partial", "sklearn.metrics._classification.accuracy_score")
_VERSIONS = ("scikit-learn", "pyriemann", "mne", "numpy", "scipy")


def save(model: Any, path: str | Path, *, metadata: Mapping[str, Any] | None = None) -> Path:
    """Write a fitted pipeline, whole or not at all.

    Parameters
    ----------
    model : estimator
        Fitted.
    path : path
        Where to; a file that is there is replaced. ``.skops`` is the usual ending.
    metadata : mapping
        Whatever JSON can hold: the dataset, the people it learned from, its score.

    Returns
    -------
    path : Path
        Where it lies.

    Raises
    ------
    ValueError
        If the model holds something that `load` would refuse.
    OSError
        If it cannot be written.

    Examples
    --------
    >>> save(pipeline, "model.skops", metadata={"dataset": "PhysionetMI"})  # doctest: +SKIP
    """
    import skops.io

    path = Path(path)
    payload = skops.io.dumps(model)
    if refused := _refused(skops.io.get_untrusted_types(data=payload)):
        raise ValueError(
            f"the model cannot be saved: it holds {refused[0]}, which is not a class of neurokit, "
            "scikit-learn, pyriemann or mne.decoding, and load would refuse it"
        )
    head = {
        "format": FORMAT,
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "metadata": dict(metadata or {}),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as place:
        place.write_bytes(payload)
        with zipfile.ZipFile(place, "a") as archive:
            archive.writestr(_ENTRY, json.dumps(head))
    return path


def load(path: str | Path, *, trusted: Iterable[str] = ()) -> Any:
    """Read a fitted pipeline back; it gives the same outputs bit for bit.

    Parameters
    ----------
    path : path
        A file that `save` wrote.
    trusted : iterable of str
        Full names of further classes that may be loaded: only from a file of your own.

    Returns
    -------
    model : estimator

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If the file is truncated, comes from a newer neurokit, or holds a type that is not trusted.
    """
    import skops.io

    path = Path(path)
    describe(path)
    payload = path.read_bytes()
    wanted = skops.io.get_untrusted_types(data=payload)
    more = set(trusted)
    if refused := [name for name in _refused(wanted) if name not in more]:
        raise ValueError(
            f"{path} holds {refused[0]}, which is not trusted; "
            f"if the file is your own, say load(path, trusted=[{refused[0]!r}])"
        )
    return skops.io.loads(payload, trusted=wanted)


def describe(path: str | Path) -> dict[str, Any]:
    """Say what a model's file tells of itself, without loading the model.

    Returns
    -------
    head : dict
        ``format``, ``saved`` (time), ``versions``, ``metadata``.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load`.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no model {path}; train one, or check the path")
    try:
        with zipfile.ZipFile(path) as archive:
            if (broken := archive.testzip()) is not None:
                raise zipfile.BadZipFile(broken)
            head = json.loads(archive.read(_ENTRY))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise ValueError(
            f"{path} is not a whole model of neurokit: it is truncated, or something else; "
            "copy it again from where it was saved"
        ) from error
    if head["format"] > FORMAT:
        raise ValueError(
            f"{path} was saved by a newer neurokit (format {head['format']}, this one knows "
            f"{FORMAT}); upgrade with pip install -U neurokit-bci"
        )
    return head


def fingerprint(path: str | Path) -> str:
    """SHA-256 of a model's file, to name exactly this model in a record."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(names: Iterable[str]) -> list[str]:
    return [name for name in names if not _is_trusted(name)]


def _is_trusted(name: str) -> bool:
    """Whether a name stands for a class, or a scoring function, of a package we know."""
    if name in _EXACT:
        return True
    if not name.startswith((*_CLASSES, *_FUNCTIONS)):
        return False
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError):
        return False
    return inspect.isclass(found) or name.startswith(_FUNCTIONS)


def _versions() -> dict[str, str]:
    from neurokit import __version__

    return {"neurokit": __version__} | {name: version(name) for name in _VERSIONS}
