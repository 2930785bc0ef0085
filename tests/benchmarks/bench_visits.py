"""Real EEG visit by visit, and task by task: SharpClassifier beside what a clinic would do else.

Settings are chosen on simulated people alone (``choice``), written down in ``CHOSEN``, ``BAND``,
``WINDOW`` and never tuned on recordings. The choice was among the tangent encodings; the two of
epochs take several times as long, and stand beside them unchosen.
Before a visit is learnt its epochs come without labels: all of them, those to be told included.
SharpClassifier aligns by them, and so do the pipelines called aligned. The best of
the four pipelines is taken on the same trials, in its favour.
``python -m tests.benchmarks.bench_visits choice visits tasks`` runs some of it.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
from mne.filter import filter_data
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from neurokit.intervals import binomial_band, bootstrap_interval
from neurokit.pipelines import catalogue
from neurokit.pipelines.replay import Aligned
from neurokit.pipelines.sharp import SharpClassifier
from neurokit.timing import machine

SEEDS = (0, 1, 2)
BAND, WINDOW, RATE = (8.0, 30.0), (0.5, 2.5), 100.0
DESCRIPTIONS = Path(__file__).parents[1] / "data"
HANDS = ("left_hand", "right_hand")
PATIENTS = {  # recordings, subject, classes
    "openbci-three-days, hands and rest": ("openbci-three-days", "1", (*HANDS, "rest")),
    "openbci-three-days, hands": ("openbci-three-days", "1", HANDS),
    "gel-three-sessions, hands": ("gel-three-sessions", "4", HANDS),
}
PEOPLE = {1: 0.4, 2: 0.5, 3: 0.6, 4: 0.7}  # simulated, and their strength
THREE = (128, 128, 128)
CANDIDATES = {
    "tangent, 2 steps": ("tangent", {"layers": THREE}),
    "tangent, 8 steps": ("tangent", {"layers": THREE, "n_steps": 8}),
    "tangent, 2 steps, 5 neighbours": ("tangent", {"layers": THREE, "n_neighbors": 5}),
    "tangent, 2 steps, 5 neighbours, 1 phase": (
        "tangent",
        {"layers": THREE, "n_neighbors": 5, "phases": 1},
    ),
    "tangent, 8 steps, 5 neighbours, 1 phase": (
        "tangent",
        {"layers": THREE, "n_steps": 8, "n_neighbors": 5, "phases": 1},
    ),
    "currents": ("epochs", {"layers": (64, 64, 64), "phases": 2, "n_neighbors": 5}),
    "events": (
        "epochs",
        {"layers": (64, 64, 64), "phases": 2, "n_neighbors": 5, "encoder": "events"},
    ),
}
CHOSEN = "tangent, 8 steps, 5 neighbours, 1 phase"
OTHER_WAYS = ("tangent, 2 steps, 5 neighbours, 1 phase", "tangent, 8 steps")
MOTOR = [f"{row}{at}" for row in ("FC", "C", "CP") for at in "531z246"]


def tangent(X, visit=None):
    """Logarithms of covariances about the mean of a visit's, as features; no labels needed."""
    visit = X if visit is None else visit
    mean = np.mean(visit @ visit.transpose(0, 2, 1), axis=0) / X.shape[-1]
    values, vectors = np.linalg.eigh(mean)
    values = np.maximum(values, 1e-12 * values[-1])
    white = (vectors / np.sqrt(values) @ vectors.T) @ X
    values, vectors = np.linalg.eigh(white @ white.transpose(0, 2, 1) / X.shape[-1])
    values = np.maximum(values, 1e-6 * values[:, -1:])
    logs = (vectors * np.log(values)[:, None, :]) @ vectors.transpose(0, 2, 1)
    rows, columns = np.triu_indices(X.shape[1])
    return logs[:, rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2))


class Route:
    """SharpClassifier over one of the candidate encodings."""

    def __init__(self, name, seed, **settings):
        self.encoding, chosen = CANDIDATES[name]
        self.model = SharpClassifier(random_state=seed, **(chosen | settings))

    def learn(self, X, y):
        self.model.partial_fit(tangent(X) if self.encoding == "tangent" else X, y)

    def predict(self, X):
        """Of all epochs of a visit, which it meets without labels."""
        if self.encoding == "tangent":
            return self.model.predict(tangent(X))
        return self.model.align(X).predict(X)


