"""Block-Toeplitz search beside the search over whole augmented covariances."""

import numpy as np
from sklearn.metrics import roc_auc_score

from neurokit.kernels import lagged_covariances, reflection_coefficients
from neurokit.pipelines import AugmentedCovarianceSearch, BlockToeplitzSearch
from neurokit.timing import compare, machine, markdown

GRID = {"C": (0.5, 1, 1.5), "kernels": ("linear", "rbf"), "scoring": "roc_auc", "random_state": 0}


def autoregressions(n_epochs, n_channels=10, n_times=750, strength=0.006, seed=0):
    """Two classes of vector autoregressions of order 3 whose matrices differ a little."""
    rng = np.random.default_rng(seed)
    shape = 3, n_channels, n_channels
    A = 0.25 * rng.standard_normal(shape) / np.sqrt(n_channels)
    A[0] += 0.4 * np.eye(n_channels)
    by_class = np.stack([A, A + strength * rng.standard_normal(shape)])
    y = np.arange(n_epochs) % 2
    chosen = by_class[y]
    X = rng.standard_normal((n_epochs, n_channels, n_times + 100))
    for t in range(3, n_times + 100):
        past = X[..., t - 3 : t][..., ::-1]
        X[..., t] += np.einsum("ekij,ejk->ei", chosen, past)
    return X[..., 100:], y


def aucs(make, strength, seeds=(1, 2, 3), n_train=90):
    """Area under the curve on 300 epochs that the search has not seen, a value a seed."""
    for seed in seeds:
        X, y = autoregressions(n_train + 300, strength=strength, seed=seed)
        decided = make().fit(X[:n_train], y[:n_train]).decision_function(X[n_train:])
        yield roc_auc_score(y[n_train:], decided)


def main():
    X, y = autoregressions(90, n_channels=22)
    lagged = lagged_covariances(X, range(10))
    rows = [
        compare(
            "reflection coefficients, 90 epochs, order 10, 22 channels",
            lambda: reflection_coefficients(lagged),
            lambda: reflection_coefficients(lagged, backend="reference"),
            peer_name="direct formula",
            repeats=3,
        )
    ]
    for orders in ((8,), (8, 9, 10)):
        grid = {"orders": orders, "lags": (1, 2), **GRID}
        rows.append(
            compare(
                f"block-Toeplitz search, orders {orders}, 2 lags, 6 SVMs, 90 x 22 x 750",
                lambda grid=grid: BlockToeplitzSearch(**grid).fit(X, y),
                lambda grid=grid: AugmentedCovarianceSearch(**grid).fit(X, y),
                peer_name="AugmentedCovarianceSearch",
                bar=10,
                repeats=1,
            )
        )
    print(machine("numpy", "scikit-learn"))
    print(markdown(rows))
    grid = {"orders": (8,), "lags": (1, 2), **GRID}
    print("\nAUC at order 8 on 300 new epochs, mean of three simulations")
    for strength in (0.006, 0.009, 0.012):
        ours, whole = (
            np.mean(list(aucs(lambda search=search: search(**grid), strength)))
            for search in (BlockToeplitzSearch, AugmentedCovarianceSearch)
        )
        print(
            f"difference of the classes {strength}: block-Toeplitz {ours:.3f}, whole {whole:.3f}, "
            f"{100 * (ours - whole):+.1f} points (bar: -1)"
        )


if __name__ == "__main__":
    main()
