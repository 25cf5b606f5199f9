"""A session, done again where it can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jiti.errors import StubError
from jiti.replaying.again import replay
from jiti.replaying.recorded import read
from jiti.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("app/gone.py::slug", "there is no app/gone.py any more, where app/gone.py::slug was\n  check out the commit"),
        ("../other/text.py::slug", r"../other/text.py lies outside the project"),
    ],
)
def test_a_session_of_what_is_not_there_is_not_done_again(tmp_path: Path, key: str, says: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "text.py").write_text('from jiti import jiti\n\n\n@jiti\ndef slug() -> str:\n    """S."""\n')
    root = tmp_path / "project"
    root.mkdir()
    session = root / "session.jsonl"
    session.write_text(json.dumps({"event": "session", "jiti": 1, "key": key, "model": "claude"}))
    with pytest.raises(StubError) as caught:
        replay(read(session), str(root), Settings(), lambda _: None)
    assert str(caught.value).startswith(says)
