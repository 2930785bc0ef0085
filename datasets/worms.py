"""Worms by name: Kato's recordings, WormWideWeb's JSON, folders of NWB, simulated ones, files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.connectomes.files import read_animal
from neurokit.connectomes.simulation import WormPlan, simulate_worms
from neurokit.connectomes.traces import Animal, Stimulus

KATO = "kato-2015-three-worms"
KATO_RATE = 2.9  # volumes a second, about
_BEHAVIOUR = ("velocity", "head_curvature", "pumping", "angular_velocity", "body_curvature")


def find_animals(
    places: Iterable[str | Path],
    *,
    sfreq: float | None = None,
    band: tuple[float, float] = (8.0, 30.0),
    identified_only: bool = True,
) -> list[Animal]:
    """Read animals from files, folders and names.

    Parameters
    ----------
    places : iterable of str or path
        ``simulated-worms``, with parameters of
        :class:`neurokit.connectomes.simulation.WormPlan` as in ``simulated-worms:worms=8,seed=1``;
        ``kato-2015-three-worms`` in the folder that ``NEUROKIT_DATA`` names, or a file laid out
        like it; JSON of WormWideWeb (Atanas 2023, doi:10.1016/j.cell.2023.07.035); a folder of NWB
        files; files that :func:`neurokit.connectomes.files.read_animal` reads.
    sfreq, band
        See :func:`neurokit.connectomes.files.read_animal`.
    identified_only : bool
        Leave out neurons of worms that nobody could name: no other animal has them.

    Returns
    -------
    animals : list of Animal

    Raises
    ------
    ValueError
        If a place holds no traces.
    OSError
        If it cannot be read.
    """
    found: list[Animal] = []
    for place in places:
        found += _animals(str(place), sfreq, band, identified_only)
    return found


def _animals(
    place: str, sfreq: float | None, band: tuple[float, float], identified_only: bool
) -> list[Animal]:
    kind, _, rest = place.partition(":")
    if kind == "simulated-worms":
        return simulate_worms(_plan(rest))
    if place == KATO:
        folder = os.environ.get("NEUROKIT_DATA")
        if not folder:
            raise ValueError(f"set NEUROKIT_DATA to the folder that holds calcium/{KATO}.npz")
        return read_kato(Path(folder) / "calcium" / f"{KATO}.npz", identified_only=identified_only)
    path = Path(place)
    if path.is_dir():
        inside = sorted(path.rglob("*.nwb")) or sorted(path.glob("*.json"))
        if not inside:
            raise ValueError(f"{path} holds no .nwb and no .json; name the files")
        return find_animals(inside, sfreq=sfreq, band=band, identified_only=identified_only)
    if path.suffix.lower() == ".json":
        return [read_wormwideweb(path, identified_only=identified_only)]
    if path.suffix.lower() == ".npz" and path.is_file() and _is_kato(path):
        return read_kato(path, identified_only=identified_only)
    animal = read_animal(place, sfreq=sfreq, band=band)
    if path.suffix.lower() == ".nwb" and identified_only:
        animal = _identified(animal)
    return [animal]


def _plan(text: str) -> WormPlan:
    """Plan of ``worms=8,seed=1``."""
    kinds: dict[str, Any] = {each.name: type(each.default) for each in fields(WormPlan)}
    values: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        key, _, value = part.partition("=")
        if key.strip() not in kinds:
            raise ValueError(
                f"simulated worms have no parameter {key.strip()!r}; they have {', '.join(kinds)}"
            )
        try:
            values[key.strip()] = kinds[key.strip()](value)
        except ValueError:
            raise ValueError(f"{key.strip()} must be a number, got {value!r}") from None
    return WormPlan(**values)


def _is_kato(path: Path) -> bool:
    with np.load(path, allow_pickle=False) as archive:
        return "worm1_traces" in archive.files


def read_kato(path: str | Path, *, identified_only: bool = True) -> list[Animal]:
    """Read worms laid out as Kato's (2015, doi:10.1016/j.cell.2015.09.034).

    Parameters
    ----------
    path : path
        npz with ``wormN_traces``, ``wormN_state`` (places in ``state_names``),
        ``wormN_known_idx`` and ``wormN_known_names``.
    identified_only : bool
        Leave out neurons without a name; else they are called ``#1`` and so on, with the worm's
        name before it, for they are no other worm's.

    Returns
    -------
    worms : list of Animal
        Without stimuli; ``state`` is their behaviour.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path} is not there; see NEUROKIT_DATA")
    worms = []
    with np.load(path, allow_pickle=False) as archive:
        states = np.asarray(archive["state_names"])
        numbers = sorted(
            int(name.removeprefix("worm").removesuffix("_traces"))
            for name in archive.files
            if name.endswith("_traces")
        )
        for number in numbers:
            traces = archive[f"worm{number}_traces"]
            known = dict(
                zip(
                    archive[f"worm{number}_known_idx"].tolist(),
                    archive[f"worm{number}_known_names"].tolist(),
                    strict=True,
                )
            )
            names = _numbered(known, traces.shape[1])
            behaviour = {"state": states[archive[f"worm{number}_state"]]}
            worms.append(Animal(f"worm-{number}", traces, KATO_RATE, names, (), behaviour))
    return [_identified(worm) if identified_only else _own(worm) for worm in worms]


