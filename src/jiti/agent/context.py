"""The task message: all that the agent should know of a stub before its first reply."""

from __future__ import annotations

import ast
import sys
from string import Template
from typing import TYPE_CHECKING

from jiti import syntax
from jiti.agent import gate_source, library_notes, prompts, wanted
from jiti.agent.blocks import bounded, fenced
from jiti.agent.bounds import fitting, numbered
from jiti.agent.interface import interface_of
from jiti.agent.outline import outline
from jiti.agent.support import support_of
from jiti.errors import ConfigError
from jiti.source import SourceFile
from jiti.splice.project import Module

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jiti.definition import Definition
    from jiti.gates import Gate
    from jiti.interfaces import Interfaces
    from jiti.live import LiveCall
    from jiti.mirror import Implementation
    from jiti.settings import Settings

MODULE_LINES = 400
MODULE_CHARACTERS = 16_000
"""A module that is larger is outlined instead of shown."""


def task_for(
    definition: Definition,
    module: str,
    *,
    reason: str,
    live: LiveCall | None,
    old: Implementation | None,
    settings: Settings,
    gates: Sequence[Gate] = (),
    interfaces: Interfaces | None = None,
) -> str:
    """The task message for a function stub.

    Credentials are not masked in it yet: the conversation does that to all that it holds.

    Args:
        definition: the stub.
        module: the name by which an import statement gets its module.
        reason: `missing`, or what changed since the old body was written.
        live: the arguments of the call that waits for it; None where none does.
        old: the implementation that it had.
        settings: say what of the arguments may be told, and which prompts are replaced.
        gates: the tests that decide on it.
        interfaces: those of its project; None where it names nothing in `uses=`.

    Raises:
        StubError: something in `uses=` leads nowhere.
        ConfigError: the project's own `task.md` names a slot that does not exist.
    """
    slots = _stub_slots(definition, module, reason, old) | {
        "kind": _WHOLE_CLASS if definition.is_class else "",
        "effects": _effects(definition),
        "siblings": _siblings(definition),
        "uses": wanted.shown(definition, interfaces) if interfaces else "",
        "gates": gate_source.shown(definition.declaration.root, gates),
        "live": _NO_CALL if live is None else _live(live, settings.values),
    }
    return _filled("task", slots, definition, settings)


def test_task_for(
    definition: Definition,
    module: str,
    *,
    targets: Sequence[tuple[Definition, str]],
    reason: str,
    old: Implementation | None,
    settings: Settings,
) -> str:
    """The task message for a jiti-test: itself, what its targets promise, and nothing of how they are done.

    Args:
        definition: the test.
        module: the name by which an import statement gets its module.
        targets: the stubs that it is for, each with the name of its module.
        reason: `missing`, or what changed since the old body was written.
        old: the body that the test had.
        settings: say which prompts are replaced.

    Raises:
        ConfigError: the project's own `test-task.md` names a slot that does not exist.
    """
    declaration = definition.declaration
    pieces = support_of(declaration.root, declaration.path, declaration.qualname)
    fixtures = [piece for piece in pieces if piece.path != declaration.path]
    slots = _stub_slots(definition, module, reason, old) | {
        "targets": "\n\n".join(_target(*each) for each in targets),
        "fixtures": gate_source.in_files((), fixtures),
    }
    return _filled("test-task", slots, definition, settings)


_WHOLE_CLASS = (
    "It is a whole class, written at once. `body` holds what stands in it, without the `class` line: every method that "
    "has no body yet, `def` line and decorators as the stub has them, docstring left out; a value for every class "
    "attribute that has none; and what they share, private methods and class attributes (`_name`). Methods that have a "
    "body stay as they are, and are not sent. Private attributes are set in `__init__`, if that is yours to write."
)
_NO_CALL = "There is none: it is written ahead of its first call. `inspect` and `run_python` see its module alone."


def _stub_slots(definition: Definition, module: str, reason: str, old: Implementation | None) -> dict[str, str]:
    """What every task tells of: the stub with what stands around it, and what it had for a body."""
    declaration = definition.declaration
    first, last = _span(definition)
    return {
        "qualname": declaration.qualname,
        "module": module,
        "path": declaration.path,
        "python": ".".join(map(str, sys.version_info[:2])),
        "reason": "" if old is None else f"It has an implementation, which is out of date: {reason}.",
        "lines": f"{first}-{last}",
        "stub": fenced("\n".join(numbered(_lines(definition)[first - 1 : last], first)), "python"),
        "values": _values(definition, module),
        "rest": _rest(definition, first, last),
        "libraries": library_notes.shown(definition, module),
        "old": "" if old is None else f"Keep what still holds.\n\n{fenced(bounded(old.code), 'python')}",
    }


