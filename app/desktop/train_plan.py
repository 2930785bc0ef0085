"""What Train is asked for, out of the window's state: choices, runs, trials. No Qt here."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from neurokit.visits.attempts import Attempt, Candidate

if TYPE_CHECKING:
    from neurokit.app.desktop.session import Feature, State
    from neurokit.patients.records import Run
    from neurokit.patients.workspace import Workspace

# in plain words, and in the field's
WORDS: dict[str, tuple[str, str]] = {
    "picked": (
        "What you picked",
        "Log power of your picks, linear discriminant with shrinkage",
    ),
    "combined": (
        "Best combination of your picks",
        "Up to three of your picks, chosen inside the folds, linear discriminant",
    ),
    "picked+lda": (
        "Automatic selection: three best channels",
        "The best band of each channel by R², then the three best channels, linear discriminant",
    ),
    "mrmr+lda": (
        "Automatic selection: no repetition",
        "Four band powers by mRMR (most relevance, least redundancy), linear discriminant",
    ),
    "stability+lda": (
        "Automatic selection: stable features",
        "Band powers that stay among the best in most halves of the trials, linear discriminant",
    ),
    "psd+lda": ("Power of all channels", "Log power in mu and beta bands, linear discriminant"),
    "csp+lda": ("Spatial patterns", "Six patterns of CSP, linear discriminant"),
    "csp+svm": ("Spatial patterns, tuned", "CSP and SVM; patterns, C and kernel searched"),
    "fbcsp+svm": ("Spatial patterns in six bands", "Filter-bank CSP, ten features, linear SVM"),
    "mdm": ("Riemannian, nearest mean", "Minimum distance to the Riemannian mean of each class"),
    "fgmdm": ("Riemannian, filtered means", "MDM behind a geodesic Fisher filter"),
    "ts+lr": ("Riemannian, tangent space", "Tangent space, logistic regression"),
    "ts+svm": ("Riemannian, tangent space, tuned", "Tangent space, SVM; C and kernel searched"),
    "ts+en": ("Riemannian, tangent space, sparse", "Tangent space, elastic net"),
    "acm+mdm": ("Riemannian with lags, nearest mean", "Augmented covariances, MDM; a small grid"),
    "acm+ts+svm": ("Riemannian with lags", "Augmented covariances, SVM; a small grid"),
    "acm+ts+svm/mdop": (
        "Riemannian with lags from the signal",
        "Augmented covariances; order and lag by MDOP, SVM",
    ),
    "acm+ts+svm/fnn": (
        "Riemannian with lags from its neighbours",
        "Augmented covariances; order by false nearest neighbours, SVM",
    ),
    "btacm+ts+svm": (
        "Riemannian with lags, block-Toeplitz",
        "Block-Toeplitz covariances in the Siegel disk, SVM",
    ),
    "fucone": ("Connectivity and power together", "FUCONE: covariance and connectivity, stacked"),
    "sharp": (
        "Keeps learning, visit after visit",
        "Sparse spiking network with SHARP replay; neurokit sharp update lets it learn a visit",
    ),
    "dummy": ("Most frequent class", "No signal at all: what every other must beat"),
}
SPLIT_WORDS = {
    "k-fold": "Shuffled trials (5 folds)",
    "leave-one-run-out": "Each run in turn",
    "cross-visit": "Each visit in turn",
}
HANDMADE = ("picked", "combined")
# offered, and trained only where they are ticked
OFFERED = ("sharp",)
# stands in the state's pipelines where none is chosen
NOTHING = "none"
CLASS_WORDS = {
    "left_hand": "Left hand",
    "right_hand": "Right hand",
    "feet": "Feet",
    "tongue": "Tongue",
    "rest": "Rest",
}


class Cut(BaseModel):
    """How trials are cut and held out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    split: Literal["k-fold", "leave-one-run-out", "cross-visit"] = "k-fold"
    classes: tuple[str, ...] = ()
    start: float = Field(0.5, ge=0, le=30, description="From the cue, s")
    stop: float = Field(3.5, gt=0, le=60, description="To, s after the cue")
    low: float = Field(8.0, ge=0.5, le=100, description="Lowest frequency, Hz")
    high: float = Field(30.0, ge=1, le=200, description="Highest frequency, Hz")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.start >= self.stop:
            raise ValueError(
                f"the trials end at {self.stop:g} s, before they start at {self.start:g} s; "
                "set a later end"
            )
        if self.low >= self.high:
            raise ValueError(
                f"the lowest frequency ({self.low:g} Hz) must be below the highest "
                f"({self.high:g} Hz)"
            )
        return self


