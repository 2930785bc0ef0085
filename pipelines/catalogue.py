"""Pipelines by name: the catalogue, MOABB's YAML, Python files and ``module:name``."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

CATALOGUE = {
    "dummy": "motor_imagery.dummy",
    "psd+lda": "motor_imagery.psd_lda",
    "picked+lda": "features.picked_lda",
    "mrmr+lda": "features.mrmr_lda",
    "stability+lda": "features.stability_lda",
    "csp+lda": "motor_imagery.csp_lda",
    "csp+svm": "motor_imagery.csp_svm",
    "fbcsp+svm": "motor_imagery.fbcsp_svm",
    "mdm": "motor_imagery.mdm",
    "fgmdm": "motor_imagery.fgmdm",
    "ts+lr": "motor_imagery.ts_lr",
    "ts+svm": "motor_imagery.ts_svm",
    "ts+en": "motor_imagery.ts_en",
    "acm+mdm": "acm.acm_mdm",
    "acm+ts+svm": "acm.acm_ts_svm",
    "acm+ts+svm/full": "acm.acm_ts_svm_full",
    "acm+ts+svm/mdop": "embedding.acm_ts_svm_mdop",
    "acm+ts+svm/fnn": "embedding.acm_ts_svm_fnn",
    "btacm+ts+svm": "toeplitz_search.btacm_ts_svm",
    "fucone": "fucone.fucone",
    "sharp": "sharp_epochs.sharp",
}


def names() -> tuple[str, ...]:
    """Names of the pipelines in the catalogue."""
    return tuple(CATALOGUE)


def build(name: str, **params: Any) -> Any:
    """Build a named pipeline.

    Parameters
    ----------
    name : str
        One of ``names()``.
    **params
        Change its defaults; ``defaults(name)`` says which there are.

    Returns
    -------
    pipeline : Pipeline
        Not fitted; takes epochs, shape (n_epochs, n_channels, n_times), or ``mne.Epochs``.

    Raises
    ------
    ValueError
        If there is no such pipeline, or it has no such parameter.
    """
    builder = _builder(name)
    known = inspect.signature(builder).parameters
    if unknown := sorted(set(params) - set(known)):
        raise ValueError(
            f"pipeline {name} has no parameter {unknown[0]}; it takes {', '.join(sorted(known))}"
        )
    return builder(**params)


def description(name: str) -> str:
    """One line on what a named pipeline does."""
    return (inspect.getdoc(_builder(name)) or "").splitlines()[0]


def defaults(name: str) -> dict[str, Any]:
    """Parameters of a named pipeline and their defaults."""
    parameters = inspect.signature(_builder(name)).parameters
    return {key: parameter.default for key, parameter in parameters.items()}


def resolve(spec: str, *, seed: int = 42, **params: Any) -> dict[str, Any]:
    """Turn what a user wrote into pipelines.

    Parameters
    ----------
    spec : str
        A name of the catalogue; the path of a MOABB YAML file, of a Python file with ``PIPELINE``,
        or of a folder of those; or ``module:name``, an estimator, a function that returns one, or
        a dict of estimators.
    seed : int
        For inner folds and whatever else is drawn by chance.
    **params
        Change the defaults of a pipeline of the catalogue.

    Returns
    -------
    pipelines : dict of str to estimator
        Not fitted, by the name that results carry.

    Raises
    ------
    ValueError
        If it is none of these, or does not hold what it should.
    FileNotFoundError
        If it names a file that is not there.
    """
    if spec in CATALOGUE:
        return {spec: build(spec, random_state=seed, **params)}
    if params:
        raise ValueError(
            f"only pipelines of the catalogue take parameters, {spec} is none; "
            "set them where it is defined"
        )
    from neurokit.pipelines import files

    if files.is_path(spec):
        return files.read(spec, seed)
    if ":" in spec:
        return files.read_object(spec)
    raise ValueError(_unknown(spec))


def _builder(name: str) -> Callable[..., Any]:
    """Find the function that builds a named pipeline."""
    if name not in CATALOGUE:
        raise ValueError(_unknown(name))
    module, _, function = CATALOGUE[name].partition(".")
    return getattr(import_module(f"neurokit.pipelines.{module}"), function)


def _unknown(name: str) -> str:
    """Say that a name is not in the catalogue, and which are."""
    near = difflib.get_close_matches(name.lower(), CATALOGUE, n=1, cutoff=0.5)
    meant = f"; did you mean {near[0]}?" if near else "."
    return (
        f"there is no pipeline named {name}{meant} Known are {', '.join(CATALOGUE)}, "
        "and paths of .yml or .py files, and module:name"
    )