class Pipeline:
    """The catalogue's ts+lr: of the first visit for ever, or of the last one; aligned or not."""

    def __init__(self, frozen, aligned):
        estimator = catalogue.build("ts+lr", random_state=0)
        self.estimator = Aligned(estimator) if aligned else estimator
        self.frozen, self.model = frozen, None

    def learn(self, X, y):
        if self.model is None or not self.frozen:
            self.model = clone(self.estimator).fit(X, y)

    def predict(self, X):
        if hasattr(self.model, "align"):
            self.model.align(X)
        return self.model.predict(X)


def ahead(model, visits):
    """Whether each trial of all visits but the first was right, before the visit was learnt."""
    right = []
    for number, (X, y) in enumerate(visits):
        if number:
            right.append(model.predict(X) == y)
        if number < len(visits) - 1:
            model.learn(X, y)
    return np.concatenate(right)


def simulated(person, strength):
    """Three visits of a simulated person, two runs each."""
    from neurokit.simulators.simulation import simulate_epochs

    visits = []
    for session in range(3):
        runs = [
            simulate_epochs(
                subject=person, session=session, run=run, strength=strength, sfreq=RATE, mains=0
            )
            for run in range(2)
        ]
        X = np.concatenate([epochs for epochs, _ in runs])
        X = filter_data(X, RATE, *BAND, method="iir", verbose="error")[..., 50:250]
        visits.append((X, np.concatenate([labels for _, labels in runs])))
    return visits


def choice():
    print("\nsimulated people, next-visit accuracy in percent: the settings are chosen here\n")
    print(f"| encoding | {' | '.join(f'strength {s}' for s in PEOPLE.values())} | mean | CPU s |")
    print("|---|" + "---|" * (len(PEOPLE) + 2), flush=True)
    people = [simulated(*each) for each in PEOPLE.items()]
    rows = {name: lambda seed, name=name: Route(name, seed) for name in CANDIDATES}
    for frozen in (True, False):
        rows[f"aligned ts+lr, {'frozen' if frozen else 'last visit'}"] = (
            lambda seed, frozen=frozen: Pipeline(frozen, True)
        )
    for name, make in rows.items():
        start = time.process_time()
        found = [np.mean([ahead(make(s), visits).mean() for s in SEEDS]) for visits in people]
        spent = time.process_time() - start
        shown = " | ".join(f"{100 * each:.1f}" for each in [*found, np.mean(found)])
        mark = " (chosen)" if name == CHOSEN else ""
        print(f"| {name}{mark} | {shown} | {spent:.0f} |", flush=True)


def read_visits(name, subject, classes):
    """Visits of a person in the order of time, as the settings cut them."""
    from neurokit.datasets.catalogue import find
    from neurokit.studies.paradigms import choose_subjects, load
    from neurokit.studies.study import make_study

    about = {"paradigm": "all", "band": BAND, "window": WINDOW, "resample": RATE, "offline": True}
    data = find(f"files:{DESCRIPTIONS / name}.yaml", offline=True)
    found = load(data, choose_subjects(data, [subject]), make_study(about))
    own = np.isin(found.y, classes)
    session, y = found.metadata["session"].to_numpy()[own], np.asarray(found.y)[own]
    return [(found.X[own][session == each], y[session == each]) for each in sorted(set(session))]


def visits():
    print("\nreal people, next visit before any label of it, percent of trials\n")
    print(
        "| recordings | chance band | frozen | last visit | aligned frozen | aligned last visit |"
    )
    print("|---|---|---|---|---|---|", flush=True)
    lines = []
    for name, person in PATIENTS.items():
        recorded = read_visits(*person)
        kinds = [(frozen, aligned) for aligned in (False, True) for frozen in (True, False)]
        clinic = [ahead(Pipeline(*kind), recorded) for kind in kinds]
        scores = [right.mean() for right in clinic]
        n, n_classes = len(clinic[0]), len(np.unique(recorded[0][1]))
        band = binomial_band(1 / n_classes, n)
        shown = " | ".join(f"{100 * each:.1f}" for each in scores)
        print(f"| {name}, {n} trials | {100 * band[0]:.1f} to {100 * band[1]:.1f} | {shown} |")
        best = clinic[int(np.argmax(scores))]
        for way in (CHOSEN, *OTHER_WAYS):
            seeds = [ahead(Route(way, seed), recorded) for seed in SEEDS]
            lines.append(paired(f"{name}; {way}", np.array(seeds, float), best))
    print("\nSHARP; the first way was chosen on simulated people, the others were not")
    print("\n| recordings | SHARP (seeds) | best of the four | difference | 95 % interval | aim |")
    print("|---|---|---|---|---|---|")
    print("\n".join(lines), flush=True)


