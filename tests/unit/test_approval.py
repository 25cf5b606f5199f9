"""Code that waits for a person: what a call does, what approves it, and what takes that back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from jiti import asking, filing, mirror, states
from jiti.approval import is_needed
from jiti.asking import Facts
from jiti.definition import define
from jiti.engine import Engine
from jiti.errors import ApprovalNeededError, ConfigError, FrozenError
from jiti.home import Home
from jiti.stub import Declaration
from jiti.testing import ScriptedModel, submit
from tests.unit.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import FunctionType

    from jiti.mirror import Implementation

STUB = '''
@jiti(engine=globals().get("engine"))
def double(n: int) -> int:
    """Twice n."""
'''
CODE = '''
def double(n: int) -> int:
    """Twice n."""
    return n * 2
'''
ASK = '[tool.jiti]\napprove = "ask"\n'


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path)
    yield made
    made.unload()


def double(program: Program, settings: str = ASK, engine: object = None) -> Callable[[int], int]:
    """The stub, which is filed and unapproved."""
    (program.root / "pyproject.toml").write_text(settings, encoding="utf-8")
    return program.run(STUB, {"double": CODE}, engine=engine).double


def approve(program: Program) -> Implementation:
    declaration = program.declaration("double")
    found = mirror.read(declaration)
    assert found is not None
    stamped = asking.stamp(declaration, found)
    assert stamped is not None
    return stamped


def edit(program: Program, old: str, new: str) -> None:
    path = program.root / ".jiti" / program.name / "double.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "engine"),
    [
        (ASK, None),
        ('[tool.jiti]\n"\\u0061pprove" = "ask"\n', None),
        (ASK, Engine(approve="auto")),
        ("", Engine(approve="ask")),
    ],
)
def test_a_call_of_unapproved_code_names_the_command(program: Program, settings: str, engine: Engine | None) -> None:
    function = double(program, settings, engine)
    with pytest.raises(ApprovalNeededError) as caught:
        function(2)
    key = f"{program.name}.py::double"
    assert isinstance(caught.value, FrozenError)
    assert caught.value.key == key
    assert f"has code that nobody has approved: .jiti/{program.name}/double.py" in str(caught.value)
    assert str(caught.value).endswith(f"jiti approve {key}")


def test_a_variable_asks_as_well(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JITI_APPROVE", "ask")
    with pytest.raises(ApprovalNeededError):
        double(program, "")(2)


def test_a_wrong_variable_is_told_before_anything_runs(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JITI_APPROVE", "aks")
    with pytest.raises(ConfigError, match="JITI_APPROVE"):
        double(program, "")(2)


@pytest.mark.parametrize("settings", ["", '[tool.jiti]\napprove = "auto"\n', '[tool.other]\napprove = "ask"\n'])
def test_elsewhere_it_runs_at_once(program: Program, settings: str) -> None:
    assert double(program, settings)(2) == 4


def test_approved_code_runs(program: Program) -> None:
    function = double(program)
    with pytest.raises(ApprovalNeededError):
        function(2)
    stamped = approve(program)
    assert stamped.header["approved"] == stamped.header["body"]
    assert function(2) == 4


def test_reformatting_keeps_an_approval(program: Program) -> None:
    function = double(program)
    approve(program)
    edit(program, "n * 2", "(n   *   2)")
    assert function(2) == 4


def test_a_hand_edit_has_to_be_approved_too(program: Program) -> None:
    function = double(program)
    approve(program)
    edit(program, "n * 2", "n + n")
    with pytest.raises(ApprovalNeededError):
        function(2)
    assert states.look(program.declaration("double")).name == "edited"
    assert states.look(program.declaration("double"), asks=True).name == "unapproved"
    approve(program)
    assert states.look(program.declaration("double"), asks=True).name == "edited"
    assert function(2) == 4


def test_a_comment_that_was_added_has_to_be_approved_too(program: Program) -> None:
    double(program)
    approve(program)
    edit(program, "n * 2", "n * 2  # noqa")
    assert states.look(program.declaration("double"), asks=True).name == "unapproved"


def test_whoever_is_asked_is_told_what_an_edit_does_and_the_stub_does_not_allow(program: Program) -> None:
    double(program)
    declaration = program.declaration("double")
    before = mirror.read(declaration)
    assert before is not None
    filing.stamp(define(declaration), before, gates=f"tests/test_it.py::test_it={'0' * 32}")
    assert "beyond" not in dict(Facts.of(declaration, before).rows())
    edit(program, "    return n * 2", "    print(n)\n    return len(open(str(n)).read())")
    after = mirror.read(declaration)
    assert after is not None
    line = after.text.split("\n").index("    print(n)") + 1
    assert Facts.of(declaration, after).rows() == [
        ("effects", "files output"),
        ("beyond", "what its stub allows:"),
        ("", f"output  line {line}: print"),
        ("", f"files  line {line + 1}: open"),
        ("gates", "tests/test_it.py::test_it"),
        ("", "all passed before it was edited"),
        ("made", "by hand, and edited by hand since"),
    ]


def test_what_is_stale_is_no_matter_of_approval(program: Program) -> None:
    double(program)
    program.write(STUB.replace("Twice n.", "Twice the n."))
    assert states.look(program.declaration("double"), asks=True).name == "stale"


def test_only_what_was_shown_is_stamped(program: Program) -> None:
    double(program)
    declaration = program.declaration("double")
    shown = mirror.read(declaration)
    assert shown is not None
    edit(program, "n * 2", "n * 3")
    assert asking.stamp(declaration, shown) is None
    assert states.look(declaration, asks=True).name == "unapproved"


def test_an_engine_of_ones_own_cannot_run_what_nobody_approved(program: Program) -> None:
    class Own:
        def generate(
            self,
            declaration: Declaration,
            function: FunctionType,
            args: tuple[object, ...],
            kwargs: Mapping[str, object],
        ) -> Implementation:
            del function, args, kwargs
            found = mirror.read(declaration)
            assert found is not None
            return found

    with pytest.raises(ApprovalNeededError):
        double(program, engine=Own())(2)


def test_what_is_generated_waits_and_no_lock_is_left(program: Program) -> None:
    (program.root / "pyproject.toml").write_text(ASK, encoding="utf-8")
    engine = Engine(model=ScriptedModel(submit("return n * 2")), observe=lambda _: None)
    module = program.run(STUB, {}, engine=engine)
    with pytest.raises(ApprovalNeededError):
        module.double(2)
    assert states.look(program.declaration("double")).name == "fresh"
    left = set(os.listdir(program.root / ".jiti" / ".local" / "locks"))
    assert left <= {"guard.lock"}
    approve(program)
    assert module.double(2) == 4


def test_installed_code_is_what_it_was_installed_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JITI_APPROVE", "ask")
    installed = Declaration(str(tmp_path), "a.py", "f", 1, "", Home(str(tmp_path), is_installed=True))
    assert not is_needed(installed, None)
    assert is_needed(installed, Engine(approve="ask"))
