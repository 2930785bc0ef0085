"""What became of each unit of a network that grows up: plastic, learner, memory or stable."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

import numpy as np

PLASTIC = -1
# phases after which the share of the activity that is kept would reach zero
HORIZON = 30
STATES = ("plastic", "learner", "memory", "stable")


def kept_share(phase: int, least: float) -> float:
    """Share of a layer's activity that its selected units carry together.

    Parameters
    ----------
    phase : int
        From 1 on; the first counts as the second, as in the published code [1]_.
    least : float
        The share never falls below this.

    References
    ----------
    .. [1] M. B. Gurbuz, J. M. Moorman, C. Dovrolis, 2023, arXiv:2305.18563.
    """
    return float(max(0.5 * (1 + np.cos(np.pi * max(phase, 2) / HORIZON)), least))


def most_active(activity: np.ndarray, share: float) -> np.ndarray:
    """Mark the fewest units that carry a share of the activity.

    Parameters
    ----------
    activity : array, shape (n_units,)
        Not negative.
    share : float
        From 0 to 1.

    Returns
    -------
    chosen : array of bool, shape (n_units,)
        None where there is no activity at all.
    """
    order = np.argsort(-activity, kind="stable")
    before = np.cumsum(activity[order]) - activity[order]
    chosen = np.zeros(len(activity), dtype=bool)
    # the sum in another order may end an ulp off
    chosen[order] = before < share * activity.sum() * (1 - 1e-12)
    return chosen & (activity > 0)


class UnitStates:
    """States of the units of each layer, as the episode in which each was recruited.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer.
    tap : int
        Layer whose spikes are stored. It and those below freeze at the end of the episode that
        recruited them, else what is stored would no longer be what they say; those above stay
        plastic as long as their data are replayed.
    window : int or None
        Episodes that are replayed after their own; all of them by default.
    frozen : bool
        Whether units freeze at all; without it the method is not SHARP, to show what it is for.

    Attributes
    ----------
    born : list of arrays of int8, or int16 from episode 128 on
        Episode that recruited each unit, -1 while it is plastic.
    episode : int
        The running one, from 0.
    """

    def __init__(
        self, sizes: Sequence[int], tap: int, window: int | None, frozen: bool = True
    ) -> None:
        self.born = [np.full(size, PLASTIC, dtype=np.int8) for size in sizes]
        self.tap = tap
        self.window = window
        self.frozen = frozen
        self.episode = 0

    def begin(self, episode: int) -> list[int]:
        """Open an episode; say how many units of each layer are plastic at its beginning."""
        self.episode = episode
        if episode > np.iinfo(np.int8).max:
            self.born = [born.astype(np.int16) for born in self.born]
        return [int(np.sum(born == PLASTIC)) for born in self.born]

    def is_plastic(self, layer: int) -> np.ndarray:
        """Units that no episode has recruited: bool, shape (n_units,)."""
        return self.born[layer] == PLASTIC

    def is_frozen(self, layer: int) -> np.ndarray:
        """Units that the running episode may not change: bool, shape (n_units,)."""
        age = self.episode - self.born[layer].astype(np.int64)
        recruited = ~self.is_plastic(layer)
        if not self.frozen:
            return np.zeros(len(recruited), dtype=bool)
        if layer <= self.tap:
            return recruited & (age > 0)
        if self.window is None:
            return np.zeros(len(recruited), dtype=bool)
        return recruited & (age > self.window)

    def select(self, layer: int, activity: np.ndarray, share: float, most_new: int) -> None:
        """Choose the learners of the running episode anew.

        Parameters
        ----------
        layer : int
        activity : array, shape (n_units,)
            Mean activity of each unit on the episode's trials. Where mature units already carry
            it, fewer new ones are recruited.
        share : float
            See :func:`kept_share`.
        most_new : int
            Learners that this episode may have; the most active are taken.
        """
        born = self.born[layer]
        open_to = (born == PLASTIC) | (born == self.episode)
        candidates = np.flatnonzero(most_active(activity, share) & open_to)
        best = candidates[np.argsort(-activity[candidates], kind="stable")[:most_new]]
        born[open_to & ~self.is_frozen(layer)] = PLASTIC
        born[best] = self.episode

    def recruit(self, layer: int) -> None:
        """Make learners of all units that are plastic."""
        self.born[layer][self.is_plastic(layer)] = self.episode

    def known_by(self, layer: int, episode: int) -> np.ndarray:
        """Units recruited up to an episode: bool, shape (n_units,)."""
        return (self.born[layer] != PLASTIC) & (self.born[layer] <= episode)

    def counts(self, layer: int) -> dict[str, int]:
        """Number of units of a layer in each state."""
        plastic, frozen = self.is_plastic(layer), self.is_frozen(layer)
        learner = self.born[layer] == self.episode
        numbers = (plastic, learner & ~frozen, ~(plastic | learner | frozen), frozen)
        return {name: int(which.sum()) for name, which in zip(STATES, numbers, strict=True)}

    def room(self) -> list[int]:
        """Units of each layer that the next episode may change."""
        ahead = deepcopy(self)
        ahead.episode += 1
        return [int(np.sum(~ahead.is_frozen(layer))) for layer in range(len(self.born))]

    @property
    def nbytes(self) -> int:
        """Bytes that the states take, masks of classes among them."""
        return sum(int(born.nbytes) for born in self.born)
