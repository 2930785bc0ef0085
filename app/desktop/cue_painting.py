"""What the patient sees, as a drawing that fits any rectangle: cross, arrow, word."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QTransform

from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.theme import THEMES, Colours
from neurokit.app.desktop.translations import tr
from neurokit.visits.trials import Kind, Screen

WORDS = {
    "left_hand": "Left hand",
    "right_hand": "Right hand",
    "feet": "Feet",
    "tongue": "Tongue",
    "rest": "Rest",
}
# degrees by which an arrow to the right is turned
TURNS = {"right_hand": 0, "feet": 90, "left_hand": 180, "tongue": 270}
SENTENCES: dict[Kind, str] = {
    "baseline": "Look at the cross and rest",
    "paused": "A short break",
    "done": "Finished. Thank you!",
}
WITH_CROSS = ("baseline", "fixation", "cue", "imagery")
# an arrow of unit length along x, its tail at 0
ARROW = QPolygonF(
    [
        QPointF(0, -0.16), QPointF(0.5, -0.16), QPointF(0.5, -0.42), QPointF(1, 0),
        QPointF(0.5, 0.42), QPointF(0.5, 0.16), QPointF(0, 0.16),
    ]
)  # fmt: skip


def patient_colours(settings: Settings) -> Colours:
    """Colours of the patient's screen: dark and calm, whatever the clinician's window has."""
    return THEMES["high-contrast" if settings.theme == "high-contrast" else "dark"]


def word(label: str) -> str:
    """What a class is called."""
    return tr(WORDS.get(label, label.replace("_", " ").capitalize()))


def paint_screen(painter: QPainter, area: QRectF, screen: Screen | None, colours: Colours) -> None:
    """Draw a screen.

    Every length is a part of the height, so that the preview and the patient's display agree.
    All classes have one colour: another one would evoke a potential of its own.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(area, QColor(colours.window))
    if screen is None:
        return
    unit = min(area.height(), area.width() / 1.2)
    centre = QPointF(area.center().x(), area.center().y() - 0.06 * unit)
    if screen.kind in WITH_CROSS:
        _paint_cross(painter, centre, unit, QColor(colours.text))
    if screen.kind == "cue":
        _paint_icon(painter, centre, unit, screen.label, QColor(colours.accent))
        _paint_text(painter, area, 0.88, 0.12 * unit, word(screen.label), QColor(colours.text))
    elif screen.kind in SENTENCES:
        height = 0.82 if screen.kind == "baseline" else 0.5
        sentence = tr(SENTENCES[screen.kind])
        _paint_text(painter, area, height, 0.08 * unit, sentence, QColor(colours.text))


def rehearse(painter: QPainter, area: QRectF, colours: Colours) -> None:
    """Draw everything once, so that no cue waits for its letters or for a shader to be made."""
    for label in WORDS:
        paint_screen(painter, area, Screen("cue", label, 0.0), colours)
    for kind in SENTENCES:
        paint_screen(painter, area, Screen(kind, "", 0.0), colours)


def _paint_cross(painter: QPainter, centre: QPointF, unit: float, colour: QColor) -> None:
    painter.setPen(QPen(colour, 0.014 * unit))
    arm = 0.06 * unit
    for dx, dy in ((arm, 0.0), (0.0, arm)):
        painter.drawLine(centre - QPointF(dx, dy), centre + QPointF(dx, dy))


def _paint_icon(
    painter: QPainter, centre: QPointF, unit: float, label: str, colour: QColor
) -> None:
    if label == "rest":
        painter.setPen(QPen(colour, 0.03 * unit))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, 0.2 * unit, 0.2 * unit)
    elif label in TURNS:
        place = QTransform().translate(centre.x(), centre.y()).rotate(TURNS[label])
        place = place.translate(0.1 * unit, 0).scale(0.24 * unit, 0.24 * unit)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(place.map(ARROW))


def _paint_text(
    painter: QPainter, area: QRectF, height: float, size: float, text: str, colour: QColor
) -> None:
    font = QFont(painter.font())
    font.setPixelSize(max(round(size), 6))
    width = QFontMetricsF(font).horizontalAdvance(text)
    if width > 0.94 * area.width():
        font.setPixelSize(max(round(size * 0.94 * area.width() / width), 6))
    painter.setFont(font)
    painter.setPen(colour)
    line = QRectF(area.left(), area.top() + (height - 0.12) * area.height(), area.width(), 0.0)
    line.setHeight(0.24 * area.height())
    painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
