"""A stub is its implementation from the start, where that needs nothing of the stub's module.

So it is in a frozen process; and from Python 3.13 on where a process before this one has called it.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pickle
import sys
import threading
import types
import typing
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from jiti import dispatch, host, loader
from jiti.dispatch.needs import needs_of
from jiti.errors import ApprovalNeededError, FrozenError
from tests.unit.dispatch.running import SECONDS, end, next_process, script

if TYPE_CHECKING:
    from types import FunctionType, ModuleType

    from tests.unit.program import Program

ADD = '@jiti\ndef add(a: int, b: int = 2) -> int:\n    """Add."""\n'
ADDED = "def add(a, b=2):\n    return a + b\n"
STEP_AT_RUN_TIME = """\
TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
else:
    from {name} import STEP


"""
STEP_BY_NAME = "__import__('importlib').import_module('{name}').STEP"
STEP_IN_A_CALL = "def step():\n    from {name} import STEP\n\n    return STEP\n\n\nSTEP = step()\n\n\n"
KINDS = '''
    LIMIT = object()

    class Parser:
        @jiti
        def limited(self, text: str, /, by: object = LIMIT, *rest: int, upto: int = 3, strict: bool) -> tuple:
            """Give all of it back."""

        @property
        @jiti
        def name(self) -> str:
            """Its name."""

        @classmethod
        @jiti
        def of(cls) -> type:
            """Its class."""

        @staticmethod
        @jiti
        def three() -> int:
            """Three."""

    @jiti
    def squares(n: int):
        """Squares."""

    @jiti
    async def later(n: int) -> int:
        """The same."""
    '''
DONE = {
    "Parser.limited": """
        class Parser:
            def limited(self, text, /, by=..., *rest, upto=3, strict):
                return text, by, rest, upto, strict
        """,
    "Parser.name": """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from shop import Parser

        class _Parser(Parser if TYPE_CHECKING else object):
            @property
            def name(self):
                return type(self).__name__

        if not TYPE_CHECKING:
            Parser = _Parser
        """,
    "Parser.of": "class Parser:\n    @classmethod\n    def of(cls):\n        return cls\n",
    "Parser.three": "class Parser:\n    @staticmethod\n    def three():\n        return 3\n",
    "squares": "import math\n\n\ndef squares(n):\n    for each in range(n):\n        yield math.prod((each, each))\n",
    "later": "async def later(n):\n    return n\n",
}


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JITI_FROZEN", "1")


@pytest.fixture
def from_3_13_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is not frozen, of a Python that specialises no calls of functions whose code was exchanged."""
    monkeypatch.setenv("JITI_FROZEN", "")
    monkeypatch.setattr("jiti.dispatch.dispatcher._BINDS_REMEMBERED", True)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def is_bound(function: FunctionType) -> bool:
    """Whether its code stands in the mirror."""
    return ".jiti" in function.__code__.co_filename


def test_each_kind_is_bound_before_its_first_call_and_does_what_it_says(program: Program) -> None:
    shop = program.run(KINDS, DONE)
    assert are_bound(shop) == [True] * 5
    use_each_kind(shop)


@pytest.mark.usefixtures("from_3_13_on")
def test_so_it_is_for_each_kind_that_a_process_has_called_before(program: Program) -> None:
    shop = program.run(KINDS, DONE)
    assert are_bound(shop) == [False] * 5
    use_each_kind(shop)
    shop = next_process(program)
    assert are_bound(shop) == [True] * 5
    use_each_kind(shop)


def are_bound(shop: ModuleType) -> list[bool]:
    own = vars(shop.Parser)
    assert not is_bound(shop.squares)  # which is no generator, and its implementation is one
    functions = [own["limited"], own["name"].fget, own["of"].__func__, own["three"].__func__, shop.later]
    return [is_bound(each) for each in functions]


def use_each_kind(shop: ModuleType) -> None:
    parser = shop.Parser()
    assert parser.limited("a", strict=True) == ("a", shop.LIMIT, (), 3, True)
    assert parser.limited("a", 1, 2, upto=4, strict=False) == ("a", 1, (2,), 4, False)
    assert (parser.name, shop.Parser.of(), parser.three()) == ("Parser", shop.Parser, 3)
    assert (list(shop.squares(3)), asyncio.run(shop.later(7))) == ([0, 1, 4], 7)
    with pytest.raises(TypeError, match="strict"):
        parser.limited("a")


