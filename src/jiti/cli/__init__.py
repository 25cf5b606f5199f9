"""The command line: `jiti COMMAND`, one module a command."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from jiti.errors import ConfigError, ConflictError, GenerationError, JitiError, StubError

if TYPE_CHECKING:
    from collections.abc import Sequence

FINE, FINDINGS, USAGE, GENERATION_FAILED, CONFLICT, INTERRUPTED = 0, 1, 2, 3, 4, 130
NEEDED = ("click", "pathspec", "rich")
"""What the command line imports of others; a project that only runs has none of it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `jiti`; None: the process's own.

    Returns:
        The exit code: 0 fine, 1 findings, 2 usage, 3 generation failed, 4 conflict.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal's encoding cannot say is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    try:
        from jiti.cli.group import run

        return run(arguments)
    except JitiError as error:
        return _fail(str(error), exit_code(error))
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        return _fail(f"the command line needs {error.name}, which is not installed: pip install jiti", USAGE)
    except BrokenPipeError:
        # Whoever read the output has enough of it, and Python shall not fail to flush at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS


def exit_code(error: JitiError) -> int:
    """What a command that ends in this error exits with."""
    if isinstance(error, GenerationError):
        return GENERATION_FAILED
    if isinstance(error, ConflictError):
        return CONFLICT
    return USAGE if isinstance(error, ConfigError | StubError) else FINDINGS


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"jiti: error: {message}\n")
    return code
