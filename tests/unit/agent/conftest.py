"""What the agent's tests stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.agent.files import ProjectFiles
from jiti.agent.tool import Surroundings
from tests.unit.agent.stage import FakeWorkbench, Stage

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage in an empty project."""
    return Stage(tmp_path)


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    """What tools work on, in an empty project."""
    return Surroundings(ProjectFiles(str(tmp_path)), FakeWorkbench())
