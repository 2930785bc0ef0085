"""A simulated cohort whose patients have more closed triangles in one region, and nothing else.

The plant is neutral to degree. A region R follows one source; its partners P follow it too, and a
source of their group; decoys Q follow a group's source alone. In patients a group is all partners
or all decoys, in controls it is half and half: every partner and decoy keeps the same number of
neighbours, but only in patients are a region's partners joined with one another, and close
triangles through R and P. What whole-brain degree can tell is chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REGION, PARTNERS, DECOYS = 40, 200, 200
FOLLOWS, SPREAD = 0.55, 0.02  # how partners follow the region, and how that differs from one to one
OWN_REGION, OWN_PARTNER, OWN_DECOY = 0.98, 0.70, 0.95


@dataclass(frozen=True)
class Plan:
    """What a cohort is like.

    Parameters
    ----------
    people : int
        Half of them patients.
    voxels : int
        Nodes, at least 440: the region, its partners and its decoys; the others are background.
    volumes : int
        Times.
    sites : int
        Scanners; each adds noise of its own strength, shared by all voxels.
    motion : float
        How much a person's movement adds to all voxels, in patients as in controls: 0 is none.
    smoothness : float
        Width of the background's spatial correlation in voxels (sigma of a Gaussian).
    strength : float
        Share of the partners whose groups differ between the classes; 0 is a cohort of noise.
    seed : int
        Decides everything.
    """

    people: int = 80
    voxels: int = 700
    volumes: int = 150
    sites: int = 1
    motion: float = 0.0
    smoothness: float = 0.7
    strength: float = 1.0
    seed: int = 42

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        least = REGION + PARTNERS + DECOYS
        if self.voxels < least:
            raise ValueError(f"voxels must be at least {least}, got {self.voxels}")
        if self.people < 2 * self.sites or self.people % 2:
            raise ValueError(
                f"people must be even and two a site or more, got {self.people} at {self.sites}"
            )
        if not 0 <= self.strength <= 1:
            raise ValueError(f"strength must be from 0 to 1, got {self.strength}")


@dataclass(frozen=True)
class Person:
    """One person's scan and what is known of them."""

    name: str
    series: np.ndarray  # (volumes, voxels), float32
    patient: bool
    site: str
    motion: float  # mean framewise displacement in millimetres
    age: float


def positions(voxels: int) -> np.ndarray:
    """Place of each voxel on a grid, shape (voxels, 3): a ball, in raster order."""
    edge = 1
    while True:
        axis = np.arange(edge) - (edge - 1) / 2
        grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
        distance = np.linalg.norm(grid, axis=1)
        if np.count_nonzero(distance <= edge / 2) >= voxels:
            kept = np.sort(np.argsort(distance, kind="stable")[:voxels])
            return (grid[kept] + (edge - 1) / 2).astype(int)
        edge += 1


def regions(plan: Plan) -> dict[str, np.ndarray]:
    """Voxels of the region, the partners and the decoys: each a lump of neighbours."""
    places = positions(plan.voxels).astype(float)
    free = np.ones(plan.voxels, dtype=bool)
    middle = places.mean(axis=0)
    starts = middle + np.array([[0, 0, -3], [3, 0, 2], [-3, 0, 2]])
    found = {}
    for name, size, start in zip("RPQ", (REGION, PARTNERS, DECOYS), starts, strict=True):
        distance = np.where(free, np.linalg.norm(places - start, axis=1), np.inf)
        found[name] = np.sort(np.argsort(distance, kind="stable")[:size])
        free[found[name]] = False
    return found


def simulate(plan: Plan) -> list[Person]:
    """Simulate a cohort: patients and controls in turn, the sites evenly among both."""
    return [simulate_person(plan, number) for number in range(plan.people)]


def simulate_person(plan: Plan, number: int) -> Person:
    """Simulate one person of a cohort: the same alone as among the others."""
    children = np.random.SeedSequence(plan.seed).spawn(plan.people + 1)
    gains = np.random.default_rng(children[-1]).uniform(0.0, 0.5, plan.sites)
    rng = np.random.default_rng(children[number])
    patient, site = number % 2 == 0, number // 2 % plan.sites
    motion = float(rng.gamma(4, 0.03))
    series = _scan(rng, plan, regions(plan), positions(plan.voxels), patient)
    if plan.sites > 1:
        series += gains[site] * rng.standard_normal((plan.volumes, 1))
    if plan.motion:
        jerks = rng.random((plan.volumes, 1)) < motion / 2
        series += plan.motion * jerks * rng.standard_normal((plan.volumes, 1))
    return Person(
        f"sim-{number + 1:03d}",
        series.astype(np.float32),
        patient,
        f"site-{site + 1}",
        motion,
        float(rng.uniform(7, 21)),
    )


def _scan(
    rng: np.random.Generator,
    plan: Plan,
    lumps: dict[str, np.ndarray],
    places: np.ndarray,
    patient: bool,
) -> np.ndarray:
    """Series of one person, of variance one, shape (volumes, voxels)."""
    series = _background(rng, plan, places)
    region = rng.standard_normal((plan.volumes, 1))
    groups = rng.standard_normal((plan.volumes, 4))
    follows = np.clip(rng.normal(FOLLOWS, SPREAD), 0, 0.7)
    partners, decoys = _groups(rng, plan, patient)
    noise = rng.standard_normal((plan.volumes, plan.voxels))
    parts = (
        ("R", OWN_REGION * region),
        ("P", follows * region + OWN_PARTNER * groups[:, partners]),
        ("Q", OWN_DECOY * groups[:, decoys]),
    )
    shares = (OWN_REGION**2, follows**2 + OWN_PARTNER**2, OWN_DECOY**2)
    for (name, signal), share in zip(parts, shares, strict=True):
        few = lumps[name]
        series[:, few] = signal + np.sqrt(1 - share) * noise[:, few]
    return series


def _groups(rng: np.random.Generator, plan: Plan, patient: bool) -> tuple[np.ndarray, np.ndarray]:
    """Group of each partner and decoy: four of a hundred."""
    apart = np.repeat([0, 1], PARTNERS // 2), np.repeat([2, 3], DECOYS // 2)
    mixed = np.repeat([0, 1, 2, 3], PARTNERS // 4), np.repeat([0, 1, 2, 3], DECOYS // 4)
    partners, decoys = apart if patient else mixed
    # without strength, half of the people follow the other class's plan
    if rng.random() > (1 + plan.strength) / 2:
        partners, decoys = mixed if patient else apart
    return rng.permutation(partners), rng.permutation(decoys)


def _background(rng: np.random.Generator, plan: Plan, places: np.ndarray) -> np.ndarray:
    """Noise that neighbouring voxels share, of variance one."""
    from scipy.ndimage import gaussian_filter

    shape = (plan.volumes, *(places.max(axis=0) + 1))
    noise = rng.standard_normal(shape)
    if plan.smoothness:
        noise = gaussian_filter(noise, (0, *[plan.smoothness] * 3), mode="wrap")
    found: np.ndarray = noise[:, places[:, 0], places[:, 1], places[:, 2]]
    return found / found.std()
