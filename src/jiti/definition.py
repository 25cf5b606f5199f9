"""A stub, parsed: its definition, docstring and spec. Never on the way of a warm call."""

from __future__ import annotations

import ast
import copy
import inspect
import io
import re
import tokenize
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from jiti import allowed, canonical, class_spec, members, outline, source, syntax, uses
from jiti.errors import JitiError, RealBodyError, StubError
from jiti.spec import NONE, Spec, text_hash
from jiti.stub import Declaration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NOTHING = "leave `...` in the methods that are to be written, or take `@jiti` away"
PRAGMAS = ("type:", "noqa", "pragma", "fmt:", "ty:", "pyright:")
_SPEC_KEYWORDS = ("uses",)
_YIELDS = (ast.Yield, ast.YieldFrom)
_WITHOUT_YIELDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Name, ast.Constant)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a stub says, taken apart.

    Attributes:
        declaration: where it stands.
        node: its `def`, or its `class`.
        tree: the whole source file, parsed.
        source: the whole source file's text.
        docstring: as `inspect.cleandoc` leaves it.
        owners: the classes around it, outermost first.
        spec: its hashes.
        text: its own source lines, as the header's `stub:` hash covers them.
        is_test: whether it is a test that is to be written.
        allows: the effects that it lets its implementation have.
        uses: what `uses=` names, as written: see `jiti.interfaces`.
        methods: of a class, those that are to be written, each as if it were a stub of its own; they need no docstring.
    """

    declaration: Declaration
    node: syntax.StubNode
    tree: ast.Module
    source: str
    docstring: str
    owners: tuple[str, ...]
    spec: Spec
    text: str
    is_test: bool = False
    allows: frozenset[str] = frozenset()
    uses: tuple[ast.expr, ...] = ()
    methods: tuple[Definition, ...] = ()

    @property
    def is_generator(self) -> bool:
        """Whether the stub holds a `yield` of its own."""
        return isinstance(self.node, syntax.FunctionNode) and yields(self.node)

    @property
    def is_class(self) -> bool:
        """Whether the stub is a whole class."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def function(self) -> syntax.FunctionNode:
        """The `def` of a stub that is no class.

        Raises:
            TypeError: it is one.
        """
        if isinstance(self.node, ast.ClassDef):
            message = f"{self.declaration.key} is a class"
            raise TypeError(message)
        return self.node


def define(declaration: Declaration) -> Definition:
    """Parse a stub, and turn down what jiti cannot work from.

    Raises:
        StubError: the file does not parse or holds no such stub, the name is defined twice, there
            is no docstring, the body returns, or it does not say plainly what effects it allows.
        RealBodyError: the stub has a body.
    """
    file = _read(declaration)
    found = _find(declaration, outline.of(file).stubs) or _find_undecorated(declaration, file)
    clean = _docstring_of(declaration, found.node)
    hints = _hints(file, found.node, declaration)
    allows = allowed.of_stub(declaration, found.decorator, file.tree)
    spec = Spec(
        signature=text_hash(_signature(found, allows)),
        docstring=text_hash(_all_docstrings(found.node, clean)),
        hints=text_hash("\n".join(hints)) if hints else NONE,
    )
    return Definition(
        declaration,
        found.node,
        file.tree,
        file.text,
        clean,
        found.owners,
        spec,
        _text(file, found),
        bool(found.gates),
        allows,
        uses.of_stub(declaration, found.decorator, file.tree),
        _methods(declaration, found, file, allows),
    )


def _methods(
    declaration: Declaration, found: syntax.Found, file: source.SourceFile, allows: frozenset[str]
) -> tuple[Definition, ...]:
    """The methods of a class that are to be written."""
    if not isinstance(found.node, ast.ClassDef):
        return ()
    each_found = members.methods(found.node, found.qualname, found.owners)
    return tuple(_method(declaration, each, file, allows) for each in each_found)


