"""How a signal unfolds in delay coordinates: mutual information, MDOP, false neighbours.

The backends are ``reference`` and ``cpu``: the searches branch too much to gain on a device.
"""

from __future__ import annotations

import numpy as np

from neurokit.kernels.backends import find

# a difference smaller than this, in standard deviations, is rounding: its logarithm is no news
_FLOOR = 1e-15


def mutual_information(series: np.ndarray, lags: np.ndarray, *, backend: str = "cpu") -> np.ndarray:
    """Mutual information of each series with itself delayed.

    Both axes of the joint histogram are cut where repeated halving leaves parts that pass a
    chi-squared test for evenness, after Fraser and Swinney [1]_. The first
    ``n_times - max(lags)`` samples serve every lag, and their shares stand for both marginals.

    Parameters
    ----------
    series : array, shape (..., n_times)
        Signals, in any unit.
    lags : array of int, shape (n_lags,)
        Delays in samples, at least 0.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    information : array, shape (..., n_lags)
        In bits.

    Raises
    ------
    ValueError
        If a value is not finite, or if the lags leave fewer than ten samples.

    References
    ----------
    .. [1] A. M. Fraser, H. L. Swinney, Phys. Rev. A 33, 1986, doi:10.1103/PhysRevA.33.1134.
    """
    series = _finite(series, "series")
    lags = np.atleast_1d(np.asarray(lags, dtype=np.int64))
    n_times = series.shape[-1]
    if lags.min() < 0 or n_times - lags.max() < 10:
        raise ValueError(
            f"lags must lie between 0 and n_times - 10 = {n_times - 10}, "
            f"got {lags.min()} to {lags.max()}; take shorter lags or longer series"
        )
    found = find("mutual_information", backend)(series.reshape(-1, n_times), lags)
    return np.reshape(found, (*series.shape[:-1], len(lags)))


def first_minima(values: np.ndarray) -> np.ndarray:
    """Index of the first value that the next one does not undercut; the last where none is.

    Parameters
    ----------
    values : array, shape (..., n_values)
        Rows to search, mutual information over lags for instance.

    Returns
    -------
    index : array of int, shape (...)
        The first index counts as a minimum, as in the authors' search.
    """
    values = np.asarray(values, dtype=np.float64)
    stops = np.ones(values.shape, dtype=bool)
    stops[..., :-1] = values[..., 1:] >= values[..., :-1]
    return np.argmax(stops, axis=-1)


