"""Every kind of stub, generated through the real checks: a wrong candidate is turned down, a right one runs."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti.testing import Project, ScriptedModel, submit
from tests.functional.by_hand import written_by_hand

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = '"""Shop."""\n\nfrom __future__ import annotations\n\nfrom jiti import jiti\n'


@dataclass(frozen=True)
class Shape:
    """A module with stubs.

    Attributes:
        source: what follows the module's head.
        bodies: for each stub's qualname a body that has to be turned down, and the right one.
        use: code that prints what the stubs give, with the module as `shop`.
        printed: the same, as code written by hand prints it.
    """

    source: str
    bodies: Mapping[str, tuple[str, str]]
    use: str
    printed: str


METHODS = '''
    class Box:
        """A box."""

        __size = 3

        {first}
        {second}
        def {name}({parameters}) -> {returns}:
            """Say what it is."""
            raise NotImplementedError
'''


def method(first: str, second: str, parameters: str, returns: str, *bodies: str, use: str, printed: str) -> Shape:
    """One method below two decorators."""
    name = "size"
    source = METHODS.format(first=first, second=second, name=name, parameters=parameters, returns=returns)
    wrong, right = bodies
    return Shape(source, {f"Box.{name}": (wrong, right)}, use, printed)


STATIC = ("a: int", "int", "return 'a'", "return a + 1")
CLASS = ("cls", "Box", "return 'a'", "return cls()")
PROPERTY = ("self", "int", "return 'a'", "return self.__size")
OF_STATIC = {"use": "print(shop.Box.size(1), shop.Box().size(2))", "printed": "2 3"}
OF_CLASS = {"use": "print(type(shop.Box.size()).__name__)", "printed": "Box"}
OF_PROPERTY = {"use": "print(shop.Box().size, shop.Box().size)", "printed": "3 3"}

LOUD = '''
    import functools
    from typing import ParamSpec
    from collections.abc import Callable

    P = ParamSpec("P")


    def loud(function: Callable[P, str]) -> Callable[P, str]:
        """Make it loud."""

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> str:
            return function(*args, **kwargs) + "!"

        return wrapper


    {first}
    {second}
    def greet(who: str) -> str:
        """Greet."""
        raise NotImplementedError
'''
GREET = (
    {"greet": ("return 5", "return f'hello {who}'")},
    "print(shop.greet('bob'), shop.greet('al'))",
    "hello bob! hello al!",
)

FIB = '''
    import functools


    {first}
    {second}
    def fib(n: int) -> int:
        """Give the Fibonacci number."""
        raise NotImplementedError
'''
CACHED = (
    {"fib": ("return 'a'", "return n if n < 2 else fib(n - 1) + fib(n - 2)")},
    "print(shop.fib(40), shop.fib.cache_info().misses)",
    "102334155 41",
)

DOUBLED = '''
    import contextlib
    from collections.abc import Iterator


    {first}
    {second}
    def doubled(n: int) -> Iterator[int]:
        """Give twice the number."""
        yield ...
'''
ENTERED = (
    {"doubled": ("return [n]", "yield 2 * n")},
    "for number in (1, 2):\n    with shop.doubled(number) as given:\n        print(given)",
    "2\n4",
)

ACCESSORS = '''
    class Box:
        """A box."""

        def __init__(self) -> None:
            self._size = 0

        @property
        @jiti
        def size(self) -> int:
            """Give the size."""
            raise NotImplementedError

        @size.setter
        @jiti
        def size(self, value: int) -> None:
            """Set the size."""
            raise NotImplementedError

        @jiti
        @size.deleter
        def size(self) -> None:
            """Forget the size: it is 0 again."""
            raise NotImplementedError
'''

SHAPES = {
    "a coroutine": Shape(
        '''
        @jiti
        async def twice(n: int) -> int:
            """Give twice the number."""
            raise NotImplementedError
        ''',
        {"twice": ("return None", "return 2 * n")},
        "import asyncio\nprint(asyncio.run(shop.twice(1)), asyncio.run(shop.twice(2)))",
        "2 4",
    ),
    "a generator": Shape(
        '''
        from collections.abc import Iterator


        @jiti
        def twice(n: int) -> Iterator[int]:
            """Give the number twice."""
            yield ...
        ''',
        {"twice": ("return [n, n]", "yield n\nyield n")},
        "print(list(shop.twice(1)), list(shop.twice(2)))",
        "[1, 1] [2, 2]",
    ),
    "an async generator": Shape(
        '''
        from collections.abc import AsyncIterator


        @jiti
        async def twice(n: int) -> AsyncIterator[int]:
            """Give the number twice."""
            raise NotImplementedError
            yield 0
        ''',
        {"twice": ("return [n, n]", "yield n\nyield n")},
        "import asyncio\nasync def main(): return [n async for n in shop.twice(1)]\nprint(asyncio.run(main()))",
        "[1, 1]",
    ),
    "a static method": method("@staticmethod", "@jiti", *STATIC, **OF_STATIC),
    "jiti above a static method": method("@jiti", "@staticmethod", *STATIC, **OF_STATIC),
    "a class method": method("@classmethod", "@jiti", *CLASS, **OF_CLASS),
    "jiti above a class method": method("@jiti", "@classmethod", *CLASS, **OF_CLASS),
    "a property": method("@property", "@jiti", *PROPERTY, **OF_PROPERTY),
    "jiti above a property": method("@jiti", "@property", *PROPERTY, **OF_PROPERTY),
    "a getter, a setter and a deleter": Shape(
        ACCESSORS,
        {
            "Box.size": ("return 'a'", "return self._size"),
            "Box.size.setter": ("return value", "self._size = value"),
            "Box.size.deleter": ("return 5", "self._size = 0"),
        },
        "box = shop.Box()\nbox.size = 4\nprint(box.size)\ndel box.size\nprint(box.size)",
        "4\n0",
    ),
    "a cached property": Shape(
        '''
        import functools


        class Box:
            """A box."""

            @functools.cached_property
            @jiti
            def parts(self) -> list[int]:
                """Give 1 and 2."""
                raise NotImplementedError

            @jiti
            @functools.cached_property
            def others(self) -> list[int]:
                """Give the parts."""
                raise NotImplementedError
        ''',
        {"Box.parts": ("return 5", "return [1, 2]"), "Box.others": ("return 5", "return self.parts")},
        "box = shop.Box()\nprint(box.parts is box.parts is box.others, box.others)",
        "True [1, 2]",
    ),
    "a wrapper above": Shape(LOUD.format(first="@loud", second="@jiti"), *GREET),
    "a wrapper below": Shape(LOUD.format(first="@jiti", second="@loud"), *GREET),
    "a cache above": Shape(FIB.format(first="@functools.lru_cache", second="@jiti"), *CACHED),
    "a cache below": Shape(FIB.format(first="@jiti", second="@functools.lru_cache"), *CACHED),
    "a context manager above": Shape(DOUBLED.format(first="@contextlib.contextmanager", second="@jiti"), *ENTERED),
    "a context manager below": Shape(DOUBLED.format(first="@jiti", second="@contextlib.contextmanager"), *ENTERED),
    "a method below a context manager": Shape(
        '''
        import contextlib
        from collections.abc import Iterator


        class Box:
            """A box."""

            @contextlib.contextmanager
            @jiti
            def opened(self) -> Iterator[str]:
                """Give `open`."""
                yield ...
        ''',
        {"Box.opened": ("return 5", 'yield "open"')},
        "with shop.Box().opened() as given:\n    print(given)",
        "open",
    ),
    "single dispatch": Shape(
        '''
        import functools


        @functools.singledispatch
        @jiti
        def show(value: object) -> str:
            """Say `object`, whatever the value."""
            raise NotImplementedError


        @show.register
        @jiti
        def show_int(value: int) -> str:
            """Say `int` and the number."""
            raise NotImplementedError
        ''',
        {
            "show": ("return 5", "return f'object {type(value).__name__}'"),
            "show_int": ("return 5", "return f'int {value}'"),
        },
        "print(shop.show(5), shop.show('a'))",
        "int 5 object str",
    ),
    "overloads": Shape(
        '''
        from typing import overload


        @overload
        def twice(value: int) -> int: ...
        @overload
        def twice(value: str) -> str: ...
        @jiti
        def twice(value: int | str) -> int | str:
            """Give the value twice over."""
            raise NotImplementedError
        ''',
        {"twice": ("return None", "return value * 2")},
        "print(shop.twice(5), shop.twice('a'))",
        "10 aa",
    ),
    "super() with and without arguments": Shape(
        '''
        class Base:
            """A base."""

            def bare(self) -> str:
                """Say so."""
                return "base"

            def full(self) -> str:
                """Say so."""
                return "base"


        class Sub(Base):
            """A class derived from it."""

            @jiti
            def bare(self) -> str:
                """Say what the base says, loudly."""
                raise NotImplementedError

            @jiti
            def full(self) -> str:
                """Say what the base says, loudly."""
                raise NotImplementedError
        ''',
        {
            "Sub.bare": ("return 5", 'return super().bare() + "!"'),
            "Sub.full": ("return 5", 'return super(Sub, self).full() + "!"  # noqa: UP008'),
        },
        "print(shop.Sub().bare(), shop.Sub().full(), shop.Sub().bare())",
        "base! base! base!",
    ),
    "a private method and a private parameter": Shape(
        '''
        class Box:
            """A box."""

            def size(self) -> int:
                """Give the size."""
                return self.__scaled(2)

            @jiti
            def __scaled(self, __factor: int) -> int:
                """Give 3 times the factor."""
                raise NotImplementedError
        ''',
        {"Box.__scaled": ("return 'a'", "return 3 * __factor")},
        "print(shop.Box().size(), shop.Box().size())",
        "6 6",
    ),
    "dataclasses, with slots and without": Shape(
        '''
        from dataclasses import dataclass


        @dataclass
        class Cart:
            """A cart."""

            price: int = 3

            @jiti
            def total(self, times: int = 2) -> int:
                """Give the price so many times."""
                raise NotImplementedError


        @dataclass(slots=True)
        class Reduced(Cart):
            """A cart at a rebate."""

            rebate: int = 1

            @jiti
            def total(self, times: int = 2) -> int:
                """Give the total less the rebate."""
                raise NotImplementedError
        ''',
        {
            "Cart.total": ("return 'a'", "return self.price * times"),
            "Reduced.total": ("return 'a'", "return super(Reduced, self).total(times) - self.rebate  # noqa: UP008"),
        },
        "print(shop.Cart().total(), shop.Reduced(4).total(3), shop.Reduced().total())",
        "6 11 5",
    ),
    "a nested function and a method of a nested class": Shape(
        '''
        def outer(start: int) -> int:
            """Add and scale."""
            steps = [start]

            @jiti
            def add(value: int, step: int = start + steps[0], *, times: int = 1) -> int:
                """Add the step so many times."""
                raise NotImplementedError

            class Box:
                def __init__(self) -> None:
                    self.__size = start

                @jiti
                def scaled(self, factor: int) -> int:
                    """Give the size times the factor."""
                    raise NotImplementedError

            return Box().scaled(add(1))
        ''',
        {
            "outer.<locals>.add": ("return 'a'", "return value + step * times"),
            "outer.<locals>.Box.scaled": ("return 'a'", "return self.__size * factor"),
        },
        "print(shop.outer(2), shop.outer(3))",
        "10 21",
    ),
    "a bare super() in a class that a function makes": Shape(
        '''
        class Base:
            """A base."""

            def name(self) -> str:
                """Say so."""
                return "base"


        def louder(base: type[Base]) -> type[Base]:
            """Make a class that is louder."""

            class Louder(base):
                @jiti
                def name(self) -> str:
                    """Say what the base says, with an exclamation mark."""
                    raise NotImplementedError

            return Louder
        ''',
        {"louder.<locals>.Louder.name": ("return 5", 'return super().name() + "!"')},
        "once = shop.louder(shop.Base)\nprint(once().name(), shop.louder(once)().name(), once().name())",
        "base! base!! base!",
    ),
    "types that stand inside a class and a function": Shape(
        '''
        class Box:
            """A box."""

            class Lid:
                """A lid."""

            @jiti
            def lid(self) -> Lid:
                """Make a lid."""
                raise NotImplementedError


        def outer() -> int:
            """Give the size of a token."""

            class Token:
                size = 3

            @jiti
            def size_of(token: Token) -> int:
                """Give the size of the token."""
                raise NotImplementedError

            return size_of(Token())
        ''',
        {
            "Box.lid": ("return 5", "return Box.Lid()"),
            "outer.<locals>.size_of": ("return 'a'", "return token.size"),
        },
        "print(type(shop.Box().lid()) is shop.Box.Lid, shop.outer(), shop.outer())",
        "True 3 3",
    ),
    "a default from the class around": Shape(
        '''
        class Box:
            """A box."""

            FACTOR = 3

            @jiti
            def scaled(self, size: int, factor: int = FACTOR) -> int:
                """Give the size times the factor."""
                raise NotImplementedError
        ''',
        {"Box.scaled": ("return 'a'", "return size * factor")},
        "print(shop.Box().scaled(2), shop.Box().scaled(2, 2))",
        "6 4",
    ),
    "one name in two classes": Shape(
        '''
        class One:
            """One."""

            @jiti
            def name(self) -> str:
                """Say `one`."""
                raise NotImplementedError


        class Two:
            """Two."""

            @jiti
            def name(self) -> str:
                """Say `two`."""
                raise NotImplementedError
        ''',
        {"One.name": ("return 5", 'return "one"'), "Two.name": ("return 5", 'return "two"')},
        "print(shop.Two().name(), shop.One().name(), shop.Two().name())",
        "two one two",
    ),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_it_is_generated_called_and_runs_frozen_in_a_new_process(shape: Shape) -> None:
    """And prints in both what the same code prints when it is written by hand."""
    script = {f"app/shop.py::{name}": [submit(body) for body in bodies] for name, bodies in shape.bodies.items()}
    source = HEAD + dedent(shape.source)
    files = {"app/__init__.py": "", "app/shop.py": source, "main.py": f"from app import shop\n{shape.use}\n"}
    project = Project(files, model=ScriptedModel(script))
    first = project.run("python", "main.py")
    assert first.stdout.strip() == shape.printed, first.stderr
    assert len(first.requests) == 2 * len(shape.bodies)
    again = project.run("python", "main.py", env={"JITI_FROZEN": "1"})
    assert (again.stdout, again.stderr, again.requests) == (first.stdout, "", [])
    by_hand = written_by_hand(source, *(right for _, right in shape.bodies.values()))
    assert Project(files | {"app/shop.py": by_hand}).run("python", "main.py").stdout == first.stdout


MODULE = (
    HEAD
    + '''

@jiti
def name() -> str:
    """Give the module's name."""
    raise NotImplementedError


