"""A strip above the page that says what must be known, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton


class Banner(QFrame):
    """One sentence and its buttons.

    Parameters
    ----------
    text : str
        What is the matter.
    **actions : dict of str to callable
        Label of each button, and what it does; any of them takes the banner away.
    """

    def __init__(self, text: str, actions: dict[str, Callable[[], object]]) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.text = QLabel(f"▲  {text}")
        self.text.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.addWidget(self.text, 1)
        self.buttons = {}
        for label, action in actions.items():
            button = QPushButton(label)
            button.clicked.connect(lambda _=False, action=action: self._do(action))
            layout.addWidget(button)
            self.buttons[label] = button

    def _do(self, action: Callable[[], object]) -> None:
        self.hide()
        self.deleteLater()
        action()
