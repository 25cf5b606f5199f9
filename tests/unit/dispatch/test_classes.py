"""Classes that are stubs as a whole, from their declaration to calls of what was loaded."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import pydoc
import sys
from typing import TYPE_CHECKING, Any

import pytest

from jiti import BrokenImplementationError, RealBodyError, StubError, dispatch
from tests.unit.dispatch.running import THREADS, together
from tests.unit.program import Writer

if TYPE_CHECKING:
    from types import ModuleType

    from tests.unit.program import Program

SOURCE = '''
import abc
import functools
from typing import ClassVar, Protocol

class Named:
    def __init__(self, name: str) -> None:
        self.name = name

    def hello(self) -> str:
        return f"I am {self.name}"

class Sized(Protocol):
    def size(self) -> int: ...

class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> int: ...

@jiti
class Child(Named, Sized, Shape):
    """A child that says how many it is."""

    WORDS: ClassVar[dict[str, int]]

    def __init__(self, name: str, count: int = 2) -> None:
        """Make it."""

    def hello(self) -> str:
        """Greet."""

    def size(self) -> int: ...

    def area(self) -> int:
        raise NotImplementedError

    @property
    def count(self) -> int:
        """How many."""

    @count.setter
    def count(self, count: int) -> None:
        """Be as many."""

    @classmethod
    def twins(cls) -> "Child":
        """Two of a name."""

    @staticmethod
    def twice(count: int) -> int:
        """Two times a number."""

    async def wait(self) -> int:
        """Wait."""

    async def each(self):
        """Give them."""
        yield

    @functools.cached_property
    def slow(self) -> int:
        """Compute."""

    @functools.lru_cache
    def remembered(self, count: int) -> int:
        """Compute once."""

    def real(self) -> str:
        return self._secret() + self.name

    def _secret(self) -> str: ...

    @abc.abstractmethod
    def _never(self) -> None: ...

class Whole(Child):
    def _never(self) -> None:
        pass

    def hello(self) -> str:
        return super().hello() + "?"
'''
CODE = """
import functools

class _Child(object):
    WORDS = {"one": 1}

    def __init__(self, name, count=2):
        super().__init__(name)
        self._count = count

    def hello(self):
        return super().hello() + "!" * self._count

    def size(self):
        return self._count

    area = size

    @property
    def count(self):
        return self._count

    @count.setter
    def count(self, count):
        self._count = count

    @classmethod
    def twins(cls):
        return cls("twins", 2)

    @staticmethod
    def twice(count):
        return _double(count)

    async def wait(self):
        return self._count

    async def each(self):
        for number in range(self._count):
            yield number

    @functools.cached_property
    def slow(self):
        return self._count * 10

    def remembered(self, count):
        return count * self._count

    def _secret(self):
        return self.__deep() + self._plain

    def __deep(self):
        return super().hello() + ": "

    @property
    def _plain(self):
        return "really "

def _double(count):
    return 2 * count

