"""Pictures of maps of the brain, drawn without a window."""

from __future__ import annotations

import io
from typing import Any

import numpy as np


def draw_glass_brain(image: Any, title: str = "", *, signed: bool | None = None) -> bytes:
    """Map on a glass brain: its largest values along each line of sight, as a PNG.

    Parameters
    ----------
    image : nibabel image
        In the space of MNI; of another space the outline does not fit.
    title : str
        Above the picture.
    signed : bool, optional
        Whether colours go both ways from zero; by the values where it is not said.

    Returns
    -------
    png : bytes
    """
    import warnings

    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from nilearn.plotting import plot_glass_brain

    from neurokit.figures import STYLE

    values = np.asarray(image.dataobj)
    signed = bool((values < 0).any()) if signed is None else signed
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # a map may be empty or the same everywhere, and is drawn all the same
        warnings.simplefilter("ignore")
        figure = Figure(figsize=(10.5, 3.0), dpi=120, facecolor="white")
        FigureCanvasAgg(figure)
        plot_glass_brain(
            image,
            figure=figure,
            axes=(0.01, 0.0, 0.97, 0.9),
            display_mode="lyrz",
            threshold=1e-12,  # what lies outside the mask stays white
            plot_abs=False,
            symmetric_cbar=signed,
            vmin=None if signed else 0,
            cmap="RdBu_r" if signed else "YlGnBu",
            colorbar=True,
            cbar_tick_format="%.2g",
        )
        figure.text(0.015, 0.93, title, fontsize=11, fontweight="bold")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
    return buffer.getvalue()


def draw_planes(image: Any) -> bytes:
    """Map in three planes through its strongest voxel, as a PNG.

    Parameters
    ----------
    image : nibabel image

    Returns
    -------
    png : bytes
    """
    import warnings

    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from nilearn.plotting import plot_stat_map

    from neurokit.figures import STYLE

    values = np.asarray(image.dataobj)
    place = np.unravel_index(np.abs(values).argmax(), values.shape)
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        figure = Figure(figsize=(10.5, 3.0), dpi=120, facecolor="white")
        FigureCanvasAgg(figure)
        plot_stat_map(
            image,
            bg_img=None,
            figure=figure,
            axes=(0.01, 0.0, 0.97, 0.98),
            cut_coords=tuple((image.affine @ [*place, 1])[:3]),
            threshold=1e-12,
            symmetric_cbar=bool((values < 0).any()),
            cmap="RdBu_r" if (values < 0).any() else "YlGnBu",
            black_bg=False,
            cbar_tick_format="%.2g",
        )
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png")
    return buffer.getvalue()
