"""Simulated worms: circuits that work together while their stimulus lasts, seen through calcium."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurokit.connectomes.traces import Animal, Stimulus

LABELS = ("salt", "butanone", "heat", "light", "touch", "carbon dioxide", "food", "pheromone")


@dataclass(frozen=True)
class WormPlan:
    """What a population of worms is like.

    Parameters
    ----------
    worms : int
    neurons : int
    circuits : int
        Each works during one stimulus of its own; at most eight.
    members : int
        Neurons of a circuit; no neuron is in two.
    missing : float
        Share of the neurons that were not identified, drawn anew in each worm.
    sfreq : float
        Frames a second.
    presentations : int
        Of each stimulus, in random order, the same for all worms.
    rate : float
        Bursts that a circuit shares, a second of its stimulus; each worm has its own.
    noise : float
        Standard deviation of a frame's noise; a burst's peak is about one.
    seed : int
        Decides everything.
    """

    worms: int = 12
    neurons: int = 100
    circuits: int = 3
    members: int = 12
    missing: float = 0.3
    sfreq: float = 3.0
    presentations: int = 4
    rate: float = 0.4
    noise: float = 0.08
    seed: int = 42

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        if not 1 <= self.circuits <= len(LABELS):
            raise ValueError(f"circuits must be from 1 to {len(LABELS)}, got {self.circuits}")
        if self.circuits * self.members > self.neurons:
            raise ValueError(
                f"{self.circuits} circuits of {self.members} need {self.circuits * self.members} "
                f"neurons, got {self.neurons}"
            )
        if not 0 <= self.missing < 1 or self.worms < 1:
            raise ValueError(
                f"missing must be from 0 to 1 and worms at least 1, got {self.missing} and "
                f"{self.worms}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Of the neurons."""
        return tuple(f"N{number + 1:03d}" for number in range(self.neurons))


def circuits_of(plan: WormPlan) -> np.ndarray:
    """Circuit of each neuron, shape (neurons,): 0 for none, 1 for that of the first stimulus."""
    rng = np.random.default_rng([plan.seed, 0])
    circuits = np.zeros(plan.neurons, dtype=np.int64)
    for number, few in enumerate(
        np.split(rng.permutation(plan.neurons)[: plan.circuits * plan.members], plan.circuits)
    ):
        circuits[few] = number + 1
    return circuits


def stimuli_of(plan: WormPlan) -> tuple[Stimulus, ...]:
    """Stimuli that all worms had: 10 s each, 10 to 20 s apart, in random order."""
    rng = np.random.default_rng([plan.seed, 1])
    order = rng.permutation(np.repeat(np.arange(plan.circuits), plan.presentations))
    onsets = np.cumsum(rng.uniform(20, 30, len(order)))
    return tuple(
        Stimulus(float(onset), 10.0, LABELS[which])
        for onset, which in zip(onsets, order, strict=True)
    )


def simulate_worms(plan: WormPlan) -> list[Animal]:
    """Simulate all worms of a plan.

    Parameters
    ----------
    plan : WormPlan

    Returns
    -------
    worms : list of Animal
        Each has the neurons that were identified in it.
    """
    return [_worm(plan, number) for number in range(plan.worms)]


def _worm(plan: WormPlan, number: int) -> Animal:
    """One worm: the same whatever the number of the others."""
    rng = np.random.default_rng([plan.seed, 2, number])
    stimuli = stimuli_of(plan)
    n_times = int((stimuli[-1].onset + 30) * plan.sfreq)
    circuits = circuits_of(plan)
    # every neuron bursts by itself now and then, about as often as circuits do over the whole time
    spikes = (rng.random((n_times, plan.neurons)) < 0.12 / plan.sfreq).astype(float)
    times = np.arange(n_times) / plan.sfreq
    for circuit in range(plan.circuits):
        on = np.zeros(n_times, dtype=bool)
        for one in stimuli:
            if one.label == LABELS[circuit]:
                on |= (times >= one.onset) & (times < one.onset + one.duration)
        shared = on & (rng.random(n_times) < plan.rate / plan.sfreq)
        few = np.flatnonzero(circuits == circuit + 1)
        joins = rng.random((n_times, len(few))) < 0.85
        spikes[:, few] += shared[:, None] * joins
    traces = _calcium(spikes * rng.uniform(0.8, 1.2, plan.neurons), plan.sfreq)
    traces += plan.noise * rng.standard_normal(traces.shape)
    seen = np.sort(rng.permutation(plan.neurons)[: round((1 - plan.missing) * plan.neurons)])
    names = tuple(plan.names[place] for place in seen)
    return Animal(f"worm-{number + 1:02d}", traces[:, seen], plan.sfreq, names, stimuli)


def _calcium(spikes: np.ndarray, sfreq: float) -> np.ndarray:
    """What an indicator shows of bursts: rises in 0.2 s, falls in 0.8 s, peaks at one."""
    from scipy.signal import lfilter

    lag = np.arange(0, 12, 1 / sfreq)
    kernel = np.exp(-lag / 0.8) - np.exp(-lag / 0.2)
    found: np.ndarray = lfilter(kernel / kernel.max(), [1.0], spikes, axis=0)
    return found
