"""Pieces that pages are laid out with: cards, rows of facts, columns that become rows."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

# widths in letters below which columns stand one above the other
NARROW = 95


def label(text: str, role: str = "") -> QLabel:
    """A label that wraps; ``role`` is the theme's: title, strong, hint, problem, good."""
    made = QLabel(text)
    made.setProperty("role", role)
    made.setWordWrap(role not in ("strong",))
    return made


def change_role(widget: QWidget, role: str) -> None:
    """Dress a widget in another role."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def card(title: str = "") -> tuple[QFrame, QVBoxLayout]:
    """A framed surface with a heading, and the layout inside it."""
    frame = QFrame()
    frame.setProperty("role", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(16, 12, 16, 16)
    layout.setSpacing(10)
    if title:
        layout.addWidget(label(title, "strong"))
    return frame, layout


def run_button(view: QWidget, text: str, key: str, asked: pyqtSignal) -> QPushButton:
    """A high button of a run's view; a key presses it, whichever of our windows has the focus."""
    button = QPushButton(text)
    if key:
        # the patient's window may have the focus
        shortcut = QShortcut(QKeySequence(key), view, button.click)
        shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        button.setToolTip(f"{text} ({key})")
    button.clicked.connect(asked)
    button.setMinimumHeight(2 * view.fontMetrics().height() + 8)
    return button


def start_button(view: QWidget, asked: Callable[[], None]) -> QPushButton:
    """The large button that starts a run."""
    button = QPushButton()
    button.setProperty("main", True)
    button.setToolTip("Ctrl+Return")
    QShortcut(QKeySequence("Ctrl+Return"), view, button.click)
    button.clicked.connect(asked)
    return button


def scrolled(widget: QWidget) -> QScrollArea:
    """A widget that scrolls up and down where it is too high."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    # the surface behind it is to be seen
    for each in (widget, area.viewport()):
        each.setAutoFillBackground(False)
    return area


class Facts(QGridLayout):
    """Rows of a name and a value."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, QLabel] = {}
        self.setVerticalSpacing(8)
        self.setHorizontalSpacing(16)
        self.setColumnStretch(0, 2)
        self.setColumnStretch(1, 3)

    def add(self, name: str, key: str = "") -> QLabel:
        """Add a row; returns the label of its value."""
        row = len(self.values)
        value = label("")
        value.setAccessibleName(name)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        hint = label(name, "hint")
        top = Qt.AlignmentFlag.AlignTop
        self.addWidget(hint, row, 0, top)
        self.addWidget(value, row, 1, top)
        self.values[key or name] = value
        return value

    def say(self, key: str, text: str, role: str = "") -> None:
        """Fill a row."""
        self.values[key].setText(text)
        change_role(self.values[key], role)


class Columns(QWidget):
    """Widgets beside each other, or one above the other where letters are large."""

    def __init__(self, *widgets: tuple[QWidget, int]) -> None:
        super().__init__()
        self.box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(16)
        for widget, stretch in widgets:
            self.box.addWidget(widget, stretch)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Choose the direction that fits."""
        super().resizeEvent(event)
        letters = self.width() / self.fontMetrics().horizontalAdvance("x")
        direction = QBoxLayout.Direction
        beside = letters >= NARROW
        self.box.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
