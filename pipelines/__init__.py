"""scikit-learn estimators, and the named pipelines that are built of them.

Nothing is imported before it is asked for: scikit-learn alone costs a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurokit.pipelines.acm import AugmentedGridSearch
    from neurokit.pipelines.adhd import RegionMask, adhd_classifier
    from neurokit.pipelines.augmented import AugmentedCovariances, automatic_grid, max_order
    from neurokit.pipelines.catalogue import build, defaults, description, names, resolve
    from neurokit.pipelines.communities import WeightedBlockModel
    from neurokit.pipelines.cycles import CycleMaps
    from neurokit.pipelines.embedding import EmbeddedAugmentedCovariances
    from neurokit.pipelines.epochs import CheckedEpochs, as_array, sampling_rate
    from neurokit.pipelines.factor_match import factor_match
    from neurokit.pipelines.factorisation import NonNegativeFactorisation
    from neurokit.pipelines.features import (
        CombinedFeatures,
        MrmrSelection,
        PickedFeatures,
        StabilitySelection,
    )
    from neurokit.pipelines.fucone import ConnectivityMatrices
    from neurokit.pipelines.motor_imagery import FilterBank, LogBandPowers, SpatialCovariances
    from neurokit.pipelines.riemann import RiemannMDM, RiemannTangentSpace
    from neurokit.pipelines.search import AugmentedCovarianceSearch
    from neurokit.pipelines.sharp import SharpClassifier
    from neurokit.pipelines.sites import CombatCorrection, SiteResidualiser
    from neurokit.pipelines.toeplitz import (
        BlockToeplitzCovariances,
        SiegelMDM,
        SiegelTangentSpace,
    )
    from neurokit.pipelines.toeplitz_search import BlockToeplitzSearch

_HOMES = {
    "adhd": ("RegionMask", "adhd_classifier"),
    "communities": ("WeightedBlockModel",),
    "cycles": ("CycleMaps",),
    "augmented": ("AugmentedCovariances", "automatic_grid", "max_order"),
    "catalogue": ("build", "defaults", "description", "names", "resolve"),
    "acm": ("AugmentedGridSearch",),
    "fucone": ("ConnectivityMatrices",),
    "embedding": ("EmbeddedAugmentedCovariances",),
    "epochs": ("CheckedEpochs", "as_array", "sampling_rate"),
    "factor_match": ("factor_match",),
    "factorisation": ("NonNegativeFactorisation",),
    "features": ("CombinedFeatures", "MrmrSelection", "PickedFeatures", "StabilitySelection"),
    "motor_imagery": ("FilterBank", "LogBandPowers", "SpatialCovariances"),
    "riemann": ("RiemannMDM", "RiemannTangentSpace"),
    "search": ("AugmentedCovarianceSearch",),
    "sharp": ("SharpClassifier",),
    "sites": ("CombatCorrection", "SiteResidualiser"),
    "toeplitz": ("BlockToeplitzCovariances", "SiegelMDM", "SiegelTangentSpace"),
    "toeplitz_search": ("BlockToeplitzSearch",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AugmentedCovarianceSearch",
    "AugmentedCovariances",
    "AugmentedGridSearch",
    "BlockToeplitzCovariances",
    "BlockToeplitzSearch",
    "CheckedEpochs",
    "CombatCorrection",
    "CombinedFeatures",
    "ConnectivityMatrices",
    "CycleMaps",
    "EmbeddedAugmentedCovariances",
    "FilterBank",
    "LogBandPowers",
    "MrmrSelection",
    "NonNegativeFactorisation",
    "PickedFeatures",
    "RegionMask",
    "RiemannMDM",
    "RiemannTangentSpace",
    "SharpClassifier",
    "SiegelMDM",
    "SiegelTangentSpace",
    "SiteResidualiser",
    "SpatialCovariances",
    "StabilitySelection",
    "WeightedBlockModel",
    "adhd_classifier",
    "as_array",
    "automatic_grid",
    "build",
    "defaults",
    "description",
    "factor_match",
    "max_order",
    "names",
    "resolve",
    "sampling_rate",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
