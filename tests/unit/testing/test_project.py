"""A small project, in which real processes run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiti.errors import ConflictError
from jiti.testing import Project, ScriptedModel, fault, say, submit

TEXT = {
    "app/__init__.py": "",
    "app/text.py": "def double(text: str) -> str:\n    return text * 2\n",
}


def session_of(replies: int, key: str = "app/text.py::double", name: str = "1") -> str:
    """Python code that writes the transcript of a session, as jiti would."""
    lines = [
        {"event": "session", "key": key},
        {"event": "request", "turn": 1, "messages": ["Write it."]},
        *[{"event": "reply"}] * replies,
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return (
        f"from pathlib import Path; p = Path('.jiti/.local/sessions/{name}.jsonl')\n"
        f"p.parent.mkdir(parents=True, exist_ok=True); p.write_text({text!r})\n"
    )


def test_the_files_are_there_and_a_pyproject() -> None:
    project = Project(TEXT)
    assert (project.root / "app" / "text.py").read_text("utf-8") == TEXT["app/text.py"]
    assert 'name = "app"' in (project.root / "pyproject.toml").read_text("utf-8")


def test_a_pyproject_of_ones_own_and_line_ends_are_kept() -> None:
    project = Project({"pyproject.toml": "[tool.jiti]\r\n"})
    assert (project.root / "pyproject.toml").read_bytes() == b"[tool.jiti]\r\n"


def test_a_process_runs_in_the_root_and_tells_all() -> None:
    code = "import sys, os; print(os.getcwd()); print(sys.stdin.read(), file=sys.stderr); sys.exit(3)"
    project = Project({})
    done = project.run("python", "-c", code, input="ä")
    assert (done.exit_code, done.stdout, done.stderr) == (3, f"{project.root.resolve()}\n", "ä\n")
    assert (done.changed, done.requests) == ({}, [])


def test_what_a_process_created_changed_and_deleted_is_told() -> None:
    code = (
        "from pathlib import Path\n"
        "Path('app/text.py').write_text('changed', newline='')\nPath('app/__init__.py').unlink()\n"
        "Path('new').mkdir()\nPath('new/ä.bin').write_bytes(b'\\xff')\n"
        "Path('__pycache__').mkdir()\nPath('__pycache__/a.pyc').write_text('')\n"
        "Path('.jiti/.local').mkdir(parents=True)\nPath('.jiti/.local/log').write_text('')\n"
    )
    done = Project({**TEXT, "kept.txt": "a"}).run("python", "-c", code)
    assert done.changed == {"app/text.py": "changed", "app/__init__.py": None, "new/ä.bin": "\\xff"}


def test_this_jiti_is_the_one_that_is_imported() -> None:
    done = Project({}).run("python", "-c", "import jiti; print(jiti.__file__)")
    import jiti

    assert Path(done.stdout.strip()).resolve() == Path(str(jiti.__file__)).resolve()


def test_the_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a real one")
    monkeypatch.setenv("JITI_FROZEN", "1")
    monkeypatch.setenv("CI", "true")
    project = Project({})
    done = project.run("python", "-c", "import os, json; print(json.dumps(dict(os.environ)))", env={"MORE": "1"})
    environment = json.loads(done.stdout)
    assert not {"ANTHROPIC_API_KEY", "JITI_FROZEN", "CI"} & {*environment}
    assert (environment["JITI_FORBID_REQUESTS"], environment["MORE"]) == ("1", "1")
    assert environment["HOME"] != os.environ.get("HOME")
    assert not Path(environment["HOME"]).is_relative_to(project.root)


def test_only_jiti_and_python_can_be_run() -> None:
    with pytest.raises(ValueError, match="has to be `jiti` or `python`"):
        Project({}).run("rm", "-r", ".")


def test_a_folder_with_a_space_and_letters_of_other_alphabets_works(tmp_path: Path) -> None:
    root = tmp_path / "Ärger mit Leerzeichen 名"
    project = Project(TEXT, root=root)
    assert project.root == root
    assert project.call("app.text:double", "é").value == "éé"


def test_a_src_layout_is_importable() -> None:
    project = Project({f"src/{path}": text for path, text in TEXT.items()})
    assert project.call("app.text:double", "a").value == "aa"


def test_an_edit_is_seen_however_soon_it_comes() -> None:
    project = Project(TEXT)
    assert project.call("app.text:double", "a").value == "aa"
    project.write({"app/text.py": TEXT["app/text.py"].replace("2", "3")})
    assert project.call("app.text:double", "a").value == "aaa"


def test_a_call_tells_what_it_printed_and_what_it_left() -> None:
    source = "def f(*words: str) -> None:\n    print(*words)\n    open('left.txt', 'w').close()\n"
    done = Project({"m.py": source}).call("m:f", "a", "b")
    assert (done.value, done.stdout, done.changed, done.exit_code) == (None, "a b\n", {"left.txt": ""}, 0)


def test_a_method_of_a_class_can_be_called() -> None:
    project = Project({"m.py": "class C:\n    @staticmethod\n    def f(x: int) -> int:\n        return x + 1\n"})
    assert project.call("m:C.f", 1).value == 2


def test_an_error_comes_back_as_it_was() -> None:
    source = (
        "from jiti.errors import ConflictError\ndef f():\n    raise ConflictError('both', key='m.py::f', hint='do')\n"
    )
    done = Project({"m.py": source}).call("m:f")
    assert isinstance(done.error, ConflictError)
    assert (done.error.key, done.error.hint, done.exit_code) == ("m.py::f", "do", 1)
    assert "Traceback" in done.stderr
    with pytest.raises(ConflictError):
        _ = done.value


def test_an_error_of_the_projects_own_is_told_by_name() -> None:
    source = "class OddError(Exception): ...\ndef f():\n    raise OddError('no')\n"
    done = Project({"odd_project.py": source}).call("odd_project:f")
    assert (type(done.error), str(done.error)) == (RuntimeError, "OddError: no")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("def f():\n    return lambda: 1\n", "<function f.<locals>.<lambda>"),
        ("class P:\n    def __repr__(self):\n        return 'a P'\ndef f():\n    return P()\n", "a P"),
    ],
)
def test_a_value_that_cannot_leave_its_process_is_told_by_its_repr(source: str, value: str) -> None:
    assert Project({"odd_values.py": source}).call("odd_values:f").value.startswith(value)


def test_a_call_that_does_not_come_about_says_why() -> None:
    done = Project({}).call("no_such_module:f")
    assert "No module named 'no_such_module'" in str(done.error)


def test_the_script_reaches_the_process_as_a_recording() -> None:
    code = (
        "import os\nfrom jiti.models.replay import ReplayModel\nfrom jiti.models import Message, Request\n"
        "asked = Request('app/text.py::double', '-', (), (), (Message('user', ()),), 1)\n"
        "print(ReplayModel(os.environ['JITI_REPLAY']).reply(asked).blocks[0].text)\n"
    )
    project = Project(TEXT, ScriptedModel(say("one"), say("two"), say("three")))
    assert project.run("python", "-c", code).stdout == "one\n"
    # Nothing tells that a reply was used until there is a transcript that has it.
    done = project.run("python", "-c", code + session_of(replies=2))
    assert (done.stdout, [request["messages"] for request in done.requests]) == ("one\n", [["Write it."]])
    assert project.run("python", "-c", code).stdout == "three\n"


def test_a_server_can_stand_in_for_the_recording() -> None:
    code = (
        "import json, os, urllib.error, urllib.request\n"
        "body = {'model': 'm', 'max_tokens': 9, 'messages': [{'role': 'user', 'content': 'Hello?'}]}\n"
        "url = os.environ['ANTHROPIC_BASE_URL'] + '/v1/messages'\n"
        "try:\n"
        "    answer = urllib.request.urlopen(url, json.dumps(body).encode())\n"
        "    print(json.load(answer)['content'][0]['text'])\n"
        "except urllib.error.HTTPError as error:\n"
        "    print(error.code)\n"
    )
    project = Project({}, ScriptedModel(fault.status(529), lambda _: say("Hello!")), server=True)
    said = [project.run("python", "-c", code).stdout for _ in range(2)]
    assert said == ["529\n", "Hello!\n"]
    assert [received.body["max_tokens"] for received in project.received] == [9, 9]


def test_transcripts_and_the_mirror_can_be_read() -> None:
    project = Project({".jiti/app/text/double.py": "code", ".jiti/.gitignore": "/.local/"})
    project.run("python", "-c", session_of(replies=0, name="2"))
    project.run("python", "-c", session_of(replies=1, name="1"))
    assert [len(session) for session in project.sessions()] == [3, 2]
    assert project.mirror() == {"app/text/double.py": "code", ".gitignore": "/.local/"}


def test_a_transcript_that_was_cut_off_can_be_read_up_to_there() -> None:
    project = Project({".jiti/.local/sessions/1.jsonl": '{"event": "session"}\n{"event": "req'})
    assert project.sessions() == [[{"event": "session"}]]


def test_a_project_is_deleted_when_it_is_not_needed_any_more() -> None:
    project = Project({}, ScriptedModel(submit("return 1")))
    root = project.root
    assert root.is_dir()
    del project
    assert not root.exists()


def test_importing_the_package_loads_no_client_and_no_test_framework() -> None:
    code = "import sys, jiti.testing; print({'anthropic', 'httpx2', 'pytest'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
