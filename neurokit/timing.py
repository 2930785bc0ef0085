"""Fair timings: two functions in turn, in one process, medians and ratios."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Timing:
    """One line of a benchmark: what was timed, ours, the peer, and the bar it must reach."""

    what: str
    ours: float
    peer: float | None = None
    ratio: float | None = None
    bar: float | None = None
    peer_name: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the ratio is at least the bar; None where there is no bar."""
        if self.bar is None or self.ratio is None:
            return None
        return self.ratio >= self.bar


def compare(
    what: str,
    ours: Callable[[], Any],
    peer: Callable[[], Any] | None = None,
    *,
    peer_name: str = "",
    bar: float | None = None,
    repeats: int = 5,
    clock: Callable[[], float] = time.process_time,
) -> Timing:
    """Time two functions in turn, after one call of each that does not count.

    Parameters
    ----------
    what : str
        What is timed.
    ours, peer : callable
        Take no argument; the peer may be None.
    peer_name : str
        Distribution that the peer comes from; its version is printed beside it.
    bar : float
        The smallest ratio peer / ours that will do.
    repeats : int
        Counted calls of each; they alternate, so that a drift of the machine hits both.
    clock : callable
        ``time.process_time`` for processor seconds (all threads), ``time.perf_counter`` for wall.

    Returns
    -------
    timing : Timing
        Medians in seconds, and the median of the ratios pair by pair.
    """
    functions = [ours] if peer is None else [ours, peer]
    for function in functions:
        function()
    rounds = [[_seconds(function, clock) for function in functions] for _ in range(repeats)]
    medians = [statistics.median(column) for column in zip(*rounds, strict=True)]
    if peer is None:
        return Timing(what, medians[0])
    ratio = statistics.median(theirs / mine for mine, theirs in rounds)
    return Timing(what, medians[0], medians[1], ratio, bar, peer_name)


def _seconds(function: Callable[[], Any], clock: Callable[[], float]) -> float:
    start = clock()
    function()
    return clock() - start


def machine(*distributions: str) -> str:
    """Name the processor, the cores, Python and the versions of some distributions."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        processor = f"{names[0]}, {len(names)} cores" if names else processor
    versions = ", ".join(f"{name} {version(name)}" for name in distributions)
    return ", ".join(filter(None, [processor, f"Python {platform.python_version()}", versions]))


def markdown(timings: Iterable[Timing]) -> str:
    """Table of timings, a line each."""
    lines = ["| what | ours | peer | ratio | bar |", "|---|---|---|---|---|"]
    for row in timings:
        peer = "" if row.peer is None else f"{_pretty(row.peer)} ({row.peer_name})"
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}x"
        bar = "" if row.bar is None else f"{row.bar:g}x{'' if row.reached else ' (missed)'}"
        lines.append(f"| {row.what} | {_pretty(row.ours)} | {peer} | {ratio} | {bar} |")
    return "\n".join(lines)


def _pretty(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"
