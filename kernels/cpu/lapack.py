"""BLAS and LAPACK for compiled code: scipy's own, called by address, without Python's lock.

Every argument is an address, as in Fortran, whose columns are our rows. The symbols keep their
names over processes, so that Numba may cache what calls them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import binding
from numba import types
from numba.extending import get_cython_function_address

LETTERS = np.frombuffer(b"CFLNRTU", np.uint8).copy()
C, F, L, N, R, T, U = range(7)


def _symbol(library: str, name: str, n_arguments: int) -> Any:
    address = get_cython_function_address(f"scipy.linalg.cython_{library}", name)
    binding.add_symbol(f"neurokit_{name}", address)
    signature = types.void(*[types.intp] * n_arguments)
    return types.ExternalFunction(f"neurokit_{name}", signature)


dgemm = _symbol("blas", "dgemm", 13)
dlarft = _symbol("lapack", "dlarft", 9)
dsymm = _symbol("blas", "dsymm", 12)
dsyr2k = _symbol("blas", "dsyr2k", 12)
dsytrd = _symbol("lapack", "dsytrd", 10)
dtrmm = _symbol("blas", "dtrmm", 11)
