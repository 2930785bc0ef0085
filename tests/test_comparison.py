"""Paired tests, one data set at a time and combined."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from neurokit.statistics import compare
from neurokit.studies.comparison import ALL
from tests.made_results import make_results


def scores(differences, *, dataset="one", sessions=1):
    """Frame in which pipeline a beats b by the given differences, person by person."""
    frame, _ = make_results(
        ("a", "b"), skills=(1, 1), people=len(differences), sessions=sessions, datasets=(dataset,)
    )
    gain = frame["subject"].astype(int).map(lambda person: differences[person - 1])
    base = frame["fold"] * 0.01 + 0.6
    return frame.assign(score=base + np.where(frame["pipeline"] == "a", gain, 0.0))


def test_the_permutation_test_agrees_with_scipy():
    differences = np.random.default_rng(0).normal(0.03, 0.05, 8)
    row = compare(scores(differences)).iloc[0]
    expected = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    np.testing.assert_allclose(row["p_permutation"], expected.pvalue)
    np.testing.assert_allclose(row["p_wilcoxon"], stats.wilcoxon(differences).pvalue)
    np.testing.assert_allclose(row["difference"], differences.mean())
    np.testing.assert_allclose(row["effect"], differences.mean() / differences.std(ddof=1))


def test_too_few_people_get_words_instead_of_a_number():
    row = compare(scores([0.1, 0.2, 0.1, 0.3, 0.1])).iloc[0]
    assert np.isnan(row["p_permutation"])
    assert row["note"] == "5 pairs: too few for a test at 5 %, which needs 6"
    assert row["low"] < row["difference"] < row["high"]


def test_one_person_has_an_interval_over_folds():
    frame, _ = make_results(("a", "b"), skills=(2, 0.5), people=1)
    row = compare(frame).iloc[0]
    assert row["low"] < row["difference"] < row["high"]
    assert "one person" in row["note"]


def test_folds_without_a_spread_have_no_interval():
    row = compare(scores([0.0])).iloc[0]
    assert np.isnan(row["low"])
    assert "tells of no other trials" in row["note"]


def test_people_who_differ_by_the_same_give_neither_interval_nor_effect():
    # 0.1 + 0.2 and 0.3: equal but for rounding
    frame = scores([0.1 + 0.2, 0.3])
    row = compare(frame).iloc[0]
    np.testing.assert_allclose(row["difference"], 0.3)
    assert np.isnan([row["effect"], row["low"], row["high"]]).all()


def test_sessions_of_a_person_are_one_pair_unless_asked_otherwise():
    frame = scores([0.1, 0.2, 0.3], sessions=2)
    assert compare(frame)["n"][0] == 3
    assert compare(frame, unit="session")["n"][0] == 6


def test_data_sets_are_combined_by_stouffer():
    frames = [
        scores(np.random.default_rng(s).normal(0.04, 0.05, 9), dataset=str(s)) for s in (1, 2)
    ]
    table = compare(pd.concat(frames, ignore_index=True)).set_index("dataset")
    combined = table.loc[ALL]
    assert combined["n"] == 18
    assert combined["p_permutation"] < table["p_permutation"].iloc[:2].min()


def test_opposite_data_sets_cancel():
    gain = np.random.default_rng(0).normal(0.05, 0.05, 9)
    frames = [scores(gain, dataset="one"), scores(-gain, dataset="two")]
    combined = compare(pd.concat(frames, ignore_index=True)).set_index("dataset").loc[ALL]
    assert combined["p_permutation"] > 0.9
    np.testing.assert_allclose(combined["difference"], 0, atol=1e-12)


def test_a_pair_is_combined_whatever_its_order():
    one = scores(np.full(9, 0.05) + np.arange(9) / 100, dataset="one")
    two = scores(np.full(9, 0.05) + np.arange(9) / 100, dataset="two")
    straight = compare(pd.concat([one, two], ignore_index=True))
    turned = compare(pd.concat([one, two[::-1]], ignore_index=True))
    assert len(straight) == len(turned) == 3
    columns = ["n", "difference", "p_permutation"]
    np.testing.assert_allclose(
        straight.iloc[-1][columns].astype(float), turned.iloc[-1][columns].astype(float)
    )


def test_holm_corrects_over_the_pairs():
    frame, _ = make_results(("a", "b", "c"), skills=(2.0, 1.0, 1.0), people=8)
    table = compare(frame).sort_values("p_permutation")
    p = table["p_permutation"].to_numpy()
    expected = np.minimum(np.maximum.accumulate(p * [3, 2, 1]), 1)
    np.testing.assert_allclose(table["p_holm"], expected)


def test_equal_scores_are_said_to_be_equal():
    row = compare(scores(np.zeros(8))).iloc[0]
    assert row["p_permutation"] == row["p_wilcoxon"] == 1
    assert "equal" in row["note"]


def test_on_equal_pipelines_five_percent_are_found_to_differ():
    random = np.random.default_rng(0)
    p = [compare(scores(random.normal(0, 0.1, 8)))["p_permutation"][0] for _ in range(100)]
    assert np.mean(np.array(p) <= 0.05) <= 0.09


def test_many_people_are_drawn_by_chance_and_still_agree():
    differences = np.random.default_rng(1).normal(0.03, 0.08, 30)
    row = compare(scores(differences)).iloc[0]
    np.testing.assert_allclose(
        row["p_permutation"], stats.ttest_1samp(differences, 0).pvalue, atol=0.02
    )


def test_one_pipeline_cannot_be_compared():
    with pytest.raises(ValueError, match=r"at least two pipelines.*ts\+lr"):
        compare(make_results()[0])
