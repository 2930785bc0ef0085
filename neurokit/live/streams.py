"""Where a live signal comes from: LSL, a board, a recording played again, a simulated patient.

All sources look alike: ``open`` says what comes, ``read`` gives what has come since. Time is
``now()``, the clock that LSL uses too.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

now = time.perf_counter

MICROVOLT = 1e-6


@dataclass(frozen=True)
class SourceInfo:
    """What a source gives.

    Parameters
    ----------
    name : str
        Of the amplifier or the file.
    channels : tuple of str
        Clean names (``C3``), in the order of the samples.
    types : tuple of str
        MNE's channel types (``eeg``, ``eog``, ``misc``).
    sfreq : float
        Sampling rate in hertz.
    source_id : str
        Stays the same when the source comes back.
    impedances : tuple of int
        Places of the channels that carry an electrode's impedance in ohms.
    """

    name: str
    channels: tuple[str, ...]
    types: tuple[str, ...]
    sfreq: float
    source_id: str = ""
    impedances: tuple[int, ...] = ()


@dataclass(frozen=True)
class Samples:
    """Samples that came: values in volts, shape (n_samples, n_channels), stamps in seconds."""

    values: np.ndarray
    stamps: np.ndarray

    def __len__(self) -> int:
        return len(self.stamps)


class SourceLost(OSError):
    """The source is gone; ``open`` may find it again."""


class SourceEnded(SourceLost):
    """The source has given all that it has; there is nothing to wait for."""


class Source(ABC):
    """A live signal."""

    @abstractmethod
    def open(self) -> SourceInfo:
        """Connect and say what comes.

        Raises
        ------
        SourceLost
            If it cannot be found; the message says what to do.
        """

    @abstractmethod
    def read(self) -> Samples:
        """What has come since the last call, at once; nothing where nothing came."""

    @abstractmethod
    def close(self) -> None:
        """Disconnect; a second call does nothing."""

    def clock_offset(self) -> float | None:
        """Seconds to add to the stamps to have ``now()``'s; None where they are already."""
        return None

    def notice(self, label: str) -> None:  # noqa: B027
        """Hear a marker; a simulated patient obeys it, an amplifier does not."""


class ReplaySource(Source):
    """A recording played again as if live.

    Parameters
    ----------
    path : path-like
        Anything that ``read_recording`` reads.
    speed : float
        2 plays twice as fast.
    repeat : bool
        Whether it begins anew at its end; otherwise it ends there, as ``SourceEnded``.
    clock : callable
        Gives the time in seconds.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        speed: float = 1.0,
        repeat: bool = False,
        clock: Callable[[], float] = now,
    ) -> None:
        self.path, self.speed, self.repeat, self.clock = Path(path), speed, repeat, clock
        self._values: np.ndarray | None = None
        self._start = 0.0
        self._given = 0

    def open(self) -> SourceInfo:
        """Read the file; its first sample is due now."""
        # by name, since a recording is read by MNE, which takes its time to import
        raw = import_module("neurokit.files.recordings").read_recording(self.path)
        raw.load_data(verbose="error")
        self._values = raw.get_data().T
        self._sfreq = float(raw.info["sfreq"])
        if self._given == 0:
            self._start = self.clock()
        return SourceInfo(
            self.path.stem,
            tuple(raw.ch_names),
            tuple(raw.get_channel_types()),
            self._sfreq,
            f"replay-{self.path.stem}",
        )

    def read(self) -> Samples:
        """Give the samples that are due."""
        if self._values is None:
            raise SourceLost(f"the replay of {self.path} is closed; open it first")
        n_samples = len(self._values)
        rate = self._sfreq * self.speed
        due = int((self.clock() - self._start) * rate) + 1
        if not self.repeat:
            due = min(due, n_samples)
            if self._given >= n_samples:
                raise SourceEnded(f"the recording {self.path.name} is at its end")
        places = np.arange(self._given, max(due, self._given))
        self._given = max(due, self._given)
        return Samples(self._values[places % n_samples], self._start + places / rate)

    def close(self) -> None:
        """Forget the file."""
        self._values = None


SOURCES = {
    "lsl": "neurokit.live.lsl:LslSource",
    "replay": "neurokit.live.streams:ReplaySource",
    "brainflow": "neurokit.live.boards:BoardSource",
    "simulated": "neurokit.simulators.simulated_patient:SimulatedPatient",
}


def open_source(address: str) -> Source:
    """Make the source of an address such as ``lsl:actiCHamp`` or ``replay:run.edf,speed=2``.

    Parameters
    ----------
    address : str
        ``lsl:NAME``, ``brainflow:BOARD``, ``replay:FILE`` or ``simulated:``, then options as
        ``key=value``, separated by commas.

    Raises
    ------
    ValueError
        If there is no such kind of source, or it has no such option.
    """
    kind, _, rest = address.partition(":")
    if kind not in SOURCES:
        raise ValueError(
            f"there is no source {kind!r}; use lsl:NAME, brainflow:BOARD, replay:FILE or "
            "simulated:strength=1"
        )
    module, _, name = SOURCES[kind].partition(":")
    factory = getattr(import_module(module), name)
    positional, options = _options(rest)
    try:
        source: Source = factory(*positional, **options)
    except TypeError as error:
        raise ValueError(f"the source {address!r} cannot be made: {error}") from None
    return source


def _options(text: str) -> tuple[list[str], dict[str, float | str | bool]]:
    positional: list[str] = []
    options: dict[str, float | str | bool] = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if equals:
            options[key.strip()] = _value(value.strip())
        elif positional and not options:
            # a name may hold commas
            positional[-1] += f",{part}"
        else:
            positional.append(part.strip())
    return positional, options


def _value(text: str) -> float | str | bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and "." not in text else number


def clean_units(units: Sequence[str | int | None]) -> np.ndarray:
    """Factors that turn each channel's unit into volts; 1 where it is not a voltage.

    Parameters
    ----------
    units : sequence of str or int
        Names (``microvolts``, ``uV``, ``V``) or LSL's powers of ten (``-6``).
    """
    names = {
        "volt": 1.0, "volts": 1.0, "v": 1.0,
        "millivolt": 1e-3, "millivolts": 1e-3, "mv": 1e-3,
        "microvolt": 1e-6, "microvolts": 1e-6, "uv": 1e-6, "µv": 1e-6, "μv": 1e-6,
        "nanovolt": 1e-9, "nanovolts": 1e-9, "nv": 1e-9,
    }  # fmt: skip
    factors = []
    for unit in units:
        text = str(unit if unit is not None else "").strip()
        power = text.lstrip("-").isdigit()
        factors.append(10.0 ** int(text) if power else names.get(text.lower(), 1.0))
    return np.array(factors)
