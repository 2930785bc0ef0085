"""``neurokit bench``: how fast the kernels run here, beside the peers that are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from neurokit.timing import Timing


def bench(
    repeats: Annotated[int, typer.Option(min=1, help="Counted calls of each.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Time the kernels beside pyriemann and MOABB, on one thread, in under a minute.

    Example: neurokit bench
    """
    from dataclasses import asdict

    from threadpoolctl import threadpool_limits

    from neurokit.timing import machine

    here = machine("pyriemann", "moabb", "numba", "numpy")
    # SciPy brings a BLAS of its own, which must be there to be pinned
    import scipy.linalg  # noqa: F401

    with threadpool_limits(1):
        rows = list(_timings(repeats, quiet=as_json))
    if as_json:
        import json

        typer.echo(json.dumps({"machine": here, "timings": [asdict(row) for row in rows]}))
        return
    typer.echo(here)
    _show(rows)


def _timings(repeats: int, *, quiet: bool) -> Iterator[Timing]:
    from neurokit.timing import compare

    for what, ours, peer, name in _cases():
        if not quiet:
            typer.echo(f"timing {what} ...", err=True)
        yield compare(what, ours, peer, peer_name=name, repeats=repeats)


def _cases() -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any], str]]:
    """What is timed: words, ours, the peer's, the peer's name."""
    import numpy as np
    from moabb.pipelines.features import AugmentedDataset
    from pyriemann.estimation import Covariances, TimeDelayCovariances

    from neurokit.kernels import augmented_covariances

    epochs = np.random.default_rng(0).standard_normal((40, 22, 1000))
    yield (
        "augmented covariances, 40 x 22 x 1000, order 10",
        lambda: augmented_covariances(epochs, 10, 5),
        lambda: Covariances("cov").transform(AugmentedDataset(10, 5).transform(epochs)),
        "moabb",
    )
    delays = [5 * k for k in range(1, 10)]
    yield (
        "the same, circular window",
        lambda: augmented_covariances(epochs, 10, 5, window="circular"),
        lambda: TimeDelayCovariances(delays, estimator="scm").transform(epochs),
        "pyriemann",
    )
    for order in (1, 3):
        yield from _geometry(augmented_covariances(epochs, order, 5))


def _geometry(matrices: Any) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any], str]]:
    """Mean, tangent vectors and distances of some matrices."""
    import numpy as np
    from pyriemann.geometry.distance import distance_riemann
    from pyriemann.geometry.mean import mean_riemann as their_mean
    from pyriemann.geometry.tangentspace import tangent_space

    from neurokit.kernels import distances_riemann, mean_riemann, tangent_vectors

    mean, size = mean_riemann(matrices), f"40 matrices, n = {matrices.shape[-1]}"
    two = np.stack([mean, matrices[0]])
    cases = {
        "Riemannian mean": (lambda: mean_riemann(matrices), lambda: their_mean(matrices)),
        "tangent vectors": (
            lambda: tangent_vectors(matrices, mean),
            lambda: tangent_space(matrices, mean),
        ),
        "distances to two means": (
            lambda: distances_riemann(matrices, two),
            lambda: [distance_riemann(matrices, each) for each in two],
        ),
    }
    for what, (ours, theirs) in cases.items():
        yield f"{what}, {size}", ours, theirs, "pyriemann"


def _show(rows: list[Timing]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table("what", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("ours, ms", "peer, ms", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("peer")
    for row in rows:
        peer = "" if row.peer is None else f"{row.peer * 1e3:.3g}"
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}x"
        table.add_row(row.what, f"{row.ours * 1e3:.3g}", peer, ratio, row.peer_name)
    Console().print(table)
    typer.echo("Processor time, medians; the first call, which compiles, is not counted.")