@dataclass(frozen=True)
class RunItem:
    """A run that can be trained on, and what it is called."""

    run: Run
    visit: int
    name: str


@dataclass(frozen=True)
class Plan:
    """All that a training needs."""

    items: tuple[RunItem, ...]
    cut: Cut
    classes: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    rejected: tuple[tuple[int, int], ...]
    band: tuple[float, float]

    @property
    def paths(self) -> list[Path]:
        """The recordings."""
        return [item.run.path for item in self.items]

    def arguments(self) -> tuple[Any, ...]:
        """Of ``train_runs``."""
        return self.paths, list(self.classes), list(self.candidates)

    def options(self) -> dict[str, Any]:
        """Of ``train_runs``."""
        options: dict[str, Any] = {
            "cut": self.cut_options(),
            "split": self.cut.split,
            "names": [item.name for item in self.items],
        }
        if self.cut.split == "cross-visit":
            options["visits"] = [item.visit for item in self.items]
        return options

    def cut_options(self) -> dict[str, Any]:
        """Of ``run_epochs``."""
        cut = {"band": self.band, "window": (self.cut.start, self.cut.stop)}
        return {**cut, "rejected": list(self.rejected)}

    def as_python(self) -> str:
        """The same, as a script."""
        tried = ", ".join(_candidate_text(each) for each in self.candidates)
        options = ", ".join(f"{name}={value!r}" for name, value in self.options().items())
        return (
            "from neurokit.visits.training import Candidate, train_runs\n"
            f"paths = {[str(path) for path in self.paths]!r}\n"
            f"candidates = [{tried}]\n"
            f"attempts = list(train_runs(paths, {list(self.classes)!r}, candidates, {options}))"
        )

    def as_command(self) -> str:
        """The same, as a command line."""
        words = ["neurokit", "train", *map(str, self.paths), "--classes", ",".join(self.classes)]
        words += candidate_options(self.candidates)
        words += ["--split", self.cut.split]
        if self.cut.split == "cross-visit":
            words += ["--visits", ",".join(str(item.visit) for item in self.items)]
        words += ["--band", f"{self.band[0]:g}-{self.band[1]:g}"]
        words += ["--window", f"{self.cut.start:g}-{self.cut.stop:g}"]
        for run, trial in self.rejected:
            words += ["--reject", f"{run + 1}:{trial}"]
        return shlex.join(words)


def choices(features: Sequence[Feature]) -> list[str]:
    """What can be trained now, in the order in which it is trained."""
    from neurokit.visits.training import CLINIC

    handmade = HANDMADE[: min(len(features), 2)]
    return [*handmade, *(each.pipeline for each in CLINIC), *OFFERED]


def chosen(state: State) -> list[str]:
    """What of it is chosen; all but what is only offered where nothing was said."""
    there = choices(state.features)
    wanted = [key for key in there if key in state.pipelines]
    if wanted or NOTHING in state.pipelines:
        return wanted
    return [key for key in there if key not in OFFERED]


def cut_of(state: State) -> Cut:
    """How trials are cut, as far as what was kept still fits."""
    try:
        return Cut.model_validate(state.training)
    except ValueError:
        return Cut()


