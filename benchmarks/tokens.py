"""The input of a session of two turns: what each package sends for the same script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.checks import BODY, GATES, HELPERS, MODULE, TESTS, WHY_NOT
from benchmarks.environments import PEER, PEER_PYTHON
from benchmarks.figures import HERE, Figure, Goal, Row
from jiti.testing import MessagesServer, Project, call, submit

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.environments import Environments

CALL = "import sys; sys.path.insert(0, '.'); import text; print(text.slugify('Hello, World!'))"
CHARACTERS_A_TOKEN = 4
"""An estimate, and the same for both: a tokenizer of the model's is not to be had offline."""


def rows(environments: Environments, _: int, folder: Path) -> list[Row]:
    """The whole session and its first request; each once, as nothing in it is left to chance."""
    files = {"text.py": MODULE, "test_text.py": GATES}
    sessions, why_not = {}, dict(WHY_NOT)
    for column, environment in {HERE: environments.here[PEER_PYTHON], PEER: environments.peer}.items():
        if environment.python is None:
            why_not[column] = environment.why_not
            continue
        root = Project(files, root=folder / column).root
        # The tools' names and arguments are the same.
        script = (call("read_file", path="text.py"), submit(BODY, HELPERS, TESTS))
        with MessagesServer(*script) as server:
            variables = {**server.env, "ANTHROPIC_API_BASE": server.url}
            printed = environment.run("-c", CALL, cwd=root, **variables)
        assert printed.strip().endswith("hello-world"), printed
        sessions[column] = [tokens(received.body) for received in server.requests]
        assert len(sessions[column]) == 2, sessions
    told = {"of the whole session": sum, "of its first request": lambda counts: counts[0]}
    return [
        Row(
            f"input tokens {name}",
            "tokens",
            {column: Figure((count(counts),)) for column, counts in sessions.items()},
            base=HERE,
            goals=(Goal(1.0, HERE, PEER),),
            why_not=why_not,
            in_picture=count is sum,
        )
        for name, count in told.items()
    ]


def tokens(body: dict[str, Any]) -> int:
    """An estimate of a request's input: the characters of its system text, tools and messages, as JSON, by four."""
    sent = [body.get("system", ""), body.get("tools", []), body["messages"]]
    return len(json.dumps(sent, ensure_ascii=False)) // CHARACTERS_A_TOKEN
