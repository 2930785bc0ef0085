"""Fields and tick boxes are seen in every theme, and grow with the text."""

import pytest
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QCheckBox, QComboBox, QStyle

from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.theme import THEMES, apply_theme

pytestmark = pytest.mark.window
# what WCAG 2.2 (1.4.11) asks of the parts of a control
LEAST_CONTRAST = 3.0


@pytest.fixture
def dress(qapp):
    """Dress the application, and undress it in the end."""
    yield lambda **settings: apply_theme(qapp, Settings(**settings))
    apply_theme(qapp, Settings())


def luminance(colour):
    shares = [value / 255 for value in QColor(colour).getRgb()[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def strongest(widget, qtbot, ground):
    """The best contrast that a widget has with the window it stands on."""
    qtbot.addWidget(widget)
    widget.show()
    image = widget.grab().toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(contrast(pixel, ground) for pixel in pixels)


@pytest.mark.parametrize("theme", THEMES)
def test_an_empty_tick_box_is_seen(dress, qtbot, theme):
    dress(theme=theme)
    assert strongest(QCheckBox(), qtbot, THEMES[theme].window) > LEAST_CONTRAST


def test_a_field_without_text_is_seen_in_high_contrast(dress, qtbot):
    dress(theme="high-contrast")
    field = QComboBox()
    field.resize(120, 30)
    qtbot.addWidget(field)
    image = field.grab().toImage()
    edge = [image.pixelColor(x, 0) for x in range(10, 110)]
    assert min(contrast(pixel, "#000000") for pixel in edge) > LEAST_CONTRAST


def test_a_tick_is_told_by_its_shape(dress, qtbot):
    dress()
    box = QCheckBox()
    qtbot.addWidget(box)
    empty = box.grab().toImage()
    box.setChecked(True)
    assert box.grab().toImage() != empty


def test_tick_boxes_grow_with_the_text(dress, qapp):
    metric = QStyle.PixelMetric.PM_IndicatorWidth
    dress(font_percent=100)
    small = qapp.style().pixelMetric(metric)
    dress(font_percent=200)
    assert qapp.style().pixelMetric(metric) == 2 * small
