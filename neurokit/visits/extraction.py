"""What Explore shows of runs: spectra, connectivity and signals of every trial, kept by content.

A run is extracted once for each content and settings; what is kept in the cache is found again
by both, whatever the file is called.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from neurokit.fingerprint import digest, file_digest
from neurokit.patients.runs import RunEpochs, read_run, run_epochs, run_trials
from neurokit.signals.artefacts import amplitude_flags
from neurokit.signals.connectivity import connectivity_spectrum, node_strength
from neurokit.signals.spectra import psd

if TYPE_CHECKING:
    import mne

# raised when what is kept changes its meaning
_FORMAT = 1
_SLICE = 8
_PART = ".part-"
_FLAG_BAND = (1.0, 40.0)
_STALE_SECONDS = 3600.0
CACHE_BYTES = 2 * 2**30
LOWEST_CONNECTED = 4.0
# MNE's loudness, and Python's list of warnings, are one for all threads
_reading = threading.Lock()
Progress = Callable[[float, str], None]


class Cancelled(Exception):
    """The extraction was told to stop."""


class Extraction(BaseModel):
    """What is computed of each trial; the defaults are HappyFeat's. Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["burg", "welch", "multitaper"] = Field("burg", description="Spectrum by")
    start: float = Field(1.0, ge=0, le=60, description="From the cue, s")
    length: float = Field(3.0, gt=0.1, le=60, description="Length, s")
    window: float = Field(0.25, gt=0.02, le=60, description="Window, s")
    shift: float = Field(0.161, gt=0.005, le=60, description="Step between windows, s")
    order: float = Field(0.038, gt=0.005, le=1, description="Burg's order, s")
    resolution: float = Field(1.0, ge=0.1, le=10, description="Step between frequencies, Hz")
    highest: float = Field(40.0, ge=5, le=200, description="Highest frequency, Hz")
    reference: Literal["as recorded", "average", "neighbours"] = Field(
        "as recorded", description="Reference"
    )
    connectivity: Literal["none", "imaginary", "coherence", "wpli", "plv", "envelope"] = Field(
        "none", description="Connectivity"
    )
    baseline: float = Field(2.0, ge=0.5, le=20, description="Rest before the cue, s")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.window > self.length:
            raise ValueError(
                f"a window of {self.window:g} s does not fit into {self.length:g} s; "
                "take shorter windows"
            )
        if self.method == "burg" and self.order >= self.window:
            raise ValueError(
                f"Burg's order ({self.order:g} s) must be shorter than a window "
                f"({self.window:g} s); lower it"
            )
        return self

    @property
    def true_resolution(self) -> float:
        """How far apart two rhythms must be to be told from each other, in hertz."""
        return 1.0 / self.window


