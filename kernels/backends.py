"""Where a kernel runs: ``find`` gives its implementation, ``available`` what this machine has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

BACKENDS = ("reference", "cpu", "gpu")


@cache
def _why_no_gpu() -> str:
    """Say why the gpu backend cannot run here; empty where it can."""
    if find_spec("numba_cuda") is None:
        return "numba-cuda is not installed (pip install 'neurokit-bci[gpu]')"
    from numba import cuda

    found: bool = cuda.is_available()  # type: ignore[no-untyped-call]
    return "" if found else "no CUDA device was found"


def available() -> tuple[str, ...]:
    """Backends that can run on this machine, ``reference`` and ``cpu`` always among them."""
    return BACKENDS[:2] if _why_no_gpu() else BACKENDS


def find(name: str, backend: str) -> Callable[..., Any]:
    """Find the implementation of a kernel in a backend.

    Parameters
    ----------
    name : str
        A public kernel (``"covariances"``), or ``"module.name"`` for a step that is not public.
    backend : {"reference", "cpu", "gpu"}
        Where it runs.

    Raises
    ------
    ValueError
        If there is no such backend, if it cannot run here, or if it has no such kernel.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
    if backend == "gpu" and (reason := _why_no_gpu()):
        raise ValueError(f"backend='gpu' cannot run here: {reason}; use backend='cpu'")
    module, _, name = name.rpartition(".")
    if not module:
        module = getattr(import_module(__package__), name).__module__.rpartition(".")[2]
    home = f"{__package__}.{backend}.{module}"
    try:
        return getattr(import_module(home), name)
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name != home:
            raise
        raise ValueError(f"{name} has no {backend} backend; use backend='cpu'") from None
