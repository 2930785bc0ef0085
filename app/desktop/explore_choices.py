"""What is explored: runs, the two classes, what is compared, and how it is extracted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.translations import tr
from neurokit.visits.extraction import Extraction

MEASURES = {"power": "Power", "strength": "Connectivity"}
CORRECTIONS = {
    "max": "For all places at once",
    "fdr": "By false discovery rate",
    "none": "Not corrected",
}
KEY = Qt.ItemDataRole.UserRole


class ExploreChoices(QScrollArea):
    """The panel on the left.

    Signals
    -------
    runs_chosen(object)
        Identifiers of the runs, as a tuple.
    compared()
        Another class, measure or correction was chosen.
    settings_changed(object)
        An Extraction.
    """

    runs_chosen = pyqtSignal(object)
    compared = pyqtSignal()
    settings_changed = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.runs = QListWidget()
        self.runs.setAccessibleName(tr("Runs"))
        self.runs.itemChanged.connect(self._tell_runs)
        self.first, self.second = QComboBox(), QComboBox()
        self.measure, self.correction = QComboBox(), QComboBox()
        self.signed = QCheckBox(tr("Show which class has more"))
        self.signed.setChecked(True)
        for value, text in CORRECTIONS.items():
            self.correction.addItem(tr(text), value)
        for box in (self.first, self.second, self.measure, self.correction):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(8)
            box.currentIndexChanged.connect(self._tell_compared)
        self.signed.toggled.connect(self._tell_compared)
        self.form = Form(Extraction())
        self.form.changed.connect(self._tell_settings)
        self.remark = QLabel()
        self.remark.setProperty("role", "hint")
        self.remark.setWordWrap(True)
        self.defaults = QPushButton(tr("HappyFeat's defaults"))
        self.defaults.clicked.connect(lambda: self.settings_changed.emit(Extraction()))
        self._lay_out()

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.addWidget(_title(tr("Runs")))
        column.addWidget(self.runs)
        column.addWidget(_title(tr("Comparison")))
        comparison = QFormLayout()
        comparison.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        comparison.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for text, widget in (
            (tr("Class"), self.first),
            (tr("Against"), self.second),
            (tr("Of"), self.measure),
            (tr("Significance"), self.correction),
        ):
            widget.setAccessibleName(text)
            comparison.addRow(text, widget)
        column.addLayout(comparison)
        column.addWidget(self.signed)
        self.unfold = QToolButton()
        self.unfold.setText(tr("How it is computed"))
        self.unfold.setCheckable(True)
        self.unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.unfold.setArrowType(Qt.ArrowType.RightArrow)
        self.unfold.toggled.connect(self._unfold)
        column.addWidget(self.unfold)
        self._settings = QWidget()
        settings = QVBoxLayout(self._settings)
        settings.setContentsMargins(0, 0, 0, 0)
        settings.addWidget(self.form)
        settings.addWidget(self.remark)
        settings.addWidget(self.defaults)
        self.form.layout().setContentsMargins(0, 0, 0, 0)
        self.form.layout().setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._settings.hide()
        column.addWidget(self._settings)
        column.addStretch(1)
        self.setWidget(inside)

    def _unfold(self, is_open: bool) -> None:
        self._settings.setVisible(is_open)
        self.unfold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)

    # what is shown

    def show_runs(self, runs: Sequence[tuple[int, str]], chosen: Sequence[int]) -> None:
        """List runs by identifier and name, and tick those that are chosen."""
        with QSignalBlocker(self.runs):
            if [(item.data(KEY), item.text()) for item in self._items()] != list(runs):
                self.runs.clear()
                for identifier, name in runs:
                    item = QListWidgetItem(name, self.runs)
                    item.setData(KEY, identifier)
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            for item in self._items():
                is_chosen = item.data(KEY) in chosen
                item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
        row = max(self.runs.sizeHintForRow(0), self.fontMetrics().height())
        self.runs.setFixedHeight(row * min(max(len(runs), 2), 6) + 12)

    def show_settings(self, settings: Extraction) -> None:
        """Show how it is extracted."""
        self.form.show_model(settings)
        text = tr("Windows of {window} s tell rhythms apart that are {hertz} Hz from each other.")
        self.remark.setText(
            text.format(window=f"{settings.window:g}", hertz=f"{settings.true_resolution:.2g}")
        )

    def show_classes(self, classes: Sequence[str], measures: Sequence[str]) -> None:
        """Offer what there is, and keep what was chosen where it is still there."""
        before = self.first.currentData(), self.second.currentData()
        chosen = [name for name in dict.fromkeys(before) if name in classes]
        chosen = [*chosen, *(name for name in classes if name not in chosen)][:2]
        for box, k in ((self.first, 0), (self.second, 1)):
            _fill(
                box, {name: word(name) for name in classes}, chosen[k] if k < len(chosen) else None
            )
        _fill(self.measure, {name: tr(MEASURES[name]) for name in measures}, None)

    def comparison(self) -> tuple[str, str, str, str, bool]:
        """Both classes, the measure, the correction, and whether R² has a sign."""
        boxes = (self.first, self.second, self.measure, self.correction)
        a, b, measure, correction = (str(box.currentData()) for box in boxes)
        return a, b, measure, correction, self.signed.isChecked()

    def _items(self) -> list[QListWidgetItem]:
        items = (self.runs.item(row) for row in range(self.runs.count()))
        return [item for item in items if item is not None]

    # what is wanted

    def _tell_runs(self) -> None:
        is_checked = Qt.CheckState.Checked
        self.runs_chosen.emit(
            tuple(item.data(KEY) for item in self._items() if item.checkState() == is_checked)
        )

    def _tell_compared(self) -> None:
        self.compared.emit()

    def _tell_settings(self, settings: Extraction) -> None:
        self.settings_changed.emit(settings)


def settings_of(stored: dict[str, Any]) -> Extraction:
    """Settings as they were stored; the defaults where they no longer fit."""
    try:
        return Extraction.model_validate(stored)
    except ValidationError:
        return Extraction()


def _fill(box: QComboBox, texts: dict[str, str], chosen: str | None) -> None:
    with QSignalBlocker(box):
        before = box.currentData() if chosen is None else chosen
        box.clear()
        for value, text in texts.items():
            box.addItem(text, value)
        box.setCurrentIndex(max(box.findData(before), 0))


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "strong")
    return label
