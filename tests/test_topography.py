import numpy as np
import pytest

from neurokit.signals.topography import around, front_to_back, interpolation, nearness

CROSS = np.array([[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0], [0.0, 0.5], [0.0, -0.5]])
SIZE = 41


def image_of(values, positions=CROSS):
    return (interpolation(positions, SIZE) @ values).reshape(SIZE, SIZE)


def test_an_electrode_keeps_its_value():
    values = np.array([1.0, -2.0, 0.5, 3.0, 0.0])
    # the first row is the nose's
    found = image_of(values)[[20, 20, 20, 10, 30], [20, 30, 10, 20, 20]]
    np.testing.assert_allclose(found, values, atol=1e-6)


def test_equal_values_stay_equal_everywhere():
    np.testing.assert_allclose(image_of(np.full(5, 0.3)), 0.3, atol=1e-6)


def test_nothing_beyond_the_values_is_made_up_far_from_electrodes():
    image = image_of(np.array([0.0, 1.0, 0.0, 0.0, 0.0]))
    y, x = np.mgrid[1:-1:41j, -1:1:41j]
    assert np.abs(image[np.hypot(x, y) <= 1]).max() < 1.3


def test_two_electrodes_in_one_place_break_nothing():
    positions = np.concatenate([CROSS, CROSS[:1]])
    assert np.isfinite(image_of(np.arange(6.0), positions)).all()


def test_what_is_far_from_every_electrode_is_believed_less():
    near = nearness(CROSS, SIZE)
    assert near[20, 20] == 1
    assert near[0, 0] == pytest.approx(0.1)


def test_orders_go_from_front_to_back_and_around():
    names = np.array(["Fz", "C3", "Cz", "C4", "Pz", "X"])
    positions = np.array(
        [[0, 0.5], [-0.4, 0.01], [0, 0], [0.4, 0.02], [-0.01, -0.5], [np.nan, np.nan]]
    )
    assert names[front_to_back(positions)].tolist() == ["Fz", "C3", "Cz", "C4", "Pz", "X"]
    assert names[around(positions[[0, 1, 3, 4]])[[0]]].tolist() == ["Fz"]
    assert [int(k) for k in around(positions[[0, 1, 3, 4]])] == [0, 2, 3, 1]


def test_a_head_needs_three_electrodes_whose_places_are_known():
    with pytest.raises(ValueError, match="three electrodes"):
        interpolation(CROSS[:2])
    with pytest.raises(ValueError, match="places are known"):
        interpolation(np.vstack([CROSS, [np.nan, 0]]))
