"""What the window says, in the user's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

_language = ["en"]


def speak(language: str) -> None:
    """Choose the language of ``tr``."""
    _language[0] = language


def language() -> str:
    """Language of ``tr``."""
    return _language[0]


def tr(text: str) -> str:
    """Text in the chosen language; English is its own key."""
    return text if _language[0] == "en" else phrases(_language[0]).get(text, text)


@cache
def phrases(language: str) -> dict[str, str]:
    """English to ``language``."""
    path = Path(__file__).with_name(f"{language}.yaml")
    table: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table
