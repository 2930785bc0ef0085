"""How long order and lag take to be read off the signals; the method's authors needed 1053 s."""

import time

import numpy as np
from scipy.signal import butter, sosfiltfilt

from neurokit.kernels import find
from neurokit.pipelines.embedding import fnn_order_and_lag, mdop_order_and_lag
from neurokit.timing import Timing, compare, machine, markdown

SHAPES = [((36, 64, 481), 160), ((200, 22, 1000), 250)]


def recording(shape, sfreq):
    """Mixed noise, 8 to 32 Hz."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((*shape[:2], shape[2] + 400))
    mixed = (np.eye(shape[1]) + 0.5 * rng.standard_normal((shape[1], shape[1]))) @ noise
    band = butter(4, [8, 32], "bandpass", fs=sfreq, output="sos")
    return sosfiltfilt(band, mixed)[..., 200:-200]


def once(what, function):
    start = time.process_time()
    function()
    return Timing(what, time.process_time() - start)


def beside_numpy(name, *arguments):
    ours, plain = (find(f"embedding.{name}", backend) for backend in ("cpu", "reference"))
    return compare(
        f"{name}, one series of 1000",
        lambda: ours(*arguments),
        lambda: plain(*arguments),
        peer_name="numpy",
        repeats=3,
    )


def main():
    series = recording((1, 4, 1000), 250)[0]
    rows = [
        beside_numpy("expansions", series[0], 3, 11, 0),
        beside_numpy("mutual_information", series, np.arange(1, 100, 2)),
        beside_numpy("nearest_by_channel", series, 950, 5),
    ]
    for shape, sfreq in SHAPES:
        epochs = recording(shape, sfreq)
        name = "{} trials x {} channels x {} samples".format(*shape)
        rows.append(once(f"mdop, {name}", lambda epochs=epochs: mdop_order_and_lag(epochs)))
        few = epochs[:36]
        rows.append(once(f"fnn, {name}, 36 trials", lambda few=few: fnn_order_and_lag(few)))
    rows.append(once("fnn, all of them", lambda: fnn_order_and_lag(epochs)))
    print(machine("numpy", "numba"))
    print(markdown(rows))


if __name__ == "__main__":
    main()
