"""What to evaluate, and how: the options of a study, from a call, a command line or a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from neurokit.kernels.backends import available
from neurokit.studies.decisions import find_scorer

PARADIGMS = ("left-right", "right-feet", "rest-task", "all")
EVALUATIONS = (
    "within-session",
    "cross-session",
    "cross-subject",
    "leave-one-run-out",
    "pseudo-online",
)


def _numbers(value: Any) -> Any:
    return value.split("-") if isinstance(value, str) else value


def _names(value: Any) -> Any:
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


def _subjects(value: Any) -> Any:
    """Take 3, [1, 2] or "1-9,12" as text in parts."""
    if isinstance(value, int):
        value = str(value)
    parts = value.split(",") if isinstance(value, str) else value
    return None if parts is None else [str(part).strip() for part in parts]


_FORMS = {
    "band": "two numbers of hertz such as 8-32",
    "window": "two numbers of seconds such as 0.5 2.5",
}


class Study(BaseModel):
    """Options of ``neurokit evaluate``; the defaults are MOABB's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    datasets: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    pipelines: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    paradigm: Literal[*PARADIGMS] = "left-right"  # type: ignore[valid-type]
    evaluation: Literal[*EVALUATIONS] = "within-session"  # type: ignore[valid-type]
    subjects: Annotated[tuple[str, ...] | None, BeforeValidator(_subjects)] = None
    band: Annotated[tuple[float, float], BeforeValidator(_numbers)] = (8.0, 32.0)
    window: tuple[float, float | None] = (0.0, None)
    channels: Annotated[tuple[str, ...] | None, BeforeValidator(_names)] = None
    resample: Annotated[float, Field(gt=0)] | None = None
    scorer: str | None = None
    folds: Annotated[int, Field(ge=2)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    backend: Literal["cpu", "gpu", "reference"] = "cpu"
    jobs: Annotated[int, Field(ge=0)] | None = None
    engine: Literal["local", "dask"] = "local"
    scheduler: str | None = None
    slurm: dict[str, Any] = {}
    results: Path | None = None
    offline: bool = False
    fresh: bool = False

    @property
    def data_settings(self) -> dict[str, Any]:
        """What decides the epochs."""
        names = ("paradigm", "band", "window", "channels", "resample")
        return {name: getattr(self, name) for name in names}


def make_study(options: dict[str, Any], file: Path | None = None) -> Study:
    """Check options, those of a file among them.

    Parameters
    ----------
    options : dict
        Fields of ``Study``; they win over the file's.
    file : Path
        YAML with the same fields.

    Returns
    -------
    study : Study

    Raises
    ------
    ValueError
        In one sentence: which option, what came, what is allowed.
    FileNotFoundError
        If the file is not there.
    """
    given = ({} if file is None else _read(file)) | options
    try:
        study = Study(**given)
    except ValidationError as error:
        raise ValueError(_sentence(error.errors()[0], given)) from None
    low, high = study.band
    if not 0 < low < high:
        raise ValueError(
            f"band must be LOW-HIGH in hertz with 0 < LOW < HIGH, got {low:g}-{high:g}"
        )
    tmin, tmax = study.window
    if tmax is not None and tmax <= tmin:
        raise ValueError(f"window must be TMIN TMAX in seconds with TMIN < TMAX, got {tmin} {tmax}")
    if study.folds is not None and study.evaluation in ("cross-session", "leave-one-run-out"):
        raise ValueError(
            f"folds is for within-session, cross-subject and pseudo-online; {study.evaluation} "
            "leaves out one session or run at a time"
        )
    if study.scorer is not None:
        find_scorer(study.scorer)
    _check_backend(study.backend)
    if study.scheduler is not None and study.engine != "dask":
        raise ValueError(f"scheduler is for engine dask, got engine {study.engine}")
    return study


def _check_backend(backend: str) -> None:
    if backend not in available():
        raise ValueError(f"backend {backend} cannot run here; use one of {', '.join(available())}")


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise FileNotFoundError(f"there is no study file {file}")
    try:
        options = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        first = " ".join(str(error).split())
        raise ValueError(f"{file} is no YAML: {first}") from None
    if not isinstance(options, dict):
        raise ValueError(f"{file} must hold a mapping of options such as 'paradigm: left-right'")
    return options


def _sentence(error: Any, given: dict[str, Any]) -> str:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        known = ", ".join(Study.model_fields)
        return f"{name} is no option of a study; the options are {known}"
    if error["type"] == "literal_error":
        return f"{name} must be one of {error['ctx']['expected']}, got {error['input']!r}"
    if name in _FORMS:
        came = given.get(name, error["input"])
        return f"{name} must be {_FORMS[name]}, got {came}"
    return f"{name}: {error['msg'][0].lower()}{error['msg'][1:]}, got {error['input']!r}"
