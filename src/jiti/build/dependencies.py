"""What each stub of a project needs before it can be written and checked, found by reading alone."""

from __future__ import annotations

import ast
import doctest
from contextlib import suppress
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.build import graph
from jiti.build.graph import Strength
from jiti.build.leads import Leads, Piece
from jiti.definition import define
from jiti.errors import JitiError
from jiti.gates.modules import Modules
from jiti.gates.resolution import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jiti.definition import Definition
    from jiti.gates import Found
    from jiti.settings import Settings
    from jiti.stub import Declaration


def needs_of(root: str, settings: Settings, declarations: Sequence[Declaration], project: Found) -> dict[str, set[str]]:
    """The stubs that each stub needs, by their keys; none needs itself, not even by way of others.

    A stub needs what it names in `uses=` and the tests that are to be written for it; what its signature names; and
    what its examples and its gates call, be it by way of the project's own code, or of code that runs when its module
    is imported. Of stubs that need one another, the weaker of these reasons do not count.

    Args:
        root: absolute path of the project root.
        settings: the project's settings.
        declarations: all stubs of the project.
        project: its gates.
    """
    modules = Modules(root, settings)
    leads = Leads(modules, Resolver(modules), [each.key for each in declarations])
    edges: dict[str, dict[str, Strength]] = {}
    for declaration in declarations:
        found: dict[str, Strength] = {}
        with suppress(JitiError):  # what cannot be worked from is told of where it is looked at
            for strength, keys in _needs(define(declaration), project, leads):
                for key in keys - {declaration.key}:
                    found[key] = max(found.get(key, strength), strength)
        edges[declaration.key] = found
    return graph.acyclic(edges)


def _needs(definition: Definition, project: Found, leads: Leads) -> Iterator[tuple[Strength, set[str]]]:
    declaration = definition.declaration
    key, path = declaration.key, declaration.path
    if definition.is_test:
        yield Strength.MENTIONED, leads.of_test(path, declaration.qualname) - {*project.by_key[key].targets}
        return
    gates = project.of(key)
    yield Strength.REQUIRED, leads.of(Piece(path, definition.uses, f"uses {key}"))
    yield Strength.REQUIRED, {gate.key for gate in gates if gate.is_jiti_test}
    yield Strength.IN_SIGNATURE, leads.of(Piece(path, tuple(_signature(definition)), f"signature {key}"))
    yield Strength.MENTIONED, leads.of(Piece(path, tuple(_examples(definition)), f"examples {key}"))
    yield Strength.MENTIONED, leads.of_import(path)
    for gate in gates:
        if not gate.is_jiti_test:
            yield Strength.MENTIONED, leads.of_test(gate.path, gate.qualname)


def _signature(definition: Definition) -> Iterator[ast.AST]:
    """The parameters and results of a function, of a class those of all methods; and the bases of the classes."""
    waiting: list[ast.AST] = [definition.node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.FunctionNode):
            yield ast.arguments(
                *(node.args.posonlyargs, node.args.args, node.args.vararg),
                *(node.args.kwonlyargs, node.args.kw_defaults, node.args.kwarg, node.args.defaults),
            )
            if node.returns is not None:
                yield ast.arg("return", node.returns)  # so that what stands in quotes is read
        elif isinstance(node, ast.ClassDef):
            yield from node.bases
            waiting += node.body
        elif isinstance(node, ast.AnnAssign):
            yield ast.arg("field", node.annotation)


def _examples(definition: Definition) -> Iterator[ast.AST]:
    """The code in docstrings, as far as it parses."""
    inside = [node for node in ast.walk(definition.node) if isinstance(node, syntax.FunctionNode | ast.ClassDef)]
    for node in inside:
        with suppress(ValueError):
            for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
                with suppress(SyntaxError, ValueError):
                    yield ast.parse(example.source)
