"""The example in this repository: its tests decide, and its recorded sessions bring its mirror about."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from jiti.testing import Project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def example(tmp_path: Path) -> Project:
    """The repository's example and settings, with the committed mirror."""
    for folder in ("examples", ".jiti"):
        unwanted = shutil.ignore_patterns("__pycache__", ".local")
        shutil.copytree(ROOT / folder, tmp_path / "copy" / folder, ignore=unwanted)
    (tmp_path / "copy" / "src").mkdir()
    return Project({"pyproject.toml": (ROOT / "pyproject.toml").read_text("utf-8")}, root=tmp_path / "copy")


def mirrored(project: Project) -> dict[str, str]:
    """The mirror without what differs from one generation to the next: who made a file, with which tools."""
    return {path: re.sub(r"(?m)^# made: .*\n", "", text) for path, text in project.mirror().items()}


def test_its_recorded_sessions_write_its_mirror_again_under_pytest(example: Project) -> None:
    """The same bytes, whoever asks first: tests before code, and each stub once."""
    committed = mirrored(example)
    shutil.rmtree(example.root / ".jiti")
    ran = example.run(
        "python", "-m", "pytest", "-q", "examples/semver", env={"JITI_REPLAY": "examples/semver/sessions"}
    )
    assert (ran.exit_code, ran.stderr) == (0, ""), ran.stdout
    assert mirrored(example) == committed
    assert len(example.sessions()) == 5


def test_its_committed_mirror_passes_its_tests_without_a_model(example: Project) -> None:
    ran = example.run("python", "-m", "pytest", "-q", "--jiti=frozen", "examples/semver")
    assert ran.exit_code == 0, ran.stdout
    assert ran.changed == {}
    assert "jiti" not in ran.stdout
