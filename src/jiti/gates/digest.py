"""Digests of gates: what a test means, however it is written."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from jiti import canonical, mirror, syntax
from jiti.definition import body_hash, define
from jiti.errors import BrokenImplementationError
from jiti.gates.modules import UNREADABLE
from jiti.gates.scope import nodes
from jiti.spec import NONE, text_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jiti.gates.modules import Module, Modules
    from jiti.gates.required import Marked
    from jiti.stub import Declaration

_FIXTURE = {"fixture", "yield_fixture"}
_TAKING = {"usefixtures", "getfixturevalue"}
_HOOKS = {
    *("pytest_generate_tests", "pytest_collection_modifyitems", "pytest_itemcollected", "pytest_pycollect_makeitem"),
    *("pytest_configure", "pytest_sessionstart", "pytest_fixture_setup"),
    *("pytest_runtest_setup", "pytest_runtest_call", "pytest_pyfunc_call"),
}
"""Hooks that decide on what a test is given; those that only tell of tests change nothing of what these mean."""
OF_TEST_FILES = {
    *("pytestmark", "setup_module", "teardown_module", "setup_function", "teardown_function"),
    *("setUpModule", "tearDownModule"),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """What a piece of a file says.

    Attributes:
        text: in canonical form.
        names: what it uses by name.
        fixtures: what it takes as parameters, and the fixtures that `usefixtures` names.
    """

    text: str
    names: frozenset[str]
    fixtures: frozenset[str]

    @classmethod
    def of(cls, *parts: ast.AST) -> _Part:
        inside = [node for part in parts for node in nodes(part)]
        names = frozenset(each.id for each in inside if isinstance(each, ast.Name))
        taken = {name for part in parts for name in _parameters(part)}
        return cls(canonical.text(*parts), names, frozenset(taken | set(used_fixtures(inside))))


class _Source:
    """A file that a test's meaning may come from: its own, or a `conftest.py` above it."""

    def __init__(self, module: Module) -> None:
        self.fixtures: dict[str, str] = {}
        """What each fixture's function is called."""
        self.automatic: set[str] = set()
        self._module = module
        self._definitions: dict[str, _Part] = {}
        self._tests: dict[Marked, list[_Part]] = {}
        for name, statements in module.scope.sources.items():
            for statement in statements:
                if isinstance(statement, syntax.FunctionNode):
                    self._note_fixture(name, statement)

    def _note_fixture(self, name: str, node: syntax.FunctionNode) -> None:
        words = fixture_words(node)
        if words is None:
            return
        given = words.get("name")
        is_named = isinstance(given, ast.Constant) and isinstance(given.value, str)
        self.fixtures[given.value if is_named else name] = name
        if "autouse" in words:
            self.automatic.add(name)

    @cached_property
    def run_on_import(self) -> _Part:
        """What the file does besides saying what names are: `CASES.append(…)`, loops, and what hangs on conditions."""
        return _Part.of(*(each for each in self._module.file.tree.body if not _only_binds(each)))

    def called_by_name(self, *, is_test_file: bool) -> list[str]:
        """What pytest looks for by its name, as far as it bears on how tests go."""
        names = _HOOKS | OF_TEST_FILES if is_test_file else _HOOKS
        return [each for each in names if self.defines(each)]

    def defines(self, name: str) -> bool:
        """Whether the file says what a name is."""
        return name in self._module.scope.sources

    def definition(self, name: str) -> _Part:
        """What makes a name what it is; of a stub nothing, since it is what is being judged."""
        if name not in self._definitions:
            kept = [each for each in self._module.scope.sources[name] if not self._is_stub(each)]
            self._definitions[name] = _Part.of(*kept)
        return self._definitions[name]

    def _is_stub(self, node: ast.stmt) -> bool:
        is_decorated = isinstance(node, syntax.FunctionNode) and node.decorator_list
        return bool(is_decorated) and node in self._module.stubs.values()

    def test(self, test: Marked) -> list[_Part]:
        """What a test says itself, and what the classes around it say."""
        if test not in self._tests:
            node = copy.copy(test.node)
            is_ours = self._module.required_for.is_on
            node.decorator_list = [each for each in node.decorator_list if not is_ours(each)]
            if test.is_to_be_written:
                node.body = []
            classes = [*test.owners, *self._heirs(test.owners)]
            self._tests[test] = [_Part.of(node), *(_Part.of(_without_tests(each)) for each in classes)]
        return self._tests[test]

    def _heirs(self, owners: Sequence[ast.ClassDef]) -> list[ast.ClassDef]:
        """The file's classes that inherit from a test's own: it runs in each of them."""
        if not owners:
            return []
        known = {each.name for each in owners}
        found = []
        for each in self._module.file.tree.body:
            if isinstance(each, ast.ClassDef) and each not in owners and known & _base_names(each):
                found.append(each)
                known.add(each.name)
        return found


_sources: WeakKeyDictionary[Module, _Source] = WeakKeyDictionary()


