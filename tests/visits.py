"""Short recordings and visits with them, for tests of what comes after a recording."""

import json

import numpy as np

from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.patients.workspace import Trial
from neurokit.visits.protocol import GrazProtocol

CHANNELS = ("C3", "Cz", "C4", "Pz")


def write_recording(path, *, seconds=30.0, sfreq=125.0, seed=0, start=1000.0, note="note: tired"):
    """An XDF file as the recorder leaves it, with its sidecar; returns its trials."""
    signal = np.random.default_rng(seed).normal(0, 10, (int(seconds * sfreq), len(CHANNELS)))
    stamps = start + np.arange(len(signal)) / sfreq
    streams = [
        XdfStream("cap", "EEG", CHANNELS, sfreq, "float32", ["microvolts"] * len(CHANNELS)),
        XdfStream("neurokit-markers", "Markers", ["marker"], 0.0, "string"),
    ]
    labels = ["left_hand", "right_hand"] * int((seconds - 6) // 8)
    cues = start + 4 + 4.0 * np.arange(len(labels))
    told = [("run/start", start)]
    for label, cue in zip(labels, cues, strict=True):
        told += [("fixation", cue - 1), (label, cue), ("imagery/end", cue + 2)]
    told += [(note, start + 5.5), ("run/end", stamps[-1])]
    with XdfWriter(path, streams) as writer:
        writer.write(0, signal.astype(np.float32), stamps)
        writer.write(1, [text for text, _ in told], np.array([stamp for _, stamp in told]))
    sidecar = {
        "source": {"name": "cap", "sfreq": sfreq, "channels": CHANNELS},
        "status": {"written": len(signal)},
        "about": {"patient": path.parent.parent.name},
    }
    path.with_suffix(".json").write_text(json.dumps(sidecar))
    return [
        Trial(k, label, cue - 0.004, cue)
        for k, (label, cue) in enumerate(zip(labels, cues, strict=True))
    ]


def attempt(score=0.8, pipeline="csp+lda", **more):
    """What a training says of itself."""
    return {
        "pipeline": pipeline,
        "score": score,
        "low": score - 0.1,
        "high": min(score + 0.1, 1.0),
        "chance_low": 0.36,
        "chance_high": 0.64,
        "majority": 0.5,
        "folds": [],
        "seconds": 1.5,
        **more,
    }


def add_visit(workspace, patient, *, when=None, score=0.8, seed=0):
    """A visit with a run, a training, a model and a note."""
    visit = workspace.open_visit(patient.id, when=when)
    path = workspace.new_recording_path(visit.id, "calibration")
    trials = write_recording(path, seed=seed)
    run = workspace.add_run(
        visit.id, path, trials=trials, protocol=GrazProtocol(), source="lsl:cap", started=when
    )
    training = workspace.add_training(visit.id, attempt(score, runs=[run.id]))
    model = workspace.new_model_path(training)
    model.write_bytes(b"weights of " + patient.pseudonym.encode())
    workspace.add_model(training, model, "c0ffee" * 10 + "beef")
    workspace.note(visit.id, f"{patient.pseudonym} was tired")
    return visit
