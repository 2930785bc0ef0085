"""Every word of the window has its French."""

import ast
import re
import string
from pathlib import Path

import pytest
from pydantic import BaseModel
from PyQt6.QtWidgets import QAbstractButton, QLabel

import neurokit
from neurokit.app.desktop import session, translations
from neurokit.app.desktop.batch import BatchSettings
from neurokit.app.desktop.cohort_form import CohortSettings
from neurokit.app.desktop.connectome_form import ConnectomeSettings
from neurokit.app.desktop.learning_form import INSIDE, LEARNERS, LearningSettings
from neurokit.app.desktop.main_window import PAGES, TITLES
from neurokit.files.recordings import read_recording
from neurokit.live.streams import open_source
from neurokit.patients import timeline

DESKTOP = Path(translations.__file__).resolve().parents[1]
french = translations.phrases("fr")


def said():
    """Literal texts that ``tr`` is given, with where they stand."""
    for path in sorted(DESKTOP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id == "tr" and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value, f"{path.name}:{node.lineno}"


def test_every_text_has_its_french():
    missing = {where: text for text, where in said() if text not in french}
    assert not missing
    assert [phrase for phrase in timeline.PHRASES if phrase not in french] == []
    assert [phrase for phrase in {**LEARNERS, **INSIDE}.values() if phrase not in french] == []


@pytest.mark.parametrize(
    "model",
    [session.Settings, BatchSettings, CohortSettings, ConnectomeSettings, LearningSettings],
)
def test_every_field_of_a_form_has_its_french(model: type[BaseModel]):
    fields = model.model_fields.values()
    labels = [(field.json_schema_extra or {}).get("labels", {}).values() for field in fields]
    told = [field.description for field in fields] + [text for few in labels for text in few]
    assert [text for text in told if text not in french] == []


def test_every_page_has_its_french_title():
    assert [title for title in TITLES.values() if title not in french] == []


def gaps(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_the_french_fills_the_same_gaps():
    assert {text: told for text, told in french.items() if gaps(text) != gaps(told)} == {}


def sentences():
    """Texts of the plain modules, with {} for each gap."""
    for path in Path(neurokit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                pieces = node.values
                yield "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in pieces)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_problem_that_has_its_french_is_said_somewhere():
    problems = translations.phrases("fr-problems")
    said_there = set(sentences())
    assert [text for text in problems if re.sub(r"{\w*}", "{}", text) not in said_there] == []
    assert {text for text, meaning in problems.items() if gaps(text) != gaps(meaning)} == set()


def test_what_is_wrong_with_a_source_is_said_in_french():
    translations.speak("fr")
    try:
        with pytest.raises(ValueError, match="there is no source") as refused:
            open_source("foo:bar")
        assert translations.told(str(refused.value)).startswith("la source 'foo' n'existe pas")
        with pytest.raises(OSError, match="does not exist") as refused:
            read_recording("nowhere.fif")
        assert (
            translations.told(str(refused.value)) == "nowhere.fif n'existe pas ; vérifiez le chemin"
        )
        assert translations.told("Stopped") == "Arrêté"
        assert translations.told("what nobody knows") == "what nobody knows"
    finally:
        translations.speak("en")
    assert translations.told(str(refused.value)) == str(refused.value)


@pytest.mark.window
def test_no_page_speaks_english_once_the_window_speaks_french(window):
    workspace = window.desk.workspace
    (patient,) = workspace.patients()
    visit = workspace.open_visit(patient.id)
    for name in PAGES:
        window.go(name)
    window.desk.session.go(patient=patient.id, visit=visit.id)
    window.set(language="fr")
    english = {text for text, told in french.items() if told != text}
    left = {}
    for name in PAGES:
        window.go(name)
        for widget in window.findChildren(QLabel) + window.findChildren(QAbstractButton):
            if widget.isVisible() and widget.text() in english:
                left[widget.text()] = name
    assert left == {}
