"""The search over augmented covariances beside scikit-learn's, as MOABB runs it."""

import tempfile
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from neurokit.pipelines import AugmentedCovarianceSearch
from neurokit.timing import compare, machine, markdown
from tests.test_search import moabb_search


def recording(n_epochs, n_channels, n_times, sfreq=250.0, seed=0):
    """Mixed noise between 8 and 35 Hz, one source a little louder in one class."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_epochs) % 2
    frequency = np.fft.rfftfreq(n_times, 1 / sfreq)
    # the stop band keeps a thousandth, as a real filter and real noise do
    gain = np.where((frequency > 8) & (frequency < 35), 1, 1e-3)
    spectrum = np.fft.rfft(rng.standard_normal((n_epochs, n_channels, n_times)))
    sources = np.fft.irfft(spectrum * gain, n_times)
    sources[y == 1, 0] *= 1.2
    return rng.standard_normal((n_channels, n_channels)) @ sources, y


def main():
    rows = []
    for shape, orders in (((90, 10, 750), (1, 5, 10)), ((60, 22, 500), (1, 2, 4))):
        X, y = recording(*shape)
        grid = {"orders": orders, "lags": (2, 6), "scoring": "roc_auc"}

        def ours(grid=grid, X=X, y=y, **options):
            search = AugmentedCovarianceSearch(**grid, random_state=42, **options)
            return search.fit(X, y).cv_results_

        def peer(grid=grid, X=X, y=y):
            return moabb_search(**grid).fit(X, y).cv_results_

        def cached(grid=grid, X=X, y=y):
            with tempfile.TemporaryDirectory() as folder:
                return moabb_search(**grid, memory=str(Path(folder))).fit(X, y).cv_results_

        what = f"search of 36 points, {' x '.join(map(str, shape))}, orders {orders}"
        same = np.abs(ours()["mean_test_score"] - peer()["mean_test_score"]).max()
        name = "scikit-learn"
        rows.append(
            compare(
                f"{what} (scores differ by {same:.0e})",
                lambda ours=ours: ours(return_train_score=True),
                peer,
                peer_name=name,
                bar=8,
                repeats=1,
            )
        )
        rows.append(
            compare(
                f"{what}, Pipeline(memory=...)",
                lambda ours=ours: ours(return_train_score=True),
                cached,
                peer_name=name,
                bar=3,
                repeats=1,
            )
        )
    print(machine("scikit-learn", "moabb", "pyriemann"))
    print(markdown(rows))


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
