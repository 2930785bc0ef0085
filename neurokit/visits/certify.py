"""Does this computer do: disk, stream and markers are measured, and a sheet says pass or fail.

The display is measured by the window, which alone can see it, and joins the sheet as a finding.

References
----------
.. [1] J. A. Wilson et al., IEEE Trans. Biomed. Eng. 57:1785, 2010, doi:10.1109/TBME.2010.2044171.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from neurokit import __version__
from neurokit.files.whole_files import write_whole
from neurokit.live.recorder import Recorder, write_json
from neurokit.live.streams import now, open_source
from neurokit.visits.calibration import FRAME
from neurokit.visits.trials import read_markers

SFREQ = 250.0
POLL_SECONDS = 0.005
MARKER_SECONDS = 0.1
# what a quarter of a second of 64 channels at 500 Hz takes
CHUNK_BYTES, N_CHUNKS = 66_000, 40
SLOW_SYNC, SLOWEST_SYNC = 0.25, 1.0
LEAST_FREE_GB = 2.0
LATE_SAMPLE = 0.05
MOST_LATE_CUES = 0.05


@dataclass(frozen=True)
class Finding:
    """What one part of the computer does.

    ``passed`` is None where it could not be measured; ``advice`` is what to do where it failed;
    ``numbers`` are in seconds, bytes or counts, as their names say.
    """

    what: str
    passed: bool | None
    found: str
    advice: str = ""
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """All findings on a computer, and when they were made."""

    findings: tuple[Finding, ...]
    when: str
    computer: str
    version: str = __version__

    @property
    def passed(self) -> bool:
        """Whether nothing that was measured failed."""
        return all(finding.passed is not False for finding in self.findings)

    @property
    def in_words(self) -> str:
        """The verdict."""
        bad = [finding.what for finding in self.findings if finding.passed is False]
        unknown = [finding.what for finding in self.findings if finding.passed is None]
        text = f"fail: {', '.join(bad)}" if bad else "pass"
        return f"{text}; not measured: {', '.join(unknown)}" if unknown else text


def make_sheet(findings: Sequence[Finding]) -> Sheet:
    """Gather findings on this computer."""
    computer = f"{platform.system()} {platform.release()}, {os.cpu_count()} cores"
    return Sheet(tuple(findings), datetime.now().isoformat(" ", "seconds"), computer)


def certify(
    folder: str | os.PathLike[str],
    *,
    seconds: float = 4.0,
    progress: Callable[[float, str], None] = lambda fraction, text: None,
) -> Iterator[Finding]:
    """Measure disk, stream and markers.

    Parameters
    ----------
    folder : path-like
        Where recordings go; what is written there is taken away again.
    seconds : float
        How long the stream is recorded.
    progress : callable
        Hears the part that is done, from 0 to 1, and what comes.

    Yields
    ------
    finding : Finding
    """
    progress(0.0, "disk")
    yield check_disk(folder)
    progress(0.2, "stream and markers")
    try:
        yield from check_stream(seconds)
    except OSError as error:
        advice = "let LSL through the firewall on this machine, and look at neurokit doctor"
        for what in ("stream", "markers"):
            yield Finding(what, False, f"no stream could be recorded: {error}", advice)
    progress(1.0, "")


def check_disk(folder: str | os.PathLike[str]) -> Finding:
    """Write as a recording does, and time how long it takes until it is safe."""
    times = np.empty(N_CHUNKS)
    chunk = os.urandom(CHUNK_BYTES)
    with tempfile.TemporaryFile(dir=folder) as file:
        for place in range(N_CHUNKS):
            start = time.perf_counter()
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            times[place] = time.perf_counter() - start
    free = shutil.disk_usage(folder).free
    slow, slowest = float(np.quantile(times, 0.95)), float(times.max())
    has_room = free / 1e9 >= LEAST_FREE_GB
    is_fast = slow < SLOW_SYNC and slowest < SLOWEST_SYNC
    advice = ""
    if not is_fast:
        advice = "keep the workspace on a disk inside this computer, not on a network or a stick"
    elif not has_room:
        advice = f"make room: recordings want {LEAST_FREE_GB:g} GB and more"
    rate = CHUNK_BYTES / float(np.median(times))
    return Finding(
        "disk",
        is_fast and has_room,
        f"a quarter of a second of signal is safe after {np.median(times) * 1e3:.0f} ms in the "
        f"median, {slowest * 1e3:.0f} ms at most; {free / 1e9:.0f} GB are free",
        advice,
        {"sync_median": float(np.median(times)), "sync_p95": slow, "sync_most": slowest,
         "bytes_per_second": rate, "free_bytes": float(free)},
    )  # fmt: skip


class Metronome:
    """An LSL stream of our own, whose first channel counts and whose second tells the time."""

    def __init__(self) -> None:
        from neurokit.live.lsl import Outlet

        self.name = f"neurokit-check-{uuid.uuid4().hex[:8]}"
        self.start = now()
        self._outlet = Outlet(self.name, "EEG", ["count", "time"], sfreq=SFREQ)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self) -> None:
        count = 0
        while not self._ended.wait(max(self.start + count / SFREQ - now(), 0.0)):
            # stamped by LSL, so that its clock and ours are compared
            self._outlet.push(np.array([count, now() - self.start], np.float32))
            count += 1

    def stop(self) -> None:
        """Be silent, and take the stream away."""
        self._ended.set()
        self._thread.join()
        self._outlet.close()


def check_stream(seconds: float) -> Iterator[Finding]:
    """Record a stream of our own with markers in it, and hold the file against what was sent."""
    metronome = Metronome()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "check.xdf"
            source = open_source(f"lsl:{metronome.name}")
            ages, sent = _record(Recorder(source, path), seconds)
            stamps, counts, told = read_metronome(path)
            markers = [stamp for label, stamp in read_markers(path) if label == "check"]
    finally:
        metronome.stop()
    yield _judge_stream(stamps, counts, ages)
    yield _judge_markers(sent, markers, stamps, told + metronome.start)


def _record(recorder: Recorder, seconds: float) -> tuple[np.ndarray, list[float]]:
    """Ages of the newest samples when they came, and the stamps of the markers."""
    ages, sent = [], []
    until = now() + seconds
    next_marker = now() + 0.5
    pause = threading.Event()
    while now() < until:
        if recorder.step():
            ages.append(now() - float(recorder.ring.latest(0.1).stamps[-1]))
        if now() >= next_marker:
            stamp = now()
            recorder.marker("check", stamp)
            sent.append(stamp)
            next_marker += MARKER_SECONDS
        pause.wait(POLL_SECONDS)
    recorder.stop()
    return np.array(ages), sent


def read_metronome(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stamps, counts and times of the recorded samples, as they came."""
    import pyxdf

    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=False, synchronize_clocks=False)
    (eeg,) = [each for each in streams if each["info"]["type"][0] == "EEG"]
    samples = np.asarray(eeg["time_series"], dtype=float)
    offset = float(np.median(eeg["clock_values"])) if len(eeg["clock_values"]) else 0.0
    return np.asarray(eeg["time_stamps"]) + offset, samples[:, 0], samples[:, 1]


