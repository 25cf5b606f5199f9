"""What a campaign of fuzzing has a model say, and a provider send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from jiti.checks import equality, policy
from jiti.checks.purity import Purity
from jiti.errors import JitiError
from jiti.models import Opaque, Reply, Text, ToolCall
from jiti.models.anthropic import AnthropicModel
from jiti.models.recording import reply_event
from jiti.splice.compose import compose
from jiti.splice.scratch import complete_tests
from jiti.splice.shape import ShapeError
from jiti.submission import Submission
from jiti.testing import call, reply, say, submit
from jiti.testing.sse import events_of
from jiti.usage import Usage
from tests.campaigns.ground import CODE, REQUEST, SCRATCH, Target
from tests.campaigns.mutations import TEXTS, VALUES, mutated_text
from tests.unit.agent.stage import WRONG, Stage, right

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from tests.campaigns.ground import Ground

_TOOLS = ("read_file", "list_files", "search", "outline", "docs", "inspect", "run_python", "submit", "give_up")
_ARGUMENTS = (
    "path",
    "glob",
    "query",
    "name",
    "expr",
    "code",
    "body",
    "helpers",
    "tests",
    "quality",
    "reason",
    "start",
    "end",
    "conflict",
    "first",
    "last",
    "regex",
    "pattern",
    "offset",
    "limit",
)


def _calls() -> st.SearchStrategy[ToolCall]:
    inputs = st.dictionaries(st.one_of(st.sampled_from(_ARGUMENTS), TEXTS), VALUES, max_size=4)
    fitting = st.one_of(
        *(
            st.fixed_dictionaries({}, optional=dict.fromkeys(names, TEXTS))
            for names in (("path",), ("glob",), ("query",))
        ),
        st.fixed_dictionaries({"path": TEXTS}, optional={"first": st.integers(), "last": st.integers()}),
        st.fixed_dictionaries({"query": TEXTS}, optional={"glob": TEXTS}),
        st.fixed_dictionaries(
            {"body": TEXTS, "quality": st.integers(0, 10)}, optional={"tests": TEXTS, "helpers": TEXTS}
        ),
    )
    names = st.one_of(st.sampled_from(_TOOLS), TEXTS)
    errors = st.one_of(st.none(), st.none(), TEXTS)
    return st.builds(ToolCall, TEXTS, names, st.one_of(inputs, fitting), errors)


def _replies(_: Ground) -> st.SearchStrategy[list[Reply]]:
    opaque = st.dictionaries(TEXTS, VALUES, max_size=3).map(Opaque)
    blocks = st.lists(st.one_of(_calls(), _calls(), TEXTS.map(Text), opaque), max_size=4).map(tuple)
    stops = st.sampled_from(["tool_use", "end_turn", "max_tokens", "pause_turn", "refusal", "", "\ud800"])
    usages = st.builds(Usage, *[st.integers(0, 10**6)] * 4)
    return st.lists(st.builds(Reply, blocks, stops, usages, TEXTS), min_size=1, max_size=4)


def _hold_session(ground: Ground, replies: list[Reply]) -> None:
    played = Stage(ground.root).play(*replies, *[submit("return 1")] * 4, verdicts=[WRONG, right()])
    if played.error is not None and not isinstance(played.error, JitiError):
        raise played.error
    ground.require_untouched()


def _submissions(_: Ground) -> st.SearchStrategy[Submission]:
    body = '"""A slug."""\nimport re\nfor each in text:\n    _x = GAPS.sub(gap, each)\nreturn _helper(text)\n'
    helpers = "from app.text import GAPS\n\n_TABLE = {1: [2]}\n\n\ndef _helper(text: str) -> str:\n    return text\n"
    return st.builds(Submission, mutated_text([body]), mutated_text([helpers, "", CODE]), mutated_text([SCRATCH]))


def _judge(ground: Ground, submission: Submission) -> None:
    """What is done with a submission before any process is started for it."""
    try:
        code = compose(ground.definition, "app.text", submission)
    except ShapeError:
        return
    if not policy.check(code) and not equality.check(code, "slug"):
        Purity(ground.definition).read(code)
        complete_tests(ground.definition, "app.text", submission.tests)


# ---------------------------------------------------------------- what a provider sends


class _Stream:
    """A client of the provider's whose only reply is events that were made up, and the reply itself."""

    base_url = "http://127.0.0.1:1"
    max_retries = 0
    timeout = 1.0
    response = None

    def __init__(self, events: list[Any]) -> None:
        self._events = events

    def with_options(self, **_: object) -> Self:
        return self

    @property
    def messages(self) -> Self:
        return self

    def create(self, **_: object) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def __iter__(self) -> Iterator[_Event]:
        return map(_Event, self._events)

    def close(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class _Event:
    data: Any

    def to_dict(self, **_: object) -> Any:  # noqa: ANN401 - what was made up
        return self.data


_FIELDS = (
    "type",
    "index",
    "delta",
    "content_block",
    "message",
    "usage",
    "text",
    "partial_json",
    "stop_reason",
    "name",
    "id",
    "input",
    "thinking",
    "signature",
    "model",
    "input_tokens",
    "output_tokens",
)


def _events(_: Ground) -> st.SearchStrategy[list[Any]]:
    whole = events_of(reply(say("So."), call("search", query="x y"), usage=Usage(3, 4)), "m")
    changes = st.lists(
        st.tuples(
            st.integers(0, 30), st.sampled_from(["drop", "double", "set", "inner"]), st.sampled_from(_FIELDS), VALUES
        ),
        min_size=1,
        max_size=4,
    )
    return changes.map(lambda edits: _changed(whole, edits))


def _changed(events: list[Any], edits: list[tuple[int, str, str, Any]]) -> list[Any]:
    events = json.loads(json.dumps(events))
    for place, kind, name, value in edits:
        at = place % max(len(events), 1)
        event = events[at] if events else {}
        match kind:
            case "drop":
                del events[at : at + 1]
            case "double":
                events.insert(at, json.loads(json.dumps(event)))
            case "set":
                event[name] = value
            case "inner":
                inner = next((each for each in event.values() if isinstance(each, dict)), event)
                inner[name] = value
    return events


def _receive(_: Ground, events: list[Any]) -> None:
    try:
        found = AnthropicModel("m", _Stream(events)).reply(REQUEST)
        json.dumps(reply_event(found, turn=1, seconds=0.1), ensure_ascii=False)
    except JitiError:
        pass


TARGETS = (
    Target("replies in sessions", _replies, _hold_session),
    Target("submissions", _submissions, _judge),
    Target("events of a provider", _events, _receive),
)
