"""Finding the gates of a project by reading its files: nothing of it is imported or run."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from jiti import source, syntax
from jiti.discovery import python_files
from jiti.errors import JitiError
from jiti.gates.cases import Surroundings, cases_of
from jiti.gates.digest import Digests
from jiti.gates.gate import Gate, Problem
from jiti.gates.modules import UNREADABLE, Modules
from jiti.gates.problems import (
    in_function,
    misused,
    of_another_project,
    on_class,
    shadowed,
    unreadable,
    unresolved,
    without_stub,
    written,
)
from jiti.gates.required import NAME
from jiti.gates.resolution import ClassThing, FunctionThing, Resolver
from jiti.gates.stubs import Stubs
from jiti.home import home_of
from jiti.stub import Declaration

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator

    from jiti.gates.gate import Case
    from jiti.gates.modules import Module
    from jiti.gates.required import Marked
    from jiti.gates.resolution import Thing
    from jiti.settings import Settings


@dataclass(frozen=True)
class Found:
    """What looking for gates came to.

    Attributes:
        gates: in order of path and line.
        problems: what may be a gate, or is one, and cannot be told from reading.
        modules: the project's files, as far as they were read.
    """

    gates: tuple[Gate, ...]
    problems: tuple[Problem, ...]
    modules: Modules = field(compare=False, repr=False)

    def of(self, key: str) -> tuple[Gate, ...]:
        """The gates that decide on a stub."""
        return self._by_target.get(key, ())

    @cached_property
    def by_key(self) -> dict[str, Gate]:
        """The gates by their own keys."""
        return {gate.key: gate for gate in self.gates}

    @cached_property
    def _by_target(self) -> dict[str, tuple[Gate, ...]]:
        found: dict[str, tuple[Gate, ...]] = {}
        for gate in self.gates:
            for target in gate.targets:
                found[target] = (*found.get(target, ()), gate)
        return found


def find(root: str, settings: Settings, files: Iterable[str] | None = None) -> Found:
    """Find all gates of a project.

    They are looked for in the files below `[tool.jiti] tests` and `sources`; in all Python files where `tests` is
    not set. A file that does not hold the text `required_for` is not parsed.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        files: what `jiti.discovery.project_files` has found, where it was asked already.
    """
    places = settings if settings.tests else replace(settings, sources=())
    finder = _Finder(root, settings)
    for path in python_files(root, places, files):
        finder.read(path)
    return Found(tuple(finder.gates), tuple(finder.problems), finder.modules)


class _Finder:
    """Reads test files one after the other.

    Attributes:
        gates: those found so far.
        problems: likewise.
        modules: the project's files.
    """

    def __init__(self, root: str, settings: Settings) -> None:
        self.gates: list[Gate] = []
        self.problems: list[Problem] = []
        self._root = root
        self.modules = Modules(root, settings)
        self._resolver = Resolver(self.modules)
        self._stubs = Stubs(self.modules, self._resolver)
        self._digests = Digests(self.modules)

    def read(self, path: str) -> None:
        """Note the gates and problems of one file."""
        try:
            module = self.modules.at(path) if self._may_hold_gates(path) else None
        except FileNotFoundError:
            return  # deleted just now
        except UNREADABLE as error:
            self.problems.append(unreadable(path, error))
            return
        if module is None:
            return
        self.problems += [misused(path, each) for each in module.required_for.elsewhere]
        for marked in module.required_for.marked:
            self._add(marked, module)

    def _may_hold_gates(self, path: str) -> bool:
        return source.may_hold(os.path.join(self._root, *path.split("/")), NAME)

    def _add(self, marked: Marked, module: Module) -> None:
        path = module.path
        misplaced = _misplaced(marked, path)
        if misplaced is not None:
            self.problems.append(replace(misplaced, targets=self._meant(marked, path)))
        else:
            targets = dict.fromkeys(key for each in marked.targets for key in self._keys(each, marked, path))
            if targets:
                self._add_gate(marked, module, tuple(targets))

    def _add_gate(self, marked: Marked, module: Module, targets: tuple[str, ...]) -> None:
        text = module.file.block(marked.line, marked.node.end_lineno or marked.line)
        home = home_of(module.file.path)
        declaration = Declaration(
            self._root, module.path, marked.qualname, marked.line, text, home if home.root == self._root else None
        )
        try:
            digest = self._digests.of(marked, module, declaration)
        except JitiError as error:
            self.problems.append(replace(written(module.path, marked, error), targets=targets))
            return
        is_empty = marked.is_to_be_written
        cases = () if is_empty else _cases(marked, module)
        self.gates.append(Gate(module.path, marked.qualname, marked.line, text, targets, digest, is_empty, cases))

    # ---------------------------------------------------------------- targets

    def _keys(self, target: ast.expr, marked: Marked, path: str) -> Iterator[str]:
        """The keys of the stubs that an expression refers to; a problem is noted if there is none."""
        things = self._resolver.find(target, path, marked.owners)
        for thing in things:
            if isinstance(thing, FunctionThing) and self._is_of_another_project(thing.path):
                self.problems.append(replace(of_another_project(path, marked, target, thing), targets=()))
                return
        keys = [key for thing in things for key in self._stub_keys(thing)]
        if keys:
            yield from keys
        elif things:
            near = self._stubs_near(things)
            names = [key.partition("::")[2] for key in near]
            self.problems.append(replace(without_stub(path, marked, target, things, names), targets=tuple(near)))
        else:
            self.problems.append(unresolved(path, marked, target, self._resolver.reasons))

    def _is_of_another_project(self, path: str) -> bool:
        """Whether a file lies in a project of its own inside this one: what tests it lies there, too."""
        home = home_of(os.path.join(self._root, *path.split("/")))
        if home.is_installed or home.root == self._root:
            return False
        return os.path.realpath(home.root) != os.path.realpath(self._root)

    def _stub_keys(self, thing: Thing) -> Iterator[str]:
        if isinstance(thing, FunctionThing):
            stubs = self._stubs.of(thing.path)
            for accessor in thing.accessors:
                if thing.qualname + accessor in stubs:
                    yield f"{thing.path}::{thing.qualname}{accessor}"
        yield from self._stubs.classes_of(thing)

    def _stubs_near(self, things: list[Thing]) -> list[str]:
        """The keys of the stubs in a class, or a module, that was named whole."""
        found = []
        for thing in things:
            paths = [thing.path] if isinstance(thing, ClassThing) else getattr(thing, "paths", ())
            prefix = "".join(f"{each.name}." for each in getattr(thing, "owners", ()))
            for path in (each for each in paths if not each.endswith("/")):
                found += [f"{path}::{each}" for each in self._stubs.of(path) if each.startswith(prefix)]
        return found

    def _meant(self, marked: Marked, path: str) -> tuple[str, ...] | None:
        """The stubs that a misplaced gate is for; None where one of its targets leads nowhere."""
        things = [self._resolver.find(each, path, marked.owners) for each in marked.targets]
        if not all(things):
            return None
        return tuple(key for found in things for thing in found for key in self._stub_keys(thing))


def _misplaced(marked: Marked, path: str) -> Problem | None:
    """What is wrong with where a gate stands."""
    if not isinstance(marked.node, syntax.FunctionNode):
        return on_class(path, marked)
    if marked.is_nested:
        return in_function(path, marked)
    return shadowed(path, marked) if marked.hidden else None


@lru_cache(maxsize=10_000)
def _cases(marked: Marked, module: Module) -> tuple[Case, ...]:
    """The cases of a gate; read once for as long as its file is the same."""
    return cases_of(marked.node, Surroundings(module.scope, marked.owners))
