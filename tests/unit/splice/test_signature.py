"""Signature and docstring: the user's own text, wherever the function comes to stand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from jiti.splice import compose
from jiti.submission import Submission
from tests.unit.stubs import define_stub

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.splice.conftest import Splicer

MARK = "from jiti import jiti\n\n@jiti\n"


@pytest.mark.parametrize(
    "stub",
    [
        'def f(a: int, /, b=(1, 2), *args: str, c: "int" = 3, **more) -> None:\n    """Do it."""\n',
        'def f(  # f\n    a: int,  # one\n    # two\n    b: int,\n) -> int:  # noqa: X123\n    """Do it."""\n',
        'def f(a=lambda x: {x: [1][0:1]}, b={"a": 1}) -> dict[str, int]:\n    """Do it."""\n',
        'def f(a) -> (lambda: 1):\n    """Do it."""\n',
        'def f(a="""x:\n  y""") -> int:\n    """Do it."""\n',
        'async def f(a) -> int:\n    """Do it.\n\n        Indented.\n\n    Args:\n        a: it.\n    """  # noqa\n',
        'def f(a):\n    r"""Do \\d."""\n',
        "def f(a):\n    'Do it.'\n",
        'def f(ä: "ö") -> int:\n    """Dö it — “so”.\n\n    Größe\n    """  # ü\n',
        'def f(a):\n\t"""Do it.\n\n\tTabs.\n\t"""\n',
    ],
)
def test_a_stubs_own_lines_are_kept(tmp_path: Path, stub: str) -> None:
    definition = define_stub(
        tmp_path,
        f"{MARK}{stub}    ...\n".replace("\n\t", "\n\t").replace("    ...", "\t..." if "\t" in stub else "    ..."),
    )
    composed = compose(definition, "app.text", Submission("return 1"))
    assert composed.strip() == f"{stub.expandtabs(4)}    return 1"


def test_a_one_line_stub_is_taken_apart(splicer: Splicer) -> None:
    composed = splicer.compose(f'{MARK}def f(a: int) -> int: "Do it."; ...  # soon\n', "return a")
    assert composed == 'def f(a: int) -> int:\n    "Do it."\n    return a\n'


def test_hints_stay_with_the_stub(splicer: Splicer) -> None:
    stub = 'def f(a):\n    # a hint\n    """Do it."""\n    # another\n    ...\n'
    assert splicer.compose(MARK + stub, "return a") == 'def f(a):\n    """Do it."""\n    return a\n'


def test_decorators_stay_with_the_stub(splicer: Splicer) -> None:
    source = 'import functools\nfrom jiti import jiti\n\n@functools.cache\n@jiti\ndef f(a):\n    """Do."""\n'
    assert splicer.compose(source, "return a") == 'def f(a):\n    """Do."""\n    return a\n'


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_type_parameters_are_kept(splicer: Splicer) -> None:
    source = f'class A: ...\n{MARK}def f[T: A](a: T) -> T:\n    """Do."""\n    ...\n'
    assert splicer.compose(source, "b: T = a\nreturn b") == (
        'from app.text import A\n\n\ndef f[T: A](a: T) -> T:\n    """Do."""\n    b: T = a\n    return b\n'
    )


METHOD = '''
from jiti import jiti

class Parser:
    {decorators}
    def parse({parameters}) -> "Parser":
        """Parse.

        More.
        """
        ...
'''
SHELL = """from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.text import Parser


class _Parser(Parser if TYPE_CHECKING else object):
{decorator}    def parse({parameters}) -> "Parser":
        \"\"\"Parse.

        More.
        \"\"\"
        return Parser()


if not TYPE_CHECKING:
    Parser = _Parser