def test_what_is_bound_looks_like_the_stub(program: Program) -> None:
    shop = program.run(ADD, {"add": ADDED})
    assert is_bound(shop.add)
    assert (shop.add.__module__, shop.add.__qualname__, shop.add.__doc__) == (program.name, "add", "Add.")
    assert str(inspect.signature(shop.add)) == "(a: 'int', b: 'int' = 2) -> 'int'"
    assert typing.get_type_hints(shop.add) == {"a": int, "b": int, "return": int}
    assert pickle.loads(pickle.dumps(shop.add)) is shop.add  # noqa: S301 - our own
    assert dispatch.is_declared(shop.add)


@pytest.mark.parametrize("frozen_by", ["", "0", "false"])
def test_a_process_that_is_not_frozen_binds_at_the_first_call(
    program: Program, monkeypatch: pytest.MonkeyPatch, frozen_by: str
) -> None:
    monkeypatch.setenv("JITI_FROZEN", frozen_by)
    shop = program.run(ADD, {"add": ADDED})
    assert not is_bound(shop.add)
    assert shop.add(1) == 3
    assert is_bound(shop.add)


@pytest.mark.parametrize(
    ("implementation", "result"),
    [
        ("def add(a, b=2):\n    return a if not b else add(a + 1, b - 1)\n", 5),
        ("from {name} import STEP\n\n\ndef add(a, b=2):\n    return a + STEP\n", 13),
        ("import not_there_yet\n\n\ndef add(a, b=2):\n    return not_there_yet.add(a, b)\n", 5),
        ("import functools\n\n\n@functools.cache\ndef add(a, b=2):\n    return a + b\n", 5),
        (f"{STEP_IN_A_CALL}def add(a, b=2):\n    return a + STEP\n", 13),
        (f"{STEP_AT_RUN_TIME}def add(a, b=2):\n    return a + STEP\n", 13),
        ("from package import part\n\n\ndef add(a, b=2):\n    return a + part.STEP\n", 4),
        ("from package import SIZE\n\n\ndef add(a, b=2):\n    return a + SIZE\n", 5),
        ("import os\n\nSTEP = os.environ.get('STEP', 0)\n\n\ndef add(a, b=2):\n    return a + b\n", 5),
        (f"def add(a, b=2):\n    return a + {STEP_BY_NAME}\n", 13),
    ],
    ids=[
        *("it names itself", "it needs its module", "it needs a module that nobody has imported", "it is decorated"),
        *("it calls what needs its module", "it needs its module where nothing checks types"),
        "it needs a module of a package that nobody has imported",
        *("it needs a value that may change", "it looks at the environment when it is run"),
        "it imports a module by its name",
    ],
)
def test_what_cannot_be_bound_yet_waits_for_its_first_call(program: Program, implementation: str, result: int) -> None:
    (program.root / "not_there_yet.py").write_text("def add(a, b):\n    return a + b\n", encoding="utf-8")
    (program.root / "package").mkdir()
    (program.root / "package" / "__init__.py").write_text("SIZE = 2\n", encoding="utf-8")
    (program.root / "package" / "part.py").write_text("STEP = 1\n", encoding="utf-8")
    source = f"import package\n\nSTEP = 0\n\n{ADD}\nSTEP = 10\n"
    shop = program.run(source, {"add": implementation.format(name=program.name)})
    for _ in range(2):
        assert not is_bound(shop.add)
        assert shop.add(3) == result
        for name in ("not_there_yet", "package.part", "package"):
            sys.modules.pop(name, None)
        shop = next_process(program)


def test_recursion_goes_through_what_stands_above_the_stub(program: Program) -> None:
    source = '''
        import functools

        @functools.cache
        @jiti
        def fib(n: int) -> int:
            """The n-th."""
        '''
    shop = program.run(source, {"fib": "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"})
    assert (shop.fib(30), shop.fib.cache_info().misses) == (832040, 31)


def test_a_bare_super_means_the_users_class(program: Program) -> None:
    source = '''
        class Base:
            def name(self) -> str:
                return "base"

        class Child(Base):
            @jiti
            def name(self) -> str:
                """What the base says, and more."""
        '''
    implementation = "class Child:\n    def name(self):\n        return super().name() + '!'\n"
    assert program.run(source, {"Child.name": implementation}).Child().name() == "base!"


