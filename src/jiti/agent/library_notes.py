"""What the task says of the libraries that a stub's module imports: names and versions, and what fits the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti import libraries
from jiti.agent.blocks import fenced

if TYPE_CHECKING:
    from jiti.definition import Definition

CHARACTERS = 3_000
"""Of summaries and READMEs in a task, all libraries together: some 750 tokens."""
LEAST_CHARACTERS = 600
"""Of one README; less is no example."""


def shown(definition: Definition, module: str) -> str:
    """The third-party libraries that a stub's module imports; empty if there are none.

    For a test that is to be written these are names and versions alone, without pytest's: what it says comes from what
    it tests.

    Args:
        definition: the stub.
        module: the name by which an import statement gets its module.
    """
    is_test = definition.is_test
    left_out = {"pytest"} if is_test else set()
    found = [each for each in libraries.imported_by(definition, module) if each.about.name not in left_out]
    if not found:
        return ""
    titles = "\n".join(f"- {each.about.title}" for each in found)
    if len(titles) > CHARACTERS:
        titles = "\n".join(f"- {each.about.name} {each.about.version}" for each in found)
    blocks = [titles, "`docs` tells more of each, and of the objects in it."]
    room = 0 if is_test else CHARACTERS - len(titles)
    for number, each in enumerate(found):
        if room < LEAST_CHARACTERS:
            break
        part = each.matching(definition, max(room // (len(found) - number), LEAST_CHARACTERS))
        if part:
            blocks.append(f"From the README of {each.about.name}:\n\n{fenced(part, 'markdown')}")
            room -= len(part)
    return "\n\n".join(blocks)
