"""A form for a settings model: its fields, limits and descriptions are the model's own."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from PyQt6.QtCore import QSignalBlocker, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from neurokit.app.desktop.translations import tr

COLUMNS = 3


def title(value: str) -> str:
    """What a value of the program is called on the screen: ``left_hand`` is ``Left hand``."""
    return value.replace("_", " ").capitalize()


class Form(QWidget):
    """Shows a model's fields, and gives the changed model.

    Parameters
    ----------
    model : pydantic model
        What is shown first.
    fields : sequence of str
        Those that are shown, all of them by default.
    choices : dict
        Values that a tuple field offers as check boxes.
    columns : int
        Check boxes beside each other.

    Signals
    -------
    changed(object)
        A model that is valid.
    """

    changed = pyqtSignal(object)

    def __init__(
        self,
        model: BaseModel,
        *,
        fields: tuple[str, ...] = (),
        choices: dict[str, tuple[str, ...]] | None = None,
        columns: int = COLUMNS,
    ) -> None:
        super().__init__()
        self.model = model
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.editors: dict[str, _Editor] = {}
        layout = QFormLayout(self)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in fields or type(model).model_fields:
            field = type(model).model_fields[name]
            editor = _editor(field, (choices or {}).get(name), columns)
            editor.edited.connect(self._validate)
            editor.setAccessibleName(tr(field.description or name))
            inside = editor.focusProxy()
            # what has the focus needs the name too, unless it says more than that
            if not (isinstance(inside, QCheckBox) and inside.text()):
                inside.setAccessibleName(tr(field.description or name))
            self.editors[name] = editor
            layout.addRow(tr(field.description or name), editor)
        layout.addRow(self.problem)
        self.show_model(model)

    def show_model(self, model: BaseModel) -> None:
        """Show another model of the same kind."""
        self.model = model
        for name, editor in self.editors.items():
            with QSignalBlocker(editor):
                editor.put(getattr(model, name))

    def _validate(self) -> None:
        values = {name: editor.value() for name, editor in self.editors.items()}
        try:
            model = type(self.model).model_validate({**self.model.model_dump(), **values})
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            self.problem.setText(message[0].upper() + message[1:])
            self.problem.show()
            return
        self.problem.hide()
        if model != self.model:
            self.model = model
            self.changed.emit(model)


class _Editor(QWidget):
    """One field: a widget, how to put a value into it, and how to take it out."""

    edited = pyqtSignal()

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            layout.addWidget(widget)
            self.setFocusProxy(widget)
        self.widgets = widgets

    def put(self, value: Any) -> None:
        raise NotImplementedError

    def value(self) -> Any:
        raise NotImplementedError


class _Decimal(QDoubleSpinBox):
    """Shows no zeros at the end."""

    def textFromValue(self, value: float) -> str:
        """Write a number as people do."""
        return self.locale().toString(value, "g", 6)


class _Number(_Editor):
    def __init__(self, field: FieldInfo, whole: bool) -> None:
        box: QSpinBox | QDoubleSpinBox = QSpinBox() if whole else _Decimal()
        low, high = -1e6, 1e6
        for limit in _limits(field):
            if isinstance(limit, Ge):
                low = float(limit.ge)
            elif isinstance(limit, Gt):
                low = float(limit.gt) + (1 if whole else 0.01)
            elif isinstance(limit, Le):
                high = float(limit.le)
        if isinstance(box, QSpinBox):
            box.setRange(int(low), int(high))
        else:
            box.setRange(low, high)
            box.setDecimals(3)
            box.setSingleStep(0.25)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._tell)
        self.box = box
        super().__init__(box)

    def _tell(self) -> None:
        self.edited.emit()

    def put(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setValue(value)

    def value(self) -> Any:
        return self.box.value()


class _Switch(_Editor):
    def __init__(self) -> None:
        self.box = QCheckBox()
        super().__init__(self.box)
        self.box.toggled.connect(self.edited)

    def put(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(bool(value))

    def value(self) -> Any:
        return self.box.isChecked()


class _Choice(_Editor):
    def __init__(self, values: tuple[Any, ...], labels: dict[str, str]) -> None:
        self.box = QComboBox()
        super().__init__(self.box)
        for value in values:
            self.box.addItem(tr(labels.get(str(value), str(value))), value)
        self.box.currentIndexChanged.connect(self.edited)

    def put(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value))

    def value(self) -> Any:
        return self.box.currentData()


class _Several(_Editor):
    def __init__(self, values: tuple[str, ...], columns: int) -> None:
        super().__init__()
        self.boxes = {value: QCheckBox(tr(title(value))) for value in values}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        for place, box in enumerate(self.boxes.values()):
            grid.addWidget(box, *divmod(place, columns))
        self.layout().addLayout(grid)
        self.setFocusProxy(next(iter(self.boxes.values())))
        for box in self.boxes.values():
            box.toggled.connect(self.edited)

    def put(self, value: Any) -> None:
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(name in value)

    def value(self) -> Any:
        return tuple(name for name, box in self.boxes.items() if box.isChecked())


class _Text(_Editor):
    def __init__(self) -> None:
        self.box = QLineEdit()
        super().__init__(self.box)
        self.box.editingFinished.connect(self.edited)

    def put(self, value: Any) -> None:
        self.box.setText("" if value is None else str(value))

    def value(self) -> Any:
        return self.box.text()


def _limits(field: FieldInfo) -> list[Any]:
    return list(field.metadata)


def _editor(field: FieldInfo, choices: tuple[str, ...] | None, columns: int) -> _Editor:
    kind = field.annotation
    if choices is not None:
        return _Several(choices, columns)
    if get_origin(kind) is Literal:
        extra = field.json_schema_extra
        labels = extra.get("labels", {}) if isinstance(extra, dict) else {}
        return _Choice(get_args(kind), dict(labels))
    if kind is bool:
        return _Switch()
    if kind in (int, float):
        return _Number(field, whole=kind is int)
    return _Text()
