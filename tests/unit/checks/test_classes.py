"""What is special about judging whole classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from jiti.checks import equality, red_verdicts
from jiti.checks.inherited import given_lines
from jiti.checks.private_state import PrivateState, excused
from jiti.checks.witness import fitness
from jiti.diagnostics import Diagnostic
from tests.unit.stubs import define_stub

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''
from typing import ClassVar

from jiti import jiti

@jiti
class Box:
    """A box."""

    SIZE: ClassVar[int]

    def __init__(self, item: int) -> None:
        """Pack it."""

    def __eq__(self, other: object) -> bool: ...

    async def open(self) -> int: ...

    async def each(self):
        yield
'''
CODE = '''class _Box(Box if TYPE_CHECKING else object):
    """A box."""

    SIZE: ClassVar[int] = 1

    def __init__(self, item: int) -> None:
        """Pack it."""
        self._item = item

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Box) and f"""
{self._item == other._item}""" == "True"

    async def open(self) -> int:
        return self._item

    async def each(self):
        yield self._item

    def _more(self) -> int:
        return Box(1)._item


if not TYPE_CHECKING:
    Box = _Box
'''


def test_only_what_the_agent_sent_is_its_own(tmp_path: Path) -> None:
    lines = CODE.split("\n")
    given = given_lines(CODE, define_stub(tmp_path, SOURCE))
    assert [lines[number - 1].strip() for number in range(1, 23) if number not in given and lines[number - 1]] == [
        "SIZE: ClassVar[int] = 1",
        "self._item = item",
        'return isinstance(other, Box) and f"""',
        '{self._item == other._item}""" == "True"',
        "return self._item",
        "yield self._item",
        "def _more(self) -> int:",
        "return Box(1)._item",
    ]


def test_ty_is_excused_where_it_misses_what_another_object_of_the_class_keeps(tmp_path: Path) -> None:
    state = PrivateState(define_stub(tmp_path, SOURCE), CODE)

    def missing(line: int, name: str, of: str = "Box", code: str = "unresolved-attribute") -> Diagnostic:
        return Diagnostic("ty", "candidate", line, code, f"Object of type `{of}` has no attribute `{name}`\n    …")

    assert state.explains(missing(22, "_item"))
    assert state.explains(
        Diagnostic("ty", "candidate", 22, "missing-attribute", "Unresolved attribute `_item` on type `Box`")
    )
    assert not state.explains(missing(22, "_other"))
    assert not state.explains(missing(22, "_item", of="Boxes"))
    assert not state.explains(missing(22, "item"))
    assert not state.explains(missing(22, "_item", code="invalid-return-type"))
    told = excused(CODE, [missing(21, "_item")])
    assert "        return Box(1)._item  # ty: ignore[unresolved-attribute]\n" in told
    assert excused(CODE, [missing(11, "_item")]) == CODE  # it would stand in the string


SUPER = """class _Box(Box if TYPE_CHECKING else object):
    def __init__(self, item: int) -> None:
        super().__init__(
            str(item),
        )
        print(item)
"""


@pytest.mark.parametrize("of", ["Box.__init__", "Outer.Box.__init__"])
def test_ty_is_excused_where_it_takes_what_a_base_has_for_the_method_itself(tmp_path: Path, of: str) -> None:
    message = f"Argument to `{of}` is incorrect: Expected `int`, found `str`"
    single = 'from jiti import jiti\nclass Box:\n    @jiti\n    def __init__(self, item: int):\n        """Pack."""\n'
    for source in (single, SOURCE):
        state = PrivateState(define_stub(tmp_path, source), SUPER)
        found = Diagnostic("ty", "candidate", 4, "invalid-argument-type", message)
        assert state.explains(found)
        assert not state.explains(replace(found, line=6))
        assert not state.explains(replace(found, message=message.replace("Box", "Boxes")))
        assert not state.explains(replace(found, code="unresolved-reference"))
    told = excused(SUPER, [found, replace(found, code="missing-argument")])
    assert "            str(item),  # ty: ignore[invalid-argument-type, missing-argument]\n" in told


def test_a_class_may_say_what_it_is_equal_to_only_where_its_stub_asks_for_that(tmp_path: Path) -> None:
    names = [each.declaration.qualname for each in define_stub(tmp_path, SOURCE).methods]
    assert equality.check(CODE, *names) == []
    assert [each.code for each in equality.check(CODE, "Box", "Box.open")] == ["no-own-equality"]


def test_a_class_has_no_witness_and_a_candidate_has_no_say_in_that() -> None:
    code = compile("class _box: ...\ndef box(): ...", "<candidate>", "exec")
    assert fitness.of_stub("app.py::box", code, ()) is None
    assert fitness.of_stub("app.py::Box", code, (), is_class=True) == "is a class, whose methods share what they keep"


def test_before_there_is_a_body_every_method_raises_and_so_does_a_missing_value(tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(red_verdicts.unimplemented(define_stub(tmp_path, SOURCE)), names)  # noqa: S102 - it is what is tested
    kind = names["Box"]
    for use in (lambda: kind(1), lambda: kind.SIZE, lambda: kind.__eq__(1, 2), lambda: kind.open(1).send(None)):
        try:
            use()
        except NotImplementedError as error:
            assert "app/text.py::Box has no implementation yet" in str(error)  # noqa: PT017 - in a loop
        else:
            raise AssertionError(use)
