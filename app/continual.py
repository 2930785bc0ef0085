"""Run a stream from its YAML to its report: what the command line drives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.continual.settings import StreamSettings
from neurokit.continual.streams import (
    Stream,
    blurry_stream,
    class_stream,
    held_out,
    visit_stream,
)
from neurokit.continual.study import Record, Unit, run_units
from neurokit.pipelines import catalogue
from neurokit.pipelines.replay import (
    Aligned,
    Everything,
    FineTuned,
    Frozen,
    LastEpisode,
    Replay,
    SmallNetwork,
)
from neurokit.pipelines.sharp import SharpClassifier

KINDS = ("naive", "frozen", "last", "everything", "replay-raw", "replay-features")
ALIGNED = "aligned-"  # before frozen or last: each visit is aligned, without labels
Data = tuple[np.ndarray, np.ndarray, Any, float | None]


def run_stream(
    settings: StreamSettings, out: Path, *, said: Callable[[str, int, int], None]
) -> list[Record]:
    """Run what a stream asks for; what is on disk already is not run again.

    Parameters
    ----------
    settings : StreamSettings
    out : Path
        Folder; records go to its ``units``.
    said : callable
        Is told of each episode.

    Returns
    -------
    records : list of dict

    Raises
    ------
    ValueError, OSError
        If a learner is unknown, or the data cannot be read.
    """
    for spec in settings.learners:
        check_learner(spec)
    units = [
        Unit(
            spec,
            person,
            seed,
            stream,
            partial(make_learner, spec, settings, stream, seed, person),
            {"learner": spec, "sharp": settings.sharp, "bytes": settings.bytes},
        )
        for person, make in people(settings)
        for seed in settings.seeds
        for stream in [make(seed)]
        for spec in settings.learners
    ]
    return run_units(units, out / "units", said=said)


def check_learner(spec: str) -> None:
    """Refuse a learner that there is not.

    Raises
    ------
    ValueError
        With those that there are.
    """
    kind, _, inside = spec.partition(":")
    if spec == "sharp":
        return
    aligned = kind in (f"{ALIGNED}frozen", f"{ALIGNED}last") and inside not in ("sharp", "network")
    if not (kind in KINDS or aligned) or not inside:
        raise ValueError(
            f"there is no learner {spec!r}; write sharp, or one of {', '.join(KINDS)} before "
            "sharp, network or a pipeline, such as frozen:ts+lr or aligned-last:ts+lr"
        )
    if inside not in ("sharp", "network"):
        catalogue.defaults(inside)


def make_learner(
    spec: str,
    settings: StreamSettings,
    stream: Stream,
    seed: int,
    person: str,
    done: list[Record],
) -> Any:
    """Make a learner, not fitted.

    Parameters
    ----------
    spec : str
        See :class:`neurokit.continual.settings.StreamSettings`.
    settings, stream
        Which bytes, and which classes will come.
    seed : int
    person : str
    done : list of dict
        Records before, of which ``sharp``'s says how many bytes are equal ones.

    Returns
    -------
    learner : estimator
        With ``partial_fit(X, y, episode=...)`` and ``predict``.
    """
    kind, _, inside = spec.partition(":")
    if inside in ("", "sharp"):
        if kind in ("sharp", "naive"):
            return make_sharp(settings, seed, remembers=kind == "sharp")
        estimator: Any = make_sharp(settings, seed)
    features = None
    is_epochs = stream.episodes[0].X.ndim == 3
    if inside == "network":
        estimator = SmallNetwork(stream.classes.tolist(), random_state=seed)
        if is_epochs:
            features = catalogue.build("ts+lr")[:-1]
    elif inside != "sharp":
        estimator = catalogue.build(inside, random_state=seed)
    if kind.startswith(ALIGNED):
        estimator, kind = Aligned(estimator), kind.removeprefix(ALIGNED)
    if kind == "naive":
        return FineTuned(estimator, features=features)
    if kind == "frozen":
        return Frozen(estimator)
    if kind == "last":
        return LastEpisode(estimator)
    if kind == "everything":
        return Everything(estimator, kind=stream.word)
    n_bytes = equal_bytes(settings, person, seed, done)
    if kind == "replay-raw":
        return Replay(estimator, n_bytes=n_bytes, kind=stream.word, random_state=seed)
    if features is None:
        features, estimator = estimator[:-1], estimator[-1]
    return Replay(estimator, n_bytes=n_bytes, features=features, kind="features", random_state=seed)


def make_sharp(settings: StreamSettings, seed: int, *, remembers: bool = True) -> SharpClassifier:
    """Make the spiking network with what the settings ask for.

    Parameters
    ----------
    settings : StreamSettings
    seed : int
    remembers : bool
        Without, it neither replays nor freezes: the naive way.
    """
    model = SharpClassifier(random_state=seed)
    try:
        model.set_params(**settings.sharp)
    except ValueError as error:
        raise ValueError(f"sharp: {error}") from None
    if not remembers:
        model.set_params(replay=False, freeze=False)
    return model


def equal_bytes(settings: StreamSettings, person: str, seed: int, done: list[Record]) -> int:
    """Bytes that replay may keep.

    Raises
    ------
    ValueError
        If they are to equal those of ``sharp``, which did not run.
    """
    if settings.bytes != "equal":
        return settings.bytes
    for record in done:
        own = (record["learner"], record["person"], record["seed"]) == ("sharp", person, seed)
        if own and record["episodes"] and record["episodes"][-1]["bytes"]:
            return int(record["episodes"][-1]["bytes"])
    raise ValueError(
        "bytes: equal needs the learner sharp before those that replay; put it first, or give a "
        "number of bytes"
    )


def people(settings: StreamSettings) -> list[tuple[str, Callable[[int], Stream]]]:
    """Each person's stream, or the one stream of people or images, by seed.

    Parameters
    ----------
    settings : StreamSettings

    Returns
    -------
    people : list of (name, callable)
        Which takes a seed and gives the stream.

    Raises
    ------
    ValueError, OSError
        If the data cannot be read.
    """
    if settings.data == "digits" or settings.data.startswith("mnist:"):
        return [("", partial(image_stream, settings, *read_images(settings)))]
    return eeg_people(settings)


def image_stream(settings: StreamSettings, X: Any, y: Any, test: Any, seed: int) -> Stream:
    """Stream of images, features in rows."""
    if test is None:
        tested = held_out(y, settings.test_share, np.random.default_rng(seed))
        test = X[tested], y[tested]
        X, y = X[~tested], y[~tested]
    if settings.most is not None and settings.most < len(y):
        some = np.random.default_rng(seed).permutation(len(y))[: settings.most]
        X, y = X[some], y[some]
    return label_stream(settings, X, y, test, seed, word="pixels")


def label_stream(
    settings: StreamSettings, X: Any, y: Any, test: Any, seed: int, **about: Any
) -> Stream:
    """Stream of kind classes or blurry."""
    if settings.shuffled:
        y = np.random.default_rng([seed, 1]).permutation(y)
    about |= {"name": settings.name}
    if settings.kind == "blurry":
        about |= {"per_episode": settings.per_episode, "novelty": settings.novelty}
        return blurry_stream(X, y, test, seed=seed, **about)
    if settings.kind != "classes":
        raise ValueError(f"{settings.data} has no {settings.kind}; use kind: classes or blurry")
    classes = np.unique(y).tolist()
    episodes = settings.episodes or [classes[k : k + 2] for k in range(0, len(classes), 2)]
    return class_stream(X, y, test, episodes, **about)


def read_images(settings: StreamSettings) -> tuple[Any, Any, Any]:
    """Digits of scikit-learn, or MNIST from a file with x_train, y_train, x_test and y_test."""
    if settings.data == "digits":
        from sklearn.datasets import load_digits

        data = load_digits()
        return data.data.astype(np.float32), data.target.astype(np.int64), None
    path = Path(settings.data.removeprefix("mnist:")).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; give mnist:FILE.npz")
    with np.load(path) as file:
        found = [file[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    X, test = (images.reshape(len(images), -1).astype(np.float32) for images in found[::2])
    return X, found[1].astype(np.int64), (test, found[3].astype(np.int64))


def eeg_people(settings: StreamSettings) -> list[tuple[str, Callable[[int], Stream]]]:
    """Read a data set and cut it into streams."""
    from neurokit.datasets.catalogue import find
    from neurokit.studies.paradigms import choose_subjects, load
    from neurokit.studies.study import make_study

    dataset = find(settings.data, offline=settings.offline)
    wanted = None if settings.subjects is None else settings.subjects.split(",")
    study = make_study(
        {
            "paradigm": "all",
            "band": settings.band,
            "window": settings.window,
            "resample": settings.resample,
            "offline": settings.offline,
        }
    )
    subjects = choose_subjects(dataset, wanted)
    recorded = {str(one): load(dataset, [one], study) for one in subjects}
    chosen = {who: _of_classes(one, settings) for who, one in recorded.items()}
    if settings.kind == "people":
        return [("", partial(person_stream, settings, chosen))]
    return [(who, partial(eeg_stream, settings, one)) for who, one in chosen.items()]


def _of_classes(recorded: Any, settings: StreamSettings) -> Data:
    """Epochs, labels, visits and rate, of the classes that are wanted."""
    wanted = settings.classes
    if wanted is None and settings.episodes is not None:
        wanted = tuple(label for classes in settings.episodes for label in classes)
    own = np.ones(len(recorded.y), bool) if wanted is None else np.isin(recorded.y, wanted)
    lacking = set(map(str, wanted or ())) - set(recorded.y)
    if lacking:
        raise ValueError(
            f"there are no trials of {sorted(lacking)[0]}; there are {', '.join(set(recorded.y))}"
        )
    visits = recorded.metadata["session"].to_numpy()[own]
    return recorded.X[own], np.asarray(recorded.y)[own], visits, recorded.sfreq


def eeg_stream(settings: StreamSettings, data: Data, seed: int) -> Stream:
    """Stream of one person."""
    X, y, visit, sfreq = data
    if settings.kind == "visits":
        if settings.shuffled:
            y = np.random.default_rng([seed, 1]).permutation(y)
        about: dict[str, Any] = {"test_share": settings.test_share, "name": settings.name}
        return visit_stream(X, y, visit, seed=seed, sfreq=sfreq, **about)
    tested = held_out(y, settings.test_share, np.random.default_rng(seed))
    test = X[tested], y[tested]
    return label_stream(settings, X[~tested], y[~tested], test, seed, sfreq=sfreq)


def person_stream(settings: StreamSettings, chosen: dict[str, Data], seed: int) -> Stream:
    """Stream of people one after the other."""
    X, y = (np.concatenate([data[k] for data in chosen.values()]) for k in (0, 1))
    who = np.concatenate([np.repeat(name, len(data[1])) for name, data in chosen.items()])
    if settings.shuffled:
        y = np.random.default_rng([seed, 1]).permutation(y)
    sfreq = next(iter(chosen.values()))[3]
    about: dict[str, Any] = {"test_share": settings.test_share, "name": settings.name}
    return visit_stream(X, y, who, kind="people", seed=seed, sfreq=sfreq, **about)
