"""Recordings that nobody ended, found at the start: mended, or taken up again."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from neurokit.app.desktop.translations import tr

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk, MainWindow
    from neurokit.live.recording_process import Unfinished
    from neurokit.patients.rescue import Rescued


def offer_recovery(window: MainWindow) -> None:
    """Say which recordings of the workspace were not ended, and offer to mend them."""
    folder = window.desk.workspace.folder / "recordings"
    # most starts find none, and do not load what mends them
    if next(folder.rglob("*.recording"), None) is None:
        return
    from neurokit.live.recording_process import unfinished

    torn = list(unfinished(folder))
    for recording in torn:
        text = tr(
            "The recording {name} was not ended: its program or its computer stopped. "
            "What it had kept can be mended."
        )
        actions = {
            tr("Mend it"): partial(_mend, window, recording),
            tr("Later"): lambda: None,
        }
        window.announce(text.format(name=recording.path.stem), **actions)
    for sidecar in sorted(folder.rglob("*.recording")):
        if sidecar not in [recording.sidecar for recording in torn]:
            _offer_running(window, sidecar)


def _offer_running(window: MainWindow, sidecar: Path) -> None:
    """Say that a recording goes on though its window was lost."""
    about = json.loads(sidecar.read_text(encoding="utf-8"))["about"]
    text = tr("The recording {name} still goes on: its window was lost, nothing else.")
    actions = {tr("End it"): partial(_end, window, sidecar)}
    if about.get("kind") == "calibration":
        # its page takes the run up where it was
        actions = {tr("Go to it"): partial(window.go, "calibrate"), **actions}
    window.announce(text.format(name=sidecar.stem), **actions)


def _end(window: MainWindow, sidecar: Path) -> None:
    from neurokit.patients.rescue import end

    desk, name = window.desk, f"{sidecar.stem}.xdf"
    task = desk.tasks.start(tr("Ending {name}").format(name=name), end, sidecar)
    task.done.connect(lambda rescued: _add(desk, name, rescued))
    task.failed.connect(lambda text: desk.session.go(message=text))


def _mend(window: MainWindow, recording: Unfinished) -> None:
    from neurokit.patients.rescue import rescue

    desk = window.desk
    name = recording.path.name
    task = desk.tasks.start(tr("Mending {name}").format(name=name), rescue, recording)
    task.done.connect(lambda rescued: _add(desk, name, rescued))
    task.failed.connect(lambda text: desk.session.go(message=text))


def _add(desk: Desk, name: str, rescued: Rescued) -> None:
    from neurokit.patients.rescue import adopt

    run = adopt(desk.workspace, rescued)
    kept = tr("{name} is kept: {count} trials, {seconds} s").format(
        name=name, count=len(rescued.trials), seconds=round(rescued.seconds)
    )
    if run is not None:
        kept += ". " + tr("It is among the runs of its visit")
    desk.history.append(
        tr("mending {name}").format(name=name),
        "from neurokit.live.recording_process import unfinished\n"
        "from neurokit.patients.rescue import adopt, rescue\n"
        f"for recording in unfinished({str(rescued.path.parent)!r}):\n"
        "    adopt(workspace, rescue(recording))",
        f"neurokit record --recover {rescued.path.parent}",
    )
    desk.session.go(message=kept)
    desk.session.refresh()
