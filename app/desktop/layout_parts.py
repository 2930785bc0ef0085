"""Small pieces that pages are laid out with."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget


def button(text: str, slot: Callable[[], object], tip: str = "") -> QPushButton:
    """A button, and what it does."""
    made = QPushButton(text)
    made.setToolTip(tip)
    made.clicked.connect(lambda: slot())
    return made


def beside(*widgets: QWidget) -> QHBoxLayout:
    """A row, of which the first takes the room."""
    row = QHBoxLayout()
    for place, widget in enumerate(widgets):
        row.addWidget(widget, 0 if place else 1)
    return row


def wrapped(text: str = "", *, role: str = "") -> QLabel:
    """Words that break where the room ends."""
    label = QLabel(text)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
