"""What has changed since an implementation was generated, field by field; told by reading alone."""

from __future__ import annotations

import ast
import copy
import difflib
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import gates, mirror, requirements, syntax
from jiti.definition import define, hints_of
from jiti.effects import standing
from jiti.errors import JitiError
from jiti.interfaces import Interfaces
from jiti.spec import NONE, Spec, text_hash
from jiti.splice.owners import class_in, path_in
from jiti.syntax import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jiti.definition import Definition
    from jiti.gates import Found
    from jiti.mirror import Implementation
    from jiti.states import State
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not what it was.

    Attributes:
        field: `signature`, `docstring`, `hints`, `gates`, `interface`, `uses`, `body` or `effects`.
        message: what became of it.
        lines: the difference, as far as it can be told: lines of a unified diff, or names with `+`, `-` and `~`.
    """

    field: str
    message: str
    lines: tuple[str, ...] = ()


def changes(declaration: Declaration, state: State, project: Found) -> tuple[Change, ...]:
    """All that changed of a stub; nothing where it has no implementation, or one that cannot be read.

    Args:
        declaration: the stub.
        state: how it stands.
        project: the gates of its project.

    Raises:
        StubError, RealBodyError: it is no stub that jiti can work from.
    """
    found = state.implementation
    if found is None or state.error is not None:
        return ()
    return (
        *_in_spec(declaration, found),
        *_in_gates(declaration, found, project),
        *_in_interfaces(declaration, found, project),
        *_in_body(declaration, state),
        *_in_effects(declaration, state),
    )


def _in_spec(declaration: Declaration, found: Implementation) -> Iterator[Change]:
    if text_hash(declaration.text) == found.header["stub"]:
        return
    definition, filed = define(declaration), Spec.parse(found.header["spec"])
    if definition.is_class:
        yield from _in_class(definition, found, definition.spec.changed_since(filed), filed)
        return
    path = path_in(ast.parse(found.code))
    node = path[-1] if path and not isinstance(path[-1], ast.ClassDef) else None
    changed = definition.spec.changed_since(filed)
    if "signature" in changed:
        yield _signature(definition, node)
    if "docstring" in changed:
        yield _docstring(definition, found, node, filed.docstring)
    if "hints" in changed:
        yield _hints(definition, filed.hints)


def _in_class(definition: Definition, found: Implementation, changed: tuple[str, ...], filed: Spec) -> Iterator[Change]:
    """What changed of a class: the heads of its methods, and what it and they say."""
    node = class_in(ast.parse(found.code), definition.declaration.qualname)
    named = {each.node.name for each in definition.methods}
    old = [each for each in (node.body if node else ()) if isinstance(each, FunctionNode)]
    old = [each for each in old if each.name in named or not each.name.startswith("_") or each.name.endswith("__")]
    if "signature" in changed:
        heads, now = list(map(_head, old)), [_head(each.function) for each in definition.methods]
        lines = [f"-{each}" for each in heads if each not in now] + [f"+{each}" for each in now if each not in heads]
        message = "changed" if lines else "changed: its bases, fields or values, or what stands in it already"
        yield Change("signature", message, tuple(lines))
    if "docstring" in changed:
        before = _said(ast.get_docstring(node) if node else "", {_part(each): ast.get_docstring(each) for each in old})
        after = _said(definition.docstring, {_part(each.function): each.docstring for each in definition.methods})
        place = mirror.relative_path(definition.declaration.root, found.path)
        message = "changed" if before != after else "changed: one of what has its body already, which is not kept"
        yield Change("docstring", message, difference(before, after, place, definition.declaration.place))
    if "hints" in changed:
        yield _hints(definition, filed.hints)


def _part(node: FunctionNode) -> str:
    return ".".join(filter(None, [node.name, syntax.accessor(node)]))


def _said(own: str | None, methods: Mapping[str, str | None]) -> str:
    return "\n\n".join([own or "", *(f"{name}: {text}" for name, text in methods.items() if text)])


def _signature(definition: Definition, node: FunctionNode | None) -> Change:
    old, new = _head(node) if node else "", _head(definition.function)
    if old == new:
        parts = "its @overload, `uses=`, `allow=`, `required_for`, or whether it is a generator"
        return Change("signature", f"changed in what is not kept: {parts}")
    return Change("signature", "changed", tuple(f"{sign}{head}" for sign, head in (("-", old), ("+", new)) if head))


def _head(node: FunctionNode) -> str:
    """The `def` of a function, on one line, without its decorators."""
    bare = copy.copy(node)
    bare.body = [ast.Pass(lineno=node.lineno, col_offset=0)]
    bare.decorator_list = []
    return ast.unparse(bare).rpartition(":\n")[0]


def _docstring(definition: Definition, found: Implementation, node: FunctionNode | None, filed: str) -> Change:
    text = ast.get_docstring(node, clean=False) if node else None
    if text is None:
        return Change("docstring", "changed; the one that the code was made for no longer stands in the file")
    old = inspect.cleandoc(text)
    message = "changed" if text_hash(old) == filed else "changed; the one in the file was edited as well"
    declaration = definition.declaration
    path = mirror.relative_path(declaration.root, found.path)
    return Change("docstring", message, difference(old, definition.docstring, path, declaration.place))


def _hints(definition: Definition, filed: str) -> Change:
    now = tuple(f"+# {each}" for each in hints_of(definition))
    if not now:
        return Change("hints", "taken away; what they said is not kept")
    return Change("hints", "new" if filed == NONE else "changed; now they say, and what they said is not kept", now)


def _in_gates(declaration: Declaration, found: Implementation, project: Found) -> Iterator[Change]:
    old = gates.parse(found.header.get("gates", ""))
    new = {each.node_id: each.digest for each in project.of(declaration.key)}
    if old != new:
        yield Change("gates", "changed since it was checked", _listed(requirements.compared(old, new)))


def _in_interfaces(declaration: Declaration, found: Implementation, project: Found) -> Iterator[Change]:
    """Of a test that was written, what it was written from; of other code, what it refers to."""
    gate = project.by_key.get(declaration.key)
    if gate is None:
        changed = requirements.interface_changes(declaration, found, Interfaces.among(project))
        if changed:
            yield Change("uses", "the interface of what the code refers to changed", _listed(changed))
        return
    try:
        if not requirements.unverified(declaration, found, project):
            return
        new = requirements.interfaces(declaration.root, gate)
    except JitiError as error:
        yield Change("interface", str(error))
        return
    old = gates.parse(found.header.get("uses", ""))
    yield Change("interface", "of what it was written from changed", _listed(requirements.compared(old, new)))


def _listed(changed: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{sign} {name}" for name, sign in changed.items())


def _in_body(declaration: Declaration, state: State) -> Iterator[Change]:
    if state.name in {"edited", "conflict"}:
        yield Change("body", f"edited by hand: jiti diff {declaration.key}")


def _in_effects(declaration: Declaration, state: State) -> Iterator[Change]:
    found = state.implementation
    if found is None or state.name in {"stale", "conflict"}:
        return
    beyond = standing.beyond(declaration, found)
    if beyond:
        yield Change("effects", "beyond what the stub allows", tuple(f"+ {line}" for line in standing.shown(beyond)))


def difference(old: str, new: str, old_name: str, new_name: str) -> tuple[str, ...]:
    """A unified diff of two texts, each line without its end."""
    return tuple(difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm=""))
