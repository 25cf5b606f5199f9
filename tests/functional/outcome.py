"""What comes of one call of a stub, against a server that plays a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from jiti import Engine, GenerationError, JitiError
from jiti.models import ToolResult
from jiti.testing import MessagesServer, ScriptedModel
from tests.functional.one_stub import Asked, one_stub

if TYPE_CHECKING:
    from jiti.models.anthropic import AnthropicModel
    from jiti.testing.scripted import Line


class Outcome:
    """What came of one call of the stub.

    Attributes:
        requests: how many came in.
        waits: the seconds before each retry, rounded up to half a second, since chance takes up to a quarter off.
        value: what the call returned; None where it raised.
        error: what it raised.
        told: what the model heard before its last reply, a text for each block, with the task at the start.
    """

    def __init__(
        self,
        root: Path,
        model: AnthropicModel,
        waits: list[float],
        script: ScriptedModel,
        max_turns: int | None = None,
    ) -> None:
        self.value: int | None = None
        self.error: JitiError | None = None
        with one_stub(root, Engine(model=model, max_turns=max_turns)) as stub:
            try:
                self.value = stub.double(21)
            except JitiError as error:
                self.error = error
            self.state, self.left_behind, self.key = stub.state, stub.left_behind(), stub.key
        self.requests = len(script.requests)
        self.waits = [-(-wait * 2 // 1) / 2 for wait in waits]
        asked = script.requests[-1].messages if script.requests else ()
        heard = [block for message in asked if message.role == "user" for block in message.blocks]
        self.told = [block.content if isinstance(block, ToolResult) else getattr(block, "text", "") for block in heard]
        self.roles = [message.role for message in asked]

    def assert_right(self) -> None:
        """The call came to its answer, and the mirror holds one whole file."""
        assert (self.value, self.error, self.state, self.left_behind) == (42, None, "fresh", [])

    def assert_error(self, kind: type[JitiError], message: str, hint: str) -> JitiError:
        """The call came to that very error, which says so and what to do; there is a transcript and nothing else."""
        error = self.error
        assert type(error) is kind
        assert (self.state, self.left_behind, error.key) == ("missing", [], self.key)
        assert message in error.args[0]
        assert hint in str(error.hint)
        assert isinstance(error, GenerationError)
        last = json.loads(Path(str(error.session)).read_text("utf-8").splitlines()[-1])
        assert (last["event"], last["outcome"]) == ("end", kind.__name__)
        return error


def call_with(root: Path, *script: Line, max_turns: int | None = None) -> Outcome:
    """Call the stub, against a server that plays the script."""
    with MessagesServer(*script) as server:
        asked = Asked(server.url)
        return Outcome(root, asked.model, asked.waits, server.model, max_turns)
