"""What a tool is: how the model sees it, how its input is checked, what it answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jiti.agent.files import ProjectFiles
    from jiti.diagnostics import Diagnostic
    from jiti.models import ToolCall, ToolSpec
    from jiti.submission import Candidate, Workbench


class ToolError(Exception):
    """A tool could not do what it was asked. The text tells the model why, and what to do instead.

    Attributes:
        diagnostics: what a submission was turned down for.
        judged: how; see `jiti.submission.Candidate`.
    """

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = (), judged: str = "") -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)
        self.judged = judged


@dataclass(frozen=True, slots=True)
class Passed:
    """A candidate that every check let through, and how its author rates it (0 to 10)."""

    candidate: Candidate
    quality: float


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The model says that the spec cannot be met: why, and what contradicts what."""

    reason: str
    conflict: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool says to the model.

    Attributes:
        text: it.
        ending: is there where it may end the session.
        judged: how a submission was; see `jiti.submission.Candidate`. That is for the transcript alone.
    """

    text: str
    ending: Passed | GaveUp | None = None
    judged: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What tools work on."""

    files: ProjectFiles
    workbench: Workbench


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool.

    Attributes:
        spec: how the model sees it.
        run: does it, on input that fits the spec; raises `ToolError`.
        summary: what a call is about, on one line, for people who watch.
    """

    spec: ToolSpec
    run: Callable[[Surroundings, Mapping[str, Any]], Answer]
    summary: Callable[[Mapping[str, Any]], str]

    def call(self, call: ToolCall, surroundings: Surroundings) -> Answer:
        """Check the input of a call and do it.

        Raises:
            ToolError: the input does not fit, or the tool cannot do it.
        """
        return self.run(surroundings, checked_input(self.spec, call))


def input_schema(properties: Mapping[str, Mapping[str, Any]], optional: Sequence[str] = ()) -> dict[str, Any]:
    """The JSON schema of a tool's input; every request holds it, so that it says nothing twice.

    Args:
        properties: the schemas of its arguments, in the order in which a model is to write them.
        optional: the names of those that may be left out.
    """
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def checked_input(spec: ToolSpec, call: ToolCall) -> dict[str, Any]:
    """The arguments of a call, those that are null left out.

    Raises:
        ToolError: they do not fit the tool's schema; the text says what does.
    """
    if call.error is not None:
        raise ToolError(f"The input could not be read: {call.error}. {_usage(spec)}")
    properties = spec.schema["properties"]
    given = {name: value for name, value in call.input.items() if value is not None}
    problems = [f"`{name}` is unknown" for name in given if name not in properties]
    problems += [f"`{name}` is missing" for name in spec.schema["required"] if name not in given]
    for name, value in given.items():
        problem = _problem(value, properties[name]) if name in properties else None
        if problem:
            problems.append(f"`{name}` must be {problem}, not {_shown(value)}")
    if problems:
        raise ToolError(f"{'; '.join(problems)}. {_usage(spec)}")
    return given


_KINDS: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float)}
_ARTICLES = {"string": "a string", "integer": "an integer", "number": "a number"}


def _problem(value: object, schema: Mapping[str, Any]) -> str | None:
    """What a value should have been, if it is not that."""
    kind = schema["type"]
    if isinstance(value, bool) or not isinstance(value, _KINDS[kind]):
        return _ARTICLES[kind]
    if isinstance(value, int | float) and not (
        schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf)
    ):
        highest = f" to {schema['maximum']}" if "maximum" in schema else " or more"
        return f"{schema['minimum']}{highest}"
    return None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - enough to be recognised by


def _usage(spec: ToolSpec) -> str:
    arguments = ", ".join(
        f"{name} ({schema['type']}{'' if name in spec.schema['required'] else ', optional'})"
        for name, schema in spec.schema["properties"].items()
    )
    return f"{spec.name} takes: {arguments}."
