"""Settings of the window; each change is seen at once, and can be undone."""

from __future__ import annotations

from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.translations import tr


class SettingsDialog(QDialog):
    """The settings' form."""

    def __init__(self, session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle(tr("Settings"))
        self.form = Form(session.state.settings)
        self.form.changed.connect(self._change)
        hint = QLabel(tr("Changes are seen at once; Edit > Undo takes them back."))
        hint.setProperty("role", "hint")
        hint.setWordWrap(True)
        buttons = QDialogButtonBox()
        done = buttons.addButton(tr("Done"), QDialogButtonBox.ButtonRole.AcceptRole)
        done.setProperty("main", True)
        buttons.accepted.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(self.form)
        layout.addWidget(hint)
        layout.addWidget(buttons)

    def _change(self, settings: Settings) -> None:
        self.session.change(tr("the settings"), settings=settings)
