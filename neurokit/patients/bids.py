"""Runs of the workspace as a BIDS dataset, that other programs and other people can read.

References
----------
.. [1] C. R. Pernet et al., Scientific Data 6:103, 2019, doi:10.1038/s41597-019-0104-8.
"""

from __future__ import annotations

import json
import warnings
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurokit import __version__
from neurokit.patients.records import Patient, Run, Visit
from neurokit.patients.workspace import Workspace

if TYPE_CHECKING:
    import mne
    from mne_bids import BIDSPath

TASKS = {"calibration": "graz", "online": "feedback", "imported": "imported"}
_HANDS = {"right": 1, "left": 2, "both": 3}
_NAME = "Motor imagery sessions"
_README = """Motor imagery, recorded with neurokit.

Every participant stands under a pseudonym, every session is a visit. The tasks are `graz` (a cue
asks for imagery, nothing is fed back), `feedback` (a decoder shows what it understood) and
`imported` (older recordings). Cues are events; `void: ...` are cues that were taken back, and
`BAD_gap` is a stretch in which no signal came. Notes of the clinic are not part of the dataset.
"""


def add_to_bids(workspace: Workspace | str | Path, run: Run | int) -> Path:
    """Write a run into the workspace's BIDS dataset; one that is there is replaced.

    Parameters
    ----------
    workspace : Workspace, or its folder
        A folder is opened for reading, beside the window that writes.
    run : Run, or its number
        A run that has ended.

    Returns
    -------
    path : Path
        The header file that was written.
    """
    if not isinstance(workspace, Workspace):
        with Workspace(workspace, read_only=True) as opened:
            return add_to_bids(opened, run)
    run = workspace.run(run) if isinstance(run, int) else run
    visit = workspace.visit(run.visit_id)
    patient = workspace.patient(visit.patient_id)
    root = workspace.folder / "bids"
    root.mkdir(exist_ok=True)
    written = _write(_raw(run, patient), _path(root, patient, visit, run))
    _describe(root)
    _complete(written, run)
    return Path(written.fpath)


def _path(root: Path, patient: Patient, visit: Visit, run: Run) -> BIDSPath:
    from mne_bids import BIDSPath

    return BIDSPath(
        subject=patient.pseudonym.replace("-", ""),
        session=f"{visit.number:02d}",
        task=TASKS[run.kind],
        run=f"{run.number:02d}",
        datatype="eeg",
        root=root,
    )


def _raw(run: Run, patient: Patient) -> mne.io.BaseRaw:
    """The signals, with what BIDS wants to know of them."""
    from neurokit.patients.runs import read_run

    raw = read_run(run.path)
    # positions of a template are not those of this head
    raw.set_montage(None, verbose="error")
    raw.set_meas_date(run.started.astimezone(UTC))
    raw.info["line_freq"] = float(run.settings.get("mains", 50))
    hand = _HANDS.get(patient.handedness, 0)
    raw.info["subject_info"] = {"his_id": patient.pseudonym, "sex": 0} | (
        {"hand": hand} if hand else {}
    )
    notes = [k for k, text in enumerate(raw.annotations.description) if text.startswith("note")]
    raw.annotations.delete(notes)
    return raw


def _write(raw: mne.io.BaseRaw, path: BIDSPath) -> BIDSPath:
    from mne_bids import write_raw_bids

    with warnings.catch_warnings():
        # it converts to BrainVision, as it was asked to
        warnings.simplefilter("ignore")
        return write_raw_bids(
            raw, path, format="BrainVision", allow_preload=True, overwrite=True, verbose="error"
        )


def _describe(root: Path) -> None:
    """Say what the dataset is, once."""
    from mne_bids import make_dataset_description

    readme = root / "README"
    if not readme.is_file() or readme.read_text(encoding="utf-8") != _README:
        readme.write_text(_README, encoding="utf-8")
        make_dataset_description(
            path=root,
            name=_NAME,
            authors=["the clinic"],
            generated_by=[{"Name": "neurokit", "Version": __version__}],
            overwrite=True,
            verbose="error",
        )


def _complete(path: BIDSPath, run: Run) -> None:
    """Add to the sidecar what MNE does not know."""
    sidecar = path.copy().update(suffix="eeg", extension=".json").fpath
    told: dict[str, Any] = json.loads(sidecar.read_text(encoding="utf-8"))
    told |= {
        "TaskDescription": "Imagery of movements, asked for by cues on a screen",
        "Instructions": "Imagine the movement, from the cue to the end of the cross",
        "EEGReference": run.settings.get("reference", "as the amplifier has it"),
        "SoftwareFilters": "n/a",
        # MNE takes it from the file's format
        "Manufacturer": "n/a",
        "ManufacturersModelName": _device(run),
    }
    sidecar.write_text(json.dumps(told, indent=1), encoding="utf-8")


def _device(run: Run) -> str:
    """Name of the amplifier; the path of a file that was played is nobody's business."""
    kind, _, name = run.source.partition(":")
    return name if kind == "lsl" and name else "n/a"
