"""Work in processes, heard of on the window's thread."""

import pytest

from neurokit.app.desktop.tasks import Tasks

pytestmark = pytest.mark.window


def divide(a, b):
    return a / b


def test_a_task_that_another_one_starts_has_its_own_result(qtbot):
    tasks, heard = Tasks(), []

    def go_on(result):
        heard.append(result)
        second = tasks.start("second", divide, 8, 2)
        second.done.connect(heard.append)
        # its result is there before the first one's news are read to the end
        assert tasks._busy[second].connection.poll(30)

    # the second job goes to the process that the first one has just left
    tasks.start("first", divide, 2, 1).done.connect(go_on)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=30000)
    assert heard == [2, 4]
    assert not tasks.running
    tasks.close()


def test_a_task_that_fails_says_why_and_leaves_room_for_the_next(qtbot):
    tasks, said, heard = Tasks(), [], []
    tasks.start("first", divide, 1, 0).failed.connect(said.append)
    qtbot.waitUntil(lambda: bool(said), timeout=30000)
    assert "division by zero" in said[0]
    tasks.start("second", divide, 8, 2).done.connect(heard.append)
    qtbot.waitUntil(lambda: heard == [4], timeout=30000)
    tasks.close()
