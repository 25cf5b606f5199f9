"""What the names of a file, or of a class in it, are bound to: by imports, definitions and plain assignments."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiti.syntax import SIMPLE, FunctionNode, children

if TYPE_CHECKING:
    from collections.abc import Iterator


_LEAVES = (ast.Name, ast.Constant)


@dataclass(frozen=True, slots=True)
class ImportedModule:
    """A name that stands for a module: `import app.text as t`, and `app` of `import app.text`."""

    module: str


@dataclass(frozen=True, slots=True)
class ImportedName:
    """A name that an import takes out of a module: `from app.text import slugify`.

    Attributes:
        module: its dotted name; empty for the package that a relative import starts from.
        name: what it is called there; `*` for all.
        level: how many dots stand before the module.
    """

    module: str
    name: str
    level: int


Binding = ImportedModule | ImportedName | FunctionNode | ast.ClassDef | ast.expr
"""What a name means; an expression where it is assigned."""


@dataclass(slots=True)
class Scope:
    """The names of a file or of a class.

    Attributes:
        bindings: what each name may be bound to when all has run: the last, or several where it hangs on a condition.
        sources: every statement that makes a name what it is, an import with nothing but that name.
        stars: `from … import *`, in order.
    """

    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    sources: dict[str, list[ast.stmt]] = field(default_factory=dict)
    stars: list[ImportedName] = field(default_factory=list)

    @classmethod
    def of(cls, body: list[ast.stmt]) -> Scope:
        """The scope that some statements make."""
        scope = cls()
        scope._read(body, conditional=False)
        return scope

    def exports(self, name: str) -> bool:
        """Whether `import *` takes a name along, as far as can be read."""
        listed = self.bindings.get("__all__")
        if not listed:
            return not name.startswith("_")
        names = [_texts(each) for each in listed]
        # What is put together while it runs cannot be read: then any name may be in it.
        return any(each is None or name in each for each in names) or len(self.sources["__all__"]) > len(listed)

    def _read(self, body: list[ast.stmt], *, conditional: bool) -> None:
        for statement in body:
            for name, binding, source in _bound(statement):
                self._bind(name, binding, source, conditional=conditional)
            inside = list(blocks(statement))
            if inside:
                self._read(inside, conditional=True)

    def _bind(self, name: str, binding: Binding | None, source: ast.stmt, *, conditional: bool) -> None:
        if isinstance(binding, ImportedName) and binding.name == "*":
            self.stars.append(binding)
            return
        self.sources.setdefault(name, []).append(source)
        if binding is not None:
            known = self.bindings.setdefault(name, [])
            if not conditional:
                known.clear()
            known.append(binding)


def nodes(root: ast.AST) -> list[ast.AST]:
    """All nodes of a tree but contexts, in no particular order; quicker than `ast.walk`, which finding gates feels."""
    found = [root]
    for node in found:  # it grows meanwhile
        if not isinstance(node, _LEAVES):
            found += children(node)
    return found


def blocks(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statements in the blocks of one that makes no scope of its own: an `if`, a `try`, a loop."""
    if type(statement) in SIMPLE or isinstance(statement, FunctionNode | ast.ClassDef):
        return
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body


def _bound(statement: ast.stmt) -> Iterator[tuple[str, Binding | None, ast.stmt]]:
    """The names that a statement binds, to what, and the statement as far as it is about that name."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name, statement, statement
        case ast.Import() | ast.ImportFrom():
            yield from _imported(statement)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                for name, assigned in _assigned(target, value):
                    yield name, assigned, statement
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            yield name, value, statement
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, None, statement


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Binding, ast.stmt]]:
    for alias in statement.names:
        top = alias.name.partition(".")[0]
        if isinstance(statement, ast.ImportFrom):
            module, level = statement.module, statement.level
            binding = ImportedName(module or "", alias.name, level)
            yield alias.asname or alias.name, binding, ast.ImportFrom(module, [alias], level)
        else:
            yield alias.asname or top, ImportedModule(alias.name if alias.asname else top), ast.Import([alias])


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        whole = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        values = value.elts if whole and isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
        for each, part in zip(target.elts, values, strict=True):
            for name, assigned in _assigned(each, part):
                yield name, assigned if whole else None


def _texts(node: Binding) -> set[str] | None:
    """The texts of a list of literals; None where it is something else."""
    if not isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None
    texts = {each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return texts if len(texts) == len(node.elts) else None
