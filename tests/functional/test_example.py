"""The examples in this repository: their tests decide, and their recorded sessions bring their mirror about."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from jiti.testing import Project
from tests.once import once

ROOT = Path(__file__).parents[2]


EXAMPLES = {"semver": 5, "jwt": 5}
"""The examples, and how many sessions each has."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The repository's examples and settings, with the committed mirror."""
    copy = tmp_path_factory.mktemp("examples") / "copy"
    for folder in ("examples", ".jiti"):
        unwanted = shutil.ignore_patterns("__pycache__", ".local")
        shutil.copytree(ROOT / folder, copy / folder, ignore=unwanted)
    (copy / "src").mkdir()
    return Project({"pyproject.toml": (ROOT / "pyproject.toml").read_text("utf-8")}, root=copy)


def mirrored(project: Project, name: str) -> dict[str, str]:
    """An example's mirror without what differs from one generation to the next: who made a file, with which tools."""
    mirror = {path: text for path, text in project.mirror().items() if f"examples/{name}/" in path}
    return {path: re.sub(r"(?m)^# made: .*\n", "", text) for path, text in mirror.items()}


def test_their_committed_mirror_passes_their_tests_without_a_model(example: Project) -> None:
    ran = example.run("python", "-m", "pytest", "-q", "--jiti=frozen", "examples")
    assert ran.exit_code == 0, ran.stdout
    assert ran.changed == {}
    assert "jiti" not in ran.stdout


@once
@pytest.mark.parametrize("name", EXAMPLES)
def test_recorded_sessions_write_a_mirror_again_under_pytest(example: Project, name: str) -> None:
    """The same bytes, whoever asks first: tests before code, and each stub once."""
    committed = mirrored(example, name)
    before = len(example.sessions())
    for folder in (".jiti", ".jiti/.scratch"):
        shutil.rmtree(example.root / folder / "examples" / name)
    ran = example.run(
        "python", "-m", "pytest", "-q", f"examples/{name}", env={"JITI_REPLAY": f"examples/{name}/sessions"}
    )
    assert (ran.exit_code, ran.stderr) == (0, ""), ran.stdout
    assert mirrored(example, name) == committed
    assert len(example.sessions()) - before == EXAMPLES[name]
