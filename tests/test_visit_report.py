"""A visit's report: no accuracy without interval and chance, one page first, hashes."""

import json
import re
import string
from datetime import datetime, timedelta

import numpy
import pytest
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.models import fingerprint
from neurokit.patients.workspace import Workspace
from neurokit.visits import report_language
from neurokit.visits.visit_facts import gather, sha256, source_text
from neurokit.visits.visit_pdf import as_pdf
from neurokit.visits.visit_report import as_html, write_visit_report
from tests.visits import add_visit, attempt


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as opened:
        yield opened


@pytest.fixture
def visit(workspace):
    patient = workspace.add_patient("KT-4827", consent="given", lesion_side="left")
    add_visit(workspace, patient, when=datetime.now() - timedelta(days=7), score=0.55)
    visit = add_visit(workspace, patient, score=0.81)
    told = {"n_trials": 40, "classes": ["left_hand", "right_hand"], "split": "k-fold"}
    told |= {"confusion": [[16, 4], [3, 17]], "settings": {"bands": [8.0, 30.0]}}
    number = workspace.add_training(visit.id, attempt(0.66, "mdm", **told))
    workspace.update_training(number, pinned=True, note="<script>calm</script>")
    workspace.add_score(patient.id, "FMA-UE", 31)
    return visit


def n_pages(pdf):
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_the_report_is_written_twice_and_holds_hashes_and_versions(workspace, visit):
    report = write_visit_report(workspace.folder, visit.id)
    assert report.html == workspace.folder / "reports/KT-4827/KT-4827-visit-02.html"
    page = report.html.read_text(encoding="utf-8")
    run = workspace.runs(visit.id)[0]
    model = workspace.models(visit.patient_id)[-1]
    for text in (sha256(run.path), model.fingerprint, numpy.__version__):
        assert text in page
    assert page.count("<svg") == 4
    assert "Not a medical device" in page
    # nothing is loaded from elsewhere
    assert not re.search(r'(src|href)="(?!#|data:)', page)
    assert report.pdf.read_bytes().startswith(b"%PDF")


def test_the_verdict_says_interval_and_guessing(workspace, visit):
    assert gather(workspace, visit.id)["verdict"].replace("\u00a0", " ") == (
        "mdm told left hand from right hand in 66 % of 40 trials that it had not learned from "
        "(95 % interval 56 to 76 %). Guessing reaches 36 to 64 %: this is better than guessing."
    )
    first = workspace.visits(visit.patient_id)[0]
    facts = gather(workspace, first.id)
    assert facts["verdict"].endswith("this cannot be told from guessing.")
    # a report of an old visit knows nothing of later ones
    assert facts["trend"].figure.axes[0].get_xticklabels()[-1].get_text().startswith("visit 1")


def test_every_accuracy_has_its_interval_and_chance_beside_it(workspace, visit):
    page = as_html(gather(workspace, visit.id))
    rows = re.findall(r"<tr>(.*?)</tr>", page, flags=re.S)
    accuracies = [row for row in rows if re.search(r"<td>(66|81) %</td>", row)]
    assert len(accuracies) == 2
    for row in accuracies:
        assert re.search(r"\d+ to \d+ %.*36 to 64 %.*50 %", row, flags=re.S)


def test_what_a_person_wrote_stays_text(workspace, visit):
    workspace.note(visit.id, '<b>tired</b> & "quiet"')
    facts = gather(workspace, visit.id)
    page = as_html(facts)
    assert "<script>calm" not in page
    assert "&lt;b&gt;tired&lt;/b&gt; &amp;" in page
    assert as_pdf(facts).startswith(b"%PDF")


def test_a_changed_model_is_said_to_be_changed(workspace, visit):
    model = workspace.models(visit.patient_id)[-1]
    assert gather(workspace, visit.id)["models"][0]["state"].startswith("changed or missing")
    fields = {"fingerprint": fingerprint(model.path)}
    workspace.update("models", model.id, fields)
    assert gather(workspace, visit.id)["models"][0]["state"] == "as it was saved"


def test_the_clinicians_page_stays_one_page_whatever_was_noted(workspace, visit):
    before = n_pages(as_pdf(gather(workspace, visit.id)))
    for number in range(60):
        workspace.note(visit.id, f"note {number}")
    assert n_pages(as_pdf(gather(workspace, visit.id))) == before


def test_an_empty_visit_has_a_report_too(workspace):
    visit = workspace.open_visit(workspace.add_patient().id)
    report = write_visit_report(workspace.folder, visit.id)
    page = report.html.read_text(encoding="utf-8")
    assert "Nothing was trained in this visit." in page
    assert "No run was recorded." in page


def test_a_recording_that_cannot_be_read_does_not_prevent_the_report(workspace, visit):
    path = workspace.runs(visit.id)[0].path
    path.write_bytes(b"XDF:torn")
    assert "No spectra" in as_html(gather(workspace, visit.id))
    path.unlink()
    assert "the file is missing" in as_html(gather(workspace, visit.id))


def test_the_report_speaks_french_to_the_last_word(workspace, visit, monkeypatch):
    unknown = set()

    class Table(dict):
        def get(self, text, default=None):
            if text not in self:
                unknown.add(text)
            return super().get(text, default)

    table = Table(report_language.phrases("fr"))
    monkeypatch.setattr(report_language, "phrases", lambda _: table)
    report = write_visit_report(workspace.folder, visit.id, language="fr")
    page = report.html.read_text(encoding="utf-8")
    assert "main gauche" in page
    assert "ce résultat est meilleur que le hasard" in page
    assert unknown == set()
    with pytest.raises(ValueError, match="speaks en or fr, got 'de'"):
        write_visit_report(workspace.folder, visit.id, language="de")


def test_the_french_report_fills_the_same_gaps():
    def gaps(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    french = report_language.phrases("fr")
    assert {text: told for text, told in french.items() if gaps(text) != gaps(told)} == {}


def test_no_folder_of_this_computer_is_told(workspace):
    assert source_text("replay:/home/dupont/old.xdf") == "replay:old.xdf"
    assert source_text("lsl:cap") == "lsl:cap"


def test_the_command_writes_the_last_visit_or_the_one_asked_for(workspace, visit, tmp_path):
    command = [
        "report",
        "visit",
        str(workspace.folder),
        "KT-4827",
        "--out",
        str(tmp_path),
        "--json",
    ]
    said = CliRunner().invoke(cli, command, catch_exceptions=False).output
    assert json.loads(said)["pdf"] == str(tmp_path / "KT-4827-visit-02.pdf")
    with pytest.raises(ValueError, match="has no visit 9; there are 1, 2"):
        CliRunner().invoke(cli, [*command[:4], "9"], catch_exceptions=False)
