"""What a decoder gave, beside the recording: ``NAME-outputs.xdf``, and the same outputs again.

The file is an XDF file of its own, so that it survives a crash as the recording does and any XDF
reader opens it. It names the model, its hash and the settings, and holds every mark with the
sample at which it took effect: with the recording, all that ``replay`` needs.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from neurokit import __version__
from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.files.xdf_mender import mend
from neurokit.live.adaptation import Update
from neurokit.live.online import ENDS, Decoder, Mark, OnlineSettings, Output, TrialOutcome

SYNC_SECONDS = 1.0
VALUES, EVENTS = 0, 1
REASONS = ("", "unsure", "gap", "signal")
CHUNK = 5000


@dataclass(frozen=True)
class StoredRun:
    """What a file of outputs holds.

    Parameters
    ----------
    about : dict
        ``model``, ``fingerprint``, ``settings``, ``classes``, ``channels``, ``sfreq``, and
        ``first``: the recording's sample at which decoding began.
    outputs : tuple of Output
    marks : tuple of Mark
    trials : tuple of TrialOutcome
    updates : tuple of dict
        Steps of the adaptation: number, sample, step, text.
    folder : Path
        Where the file lies.
    """

    about: dict[str, Any]
    outputs: tuple[Output, ...]
    marks: tuple[Mark, ...]
    trials: tuple[TrialOutcome, ...]
    updates: tuple[dict[str, Any], ...]
    folder: Path = Path()

    @property
    def model(self) -> Path:
        """Where the model lay, from where the outputs lie: a workspace may be moved."""
        return self.folder / self.about["model"]

    @property
    def settings(self) -> OnlineSettings:
        """How it was decoded."""
        return OnlineSettings.model_validate(self.about["settings"])


def outputs_path(recording: str | os.PathLike[str]) -> Path:
    """Where the outputs of a recording lie."""
    path = Path(recording)
    return path.with_name(f"{path.stem}-outputs.xdf")


class OutputsFile:
    """Writes what a decoder gives, as it gives it.

    Parameters
    ----------
    path : path-like
        A file that does not exist.
    decoder : Decoder
        Whose outputs they are.
    first : int
        The recording's sample at which decoding begins.
    """

    def __init__(self, path: str | os.PathLike[str], decoder: Decoder, first: int = 0) -> None:
        self.decoder = decoder
        columns = [f"{kind} {name}" for kind in ("probability", "smoothed", "feedback")
                   for name in decoder.classes]  # fmt: skip
        values = XdfStream("neurokit-outputs", "Outputs", ["sample", *columns, "class", "reason"])
        events = XdfStream("neurokit-decoder", "Markers", ["event"], 0.0, "string")
        self._writer = XdfWriter(path, [values, events])
        self._n_marks, self._n_updates, self._last_trial = 0, 0, -1
        self._stop = threading.Event()
        # an fsync may take long, and a decision may not
        self._syncing = threading.Thread(target=self._sync, name="outputs-sync", daemon=True)
        self._syncing.start()
        settings = decoder.settings.model_dump(mode="json")
        model = _relative(decoder.path, Path(path).absolute().parent)
        self._say(0.0, "start", model=model, fingerprint=decoder.fingerprint,
                  settings=settings, classes=decoder.classes, channels=decoder.channels,
                  sfreq=decoder.sfreq, first=first, version=__version__)  # fmt: skip

    def _sync(self) -> None:
        while not self._stop.wait(SYNC_SECONDS):
            self._writer.sync()

    def write(self, outputs: Sequence[Output], stamp: float) -> None:
        """Append outputs, and what the decoder heard, learnt and counted since the last time."""
        if outputs:
            rows = np.array([self._row(output) for output in outputs])
            self._writer.write(VALUES, rows, np.array([output.stamp for output in outputs]))
        decoder = self.decoder
        new_marks = decoder.marks[self._n_marks :]
        new_updates = decoder.adaptation.log[self._n_updates :]
        new_trials = [trial for trial in decoder.trials if trial.number > self._last_trial]
        news: list[Mark | TrialOutcome | Update] = [*new_marks, *new_trials, *new_updates]
        for item in news:
            self._say(stamp, _kind(item), **_plain(item))
        self._n_marks += len(new_marks)
        self._n_updates += len(new_updates)
        self._last_trial = max([self._last_trial, *(trial.number for trial in new_trials)])

    def _row(self, output: Output) -> list[float]:
        classes = self.decoder.classes
        place = classes.index(output.label) if output.label else -1
        return [
            output.sample, *output.probabilities, *output.smoothed, *output.feedback, place,
            REASONS.index(output.reason),
        ]  # fmt: skip

    def _say(self, stamp: float, kind: str, **content: Any) -> None:
        self._writer.write(EVENTS, [json.dumps({"kind": kind, **content})], np.array([stamp]))

    def close(self) -> None:
        """Make it safe, and close it."""
        self._stop.set()
        self._syncing.join()
        self._writer.close()


def _relative(path: Path, folder: Path) -> str:
    try:
        return os.path.relpath(path.absolute(), folder)
    except ValueError:  # another drive
        return str(path.absolute())


def _kind(item: Mark | TrialOutcome | Update) -> str:
    return {Mark: "mark", TrialOutcome: "trial", Update: "update"}[type(item)]


def _plain(item: Mark | TrialOutcome | Update) -> dict[str, Any]:
    if isinstance(item, Mark | TrialOutcome):
        return asdict(item)
    state = item.after
    moved = {"bias": state.bias.tolist(), "n_trials": state.n_trials}
    return {
        "number": item.number, "sample": item.sample, "step": item.kind, "text": item.text, **moved
    }  # fmt: skip


def read_outputs(path: str | os.PathLike[str]) -> StoredRun:
    """Read a file of outputs, as far as it is whole.

    Parameters
    ----------
    path : path-like
        A file of outputs, or the recording that it lies beside.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it holds no outputs.
    """
    import pyxdf

    path = Path(path)
    path = path if path.stem.endswith("-outputs") else outputs_path(path)
    if not path.exists():
        raise FileNotFoundError(f"there are no outputs {path}; was this run decoded?")
    whole = mend(path, path.with_name(f".{path.name}.mended"))
    try:
        streams, _ = pyxdf.load_xdf(
            whole.path, synchronize_clocks=False, dejitter_timestamps=False,
            handle_clock_resets=False,
        )  # fmt: skip
    finally:
        if whole.path != path:
            whole.path.unlink()
    named = {stream["info"]["name"][0]: stream for stream in streams}
    if "neurokit-decoder" not in named:
        raise ValueError(f"{path} holds no outputs of a decoder")
    events = [json.loads(row[0]) for row in named["neurokit-decoder"]["time_series"]]
    kinds: dict[str, list[dict[str, Any]]] = {"start": [], "mark": [], "trial": [], "update": []}
    for event in events:
        kinds[event.pop("kind")].append(event)
    about = kinds["start"][0]
    void = {event["label"] for event in kinds["mark"] if event["label"].startswith("repeat ")}
    trials = [TrialOutcome(**event) for event in kinds["trial"]
              if f"repeat {event['number']}" not in void]  # fmt: skip
    return StoredRun(
        about,
        tuple(_outputs(named["neurokit-outputs"], tuple(about["classes"]))),
        tuple(Mark(**event) for event in kinds["mark"]),
        tuple(trials),
        tuple(kinds["update"]),
        path.parent,
    )


def _outputs(stream: dict[str, Any], classes: tuple[str, ...]) -> Iterable[Output]:
    n = len(classes)
    for row, stamp in zip(stream["time_series"], stream["time_stamps"], strict=True):
        values = [float(value) for value in row]
        place = int(values[-2])
        yield Output(
            int(values[0]),
            float(stamp),
            tuple(values[1 : 1 + n]),
            tuple(values[1 + n : 1 + 2 * n]),
            tuple(values[1 + 2 * n : 1 + 3 * n]),
            "" if place < 0 else classes[place],
            REASONS[int(values[-1])],
        )


@dataclass(frozen=True)
class Signal:
    """Samples of a recording as they came, without what a reader puts in for gaps.

    ``samples`` has shape (n_samples, n_channels), in volts; ``marks`` are its markers.
    """

    channels: tuple[str, ...]
    sfreq: float
    samples: np.ndarray
    stamps: np.ndarray
    marks: tuple[Mark, ...]


def read_signal(recording: str | os.PathLike[str]) -> Signal:
    """Read a recording as a decoder saw it."""
    from neurokit.files.recordings import events, read_recording
    from neurokit.patients.runs import gaps

    raw = read_recording(recording)
    lost = gaps(raw)
    mask = np.ones(raw.n_times, dtype=bool)
    for start, stop in lost:
        mask[start:stop] = False
    number = np.cumsum(mask)
    places = [(event.name, int(number[event.sample]) - 1) for event in events(raw)
              if event.name != "BAD_gap"]  # fmt: skip
    marks = [Mark(name, place, place) for name, place in places]
    marks += [Mark("gap", int(number[stop]) - 1, int(number[stop]) - 1) for _, stop in lost]
    sfreq = float(raw.info["sfreq"])
    return Signal(
        tuple(raw.ch_names),
        sfreq,
        np.ascontiguousarray(raw.get_data()[:, mask].T),
        np.flatnonzero(mask) / sfreq,
        tuple(sorted(marks, key=lambda mark: mark.due)),
    )


def _asked(signal: Signal, decoder: Decoder, names: Mapping[str, str]) -> Iterable[Mark]:
    """What a recording says to a decoder; trials end with its window if nothing ends them."""
    renamed = [replace(mark, label=names.get(mark.label, mark.label)) for mark in signal.marks]
    yield from renamed
    if not any(mark.label in ENDS for mark in renamed):
        length = decoder.n_lead + decoder.n_window + decoder.n_hop
        for mark in renamed:
            if mark.label in decoder.classes:
                yield Mark(ENDS[0], mark.sample + length, mark.due + length)


def replay(
    recording: str | os.PathLike[str],
    model: str | os.PathLike[str] | None = None,
    settings: OnlineSettings | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> tuple[Decoder, list[Output]]:
    """Decode a recording as it was decoded online, or as it would have been.

    Parameters
    ----------
    recording : path-like
        With its outputs beside it, or any recording with its cues as events.
    model : path-like, optional
        By default the one that decoded it.
    settings : OnlineSettings, optional
        By default those of then.
    names : mapping, optional
        Class that an event of the recording means (``{"769": "left_hand"}``).

    Returns
    -------
    decoder : Decoder
        With its trials and its adaptation.
    outputs : list of Output
        Where model and settings are those of then, bit for bit those of then; the stamps are
        seconds of the recording.

    Raises
    ------
    FileNotFoundError, ValueError
        If it was never decoded and no model is named, or the model does not fit the recording.
    """
    first, marks = 0, None
    signal = read_signal(recording)
    if model is None or (settings is None and outputs_path(recording).exists()):
        stored = read_outputs(recording)
        first = int(stored.about["first"])
        model = stored.model if model is None else model
        settings = stored.settings if settings is None else settings
        marks = stored.marks
    decoder = Decoder(
        Path(model), settings, channels=signal.channels, sfreq=signal.sfreq, find_gaps=False
    )
    for mark in _asked(signal, decoder, names or {}) if marks is None else marks:
        decoder.mark(mark.label, mark.sample, due=mark.due)
    outputs = []
    for start in range(first, len(signal.samples), CHUNK):
        piece = slice(start, start + CHUNK)
        outputs += decoder.process(signal.samples[piece], signal.stamps[piece])
    return decoder, outputs


def check_replay(recording: str | os.PathLike[str]) -> str:
    """Decode a recording again as it was decoded online, and say whether the outputs are the same.

    Raises
    ------
    FileNotFoundError, ValueError
        As ``replay``.
    """
    stored = read_outputs(recording)
    decoder, outputs = replay(recording)
    if decoder.fingerprint != stored.about["fingerprint"]:
        return "the model that decoded this run online has been replaced by another one"
    shown = [output.feedback for output in stored.outputs]
    same = [output.feedback for output in outputs[: len(shown)]] == shown
    verdict = "come again, bit for bit" if same else "do NOT come again"
    return f"the {len(shown)} outputs that were kept of the run {verdict}"
