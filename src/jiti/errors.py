"""Every error that jiti raises on purpose.

A message says what happened, where, and the command that mends it. What a program may want to
know of an error is data on it, not words in its text. All of them survive pickling.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiti.diagnostics import Diagnostic
    from jiti.usage import Budget, Usage


class JitiError(Exception):
    """The root of jiti's errors.

    Args:
        message: what happened, and where.
        key: the stub that it happened to, as `app/text.py::slugify`.
        hint: what to do about it, most often a command.
    """

    def __init__(self, message: str, *, key: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.hint = hint

    def __str__(self) -> str:
        """The message, and on a line of its own the hint."""
        message = super().__str__()
        return f"{message}\n  {self.hint}" if self.hint else message


class RealBodyError(JitiError):
    """The stub has a body already, which jiti would have to throw away."""


class StubError(JitiError):
    """A declaration that jiti cannot work from: no source, no docstring, unsupported, ambiguous."""


class ConfigError(JitiError):
    """A setting, a tool's configuration or an installation that does not work."""


class FrozenError(JitiError):
    """A call would need a model, and may not use one."""


class ApprovalNeededError(FrozenError):
    """Generated code waits for a person to read it."""


class ConflictError(JitiError):
    """The stub changed, and so did its implementation, by hand: neither may be lost unasked."""


class BrokenImplementationError(JitiError):
    """A file of the mirror cannot be read, parsed or loaded. It is never overwritten unasked.

    `path` is the file's absolute path.
    """

    path: str = ""


class GenerationError(JitiError):
    """A session ended without an implementation. Nothing was written but its transcript.

    Args:
        message: what happened, and where.
        key: the stub that was to be generated.
        hint: what to do about it.
        diagnostics: what the last candidate was turned down for.
        usage: the tokens that the session spent.
        session: path of the transcript, if one was written.
    """

    def __init__(
        self,
        message: str,
        *,
        key: str | None = None,
        hint: str | None = None,
        diagnostics: Sequence[Diagnostic] = (),
        usage: Usage | None = None,
        session: str | None = None,
    ) -> None:
        super().__init__(message, key=key, hint=hint)
        self.diagnostics = tuple(diagnostics)
        self.usage = usage
        self.session = session

    def __str__(self) -> str:
        """The message, the last diagnostics, where the transcript lies, and the hint."""
        lines = [Exception.__str__(self)]
        lines += [f"  {diagnostic}" for diagnostic in self.diagnostics]
        if self.usage is not None:
            lines.append(f"  spent: {self.usage}")
        if self.session:
            lines.append(f"  transcript: {self.session}")
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


class GenerationCycleError(GenerationError):
    """Stubs that need each other: none can be checked before the others exist.

    `cycle` holds the keys in order; the first is needed again by the last.
    """

    cycle: tuple[str, ...] = ()


class SpecConflictError(GenerationError):
    """The agent gave up: the spec contradicts itself or its tests, or cannot be met.

    `reason` is the agent's own account; `conflict` names what contradicts what, where it said so.
    """

    reason: str = ""
    conflict: str = ""


class BudgetExceededError(GenerationError):
    """The session reached a limit of its budget: `spent` went over `limit`.

    `of_the_process` tells whether that is the limit of all sessions of the process together.
    """

    spent: Usage
    limit: Budget
    of_the_process: bool = False


class ModelError(GenerationError):
    """The provider failed, after retries; `__cause__` is its own error."""


class MergeError(JitiError):
    """A merge that was refused, or undone; no file was changed."""


def called_too_late(qualname: str, key: str | None = None) -> GenerationError:
    """The error for a first call while Python shuts down, when not even files can be read."""
    return GenerationError(
        f"{qualname} was called for the first time while Python shuts down: it can no longer be generated",
        key=key,
        hint="call it once before the program ends, or commit its implementation",
    )