Child = _Child
"""


def _run(program: Program) -> ModuleType:
    return program.run(SOURCE, {"Child": CODE})


def test_all_kinds_of_methods_share_one_file_and_its_private_state(program: Program) -> None:
    module = _run(program)
    child = module.Whole("Ann", 3)
    assert (child.hello(), child.size(), child.area()) == ("I am Ann!!!?", 3, 3)
    child.count = 1
    assert (child.count, child.twice(4), child.slow, child.remembered(5)) == (1, 8, 10, 5)
    assert child.real() == "I am Ann: really Ann"
    assert asyncio.run(child.wait()) == 1

    async def all_of_them() -> list[int]:
        return [each async for each in child.each()]

    assert asyncio.run(all_of_them()) == [0]
    assert module.Whole.twins().name == "twins"


USES = {
    "constructing": lambda module: module.Whole("Ann"),
    "a class method": lambda module: module.Whole.twins(),
    "a static method": lambda module: module.Child.twice(2),
    "a class attribute": lambda module: module.Child.WORDS,
    "a class attribute of an instance": lambda module: module.Whole.__new__(module.Whole).WORDS,
    "a property": lambda module: setattr(module.Whole.__new__(module.Whole), "count", 3),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_the_first_use_of_whatever_is_to_be_written_loads_all_of_it(program: Program, use) -> None:  # noqa: ANN001 - a lambda
    module = _run(program)
    assert f"_jiti.{program.name}:Child" not in sys.modules
    use(module)
    assert module.Child.WORDS == {"one": 1}
    assert module.Child.size.__code__.co_filename.endswith("Child.py")


def _again(value: object) -> Any:  # noqa: ANN401 - as it was
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - just made


def test_the_class_is_the_same_before_and_after(program: Program) -> None:
    module = _run(program)
    kind = module.Child
    early = module.Whole.__new__(module.Whole)
    before = pydoc.plain(pydoc.render_doc(kind)), inspect.signature(kind), inspect.signature(kind.twins)
    assert "Two of a name." in before[0]
    assert f"_jiti.{program.name}:Child" not in sys.modules
    early.__init__("Early")
    after = pydoc.plain(pydoc.render_doc(kind)), inspect.signature(kind), inspect.signature(kind.twins)
    assert after[1:] == before[1:]
    assert after[0].replace("WORDS = {'one': 1}", "") == before[0] or "Two of a name." in after[0]
    assert kind is module.Child is module.Whole.__base__
    assert isinstance(early, kind)
    assert _again(early).__dict__ == {"name": "Early", "_count": 2}
    assert _again(early.hello)() == "I am Early!!?"
    assert _again(kind) is kind
    assert getattr(kind, "_Child__deep").__qualname__ == "Child.__deep"  # noqa: B009 - else it is mangled for this file


def test_a_cached_method_is_the_generated_function_itself(program: Program) -> None:
    module = _run(program)
    child = module.Whole("Ann")
    child.size()
    assert type(child).size.__code__ is not None
    assert child.size.__func__.__code__.co_filename.endswith("Child.py")
    assert child.hello.__func__.__code__.co_filename == module.__file__  # of Whole, which is real


@pytest.mark.parametrize("decorators", ["@dataclass(slots=True)\n@jiti", "@jiti\n@dataclass(slots=True)"])
def test_a_dataclass_has_its_own_methods_and_the_written_ones(program: Program, decorators: str) -> None:
    source = f'''
from dataclasses import dataclass
from typing import ClassVar

{decorators}
class Point:
    """A point."""

    ORIGIN: ClassVar["Point"]
    x: int = 0
    y: int = 0

    def norm(self) -> int:
        """How far it is from the origin."""

    def __str__(self) -> str: ...

class Far(Point):
    def norm(self) -> int:
        return super().norm() * 10
'''
    code = """
class _Point(object):
    ORIGIN = None

    def norm(self):
        return self._sum()

    def __str__(self):
        return f"{super().__repr__()}, {self.norm()}"

    def _sum(self):
        return abs(self.x) + abs(self.y)

Point = _Point
"""
    module = program.run(source, {"Point": code})
    assert module.Point(1, -2) == module.Point(1, -2)
    assert repr(module.Point(1)) == "Point(x=1, y=0)"
    assert not hasattr(module.Point(1), "__dict__")
    assert module.Far(1, -2).norm() == 30
    assert str(module.Point(1)).endswith(", 1")
    assert module.Point.ORIGIN is None


DECORATED = '''
from functools import partialmethod, singledispatchmethod

class Lazy:
    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner=None):
        return self.function(instance)

def times(number):
    def deco(function):
        def again(*args):
            return [function(*args) for _ in range(number)]
        return again
    return deco

@jiti
class Decorated:
    """Says numbers."""

    @Lazy
    def lazy(self) -> int: ...

    @times(2)
    @times(1)
    def twice(self, number: int) -> int: ...

    @staticmethod
    @times(2)
    def alone(number: int) -> int: ...

    @property
    @times(2)
    def some(self) -> int: ...

    @some.setter
    @times(1)
    def some(self, number: int) -> None: ...

    @singledispatchmethod
    def by_kind(self, number: object) -> int: ...

    part = partialmethod(twice, 7)
'''
UNDECORATED = """
class Decorated:
    def lazy(self): return 1
    def twice(self, number): return number
    @staticmethod
    def alone(number): return number
    @property
    def some(self): return 3
    @some.setter
    def some(self, number): self._number = number
    def by_kind(self, number): return 4
