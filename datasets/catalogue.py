"""Data sets by name: MOABB's, local folders, simulated people; all of them as MOABB data sets."""

from __future__ import annotations

import difflib
import inspect
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moabb.datasets.base import BaseDataset

SIMULATED = ("simulated", "simulated-lags")


def names() -> list[str]:
    """Names that :func:`find` knows, apart from ``bids:PATH`` and ``files:PATH``.

    Returns
    -------
    names : list of str
        The simulated sets, then MOABB's classes in alphabetical order.
    """
    return [*SIMULATED, *sorted(_moabb_classes())]


def find(name: str, *, offline: bool = False, **parameters: Any) -> BaseDataset:
    """Find a data set that MOABB's paradigms can load.

    Parameters
    ----------
    name : str
        The code or class of a MOABB set in any case (``"PhysionetMI"``, ``"bnci2014-001"``),
        ``"simulated"`` or ``"simulated-lags"``, ``"bids:PATH"`` for a BIDS folder, or
        ``"files:PATH"`` for a folder with a ``neurokit-files.yaml`` or for such a file itself.
        Parameters may follow a name: ``"simulated:strength=0,classes=left_hand+feet"``.
    offline : bool
        Open no socket: what is not on disk is refused when it is asked for.
    **parameters
        Passed to the data set; they win over those in the name.

    Returns
    -------
    dataset : moabb.datasets.base.BaseDataset
        Pass it to a paradigm's ``get_data``.

    Raises
    ------
    ValueError
        If no set has that name, or a parameter is unknown or impossible.
    FileNotFoundError
        If the folder of ``bids:`` or ``files:`` does not exist.
    """
    kind, _, rest = name.strip().partition(":")
    if kind.lower() in ("bids", "files"):
        return _find_local(kind.lower(), rest, parameters)
    parameters = {**_parse(rest, name), **parameters}
    if kind.lower() in SIMULATED:
        from neurokit.datasets import simulated

        makes = {"simulated": simulated.Simulated, "simulated-lags": simulated.SimulatedLags}
        return _build(makes[kind.lower()], name, parameters)
    dataset = _build(_moabb_class(kind), name, parameters)
    if offline:
        from neurokit.datasets.offline import keep_offline

        keep_offline(dataset)
    return dataset


def files_of(dataset: BaseDataset, subjects: Iterable[Any] | None = None) -> list[Path]:
    """Files that hold the recordings of these subjects.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        From :func:`find`.
    subjects : iterable, optional
        By default all that the data set is restricted to.

    Returns
    -------
    files : list of Path
        Sorted; empty for a simulated set, whose :func:`identity` says all.

    Raises
    ------
    FileNotFoundError
        If the data set is offline and a file is missing.
    """
    if getattr(dataset, "_is_offline", False):
        return _files_on_disk(dataset, subjects)
    asked = dataset.subject_list if subjects is None else subjects
    return sorted(set().union(*(_subject_files(dataset, subject) for subject in asked)))


def identity(dataset: BaseDataset) -> str:
    """Name and parameters of a data set, the same string for the same recordings.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        From :func:`find`.

    Returns
    -------
    identity : str
        The number of subjects is no part of it: subject 1 of 10 is subject 1 of 100.
    """
    own = getattr(dataset, "identity", None)
    if own is not None:
        return str(own)
    # what a constructor took, such as PhysionetMI's executed
    kept = {
        key: value
        for key, value in sorted(vars(dataset).items())
        if key in inspect.signature(type(dataset).__init__).parameters
        and isinstance(value, bool | int | float | str | tuple | list)
    }
    return f"{dataset.code} {kept} {sorted(dataset.event_id.items())} {dataset.interval}"


def require_on_disk(dataset: BaseDataset, subjects: Iterable[Any] | None = None) -> None:
    """Check, without a network, that every file of these subjects is on disk.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        From :func:`find`.
    subjects : iterable, optional
        By default all that the data set is restricted to.

    Raises
    ------
    FileNotFoundError
        If one is not: it names the file, and how to get it.
    """
    _files_on_disk(dataset, subjects)


