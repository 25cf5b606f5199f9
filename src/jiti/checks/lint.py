"""Ruff on a candidate, under the user's own settings: those for the stub's path, and those for the mirror's."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from jiti import filing, mirror
from jiti.checks.inherited import given_lines, import_lines
from jiti.checks.limits import SessionTime
from jiti.checks.tools import Tool
from jiti.diagnostics import Diagnostic
from jiti.errors import ConfigError
from jiti.ruff_config import PLACE

if TYPE_CHECKING:
    from jiti.definition import Definition

_SYNTAX = "invalid-syntax"
_IMPORT_ORDER = "I001"
_IMPORT_SELF = "PLW0406"
_PRIVATE_ACCESS = "SLF001"
_FOR_TYPES = "TC001,TC002,TC003"
_OF_THE_BODY = frozenset({"C901", "PLR0911", "PLR0912", "PLR0914", "PLR0915", "RUF029", _SYNTAX})
"""What is found at a signature and concerns the body: how long, branched or asynchronous it is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that ruff objects to; line and column count from 1."""

    code: str
    line: int
    column: int
    message: str


class Ruff:
    """Ruff for the candidates of one stub.

    Args:
        definition: the stub. Its project's `.jiti/ruff.toml` is brought up to date, since without it
            ruff cannot say what the user's own `ruff check .` will say of a file in the mirror.
        time: how long it may take.

    Raises:
        OSError: the mirror cannot be written.
    """

    def __init__(self, definition: Definition, time: SessionTime | None = None) -> None:
        declaration = definition.declaration
        root = declaration.root
        filing.prepare(root, declaration.home)
        self._definition = definition
        self._source = declaration.path
        self._implementation = mirror.relative_path(root, mirror.implementation_path(declaration))
        self._scratch = mirror.relative_path(root, mirror.scratch_path(declaration))
        # One small text a time: starting a pool of threads would cost more than the rest.
        self._ruff = Tool("ruff", _find, root, variables={"RAYON_NUM_THREADS": "1"}, time=time or SessionTime())

    def fix(self, code: str) -> str:
        """The candidate with ruff's safe fixes, formatted as the user formats; unchanged if it does not parse.

        Raises:
            ConfigError: the user's configuration of ruff does not work, or there is no ruff.
        """
        code = self._on_stdin(self._source, code, "check", "--fix-only", "--quiet")
        # Ruff itself may have added the import that makes annotations text, and so other imports ones for type
        # checkers alone. That it calls this fix unsafe is no matter: the candidate is yet to be run.
        if "import " in code:
            for_types = ("--unsafe-fixes", "--fixable", _FOR_TYPES)
            code = self._on_stdin(self._source, code, "check", "--fix-only", "--quiet", *for_types)
        code = self._on_stdin(self._implementation, code, "check", "--fix-only", "--quiet")
        return self._format(self._implementation, code)

    def check(self, code: str) -> list[Diagnostic]:
        """What ruff objects to in a candidate that `fix` has been over.

        Findings that only the place of the file brings about do not count, nor do those that concern the lines
        which the candidate has from its stub alone, nor imports that ruff objects to in the user's own file.

        Raises:
            ConfigError: the user's configuration of ruff does not work, or there is no ruff.
        """
        at_source = [each for each in self._findings(self._source, code) if not self._is_excused(each, code)]
        found = list(dict.fromkeys([*at_source, *self._findings(self._implementation, code)]))
        if found:
            given, imports = given_lines(code, self._definition), import_lines(code)
            found = [
                each
                for each in found
                if not (each.line in given and each.code not in _OF_THE_BODY)
                and not (each.line in given | imports and self._is_inherited(each))
            ]
        return [_diagnostic(each, "candidate", code) for each in found]

    def fix_tests(self, text: str) -> str:
        """A scratch test's text with its imports sorted, formatted; unchanged if it does not parse.

        Raises:
            ConfigError: the user's configuration of ruff does not work, or there is no ruff.
        """
        # In its own place it is excused from every rule, import order included.
        text = self._on_stdin(self._implementation, text, "check", "--fix-only", "--quiet", "--select", "I")
        return self._format(self._scratch, text)

    def check_tests(self, text: str) -> list[Diagnostic]:
        """The syntax errors of a scratch test; it answers for nothing else.

        Raises:
            ConfigError: the user's configuration of ruff does not work, or there is no ruff.
        """
        found = self._findings(self._scratch, text)
        return [_diagnostic(each, "tests", text) for each in found if each.code == _SYNTAX]

    def _format(self, path: str, text: str) -> str:
        try:
            return self._on_stdin(path, text, "format", "--quiet")
        except ConfigError:
            if any(each.code == _SYNTAX for each in self._findings(path, text)):
                return text
            raise

    def _findings(self, path: str, text: str) -> list[Finding]:
        output = self._on_stdin(path, text, "check", "--no-fix", "--no-fix-only", "--output-format", "json")
        return [
            Finding(item["code"] or item["name"], item["location"]["row"], item["location"]["column"], item["message"])
            for item in json.loads(output)
        ]

    def _on_stdin(self, path: str, text: str, *arguments: str) -> str:
        return self._ruff.run(*arguments, "--force-exclude", "--stdin-filename", path, "-", text=text).output

    def _is_excused(self, finding: Finding, code: str) -> bool:
        """Whether a finding under the stub's path says nothing of the candidate."""
        if finding.code == _PRIVATE_ACCESS:
            return self._is_own_module(finding, code)
        # Imports are sorted as they will stand, in the mirror; from there, the stub's module is another one.
        return finding.code in {_IMPORT_ORDER, _IMPORT_SELF} or finding.code.startswith(tuple(PLACE))

    def _is_own_module(self, finding: Finding, code: str) -> bool:
        """Whether it is the stub's own module whose private value is reached."""
        _, _, name = self._source.removesuffix(".py").removesuffix("/__init__").rpartition("/")
        accessed = code.split("\n")[finding.line - 1][finding.column - 1 :]
        aliases = {
            alias.asname or alias.name
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
            if alias.name.rpartition(".")[2] == name
        }
        return any(accessed.startswith(f"{alias}._") for alias in aliases)

    def _is_inherited(self, finding: Finding) -> bool:
        return (finding.code, finding.message) in self._of_the_users

    @cached_property
    def _of_the_users(self) -> set[tuple[str, str]]:
        """What ruff objects to in the user's own file."""
        return {(each.code, each.message) for each in self._findings(self._source, self._definition.source)}


@cache
def _find() -> str:
    import ruff  # a project that only runs has none

    return ruff.find_ruff_bin()


def _diagnostic(finding: Finding, path: str, text: str) -> Diagnostic:
    lines = text.split("\n")
    shown = lines[finding.line - 1].strip() if 0 < finding.line <= len(lines) else ""
    message = f"{finding.message}\n    {shown}" if shown else finding.message
    return Diagnostic("ruff", path, finding.line, finding.code, message)
