"""Maps of cycles as scikit-learn steps, on a cohort whose plant is neutral to degree."""

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, cross_val_predict, cross_val_score

from neurokit.cohorts.simulation import Plan, positions, regions, simulate
from neurokit.kernels import correlation_graph, triangles
from neurokit.pipelines import (
    CombatCorrection,
    CycleMaps,
    RegionMask,
    SiteResidualiser,
    adhd_classifier,
)
from neurokit.pipelines.cycles import FEATURES, node_maps

PLAN = Plan(people=60, seed=2)
FOLDS = StratifiedKFold(4, shuffle=True, random_state=0)


def table(plan):
    people = simulate(plan)
    X = pd.DataFrame(
        {"series": [one.series for one in people], "site": [one.site for one in people]}
    )
    return X, np.array([one.patient for one in people])


@pytest.fixture(scope="module")
def cohort():
    return table(PLAN)


def accuracy(X, y, features):
    model = adhd_classifier(
        features=features, thresholds=(0.45,), n_components=(10,), voxels=positions(PLAN.voxels)
    )
    return np.mean(cross_val_predict(model, X, y, cv=FOLDS) == y)


def test_cycles_tell_patients_where_degrees_do_not(cohort):
    assert accuracy(*cohort, ("cycles",)) >= 0.75
    assert accuracy(*cohort, ("degree",)) <= 0.70


def test_patients_have_as_many_neighbours_and_more_triangles(cohort):
    X, y = cohort
    graphs = [correlation_graph(series, threshold=0.45) for series in X["series"]]
    for lump in regions(PLAN).values():
        degrees = np.array([graph.degrees[lump].mean() for graph in graphs])
        assert abs(degrees[y].mean() / degrees[~y].mean() - 1) < 0.05
    through = np.array([triangles(graph)[regions(PLAN)["R"]].mean() for graph in graphs])
    assert through[y].mean() > 1.15 * through[~y].mean()


def test_a_cohort_is_the_same_again_and_without_strength_it_is_noise():
    again = simulate(Plan(people=4, seed=3))
    for one, other in zip(simulate(Plan(people=4, seed=3)), again, strict=True):
        np.testing.assert_array_equal(one.series, other.series)
    people = simulate(Plan(people=60, seed=5, strength=0.0))
    region = regions(Plan())["R"]
    counts = np.array(
        [triangles(correlation_graph(one.series, threshold=0.45))[region].mean() for one in people]
    )
    patients = np.array([one.patient for one in people])
    gap = counts[patients].mean() - counts[~patients].mean()
    assert abs(gap) < 3 * counts.std() * np.sqrt(4 / 60)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"voxels": 100}, "at least 440"),
        ({"people": 7}, "even and two a site"),
        ({"strength": 2.0}, "from 0 to 1"),
    ],
)
def test_cohorts_that_cannot_be_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Plan(**options)


def test_maps_are_those_of_the_kernels_and_matrices_serve_as_well(cohort):
    series = cohort[0]["series"][0]
    graph = correlation_graph(series, threshold=0.45)
    maps = node_maps(series, FEATURES, threshold=0.45)
    np.testing.assert_array_equal(maps["cycles"], triangles(graph))
    np.testing.assert_array_equal(maps["degree"], graph.degrees)
    np.testing.assert_array_equal(maps["weight"], graph.strengths)
    assert (maps["clustering"] <= 1).all()
    by_matrix = node_maps(np.corrcoef(series.T), ("cycles",), threshold=0.45)
    np.testing.assert_allclose(by_matrix["cycles"], maps["cycles"], rtol=0.01, atol=5)


@pytest.mark.parametrize("normalise", ["log", "rank", "none"])
def test_transformed_maps_stand_side_by_side(cohort, normalise):
    X = list(cohort[0]["series"][:3])
    step = CycleMaps(features=("degree", "cycles"), density=0.1, normalise=normalise)
    found = step.fit_transform(X)
    assert found.shape == (3, 1400)
    expected = CycleMaps(features=("cycles",), density=0.1, normalise=normalise).fit_transform(X)
    np.testing.assert_array_equal(found[:, 700:], expected)
    assert clone(step).get_params() == step.get_params()
    if normalise == "rank":
        assert 0 <= found.min() <= found.max() <= 1


