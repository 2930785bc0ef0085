"""Scores of a cohort's models or sites, each with its interval over the band of guessing."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from neurokit.app.desktop.batch_table import IntervalDelegate
from neurokit.app.desktop.cohort_data import Score
from neurokit.app.desktop.translations import tr

DRAWN = 2
LEAST_WIDTH = 90


class CohortTable(QTableWidget):
    """One row a model or a site.

    Parameters
    ----------
    first : str
        Heading of the names.
    """

    def __init__(self, first: str) -> None:
        super().__init__(0, 9)
        self.setAccessibleName(first)
        self.setHorizontalHeaderLabels(
            [
                first,
                tr("Accuracy"),
                "",
                tr("Majority"),
                tr("Balanced"),
                tr("AUC"),
                tr("Sensitivity"),
                tr("Specificity"),
                tr("People"),
            ]
        )
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(LEAST_WIDTH // 2)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(DRAWN, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setItemDelegateForColumn(DRAWN, IntervalDelegate(self))

    def show_scores(self, scores: Sequence[Score]) -> None:
        """Show these."""
        self.setRowCount(len(scores))
        for place, row in enumerate(scores):
            mark = "▲ " if row.score > row.chance_high else ""
            cells = (
                row.name,
                f"{mark}{row.score:.2f} ({row.low:.2f}-{row.high:.2f})",
                "",
                *(_two(value) for value in (row.majority, row.balanced, row.auc)),
                *(_two(value) for value in (row.sensitivity, row.specificity)),
                str(row.n),
            )
            for column, text in enumerate(cells):
                self.setItem(place, column, QTableWidgetItem(text))
            drawn = self.item(place, DRAWN)
            drawn.setData(Qt.ItemDataRole.UserRole, row)
            drawn.setToolTip(
                tr("{score} ({low} to {high}); 95 % of guessers lie between {below} and {above}")
                .format(score=f"{row.score:.2f}", low=f"{row.low:.2f}", high=f"{row.high:.2f}",
                        below=f"{row.chance_low:.2f}", above=f"{row.chance_high:.2f}")
            )  # fmt: skip

    def fit(self) -> None:
        """Take the height of all rows: it is the page that scrolls."""
        self.verticalHeader().setDefaultSectionSize(round(1.6 * self.fontMetrics().height()))
        rows = self.verticalHeader().length() + self.horizontalHeader().sizeHint().height()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(rows + bar + 2 * self.frameWidth())


def _two(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"