def runs_of(workspace: Workspace, patient: int | None) -> list[RunItem]:
    """Runs of a patient that have trials, the newest visit first."""
    if workspace is None or patient is None:
        return []
    items = []
    for visit in reversed(workspace.visits(patient)):
        items += [
            RunItem(run, visit.number, f"visit {visit.number} run {run.number}")
            for run in workspace.runs(visit.id)
            if run.trials
        ]
    return items


def classes_of(items: Sequence[RunItem]) -> list[str]:
    """Classes that occur in some runs, those of the protocol first in its order."""
    found = {trial.label for item in items for trial in item.run.trials}
    known = [name for name in CLASS_WORDS if name in found]
    return [*known, *sorted(found - set(known))]


def make_plan(workspace: Workspace, state: State) -> Plan:
    """Gather what is trained.

    Raises
    ------
    ValueError
        If something is missing; the message says what to do.
    """
    if state.patient is None:
        raise ValueError("Choose a patient first.")
    items = [item for item in runs_of(workspace, state.patient) if item.run.id in state.runs]
    items.sort(key=lambda item: (item.visit, item.run.number))
    if not items:
        raise ValueError("Choose a run to train on, or calibrate first.")
    cut, there = cut_of(state), classes_of(items)
    classes = tuple(name for name in there if name in cut.classes) or tuple(there)
    if len(classes) < 2:
        raise ValueError("The runs hold one class only. Choose runs that have two classes.")
    lows, highs = ([each.low for each in state.features], [each.high for each in state.features])
    return Plan(
        items=tuple(items),
        cut=cut,
        classes=classes,
        candidates=tuple(_candidates(state, items)),
        rejected=tuple(_rejected(state, items)),
        # picks must lie in the band that the signal is filtered to
        band=(min([cut.low, *lows]), max([cut.high, *highs])),
    )


def _candidates(state: State, items: Sequence[RunItem]) -> list[Candidate]:
    from neurokit.visits.training import CLINIC

    known = {each.pipeline: each for each in CLINIC}
    known |= {name: Candidate(pipeline=name) for name in OFFERED}
    picks = tuple((each.channel, each.low, each.high) for each in state.features)
    seen = None
    if state.picked_on is not None:
        seen = tuple(k for k, item in enumerate(items) if item.run.id in state.picked_on)
    handmade = {"picked": {"features": picks}, "combined": {"features": picks, "combine": True}}
    return [
        Candidate(pipeline="picked+lda", settings=handmade[key], seen=seen)
        if key in handmade
        else known[key]
        for key in chosen(state)
    ]


def _rejected(state: State, items: Sequence[RunItem]) -> list[tuple[int, int]]:
    """Place of the run and number of each trial that is left out."""
    return [
        (place, trial.number)
        for place, item in enumerate(items)
        for trial in item.run.trials
        if trial.rejected or (item.run.id, trial.number) in state.rejected
    ]


def key_of(attempt: Attempt) -> str:
    """Which choice an attempt was."""
    if attempt.settings.get("features") is None:
        return attempt.pipeline
    return "combined" if attempt.settings.get("combine") else "picked"


def _candidate_text(candidate: Candidate) -> str:
    values = {
        "pipeline": candidate.pipeline,
        "settings": candidate.settings,
        "seen": candidate.seen,
    }
    given = {name: value for name, value in values.items() if value not in ({}, None)}
    return f"Candidate({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def candidate_options(candidates: Sequence[Candidate]) -> list[str]:
    """Options of ``neurokit train`` that name the candidates."""
    words: list[str] = []
    for each in candidates:
        way = "combined" if each.settings.get("combine") else "picked"
        words += ["--pipeline", way if each.is_picked_by_hand else each.pipeline]
    handmade = next((each for each in candidates if each.is_picked_by_hand), None)
    if handmade is not None:
        for channel, low, high in handmade.settings["features"]:
            words += ["--feature", f"{channel}:{low:g}-{high:g}"]
        if handmade.seen is not None:
            runs = ",".join(str(place + 1) for place in handmade.seen)
            words += ["--picked-on", runs or "none"]
    return words
