"""What ``neurokit train`` and ``neurokit decode`` are told in words, as objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurokit.visits.attempts import Candidate


def class_names(text: str) -> dict[str, str]:
    """Cues and the classes that they mean: ``left_hand,770=right_hand``."""
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if len(pairs) < 2:
        raise ValueError(f"--classes needs two names at least, as in left_hand,rest; got {text!r}")
    return {cue: meaning or cue for cue, _, meaning in pairs}


def span(text: str, what: str) -> tuple[float, float]:
    """Two numbers: ``8-30``."""
    first, _, last = text.partition("-")
    try:
        return float(first), float(last)
    except ValueError:
        raise ValueError(f"{what} must be two numbers, as in 8-30, got {text!r}") from None


def run_numbers(text: str | None) -> tuple[int, ...] | None:
    """Places of runs that are counted from 1; ``none`` for no run, None for all."""
    if text is None:
        return None
    if text == "none":
        return ()
    try:
        return tuple(int(part) - 1 for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"--picked-on must be numbers of runs, as in 1,2, or none; got {text!r}"
        ) from None


def candidates_of(
    pipelines: Sequence[str] | None, features: Sequence[str] | None, seen: tuple[int, ...] | None
) -> list[Candidate]:
    """Pipelines by name, ``picked`` and ``combined`` among them; the clinic's choice by default."""
    from neurokit.visits.attempts import Candidate
    from neurokit.visits.training import CLINIC

    known = {each.pipeline: each for each in CLINIC}
    names = list(pipelines or ())
    if features:
        picks = tuple(_feature(text) for text in features)
        ways = {"picked": {"features": picks}, "combined": {"features": picks, "combine": True}}
        known |= {
            name: Candidate(pipeline="picked+lda", settings=settings, seen=seen)
            for name, settings in ways.items()
        }
        if not ways.keys() & set(names):
            names.insert(0, "picked")
    elif lone := {"picked", "combined"} & set(names):
        raise ValueError(f"{min(lone)} needs the features you picked, as in --feature C3:8-12")
    return [known.get(name, Candidate(pipeline=name)) for name in names] or list(CLINIC)


def _feature(text: str) -> tuple[str, float, float]:
    channel, _, band = text.partition(":")
    if not channel or not band:
        raise ValueError(f"a feature is a channel and a band, as in C3:8-12, got {text!r}")
    low, high = span(band if "-" in band else f"{band}-{band}", "the band of a feature")
    return channel, low, high


def cut_options(
    band: str,
    window: str,
    channels: str | None,
    rejected: Sequence[str] | None,
    mains: float | None,
) -> dict[str, Any]:
    """Options of ``neurokit.patients.runs.run_epochs``."""
    cut: dict[str, Any] = {
        "band": span(band, "--band"),
        "window": span(window, "--window"),
        "rejected": [trial(text) for text in rejected or ()],
        "mains": mains,
    }
    if channels:
        cut["channels"] = [name.strip() for name in channels.split(",")]
    return cut


def trial(text: str) -> tuple[int, int]:
    """A trial of a run: ``RUN:TRIAL``, counted from 1 and from 0."""
    run, _, number = text.partition(":")
    try:
        return int(run) - 1, int(number)
    except ValueError:
        raise ValueError(f"--reject takes RUN:TRIAL, as in 1:7, got {text!r}") from None
