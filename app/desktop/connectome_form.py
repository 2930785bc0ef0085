"""How motifs are looked for: the settings of the page, and the command and the script they make."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ConnectomeSettings(BaseModel):
    """How traces become motifs."""

    model_config = ConfigDict(frozen=True)

    fewest: int = Field(2, ge=1, le=60, description="Motifs, from")
    most: int = Field(10, ge=1, le=60, description="Motifs, to")
    starts: int = Field(10, ge=1, le=100, description="Random starts")
    kernel: Literal["geometric", "product", "minimum", "correlation", "signed"] = Field(
        "geometric", description="Affinity"
    )
    signal: Literal["change", "level"] = Field(
        "change",
        description="Together",
        json_schema_extra={"labels": {"change": "in rise and fall", "level": "when high"}},
    )
    clock: Literal["auto", "shared", "own"] = Field(
        "auto",
        description="Clock",
        json_schema_extra={
            "labels": {"auto": "by the stimuli", "shared": "one for all", "own": "each its own"}
        },
    )
    shifts: int = Field(499, ge=1, le=9999, description="Circular shifts")
    sensitivity: bool = Field(False, description="Try other kernels")
    all_neurons: bool = Field(False, description="Nameless neurons too")
    seed: int = Field(42, ge=0, description="Seed")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.fewest > self.most:
            raise ValueError("motifs go from a number to a larger one")
        return self

    def options(self) -> list[str]:
        """Options of ``neurokit connectome discover``."""
        rank = f"{self.fewest}-{self.most}" if self.most > self.fewest else str(self.most)
        return [
            *("--rank", rank, "--starts", str(self.starts), "--kernel", self.kernel),
            *("--signal", self.signal, "--clock", self.clock, "--shifts", str(self.shifts)),
            *([] if self.sensitivity else ["--no-sensitivity"]),
            *(["--all-neurons"] if self.all_neurons else []),
            *("--seed", str(self.seed)),
        ]

    def python(self, places: list[str], folder: str) -> str:
        """Lines of a script that do the same."""
        several = list(range(self.fewest, self.most + 1))
        settings: dict[str, Any] = {
            "rank": several if len(several) > 1 else self.most,
            "n_starts": self.starts,
            "n_shifts": self.shifts,
            "random_state": self.seed,
            **self.model_dump(include={"kernel", "signal", "clock", "sensitivity"}),
        }
        reading = {"identified_only": not self.all_neurons}
        return (
            "from pathlib import Path\n"
            "from neurokit.app.discover import discover\n"
            f"discover({places!r}, Path({folder!r}), settings={settings!r}, reading={reading!r})"
        )
