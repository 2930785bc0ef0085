"""A folder of recordings in any format, told apart by a YAML, as a MOABB data set."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mne
import numpy as np
from moabb.datasets.base import BaseDataset

from neurokit.datasets.settings import NAME, FolderSettings, folder_of, load
from neurokit.files.recordings import SUFFIXES, Event, add_stimulus_channel, events, read_recording

LARGEST_OFFSET = 1e-3  # volts; above it the filters of a paradigm ring at the edges
PLAUSIBLE = (1e-7, 1e-3)  # volts that EEG varies by, whatever the amplifier
SLOWEST = 0.5  # hertz, where an offset has to go


@dataclass(frozen=True)
class Recording:
    """One file of a data set, under MOABB's names."""

    path: Path
    subject: int | str
    session: str
    run: str


class Files(BaseDataset):
    """A folder of recordings, told apart by a YAML file.

    Parameters
    ----------
    path : path-like
        A folder with a ``neurokit-files.yaml``, or such a file under any name.

    Raises
    ------
    FileNotFoundError
        If the folder or the YAML does not exist, or no file fits its patterns.
    ValueError
        If the YAML is wrong.
    """

    name = "files"

    def __init__(self, path: str | Path):
        path = Path(path).expanduser()
        # what depends on where the folder lies is private: the set is the same elsewhere
        self._settings_path = path / NAME if path.is_dir() else path
        if not path.exists():
            raise FileNotFoundError(f"files:{path}: there is no such folder; check the path")
        if not self._settings_path.is_file():
            raise FileNotFoundError(
                f"files:{path}: there is no {self._settings_path}; write one that says which files "
                "are which subject and what their events mean (`pydoc neurokit.datasets.settings`)"
            )
        self._settings = load(self._settings_path, FolderSettings)
        self._root = folder_of(self._settings.root, self._settings_path.resolve().parent)
        self._recordings = _find_recordings(self._root, self._settings, self._settings_path)
        told = self._settings.model_dump(exclude={"root"})
        self.identity = f"files {told}"
        subjects = list(dict.fromkeys(each.subject for each in self._recordings))
        days = [{each.session for each in self.of_subject(subject)} for subject in subjects]
        called = self._settings.name or self._root.resolve().name
        super().__init__(
            subjects=subjects,
            sessions_per_subject=max(len(each) for each in days),
            events={name: k + 1 for k, name in enumerate(self._settings.events)},
            code="Files-" + re.sub("[^a-z0-9-]", "", called.lower()),
            interval=list(self._settings.interval),
            paradigm=self._settings.paradigm,
        )

    def of_subject(self, subject: int | str) -> list[Recording]:
        """Recordings of one subject, in order.

        Parameters
        ----------
        subject : int or str
            One of ``subject_list``.

        Returns
        -------
        recordings : list of Recording
            By session and run.
        """
        return [each for each in self._recordings if each.subject == subject]

    def data_path(
        self,
        subject: int | str,
        path: Any = None,
        force_update: bool = False,
        update_path: Any = None,
        verbose: Any = None,
    ) -> list[Path]:
        """Files of a subject, companions among them."""
        return [file for each in self.of_subject(subject) for file in companions(each.path)]

    def _get_single_subject_data(self, subject: int | str) -> dict[str, dict[str, Any]]:
        """Sessions and runs of one subject."""
        data: dict[str, dict[str, Any]] = {}
        seen: set[str] = set()
        first: mne.io.BaseRaw | None = None
        for each in self.of_subject(subject):
            raw = self._prepare(each.path)
            first = raw if first is None else first
            _require_alike(first, raw, each.path)
            found = events(raw)
            seen.update(event.name for event in found)
            marked = mark(raw, found, self._settings.events, self.event_id)
            data.setdefault(each.session, {})[each.run] = marked
        self._require_events(subject, data, seen)
        return data

    def _prepare(self, path: Path) -> mne.io.BaseRaw:
        """Read a file, and do to it what the YAML says."""
        settings = self._settings
        raw = read_recording(path, units=settings.units)
        _choose_channels(raw, settings, path)
        raw.info["line_freq"] = settings.line_noise
        remove_offset(raw, settings.high_pass, path)
        if settings.line_noise:
            harmonics = np.arange(settings.line_noise, raw.info["sfreq"] / 2, settings.line_noise)
            raw.notch_filter(harmonics, picks="eeg", verbose="error")
        if settings.resample and settings.resample != raw.info["sfreq"]:
            raw.resample(settings.resample, verbose="error")
        return raw

    def _require_events(self, subject: int | str, data: dict[str, Any], seen: set[str]) -> None:
        """Refuse a subject who lacks a class."""
        for name, code in self.event_id.items():
            runs = [raw for session in data.values() for raw in session.values()]
            if not any((raw.get_data("STIM") == code).any() for raw in runs):
                there = ", ".join(sorted(seen)[:20]) or "none"
                raise ValueError(
                    f"{self._settings_path}: {name} is {' or '.join(self._settings.events[name])}, "
                    f"and no file of subject {subject} has such an event; there are {there}"
                )