class Box:
    """A box."""

    @jiti
    def name(self) -> str:
        """Give the class's name and the module's."""
        raise NotImplementedError
'''
)


def test_two_modules_with_functions_and_methods_of_one_name_never_mix() -> None:
    """Generated side by side, and again in a new process."""
    modules = ("one", "two")
    files = {"app/__init__.py": "", **{f"app/{each}.py": MODULE for each in modules}}
    rights = {each: (f'return "{each}"', f'return "Box {each}"') for each in modules}
    wrong = submit("return 5")
    script = {}
    for each, (function, method) in rights.items():
        script |= {f"app/{each}.py::name": [wrong, submit(function)]}
        script |= {f"app/{each}.py::Box.name": [wrong, submit(method)]}
    use = "from app import one, two\nfor _ in range(2):\n    print(*(m.name() + m.Box().name() for m in (two, one)))\n"
    project = Project({**files, "main.py": use}, model=ScriptedModel(script))
    first = project.run("python", "main.py")
    assert (first.stdout, len(first.requests)) == ("twoBox two oneBox one\n" * 2, 8), first.stderr
    assert project.run("python", "main.py", env={"JITI_FROZEN": "1"}).stdout == first.stdout
    by_hand = {f"app/{each}.py": written_by_hand(MODULE, *bodies) for each, bodies in rights.items()}
    assert Project({**files, "main.py": use, **by_hand}).run("python", "main.py").stdout == first.stdout


SCRIPT = '''"""A script."""

from jiti import jiti


class Token:
    """A token."""


@jiti
def make() -> Token:
    """Make a token."""
    raise NotImplementedError


if __name__ == "__main__":
    print(type(make()) is Token)
'''


def test_a_script_and_the_same_file_imported_share_an_implementation() -> None:
    """By the names `__main__`, `app.script` and `script`."""
    model = ScriptedModel(submit("return 5"), submit("return Token()"))
    project = Project({"app/__init__.py": "", "app/script.py": SCRIPT}, model=model)
    assert project.run("python", "app/script.py").stdout == "True\n"
    for arguments in (("-m", "app.script"), ("app/script.py",)):
        assert project.run("python", *arguments, env={"JITI_FROZEN": "1"}).stdout == "True\n"
    told = "from app import script\nprint(type(script.make()) is type(script.make()) is script.Token)"
    assert project.run("python", "-c", told, env={"JITI_FROZEN": "1"}).stdout == "True\n"
