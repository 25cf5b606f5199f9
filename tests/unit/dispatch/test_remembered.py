"""What first calls found, for the next process: what is taken from there, and what is looked at all the same."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from jiti import clearing, loader, mirror, trial
from jiti.dispatch import dispatcher, remembered
from jiti.errors import ApprovalNeededError, ConflictError, FrozenError
from jiti.spec import text_hash
from tests.unit.dispatch.running import THREADS, end, needs_fork, next_process, script, together

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FunctionType

    from jiti.loader import Source
    from jiti.stub import Declaration
    from tests.unit.program import Program

ADD = '''
@jiti
def add(a: int, b: int = 2) -> int:
    """Add."""
'''
CODE = """
def add(a: int, b: int = 2) -> int:
    return a + b
"""
WITH_BYTECODE = "import sys\nsys.dont_write_bytecode = False\nsys.pycache_prefix = None\n"
LOOKED = "print('jiti.states' in sys.modules)\n"


@pytest.fixture(autouse=True)
def _with_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


@pytest.fixture(autouse=True, params=[False, True], ids=["bound when called", "bound when declared"])
def bound(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As before Python 3.13, and as from then on."""
    monkeypatch.setattr(dispatcher, "_BINDS_REMEMBERED", request.param)


@pytest.fixture
def called(program: Program) -> Program:
    """A program whose stub was called in a process that has ended."""
    program.write(ADD, {"add": CODE})
    assert program.load().add(1) == 3
    end(program)
    return program


def told(function: FunctionType) -> Source | None:
    """What a process is told of a stub."""
    return remembered.source_of(function.__wrapped__, None)  # ty: ignore[missing-attribute]  # a stub's


def cache_of(program: Program) -> Path:
    return program.root / ".jiti" / "__pycache__" / f"{program.name}.{sys.implementation.cache_tag}.pyc"


def mirrored(program: Program) -> Path:
    return program.root / ".jiti" / program.name / "add.py"


def edit(path: Path, old: str, new: str) -> None:
    """Change a file, but neither its size nor its times."""
    status = path.stat()
    text = path.read_text(encoding="utf-8")
    assert old in text
    assert len(old) == len(new)
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


# ---------------------------------------------------------------- what is remembered


def test_the_next_process_does_not_look_again(program: Program) -> None:
    program.write(ADD, {"add": CODE})
    text = f"{WITH_BYTECODE}from {program.name} import add\nprint(add(1), add(1, b=5), add.__code__)\n{LOOKED}"
    (*first, looked), (*later, looked_later) = script(program, text).split(), script(program, text).split()
    assert (first[:2], looked, looked_later) == (["3", "6"], "True", "False")
    assert first[-1] == later[-1]


def test_it_is_what_was_found(called: Program) -> None:
    found = told(next_process(called).add)
    assert found is not None
    assert (found.path, found.filed) == (str(mirrored(called)), True)
    assert found.text == mirrored(called).read_text(encoding="utf-8")
    there, here = found.declaration, called.declaration("add")
    assert (there.key, there.line, there.text, there.root) == (here.key, here.line, here.text, here.root)


def test_an_error_shows_the_line_in_the_mirror(program: Program) -> None:
    program.write(ADD, {"add": CODE.replace("a + b", "a / 0")})
    for _ in range(2):
        with pytest.raises(ZeroDivisionError) as caught:
            next_process(program).add(1)
        last = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert (last.filename, last.line) == (str(mirrored(program)), "return a / 0")


def test_stubs_of_each_kind_are_remembered(program: Program) -> None:
    text = """
    import asyncio

    class Shop:
        @jiti
        def total(self, *prices: int, tax: int = 0) -> int:
            '''Add up.'''

        @property
        @jiti
        def name(self) -> str:
            '''Its name.'''

        @name.setter
        @jiti
        def name(self, new: str) -> None:
            '''Rename it.'''

    @jiti
    async def later(x: int) -> int:
        '''Give it.'''

    def outer():
        @jiti
        def inner(x: int) -> int:
            '''Give it.'''
        return inner
    """
    head = "class Shop:\n    @property\n    def name(self):\n        return self._name\n"
    codes = {
        "Shop.total": "class Shop:\n    def total(self, *prices, tax=0):\n        return sum(prices) + tax\n",
        "Shop.name": head,
        "Shop.name.setter": f"{head}    @name.setter\n    def name(self, new):\n        self._name = new\n",
        "later": "async def later(x):\n    return x\n",
        "outer.<locals>.inner": "def inner(x):\n    return x\n",
    }
    program.write(text, codes)
    for is_told in (False, True):
        module = next_process(program)
        name = module.Shop.__dict__["name"]
        functions = [module.Shop.total, name.fget, name.fset, module.later, module.outer()]
        assert [told(each) is not None for each in functions] == [is_told] * len(functions)
        module = next_process(program)
        shop = module.Shop()
        shop.name = "Corner"
        assert (shop.name, shop.total(1, 2, tax=3)) == ("Corner", 6)
        assert (module.asyncio.run(module.later(4)), module.outer()(5)) == (4, 5)


