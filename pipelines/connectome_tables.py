"""Tables of an atlas, from what was factorised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from neurokit.connectomes.atlas import core_communities
from neurokit.connectomes.locked import locked, regressors, states_of
from neurokit.connectomes.traces import Aligned, Animal
from neurokit.pipelines.affinity import FACTORING, Affinities, node_matrix
from neurokit.pipelines.communities import WeightedBlockModel
from neurokit.pipelines.connectome_fits import Fits
from neurokit.pipelines.factor_match import factor_match

SENSITIVE_KERNELS = ("geometric", "product", "minimum")
SENSITIVE_SMOOTHINGS = (0.5, 1.0, 2.0)  # times the atlas's own
SENSITIVE_STARTS = 3


def factor_tables(
    fit: Any, aligned: Aligned, tensor: Affinities
) -> tuple[dict[str, pd.DataFrame], list[float]]:
    """Time courses, loadings and graphs of a factorisation.

    Parameters
    ----------
    fit : NonNegativeFactorisation
    aligned : Aligned
    tensor : Affinities

    Returns
    -------
    tables : dict of str to DataFrame
        See :class:`neurokit.connectomes.atlas.Atlas`: time courses peak at one, loadings have mean
        one, and graphs hold the affinity at the peak in a mean animal.
    shares : list of float
        Of each motif in the sum over motifs.
    """
    graphs, courses, loadings = (factor.astype(float) for factor in fit.factors_)
    peaks = np.maximum(courses.max(axis=0), 1e-300)
    courses = courses / peaks
    graphs = graphs * fit.weights_ * peaks
    if aligned.clock == "own":
        graphs = graphs * loadings[0]
        loadings = np.stack([courses[slice(*one)].mean(axis=0) for one in _spans(tensor)])
        means = np.maximum(loadings.mean(axis=0), 1e-300)
        loadings = loadings / means
    else:
        means = np.maximum(loadings.mean(axis=0), 1e-300)
        loadings = loadings / means
        graphs = graphs * means
    seen = _seen(tensor)
    graphs[seen == 0] = np.nan
    names = [f"motif_{place + 1}" for place in range(len(fit.weights_))]
    sizes = np.nansum(graphs, axis=0) * courses.sum(axis=0)
    tables = {
        "courses": _courses(courses, names, aligned, tensor),
        "loadings": pd.DataFrame(loadings, columns=names),
        "pairs": _pairs(graphs, names, seen, aligned, tensor.n_layers),
    }
    tables["loadings"].insert(0, "animal", [one.name for one in aligned.animals])
    return tables, (sizes / sizes.sum()).tolist()


def _spans(tensor: Affinities) -> list[tuple[int, int]]:
    bounds = tensor.bounds.tolist()
    return list(pairwise(bounds))


def _seen(tensor: Affinities) -> np.ndarray:
    """In how many animals each pair was seen."""
    if tensor.mask.ndim == 2:
        return np.asarray(tensor.mask.sum(axis=1))
    return np.asarray(tensor.mask[:, tensor.bounds[:-1], 0].sum(axis=1))


def _courses(
    courses: np.ndarray, names: list[str], aligned: Aligned, tensor: Affinities
) -> pd.DataFrame:
    table = pd.DataFrame(courses, columns=names)
    clocks = ["all"] if aligned.clock == "shared" else [one.name for one in aligned.animals]
    lengths = np.diff(tensor.bounds)
    table.insert(0, "clock", np.repeat(clocks, lengths))
    # the middle of each step
    times = np.concatenate([(np.arange(length) + 0.5) * tensor.step for length in lengths])
    table.insert(1, "time", times)
    return table


def _pairs(
    graphs: np.ndarray, names: list[str], seen: np.ndarray, aligned: Aligned, n_layers: int
) -> pd.DataFrame:
    first, second = np.triu_indices(len(aligned.names), 1)
    nodes = np.array(aligned.names)
    table = pd.DataFrame(
        {
            "layer": np.repeat(np.arange(n_layers), len(first)),
            "first": np.tile(nodes[first], n_layers),
            "second": np.tile(nodes[second], n_layers),
            "seen": seen,
        }
    )
    return pd.concat([table, pd.DataFrame(graphs, columns=names)], axis=1)


def community_tables(
    pairs: pd.DataFrame,
    nodes: Sequence[str],
    *,
    random_state: int,
    said: Callable[[str, int, int], None],
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Communities of each motif's graph.

    Returns
    -------
    nodes : DataFrame
        Table ``nodes`` of :class:`neurokit.connectomes.atlas.Atlas`.
    motifs : list of dict
    """
    names = [str(name) for name in pairs.filter(like="motif_")]
    rows, motifs = [], []
    for place, name in enumerate(names):
        said("communities", place, len(names))
        weights = node_matrix(pairs.loc[pairs["layer"] == 0, name].to_numpy(), len(nodes))
        labels, certainty, told = _communities(weights, random_state)
        core = core_communities(weights, labels)
        seen = np.isfinite(weights)
        strength = np.nansum(weights, axis=1) / np.maximum(seen.sum(axis=1), 1)
        rows.append(
            pd.DataFrame(
                {
                    "motif": place + 1,
                    "node": list(nodes),
                    "strength": strength,
                    "community": labels,
                    "certainty": certainty,
                    "core": core,
                }
            )
        )
        motifs.append(told)
    said("communities", len(names), len(names))
    return pd.concat(rows, ignore_index=True), motifs


