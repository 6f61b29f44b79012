"""A few of the damages and generated inputs of `hostile`."""

from __future__ import annotations

from pathlib import Path

from hostile import try_damages, try_inputs


def test_a_damaged_file_is_refused_or_reads_the_same(tmp_path: Path) -> None:
    counted = try_damages(60, tmp_path)
    assert counted["refused"] > 30 and sum(counted.values()) == 60


def test_no_input_crashes_hangs_or_writes(tmp_path: Path) -> None:
    counted = try_inputs(36, tmp_path)
    assert counted[0] >= 12 and counted[2] >= 6  # a third at least reach the model
