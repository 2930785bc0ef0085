"""How much memory is free, and whether a run would fit, said before it begins."""

from __future__ import annotations

from pathlib import Path

GIGABYTE = 1e9


class TooLittleMemoryError(OSError):
    """What was asked would not fit."""


def available_bytes() -> int:
    """Bytes that a process may still take: of the machine, or of its container."""
    import psutil

    free = int(psutil.virtual_memory().available)
    group = Path("/sys/fs/cgroup")
    try:
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
        lines = (group / "memory.stat").read_text().splitlines()
        kept = next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    except (OSError, ValueError, StopIteration):
        return free
    # files that the system merely remembers are given back
    return max(min(free, limit - used + kept), 0)


def graph_bytes(n_nodes: int, n_times: int, n_threads: int = 1) -> int:
    """Bytes that a graph of correlations and its counts take beside the series, about."""
    bits = n_nodes**2 // 8
    series = 8 * n_nodes * n_times
    return bits + series + n_threads * 40_000_000 + 120 * n_nodes


def require(needed: int, what: str, cure: str) -> None:
    """Refuse a run that would not fit.

    Raises
    ------
    TooLittleMemoryError
        With the numbers, and what to do.
    """
    free = available_bytes()
    if needed > free:
        raise TooLittleMemoryError(
            f"{what} needs {needed / GIGABYTE:.2g} GB of memory, {free / GIGABYTE:.2g} GB are "
            f"free; {cure}"
        )
