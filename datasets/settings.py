"""What the YAML beside a folder of recordings says of them.

A whole example, with every key that there is::

    name: three-days            # by default the folder's name
    root: ~/recordings          # by default where this file lies; $VARIABLES are filled in
    files:                      # the first pattern that fits a file decides
      - "person-{subject}_day-{session}_run-{run}_raw.fif"
      - pattern: "{subject}/online/{part}/*.xdf"
        session: "online{part}"
      - "regex:(?P<subject>S[0-9]+)/.*[.]edf"
    channels:
      rename: {A1: C3}
      types: {Aux: eog}
      pick: [C3, Cz, C4]
      drop: [T9]
    units: microvolts           # of the numbers, where the files do not say
    montage: colin27_1005       # by default, positions by name where names fit
    events:                     # annotation texts, or codes of a stimulus channel, GDF or BioSig
      left_hand: 769
      right_hand: [770, "Stimulus/S 12"]
    interval: [0.5, 2.5]        # seconds after the event
    high_pass: 0.5              # hertz
    line_noise: 50              # hertz, removed with its harmonics
    resample: 250               # hertz
    paradigm: imagery
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

NAME = "neurokit-files.yaml"
Model = TypeVar("Model", bound=BaseModel)


class _Strict(BaseModel):
    """Nothing that is misspelt goes by."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FilePattern(_Strict):
    """Which files, and which subject, session and run they are.

    Parameters
    ----------
    pattern : str
        Path below the root: ``*`` and ``?`` within a folder, ``**/`` for any folders, ``{name}``
        for a part to remember; or ``regex:`` and a regular expression with named groups.
    subject, session, run : str
        Made of the remembered parts; by default the part of that name.
    """

    pattern: str
    subject: str | None = None
    session: str | None = None
    run: str | None = None

    def match(self, path: str) -> dict[str, str] | None:
        """Subject, session and run of a path below the root, or None if it does not fit."""
        found = re.fullmatch(_expression(self.pattern), path)
        if found is None:
            return None
        parts = {key: value for key, value in found.groupdict().items() if value is not None}
        key = {}
        for what in ("subject", "session", "run"):
            written = getattr(self, what)
            try:
                key[what] = written.format(**parts) if written else parts.get(what, "")
            except (KeyError, IndexError, ValueError):
                raise ValueError(
                    f"{what}: {written!r} names a part that {self.pattern!r} does not have"
                ) from None
        return key


class ChannelSettings(_Strict):
    """What to do with the channels, by the names that the reader gives.

    Parameters
    ----------
    rename : dict
        New names, before anything else.
    types : dict
        ``eeg``, ``eog``, ``ecg``, ``emg``, ``stim`` or ``misc``.
    pick : list of str
        Keep only these, in this order.
    drop : list of str
        Leave these out.
    """

    rename: dict[str, str] = Field(default_factory=dict)
    types: dict[str, Literal["eeg", "eog", "ecg", "emg", "stim", "misc"]] = Field(
        default_factory=dict
    )
    pick: list[str] | None = None
    drop: list[str] = Field(default_factory=list)


class FolderSettings(_Strict):
    """The YAML of a folder of recordings; see the module for an example.

    Parameters
    ----------
    name, root, files, channels, units, montage, events, interval, high_pass, line_noise
        As in the example.
    resample, paradigm
        As in the example.
    """

    name: str | None = None
    root: str | None = None
    files: list[FilePattern] = Field(min_length=1)
    channels: ChannelSettings = Field(default_factory=ChannelSettings)
    units: Literal["volts", "millivolts", "microvolts", "nanovolts"] | None = None
    montage: str | None = None
    events: dict[str, list[str]] = Field(min_length=1)
    interval: tuple[float, float]
    high_pass: float | None = Field(default=None, gt=0)
    line_noise: float | None = Field(default=None, gt=0)
    resample: float | None = Field(default=None, gt=0)
    paradigm: Literal["imagery", "p300", "ssvep", "cvep"] = "imagery"

    @field_validator("files", mode="before")
    @classmethod
    def _patterns(cls, value: Any) -> Any:
        several = value if isinstance(value, list) else [value]
        return [{"pattern": each} if isinstance(each, str) else each for each in several]

    @field_validator("events", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return event_names(value)

    @field_validator("interval")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] >= value[1]:
            raise ValueError(f"must be [from, to] in seconds, got {list(value)}")
        return value


class BidsSettings(_Strict):
    """The YAML of a BIDS folder, ``neurokit-bids.yaml``; every key may be left out.

    Parameters
    ----------
    name : str
        By default the folder's name.
    root : str
        The folder, by default where the file lies.
    task : str
        Only this task.
    events : dict
        ``trial_type`` of each class; by default every trial type is a class.
    interval : tuple of float
        Seconds after an event; by default as long as events last.
    paradigm : str
        For MOABB.
    """

    name: str | None = None
    root: str | None = None
    task: str | None = None
    events: dict[str, list[str]] | None = None
    interval: tuple[float, float] | None = None
    paradigm: Literal["imagery", "p300", "ssvep", "cvep"] = "imagery"

    @field_validator("events", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return event_names(value)


def event_names(value: Any) -> Any:
    """Write events as lists of texts: a code may be a number, and one needs no list."""
    if not isinstance(value, dict):
        return value
    several = {key: each if isinstance(each, list) else [each] for key, each in value.items()}
    return {str(key): [str(name) for name in each] for key, each in several.items()}


def load(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into a model.

    Parameters
    ----------
    path : Path
        The file.
    model : type
        :class:`FolderSettings` or :class:`BidsSettings`.

    Returns
    -------
    settings : model
        Checked.

    Raises
    ------
    ValueError
        In one sentence that names the file, the key and what is wrong with it.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{path} is not YAML: {reason[:200]}") from None
    try:
        return model.model_validate(content or {})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        known = f" (keys are {', '.join(model.model_fields)})" if "Extra" in reason else ""
        raise ValueError(f"{path}: {key}: {reason}{known}") from None


def folder_of(written: str | None, beside: Path) -> Path:
    """Find the folder that ``root`` means.

    Parameters
    ----------
    written : str, optional
        As in the YAML: relative to its folder, with ``~`` and ``$VARIABLES``.
    beside : Path
        The folder of the YAML.

    Returns
    -------
    folder : Path
        It exists.

    Raises
    ------
    FileNotFoundError
        If it does not, or a variable is not set.
    """
    filled = os.path.expanduser(os.path.expandvars(written or "."))
    if "$" in filled:
        raise FileNotFoundError(f"root: {written} names a variable that is not set")
    folder = beside / filled
    if not folder.is_dir():
        raise FileNotFoundError(f"root: there is no folder {folder}")
    return folder


def _expression(pattern: str) -> str:
    """Translate a pattern into a regular expression."""
    if pattern.startswith("regex:"):
        return pattern.removeprefix("regex:")
    wild = {"*": "[^/]*", "?": "[^/]", "**/": "(?:.*/)?", "**": ".*"}
    seen: set[str] = set()
    parts = []
    for part in re.split(r"(\{\w+\}|\*\*/?|\*|\?)", pattern):
        name = part[1:-1]
        if part in wild:
            parts.append(wild[part])
        elif part.startswith("{") and part.endswith("}"):
            # the same part twice must be the same text
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>[^/]+?)")
            seen.add(name)
        else:
            parts.append(re.escape(part))
    return "".join(parts)