def _judge_stream(stamps: np.ndarray, counts: np.ndarray, ages: np.ndarray) -> Finding:
    lost = int(counts[-1] - counts[0] + 1 - len(counts))
    jitter = float(np.std(np.diff(stamps)))
    late = float(np.quantile(ages, 0.95))
    return Finding(
        "stream",
        lost == 0 and late < LATE_SAMPLE,
        f"{len(counts)} samples came, {lost} are lost; a sample is there after "
        f"{np.median(ages) * 1e3:.1f} ms in the median, {ages.max() * 1e3:.1f} ms at most",
        "close other programs, and switch energy saving off" if lost or late >= LATE_SAMPLE else "",
        {"samples": len(counts), "lost": lost, "interval_sd": jitter,
         "age_median": float(np.median(ages)), "age_p95": late, "age_most": float(ages.max())},
    )  # fmt: skip


def _judge_markers(
    sent: Sequence[float], found: Sequence[float], stamps: np.ndarray, told: np.ndarray
) -> Finding:
    """Hold the time that the samples tell at each marker against the marker's own stamp."""
    wanted = np.array(sent)
    if len(found) != len(wanted):
        text = f"{len(wanted)} markers were sent, {len(found)} are in the file"
        return Finding("markers", False, text, "report this: it must not happen")
    inside = (wanted > stamps[0]) & (wanted < stamps[-1])
    errors = np.abs(np.interp(wanted[inside], stamps, told) - wanted[inside])
    moved = float(np.abs(np.array(found) - wanted).max())
    fine = moved < 1e-6 and float(errors.max()) < FRAME
    return Finding(
        "markers",
        fine,
        f"{len(wanted)} markers are in the file with the stamp that they were sent with; beside "
        f"the signal they are {np.median(errors) * 1e3:.2f} ms off in the median, "
        f"{errors.max() * 1e3:.2f} ms at most",
        "" if fine else "set no clock while the program runs; restart the computer",
        {"markers": len(wanted), "stamp_moved": moved, "error_median": float(np.median(errors)),
         "error_most": float(errors.max())},
    )  # fmt: skip


def judge_display(
    planned: Sequence[float], actual: Sequence[float], frame: float, back_end: str, screen: bool
) -> Finding:
    """Hold the frames that showed some cues against when they were due.

    Parameters
    ----------
    planned, actual : sequence of float
        Seconds.
    frame : float
        Seconds between two frames.
    back_end : str
        How it was drawn, in words.
    screen : bool
        Whether there is a screen at all; without one only the drawing is timed.
    """
    errors = np.array(actual) - np.array(planned)
    late = int((errors > frame).sum())
    median, most = float(np.median(np.abs(errors))), float(np.abs(errors).max())
    fine = late <= MOST_LATE_CUES * len(errors)
    numbers = {
        "cues": len(errors),
        "late": late,
        "frame": frame,
        "error_median": median,
        "error_most": most,
    }
    found = (
        f"{late} of {len(errors)} cues came more than a frame ({frame * 1e3:.1f} ms) late; they "
        f"are {median * 1e3:.1f} ms off their time in the median, {most * 1e3:.1f} ms at most "
        f"({back_end})"
    )
    if not screen:
        return Finding("display", None, f"there is no screen here; {found}", "", numbers)
    advice = "" if fine else "close other programs, and give the patient a screen of its own"
    return Finding("display", fine, found, advice, numbers)


def write_sheet(sheet: Sheet, folder: str | os.PathLike[str]) -> Path:
    """Keep a sheet as HTML, and as JSON beside it; returns the HTML file."""
    import jinja2

    stem = f"computer-{sheet.when.replace(' ', '-').replace(':', '')}"
    path = Path(folder) / f"{stem}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {**asdict(sheet), "passed": sheet.passed, "in_words": sheet.in_words}
    write_json(path.with_suffix(".json"), told)
    text = (files("neurokit") / "templates" / "sheet.html").read_text(encoding="utf-8")
    page = jinja2.Environment(autoescape=True).from_string(text).render(sheet=sheet)
    return write_whole(path, page)