def mark(
    raw: mne.io.BaseRaw,
    found: Iterable[Event],
    classes: dict[str, list[str]],
    event_id: dict[str, int],
) -> mne.io.BaseRaw:
    """Annotate classes instead of events, and write them to the one stimulus channel.

    Parameters
    ----------
    raw : mne.io.Raw
        Preloaded; changed in place.
    found : iterable of Event
        Its events.
    classes : dict
        Names of the events of each class.
    event_id : dict
        Code of each class.

    Returns
    -------
    raw : mne.io.Raw
        Bad stretches stay annotated.
    """
    names = {
        form: label for label, each in classes.items() for name in each for form in _forms(name)
    }
    kept = []
    for event in found:
        label = next((names[form] for form in _forms(event.name) if form in names), None)
        if label is not None or event.name.lower().startswith("bad"):
            kept.append((event.sample / raw.info["sfreq"], event.duration, label or event.name))
    stimuli = [raw.ch_names[k] for k in mne.pick_types(raw.info, meg=False, stim=True)]
    if stimuli:
        raw.drop_channels(stimuli)
    onsets, durations, labels = zip(*kept, strict=True) if kept else ((), (), ())
    raw.set_annotations(mne.Annotations(onsets, durations, labels))
    return add_stimulus_channel(raw, event_id)


def _forms(name: str) -> tuple[str, str]:
    """Spell an event's name as it is, and without BrainVision's type, spaces and case."""
    return name, re.sub(r"\s", "", name.rpartition("/")[2].lower())


def remove_offset(raw: mne.io.BaseRaw, high_pass: float | None, path: Path) -> None:
    """Take the offset off every EEG channel, and say what looks wrong with its amplitude.

    Parameters
    ----------
    raw : mne.io.Raw
        Preloaded; changed in place.
    high_pass : float, optional
        Hertz; by default 0.5 where an offset is larger than a millivolt, and nothing elsewhere.
    path : Path
        For the warnings.
    """
    picks = mne.pick_types(raw.info, eeg=True)
    if not len(picks):
        raise ValueError(f"{path} has no EEG channel; say which are with channels.types")
    offset = float(np.median(np.abs(np.median(raw.get_data(picks), axis=1))))
    raw.apply_function(lambda signal: signal - np.median(signal), picks=picks, verbose="error")
    if high_pass is None and offset > LARGEST_OFFSET:
        warnings.warn(
            f"{path.name} stands {1e3 * offset:.1f} mV off zero and is high-pass filtered at "
            f"{SLOWEST} Hz; write `high_pass: {SLOWEST}` to say so",
            stacklevel=2,
        )
        high_pass = SLOWEST
    if high_pass is not None:
        raw.filter(high_pass, None, picks=picks, verbose="error")
    varies = float(np.median(raw.get_data(picks).std(axis=1)))
    if not PLAUSIBLE[0] <= varies <= PLAUSIBLE[1]:
        warnings.warn(
            f"{path.name} varies by {varies:.2g} V, which EEG does not: its numbers are probably "
            "not volts; write `units: microvolts` or whatever they are",
            stacklevel=2,
        )


def companions(path: Path) -> list[Path]:
    """Find the files that make up a recording.

    Parameters
    ----------
    path : Path
        The file that is read.

    Returns
    -------
    files : list of Path
        Itself first.
    """
    beside = {
        ".vhdr": [path.with_suffix(suffix) for suffix in (".vmrk", ".eeg", ".dat")],
        ".set": [path.with_suffix(".fdt")],
        ".mat": [path.with_name("h" + path.name[1:])],
    }
    return [path, *(each for each in beside.get(path.suffix.lower(), []) if each.exists())]