class Digests:
    """Digests of the gates of one project."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def of(self, test: Marked, module: Module, declaration: Declaration) -> str:
        """The digest of a test: of its syntax tree and, transitively, of what it uses of its own file and of fixtures.

        `required_for` itself does not count: which stubs a test decides on changes nothing of what it says.
        Of a jiti-test, its spec and its implementation in the mirror count instead of its body.

        Raises:
            StubError, RealBodyError: it is a jiti-test that cannot be worked from.
        """
        head = [str(define(declaration).spec), _body_in_mirror(declaration)] if test.is_to_be_written else []
        own = _source_of(module)
        closure = _Closure([own, *self._conftests(module.path)])
        parts = own.test(test)
        for part in parts:
            closure.add(part)
        closure.add_always()
        return text_hash("\n".join([*head, *(part.text for part in parts), *closure.texts()]))

    def _conftests(self, path: str) -> Iterator[_Source]:
        """The `conftest.py` files above a test file, the nearest first."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            each = f"{folder}/conftest.py" if folder else "conftest.py"
            if each != path:
                try:
                    yield _source_of(self._modules.at(each))
                except UNREADABLE:  # there is none, or pytest will not run the test either
                    continue


def _source_of(module: Module) -> _Source:
    found = _sources.get(module)
    if found is None:
        found = _sources[module] = _Source(module)
    return found


class _Closure:
    """All that a test uses: definitions of its file, fixtures, and what these use."""

    def __init__(self, sources: list[_Source]) -> None:
        self._sources = sources
        self._used: dict[tuple[int, str], str] = {}

    def add(self, part: _Part, level: int = 0, name: str = "") -> None:
        """Add what a piece of a file uses.

        Args:
            part: the piece.
            level: which of the sources it stands in.
            name: what it defines there.
        """
        for each in part.names:
            if self._sources[level].defines(each):
                self._add_definition(level, each)
        for each in part.fixtures:
            # A fixture that takes one of its own name means the one that it stands in front of.
            first = level + 1 if name and self._sources[level].fixtures.get(each) == name else 0
            self._add_fixture(first, each)

    def add_always(self) -> None:
        """Add what counts for every test of the file: marks, hooks, what runs on import, fixtures asked for or not."""
        for level, source in enumerate(self._sources):
            for name in (*source.automatic, *source.called_by_name(is_test_file=level == 0)):
                self._add_definition(level, name)
            if source.run_on_import.text:
                self._used[level, ""] = source.run_on_import.text
                self.add(source.run_on_import, level)

    def texts(self) -> list[str]:
        """What was added, in an order that does not depend on how it was found."""
        return [f"{level} {name} {text}" for (level, name), text in sorted(self._used.items())]

    def _add_definition(self, level: int, name: str) -> None:
        if (level, name) not in self._used:
            part = self._sources[level].definition(name)
            self._used[level, name] = part.text
            self.add(part, level, name)

    def _add_fixture(self, level: int, name: str) -> None:
        for number, source in enumerate(self._sources[level:], level):
            if name in source.fixtures:
                self._add_definition(number, source.fixtures[name])
                return


def _parameters(node: ast.AST) -> Iterator[str]:
    """The parameters of a function, or of the methods of a class: pytest may fill each with a fixture."""
    functions = node.body if isinstance(node, ast.ClassDef) else [node]
    for each in functions:
        if isinstance(each, syntax.FunctionNode):
            arguments = each.args
            yield from (one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def used_fixtures(inside: Iterable[ast.AST]) -> Iterator[str]:
    """The names of fixtures that some nodes, calls among them, ask for as strings."""
    for each in inside:
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _TAKING:
            yield from (one.value for one in each.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def fixture_words(node: syntax.FunctionNode) -> dict[str | None, ast.expr] | None:
    """The keywords of the decorator that makes a function a fixture; None if nothing does."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in _FIXTURE:
            return {each.arg: each.value for each in decorator.keywords} if isinstance(decorator, ast.Call) else {}
    return None


def _without_tests(node: ast.ClassDef) -> ast.ClassDef:
    """A class as what its tests have in common: decorators, bases, fixtures, `setUp`, constants, helpers."""
    rest = copy.copy(node)
    kept = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    rest.body = [each for each in kept if not _is_test(each)]
    return rest


def _base_names(node: ast.ClassDef) -> set[str]:
    return {each.id for base in node.bases for each in nodes(base) if isinstance(each, ast.Name)}


def _only_binds(node: ast.stmt) -> bool:
    """Whether a statement says what names are, and no more; docstrings and `__main__` do nothing at all."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(each, ast.Name | ast.Tuple | ast.List) for each in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return isinstance(target, ast.Name)
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Compare(left=ast.Name(id="__name__"))) | ast.Pass():
            return True
    return False


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return True  # a class in a class is one of tests, too
    return isinstance(node, syntax.FunctionNode) and node.name.startswith("test") and fixture_words(node) is None


def _body_in_mirror(declaration: Declaration) -> str:
    """The canonical hash of what the mirror has for a jiti-test."""
    try:
        found = mirror.read(declaration)
        if found is None:
            return NONE
        is_untouched = text_hash(found.code) == found.header["code"]
        return found.header["body"] if is_untouched else body_hash(found.code)
    except (BrokenImplementationError, SyntaxError, ValueError):
        return NONE