"""


@pytest.mark.parametrize(
    ("use", "value"),
    [
        (lambda each: each.lazy, 1),
        (lambda each: each.twice(2), [[2], [2]]),
        (lambda each: each.alone(2), [2, 2]),
        (lambda each: each.some, [3, 3]),
        (lambda each: (setattr(each, "some", 5), vars(each)["_number"])[1], 5),
        (lambda each: each.by_kind(""), 4),
        (lambda each: each.part(), [[7], [7]]),
    ],
    ids=["lazy", "twice", "alone", "some", "setter", "by_kind", "part"],
)
def test_decorators_that_do_not_say_what_they_wrap_hide_nothing(program: Program, use: Any, value: object) -> None:  # noqa: ANN401 - a lambda
    module = program.run(DECORATED, {"Decorated": UNDECORATED})
    assert use(module.Decorated()) == value


def test_a_class_attribute_that_the_program_has_set_already_stays(program: Program) -> None:
    module = _run(program)
    module.Child.WORDS = {"two": 2}
    assert module.Whole("Ann").size() == 2
    assert module.Child.WORDS == {"two": 2}


def test_an_engine_is_asked_once_for_the_whole_class_with_the_call_that_needs_it(program: Program) -> None:
    program.write(SOURCE)
    writer = Writer({"Child": CODE})
    module = program.load()
    program.unload()
    source = program.path.read_text(encoding="utf-8").replace("@jiti\n", "@jiti(engine=engine)\n")
    program.path.write_text(source, encoding="utf-8")
    module = program.load(engine=writer)
    child = module.Whole("Ann", count=1)
    assert (child.hello(), child.size()) == ("I am Ann!?", 1)
    assert [(key, args[1:], kwargs) for key, args, kwargs in writer.asked] == [("Child", ("Ann", 1), {})]


def test_rearmed_it_looks_at_the_mirror_again(program: Program) -> None:
    module = _run(program)
    child = module.Whole("Ann", 3)
    assert child.twice(2) == 4
    program.implement("Child", CODE.replace("2 * count", "3 * count").replace("_deep", "_deeper"))
    dispatch.rearm(str(program.root))
    assert child.twice(2) == 6
    assert child.real() == "I am Ann: really Ann"
    assert not hasattr(module.Child, "_Child__deep")


def test_of_a_class_inside_a_function_each_has_the_methods_and_its_own_super(program: Program) -> None:
    source = '''
def made(base):
    @jiti
    class Inner(base):
        """Says more."""

        def hello(self) -> str:
            """Say it."""

        def __private(self) -> str: ...

    return Inner

class One:
    def hello(self):
        return "one"

class Two:
    def hello(self):
        return "two"
'''
    code = """
class Inner(object):
    def hello(self):
        return super().hello() + self.__private()

    def __private(self):
        return "!"
