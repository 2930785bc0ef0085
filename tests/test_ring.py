import multiprocessing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurokit.live.ring import Ring


def counted(first, n, n_channels=2):
    counter = np.arange(first, first + n, dtype=float)
    return np.repeat(counter[:, None], n_channels, axis=1), counter / 100


def test_a_reader_gets_every_sample_once(tmp_path):
    ring = Ring.create(tmp_path / "ring", 2, 100.0, seconds=1)
    reader = Ring(tmp_path / "ring")
    seen, place = [], 0
    for first in range(0, 500, 50):
        ring.append(*counted(first, 50))
        piece = reader.read(place)
        assert piece.lost == 0
        place = piece.next
        seen += piece.samples[:, 0].tolist()
    assert seen == list(range(500))


@given(sizes=st.lists(st.integers(0, 250), min_size=1, max_size=6))
def test_what_was_overwritten_is_counted_as_lost(tmp_path_factory, sizes):
    path = tmp_path_factory.mktemp("ring") / "ring"
    ring = Ring.create(path, 2, 100.0, seconds=1)
    first = 0
    for size in sizes:
        ring.append(*counted(first, size))
        first += size
    piece = Ring(path).read(0)
    assert piece.lost == max(first - 100, 0)
    assert piece.samples[:, 1].tolist() == list(range(piece.lost, first))
    np.testing.assert_array_equal(piece.stamps, piece.samples[:, 0] / 100)


def test_latest_gives_the_last_seconds(tmp_path):
    ring = Ring.create(tmp_path / "ring", 1, 100.0, seconds=2)
    ring.append(*counted(0, 150, 1))
    assert ring.latest(0.5).samples[:, 0].tolist() == list(range(100, 150))


def write_quickly(path, n):
    ring = Ring(path)
    for first in range(0, n, 64):
        ring.append(*counted(first, 64))
    ring.close()


def test_a_reader_in_another_process_never_sees_a_torn_sample(tmp_path):
    path = tmp_path / "ring"
    ring = Ring.create(path, 2, 100.0, seconds=5)
    n = 64 * 2000
    writer = multiprocessing.get_context("spawn").Process(target=write_quickly, args=(path, n))
    writer.start()
    place = seen = lost = 0
    while not (ring.is_closed and place == n):
        piece = ring.read(place)
        first = place + piece.lost
        place = piece.next
        expected = np.arange(first, place, dtype=float)
        np.testing.assert_array_equal(piece.samples[:, 0], expected)
        np.testing.assert_array_equal(piece.samples[:, 1], expected)
        seen += len(expected)
        lost += piece.lost
        if not writer.is_alive() and not ring.is_closed:
            pytest.fail("the writer died")
    writer.join()
    assert seen + lost == n


def test_a_file_that_is_no_ring_is_refused(tmp_path):
    path = tmp_path / "ring"
    path.write_bytes(b"x" * 200)
    with pytest.raises(ValueError, match="not a ring"):
        Ring(path)
