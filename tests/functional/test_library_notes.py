"""The agent hears of the libraries that a module imports, without any network: a note in the task, and `docs`."""

from __future__ import annotations

from importlib import metadata

from jiti.testing import Project, ScriptedModel, call, reply, submit

STUB = '''\
import pathspec

from jiti import jiti


@jiti
def kept(paths: list[str], patterns: list[str]) -> list[str]:
    """The paths that none of the patterns match, by the rules of a .gitignore file, in their order."""
'''
BODY = """\
spec = pathspec.GitIgnoreSpec.from_lines(patterns)
return [path for path in paths if not spec.match_file(path)]
"""
NAMES = ("pathspec.PathSpec.match_file", "pathspec.GitIgnoreSpec", "pathspec", "pathspec.PathSpecs")


def test_a_real_librarys_note_is_in_the_request_and_docs_tells_the_rest() -> None:
    model = ScriptedModel(reply(*(call("docs", name=name) for name in NAMES)), submit(BODY))
    project = Project({"app/files.py": STUB}, model)
    called = project.call("app.files:kept", ["a.py", "b.txt"], ["*.txt"])
    assert called.value == ["a.py"]

    [task] = called.requests[0]["messages"][0]["blocks"]
    note = task["text"].partition("# Libraries that it imports\n\n")[2].partition("# The waiting call")[0]
    about = f"- pathspec {metadata.version('pathspec')}: Utility library for gitignore style pattern matching of file"
    assert note.startswith(about)
    assert "From the README of pathspec:\n\n```markdown\n" in note
    assert "GitIgnoreSpec.from_lines(" in note
    assert len(note) < 4_000

    method, cls, package, unknown = (block["content"] for block in called.requests[1]["messages"][0]["blocks"])
    assert method.startswith("pathspec.PathSpec.match_file(self, file:")
    assert "Matches the file" in method
    assert cls.startswith("class pathspec.GitIgnoreSpec(")
    assert "\nmatch_file(self, file: " in cls
    assert package.startswith("module pathspec: ")
    assert "\nFrom its README:\n" in package
    assert unknown.startswith("pathspec.PathSpecs: nothing in pathspec has that name.\nNear: PathSpec")
