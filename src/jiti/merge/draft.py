"""A plan of a merge in the making: what becomes of the files of some stubs, and of the tests for them."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

from jiti import mirror, states, stub, syntax
from jiti.approval import ASK
from jiti.definition import define
from jiti.errors import JitiError, MergeError
from jiti.gates.modules import Modules
from jiti.merge import changes
from jiti.merge.changes import Change
from jiti.merge.cycles import ImportGraph
from jiti.merge.modules import imported_from, importers_of_jiti, name_of
from jiti.merge.plan import MovedTest, Plan
from jiti.merge.refusals import Refusal, read_only
from jiti.merge.scratch import Mover, pruned
from jiti.merge.source import merged_source
from jiti.merge.tests import Targets, without_targets
from jiti.merge.text import Text
from jiti.merge.unneeded import without_jiti
from jiti.merge.verification import Merged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from jiti.definition import Definition
    from jiti.gates import Found, Gate
    from jiti.merge.destination import Destination
    from jiti.mirror import Implementation
    from jiti.settings import Settings
    from jiti.states import State
    from jiti.stub import Declaration

FREE = "nothing needs jiti any more: take it from the dependencies, and delete .jiti/ and [tool.jiti]"


class RefusedError(Exception):
    """Some stubs turn out to be none that can be merged."""

    def __init__(self, refusal: Refusal, keys: Collection[str]) -> None:
        super().__init__(refusal.key)
        self.refusal = refusal
        self.keys = keys


class Draft:
    """A plan in the making.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        project: its gates.
        prune: let scratch tests go.
    """

    def __init__(self, root: str, settings: Settings, project: Found, *, prune: bool) -> None:
        self._root = root
        self._settings = settings
        self._project = project
        self._prune = prune
        self._modules = Modules(root, settings)
        self._graph = ImportGraph(self._modules)
        self._targets = Targets(root, settings)
        self._merged: dict[str, tuple[Definition, Implementation]] = {}
        self._gates: dict[str, Gate] = {}
        self._old: dict[str, tuple[str, str]] = {}
        self._new: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._notes: list[str] = []
        self._moved: list[MovedTest] = []
        self._tests: list[str] = []

    def add(self, declaration: Declaration, state: State) -> None:
        """Merge a stub, and the tests for it that an agent wrote.

        Raises:
            RefusedError: it cannot be.
        """
        key = declaration.key
        definition = self._defined(declaration, key)
        self._require_writable(declaration.path, key)
        if state.implementation is not None:
            self._merged[key] = definition, state.implementation
        for gate in self._project.of(key):
            self._require_writable(gate.path, key)
            self._require_runnable(gate, key)
            self._gates[gate.key] = gate
            if gate.is_jiti_test and gate.key not in self._merged:
                test = stub.declaration_for(self._root, gate.key)
                told = states.look(test, asks=self._settings.approve == ASK)
                if not told.runs or told.implementation is None:
                    reason = f"cannot be merged: its test {gate.key} is {told.name}"
                    way = f"jiti approve {gate.key}" if told.name == "unapproved" else "run pytest: that has it written"
                    raise RefusedError(Refusal(key, reason, way), [key])
                self._merged[gate.key] = self._defined(test, key), told.implementation

    def _defined(self, declaration: Declaration, key: str) -> Definition:
        try:
            return define(declaration)
        except JitiError as error:
            raise RefusedError(Refusal.of_error(key, error), [key]) from error

    def _require_runnable(self, gate: Gate, key: str) -> None:
        """Make sure that a test can run, which decides on other stubs besides."""
        for other in gate.targets:
            state = states.look(stub.declaration_for(self._root, other))
            if other != key and not state.runs:
                reason = f"cannot be merged: its test {gate.node_id} needs {other}, which is {state.name}"
                raise RefusedError(Refusal(key, reason, f"see to {other} first"), [key])

    def _require_writable(self, path: str, key: str) -> None:
        if read_only(self._root, path):
            reason = f"cannot be merged: {path} is read-only"
            raise RefusedError(Refusal(key, reason, "make the file writable"), [key])

    # ------------------------------------------------------------ the files

    def plan(self, refused: Sequence[Refusal]) -> Plan:
        """The plan.

        Raises:
            RefusedError: something cannot be merged after all.
        """
        functions = [self._merge_into(path) for path in dict.fromkeys(key.partition("::")[0] for key in self._merged)]
        for path in dict.fromkeys(gate.path for gate in self._gates.values()):
            text = self._text(path)
            plain = without_targets(text, self._targets.that_are(self._functions, path))
            self._new[path] = without_jiti(plain, Text(self._old[path][0]), self._exported(path))
        self._tests += [gate.node_id for gate in self._gates.values()]
        self._tests += [gate.node_id for key in self._merged if (gate := self._project.by_key.get(key))]
        self._move_scratch_tests()
        written = [change for path in self._new if (change := self._change(path)).new != change.old]
        if self._merged and not any(importers_of_jiti(self._root, self._settings, self._new)):
            self._notes.append(FREE)
        return Plan(
            self._root,
            (*written, *self._removals()),
            tuple(self._merged),
            tuple(refused),
            tuple(dict.fromkeys(self._notes)),
            tuple(self._moved),
            tuple(dict.fromkeys(self._tests)),
            tuple(each for group in functions for each in group),
        )

    @property
    def _functions(self) -> list[str]:
        """The keys of what is merged and no test."""
        return [key for key, (definition, _) in self._merged.items() if not definition.is_test]

    def _text(self, path: str) -> str:
        """A file as it is to stand so far; empty where there is none yet."""
        if path in self._new:
            return self._new[path]
        if path not in self._old:
            if not self._modules.exists(path):
                return ""
            try:
                self._old[path] = changes.read(self._root, path)
            except (OSError, UnicodeDecodeError, SyntaxError) as error:
                raise MergeError(f"{path} cannot be read: {error}", hint="mend or exclude the file") from error
        return self._old[path][0]

    def _merge_into(self, path: str) -> list[Merged]:
        """Merge what a file has of stubs; gives their functions."""
        items = {key: pair for key, pair in self._merged.items() if key.partition("::")[0] == path}
        module = self._name_of(path)
        text = self._text(path)
        try:
            merged = merged_source(
                text,
                [(definition, found.code) for definition, found in items.values()],
                module,
                reaches=lambda name: self._graph.reaches(name, path),
                exported=self._exported(path),
                aliases=self._targets.aliases(path),
            )
            merged.text.encode(self._old[path][1])
        except MergeError as error:
            keys = [error.key] if error.key in items else list(items)
            raise RefusedError(Refusal.of_error(keys[0], error), keys) from error
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            reason = f"is written in {error.encoding}, which has no {character!r}"
            raise RefusedError(Refusal(path, reason, "have the file written in UTF-8"), list(items)) from error
        self._new[path] = merged.text
        self._graph.becomes(path, merged.text)
        self._notes += merged.notes
        written = [each for each, _ in items.values() if not each.is_test]
        examined = [method for each in written for method in each.methods if ">>>" in method.docstring]
        return _functions(merged.text, path, module, [each.declaration.key for each in (*written, *examined)])

    def _name_of(self, path: str) -> str:
        """The name by which an import statement gets a file."""
        if path not in self._names:
            codes = [found.code for key, (_, found) in self._merged.items() if key.partition("::")[0] == path]
            self._names[path] = name_of(self._modules, path, codes)
        return self._names[path]

    def _exported(self, path: str) -> frozenset[str]:
        return imported_from(self._root, self._settings, self._modules, path)

    def _move_scratch_tests(self) -> None:
        mover = Mover(self._root, self._settings, self._project, self._modules, self._text)
        files: dict[str, Destination] = {}
        for key in self._functions:
            declaration = self._merged[key][0].declaration
            if self._prune:
                self._moved += [MovedTest(each, None) for each in pruned(declaration)]
                continue
            try:
                arrival = mover.arrival(declaration, self._name_of(declaration.path))
            except JitiError as error:
                raise RefusedError(Refusal.of_error(key, error), [key]) from error
            if arrival is not None:
                self._require_writable(arrival.path, key)
                files[arrival.path] = arrival.file
                found = [(test, f"{arrival.path}::{name}") for test, name in arrival.moved.names.items()]
                self._moved += [MovedTest(f"{key}::{test}", node_id) for test, node_id in found]
                if arrival.path in self._old:  # of a file that is not there yet, all tests are run
                    self._tests += [f"{arrival.path}::{each}" for each in arrival.moved.collected]
                twins = [(test, f"{arrival.path}::{test}") for test in arrival.moved.twins]
                self._moved += [MovedTest(f"{key}::{test}", node_id) for test, node_id in twins]
        self._new |= {path: file.text for path, file in files.items()}

    def _change(self, path: str) -> Change:
        old, encoding = self._old.get(path, (None, "utf-8"))
        return Change(path, old, self._new[path], encoding)

    def _removals(self) -> Iterator[Change]:
        """The files of the mirror that are for nothing any more."""
        for definition, found in self._merged.values():
            for path in (found.path, mirror.scratch_path(definition.declaration)):
                shown = mirror.relative_path(self._root, path)
                if os.path.exists(path):
                    yield changes.removal(self._root, shown)


def _functions(text: str, path: str, module: str, keys: Collection[str]) -> list[Merged]:
    """The merged functions of a file as they are to stand."""
    found = {}
    for node, qualname, _ in syntax.all_definitions(Text(text).tree):
        first = node.body[0]
        value = first.value if isinstance(first, ast.Expr) else None
        # What a function holds cannot be reached from its module, by examples neither.
        if "<locals>" not in qualname and isinstance(value, ast.Constant) and isinstance(value.value, str):
            found[qualname] = value.value, first.lineno
    return [Merged(key, module, path, *found.get(key.partition("::")[2], ("", 1))) for key in keys]
