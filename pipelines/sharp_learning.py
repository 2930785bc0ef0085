"""One episode after another: select, drop, grow, train beside what is replayed, ripen, remember."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurokit.pipelines.sharp_memory import HEAD, Shelf, even_quotas, thin
from neurokit.pipelines.sharp_states import UnitStates, kept_share

WATCHED = 1024  # trials that units are selected by
MOST = 4096  # trials of a class that are stored, whatever the budget
CODES_SHARE = 0.25  # of a budget that codes may take


@dataclass
class Schedule:
    """How an episode is learnt; see :class:`neurokit.pipelines.sharp.SharpClassifier`."""

    phases: int
    adaptive: bool
    updates: int
    batch_size: int
    temperature: float
    rate: float
    least_share: float
    reserve: float
    window: int | None
    replay: bool
    short: int
    long: int
    budget: int | None


class Learner:
    """A network with the states of its units and its two memories.

    Parameters
    ----------
    network : SpikingNetwork or RateNetwork
    codec, coder
        Write what the tap gives, and codes, into memory and read it back.
    schedule : Schedule
    freeze : bool

    Attributes
    ----------
    states : UnitStates
    short : list of Shelf
        What the tap gave, to be replayed.
    long : list of Shelf
        Codes that queries are compared with.
    """

    def __init__(
        self, network: Any, codec: Any, coder: Any, schedule: Schedule, freeze: bool
    ) -> None:
        self.network = network
        self.codec = codec
        self.coder = coder
        self.schedule = schedule
        self.states = UnitStates(network.sizes, network.tap, schedule.window, freeze)
        self.short: list[Shelf] = []
        self.long: list[Shelf] = []

    def learn(
        self,
        currents: np.ndarray,
        labels: np.ndarray,
        episode: int,
        person: str,
        rng: np.random.Generator,
    ) -> int:
        """Learn from the trials of an episode.

        Parameters
        ----------
        currents : array
        labels : array of int
            Places of the classes.
        episode : int
            From 0, never falling; the same as before goes on with it.
        person : str
        rng : numpy.random.Generator

        Returns
        -------
        n_phases : int
            After which the held-out trials stopped gaining.
        """
        room = self.states.begin(episode)
        self._leave_window()
        held = self._held_out(labels, rng)
        stage = _Stage(self, currents, labels, held, rng)
        best: tuple[float, int, Any, Any] = (np.inf, 0, None, None)
        for phase in range(1, self.schedule.phases + 1):
            self._select(stage.watched, phase, room)
            self._rewire(rng)
            self._train(stage, phase)
            if not held.any():
                best = (0.0, phase, None, None)
                continue
            loss = stage.held_out_loss()
            if loss < best[0] * 0.99 or best[1] == 0:
                born = [each.copy() for each in self.states.born]
                best = (loss, phase, self.network.snapshot(), born)
            elif phase - best[1] >= 2:
                break
        if best[2] is not None:
            self.network.restore(best[2])
            self.states.born = best[3]
        self._remember(currents, labels, person, rng)
        return best[1]

    def _leave_window(self) -> None:
        """Forget the spikes of episodes that are replayed no more."""
        window = self.schedule.window
        if window is not None:
            first = self.states.episode - window
            self.short = [shelf for shelf in self.short if shelf.episode >= first]

    def _held_out(self, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A fifth of each class, to stop by; none where a class has fewer than ten trials."""
        held = np.zeros(len(labels), dtype=bool)
        counts = np.unique_counts(labels)
        if self.schedule.adaptive and counts.counts.min() >= 10:
            for label in counts.values:
                mine = rng.permutation(np.flatnonzero(labels == label))
                held[mine[: len(mine) // 5]] = True
        return held

    def _select(self, watched: np.ndarray, phase: int, room: list[int]) -> None:
        share = kept_share(phase, self.schedule.least_share)
        for layer, activity in enumerate(self.network.activity(watched)):
            if layer <= self.network.tap:
                # a tap unit that came later would be silent in all that was stored before, and
                # betray by that alone that a trial is new: the tap is recruited at once
                self.states.recruit(layer)
                continue
            most = int(np.ceil(room[layer] * self.schedule.reserve))
            self.states.select(layer, activity, share, most)

    def _rewire(self, rng: np.random.Generator) -> None:
        for layer in range(1, len(self.network.sizes)):
            below, here = self.states.is_plastic(layer - 1), self.states.is_plastic(layer)
            self.network.rewire(layer, below, here, rng)

    def _train(self, stage: _Stage, phase: int) -> None:
        schedule = self.schedule
        frozen = [self.states.is_frozen(layer) for layer in range(len(self.network.sizes))]
        code_units = ~self.states.is_plastic(len(self.network.sizes) - 1)
        self.network.begin_phase(frozen, schedule.rate)
        for update in range(schedule.updates):
            # each phase's optimiser is fresh: its steps end small
            rate = schedule.rate * 0.5 * (1 + np.cos(np.pi * update / schedule.updates))
            batch = stage.draw()
            self.network.train(*batch, code_units, schedule.temperature, rate)

    def _remember(
        self, currents: np.ndarray, labels: np.ndarray, person: str, rng: np.random.Generator
    ) -> None:
        """Store spikes, draw plastic units anew, and store codes, in this order."""
        episode = self.states.episode
        grown = self.states.known_by(self.network.tap, episode)
        codes_too = []
        most_long = self._most_codes(labels)
        most = self.schedule.short if self.schedule.budget is None else MOST
        for label in np.unique(labels):
            mine = rng.permutation(np.flatnonzero(labels == label))
            taps = self.network.taps(currents[mine[: max(most, most_long)]])
            stored = self.codec.encode(taps, grown)
            place = (int(label), episode, person)
            self._replace(Shelf(*place, stored[:most]))
            codes_too.append(Shelf(*place, stored[:most_long]))
        self._fit_budget(most, most_long, codes_too, rng)
        for layer in range(len(self.network.sizes)):
            self.network.renew(layer, self.states.is_plastic(layer), rng)
        self._store_codes(codes_too, most_long)

    def _store_codes(self, fresh: list[Shelf], most: int) -> None:
        """Write the codes of what can be replayed anew; the others are frozen, and stay."""
        kept = {shelf.place: shelf for shelf in self.long}
        sources = self.short + fresh if self.schedule.replay else fresh
        taps = {}
        for shelf in sources:
            taps[shelf.place] = self.decode(shelf)
        if not taps:
            return
        counts = {place: self.network.counts(each)[-1] for place, each in taps.items()}
        last = len(self.network.sizes) - 1
        stable = self.states.is_frozen(last)
        self.coder.adapt(list(counts.values()), stable)
        for place, each in counts.items():
            kept[place] = Shelf(*place, list(self.coder.encode(each)))
        self.long = _first_trials(list(kept.values()), most)

    def _replace(self, shelf: Shelf) -> None:
        """Store a shelf; what one of the same label held joins it."""
        place = (shelf.label, shelf.episode, shelf.person)
        twins = [each for each in self.short if each.place == place]
        self.short = [each for each in self.short if each.place != place]
        self.short.append(Shelf(*place, shelf.trials + [t for each in twins for t in each.trials]))

    def _most_codes(self, labels: np.ndarray) -> int:
        """Codes that each class may have."""
        schedule = self.schedule
        if schedule.budget is None:
            return schedule.long
        known = {shelf.label for shelf in self.long} | set(labels.tolist())
        room = (schedule.budget - self.states.nbytes - self.coder.nbytes) / len(known)
        return max(1, min(schedule.long, int(CODES_SHARE * room / self.coder.code_bytes)))

    def _fit_budget(
        self, most: int, most_codes: int, fresh: list[Shelf], rng: np.random.Generator
    ) -> None:
        """Thin what is replayed until all memories together are as small as they must be."""
        self.short = thin(self.short, most, rng)
        if self.schedule.budget is None:
            return
        places = {each.place for each in self.short + self.long}
        labels = {place[0] for place in places}
        codes = len(labels) * most_codes * self.coder.code_bytes + HEAD * len(places)
        room = self.schedule.budget - self.states.nbytes - self.coder.nbytes - codes
        most = min(most, sum(len(shelf.trials) for shelf in self.short))
        while (used := sum(shelf.nbytes for shelf in self.short)) > room and most > 1:
            most = max(1, min(most - 1, int(most * room / used)))
            self.short = thin(self.short, most, rng)

    @property
    def nbytes(self) -> int:
        """Bytes of all that is kept of the past: spikes, codes, states, masks, thresholds."""
        kept = sum(shelf.nbytes for shelf in self.short + self.long)
        return int(kept + self.states.nbytes + self.coder.nbytes)

    def least_bytes(self, n_classes: int) -> int:
        """Bytes that a trial and a code of each class take at most."""
        each = self.codec.most_bytes + self.coder.code_bytes + 2 * HEAD
        return int(n_classes * each + self.states.nbytes + self.coder.nbytes)

    def decode(self, shelf: Shelf) -> np.ndarray:
        """What the tap gave for the trials of a shelf."""
        grown = self.states.known_by(self.network.tap, shelf.episode)
        return self.codec.decode(shelf.trials, grown)

    def mask(self, episode: int) -> np.ndarray:
        """Units on which codes of an episode are compared: bool, shape (n_units,)."""
        window = self.schedule.window
        last = len(self.network.sizes) - 1
        replayed = self.schedule.replay and (
            window is None or self.states.episode - episode <= window
        )
        return self.states.known_by(last, self.states.episode if replayed else episode)

    def distances(self, currents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance of each trial to each stored code.

        Returns
        -------
        distances : array, shape (n_trials, n_codes)
        labels : array of int, shape (n_codes,)
        """
        queries = self.network.counts(self.network.taps(currents))[-1]
        stored = [code for shelf in self.long for code in shelf.trials]
        episodes = [shelf.episode for shelf in self.long for _ in shelf.trials]
        labels = np.array([shelf.label for shelf in self.long for _ in shelf.trials])
        known, mask_of = np.unique(episodes, return_inverse=True)
        masks = np.stack([self.mask(int(episode)) for episode in known])
        return self.coder.distances(queries, np.stack(stored), masks, mask_of), labels


def _first_trials(shelves: list[Shelf], most: int) -> list[Shelf]:
    """Leave at most so many codes of each class."""
    kept = []
    for label in sorted({shelf.label for shelf in shelves}):
        mine = [shelf for shelf in shelves if shelf.label == label]
        quotas = even_quotas([len(shelf.trials) for shelf in mine], most)
        pairs = zip(mine, quotas, strict=True)
        kept += [shelf.keep(np.arange(quota)) for shelf, quota in pairs if quota]
    return kept


class _Stage:
    """The trials of a running episode, and batches of them beside what is replayed."""

    def __init__(
        self,
        learner: Learner,
        currents: np.ndarray,
        labels: np.ndarray,
        held: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        self.network, self.rng = learner.network, rng
        self.schedule = learner.schedule
        states, tap = learner.states, learner.network.tap
        self.labels = labels
        self.currents = currents
        shown = np.flatnonzero(~held)
        self.groups = [shown[labels[shown] == label] for label in np.unique(labels)]
        self.held = np.flatnonzero(held)
        self.watched = currents[np.sort(rng.permutation(shown)[:WATCHED])]
        # a tap that is frozen gives the same spikes each time
        fixed = all(states.is_frozen(layer).all() for layer in range(tap + 1))
        self.taps = self.network.taps(currents) if fixed else None
        replayed = learner.short if self.schedule.replay else []
        known = sorted({shelf.label for shelf in replayed})
        shelves = [[shelf for shelf in replayed if shelf.label == label] for label in known]
        self.known = np.array(known, dtype=np.int64)
        self.memory = [np.concatenate([learner.decode(s) for s in mine]) for mine in shelves]

    def draw(self) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray]:
        """Currents, taps and labels of a batch with as many of each class as may be."""
        size, rng = self.schedule.batch_size, self.rng
        chosen = np.concatenate(
            [rng.choice(group, -(-size // len(self.groups))) for group in self.groups]
        )
        labels = self.labels[chosen]
        taps = None
        if self.memory:
            which = rng.integers(len(self.memory), size=size)
            old = [self.memory[k][rng.integers(len(self.memory[k]))] for k in which]
            taps, labels = np.stack(old), np.concatenate([labels, self.known[which]])
        if self.taps is None:
            return self.currents[chosen], taps, labels
        fresh = self.taps[chosen]
        return None, fresh if taps is None else np.concatenate([fresh, taps]), labels

    def held_out_loss(self) -> float:
        """Contrastive loss of the trials that were held out, beside what is replayed."""
        from neurokit.kernels.contrastive import supervised_contrastive

        held = self.network.taps(self.currents[self.held]) if self.taps is None else None
        taps = [self.taps[self.held] if held is None else held, *self.memory]  # type: ignore[index]
        labels = [self.labels[self.held]]
        labels += [np.full(len(m), k) for k, m in zip(self.known, self.memory, strict=True)]
        codes = self.network.counts(np.concatenate(taps))[-1].astype(np.float32)
        return supervised_contrastive(codes, np.concatenate(labels), self.schedule.temperature)[0]
