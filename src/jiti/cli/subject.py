"""The one stub that a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiti import gates
from jiti.approval import ASK
from jiti.cli.output import tell_problems
from jiti.cli.project import Project
from jiti.errors import StubError
from jiti.status import StubStatus, declared, look_at
from jiti.targets import select_one

if TYPE_CHECKING:
    from jiti.gates import Found
    from jiti.mirror import Implementation
    from jiti.stub import Declaration


@dataclass(frozen=True, slots=True)
class Subject:
    """A stub, how it stands, and the gates of its project."""

    declaration: Declaration
    status: StubStatus
    project: Found

    @property
    def title(self) -> tuple[str, str]:
        """Its key and its state, for a heading."""
        return self.declaration.key, self.status.state.name

    @property
    def implementation(self) -> Implementation | None:
        """Its file in the mirror, if there is one that can be read."""
        return self.status.state.implementation


def subject(root: str | None, target: str) -> Subject:
    """The stub that a name means.

    Args:
        root: what `--root` says.
        target: the name, which may be a path from the working directory.

    Raises:
        StubError: it means none or several, or one that jiti cannot work from; what could not be read is told.
        ConfigError: there is no project, or its settings cannot be read.
    """
    project = Project.of(root)
    settings = project.settings()
    declarations, problems = declared(project.root, settings)
    (name,) = project.targets([target])
    try:
        declaration = select_one(declarations, name)
    except StubError:
        tell_problems(problems)
        raise
    found = gates.find(project.root, settings)
    return Subject(declaration, look_at(declaration, found, asks=settings.approve == ASK), found)
