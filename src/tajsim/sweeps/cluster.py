"""A Dask cluster: its workers simulate, this process stores what they send back.

Only the kept numbers travel, so a cluster needs no common folder. A worker that is lost has its
task done again by another.
"""

from __future__ import annotations

from math import inf
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tajsim.errors import UserError
from tajsim.sweeps.design import library
from tajsim.sweeps.task import Task
from tajsim.sweeps.team import Answer, Done, Failed, Simulate, cause_of
from tajsim.sweeps.work import Finished, WrongModelError

#: Tasks sent for each thread of the cluster, so that no worker waits for the next one.
_AHEAD = 2
_CONNECT = "10s"


def _no_months() -> None:
    """Nobody is told of months."""


def _work(simulate: Simulate, task: Task) -> Finished | Failed:
    """Simulate a task on a worker; what fails there comes back as an answer, not as an error."""
    try:
        return simulate(task, _no_months)
    except WrongModelError:
        raise
    except Exception as error:
        return Failed(cause_of(error))


class ClusterTeam:
    """The workers of a Dask scheduler.

    Args:
        address: of the scheduler, such as ``tcp://127.0.0.1:8786``.
        simulate: how a task is simulated; a function that workers can import by name.

    Raises:
        UserError: if dask.distributed is missing, or nobody answers at the address.
    """

    def __init__(self, address: str, simulate: Simulate) -> None:
        if Path(address).suffix == ".json":
            raise UserError(f"--cluster {address}: expected an address such as tcp://host:8786")
        distributed = library("distributed", "cluster")
        try:
            self._client: Any = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UserError(
                f"--cluster {address}: no Dask scheduler answers ({cause_of(error)})"
            ) from None
        self._address, self._simulate = address, simulate
        self._killed = distributed.scheduler.KilledWorker
        self._lost = distributed.client.FutureCancelledError
        self._futures: dict[int, tuple[Any, Task]] = {}
        self._size, self._looked = 1, -inf

    def wants(self) -> bool:
        """Send ahead for every thread of the cluster."""
        return len(self._futures) < _AHEAD * self.hands

    @property
    def hands(self) -> int:
        """The threads of the cluster, whose workers may come and go."""
        if monotonic() - self._looked > 2.0:
            try:
                threads = sum(self._client.nthreads().values())
            except (OSError, TimeoutError):
                raise self._scheduler_gone() from None
            self._size, self._looked = max(1, threads), monotonic()
        return self._size

    def submit(self, number: int, task: Task) -> None:
        """Send a task."""
        future = self._client.submit(_work, self._simulate, task, pure=False, retries=2)
        self._futures[number] = (future, task)

    def answers(self, wait: float) -> list[tuple[int, Answer]]:
        """Return what is finished."""
        until = monotonic() + wait
        while not (ready := [n for n, (f, _) in self._futures.items() if f.done()]):
            if monotonic() > until:
                break
            sleep(0.01)
        return [(number, self._answer(number)) for number in ready]

    def _answer(self, number: int) -> Answer:
        future, _ = self._futures.pop(number)
        try:
            found = future.result()
        except self._killed:
            return Failed("its workers were killed one after the other")
        except WrongModelError as error:
            raise UserError(f"--cluster {self._address}: {error}") from None
        except self._lost:
            raise self._scheduler_gone() from None
        finally:
            future.release()
        return found if isinstance(found, Failed) else Done(found.numbers, found)

    def _scheduler_gone(self) -> UserError:
        return UserError(
            f"--cluster {self._address}: the scheduler is gone; what is finished is kept, the same "
            "command goes on"
        )

    def under_way(self) -> float:
        """Nothing is known of tasks that are not finished."""
        return 0.0

    def close(self) -> None:
        """Take back what is not finished and leave the cluster."""
        for future, _ in self._futures.values():
            future.cancel()
        self._client.close()
