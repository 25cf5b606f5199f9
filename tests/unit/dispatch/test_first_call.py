"""The first call: what is looked at, what is asked for, and how it fails."""

from __future__ import annotations

import builtins
import traceback
from typing import TYPE_CHECKING

import pytest

from jiti.errors import BrokenImplementationError, FrozenError
from jiti.spec import text_hash
from tests.unit.program import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FunctionType

    from jiti.mirror import Implementation
    from jiti.stub import Declaration
    from tests.unit.program import Program

ADD = '''
@jiti(engine=engine)
def add(a: int, b: int = 2) -> int:
    """Add."""
'''
ADDED = "def add(a: int, b: int = 2) -> int:\n    return a + b\n"


def test_a_stub_without_a_file_is_generated_once_with_the_live_arguments(program: Program) -> None:
    module = program.run(ADD, {}, engine=(writer := Writer({"add": ADDED})))
    assert (module.add(1), module.add(1, b=3)) == (3, 4)
    assert writer.asked == [("add", (1, 2), {})]


def test_a_file_whose_stub_changed_is_generated_anew(program: Program) -> None:
    program.write(ADD, {"add": ADDED})
    program.write(ADD.replace("Add.", "Subtract."))
    module = program.load(engine=(writer := Writer({"add": ADDED.replace("+", "-")})))
    assert (module.add(1), writer.written) == (-1, 1)


def test_what_the_engine_raises_is_raised_and_the_next_call_asks_again(program: Program) -> None:
    class Frozen(Writer):
        def generate(
            self,
            declaration: Declaration,
            function: FunctionType,
            args: tuple[object, ...],
            kwargs: Mapping[str, object],
        ) -> Implementation:
            if not self.asked:
                self.asked.append(("refused", args, dict(kwargs)))
                raise FrozenError("not now", key=declaration.key)
            return super().generate(declaration, function, args, kwargs)

    module = program.run(ADD, {}, engine=Frozen({"add": ADDED}))
    with pytest.raises(FrozenError) as caught:
        module.add(1)
    assert caught.value.key == f"{program.name}.py::add"
    assert module.add(1) == 3


# ---------------------------------------------------------------- files that cannot be used


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def other():\n    return 1\n", "it defines no add"),
        ("add = 5\n", "its add is no function"),
        ("class add:\n    pass\n", "its add is no function"),
        ("async def add(a, b=2):\n    return 1\n", "its add is an `async def`, and the stub is a plain function"),
        ("async def add(a, b=2):\n    yield\n", "its add is an async generator, and the stub is a plain function"),
    ],
)
def test_a_file_without_a_def_of_the_stubs_kind_is_broken_until_it_is_mended(
    program: Program, code: str, reason: str
) -> None:
    module = program.run(ADD, {"add": code}, engine=None)
    with pytest.raises(BrokenImplementationError) as caught:
        module.add(1)
    assert caught.value.args == (f".jiti/{program.name}/add.py: {reason}",)
    assert caught.value.key == f"{program.name}.py::add"
    program.implement("add", ADDED)
    assert module.add(1) == 3


def test_a_file_that_no_longer_parses_here_is_broken(program: Program) -> None:
    """As one that was generated on a later Python: its hashes say that it is fresh."""
    program.write(ADD)
    path = program.implement("add", ADDED)
    newer = ADDED.replace("return", "retrun")
    text = path.read_text().replace(text_hash(ADDED), text_hash(newer)).replace(ADDED, newer)
    path.write_text(text)
    line = text.splitlines().index("    retrun a + b") + 1
    module = program.load(engine=None)
    with pytest.raises(BrokenImplementationError, match=rf"add\.py: it does not parse: line {line}: invalid syntax"):
        module.add(1)


def test_an_import_error_in_the_file_is_told_as_it_is(program: Program) -> None:
    module = program.run(ADD, {}, engine=(writer := Writer({})))
    path = program.implement("add", "import jiti_knows_no_such_module\n\n\n" + ADDED)
    with pytest.raises(ModuleNotFoundError) as caught:
        module.add(1)
    assert caught.value.name == "jiti_knows_no_such_module"
    assert traceback.extract_tb(caught.value.__traceback__)[-1].filename == str(path)
    assert writer.asked == []


def test_what_a_files_own_code_raises_is_told_as_it_is_and_it_runs_again_next_time(program: Program) -> None:
    module = program.run(ADD, {}, engine=None)
    program.implement("add", f"import builtins\n\nif not hasattr(builtins, {program.name!r}):\n    1 / 0\n\n{ADDED}")
    with pytest.raises(ZeroDivisionError):
        module.add(1)
    setattr(builtins, program.name, True)
    assert module.add(1) == 3
    delattr(builtins, program.name)


# ---------------------------------------------------------------- what the implementation sees

MAKE = '''
@jiti
def make() -> object:
    """Make."""
'''


def made_of_token(program: Program) -> str:
    return f"""
        from {program.name} import Token

        def make() -> object:
            return Token()
        """


def test_an_implementation_imports_from_the_module_of_its_stub(program: Program) -> None:
    module = program.run(f"{MAKE}\nclass Token: ...\n", {"make": made_of_token(program)})
    assert type(module.make()) is module.Token


def test_a_call_while_its_module_is_being_imported_works_with_what_is_there(program: Program) -> None:
    module = program.run(f"class Token: ...\n\n{MAKE}\nfirst = make()\n", {"make": made_of_token(program)})
    assert type(module.first) is module.Token


def test_a_call_while_its_own_file_is_being_loaded_says_so(program: Program) -> None:
    code = f"""
        import {program.name}

        _FIRST = {program.name}.make()

        def make() -> object:
            return _FIRST
        """
    module = program.run(MAKE, {"make": code})
    with pytest.raises(ImportError, match=r"^make was called while its own implementation is still being loaded$"):
        module.make()


def test_a_files_helpers_are_not_seen_by_another_stubs_file(program: Program) -> None:
    source = MAKE.replace("make", "one") + MAKE.replace("make", "two")
    code = """
        _NAME = "{name}"

        def {name}() -> object:
            return _NAME
        """
    module = program.run(source, {name: code.format(name=name) for name in ("one", "two")})
    assert (module.one(), module.two(), module.one()) == ("one", "two", "one")


def test_a_file_is_compiled_without_the_futures_of_whoever_loads_it(program: Program) -> None:
    code = """
        def _typed(a: int) -> None: ...

        def make() -> object:
            return _typed.__annotations__["a"]
        """
    assert program.run(MAKE, {"make": code}).make() is int
