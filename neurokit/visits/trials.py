"""The trials of a run while it goes on: those to come, the one under way, the cues shown so far."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Literal

from neurokit.patients.records import Trial
from neurokit.visits.protocol import MOST_ALIKE_IN_A_ROW, GrazProtocol

Kind = Literal["baseline", "fixation", "cue", "imagery", "pause", "paused", "done"]


@dataclass(frozen=True)
class Screen:
    """What the patient sees.

    Parameters
    ----------
    kind : str
        ``"baseline"``, ``"fixation"``, ``"cue"``, ``"imagery"``, ``"pause"`` between trials,
        ``"paused"`` by the clinician, ``"done"``.
    label : str
        The class that is imagined, empty before the cue and outside trials.
    due : float
        When it should be on the display, in seconds of the clock.
    beep : bool
        Whether a sound goes with it.
    """

    kind: Kind
    label: str
    due: float
    beep: bool = False


@dataclass(frozen=True)
class Wanted:
    """A trial that is still to come: its class, and the pause after it in seconds."""

    label: str
    pause: float


@dataclass
class Cue:
    """A cue that was shown; ``void`` says why it does not count, and is empty where it does."""

    label: str
    planned: float
    actual: float
    end: float = math.inf
    void: str = ""


@dataclass
class Agenda:
    """What is to come and what was.

    Parameters
    ----------
    wanted : list of Wanted
        Trials to come, the next one first.
    cues : list of Cue
        In the order in which they were shown; a trial's number is its place here.
    current : Wanted or None
        The trial whose cross, cue or pause is to be seen.
    """

    wanted: list[Wanted]
    cues: list[Cue] = field(default_factory=list)
    current: Wanted | None = None

    @classmethod
    def of(cls, protocol: GrazProtocol) -> Agenda:
        """Take the plan of a protocol."""
        plan = protocol.schedule()
        starts = [trial.fixation for trial in plan[1:]] + [plan[-1].end]
        return cls(
            [Wanted(each.label, start - each.end) for each, start in zip(plan, starts, strict=True)]
        )

    @classmethod
    def after(cls, protocol: GrazProtocol, markers: Iterable[tuple[str, float]]) -> Agenda:
        """Take the plan of a protocol, and cross off what the markers of its recording tell."""
        agenda = cls.of(protocol)
        fixation = math.nan
        for label, stamp in markers:
            if label == "fixation":
                fixation = stamp
            elif label in protocol.classes:
                planned = stamp if math.isnan(fixation) else fixation + protocol.fixation
                agenda.cues.append(Cue(label, planned, stamp))
            elif label in ("imagery/end", "run/end") and agenda.is_in_imagery:
                agenda.cues[-1].end = stamp
            elif label.startswith("repeat ") and int(label.split()[1]) < len(agenda.cues):
                agenda.cues[int(label.split()[1])].void = "repeated"
        for cue in agenda.cues:
            same = [each for each in agenda.wanted if each.label == cue.label]
            # one that was cut short comes again
            if not cue.void and same and cue.end < math.inf:
                agenda.wanted.remove(same[0])
        return agenda

    @property
    def is_in_imagery(self) -> bool:
        """Whether the patient imagines now."""
        return bool(self.cues) and self.cues[-1].end == math.inf

    @property
    def n_done(self) -> int:
        """Trials that are over and count."""
        return sum(not cue.void and cue.end < math.inf for cue in self.cues)

    @property
    def n_valid(self) -> int:
        """Trials whose cue was shown and that count."""
        return sum(not cue.void for cue in self.cues)

    def order(self, frame: float) -> list[tuple[str, str]]:
        """Class and fate of every trial: those that were shown, and those to come."""
        shown = []
        for cue in self.cues:
            late = "late" if cue.actual - cue.planned > frame else "done"
            shown.append(
                (cue.label, "void" if cue.void else "now" if cue.end == math.inf else late)
            )
        return shown + [(trial.label, "to come") for trial in self.wanted]

    def take_back(self) -> None:
        """Put the trial that is under way at the head of those to come."""
        # one that was to be repeated anyway is among those to come already
        if self.current is not None and not (self.is_in_imagery and self.cues[-1].void):
            self.wanted.insert(0, self.current)

    def repeat(self, trial: Wanted) -> None:
        """Put a trial as late as the rule on equal classes in a row allows, else at the end."""
        before = [self.current.label] if self.current else []
        for place in range(len(self.wanted), -1, -1):
            labels = [each.label for each in self.wanted]
            labels.insert(place, trial.label)
            if _longest_run([*before, *labels]) <= MOST_ALIKE_IN_A_ROW:
                self.wanted.insert(place, trial)
                return
        self.wanted.append(trial)

    def trials(
        self, gaps: Iterable[tuple[float, float]], *, fixation: float, frame: float
    ) -> tuple[Trial, ...]:
        """Every cue that was shown as the workspace keeps it, void ones too.

        Parameters
        ----------
        gaps : iterable of (float, float)
            When the source was silent: start and length in seconds.
        fixation : float
            Seconds before the cue that belong to the trial.
        frame : float
            What came later than this is late, in seconds.
        """
        silent = [(start, start + length) for start, length in gaps]
        return tuple(
            Trial(
                number=number,
                label=cue.label,
                planned=cue.planned,
                actual=cue.actual,
                late=cue.actual - cue.planned > frame,
                rejected=bool(cue.void),
                flags=_flags(cue, cue.actual - fixation, silent),
            )
            for number, cue in enumerate(self.cues)
        )


def _flags(cue: Cue, start: float, silent: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    gap = any(begin < cue.end and start < end for begin, end in silent)
    return (*([cue.void] if cue.void else []), *(["gap"] if gap else []))


def _longest_run(labels: Sequence[str]) -> int:
    return max(len(list(same)) for _, same in groupby(labels))


def read_markers(path: str | os.PathLike[str]) -> list[tuple[str, float]]:
    """Markers of a recording and their stamps, in the order of the file.

    Parameters
    ----------
    path : path-like
        The XDF file; it may still be written, or have been cut.
    """
    import pyxdf

    from neurokit.files.xdf_mender import mend

    with tempfile.TemporaryDirectory() as folder:
        whole = mend(path, Path(folder) / "whole.xdf").path
        streams, _ = pyxdf.load_xdf(
            whole,
            select_streams=[{"name": "neurokit-markers"}],
            synchronize_clocks=False,
            dejitter_timestamps=False,
            verbose=False,
        )
    return [
        (row[0], float(stamp))
        for stream in streams
        for row, stamp in zip(stream["time_series"], stream["time_stamps"], strict=True)
    ]
