"""Nearest codes on packed bits."""

import numpy as np
import pytest

from neurokit.kernels import available
from neurokit.kernels.binary_codes import hamming_neighbours, pack_codes, unpack_codes

each_backend = pytest.mark.parametrize("backend", available())


def make(n_queries=5, n_stored=9, n_units=70, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.random((n, n_units)) < 0.4 for n in (n_queries, n_stored, n_stored))


@pytest.mark.parametrize("n_units", [1, 63, 64, 65, 200])
def test_codes_come_back_from_words(n_units):
    codes = np.random.default_rng(n_units).random((4, n_units)) < 0.5
    words = pack_codes(codes)
    assert words.shape == (4, -(-n_units // 64))
    np.testing.assert_array_equal(unpack_codes(words, n_units), codes)
    assert words[0, 0] & np.uint64(1) == codes[0, 0]


@each_backend
def test_distances_are_the_share_of_the_masked_units_that_differ(backend):
    queries, stored, masks = make()
    apart = ((queries[:, None] != stored) & masks).sum(axis=2) / masks.sum(axis=1)
    places, distances = hamming_neighbours(
        *(pack_codes(each) for each in (queries, stored, masks)), 4, backend=backend
    )
    np.testing.assert_array_equal(places, np.argsort(apart, axis=1, kind="stable")[:, :4])
    np.testing.assert_array_equal(distances, np.sort(apart, axis=1)[:, :4])


@each_backend
def test_codes_of_a_class_share_a_mask(backend):
    queries, stored, masks = make()
    words = [pack_codes(each) for each in (queries, stored, masks)]
    mask_of = np.arange(9) // 5
    found = hamming_neighbours(*words[:2], words[2][:2], 9, mask_of=mask_of, backend=backend)
    each = hamming_neighbours(*words[:2], words[2][mask_of], 9, backend="reference")
    for one, other in zip(found, each, strict=True):
        np.testing.assert_array_equal(one, other)


def test_threads_and_an_empty_mask_change_nothing_else():
    queries, stored, masks = make(300)
    masks[2] = False
    words = [pack_codes(each) for each in (queries, stored, masks)]
    one, two = (hamming_neighbours(*words, 9, n_threads=n) for n in (1, 2))
    np.testing.assert_array_equal(one[0], two[0])
    assert np.all(one[1][one[0] == 2] == 1)


def test_what_does_not_fit_is_refused():
    words = np.zeros((3, 2), dtype=np.uint64)
    with pytest.raises(ValueError, match="pack_codes"):
        hamming_neighbours(words, words, words[:, :1], 1)
    with pytest.raises(ValueError, match="k must lie"):
        hamming_neighbours(words, words, words, 4)
    with pytest.raises(ValueError, match="one of 3 masks"):
        hamming_neighbours(words, words, words, 1, mask_of=np.array([0, 1, 3]))
