"""Recordings: clean channel names and events, from whatever file they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import mne


def add_stimulus_channel(raw: mne.io.BaseRaw, event_id: dict[str, int]) -> mne.io.BaseRaw:
    """Write annotated events to a stimulus channel too.

    Parameters
    ----------
    raw : mne.io.Raw
        Preloaded; changed in place.
    event_id : dict
        Code of each annotation that counts as an event.

    Returns
    -------
    raw : mne.io.Raw
        The same, with a last channel ``STIM``: the code at the first sample of an event.
    """
    import mne

    codes = np.zeros((1, raw.n_times))
    for onset, name in zip(raw.annotations.onset, raw.annotations.description, strict=True):
        if str(name) in event_id:
            sample = raw.time_as_index(onset - raw.first_time, use_rounding=True)[0]
            codes[0, sample] = event_id[str(name)]
    info = mne.create_info(["STIM"], raw.info["sfreq"], "stim")
    stimulus = mne.io.RawArray(codes, info, first_samp=raw.first_samp, verbose="error")
    return raw.add_channels([stimulus], force_update_info=True)
