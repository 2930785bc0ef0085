"""Codes of one bit a unit, and the stored ones that are nearest to a query."""

from __future__ import annotations

import numpy as np

from neurokit.kernels.backends import find

WORD = 64


def pack_codes(codes: np.ndarray) -> np.ndarray:
    """Pack codes, a bit each.

    Parameters
    ----------
    codes : array of bool, shape (..., n_units)

    Returns
    -------
    words : array of uint64, shape (..., ceil(n_units / 64))
        Bit j % 64 of word j // 64 is unit j; the last word is filled with zeros.
    """
    codes = np.asarray(codes, dtype=bool)
    n_words = -(-codes.shape[-1] // WORD)
    padded = np.zeros((*codes.shape[:-1], n_words * WORD), dtype=bool)
    padded[..., : codes.shape[-1]] = codes
    octets = np.packbits(padded, axis=-1, bitorder="little")
    return octets.view("<u8").astype(np.uint64, copy=False)


def unpack_codes(words: np.ndarray, n_units: int) -> np.ndarray:
    """Codes of packed ones, bool of shape (..., n_units)."""
    octets = np.ascontiguousarray(words).astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(octets, axis=-1, count=n_units, bitorder="little").astype(bool)


def hamming_neighbours(
    queries: np.ndarray,
    stored: np.ndarray,
    masks: np.ndarray,
    k: int,
    *,
    mask_of: np.ndarray | None = None,
    n_threads: int = 1,
    backend: str = "cpu",
) -> tuple[np.ndarray, np.ndarray]:
    """Find the stored codes that differ least from each query, on the units that each counts.

    Parameters
    ----------
    queries : array of uint64, shape (n_queries, n_words)
        Packed by :func:`pack_codes`.
    stored : array of uint64, shape (n_stored, n_words)
    masks : array of uint64, shape (n_stored, n_words) or (n_masks, n_words)
        Units on which to compare, packed too.
    k : int
        How many to find, ``n_stored`` at most.
    mask_of : array of int, shape (n_stored,), optional
        Mask of each stored code, the one of its class say, where there is not one for each.
    n_threads : int
        Threads that share the queries.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    places : array of int64, shape (n_queries, k)
        Stored codes, the nearest first; of equally near ones the first stored.
    distances : array of float64, shape (n_queries, k)
        Share of the mask's units that differ, so that wide and narrow masks compare; 1 where a mask
        is empty.

    Raises
    ------
    ValueError
        If the words do not fit, or k is out of range.
    """
    queries, stored, masks = (np.ascontiguousarray(each) for each in (queries, stored, masks))
    for name, words in (("queries", queries), ("stored", stored), ("masks", masks)):
        if words.dtype != np.uint64 or words.ndim != 2 or words.shape[1] != stored.shape[1]:
            raise ValueError(
                f"{name} must be packed codes, uint64 of shape (n, {stored.shape[-1]}), got "
                f"{words.dtype} of shape {words.shape}; use pack_codes"
            )
    if mask_of is None:
        mask_of = np.arange(len(stored))
    mask_of = np.asarray(mask_of, dtype=np.int64)
    if len(mask_of) != len(stored) or np.any((mask_of < 0) | (mask_of >= len(masks))):
        raise ValueError(f"each of {len(stored)} stored codes needs one of {len(masks)} masks")
    if not 1 <= k <= len(stored):
        raise ValueError(f"k must lie from 1 to the {len(stored)} stored codes, got {k}")
    count = find("binary_codes.differing", backend)
    differing = count(queries, stored, masks, mask_of, n_threads)
    sizes = np.bitwise_count(masks).sum(axis=1)[mask_of]
    distances = np.divide(differing, sizes, out=np.ones(differing.shape), where=sizes > 0)
    places = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return places, np.take_along_axis(distances, places, axis=1)
