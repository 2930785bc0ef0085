"""What a run leaves: a recording that goes on without a window, and its copy as BIDS.

No Qt here: a worker imports it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neurokit.visits.protocol import GrazProtocol

KIND = "calibration"


@dataclass(frozen=True)
class Live:
    """A calibration that is recorded though no window leads it."""

    sidecar: Path
    name: str
    visit: int
    protocol: GrazProtocol
    source: str


def add_to_bids(folder: str, run: int) -> str:
    """Write a run into the workspace's BIDS dataset."""
    from neurokit.patients import bids

    return str(bids.add_to_bids(folder, run))


def find_live(folder: Path) -> Iterator[Live]:
    """Calibrations below a folder that are still recorded."""
    for sidecar in sorted(folder.rglob("*.recording")):
        from neurokit.live.recording_process import RecorderGone, attach

        try:
            attach(sidecar).close()
        except (RecorderGone, FileNotFoundError):
            continue
        about = json.loads(sidecar.read_text(encoding="utf-8"))["about"]
        if about.get("kind") == KIND and "visit" in about:
            protocol = GrazProtocol.model_validate(about["protocol"])
            yield Live(sidecar, sidecar.stem, about["visit"], protocol, about["source"])
