"""Names of the stub's module: which are imported for the implementation, how, and which may not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.errors import StubError
from tests.unit.stubs import write

if TYPE_CHECKING:
    from tests.unit.splice.conftest import Splicer

MODULE = """
import os.path
import json as j
from collections import OrderedDict as OD
from . import models
from .models import Thing
from typing import TYPE_CHECKING, Literal
try:
    import tomllib
except ImportError:
    tomllib = None
if TYPE_CHECKING:
    from collections.abc import Iterable
from jiti import jiti

LIMIT = 3
Alias = dict[str, int]

class Token: ...

def plain(x): ...

def open(x): ...

@jiti
def other(x: int) -> int:
    \"\"\"O.\"\"\"
    ...
"""


def stub(signature: str, *, future: bool = False) -> str:
    head = "from __future__ import annotations\n" if future else ""
    return f'{head}{MODULE}\n@jiti\ndef f{signature}:\n    """Do it."""\n    ...\n'


def imports_of(composed: str) -> list[str]:
    """The lines above the function, without blank ones."""
    above, _, _ = composed.partition("\n\n\n")
    return [line for line in above.split("\n") if line]


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        pytest.param("(x: int) -> str", [], id="builtins"),
        pytest.param(
            "(x: OD) -> j.JSONDecoder", ["from collections import OrderedDict as OD", "import json as j"], id="as"
        ),
        pytest.param("(x: os.PathLike)", ["import os.path"], id="module in a package"),
        pytest.param(
            "(x: models.A, y: Thing)", ["from app.models import Thing", "from app import models"], id="relative"
        ),
        pytest.param("(x: Token)", ["from app.text import Token"], id="class"),
        pytest.param(
            "(x=plain, y=other)", ["from app.text import other", "from app.text import plain"], id="functions"
        ),
        pytest.param(
            "(x: Alias, y: int = LIMIT)", ["from app.text import Alias", "from app.text import LIMIT"], id="values"
        ),
        pytest.param("(x=tomllib)", ["from app.text import tomllib"], id="conditional import"),
        pytest.param("(x: 'Token | None')", ["from app.text import Token"], id="quoted"),
        pytest.param("(x: Literal['Token'])", ["from typing import Literal"], id="a string that is no annotation"),
        pytest.param("(x=lambda Token: Token)", [], id="parameter of a default"),
        pytest.param("(x=[LIMIT for LIMIT in 'ab'])", [], id="variable of a default"),
    ],
)
def test_what_a_signature_needs_is_imported(splicer: Splicer, signature: str, expected: list[str]) -> None:
    assert imports_of(splicer.compose(stub(signature), "return x"))[: len(expected)] == expected


def test_what_only_annotations_need_is_imported_for_types_where_they_are_not_evaluated(
    splicer: Splicer,
) -> None:
    source = stub("(x: Token, y: Iterable[Alias], z: int = LIMIT) -> OD", future=True)
    assert imports_of(splicer.compose(source, "return OD(x)")) == [
        "from __future__ import annotations",
        "from app.text import LIMIT",
        "from collections import OrderedDict as OD",
        "from typing import TYPE_CHECKING",
        "if TYPE_CHECKING:",
        "    from app.text import Alias",
        "    from collections.abc import Iterable",
        "    from app.text import Token",
    ]


def test_what_exists_for_type_checkers_alone_stays_so(splicer: Splicer) -> None:
    assert imports_of(splicer.compose(stub("(x: 'Iterable[int]')"), "return x")) == [
        "from typing import TYPE_CHECKING",
        "if TYPE_CHECKING:",
        "    from collections.abc import Iterable",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("return Token(x)", ["from app.text import Token"], id="class"),
        pytest.param(
            "return other(x) + plain(x)", ["from app.text import other", "from app.text import plain"], id="functions"
        ),
        pytest.param("return j.dumps(x)", ["import json as j"], id="import"),
        pytest.param("return os.path.join(x)", ["import os.path"], id="module in a package"),
        pytest.param("return isinstance(x, Iterable)", ["from collections.abc import Iterable"], id="for types"),
        pytest.param("return open(x)", ["from app.text import open"], id="function that hides a builtin"),
        pytest.param("return f(x)", [], id="itself"),
        pytest.param("Token = x\nreturn Token", [], id="a local of the same name"),
        pytest.param("return [Token for Token in x]", [], id="a comprehension's own"),
        pytest.param("return f'{Token!r}'", ["from app.text import Token"], id="in an f-string"),
        pytest.param("y: Alias = {}\nreturn y", ["from app.text import Alias"], id="alias in an annotation"),
        pytest.param("y: 'Alias' = {}\nreturn y", ["from app.text import Alias"], id="alias in a quoted annotation"),
        pytest.param("return cast('Token', x)", ["from app.text import Token"], id="cast"),
        pytest.param(
            "def g(y: Token = plain): ...\nreturn g",
            ["from app.text import Token", "from app.text import plain"],
            id="inner",
        ),
    ],
)
def test_what_a_body_uses_is_imported(splicer: Splicer, body: str, expected: list[str]) -> None:
    composed = splicer.compose(stub("(x)"), body)
    assert (imports_of(composed) if expected else composed[:6]) == (expected or "def f(")


def test_what_helpers_use_is_imported(splicer: Splicer) -> None:
    composed = splicer.compose(stub("(x)"), "return _g(x)", "def _g(x: Alias):\n    return Token(x)")
    assert imports_of(composed) == ["from app.text import Alias", "from app.text import Token"]


def test_names_behind_a_star_import_come_from_the_module(splicer: Splicer) -> None:
    source = 'from os.path import *\nfrom jiti import jiti\n@jiti\ndef f(x):\n    """Do."""\n    ...\n'
    assert imports_of(splicer.compose(source, "return join(x, len(x))")) == ["from app.text import join"]


@pytest.mark.parametrize("star", ["from .consts import *", "from app.consts import *", "from .all import *"])
def test_values_behind_a_star_import_are_to_be_reached_in_the_module_that_has_them(splicer: Splicer, star: str) -> None:
    consts = "from .all import *\nSTAR = 3\ndef double(n): ...\nclass Token: ...\n"
    write(splicer.root, {"app/consts.py": consts, "app/all/__init__.py": "from app.consts import *\n"})
    source = f'{star}\nfrom jiti import jiti\n@jiti\ndef f(n):\n    """Do."""\n    ...\n'
    [(part, line, code, message)] = splicer.problems(source, "m = n\nreturn m + STAR")
    assert (part, line, code) == ("body", 2, "module-value")
    assert message.startswith("`STAR` is a value of app.consts, which may change: write `consts.STAR`")
    assert message.endswith("with `from app import consts` in helpers")
    [(part, *_)] = splicer.problems(source, "return STAR", "from app.text import STAR")
    assert part == "helpers"
    composed = splicer.compose(source, "return double(n), Token(), len(n)")
    assert imports_of(composed) == ["from app.text import Token", "from app.text import double"]
    assert "return n + consts.STAR" in splicer.compose(source, "return n + consts.STAR", "from app import consts")


VALUE = "`LIMIT` is a value of app.text, which may change: write `{}`, with `{}` in helpers"


@pytest.mark.parametrize(
    ("signature", "body", "helpers", "place", "message"),
    [
        pytest.param(
            *("(x)", "y = x\nreturn y + LIMIT", "", ("body", 2)),
            VALUE.format("text.LIMIT", "from app import text"),
            id="in the body",
        ),
        pytest.param(
            *("(text)", "return text[LIMIT]", "", ("body", 1)),
            VALUE.format("_text.LIMIT", "from app import text as _text"),
            id="where a parameter has the module's name",
        ),
        pytest.param(
            *("(x, y=LIMIT)", "return LIMIT", "", ("body", 1)),
            VALUE.format("text.LIMIT", "from app import text"),
            id="where the signature uses it too",
        ),
        pytest.param(
            *("(x)", "return _g(x)", "\ndef _g(x):\n    return x + LIMIT", ("helpers", 3)),
            VALUE.format("text.LIMIT", "from app import text"),
            id="in helpers",
        ),
        pytest.param(
            *("(x)", "return LIMIT", "from app.text import LIMIT", ("helpers", 1)),
            VALUE.format("text.LIMIT", "from app import text"),
            id="imported by helpers",
        ),
        pytest.param(
            *("(x)", "from .text import LIMIT\nreturn LIMIT", "", ("body", 1)),
            VALUE.format("text.LIMIT", "from app import text"),
            id="imported by the body",
        ),
    ],
)
def test_values_are_to_be_reached_as_attributes(
    splicer: Splicer, signature: str, body: str, helpers: str, place: tuple[str, int], message: str
) -> None:
    [(part, line, code, said)] = splicer.problems(stub(signature), body, helpers)
    assert ((part, line), code, said) == (place, "module-value", message)


def test_a_top_level_modules_values_are_reached_through_a_plain_import(splicer: Splicer) -> None:
    source = 'from jiti import jiti\nLIMIT = 3\n@jiti\ndef f(x):\n    """Do."""\n    ...\n'
    [(*_, message)] = splicer.problems(source, "return LIMIT", path="text.py", module="text")
    assert message == "`LIMIT` is a value of text, which may change: write `text.LIMIT`, with `import text` in helpers"


def test_a_value_reached_as_an_attribute_is_fine(splicer: Splicer) -> None:
    composed = splicer.compose(stub("(text)"), "return text[_text.LIMIT]", "from app import text as _text")
    assert imports_of(composed) == ["from app import text as _text"]


@pytest.mark.parametrize("body", ["return Token()", "return LIMIT"])
def test_what_a_file_holds_that_no_import_can_name_is_the_users_to_mend(splicer: Splicer, body: str) -> None:
    source = 'from jiti import jiti\nLIMIT = 3\nclass Token: ...\n@jiti\ndef f(x):\n    """Do."""\n    ...\n'
    place = {"path": "my-script.py", "module": "my-script"}
    with pytest.raises(
        StubError, match=r"my-script.py:4: an implementation would import `(Token|LIMIT)` from `my-script`"
    ):
        splicer.compose(source, body, **place)
    assert "import" not in splicer.compose(source, "return x", **place)
