"""One function over many inputs: in this process, in processes beside it, or on dask."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from typing import Any, Self

Tasks = Sequence[tuple[Any, ...]]


@dataclass
class Workers:
    """Where work runs; processes start when they are needed, and end with the ``with`` block.

    Parameters
    ----------
    jobs : int
        Processes; 0 and 1 work in this process.
    engine : {"local", "dask"}
    scheduler : str, optional
        Address of dask's scheduler; a cluster on this machine where None.
    """

    jobs: int = 1
    engine: str = "local"
    scheduler: str | None = None
    _pool: ProcessPoolExecutor | None = field(default=None, repr=False)
    _cluster: Any = field(default=None, repr=False)
    _client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse an engine that there is not."""
        if self.engine not in ("local", "dask"):
            raise ValueError(f"engine must be local or dask, got {self.engine!r}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def each(self, function: Callable[..., Any], tasks: Tasks) -> Iterator[tuple[int, Any]]:
        """Call an importable function with each task's arguments.

        Yields
        ------
        place, result
            As they end. What a task raises is raised here.

        Raises
        ------
        OSError
            If a process dies, or no scheduler answers.
        """
        if self.engine == "dask":
            yield from self._on_dask(function, tasks)
        elif self.jobs < 2 or len(tasks) < 2:
            for place, task in enumerate(tasks):
                yield place, function(*task)
        else:
            yield from self._beside(function, tasks)

    def _beside(self, function: Callable[..., Any], tasks: Tasks) -> Iterator[tuple[int, Any]]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.jobs, get_context("spawn"), initializer=begin)
        places: dict[Future[Any], int] = {}
        try:
            for place, task in enumerate(tasks):
                places[self._pool.submit(function, *task)] = place
            for future in as_completed(places):
                yield places[future], future.result()
        except BrokenProcessPool as error:
            self.close()
            raise OSError(
                "a worker process died, too little memory is the usual reason; give fewer --jobs "
                "and run the same line again: what was finished is kept"
            ) from error
        finally:
            for future in places:
                future.cancel()

    def _on_dask(self, function: Callable[..., Any], tasks: Tasks) -> Iterator[tuple[int, Any]]:
        from_now = self._dask()
        from distributed import as_completed as each_done

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tables that travel with their task
            places = {
                from_now.submit(function, *task, pure=False): place
                for place, task in enumerate(tasks)
            }
        for future in each_done(places):
            yield places[future], future.result()

    def _dask(self) -> Any:
        """Client of the scheduler, or of a cluster that is started here."""
        if self._client is not None:
            return self._client
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise ValueError(
                "engine dask needs dask.distributed; pip install 'neurokit-bci[cluster]'"
            ) from None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.scheduler is None:
                self._cluster = LocalCluster(
                    n_workers=max(self.jobs, 1),
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            try:
                self._client = Client(self.scheduler or self._cluster, timeout="20s")
            except (OSError, TimeoutError) as error:
                raise OSError(
                    f"no dask scheduler answers at {self.scheduler}; start one with dask "
                    "scheduler, or leave --scheduler out"
                ) from error
        return self._client

    def close(self) -> None:
        """End the processes that were started here; what they were at is lost, no more."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            logging.getLogger("distributed").setLevel(logging.CRITICAL)
            with warnings.catch_warnings(), suppress(Exception):
                warnings.simplefilter("ignore")
                self._client.close(timeout=2)
                if self._cluster is not None:
                    self._cluster.close(timeout=2)
        self._pool = self._client = self._cluster = None


def begin() -> None:
    """Keep a new process's libraries to one thread each, and end it with its parent."""
    import numpy  # noqa: F401, its BLAS must be there to be limited
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # a parent that was killed cannot say that there is no more to do
