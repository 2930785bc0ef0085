"""Search for the nested partition of least description length, over the compiled steps."""

from __future__ import annotations

import numpy as np

from neurokit.kernels.cpu.block_steps import LEAST, best_merge, settle
from neurokit.kernels.cpu.block_sums import State, rebuild, total_cost

NEAR = 10.0  # nats lost by a split beyond which the other nodes will not make up for it


class Search:
    """A partition that is changed step by step, and may go back to one that was kept."""

    def __init__(self, st: State, rng: np.random.Generator) -> None:
        self.st = st
        self.rng = rng
        self.n_levels = len(st.labels)

    def run(self, labels: np.ndarray, n_rounds: int = 4) -> float:
        """Start from labels, merge blocks, build the levels, refine all; the cost reached."""
        self._begin(labels)
        self._settle(0, 6)
        self._agglomerate(0)
        self._raise_levels(0)
        for _ in range(n_rounds):
            before = self._cost()
            self._refine()
            self._saves(self._regrow)
            if self._cost() > before - LEAST:
                break
        return self._cost()

    def levels(self) -> list[np.ndarray]:
        """Label of each node at each level, finest first."""
        below = np.arange(len(self.st.graph))
        found = []
        for level in range(self.st.shape[-1]):
            below = self.st.labels[level][below]
            found.append(below)
        return found

    def _begin(self, labels: np.ndarray) -> None:
        self.st.labels[0] = labels
        self.st.shape[0] = labels.max() + 1
        self._one_block_above(0)
        rebuild(self.st, 0)

    def _n_nodes(self, level: int) -> int:
        return int(self.st.shape[level - 1]) if level else len(self.st.graph)

    def _cost(self, level: int = 0) -> float:
        return float(total_cost(self.st, level))

    def _keep(self) -> tuple[np.ndarray, np.ndarray]:
        return self.st.labels.copy(), self.st.shape.copy()

    def _restore(self, kept: tuple[np.ndarray, np.ndarray], level: int = 0) -> None:
        self.st.labels[:], self.st.shape[:] = kept
        rebuild(self.st, level)

    def _settle(self, level: int, most: int, one: int = -1, other: int = -1) -> None:
        settle(self.st, level, one, other, most, int(self.rng.integers(2**31)))

    def _one_block_above(self, level: int) -> None:
        """Let a level's blocks have one block above them, and nothing above that."""
        if self.st.shape[level] == 1:
            self.st.shape[-1] = level + 1
            return
        self.st.labels[level + 1] = 0
        self.st.shape[level + 1] = 1
        self.st.shape[-1] = level + 2

    def _merge(self, level: int) -> None:
        """Merge the two blocks that cost least together."""
        st = self.st
        r, s = best_merge(st, level)
        last = st.shape[level] - 1
        labels = st.labels[level, : self._n_nodes(level)]
        labels[labels == r] = s
        labels[labels == last] = r
        if level + 1 < st.shape[-1]:
            st.labels[level + 1, r] = st.labels[level + 1, last]
        st.shape[level] = last
        for up in range(level + 1, st.shape[-1]):
            few = st.labels[up, : st.shape[up - 1]]
            used, few[:] = np.unique(few, return_inverse=True)
            if up + 1 < st.shape[-1]:
                st.labels[up + 1, : len(used)] = st.labels[up + 1, used]
            st.shape[up] = len(used)
        rebuild(st, level)

    def _agglomerate(self, level: int) -> None:
        """Merge the blocks below the last level, with moves between, and take the best."""
        best, kept = self._cost(level), self._keep()
        while self.st.shape[level] > 1:
            for _ in range(max(1, self.st.shape[level] // 6)):
                self._merge(level)
            self._settle(level, 2)
            cost = self._cost(level)
            if cost < best:
                best, kept = cost, self._keep()
        self._restore(kept, level)
        if self.st.shape[level] == 1:
            self.st.shape[-1] = level + 1

    def _raise_levels(self, level: int) -> None:
        """Build the levels above one anew, each from single nodes, as long as that saves."""
        st = self.st
        self._one_block_above(level)
        rebuild(st, level)
        while st.shape[level] > 2 and level + 2 < self.n_levels:
            before, kept = self._cost(level + 1), self._keep()
            st.labels[level + 1, : st.shape[level]] = np.arange(st.shape[level])
            st.shape[level + 1] = st.shape[level]
            self._one_block_above(level + 1)
            rebuild(st, level + 1)
            self._agglomerate(level + 1)
            if self._cost(level + 1) > before - LEAST:
                self._restore(kept, level + 1)
                return
            level += 1

    def _refine(self) -> None:
        """Move, merge and split at every level but the last, then build the levels anew."""
        level = 0
        while level < self.st.shape[-1] - 1:
            self._settle(level, 5)
            while self.st.shape[level] > 1 and self._saves(lambda at=level: self._try_merge(at)):
                pass
            for r in range(self.st.shape[level]):
                self._saves(lambda at=level, block=r: self._try_split(at, block))
            level += 1
        self._saves(lambda: self._raise_levels(0))

    def _saves(self, change) -> bool:  # type: ignore[no-untyped-def]
        """Make a change, and take it back unless it saves."""
        before, kept = self._cost(), self._keep()
        change()
        if self._cost() < before - LEAST:
            return True
        self._restore(kept)
        return False

    def _try_merge(self, level: int) -> None:
        self._merge(level)
        self._settle(level, 3)

    def _try_split(self, level: int, r: int) -> None:
        """Split a block at random and let the halves settle."""
        st = self.st
        blocks = st.shape[level]
        labels = st.labels[level, : self._n_nodes(level)]
        members = self.rng.permutation(np.flatnonzero(labels == r))
        if len(members) < 2 or blocks == st.sums.shape[1]:
            return
        before = self._cost()
        labels[members[: len(members) // 2]] = blocks
        st.labels[level + 1, blocks] = st.labels[level + 1, r]
        st.shape[level] += 1
        rebuild(st, level)
        self._settle(level, 4, r, blocks)
        if self._cost() < before + NEAR:
            self._settle(level, 1)

    def _regrow(self) -> None:
        """Split every block of the first level at random, and merge anew."""
        st = self.st
        halves = 2 * st.labels[0] + self.rng.integers(2, size=len(st.labels[0]))
        labels = np.unique(halves, return_inverse=True)[1]
        if labels.max() < st.sums.shape[1]:
            self._begin(labels)
            self._settle(0, 6)
            self._agglomerate(0)
            self._raise_levels(0)
