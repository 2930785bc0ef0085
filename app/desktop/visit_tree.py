"""Visits of a patient, the latest first, with their runs and how well they decided."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from PyQt6.QtCore import QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import class_text, day_text, percent, span, time_text
from neurokit.patients.records import Run, TrendPoint, Visit

KINDS = {"calibration": "calibration", "online": "feedback", "imported": "imported"}
ROWS = 9
STRETCHED = 3
VISIT = Qt.ItemDataRole.UserRole


class VisitTree(QTreeWidget):
    """Visits with their runs below.

    Signals
    -------
    chosen(int)
        A visit's number in the workspace.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Visits"))
        self.setHeaderLabels(
            [tr("Visit"), tr("When"), tr("Trials"), tr("Decoder"), tr("Accuracy"),
             tr("95 % interval"), tr("Guessing")]
        )  # fmt: skip
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setRootIsDecorated(True)
        self.setUniformRowHeights(True)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(STRETCHED, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        self.itemSelectionChanged.connect(self._choose)
        self._shown: object = None

    def show_visits(
        self,
        visits: list[Visit],
        runs: dict[int, list[Run]],
        points: list[TrendPoint],
        current: int | None,
    ) -> None:
        """Show these, and mark the one that is open."""
        with QSignalBlocker(self):
            shown = (visits, runs, points, self.fontMetrics().height())
            if shown != self._shown:
                self._shown = shown
                self._write(visits, runs, {point.visit_id: point for point in points})
            self._mark(current)
        rows = min(max(self.topLevelItemCount() + 3, 5), ROWS)
        self.setFixedHeight(int(self.fontMetrics().height() * 1.4 * (rows + 1)))

    def _write(
        self, visits: list[Visit], runs: dict[int, list[Run]], points: dict[int, TrendPoint]
    ) -> None:
        self.clear()
        height = int(self.fontMetrics().height() * 1.4)
        for visit in reversed(visits):
            item = _item(_visit_row(visit, runs[visit.id], points.get(visit.id)), height)
            item.setData(0, VISIT, visit.id)
            self.addTopLevelItem(item)
            for run in runs[visit.id]:
                below = _item(_run_row(run), height)
                below.setData(0, VISIT, visit.id)
                below.setToolTip(0, run.source)
                below.setToolTip(STRETCHED, below.text(STRETCHED))
                item.addChild(below)
            if visit is visits[-1]:
                item.setExpanded(True)

    def _mark(self, current: int | None) -> None:
        chosen = self.selectedItems()
        if chosen and chosen[0].data(0, VISIT) == current:
            return
        self.clearSelection()
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if item.data(0, VISIT) == current:
                self.setCurrentItem(item)

    def _choose(self) -> None:
        chosen = self.selectedItems()
        if chosen:
            self.chosen.emit(chosen[0].data(0, VISIT))


def _item(texts: list[str], height: int) -> QTreeWidgetItem:
    # a column is as wide as its words, and they would touch those of the next
    item = QTreeWidgetItem([f"{text}\u2003" if text else "" for text in texts])
    # on the column that takes what is left: a hint of height is one of width too
    item.setSizeHint(STRETCHED, QSize(0, height))
    return item


def _visit_row(visit: Visit, runs: list[Run], point: TrendPoint | None) -> list[str]:
    trials = sum(_n_used(run) for run in runs)
    row = [
        tr("Visit {number}").format(number=visit.number),
        day_text(visit.started),
        str(trials) if runs else tr("no run yet"),
    ]
    if point is None:
        return [*row, tr("none yet") if runs else "", "", "", ""]
    return [*row, point.pipeline, *_result(asdict(point))]


def _result(told: dict[str, Any]) -> list[str]:
    """An accuracy with a verdict, its interval, and what guessing gives."""
    accuracy, guessing = told.get("accuracy"), told.get("chance_high")
    if accuracy is None:
        return ["", "", ""]
    above = guessing is not None and accuracy > guessing
    symbol = f"● {tr('above guessing')}" if above else f"○ {tr('like guessing')}"
    return [
        f"{percent(accuracy)}  {symbol}",
        span(told.get("low"), told.get("high")),
        span(told.get("chance_low"), guessing),
    ]


def _run_row(run: Run) -> list[str]:
    left_out = len(run.trials) - _n_used(run)
    trials = str(_n_used(run))
    if left_out:
        trials += f" ({tr('{count} left out').format(count=left_out)})"
    kind = tr(KINDS[run.kind])
    labels = dict.fromkeys(trial.label for trial in run.trials)
    asked = ", ".join(class_text(label) for label in labels)
    result = _result(run.settings.get("score") or {})
    return [f"{run.number}: {kind}", time_text(run.started), trials, asked, *result]


def _n_used(run: Run) -> int:
    return sum(not trial.rejected for trial in run.trials)
