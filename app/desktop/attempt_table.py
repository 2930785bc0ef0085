"""Attempts in a table: each accuracy as a dot, with its interval and what guessing would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPointF,
    QRectF,
    QSignalBlocker,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    pyqtSignal,
)
from PyQt6.QtGui import QBrush, QColor, QPainter, QPen, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from neurokit.app.desktop.theme import Colours
from neurokit.app.desktop.train_plan import WORDS, key_of
from neurokit.app.desktop.translations import tr
from neurokit.visits.attempts import Attempt

PIN, NAME, SCORE, VERDICT, TRIALS, NOTE = range(6)
HEADINGS = ("★", "What was trained", "Accuracy", "Verdict", "Tested on", "Note")
SYMBOLS = {
    "above chance": "▲",
    "not distinguishable from chance": "○",
    "could not be trained": "✕",
}
# short enough for two lines of a cell
VERDICTS = {
    "above chance": "above chance",
    "not distinguishable from chance": "not distinguishable\nfrom chance",
    "could not be trained": "could not be trained",
}
SPLITS = {
    "k-fold": "shuffled",
    "leave-one-run-out": "run by run",
    "cross-visit": "visit by visit",
}
SORT = Qt.ItemDataRole.UserRole
ATTEMPT = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Row:
    """An attempt as the workspace keeps it."""

    training: int
    attempt: Attempt
    note: str
    pinned: bool
    has_model: bool

    @property
    def name(self) -> str:
        """What was trained, in plain words."""
        words, _ = WORDS.get(key_of(self.attempt), (self.attempt.pipeline, ""))
        return tr(words)


class AttemptModel(QAbstractTableModel):
    """Rows of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.table: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.table = list(rows)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Attempts."""
        return len(self.table)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Columns."""
        return len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """Heading of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADINGS[section])
        return None

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        """What a cell shows, and by what it is sorted."""
        row = self.table[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, index.column())
        if role == SORT:
            return _sort_value(row, index.column())
        if role == ATTEMPT:
            return row
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(WORDS[key][1]) if (key := key_of(row.attempt)) in WORDS else None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == SCORE:
            return spoken(row)
        return None


def spoken(row: Row) -> str:
    """An attempt's name and numbers in one sentence."""
    if row.attempt.score is None:
        return f"{row.name}: {tr('could not be trained')}"
    return f"{row.name}: {numbers(row.attempt)}"


def numbers(attempt: Attempt) -> str:
    """Accuracy, interval and what guessing gives, in words."""
    return tr(
        "{score} % right, 95 % range {low} to {high} %; guessing gives {below} to {above} %"
    ).format(
        score=percent(attempt.score),
        low=percent(attempt.low),
        high=percent(attempt.high),
        below=percent(attempt.chance_low),
        above=percent(attempt.chance_high),
    )


def percent(share: float | None) -> str:
    """A share in whole per cents."""
    return "" if share is None else f"{100 * share:.0f}"


def _text(row: Row, column: int) -> str:
    attempt = row.attempt
    if column == PIN:
        return "★" if row.pinned else ""
    if column == NAME:
        redone = f"\n⚠ {tr('picked on these trials')}" if attempt.selection == "redone" else ""
        return row.name + redone + (f"\n✓ {tr('saved as a model')}" if row.has_model else "")
    if column == VERDICT:
        return f"{SYMBOLS[attempt.verdict]} {tr(VERDICTS[attempt.verdict])}"
    if column == TRIALS:
        trials = tr("{n} trials").format(n=attempt.n_trials)
        return f"{trials}\n{tr(SPLITS.get(attempt.split, attempt.split))}"
    return row.note if column == NOTE else ""


def _sort_value(row: Row, column: int) -> Any:
    if column == PIN:
        return int(row.pinned)
    if column in (SCORE, VERDICT):
        score = -1.0 if row.attempt.score is None else row.attempt.score
        return score if column == SCORE else score - (row.attempt.chance_high or 0.0)
    if column == TRIALS:
        return row.attempt.n_trials
    return _text(row, column).lower()


