"""Small data sets for the tests of evaluation: of noise, of files, and spoilt ones."""

import warnings
from pathlib import Path

import mne
import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from moabb.datasets.base import BaseDataset
    from moabb.datasets.fake import FakeDataset

SFREQ = 100


def fake(events=("left_hand", "right_hand"), **options):
    """MOABB's data set of noise, the same in every process."""
    options = {"n_sessions": 2, "n_subjects": 2, "n_runs": 2, "seed": 7} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return FakeDataset(list(events), n_events=20, duration=70, sfreq=SFREQ, **options)


class Filed(BaseDataset):
    """People whose recordings are .npy files in a folder, one a person: two classes of noise."""

    def __init__(self, folder, n_subjects=2, seconds=3.0):
        self.folder = Path(folder)
        super().__init__(
            subjects=list(range(1, n_subjects + 1)),
            sessions_per_subject=1,
            events={"left_hand": 1, "right_hand": 2, "feet": 3},
            code="Filed",
            interval=[0, 2],
            paradigm="imagery",
        )

    def path(self, subject):
        return self.folder / f"{subject}.npy"

    def make(self, classes=(1, 2) * 10, spoil=None):
        """Write the files; ``spoil`` is a function of a person's signals, (3, n_times)."""
        for subject in self.subject_list:
            signals = np.random.default_rng(subject).standard_normal((3, 300 * len(classes) + 300))
            signals *= 1e-5
            if spoil is not None:
                spoil(signals)
            np.save(self.path(subject), np.vstack([signals, self._stim(classes, signals.shape[1])]))
        return self

    def _stim(self, classes, n_times):
        stim = np.zeros(n_times)
        stim[[100 + 300 * place for place in range(len(classes))]] = classes
        return stim

    def _get_single_subject_data(self, subject):
        signals = np.load(self.path(subject))
        info = mne.create_info(["C3", "Cz", "C4", "stim"], SFREQ, ["eeg"] * 3 + ["stim"])
        return {"0": {"0": mne.io.RawArray(signals, info, verbose=False)}}

    def data_path(self, subject, **_):
        return [str(self.path(subject))]
