"""Room for the matrices of a few orders, used again once nobody looks at them."""

from __future__ import annotations

from sys import getrefcount

import numpy as np


class Shelf:
    """Matrices of some orders of one lag, highest first, in one piece of memory."""

    def __init__(
        self, memory: np.ndarray, shape: tuple[int, int], orders: list[int], before: int
    ) -> None:
        self.n_epochs, self.n_channels = shape
        self.memory, self.orders = memory, orders
        # the last order that was written for this lag
        self.before = before

    def places(self, order: int) -> np.ndarray:
        """Where the matrix of each epoch begins."""
        above = self.orders[: self.orders.index(order)]
        start = self.n_epochs * sum((other * self.n_channels) ** 2 for other in above)
        return start + np.arange(self.n_epochs) * (order * self.n_channels) ** 2

    def __getitem__(self, order: int) -> np.ndarray:
        size = order * self.n_channels
        start = self.places(order)[0] if self.n_epochs else 0
        matrices = self.memory[start : start + self.n_epochs * size**2]
        return matrices.reshape(self.n_epochs, size, size)


class Memory:
    """Memory that is lent again once nobody looks at it: fresh pages cost as much as the matrices.

    Arrays keep alive what they are views of, so its count of references says who is looking.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.pieces: list[np.ndarray] = []

    def lend(self) -> np.ndarray:
        """Give a piece that nobody looks at; who goes on from matrices to the next needs two."""
        for k in range(len(self.pieces)):
            if getrefcount(self.pieces[k]) <= NOBODY:
                return self.pieces[k]
        self.pieces = [np.empty(self.size), *self.pieces[:1]]
        return self.pieces[0]


_probe = [np.empty(0)]
NOBODY = getrefcount(_probe[0])
