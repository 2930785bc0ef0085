"""The table of an evaluation: scores drawn with their interval over the band of guessing."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPalette, QPen
from PyQt6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
)

from neurokit.app.desktop.translations import tr

SCORE = 3


class ResultsTable(QTableWidget):
    """One row a data set and pipeline; a click on a heading sorts."""

    def __init__(self) -> None:
        super().__init__(0, 7)
        self.setAccessibleName(tr("Results"))
        self.setHorizontalHeaderLabels(
            [
                tr("Data set"),
                tr("Pipeline"),
                tr("Score"),
                tr("95 % interval"),
                tr("Majority"),
                tr("Trials"),
                tr("Failed"),
            ]
        )
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SCORE, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setItemDelegateForColumn(SCORE, IntervalDelegate(self))

    def show_rows(self, rows) -> None:
        """Show these results."""
        self.setSortingEnabled(False)
        scorers = {row.scorer for row in rows}
        words = tr(scorers.pop()) if len(scorers) == 1 else tr("95 % interval")
        self.setHorizontalHeaderItem(SCORE, QTableWidgetItem(words))
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            mark = "▲ " if row.score > row.chance_high else ""
            cells = (
                row.dataset,
                row.pipeline,
                f"{mark}{row.score:.2f}",
                f"{row.low:.2f}-{row.high:.2f}",
                f"{row.majority:.2f}",
                row.n,
                row.failed,
            )
            for column, value in enumerate(cells):
                item = QTableWidgetItem()
                item.setData(Qt.ItemDataRole.DisplayRole, value)
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(place, column, item)
            drawn = self.item(place, SCORE)
            drawn.setData(Qt.ItemDataRole.UserRole, row)
            drawn.setToolTip(
                tr("{score} ({low} to {high}); 95 % of guessers lie between {below} and {above}")
                .format(score=f"{row.score:.2f}", low=f"{row.low:.2f}", high=f"{row.high:.2f}",
                        below=f"{row.chance_low:.2f}", above=f"{row.chance_high:.2f}")
            )  # fmt: skip
        self.setSortingEnabled(True)


class IntervalDelegate(QStyledItemDelegate):
    """Draws the band of guessing, the interval as a line and the score as a dot."""

    def paint(self, painter: QPainter | None, option, index) -> None:
        """Draw a cell."""
        row = index.data(Qt.ItemDataRole.UserRole)
        area = QRectF(option.rect).adjusted(8, 6, -8, -6)
        palette = option.palette

        def x(share: float) -> float:
            return area.left() + share * area.width()

        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        guessing = QRectF(area)
        guessing.setLeft(x(row.chance_low))
        guessing.setRight(x(row.chance_high))
        painter.fillRect(guessing, palette.color(QPalette.ColorRole.Mid))
        colour = palette.color(QPalette.ColorRole.Highlight)
        middle = area.center().y()
        painter.setPen(QPen(colour, 2))
        painter.drawLine(round(x(row.low)), round(middle), round(x(row.high)), round(middle))
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(x(row.score) - 4, middle - 4, 8, 8))
        painter.restore()
