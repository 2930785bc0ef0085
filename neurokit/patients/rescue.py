"""Give a recording that nobody ended, or whose window was lost, back to its visit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurokit.live.recording_process import Unfinished, attach, recover
from neurokit.patients.workspace import Run, Trial, Workspace
from neurokit.visits.protocol import GrazProtocol


@dataclass(frozen=True)
class Rescued:
    """A recording that was mended: where it lies, and what the workspace is to know of it."""

    path: Path
    about: dict[str, Any]
    trials: tuple[Trial, ...]
    seconds: float


def rescue(recording: Unfinished) -> Rescued:
    """Mend a recording, and find its trials.

    Parameters
    ----------
    recording : Unfinished
        One that ``neurokit.live.recording_process.unfinished`` found. Its ``about`` may say
        ``visit`` (number in the workspace), ``kind`` (``"calibration"`` or ``"online"``) and
        ``protocol``.

    Returns
    -------
    rescued : Rescued
        To be given to ``adopt``. The trial that was cut short is rejected.
    """
    return _read(recover(recording).path, recording.about, ("recovered",))


def end(sidecar: Path) -> Rescued:
    """End a recording whose window was lost, and find its trials.

    Parameters
    ----------
    sidecar : Path
        ``NAME.recording``.

    Returns
    -------
    rescued : Rescued
        To be given to ``adopt``.

    Raises
    ------
    RecorderGone
        If it has ended already.
    """
    about = json.loads(sidecar.read_text(encoding="utf-8"))["about"]
    client = attach(sidecar)
    try:
        client.stop()
    finally:
        client.close()
    return _read(client.path, about, ("ended later",))


def _read(path: Path, about: dict[str, Any], flags: tuple[str, ...]) -> Rescued:
    from neurokit.patients.runs import read_run, run_trials

    raw = read_run(path)
    seconds = raw.times[-1]
    imagery = about.get("protocol", {}).get("imagery", 0.0)
    trials = tuple(
        Trial(
            number=trial.number,
            label=trial.label,
            planned=trial.onset,
            actual=trial.onset,
            rejected=trial.is_void or trial.onset + imagery > seconds,
            flags=flags,
        )
        for trial in run_trials(raw)
    )
    return Rescued(path, about, trials, float(seconds))


def adopt(workspace: Workspace, rescued: Rescued) -> Run | None:
    """Add a mended recording to its visit.

    Returns
    -------
    run : Run or None
        None where the recording does not say which visit it belongs to.
    """
    about = rescued.about
    if "visit" not in about:
        return None
    protocol = about.get("protocol")
    return workspace.add_run(
        about["visit"],
        rescued.path,
        kind=about.get("kind", "calibration"),
        protocol=GrazProtocol.model_validate(protocol) if protocol else None,
        trials=rescued.trials,
        seconds=rescued.seconds,
        source=about.get("source"),
        settings={"recovered": True},
    )
