"""The report stands alone, says what it shows, and never shows a score alone."""

import re

import numpy as np
import pytest

from neurokit.studies.report import choices_of, last_line, p_value, write_report
from tests.made_results import make_results

PIPELINES = ("dummy", "ts+lr", "acm+ts+svm")


@pytest.fixture
def results():
    return make_results(PIPELINES, skills=(0, 1, 1.2), people=4, scorer="roc_auc")


def read(tmp_path, frame, predictions=None, **options):
    return write_report(tmp_path / "report.html", frame, predictions, **options).read_text()


def test_the_report_asks_no_network_and_no_other_file(results, tmp_path):
    text = read(tmp_path, *results)
    # the SVG names its formats by addresses that nobody fetches
    linked = re.findall(r'(?:src|href)="([^"#][^"]*)"', text)
    assert [link for link in linked if not link.startswith("data:")] == []
    assert "<script" not in text
    assert "@import" not in text
    assert text.count("<svg") == 5
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_every_score_has_its_interval_and_band(results, tmp_path):
    text = read(tmp_path, *results)
    rows = re.findall(r'<td class="key">[^<]*</td><td class="n">(.*?)</tr>', text, flags=re.S)
    assert len(rows) == 3
    for row in rows:
        assert len(re.findall(r"\d\.\d\d to \d\.\d\d", row)) == 2


def test_the_verdict_says_what_noise_is(tmp_path):
    frame, predictions = make_results(("dummy",), skills=(0,), people=3, talent=0)
    assert "lies within the band in which guessing falls" in read(tmp_path, frame, predictions)


def test_equal_pipelines_are_named_together(tmp_path):
    frame, predictions = make_results(("a", "b"), skills=(1, 1), people=2)
    frame["score"] = 0.8
    assert "a and b scored highest" in read(tmp_path, frame, predictions)


def test_a_single_person_is_compared_by_folds(tmp_path):
    frame, predictions = make_results(PIPELINES, skills=(0, 1, 1), people=1)
    text = read(tmp_path, frame, predictions)
    assert "a dot a fold" in text
    assert "there is no test" in text


def test_failed_folds_stand_with_their_reason(results, tmp_path):
    frame, predictions = results
    frame.loc[0, "score"] = np.nan
    frame["error"] = frame["error"].astype(object)
    frame.loc[0, "error"] = "Traceback\n  deep\nnumpy.linalg.LinAlgError: not definite <b>"
    text = read(tmp_path, frame, predictions)
    assert "LinAlgError: not definite &lt;b&gt;" in text


def test_a_study_of_failures_only_is_still_a_report(results, tmp_path):
    frame = results[0].assign(score=np.nan, error="ValueError: broken", scorer=None)
    assert "No fold of this study has a score" in read(tmp_path, frame)


def test_two_data_sets_are_combined(tmp_path):
    frame, predictions = make_results(
        PIPELINES, skills=(0, 1, 1), people=4, datasets=("one", "two")
    )
    assert "Over all data sets" in read(tmp_path, frame, predictions)


def test_settings_and_versions_are_told(results, tmp_path):
    text = read(tmp_path, *results, title="A <title>", notes="Why.")
    assert "8.0 to 35.0" in text
    assert np.__version__ in text
    assert "A &lt;title&gt;" in text


def test_no_folds_are_refused_before_anything_is_written(results, tmp_path):
    with pytest.raises(ValueError, match="no folds"):
        write_report(tmp_path / "new" / "report.html", results[0][:0])
    assert not (tmp_path / "new").exists()


def test_order_and_lag_are_found_in_any_step():
    assert choices_of({"search__order": 3, "search__lag": 2, "C": 1}) == {"order": 3, "lag": 2}
    assert choices_of(None) == {}


def test_the_last_line_of_an_error_is_short():
    assert last_line("Traceback\n  File\n\nsklearn.exceptions.NotFittedError: no\n") == (
        "NotFittedError: no"
    )
    assert last_line(None) == ""


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "< 0.001"), (0.0312, "0.031"), (0.5, "0.50"), (np.nan, "–")]
)
def test_p_values_are_rounded_as_people_read_them(p, text):
    assert p_value(p) == text


def test_drawing_leaves_matplotlib_as_it_was(results, tmp_path):
    import matplotlib as mpl

    names = ["font.size", "axes.spines.top", "svg.hashsalt"]
    before = [mpl.rcParams[name] for name in names]
    read(tmp_path, *results)
    assert [mpl.rcParams[name] for name in names] == before
