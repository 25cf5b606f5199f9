"""Code that waits for a person to approve it: on a terminal it is shown, and they are asked; elsewhere a call fails."""

from __future__ import annotations

import os
import sys
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import figures, filing, gates, host, locks, mirror
from jiti.definition import define
from jiti.effects import standing
from jiti.errors import ApprovalNeededError
from jiti.header import NONE
from jiti.lockfile import LockFile

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from jiti.mirror import Implementation
    from jiti.stub import Declaration

YES = ("y", "yes")
_EFFECTS_UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a person is told of code beside the code itself.

    Attributes:
        effects: what it does besides computing: as its header says; of code that was edited since, by reading it.
        beyond: what of that its stub does not allow, each with its line.
        gates: the node ids of the tests that it has passed.
        made: how it was made.
        edited: whether it is no longer what jiti wrote.
    """

    effects: str
    beyond: tuple[str, ...]
    gates: tuple[str, ...]
    made: str
    edited: bool

    @classmethod
    def of(cls, declaration: Declaration, found: Implementation) -> Facts:
        """Those of a stub's implementation."""
        header = found.header
        edited = found.body != header["body"]
        effects = standing.line_for(define(declaration), found) if edited else header.get("effects", NONE)
        return cls(
            effects=_EFFECTS_UNKNOWN if effects == NONE else effects,
            beyond=tuple(standing.shown(standing.beyond(declaration, found, untouched=not edited))),
            gates=tuple(gates.parse(header.get("gates", ""))),
            made=header.get("made", NONE),
            edited=edited,
        )

    def rows(self) -> Sequence[tuple[str, str]]:
        """They by their names, in words; what goes on with the row above has no name."""
        rows = [("effects", self.effects)]
        if self.beyond:
            rows += [("beyond", "what its stub allows:"), *(("", each) for each in self.beyond)]
        passed = self.gates or ("none has decided on it",)
        rows += [("gates" if number == 0 else "", each) for number, each in enumerate(passed)]
        if self.gates and self.edited:
            rows.append(("", "all passed before it was edited"))
        return [*rows, ("made", f"{self.made}, and edited by hand since" if self.edited else self.made)]


def approved(declaration: Declaration, found: Implementation, *, frozen: bool) -> Implementation:
    """An implementation that a person has approved: this one, or what lies there once they have.

    Must not be called while any key is held: a person may take their time. One question is asked at a time in a
    project: whoever comes second waits for the first answer, which may do for them as well.

    Args:
        declaration: the stub.
        found: what is there.
        frozen: whether nothing may be written: then nobody is asked.

    Raises:
        ApprovalNeededError: nobody can be asked, or they said no.
        ConfigError: the mirror cannot be written.
    """
    if found.is_approved:
        return found
    if frozen or not _may_ask():
        raise needed(declaration, found)
    with _one_at_a_time(declaration.root):
        while True:
            found = mirror.read(declaration) or found
            if found.is_approved:
                return found
            name = declaration.root, declaration.key, found.code
            if name in _turned_down or not _says_yes(declaration, found):
                _turned_down.add(name)
                raise needed(declaration, found)
            stamped = stamp(declaration, found)
            if stamped is not None:
                return stamped
            sys.stderr.write(f"jiti: {declaration.key} was changed meanwhile, and nothing was approved: look again\n")


def stamp(declaration: Declaration, shown: Implementation) -> Implementation | None:
    """Note that a person has approved what they were shown; None where something else lies there by now.

    Raises:
        ConfigError: the mirror cannot be written.
        BrokenImplementationError: what lies there cannot be read.
    """
    with locks.guard(declaration.root):
        found = mirror.read(declaration)
        if found is None or found.code != shown.code:
            return None
        return filing.approve(declaration, found)


def needed(declaration: Declaration, found: Implementation) -> ApprovalNeededError:
    """The error for code that nobody has approved."""
    path = mirror.relative_path(declaration.root, found.path)
    key = declaration.key
    if declaration.home.is_installed:
        hint = "approve it in its own project, and ship its .jiti/ as it is then"
    else:
        hint = f"read it, and let it run: jiti approve {key}"
    return ApprovalNeededError(
        f"{declaration.place}: {declaration.qualname} has code that nobody has approved: {path}", key=key, hint=hint
    )


_turned_down: set[tuple[str, str, str]] = set()
"""What a person has said no to in this process: they are asked once."""


def _may_ask() -> bool:
    """Whether there is a person who sees stderr, and whose answer this process may read.

    A process in the background may not: the system would stop it. Nor may a test run, whose terminal is for tests.
    """
    if host.current is not None:
        return False
    try:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        terminal = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # no stream, one that is closed, or one without a terminal below it
        return False
    try:
        return not hasattr(os, "tcgetpgrp") or os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # it is not the terminal that this process was started from: nobody stops it there
        return True


@contextmanager
def _one_at_a_time(root: str) -> Generator[None]:
    """Let nobody else ask about a project meanwhile.

    Raises:
        ConfigError: the mirror cannot be written.
    """
    folder = mirror.local_folder(root, "locks")
    try:
        os.makedirs(folder, exist_ok=True)
        file = LockFile(os.path.join(folder, "asking.lock"))
    except OSError as error:
        raise locks.unwritable(root, error) from error
    with closing(file):
        terminal = _name_of_terminal()
        if not file.lock(blocking=False):
            if (other := file.read().decode("utf-8", "replace")) != terminal and terminal:
                where = f" at {figures.legible(other)}" if other else ""
                sys.stderr.write(f"jiti: waiting for the answer to another question about this project{where}\n")
                sys.stderr.flush()
            file.lock(blocking=True)
        file.write(terminal.encode())
        yield


def _name_of_terminal() -> str:
    """Where this process asks; empty where the system does not say."""
    try:
        return os.ttyname(sys.stdin.fileno())
    except (AttributeError, OSError, ValueError):
        return ""


def _says_yes(declaration: Declaration, found: Implementation) -> bool:
    """Show code to the person at the terminal, and have them decide; whatever is no yes is a no."""
    lines = [
        f"jiti: {declaration.key} waits to be approved: {mirror.relative_path(declaration.root, found.path)}",
        "",
        *(f"    {line}".rstrip() for line in figures.legible(found.code).rstrip("\n").split("\n")),
        "",
        *(f"    {name:<8}{figures.legible(value)}".rstrip() for name, value in Facts.of(declaration, found).rows()),
        "",
        "jiti: run it? [y/N] ",
    ]
    _forget_what_was_typed()
    sys.stderr.write("\n".join(lines))
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in YES


def _forget_what_was_typed() -> None:
    """Let nobody approve what they have not seen: what was typed before the question is no answer to it."""
    try:
        import termios
    except ImportError:  # Windows has none
        return
    with suppress(OSError, termios.error):  # the terminal may have gone
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
