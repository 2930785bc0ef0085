"""One level of threads: Python threads above, BLAS with a single one below."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_lock = Lock()
_open: list[Any] = []


@cache
def _controller() -> Any:
    """Find the BLAS libraries of this process; the search costs milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


@contextmanager
def single_blas_thread() -> Iterator[None]:
    """Pin BLAS to one thread; what callers in other threads have pinned stays so."""
    with _lock:
        _open.append(_open[0] if _open else _controller().limit(limits=1))
    try:
        yield
    finally:
        with _lock:
            limit = _open.pop()
            if not _open:
                limit.restore_original_limits()


def in_threads(
    function: Callable[[Item], Result], items: Sequence[Item], n_threads: int
) -> list[Result]:
    """Apply a function that releases the lock to each item; the results keep their order."""
    with single_blas_thread():
        if n_threads == 1:
            return [function(item) for item in items]
        return list(_pool(n_threads).map(function, items))


@cache
def _pool(n_threads: int) -> ThreadPoolExecutor:
    """Keep the threads: to start them takes as long as a small mean."""
    return ThreadPoolExecutor(n_threads, thread_name_prefix="neurokit-kernels")


if hasattr(os, "register_at_fork"):  # a child has the pool but none of its threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
