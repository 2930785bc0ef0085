import itertools

from neurokit.timing import Timing, compare, machine, markdown


def test_the_ratio_is_the_peers_time_over_ours():
    now = itertools.count()  # each reading of the clock is one second later
    slow = {"ours": 0, "peer": 2}

    def clock():
        return float(next(now))

    def advance(name):
        for _ in range(slow[name]):
            clock()

    row = compare("work", lambda: advance("ours"), lambda: advance("peer"), bar=3, clock=clock)
    assert (row.ours, row.peer, row.ratio, row.reached) == (1.0, 3.0, 3.0, True)


def test_a_bar_that_is_missed_is_said():
    table = markdown([Timing("mean", 0.002, 0.001, 0.5, 1.2, "pyriemann")])
    assert "| mean | 2 ms | 1 ms (pyriemann) | 0.5x | 1.2x (missed) |" in table


def test_the_machine_names_versions():
    assert "numpy " in machine("numpy")
