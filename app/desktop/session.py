"""What the window shows, as one frozen state; panels listen to it, and ask for changes.

No Qt here: the session is tested, saved and restored without a window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from neurokit.visits.protocol import GrazProtocol

PAGES = (
    "patients", "signals", "calibrate", "explore", "train", "online", "history",
    "cohorts", "connectome", "learning", "batch",
)  # fmt: skip


class Settings(BaseModel):
    """How the window looks and speaks."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Literal["en", "fr"] = Field(
        "en",
        description="Language",
        json_schema_extra={"labels": {"en": "English", "fr": "Français"}},
    )
    theme: Literal["light", "dark", "high-contrast"] = Field("light", description="Theme")
    font_percent: int = Field(100, ge=100, le=200, description="Size of text, %")
    mains: Literal[50, 60] = Field(50, description="Frequency of the mains, Hz")
    lsl_scope: Literal["machine", "link", "site"] = Field(
        "machine",
        description="How far LSL streams are looked for, from the next start",
        json_schema_extra={
            "labels": {"machine": "this computer", "link": "this network", "site": "this site"}
        },
    )


class Feature(BaseModel):
    """Power of a channel in a band of frequencies, in hertz."""

    model_config = ConfigDict(frozen=True)

    channel: str
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.channel} {self.low:g}-{self.high:g} Hz"


