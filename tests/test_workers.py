import os
import signal
import time

import pytest

from neurokit.workers import Worker


def count(n, *, progress):
    for number in range(n):
        progress(number / n, f"{number} of {n}")
        yield number


def add(a, b):
    return a + b


def refuse():
    raise ValueError("this cannot be; do that")


def hang():
    signal.sigwait([signal.SIGUSR1])


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def threads():
    return os.environ["OMP_NUM_THREADS"]


@pytest.fixture(scope="module")
def worker():
    worker = Worker(warm=())
    yield worker
    worker.kill()


def test_a_job_gives_progress_items_and_an_end(worker):
    messages = list(worker.run(count, 3))
    assert [m.value for m in messages if m.kind == "item"] == [0, 1, 2]
    assert [m.text for m in messages if m.kind == "progress"] == ["0 of 3", "1 of 3", "2 of 3"]
    assert messages[-1].kind == "done"


def test_a_worker_takes_one_job_after_another(worker):
    assert [list(worker.run(add, n, 1))[-1].value for n in range(3)] == [1, 2, 3]


def test_a_refusal_is_passed_on_in_its_words(worker):
    (message,) = worker.run(refuse)
    assert (message.kind, message.text) == ("failed", "this cannot be; do that")
    assert "Traceback" in message.value


def test_workers_compute_with_one_thread_each(worker):
    assert list(worker.run(threads))[-1].value == "1"


def test_a_hung_job_is_killed_within_a_second():
    worker = Worker(warm=())
    worker.submit(hang)
    start = time.monotonic()
    worker.kill()
    assert time.monotonic() - start < 1
    assert worker.process.exitcode == -signal.SIGKILL


def test_a_worker_that_dies_says_so():
    worker = Worker(warm=())
    (message,) = worker.run(die)
    assert message.kind == "failed"
    assert "has died" in message.text
    worker.kill()
