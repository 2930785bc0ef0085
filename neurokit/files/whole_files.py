"""Files that are written whole or not at all, and last through a power cut."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Give a place to write to, which becomes the file if the block ends without an error.

    Parameters
    ----------
    path : Path
        The file; its folder is made where there is none. What was there stays until the end.
    mode : int
        Who may read it.

    Yields
    ------
    place : Path
        An empty file in the same folder, whose name ends in ``.part``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    place = Path(name)
    try:
        yield place
        with open(place, "rb+") as file:
            os.fsync(file.fileno())
        place.chmod(mode)
        place.replace(path)
        sync_folder(path.parent)
    finally:
        place.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o644) -> Path:
    """Write a file whole or not at all; text in UTF-8.

    Parameters
    ----------
    path, mode
        As in :func:`written_whole`.
    content : str or bytes

    Returns
    -------
    path : Path
    """
    with written_whole(path, mode=mode) as place:
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sync_folder(folder: Path) -> None:
    """Return when the names of a folder's files are on the disk, where the system can promise it.

    A file's own fsync does not cover its name: after a power cut a new file may be gone.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
