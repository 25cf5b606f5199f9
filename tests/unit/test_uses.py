"""`uses=`, and what an engine does with an implementation when something that it refers to has changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from jiti import jiti, mirror
from jiti.engine import Engine
from jiti.errors import StubError
from jiti.interfaces import Interfaces
from jiti.settings import Settings
from jiti.status import survey
from jiti.stub import declaration_for
from jiti.testing import ScriptedModel, submit
from tests.unit.stubs import PYPROJECT, write

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.models import Reply

KEY = "app/text.py::slugify"
WORDS = '''
def clean(text: str) -> str:
    """Leave out blanks at the ends."""
    return text.strip()
'''
TEXT = '''
import json
from jiti import jiti
from app.words import clean


@jiti(uses=[clean, json.dumps])
def slugify(text: str) -> str:
    """Lower-case it, quoted, without blanks at the ends.

    >>> slugify(" A ")
    '"a"'
    """
'''
WITHOUT = submit("return json.dumps(text.strip().lower())", "import json")
RIGHT = submit("return json.dumps(clean(text).lower())", "import json")
WITH_ENDS = submit('return json.dumps(clean(text, " ").lower())', "import json")


@dataclass
class Project:
    root: Path
    model: ScriptedModel

    def ensure(self) -> str:
        """What is done for the stub."""
        engine = Engine(model=self.model, observe=lambda _: None)
        return engine.ensure(declaration_for(str(self.root), KEY), "app.text").kind

    def write(self, old: str, new: str) -> None:
        assert WORDS.count(old) == 1
        write(self.root, {"app/words.py": WORDS.replace(old, new)})

    @property
    def state(self) -> str:
        (only,) = survey(str(self.root), Settings()).stubs
        return only.state.name

    @property
    def uses(self) -> str:
        """The header's line, with the digests left out."""
        found = mirror.read(declaration_for(str(self.root), KEY))
        assert found is not None
        return re.sub("=[0-9a-f]{32}", "", found.header["uses"])

    def told(self, request: int) -> str:
        """What the model was told last, in one of its requests."""
        return "".join(
            getattr(each, "text", getattr(each, "content", ""))
            for each in self.model.requests[request].messages[-1].blocks
        )


def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *script: Reply) -> Project:
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, {"pyproject.toml": PYPROJECT, "app/__init__.py": "", "app/words.py": WORDS, "app/text.py": TEXT})
    return Project(tmp_path, ScriptedModel(*script))


def test_what_a_stub_names_is_shown_asked_for_and_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = project(tmp_path, monkeypatch, WITHOUT, RIGHT, WITH_ENDS)
    assert at.ensure() == "generated"
    task, answer = at.told(0), at.told(1)
    assert "`clean` (app/words.py::clean):" in task
    assert 'def clean(text: str) -> str:\n    """Leave out blanks at the ends."""\n    ...' in task
    assert "return text.strip()" not in task
    assert "`json.dumps`: a library's." in task
    assert "the stub wants `clean` (app/words.py::clean) to be used" in answer
    assert "json.dumps` to be used" not in answer
    assert (at.state, at.uses) == ("fresh", "app/words.py::clean")

    at.write("return text.strip()", "# as str does\n    return text.strip(None)")
    assert (at.state, at.ensure(), len(at.model.requests)) == ("fresh", "kept", 2)

    at.write('"""Leave out', '"""Leaves out')
    assert (at.state, at.ensure(), at.state, len(at.model.requests)) == ("outdated", "verified", "fresh", 2)

    at.write("text: str)", "text: str, ends: str)")
    assert (at.state, at.ensure()) == ("outdated", "generated")
    assert "out of date: the interface of app/words.py::clean changed, and it does not pass" in at.told(2)
    assert (at.state, at.uses, len(at.model.requests)) == ("fresh", "app/words.py::clean", 3)


def test_what_cannot_be_found_is_told_before_anything_is_paid_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = project(tmp_path, monkeypatch, RIGHT)
    at.write("def clean", "def cleanse")
    with pytest.raises(StubError, match=r"app/text.py:7: uses= names no function or class that can be found: clean"):
        at.ensure()
    assert at.model.requests == []
    found = survey(str(tmp_path), Settings())
    assert found.stubs == ()
    assert "uses= names no function or class" in str(found.problems[0])


@pytest.mark.parametrize(
    ("uses", "body", "missing"),
    [
        ("[clean]", "return clean(text)", []),
        ("[clean]", "import app.words as w\n    return w.clean(text)", []),
        ("[clean]", "return text", ["clean"]),
        ("[clean]", "clean = str.strip\n    return clean(text)", ["clean"]),
        ("[Box.open]", "return box.open()", []),
        ("[Box.open]", "return box.shut()", ["Box.open"]),
        ("[Box]", "def inner(a: 'Box') -> str: ...\n    return inner(text)", []),
        ("[json.dumps]", "import json\n    return json.dumps(text)", []),
        ("[json.dumps]", "import json\n    return json.loads(text)", ["json.dumps"]),
    ],
)
def test_a_candidate_refers_to_what_its_stub_names(tmp_path: Path, uses: str, body: str, missing: list[str]) -> None:
    from jiti.definition import define

    words = WORDS + "\n\nclass Box:\n    def open(self): ...\n"
    text = TEXT.replace("[clean, json.dumps]", uses).replace("import clean", "import clean, Box")
    write(tmp_path, {"pyproject.toml": "", "app/__init__.py": "", "app/words.py": words, "app/text.py": text})
    definition = define(declaration_for(str(tmp_path), KEY))
    code = f"from app.words import clean, Box\n\n\ndef slugify(text: str) -> str:\n    {body}\n"
    found = Interfaces(str(tmp_path), Settings()).missing(definition, code)
    assert [each.text for each in found] == missing
    deep = code + f"\n\n_deep = {'-' * 1500}1\n"
    assert Interfaces(str(tmp_path), Settings()).missing(definition, deep) == []


@pytest.mark.parametrize("given", ["json.dumps", ["json.dumps"], {1: 2}, 3])
def test_a_list_of_symbols_is_asked_for_when_the_decorator_runs(given: object) -> None:
    with pytest.raises(StubError, match=r"uses= takes"):
        jiti(uses=given)  # ty: ignore[invalid-argument-type] - what nobody should write
