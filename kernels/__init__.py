"""Kernels: numbers in, numbers out, each in plain NumPy, in Numba and in CUDA."""

from neurokit.kernels.backends import available, find

__all__ = ["available", "find"]
