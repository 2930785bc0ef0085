"""A stream as a YAML file.

.. code-block:: yaml

    name: simulated-visits
    data: simulated:sessions=4   # as of neurokit datasets, or digits, or mnist:FILE.npz
    kind: visits                 # visits, people, classes or blurry
    subjects: 1-3                # of EEG
    classes: [left_hand, right_hand]
    band: [8, 30]                # hertz
    window: [0.5, 2.5]           # seconds after the cue
    resample: 128                # hertz
    learners: [sharp, "frozen:ts+lr", "last:ts+lr"]
    seeds: [0, 1, 2]
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

READY = "stream-"  # how the names of shipped streams begin among the templates


class StreamSettings(BaseModel):
    """What comes, episode after episode, and who learns it.

    Parameters
    ----------
    name : str
    data : str
        A data set of ``neurokit datasets``, ``digits`` (scikit-learn's), or ``mnist:FILE.npz``.
    kind : {"visits", "people", "classes", "blurry"}
        What an episode is: a visit (MOABB's session), a person, some classes that never return, or
        some that may.
    subjects : str, optional
        Such as ``1-9,12``; everyone by default.
    classes : list, optional
        Which classes; all by default.
    episodes : list of list, optional
        Classes of each episode of kind classes.
    per_episode, novelty
        Of kind blurry, see :func:`neurokit.continual.streams.blurry_stream`.
    band, window, resample
        Hertz, seconds after the cue, hertz; of EEG.
    most : int, optional
        At most so many trials to learn from, of images.
    test_share : float
        Trials of each class and episode that are tested and never learnt.
    learners : list of str
        ``sharp``; ``naive:``, ``frozen:``, ``last:``, ``everything:``, ``replay-raw:`` or
        ``replay-features:`` before ``sharp``, ``network`` or a pipeline of the catalogue;
        ``aligned-frozen:`` or ``aligned-last:`` before a pipeline, which then meets each visit as
        ``sharp`` does: without labels, and with the identity for mean covariance.
    sharp : dict
        Parameters of :class:`neurokit.pipelines.sharp.SharpClassifier`.
    bytes : int or "equal"
        What replay may keep; equal is what ``sharp`` kept at the end of the same stream.
    seeds : list of int
    shuffled : bool
        Deal the labels of what is learnt anew: the control that must come out at chance.
    offline : bool
        Open no socket.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    data: str
    kind: Literal["visits", "people", "classes", "blurry"]
    subjects: str | None = None
    classes: tuple[str | int, ...] | None = None
    episodes: tuple[tuple[str | int, ...], ...] | None = None
    per_episode: Annotated[int, Field(ge=1)] = 3
    novelty: Annotated[float, Field(gt=0, le=1)] = 0.3
    band: tuple[float, float] = (8.0, 30.0)
    window: tuple[float, float | None] = (0.5, None)
    resample: Annotated[float, Field(gt=0)] | None = None
    most: Annotated[int, Field(ge=2)] | None = None
    test_share: Annotated[float, Field(gt=0, lt=1)] = 0.25
    learners: Annotated[tuple[str, ...], Field(min_length=1)]
    sharp: dict[str, Any] = Field(default_factory=dict)
    bytes: Literal["equal"] | Annotated[int, Field(ge=1)] = "equal"
    seeds: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    shuffled: bool = False
    offline: bool = True

    @field_validator("subjects", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return value if value is None else str(value)

    @field_validator("learners", "seeds")
    @classmethod
    def _once(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(value)) < len(value):
            raise ValueError("names one of them twice")
        return value


def ready_streams() -> dict[str, Any]:
    """Streams that are shipped, by name."""
    folder = files("neurokit").joinpath("templates")
    return {
        place.name.removeprefix(READY).removesuffix(".yaml"): place
        for place in sorted(folder.iterdir(), key=lambda place: place.name)
        if place.name.startswith(READY)
    }


def read_stream(which: str, changes: Mapping[str, Any] | None = None) -> StreamSettings:
    """Read a stream's YAML, or one that is shipped.

    Parameters
    ----------
    which : str
        A path, or a name of :func:`ready_streams`.
    changes : mapping, optional
        Keys that win over the file's.

    Returns
    -------
    settings : StreamSettings

    Raises
    ------
    FileNotFoundError
        If there is neither.
    ValueError
        In one sentence that names the file, the key and what is wrong with it.
    """
    ready = ready_streams()
    path = Path(which).expanduser()
    if not path.is_file() and which not in ready:
        raise FileNotFoundError(
            f"there is no stream file {which}; give a YAML file or one of {', '.join(ready)}"
        )
    place = path if path.is_file() else ready[which]
    try:
        content = yaml.safe_load(place.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{which} is no YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{which} must hold keys such as 'data: digits', got {content!r:.60}")
    try:
        return StreamSettings(**(content | dict(changes or {})))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        reason = first["msg"].removeprefix("Value error, ")
        known = f" (keys are {', '.join(StreamSettings.model_fields)})" if "Extra" in reason else ""
        raise ValueError(f"{which}: {key}: {reason}{known}") from None