def _method(
    declaration: Declaration, found: syntax.Found, file: source.SourceFile, allows: frozenset[str]
) -> Definition:
    text, line = _text(file, found), syntax.span(found.node)[0]
    own = Declaration(declaration.root, declaration.path, found.qualname, line, text, declaration.home)
    said = inspect.cleandoc(ast.get_docstring(found.node, clean=False) or "")
    spec = Spec(text_hash(_signature(found, allows)), text_hash(said))
    return Definition(own, found.node, file.tree, file.text, said, found.owners, spec, text, allows=allows)


def spec_called(definition: Definition, name: str, said: Mapping[str, str]) -> Spec:
    """The spec that a stub would have if it bore another name, and if its docstring had other words for some."""
    declaration = definition.declaration
    file = _read(declaration)
    found = _find(declaration, outline.of(file).stubs) or _find_undecorated(declaration, file)
    node = copy.copy(found.node)
    node.name = name
    signature = text_hash(_signature(replace(found, node=node), definition.allows))
    text = _all_docstrings(found.node, definition.docstring)
    docstring = text_hash(re.sub(r"\w+", lambda word: said.get(word[0], word[0]), text))
    return Spec(signature, docstring, definition.spec.hints)


def refusals(declarations: Sequence[Declaration]) -> dict[str, JitiError]:
    """What `define` would raise for stubs of one file, by their keys; the file is walked once for all of them."""
    refused: dict[str, JitiError] = {}
    file = _read(declarations[0])
    named: dict[str, list[syntax.Found]] = {}
    for each in outline.of(file).stubs:
        named.setdefault(each.qualname, []).append(each)
    for declaration in declarations:
        try:
            found = _find(declaration, named.get(declaration.qualname, []))
            if found is not None:
                _docstring_of(declaration, found.node)
                allowed.of_stub(declaration, found.decorator, file.tree)
                uses.of_stub(declaration, found.decorator, file.tree)
        except JitiError as error:
            refused[declaration.key] = error
    return refused


def hints_of(definition: Definition) -> list[str]:
    """The texts of a stub's hint comments, in order."""
    declaration = definition.declaration
    return _hints(_read(declaration), definition.node, declaration)


def body_hash(code: str) -> str:
    """The canonical hash of an implementation: its syntax tree and the texts of its comments.

    Raises:
        SyntaxError: it does not parse.
    """
    file = source.SourceFile("<implementation>", code.encode("utf-8", "surrogatepass"))
    tree = file.tree  # first of all: the tokenizer's own errors say less
    try:
        comments = [text for _, text in _comments(file.text)]
    except tokenize.TokenError as error:
        raise SyntaxError(str(error)) from error
    return text_hash("\n".join([canonical.text(tree), *comments]))


def _text(file: source.SourceFile, found: syntax.Found) -> str:
    # Cut out by the syntax tree. The lines that a running program cuts out by indentation may miss the
    # end of a badly indented docstring: its hash then differs, and the slow comparison settles it.
    return "".join(file.block(*syntax.span(node)) for node in (*found.overloads, found.node))


def _read(declaration: Declaration) -> source.SourceFile:
    try:
        file = source.read(declaration.source, declaration.home)
        _ = file.tree
    except (SyntaxError, ValueError, OSError) as error:
        line = getattr(error, "lineno", None)
        place = f"{declaration.path}:{line}" if line else declaration.path
        message = f"{place}: the file no longer parses: {getattr(error, 'msg', None) or error}"
        raise StubError(message, key=declaration.key, hint="mend the file and start the program again") from error
    return file


def _find(declaration: Declaration, stubs: Iterable[syntax.Found]) -> syntax.Found | None:
    found = [each for each in stubs if each.qualname == declaration.qualname]
    if len(found) > 1:
        lines = ", ".join(str(each.node.lineno) for each in found)
        message = f"{declaration.path}: {declaration.qualname} is defined more than once (lines {lines})"
        raise StubError(message, key=declaration.key, hint="give each definition a name of its own")
    return found[0] if found else None


