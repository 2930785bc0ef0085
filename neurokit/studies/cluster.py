"""Folds on a dask cluster: one on this machine, one at an address, or SLURM's."""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import suppress
from typing import Any

import cloudpickle
import numpy as np

from neurokit.studies.engines import ATTEMPTS, Event, Inbox
from neurokit.studies.folds import Outcome, Task, failed
from neurokit.studies.worker import run_pickled

_PATIENCE = "20s"


class DaskEngine:
    """Runs folds through a dask scheduler; results come back to this process, the only writer.

    A worker that dies is replaced by its nanny (or by SLURM), and its fold redone once. At an
    address the scheduler's own ``allowed-failures`` says how often.

    Parameters
    ----------
    jobs : int
        Workers of a cluster that is started here.
    scheduler : str
        An address such as ``tcp://node:8786``, ``slurm``, or None for a cluster on this machine.
    inbox : queue
        Gets ("future", number, None).
    slurm : dict
        Options of ``dask_jobqueue.SLURMCluster``.

    Raises
    ------
    ValueError
        If dask is not installed.
    OSError
        If the scheduler does not answer.
    """

    def __init__(
        self, jobs: int, scheduler: str | None, inbox: Inbox, slurm: dict[str, Any]
    ) -> None:
        try:
            import dask
            from distributed import Client
        except ImportError:
            raise ValueError(
                "engine dask needs dask.distributed; pip install 'neurokit-bci[cluster]'"
            ) from None
        self.inbox = inbox
        self._tasks: dict[int, tuple[Any, Task]] = {}
        self._arrays: dict[str, Any] = {}
        self._count = 0
        self._cluster: Any = None
        # the first death is forgiven; and no worker holds more than it is at
        dask.config.set(
            {
                "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
                "distributed.scheduler.worker-saturation": 1.0,
            }
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            address = scheduler
            if scheduler in (None, "slurm"):
                self._cluster = address = _start(max(jobs, 1), scheduler, slurm)
            try:
                self._client = Client(address, timeout=_PATIENCE)
            except (OSError, TimeoutError) as error:
                raise OSError(
                    f"no dask scheduler answers at {scheduler}; start one with dask scheduler, "
                    "or leave --scheduler out"
                ) from error
        self._jobs = max(jobs, 1)

    @property
    def room(self) -> int:
        """Threads of the cluster without a task."""
        threads = sum(worker["nthreads"] for worker in self._workers().values())
        return max(threads, 1) - len(self._tasks)

    def _workers(self) -> dict[str, Any]:
        return dict(self._client.scheduler_info(n_workers=-1)["workers"])

    def share(self, array: str) -> None:
        """Leave epochs in their file where all workers see it, else give them to the scheduler."""
        with suppress(Exception):  # a worker that dies while it is asked has seen nothing
            seen = self._client.run(os.path.exists, array)
            if seen and all(seen.values()):
                return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a large graph: unlike scattered data it survives
            self._arrays[array] = self._client.submit(np.asarray, np.load(array), pure=False)

    def forget(self, array: str) -> None:
        """Let the cluster drop epochs."""
        self._arrays.pop(array, None)

    def submit(self, task: Task) -> None:
        """Send a task."""
        self._count += 1
        number, message = self._count, cloudpickle.dumps(task)
        shared = self._arrays.get(task.array)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            future = self._client.submit(run_pickled, message, shared, pure=False)
        self._tasks[number] = future, task
        future.add_done_callback(lambda _: self.inbox.put(("future", number, None)))

    def settle(self, event: Event) -> tuple[Task, list[Outcome]] | None:
        """Fetch what a task gave."""
        future, task = self._tasks.pop(event[1])
        try:
            outcomes: list[Outcome] = cloudpickle.loads(future.result())
        except Exception as error:
            outcomes = failed(task, _reason(error))
        return task, outcomes

    def close(self) -> None:
        """Cancel what still runs; stop the cluster if it was started here."""
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        with warnings.catch_warnings(), suppress(Exception):
            warnings.simplefilter("ignore")
            self._client.cancel([future for future, _ in self._tasks.values()], force=True)
            self._client.close(timeout=2)
            if self._cluster is not None:
                self._cluster.close(timeout=2)


def _start(jobs: int, scheduler: str | None, slurm: dict[str, Any]) -> Any:
    if scheduler == "slurm":
        try:
            from dask_jobqueue import SLURMCluster
        except ImportError:
            raise ValueError(
                "scheduler slurm needs dask-jobqueue; pip install 'neurokit-bci[cluster]'"
            ) from None
        cluster = SLURMCluster(**slurm)
        cluster.scale(jobs=jobs)
        return cluster
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=jobs,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def _reason(error: Exception) -> str:
    from distributed.scheduler import KilledWorker

    if isinstance(error, KilledWorker):
        return (
            f"the worker died {ATTEMPTS} times at this fold; too little memory is the usual "
            "reason: give fewer --jobs"
        )
    return f"{type(error).__name__}: {error}"
