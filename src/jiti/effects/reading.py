"""The effects of an implementation, read from its tree: what it uses, and what it changes that outlives a call.

All of the file counts, helpers that it does not call among it. To mention what has an effect is to have it: under
another name, handed to a thread, in a `partial`, as a default, it comes to the same.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti.effects import known, names
from jiti.effects.meanings import Meanings
from jiti.effects.state import changes

if TYPE_CHECKING:
    from collections.abc import Iterable

_ASKED = frozenset({"builtins.getattr", "builtins.hasattr"})
_INSTANCES = frozenset({"builtins.isinstance", "builtins.issubclass"})
_BY_NAME = frozenset({"operator.attrgetter", "operator.methodcaller"})
_OPEN_ALREADY = frozenset({"fileobj", "file"})
_A_PATH = frozenset({"builtins.str", "builtins.bytes", "pathlib.Path", "os.PathLike"})


@dataclass(frozen=True, slots=True, order=True)
class Effect:
    """Something that an implementation does besides computing.

    Attributes:
        line: where, counted in what was read.
        name: one of `jiti.allowed.EFFECTS`.
        cause: what does it, as a person would write it.
    """

    line: int
    name: str
    cause: str


def read(code: str, module: ast.Module | None = None, path: str = "") -> list[Effect]:
    """The effects of an implementation, each once a line, in order.

    Args:
        code: all that stands below its header.
        module: the module that its stub stands in; what the file reaches through that is known by it.
        path: that module's file, from the project root, with `/`.

    Raises:
        SyntaxError, RecursionError, ValueError: it cannot be parsed.
    """
    tree = ast.parse(code)
    place = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    meanings = Meanings(tree, module, place)
    reader = _Reader(meanings)
    reader.visit(tree)
    for line, cause in changes(tree, meanings):
        reader.note("state", line, cause)
    return sorted(reader.found.values())


def header_line(effects: Iterable[str]) -> str:
    """What the header of an implementation says of its effects: their names, or `none`."""
    return " ".join(sorted(set(effects))) or "none"


class _Reader(ast.NodeVisitor):
    """Goes through a file, and notes what has an effect."""

    def __init__(self, meanings: Meanings) -> None:
        self.found: dict[tuple[int, str], Effect] = {}
        self._meanings = meanings

    def note(self, effect: str, line: int, cause: str) -> None:
        """Note an effect; the first cause in a line is told."""
        self.found.setdefault((line, effect), Effect(line, effect, cause))

    def _note_names(self, node: ast.expr, found: Iterable[str]) -> bool:
        """Note the effects of what an expression stands for; whether it has any."""
        effects = {name: effect for name in found if (effect := names.effect_of(name)) is not None}
        for name, effect in effects.items():
            self.note(effect, node.lineno, name.removeprefix("builtins."))
        return bool(effects)

    # ---------------------------------------------------------------- names

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            return
        found = self._meanings.names(node)
        if self._note_names(node, found):
            return
        for name in found:
            if name in names.MODULES and name.rpartition(".")[2].islower():
                for effect in names.effects_below(name):
                    self.note(effect, node.lineno, f"{name}, handed on as a value")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        meanings = self._meanings
        if self._note_names(node, meanings.all_names(node)):
            return
        if node.attr in known.OF_ANYTHING and not meanings.names(node) and not meanings.kinds(node.value):
            self.note(known.OF_ANYTHING[node.attr], node.lineno, f".{node.attr}")
        if meanings.names(node) and isinstance(node.value, ast.Name | ast.Attribute):
            return  # the parts of a full name are nothing of their own
        self.visit(node.value)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level and any(alias.name == "*" for alias in node.names):
            for effect in names.effects_below(node.module):
                self.note(effect, node.lineno, f"all that {node.module} holds")
        self._note_imports(node, [node.module or ""])

    def visit_Import(self, node: ast.Import) -> None:
        self._note_imports(node, [alias.name for alias in node.names])

    def _note_imports(self, node: ast.stmt, modules: list[str]) -> None:
        for module in {"this", "antigravity"}.intersection(modules):
            self.note(names.effect_of(module) or "output", node.lineno, f"import {module}")

    # ---------------------------------------------------------------- calls

    def visit_Call(self, node: ast.Call) -> None:
        called = self._meanings.all_names(node.func)
        self._note_names(node, self._meanings.names(node))
        if not any(self._is_harmless(node, name) for name in called):
            self.visit(node.func)
        elif isinstance(node.func, ast.Attribute) and not self._meanings.names(node.func):
            self.visit(node.func.value)
        if _BY_NAME.intersection(called):
            self._note_literals(node)
        skipped = self._skipped(node, called)
        for part in (*node.args, *(each.value for each in node.keywords)):
            if part is not skipped:
                self.visit(part)

    def _is_harmless(self, node: ast.Call, name: str) -> bool:
        """Whether a function that may have an effect has none by the way that it is called."""
        if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
            return False
        if name in known.AT_LEAST:
            given = len(node.args) + len(node.keywords)
            return given >= known.AT_LEAST[name] and not any(_is_none(each) for each in node.args)
        keywords = {each.arg: each.value for each in node.keywords}
        if name == "builtins.print":
            return "file" in keywords and not _is_none(keywords["file"])
        if name not in known.OPENERS:
            return False
        opened = next(
            (keywords[each] for each in _OPEN_ALREADY if each in keywords), node.args[0] if node.args else None
        )
        if opened is None:
            return False
        is_in_memory = isinstance(opened, ast.Constant) and opened.value == known.IN_MEMORY
        return is_in_memory or not (_A_PATH & self._meanings.kinds(opened))

    def _note_literals(self, node: ast.Call) -> None:
        """What `operator.attrgetter` and `methodcaller` are to reach."""
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                for part in argument.value.split("."):
                    if part in known.OF_ANYTHING:
                        self.note(known.OF_ANYTHING[part], node.lineno, f".{part}")

    @staticmethod
    def _skipped(node: ast.Call, called: list[str]) -> ast.expr | None:
        """The argument that is only asked about: the class in `isinstance`, the module in `getattr` with a literal."""
        if _INSTANCES.intersection(called) and len(node.args) > 1 and _is_type(node.args[1]):
            return node.args[1]
        if _ASKED.intersection(called) and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            return node.args[0] if isinstance(node.args[0], ast.Name | ast.Attribute) else None
        return None

    # ---------------------------------------------------------------- what does not run, or only asks

    def visit_Assign(self, node: ast.Assign) -> None:
        self._visit_assigned(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._visit_assigned(node.value)
        self.visit(node.target)

    def _visit_assigned(self, value: ast.expr) -> None:
        """Of a module that gets another name, what is done by that name counts."""
        is_module = isinstance(value, ast.Name) and any(name in names.MODULES for name in self._meanings.names(value))
        if not is_module or self._note_names(value, self._meanings.names(value)):
            self.visit(value)

    def visit_arg(self, node: ast.arg) -> None:
        """Nothing of an annotation runs that does anything."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._visit_function(node)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in (*node.decorator_list, node.args, *node.body):
            self.visit(part)

    def visit_If(self, node: ast.If) -> None:
        is_for_types = "typing.TYPE_CHECKING" in self._meanings.names(node.test)
        for part in node.orelse if is_for_types else (node.test, *node.body, *node.orelse):
            self.visit(part)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        for part in (*([] if node.type is None or _is_type(node.type) else [node.type]), *node.body):
            self.visit(part)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for pattern in (*node.patterns, *node.kwd_patterns):
            self.visit(pattern)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_type(node: ast.expr) -> bool:
    """Whether an expression only names classes: `A`, `m.B`, `(A, B)`, `A | B`."""
    match node:
        case ast.Name():
            return True
        case ast.Attribute(value=of):
            return _is_type(of)
        case ast.Tuple(elts=parts):
            return all(_is_type(each) for each in parts)
        case ast.BinOp(left=left, right=right, op=ast.BitOr()):
            return _is_type(left) and _is_type(right)
    return False
