"""Where recordings come from: public sets, local folders, simulators."""

from neurokit.datasets.catalogue import (
    describe,
    download,
    files_of,
    find,
    identity,
    is_on_disk,
    names,
    require_on_disk,
)

__all__ = [
    "describe",
    "download",
    "files_of",
    "find",
    "identity",
    "is_on_disk",
    "names",
    "require_on_disk",
]