def paired(name, seeds, best):
    """SHARP less the better pipeline, by trial; trials are drawn again, and seeds averaged."""
    difference = seeds.mean(axis=0) - best
    score = lambda rows: difference[rows].mean()  # noqa: E731
    low, high = bootstrap_interval(score, len(best), repeats=5000)
    finals = " ".join(f"{100 * right.mean():.1f}" for right in seeds)
    gap = 100 * difference.mean()
    verdict = _verdict(gap >= 0)
    return (
        f"| {name} | {100 * seeds.mean():.1f} ({finals}) | {100 * best.mean():.1f} | {gap:+.1f} | "
        f"{100 * low:+.1f} to {100 * high:+.1f} | not below: {verdict} |"
    )


def read_task(runs, names):
    """Epochs of the motor area, their labels and runs, of one task of eegmmidb."""
    from neurokit.patients.runs import run_epochs

    folder = Path(os.environ["NEUROKIT_DATA"]) / "eeg/eegmmidb/MNE-eegbci-data/files/eegmmidb"
    paths = [folder / f"1.0.0/S001/S001R{run:02d}.edf" for run in runs]
    found = run_epochs(paths, dict(zip(("T1", "T2"), names, strict=True)), band=BAND, window=WINDOW)
    at = [found.ch_names.index(channel) for channel in MOTOR]
    return found.X[:, at], found.y, found.runs


def one_after_the_other(tasks, seed, held, joint=False, estimator=None, **settings):
    """Train without one run of each task; whether the trials of these were right, by task."""
    train = [(X[runs != held], y[runs != held]) for X, y, runs in tasks]
    tests = [(X[runs == held], y[runs == held]) for X, y, runs in tasks]
    cap = train[0][0]  # all is one visit: what comes later is aligned as the first task was
    model = estimator or SharpClassifier(random_state=seed, **(CANDIDATES[CHOSEN][1] | settings))
    if joint:
        model.fit(*(np.concatenate(each) for each in _features(train, cap)))
    else:
        for X, y in train:
            model.partial_fit(tangent(X, cap), y)
    return [model.predict(tangent(X, cap)) == y for X, y in tests]


def _features(tasks, cap):
    return [tangent(X, cap) for X, _ in tasks], [y for _, y in tasks]


def tasks():
    print("\neegmmidb, hand classes, then fists and feet: final accuracy over all four, percent\n")
    print("| network | all (seeds) | left, right | fists, feet | chance band |")
    print("|---|---|---|---|---|", flush=True)
    both = [
        read_task((4, 8, 12), HANDS),
        read_task((6, 10, 14), ("hands", "feet")),
    ]
    n = sum(len(y) for _, y, _ in both)
    low, high = binomial_band(0.25, n)
    ways = {"SHARP": {}, "naive": {"replay": False, "freeze": False}, "joint": {"joint": True}}
    ways["joint, logistic regression"] = {"joint": True, "estimator": LogisticRegression(C=0.01)}
    final = {}
    for name, settings in ways.items():
        found = [
            [one_after_the_other(both, seed, held, **settings) for held in range(3)]
            for seed in SEEDS
        ]
        by_task = [
            np.mean([np.concatenate([fold[k] for fold in folds]) for folds in found], axis=1)
            for k in range(2)
        ]
        whole = np.array(by_task).mean(axis=0)
        final[name] = 100 * whole.mean()
        shown = " | ".join(f"{100 * each.mean():.1f}" for each in by_task)
        print(
            f"| {name} | {final[name]:.1f} ({' '.join(f'{100 * each:.1f}' for each in whole)}) | "
            f"{shown} | {100 * low:.1f} to {100 * high:.1f} |", flush=True,
        )  # fmt: skip
    above, below = final["SHARP"] - final["naive"], final["joint"] - final["SHARP"]
    print("\n| bar | found | |\n|---|---|---|")
    print(f"| at least 15 over naive | {above:+.1f} | {_verdict(above >= 15)} |")
    print(f"| at most 5 below joint | {below:.1f} below | {_verdict(below <= 5)} |", flush=True)


def _verdict(reached):
    return "reached" if reached else "not reached"


SECTIONS = {"choice": choice, "visits": visits, "tasks": tasks}


def main(*names):
    print(machine("scikit-learn", "numba"))
    for name, section in SECTIONS.items():
        if names and name not in names:
            continue
        if section is not choice and "NEUROKIT_DATA" not in os.environ:
            print(f"{name}: NEUROKIT_DATA is not set")
            continue
        section()


if __name__ == "__main__":
    main(*sys.argv[1:])
