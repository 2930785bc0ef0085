"""Pipelines from outside the catalogue: MOABB's YAML, Python files, ``module:name``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

SUFFIXES = (".yml", ".yaml", ".py")


def is_path(spec: str) -> bool:
    """Whether a text names a file or folder of pipelines rather than an object."""
    path = Path(spec)
    return path.suffix.lower() in SUFFIXES or path.is_dir() or path.is_file()


def read(spec: str, seed: int) -> dict[str, Any]:
    """Read a file of pipelines, or all such files of a folder.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or the folder has none.
    ValueError
        If a file does not hold what it should.
    """
    path = Path(spec)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}; give the path of a .yml or .py pipeline")
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise ValueError(f"{path} is no pipeline file; its name must end in .yml or .py")
        return _read_file(path, seed)
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
    if not found:
        raise FileNotFoundError(f"folder {path} holds no .yml or .py file")
    pipelines: dict[str, Any] = {}
    for file in found:
        for name, pipeline in _read_file(file, seed).items():
            if name in pipelines:
                raise ValueError(f"two files of {path} name their pipeline {name!r}; rename one")
            pipelines[name] = pipeline
    return pipelines


def read_object(spec: str) -> dict[str, Any]:
    """Import ``module:name``: an estimator, a function that returns one, or a dict of estimators.

    Raises
    ------
    ValueError
        If the module or the name is not there, or is something else.
    """
    module, _, name = spec.partition(":")
    try:
        found = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{spec}: there is no module {error.name}; install it or set PYTHONPATH"
        ) from None
    except AttributeError:
        raise ValueError(f"{spec}: module {module} has no {name!r}") from None
    if callable(found) and (isinstance(found, type) or not hasattr(found, "fit")):
        found = found()
    if isinstance(found, Mapping) and "pipeline" not in found:
        return {str(key): _estimator(value, f"{spec}, {key}") for key, value in found.items()}
    return _from_definition(found, spec, spec, None)


def _read_file(path: Path, seed: int) -> dict[str, Any]:
    """Read one file of either kind."""
    return _read_python(path, seed) if path.suffix.lower() == ".py" else _read_yaml(path, seed)


def _read_python(path: Path, seed: int) -> dict[str, Any]:
    """Run a Python file and take its ``PIPELINE``."""
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be imported; its name must end in .py")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path} does not run: {type(error).__name__}: {error}") from error
    if not hasattr(module, "PIPELINE"):
        raise ValueError(
            f"{path} defines no PIPELINE; add PIPELINE = {{'name': ..., 'pipeline': estimator}}"
        )
    return _from_definition(module.PIPELINE, str(path), path.stem, seed)


def _read_yaml(path: Path, seed: int) -> dict[str, Any]:
    """Read a pipeline in MOABB's YAML."""
    import yaml
    from sklearn.pipeline import make_pipeline

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{path} is not YAML: {reason}") from None
    if not isinstance(content, dict) or not isinstance(content.get("pipeline"), list):
        raise ValueError(
            f"{path} has no list of steps under 'pipeline'; each step is a name, "
            "a module under 'from', and parameters"
        )
    steps = [_step(step, path) for step in content["pipeline"]]
    definition = {**content, "pipeline": make_pipeline(*steps)}
    return _from_definition(definition, str(path), path.stem, seed)


def _step(step: Any, path: Path) -> Any:
    """Make one step of a YAML pipeline."""
    if not isinstance(step, dict) or not {"name", "from"} <= set(step):
        raise ValueError(f"{path}: a step needs 'name' and 'from', got {step!r}")
    try:
        made = getattr(import_module(step["from"]), step["name"])
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(
            f"{path}: {step['name']} is not in {step['from']} ({error}); install it or mend 'from'"
        ) from None
    try:
        return made(**(step.get("parameters") or {}))
    except TypeError as error:
        raise ValueError(f"{path}: parameters of {step['name']} will not do: {error}") from None


def _from_definition(definition: Any, where: str, name: str, seed: int | None) -> dict[str, Any]:
    """Take an estimator, or MOABB's dict with its name and grid."""
    if not isinstance(definition, Mapping):
        return {name: _estimator(definition, where)}
    if "pipeline" not in definition:
        raise ValueError(f"{where}: PIPELINE has no 'pipeline'; put the estimator under that key")
    pipeline = _estimator(definition["pipeline"], where)
    grid = definition.get("param_grid")
    return {
        str(definition.get("name", name)): _searched(pipeline, grid, where, seed)
        if grid
        else pipeline
    }


def _searched(pipeline: Any, grid: Any, where: str, seed: int | None) -> Any:
    """Wrap a pipeline in the search that MOABB wraps it in."""
    from sklearn.model_selection import GridSearchCV, ParameterGrid, StratifiedKFold

    try:
        wanted = {key for part in ParameterGrid(grid).param_grid for key in part}
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: param_grid will not do: {error}") from None
    if unknown := sorted(wanted - set(pipeline.get_params())):
        raise ValueError(f"{where}: param_grid names {unknown[0]}, which no step has; mend the key")
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    return GridSearchCV(pipeline, grid, cv=folds, refit=True, return_train_score=True)


def _estimator(made: Any, where: str) -> Any:
    """Refuse what is no estimator."""
    if isinstance(made, type) or not hasattr(made, "fit") or not hasattr(made, "get_params"):
        raise ValueError(
            f"{where} is no scikit-learn estimator but {type(made).__name__}; "
            "give an object with fit and get_params"
        )
    return made
