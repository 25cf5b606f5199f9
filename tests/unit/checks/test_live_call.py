"""The live call: what turns a candidate down that makes it, and what is a note alone."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks.execution import Result
from jiti.live import LiveCall
from tests.unit.checks.workshop import GOOD, SLUGIFY, body, call, only, slugify

if TYPE_CHECKING:
    from tests.unit.checks.workshop import Workshop


def test_an_exception_of_the_live_call_turns_down_until_the_very_same_candidate_raises_it_again(
    shared: Workshop,
) -> None:
    execution = shared.execution(shared.stub(), call(slugify, "!"))
    strict = body('if text == "!":', '    raise ValueError("no words")', 'return "hello-world"')
    first = only(execution.run(strict, ""))
    assert (first.check, first.path, first.line, first.code) == ("call", "candidate", 3, "ValueError")
    assert first.message.startswith(
        'the live call raised ValueError: no words\n    candidate:3: raise ValueError("no words")\n'
    )
    for changed in (strict.replace("ValueError", "KeyError"), strict.replace("no words", "none"), strict):
        assert only(execution.run(changed, "")).check == "call"
    again = execution.run(strict, "")
    assert again == Result(
        notes=("The live call raises ValueError again: taken as what the spec says of such a call.",)
    )


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("nowhere", "NameError"),
        ("return slugify(text)", "RecursionError"),
        ("raise NotImplementedError", "NotImplementedError"),
        ("raise SystemExit", "SystemExit"),
        ("import nowhere", "ModuleNotFoundError"),
        ("__import__('os').nowhere", "AttributeError"),
    ],
)
def test_an_exception_that_is_a_defect_stays_one_however_often(shared: Workshop, statement: str, code: str) -> None:
    execution = shared.execution(shared.stub(), call(slugify, "!"))
    defect = body('if text == "!":', f"    {statement}", 'return "hello-world"')
    for _ in range(2):
        found = only(execution.run(defect, ""))
        assert found.code == code
        assert "submit the same again" not in found.message


DOCUMENT = """
from typing import Self

from jiti import jiti


class Document:
    @classmethod
    @jiti
    def parse(cls, text: str) -> Self:
        '''A document of a text.'''
        ...

    @jiti
    def copies(self, count: int) -> list[Self]:
        '''Copies of it.'''
        ...
"""


def test_a_class_method_is_called_with_its_class_and_self_stands_for_that(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "text", raising=False)
    definition = workshop.stub(DOCUMENT, key="text.py::Document.parse")
    document = importlib.import_module("text").Document
    live = LiveCall.of(vars(document)["parse"].__func__, (document, "a"), {})
    parse = workshop.execution(definition, live)
    code = "class Document:\n    @classmethod\n    def parse(cls, text):\n        return {}\n"
    assert parse.run(code.format("cls()"), "") == Result()
    assert only(parse.run(code.format("text"), "")).code == "return-type"
    copies = workshop.execution(
        workshop.stub(DOCUMENT, key="text.py::Document.copies"),
        LiveCall.of(vars(document)["copies"], (document(), 2), {}),
    )
    code = "class Document:\n    def copies(self, count):\n        return [{}] * count\n"
    assert copies.run(code.format("self"), "") == Result()
    assert only(copies.run(code.format("1"), "")).code == "return-type"


def test_what_cannot_be_checked_of_a_result_is_a_note(workshop: Workshop) -> None:
    source = "from typing import Self\n" + SLUGIFY.replace("-> str", "-> Self")
    result = workshop.execution(workshop.stub(source), call(slugify, "Hi")).run(GOOD, "")
    assert result.diagnostics == ()
    assert "cannot be checked against Self" in result.notes[0]


def test_a_result_that_does_not_fit_the_annotation_is_turned_down_to_the_last_item(workshop: Workshop) -> None:
    source = """
    from jiti import jiti


    @jiti
    def words(text: str) -> list[str]:
        '''The words of a text.'''
        ...
    """
    execution = workshop.execution(workshop.stub(source, key="text.py::words"), call(lambda text: text, "a b"))
    found = only(execution.run("def words(text):\n    return [*text, None]\n", ""))
    assert (found.check, found.code) == ("call", "return-type")
    assert found.message == (
        "the return value item 3 of list is not an instance of str\n    returned list: ['a', ' ', 'b', None]"
    )
    assert execution.run("def words(text):\n    return text.split()\n", "") == Result()


def test_an_annotation_that_cannot_be_resolved_is_a_note(workshop: Workshop) -> None:
    source = SLUGIFY.replace("-> str", '-> "Slug"')
    result = workshop.execution(workshop.stub(source), call(slugify, "Hi")).run(GOOD, "")
    assert result.notes == ("the return annotation cannot be checked: NameError: name 'Slug' is not defined",)
    assert result.diagnostics == ()


def test_a_coroutine_is_awaited_and_a_generator_is_not_consumed(workshop: Workshop) -> None:
    source = """
    from collections.abc import Iterator
    from jiti import jiti


    @jiti
    async def later(text: str) -> int:
        '''Its length.'''
        ...


    @jiti
    def letters(text: str) -> Iterator[str]:
        '''Its letters.'''
        yield
    """
    live = call(slugify, "Hi")
    later = workshop.execution(workshop.stub(source, key="text.py::later"), live)
    assert later.run("async def later(text):\n    return len(text)\n", "") == Result()
    assert only(later.run("async def later(text):\n    return text\n", "")).code == "return-type"
    letters = workshop.execution(workshop.stub(source, key="text.py::letters"), live)
    assert letters.run("def letters(text):\n    raise ValueError\n    yield\n", "") == Result()


def test_a_stub_inside_a_function_is_called_too(workshop: Workshop) -> None:
    source = """
    from jiti import jiti


    def outer():
        @jiti
        def inner(text: str) -> int:
            '''Its length.'''
            ...
        return inner
    """
    execution = workshop.execution(workshop.stub(source, key="text.py::outer.<locals>.inner"), call(slugify, "Hi"))
    assert execution.run("def inner(text: str) -> int:\n    return len(text)\n", "") == Result()
    assert only(execution.run("def inner(text: str) -> int:\n    return text\n", "")).code == "return-type"
    assert only(execution.run("def inner(text: str) -> int:\n    return text.nope\n", "")).line == 2


def test_arguments_that_cannot_be_copied_are_a_note(workshop: Workshop) -> None:
    result = workshop.execution(workshop.stub(), call(slugify, lambda: "no pickle")).run(GOOD, "")
    assert result.diagnostics == ()
    [note] = result.notes
    assert note.startswith("The live call was not tried: its arguments cannot be copied (")


def test_the_candidate_gets_copies_of_the_arguments_each_time(shared: Workshop) -> None:
    execution = shared.execution(shared.stub(), call(slugify, ["a"]))
    spoil = body('if text == "Hello, World!":', '    return "hello-world"', "text.append(1)", "return str(len(text))")
    for _ in range(2):
        assert execution.run(spoil, "") == Result()