def download(
    dataset: BaseDataset, subjects: Iterable[Any] | None = None, *, accept: bool = False
) -> list[Path]:
    """Fetch what is not on disk yet, into the folder that ``MNE_DATA`` names.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        From :func:`find`.
    subjects : iterable, optional
        By default all that the data set is restricted to.
    accept : bool
        Accept the licence of a set that asks for it.

    Returns
    -------
    files : list of Path
        All files of these subjects.

    Raises
    ------
    OSError
        If a subject cannot be fetched; those before it stay.
    """
    import mne

    asked = list(dataset.subject_list if subjects is None else subjects)
    if _is_public(dataset):
        Path(mne.get_config("MNE_DATA")).mkdir(parents=True, exist_ok=True)
    for subject in asked:
        try:
            if type(dataset).__name__ == "PhysionetMI" or not _is_public(dataset):
                _subject_files(dataset, subject)
            else:
                dataset.download([subject], accept=accept)
        except Exception as error:  # every host fails in its own way
            reason = " ".join(str(error).split()) or type(error).__name__
            raise OSError(
                f"{dataset.code} subject {subject} could not be fetched ({reason[:200]}); "
                "run the same line again when the network is back"
            ) from error
    return _files_on_disk(dataset, asked)


def _is_public(dataset: BaseDataset) -> bool:
    """Tell MOABB's own sets from those that are made or lie on this computer."""
    return type(dataset).__module__.startswith("moabb.")


def is_on_disk(dataset: BaseDataset) -> bool:
    """Say whether the first subject is on disk; no network, and no file is read.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        From :func:`find`.

    Returns
    -------
    is_on_disk : bool
        True for simulated sets.
    """
    if not _is_public(dataset):
        return True
    from neurokit.datasets.offline import finds_a_file

    return finds_a_file(lambda: _subject_files(dataset, dataset.subject_list[0]))


def describe(dataset: BaseDataset) -> dict[str, Any]:
    """Describe a data set in a line, as ``neurokit datasets list`` does.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        From :func:`find`.

    Returns
    -------
    description : dict
        Keys name, code, paradigm, subjects, sessions, channels, classes, on_disk.
    """
    metadata = dataset.metadata if _is_public(dataset) else None
    kinds = metadata.acquisition.channel_types if metadata is not None else None
    channels = (kinds or {}).get("eeg", getattr(dataset, "n_channels", None))
    return {
        "name": getattr(dataset, "name", type(dataset).__name__),
        "code": dataset.code,
        "paradigm": dataset.paradigm,
        "subjects": len(dataset.subject_list),
        "sessions": dataset.n_sessions,
        "channels": channels,
        "classes": list(dataset.event_id),
        "on_disk": is_on_disk(dataset),
    }


def _files_on_disk(dataset: BaseDataset, subjects: Iterable[Any] | None) -> list[Path]:
    """Files of these subjects, found without a network."""
    from neurokit.datasets.offline import no_network

    found: set[Path] = set()
    for subject in dataset.subject_list if subjects is None else subjects:
        with no_network(dataset, subject):
            files = _subject_files(dataset, subject)
        missing = [path for path in files if not path.exists()]
        if missing:
            raise FileNotFoundError(f"{dataset.code} subject {subject}: {missing[0]} is missing")
        found |= files
    return sorted(found)


def _subject_files(dataset: BaseDataset, subject: Any) -> set[Path]:
    """Files of one subject; MOABB may download them unless it runs inside no_network."""
    if not _is_public(dataset):
        return set(dataset.data_path(subject))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MNE and MOABB talk of the folders that they make
        if type(dataset).__name__ == "PhysionetMI":
            # its data_path asks for the two baseline runs too, which it never loads
            paths = dataset._load_data(subject, dataset.hand_runs + dataset.feet_runs)
        else:
            paths = dataset.data_path(subject)
    return set(_flat(paths))


