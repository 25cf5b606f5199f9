"""A stub and what it allows, from the first call to the file and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti.errors import SpecConflictError
from jiti.testing import Project, ScriptedModel, give_up, submit

if TYPE_CHECKING:
    from jiti.testing import Call

STUB = '''from pathlib import Path

from jiti import jiti


@jiti{}
def size(path: Path) -> int:
    """The number of bytes in a file, or 0."""
    raise NotImplementedError
'''
READS = submit("return len(path.read_bytes())")
PURE = submit("return len(path.name) * 0")


def project(allow: str, model: ScriptedModel) -> Project:
    return Project({"app/__init__.py": "", "app/files.py": STUB.format(allow)}, model)


def called(one: Project) -> Call:
    return one.call("app.files:size", one.root / "app" / "files.py")


def header(one: Project) -> str:
    return (one.root / ".jiti" / "app" / "files" / "size.py").read_text(encoding="utf-8").partition("\n\n")[0]


def test_what_is_not_allowed_is_done_without() -> None:
    one = project("", ScriptedModel(READS, PURE))
    ran = called(one)
    assert ran.value == 0
    first, second = (request["messages"] for request in ran.requests)
    [result] = second[-1]["blocks"]
    assert "policy effect-files candidate:" in result["content"]
    assert "`pathlib.Path.read_bytes` reaches the file system; the stub allows no effects." in result["content"]
    assert "\n# effects: none\n" in header(one)
    assert "ffects that the stub allows" not in str(first)


def test_what_is_allowed_is_done_and_said_in_the_header() -> None:
    one = project('(allow=["files"])', ScriptedModel(READS, PURE))
    ran = called(one)
    assert ran.value == len((one.root / "app" / "files.py").read_bytes())
    assert "Effects that the stub allows: `files`; no others." in str(ran.requests[0]["messages"])
    assert "\n# effects: files\n" in header(one)
    assert one.run("jiti", "check").exit_code == 0
    one.write({"app/files.py": STUB.format("")})  # another contract: what was written for the old one goes
    again = called(one)
    assert again.value == 0
    assert "\n# effects: none\n" in header(one)
    assert again.requests[0]["system"] == ran.requests[0]["system"]


def test_what_cannot_be_done_without_is_the_authors_to_allow() -> None:
    one = project("", ScriptedModel(READS, give_up("It has to open the file, and the stub allows no effects.")))
    error = called(one).error
    assert isinstance(error, SpecConflictError)
    assert error.reason == "It has to open the file, and the stub allows no effects."
