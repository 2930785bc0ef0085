"""What was done, as a Python script and as command lines, so that it can be done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Step:
    """A step that made or changed data, its Python, and the command line that does the same."""

    text: str
    python: str
    command: str
    when: datetime


@dataclass
class History:
    """The steps of this session, oldest first."""

    steps: list[Step] = field(default_factory=list)
    _listeners: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after each step; what comes back ends that."""
        self._listeners.append(listener)

        def forget() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return forget

    def append(self, text: str, python: str, command: str) -> None:
        """Note a step."""
        self.steps.append(Step(text, python, command, datetime.now()))
        for listener in self._listeners:
            listener()

    def as_python(self) -> str:
        """A script that does all steps again: imports first, each once, then the steps."""
        imports: dict[str, None] = {}
        body: list[str] = []
        for step in self.steps:
            body.append(f"\n# {step.text}")
            for line in step.python.splitlines():
                if line.startswith(("import ", "from ")):
                    imports[line] = None
                elif line:
                    body.append(line)
        return "\n".join([*imports, *body]).strip() + "\n"

    def as_commands(self) -> str:
        """The same as command lines."""
        return "".join(f"# {step.text}\n{step.command}\n" for step in self.steps)
