"""Who learns a stream: the settings of the page, learners in words, and the command they make."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from neurokit.app.desktop.translations import tr
from neurokit.continual.settings import StreamSettings

# how a learner meets what comes, before the colon of its name
LEARNERS = {
    "naive": "{inside}, trains on, without memory",
    "frozen": "{inside}, first visit alone",
    "last": "{inside}, last visit alone",
    "everything": "{inside}, all visits kept",
    "replay-raw": "{inside}, replays raw trials",
    "replay-features": "{inside}, replays features",
    "aligned-frozen": "{inside}, first visit alone, aligned",
    "aligned-last": "{inside}, last visit alone, aligned",
    "sharp": "SharpClassifier, which replays its codes",
}
INSIDE = {"network": "small network", "ts+lr": "tangent space"}
# offered beside those of the stream; sharp first: it says how many bytes are equal ones
OFFERED = ("sharp", "naive:network", "frozen:network", "replay-raw:network", "everything:network")


class LearningSettings(BaseModel):
    """How often a stream is gone through, and whether as a control."""

    model_config = ConfigDict(frozen=True)

    seeds: int = Field(1, ge=1, le=20, description="Seeds")
    shuffled: bool = Field(False, description="Deal labels anew (must give chance)")


def learner_words(spec: str) -> str:
    """Words for a learner such as ``frozen:ts+lr``."""
    kind, _, inside = spec.partition(":")
    if kind not in LEARNERS:
        return spec
    inside = tr(INSIDE[inside]) if inside in INSIDE else inside
    words = tr(LEARNERS[kind]).format(inside=inside.replace("sharp", "SharpClassifier"))
    return words[0].upper() + words[1:]


def offered_learners(stream: StreamSettings) -> tuple[str, ...]:
    """The stream's own learners, and others that any stream can have."""
    return tuple(dict.fromkeys((*OFFERED[:1], *stream.learners, *OFFERED)))


def seeds(stream: StreamSettings, settings: LearningSettings) -> tuple[int, ...]:
    """The stream's own seeds where their number is asked for, else those from zero on."""
    own = stream.seeds
    return own if len(own) == settings.seeds else tuple(range(settings.seeds))


def options(
    stream: StreamSettings, learners: tuple[str, ...], settings: LearningSettings
) -> list[str]:
    """Options of ``neurokit sharp run``."""
    return [
        *(part for learner in learners for part in ("--learner", learner)),
        *(part for seed in seeds(stream, settings) for part in ("--seed", str(seed))),
        *(["--shuffled"] if settings.shuffled else []),
    ]


def python(
    which: str,
    stream: StreamSettings,
    learners: tuple[str, ...],
    settings: LearningSettings,
    folder: str,
) -> str:
    """Lines of a script that do the same."""
    changes = {
        "learners": learners,
        "seeds": seeds(stream, settings),
        "shuffled": settings.shuffled,
    }
    return (
        "from pathlib import Path\n"
        "from neurokit.app.continual import run_stream\n"
        "from neurokit.continual.report import write_stream_report\n"
        "from neurokit.continual.settings import read_stream\n"
        f"stream = read_stream({which!r}, {changes!r})\n"
        f"records = run_stream(stream, Path({folder!r}), said=print)\n"
        f"write_stream_report(Path({folder!r}) / 'report.html', stream, records)"
    )