@pytest.mark.parametrize(
    ("implementation", "error"),
    [
        (None, FrozenError),
        (f"1 / 0\n\n\n{ADDED}", ZeroDivisionError),
        (f"raise SystemExit\n\n\n{ADDED}", SystemExit),
    ],
    ids=["there is none", "its file raises", "its file ends the process"],
)
def test_what_stands_in_the_way_is_told_by_the_first_call_alone(
    program: Program, implementation: str | None, error: type[BaseException]
) -> None:
    shop = program.run(ADD, {} if implementation is None else {"add": implementation})
    for _ in range(2):
        with pytest.raises(error):
            shop.add(1)


def test_a_bound_stub_looks_at_the_mirror_again_where_it_is_told_to(program: Program) -> None:
    shop = program.run(ADD, {"add": ADDED})
    program.implement("add", ADDED.replace("a + b", "a - b"))
    assert shop.add(1) == 3
    dispatch.rearm(str(program.root))
    assert not is_bound(shop.add)
    assert shop.add(1) == -1


@pytest.mark.parametrize(
    "implementation", [ADDED.replace("add", "_add") + "\n\nadd = _add\n", "add = lambda a, b=2: a + b\n"]
)
def test_it_has_the_stubs_name_whatever_the_implementations(program: Program, implementation: str) -> None:
    shop = program.run(ADD, {"add": implementation})
    assert (is_bound(shop.add), shop.add.__name__, shop.add(1)) == (True, "add", 3)


def test_parameters_may_go_by_any_names(program: Program) -> None:
    parameters = "a=1, *, _jiti_0=2, defaults=3, by_name=4"
    source = f"@jiti\ndef add({parameters}):\n    'Add.'\n"
    shop = program.run(source, {"add": f"def add({parameters}):\n    return a, _jiti_0, defaults, by_name\n"})
    assert shop.add() == (1, 2, 3, 4)


def test_a_nested_stub_waits_for_its_first_call(program: Program) -> None:
    source = "def outer():\n    @jiti\n    def inner(a: int) -> int:\n        'Give it.'\n\n    return inner\n"
    shop = program.run(source, {"outer.<locals>.inner": "def inner(a):\n    return a\n"})
    assert [is_bound(shop.outer()), shop.outer()(3), is_bound(shop.outer())] == [False, 3, True]


def test_under_a_host_it_waits_for_its_first_call(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "current", object())  # as under pytest, which compiles tests in its own way
    assert not is_bound(program.run(ADD, {"add": ADDED}).add)


