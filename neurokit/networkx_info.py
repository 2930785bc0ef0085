"""What NetworkX is told of our backend when it is imported: light, for it is asked each time."""

from __future__ import annotations

from typing import Any

FUNCTIONS = ("triangles", "clustering", "average_clustering", "transitivity", "square_clustering")


def get_info() -> dict[str, Any]:
    """Describe the backend."""
    return {
        "backend_name": "neurokit",
        "project": "neurokit-bci",
        "package": "neurokit",
        "short_summary": "Triangles, clustering and squares, counted on packed bits.",
        "functions": {name: {} for name in FUNCTIONS},
    }
