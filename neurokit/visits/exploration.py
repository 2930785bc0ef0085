"""Two classes of the extracted trials against each other: what the Explore page draws."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from neurokit.signals.connectivity import laterality
from neurokit.signals.contrast import contrast, r_squared
from neurokit.signals.topography import around, front_to_back
from neurokit.visits.extracted import Extracted, Measure

if TYPE_CHECKING:
    from neurokit.visits.extraction import Progress

SIGNIFICANT = 0.05


class Spectrum(NamedTuple):
    """Mean of a class over its trials, and its 95 % confidence band, at each frequency."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_trials: int


@dataclass(frozen=True, eq=False)
class Exploration:
    """One class against another.

    Parameters
    ----------
    extracted : Extracted
        All trials.
    a, b : str
        The two classes; R² is positive where ``a`` has more.
    measure : {"power", "strength"}
        Power in decibels, or connectivity.
    rejected : collection of (run, trial)
        Trials that do not count.
    """

    extracted: Extracted
    a: str
    b: str
    measure: Measure = "power"
    rejected: Collection[tuple[int, int]] = ()

    @property
    def names(self) -> tuple[str, str]:
        """Both classes."""
        return self.a, self.b

    @cached_property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the trials of either class."""
        rows = [self.extracted.rows(label, self.rejected) for label in (self.a, self.b)]
        return rows[0], rows[1]

    @property
    def problem(self) -> str:
        """Why there is nothing to compare; empty where there is."""
        for label, rows in zip((self.a, self.b), self.rows, strict=True):
            if len(rows) < 2:
                return (
                    f"{len(rows)} trials of {label} are left, and two at least are wanted; "
                    "restore some, or choose another class"
                )
        return "choose two different classes" if self.a == self.b else ""

    @cached_property
    def frequencies(self) -> np.ndarray:
        """In hertz."""
        return self.extracted.values(self.measure)[0]

    @cached_property
    def values(self) -> np.ndarray:
        """Of all trials, shape (n_trials, n_channels, n_frequencies)."""
        return self.extracted.values(self.measure)[1]

    @cached_property
    def r2(self) -> np.ndarray:
        """Signed R², shape (n_channels, n_frequencies)."""
        left, right = self.rows
        return r_squared(self.values[left], self.values[right], signed=True)

    @cached_property
    def order(self) -> np.ndarray:
        """Channels from the front of the head to its back."""
        return front_to_back(self.extracted.positions)

    @cached_property
    def circle(self) -> np.ndarray:
        """Channels around the head, clockwise from the nose."""
        return around(self.extracted.positions)

    def tested(self) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """Values of either class, and their runs, as :func:`significance` takes them."""
        left, right = self.rows
        runs = self.extracted.runs
        return self.values[left], self.values[right], (runs[left], runs[right])

    def spectrum(self, channel: str, label: str) -> Spectrum:
        """Mean and confidence band of a class at a channel."""
        from scipy.special import stdtrit

        rows = self.rows[0 if label == self.a else 1]
        values = self.values[rows, self.extracted.ch_names.index(channel)]
        mean, n_trials = values.mean(axis=0), len(rows)
        error = values.std(axis=0, ddof=1) / np.sqrt(n_trials)
        half = stdtrit(n_trials - 1, 0.975) * error
        return Spectrum(mean, mean - half, mean + half, n_trials)

    def bin_of(self, frequency: float) -> int:
        """Place of the frequency that is nearest."""
        return int(np.abs(self.frequencies - frequency).argmin())

    def strongest(self, low: float = 7.0, high: float = 35.0) -> tuple[str, float]:
        """Channel and frequency of the largest R² among the rhythms of movement."""
        inside = (self.frequencies >= low) & (self.frequencies <= high)
        if not inside.any():
            inside[:] = True
        found = np.where(inside, np.abs(self.r2), -1.0)
        channel, place = np.unravel_index(int(found.argmax()), found.shape)
        return self.extracted.ch_names[channel], float(self.frequencies[place])

    def in_words(self, p: np.ndarray) -> str:
        """What is beyond chance."""
        is_real = p < SIGNIFICANT
        if not is_real.any():
            return "nothing is beyond chance: do not pick features by eye"
        found = np.where(is_real, np.abs(self.r2), 0.0)
        channel, place = np.unravel_index(int(found.argmax()), found.shape)
        return (
            f"{is_real.sum()} of {p.size} places are beyond chance; the strongest is "
            f"{self.extracted.ch_names[channel]} at {self.frequencies[place]:g} Hz"
        )

    def matrices(self, frequency: float) -> tuple[np.ndarray, np.ndarray]:
        """Mean connectivity of either class at a frequency."""
        left, right = self.rows
        return self.extracted.matrix(frequency, left), self.extracted.matrix(frequency, right)

    def laterality(self, frequency: float) -> tuple[float, float]:
        """Of the strength of either class: 1 is all on the left, -1 all on the right."""
        place = int(np.abs(self.extracted.connected - frequency).argmin())
        means = [self.extracted.strength[rows][:, :, place].mean(axis=0) for rows in self.rows]
        left, right = (float(laterality(mean, self.extracted.ch_names)) for mean in means)
        return left, right


def significance(
    a: np.ndarray,
    b: np.ndarray,
    runs: tuple[np.ndarray, np.ndarray],
    correction: str = "max",
) -> np.ndarray:
    """Corrected p of each place, shape (n_channels, n_frequencies); work for a task."""
    return contrast(a, b, correction=correction, blocks=runs).p


def explore_runs(
    paths: Iterable[str],
    classes: Collection[str],
    settings: dict[str, Any],
    cache: str,
    *,
    progress: Progress | None = None,
) -> tuple[list[str], tuple[tuple[str, ...], ...]]:
    """Extract runs and flag their trials; work for a task.

    Returns
    -------
    folders : list of str
        As :func:`neurokit.visits.extracted.read_extracted` takes them.
    flags : tuple of tuple of str
        Of each trial.
    """
    from neurokit.visits.extracted import read_extracted
    from neurokit.visits.extraction import Extraction, extract

    folders = extract(
        list(paths),
        tuple(classes),
        Extraction.model_validate(settings),
        cache,
        progress=progress,
    )
    return [str(folder) for folder in folders], read_extracted(folders).flags
