"""A patient who is not there: rhythms that obey the cues, and all that spoils a real recording.

``python -m neurokit.simulators.simulated_patient --lsl NAME`` sends the same over LSL, from a
process of its own, and listens to the markers of a run.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from neurokit.live.streams import MICROVOLT, Samples, Source, SourceInfo, SourceLost, now
from neurokit.simulators import sources
from neurokit.simulators.simulation import CHANNELS, DESYNCHRONISES

BLOCK_SECONDS, FADE_SECONDS = 4.0, 0.5
# a rhythm gives way about 0.3 s after the cue, and takes half a second
REACTION_SECONDS, ONSET_SECONDS = 0.3, 0.5
DEPTH = 0.5  # 40 trials are told apart at about 90 %
BLINKS, MUSCLE = 12.0, 2.0  # a minute
DRIFT_RMS = 20e-6
DRIFT_PERIODS = np.array([7.3, 13.1, 29.7, 61.3])  # seconds
DROPOUT_SECONDS = 3.0
RELEASING = ("imagery/end", "pause", "run/end", "run/start", "baseline", "fixation")


@dataclass(frozen=True)
class _Course:
    """How the rhythms change: from one depth to another, after the moment ``since``."""

    since: float
    before: np.ndarray
    after: np.ndarray

    def depth(self, seconds: np.ndarray) -> np.ndarray:
        """Part of the amplitude that is lost at C3, C4 and Cz, shape (n, 3)."""
        course = np.clip((seconds - self.since - REACTION_SECONDS) / ONSET_SECONDS, 0.0, 1.0)
        return self.before + course[:, None] * (self.after - self.before)


@dataclass(frozen=True)
class _Block:
    """Some seconds that no cue has touched yet, and what fades into the block that follows."""

    still: np.ndarray  # (n, n_channels)
    activity: np.ndarray  # (n, 3)


class SimulatedPatient(Source):
    """A patient who imagines what the markers ask for.

    Mu and beta rhythms lose power over the hemisphere opposite to the imagined hand, or over the
    vertex for the feet, from the cue's marker until ``imagery/end``.

    Parameters
    ----------
    strength : float
        1 is a good subject, 0 one whose signals know nothing of the cues.
    channels : int
        Electrodes, at most 64; the hand and foot areas first.
    sfreq : float
        Sampling rate in hertz.
    seed : int
        Which patient.
    session : int
        Which day: the cap sits a little differently.
    run : int or None
        Which noise; None draws it from the time at the first opening, so that no two runs are
        alike, and that the same virtual clock gives the same numbers.
    artefacts : float
        1 is 12 blinks and 2 bursts of muscle a minute, 0 none.
    dropouts : float
        Times a minute that the source is lost, for three seconds each.
    drift : float
        1 is a drift of 20 microvolts (root mean square).
    mains : float
        Frequency of the mains in hertz, 0 for none.
    loose : int
        Electrodes, from the last one, that have come off the skin.
    impedances : bool
        Whether each electrode's impedance comes as a further channel, in ohms.
    clock : callable
        Gives the time in seconds.

    Raises
    ------
    ValueError
        If a number cannot be simulated.
    """

    def __init__(
        self,
        *,
        strength: float = 1.0,
        channels: int = 16,
        sfreq: float = 250.0,
        seed: int = 0,
        session: int = 0,
        run: int | None = None,
        artefacts: float = 1.0,
        dropouts: float = 0.0,
        drift: float = 1.0,
        mains: float = 50.0,
        loose: int = 0,
        impedances: bool = False,
        clock: Callable[[], float] = now,
    ) -> None:
        if not 1 <= channels <= len(CHANNELS) or not 0 <= loose <= channels:
            raise ValueError(
                f"a simulated patient wears 1 to {len(CHANNELS)} electrodes, of which some may be "
                f"loose, got {channels} and {loose} loose"
            )
        if sfreq < 80 or min(strength, artefacts, dropouts, drift, mains) < 0:
            raise ValueError(
                "sfreq must be at least 80 Hz, and strength, artefacts, dropouts, drift and mains "
                f"not negative, got {sfreq:g}, {strength:g}, {artefacts:g}, {dropouts:g}, "
                f"{drift:g} and {mains:g}"
            )
        self.strength, self.channels, self.sfreq = strength, CHANNELS[:channels], float(sfreq)
        self.seed, self.session, self.run = seed, session, run
        self.artefacts, self.dropouts, self.drift, self.mains = artefacts, dropouts, drift, mains
        self.loose, self.impedances, self.clock = loose, impedances, clock
        self._start = 0.0
        self._key: tuple[int, ...] = ()
        self._given = 0
        self._is_open = False
        self._trial = 0
        self._course = _Course(0.0, np.zeros(3), np.zeros(3))
        self._blocks: dict[int, _Block] = {}
        self._tails: dict[int, _Block] = {}

    # the source

    def open(self) -> SourceInfo:
        """Begin, or go on after a loss; what was lost is lost."""
        if not self._key:
            self._start = self.clock()
            self._draw_patient(self._start)
        if self._is_lost():
            raise SourceLost("the simulated patient's amplifier is off; wait until it is back")
        if not self._is_open:
            self._given = max(self._given, self._due() - 1)
        self._is_open = True
        names, types = self.channels, ("eeg",) * len(self.channels)
        if self.impedances:
            names += tuple(f"{name} impedance" for name in self.channels)
            types += ("misc",) * len(self.channels)
        return SourceInfo(
            "simulated patient",
            names,
            types,
            self.sfreq,
            f"simulated-{self.seed}",
            tuple(range(len(self.channels), len(names))),
        )

    def read(self) -> Samples:
        """Give the samples that are due."""
        if not self._is_open or self._is_lost():
            self._is_open = False
            raise SourceLost("the simulated patient's amplifier is off; open it again")
        due = self._due()
        pieces = [np.empty((0, len(self.channels)))]
        while self._given < due:
            pieces.append(self._piece(due))
            self._given += len(pieces[-1])
        values = np.concatenate(pieces)
        stamps = self._start + np.arange(due - len(values), due) / self.sfreq
        if self.impedances:
            values = np.hstack([values, np.broadcast_to(self._ohms, values.shape)])
        return Samples(values, stamps)

    def close(self) -> None:
        """Stop; the patient can be opened again."""
        self._is_open = False

    def notice(self, label: str) -> None:
        """Obey a marker: imagine what a cue asks for, and rest when imagery is over."""
        if label in DESYNCHRONISES:
            random = sources.generator(*self._key, 2, self._trial)
            self._trial += 1
            effort = DEPTH * self.strength * (1.0 + 0.25 * random.standard_normal(3))
            target = np.clip(effort * np.array(DESYNCHRONISES[label]), -0.5, 0.95)
        elif label in RELEASING:
            target = np.zeros(3)
        else:
            return
        instant = self.clock()
        before = self._course.depth(np.array([instant]))[0]
        self._course = _Course(instant, before, target)

    # how it is made

    def _draw_patient(self, instant: float) -> None:
        run = round(instant * 1000) % 2**31 if self.run is None else self.run
        self._key = (self.seed, 1, self.session, run)
        self._person = sources.draw_person(sources.generator(self.seed, 1))
        random = sources.generator(self.seed, 1, self.session)
        cap = sources.draw_cap(self.channels, random)
        self._ohms = 1e3 * random.uniform(2.0, 9.0, len(self.channels))
        if self.loose:
            off = slice(len(self.channels) - self.loose, None)
            for values, loose in (
                (cap.mains_rms, 60e-6), (cap.noise_rms, 15e-6), (cap.gains, 0.2),
                (self._ohms, 180e3),
            ):  # fmt: skip
                values[off] = loose
        self._cap = cap
        self._fields = sources.rhythm_fields(self._person, cap)
        # a tone of random phase a channel and period: it never jumps, however long the run
        phases = random.uniform(0, 2 * np.pi, (len(DRIFT_PERIODS), len(self.channels)))
        size = DRIFT_RMS * self.drift * np.sqrt(2 * DRIFT_PERIODS / DRIFT_PERIODS.sum())
        self._drifts = np.vstack([size[:, None] * np.cos(phases), size[:, None] * np.sin(phases)])

    def _due(self) -> int:
        return int((self.clock() - self._start) * self.sfreq) + 1

    def _is_lost(self) -> bool:
        """Whether the source is away now; it never is in the first ten seconds of a minute."""
        elapsed = self.clock() - self._start
        if not self.dropouts:
            return False
        minute = int(elapsed // 60)
        for each in range(max(minute - 1, 0), minute + 1):
            random = sources.generator(*self._key, 3, each)
            starts = 60 * each + random.uniform(10, 60, random.poisson(self.dropouts))
            if ((starts <= elapsed) & (elapsed < starts + DROPOUT_SECONDS)).any():
                return True
        return False

    def _piece(self, due: int) -> np.ndarray:
        """Samples from the next one on, to ``due`` or to the end of its block."""
        length = round(BLOCK_SECONDS * self.sfreq)
        number, first = divmod(self._given, length)
        block = self._block(number)
        kept = slice(first, min(first + due - self._given, length))
        places = self._given + np.arange(kept.stop - first)
        depth = self._course.depth(self._start + places / self.sfreq)
        return block.still[kept] + (block.activity[kept] * (1.0 - depth)) @ self._fields.T

    def _block(self, number: int) -> _Block:
        if number not in self._blocks:
            fresh = self._draw_block(number)
            if number > 0:
                tail = self._tails.get(number - 1) or self._tail(self._draw_block(number - 1))
                _fade(fresh.still, tail.still)
                _fade(fresh.activity, tail.activity)
            length = round(BLOCK_SECONDS * self.sfreq)
            self._tails = {number: self._tail(fresh)}
            still = fresh.still[:length]
            self._spoil(still, number)
            self._blocks = {number: _Block(still, fresh.activity[:length])}
        return self._blocks[number]

    def _tail(self, block: _Block) -> _Block:
        length = round(BLOCK_SECONDS * self.sfreq)
        return _Block(block.still[length:].copy(), block.activity[length:].copy())

    def _draw_block(self, number: int) -> _Block:
        random = sources.generator(*self._key, 0, number)
        n_times = round((BLOCK_SECONDS + FADE_SECONDS) * self.sfreq)
        person, cap = self._person, self._cap
        still = sources.background(person, cap, self.sfreq, n_times, random)
        activity = sources.rhythm_activity(person, cap, self.sfreq, n_times, random)
        return _Block(np.ascontiguousarray(still.T), np.ascontiguousarray(activity.T))

    def _spoil(self, still: np.ndarray, number: int) -> None:
        """Add what the room and the rest of the body do to a block, in place."""
        start = number * BLOCK_SECONDS
        random = sources.generator(*self._key, 1, number)
        seconds = start + np.arange(len(still)) / self.sfreq
        turning = 2 * np.pi * seconds[:, None] / DRIFT_PERIODS
        still += np.hstack([np.cos(turning), np.sin(turning)]) @ self._drifts
        if self.mains:
            # the same draw for each block, so that the hum has no seam
            phases = sources.generator(*self._key, 4)
            still += sources.mains(self._cap, self.mains, self.sfreq, len(still), phases, start).T
        sources.add_blinks(still.T, self._cap, BLINKS * self.artefacts, self.sfreq, random)
        sources.add_muscle(still.T, self._cap, MUSCLE * self.artefacts, self.sfreq, random)


def _fade(fresh: np.ndarray, tail: np.ndarray) -> None:
    """Let the start of a block come in as the end of the last one goes; the power stays."""
    turn = np.linspace(0.0, np.pi / 2, len(tail))[:, None]
    fresh[: len(tail)] *= np.sin(turn)
    fresh[: len(tail)] += np.cos(turn) * tail


def send(
    patient: SimulatedPatient,
    name: str,
    *,
    markers: str = "neurokit-markers",
    ended: threading.Event | None = None,
    chunk_seconds: float = 0.02,
) -> None:
    """Send a patient over LSL until ``ended`` is set, and let it hear a stream of markers.

    Parameters
    ----------
    patient : SimulatedPatient
        Not yet open.
    name : str
        Of the stream.
    markers : str
        Name of the stream of markers that the patient obeys, whenever it comes.
    ended : threading.Event
        Ends it.
    chunk_seconds : float
        How often samples are sent.
    """
    from neurokit.live.lsl import Outlet

    ended = ended or threading.Event()
    info = patient.open()
    outlet = Outlet(
        name, "EEG", patient.channels, sfreq=info.sfreq, source_id=f"{info.source_id}-{name}"
    )
    ears = threading.Thread(target=_listen, args=(patient, markers, ended), daemon=True)
    ears.start()
    due = now()
    while not ended.is_set():
        with suppress(SourceLost):
            patient.open()
            samples = patient.read()
            if len(samples):
                values = samples.values[:, : len(patient.channels)] / MICROVOLT
                outlet.push_chunk(values.astype(np.float32), samples.stamps[-1])
        due += chunk_seconds
        ended.wait(max(due - now(), 0.0))
    outlet.close()
    ears.join()


def _listen(patient: SimulatedPatient, markers: str, ended: threading.Event) -> None:
    """Tell the patient what a stream of markers says; it may come and go."""
    from mne_lsl.lsl import StreamInlet, resolve_streams

    inlet, heard = None, ""
    while not ended.is_set():
        # a stream that went away is not always told: ask who is there whenever it is silent
        found = [each for each in resolve_streams(1.0, name=markers) if each.dtype == "string"]
        with suppress(Exception):  # liblsl's error for a stream that went away has no name
            if found and found[0].uid != heard:
                inlet = StreamInlet(found[0], recover=False)
                inlet.open_stream(timeout=2.0)
                heard = found[0].uid
            while inlet is not None and not ended.is_set():
                labels, stamp = inlet.pull_sample(timeout=0.5)
                if stamp is None:
                    break
                patient.notice(labels[0])


def _main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m neurokit.simulators.simulated_patient",
        description="Send a simulated patient over LSL, until Ctrl+C.",
        epilog="example: python -m neurokit.simulators.simulated_patient --lsl patient",
    )
    parser.add_argument("--lsl", required=True, metavar="NAME", help="name of the stream")
    parser.add_argument("--markers", default="neurokit-markers", help="stream of markers to obey")
    for option, kind in (
        ("strength", float), ("channels", int), ("sfreq", float), ("seed", int),
        ("session", int), ("artefacts", float), ("dropouts", float), ("drift", float),
        ("mains", float), ("loose", int),
    ):  # fmt: skip
        parser.add_argument(f"--{option}", type=kind, default=argparse.SUPPRESS)
    chosen = vars(parser.parse_args())
    name, markers = chosen.pop("lsl"), chosen.pop("markers")
    try:
        patient = SimulatedPatient(**chosen)
    except ValueError as error:
        parser.error(str(error))
    with suppress(KeyboardInterrupt):
        send(patient, name, markers=markers)


if __name__ == "__main__":
    _main()
