"""Every page can be used without a mouse and without eyes: all is reached, and all has a name."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from neurokit.app.desktop.main_window import PAGES

pytestmark = pytest.mark.window

each_page = pytest.mark.parametrize("name", PAGES)
MOST_STEPS = 300


@pytest.fixture
def page(window, name):
    """A page with a patient, a visit, and nothing recorded yet."""
    workspace = window.desk.workspace
    (patient,) = workspace.patients()
    visit = workspace.open_visit(patient.id)
    window.activateWindow()
    window.desk.session.go(patient=patient.id, visit=visit.id, source="simulated:", page=name)
    QApplication.processEvents()
    return window.page(name)


def controls(page):
    """What a person would use on a page; the insides of composed widgets are left out."""
    kinds = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit)
    for widget in page.findChildren(QWidget):
        inside = any(isinstance(above, kinds) for above in parents(widget, page))
        if isinstance(widget, kinds) and not inside and widget.isVisible() and widget.isEnabled():
            yield widget


def parents(widget, page):
    above = widget.parentWidget()
    while above is not None and above is not page:
        yield above
        above = above.parentWidget()


def name_of(widget):
    """What a screen reader says of a widget."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton):
        return widget.text() or widget.toolTip()
    for label in widget.window().findChildren(QLabel):
        if label.buddy() is widget:
            return label.text()
    holders = (widget.parentWidget(), widget.parentWidget().parentWidget())
    for each in holders:
        layout = each.layout() if each else None
        for row in (widget, widget.parentWidget()):
            label = layout.labelForField(row) if isinstance(layout, QFormLayout) else None
            if label:
                return label.text()
    return widget.parentWidget().accessibleName()


@each_page
def test_everything_that_can_be_used_has_a_name(page, name):
    nameless = [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in controls(page)
        if not name_of(widget)
    ]
    assert nameless == []


@each_page
def test_the_tab_key_reaches_everything(page, name, window, qtbot):
    wanted = {
        widget
        for widget in controls(page)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy()
    }
    window.rail.setFocus()
    reached = set()
    for _ in range(MOST_STEPS):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        reached |= {focused, *parents(focused, page)}
        if focused is window.rail:
            break
    missed = [
        f"{type(widget).__name__} {name_of(widget)}"
        for widget in wanted - reached
        # of buttons that exclude each other the arrow keys reach the rest
        if not (isinstance(widget, QAbstractButton) and widget.autoExclusive())
    ]
    assert missed == []
