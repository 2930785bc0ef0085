"""How a cohort is studied: the settings of the page, and the command and the script they make."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FEATURES = ("cycles", "degree", "weight", "clustering", "four-cycles", "ratio", "distance-degree")


class CohortSettings(BaseModel):
    """How patients are told from controls."""

    model_config = ConfigDict(frozen=True)

    features: tuple[str, ...] = Field(("cycles",), description="Maps")
    join: Literal["density", "threshold"] = Field(
        "density",
        description="Joined by",
        json_schema_extra={
            "labels": {"density": "share of all pairs", "threshold": "a correlation"}
        },
    )
    values: str = Field("0.05, 0.1, 0.2", description="Values tried")
    site_correction: Literal["residual", "combat", "none"] = Field(
        "residual",
        description="Site correction",
        json_schema_extra={
            "labels": {"residual": "mean and scale", "combat": "ComBat", "none": "none"}
        },
    )
    evaluation: Literal["k-fold", "leave-one-site-out", "split"] = Field(
        "k-fold",
        description="Held out",
        json_schema_extra={
            "labels": {
                "k-fold": "people, in folds",
                "leave-one-site-out": "each site",
                "split": "column split",
            }
        },
    )
    folds: int = Field(5, ge=2, le=20, description="Folds")
    permutations: int = Field(0, ge=0, le=9999, description="Shuffled runs")
    seed: int = Field(42, ge=0, description="Seed")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.features:
            raise ValueError("choose at least one map")
        low, high = (0.0, 1.0) if self.join == "density" else (-1.0, 1.0)
        if not self.numbers or not all(low < value < high for value in self.numbers):
            raise ValueError(f"values are numbers between {low:g} and {high:g}, with commas")
        return self

    @property
    def numbers(self) -> tuple[float, ...]:
        """The values; none where they cannot be read."""
        try:
            return tuple(float(part) for part in self.values.split(",") if part.strip())
        except ValueError:
            return ()

    def options(self) -> list[str]:
        """Options of ``neurokit cycles classify``."""
        numbers = ",".join(f"{value:g}" for value in self.numbers)
        return [
            *("--features", ",".join(self.features), f"--{self.join}", numbers),
            *("--site-correction", self.site_correction, "--evaluation", self.evaluation),
            *("--folds", str(self.folds), "--permutations", str(self.permutations)),
            *("--seed", str(self.seed)),
        ]

    def python(self, cohort: str, mask: str, folder: str) -> str:
        """Lines of a script that do the same."""
        asked: dict[str, Any] = {
            "features": self.features,
            "densities" if self.join == "density" else "thresholds": self.numbers,
            **self.model_dump(include={"site_correction", "evaluation", "folds"}),
            **self.model_dump(include={"permutations", "seed"}),
        }
        if mask:
            asked["images"] = {"mask": mask}
        words = ", ".join(f"{name}={value!r}" for name, value in asked.items())
        return (
            "from pathlib import Path\n"
            "from neurokit.app.classify import Question, classify\n"
            "from neurokit.studies.parallel import Workers\n"
            f"classify(Question({cohort!r}, {words}), Path({folder!r}), workers=Workers())"
        )
