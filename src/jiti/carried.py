"""An implementation that goes along with its stub, which has moved or bears another name: the same text but for names.

Only what has to is written otherwise: the function's own name, or its class's, and imports of its own module. Whether
the outcome works is for the checks to say.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import source
from jiti.effects.scopes import Scopes
from jiti.splice.owners import class_in, path_in

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jiti.stub import Declaration
    from jiti.syntax import FunctionNode

_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where a stub has gone.

    Attributes:
        old_module: the name by which an import statement got its module.
        new_module: the name by which it now does.
        old: its name inside the module, part by part; of what stands in a function, only what follows that.
        new: the same now.
        bound: the names that its module now has.
    """

    old_module: str
    new_module: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    bound: frozenset[str]

    @classmethod
    def of(cls, old_key: str, declaration: Declaration, module: str, bound: Collection[str]) -> Way | None:
        """The way of a stub; None where it now stands in more classes or in fewer.

        Args:
            old_key: what it was.
            declaration: what it is.
            module: the name by which an import statement gets its module.
            bound: the names that this module binds.
        """
        path, _, qualname = old_key.partition("::")
        old, new = _parts(qualname), _parts(declaration.qualname)
        if len(old) != len(new):
            return None
        return cls(_module_of(path, declaration.path, module), module, old, new, frozenset(bound))

    @property
    def renamed(self) -> dict[str, str]:
        """The name of the module that is another now, and which."""
        return {} if self.old[0] == self.new[0] else {self.old[0]: self.new[0]}

    @property
    def method(self) -> tuple[str, str] | None:
        """What a method was called and is called, if that has changed."""
        return (self.old[-1], self.new[-1]) if len(self.old) > 1 and self.old[-1] != self.new[-1] else None


def renamed(old_key: str, new_key: str) -> dict[str, str]:
    """The names in one key that are others in another one of as many parts, and which."""
    pairs = zip(*(_parts(key.partition("::")[2]) for key in (old_key, new_key)), strict=False)
    return {old: new for old, new in pairs if old != new}


def implementation(code: str, way: Way, *, in_docstrings: bool = False) -> str | None:
    """The code of an implementation, for its stub as it is now; None where a name that it needs is taken.

    Args:
        code: all that stands below its header.
        way: from where to where it goes.
        in_docstrings: whether what its docstrings say has the names of now, too.

    Raises:
        SyntaxError: it does not parse.
    """
    tree = ast.parse(code)
    own = path_in(tree) or [each for each in [class_in(tree, ".".join(way.old))] if each]
    carrier = _Carrier(code, tree, way, is_test=False)
    for node, old, new in zip(own, way.old, way.new, strict=False):
        if old != new:
            carrier.rename_definition(node, old, new)
    if in_docstrings:
        carrier.rename_in_docstrings(own[-1:])
    return carrier.text()


def tests(text: str, way: Way) -> str | None:
    """The same of the scratch tests of a stub.

    Raises:
        SyntaxError: they do not parse.
    """
    return _Carrier(text, ast.parse(text), way, is_test=True).text()


