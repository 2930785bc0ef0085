"""The last seconds of a stream in memory that processes share: one writer, any number of readers.

The ring is a mapped file rather than a named segment, so that it belongs to nobody's process: the
window may die, or the recorder, and the other still maps it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MAGIC = b"NKRING01"
_HEADER = np.dtype(
    [
        ("magic", "S8"),
        ("begun", "<i8"),
        ("done", "<i8"),
        ("capacity", "<i8"),
        ("n_channels", "<i8"),
        ("sfreq", "<f8"),
        ("closed", "<i8"),
        ("spare", "V8"),
    ]
)


@dataclass(frozen=True)
class Piece:
    """Samples that a reader took from a ring.

    ``samples`` has shape (n_samples, n_channels), ``stamps`` (n_samples,); ``next`` is the number
    of the sample that comes after them, and ``lost`` how many were overwritten before they
    could be read.
    """

    samples: np.ndarray
    stamps: np.ndarray
    next: int
    lost: int


class Ring:
    """Ring of samples in a mapped file.

    Parameters
    ----------
    path : path-like
        The file; ``create`` makes it.

    Raises
    ------
    ValueError
        If the file is not a ring.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._header = np.memmap(self.path, _HEADER, "r+", shape=(1,))
        if self._header["magic"][0] != MAGIC:
            raise ValueError(f"{path} is not a ring of samples")
        self.capacity = int(self._header["capacity"][0])
        self.n_channels = int(self._header["n_channels"][0])
        self.sfreq = float(self._header["sfreq"][0])
        start = _HEADER.itemsize
        self._stamps = np.memmap(self.path, "<f8", "r+", start, (self.capacity,))
        start += 8 * self.capacity
        shape = (self.capacity, self.n_channels)
        self._samples = np.memmap(self.path, "<f8", "r+", start, shape)

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], n_channels: int, sfreq: float, seconds: float = 30.0
    ) -> Ring:
        """Make a ring that holds the last ``seconds`` of ``n_channels`` at ``sfreq`` hertz."""
        capacity = max(int(np.ceil(seconds * sfreq)), 1)
        header = np.zeros(1, _HEADER)
        header["magic"], header["capacity"] = MAGIC, capacity
        header["n_channels"], header["sfreq"] = n_channels, sfreq
        with open(path, "wb") as file:
            file.write(header.tobytes())
            file.truncate(_HEADER.itemsize + 8 * capacity * (n_channels + 1))
        return cls(path)

    @property
    def n_written(self) -> int:
        """Samples written since the ring was made."""
        return int(self._header["done"][0])

    @property
    def is_closed(self) -> bool:
        """Whether the writer has said that nothing more comes."""
        return bool(self._header["closed"][0])

    def append(self, samples: np.ndarray, stamps: np.ndarray) -> None:
        """Write samples, shape (n_samples, n_channels), with their time stamps in seconds."""
        done = self.n_written
        after = done + len(stamps)
        # what a reader copies while this number is ahead of the other may be torn
        self._header["begun"] = after
        kept = slice(max(len(stamps) - self.capacity, 0), None)
        places = np.arange(done, after)[kept] % self.capacity
        self._samples[places] = samples[kept]
        self._stamps[places] = stamps[kept]
        self._header["done"] = after

    def read(self, start: int) -> Piece:
        """Samples from number ``start`` on, as far as the ring still holds them."""
        done = self.n_written
        first = min(max(start, done - self.capacity), done)
        places = np.arange(first, done) % self.capacity
        samples, stamps = self._samples[places], self._stamps[places]
        # the writer may have come round while we copied
        torn = max(int(self._header["begun"][0]) - self.capacity - first, 0)
        kept = slice(min(torn, len(stamps)), None)
        lost = max(first - start, 0) + min(torn, len(stamps))
        return Piece(np.asarray(samples[kept]), np.asarray(stamps[kept]), done, lost)

    def latest(self, seconds: float) -> Piece:
        """Samples of the last seconds."""
        return self.read(max(self.n_written - round(seconds * self.sfreq), 0))

    def close(self) -> None:
        """Tell the readers that nothing more comes."""
        self._header["closed"] = 1

    def remove(self) -> None:
        """Close the ring and remove its file; who maps it keeps what it holds."""
        self.close()
        self.path.unlink(missing_ok=True)
