"""What the window says, in the user's language."""

from __future__ import annotations

import re
import string
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


def told(problem: str) -> str:
    """What a plain module said has gone wrong, in the chosen language as far as it is known.

    Such sentences have their gaps filled already: they are known by what stands between them.
    """
    if _language[0] == "en" or not problem:
        return problem
    for pattern, meaning in _problems(_language[0]):
        if found := pattern.fullmatch(problem):
            return meaning.format(**found.groupdict())
    return tr(problem)


@cache
def _problems(language: str) -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile("".join(_piece(*each) for each in string.Formatter().parse(text))), meaning)
        for text, meaning in phrases(f"{language}-problems").items()
    ]


def _piece(text: str, gap: str | None, *_: object) -> str:
    return re.escape(text) + ("" if gap is None else f"(?P<{gap}>.*?)")


@cache
def phrases(language: str) -> dict[str, str]:
    """English to ``language``."""
    path = Path(__file__).with_name(f"{language}.yaml")
    table: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table
