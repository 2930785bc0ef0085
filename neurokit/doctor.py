"""What this computer can do, and what is missing, with the line that mends it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

NAME = "neurokit-bci"
LEAST_MEMORY_GB, LEAST_DISK_GB = 4.0, 2.0


@dataclass(frozen=True)
class Check:
    """One finding.

    ``fine`` is False where something needed is missing, and None where only a wish is.
    """

    what: str
    found: str
    fine: bool | None = True
    cure: str = ""


def examine() -> list[Check]:
    """Look at this computer; changes nothing, and asks no network.

    Returns
    -------
    checks : list of Check
    """
    return [
        _python(),
        _ourselves(),
        _libraries(),
        _processor(),
        _memory(),
        _disk(),
        _blas(),
        _compiler(),
        _gpu(),
        _cluster(),
        _devices(),
        _data(),
    ]


def _python() -> Check:
    fine = sys.version_info >= (3, 11)
    cure = "" if fine else "install Python 3.11 or newer, and run make PYTHON=python3.11 demo"
    return Check("Python", f"{platform.python_version()} ({sys.executable})", fine, cure)


def _ourselves() -> Check:
    try:
        return Check("neurokit", version(NAME))
    except PackageNotFoundError:
        return Check("neurokit", "run from a checkout, not installed", None, "pip install -e .")


def _libraries() -> Check:
    """Whether each library that neurokit needs is there, and new enough."""
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(line) for line in requires(NAME) or ()]
    except PackageNotFoundError:
        return Check("libraries", "unknown: not installed", None, "pip install -e .")
    wanted = [need for need in wanted if need.marker is None or need.marker.evaluate()]
    bad = []
    for need in wanted:
        try:
            found = version(need.name)
        except PackageNotFoundError:
            bad.append((need, "missing"))
            continue
        if not need.specifier.contains(found, prereleases=True):
            bad.append((need, found))
    if not bad:
        return Check("libraries", f"all {len(wanted)} are there")
    told = ", ".join(f"{need.name} ({found})" for need, found in bad)
    lines = " ".join(f"'{need.name}{need.specifier}'" for need, _ in bad)
    return Check("libraries", told, False, f"pip install {lines}")


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> Check:
    from neurokit.timing import machine

    return Check("processor", f"{machine().partition(', Python')[0]}; {cores()} usable")


def memory_gb() -> float | None:
    """Memory of this computer in GB; None where it cannot be asked."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return None


def _memory() -> Check:
    found = memory_gb()
    if found is None:
        return Check("memory", "unknown", None)
    fine = found >= LEAST_MEMORY_GB or None
    cure = "" if fine else "evaluate with --jobs 1, and few subjects at a time"
    return Check("memory", f"{found:.1f} GB", fine, cure)


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    fine = free >= LEAST_DISK_GB
    cure = "" if fine else f"make room: results and recordings need {LEAST_DISK_GB:g} GB and more"
    return Check("disk", f"{free:.1f} GB free in {Path.cwd()}", fine, cure)


def _blas() -> Check:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.linalg.eigvalsh(np.eye(2))
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    if not pools:
        return Check("BLAS", "unknown", None)
    told = ", ".join(
        sorted({f"{pool['internal_api']} {pool['version']}" for pool in pools if pool["version"]})
    )
    threads = max(pool["num_threads"] for pool in pools)
    return Check("BLAS", f"{told}, {threads} threads; neurokit pins it inside its own")


def _compiler() -> Check:
    """Whether compiled kernels can be kept: without a cache each start compiles again."""
    folders = [Path(__file__).resolve().parent.parent / "kernels" / "cpu"]
    folders += [Path(__file__).resolve().parent / "kernels" / "cpu"]
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    home = [Path(chosen)] if chosen else [*folders, Path.home() / ".cache" / "numba"]
    found = f"numba {version('numba')}"
    for folder in home:
        if _writable(folder):
            return Check("compiled kernels", f"{found}, kept in {folder}")
    cure = "export NUMBA_CACHE_DIR=$HOME/.cache/numba"
    return Check("compiled kernels", f"{found}, cannot be kept: each start compiles", False, cure)


def _writable(folder: Path) -> bool:
    """Whether a file can be made in a folder, or where the folder would be made."""
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _gpu() -> Check:
    from neurokit.kernels.backends import find

    try:
        find("covariances", "gpu")
    except ValueError as error:
        reason = str(error).partition(": ")[2].partition(";")[0]
        cure = "" if "device" in reason else "pip install 'neurokit-bci[gpu]'"
        return Check("gpu", reason, None, cure)
    return Check("gpu", "CUDA device found: --backend gpu")


def _cluster() -> Check:
    names = ("distributed", "dask_jobqueue")
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        cure = "pip install 'neurokit-bci[cluster]'"
        return Check("cluster", f"{' and '.join(missing)} not installed", None, cure)
    return Check("cluster", f"dask.distributed {version('distributed')}: --engine dask")


def _devices() -> Check:
    if find_spec("brainflow") is None:
        cure = "pip install 'neurokit-bci[devices]'"
        return Check("devices", "LSL only: brainflow is not installed", None, cure)
    return Check("devices", f"LSL, and the boards of brainflow {version('brainflow')}")


def _data() -> Check:
    """Where MNE and MOABB look for recordings."""
    chosen = os.environ.get("MNE_DATA")
    if not chosen:
        from mne import get_config

        chosen = get_config("MNE_DATA")
    cure = "export MNE_DATA=/where/recordings/lie"
    if not chosen:
        return Check("recordings", "MNE_DATA is not set; ~/mne_data is used", None, cure)
    folder = Path(chosen).expanduser()
    if not folder.is_dir():
        return Check("recordings", f"MNE_DATA={chosen} is no folder", False, f"mkdir -p {chosen}")
    return Check("recordings", f"MNE_DATA={chosen}")
