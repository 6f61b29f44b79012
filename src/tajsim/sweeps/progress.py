"""How far a sweep is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Points and runs settled (finished or failed) and wanted; speed; seconds left.

    ``rate`` are runs per second since this sweep was started, 0 while nothing is known; ``left``
    is None then.
    """

    points_done: int
    points: int
    runs_done: float
    runs: int
    rate: float
    left: float | None

    def __str__(self) -> str:
        """Return one line: ``12/40 points, 1,200/2,000 runs, 251 runs/s, 0:03 left``."""
        parts = [f"{self.points_done:,}/{self.points:,} points"]
        parts.append(f"{self.runs_done:,.0f}/{self.runs:,} runs")
        if self.left is not None:
            parts += [f"{self.rate:,.3g} runs/s", f"{_clock(self.left)} left"]
        return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
