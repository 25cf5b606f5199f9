"""Running ruff and ty: found where pip puts them, from the project root, with the user's own settings."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import time
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from jiti.checks.limits import SessionTime
from jiti.errors import ConfigError
from jiti.source import normalise_line_ends
from jiti.submission import OutOfTimeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The tools' finders ask for these, in several threads. Until Python 3.13 a thread that asks while another is the first
# to do so gets the half of them; and an import is made by one thread, for which all others wait.
sysconfig.get_config_vars()

_PATIENCE = 60.0  # seconds; either answers in milliseconds, and in a few seconds on a very large project
_CLEAN, _FINDINGS = 0, 1
_SHOWN = 2_000  # characters of a tool's own words


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool printed, and whether it had something to object to."""

    output: str
    clean: bool


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that comes as a Python package.

    Attributes:
        name: `ruff` or `ty`.
        find: gives the absolute path of its binary.
        root: absolute path of the project root, where it is run.
        patience: seconds after which it is ended.
        variables: what its environment has besides this process's.
        time: how long it may take beside that.
    """

    name: str
    find: Callable[[], str]
    root: str
    patience: float = _PATIENCE
    variables: Mapping[str, str] = field(default_factory=dict)
    time: SessionTime = field(default_factory=SessionTime)

    def run(self, *arguments: str, text: str = "") -> Answer:
        """Run it once, with `text` on its standard input.

        Raises:
            ConfigError: it is not installed, does not answer, or ends in an error of its own, which is
                never the fault of the code that it was to look at.
            OutOfTimeError: the session's time was over before it had answered.
        """
        end = self.time.end()
        try:
            done = subprocess.run(  # noqa: S603 - a binary that we looked up, without a shell
                [self.find(), *arguments],
                input=text.encode("utf-8", "surrogatepass"),
                capture_output=True,
                cwd=self.root,
                env={**os.environ, **self.variables},
                timeout=max(0.0, min(self.patience, end - time.monotonic())),
                check=False,
            )
        except (OSError, ImportError) as error:  # the finders' own errors are FileNotFoundError
            message = f"{self.name} cannot be run: {error}"
            raise ConfigError(message, hint=f"pip install {self.name}") from error
        except subprocess.TimeoutExpired as error:
            if time.monotonic() >= end:
                raise OutOfTimeError from error
            message = f"{self.name} did not answer within {self.patience:g} seconds in {self.root}"
            raise ConfigError(message, hint=f"run `{self.name} check` there to see why") from error
        if done.returncode not in {_CLEAN, _FINDINGS}:
            words = done.stderr.decode("utf-8", "replace").strip()[:_SHOWN]
            message = f"{self.name} does not work in {self.root} (exit code {done.returncode}):\n{words}"
            raise ConfigError(message, hint=f"`{self.name} check` at the project root has to work first")
        output = normalise_line_ends(done.stdout.decode("utf-8", "replace"))
        return Answer(output, clean=done.returncode == _CLEAN)


@cache
def versions() -> str:
    """What candidates are checked with here, as the mirror's headers hold it: `ruff 0.17.6, ty 0.0.105`."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in ("ruff", "ty"))
