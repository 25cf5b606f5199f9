"""The engine: what happens around a session, from the call that needs a stub to the file that it runs from.

The model is scripted; the checks are real, in real child processes.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jiti.checks import forking
from jiti.engine import Engine
from jiti.errors import (
    BrokenImplementationError,
    ConfigError,
    ConflictError,
    FrozenError,
    GenerationCycleError,
    GenerationError,
    ModelError,
)
from jiti.events import PutAside, SessionEnded, SessionStarted
from jiti.models import Text
from jiti.testing import ScriptedModel, give_up, submit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from jiti.events import Event
    from jiti.mirror import Implementation
    from jiti.models import Reply, Request
    from tests.unit.program import Program

SECONDS = 60.0
DOUBLE = '''
@jiti
def double(n: int) -> int:
    """Twice n."""
'''
GOOD = submit("return n * 2")
OUTER_AND_INNER = '''
@jiti
def outer(n: int) -> int:
    """Twice n, and one."""


@jiti
def inner(n: int) -> int:
    """Twice n."""
'''


@dataclass
class Desk:
    """A program, its loaded module, and an engine whose events are kept.

    Attributes:
        told: the events of all generations, in order.
    """

    program: Program
    module: ModuleType
    model: ScriptedModel
    told: list[Event] = field(default_factory=list)

    def generate(self, name: str, *args: object, **settings: Any) -> Implementation:  # noqa: ANN401 - as an Engine takes
        engine = Engine(model=self.model, observe=self.told.append, **settings)
        return engine.generate(self.program.declaration(name), getattr(self.module, name), args, {})

    def key(self, name: str) -> str:
        return f"{self.program.name}.py::{name}"

    def keys(self, kind: type[SessionStarted | SessionEnded]) -> list[str]:
        return [event.key.partition("::")[2] for event in self.told if isinstance(event, kind)]

    def local(self, folder: str) -> list[str]:
        path = self.program.root / ".jiti" / ".local" / folder
        return sorted(each.name for each in path.iterdir()) if path.exists() else []

    def sessions(self) -> list[list[dict[str, Any]]]:
        folder = self.program.root / ".jiti" / ".local" / "sessions"
        texts = [(folder / name).read_text("utf-8") for name in self.local("sessions")]
        return [[json.loads(line) for line in text.splitlines()] for text in texts]


def desk(program: Program, source: str, *script: Reply | dict[str, list[Any]]) -> Desk:
    program.write(source)
    scripts = [
        {f"{program.name}.py::{name}": lines for name, lines in entry.items()} if isinstance(entry, dict) else entry
        for entry in script
    ]
    return Desk(program, program.load(), ScriptedModel(*scripts))


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    locks = tmp_path / ".jiti" / ".local" / "locks"
    assert not locks.is_dir() or [path.name for path in locks.iterdir()] == ["guard.lock"]
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("jiti")]
    assert [name for name in threads if name != forking.THREAD] == []


# ---------------------------------------------------------------- what a call gets


def test_a_missing_stub_is_generated_and_filed(program: Program) -> None:
    at = desk(program, DOUBLE, GOOD)
    made = at.generate("double", 4)
    assert "return n * 2" in made.code
    assert Path(made.path).read_text("utf-8") == made.text
    assert [event["event"] for event in at.sessions()[0]] == ["session", "request", "reply", "tool", "end"]


def test_what_is_there_already_is_given_without_a_session(program: Program) -> None:
    at = desk(program, DOUBLE)
    program.implement("double", "def double(n):\n    return n + n\n")
    assert "return n + n" in at.generate("double", 4).code
    assert (at.told, at.local("locks")) == ([], [])


def test_what_was_generated_while_the_call_waited_is_used(program: Program) -> None:
    """Two threads want it; the second looks at the mirror again."""
    at = desk(program, DOUBLE, GOOD)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda n: at.generate("double", n), (1, 2))
    assert first.text == second.text
    assert at.keys(SessionStarted) == ["double"]


def test_a_session_that_fails_leaves_the_next_call_to_try_again(program: Program) -> None:
    at = desk(program, DOUBLE, give_up("No."), GOOD)
    with pytest.raises(GenerationError, match=r"the agent gave up: No\."):
        at.generate("double", 4)
    assert "return n * 2" in at.generate("double", 4).code
    assert {events[-1]["outcome"] for events in at.sessions()} == {"SpecConflictError", "accepted"}


@pytest.mark.parametrize(
    ("error", "comes_out"), [(KeyboardInterrupt(), KeyboardInterrupt), (RuntimeError("a bug in a model"), ModelError)]
)
def test_whatever_a_model_raises_ends_the_session(
    program: Program, error: BaseException, comes_out: type[BaseException]
) -> None:
    def fail(_: Request) -> Reply:
        raise error

    at = desk(program, DOUBLE, {"double": [fail]})
    with pytest.raises(comes_out) as raised:
        at.generate("double", 4)
    assert error in (raised.value, raised.value.__cause__)
    assert at.sessions()[0][-1]["outcome"] == comes_out.__name__


def test_an_edit_during_the_session_is_kept(program: Program) -> None:
    path = program.root / ".jiti" / program.name / "double.py"

    def edit(_: Request) -> Reply:
        path.write_text(path.read_text("utf-8").replace("return n + n", "return n << 1  # mine"), "utf-8")
        return GOOD

    program.write(DOUBLE, {"double": "def double(n):\n    return n + n\n"})
    at = desk(program, DOUBLE.replace("Twice n.", "Two times n."), {"double": [edit]})
    assert "return n * 2" in at.generate("double", 4).code
    (told,) = (event for event in at.told if isinstance(event, PutAside))
    assert "return n << 1  # mine" in (program.root / told.path).read_text("utf-8")


# ---------------------------------------------------------------- what a call does not get


def test_frozen_generates_nothing_and_asks_nothing_of_the_arguments(program: Program) -> None:
    class Silent:
        def __reduce__(self) -> str:
            raise AssertionError

        def __repr__(self) -> str:
            raise AssertionError

    at = desk(program, DOUBLE, GOOD)
    with pytest.raises(FrozenError, match="double is missing, and frozen"):
        at.generate("double", Silent(), frozen=True)
    assert not (program.root / ".jiti").exists()


def test_a_conflict_names_both_ways_out(program: Program) -> None:
    at = desk(program, DOUBLE)
    path = program.implement("double", "def double(n):\n    return n + n\n")
    path.write_text(path.read_text("utf-8").replace("n + n", "2 * n"), "utf-8")
    program.write(DOUBLE.replace("Twice", "Two times"))
    with pytest.raises(ConflictError, match=r"the docstring of double changed, and .* was edited by hand") as raised:
        at.generate("double", 4)
    assert raised.value.hint is not None
    assert f"jiti resolve {at.key('double')} --keep" in raised.value.hint
    assert "--regenerate" in raised.value.hint


def test_a_broken_file_is_not_overwritten(program: Program) -> None:
    at = desk(program, DOUBLE, GOOD)
    path = program.implement("double", "def double(n):\n    return n + n\n")
    path.write_text("half a fi", "utf-8")
    with pytest.raises(BrokenImplementationError):
        at.generate("double", 4)
    assert path.read_text("utf-8") == "half a fi"


def test_a_mirror_that_cannot_be_written_is_found_out_before_anything_is_paid_for(program: Program) -> None:
    at = desk(program, DOUBLE, GOOD)
    (program.root / ".jiti").write_text("in the way", "utf-8")
    with pytest.raises(ConfigError, match="cannot be written"):
        at.generate("double", 4)
    assert at.model.requests == []


# ---------------------------------------------------------------- stubs that need others


def test_a_stub_that_a_candidate_needs_is_generated_first(program: Program) -> None:
    helpers = f"from {program.name} import inner"
    at = desk(program, OUTER_AND_INNER, {"outer": [submit("return inner(n) + 1", helpers)], "inner": [GOOD]})
    made = at.generate("outer", 4)
    assert "inner(n) + 1" in made.code
    assert at.keys(SessionStarted) == ["outer", "inner"]
    assert at.keys(SessionEnded) == ["inner", "outer"]


def test_stubs_that_need_each_other_are_a_circle_that_is_spelled_out(program: Program) -> None:
    scripts = {
        "outer": [submit("return inner(n) + 1", f"from {program.name} import inner")],
        "inner": [submit("return outer(n) - 1", f"from {program.name} import outer")],
    }
    at = desk(program, OUTER_AND_INNER, scripts)
    with pytest.raises(GenerationCycleError) as raised:
        at.generate("outer", 4)
    outer, inner = at.key("outer"), at.key("inner")
    assert raised.value.cycle == (outer, inner)
    assert f"stubs need each other: {outer} -> {inner} -> {outer}\n" in str(raised.value)
    assert raised.value.session is not None
    assert [event.outcome for event in at.told if isinstance(event, SessionEnded)] == ["GenerationCycleError"] * 2
    assert not list((program.root / ".jiti" / program.name).glob("*.py"))


def test_a_model_that_itself_calls_the_stub_it_writes_is_told_so(program: Program) -> None:
    """A hang would be the other way to say it."""

    def ask(_: Request) -> Reply:
        at.generate("double", 1)
        raise AssertionError

    at = desk(program, DOUBLE, {"double": [ask]})
    with pytest.raises(GenerationCycleError) as raised:
        at.generate("double", 4)
    assert raised.value.cycle == (at.key("double"),)


# ---------------------------------------------------------------- the arguments of the call


def test_a_stub_that_describes_arguments_is_no_obstacle_to_its_own_generation(program: Program) -> None:
    """Its call asks for the repr of the object, and with that for the stub."""

    class Word:
        def __repr__(self) -> str:
            return at.generate("double", self).path

    at = desk(program, DOUBLE, GOOD)
    at.generate("double", Word())
    [request] = at.model.requests
    shown = "".join(block.text for block in request.messages[0].blocks if isinstance(block, Text))
    assert "<repr raised GenerationCycleError: stubs need each other" in shown


def test_arguments_are_copied_and_described_before_the_key_is_held(program: Program) -> None:
    """Their own code may wait for a thread that waits for the key."""
    seen: list[list[str]] = []

    class Watching:
        def __reduce__(self) -> str:
            seen.append(at.local("locks"))
            raise TypeError

        def __repr__(self) -> str:
            seen.append(at.local("locks"))
            return "watching"

    at = desk(program, DOUBLE, GOOD)
    at.generate("double", Watching())
    assert seen == [["guard.lock"]] * 2


@pytest.mark.parametrize(("values", "told"), [("repr", "n: int = 4711"), ("types", "n: int\n"), ("none", "may not be")])
def test_of_the_arguments_only_what_may_leave_is_told(program: Program, values: str, told: str) -> None:
    at = desk(program, DOUBLE, GOOD)
    at.generate("double", 4711, values=values)
    shown = "".join(block.text for block in at.model.requests[0].messages[0].blocks if isinstance(block, Text))
    assert told in shown
    assert ("4711" in shown) == (values == "repr")
