"""Write XDF files that survive a crash; ``neurokit.files.xdf_mender`` mends those that were cut.

A file is ``XDF:`` and then chunks, ``[bytes of length][length][tag][content]``. What lies before a
torn chunk is whole, so a recording is safe as soon as it is flushed.

References
----------
.. [1] Extensible Data Format, specification 1.0, https://github.com/sccn/xdf/wiki/Specifications.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO
from xml.etree import ElementTree

import numpy as np

from neurokit.files.whole_files import sync_folder

MAGIC = b"XDF:"
FILE_HEADER, STREAM_HEADER, SAMPLES, CLOCK_OFFSET, BOUNDARY, STREAM_FOOTER = range(1, 7)
BOUNDARY_MARK = bytes.fromhex("43A546DCCBF5410FB30ED5467383CBE4")
BOUNDARY_SECONDS = 10.0
FORMATS = {
    "float32": "<f4",
    "double64": "<f8",
    "int8": "i1",
    "int16": "<i2",
    "int32": "<i4",
    "int64": "<i8",
}


@dataclass(frozen=True)
class XdfStream:
    """What a stream says of itself in its header.

    Parameters
    ----------
    name, type : str
        As LSL has them: type is ``"EEG"``, ``"Markers"``, ...
    channels : sequence of str
        Channel names.
    sfreq : float
        Nominal rate in hertz, 0 for markers.
    format : str
        ``"string"``, ``"float32"``, ``"double64"`` or an integer of 8 to 64 bits.
    units : sequence of str
        A unit a channel (``"microvolts"``); empty where it has none.
    source_id : str
        Stays the same when the source comes back.
    types : sequence of str
        A type a channel (``"EOG"``); empty where all are of the stream's.
    description : dict
        Further ``desc`` entries: reference, amplifier, software.
    """

    name: str
    type: str
    channels: Sequence[str]
    sfreq: float = 0.0
    format: str = "double64"
    units: Sequence[str] = ()
    source_id: str = ""
    types: Sequence[str] = ()
    description: dict[str, str] = field(default_factory=dict)

    def header(self) -> bytes:
        """Stream header in XML."""
        info = ElementTree.Element("info")
        for tag, text in (
            ("name", self.name),
            ("type", self.type),
            ("channel_count", len(self.channels)),
            ("nominal_srate", self.sfreq),
            ("channel_format", self.format),
            ("source_id", self.source_id),
            ("created_at", time.monotonic()),
        ):
            ElementTree.SubElement(info, tag).text = str(text)
        description = ElementTree.SubElement(info, "desc")
        for tag, text in self.description.items():
            ElementTree.SubElement(description, tag).text = text
        channels = ElementTree.SubElement(description, "channels")
        units = self.units or [""] * len(self.channels)
        types = self.types or [self.type] * len(self.channels)
        for label, unit, kind in zip(self.channels, units, types, strict=True):
            channel = ElementTree.SubElement(channels, "channel")
            for tag, text in (("label", label), ("unit", unit), ("type", kind)):
                ElementTree.SubElement(channel, tag).text = text
        return _xml(info)


class XdfWriter:
    """Writes streams into a new XDF file, chunk after chunk.

    Nothing is promised before ``sync`` returns; what was written before it is on the disk then.

    Parameters
    ----------
    path : path-like
        A file that does not exist: a recording is never overwritten.
    streams : sequence of XdfStream
        Their place is the number by which ``write`` knows them.

    Raises
    ------
    FileExistsError
        If the file exists.
    ValueError
        If a stream's format is none of XDF's.
    """

    def __init__(self, path: str | os.PathLike[str], streams: Sequence[XdfStream]) -> None:
        for stream in streams:
            if stream.format != "string" and stream.format not in FORMATS:
                raise ValueError(
                    f"stream {stream.name!r} has format {stream.format!r}; "
                    f"XDF knows string, {', '.join(FORMATS)}"
                )
        headers = [stream.header() for stream in streams]
        self.path = Path(path)
        self.streams = tuple(streams)
        self._counts = [0] * len(streams)
        self._spans: list[tuple[float, float] | None] = [None] * len(streams)
        self._offsets: list[list[tuple[float, float]]] = [[] for _ in streams]
        self._next_boundary = time.monotonic() + BOUNDARY_SECONDS
        # unbuffered, so that what the process wrote is the kernel's even if it is killed
        self._file: BinaryIO = open(self.path, "xb", buffering=0)  # noqa: SIM115
        information = ElementTree.Element("info")
        ElementTree.SubElement(information, "version").text = "1.0"
        ElementTree.SubElement(information, "datetime").text = datetime.now(UTC).isoformat()
        self._append(MAGIC + _chunk(FILE_HEADER, _xml(information)))
        for number, header in enumerate(headers):
            self._put(STREAM_HEADER, number, header)
        self.sync()
        sync_folder(self.path.parent)

    def write(self, stream: int, samples: Sequence[object] | np.ndarray, stamps: np.ndarray) -> int:
        """Append samples.

        Parameters
        ----------
        stream : int
            Place of the stream.
        samples : array, shape (n_samples, n_channels), or rows of str
            In the stream's format and units.
        stamps : array, shape (n_samples,)
            Time of each sample in seconds of the recorder's clock.

        Returns
        -------
        n_samples : int
            Samples of this stream in the file so far.
        """
        stamps = np.asarray(stamps, dtype="<f8")
        if len(stamps) != len(samples):
            raise ValueError(
                f"{len(samples)} samples came with {len(stamps)} time stamps; give one a sample"
            )
        if len(stamps):
            self._put(SAMPLES, stream, _encode(self.streams[stream], samples, stamps))
            first, _ = self._spans[stream] or (float(stamps[0]), 0.0)
            self._spans[stream] = (first, float(stamps[-1]))
            self._counts[stream] += len(stamps)
        if time.monotonic() >= self._next_boundary:
            self.boundary()
        return self._counts[stream]

    def clock_offset(self, stream: int, when: float, offset: float) -> None:
        """Note that at ``when`` the stream's clock was ``offset`` seconds behind the recorder's."""
        self._offsets[stream].append((when, offset))
        self._put(CLOCK_OFFSET, stream, struct.pack("<dd", when, offset))

    def boundary(self) -> None:
        """Write a boundary, from which a reader finds its way again after damage."""
        self._append(_chunk(BOUNDARY, BOUNDARY_MARK))
        self._next_boundary = time.monotonic() + BOUNDARY_SECONDS

    def sync(self) -> None:
        """Return when all that was written is on the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write the footers, and close."""
        if self._file.closed:
            return
        try:
            for number, count in enumerate(self._counts):
                footer = _footer(count, self._spans[number], self._offsets[number])
                self._put(STREAM_FOOTER, number, footer)
            self.sync()
        finally:
            self._file.close()

    def __enter__(self) -> XdfWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _put(self, tag: int, stream: int, content: bytes) -> None:
        self._append(_chunk(tag, struct.pack("<I", stream + 1) + content))

    def _append(self, data: bytes) -> None:
        """Write in one call, and cut off what a full disk left half-written."""
        start = self._file.tell()
        try:
            written = self._file.write(data)
            while written < len(data):
                written += self._file.write(data[written:])
        except OSError:
            self._file.truncate(start)
            self._file.seek(start)
            raise


def _xml(element: ElementTree.Element) -> bytes:
    return ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)


def _varlen(value: int) -> bytes:
    if value < 256:
        return struct.pack("<BB", 1, value)
    return struct.pack("<BI", 4, value) if value < 2**32 else struct.pack("<BQ", 8, value)


def _chunk(tag: int, content: bytes) -> bytes:
    return _varlen(len(content) + 2) + struct.pack("<H", tag) + content


def _encode(stream: XdfStream, samples: Sequence[object] | np.ndarray, stamps: np.ndarray) -> bytes:
    """Content of a chunk of samples, behind the stream's number."""
    if stream.format == "string":
        rows = []
        for row, stamp in zip(samples, stamps, strict=True):
            values = [row] if isinstance(row, str) else list(row)
            texts = [str(value).encode() for value in values]
            rows.append(struct.pack("<Bd", 8, stamp) + b"".join(_varlen(len(t)) + t for t in texts))
        return _varlen(len(rows)) + b"".join(rows)
    n_channels = len(stream.channels)
    table = np.empty(len(stamps), _row_type(stream.format, n_channels))
    table["n_bytes"] = 8
    table["stamp"] = stamps
    table["values"] = np.reshape(np.asarray(samples), (len(stamps), n_channels))
    return _varlen(len(stamps)) + table.tobytes()


def _row_type(form: str, n_channels: int) -> np.dtype:
    return np.dtype([("n_bytes", "u1"), ("stamp", "<f8"), ("values", FORMATS[form], (n_channels,))])


def _footer(
    count: int, span: tuple[float, float] | None, offsets: list[tuple[float, float]]
) -> bytes:
    info = ElementTree.Element("info")
    first, last = span or (0.0, 0.0)
    ElementTree.SubElement(info, "first_timestamp").text = repr(first)
    ElementTree.SubElement(info, "last_timestamp").text = repr(last)
    ElementTree.SubElement(info, "sample_count").text = str(count)
    table = ElementTree.SubElement(info, "clock_offsets")
    for when, value in offsets:
        offset = ElementTree.SubElement(table, "offset")
        ElementTree.SubElement(offset, "time").text = repr(when)
        ElementTree.SubElement(offset, "value").text = repr(value)
    return _xml(info)
