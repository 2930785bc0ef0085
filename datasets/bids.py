"""A local BIDS folder as a MOABB data set, its events named by the data."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from moabb.datasets.base import BaseDataset

from neurokit.datasets.folders import mark, moabb_names
from neurokit.datasets.settings import BidsSettings, folder_of, load
from neurokit.files.recordings import events

NAME = "neurokit-bids.yaml"
EXTENSIONS = [".edf", ".bdf", ".vhdr", ".set", ".fif"]
LONGEST = 4.0  # seconds of an event whose length is not told
OTHERS = re.compile(r"n/a|bad|edge|boundary|status|new segment|start|stop|sync", re.IGNORECASE)


class Bids(BaseDataset):
    """A BIDS folder of EEG.

    Parameters
    ----------
    path : path-like
        The folder, or a YAML file with keys of :class:`neurokit.datasets.settings.BidsSettings`;
        a ``neurokit-bids.yaml`` in the folder is read if it is there.

    Raises
    ------
    FileNotFoundError
        If there is no such folder or no EEG in it.
    ValueError
        If its events cannot be told.
    """

    name = "bids"

    def __init__(self, path: str | Path):
        path = Path(path).expanduser()
        told = path / NAME if path.is_dir() else path
        if not path.exists():
            raise FileNotFoundError(f"bids:{path}: there is no such folder")
        self._settings = load(told, BidsSettings) if told.is_file() else BidsSettings()
        self._root = folder_of(self._settings.root, told.resolve().parent)
        self._paths = _find_paths(self._root, self._settings.task)
        self.classes, interval = self._classes()
        self._sessions = moabb_names(sorted({each.session or "0" for each in self._paths}))
        self._runs = moabb_names(sorted({_run(each) for each in self._paths}))
        subjects = sorted({each.subject for each in self._paths})
        if all(subject.isdigit() for subject in subjects):
            self._labels: dict[Any, str] = {int(subject): subject for subject in subjects}
        else:
            self._labels = {subject: subject for subject in subjects}
        self.identity = f"bids {self._settings.model_dump(exclude={'root'})} {self.classes}"
        called = self._settings.name or self._root.resolve().name
        super().__init__(
            subjects=list(self._labels),
            sessions_per_subject=max(
                len({path.session for path in self.of_subject(each)}) for each in self._labels
            ),
            events={label: k + 1 for k, label in enumerate(self.classes)},
            code="Bids-" + re.sub("[^a-z0-9-]", "", called.lower()),
            interval=list(interval),
            paradigm=self._settings.paradigm,
        )

    def of_subject(self, subject: int | str) -> list[Any]:
        """Recordings of one subject.

        Parameters
        ----------
        subject : int or str
            One of ``subject_list``.

        Returns
        -------
        paths : list of mne_bids.BIDSPath
            By session and run.
        """
        return [each for each in self._paths if each.subject == self._labels[subject]]

    def data_path(
        self,
        subject: int | str,
        path: Any = None,
        force_update: bool = False,
        update_path: Any = None,
        verbose: Any = None,
    ) -> list[Path]:
        """Files of a subject, sidecars among them."""
        folder = self._root / f"sub-{self._labels[subject]}"
        return sorted(each for each in folder.rglob("*") if each.is_file())

    def _classes(self) -> tuple[dict[str, list[str]], tuple[float, float]]:
        """Events of each class, and where imagery lies after an event."""
        tables = [table for path in self._paths for table in _events_tables(path)]
        if not tables:
            raise ValueError(f"bids:{self._root}: no recording has an events.tsv: nothing to learn")
        table = pd.concat(tables, ignore_index=True)
        kinds = sorted(kind for kind in set(table.trial_type) if not OTHERS.match(kind))
        classes = self._settings.events or {kind: [kind] for kind in kinds}
        wanted = {name for names in classes.values() for name in names}
        missing = sorted(wanted - set(table.trial_type))
        if missing or not classes:
            raise ValueError(
                f"bids:{self._root}: no event is called {', '.join(missing) or 'anything'}; there "
                f"are {', '.join(kinds) or 'none'}"
            )
        durations = table.duration[table.trial_type.isin(wanted)]
        told = durations[durations > 0]
        length = float(np.floor(10 * told.median()) / 10) if len(told) else LONGEST
        if self._settings.interval is None and not len(told):
            warnings.warn(
                f"bids:{self._root}: events do not say how long they last: {LONGEST} s are taken; "
                f"write `interval: [from, to]` in {NAME}",
                stacklevel=3,
            )
        return classes, self._settings.interval or (0.0, length)

    def _get_single_subject_data(self, subject: int | str) -> dict[str, dict[str, Any]]:
        """Sessions and runs of one subject; a run without any event of a class is left out."""
        data: dict[str, dict[str, Any]] = {}
        for path in self.of_subject(subject):
            raw = _read(path)
            raw = mark(raw, events(raw), self.classes, self.event_id)
            if raw.get_data("STIM").any():
                session = self._sessions[path.session or "0"]
                data.setdefault(session, {})[self._runs[_run(path)]] = raw
        if not data:
            raise ValueError(
                f"bids:{self._root}: no recording of subject {subject} has one of the events "
                f"{', '.join(name for names in self.classes.values() for name in names)}"
            )
        return data


def _find_paths(root: Path, task: str | None) -> list[Any]:
    """Find the EEG recordings of a folder, or say what was looked for."""
    import mne_bids

    found = mne_bids.find_matching_paths(
        root, datatypes="eeg", suffixes="eeg", extensions=EXTENSIONS
    )
    paths = [each for each in found if task in (None, each.task)]
    if not paths:
        raise FileNotFoundError(
            f"bids:{root}: no EEG{f' of task {task}' if task else ''}; sub-*/[ses-*/]eeg/*_eeg.edf "
            f"or another of {', '.join(EXTENSIONS)} was looked for"
        )
    return paths


def _run(path: Any) -> str:
    """Name of a run; the task tells two apart that have none."""
    return str(path.run or path.task or "0")


def _read(path: Any) -> Any:
    """One recording, with the events of its sidecar as annotations."""
    import mne_bids

    from neurokit.files.recordings import clean_names, require_whole

    require_whole(path.fpath)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sidecars that say less than they could
            raw = mne_bids.read_raw_bids(path, verbose="error").load_data(verbose="error")
    except OSError:
        raise
    except Exception as error:  # readers fail on damage in many ways
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{path.fpath} cannot be read ({reason[:200]})") from error
    return raw.rename_channels(clean_names(raw.ch_names), verbose="error")


def _events_tables(path: Any) -> list[pd.DataFrame]:
    """Events that stand beside a recording, as onset, duration and trial_type."""
    beside = path.fpath.with_name(path.fpath.name.rpartition("_")[0] + "_events.tsv")
    if not beside.exists():
        return []
    table = pd.read_csv(beside, sep="\t", keep_default_na=False)
    kinds = "trial_type" if "trial_type" in table else "value"
    if kinds not in table:
        return []
    durations = pd.to_numeric(table.get("duration", 0.0), errors="coerce")
    return [pd.DataFrame({"trial_type": table[kinds].astype(str), "duration": durations})]
