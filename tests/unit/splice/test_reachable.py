"""Names in a signature that a function or class around the stub binds: the file has them not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.splice.conftest import Splicer


@pytest.mark.parametrize(
    ("around", "default", "kept"),
    [
        ("def g(k):", "k", "_DEFAULT"),
        ("def g():\n    k = 1", "[k][0]", "_DEFAULT"),
        ("def g(k):", "LIMIT", "LIMIT"),
        ("class g:\n    k = 1", "k", "_DEFAULT"),
        ("class g:\n    k = 1", "5", "5"),
    ],
)
def test_a_default_that_the_file_cannot_have_is_left_to_the_stub(
    splicer: Splicer, around: str, default: str, kept: str
) -> None:
    source = f"from jiti import jiti\nLIMIT = 5\n{around}\n    @jiti\n    def f(a, *, b={default}):\n        "
    qualname = "g.f" if around.startswith("class") else "g.<locals>.f"
    composed = splicer.compose(f'{source}"""Do.\n\n        More.\n        """\n', "return a", qualname=qualname)
    assert f"def f(a, *, b={kept}):" in composed
    assert ("_DEFAULT: Any = ...  # each call has the stub's own\n" in composed) is (kept == "_DEFAULT")


FUTURE = "from __future__ import annotations\n"
METHOD = """
from typing import Literal

from jiti import jiti

class Token: ...

class Outer:
    class Token: ...
    Text = str
    size: Size = 3

    @jiti
    def make(self, token: {annotation}) -> None:
        \"\"\"Make.\"\"\"

    def Size(self): ...
"""


@pytest.mark.parametrize(
    ("annotation", "evaluated", "unevaluated"),
    [
        ("Token", '"Outer.Token"', "Outer.Token"),
        ("Token | None", '"Outer.Token | None"', "Outer.Token | None"),
        ('dict[str, "Token"]', "\"dict[str, 'Outer.Token']\"", 'dict[str, "Outer.Token"]'),
        ("Text", '"Outer.Text"', "Outer.Text"),
        ('"Outer.Token"', '"Outer.Token"', '"Outer.Token"'),
        ('Literal["Token"]', 'Literal["Token"]', 'Literal["Token"]'),
        ('"not a type"', '"not a type"', '"not a type"'),
        ("Size", "Size", "Size"),
        ("int", "int", "int"),
    ],
)
def test_a_class_beside_a_method_is_reached_through_the_class_around_both(
    splicer: Splicer, annotation: str, evaluated: str, unevaluated: str
) -> None:
    """In quotes where annotations are evaluated: at run time no import gets it."""
    source = METHOD.format(annotation=annotation)
    assert f"def make(self, token: {evaluated}) -> None:" in splicer.compose(source, "return None")
    composed = splicer.compose(FUTURE + source, "return None")
    assert f"def make(self, token: {unevaluated}) -> None:" in composed


@pytest.mark.parametrize(
    ("annotation", "kept"),
    [
        ("Token", "_Local"),
        ("list[Token] | None", "list[_Local] | None"),
        ('"list[Token]"', '"list[_Local]"'),
        ("Token[int]", "_Local"),
        ("Token.Kind", "_Local"),
        ("Inner", "_Local"),
        ("Parameter", "_Local"),
        ("Elsewhere", "Elsewhere"),
    ],
)
@pytest.mark.parametrize("around", ["", "class Box:"], ids=["function", "method"])
def test_a_type_that_a_function_around_defines_is_any_type(
    splicer: Splicer, around: str, annotation: str, kept: str
) -> None:
    """In functions and in methods of classes in functions; what other scopes bind is none of it."""
    stub = f'@jiti\n    def f(self, token: {annotation}) -> None:\n        """Do."""\n'
    lines = ["def g(Parameter):", "    class Token: ...", "    from app import Inner", f"    {around}", f"    {stub}"]
    if around:
        lines[-1] = f"    {stub.replace(chr(10), chr(10) + '    ')}".replace("@jiti", "    @jiti")
    lines += ["", "def h():", "    class Elsewhere: ...", ""]
    source = "from jiti import jiti\nclass Elsewhere: ...\n" + "\n".join(lines)
    qualname = "g.<locals>.Box.f" if around else "g.<locals>.f"
    composed = splicer.compose(source, "return None", qualname=qualname)
    assert f"def f(self, token: {kept}) -> None:" in composed
    assert ("_Local = Any  # no name leads to it\n" in composed) is ("_Local" in kept)


def test_a_class_in_a_function_is_named_by_its_own_methods(splicer: Splicer) -> None:
    source = 'from jiti import jiti\ndef g():\n  class A:\n    @jiti\n    def f(self) -> "A":\n      """Do."""\n'
    composed = splicer.compose(source, "return self", qualname="g.<locals>.A.f")
    assert 'def f(self) -> "A":' in composed


def test_a_file_with_such_annotations_runs(splicer: Splicer) -> None:
    names: dict[str, Any] = {}
    exec(splicer.compose(METHOD.format(annotation="Token | None"), "return None"), names)  # noqa: S102 - the file is what is tested
    assert names["Outer"]().make(1) is None
