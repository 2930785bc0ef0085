"""A small model on disk, and the stream that it decodes."""

import numpy as np

from neurokit import models
from neurokit.pipelines.catalogue import build
from neurokit.signals.preprocessing import CausalFilter
from neurokit.simulators.simulation import simulate_recording

BAND, WINDOW = (8.0, 30.0), (0.5, 2.5)


def recorded(run=0, n_channels=8, **options):
    """A run of a simulated patient: (samples, sfreq, channels, cues)."""
    from neurokit.simulators.simulation import CHANNELS

    raw = simulate_recording(run=run, channels=CHANNELS[:n_channels], strength=1.5, **options)
    cues = [(each["description"], round(each["onset"] * raw.info["sfreq"]))
            for each in raw.annotations]  # fmt: skip
    return raw.get_data().T, raw.info["sfreq"], tuple(raw.ch_names), cues


def saved_model(folder, pipeline="ts+lr", n_channels=8, trials=12, session=0):
    """Train on one run, through the filter of decoding, and save."""
    samples, sfreq, channels, cues = recorded(n_channels=n_channels, trials=trials, session=session)
    filtered = CausalFilter(BAND, sfreq, n_channels, 50.0).process(samples)
    first, last = (round(edge * sfreq) for edge in WINDOW)
    X = np.stack([filtered[at + first : at + last].T for _, at in cues])
    y = np.array([label for label, _ in cues])
    metadata = {
        "band": BAND, "window": WINDOW, "channels": channels, "classes": sorted(set(y)),
        "sfreq": sfreq, "mains": 50.0, "runs": [],
    }  # fmt: skip
    name = pipeline.replace("+", "-").replace("/", "-")
    return models.save(build(pipeline).fit(X, y), folder / f"{name}.skops", metadata=metadata)
