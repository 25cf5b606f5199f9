"""The classes around a method: in its file stands one like them, for private names and for type checkers.

For type checkers it derives from the user's class and has another name, with an underscore in front:

    if TYPE_CHECKING:
        from app.text import Parser


    class _Parser(Parser if TYPE_CHECKING else object):
        def merge(self, other: Parser) -> Parser: ...


    if not TYPE_CHECKING:
        Parser = _Parser

So `Parser` means the user's own class wherever it stands, in the signature and in the body, and `self` has what
that class has. Under the user's name it would hide that class: a parameter of its type would be narrower than the
one of the method that it overrides, and a list of the one would be no list of the other. Private names do not see
the difference, since Python leaves out a class's leading underscores where it mangles them. When the file runs, the
class derives from nothing of the user's, whose `__init_subclass__` would hear of it, and bears the user's name in
the end, by which the method is found.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.source import ACCESSORS
from jiti.splice.layout import INDENT
from jiti.splice.names import Names
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiti.definition import Definition
    from jiti.splice.project import Module

_TYPE_STAYS = frozenset({"staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "override"})
"""Decorators below which a method in the file has the type of the user's own: it is decorated alike, or not changed."""
_PARAMETRISED = frozenset({"Generic", "Protocol"})
_FINAL, _ORDERED = "subclass-of-final-class", "subclass-of-dataclass-with-order"
_ANY = "from typing import Any"
_NOTHING = Names()


@dataclass(frozen=True, slots=True)
class Shell:
    """The classes that a method stands in, as its file has them.

    Attributes:
        heads: the lines that open them, each in the one before.
        foot: the lines below the method, at the module's top level.
        imports: the import statements that the heads need when they run.
        for_types: those that type checkers alone need.
        needs: the names that the heads take from the user's module, besides its classes.
        bound: the names that the classes bind, parameters for types included.
    """

    heads: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    for_types: tuple[str, ...] = ()
    needs: Names = _NOTHING
    bound: frozenset[str] = frozenset()


def shell(definition: Definition, module: Module, taken: frozenset[str]) -> Shell:
    """The classes for a stub.

    Args:
        definition: the stub; one that is no method gets no classes.
        module: the module that it stands in.
        taken: the names that mean something else in the file.
    """
    return _shell(definition, module, taken, may_override=_may_override(definition)) if definition.owners else Shell()


def class_shell(definition: Definition, module: Module, taken: frozenset[str]) -> Shell:
    """The same for a class that is a stub as a whole, with all its methods."""
    methods = definition.methods
    together = {each.declaration.qualname for each in methods}
    has_overloads = any(map(syntax.is_overload, _functions_of(definition.node)))
    may_override = not has_overloads and all(_may_override(each, together) for each in methods)
    return _shell(methods[0], module, taken, may_override=may_override)


def _functions_of(node: ast.AST) -> list[FunctionNode]:
    return [each for each in ast.iter_child_nodes(node) if isinstance(each, FunctionNode)]


def class_in(tree: ast.Module, qualname: str) -> ast.ClassDef | None:
    """The class that the implementation of a class is for; None where there is none."""
    found: ast.ClassDef | None = None
    for name in qualname.rpartition("<locals>.")[2].split("."):
        body = tree.body if found is None else found.body
        named = [each for each in body if isinstance(each, ast.ClassDef) and each.name.lstrip("_") == name.lstrip("_")]
        if not named:
            return None
        found = named[-1]
    return found


def _shell(definition: Definition, module: Module, taken: frozenset[str], *, may_override: bool) -> Shell:
    node = _innermost(definition)
    if "<locals>" in definition.declaration.qualname or not module.is_importable:
        # No import leads to the user's classes: these have their names, and for type checkers every attribute.
        heads = _heads(*(f"{each}(Any)" for each in definition.owners[:-1]), f"{node.name}{_parameters(node)}(Any)")
        return Shell(heads, imports=(_ANY,), bound=_parameter_names(node))
    first = definition.owners[0]
    name = _free(first, taken)
    base, needs = _base(definition, node, may_override=may_override)
    inner = name if len(definition.owners) == 1 else node.name
    outer = [name, *definition.owners[1:]][:-1]
    heads = _heads(*outer, f"{inner}{_parameters(node)}({base})")
    return Shell(
        (*heads[:-1], f"{heads[-1]}{_excuse(node)}" if base != "Any" else heads[-1]),
        ("if not TYPE_CHECKING:", f"{INDENT}{first} = {name}"),
        (_ANY,) if "Any" in base.split() else (),
        (f"from {module.name} import {first}",),
        needs,
        _parameter_names(node) | {name},
    )


def path_in(tree: ast.Module) -> list[ast.ClassDef | FunctionNode]:
    """The function that an implementation is for, after the classes around it; empty where there is none."""
    below_class = len(tree.body) > 1 and isinstance(tree.body[-1], ast.If)
    last = tree.body[-2 if below_class else -1] if tree.body else None
    path: list[ast.ClassDef | FunctionNode] = []
    while isinstance(last, ast.ClassDef):
        path.append(last)
        last = last.body[-1]
    return [*path, last] if isinstance(last, FunctionNode) else []