def test_graphs_that_say_nothing_are_refused(cohort):
    X = list(cohort[0]["series"][:2])
    with pytest.raises(ValueError, match="no pair of nodes is joined"):
        CycleMaps(threshold=0.9999).fit_transform(X)
    with pytest.raises(ValueError, match="every pair of nodes is joined"):
        CycleMaps(threshold=-1.0).fit_transform(X)
    with pytest.raises(ValueError, match="no map 'squares'"):
        CycleMaps(features=("squares",), density=0.1).fit_transform(X)
    with pytest.raises(ValueError, match="normalise must be one of"):
        CycleMaps(density=0.1, normalise="z").fit(X)


def test_a_person_on_another_grid_is_named(cohort):
    X = list(cohort[0]["series"][:2])
    maps = CycleMaps(density=0.1).fit(X)
    with pytest.raises(ValueError, match="person 1 has 650 nodes, the others 700"):
        maps.transform([X[0], X[1][:, :650]])


def sites(seed=0, n_people=60):
    """Features whose mean and scale depend on the site."""
    rng = np.random.default_rng(seed)
    where = np.repeat(["a", "b", "c"], n_people // 3)
    shift = {"a": 0.0, "b": 5.0, "c": -3.0}
    values = rng.standard_normal((n_people, 20)) * np.where(where == "b", 3.0, 1.0)[:, None]
    values += np.array([shift[one] for one in where])[:, None]
    found = pd.DataFrame(values)
    found["site"] = where
    return found, where


def test_the_site_can_be_told_before_the_correction_and_not_after():
    from sklearn.linear_model import LogisticRegression

    X, where = sites()
    new, new_where = sites(seed=1)
    step = SiteResidualiser(shrinkage=0.0).fit(X)
    before = LogisticRegression(max_iter=2000).fit(X.drop(columns="site"), where)
    assert before.score(new.drop(columns="site"), new_where) > 0.95
    after = LogisticRegression(max_iter=2000).fit(step.transform(X), where)
    assert after.score(step.transform(new), new_where) < 0.6


def test_combat_takes_the_site_out_as_combatlearn_does_and_learns_on_training_people_alone():
    from combatlearn import ComBat

    X, where = sites()
    new, new_where = sites(seed=1)
    X[3] = new[3] = 1.0  # what never varies passes as it is
    rest = X.drop(columns=["site", 3]).to_numpy()
    step = CombatCorrection().fit(X)
    expected = ComBat(where).fit(rest).transform(rest)
    found = np.delete(step.transform(X), 3, axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    corrected = step.transform(new)
    assert np.all(corrected[:, 3] == 1)
    means = [corrected[new_where == one].mean() for one in "abc"]
    assert np.ptp(means) < 0.8  # 8 before
    np.testing.assert_array_equal(step.transform(new.iloc[:7]), corrected[:7])


def test_combat_leaves_alone_whom_it_cannot_know():
    X, where = sites()
    step = CombatCorrection().fit(X[where != "b"])
    several = step.transform(X[where == "b"])
    np.testing.assert_allclose(several.mean(axis=0), step.mean_)
    alone = X[where == "b"].iloc[:1]
    np.testing.assert_array_equal(step.transform(alone), alone.drop(columns="site"))
    one_site = X[where == "a"]
    same = CombatCorrection().fit(one_site).transform(one_site)
    np.testing.assert_array_equal(same, one_site.drop(columns="site"))


def test_a_correction_that_there_is_not_is_refused(monkeypatch):
    with pytest.raises(ValueError, match="one of residual, combat, none"):
        adhd_classifier(site_correction="mean")
    monkeypatch.setitem(sys.modules, "combatlearn", None)
    with pytest.raises(ValueError, match=r"neurokit-bci\[harmonise\]"):
        adhd_classifier(site_correction="combat")


def test_an_unseen_site_is_corrected_by_its_own_people_or_by_all():
    X, where = sites()
    step = SiteResidualiser().fit(X[where != "b"])
    several = step.transform(X[where == "b"])
    assert abs(several.mean()) < 0.6
    alone = step.transform(X[where == "b"].iloc[:1])
    assert alone.mean() > 1
    assert np.isfinite(step.transform(X[where == "b"].drop(columns="site"))).all()


def test_the_mask_finds_the_nodes_that_differ_and_says_how_often():
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((80, 300)), np.arange(80) % 2
    X[y == 1, :30] += 1.2
    mask = RegionMask(share=0.1).fit(X, y)
    assert mask.frequency_.shape == (300,)
    assert mask.mask_[:30].mean() > 0.8
    assert mask.mask_[30:].mean() < 0.02
    assert mask.transform(X).shape == (80, mask.mask_.sum())


def test_the_mask_finds_the_region_and_its_partners(cohort):
    X, y = cohort
    maps = CycleMaps(threshold=0.45).fit_transform(list(X["series"]))
    mask = RegionMask(voxels=positions(PLAN.voxels)).fit(maps, y).mask_
    planted = np.zeros(PLAN.voxels, dtype=bool)
    planted[np.concatenate([regions(PLAN)[name] for name in "RP"])] = True
    assert dice(mask, planted) >= 0.6


def dice(mask, planted):
    return 2 * np.sum(mask & planted) / (mask.sum() + planted.sum())


def test_the_mask_follows_the_grid_and_drops_specks():
    plan, rng = Plan(), np.random.default_rng(3)
    lump = regions(plan)["R"]
    X, y = rng.standard_normal((60, plan.voxels)), np.arange(60) % 2
    X[np.ix_(y == 1, lump)] += 0.6
    plain = RegionMask(share=0.06).fit(X, y).mask_
    smooth = RegionMask(share=0.06, voxels=positions(plan.voxels)).fit(X, y).mask_
    inside = np.zeros(plan.voxels, dtype=bool)
    inside[lump] = True

    assert dice(smooth, inside) > dice(plain, inside)
    assert dice(smooth, inside) > 0.6


def test_a_mask_needs_two_classes():
    with pytest.raises(ValueError, match="two classes with at least two people each"):
        RegionMask().fit(np.zeros((4, 3)), [0, 0, 0, 1])


def test_random_labels_give_chance_and_a_mask_learnt_outside_the_folds_does_not():
    """The same test catches a leak: nodes chosen with the tested people among them."""
    rng = np.random.default_rng(4)
    honest, leaky = [], []
    for draw in range(25):
        X, y = rng.standard_normal((60, 400)), rng.permutation(np.arange(60) % 2)
        mask = RegionMask(share=0.05, n_resamples=10, random_state=draw)
        honest.append(cross_val_score(_classify(mask), X, y, cv=FOLDS).mean())
        seen = mask.fit(X, y).transform(X)
        leaky.append(cross_val_score(_classify("passthrough"), seen, y, cv=FOLDS).mean())
    assert not differs_from_chance(honest)
    assert differs_from_chance(leaky)


def differs_from_chance(scores):
    return abs(np.mean(scores) - 0.5) > 2.6 * np.std(scores, ddof=1) / np.sqrt(len(scores))


def _classify(mask):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline

    return make_pipeline(mask, LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))


def test_degrees_by_distance_are_maps_of_their_own(cohort):
    X, _ = cohort
    series, places = list(X["series"][:2]), 4.0 * positions(PLAN.voxels)
    maps = CycleMaps(
        features=("degree", "distance-degree"),
        threshold=0.3,
        positions_mm=places,
        bins_mm=(0, 15, np.inf),
        normalise="none",
    )
    found = maps.fit_transform(series).reshape(2, 3, -1)
    np.testing.assert_array_equal(found[:, 0], found[:, 1:].sum(axis=1))
    assert found[:, 1:].min(axis=2).max() >= 0
    assert (found[:, 1:].sum(axis=2) > 0).all()
    moved = clone(maps).set_params(positions_mm=places / 2).fit_transform(series)
    assert (moved != found.reshape(2, -1)).any()
    by_name = node_maps(series[0], ("distance-degree",), threshold=0.3, positions_mm=places)
    assert list(by_name)[0::3] == ["distance-degree-0-20mm", "distance-degree-from-80mm"]
    with pytest.raises(ValueError, match="needs the place of each node"):
        node_maps(series[0], ("distance-degree",), threshold=0.3)
