"""The features that are picked, each with a button that takes it away."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QWidget

from neurokit.app.desktop.session import Feature
from neurokit.app.desktop.translations import tr


class FeatureBar(QWidget):
    """A row of features.

    Signals
    -------
    removed(object)
        A feature that shall go.
    cleared()
        All shall go.
    """

    removed = pyqtSignal(object)
    cleared = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        self.title = QLabel(tr("Features"))
        self.title.setProperty("role", "strong")
        self.hint = QLabel(tr("Click or drag on the map to pick features"))
        self.hint.setProperty("role", "hint")
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.clear = QPushButton(tr("Clear"))
        self.clear.clicked.connect(self.cleared)
        self._row = QWidget()
        self._chips = QHBoxLayout(self._row)
        self._chips.setContentsMargins(0, 0, 0, 0)
        self._chips.addWidget(self.hint, 1000)
        self._chips.addStretch(1)
        area = QScrollArea()
        area.setWidget(self._row)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(area, 1)
        layout.addWidget(self.clear)

    def show_features(self, features: Sequence[Feature]) -> None:
        """Show a button for each."""
        for button in self.buttons:
            self._chips.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        for place, feature in enumerate(features):
            button = QPushButton(f"{feature}  ✕")
            button.setAccessibleName(tr("Remove {feature}").format(feature=feature))
            button.setToolTip(button.accessibleName())
            button.clicked.connect(lambda _=False, feature=feature: self.removed.emit(feature))
            self._chips.insertWidget(place, button)
            self.buttons.append(button)
        self.hint.setVisible(not features)
        self.clear.setEnabled(bool(features))
        self._area.setFixedHeight(self.clear.sizeHint().height() + 14)
