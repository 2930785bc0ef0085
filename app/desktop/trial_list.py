"""The trials, what speaks against each, and whether it counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.translations import tr

KEY = Qt.ItemDataRole.UserRole
REJECTING: tuple[int, ...] = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class Row(NamedTuple):
    """A trial as it is listed: its run's identifier and number, and what is known of it."""

    run: int
    trial: int
    run_name: str
    label: str
    seconds: float
    flags: tuple[str, ...]


class TrialList(QWidget):
    """A list with a check box a trial; Space ticks, Delete rejects.

    Signals
    -------
    rejected(object, bool)
        Trials, as a frozenset of (run, trial), and whether they no longer count.
    """

    rejected = pyqtSignal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(tr("Trials"))
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        titles = [tr("Counts"), tr("Run"), tr("Class"), tr("Time"), tr("Remarks")]
        self.tree.setHeaderLabels(titles)
        header = self.tree.header()
        header.setStretchLastSection(True)
        for column in range(4):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemChanged.connect(self._tick)
        self.reject_flagged = QPushButton()
        self.reject_flagged.clicked.connect(self._reject_flagged)
        self.restore_all = QPushButton(tr("Restore all"))
        self.restore_all.clicked.connect(self._restore_all)
        buttons = QHBoxLayout()
        buttons.addWidget(self.reject_flagged)
        buttons.addWidget(self.restore_all)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.tree)
        layout.addLayout(buttons)
        self._rows: tuple[Row, ...] = ()
        self._gone: Collection[tuple[int, int]] = ()

    def show_trials(self, rows: Sequence[Row], gone: Collection[tuple[int, int]]) -> None:
        """List trials; those in ``gone``, as (run, trial), do not count."""
        with QSignalBlocker(self.tree):
            if tuple(rows) != self._rows:
                self._rows = tuple(rows)
                self.tree.clear()
                self.tree.addTopLevelItems([_item(row) for row in rows])
            self._gone = gone
            for place, row in enumerate(self._rows):
                is_gone = (row.run, row.trial) in gone
                item = self.tree.topLevelItem(place)
                item.setCheckState(0, Qt.CheckState.Unchecked if is_gone else Qt.CheckState.Checked)
                font = item.font(2)
                font.setStrikeOut(is_gone)
                for column in (1, 2, 3):
                    item.setFont(column, font)
        flagged = self.flagged()
        text = tr("Reject flagged ({number})").format(number=len(flagged))
        self.reject_flagged.setText(text)
        self.reject_flagged.setEnabled(bool(flagged))
        self.restore_all.setEnabled(any((row.run, row.trial) in gone for row in self._rows))

    def flagged(self) -> frozenset[tuple[int, int]]:
        """Trials that count, though something speaks against them."""
        pairs = ((row.run, row.trial) for row in self._rows if row.flags)
        return frozenset(pair for pair in pairs if pair not in self._gone)

    def _tick(self, item: QTreeWidgetItem, column: int) -> None:
        if column == 0:
            counts = item.checkState(0) == Qt.CheckState.Checked
            self.rejected.emit(frozenset({item.data(0, KEY)}), not counts)

    def _reject_flagged(self) -> None:
        self.rejected.emit(self.flagged(), True)

    def _restore_all(self) -> None:
        pairs = {(row.run, row.trial) for row in self._rows}
        self.rejected.emit(frozenset(pair for pair in pairs if pair in self._gone), False)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Reject what is selected by Delete, restore it by Insert."""
        chosen = frozenset(item.data(0, KEY) for item in self.tree.selectedItems())
        if event.key() in REJECTING and chosen:
            self.rejected.emit(chosen, True)
        elif event.key() == Qt.Key.Key_Insert and chosen:
            self.rejected.emit(chosen, False)
        else:
            super().keyPressEvent(event)


def _item(row: Row) -> QTreeWidgetItem:
    minutes, seconds = divmod(round(row.seconds), 60)
    remarks = "▲ " + "; ".join(row.flags) if row.flags else ""
    texts = [str(row.trial + 1), row.run_name, word(row.label), f"{minutes}:{seconds:02d}", remarks]
    item = QTreeWidgetItem(texts)
    item.setData(0, KEY, (row.run, row.trial))
    item.setToolTip(4, "\n".join(row.flags))
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    return item