class Roomy(QStyledItemDelegate):
    """Cells with some air above and below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """The text's, and half a line."""
        size = super().sizeHint(option, index)
        return QSize(size.width(), size.height() + option.fontMetrics.height() // 2)


class ScoreStrip(QStyledItemDelegate):
    """Draws an accuracy from 0 to 100 %: dot, interval, and the band of guessers."""

    def __init__(self, parent: AttemptTable) -> None:
        super().__init__(parent)
        self.colours: Colours | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Room for the number and the strip."""
        metrics = option.fontMetrics
        return QSize(metrics.horizontalAdvance("100 %") * 6, round(metrics.height() * 2.2))

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Draw the cell."""
        super().paint(painter, option, index)
        row: Row = index.data(ATTEMPT)
        if self.colours is None or row.attempt.score is None:
            return
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = option.fontMetrics.horizontalAdvance("100 % ")
        text = QRectF(option.rect).adjusted(6, 0, 0, 0)
        text.setWidth(width)
        painter.setPen(QColor(self.colours.on_accent if is_selected else self.colours.text))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(text, int(align), f"{percent(row.attempt.score)} %")
        strip = QRectF(option.rect).adjusted(width + 18, 0, -12, 0)
        draw_score(painter, strip, row.attempt, self.colours, is_selected)
        painter.restore()


def draw_score(
    painter: QPainter, area: QRectF, attempt: Attempt, colours: Colours, is_selected: bool
) -> None:
    """Draw the band of guessers, the interval and the dot; hollow where it may be chance."""
    ink = QColor(colours.on_accent if is_selected else colours.accent)
    paper = QColor(colours.accent if is_selected else colours.surface)
    grey = QColor(colours.on_accent if is_selected else colours.muted)
    middle, height = area.center().y(), min(area.height() * 0.5, 22.0)

    def x(share: float | None) -> float:
        return area.left() + area.width() * (share or 0.0)

    painter.setPen(QPen(grey, 1))
    painter.drawLine(QPointF(x(0), middle), QPointF(x(1), middle))
    band = QRectF(
        QPointF(x(attempt.chance_low), middle - height / 2),
        QPointF(x(attempt.chance_high), middle + height / 2),
    )
    soft = QColor(grey)
    soft.setAlphaF(0.22)
    painter.fillRect(band, soft)
    soft.setAlphaF(0.6)
    painter.fillRect(band, QBrush(soft, Qt.BrushStyle.BDiagPattern))
    painter.setPen(QPen(grey, 1, Qt.PenStyle.DotLine))
    painter.drawLine(
        QPointF(x(attempt.majority), band.top()), QPointF(x(attempt.majority), band.bottom())
    )
    painter.setPen(QPen(ink, 2.5))
    painter.drawLine(QPointF(x(attempt.low), middle), QPointF(x(attempt.high), middle))
    for end in (attempt.low, attempt.high):
        painter.drawLine(QPointF(x(end), middle - 4), QPointF(x(end), middle + 4))
    painter.setBrush(ink if attempt.is_above_chance else paper)
    painter.setPen(QPen(ink, 2))
    painter.drawEllipse(QPointF(x(attempt.score), middle), 5.5, 5.5)


class AttemptTable(QTableView):
    """The table; it is sorted by a click on a heading.

    Signals
    -------
    chosen(list)
        Numbers of the trainings that are selected, the current one first.
    """

    chosen = pyqtSignal(list)

    def __init__(self) -> None:
        super().__init__()
        self.rows = AttemptModel()
        self.proxy = QSortFilterProxyModel()
        self.proxy.setSourceModel(self.rows)
        self.proxy.setSortRole(SORT)
        self.setModel(self.proxy)
        self.strip, self.roomy = ScoreStrip(self), Roomy(self)
        self.setItemDelegate(self.roomy)
        self.setItemDelegateForColumn(SCORE, self.strip)
        self.setSortingEnabled(True)
        self.sortByColumn(SCORE, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setMinimumSectionSize(20)
        self.setAccessibleName(tr("Results of training"))
        self.selectionModel().selectionChanged.connect(self._tell)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give each column what it needs, the strip the rest; in a narrow table hide the least."""
        super().resizeEvent(event)
        advance = self.fontMetrics().horizontalAdvance
        wanted = {
            PIN: advance("★ ▼") + 22,
            NAME: advance(tr("Riemannian with lags, nearest")) + 14,
            SCORE: advance("100 %") * 5,
            VERDICT: advance(f"○ {tr('not distinguishable')}") + 18,
            TRIALS: advance(f"{tr('Tested on')} ▼") + 30,
            NOTE: advance("m" * 12),
        }
        room = self.viewport().width()
        for column in (NOTE, TRIALS, PIN):
            is_narrow = sum(wanted.values()) > room
            self.setColumnHidden(column, is_narrow)
            if is_narrow:
                wanted.pop(column)
        rest = room - sum(wanted.values())
        for column in (NAME, SCORE):
            given_up = min(max(-rest, 0), wanted[column] // 3)
            wanted[column] -= given_up
            rest += given_up
        if NOTE in wanted:
            wanted[NOTE] += max(rest, 0) // 3
            rest -= max(rest, 0) // 3
        wanted[SCORE] += max(rest, 0)
        for column, width in wanted.items():
            self.setColumnWidth(column, width)

    def show_rows(self, rows: Sequence[Row], selected: Sequence[int], colours: Colours) -> None:
        """Show attempts, and which of them are selected."""
        self.strip.colours = colours
        if list(rows) != self.rows.table:
            with QSignalBlocker(self.selectionModel()):
                self.rows.show_rows(rows)
        self.select(selected)
        self.viewport().update()

    def select(self, trainings: Sequence[int]) -> None:
        """Select attempts; the first is the current one."""
        if sorted(trainings) == sorted(self.selected()):
            return
        model, flag = self.selectionModel(), QItemSelectionModel.SelectionFlag
        with QSignalBlocker(model):
            model.clear()
            for training in reversed(trainings):
                for place in range(self.proxy.rowCount()):
                    index = self.proxy.index(place, NAME)
                    if index.data(ATTEMPT).training == training:
                        model.setCurrentIndex(index, flag.Select | flag.Rows)
        self.viewport().update()
        # once the page has given the table its size
        QTimer.singleShot(0, self.reveal)

    def reveal(self) -> None:
        """Bring the selection into view."""
        if rows := self.selectionModel().selectedRows():
            self.scrollTo(rows[0])

    def selected(self) -> list[int]:
        """Numbers of the selected trainings, the current one first."""
        current = self.currentIndex()
        found = [index.data(ATTEMPT).training for index in self.selectionModel().selectedRows()]
        if current.isValid() and (first := current.data(ATTEMPT).training) in found:
            found.remove(first)
            found.insert(0, first)
        return found

    def _tell(self) -> None:
        self.chosen.emit(self.selected())
