"""Kernels: numbers in, numbers out, each in plain NumPy, in Numba and in CUDA."""

from neurokit.kernels.backends import available, find
from neurokit.kernels.covariance import (
    augmented_covariance_grid,
    augmented_covariances,
    covariances,
)
from neurokit.kernels.siegel import (
    mean_and_logarithms_siegel,
    mean_siegel,
    siegel_distances,
    siegel_exponentials,
    siegel_logarithms,
    siegel_translation,
)
from neurokit.kernels.spd import (
    distances_riemann,
    mean_and_tangent_vectors,
    mean_riemann,
    tangent_vectors,
)
from neurokit.kernels.toeplitz import (
    lagged_covariances,
    lagged_from_coefficients,
    reflection_coefficients,
)

__all__ = [
    "augmented_covariance_grid",
    "augmented_covariances",
    "available",
    "covariances",
    "distances_riemann",
    "find",
    "lagged_covariances",
    "lagged_from_coefficients",
    "mean_and_logarithms_siegel",
    "mean_and_tangent_vectors",
    "mean_riemann",
    "mean_siegel",
    "reflection_coefficients",
    "siegel_distances",
    "siegel_exponentials",
    "siegel_logarithms",
    "siegel_translation",
    "tangent_vectors",
]