def _heads(*classes: str) -> tuple[str, ...]:
    return tuple(f"{INDENT * depth}class {each}:" for depth, each in enumerate(classes))


def _innermost(definition: Definition) -> ast.ClassDef:
    around = [
        each
        for each in ast.walk(definition.tree)
        if isinstance(each, ast.ClassDef) and any(inner is definition.node for inner in ast.walk(each))
    ]
    return around[-1]  # the walk comes to what is outside first


def _free(name: str, taken: frozenset[str]) -> str:
    """The name with an underscore in front, or as many as it takes."""
    name = f"_{name}"
    return _free(name, taken) if name in taken else name


def _base(definition: Definition, node: ast.ClassDef, *, may_override: bool) -> tuple[str, Names]:
    """What the innermost class derives from, and which names that needs besides the outermost class's."""
    bounds = Names(in_annotations=frozenset(_names_in(*getattr(node, "type_params", ()))) - _parameter_names(node))
    if not may_override:
        return "Any", bounds
    arguments, needs = _arguments(node)
    # Python 3.12 puts `Generic` behind the bases of a class with parameters, and `object` must be the last of all.
    at_run_time = "Any" if _parameters(node) else "object"
    users = ".".join(definition.owners)
    return f"{users}{arguments} if TYPE_CHECKING else {at_run_time}", Names(frozenset(needs)) | bounds


def _parameters(node: ast.ClassDef) -> str:
    """The parameters for types of a class, in their brackets."""
    texts = [ast.unparse(each) for each in getattr(node, "type_params", ())]
    return f"[{', '.join(texts)}]" if texts else ""


def _parameter_names(node: ast.ClassDef) -> frozenset[str]:
    return frozenset(each.name for each in getattr(node, "type_params", ()))


def _arguments(node: ast.ClassDef) -> tuple[str, set[str]]:
    """What a generic class is given where its method's class derives from it, and the names in that."""
    texts = [ast.unparse(each).partition(":")[0] for each in getattr(node, "type_params", ())]
    if texts:
        return f"[{', '.join(each.partition(' =')[0].removeprefix('**') for each in texts)}]", set()
    for base in node.bases:
        if isinstance(base, ast.Subscript) and _last_name(base.value) in _PARAMETRISED:
            return f"[{ast.unparse(base.slice).strip('()')}]", _names_in(base.slice)
    return "", set()


def _names_in(*nodes: ast.AST) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def _excuse(node: ast.ClassDef) -> str:
    """A comment for ty, where the user's class may be one that none should derive from.

    Deriving is the only way to give `self` its type, and harmless: nothing is ever made of the method's class.
    """
    rules = []
    if any(_last_name(each) == "final" for each in node.decorator_list):
        rules.append(_FINAL)
    if any(_is_ordered_dataclass(each) for each in node.decorator_list):
        rules.append(_ORDERED)
    if not rules and _may_be_excused(node):
        # It may be an enumeration, by a base that stands elsewhere: ty is not to mind if it is none.
        rules = [_FINAL, _ORDERED, "unused-ignore-comment"]
    return f"  # ty: ignore[{', '.join(rules)}]" if rules else ""


def _is_ordered_dataclass(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and _last_name(decorator.func) == "dataclass"
        and any(
            each.arg == "order" and isinstance(each.value, ast.Constant) and each.value.value is True
            for each in decorator.keywords
        )
    )


def _may_be_excused(node: ast.ClassDef) -> bool:
    """Whether a class may be an enumeration with members, or is ordered by a decorator that is not told from here."""
    assigns = any(isinstance(each, ast.Assign) for each in node.body)
    ordered = any(
        isinstance(each, ast.Call) and any(keyword.arg in {None, "order"} for keyword in each.keywords)
        for each in node.decorator_list
    )
    return ordered or (assigns and bool(node.bases or node.keywords))


def _may_override(definition: Definition, together: Collection[str] = ()) -> bool:
    """Whether the user's class has the method by the type that its `def` has here."""
    names = syntax.JitiNames(definition.tree)
    if not all(_last_name(each) in _TYPE_STAYS or names.is_jiti(each) for each in _others(definition.function)):
        return False
    found = next((each for each in syntax.stubs_in(definition.tree) if each.node is definition.node), None)
    return (found is None or not found.overloads) and not _is_read_only_half(definition, together)


def _is_read_only_half(definition: Definition, together: Collection[str]) -> bool:
    """Whether it is the getter of a property that has other accessors: alone it would seem to take these away."""
    qualname = definition.declaration.qualname
    names = {f"{qualname}.{accessor}" for accessor in ACCESSORS}.difference(together)
    return any(name in names for _, name, _ in syntax.definitions(definition.tree))


def _others(node: syntax.FunctionNode) -> list[ast.expr]:
    return [each for each in node.decorator_list if syntax.accessor_of(each, node.name) is None]


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
