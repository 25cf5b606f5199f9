"""What a campaign of fuzzing lays in a project's folder, and names in commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from jiti.errors import JitiError
from jiti.models.recording import reply_event
from jiti.models.replay import ReplayModel
from jiti.testing import call, reply, say, submit
from tests.campaigns.ground import (
    COMMANDS,
    GATES,
    KEY,
    PYPROJECT,
    REQUEST,
    SCRATCH,
    SOURCE,
    TEXT,
    Target,
    compiles,
    has_same_code,
)
from tests.campaigns.mutations import TEXTS, VALUES, mutated

if TYPE_CHECKING:
    from tests.campaigns.ground import Ground

IMPLEMENTATION = ".jiti/app/text/slug.py"
_JOURNAL = b'[{"path": "app/text.py", "old": "eA==", "new": null, "mode": 420, "folders": []}]'
_SESSIONS = ".jiti/.local/sessions/fuzzed.jsonl"


# ---------------------------------------------------------------- files


def _implementations(ground: Ground) -> st.SearchStrategy[bytes]:
    whole = ground.files[IMPLEMENTATION]
    head = whole[: whole.index(b"\nfrom")]
    in_header = mutated([head]).map(lambda data: data + whole[len(head) :])
    return st.one_of(in_header, mutated([whole]))


def _read_implementation(ground: Ground, data: bytes) -> None:
    with ground.holding(IMPLEMENTATION, data):
        ground.look()
        if has_same_code(data):
            ground.call_frozen()


def _sources(_: Ground) -> st.SearchStrategy[bytes]:
    short = "from jiti import jiti\n\n\n@jiti\ndef slug(text: str) -> str:\n    '''A slug.'''\n"
    return mutated([TEXT.encode(), TEXT.replace("\n", "\r\n").encode(), short.encode()])


def _read_source(ground: Ground, data: bytes) -> None:
    with ground.holding(SOURCE, data):
        ground.look()
        if compiles(data):
            ground.call_frozen()


def _others(ground: Ground) -> st.SearchStrategy[tuple[str, bytes]]:
    texts = {
        "tests/test_app.py": GATES.encode(),
        "pyproject.toml": PYPROJECT.encode(),
        ".jiti/.scratch/app/text/test_slug.py": ground.files[".jiti/.scratch/app/text/test_slug.py"],
        ".jiti/app/text/other.py": ground.files[IMPLEMENTATION],
        ".jiti/.local/merge/journal.json": _JOURNAL,
    }
    choices = [st.tuples(st.just(path), mutated([text])) for path, text in texts.items()]
    return st.one_of(choices)


def _read_other(ground: Ground, given: tuple[str, bytes]) -> None:
    path, data = given
    if path.endswith("journal.json"):
        _recover(ground, path, data)
        return
    with ground.holding(path, data):
        ground.look()


def _recover(ground: Ground, path: str, data: bytes) -> None:
    """A journal is used up where it can be read; no file is what it says that its merge had written."""
    file = ground.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    try:
        ground.command("status")
        ground.require_untouched()
    finally:
        file.unlink(missing_ok=True)


def _commands(_: Ground) -> st.SearchStrategy[tuple[str, str, bool]]:
    return st.tuples(st.sampled_from(COMMANDS), TEXTS, st.booleans())


def _ask_command(ground: Ground, given: tuple[str, str, bool]) -> None:
    name, target, as_json = given
    ground.command(name, *(["--json"] if as_json else []), "--", target)
    ground.require_untouched()


# ---------------------------------------------------------------- recordings


def _recordings(_: Ground) -> st.SearchStrategy[bytes]:
    head = {"event": "session", "jiti": 1, "key": KEY, "spec": "-", "model": "m"}
    answers = [reply(say("So."), call("search", query="x")), submit("return 1", "import re", SCRATCH)]
    events = [head, *(reply_event(each, turn=1, seconds=0.5) for each in answers)]
    text = "".join(json.dumps(each) + "\n" for each in events).encode()
    odd = st.lists(VALUES, max_size=3).map(
        lambda values: b"".join(json.dumps(each).encode() + b"\n" for each in values)
    )
    fields = st.builds(
        _with_fields,
        st.just(events),
        st.integers(0, 2),
        st.dictionaries(
            st.sampled_from(["event", "jiti", "key", "spec", "model", "blocks", "stop_reason", "usage", "turn"]),
            VALUES,
            max_size=3,
        ),
    )
    return st.one_of(mutated([text]), fields, odd.map(lambda lines: text + lines))


def _with_fields(events: list[dict[str, Any]], number: int, fields: dict[str, Any]) -> bytes:
    changed = [{**each, **fields} if at == number else each for at, each in enumerate(events)]
    return "".join(json.dumps(each) + "\n" for each in changed).encode()


def _replay(ground: Ground, data: bytes) -> None:
    with ground.holding(_SESSIONS, data):
        try:
            model = ReplayModel(ground.root / _SESSIONS)
            assert model.name
            for _ in range(4):
                model.reply(REQUEST)
        except JitiError:
            pass


TARGETS = (
    Target("implementations", _implementations, _read_implementation),
    Target("sources", _sources, _read_source),
    Target("other files", _others, _read_other),
    Target("names in commands", _commands, _ask_command),
    Target("recordings", _recordings, _replay),
)
