"""The environments that are compared: this package and the others, each in a virtual environment of its own.

They lie in a cache folder outside the repository, and are made once. A line says what is being installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PEER, JAUNT = "jiti 1.5.1", "jaunt 1.7.14"
PEER_PYTHON = "3.13"
OWN_PYTHONS = ("3.11", "3.13")
_NOT_INHERITED = ("PYTHON", "JITI_", "JAUNT_", "ANTHROPIC_")


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter with one of the packages, or the reason why there is none.

    Attributes:
        python: its interpreter; None where it could not be had.
        version: the Python's, like `3.13`.
        why_not: the reason.
        variables: environment variables that the package needs.
    """

    python: Path | None
    version: str
    why_not: str = ""
    variables: tuple[tuple[str, str], ...] = ()

    def environ(self, **more: str) -> dict[str, str]:
        """The variables of a process in it: of this one's, what concerns neither Python nor the packages."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        return {**kept, **dict(self.variables), **more}

    def run(self, *arguments: str | Path, cwd: Path, **more: str) -> str:
        """What a process in it prints.

        Raises:
            RuntimeError: it failed; the message holds what it said.
        """
        assert self.python is not None
        ran = subprocess.run(
            [self.python, *arguments], cwd=cwd, env=self.environ(**more), capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise RuntimeError(f"{' '.join(map(str, arguments))} in {cwd} failed:\n{ran.stderr[-2000:]}")
        return ran.stdout


@dataclass(frozen=True, slots=True)
class Environments:
    """All that are compared.

    Attributes:
        here: this package, by the version of Python.
        peer: PyPI's jiti 1.5.1.
        jaunt: PyPI's jaunt 1.7.14.
    """

    here: dict[str, Environment]
    peer: Environment
    jaunt: Environment


def cache() -> Path:
    """Where environments are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jiti-benchmarks"


def own(version: str, folder: Path) -> Environment:
    """This package, as it stands in the repository, on a version of Python."""
    place = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return _environment(folder / f"here-{place}-{version}", version, "-e", str(ROOT))


def all_of(folder: Path) -> Environments:
    """Every environment; what is not there yet is made."""
    return Environments(
        here={version: own(version, folder) for version in OWN_PYTHONS},
        peer=_environment(
            folder / "jiti-1.5.1",
            PEER_PYTHON,
            *("jiti==1.5.1", "mcp"),
            # Without it, its import asks the network for prices.
            variables=(("LITELLM_LOCAL_MODEL_COST_MAP", "True"),),
        ),
        jaunt=_environment(folder / "jaunt-1.7.14", PEER_PYTHON, "jaunt==1.7.14"),
    )


def find_python(version: str) -> Path | None:
    """An interpreter of that version: this one, on the path, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [sys.executable, shutil.which(f"python{version}")]
    candidates += sorted(map(str, pyenv.glob(f"versions/{version}*/bin/python")), reverse=True)
    return next((Path(each) for each in candidates if each and _version_of(each) == version), None)


def _version_of(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return ran.stdout.strip()


def _own_requirements() -> str:
    """What this package needs: where it changes, its environments are made anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return "\n".join([project["version"], *project["dependencies"]])


def _environment(
    folder: Path, version: str, *requirements: str, variables: tuple[tuple[str, str], ...] = ()
) -> Environment:
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    marker = folder / "installed"
    wanted = " ".join(requirements) + "\n" + (_own_requirements() if "-e" in requirements else "")
    if not (marker.exists() and marker.read_text("utf-8") == wanted):
        found = find_python(version)
        if found is None:
            return Environment(None, version, f"no Python {version} was found")
        print(f"installing {' '.join(requirements)} for Python {version} in {folder}", file=sys.stderr, flush=True)
        for command in (
            [found, "-m", "venv", "--clear", folder],
            [python, "-m", "pip", "install", "-q", *requirements],
        ):
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
            if done.returncode:
                print(done.stderr[-2000:], file=sys.stderr)
                return Environment(None, version, "it could not be installed")
        marker.write_text(wanted, "utf-8")
    return Environment(python, version, variables=variables)
