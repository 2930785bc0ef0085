import numpy as np
import pytest

from neurokit.signals.electrodes import flat_positions
from neurokit.simulators import sources
from neurokit.simulators.simulation import CHANNELS


def test_every_electrode_of_the_cap_lies_where_the_measured_montage_has_it():
    # those below the equator are drawn closer, or the head would be small
    names = tuple(name for name in CHANNELS if name not in ("T9", "T10"))
    directions = sources.directions(names)
    angle = np.degrees(np.arccos(directions[:, 2])) / 76
    azimuth = np.arctan2(directions[:, 0], directions[:, 1])
    measured = np.stack([angle * np.sin(azimuth), angle * np.cos(azimuth)], axis=1)
    drawn = np.array([flat_positions(names)[name] for name in names])
    # a drawn head is rounder than a real one
    assert np.hypot(*(drawn - measured).T).max() < 0.25
    assert np.hypot(*(drawn - measured).T).mean() < 0.12


def test_no_two_electrodes_lie_on_each_other():
    points = np.array(list(flat_positions(CHANNELS).values()))
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert apart[~np.eye(len(points), dtype=bool)].min() > 0.1


def test_old_names_and_any_case_are_known_and_others_left_out():
    found = flat_positions(["T3", "cz", "FPZ", "EEG 1", "A1"])
    assert list(found) == ["T3", "cz", "FPZ", "A1"]
    assert found["T3"] == pytest.approx(flat_positions(["T7"])["T7"])
    assert found["cz"] == (0.0, 0.0)
    assert found["FPZ"][1] > 0.9