class _Carrier:
    """Collects what is to be written otherwise in one text."""

    def __init__(self, text: str, tree: ast.Module, way: Way, *, is_test: bool) -> None:
        self._text = text
        self._way = way
        self._scopes = Scopes(tree)
        self._inside = list(ast.walk(tree))
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._edits: dict[tuple[int, int], str] = {}
        self._names = way.renamed
        self._taken = {each.id for each in self._inside if isinstance(each, ast.Name)}
        self._taken |= {each.arg for each in self._inside if isinstance(each, ast.arg)}
        self._is_test = is_test

    def text(self) -> str | None:
        """The text with all that is to change; None where a name that it needs is taken."""
        if self._taken & set(self._names.values()):
            return None
        for node in self._inside:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
        for node in self._inside:
            if isinstance(node, ast.Name) and node.id in self._names and self._is_global(node):
                self._replace(node, self._names[node.id])
            elif isinstance(node, ast.Attribute):
                self._attribute(node)
        found = self._text
        for (start, end), new in sorted(self._edits.items(), reverse=True):
            found = found[:start] + new + found[end:]
        return found

    def rename_definition(self, node: ast.ClassDef | FunctionNode, old: str, new: str) -> None:
        """Give a function or a class another name where it is defined; underscores before a class's stay."""
        start = self._offset(node.lineno, node.col_offset)
        match = re.compile(rf"(?:async\s+)?(?:def|class)\s+(_*?)({re.escape(old)})\b").match(self._text, start)
        if match:
            self._edits[match.span(2)] = new
            if isinstance(node, ast.ClassDef):
                self._names[node.name] = match[1] + new

    def rename_in_docstrings(self, definitions: Sequence[ast.ClassDef | FunctionNode]) -> None:
        """Write the names of now in what a function says, or a class and its methods."""
        names = {old: new for old, new in zip(self._way.old, self._way.new, strict=True) if old != new}
        for node in (inner for each in definitions for inner in ast.walk(each) if isinstance(inner, _DOCUMENTED)):
            if ast.get_docstring(node) is not None:
                said = node.body[0]
                text = ast.get_source_segment(self._text, said) or ""
                self._replace(said, re.sub(r"\w+", lambda word: names.get(word[0], word[0]), text))

    # ------------------------------------------------------------ statements that import

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Write an import of the stub's own module for the module that this now is."""
        statements: dict[str, list[str]] = {}
        for alias in node.names:
            head, text = self._alias(node, alias)
            statements.setdefault(head, []).append(text)
        indent = " " * node.col_offset
        lines = [f"{head}{', '.join(texts)}" for head, texts in statements.items()]
        if lines != [ast.unparse(node)]:
            self._replace(node, f"\n{indent}".join(lines))

    def _alias(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
        """How one name is imported now: the beginning of the statement, and the rest."""
        way = self._way
        whole = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        if whole == way.old_module != way.new_module and self._has_all(node, alias):
            return self._of_module(node, alias)
        renamed = f" as {alias.asname}" if alias.asname else ""
        if isinstance(node, ast.Import):
            return "import ", f"{alias.name}{renamed}"
        is_own = node.module == way.old_module and not node.level
        name = way.renamed.get(alias.name, alias.name) if is_own else alias.name
        module = way.new_module if is_own and name in way.bound else f"{'.' * node.level}{node.module or ''}"
        return f"from {module} import ", f"{name}{renamed}"

    def _of_module(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
        """How the module itself is imported now."""
        way = self._way
        if isinstance(node, ast.Import) and "." in alias.name and not alias.asname:
            return "import ", way.new_module
        package, _, short = way.new_module.rpartition(".")
        head = f"from {package} import " if package else "import "
        bound = alias.asname or alias.name
        if not alias.asname and short not in self._taken:
            self._names[bound] = short
            bound = short
        return head, short if bound == short else f"{short} as {bound}"

    def _has_all(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
        """Whether the module that the stub now stands in has all that the code takes from the one that it stood in."""
        is_dotted = isinstance(node, ast.Import) and "." in alias.name and not alias.asname
        name = alias.name if is_dotted else alias.asname or alias.name
        taken = {each.attr for each in self._inside if isinstance(each, ast.Attribute) and _is(each.value, name)}
        return {self._way.renamed.get(each, each) for each in taken} <= self._way.bound

    # ------------------------------------------------------------ names

    def _attribute(self, node: ast.Attribute) -> None:
        """Write an attribute otherwise that is the stub, by way of its object, its class or its module."""
        way = self._way
        end = self._offset(node.end_lineno or 0, node.end_col_offset or 0)
        if way.method and node.attr == way.method[0] and (self._is_test or self._is_own(node.value)):
            self._edits[end - len(node.attr), end] = way.method[1]
        elif node.attr in way.renamed and self._scopes.full_name(node) == f"{way.old_module}.{node.attr}":
            self._edits[end - len(node.attr), end] = way.renamed[node.attr]
        if way.old_module != way.new_module and "." in way.old_module and _is(node, way.old_module):
            self._replace(node, way.new_module)

    def _is_own(self, node: ast.expr) -> bool:
        """Whether something is the object of a method, or its class."""
        if not isinstance(node, ast.Name):
            return False
        return node.id in {"self", "cls", self._way.old[0], f"_{self._way.old[0]}"}

    def _is_global(self, node: ast.Name) -> bool:
        scope = self._scopes.scope(node)
        home = scope.home(node.id) if scope else None
        return home is None or home is self._scopes.top

    # ------------------------------------------------------------ places

    def _replace(self, node: ast.expr | ast.stmt, new: str) -> None:
        start = self._offset(node.lineno, node.col_offset)
        self._edits[start, self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)] = new

    def _offset(self, line: int, column: int) -> int:
        """Where a line (from 1) and a column (in bytes) is in the text."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())


def _parts(qualname: str) -> tuple[str, ...]:
    name = qualname.rpartition("<locals>.")[2]
    for accessor in source.ACCESSORS:
        name = name.removesuffix(f".{accessor}")
    return tuple(name.split("."))


def _module_of(path: str, new_path: str, new_module: str) -> str:
    """The name by which an import statement got the module of a path, told from how it gets another."""
    stem = new_path.removesuffix(".py").removesuffix("/__init__")
    base = stem.removesuffix(new_module.replace(".", "/"))
    return path.removesuffix(".py").removesuffix("/__init__").removeprefix(base).replace("/", ".")


def _is(node: ast.expr, name: str) -> bool:
    """Whether an expression is a dotted name."""
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == name