def _choose_channels(raw: mne.io.BaseRaw, settings: FolderSettings, path: Path) -> None:
    """Rename, retype, drop and pick."""
    channels = settings.channels
    named = {**channels.rename, **channels.types, **dict.fromkeys(channels.drop)}
    renamed = [channels.rename.get(name, name) for name in raw.ch_names]
    unknown = set(named) - set(raw.ch_names) - set(renamed) | set(channels.pick or []) - set(
        renamed
    )
    if unknown:
        raise ValueError(
            f"{path} has no channel {', '.join(sorted(unknown))}; it has {', '.join(raw.ch_names)}"
        )
    raw.rename_channels(channels.rename, verbose="error")
    raw.set_channel_types(channels.types, on_unit_change="ignore", verbose="error")
    if channels.drop:
        raw.drop_channels(channels.drop)
    if channels.pick is not None:
        stimuli = [raw.ch_names[k] for k in mne.pick_types(raw.info, meg=False, stim=True)]
        raw.pick(channels.pick + [name for name in stimuli if name not in channels.pick])
    montage = settings.montage or ("colin27_1005" if channels.rename else None)
    if montage is not None:
        raw.set_montage(montage, match_case=False, on_missing="ignore", verbose="error")


def _require_alike(first: mne.io.BaseRaw, raw: mne.io.BaseRaw, path: Path) -> None:
    """Refuse a file that does not fit the others of its subject; bring its channels in order."""
    if raw.info["sfreq"] != first.info["sfreq"]:
        raise ValueError(
            f"{path} runs at {raw.info['sfreq']:g} Hz and the first file of its subject at "
            f"{first.info['sfreq']:g} Hz; write `resample: "
            f"{min(raw.info['sfreq'], first.info['sfreq']):g}` to bring them together"
        )
    wanted, there = (_eeg(each) for each in (first, raw))
    if set(wanted) != set(there):
        odd = ", ".join(sorted(set(wanted) ^ set(there)))
        raise ValueError(
            f"{path} does not have the channels of its subject's first file: {odd} stand in one "
            "of them only; name those that all have with channels.pick"
        )
    rest = [name for name in raw.ch_names if name not in wanted]
    raw.reorder_channels(wanted + rest)


def _eeg(raw: mne.io.BaseRaw) -> list[str]:
    """Names of the EEG channels."""
    return [raw.ch_names[k] for k in mne.pick_types(raw.info, eeg=True)]


def _find_recordings(root: Path, settings: FolderSettings, told: Path) -> list[Recording]:
    """Files that fit a pattern, under MOABB's names, in the order of subject, session and run."""
    found: list[tuple[Path, dict[str, str], int]] = []
    for path in sorted(root.rglob("*"), key=lambda each: _natural(str(each))):
        relative = path.relative_to(root).as_posix()
        for rank, pattern in enumerate(settings.files):
            try:
                key = pattern.match(relative)
            except (ValueError, re.error) as error:
                raise ValueError(f"{told}: files: {error}") from None
            if key is not None and path.name.lower().endswith(SUFFIXES):
                found.append((path, key, rank))
                break
    if not found:
        patterns = " or ".join(repr(each.pattern) for each in settings.files)
        raise FileNotFoundError(f"{told}: no recording in {root} fits {patterns}")
    found.sort(key=lambda each: each[2])
    sessions = moabb_names(key["session"] or "0" for _, key, _ in found)
    runs = moabb_names(key["run"] for _, key, _ in found if key["run"])
    numbered = all(key["subject"].isdigit() or not key["subject"] for _, key, _ in found)
    recordings: dict[tuple[Any, ...], Recording] = {}
    for path, key, _ in found:
        subject = int(key["subject"] or 1) if numbered else key["subject"] or "1"
        session = sessions[key["session"] or "0"]
        count = sum(each[:2] == (subject, session) for each in recordings)
        run = runs[key["run"]] if key["run"] else str(count)
        other = recordings.setdefault(
            (subject, session, run), Recording(path, subject, session, run)
        )
        if other.path != path:
            raise ValueError(
                f"{told}: {other.path.name} and {path.name} are both subject {subject}, session "
                f"{session}, run {run}; make the patterns tell them apart"
            )
    return sorted(
        recordings.values(),
        key=lambda each: (_natural(str(each.subject)), _natural(each.session), _natural(each.run)),
    )


def moabb_names(keys: Iterable[str]) -> dict[str, str]:
    """Give sessions or runs the names that MOABB wants: a number in order, and letters.

    Parameters
    ----------
    keys : iterable of str
        As they are called, in the order in which they should stand.

    Returns
    -------
    names : dict
        Numbers stay as they are, without leading zeros; ``offline`` becomes ``0offline``.
    """
    distinct = list(dict.fromkeys(keys))
    if all(key.isdigit() for key in distinct):
        return {key: str(int(key)) for key in distinct}
    names = {}
    for place, key in enumerate(distinct):
        words = re.sub("[^A-Za-z0-9]", "", key)
        names[key] = f"{place}{words if words[:1].isalpha() else 'part' + words}"
    return names


def _natural(text: str) -> list[tuple[int, str]]:
    """Sort run 10 after run 9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]
