"""Days, shares and classes in the user's language."""

from __future__ import annotations

from datetime import date, datetime

from PyQt6.QtCore import QDate, QLocale, QTime

from neurokit.app.desktop.translations import language, tr

LABELS = {
    "left_hand": "left hand",
    "right_hand": "right hand",
    "feet": "feet",
    "tongue": "tongue",
    "rest": "rest",
}


def locale() -> QLocale:
    """How dates and numbers are written in the window's language."""
    return QLocale(language())


def day_text(when: datetime | date) -> str:
    """A day, in words where it is near."""
    day = when.date() if isinstance(when, datetime) else when
    ago = (date.today() - day).days
    if ago == 0:
        return tr("today")
    if ago == 1:
        return tr("yesterday")
    if 1 < ago < 7:
        return tr("{count} days ago").format(count=ago)
    return locale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


def time_text(when: datetime) -> str:
    """Time of the day."""
    return locale().toString(QTime(when.hour, when.minute), "HH:mm")


def percent(share: float | None) -> str:
    """A share from 0 to 1 in per cent, a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %"


def span(low: float | None, high: float | None) -> str:
    """From one share to another in per cent."""
    return "–" if low is None or high is None else f"{100 * low:.0f}–{100 * high:.0f} %"


def class_text(label: str) -> str:
    """A class as a person says it."""
    return tr(LABELS.get(label, label.replace("_", " ")))