def _find_undecorated(declaration: Declaration, file: source.SourceFile) -> syntax.Found:
    """A stub whose decorator this file does not name as jiti's: an alias that is imported from elsewhere."""
    found = syntax.below_an_alias(file.tree, declaration.qualname)
    if found is None or (isinstance(found.node, ast.ClassDef) and not members.has_any(found.node)):
        message = f"{declaration.path} no longer holds a stub named {declaration.qualname}"
        raise StubError(message, key=declaration.key, hint="start the program again")
    return found


def _docstring_of(declaration: Declaration, node: syntax.StubNode) -> str:
    """What a stub says, cleaned.

    Raises:
        RealBodyError: it does something too.
        StubError: it says nothing.
    """
    docstring = ast.get_docstring(node, clean=False)
    _require_placeholder(declaration, node)
    if docstring is None or not docstring.strip():
        message = f"{declaration.place}: {declaration.qualname} has no docstring"
        hint = "say in a docstring what it does: it is what the implementation is written from"
        raise StubError(message, key=declaration.key, hint=hint)
    return inspect.cleandoc(docstring)


def _all_docstrings(node: syntax.StubNode, own: str) -> str:
    return class_spec.docstring(node, own) if isinstance(node, ast.ClassDef) else own


def _require_placeholder(declaration: Declaration, node: syntax.StubNode) -> None:
    if isinstance(node, ast.ClassDef):
        if not members.has_any(node):
            message = f"{declaration.place}: {declaration.qualname} has no method to be written"
            raise RealBodyError(message, key=declaration.key, hint=_NOTHING)
        return
    statement = syntax.first_of_body(node)
    if statement is not None:
        message = f"{declaration.path}:{statement.lineno}: {declaration.qualname} has a body already"
        hint = "leave the docstring and `...` (or `raise NotImplementedError`), or take `@jiti` away"
        raise RealBodyError(message, key=declaration.key, hint=hint)


def yields(node: syntax.FunctionNode) -> bool:
    """Whether a function is a generator."""
    found: list[ast.AST] = list(node.body)
    for each in found:  # it grows meanwhile
        if isinstance(each, _YIELDS):
            return True
        if not isinstance(each, _WITHOUT_YIELDS):
            found += syntax.children(each)
    return False


def _signature(found: syntax.Found, allows: frozenset[str]) -> str:
    node = found.node
    lines = list(class_spec.signature(node) if isinstance(node, ast.ClassDef) else _head(node, found.overloads))
    for gate in found.gates:
        lines += [f"required for {canonical.text(each)}" for each in getattr(gate, "args", ())]
    keywords = found.decorator.keywords if isinstance(found.decorator, ast.Call) else []
    lines += [f"{each.arg}={canonical.text(each.value)}" for each in keywords if each.arg in _SPEC_KEYWORDS]
    if allows:
        lines.append(f"allow={' '.join(sorted(allows))}")
    return "\n".join(lines)


def _head(node: syntax.FunctionNode, overloads: tuple[syntax.FunctionNode, ...]) -> Iterable[str]:
    kind = "async function" if isinstance(node, ast.AsyncFunctionDef) else "function"
    yield f"{kind} generator" if yields(node) else kind
    yield node.name
    for each in (*overloads, node):
        yield from (canonical.text(each.args), canonical.annotation(each.returns))
        yield from (canonical.text(parameter) for parameter in getattr(each, "type_params", ()))


def _comments(text: str) -> Iterable[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("#").strip()


def _hints(file: source.SourceFile, node: syntax.StubNode, declaration: Declaration) -> list[str]:
    last = file.end_of_block(declaration.line, node.end_lineno or node.lineno)
    found = [(line, text) for line, text in _comments_in(file) if node.lineno <= line <= last]
    if isinstance(node, ast.ClassDef):
        found = [(line, text) for line, text in found if not class_spec.hides(node, line)]
    comments = [text for _, text in found]
    return [text for text in comments if not text.lower().startswith(PRAGMAS)]


# Who works from one stub of a file mostly goes on with the next: its comments are read once for all of them.
@lru_cache(maxsize=4)
def _comments_in(file: source.SourceFile) -> tuple[tuple[int, str], ...]:
    return tuple(_comments(file.text))
