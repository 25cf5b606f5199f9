"""Ty on a candidate and its scratch tests, in the user's project and environment."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from jiti import mirror
from jiti.checks.inherited import given_lines, import_lines
from jiti.checks.limits import SessionTime
from jiti.checks.private_state import PrivateState, excused
from jiti.checks.tools import Answer, Tool
from jiti.diagnostics import Diagnostic
from jiti.splice.project import import_base

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from jiti.definition import Definition

CANDIDATE, TESTS = "candidate", "tests"
_OF_THE_BODY = frozenset(
    {
        *("invalid-implicit-return", "invalid-generator-return-type", "invalid-return-type"),
        *("empty-body", "invalid-syntax"),
    }
)
"""What is found at a signature and concerns the body."""


class Ty:
    """Ty for the candidates of one stub.

    Args:
        definition: the stub.
        module: the name by which an import statement gets the stub's module.
        python: prefix of the environment whose packages the project uses, most often `sys.prefix`.
        time: how long it may take.
    """

    def __init__(self, definition: Definition, module: str, python: str, time: SessionTime | None = None) -> None:
        declaration = definition.declaration
        folder = mirror.folder_of(declaration.root)
        base = import_base(declaration, module)
        self._definition = definition
        self._arguments = ["--project", declaration.root, "--python", python]
        if base not in {declaration.root, os.path.join(declaration.root, "src")}:
            # Neighbours of a script: ty finds them from the script's own folder alone, and the mirror's is another.
            self._arguments += ["--extra-search-path", base]
        self._ty = Tool("ty", _find, declaration.root, time=time or SessionTime())
        self._places = {
            CANDIDATE: os.path.relpath(mirror.implementation_path(declaration), declaration.home.mirror),
            TESTS: os.path.relpath(mirror.scratch_path(declaration), folder),
        }

    def check(self, code: str, tests: str = "") -> list[Diagnostic]:
        """What ty objects to in a candidate and its scratch tests; warnings count where ty fails for them.

        Both are checked as files of a temporary folder in the mirror, where imports mean what they will
        mean in the end. What concerns the lines that the candidate has from its stub alone does not count, nor do
        imports that ty objects to in the user's own file.

        Raises:
            ConfigError: the user's configuration of ty does not work, or there is no ty.
            OSError: the temporary files cannot be written.
        """
        found = self._found({CANDIDATE: code} | ({TESTS: tests} if tests else {}))
        if not found:
            return []
        given, imports = given_lines(code, self._definition), import_lines(code)
        private = PrivateState(self._definition, code)
        return [
            each
            for each in found
            if each.path != CANDIDATE
            or not (
                private.explains(each)
                or (each.line in given and each.code not in _OF_THE_BODY)
                or (each.line in given | imports and _essence(each) in self._of_the_users)
            )
        ]

    def excused(self, code: str) -> str:
        """A candidate, with comments where only ty cannot know what its class keeps in its instances or derives from.

        Raises:
            ConfigError, OSError: as `check`.
        """
        if not self._definition.is_class and "super()" not in code:
            return code
        private = PrivateState(self._definition, code)
        found = [each for each in self._found({CANDIDATE: code}) if private.explains(each)]
        return excused(code, found) if found else code

    def _found(self, texts: dict[str, str]) -> list[Diagnostic]:
        with self._trial(texts) as paths:
            answer = self._run(paths.values())
        if answer.clean:
            return []
        found = [self._diagnostic(item, paths, texts) for item in json.loads(answer.output)]
        return sorted(found, key=lambda each: (each.path, each.line))

    def _diagnostic(self, item: dict[str, Any], paths: dict[str, str], texts: dict[str, str]) -> Diagnostic:
        place = os.path.realpath(os.path.join(self._ty.root, item["location"]["path"]))
        path = next((name for name, each in paths.items() if os.path.realpath(each) == place), item["location"]["path"])
        line = item["location"]["positions"]["begin"]["line"]
        lines = texts.get(path, "").split("\n")
        shown = lines[line - 1].strip() if line <= len(lines) else ""
        return Diagnostic("ty", path, line, item["check_name"], f"{_description(item)}\n    {shown}")

    @contextmanager
    def _trial(self, texts: dict[str, str]) -> Generator[dict[str, str]]:
        """The texts as files, each where it would stand below a mirror; gone in the end, whatever happens."""
        above = mirror.local_folder(self._definition.declaration.root, "trial")
        os.makedirs(above, exist_ok=True)
        folder = tempfile.mkdtemp(dir=above)
        try:
            paths = {name: os.path.join(folder, self._places[name]) for name in texts}
            for name, path in paths.items():
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8", newline="\n") as file:
                    file.write(texts[name])
            yield paths
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, paths: Iterable[str]) -> Answer:
        return self._ty.run("check", "--output-format", "gitlab", "--no-progress", *self._arguments, *paths)

    @cached_property
    def _of_the_users(self) -> set[tuple[str, str]]:
        """What ty objects to in the user's own file, as `_essence` has it."""
        answer = self._run([self._definition.declaration.source])
        return {(item["check_name"], _description(item)) for item in json.loads(answer.output)}


@cache
def _find() -> str:
    import ty  # a project that only runs has none

    return ty.find_ty_bin()


def _description(item: dict[str, Any]) -> str:
    return item["description"].removeprefix(f"{item['check_name']}: ")


def _essence(diagnostic: Diagnostic) -> tuple[str, str]:
    """A finding without its place and the line shown."""
    message, _, _ = diagnostic.message.rpartition("\n")
    return diagnostic.code, message