def nearest_neighbours(
    points: np.ndarray, *, window: int = 0, backend: str = "cpu"
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest neighbour of each point of a trajectory, not counting those close in time.

    Parameters
    ----------
    points : array, shape (n_points, n_dimensions)
        One point a sample.
    window : int
        Theiler window [1]_ in samples: points at most that far apart in time are no neighbours.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    index : array of int, shape (n_points,)
        The nearest point that does not coincide.
    distance : array, shape (n_points,)
        Euclidean; infinite where there is no such point.

    References
    ----------
    .. [1] J. Theiler, Phys. Rev. A 34, 1986, doi:10.1103/PhysRevA.34.2427.
    """
    points = _finite(points, "points")
    if points.ndim != 2:
        raise ValueError(
            f"points must have shape (n_points, n_dimensions), got {points.shape}; "
            "write points[:, None] for one dimension"
        )
    index, distance = find("nearest_neighbours", backend)(points, window)
    return index, distance


def beta_statistic(
    points: np.ndarray,
    series: np.ndarray,
    *,
    max_delay: int = 50,
    window: int = 1,
    backend: str = "cpu",
) -> np.ndarray:
    """How much each delay of each series would unfold a trajectory (Nichkawde).

    Parameters
    ----------
    points : array, shape (n_points, n_dimensions)
        The trajectory so far.
    series : array, shape (n_series, n_times)
        Candidates, at least as long as the trajectory.
    max_delay : int
        Largest delay in samples.
    window : int
        Theiler window in samples.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    beta : array, shape (n_series, max_delay + 1)
        Mean over points of log10 |s(j + delay) - s(n(j) + delay)| / ||Y(j) - Y(n(j))||, where n(j)
        is the nearest neighbour among the first ``n_points - max_delay``.

    References
    ----------
    .. [1] C. Nichkawde, Phys. Rev. E 87, 2013, doi:10.1103/PhysRevE.87.022905.
    """
    points, series = _finite(points, "points"), _finite(series, "series")
    n_near = len(points) - max_delay
    _check_room(n_near, window)
    index, near = nearest_neighbours(points[:n_near], window=window, backend=backend)
    spread = find("embedding.log_spread", backend)(series, index, max_delay, _FLOOR)
    return spread - np.log10(near).mean()


def mdop(
    epoch: np.ndarray,
    *,
    window: int,
    max_delay: int = 50,
    threshold: float = 0.05,
    max_cycles: int = 50,
    backend: str = "cpu",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Embed channels by maximising derivatives on projection (MDOP).

    Channels are scaled to unit variance. The first cycle tries every pair of channels, a later one
    every channel, with delays from 0 to ``max_delay``, and adds the one of largest
    :func:`beta_statistic`. The share of false neighbours (those whose distance more than doubles,
    among those nearer than one half; 1 where there is none) ends it: at ``threshold`` or below, or
    when it rises. It judges the embedding before the last addition, which is therefore dropped.

    Neighbours at distance zero do not count; differences below 1e-15 count as 1e-15.

    Parameters
    ----------
    epoch : array, shape (n_channels, n_times)
        Signals, in any unit.
    window : int
        Theiler window in samples.
    max_delay : int
        Largest delay in samples.
    threshold : float
        Share of false neighbours that is small enough.
    max_cycles : int
        Additions tried at most.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    channels : array of int, shape (order,)
        Channel of each coordinate.
    delays : array of int, shape (order,)
        Delay of each in samples; the first is 0.
    false_neighbours : array, shape (n_cycles,)
        Their share after each addition, the dropped one among them.

    Raises
    ------
    ValueError
        If a channel is constant, or if the epoch is too short for the delay and the window.

    References
    ----------
    .. [1] C. Nichkawde, Phys. Rev. E 87, 2013, doi:10.1103/PhysRevE.87.022905.
    """
    epoch = _finite(epoch, "epoch")
    _check_room(epoch.shape[-1] - 2 * max_delay, window)
    x = _standardised(epoch)
    n_near = x.shape[1] - max_delay
    spread, extend = find("embedding.log_spread", backend), find("embedding.extend", backend)
    first, second, delay = _first_pick(x, n_near, window, max_delay, backend)
    squares = find("embedding.squared_distances", backend)(x.shape[1])
    _, distances = extend(squares, x[first], n_near, window)
    channels, delays = [first, second], [0, delay]
    shares: list[float] = []
    while True:
        n = min(len(distances), x.shape[1] - delays[-1])
        coordinate = x[channels[-1], delays[-1] : delays[-1] + n]
        index, grown = extend(squares, coordinate, n - max_delay, window)
        shares.append(_false_share(distances[:n], grown))
        rises = len(shares) > 1 and shares[-1] > shares[-2]
        if shares[-1] <= threshold or rises or len(shares) >= max_cycles:
            return np.array(channels[:-1]), np.array(delays[:-1]), np.array(shares)
        distances = grown
        beta = spread(x, index, max_delay, _FLOOR)
        best = np.unravel_index(np.argmax(beta), beta.shape)
        channels.append(int(best[0]))
        delays.append(int(best[1]))


def _first_pick(
    x: np.ndarray, n_near: int, window: int, max_delay: int, backend: str
) -> tuple[int, int, int]:
    """Pair of channels and delay of largest beta statistic."""
    index, near = find("embedding.nearest_by_channel", backend)(x, n_near, window)
    spread = find("embedding.log_spread", backend)
    beta = np.stack([spread(x, neighbours, max_delay, _FLOOR) for neighbours in index])
    beta -= np.log10(near).mean(axis=1)[:, None, None]
    first, second, delay = np.unravel_index(np.argmax(beta), beta.shape)
    return int(first), int(second), int(delay)


def _false_share(before: np.ndarray, after: np.ndarray) -> float:
    """Share of near neighbours whose distance more than doubles; 1 where none does."""
    near = before < 0.5
    false = np.sum(near & (after > 2 * before))
    return float(false / near.sum()) if false else 1.0


def false_neighbour_ratios(
    series: np.ndarray,
    lags: np.ndarray,
    n_dimensions: int = 10,
    *,
    window: int = 0,
    backend: str = "cpu",
) -> np.ndarray:
    """Cao's E1: how the growth of nearest neighbours' distances settles with the dimension.

    E1(d) = E(d + 1) / E(d), where E(d) is the mean over points of the distance to the nearest
    neighbour in d dimensions once a coordinate is added, over that distance. The nearest neighbour
    is the nearest that does not coincide.

    Parameters
    ----------
    series : array, shape (n_series, n_times)
        Signals, in any unit.
    lags : array of int, shape (n_series,)
        Delay of each series in samples, at least 1.
    n_dimensions : int
        E1 is given for d = 1 ... n_dimensions.
    window : int
        Theiler window in samples; 0 excludes only the point itself, as Cao did.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    ratios : array, shape (n_series, n_dimensions)
        Not a number where fewer than ten points are left.

    References
    ----------
    .. [1] L. Cao, Physica D 110, 1997, doi:10.1016/S0167-2789(97)00118-8.
    """
    series = _finite(series, "series")
    lags = np.asarray(lags, dtype=np.int64)
    if series.ndim != 2 or lags.shape != series.shape[:1] or (lags < 1).any():
        raise ValueError(
            f"series must have shape (n_series, n_times) with a lag of at least 1 for each, "
            f"got {series.shape} and lags of shape {lags.shape}"
        )
    expansions = find("embedding.expansions", backend)
    means = np.stack(
        [
            expansions(signal, int(lag), n_dimensions + 1, window)
            for signal, lag in zip(series, lags, strict=True)
        ]
    )
    return means[:, 1:] / means[:, :-1]


def _finite(values: np.ndarray, name: str) -> np.ndarray:
    values = np.ascontiguousarray(values, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity; drop those epochs")
    return values


def _standardised(epoch: np.ndarray) -> np.ndarray:
    if epoch.ndim != 2:
        raise ValueError(f"epoch must have shape (n_channels, n_times), got {epoch.shape}")
    flat = np.flatnonzero(np.ptp(epoch, axis=1) == 0)
    if len(flat):
        raise ValueError(
            f"every channel must vary, got constant channels {', '.join(map(str, flat))}; "
            "drop them, or interpolate them before epoching"
        )
    centred = epoch - epoch.mean(axis=1, keepdims=True)
    return centred / centred.std(axis=1, ddof=1, keepdims=True)


def _check_room(n_near: int, window: int) -> None:
    if n_near < 2 * window + 3:
        raise ValueError(
            f"the epoch is too short: {max(n_near, 0)} samples are left after the largest delays, "
            f"and a Theiler window of {window} needs {2 * window + 3}; "
            "take longer epochs, a smaller max_delay or a smaller window"
        )
