"""Layers of leaky integrate-and-fire units over sparse connections, and their gradients.

A unit's potential leaks, sums what reaches it in the same step, and falls by the threshold in the
step after it fired:

    v[t] = beta v[t - 1] + sum of weights of sources that fire at t + bias - theta s[t - 1]
    s[t] = 1 where v[t] > theta

Gradients replace the derivative of a spike by ``max(0, 1 - |v - theta| / width)`` and do not
follow the fall by the threshold [1]_. Since this surrogate is zero far from the threshold, few
units count at a time [2]_.

References
----------
.. [1] E. O. Neftci, H. Mostafa, F. Zenke, IEEE Signal Processing Magazine, 2019,
       doi:10.1109/MSP.2019.2931595.
.. [2] N. Perez-Nieves, D. F. M. Goodman, NeurIPS, 2021, arXiv:2105.08810.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from neurokit.kernels.backends import find
from neurokit.kernels.connections import Connections
from neurokit.kernels.rasters import STEPS


@dataclass(frozen=True)
class SpikingLayer:
    """Units of one layer and the connections into them.

    Attributes
    ----------
    connections : Connections
        From the inputs, or the layer below, to the units.
    biases : array of float32, shape (n_units,)
        Current that flows into each unit at every step.
    beta : float
        Share of the potential that is left after a step, ``exp(-step / time constant)``.
    theta : float
        Threshold.
    width : float
        How far from the threshold the surrogate reaches.
    """

    connections: Connections
    biases: np.ndarray
    beta: float = 0.95
    theta: float = 1.0
    width: float = 0.3

    def __post_init__(self) -> None:
        if self.connections.n_targets > 2**16:
            raise ValueError(
                f"a layer has 65,536 units at most, got {self.connections.n_targets}; use two"
            )
        if self.biases.shape != (self.connections.n_targets,):
            raise ValueError(
                f"a layer of {self.connections.n_targets} units needs as many biases, got an array "
                f"of shape {self.biases.shape}"
            )
        if not 0 <= self.beta <= 1 or not self.theta > 0 or not self.width > 0:
            raise ValueError(
                "beta must lie from 0 to 1, theta and width above 0, got "
                f"beta={self.beta}, theta={self.theta}, width={self.width}"
            )

    @property
    def n_units(self) -> int:
        """Number of units."""
        return self.connections.n_targets


@dataclass(frozen=True)
class Activity:
    """What layers did in a batch of trials.

    Attributes
    ----------
    counts : tuple of arrays of int32, shape (n_trials, n_units)
        Spikes of each unit, one array a layer.
    raster : array of uint16, shape (n_trials, ceil(n_steps / 16), n_units), or None
        Spikes of the tap layer; see :mod:`neurokit.kernels.rasters`.
    n_steps : int
    """

    counts: tuple[np.ndarray, ...]
    raster: np.ndarray | None
    n_steps: int
    _trace: Any = None  # what gradients need, as the backend likes it
    _backend: str = "cpu"


@dataclass(frozen=True)
class LayerGradient:
    """Gradient of one layer: of its connections' values and of its biases, float32."""

    values: np.ndarray
    biases: np.ndarray


def simulate(
    layers: Sequence[SpikingLayer],
    inputs: np.ndarray,
    *,
    n_steps: int | None = None,
    tap: int | None = None,
    learn: bool = False,
    n_threads: int = 1,
    backend: str = "cpu",
) -> Activity:
    """Let a batch of trials run through layers.

    Parameters
    ----------
    layers : sequence of SpikingLayer
        From the one that the inputs reach to the last; no delay lies between them.
    inputs : array
        One of three: real currents that change, shape (n_trials, n_steps, n_inputs); real
        currents that stay the same for ``n_steps``, shape (n_trials, n_inputs); spikes, uint16 of
        shape (n_trials, ceil(n_steps / 16), n_inputs), as a tap gave them
        (``simulate(layers[tap + 1 :], raster, n_steps=n_steps)`` goes on above it).
    n_steps : int, optional
        Needed for constant currents and for spikes.
    tap : int, optional
        Layer whose spikes to return, counted from 0.
    learn : bool
        Whether to keep what :func:`gradients` needs.
    n_threads : int
        Threads that share the trials; the result is the same to the bit for any number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    activity : Activity

    Raises
    ------
    ValueError
        If shapes do not fit each other, or an input is not finite.

    Notes
    -----
    With ``learn``, memory grows with the trials of the batch: 37 bytes for each block of 8 steps in
    which a unit came near its threshold, nothing for the others.
    """
    layers = tuple(layers)
    _check_layers(layers)
    inputs, n_steps = _checked_inputs(layers, inputs, n_steps)
    if tap is not None and not 0 <= tap < len(layers):
        raise ValueError(f"tap must name one of {len(layers)} layers, from 0, got {tap}")
    run = find("spiking.simulate", backend)
    counts, raster, trace = run(layers, inputs, n_steps, tap, learn, n_threads)
    return Activity(tuple(counts), raster, n_steps, trace, backend)


