"""What is installed: wheels and zips that carry their mirror run where nothing else is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipapp
from pathlib import Path

import pytest

from jiti.testing import Project, ScriptedModel, submit

ROOT = Path(__file__).parents[2]
PYPROJECT = """\
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"

[tool.jiti]
mirror = "package"

"""
BACKENDS = {
    "hatchling": (
        "hatchling.build",
        (
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
            '[tool.hatch.build.targets.wheel]\npackages = ["src/shop"]\n'
        ),
    ),
    "setuptools": (
        "setuptools.build_meta",
        (
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
            '[tool.setuptools.packages.find]\nwhere = ["src"]\n\n'
            '[tool.setuptools.package-data]\nshop = [".jiti/**/*.py"]\n'
        ),
    ),
}
HEAD = '"""Shop."""\n\nfrom jiti import jiti\n\n'
TEXT = '''
class Price:
    """A price."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    @jiti
    def shown(self) -> str:
        """Show it in euros.

        >>> Price(250).shown()
        '2.50'
        """
        raise NotImplementedError


@jiti
def missing() -> int:
    """Do what nobody wrote."""
    raise NotImplementedError
'''
MAIN = '"""Run."""\n\nfrom shop.parts.text import Price\n\nprint(Price(1999).shown())\n'
FILES = {
    "src/shop/__init__.py": "",
    "src/shop/__main__.py": MAIN,
    "src/shop/parts/__init__.py": "",
    "src/shop/parts/text.py": HEAD + TEXT,
}
RIGHT = submit('return f"{self.cents / 100:.2f}"', tests='def test_cents():\n    assert Price(5).shown() == "0.05"\n')
FILED = "src/shop/.jiti/shop/parts/text/Price/shown.py"


@pytest.fixture(scope="module")
def generated() -> Project:
    """A project whose package carries its mirror."""
    model = ScriptedModel(submit('return "1"'), RIGHT)
    project = Project({"pyproject.toml": PYPROJECT, **FILES}, model=model)
    ran = project.run("python", "-m", "shop")
    assert ran.stdout == "19.99\n", ran.stderr
    return project


@pytest.fixture(scope="module")
def jitis_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project's own wheel."""
    return built("hatchling.build", ROOT, tmp_path_factory.mktemp("jiti"))


def built(backend: str, root: Path, folder: Path) -> Path:
    """The wheel that a build backend makes of a project, as `pip wheel` asks for it."""
    code = f"import {backend} as backend; backend.build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def copied(project: Project, settings: str, folder: Path) -> Path:
    """A copy of a project to build: backends leave things behind."""
    root = shutil.copytree(project.root, folder / "project", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pyproject.toml").write_text(PYPROJECT + settings)
    return root


def run(python: str | Path, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JITI_", "PYTHON"))}
    command = [str(each) for each in (python, *arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_package_carries_what_is_generated_and_the_project_the_rest(generated: Project) -> None:
    """By the name that the stub is imported by; scratch tests and sessions stay in the project's root."""
    filed = generated.root / FILED
    assert filed.read_text().startswith("# Written by jiti for shop/parts/text.py::Price.shown. ")
    assert (generated.root / ".jiti/.scratch/src/shop/parts/text/Price/test_shown.py").exists()
    assert not (generated.root / ".jiti/src").exists()
    assert not (generated.root / "src/shop/.jiti/.local").exists()


def test_the_projects_own_commands_and_calls_find_what_the_package_carries(generated: Project) -> None:
    ran = generated.run("python", "-m", "shop", env={"JITI_FROZEN": "1"})
    assert (ran.stdout, ran.stderr, ran.changed) == ("19.99\n", "", {})
    status = generated.run("jiti", "status")
    assert "2 stubs: 1 fresh, 1 missing" in status.stdout
    assert FILED in status.stdout


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_wheel_that_carries_its_mirror_runs_in_an_empty_environment(
    generated: Project, jitis_wheel: Path, tmp_path: Path, backend: str
) -> None:
    name, settings = BACKENDS[backend]
    wheel = built(name, copied(generated, settings, tmp_path), tmp_path)
    venv.create(tmp_path / "environment", with_pip=False)
    python = tmp_path / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = ["-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", jitis_wheel, wheel]
    assert run(sys.executable, *install, cwd=tmp_path).returncode == 0
    ran = run(python, "-m", "shop", cwd=tmp_path)
    assert (ran.stdout, ran.stderr) == ("19.99\n", "")
    assert_frozen(run(python, "-c", "from shop.parts.text import missing; missing()", cwd=tmp_path))


def assert_frozen(ran: subprocess.CompletedProcess[str]) -> None:
    """A stub without an implementation is refused, with what to do."""
    *_, error, hint = ran.stderr.strip().splitlines()
    assert error.startswith("jiti.errors.FrozenError: shop/parts/text.py:")
    assert error.endswith(": missing is missing, and installed: it cannot be generated here")
    assert 'mirror = "package"' in hint


def test_a_zipapp_that_carries_its_mirror_runs_by_itself(generated: Project, jitis_wheel: Path, tmp_path: Path) -> None:
    """With jiti in it, and nothing else; tracebacks show the lines of what it carries."""
    name, settings = BACKENDS["hatchling"]
    wheel = built(name, copied(generated, settings, tmp_path), tmp_path)
    target = tmp_path / "target"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", target, jitis_wheel, wheel]
    assert run(sys.executable, *install, cwd=tmp_path).returncode == 0
    (target / "__main__.py").write_text(
        "import sys, traceback\nfrom shop.parts.text import Price, missing\n\nprint(Price(1999).shown())\n"
        "if sys.argv[1:]:\n    missing()\ntry:\n    Price('x').shown()\nexcept TypeError:\n    traceback.print_exc()\n"
    )
    zipapp.create_archive(target, archive := tmp_path / "shop.pyz")
    ran = run(sys.executable, "-I", "-S", archive, cwd=tmp_path)
    assert ran.stdout == "19.99\n"
    assert 'return f"{self.cents / 100:.2f}"' in ran.stderr
    assert_frozen(run(sys.executable, "-I", "-S", archive, "missing", cwd=tmp_path))
