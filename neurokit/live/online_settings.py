"""How a model decodes, what the patient sees of it, and how it may learn: one settings model."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def _labels(**labels: str) -> dict[str, Any]:
    """What the choices of a field are called on the screen."""
    return {"labels": labels}


class OnlineSettings(BaseModel):
    """How a model decodes, and what the patient sees of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: Literal["cued", "free"] = Field(
        "cued",
        description="Run",
        json_schema_extra=_labels(cued="With cues, and a score", free="Without cues"),
    )
    trials: int = Field(10, ge=1, le=100, description="Trials of each class")
    feedback: Literal["bar", "arrow", "ball"] = Field(
        "bar",
        description="Feedback",
        json_schema_extra=_labels(bar="Bar", arrow="Arrow", ball="Ball"),
    )
    hop: float = Field(0.1, ge=0.02, le=2, description="Time between decisions, s")
    smoothing: float = Field(0.8, ge=0, le=0.98, description="Smoothing, 0 to 1")
    threshold: float = Field(0.55, ge=0, le=1, description="Least probability of a decision")
    sham: bool = Field(False, description="Sham: feedback that is not the patient's")
    recentring: bool = Field(False, description="Recentre on this visit")
    learning: Literal["none", "supervised", "unsupervised"] = Field(
        "none",
        description="Learn from the trials",
        json_schema_extra=_labels(
            none="No",
            supervised="Yes, from what was asked",
            unsupervised="Yes, so that no class is favoured",
        ),
    )
    lsl: str = Field("", description="Send outputs as an LSL stream of this name")
    osc: str = Field("", description="Send outputs by OSC to HOST:PORT")
    seed: int = Field(0, ge=0, description="Seed of the sham")