class State(BaseModel):
    """All that a page needs to draw itself; what is large stays in the workspace."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    page: str = "patients"
    patient: int | None = None
    visit: int | None = None
    source: str = "lsl:"
    # sidecar of the recording that runs, empty where none does
    recording: str = ""
    protocol: GrazProtocol = GrazProtocol()
    # the runs that Explore and Train use
    runs: tuple[int, ...] = ()
    rejected: frozenset[tuple[int, int]] = frozenset()
    features: tuple[Feature, ...] = ()
    # the runs that were in view when the features were picked; None where that is not known
    picked_on: tuple[int, ...] | None = None
    extraction: dict[str, Any] = Field(default_factory=dict)
    focus_channel: str = ""
    focus_frequency: float | None = None
    pipelines: tuple[str, ...] = ()
    # how Train cuts and splits trials
    training: dict[str, Any] = Field(default_factory=dict)
    attempt: int | None = None
    model: int | None = None
    online: dict[str, Any] = Field(default_factory=dict)
    settings: Settings = Settings()
    message: str = ""


# what undo gives back; where the user looks is not undone
EDITS = (
    "protocol", "rejected", "features", "picked_on", "extraction", "pipelines", "training",
    "online", "settings",
)  # fmt: skip
# what is not kept from one start to the next
PASSING = ("message", "recording")


@dataclass(frozen=True)
class Edit:
    """Something that can be undone and done again."""

    text: str
    undo: Callable[[], None]
    redo: Callable[[], None]


@dataclass
class Session:
    """The state of the window, its listeners, and what can be undone.

    Parameters
    ----------
    workspace : Workspace or None
        Where patients, runs and the state itself are kept.
    """

    workspace: Any = None
    state: State = field(default_factory=State)
    _listeners: list[Callable[[State], None]] = field(default_factory=list)
    _done: list[Edit] = field(default_factory=list)
    _undone: list[Edit] = field(default_factory=list)
    _saved: State | None = None
    _stops: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, listener: Callable[[State], None]) -> Callable[[], None]:
        """Call ``listener`` with the state now and after each change.

        Returns
        -------
        forget : callable
            Ends it; a second call does nothing.
        """
        self._listeners.append(listener)
        listener(self.state)

        def forget() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return forget

    def go(self, **changes: Any) -> None:
        """Change where the user looks; it is not undone.

        Raises
        ------
        ValueError
            If there is no such field, or it cannot have this value.
        """
        self._show(self._with(changes))

    def _with(self, changes: dict[str, Any]) -> State:
        unknown = set(changes) - set(State.model_fields)
        if unknown:
            raise ValueError(f"the state has no {', '.join(sorted(unknown))}")
        if "features" in changes and "picked_on" not in changes:
            changes = {**changes, "picked_on": self._picked_on(changes)}
        try:
            return State.model_validate({**dict(self.state), **changes})
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from error

    def _picked_on(self, changes: dict[str, Any]) -> tuple[int, ...] | None:
        """Runs in view while the features were picked: a score on them would flatter."""
        now = self.state
        if tuple(changes["features"]) == now.features or not changes["features"]:
            return now.picked_on if changes["features"] else ()
        runs = tuple(changes.get("runs", now.runs))
        if not now.features:
            return runs
        return None if now.picked_on is None else tuple(dict.fromkeys((*now.picked_on, *runs)))

    def _show(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.refresh()

    def change(self, text: str = "", **changes: Any) -> None:
        """Edit the state; ``undo`` takes it back. ``text`` names the edit in the menu."""
        state = self._with(changes)
        before = {name: getattr(self.state, name) for name in changes}
        after = {name: getattr(state, name) for name in changes}
        if before != after:
            self._remember(Edit(text, lambda: self.go(**before), lambda: self.go(**after)))
        self._show(state)

    def do(self, text: str, redo: Callable[[], None], undo: Callable[[], None]) -> None:
        """Do something to the workspace that can be undone, and tell the listeners."""

        def and_tell(action: Callable[[], None]) -> Callable[[], None]:
            def act() -> None:
                action()
                self.refresh()

            return act

        redo()
        self._remember(Edit(text, and_tell(undo), and_tell(redo)))
        self.refresh()

    def forget_edits(self) -> None:
        """Keep nothing that could be undone: it may tell of somebody who was erased."""
        self._done.clear()
        self._undone.clear()

    def on_stop(self, stop: Callable[[], None]) -> Callable[[], None]:
        """Say what ends a run, feedback or stimulation at once, for as long as it goes on.

        Returns
        -------
        forget : callable
            To be called when it has ended; a second call does nothing.
        """
        self._stops.append(stop)
        self.refresh()

        def forget() -> None:
            if stop in self._stops:
                self._stops.remove(stop)
                self.refresh()

        return forget

    @property
    def can_stop(self) -> bool:
        """Whether something runs that the stop-now key ends."""
        return bool(self._stops)

    def stop_now(self) -> None:
        """End all that runs with the patient, newest first, whatever one of them raises."""
        problems = []
        for stop in tuple(reversed(self._stops)):
            try:
                stop()
            except Exception as error:
                problems.append(error)
        self._stops.clear()
        self.go(message=str(problems[0]) if problems else "")
        self.refresh()

    def refresh(self) -> None:
        """Tell the listeners that the workspace has changed."""
        for listener in tuple(self._listeners):
            listener(self.state)

    def _remember(self, edit: Edit) -> None:
        self._done.append(edit)
        self._undone.clear()

    @property
    def undo_text(self) -> str | None:
        """Name of the edit that undo takes back; None where there is none."""
        return self._done[-1].text if self._done else None

    @property
    def redo_text(self) -> str | None:
        """Name of the edit that redo does again; None where there is none."""
        return self._undone[-1].text if self._undone else None

    def undo(self) -> None:
        """Take the last edit back."""
        if self._done:
            edit = self._done.pop()
            edit.undo()
            self._undone.append(edit)
            self.refresh()

    def redo(self) -> None:
        """Do the edit again that was taken back."""
        if self._undone:
            edit = self._undone.pop()
            edit.redo()
            self._done.append(edit)
            self.refresh()

    def save(self) -> bool:
        """Keep the state in the workspace if it has changed; returns whether it did."""
        if self.workspace is None or self.state == self._saved:
            return False
        self.workspace.save_state(self.state.model_dump(mode="json", exclude=set(PASSING)))
        self._saved = self.state
        return True

    def restore(self) -> None:
        """Go back to where the workspace was left; what no longer fits is forgotten."""
        kept = self.workspace.load_state() if self.workspace is not None else None
        if not kept:
            return
        for name, value in kept.items():
            if name in State.model_fields and name not in PASSING:
                try:
                    self.go(**{name: value})
                except ValueError:
                    continue
        self._saved = self.state
