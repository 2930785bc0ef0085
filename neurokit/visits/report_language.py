"""What a visit's report says, in the clinic's language; English is its own key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

import yaml

LANGUAGES = ("en", "fr")
_language: ContextVar[str] = ContextVar("report_language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let ``say`` speak a language.

    Raises
    ------
    ValueError
        If the report does not know it.
    """
    if language not in LANGUAGES:
        raise ValueError(f"a report speaks {' or '.join(LANGUAGES)}, got {language!r}")
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def language() -> str:
    """Language that is spoken."""
    return _language.get()


def say(text: str, **gaps: object) -> str:
    """Text in the language that is spoken, its gaps filled."""
    told = text if language() == "en" else phrases(language()).get(text, text)
    return told.format(**gaps) if gaps else told


@cache
def phrases(language: str) -> dict[str, str]:
    """English to ``language``."""
    source = files("neurokit").joinpath(f"templates/visit-{language}.yaml")
    table: dict[str, str] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return table
