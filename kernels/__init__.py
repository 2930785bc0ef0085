"""Kernels: numbers in, numbers out, each in plain NumPy, in Numba and in CUDA."""

from neurokit.kernels.backends import available, find
from neurokit.kernels.blocks import (
    WeightModel,
    block_description_length,
    fit_blocks,
    weight_model,
)
from neurokit.kernels.covariance import (
    augmented_covariance_grid,
    augmented_covariances,
    covariances,
)
from neurokit.kernels.distances import distance_degrees
from neurokit.kernels.embedding import (
    beta_statistic,
    false_neighbour_ratios,
    first_minima,
    mdop,
    mutual_information,
    nearest_neighbours,
)
from neurokit.kernels.graphs import (
    clustering_coefficients,
    correlation_graph,
    expected_triangles,
    four_cycles,
    graph_from_correlation,
    triangles,
)
from neurokit.kernels.packed import PackedGraph
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
from neurokit.kernels.tensors import affinities, hals_update, sweep_rows
from neurokit.kernels.toeplitz import (
    lagged_covariances,
    lagged_from_coefficients,
    reflection_coefficients,
)

__all__ = [
    "PackedGraph",
    "WeightModel",
    "affinities",
    "augmented_covariance_grid",
    "augmented_covariances",
    "available",
    "beta_statistic",
    "block_description_length",
    "clustering_coefficients",
    "correlation_graph",
    "covariances",
    "distance_degrees",
    "distances_riemann",
    "expected_triangles",
    "false_neighbour_ratios",
    "find",
    "first_minima",
    "fit_blocks",
    "four_cycles",
    "graph_from_correlation",
    "hals_update",
    "lagged_covariances",
    "lagged_from_coefficients",
    "mdop",
    "mean_and_logarithms_siegel",
    "mean_and_tangent_vectors",
    "mean_riemann",
    "mean_siegel",
    "mutual_information",
    "nearest_neighbours",
    "reflection_coefficients",
    "siegel_distances",
    "siegel_exponentials",
    "siegel_logarithms",
    "siegel_translation",
    "sweep_rows",
    "tangent_vectors",
    "triangles",
    "weight_model",
]
