"""Where results lie that belong to no patient."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs


def result_folder(workspace, kind: str, name: str) -> Path:
    """Folder of the results on a data set: in the workspace, or the user's own where there is none.

    Parameters
    ----------
    workspace : Workspace or None
    kind : str
        Such as ``"evaluations"``.
    name : str
        As the user wrote it.
    """
    if workspace is not None and not workspace.read_only:
        base = workspace.folder
    else:
        base = platformdirs.user_data_path("neurokit")
    return base / kind / (re.sub(r"[^\w-]+", "-", name).strip("-") or "results")