def _target(definition: Definition, module: str) -> str:
    declaration = definition.declaration
    title = f"`{declaration.qualname}` of module `{module}` ({declaration.place})"
    return f"{title}:\n\n{fenced(bounded(interface_of(definition)), 'python')}"


# ---------------------------------------------------------------- the stub and its module


def _lines(definition: Definition) -> list[str]:
    return definition.source.removesuffix("\n").split("\n")


def _span(definition: Definition) -> tuple[int, int]:
    """The stub's first and last line; comments below its last statement belong to it."""
    first, last = syntax.span(definition.node)
    file = SourceFile(definition.declaration.source, definition.source.encode("utf-8", "surrogatepass"))
    return first, file.end_of_block(first, last)


def _values(definition: Definition, module: str) -> str:
    """How the body gets the values of its module, where that has any."""
    if not any(isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) for node in definition.tree.body):
        return ""
    place = Module.of(definition.declaration, module)
    values, short = place.import_statement, place.short_name
    arguments = {each.arg for each in ast.walk(definition.node) if isinstance(each, ast.arg)}
    if short in arguments | {definition.node.name}:
        values, short = f"{values} as _{short}", f"_{short}"
    return f"The values of its module: `{values}` in `helpers`, then `{short}.NAME`."


def _effects(definition: Definition) -> str:
    names = [f"`{name}`" for name in sorted(definition.allows)]
    return f"Effects that the stub allows: {', '.join(names)}; no others." if names else ""


def _siblings(definition: Definition) -> str:
    own = definition.declaration.qualname
    stubs = [found for found in syntax.stubs_in(definition.tree) if found.qualname != own and not found.gates]
    names = [f"`{found.qualname}`" for found in stubs]
    return f"Other `@jiti` stubs of this module: {', '.join(names)}." if names else ""


def _rest(definition: Definition, first: int, last: int) -> str:
    """The module around the stub: its lines, or, where there are too many of them, its imports and an outline."""
    lines = _lines(definition)
    before, after = numbered(lines[: first - 1]), numbered(lines[last:], last + 1)
    if not any(line.strip() for line in [*lines[: first - 1], *lines[last:]]):
        return ""
    shown = [*before, "…\t(the stub)", *after]
    if fitting(shown, MODULE_CHARACTERS, MODULE_LINES) == len(shown):
        return fenced("\n".join(shown), "python")
    imports = [
        line
        for node in definition.tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in numbered(lines[node.lineno - 1 : node.end_lineno], node.lineno)
    ]
    text = bounded("\n".join([*imports, *outline(definition.source)]))
    return f"It has {len(lines):,} lines; here are its imports and its outline.\n\n{fenced(text, 'python')}"


# ---------------------------------------------------------------- the call, and what is left


def _live(live: LiveCall, values: str) -> str:
    rows = live.rows(values)
    told = [f"{name}: {kind}{f' = {text}' if text else ''}" for name, kind, text in rows]
    parts = []
    if told:
        parts.append(f"Its arguments:\n\n{fenced(bounded(chr(10).join(told)), '')}")
    elif values == "none":
        parts.append("Its arguments may not be told.")
    else:
        parts.append("It has no arguments.")
    if live.problem:
        parts.append(f"It cannot be tried on a candidate, since its arguments cannot be copied: {live.problem}")
    return "\n\n".join(parts)


def _filled(name: str, slots: Mapping[str, str], definition: Definition, settings: Settings) -> str:
    """The prompt with its slots filled; a paragraph that is one empty slot goes, and the heading above it too."""
    template = prompts.load(name, prompts.folder(definition.declaration.root, settings))
    found = Template(template)
    unknown = sorted(set(found.get_identifiers()) - slots.keys())
    if unknown or not found.is_valid():
        wrong = f"${unknown[0]}" if unknown else "a $ that names no slot (write $$ for the sign itself)"
        known = ", ".join(f"${name}" for name in slots)
        raise ConfigError(f"{name}.md among the project's prompts holds {wrong}", hint=f"the slots are {known}")
    kept: list[str] = []
    for paragraph in template.strip().split("\n\n"):
        slot = paragraph.strip().strip("${}")
        if paragraph.strip().startswith("$") and not slots.get(slot, "something"):
            if kept and kept[-1].lstrip().startswith("#"):
                kept.pop()
            continue
        kept.append(paragraph)
    return Template("\n\n".join(kept)).substitute(slots) + "\n"
