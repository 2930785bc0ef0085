"""Mend XDF files that a crash or a power cut tore: walk the chunks, leave out what is torn."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from neurokit.files.whole_files import written_whole
from neurokit.files.xdf import (
    BOUNDARY,
    BOUNDARY_MARK,
    CLOCK_OFFSET,
    FILE_HEADER,
    FORMATS,
    MAGIC,
    STREAM_FOOTER,
    STREAM_HEADER,
)


@dataclass(frozen=True)
class Mended:
    """What mending a file kept and left out.

    ``path`` is the mended copy, or the file itself where it was whole; ``lost_bytes`` is what the
    copy leaves out, in ``gaps`` pieces; ``complete`` says whether the recording was closed.
    """

    path: Path
    kept_bytes: int
    lost_bytes: int
    gaps: int
    complete: bool


def mend(path: str | os.PathLike[str], into: str | os.PathLike[str] | None = None) -> Mended:
    """Copy the whole chunks of a damaged XDF file, and leave the torn ones out.

    Parameters
    ----------
    path : path-like
        The damaged file; it is not touched.
    into : path-like
        The mended copy; by default ``NAME-mended.xdf`` beside it.

    Returns
    -------
    mended : Mended
        What was kept. A whole file is not copied.

    Raises
    ------
    ValueError
        If it is not an XDF file.
    """
    path = Path(path)
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError(
                f"{path} is not an XDF file: it does not begin with XDF:; there is nothing to mend"
            )
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _mend(path, data, into)


def _mend(path: Path, data: mmap.mmap, into: str | os.PathLike[str] | None) -> Mended:
    pieces: list[tuple[int, int]] = [(0, len(MAGIC))]
    gaps = 0
    closed = False
    for start, stop, tag in _whole_chunks(data):
        gaps += start != pieces[-1][1]
        pieces.append((start, stop))
        closed = tag == STREAM_FOOTER
    gaps += pieces[-1][1] != len(data)
    kept = sum(stop - start for start, stop in pieces)
    if gaps == 0:
        return Mended(path, kept, 0, 0, closed)
    target = Path(into) if into is not None else path.with_name(f"{path.stem}-mended.xdf")
    with written_whole(target) as place, open(place, "wb") as copy:
        for start, stop in pieces:
            copy.write(data[start:stop])
    return Mended(target, kept, len(data) - kept, gaps, closed)


def _whole_chunks(data: mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Start, stop and tag of each whole chunk; after damage it goes on at the next boundary."""
    formats: dict[int, tuple[str, int]] = {}
    position = len(MAGIC)
    while position < len(data):
        stop, tag = _chunk_end(data, position)
        if tag and _is_sound(data, position, stop, tag, formats):
            yield position, stop, tag
            position = stop
            continue
        mark = data.find(BOUNDARY_MARK, position + 1)
        if mark < 0:
            return
        # a boundary's own length takes two bytes, its tag two
        position = mark - 4


def _chunk_end(data: mmap.mmap, position: int) -> tuple[int, int]:
    """End and tag of the chunk at a position; tag 0 where it is torn."""
    size = data[position]
    begin = position + 1 + size
    if size not in (1, 4, 8) or begin + 2 > len(data):
        return position, 0
    length = int.from_bytes(data[position + 1 : begin], "little")
    tag = int.from_bytes(data[begin : begin + 2], "little")
    stop = begin + length
    return (stop, tag) if length >= 2 and stop <= len(data) and tag <= 6 else (position, 0)


def _is_sound(
    data: mmap.mmap, position: int, stop: int, tag: int, formats: dict[int, tuple[str, int]]
) -> bool:
    """Whether the content of a chunk fits its length; learns the streams' formats on the way."""
    content = data[position + 3 + data[position] : stop]
    if tag == FILE_HEADER:
        return content.startswith(b"<?xml")
    if tag == BOUNDARY:
        return content == BOUNDARY_MARK
    if len(content) < 4:
        return False
    number = int.from_bytes(content[:4], "little")
    if tag == STREAM_HEADER:
        try:
            info = ElementTree.fromstring(content[4:])
        except ElementTree.ParseError:
            return False
        form, n_channels = info.findtext("channel_format"), info.findtext("channel_count")
        formats[number] = (form or "string", int(n_channels or 0))
        return True
    if number not in formats:
        return False
    if tag == CLOCK_OFFSET:
        return len(content) == 20
    return tag == STREAM_FOOTER or _samples_fit(content[4:], *formats[number])


def _samples_fit(content: bytes, form: str, n_channels: int) -> bool:
    """Whether the number of samples accounts for every byte of the chunk."""
    size = content[0] if content else 0
    if size not in (1, 4, 8) or len(content) < 1 + size:
        return False
    n_samples = int.from_bytes(content[1 : 1 + size], "little")
    rows = content[1 + size :]
    width = 0 if form == "string" else np.dtype(FORMATS[form]).itemsize
    stride = 9 + width * n_channels
    if width and len(rows) == n_samples * stride and rows[::stride] == b"\x08" * n_samples:
        return True
    place = 0
    for _ in range(n_samples):
        if place >= len(rows) or rows[place] not in (0, 8):
            return False
        place += 1 + rows[place]
        if width:
            place += width * n_channels
            continue
        for _ in range(n_channels):
            if place >= len(rows) or rows[place] not in (1, 4, 8):
                return False
            after = place + 1 + rows[place]
            place = after + int.from_bytes(rows[place + 1 : after], "little")
    return place == len(rows)
