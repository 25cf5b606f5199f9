"""What an implementation is put together from: a stub, its module, and the parts of a submission."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jiti.splice import body, names, owners, preamble, signature
from jiti.splice.module_names import ModuleNames
from jiti.splice.project import Module
from jiti.splice.reachable import DEFAULT, LOCAL, REMARKS, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.definition import Definition
    from jiti.splice.body import Body
    from jiti.splice.names import Names
    from jiti.splice.owners import Shell
    from jiti.splice.preamble import Preamble
    from jiti.splice.shape import Part
    from jiti.submission import Submission
    from jiti.syntax import FunctionNode


@dataclass(frozen=True)
class Pieces:
    """The pieces of one implementation.

    Attributes:
        definition: the stub.
        module: the module that the stub stands in.
        outside: the names that this module binds.
        preamble: what the agent wants above the function.
        body: the function's body.
    """

    definition: Definition
    module: Module
    outside: ModuleNames
    preamble: Preamble
    body: Body

    @classmethod
    def of(cls, definition: Definition, module_name: str, submission: Submission) -> Pieces:
        """Read a submission for a stub, whose module's importable name is known."""
        module = Module.of(definition.declaration, module_name)
        return cls(
            definition,
            module,
            ModuleNames(definition.tree, module),
            preamble.read(submission.helpers, module),
            body.read(submission.body, definition, module),
        )

    @cached_property
    def parts(self) -> tuple[tuple[Part, list[ast.stmt]], ...]:
        """The submitted texts by name, parsed."""
        return ("helpers", self.preamble.statements), ("body", self.body.statements)

    @cached_property
    def own_name(self) -> str:
        """The name that the function has in its file, or the outermost of the classes around it."""
        return (*self.definition.owners, self.definition.node.name)[0]

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that the implementation binds at its top level."""
        return frozenset([*self.preamble.bound, self.own_name, *self.shell.bound, DEFAULT, LOCAL])

    @cached_property
    def shell(self) -> Shell:
        """The classes that the function stands in."""
        taken = (self.in_signature | self.in_code).all | self.preamble.bound
        return owners.shell(self.definition, self.module, taken)

    @cached_property
    def local(self) -> frozenset[str]:
        """The names that are local to the function."""
        parameters = [each.arg for each in ast.walk(self.definition.function.args) if isinstance(each, ast.arg)]
        assigned = [
            each.id
            for statement in self.body.statements
            for each in ast.walk(statement)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        ]
        return frozenset([*parameters, *assigned])

    @cached_property
    def node(self) -> FunctionNode:
        """The stub's `def`, with defaults and annotations that its file can have."""
        return reachable(self.definition)

    @cached_property
    def stand_ins(self) -> tuple[str, ...]:
        """The lines that define what the signature has in the place of names that the file cannot have."""
        if self.node is self.definition.function:
            return ()
        return stand_ins_for([self.node], self.in_signature)

    @cached_property
    def in_signature(self) -> Names:
        """The names that the signature takes from the module around it."""
        return signature.names(self.definition, self.node)

    @cached_property
    def in_code(self) -> Names:
        """The names that the submitted code takes from the module around it."""
        return names.of_code(self.preamble.statements, self.definition.function, self.body.statements)

    def nodes(self) -> Iterator[tuple[Part, ast.AST]]:
        """Every node of the submitted code, and which text it stands in."""
        for part, statements in self.parts:
            for statement in statements:
                for node in ast.walk(statement):
                    yield part, node


def stand_ins_for(changed: list[FunctionNode], in_signature: Names) -> tuple[str, ...]:
    """The lines that define what changed signatures have in the place of names that the file cannot have."""
    used = {each.id for node in changed for each in ast.walk(node.args) if isinstance(each, ast.Name)}
    lines = (f"{DEFAULT}: Any = ...  {REMARKS[DEFAULT]}",) if DEFAULT in used else ()
    return (*lines, f"{LOCAL} = Any  {REMARKS[LOCAL]}") if changed and LOCAL in in_signature.all else lines
