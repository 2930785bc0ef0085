"""Runs of a simulated patient as the recorder and the calibration leave them, in no time."""

import numpy as np

from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.simulators.simulated_patient import SimulatedPatient
from neurokit.visits.protocol import GrazProtocol


def record_imagery(
    path, *, trials=20, strength=1.0, channels=8, seed=0, run=0, keep=slice(None), **options
):
    """Write a run of left and right hand, of the channels that are kept; returns its protocol."""
    protocol = GrazProtocol(trials_per_class=trials, baseline=3.0, seed=seed + 100 * run)
    told = [(0.0, "run/start"), (0.01, "baseline")]
    for trial in protocol.schedule():
        told += [(trial.fixation, "fixation"), (trial.cue, trial.label), (trial.end, "imagery/end")]
    told.append((protocol.duration + 1, "run/end"))
    seconds = [100.0]
    patient = SimulatedPatient(
        strength=strength,
        channels=channels,
        seed=seed,
        run=run,
        clock=lambda: seconds[0],
        **({"artefacts": 0.0} | options),
    )
    info = patient.open()
    names = info.channels[keep]
    streams = [
        XdfStream("cap", "EEG", names, info.sfreq, "float32", ["microvolts"] * len(names)),
        XdfStream("neurokit-markers", "Markers", ["marker"], 0.0, "string"),
    ]
    with XdfWriter(path, streams) as writer:
        for at, text in [*told, (protocol.duration + 2, None)]:
            seconds[0] = 100.0 + at
            samples = patient.read()
            if len(samples):
                writer.write(0, (samples.values[:, keep] * 1e6).astype(np.float32), samples.stamps)
            if text is not None:
                writer.write(1, [text], np.array([seconds[0]]))
                patient.notice(text)
    return protocol
