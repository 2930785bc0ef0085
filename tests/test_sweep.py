"""What the live traces are made of: columns, filters, pixels."""

import numpy as np
import pytest

from neurokit.live.sweep import DisplayFilter, Strip, Sweep, paint

SFREQ = 500.0


def stamps(n_samples, first=10.0, sfreq=SFREQ):
    return first + np.arange(n_samples) / sfreq


def columns_of(sweep, samples, when, chunk):
    """Low and high of every column, whatever the chunks."""
    low, high = {}, {}
    for start in range(0, len(samples), chunk):
        some = slice(start, start + chunk)
        for strip in sweep.feed(samples[some], when[some]):
            for k in range(len(strip)):
                low[strip.first + k], high[strip.first + k] = strip.low[k], strip.high[k]
    numbers = sorted(low)
    assert numbers == list(range(len(numbers)))
    return np.array([low[k] for k in numbers]), np.array([high[k] for k in numbers])


@pytest.mark.parametrize("chunk", [1, 7, 16, 1000])
@pytest.mark.parametrize("speed", [25.0, 110.0, 499.0])
def test_a_column_holds_the_lowest_and_highest_of_its_samples(chunk, speed):
    samples = np.random.default_rng(0).standard_normal((1000, 3))
    low, high = columns_of(Sweep(SFREQ, 3, speed), samples, stamps(1000), chunk)
    own = (np.arange(1000) * speed / SFREQ).astype(int)
    for number in range(own.max() + 1):
        mine = samples[own == number]
        before = samples[max(np.flatnonzero(own == number)[0] - 1, 0)][None]
        joined = np.concatenate([before, mine])
        np.testing.assert_allclose(low[number], joined.min(axis=0))
        np.testing.assert_allclose(high[number], joined.max(axis=0))


@pytest.mark.parametrize("chunk", [1, 5, 100])
def test_few_samples_are_joined_by_straight_lines(chunk):
    samples = np.arange(100.0)[:, None]
    low, high = columns_of(Sweep(100.0, 1, 400.0), samples, stamps(100, sfreq=100.0), chunk)
    assert np.isfinite(low).all()
    assert ((high - low) <= 0.51).all()
    np.testing.assert_allclose(high[4:, 0], np.arange(4, len(high)) / 4, atol=0.3)


def test_a_gap_leaves_empty_columns_as_wide_as_it_was_long():
    sweep = Sweep(SFREQ, 1, 100.0)
    samples = np.ones((1000, 1))
    when = stamps(1000)
    when[600:] += 2.0
    low, _ = columns_of(sweep, samples, when, 1000)
    assert np.isnan(low[:, 0]).sum() == pytest.approx(200, abs=1)
    assert len(low) == pytest.approx(400, abs=1)
    assert sweep.column(when[-1]) == len(low) - 1


def test_jitter_of_the_stamps_is_no_gap():
    samples = np.ones((2000, 1))
    when = stamps(2000) + 0.05 * np.random.default_rng(0).standard_normal(2000)
    low, _ = columns_of(Sweep(SFREQ, 1, 100.0), samples, when, 20)
    assert np.isfinite(low).all()


@pytest.mark.parametrize("chunk", [13, 4000])
def test_the_display_filter_takes_offset_and_hum_away_and_leaves_the_rhythm(chunk):
    seconds = np.arange(4000) / SFREQ
    mu = 10e-6 * np.sin(2 * np.pi * 11 * seconds)
    hum = 50e-6 * np.sin(2 * np.pi * 50 * seconds)
    samples = np.stack([0.2 + mu + hum, mu], axis=1)
    display = DisplayFilter(SFREQ)
    filtered = np.concatenate(
        [display.process(samples[start : start + chunk]) for start in range(0, 4000, chunk)]
    )
    np.testing.assert_allclose(filtered[2000:, 0], filtered[2000:, 1], atol=0.5e-6)
    assert filtered[2000:, 1].std() == pytest.approx(mu.std(), rel=0.05)


def test_without_filters_nothing_changes():
    samples = np.random.default_rng(0).standard_normal((100, 2))
    assert DisplayFilter(SFREQ, high_pass=0, mains=0).process(samples) is samples


def test_a_line_covers_as_many_pixels_as_it_is_thick():
    strip = Strip(0, np.array([[0.0], [-1.0], [np.nan]]), np.array([[0.0], [1.0], [np.nan]]))
    cover = paint(strip, np.array([20.0]), 5.0, 40, thickness=1.5)
    np.testing.assert_allclose(cover.sum(axis=0), [1.5, 11.5, 0.0])
    assert cover[20, 0] > 0.7
    assert cover[15:25, 1].min() == pytest.approx(1.0)


def test_lines_that_leave_the_picture_are_cut_at_its_edge():
    strip = Strip(0, np.array([[-100.0, -0.1]]), np.array([[100.0, 0.1]]))
    cover = paint(strip, np.array([5.0, 35.0]), 1.0, 40)
    assert cover.shape == (40, 1)
    np.testing.assert_allclose(cover[:, 0], 1.0)
