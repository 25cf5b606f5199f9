"""A planted key: wherever a project holds it, it leaves neither the process nor the machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from jiti.errors import GenerationError
from jiti.testing import Project, ScriptedModel, call, submit

if TYPE_CHECKING:
    from jiti.testing import Call

PLANTED = "sk-ant-api03-Pl4ntedK3y-abcdefghijklmnop"
OF_THE_ENVIRONMENT = "pl4nted-of-the-shop"
"""Of no known form: only the variable's name says what it is."""
KEY = "app/text.py::greet"
SOURCE = f'''"""Text. The service is paid with {PLANTED}."""

from jiti import jiti

API_KEY = "{PLANTED}"
OTHER = "{OF_THE_ENVIRONMENT}"


@jiti
def greet(name: str, login: dict[str, str] | None = None) -> str:
    """Greet somebody; with {PLANTED} nobody is greeted.

    >>> greet("Ann")
    'Hello, Ann!'
    """
    # never print {PLANTED}
    raise NotImplementedError
'''
TEST = f'''import jiti
from app.text import API_KEY, OTHER, greet


@jiti.required_for(greet)
def test_it() -> None:
    """Gates may print {PLANTED}."""
    print("on stdout", API_KEY, OTHER)
    try:
        assert greet("Bob") == "Hello, Bob!"
    except AssertionError as error:
        raise RuntimeError(f"cannot log in with {{API_KEY}} or {{OTHER}}") from error
'''
FILES = {
    "app/__init__.py": "",
    "app/text.py": SOURCE,
    "tests/test_text.py": TEST,
    "README.md": f"# Shop\n\nexport SHOP_API_KEY={OF_THE_ENVIRONMENT}\ncurl -H 'x-api-key: {PLANTED}'\n",
    "config.toml": f'api_key = "{PLANTED}"\n[db]\nurl = "postgres://me:{OF_THE_ENVIRONMENT}@host/db"\n',
    ".env": f"SHOP_API_KEY={OF_THE_ENVIRONMENT}\n",
}
ENVIRONMENT = {"SHOP_API_KEY": OF_THE_ENVIRONMENT, "HIDDEN": PLANTED, "JITI_LOG": "debug"}
LOOKING = (
    call("read_file", path="app/text.py"),
    call("read_file", path="README.md"),
    call("read_file", path=".env"),
    call("search", pattern=r"(?i)key|planted|pl4nted"),
    call("outline", path="app/text.py"),
    call("docs", name="app.text"),
    call("inspect", expr="(login, API_KEY, OTHER)"),
    call("run_python", code="import os; print(dict(os.environ)); print(login, API_KEY, OTHER)"),
    call("run_python", code="raise ValueError(f'{API_KEY} {OTHER} {login}')"),
)
ECHOING = submit(
    "raise ValueError(f'{text.API_KEY} {text.OTHER}')",
    "from app import text\n",
    "def test_login() -> None:\n    print(greet('Ann'))\n",
)
GOOD = submit('return f"Hello, {name}!"')


def assert_nowhere(project: Project, called: Call) -> None:
    """Neither key is in any request, transcript, log, header, lock or cache."""
    assert called.requests
    local = [path for path in (project.root / ".jiti" / ".local").rglob("*") if path.is_file()]
    texts = {
        **{f"request {n}": json.dumps(each.body) for n, each in enumerate(project.received)},
        # What was generated is kept whole, and its docstring is the stub's own.
        **{path.name: path.read_text("utf-8") for path in local if "generated" not in path.parts},
        **{name: text.partition("\n\n")[0] for name, text in project.mirror().items()},
        "stderr": called.stderr,
        "error": str(called.error),
    }
    assert any(name.endswith(".jsonl") for name in texts)
    for name, text in texts.items():
        for planted in (PLANTED, OF_THE_ENVIRONMENT):
            assert planted not in text, f"{name}: {text[max(0, text.index(planted) - 200) : text.index(planted)]}"


def test_a_planted_key_appears_in_no_request_transcript_log_or_header() -> None:
    model = ScriptedModel(*LOOKING, ECHOING, GOOD)
    project = Project(FILES, model, server=True)
    called = project.call("app.text:greet", "Eve", {"password": OF_THE_ENVIRONMENT, "key": PLANTED}, env=ENVIRONMENT)
    assert called.value == "Hello, Eve!", called.stderr
    assert len(project.received) == len(LOOKING) + 2
    said = json.dumps([each.body for each in project.received])
    assert "[masked]" in said
    assert "ValueError" in said
    assert "HIDDEN" not in said.partition("dict(os.environ)")[2]
    assert_nowhere(project, called)


@pytest.mark.parametrize("last", [ECHOING, call("give_up", reason=f"it needs {PLANTED}")], ids=["turns", "gives up"])
def test_nor_does_it_in_the_error_of_a_session_that_fails(last: object) -> None:
    project = Project(
        {**FILES, "pyproject.toml": "[tool.jiti]\nmax_turns = 1\n"},
        ScriptedModel(last),  # ty: ignore[invalid-argument-type] - a reply
    )
    called = project.call("app.text:greet", "Eve", {"password": PLANTED}, env=ENVIRONMENT)
    assert isinstance(called.error, GenerationError)
    assert_nowhere(project, called)
