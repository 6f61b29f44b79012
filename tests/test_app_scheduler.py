"""The scheduler of the dashboard with a fake simulator: the latest wins, nothing stale waits."""

from typing import Any, cast

from tajsim.app.session import Scheduler
from tajsim.app.workers import ScheduledJob, spans


def task(key: str, stage: int = 0, home: int | None = None) -> ScheduledJob:
    return ScheduledJob(key, cast(Any, None), stage, home=home)


class Fake:
    """Workers that do nothing until a test lets them finish or heed a stop."""

    def __init__(self, workers: int) -> None:
        self.started: list[str] = []
        self.stops: list[int] = []
        self.results: set[str] = set()
        self.scheduler = Scheduler(workers, self._start, self.stops.append, self._known)

    def _start(self, worker: int, given: ScheduledJob) -> None:
        self.started.append(given.key)

    def _known(self, key: str) -> bool:
        return key in self.results

    @property
    def running(self) -> list[str | None]:
        return [given and given.key for given in self.scheduler.running]

    def finish(self, worker: int) -> None:
        """Let a worker end its task, or leave it if it was told to stop."""
        given = self.scheduler.running[worker]
        assert given
        if worker in self.stops:
            self.stops.remove(worker)
        else:
            self.results.add(given.key)
        self.scheduler.free(worker)


def test_a_hundred_moves_leave_no_stale_work() -> None:
    fake = Fake(2)
    for move in range(100):
        own = task(f"first {move}"), task(f"more {move}", 1)
        fake.scheduler.want("tab", [task("reference"), *own])
    # The first move fills the workers; none of the next 98 is begun before they are free.
    assert fake.started == ["reference", "first 0"]
    assert fake.stops == [1], "the stale task is told to stop, once"
    fake.finish(1)
    assert fake.running == ["reference", "first 99"]
    for worker in (0, 0, 1):
        fake.finish(worker)
    assert fake.started == ["reference", "first 0", "first 99", "more 99"]
    assert fake.results == {"reference", "first 99", "more 99"}
    assert fake.running == [None, None]


def test_what_is_needed_first_goes_first_whichever_tab_asks() -> None:
    fake = Fake(1)
    fake.scheduler.want("one", [task("a"), task("a more", 1), task("a most", 2)])
    fake.scheduler.want("two", [task("b"), task("b more", 1), task("b most", 2)])
    for _ in range(6):
        fake.finish(0)
    assert fake.started == ["a", "b", "a more", "b more", "a most", "b most"]


def test_what_two_tabs_want_is_simulated_once_and_outlives_one_of_them() -> None:
    fake = Fake(2)
    fake.scheduler.want("one", [task("shared")])
    fake.scheduler.want("two", [task("shared")])
    assert fake.started == ["shared"]
    fake.scheduler.want("one", [])
    assert fake.stops == [], "the other tab still wants it"
    fake.scheduler.want("two", [])
    assert fake.stops == [0]


def test_what_comes_back_while_it_is_being_stopped_is_begun_again() -> None:
    fake = Fake(1)
    fake.scheduler.want("tab", [task("a")])
    fake.scheduler.want("tab", [task("b")])
    fake.scheduler.want("tab", [task("a")])
    assert fake.stops == [0], "it cannot be taken back"
    fake.finish(0)
    assert fake.running == ["a"]


def test_a_task_waits_for_the_worker_with_its_past_while_that_is_nearly_free() -> None:
    fake = Fake(2)
    fake.scheduler.want("tab", [task("a0", 0, home=0), task("a1", 1, home=1)])
    fake.scheduler.want("tab", [task("b0", 0, home=0), task("b1", 1, home=1)])
    fake.finish(1)
    assert fake.running == ["a0", "b1"], "b0 is left to worker 0, which is stopping"
    fake.finish(0)
    assert fake.running == ["b0", "b1"]


def test_a_task_does_not_wait_for_a_home_that_is_busy_for_long() -> None:
    fake = Fake(2)
    fake.scheduler.want("one", [task("long", 0, home=0)])
    fake.scheduler.want("two", [task("b", 0, home=0)])
    assert fake.running == ["long", "b"]


def test_the_first_runs_are_divided_over_the_workers() -> None:
    assert spans(45, 2) == [(0, 24, 0), (24, 45, 0)]
    assert spans(100, 2) == [(0, 48, 0), (48, 100, 0)]
    assert [*spans(1, 2), *spans(100, 1)] == [(0, 1, 0), (0, 100, 0)]
    assert spans(600, 2)[2:] == [(100, 300, 1), (300, 500, 1), (500, 600, 2)]


def test_a_worker_takes_what_it_knows_the_past_of_before_the_rest() -> None:
    fake = Fake(2)
    tasks = [task(f"{side}{i}", 0, home=i) for i in (0, 1) for side in ("reference", "own")]
    fake.scheduler.want("tab", tasks)
    assert fake.running == ["reference0", "reference1"]
    fake.finish(1)
    assert fake.running == ["reference0", "own1"]
    fake.finish(1)
    assert fake.running == ["reference0", "own0"], "better late in one place than idle"