@pytest.mark.usefixtures("from_3_13_on")
def test_nothing_is_looked_for_that_nobody_has_called(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.write(ADD + ADD.replace("add", "sub"), {"add": ADDED, "sub": ADDED.replace("add", "sub")})
    assert program.load().sub(1) == 3
    with monkeypatch.context() as patch:
        patch.setattr("jiti.states.look", None)
        shop = next_process(program)
    assert [is_bound(shop.add), is_bound(shop.sub)] == [False, True]
    assert shop.add(1) == 3


def test_it_is_python_3_13_from_which_on_it_is_so(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JITI_FROZEN")
    program.write(ADD, {"add": ADDED})
    text = f"import sys\nsys.dont_write_bytecode = False\nsys.pycache_prefix = None\nfrom {program.name} import add\n"
    told = [script(program, f"{text}print('.jiti' in add.__code__.co_filename, add(1))\n").split() for _ in range(2)]
    assert told == [["False", "3"], [str(sys.version_info >= (3, 13)), "3"]]


@pytest.mark.usefixtures("from_3_13_on")
@pytest.mark.parametrize("changed", ["stub", "implementation"])
def test_what_was_changed_since_is_looked_at_by_the_first_call(program: Program, changed: str) -> None:
    assert program.run(ADD, {"add": ADDED}).add(1) == 3
    if changed == "stub":
        program.write(f"# Sums.\n{ADD}")
    else:
        program.implement("add", ADDED.replace("a + b", "a * b"))
    for is_seen in (False, True):
        shop = next_process(program)
        assert is_bound(shop.add) is is_seen
        assert shop.add(1) == (3 if changed == "stub" else 2)


@pytest.mark.usefixtures("from_3_13_on")
def test_what_a_person_has_to_approve_waits_for_its_first_call(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.run(ADD, {"add": ADDED}).add(1) == 3
    assert is_bound(next_process(program).add)
    monkeypatch.setenv("JITI_APPROVE", "ask")
    monkeypatch.setattr("jiti.approval._of_projects", {})
    assert not is_bound(next_process(program).add)


@pytest.mark.usefixtures("from_3_13_on")
def test_what_is_to_be_approved_is_asked_for_after_stubs_were_declared(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.write(ADD + ADD.replace("add", "sub"), {"add": ADDED, "sub": ADDED.replace("add", "sub")})
    assert program.load().add(1) == 3
    shop = next_process(program)
    assert is_bound(shop.add)
    monkeypatch.setenv("JITI_APPROVE", "ask")
    monkeypatch.setenv("JITI_FROZEN", "1")
    with pytest.raises(ApprovalNeededError):
        shop.sub(1)


@pytest.mark.usefixtures("from_3_13_on")
def test_a_script_whose_stub_is_bound_is_imported_as_plain_ones_are(program: Program) -> None:
    program.write(f"{ADD}import helper\n\nLATER = 3\nif __name__ == '__main__':\n    print(add(1), helper.LATER)\n")
    program.implement("add", ADDED)
    (program.root / "helper.py").write_text(f"from {program.name} import LATER\n", encoding="utf-8")
    text = f"""
import runpy, sys
from jiti.dispatch import dispatcher

sys.dont_write_bytecode, sys.pycache_prefix, dispatcher._BINDS_REMEMBERED = False, None, True
print('.jiti' in runpy.run_path({str(program.path)!r}, run_name='__main__')['add'].__code__.co_filename)
"""
    assert [script(program, text).split() for _ in range(2)] == [["3", "3", "True"]] * 2


@pytest.mark.usefixtures("from_3_13_on")
def test_a_stub_that_is_declared_for_its_implementations_sake_has_that_run_once(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.run(ADD, {"add": ADDED}).add(1) == 3
    end(program)
    program.unload()
    runs: list[object] = []
    monkeypatch.syspath_prepend(program.root)
    monkeypatch.setattr(loader, "_namespaces", {})
    monkeypatch.setattr(loader.Namespace, "_run", lambda *given: runs.append(given))
    implementation = importlib.import_module(f"_jiti.{program.name}:add")  # as `pickle` does
    assert (implementation.add(1), importlib.import_module(program.name).add(1), runs) == (3, 3, [])


def test_a_module_of_the_projects_by_a_name_of_pythons_is_needed(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = program.run(ADD, {"add": ADDED}).add.__wrapped__
    code = compile("from colorsys import Color\n", "file", "exec")
    assert needs_of(code, written) == ()
    monkeypatch.setitem(sys.modules, "colorsys", types.ModuleType("colorsys"))
    monkeypatch.setattr(sys.modules["colorsys"], "__file__", str(program.root / "colorsys.py"), raising=False)
    assert needs_of(code, written) == (("colorsys", "colorsys.Color"), ("colorsys", "colorsys"))


@pytest.mark.usefixtures("from_3_13_on")
def test_who_unpickles_in_another_thread_waits_until_it_is_bound(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys\n\n\nclass _Point:\n    each = sys.started()\n\n\ndef point():\n    return _Point()\n"
    program.write("@jiti\ndef point() -> object:\n    'A point.'\n", {"point": code})
    monkeypatch.setattr(sys, "started", lambda: 0, raising=False)
    monkeypatch.setattr("jiti.dispatch.timeless.is_timeless", lambda _: True)
    pickled = pickle.dumps(program.load().point())
    end(program)
    program.unload()
    begun, waited = threading.Event(), threading.Event()

    def started() -> int:
        begun.set()
        waited.wait(0.05)  # for as long as whoever waits would not, if nothing held them up
        return 1

    monkeypatch.setattr(sys, "started", started)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(lambda: (begun.wait(SECONDS), pickle.loads(pickled)))  # noqa: S301 - our own
        other.add_done_callback(lambda _: waited.set())
        assert is_bound(program.load().point)
        assert other.result(SECONDS)[1].each == 1