"""


@pytest.mark.parametrize(
    ("decorators", "kept", "parameters"),
    [
        ("@jiti", "", "self, raw: str"),
        ("@jiti\n    @staticmethod", "    @staticmethod\n", "raw: str"),
        ("@classmethod\n    @jiti", "    @classmethod\n", "cls, raw: str"),
        ("@property\n    @jiti", "    @property\n", "self"),
        ("@functools.cached_property\n    @jiti", "    @functools.cached_property\n", "self"),
        ("@parse.setter\n    @jiti", "    parse = property()\n\n    @parse.setter\n", "self, raw: str"),
        ("@abc.abstractmethod\n    @jiti", "", "self"),
    ],
)
def test_a_method_stands_in_a_class_that_gets_its_classs_name(
    splicer: Splicer, decorators: str, kept: str, parameters: str
) -> None:
    composed = splicer.compose(METHOD.format(decorators=decorators, parameters=parameters), "return Parser()")
    assert composed == SHELL.format(decorator=kept, parameters=parameters)


UNTYPED = "class _Parser(Any):"


@pytest.mark.parametrize("decorators", ["@functools.lru_cache\n    @jiti", "@jiti\n    @contextlib.contextmanager"])
def test_a_method_whose_decorators_change_its_type_overrides_nothing(splicer: Splicer, decorators: str) -> None:
    composed = splicer.compose(METHOD.format(decorators=decorators, parameters="self"), "return Parser()")
    typed = SHELL.format(decorator="", parameters="self")
    assert composed == "from typing import Any\n" + typed.replace(
        "class _Parser(Parser if TYPE_CHECKING else object):", UNTYPED
    )


def test_a_getter_beside_a_setter_overrides_nothing(splicer: Splicer) -> None:
    setter = "    @parse.setter\n    def parse(self, raw: str) -> None: ...\n"
    source = METHOD.format(decorators="@property\n    @jiti", parameters="self") + setter
    assert UNTYPED in splicer.compose(source, "return Parser()")


def test_an_overloaded_method_overrides_nothing(splicer: Splicer) -> None:
    overload = "class Parser:\n    @overload\n    def parse(self): ...\n"
    source = METHOD.format(decorators="@jiti", parameters="self").replace("class Parser:\n", overload)
    assert UNTYPED in splicer.compose(source, "return Parser()")


def test_classes_nest_as_they_do_in_the_source(splicer: Splicer) -> None:
    source = 'class A:\n  class B:\n    @jiti\n    def f(self):\n      """Do.\n\n      More.\n      """\n'
    composed = splicer.compose(f"from jiti import jiti\n{source}", "return 1")
    assert composed == (
        "from typing import TYPE_CHECKING\n\n"
        "if TYPE_CHECKING:\n    from app.text import A\n\n\n"
        "class _A:\n    class B(A.B if TYPE_CHECKING else object):\n"
        '        def f(self):\n            """Do.\n\n            More.\n            """\n            return 1\n'
        "\n\nif not TYPE_CHECKING:\n    A = _A\n"
    )


def test_a_function_in_a_function_stands_at_the_top(splicer: Splicer) -> None:
    source = 'from jiti import jiti\ndef g():\n    @jiti\n    def f(a):\n        """Do.\n\n        More.\n        """\n'
    composed = splicer.compose(source, "return a", qualname="g.<locals>.f")
    assert composed == 'def f(a):\n    """Do.\n\n    More.\n    """\n    return a\n'


def test_a_methods_file_runs_and_has_it_by_its_classs_name(splicer: Splicer) -> None:
    source = 'from jiti import jiti\nclass _A:\n    @jiti\n    def f(self):\n        """Do."""\n'
    names: dict[str, Any] = {}
    exec(splicer.compose(source, "return self.__secret"), names)  # noqa: S102 - the file is what is tested
    assert names["_A"].f.__code__.co_names == ("_A__secret",)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
@pytest.mark.parametrize("around", ["class B[T: int, *Ts, **P]:", "def g():\n  class B[T]:"])
def test_the_type_parameters_of_a_methods_class_are_kept(splicer: Splicer, around: str) -> None:
    source = f'from jiti import jiti\n{around}\n    @jiti\n    def f(self) -> T:\n        """Do."""\n'
    names: dict[str, Any] = {}
    exec(splicer.compose(source, "return 1", qualname="g.<locals>.B.f" if "def" in around else None), names)  # noqa: S102 - the file is what is tested
    assert names["B"]().f() == 1


@pytest.mark.parametrize(
    ("signature", "body", "helpers"),
    [("(self, a: _A)", "return a", ""), ("(self)", "return _A()", ""), ("(self)", "return _A", "_A = 1")],
)
def test_the_class_around_a_method_takes_no_other_name(
    splicer: Splicer, signature: str, body: str, helpers: str
) -> None:
    source = f'from jiti import jiti\nclass _A: ...\nclass A:\n    @jiti\n    def f{signature}:\n        """Do."""\n'
    composed = splicer.compose(source, body, helpers)
    assert "class __A(A if" in composed
    assert "    A = __A\n" in composed


def test_a_script_that_no_import_can_name_has_methods_too(splicer: Splicer) -> None:
    source = 'from jiti import jiti\nclass A:\n    @jiti\n    def f(self):\n        """Do."""\n'
    composed = splicer.compose(source, "return 1", path="my-script.py", module="my-script")
    assert composed.startswith("from typing import Any\n\n\nclass A(Any):\n    def f(self):")
