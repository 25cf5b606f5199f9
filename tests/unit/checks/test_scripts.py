"""Stubs of scripts: how a child gets to where the script called them, and what it knows of the script."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from jiti.checks.execution import Result
from jiti.errors import GenerationError
from jiti.live import LiveCall
from jiti.submission import Submission
from tests.unit.checks.workshop import SLUGIFY, call, slugify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.checks.workshop import Workshop


def test_a_script_whose_name_is_no_identifier_is_loaded_from_its_file(workshop: Workshop) -> None:
    definition = workshop.stub(key="scripts/make-slugs.py::slugify")
    assert workshop.bench(definition, module="make-slugs").inspect("LIMIT, __name__") == "tuple: (3, 'make-slugs')"


def test_a_script_that_calls_its_stub_stays_as_it_stood_at_that_call(workshop: Workshop) -> None:
    script = f"{SLUGIFY}\n\nBEFORE = 1\nSLUG = slugify('Hi')\nAFTER = 1\n"
    bench = workshop.bench(workshop.stub(script), call(slugify, "Hi"))
    assert bench.inspect("text, 'BEFORE' in globals(), 'AFTER' in globals()") == "tuple: ('Hi', True, False)"


def test_a_package_that_calls_its_stub_while_it_is_imported_stays_too(workshop: Workshop) -> None:
    workshop.write("app/__init__.py", "BEFORE = 1\nfrom app.text import slugify\nSLUG = slugify('Hi')\nAFTER = 1\n")
    bench = workshop.bench(workshop.stub(key="app/text.py::slugify"), module="app.text")
    names = "[name in vars(__import__('app')) for name in ('BEFORE', 'SLUG', 'AFTER')]"
    assert bench.inspect(names) == "list: [True, False, False]"


@pytest.mark.parametrize("fork", [True, False])
def test_nothing_around_the_call_of_a_script_is_run_again_or_unwound(workshop: Workshop, *, fork: bool) -> None:
    script = f"""{SLUGIFY}
import os, pathlib
FOLDER = pathlib.Path(__file__).parent
try:
    with open(FOLDER / "open", "w") as file:
        print(slugify("Hi"))
except BaseException:
    os.mkdir(FOLDER / "handled")
finally:
    os.mkdir(FOLDER / "cleaned")
"""
    bench = workshop.bench(workshop.stub(script), call(slugify, "Hi"), fork=fork)
    body = 'return text.lower().replace(", ", "-").strip("!")'
    tests = "import text\n\n\ndef test_it():\n    assert not text.file.closed and text.slugify('A') == 'a'\n"
    assert bench.check(Submission(body, tests=tests)).diagnostics == ()
    assert bench.inspect("file.closed") == "bool: False"
    bench.close()
    names = {path.name for path in workshop.root.iterdir()}
    assert "open" in names
    assert not names & {"cleaned", "handled"}


@pytest.mark.parametrize("fork", [True, False])
def test_a_coroutine_of_a_script_is_tried_where_it_is_awaited(workshop: Workshop, *, fork: bool) -> None:
    source = """
    import asyncio
    from jiti import jiti


    @jiti
    async def later(text: str) -> int:
        '''Its length.'''
        ...


    async def main():
        await later("Hi")


    asyncio.run(main())
    """
    execution = workshop.execution(workshop.stub(source, key="text.py::later"), call(slugify, "Hi"), fork=fork)
    tests = "import asyncio\nimport text\n\n\ndef test_it():\n    assert asyncio.run(text.later('abc')) == 3\n"
    assert execution.run("async def later(text):\n    return len(text)\n", tests) == Result(test_count=1)


def test_conftest_hooks_at_the_end_of_a_session_run_where_a_script_was_stopped(workshop: Workshop) -> None:
    workshop.write(
        "conftest.py",
        "import pathlib\n\n\ndef pytest_unconfigure():\n    pathlib.Path(__file__, '../end').resolve().touch()\n",
    )
    bench = workshop.bench(workshop.stub(f"{SLUGIFY}\nslugify('Hi')\n"))
    assert bench.inspect("LIMIT") == "int: 3"
    bench.close()
    assert (workshop.root / "end").exists()


def run_by(monkeypatch: pytest.MonkeyPatch, script: Path) -> None:
    """Let this program have been started with a script."""
    main = ModuleType("__main__")
    main.__file__ = str(script)
    monkeypatch.setitem(sys.modules, "__main__", main)


TOKEN = b"\x80\x04c__main__\nToken\n)\x81\x85}\x86."


"""((Token(),), {}), as a script pickles it."""


def test_classes_of_a_script_are_found_in_the_stubs_module_if_that_is_the_script(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = workshop.stub(f"class Token:\n    word = 'hi'\n\n{SLUGIFY}")
    run_by(monkeypatch, workshop.root / "text.py")
    live = LiveCall(TOKEN, None)
    assert workshop.bench(definition, live).inspect("text.word, type(text).__module__") == "tuple: ('hi', 'text')"


@pytest.mark.parametrize("ending", ["if __name__ == '__main__':\n    1 / 0\n", "slugify(Token())\n1 / 0\n"])
def test_classes_of_another_script_are_found_there(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    script = workshop.write("main", f"from text import slugify\nclass Token:\n    word = 'hi'\n{ending}")
    run_by(monkeypatch, script)
    live = LiveCall(TOKEN, None)
    answer = "tuple: ('hi', '__mp_main__')"
    assert workshop.bench(workshop.stub(), live).inspect("text.word, type(text).__module__") == answer


def test_a_script_that_cannot_be_imported_leaves_the_live_call_untried(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_by(monkeypatch, workshop.write("main.py", "raise SystemExit(1)\n"))
    result = workshop.execution(workshop.stub(), LiveCall(TOKEN, None)).run(
        "slugify = lambda text: 'hello-world'\n", ""
    )
    assert result.diagnostics == ()
    assert "Token is defined in a script that cannot be imported: SystemExit: 1" in result.notes[0]


def test_a_script_that_cannot_be_imported_is_told_how_it_can_be(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = workshop.stub(f"{SLUGIFY}\n1 / 0\n")
    run_by(monkeypatch, workshop.root / "text.py")
    with pytest.raises(GenerationError) as caught:
        workshop.bench(definition).inspect("1")
    assert 'if __name__ == "__main__":' in str(caught.value.hint)
