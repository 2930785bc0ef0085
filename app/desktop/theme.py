"""Colours and sizes: light, dark and high contrast, and text from 100 to 200 %."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtGui import QColor, QFont, QPalette
from PyQt6.QtWidgets import QApplication

from neurokit.app.desktop.outlines import Outlines
from neurokit.app.desktop.session import Settings


@dataclass(frozen=True)
class Colours:
    """A theme's colours; ``series`` are told apart by the colour-blind too (Okabe and Ito)."""

    window: str
    surface: str
    text: str
    muted: str
    line: str
    accent: str
    on_accent: str
    good: str
    fair: str
    bad: str
    series: tuple[str, ...] = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

    @property
    def is_dark(self) -> bool:
        """Whether text is brighter than what it stands on."""
        return QColor(self.text).lightness() > QColor(self.window).lightness()

    @property
    def is_stark(self) -> bool:
        """Whether lines are as strong as text: what is switched off needs another sign then."""
        return self.line == self.text


THEMES = {
    "light": Colours(
        window="#F5F6F8", surface="#FFFFFF", text="#1B1F24", muted="#59636E", line="#C9CFD6",
        accent="#0B5CAD", on_accent="#FFFFFF", good="#1A7F37", fair="#8A5A00", bad="#B3261E",
    ),
    "dark": Colours(
        window="#15191E", surface="#1F252C", text="#E8EBEF", muted="#A3ADB8", line="#3B444E",
        accent="#5AA9F8", on_accent="#0B1117", good="#56C271", fair="#E0A93B", bad="#FF8A80",
        series=("#56B4E9", "#E69F00", "#2CC295", "#E29CC4", "#F0E442", "#9CC9F0"),
    ),
    "high-contrast": Colours(
        window="#000000", surface="#000000", text="#FFFFFF", muted="#C8C8C8", line="#FFFFFF",
        accent="#FFE600", on_accent="#000000", good="#00FF6A", fair="#FFE600", bad="#FF7070",
        series=("#56B4E9", "#FFB000", "#00FF9C", "#FF9CE3", "#FFFF00", "#FFFFFF"),
    ),
}  # fmt: skip


def colours(settings: Settings) -> Colours:
    """Colours of the chosen theme."""
    return THEMES[settings.theme]


def apply_theme(application: QApplication, settings: Settings) -> None:
    """Dress every window of the application."""
    chosen = colours(settings)
    application.setStyle(Outlines(chosen, settings.font_percent / 100))
    application.setPalette(_palette(chosen))
    font = QFont(application.font())
    font.setPointSizeF(10.0 * settings.font_percent / 100)
    application.setFont(font)
    application.setStyleSheet(_style_sheet(chosen, settings.font_percent / 100))


def _palette(chosen: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in {
        role.Window: chosen.window,
        role.Base: chosen.surface,
        role.AlternateBase: chosen.window,
        role.Button: chosen.surface,
        role.Text: chosen.text,
        role.WindowText: chosen.text,
        role.ButtonText: chosen.text,
        role.ToolTipBase: chosen.surface,
        role.ToolTipText: chosen.text,
        role.PlaceholderText: chosen.muted,
        role.Highlight: chosen.accent,
        role.HighlightedText: chosen.on_accent,
        role.Link: chosen.accent,
        role.Mid: chosen.line,
    }.items():
        palette.setColor(name, QColor(colour))
    for name in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(chosen.muted))
    return palette


def _style_sheet(chosen: Colours, scale: float) -> str:
    pad, radius = round(6 * scale), 4
    off = "dashed" if chosen.is_stark else "solid"
    return f"""
    QPushButton, QToolButton {{
        padding: {pad}px {2 * pad}px; border: 1px solid {chosen.line}; border-radius: {radius}px;
        background: {chosen.surface};
    }}
    QPushButton:hover, QToolButton:hover {{ border-color: {chosen.accent}; }}
    QPushButton:focus, QToolButton:focus, QLineEdit:focus, QListView:focus, QTableView:focus {{
        border: 2px solid {chosen.accent};
    }}
    QPushButton:disabled {{ color: {chosen.muted}; border-style: {off}; }}
    QPushButton[main="true"] {{
        background: {chosen.accent}; color: {chosen.on_accent}; border-color: {chosen.accent};
        font-weight: 600;
    }}
    QPushButton[main="true"]:disabled {{
        background: {chosen.window}; color: {chosen.muted}; border-color: {chosen.line};
    }}
    QPushButton[danger="true"] {{ color: {chosen.bad}; border-color: {chosen.bad}; }}
    QLineEdit, QPlainTextEdit, QTableView, QListView, QTreeView {{
        border: 1px solid {chosen.line}; border-radius: {radius}px; padding: {pad // 2}px;
        background: {chosen.surface};
    }}
    QLabel[role="title"] {{ font-size: {15 * scale:.1f}pt; font-weight: 600; }}
    QLabel[role="hint"] {{ color: {chosen.muted}; }}
    QLabel[role="problem"] {{ color: {chosen.bad}; font-weight: 600; }}
    QLabel[role="good"] {{ color: {chosen.good}; font-weight: 600; }}
    QLabel[role="strong"] {{ font-weight: 600; }}
    QFrame[role="card"] {{
        background: {chosen.surface}; border: 1px solid {chosen.line}; border-radius: {radius}px;
    }}
    QFrame[role="strip"] {{
        background: {chosen.surface}; border: 0; border-bottom: 1px solid {chosen.line};
        border-top: 1px solid {chosen.line};
    }}
    QFrame[role="banner"] {{
        background: {chosen.surface}; border: 0; border-left: {pad}px solid {chosen.fair};
        border-bottom: 1px solid {chosen.line};
    }}
    QComboBox, QAbstractSpinBox {{ min-height: {round(22 * scale)}px; }}
    QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{ border: 0; padding: 0; }}
    QListWidget#rail {{ border: 0; border-right: 1px solid {chosen.line}; border-radius: 0; }}
    QListWidget#rail::item {{ padding: 6px {pad}px; }}
    QListWidget#rail::item:selected {{ background: {chosen.accent}; color: {chosen.on_accent}; }}
    QHeaderView::section {{
        background: {chosen.window}; border: 0; border-bottom: 1px solid {chosen.line};
        padding: {pad // 2}px 4px; font-weight: 600;
    }}
    QProgressBar {{
        border: 1px solid {chosen.line}; border-radius: {radius}px; text-align: center;
    }}
    QProgressBar::chunk {{ background: {chosen.accent}; }}
    QToolTip {{ border: 1px solid {chosen.line}; padding: {pad // 2}px; }}
    """
