"""What predictions on people are worth: no score without its interval and its chance."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from neurokit.intervals import Interval, auc_interval, binomial_band, wilson

SCORES = ("accuracy", "balanced_accuracy", "auc", "sensitivity", "specificity")


def by_person(predictions: pd.DataFrame) -> pd.DataFrame:
    """One row a person and model: the values of several scans are averaged.

    Parameters
    ----------
    predictions : DataFrame
        One row a scan: ``model``, ``fold``, ``subject``, ``site``, ``patient``, ``predicted``
        (bool), ``value`` (above zero speaks for the diagnosis).
    """
    by = ["model", "fold", "subject"]
    groups = predictions.groupby(by, sort=False)
    people = groups.agg(
        site=("site", "first"),
        patient=("patient", "first"),
        share=("predicted", "mean"),
        value=("value", "mean"),
    ).reset_index()
    # scans that disagree evenly are decided by their mean value
    people["predicted"] = np.where(
        people["share"] == 0.5, people["value"] > 0, people["share"] > 0.5
    )
    return people.drop(columns="share")


def scores(people: pd.DataFrame, *, widening: float = 1.0) -> dict[str, float]:
    """Scores of one model, each with ``_low`` and ``_high`` of its 95 % interval.

    Parameters
    ----------
    people : DataFrame
        Of :func:`by_person`, one model.
    widening : float
        Factor on the variance: 2 over folds that share training people, 1 over one test set.

    Returns
    -------
    scores : dict
        ``accuracy``, ``balanced_accuracy``, ``auc`` (over pairs within a fold), ``sensitivity``,
        ``specificity``; ``n``, ``patients``, ``majority``, and the band ``chance_low``,
        ``chance_high`` in which guesses at the majority's rate fall. What needs both classes is
        NaN where there is one.
    """
    truth, told = people["patient"].to_numpy(bool), people["predicted"].to_numpy(bool)
    found: dict[str, float] = {"n": len(truth), "patients": int(truth.sum())}
    parts = {
        "accuracy": truth == told,
        "sensitivity": told[truth],
        "specificity": ~told[~truth],
    }
    for name, hits in parts.items():
        value = float(np.mean(hits)) if len(hits) else np.nan
        _put(found, name, value, _wilson(value, len(hits), widening))
    _put(found, "balanced_accuracy", *_balanced(found))
    _put(found, "auc", *_auc(people, widening))
    share = float(truth.mean())
    found["majority"] = max(share, 1 - share)
    found["chance_low"], found["chance_high"] = binomial_band(
        found["majority"], len(truth), widening=widening
    )
    return found


def _put(found: dict[str, float], name: str, value: float, interval: Interval) -> None:
    found[name], (found[f"{name}_low"], found[f"{name}_high"]) = value, interval


def _wilson(value: float, n: int, widening: float) -> Interval:
    return wilson(value, n / widening) if n else (np.nan, np.nan)


def _balanced(found: dict[str, float]) -> tuple[float, Interval]:
    """Mean of sensitivity and specificity; its interval by squares of theirs [Newcombe 1998]."""
    parts = ("sensitivity", "specificity")
    value = sum(found[name] for name in parts) / 2
    low = math.hypot(*(found[name] - found[f"{name}_low"] for name in parts)) / 2
    high = math.hypot(*(found[f"{name}_high"] - found[name] for name in parts)) / 2
    return value, (value - low, value + high)


def _auc(people: pd.DataFrame, widening: float) -> tuple[float, Interval]:
    """Area under the curve of pairs within a fold: values of two folds are not on one scale."""
    from sklearn.metrics import roc_auc_score

    areas, counts = [], []
    for _, fold in people.groupby("fold", sort=False):
        n_patients = int(fold["patient"].sum())
        if 0 < n_patients < len(fold):
            areas.append(roc_auc_score(fold["patient"], fold["value"]))
            counts.append((n_patients, len(fold) - n_patients))
    if not areas:
        return np.nan, (np.nan, np.nan)
    positive, negative = np.array(counts).T
    weights = positive * negative
    value = float(np.average(areas, weights=weights))
    return value, auc_interval(value, positive, negative, weights=weights, widening=widening)


def score_table(people: pd.DataFrame, *, widening: float) -> pd.DataFrame:
    """Scores of each model, in the order in which the models come."""
    return pd.DataFrame(
        {"model": model, **scores(rows, widening=widening)}
        for model, rows in people.groupby("model", sort=False)
    )


def site_table(people: pd.DataFrame) -> pd.DataFrame:
    """Scores of one model at each site."""
    return pd.DataFrame(
        {"site": site, **scores(rows)} for site, rows in people.groupby("site", sort=True)
    )


def permutation_p(observed: float, null: np.ndarray) -> float:
    """Share of shuffles that do as well or better, the observed order counted among them."""
    return float((1 + np.count_nonzero(null >= observed - 1e-12)) / (len(null) + 1))


def shuffle_people(table: pd.DataFrame, seed: int) -> np.ndarray:
    """Diagnoses dealt anew among the people of a site (and of a part of a named split).

    What a site's share of patients alone can tell stays as it is, and counts as chance.
    """
    random = np.random.default_rng(seed)
    by = ["site"] + (["split"] if "split" in table else [])
    people = table.drop_duplicates("subject")
    dealt: dict[str, bool] = {}
    for _, rows in people.groupby(by, sort=True, dropna=False):
        dealt |= dict(zip(rows["subject"], random.permutation(rows["patient"]), strict=True))
    return table["subject"].map(dealt).to_numpy(bool)


def correlate(values: np.ndarray, motion: np.ndarray) -> dict[str, float]:
    """Spearman's correlation with its 95 % interval, of those whose motion is known.

    Returns
    -------
    found : dict
        ``n``, ``r``, ``r_low``, ``r_high``; NaN for fewer than five people.
    """
    from scipy.stats import spearmanr

    known = np.isfinite(values) & np.isfinite(motion)
    n = int(known.sum())
    if n < 5 or np.ptp(values[known]) == 0 or np.ptp(motion[known]) == 0:
        return {"n": n, "r": np.nan, "r_low": np.nan, "r_high": np.nan}
    r = float(spearmanr(values[known], motion[known]).statistic)
    # Bonett and Wright 2000: the variance of Fisher's z of a rank correlation
    half = 1.96 * np.sqrt((1 + r**2 / 2) / (n - 3))
    z = np.arctanh(np.clip(r, -0.999999, 0.999999))
    return {"n": n, "r": r, "r_low": float(np.tanh(z - half)), "r_high": float(np.tanh(z + half))}