def _flat(paths: Any) -> Iterable[Path]:
    """Files in whatever a data_path returned: paths, folders, lists, dicts of them."""
    if isinstance(paths, str | os.PathLike):
        path = Path(paths)
        yield from (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    elif isinstance(paths, dict):
        yield from _flat(list(paths.values()))
    elif isinstance(paths, Iterable):
        for each in paths:
            yield from _flat(each)


def _find_local(kind: str, path: str, parameters: dict[str, Any]) -> BaseDataset:
    """Build the set of a folder on this computer."""
    if not path:
        raise ValueError(f"{kind}: needs the path of a folder, as in {kind}:recordings")
    # MOABB's base class is imported with these
    if kind == "files":
        from neurokit.datasets.folders import Files

        return _build(Files, f"files:{path}", {"path": path, **parameters})
    from neurokit.datasets.bids import Bids

    return _build(Bids, f"bids:{path}", {"path": path, **parameters})


def _moabb_classes() -> dict[str, type[BaseDataset]]:
    """MOABB's data sets by class name, without deprecated aliases and fakes."""
    # MOABB asks a mirror for every subject, files on disk or not, and would write MNE's settings
    os.environ.setdefault("MOABB_DOWNLOAD_PROVIDER", "upstream")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mne
        from moabb.datasets import utils

        if mne.get_config("MNE_DATA") is None:
            os.environ["MNE_DATA"] = str(Path.home() / "mne_data")
        if not utils.dataset_dict:
            utils._init_dataset()
    return {name: each for name, each in utils.dataset_dict.items() if "Fake" not in name}


def _moabb_class(name: str) -> type[BaseDataset]:
    """Find a MOABB class by its name or code, in any case and with any of ``-_.``."""
    classes = _moabb_classes()
    known = {_plain(key): each for key, each in classes.items()}
    if _plain(name) in known:
        return known[_plain(name)]
    codes = {_plain(each().code): each for each in classes.values()}
    if _plain(name) in codes:
        return codes[_plain(name)]
    spelled = {_plain(key): key for key in [*classes, *SIMULATED]}
    near = [spelled[key] for key in difflib.get_close_matches(_plain(name), spelled, 3, 0.5)]
    hint = f"the nearest are {', '.join(near)}" if near else "bids:PATH and files:PATH read folders"
    raise ValueError(f"no data set is called {name!r}; {hint} (`neurokit datasets list` shows all)")


def _plain(name: str) -> str:
    """Strip a name of case and separators."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _build(make: type[BaseDataset], name: str, parameters: dict[str, Any]) -> BaseDataset:
    """Call a constructor, and say which parameters there are when one is unknown."""
    accepted = [key for key in inspect.signature(make.__init__).parameters if key != "self"]
    unknown = [key for key in parameters if key not in accepted]
    if unknown:
        raise ValueError(
            f"{name!r}: unknown parameter {', '.join(unknown)}; it takes {', '.join(accepted)}"
        )
    return make(**parameters)


def _parse(text: str, name: str) -> dict[str, Any]:
    """Parameters written as ``key=value,key=value``, lists joined by ``+``."""
    parameters = {}
    for part in filter(None, text.split(",")):
        key, sign, value = part.partition("=")
        if not sign or not value:
            raise ValueError(f"{name!r}: write parameters as key=value, got {part!r}")
        parts = [_value(each) for each in value.split("+")]
        parameters[key.strip()] = parts[0] if len(parts) == 1 else tuple(parts)
    return parameters


def _value(text: str) -> bool | int | float | str:
    """Read a number or truth where the text is one."""
    truths = {"true": True, "false": False}
    if text.strip().lower() in truths:
        return truths[text.strip().lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip()