"""
    module = program.run(source, {"made.<locals>.Inner": code})
    one, two = module.made(module.One), module.made(module.Two)
    assert [one().hello(), two().hello(), one().hello()] == ["one!", "two!", "one!"]


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("class C:\n    def f(self): return 1", RealBodyError, "each of its methods has a body already"),
        ("class C:\n    x = 1", RealBodyError, "each of its methods has a body already"),
        ("class C(Protocol):\n    def f(self): ...", StubError, "a protocol has nothing to be written"),
        ("class C(ABC):\n    @abstractmethod\n    def f(self): ...", RealBodyError, "has a body already"),
        ("class C:\n    @jiti\n    def f(self): ...\n    def g(self): ...", StubError, "C.f carries `@jiti`, and its"),
    ],
    ids=["real", "no methods", "protocol", "abstract", "twice"],
)
def test_a_class_with_nothing_to_be_written_is_refused(
    program: Program, source: str, error: type[Exception], message: str
) -> None:
    head = "from abc import ABC, abstractmethod\nfrom typing import Protocol\n"
    with pytest.raises(error, match=message):
        program.run(f"{head}@jiti\n{source}\n", {})


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (CODE.replace("def size", "def sighs").replace("area = size", "area = sighs"), "defines no Child.size"),
        (CODE.replace("async def wait", "def wait"), "is a plain function, and the stub is an `async def`"),
        ("Child = 1\n", "it defines no class Child"),
    ],
    ids=["a method less", "another kind", "no class"],
)
def test_a_file_that_does_not_define_all_of_it_is_broken(program: Program, code: str, message: str) -> None:
    module = program.run(SOURCE, {"Child": code})
    with pytest.raises(BrokenImplementationError, match=message):
        module.Whole("Ann")


def test_a_wrong_call_fails_as_a_plain_one_would_and_before_anything_is_loaded(program: Program) -> None:
    module = _run(program)
    with pytest.raises(TypeError, match=r"__init__\(\) missing 1 required positional argument: 'name'"):
        module.Whole()
    assert f"_jiti.{program.name}:Child" not in sys.modules


def test_what_describes_an_instance_while_its_class_is_written_is_told_so(program: Program) -> None:
    """As an engine does for the model: it is shown what the first call was given, by a `__repr__` that is no more."""
    code = "class C(object):\n    def __init__(self): pass\n    def __repr__(self): return 'C()'\n"

    class Describing(Writer):
        def generate(self, declaration: Any, function: Any, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - as it has
            with pytest.raises(NotImplementedError, match=r"C\.__repr__ is being written"):
                repr(args[0])
            return super().generate(declaration, function, args, kwargs)

    writer = Describing({"C": code})
    source = '@jiti(engine=engine)\nclass C:\n    """C."""\n    def __init__(self): ...\n    def __repr__(self): ...\n'
    assert repr(program.run(source, {}, engine=writer).C()) == "C()"
    assert len(writer.asked) == 1


def test_threads_that_use_a_class_at_once_have_it_written_once(program: Program) -> None:
    source = SOURCE.replace("@jiti\n", "@jiti(engine=engine)\n")
    writer = Writer({"Child": CODE})
    module = program.run(source, {}, engine=writer)
    assert together(lambda number: module.Whole("Ann", number).hello()) == [
        f"I am Ann{'!' * number}?" for number in range(THREADS)
    ]
    assert writer.written == 1


def test_named_tuples_enumerations_and_generic_classes_are_classes_too(program: Program) -> None:
    source = '''
import enum
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

@jiti
class Pair(NamedTuple):
    """A pair."""
    one: int
    two: int
    def total(self) -> int: ...

@jiti
class Colour(enum.Enum):
    """A colour."""
    RED = 1
    BLUE = 2
    def next(self) -> "Colour": ...

@jiti
class Box(Generic[T]):
    """A box."""
    __slots__ = ("item",)
    def __init__(self, item: T) -> None: ...
    def __len__(self) -> int: ...
    def __call__(self) -> T: ...
    def __class_getitem__(cls, item: type) -> str: ...
    def __init_subclass__(cls, size: int = 0) -> None: ...
    def __new__(cls, item: T) -> "Box[T]": ...
'''
    implementations = {
        "Colour": "class Colour:\n    def next(self): return Colour(3 - self.value)\n",
        "Pair": "class Pair:\n    def total(self): return self.one + self.two\n",
        "Box": """
class Box:
    def __new__(cls, item):
        return super().__new__(cls)
    def __init__(self, item):
        self.item = item
    def __len__(self):
        return len(self.item)
    def __call__(self):
        return self.item
    def __class_getitem__(cls, item):
        return f"box of {item.__name__}"
    def __init_subclass__(cls, size=0):
        cls.size = size
""",
    }
    module = program.run(source, implementations)
    assert module.Pair(1, 2).total() == 3
    assert module.Colour.RED.next() is module.Colour.BLUE
    assert module.Box[int] == "box of int"
    assert (len(module.Box("abc")), module.Box("abc")()) == (3, "abc")
    assert type("Large", (module.Box,), {}, size=3).size == 3
