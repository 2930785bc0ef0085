"""What a learner keeps of its past: a few trains of spikes to replay, a few codes to compare."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from neurokit.kernels.rasters import pack_spikes, raster_of_events, spike_events, unpack_spikes

HEAD = 8  # bytes of a shelf's label: class, episode, person, number of trials, two each


@dataclass(frozen=True)
class Shelf:
    """Trials of one class, episode and person.

    Attributes
    ----------
    label : int
        Place of the class.
    episode : int
    person : str
    trials : list of arrays
        As a codec wrote them.
    """

    label: int
    episode: int
    person: str
    trials: list[np.ndarray]

    @property
    def place(self) -> tuple[int, int, str]:
        """Class, episode and person."""
        return self.label, self.episode, self.person

    @property
    def nbytes(self) -> int:
        """Bytes of what lies here, and of its label."""
        return HEAD + sum(int(trial.nbytes) for trial in self.trials)

    def keep(self, which: np.ndarray) -> Shelf:
        """Return a shelf with the trials at some places."""
        return replace(self, trials=[self.trials[place] for place in which])


class SpikeCodec:
    """Turns trains of spikes into bytes and back: rasters, or lists of events if these are fewer.

    Parameters
    ----------
    n_units, n_steps : int
        Of the tap.

    Notes
    -----
    A raster takes a bit for each step of each unit; an event two bytes, the unit and the steps
    since the one before, or three where the layer has more than 256 units. A byte before them says
    which of the two it is.
    """

    def __init__(self, n_units: int, n_steps: int) -> None:
        self.n_units = n_units
        self.n_steps = n_steps

    @property
    def most_bytes(self) -> int:
        """Bytes of a raster, the longest that a trial can be."""
        return 1 + -(-self.n_units * self.n_steps // 8)

    def encode(self, raster: np.ndarray, units: np.ndarray) -> list[np.ndarray]:
        """Pack the spikes of some units: one array of bytes a trial.

        Parameters
        ----------
        raster : array of uint16, shape (n_trials, n_blocks, n_units)
        units : array of bool, shape (n_units,)
            Others are left out: what they say may change.
        """
        return [self._one(trial[None][..., units]) for trial in raster]

    def _one(self, raster: np.ndarray) -> np.ndarray:
        """First byte: 0 raster, 1 events of units under 256, 2 events of any."""
        spikes = unpack_spikes(raster, self.n_steps)[0]
        bits = np.packbits(spikes)
        _, steps, units = spike_events(raster)
        gaps = np.diff(steps, prepend=0)
        wide = 1 if raster.shape[-1] <= 256 else 2
        if gaps.max(initial=0) > 255 or len(units) * (1 + wide) >= len(bits):
            return np.concatenate([[0], bits]).astype(np.uint8)
        named = units.astype("<u1" if wide == 1 else "<u2").view(np.uint8)
        return np.concatenate([[wide], gaps.astype(np.uint8), named]).astype(np.uint8)

    def decode(self, stored: list[np.ndarray], units: np.ndarray) -> np.ndarray:
        """Return to a raster, silent where nothing was stored.

        Parameters
        ----------
        stored : list of arrays of uint8
        units : array of bool, shape (n_units,)
            As when it was encoded.
        """
        places = np.flatnonzero(units)
        blocks = -(-self.n_steps // 16)
        raster = np.zeros((len(stored), blocks, self.n_units), dtype=np.uint16)
        for trial, octets in enumerate(stored):
            raster[trial][:, places] = self._undo(octets, len(places))
        return raster

    def _undo(self, octets: np.ndarray, n_units: int) -> np.ndarray:
        layout, rest = int(octets[0]), octets[1:]
        if layout == 0:
            bits = np.unpackbits(rest, count=self.n_steps * n_units)
            return pack_spikes(bits.reshape(1, self.n_steps, n_units))[0]
        n_spikes = len(rest) // (1 + layout)
        steps = np.cumsum(rest[:n_spikes], dtype=np.int64)
        named = np.ascontiguousarray(rest[n_spikes:]).view(f"<u{layout}").astype(np.int64)
        nothing = np.zeros(n_spikes, dtype=np.int64)
        return raster_of_events(nothing, steps, named, (1, self.n_steps, n_units))[0]


def thin(
    shelves: list[Shelf], most: int, rng: np.random.Generator, *, least: int = 1
) -> list[Shelf]:
    """Leave at most so many trials of each class, as even over its episodes and people as may be.

    Parameters
    ----------
    shelves : list of Shelf
    most : int
        Trials of a class.
    rng : numpy.random.Generator
        Who goes is drawn by chance.
    least : int
        Trials that the oldest shelf of a class keeps.
    """
    kept = []
    for label in sorted({shelf.label for shelf in shelves}):
        mine = [shelf for shelf in shelves if shelf.label == label]
        quotas = even_quotas([len(shelf.trials) for shelf in mine], max(most, least))
        for shelf, quota in zip(mine, quotas, strict=True):
            if quota:
                kept.append(shelf.keep(np.sort(rng.permutation(len(shelf.trials))[:quota])))
    return kept


def even_quotas(sizes: list[int], most: int) -> list[int]:
    """Share out a number as evenly as sizes allow; the latest get the rest."""
    quotas = [0] * len(sizes)
    left = min(most, sum(sizes))
    while left:
        open_to = [place for place, size in enumerate(sizes) if quotas[place] < size]
        least = min(quotas[place] for place in open_to)
        quotas[[place for place in open_to if quotas[place] == least][-1]] += 1
        left -= 1
    return quotas
