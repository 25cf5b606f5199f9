"""Short runs of the campaigns that `tests/campaigns/` runs at length, so that they do not rot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns import fuzz
from tests.once import once

ROOT = Path(__file__).parents[2]


@once
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nobody tells who started whom")
def test_what_a_kill_leaves_of_a_generation_or_a_merge_is_whole_and_the_next_run_works() -> None:
    """In a process of its own, which becomes the parent of all that outlives the killed ones."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-m", "tests.campaigns.kills", "2", "5", "60", "2"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "2 kills (seed 5)" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout


@once
@pytest.mark.parametrize("target", fuzz.TARGETS, ids=lambda target: target.name.replace(" ", "-"))
def test_only_errors_of_ours_come_out_whatever_is_fed(target: fuzz.Target, tmp_path: Path) -> None:
    figures = fuzz.campaign(tmp_path, seed=20261121, seconds=0, targets=[target], at_once=20)
    assert figures.examples.total() >= 10
    assert not figures.wrong, figures.wrong[target.name]
