"""Names turned into objects by those who registered for them, so that arrows only go down."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

# in each group: our own function that turns a name into objects
_OWN = {"datasets": "find", "pipelines": "resolve"}


def resolve(kind: str, name: str, **options: Any) -> Any:
    """Ask those who registered under ``neurokit.KIND``, ourselves first.

    Parameters
    ----------
    kind : {"datasets", "pipelines"}
        What the name stands for.
    name : str
        As the user wrote it.
    **options
        Go to the function that is asked.

    Raises
    ------
    ValueError, OSError
        If nobody knows the name; the reason is the first one given.
    """
    group = f"neurokit.{kind}"
    # a checkout that was never installed has no entry points
    ours = EntryPoint("neurokit", f"{group}:{_OWN[kind]}", group)
    others = [entry for entry in entry_points(group=group) if entry.name != "neurokit"]
    first: Exception | None = None
    for entry in [ours, *others]:
        try:
            return entry.load()(name, **options)
        except (ValueError, OSError) as error:
            first = first or error
    assert first is not None
    raise first
