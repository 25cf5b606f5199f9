"""jiti in the environments that uv, Poetry and pipx make: which Python runs it, and which packages that has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import jiti
from jiti.testing import Project, ScriptedModel, submit
from tests.functional.test_first_contact import stable
from tests.once import once

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/text.py": '''"""Text."""

import shelf

from jiti import jiti


@jiti
def slugify(text: str) -> str:
    """Convert text to a slug.

    >>> slugify("Hello, World!")
    'hello-world'
    """
    raise NotImplementedError
''',
    "src/shop/cli.py": "from shop.text import slugify\n\n\ndef main() -> None:\n    print(slugify('A b'))\n",
}
SHELF = 'def low(text: str) -> str:\n    """Lower."""\n    return text.lower()\n'
BODY = 'return re.sub("[^a-z]+", "-", shelf.low(text)).strip("-")'
COMMANDS = {
    "shop": "import sys\nfrom shop.cli import main\n\nif __name__ == '__main__':\n    sys.exit(main())\n",
    "jiti": "import sys\nfrom jiti.cli import main\n\nif __name__ == '__main__':\n    sys.exit(main())\n",
}
BIN = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True)
class Environment:
    """An environment that holds a project, what it depends on, and jiti with what that needs.

    Args:
        folder: where it is made.
        project: what is installed in it, so that its source stays where it is.
    """

    folder: Path
    project: Project

    def make(self) -> None:
        """Lay it out as installers do: commands in a folder of their own, and `.pth` files for what is elsewhere."""
        venv.create(self.folder, with_pip=False)
        [packages] = self.folder.glob("Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages")
        found_at = [self.project.root / "src", Path(jiti.__file__).parents[1], sysconfig.get_path("purelib")]
        (packages / "all.pth").write_text("".join(f"{path}\n" for path in found_at))
        (packages / "shelf").mkdir()
        (packages / "shelf" / "__init__.py").write_text(SHELF)
        (packages / "shelf" / "py.typed").touch()
        for name, text in COMMANDS.items():
            (self.folder / BIN / name).write_text(text)
        for tool in ("ruff", "ty"):
            found = Path(sysconfig.get_path("scripts"), tool).with_suffix(".exe" if os.name == "nt" else "")
            shutil.copy(found, self.folder / BIN) if os.name == "nt" else (self.folder / BIN / tool).symlink_to(found)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands in the project's folder, as `uv run` and `poetry run` do."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ}
        home = {"HOME": str(self.folder), "USERPROFILE": str(self.folder), "JITI_FORBID_REQUESTS": "1"}
        script = self.folder / BIN / command[0]
        return subprocess.run(
            [self.folder / BIN / "python", script, *command[1:]],
            cwd=self.project.root,
            env={**kept, **home, "PYTHONIOENCODING": "utf-8", **variables},
            capture_output=True,
            encoding="utf-8",
            check=False,
            stdin=subprocess.DEVNULL,
        )


def shop() -> tuple[Project, str]:
    """A project whose stub's module needs a package, and a recording that writes the stub."""
    project = Project(FILES)
    recording = project.root.parent / "recording"
    ScriptedModel(submit(BODY, "import re\n")).save(recording)
    return project, str(recording)


def assert_generates(environment: Environment, variables: dict[str, str]) -> None:
    ran = environment.run("shop", **variables)
    assert (ran.stdout, ran.returncode) == ("a-b\n", 0), ran.stderr
    assert stable(ran.stderr, environment.project.root) == (
        "jiti: writing src/shop/text.py::slugify (missing) with replay of scripted\n"
        "jiti: wrote .jiti/src/shop/text/slugify.py · 1 turn · N s\n"
    )
    again = environment.run("shop", JITI_FROZEN="1")
    assert (again.stdout, again.stderr) == ("a-b\n", "")
    assert environment.run("jiti", "check").stdout == "1 stub, no findings\n"


@once
def test_under_uv_run_the_environment_in_the_project_counts_and_pipx_says_that_it_lacks_packages() -> None:
    """`.venv`, never activated; pipx's jiti looks at the project, and generates nothing that it could not import."""
    project, recording = shop()
    environment = Environment(project.root / ".venv", project)
    environment.make()
    assert_generates(environment, {"JITI_REPLAY": recording, "VIRTUAL_ENV": str(environment.folder)})
    # What runs the tests has jiti with what it needs, and not the project's packages: as pipx has it.
    assert project.run("jiti", "check").stdout == "1 stub, no findings\n"
    project.write({"src/shop/text.py": FILES["src/shop/text.py"].replace("to a slug", "into a slug")})
    built = project.run("jiti", "build", env={"JITI_REPLAY": recording})
    told = stable(built.stdout, project.root)
    assert (
        "src/shop/text.py::slugify  failed\n"
        "    src/shop/text.py::slugify cannot be checked: shop.text cannot be imported in the process that checks "
        'candidates:\n    Traceback (most recent call last):\n    File "<root>/src/shop/text.py", line 3, in <module>\n'
        "    import shelf\n    ModuleNotFoundError: No module named 'shelf'\n"
    ) in told
    assert told.splitlines()[-2] == (
        f"    to do: shelf is not installed for {sys.executable}, which runs jiti: run it by the Python that has the "
        "project's packages, and jiti among them: `python -m jiti …`, `uv run jiti …`, `poetry run jiti …`"
    )
    assert built.exit_code == 3


@once
def test_under_poetry_run_an_environment_elsewhere_counts(tmp_path: Path) -> None:
    """In a folder of caches; that another one is activated meanwhile does not matter."""
    project, recording = shop()
    environment = Environment(tmp_path / "pypoetry" / "virtualenvs" / "shop-Xa1-py3", project)
    environment.make()
    assert_generates(environment, {"JITI_REPLAY": recording, "VIRTUAL_ENV": str(tmp_path / "another")})
