"""How the traces are shown: time base, gain, channels, filters."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QWidget,
)

from neurokit.app.desktop.sweep import GAINS, TIME_BASES, SweepView
from neurokit.app.desktop.translations import tr

PAGE_SIZES = (8, 16, 32, 64)
HIGH_PASSES = (0.0, 0.1, 0.5, 1.0, 3.0)
LOW_PASSES = (0.0, 30.0, 40.0, 70.0)


class TracesBar(QWidget):
    """Controls of a :class:`SweepView`; what they do never reaches the recording."""

    def __init__(self, view: SweepView) -> None:
        super().__init__()
        self.view = view
        self.boxes = {
            "seconds": _box(tr("Time base"), [(n, tr("{n} s").format(n=n)) for n in TIME_BASES]),
            "microvolts": _box(tr("Height of a row"), [(n, f"{n} µV") for n in GAINS]),
            "page_size": _box(
                tr("Channels at a time"), [(n, tr("{n} channels").format(n=n)) for n in PAGE_SIZES]
            ),
        }
        self.filters = QToolButton()
        self.filters.setText(tr("Filters"))
        self.filters.setToolTip(tr("For the screen only: what is recorded is not filtered"))
        self.filters.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filters.setMenu(self._make_menu())
        self.before, self.after = QToolButton(), QToolButton()
        self.before.setText("◀")
        self.before.setAccessibleName(tr("Channels before"))
        self.after.setText("▶")
        self.after.setAccessibleName(tr("Channels after"))
        self.page = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for name, box in self.boxes.items():
            layout.addWidget(box)
            box.activated.connect(lambda _=0, name=name: self._change(name))
            if name == "page_size":
                for widget in (self.before, self.page, self.after):
                    layout.addWidget(widget)
        layout.addWidget(self.filters)
        layout.addStretch(1)
        self.before.clicked.connect(lambda: self._set(page=view.look.page - 1))
        self.after.clicked.connect(lambda: self._set(page=view.look.page + 1))
        view.look_changed.connect(self.show_look)
        self.show_look()

    def _make_menu(self) -> QMenu:
        """One of each group is chosen."""
        menu = QMenu(self)
        self.choices: dict[tuple[str, float | bool], QAction] = {}
        rows = [("high_pass", value, _from(value)) for value in HIGH_PASSES]
        rows += [("low_pass", value, _to(value)) for value in LOW_PASSES]
        rows += [("notch", True, tr("hide the mains")), ("notch", False, tr("show the mains"))]
        for name, value, text in rows:
            if self.choices and name != next(reversed(self.choices))[0]:
                menu.addSeparator()
            action = QAction(text, menu)
            menu.addAction(action)
            action.setCheckable(True)
            action.triggered.connect(lambda _=0, n=name, v=value: self._set(**{n: v}))
            self.choices[name, value] = action
        return menu

    def show_look(self) -> None:
        """Show what the view shows."""
        look = self.view.look
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(getattr(look, name)))
        for (name, value), action in self.choices.items():
            action.setChecked(getattr(look, name) == value)
        pages = self.view.n_pages()
        self.page.setText(f"{look.page + 1}/{pages}")
        for widget in (self.before, self.page, self.after):
            widget.setVisible(pages > 1)
        self.before.setEnabled(look.page > 0)
        self.after.setEnabled(look.page < pages - 1)

    def set_mains(self, frequency: float) -> None:
        """Hide another hum."""
        if frequency != self.view.look.mains:
            self._set(mains=frequency)

    def _change(self, name: str) -> None:
        self._set(**{name: self.boxes[name].currentData()})

    def _set(self, **changes: object) -> None:
        self.view.set_look(replace(self.view.look, **changes))
        self.show_look()


def _box(name: str, choices: list[tuple[object, str]]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    for value, text in choices:
        box.addItem(text, value)
    return box


def _from(frequency: float) -> str:
    if not frequency:
        return tr("no lower limit")
    return tr("from {frequency:g} Hz").format(frequency=frequency)


def _to(frequency: float) -> str:
    if not frequency:
        return tr("no upper limit")
    return tr("to {frequency:g} Hz").format(frequency=frequency)
