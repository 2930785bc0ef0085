"""Explore: what tells two classes apart, where, and at which frequency."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QCloseEvent, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from neurokit.app.desktop import explore_steps
from neurokit.app.desktop.explore_choices import ExploreChoices, settings_of
from neurokit.app.desktop.explore_figures import CROWDED_PERCENT, ExploreFigures
from neurokit.app.desktop.feature_bar import FeatureBar
from neurokit.app.desktop.session import Feature, Settings, State
from neurokit.app.desktop.tasks import Task
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.trial_list import Row
from neurokit.visits.exploration import SIGNIFICANT, Exploration, explore_runs, significance
from neurokit.visits.extracted import Extracted, read_extracted

# so long nothing more is typed before it is computed
PATIENCE_MS = 350


class Page(QWidget):
    """The page."""

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self.extracted: Extracted | None = None
        self.exploration: Exploration | None = None
        self.p: np.ndarray | None = None
        self.steps: explore_steps.Steps | None = None
        self._wanted: tuple = ()
        self._drawn: tuple = ()
        self._seen: tuple = ()
        self._chosen: tuple[int, ...] = ()
        self._gone: frozenset[tuple[int, int]] = frozenset()
        self._settings: Settings | None = None
        self._extracting: Task | None = None
        self._testing: Task | None = None
        self._own_cache: tempfile.TemporaryDirectory | None = None
        self._make_widgets()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._extract)
        self._forget = desk.session.listen(self.show_state)

    def _make_widgets(self) -> None:
        self.choices = ExploreChoices()
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.figures = ExploreFigures()
        self.readout = self.figures.map_title
        self.trials = self.figures.trials
        self.features = FeatureBar()
        self.fold = QToolButton()
        self.fold.setText(tr("Choices"))
        self.fold.setCheckable(True)
        self.fold.setChecked(True)
        self.fold.toggled.connect(self.choices.setVisible)
        first = QHBoxLayout()
        first.addWidget(self.fold)
        first.addWidget(self.verdict, 1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.addLayout(first)
        column.addWidget(self.figures, 1)
        column.addWidget(self.features)
        self.body = QSplitter()
        self.body.addWidget(self.choices)
        self.body.addWidget(right)
        self.body.setStretchFactor(1, 1)
        self.body.setCollapsible(1, False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)

    def _connect(self) -> None:
        session, figures = self.desk.session, self.figures
        self.choices.runs_chosen.connect(self._choose_runs)
        self.choices.settings_changed.connect(self._change_settings)
        self.choices.compared.connect(self._compare)
        figures.focused.connect(self._focus)
        figures.channel_chosen.connect(lambda channel: session.go(focus_channel=channel))
        figures.frequency_chosen.connect(self._focus_frequency)
        figures.hovered.connect(self._show_readout)
        figures.picked.connect(self._pick)
        self.trials.rejected.connect(self._reject)
        self.features.removed.connect(self._remove)
        self.features.cleared.connect(lambda: self._change_features(()))

    # intentions

    def _choose_runs(self, runs: tuple[int, ...]) -> None:
        self._seen = ()  # without any run, those of the visit are ticked again
        self.desk.session.go(runs=runs)
        self.show_state(self.desk.session.state)

    def _change_settings(self, settings) -> None:
        self.desk.session.change(tr("the extraction"), extraction=settings.model_dump())

    def _focus(self, channel: str, frequency: float) -> None:
        self.desk.session.go(focus_channel=channel, focus_frequency=frequency)

    def _focus_frequency(self, frequency: float) -> None:
        if self.exploration is not None:
            grid = self.exploration.frequencies
            nearest = float(grid[self.exploration.bin_of(frequency)])
            self.desk.session.go(focus_frequency=nearest)

    def _pick(self, picked: tuple[Feature, ...]) -> None:
        self._change_features(explore_steps.toggled(self.desk.session.state.features, picked))

    def _remove(self, feature: Feature) -> None:
        kept = [each for each in self.desk.session.state.features if each != feature]
        self._change_features(tuple(kept))

    def _change_features(self, features: tuple[Feature, ...]) -> None:
        state = self.desk.session.state
        seen = explore_steps.seen(state, self.steps.runs if self.steps else ())
        self.desk.session.change(tr("the features"), features=features, picked_on=seen)

    def _reject(self, trials: frozenset[tuple[int, int]], away: bool) -> None:
        try:
            self.steps.reject(self.desk, trials, away)
        except (OSError, ValueError) as error:
            self._show_trials(self._gone)
            self.desk.session.go(message=str(error))

    # the state

    def showEvent(self, event: QShowEvent | None) -> None:
        """Draw what happened while it was hidden."""
        super().showEvent(event)
        self.show_state(self.desk.session.state)

    def show_state(self, state: State) -> None:
        """Draw the state, where it can be seen."""
        if not self.isVisible():
            return
        chosen = self._look(state)
        settings = settings_of(state.extraction)
        self.choices.show_settings(settings)
        self._dress(state)
        self.features.show_features(state.features)
        if (chosen, settings) != self._wanted:
            self._wanted = (chosen, settings)
            self._ask_extraction(state)
        else:
            self._compare()

    def _look(self, state: State) -> tuple[int, ...]:
        """Runs that are explored; the workspace is read again where something was written."""
        workspace = self.desk.workspace
        edition = None if workspace is None else workspace.edition
        seen = (edition, state.patient, state.visit, state.runs)
        if seen != self._seen:
            self._seen = seen
            runs = explore_steps.runs_with_trials(workspace, state)
            self._chosen = explore_steps.chosen_runs(workspace, state, runs)
            self._gone = explore_steps.gone(workspace, self._chosen)
            self.choices.show_runs(runs, self._chosen)
        return self._chosen

    def _dress(self, state: State) -> None:
        if self._settings == state.settings:
            return
        self._settings = state.settings
        self.figures.dress(state.settings)
        self._drawn = ()
        # figures come first where there is no room for both
        self.fold.setChecked(state.settings.font_percent < CROWDED_PERCENT)
        self.choices.setMinimumWidth(self.choices.widget().sizeHint().width() + 24)

    @property
    def is_settled(self) -> bool:
        """Whether all that was asked for is drawn."""
        return not self._timer.isActive() and self._extracting is None and self._testing is None

    # extraction

    def _ask_extraction(self, state: State) -> None:
        self._cancel()
        self.extracted = self.exploration = self.p = None
        self.figures.setEnabled(False)
        if self._wanted[0]:
            self._say(tr("Computing the spectra of all trials..."))
            self._timer.start()
        elif state.patient is None:
            self._say(tr("Choose a patient first: Patients (Ctrl+1)"))
        else:
            self._say(tr("No run is chosen: tick one on the left, or calibrate first (Ctrl+3)"))

    def _extract(self) -> None:
        self.steps = explore_steps.Steps.of(self.desk.workspace, *self._wanted)
        self._extracting = task = self.desk.tasks.start(
            tr("Extracting"),
            explore_runs,
            self.steps.paths,
            self.steps.labels,
            self.steps.settings.model_dump(),
            str(self._cache()),
        )
        task.progress.connect(self._show_progress)
        task.done.connect(lambda result: self._receive(task, result))
        task.failed.connect(lambda problem: self._fail(task, problem))

    def _cache(self) -> Path:
        workspace = self.desk.workspace
        if not workspace.read_only and os.access(workspace.folder, os.W_OK):
            return Path(workspace.folder) / "cache"
        if self._own_cache is None:
            self._own_cache = tempfile.TemporaryDirectory(prefix="neurokit-")
        return Path(self._own_cache.name)

    def _show_progress(self, part: float, _text: str) -> None:
        self._say(tr("Computing the spectra of all trials...") + f" {100 * part:.0f} %")

    def _receive(self, task: Task, result: tuple) -> None:
        if task is not self._extracting:
            return
        self._extracting = None
        folders, flags = result
        self.extracted = read_extracted(folders, flags)
        self.steps.note(self.desk.history)
        self.figures.setEnabled(True)
        self.choices.show_classes(self.extracted.classes, self.extracted.measures())
        self._drawn = ()
        self._compare()

    def _fail(self, task: Task, problem: str) -> None:
        if task in (self._extracting, self._testing):
            self._extracting = self._testing = None
            self._say(problem, is_problem=True)

    def _cancel(self) -> None:
        self._timer.stop()
        extracting = self._extracting
        # a test is short: it is not heard any more, and its process stays warm
        self._extracting = self._testing = None
        if extracting is not None:
            extracting.cancel()

    # comparison

    def _compare(self) -> None:
        """Compare two classes, and draw what changed."""
        if self.extracted is None:
            return
        drawn = (*self.choices.comparison(), self._gone)
        if drawn != self._drawn:
            self._drawn = drawn
            self._show_trials(self._gone)
            self._start_comparison(*drawn)
        state = self.desk.session.state
        if self.exploration is None:
            return
        if state.focus_channel not in self.extracted.ch_names or state.focus_frequency is None:
            self._focus(*self.exploration.strongest())
            return
        self.figures.show_focus(state.focus_channel, state.focus_frequency, state.features)
        self._show_readout("", 0.0)

    def _start_comparison(self, a, b, measure, correction, is_signed, gone) -> None:
        places = {run: place for place, run in enumerate(self.steps.runs)}
        rejected = {(places[run], number) for run, number in gone}
        exploration = Exploration(self.extracted, a, b, measure, rejected)
        self.p = None
        if exploration.problem:
            self.exploration = None
            self._say(exploration.problem, is_problem=True)
            return
        self.exploration = exploration
        self.figures.show_exploration(exploration, is_signed)
        self._say(tr("Testing against chance..."))
        self._testing = task = self.desk.tasks.start(
            tr("Testing"), significance, *exploration.tested(), correction
        )
        task.done.connect(lambda p: self._receive_p(task, p))
        task.failed.connect(lambda problem: self._fail(task, problem))

    def _receive_p(self, task: Task, p: np.ndarray) -> None:
        if task is self._testing and self.exploration is not None:
            self._testing = None
            self.p = p
            self.figures.show_p(p)
            self._say(explore_steps.verdict(self.exploration, p, self._drawn[3]))
            self._show_readout("", 0.0)

    # words

    def _say(self, text: str, *, is_problem: bool = False) -> None:
        self.verdict.setProperty("role", "problem" if is_problem else "")
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)
        self.verdict.setText(text)

    def _show_readout(self, channel: str, frequency: float) -> None:
        """Say what the cell under the mouse is, or the one that is looked at."""
        state = self.desk.session.state
        if not channel:
            channel, frequency = state.focus_channel, state.focus_frequency or 0.0
        if self.exploration is None or channel not in self.extracted.ch_names:
            self.readout.clear()
            return
        row, place = self.extracted.ch_names.index(channel), self.exploration.bin_of(frequency)
        text = f"{channel} · {frequency:g} Hz · R² {abs(self.exploration.r2[row, place]):.2f}"
        if self.p is not None:
            p = self.p[row, place]
            text += f" · p {p:.3f} {'●' if p < SIGNIFICANT else ''}"
        self.readout.setText(text)

    def _show_trials(self, gone: frozenset[tuple[int, int]]) -> None:
        found = self.extracted
        columns = (found.runs, found.trials, found.labels, found.onsets, found.flags)
        rows = [
            Row(
                self.steps.runs[run], int(trial), self.steps.names[run], str(label), float(at), said
            )
            for run, trial, label, at, said in zip(*columns, strict=True)
        ]
        self.trials.show_trials(rows, gone)
        tabs = self.figures.tabs
        left = sum((row.run, row.trial) not in gone for row in rows)
        tabs.setTabText(tabs.indexOf(self.trials), f"{tr('Trials')} ({left}/{len(rows)})")

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End what computes."""
        self._forget()
        self._cancel()
        if self._own_cache is not None:
            self._own_cache.cleanup()
        super().closeEvent(event)
