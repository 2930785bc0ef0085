"""One function over many inputs: in this process, in processes beside it, or on dask."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any


@dataclass(frozen=True)
class Workers:
    """Where work runs.

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

    def __post_init__(self) -> None:
        """Refuse an engine that there is not."""
        if self.engine not in ("local", "dask"):
            raise ValueError(f"engine must be local or dask, got {self.engine!r}")

    def each(
        self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """Call an importable function with each task's arguments.

        Yields
        ------
        place, result
            As they end. What a task raises is raised here.

        Raises
        ------
        OSError
            If a process dies.
        """
        if self.engine == "dask":
            yield from self._on_dask(function, tasks)
        elif self.jobs < 2 or len(tasks) < 2:
            for place, task in enumerate(tasks):
                yield place, function(*task)
        else:
            yield from self._beside(function, tasks)

    def _beside(
        self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        pool = ProcessPoolExecutor(
            min(self.jobs, len(tasks)), get_context("spawn"), initializer=one_thread
        )
        try:
            places: dict[Future[Any], int] = {
                pool.submit(function, *task): place for place, task in enumerate(tasks)
            }
            for future in as_completed(places):
                yield places[future], future.result()
        except BrokenProcessPool as error:
            raise OSError(
                "a worker process died, too little memory is the usual reason; give fewer --jobs "
                "and run the same line again: what was finished is kept"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _on_dask(
        self, function: Callable[..., Any], tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        try:
            from distributed import Client, LocalCluster
            from distributed import as_completed as each_done
        except ImportError:
            raise ValueError(
                "engine dask needs dask.distributed; pip install 'neurokit-bci[cluster]'"
            ) from None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            where: Any = self.scheduler or LocalCluster(
                n_workers=max(self.jobs, 1), threads_per_worker=1, dashboard_address=None
            )
            try:
                client = Client(where, timeout="20s")
            except (OSError, TimeoutError) as error:
                raise OSError(
                    f"no dask scheduler answers at {where}; start one with dask scheduler, or "
                    "leave --scheduler out"
                ) from error
            try:
                places = {
                    client.submit(function, *task, pure=False): place
                    for place, task in enumerate(tasks)
                }
                for future in each_done(places):
                    yield places[future], future.result()
            finally:
                client.close()
                if self.scheduler is None:
                    where.close()


def one_thread() -> None:
    """Keep the libraries of this process to one thread each."""
    import numpy  # noqa: F401, its BLAS must be there to be limited
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
