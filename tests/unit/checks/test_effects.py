"""Effects of candidates: read before anything runs, seen while they do, and turned down unless the stub allows them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti.submission import Submission
from tests.unit.checks.workshop import Workshop, call, slugify

if TYPE_CHECKING:
    from pathlib import Path

    from jiti.checks.bench import Bench
    from jiti.submission import Verdict

STUB = '''
from jiti import jiti

import helper


@jiti{}
def slugify(text: str) -> str:
    """Convert text to a slug."""
    ...
'''
HELPER = """
import os
import socket
from functools import cache


def load(path):
    with open(path) as file:
        return file.read()


def listed(path):
    return " ".join(os.listdir(path))


def looked_up():
    return socket.getaddrinfo("127.0.0.1", 80, flags=socket.AI_NUMERICHOST)


def lazily():
    import this_reads_a_file

    return this_reads_a_file.TEXT


def pure(text):
    return text
"""


@pytest.fixture
def project(workshop: Workshop) -> Workshop:
    workshop.write("helper.py", HELPER)
    workshop.write("this_reads_a_file.py", "TEXT = open(__file__).read()\n")
    return workshop


@pytest.fixture(scope="module")
def bench(shared: Workshop) -> Bench:
    """One for all candidates that nothing is allowed."""
    shared.write("helper.py", HELPER)
    shared.write("this_reads_a_file.py", "TEXT = open(__file__).read()\n")
    return shared.bench(shared.stub(STUB.format("")), call(slugify, "a b"))


def check(project: Workshop, body: str, allow: str = "", helpers: str = "", gate: str = "", tests: str = "") -> Verdict:
    definition = project.stub(STUB.format(allow))
    gates = project.gates(gate, "test_it") if gate else ()
    bench = project.bench(definition, call(slugify, "a b"), gates=gates)
    return bench.check(Submission(body, helpers, tests))


def told(verdict: Verdict) -> list[tuple[str, str, int | None]]:
    return [(each.check, each.code, each.line) for each in verdict.diagnostics]


def test_what_the_stub_does_not_allow_is_turned_down_with_the_line_and_the_setting(bench: Bench) -> None:
    verdict = bench.check(Submission("return open(text).read()"))
    assert told(verdict) == [("policy", "effect-files", 3)]
    assert verdict.diagnostics[0].message == (
        "`open` reaches the file system; the stub allows no effects. Do without it. If what the docstring says cannot "
        'be done so, `give_up`: only the stub\'s author can allow it, by `@jiti(allow=["files"])`\n'
        "    return open(text).read()"
    )


def test_the_setting_keeps_what_is_allowed_already(project: Workshop) -> None:
    body = "print(text)\nreturn open(text).read()"
    verdict = check(project, body, '(allow=["output"])')
    assert told(verdict) == [("policy", "effect-files", 4)]
    assert "the stub allows only output." in verdict.diagnostics[0].message
    assert '`@jiti(allow=["files", "output"])`' in verdict.diagnostics[0].message


def test_a_pure_candidate_passes_and_is_known_for_one(bench: Bench) -> None:
    verdict = bench.check(Submission("return helper.pure(text)"))
    assert verdict.candidate is not None, verdict.diagnostics
    assert verdict.candidate.effects == frozenset()


def test_what_is_allowed_passes_and_is_noted(project: Workshop) -> None:
    body = 'with open(os.devnull, encoding="utf-8") as file:\n    return file.read() + text'
    verdict = check(project, body, '(allow=["files", "network"])', "import os")
    assert verdict.candidate is not None, verdict.diagnostics
    assert verdict.candidate.effects == {"files"}


@pytest.mark.parametrize(
    ("expression", "effect", "what"),
    [
        ("helper.load(helper.__file__)", "files", "open('"),
        ('helper.listed(".")', "files", "os.listdir('.')"),
        ("str(helper.looked_up())", "network", "socket.getaddrinfo('127.0.0.1')"),
        ("helper.pure(helper.load(helper.__file__))", "files", "open('"),
        ("max(map(helper.load, [helper.__file__]))", "files", "open('"),
        ("min(helper.load(each) for each in [helper.__file__])", "files", "open('"),
    ],
)
def test_what_is_seen_beyond_the_reading_is_turned_down_the_same_way(
    bench: Bench, expression: str, effect: str, what: str
) -> None:
    verdict = bench.check(Submission(f"return {expression}"))
    assert told(verdict) == [("policy", f"effect-{effect}", 6)]
    message = verdict.diagnostics[0].message
    assert message.startswith(f"`{what}", len("seen while it ran: "))
    assert f'`@jiti(allow=["{effect}"])`' in message


def test_what_is_seen_and_allowed_is_noted(project: Workshop) -> None:
    verdict = check(project, "return helper.load(helper.__file__)", '(allow=["files"])')
    assert verdict.candidate is not None, verdict.diagnostics
    assert verdict.candidate.effects == {"files"}


@pytest.mark.parametrize(
    ("body", "helpers"),
    [
        ("return helper.lazily() and text", ""),
        ("import this_reads_a_file\nreturn this_reads_a_file.TEXT and text", ""),
        ('return str(ZoneInfo("Europe/Berlin")) + text', "from zoneinfo import ZoneInfo"),
        (
            "try:\n    return int(text)\nexcept ValueError:\n    return traceback.format_exc()[:1] + text",
            "import traceback",
        ),
    ],
)
def test_what_python_does_on_anybodys_behalf_is_not_the_candidates(bench: Bench, body: str, helpers: str) -> None:
    verdict = bench.check(Submission(body, helpers))
    assert not [each for each in verdict.diagnostics if each.check == "policy"], verdict.diagnostics


GATE = '''
import os
import pathlib
import socket

import pytest

from jiti import jiti
from text import slugify


class Text(str):
    """Looks at the disk whenever it is asked."""

    def lower(self):
        os.listdir(".")
        return str(self).lower()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a").write_text("a b")
    yield tmp_path
    (tmp_path / "a").unlink()


@jiti.required_for(slugify)
def test_it(folder, monkeypatch):
    monkeypatch.setenv("A", "b")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
    print("beside it")
    assert slugify((folder / "a").read_text()) == "a b"
    assert slugify(Text("A")) == "a"
'''


@pytest.mark.parametrize("path", ["test_text.py", "tests/test_text.py"])
def test_what_gates_and_their_fixtures_do_is_theirs(project: Workshop, path: str) -> None:
    definition = project.stub(STUB.format(""))
    bench = project.bench(definition, gates=project.gates(GATE, "test_it", path=path))
    verdict = bench.check(Submission("return text.lower()"))
    assert verdict.candidate is not None, verdict.diagnostics
    assert verdict.candidate.effects == frozenset()
    assert len(verdict.candidate.gates) == 1


def test_what_scratch_tests_do_is_theirs(project: Workshop) -> None:
    tests = '''
    from pathlib import Path

    from text import slugify


    class Lazy(str):
        """Comes from a file."""

        __slots__ = ()

        def lower(self) -> str:
            return Path(__file__).read_text(encoding="utf-8")[:1].lower()


    def test_it() -> None:
        assert slugify(Lazy("A"))
    '''
    verdict = check(project, "return text.lower()", tests=dedent(tests))
    assert verdict.candidate is not None, verdict.diagnostics


def test_a_candidate_that_a_gate_has_open_a_file_is_seen(project: Workshop) -> None:
    gate = GATE.replace('slugify(Text("A")) == "a"', 'slugify(str(folder / "a")) == "a b"')
    definition = project.stub(STUB.format(""))
    bench = project.bench(definition, gates=project.gates(gate, "test_it"))
    verdict = bench.check(Submission('return helper.load(text) if "/" in text else text.lower()'))
    assert told(verdict) == [("policy", "effect-files", 6)]


def test_what_is_filed_is_verified_by_the_same_rules(project: Workshop) -> None:
    bench = project.bench(project.stub(STUB.format("")))
    verdict = bench.verify("def slugify(text: str) -> str:\n    return open(text).read()\n", "")
    assert told(verdict) == [("policy", "effect-files", 2)]


def test_another_stub_that_a_candidate_calls_counts_as_what_it_calls(project: Workshop, tmp_path: Path) -> None:
    other = '\n\n@jiti(allow=["files"])\ndef stored(text: str) -> str:\n    """What a file holds."""\n'
    path = tmp_path / "a"
    path.write_text("stored")
    project.implementations["stored"] = (
        "def stored(text: str) -> str:\n    with open(text) as f:\n        return f.read()\n"
    )
    definition = project.stub(STUB.format("") + other)
    bench = project.bench(definition, call(slugify, str(path)))
    for _ in range(2):  # once while the other stub is loaded, once when it is
        verdict = bench.check(Submission("return stored(text)"))
        assert ("policy", "effect-files") in [each[:2] for each in told(verdict)]


def test_a_candidate_without_a_process_to_fork_is_watched_as_well(project: Workshop) -> None:
    bench = project.bench(project.stub(STUB.format("")), call(slugify, "a"), fork=False)
    verdict = bench.check(Submission("return helper.load(helper.__file__)"))
    assert told(verdict) == [("policy", "effect-files", 6)]
