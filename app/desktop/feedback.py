"""What the patient sees of a decoder: a bar, an arrow or a ball, to be read at three metres.

Each class has a direction. The further the feedback goes, the surer the decoder is; where nothing
was decided it goes back to the middle and is drawn as an outline, so that colour is never alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QTransform

from neurokit.app.desktop.cue_painting import ARROW, TURNS
from neurokit.app.desktop.cues import CueWidget
from neurokit.app.desktop.theme import Colours

# parts of the height of the screen
REACH, THICK, BALL, GOAL = 0.42, 0.14, 0.085, 0.12
# degrees that are given to classes which have no direction of their own
SPARE = (180, 0, 90, 270)
CENTRED = ("rest",)


@dataclass(frozen=True)
class Feedback:
    """What a decoder says.

    Parameters
    ----------
    kind : {"bar", "arrow", "ball"}
        How it is shown.
    classes : tuple of str
        What can be decided.
    shares : tuple of float
        Probability of each; empty before the first decision.
    label : str
        What was decided, empty where nothing was.
    target : str
        What is asked, empty in a free run.
    """

    kind: str
    classes: tuple[str, ...]
    shares: tuple[float, ...] = ()
    label: str = ""
    target: str = ""

    @property
    def strength(self) -> float:
        """How sure the decision is: 0 is guessing, 1 is certain."""
        if not self.label:
            return 0.0
        chance = 1 / len(self.classes)
        share = self.shares[self.classes.index(self.label)]
        return min(max((share - chance) / (1 - chance), 0.0), 1.0)

    def direction(self, label: str) -> QPointF:
        """Where a class lies, as a vector of length 1, or 0 for rest in the middle."""
        if label in CENTRED:
            return QPointF(0, 0)
        degrees = turns(self.classes)[label]
        return QPointF(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def turns(classes: Sequence[str]) -> dict[str, int]:
    """Degrees of each class that has a direction; those without one take what is free."""
    taken = {TURNS[label] for label in classes if label in TURNS}
    free = iter([degrees for degrees in SPARE if degrees not in taken])
    named = [label for label in classes if label not in CENTRED]
    return {label: TURNS[label] if label in TURNS else next(free, 45) for label in named}


def paint_feedback(painter: QPainter, area: QRectF, feedback: Feedback, colours: Colours) -> None:
    """Draw feedback over a screen that ``paint_screen`` has drawn."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = min(area.height(), area.width() / 1.2)
    centre = QPointF(area.center().x(), area.center().y() - 0.06 * unit)
    painter.save()
    painter.translate(centre)
    painter.scale(unit, unit)
    # what moves lies where the cross was
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.window))
    painter.drawEllipse(QPointF(0, 0), 0.09, 0.09)
    if feedback.target:
        _paint_goal(painter, feedback, colours)
    {"bar": _paint_bar, "arrow": _paint_arrow, "ball": _paint_ball}[feedback.kind](
        painter, feedback, colours
    )
    painter.restore()


def _paint_goal(painter: QPainter, feedback: Feedback, colours: Colours) -> None:
    """Where the patient should bring it: two brackets, or a ring in the middle for rest."""
    painter.setPen(QPen(QColor(colours.text), 0.012, cap=Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if feedback.target in CENTRED:
        painter.drawEllipse(QPointF(0, 0), 1.5 * GOAL, 1.5 * GOAL)
        return
    painter.save()
    painter.rotate(turns(feedback.classes)[feedback.target])
    end = REACH + 0.5 * GOAL
    painter.drawLine(QPointF(end, -GOAL), QPointF(end, GOAL))
    for side in (-GOAL, GOAL):
        painter.drawLine(QPointF(end - 0.5 * GOAL, side), QPointF(end, side))
    painter.restore()


def _pen_and_brush(painter: QPainter, feedback: Feedback, colours: Colours) -> None:
    """Full where something was decided, an outline where nothing was."""
    if feedback.label:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
    else:
        painter.setPen(QPen(QColor(colours.muted), 0.008))
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_bar(painter: QPainter, feedback: Feedback, colours: Colours) -> None:
    track = QColor(colours.surface)
    for degrees in turns(feedback.classes).values():
        painter.save()
        painter.rotate(degrees)
        painter.setPen(QPen(QColor(colours.line), 0.004))
        painter.setBrush(track)
        painter.drawRoundedRect(QRectF(0, -THICK / 2, REACH, THICK), 0.02, 0.02)
        painter.restore()
    painter.save()
    _pen_and_brush(painter, feedback, colours)
    if not feedback.label or feedback.label in CENTRED:
        size = THICK / 2 + feedback.strength * THICK
        painter.drawRoundedRect(QRectF(-size / 2, -size / 2, size, size), 0.02, 0.02)
    else:
        painter.rotate(turns(feedback.classes)[feedback.label])
        length = max(feedback.strength * REACH, 0.01)
        painter.drawRoundedRect(QRectF(0, -THICK / 2, length, THICK), 0.015, 0.015)
    painter.restore()
    _paint_middle(painter, colours)


def _paint_middle(painter: QPainter, colours: Colours) -> None:
    """A point to look at."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.text))
    painter.drawEllipse(QPointF(0, 0), 0.012, 0.012)


def _paint_arrow(painter: QPainter, feedback: Feedback, colours: Colours) -> None:
    _pen_and_brush(painter, feedback, colours)
    if not feedback.label or feedback.label in CENTRED:
        size = 0.05 + 0.1 * feedback.strength
        painter.drawEllipse(QPointF(0, 0), size, size)
        _paint_middle(painter, colours)
        return
    length = 0.08 + (REACH - 0.08) * feedback.strength
    width = 0.14 + 0.12 * feedback.strength
    turn = QTransform().rotate(turns(feedback.classes)[feedback.label]).scale(length, width)
    painter.drawPolygon(turn.map(ARROW))


def _paint_ball(painter: QPainter, feedback: Feedback, colours: Colours) -> None:
    painter.setPen(QPen(QColor(colours.line), 0.008))
    for degrees in turns(feedback.classes).values():
        painter.save()
        painter.rotate(degrees)
        painter.drawLine(QPointF(0, 0), QPointF(REACH, 0))
        painter.restore()
    place = QPointF(0, 0)
    if feedback.label:
        for label, share in zip(feedback.classes, feedback.shares, strict=True):
            place += feedback.direction(label) * share * REACH
    _pen_and_brush(painter, feedback, colours)
    painter.drawEllipse(place, BALL, BALL)
    _paint_middle(painter, colours)


class FeedbackWidget(CueWidget):
    """The patient's screen of an online run: cues, and feedback while the patient imagines."""

    feedback: Feedback | None = None

    def show_feedback(self, feedback: Feedback | None) -> None:
        """Show what the decoder says now."""
        if feedback != self.feedback:
            self.feedback = feedback
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the current screen, and the feedback over it."""
        super().paintEvent(event)
        is_imagery = self.current is not None and self.current.kind == "imagery"
        if is_imagery and self.feedback is not None:
            painter = QPainter(self)
            paint_feedback(painter, QRectF(self.rect()), self.feedback, self.colours)
            painter.end()
