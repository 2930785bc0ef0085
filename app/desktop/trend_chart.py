"""Accuracy over visits: each with its interval, beside the band in which guessing falls."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.theme import colours
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import day_text, percent, span
from neurokit.patients.records import TrendPoint

TICKS = (0, 25, 50, 75, 100)
# a visit is no wider than this many letters, so that two of them do not lie at the edges
WIDEST_STEP = 14


class TrendChart(QWidget):
    """Draws the points of `Workspace.trend_points`, and diamonds for those of the feedback."""

    def __init__(self) -> None:
        super().__init__()
        self.points: list[TrendPoint] = []
        self.feedback: list[TrendPoint] = []
        self._days: dict[int, datetime] = {}
        self.colours = colours(Settings())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_points(
        self, points: list[TrendPoint], feedback: list[TrendPoint], settings: Settings
    ) -> None:
        """Draw these."""
        self.points, self.feedback, self.colours = points, feedback, colours(settings)
        found = {point.visit: point.started for point in (*points, *feedback)}
        self._days = {number: found[number] for number in sorted(found)}
        self.setAccessibleName(tr("Accuracy over visits"))
        self.setAccessibleDescription(". ".join(self.in_words()))
        self.setToolTip("\n".join(self.in_words()))
        self.updateGeometry()
        self.update()

    def in_words(self) -> list[str]:
        """The chart for who does not see it."""
        trained = tr("Visit {number}: {accuracy}, interval {interval}, guessing {chance}")
        fed = tr("Visit {number}, feedback: {accuracy}, interval {interval}, guessing {chance}")
        return [
            text.format(
                number=point.visit,
                accuracy=percent(point.accuracy),
                interval=span(point.low, point.high),
                chance=span(point.chance_low, point.chance_high),
            )
            for text, points in ((trained, self.points), (fed, self.feedback))
            for point in points
        ]

    def sizeHint(self) -> QSize:
        """Wide enough for its words, a dozen lines high."""
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 50, metrics.height() * 13)

    def minimumSizeHint(self) -> QSize:
        """As high as it wants to be."""
        return QSize(self.fontMetrics().averageCharWidth() * 24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw axes, bands, intervals and points."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._days:
            painter.setPen(QColor(self.colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()), int(flags), tr("No visit has a decoder yet"))
            return
        line = self.fontMetrics().height()
        left = self.fontMetrics().horizontalAdvance("100 %") + line // 2
        top = self._legend(painter, left) + 0.8 * line
        area = QRectF(left, top, self.width() - left - line, self.height() - top - 2.6 * line)
        self._axes(painter, area)
        # side by side where a visit has both
        step = self._x(area, 1) - self._x(area, 0)
        aside = 0.2 * step if self.feedback else 0.0
        for points, shift in ((self.points, -aside), (self.feedback, aside)):
            xs = [self._x(area, list(self._days).index(point.visit)) + shift for point in points]
            self._bands(painter, area, points, xs, 0.8 * step - 2 * aside)
            self._accuracies(painter, area, points, xs)

    def _x(self, area: QRectF, place: int) -> float:
        step = min(
            area.width() / len(self._days), self.fontMetrics().averageCharWidth() * WIDEST_STEP
        )
        return area.left() + step * (place + 0.5)

    def _y(self, area: QRectF, share: float) -> float:
        return area.bottom() - area.height() * share

    def _axes(self, painter: QPainter, area: QRectF) -> None:
        line = self.fontMetrics().height()
        for tick in TICKS:
            y = self._y(area, tick / 100)
            painter.setPen(QPen(QColor(self.colours.line), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(self.colours.muted))
            box = QRectF(0, y - line / 2, area.left() - line / 3, line)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, int(right), f"{tick} %")
        width = self._x(area, 1) - self._x(area, 0)
        shown = self._every(width)
        centre = int(Qt.AlignmentFlag.AlignHCenter)
        for place, (number, day) in enumerate(self._days.items()):
            # counted from the last one, which matters most
            if (len(self._days) - 1 - place) % shown:
                continue
            x = self._x(area, place)
            box = QRectF(x - width * shown / 2, area.bottom() + line * 0.3, width * shown, line)
            painter.setPen(QColor(self.colours.text))
            painter.drawText(box, centre, tr("Visit {number}").format(number=number))
            painter.setPen(QColor(self.colours.muted))
            painter.drawText(box.translated(0, line), centre, day_text(day))

    def _every(self, width: float) -> int:
        """How many visits share one label, so that the words do not touch."""
        longest = max(
            self.fontMetrics().horizontalAdvance(day_text(day)) for day in self._days.values()
        )
        return max(1, -(-int(longest + self.fontMetrics().height()) // max(int(width), 1)))

    def _bands(
        self,
        painter: QPainter,
        area: QRectF,
        points: list[TrendPoint],
        xs: list[float],
        width: float,
    ) -> None:
        colour = QColor(self.colours.muted)
        for x, point in zip(xs, points, strict=True):
            if point.chance_low is None or point.chance_high is None:
                continue
            top, bottom = self._y(area, point.chance_high), self._y(area, point.chance_low)
            box = QRectF(x - width / 2, top, width, bottom - top)
            self._fill(painter, box, colour)

    @staticmethod
    def _fill(painter: QPainter, box: QRectF, colour: QColor) -> None:
        light, strong = QColor(colour), QColor(colour)
        light.setAlpha(40)
        strong.setAlpha(110)
        painter.fillRect(box, light)
        painter.fillRect(box, QBrush(strong, Qt.BrushStyle.BDiagPattern))

    def _accuracies(
        self, painter: QPainter, area: QRectF, points: list[TrendPoint], xs: list[float]
    ) -> None:
        is_feedback = points is self.feedback
        colour = QColor(self.colours.series[is_feedback])
        spots = [
            QPointF(x, self._y(area, point.accuracy)) for x, point in zip(xs, points, strict=True)
        ]
        painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DotLine))
        painter.drawPolyline(QPolygonF(spots))
        cap = self.fontMetrics().height() / 4
        for spot, point in zip(spots, points, strict=True):
            painter.setPen(QPen(colour, 2))
            if point.low is not None and point.high is not None:
                ends = [self._y(area, share) for share in (point.low, point.high)]
                painter.drawLine(QPointF(spot.x(), ends[0]), QPointF(spot.x(), ends[1]))
                for end in ends:
                    painter.drawLine(QPointF(spot.x() - cap, end), QPointF(spot.x() + cap, end))
            above = point.chance_high is not None and point.accuracy > point.chance_high
            painter.setBrush(colour if above else QColor(self.colours.surface))
            _mark(painter, spot, 1.2 * cap, is_feedback=is_feedback)
            painter.setPen(QColor(self.colours.text))
            top = min(spot.y(), self._y(area, point.high or point.accuracy)) - 4.6 * cap
            box = QRectF(spot.x() - 15 * cap, top, 30 * cap, 4 * cap)
            if self._x(area, 1) - self._x(area, 0) > (24 if self.feedback else 12) * cap:
                painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), percent(point.accuracy))

    def _legend(self, painter: QPainter, left: float) -> float:
        """Say what the signs mean, on as many lines as it takes; returns where it ends."""
        metrics = self.fontMetrics()
        line, x, y = metrics.height(), left, 0.0
        for sign, text in (
            ("above", tr("accuracy, 95 % interval")),
            ("like", tr("no better than guessing")),
            ("chance", tr("guessing")),
            *([("feedback", tr("feedback"))] if self.feedback else []),
        ):
            width = metrics.horizontalAdvance(text)
            if x > left and x + 1.3 * line + width > self.width():
                x, y = left, y + 1.3 * line
            self._sign(painter, sign, QRectF(x, y + line * 0.3, line, line * 0.7))
            painter.setPen(QColor(self.colours.text))
            box = QRectF(x + 1.3 * line, y, width + line, line * 1.3)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), text)
            x += 2.3 * line + width
        return y + 1.3 * line

    def _sign(self, painter: QPainter, sign: str, box: QRectF) -> None:
        if sign == "chance":
            self._fill(painter, box, QColor(self.colours.muted))
            return
        is_feedback = sign == "feedback"
        colour = QColor(self.colours.series[is_feedback])
        painter.setPen(QPen(colour, 2))
        painter.setBrush(QColor(self.colours.surface) if sign == "like" else colour)
        _mark(painter, box.center(), box.height() * 0.43, is_feedback=is_feedback)


def _mark(painter: QPainter, spot: QPointF, radius: float, *, is_feedback: bool) -> None:
    """A dot, or a diamond for feedback."""
    if not is_feedback:
        painter.drawEllipse(spot, radius, radius)
        return
    radius *= 1.25
    sides = ((0, -radius), (radius, 0), (0, radius), (-radius, 0))
    painter.drawPolygon(QPolygonF([spot + QPointF(x, y) for x, y in sides]))
