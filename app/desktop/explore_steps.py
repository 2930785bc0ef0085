"""What Explore does to workspace and history, and what it says; no widgets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.history import History
from neurokit.app.desktop.session import Feature, State
from neurokit.app.desktop.translations import tr
from neurokit.visits.exploration import SIGNIFICANT, Exploration
from neurokit.visits.extracted import Extracted
from neurokit.visits.extraction import Extraction


@dataclass(frozen=True)
class Steps:
    """The runs that are explored and how, as Python and as a command line too."""

    folder: str
    runs: tuple[int, ...]
    names: tuple[str, ...]
    paths: list[str]
    labels: tuple[str, ...]
    settings: Extraction

    @classmethod
    def of(cls, workspace, runs: tuple[int, ...], settings: Extraction) -> Steps:
        """Gather what is known of the runs."""
        found = [workspace.run(run) for run in runs]
        numbers = {run.visit_id: workspace.visit(run.visit_id).number for run in found}
        labels = dict.fromkeys(trial.label for run in found for trial in run.trials)
        return cls(
            str(workspace.folder),
            runs,
            tuple(f"{numbers[run.visit_id]}.{run.number}" for run in found),
            [str(run.path) for run in found],
            tuple(labels),
            settings,
        )

    def command(self) -> str:
        """The command line that does the same."""
        paths = " ".join(f'"{path}"' for path in self.paths)
        changed = self.settings.model_dump(exclude_defaults=True)
        options = "".join(f' --set "{name}={value}"' for name, value in changed.items())
        return f"neurokit explore {paths} --classes {','.join(self.labels)}{options} --out figures"

    def note(self, history: History) -> None:
        """Add the extraction to the history."""
        changed = self.settings.model_dump(exclude_defaults=True)
        options = ", ".join(f"{name}={value!r}" for name, value in changed.items())
        history.append(
            tr("Explore {number} runs").format(number=len(self.runs)),
            "from neurokit.visits.extracted import read_extracted\n"
            "from neurokit.visits.extraction import Extraction, extract\n"
            f"paths = {self.paths!r}\n"
            f"folders = extract(paths, {self.labels!r}, Extraction({options}), 'cache')\n"
            "extracted = read_extracted(folders)",
            self.command(),
        )

    def reject(self, desk, trials: frozenset[tuple[int, int]], away: bool) -> None:
        """Reject trials, or restore them; the workspace keeps it, and undo takes it back."""
        workspace = desk.workspace
        before = {run: gone_of(workspace, run) for run, _ in trials}
        after = {}
        for run, old in before.items():
            chosen = frozenset(number for of_run, number in trials if of_run == run)
            after[run] = old | chosen if away else old - chosen

        def put(numbers: dict[int, frozenset[int]]) -> None:
            for run, those in numbers.items():
                workspace.set_rejected(run, those)

        text = tr("reject {number} trials") if away else tr("restore {number} trials")
        text = text.format(number=len(trials))
        desk.session.do(text, lambda: put(after), lambda: put(before))
        lines = [f"workspace.set_rejected({run}, {sorted(new)})" for run, new in after.items()]
        opened = f"workspace = Workspace({self.folder!r})"
        rejected = "".join(
            f" --reject {1 + self.runs.index(run)}:{number}"
            for run, number in sorted(gone(workspace, self.runs))
        )
        desk.history.append(
            text,
            "\n".join(["from neurokit.patients.workspace import Workspace", opened, *lines]),
            self.command() + rejected,
        )


def gone_of(workspace, run: int) -> frozenset[int]:
    """Numbers of a run's trials that do not count."""
    return frozenset(trial.number for trial in workspace.run(run).trials if trial.rejected)


def gone(workspace, runs: Iterable[int]) -> frozenset[tuple[int, int]]:
    """Trials of some runs that do not count, as (run, trial)."""
    return frozenset((run, number) for run in runs for number in gone_of(workspace, run))


def runs_with_trials(workspace, state: State) -> list[tuple[int, str]]:
    """Runs of the patient that have trials, by identifier and name."""
    if workspace is None or state.patient is None:
        return []
    name = tr("Visit {visit}, run {run}")
    return [
        (run.id, f"{name.format(visit=visit.number, run=run.number)} ({tr(run.kind)})")
        for visit in workspace.visits(state.patient)
        for run in workspace.runs(visit.id)
        if run.trials
    ]


def chosen_runs(workspace, state: State, runs: Sequence[tuple[int, str]]) -> tuple[int, ...]:
    """Runs that are explored: those that were chosen, or all of this visit."""
    there = [run for run, _ in runs]
    chosen = tuple(run for run in there if run in state.runs)
    if chosen or state.visit is None or not there:
        return chosen
    return tuple(run.id for run in workspace.runs(state.visit) if run.id in there)


def toggled(features: Sequence[Feature], picked: Sequence[Feature]) -> tuple[Feature, ...]:
    """Features after something was drawn: a point within one takes it away."""

    def meets(old: Feature, new: Feature) -> bool:
        middle = (new.low + new.high) / 2
        return old.channel == new.channel and old.low <= middle <= old.high

    met = [old for old in features if any(meets(old, new) for new in picked)]
    kept = tuple(old for old in features if old not in met)
    is_point = len(picked) == 1 and bool(met)
    return kept if is_point else (*kept, *picked)


def seen(state: State, runs: Iterable[int]) -> tuple[int, ...] | None:
    """Runs in view while the features were picked, these among them; None where it is not known."""
    if state.features and state.picked_on is None:
        return None
    return tuple(dict.fromkeys((*(state.picked_on or ()), *runs)))


def trials_in_words(extracted: Extracted, rejected: Collection[tuple[int, int]]) -> str:
    """How many trials of each class count, and how many are left out."""
    counts = extracted.counts(rejected)
    text = ", ".join(f"{word(name)} {count}" for name, count in counts.items())
    left_out = len(extracted) - sum(counts.values()) + len(extracted.dropped)
    if left_out:
        text += ", " + tr("{number} left out").format(number=left_out)
    return text


def verdict(exploration: Exploration, p: np.ndarray, correction: str) -> str:
    """What the map says, in words."""
    extracted = exploration.extracted
    trials = f"({trials_in_words(extracted, exploration.rejected)})"
    if extracted.notes:
        trials += " ▲ " + "; ".join(extracted.notes)
    is_real = p < SIGNIFICANT
    if not is_real.any():
        return tr("Nothing here is beyond chance: do not pick features by eye.") + f" {trials}"
    found = np.where(is_real, np.abs(exploration.r2), 0.0)
    channel, place = np.unravel_index(int(found.argmax()), found.shape)
    said = tr("Beyond chance (dotted): {count} places; the strongest is {channel} at {hertz} Hz.")
    if is_real.sum() == 1:
        said = tr("Beyond chance (dotted): only {channel} at {hertz} Hz.")
    text = said.format(
        count=int(is_real.sum()),
        channel=extracted.ch_names[channel],
        hertz=f"{exploration.frequencies[place]:g}",
    )
    if correction == "none":
        by_chance = tr("Not corrected: chance alone gives about {number}.")
        text += " " + by_chance.format(number=round(SIGNIFICANT * p.size))
    return f"{text} {trials}"