def extract(
    paths: Sequence[str | os.PathLike[str]],
    classes: Sequence[str] | Mapping[str, str],
    settings: Extraction,
    cache: str | os.PathLike[str],
    *,
    n_threads: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """Extract runs beside each other.

    Parameters
    ----------
    paths : sequence of path-like
        Recordings.
    classes : sequence of str, or dict
        As :func:`neurokit.patients.runs.run_epochs` takes them.
    settings : Extraction
        What is computed.
    cache : path-like
        Folder where it is kept.
    n_threads : int, optional
        Runs beside each other; as many as there are processors by default.
    progress : callable, optional
        Is told the part that is done, from 0 to 1, and what.
    cancelled : callable
        Asked between trials; where it says yes, ``Cancelled`` is raised. Runs that ended are kept.

    Returns
    -------
    folders : list of Path
        Of each run, as :func:`neurokit.visits.extracted.read_extracted` takes them.

    Raises
    ------
    ValueError
        If a run has no trial of these classes, or the settings do not fit it.
    """
    if not paths:
        raise ValueError("no run is chosen; choose one at least")
    cache = Path(cache)
    cache.mkdir(parents=True, exist_ok=True)
    _tidy(cache)
    told = _Told(len(paths), progress, cancelled)
    n_threads = min(len(paths), n_threads or os.cpu_count() or 1)
    folders: dict[int, Path] = {}
    with ThreadPoolExecutor(n_threads) as pool:
        jobs = {
            pool.submit(_extract_run, Path(path), classes, settings, cache, told, place): place
            for place, path in enumerate(paths)
        }
        for job in as_completed(jobs):
            if job.exception() is not None:
                told.stop = True
                for other in jobs:
                    other.cancel()
            folders[jobs[job]] = job.result()
    return [folders[place] for place in range(len(paths))]


class _Told:
    """Gathers the progress of all runs, and carries the wish to stop."""

    def __init__(
        self, n_runs: int, progress: Progress | None, cancelled: Callable[[], bool]
    ) -> None:
        self.parts = [0.0] * n_runs
        self.progress, self.cancelled = progress, cancelled
        self.stop = False
        self._lock = threading.Lock()

    def tell(self, place: int, part: float, text: str) -> None:
        with self._lock:
            if self.stop or self.cancelled():
                self.stop = True
                raise Cancelled("cancelled; the runs that were done are kept")
            self.parts[place] = part
            if self.progress is not None:
                self.progress(sum(self.parts) / len(self.parts), text)


def _extract_run(
    path: Path,
    classes: Sequence[str] | Mapping[str, str],
    settings: Extraction,
    cache: Path,
    told: _Told,
    place: int,
) -> Path:
    """Folder of what was extracted of a run, now or earlier."""
    told.tell(place, 0.0, path.name)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; choose other runs, or bring it back")
    wanted = dict(classes) if isinstance(classes, Mapping) else {name: name for name in classes}
    folder = cache / digest(file_digest(path), wanted, settings.model_dump(), _FORMAT)
    if (folder / "about.json").exists():
        os.utime(folder)
    else:
        part = Path(tempfile.mkdtemp(dir=cache, prefix=_PART))
        try:
            _write(part, path, wanted, settings, lambda done: told.tell(place, done, path.name))
            # another process may have been as fast
            with suppress(OSError):
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    told.tell(place, 1.0, path.name)
    return folder


class _Run(NamedTuple):
    """What is read of a run: its trials as they are, with the rest before, and without drift."""

    epochs: RunEpochs
    lengthy: RunEpochs
    flagged: RunEpochs
    mix: np.ndarray
    positions: list[list[float]]
    onsets: list[float]
    notes: list[str]


def _read(path: Path, wanted: dict[str, str], settings: Extraction) -> _Run:
    window = (settings.start, settings.start + settings.length)
    notes: list[str] = []
    with _reading:
        raw = read_run(path, notes=notes)
        epochs = run_epochs([raw], wanted, band=None, window=window)
        drift = (_FLAG_BAND[0], min(_FLAG_BAND[1], 0.45 * epochs.sfreq))
        return _Run(
            epochs,
            run_epochs([raw], wanted, band=None, window=(-settings.baseline, window[1])),
            run_epochs([raw], wanted, band=drift, window=window),
            _reference(raw, epochs.ch_names, settings.reference),
            _positions(raw, epochs.ch_names),
            [trial.onset for trial in run_trials(raw)],
            notes,
        )


def _write(
    folder: Path,
    path: Path,
    wanted: dict[str, str],
    settings: Extraction,
    tell: Callable[[float], None],
) -> None:
    """Compute and write all of a run."""
    run = _read(path, wanted, settings)
    epochs, signals = run.epochs, run.mix @ run.epochs.X
    frequencies, power = _power(signals, epochs.sfreq, settings, tell)
    np.save(folder / "power.npy", power)
    np.save(folder / "clean.npy", run.flagged.X.astype(np.float32))
    np.save(folder / "signals.npy", (run.mix @ run.lengthy.X).astype(np.float32))
    connected = _write_connectivity(folder, signals, epochs.sfreq, settings, tell)
    about = {
        "ch_names": epochs.ch_names,
        "positions": run.positions,
        "sfreq": epochs.sfreq,
        "frequencies": frequencies.tolist(),
        "connected": connected,
        "labels": epochs.y.tolist(),
        "trials": epochs.trials.tolist(),
        "signal_trials": run.lengthy.trials.tolist(),
        "signal_start": -settings.baseline,
        "onsets": run.onsets,
        "flags": amplitude_flags(run.flagged.X, epochs.ch_names),
        "dropped": [list(each) for each in epochs.dropped],
        "notes": [*run.notes, *epochs.notes],
    }
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _power(
    epochs: np.ndarray, sfreq: float, settings: Extraction, tell: Callable[[float], None]
) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies, and power of each trial."""
    power, frequencies = [], np.empty(0)
    share = 0.5 if settings.connectivity != "none" else 0.9
    for first in range(0, len(epochs), _SLICE):
        frequencies, density = psd(
            epochs[first : first + _SLICE],
            sfreq,
            method=settings.method,
            window=settings.window,
            shift=settings.shift,
            order=max(round(settings.order * sfreq), 1),
            resolution=settings.resolution,
            highest=min(settings.highest, sfreq / 2),
        )
        power.append(density)
        tell(share * (first + len(density)) / len(epochs))
    return frequencies, np.concatenate(power)


def _write_connectivity(
    folder: Path,
    epochs: np.ndarray,
    sfreq: float,
    settings: Extraction,
    tell: Callable[[float], None],
) -> list[float]:
    """Write strengths, and the pairs at each frequency; returns the frequencies."""
    if settings.connectivity == "none":
        return []
    # without a model of the signal, the step between frequencies needs its length of windows
    window = max(settings.window, 1.0 / settings.resolution)
    band = (LOWEST_CONNECTED, min(settings.highest, sfreq / 2))
    pairs = np.triu_indices(epochs.shape[1], 1)
    found: list[np.ndarray] = []
    strengths: list[np.ndarray] = []
    frequencies = np.empty(0)
    for first in range(0, len(epochs), _SLICE):
        frequencies, matrices = connectivity_spectrum(
            epochs[first : first + _SLICE], sfreq, band, method=settings.connectivity, window=window
        )
        found.append(matrices[:, :, pairs[0], pairs[1]].astype(np.float32))
        strengths.append(node_strength(matrices).swapaxes(1, 2))
        tell(0.5 + 0.4 * (first + len(matrices)) / len(epochs))
    np.save(folder / "strength.npy", np.concatenate(strengths))
    # a frequency at a time is drawn
    np.save(folder / "pairs.npy", np.ascontiguousarray(np.concatenate(found).swapaxes(0, 1)))
    return [float(frequency) for frequency in frequencies]


def _reference(raw: mne.io.BaseRaw, ch_names: Sequence[str], reference: str) -> np.ndarray:
    """Matrix that takes channels to another reference, shape (n_channels, n_channels)."""
    n_channels = len(ch_names)
    if reference == "as recorded" or n_channels == 1:
        return np.eye(n_channels)
    if reference == "average":
        return np.eye(n_channels) - 1.0 / n_channels
    places = np.array([raw.info["chs"][raw.ch_names.index(name)]["loc"][:3] for name in ch_names])
    if not np.isfinite(places).all() or not places.any(axis=1).all():
        raise ValueError(
            "the reference to neighbours needs the positions of all channels; take the average, "
            "or name the channels by the 10-05 system"
        )
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    mix = np.eye(n_channels)
    for k, row in enumerate(apart):
        near = np.argsort(row)[1 : min(5, n_channels)]
        mix[k, near] -= 1.0 / len(near)
    return mix


def _positions(raw: mne.io.BaseRaw, ch_names: Sequence[str]) -> list[list[float]]:
    """Channels on the head seen from above, its rim at 1, nose up; nan where it is unknown."""
    points = []
    for name in ch_names:
        x, y, z = raw.info["chs"][raw.ch_names.index(name)]["loc"][:3]
        length = float(np.sqrt(x * x + y * y + z * z))
        flat = float(np.hypot(x, y))
        if not np.isfinite(length) or length == 0:
            points.append([float("nan")] * 2)
            continue
        # angle from the vertex; the rim stands a right angle away from it
        radius = float(np.arccos(np.clip(z / length, -1, 1)) / (np.pi / 2))
        scale = radius / flat if flat > 0 else 0.0
        points.append([float(x) * scale, float(y) * scale])
    return points


def _tidy(cache: Path) -> None:
    """Take away what killed processes left, and the oldest of what is too much."""
    kept: list[tuple[float, int, Path]] = []
    for folder in cache.iterdir():
        if not folder.is_dir():
            continue
        age = time.time() - folder.stat().st_mtime
        if folder.name.startswith(_PART):
            if age > _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        elif (folder / "about.json").exists():
            kept.append((age, sum(file.stat().st_size for file in folder.iterdir()), folder))
    total = 0
    for _, size, folder in sorted(kept, key=lambda each: each[0]):
        total += size
        if total > CACHE_BYTES:
            shutil.rmtree(folder, ignore_errors=True)