def _communities(
    weights: np.ndarray, random_state: int
) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Community of each node, -1 for those that were never seen beside another."""
    there = np.isfinite(weights).any(axis=1)
    labels = np.full(len(weights), -1)
    certainty = np.full(len(weights), np.nan)
    some = weights[np.ix_(there, there)]
    if not np.nanmax(some) > 0:
        labels[there], certainty[there] = 0, 1.0
        return labels, certainty, {"description_length": None, "degree_corrected": False}
    model = WeightedBlockModel(random_state=random_state).fit(some / np.nanmax(some))
    labels[there], certainty[there] = model.labels_, model.certainty_
    return labels, certainty, {
        "description_length": float(model.description_length_),
        "degree_corrected": bool(model.degree_corrected_),
    }  # fmt: skip


def locked_tables(
    courses: pd.DataFrame,
    aligned: Aligned,
    tensor: Affinities,
    *,
    n_shifts: int,
    random_state: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How motifs follow stimuli, and behaviour.

    Returns
    -------
    stimuli, behaviour : DataFrame
        See :func:`neurokit.connectomes.locked.locked`; ``behaviour`` has ``auc`` beside, of labels
        that are on or off.
    """
    values = courses.filter(like="motif_").to_numpy()
    segments = [values[slice(*span)] for span in _spans(tensor)]
    shared = aligned.clock == "shared"
    shown = aligned.animals[:1] if shared else aligned.animals
    wanted = [
        regressors(one.stimuli, len(segment), 1 / tensor.step)
        for one, segment in zip(shown, segments, strict=True)
    ]
    stimuli = locked(segments, wanted, n_shifts=n_shifts, random_state=random_state)
    if shared:
        segments = segments * len(aligned.animals)
    states = [
        behaviour_steps(one, len(segment), aligned.sfreq, tensor.step)
        for one, segment in zip(aligned.animals, segments, strict=True)
    ]
    behaviour = locked(segments, states, n_shifts=n_shifts, random_state=random_state)
    pairs = zip(behaviour["motif"].to_list(), behaviour["label"].to_list(), strict=True)
    behaviour["auc"] = [_mean_auc(segments, states, motif - 1, label) for motif, label in pairs]
    return stimuli, behaviour


def behaviour_steps(
    animal: Animal, n_steps: int, sfreq: float, step: float
) -> dict[str, np.ndarray]:
    """An animal's behaviour, mean over steps, by label."""
    frames = max(round(step * sfreq), 1)
    return {
        label: values[: n_steps * frames].reshape(n_steps, frames).mean(axis=1)
        for label, values in states_of(dict(animal.behaviour)).items()
    }


def auc(course: np.ndarray, state: np.ndarray) -> float:
    """Chance that a course is higher at a time with the state than at one without; 0.5 says none.

    Parameters
    ----------
    course : array, shape (n_times,)
    state : array of bool, shape (n_times,)
    """
    from scipy.stats import rankdata

    n_on = int(state.sum())
    if n_on in (0, len(state)):
        return np.nan
    ranks = rankdata(course)[state].sum()
    return float((ranks - n_on * (n_on + 1) / 2) / (n_on * (len(state) - n_on)))


def _mean_auc(
    segments: Sequence[np.ndarray], states: Sequence[dict[str, np.ndarray]], motif: int, label: str
) -> float:
    """Mean over the animals that have the label, if it is on or off there."""
    found = [
        auc(segment[:, motif], one[label] > 0.5)
        for segment, one in zip(segments, states, strict=True)
        if label in one and np.mean(np.isin(one[label], (0.0, 1.0))) > 0.5
    ]
    return float(np.nanmean(found)) if np.isfinite(found).any() else np.nan


def sensitivity_table(
    make: Callable[[str, float], Affinities],
    fits: Fits,
    reference: Any,
    kernel: str,
    smoothing: float,
    said: Callable[[str, int, int], None],
) -> pd.DataFrame:
    """How alike the motifs are that other kernels and smoothings find.

    Returns
    -------
    table : DataFrame
        ``kernel``, ``smoothing`` in seconds, ``match`` (factor match to the atlas's motifs, from
        0 to 1).
    """
    plan = [
        (one, smoothing * factor)
        for one in SENSITIVE_KERNELS
        for factor in SENSITIVE_SMOOTHINGS
        if one in FACTORING or isinstance(fits.tensor.values, np.ndarray)
    ]
    rank = len(reference.weights_)
    rows = []
    for place, (one, seconds) in enumerate(plan):
        said("other kernels and smoothings", place, len(plan))
        if (one, seconds) == (kernel, smoothing):
            continue
        other = fits.other(make(one, seconds), rank, SENSITIVE_STARTS)
        both = zip(reference.factors_, other.factors_, strict=True)
        own = [factor[: len(theirs)] for factor, theirs in both]
        rows.append(
            {"kernel": one, "smoothing": seconds, "match": factor_match(own, other.factors_)}
        )
    said("other kernels and smoothings", len(plan), len(plan))
    return pd.DataFrame(rows, columns=["kernel", "smoothing", "match"])