def test_a_file_that_a_person_edited_is_parsed_once(called: Program) -> None:
    edit(mirrored(called), "a + b", "a * b")
    for is_told in (False, True):
        assert (told(next_process(called).add) is not None) is is_told
        assert next_process(called).add(4) == 8


def test_objects_of_classes_that_a_file_defines_are_pickled(program: Program) -> None:
    code = "class _Point:\n    x = 7\n\n\ndef point() -> object:\n    return _Point()\n"
    program.write('@jiti\ndef point() -> object:\n    """A point."""\n', {"point": code})
    for _ in range(2):
        found = next_process(program).point()
        assert type(pickle.loads(pickle.dumps(found))) is type(found)  # noqa: S301 - our own


def test_threads_that_call_at_once_load_it_once(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[int] = []
    monkeypatch.setattr(sys, "loads", loads, raising=False)
    program.write(ADD, {"add": f"import sys\nsys.loads.append(1)\n{CODE}"})
    next_process(program).add(1)
    module = next_process(program)
    assert together(module.add) == [number + 2 for number in range(THREADS)]
    assert len(loads) == 2


def test_code_that_raises_is_run_again_by_the_next_call(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.write(ADD, {"add": f"import sys\nsys.is_ready\n{CODE}"})
    monkeypatch.setattr(sys, "is_ready", True, raising=False)
    next_process(program).add(1)
    monkeypatch.delattr(sys, "is_ready")
    module = next_process(program)
    with pytest.raises(AttributeError, match="is_ready"):
        module.add(1)
    monkeypatch.setattr(sys, "is_ready", True, raising=False)
    assert module.add(1) == 3


# ---------------------------------------------------------------- what makes it look again


def test_an_edit_in_the_mirror_of_the_same_size_and_time_is_seen(called: Program) -> None:
    edit(mirrored(called), "a + b", "a * b")
    assert next_process(called).add(4) == 8


@pytest.mark.parametrize(("old", "new"), [("Add.", "Sum."), ("b: int = 2", "b: int = 3"), ("-> int", "-> str")])
def test_an_edit_of_the_stub_of_the_same_size_and_time_is_seen(
    called: Program, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setenv("JITI_FROZEN", "1")
    edit(called.path, old, new)
    with pytest.raises(FrozenError, match="stale"):
        next_process(called).add(1)


def test_an_edit_of_the_stub_while_the_process_runs_is_seen_unless_it_is_bound(
    called: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = next_process(called)
    called.path.write_text(called.path.read_text(encoding="utf-8").replace("Add.", "Add them up."), encoding="utf-8")
    monkeypatch.setenv("JITI_FROZEN", "1")
    if dispatcher._BINDS_REMEMBERED:  # noqa: SLF001 - see above
        assert module.add(1) == 3
        module = next_process(called)
    with pytest.raises(FrozenError, match="stale"):
        module.add(1)


def test_an_edit_of_both_is_a_conflict(called: Program) -> None:
    edit(called.path, "Add.", "Sum.")
    edit(mirrored(called), "a + b", "a * b")
    with pytest.raises(ConflictError):
        next_process(called).add(1)


def test_a_file_that_is_gone_is_missing(called: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JITI_FROZEN", "1")
    mirrored(called).unlink()
    with pytest.raises(FrozenError, match="missing"):
        next_process(called).add(1)


def test_a_change_elsewhere_in_the_source_file_makes_it_look_once(called: Program) -> None:
    text = called.path.read_text(encoding="utf-8").replace("from jiti", "# A comment.\nfrom jiti")
    called.path.write_text(text, encoding="utf-8")
    for is_told in (False, True):
        assert (told(next_process(called).add) is not None) is is_told
        assert next_process(called).add(1) == 3


def test_whether_it_is_approved_is_looked_at_in_each_process(called: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(next_process(called).add) is not None
    monkeypatch.setenv("JITI_APPROVE", "ask")
    monkeypatch.setenv("JITI_FROZEN", "1")
    monkeypatch.setattr("jiti.approval._of_projects", {})
    module = next_process(called)
    assert told(module.add) is None
    with pytest.raises(ApprovalNeededError):
        module.add(1)


class Lenient:
    """An engine that has a stub run what is there, whatever its state."""

    def generate(self, declaration: Declaration, *_: object) -> mirror.Implementation | None:
        return mirror.read(declaration)


def test_what_an_engine_lets_run_is_looked_at_by_the_next_process(called: Program) -> None:
    text = called.path.read_text(encoding="utf-8").replace("@jiti", "@jiti(engine=given)").replace("Add.", "Sum.")
    called.path.write_text(text, encoding="utf-8")
    called.unload()
    assert called.load(given=Lenient()).add(1) == 3
    end(called)
    called.unload()
    assert told(called.load(given=None).add) is None


def test_a_process_that_tries_candidates_neither_asks_nor_tells(
    called: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = next_process(called)
    monkeypatch.setattr(trial, "current", trial.Trial())
    assert told(module.add) is None
    cache_of(called).unlink()
    assert module.add(1) == 3
    end(called)
    assert not cache_of(called).exists()


def test_where_implementations_are_compiled_in_another_way_nobody_is_told(
    called: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "compiler", lambda _: None)
    assert told(next_process(called).add) is None


def test_a_stub_with_overloads_is_looked_at_in_each_process(program: Program) -> None:
    text = """
    from typing import overload

    @overload
    def add(a: int, b: int = 2) -> int: ...
    @overload
    def add(a: str, b: int = 2) -> str: ...
    @jiti
    def add(a, b=2):
        '''Add.'''
    """
    program.write(text, {"add": "def add(a, b=2):\n    return a + b\n"})
    for _ in range(2):
        assert told(next_process(program).add) is None
        assert next_process(program).add(1) == 3


def test_a_file_by_the_other_name_gives_way_to_one_by_the_plain_name(called: Program) -> None:
    path = mirrored(called)
    path.rename(path.with_name(f"add~{text_hash(f'{called.name}.py::add')[:6]}.py"))
    for _ in range(2):
        assert told(next_process(called).add) is None
        assert next_process(called).add(1) == 3


# ---------------------------------------------------------------- where it is kept


@pytest.mark.parametrize(
    "torn", [lambda _: b"", lambda data: data[:10], lambda data: data[:-9], lambda data: data[:40] + b"x" + data[41:]]
)
def test_what_was_torn_is_passed_over_and_written_anew(called: Program, torn: Callable[[bytes], bytes]) -> None:
    cache_of(called).write_bytes(torn(cache_of(called).read_bytes()))
    for is_told in (False, True):
        assert (told(next_process(called).add) is not None) is is_told
        assert next_process(called).add(1) == 3


def test_what_another_python_or_another_jiti_wrote_is_passed_over(
    called: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cache_of(called).read_bytes()
    cache_of(called).write_bytes(b"\0\0\r\n" + whole[4:])
    assert told(next_process(called).add) is None
    cache_of(called).write_bytes(whole)
    monkeypatch.setattr(remembered, "MADE_BY", "another")
    assert told(next_process(called).add) is None


def test_it_names_the_version_of_jiti() -> None:
    assert remembered.MADE_BY.startswith(f"jiti {version('jiti')}, ")


def test_of_a_project_that_was_moved_nothing_is_taken(called: Program, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in (".jiti", called.path.name, "pyproject.toml"):
        (called.root / name).rename(moved / name)
    called.root = moved
    text = f"{WITH_BYTECODE}from {called.name} import add\nprint(add(1), add.__code__.co_filename)\n{LOOKED}"
    assert script(called, text).split() == ["3", str(mirrored(called)), "True"]


def test_nothing_is_kept_where_python_was_told_so(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    program.write(ADD, {"add": CODE})
    program.load().add(1)
    end(program)
    assert not cache_of(program).exists()


def test_it_is_kept_where_python_keeps_bytecode(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    program.write(ADD, {"add": CODE})
    program.load().add(1)
    assert told(next_process(program).add) is not None
    assert not cache_of(program).exists()


def test_a_folder_that_takes_nothing_does_not_matter(program: Program) -> None:
    program.write(ADD, {"add": CODE})
    cache_of(program).parent.write_text("a file where the folder would be")
    for _ in range(2):
        assert next_process(program).add(1) == 3


def test_a_mirror_that_was_cleared_stays_cleared(program: Program) -> None:
    program.write(ADD, {"add": CODE})
    program.load().add(1)
    clearing.clear_project(str(program.root))
    end(program)
    assert not cache_of(program).exists()


def test_a_project_that_was_deleted_stays_deleted(program: Program) -> None:
    program.write(ADD, {"add": CODE})
    program.load().add(1)
    for path in (mirrored(program), cache_of(program)):
        path.unlink(missing_ok=True)
    end(program)
    assert not cache_of(program).exists()


def test_what_two_processes_found_is_kept_together(program: Program) -> None:
    program.write(ADD + ADD.replace("add", "sub"), {"add": CODE, "sub": CODE.replace("add", "sub")})
    for name in ("add", "sub"):
        assert getattr(next_process(program), name)(1) == 3
    module = next_process(program)
    assert None not in (told(module.add), told(module.sub))


@needs_fork
def test_a_process_that_is_forked_before_the_first_call_is_told_too(called: Program) -> None:
    text = f"""
{WITH_BYTECODE}
import os
from {called.name} import add
if os.fork() == 0:
    os._exit(add(1))
print(os.waitstatus_to_exitcode(os.wait()[1]), add(1))
"""
    assert script(called, text) == "3 3\n"
