"""What needs what, found by reading."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from jiti import gates
from jiti.build.dependencies import needs_of
from jiti.settings import Settings
from jiti.status import declared

if TYPE_CHECKING:
    from pathlib import Path

STUBS = '''
from jiti import jiti


@jiti
def one(n: int) -> int:
    """One."""


@jiti
def two(n: int) -> int:
    """Two."""
'''
APP = {"app/__init__.py": "", "app/base.py": STUBS}


def needs(root: Path, **files: str) -> dict[str, set[str]]:
    """What the stubs of a project need, without those that need nothing, and without the paths of `app/`."""
    (root / "pyproject.toml").touch()
    for name, text in {**APP, **{path.replace("__", "/") + ".py": text for path, text in files.items()}}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    settings = Settings()
    declarations, problems = declared(str(root), settings)
    assert not problems
    found = needs_of(str(root), settings, declarations, gates.find(str(root), settings))
    assert all(key in found for wanted in found.values() for key in wanted)
    return {_short(key): {_short(each) for each in wanted} for key, wanted in found.items() if wanted}


def _short(key: str) -> str:
    return key.removeprefix("app/").removeprefix("base.py::")


def stub(name: str, *, docstring: str = "It.", decorator: str = "@jiti", signature: str = "(n: int) -> int") -> str:
    quotes = '"""'
    return f"\n\n{decorator}\ndef {name}{signature}:\n    {quotes}{docstring}{quotes}\n"


HEAD = "from jiti import jiti\nfrom app.base import one, two\nfrom app import base\n"


@pytest.mark.parametrize("named", ["one", "base.one"])
def test_what_is_named_in_uses(named: str, tmp_path: Path) -> None:
    assert needs(tmp_path, app__top=HEAD + stub("top", decorator=f"@jiti(uses=[{named}])")) == {"top.py::top": {"one"}}


def test_what_plain_code_calls_that_is_named_in_uses_by_however_many_steps(tmp_path: Path) -> None:
    plain = "\n\ndef inner(n):\n    return base.one(n)\n\n\ndef outer(n):\n    return inner(n) + len('two')\n"
    found = needs(tmp_path, app__top=HEAD + plain + stub("top", decorator="@jiti(uses=[outer])"))
    assert found == {"top.py::top": {"one"}}


def test_what_plain_code_imports_where_it_runs(tmp_path: Path) -> None:
    plain = "\n\ndef outer(n):\n    from app.base import one as first\n    import app.base\n"
    plain += "    return first(n) + app.base.two(n)\n"
    top = "from jiti import jiti" + plain + stub("top", decorator="@jiti(uses=[outer])")
    assert needs(tmp_path, app__top=top) == {"top.py::top": {"one", "two"}}


CLASS = """
class Token:
    value: int

    def __init__(self, n: int) -> None:
        self.value = one(n)

    @jiti
    def shown(self) -> str:
        '''As text.'''
"""


@pytest.mark.parametrize("signature", ["(token: Token) -> int", '(token: "Token | None") -> int', "() -> list[Token]"])
def test_what_a_class_in_the_signature_does_and_leaves_to_be_written(signature: str, tmp_path: Path) -> None:
    found = needs(tmp_path, app__top=HEAD + CLASS + stub("top", signature=signature))
    assert found["top.py::top"] == {"one", "top.py::Token.shown"}


def test_what_a_default_is_taken_from(tmp_path: Path) -> None:
    found = needs(tmp_path, app__top=HEAD + stub("top", signature="(convert=one) -> int"))
    assert found == {"top.py::top": {"one"}}


def test_what_an_example_calls(tmp_path: Path) -> None:
    found = needs(tmp_path, app__top=HEAD + stub("top", docstring="It.\n\n    >>> top(one(2))\n    3\n    "))
    assert found == {"top.py::top": {"one"}}


GATE = """
import jiti
import pytest
from app.base import one, two
from app.top import top


@pytest.fixture
def given():
    return two(1)


@jiti.required_for(top)
def test_top(given):
    assert top(given) == 1
"""


def test_what_a_gate_calls_be_it_by_a_fixture(tmp_path: Path) -> None:
    assert needs(tmp_path, app__top=HEAD + stub("top"), tests__test_top=GATE) == {"top.py::top": {"two"}}


def test_what_every_gate_is_given_by_the_conftest_above(tmp_path: Path) -> None:
    conftest = "import pytest\nfrom app.base import one\n\n\n@pytest.fixture(autouse=True)\ndef around():\n    one(1)\n"
    gate = (
        "import jiti\nfrom app.top import top\n\n\n@jiti.required_for(top)\ndef test_top():\n    assert top(1) == 1\n"
    )
    found = needs(tmp_path, app__top=HEAD + stub("top"), tests__conftest=conftest, tests__test_top=gate)
    assert found == {"top.py::top": {"one"}}


def test_a_test_that_is_to_be_written_comes_before_what_it_is_for(tmp_path: Path) -> None:
    gate = 'import jiti\nfrom app.base import one\n\n\n@jiti.required_for(one)\ndef test_one():\n    """It works."""\n'
    assert needs(tmp_path, tests__test_one=gate) == {"one": {"tests/test_one.py::test_one"}}


def test_a_gate_of_two_stubs_puts_none_of_them_first(tmp_path: Path) -> None:
    gate = "import jiti\nfrom app.base import one, two\n\n\n@jiti.required_for(one, two)\ndef test_both():\n"
    assert needs(tmp_path, tests__test_both=gate + "    assert one(2) == two(1)\n") == {}


def test_uses_outweighs_what_a_gate_of_the_other_calls(tmp_path: Path) -> None:
    gate = "import jiti\nfrom app.base import one\nfrom app.top import top\n\n\n@jiti.required_for(one)\n"
    gate += "def test_one():\n    assert one(1) == top(1)\n"
    found = needs(tmp_path, app__top=HEAD + stub("top", decorator="@jiti(uses=[one])"), tests__test_one=gate)
    assert found == {"top.py::top": {"one"}}


def test_what_runs_when_the_module_is_imported_and_not_what_is_only_named(tmp_path: Path) -> None:
    table = "\nTABLE = {'one': one, 'two': two(2)}\n\nif __name__ == '__main__':\n    one(1)\n"
    above = "from app import table\n" + HEAD.partition("\n")[0] + "\n"
    found = needs(tmp_path, app__table=HEAD + table, app__top=above + stub("top"))
    assert found == {"top.py::top": {"two"}}


def test_what_is_built_in_or_a_parameter_means_no_stub(tmp_path: Path) -> None:
    plain = "\n\ndef outer(one):\n    return one(len('two'))\n"
    assert needs(tmp_path, app__top=HEAD + plain + stub("top", decorator="@jiti(uses=[outer])")) == {}


def test_plain_code_that_calls_itself_in_a_circle_is_followed_once(tmp_path: Path) -> None:
    plain = "\n\ndef here(n):\n    return there(n)\n\n\ndef there(n):\n    return here(one(n))\n"
    found = needs(tmp_path, app__top=HEAD + plain + stub("top", decorator="@jiti(uses=[there])"))
    assert found == {"top.py::top": {"one"}}


def test_a_whole_class_is_one_stub(tmp_path: Path) -> None:
    whole = '\n\n@jiti\nclass Claims:\n    """Claims."""\n\n    def check(self) -> bool:\n        """Whether."""\n'
    found = needs(tmp_path, app__top=HEAD + whole + stub("top", signature="(claims: Claims) -> int"))
    assert found == {"top.py::top": {"top.py::Claims"}}
