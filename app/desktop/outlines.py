"""Boxes and marks that Qt's own style draws too faintly on dark windows, and too small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF
from PyQt6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QStyleOptionComplex, QWidget

if TYPE_CHECKING:
    from neurokit.app.desktop.theme import Colours

TICKS = (QStyle.PrimitiveElement.PE_IndicatorCheckBox,
         QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck)  # fmt: skip
BOXES = (QStyle.ComplexControl.CC_ComboBox, QStyle.ComplexControl.CC_SpinBox)
GROWING = (QStyle.PixelMetric.PM_IndicatorWidth, QStyle.PixelMetric.PM_IndicatorHeight)
# corners of a tick, as shares of its box
TICK = ((0.22, 0.52), (0.42, 0.72), (0.78, 0.28))


class Outlines(QProxyStyle):
    """Fusion, with a border round every field and every tick box."""

    def __init__(self, colours: Colours, scale: float) -> None:
        super().__init__("Fusion")
        self.colours, self.scale = colours, scale

    def pixelMetric(
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        """Let tick boxes grow with the text."""
        pixels = super().pixelMetric(metric, option, widget)
        return round(pixels * self.scale) if metric in GROWING else pixels

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """Draw a border where the window is so dark that Fusion's cannot be seen."""
        super().drawComplexControl(control, option, painter, widget)
        if control not in BOXES or not self.colours.is_dark:
            return
        has_focus = option.state & QStyle.StateFlag.State_HasFocus
        painter.save()
        tone = self.colours.accent if has_focus else self.colours.line
        painter.setPen(QPen(QColor(tone), 2 if has_focus else 1))
        painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.restore()

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """Draw a tick box that is seen when it is empty, too."""
        if element in TICKS:
            self._draw_tick(option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)

    def _draw_tick(self, option: QStyleOption, painter: QPainter) -> None:
        colours, flag = self.colours, QStyle.StateFlag
        side = min(option.rect.width(), option.rect.height())
        box = QRectF(0, 0, side - 1, side - 1)
        box.moveCenter(QRectF(option.rect).center())
        tone = QColor(colours.text if option.state & flag.State_Enabled else colours.muted)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = option.state & flag.State_HasFocus
        painter.setPen(QPen(QColor(colours.accent if has_focus else colours.muted), side / 13))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(box, side / 8, side / 8)
        painter.setPen(QPen(tone, side / 7, cap=Qt.PenCapStyle.RoundCap))
        corner = box.topLeft()
        if option.state & flag.State_On:
            tick = [corner + QPointF(x * side, y * side) for x, y in TICK]
            painter.drawPolyline(QPolygonF(tick))
        elif option.state & flag.State_NoChange:
            middle = box.center().y()
            painter.drawLine(
                QPointF(box.left() + 0.25 * side, middle),
                QPointF(box.right() - 0.25 * side, middle),
            )
        painter.restore()