def _numbered(known: dict[int, str], n_nodes: int) -> tuple[str, ...]:
    return tuple(known.get(place, f"#{place + 1}") for place in range(n_nodes))


def _identified(animal: Animal) -> Animal:
    """Neurons that have a name, unless none has."""
    named = np.array([not name.startswith("#") for name in animal.names])
    if not named.any():
        return _own(animal)
    return _columns(animal, animal.names, np.flatnonzero(named))


def _own(animal: Animal) -> Animal:
    """All neurons; those without a name carry their animal's, since no other has them."""
    names = [f"{animal.name}{name}" if name[0] == "#" else name for name in animal.names]
    return _columns(animal, names, np.arange(len(names)))


def _columns(animal: Animal, names: Sequence[str], kept: np.ndarray) -> Animal:
    return Animal(
        animal.name,
        animal.traces[:, kept],
        animal.sfreq,
        tuple(names[place] for place in kept),
        animal.stimuli,
        animal.behaviour,
    )


def read_wormwideweb(path: str | Path, *, identified_only: bool = True) -> Animal:
    """Read a worm in WormWideWeb's JSON.

    Parameters
    ----------
    path : path
        With ``trace_array`` (neurons x times), ``timestamp_confocal`` in seconds or
        ``avg_timestep`` in minutes; where there are, ``labeled`` (identities, counted from one),
        ``events`` (frames, such as those of heat), ``reversal_events`` and behaviour.
    identified_only : bool
        See :func:`find_animals`.

    Returns
    -------
    worm : Animal
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    if not isinstance(content, dict) or "trace_array" not in content:
        raise ValueError(f"{path} holds no trace_array; give a worm's file of WormWideWeb")
    traces = np.array(content["trace_array"], dtype=float).T
    known = _labels(content.get("labeled") or {})
    sfreq = _rate(content, path)
    n_times = len(traces)
    behaviour = {
        key: np.array(content[key], dtype=float)
        for key in _BEHAVIOUR
        if len(content.get(key) or ()) == n_times
    }
    if content.get("reversal_events"):
        behaviour["reversal"] = _spans(content["reversal_events"], n_times)
    stimuli = tuple(
        Stimulus((float(np.ravel(one)[0]) - 1) / sfreq, 1 / sfreq, str(label))
        for label, several in (content.get("events") or {}).items()
        for one in np.atleast_1d(np.array(several, dtype=float))
    )
    name = str(content.get("uid") or path.stem)
    worm = Animal(name, traces, sfreq, _numbered(known, traces.shape[1]), stimuli, behaviour)
    return _identified(worm) if identified_only else _own(worm)


def _labels(labelled: dict[str, Any]) -> dict[int, str]:
    """Name of each identified neuron by its place from zero; doubtful ones (with ?) stay unnamed.

    A name that two neurons are given is no name: both stay without.
    """
    found = {}
    for number, told in labelled.items():
        label = str(told.get("label", "") if isinstance(told, dict) else told)
        if label and "?" not in label and not label.lower().startswith("unknown"):
            found[int(number) - 1] = label
    several = list(found.values())
    return {place: label for place, label in found.items() if several.count(label) == 1}


def _rate(content: dict[str, Any], path: Path) -> float:
    times = content.get("timestamp_confocal")
    if times:
        return float((len(times) - 1) / (times[-1] - times[0]))
    step = content.get("avg_timestep")
    if not step:
        raise ValueError(f"{path} tells no time (timestamp_confocal or avg_timestep); add one")
    # minutes a frame; older files gave frames a minute
    return float(1 / (60 * step)) if step < 1 else float(step / 60)


def _spans(spans: Sequence[Sequence[float]], n_times: int) -> np.ndarray:
    """1 within spans of frames that are counted from one, else 0."""
    found = np.zeros(n_times)
    for start, stop in spans:
        found[max(int(start) - 1, 0) : int(stop)] = 1.0
    return found