def _check_layers(layers: tuple[SpikingLayer, ...]) -> None:
    if not layers:
        raise ValueError("layers is empty; give one SpikingLayer or more")
    for below, above in pairwise(layers):
        if above.connections.n_sources != below.n_units:
            raise ValueError(
                f"a layer of {below.n_units} units stands below one that is connected to "
                f"{above.connections.n_sources}; make the connections anew"
            )


def _checked_inputs(
    layers: tuple[SpikingLayer, ...], inputs: np.ndarray, n_steps: int | None
) -> tuple[np.ndarray, int]:
    """Inputs as float32 or uint16, and the number of steps."""
    inputs = np.asarray(inputs)
    spikes = inputs.dtype == np.uint16
    if inputs.ndim not in ((3,) if spikes else (2, 3)):
        raise ValueError(
            "inputs must be currents of shape (n_trials, n_steps, n_inputs) or (n_trials, "
            "n_inputs), or a uint16 raster of shape (n_trials, n_blocks, n_inputs), got "
            f"{inputs.dtype} of shape {inputs.shape}"
        )
    if inputs.shape[-1] != layers[0].connections.n_sources:
        raise ValueError(
            f"the first layer is connected to {layers[0].connections.n_sources} inputs, got "
            f"{inputs.shape[-1]}"
        )
    if inputs.ndim == 3 and not spikes:
        if n_steps not in (None, inputs.shape[1]):
            raise ValueError(f"the currents last {inputs.shape[1]} steps, not n_steps={n_steps}")
        n_steps = inputs.shape[1]
    if n_steps is None or n_steps < 1:
        raise ValueError(f"n_steps must be 1 or more, got {n_steps}")
    if spikes:
        if inputs.shape[1] != -(-n_steps // STEPS):
            raise ValueError(
                f"a raster of {n_steps} steps has {-(-n_steps // STEPS)} blocks of {STEPS}, got "
                f"{inputs.shape[1]}"
            )
        return np.ascontiguousarray(inputs), n_steps
    inputs = np.ascontiguousarray(inputs, dtype=np.float32)
    # the least and the largest are NaN where one is, and no third array is made
    if inputs.size and not np.isfinite(inputs.min() + inputs.max()):
        raise ValueError("some currents are not finite; leave these trials out, or mend them")
    return inputs, n_steps


def gradients(
    layers: Sequence[SpikingLayer],
    activity: Activity,
    slopes: np.ndarray | Sequence[np.ndarray | None],
    *,
    n_threads: int = 1,
) -> tuple[LayerGradient, ...]:
    """Gradient of a loss with respect to weights and biases, summed over the trials.

    Parameters
    ----------
    layers : sequence of SpikingLayer
        The same as were simulated, unchanged since.
    activity : Activity
        From :func:`simulate` with ``learn=True``; where that ran, this runs.
    slopes : array, shape (n_trials, n_units), or sequence of them
        Derivative of the loss with respect to each spike count of the last layer, or of each
        layer, None for those that the loss does not see. A loss of mean rates has
        ``slope / n_steps``.
    n_threads : int
        Threads that share the trials; the result is the same to the bit for any number.

    Returns
    -------
    gradients : tuple of LayerGradient
        One a layer, in the order of its connections.

    Raises
    ------
    ValueError
        If the activity was not kept, or shapes do not fit.
    """
    layers = tuple(layers)
    if activity._trace is None:
        raise ValueError("the activity was not kept; call simulate(..., learn=True)")
    if isinstance(slopes, np.ndarray):
        slopes = [*[None] * (len(layers) - 1), slopes]
    shapes = [None if each is None else np.shape(each) for each in slopes]
    wanted = [counts.shape for counts in activity.counts]
    if len(shapes) != len(wanted) or any(
        shape not in (None, other) for shape, other in zip(shapes, wanted, strict=True)
    ):
        raise ValueError(f"slopes must have shapes {wanted}, a layer each, got {shapes}")
    run = find("spiking.gradients", activity._backend)
    steep = [
        np.zeros(shape, dtype=np.float32)
        if each is None
        else np.ascontiguousarray(each, dtype=np.float32)
        for each, shape in zip(slopes, wanted, strict=True)
    ]
    return tuple(LayerGradient(*pair) for pair in run(layers, activity._trace, steep, n_threads))
