"""What a name or a dotted expression in a file means, and what `uses=` names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from jiti import interfaces
from jiti.errors import StubError

if TYPE_CHECKING:
    from tests.unit.interfaces.conftest import Tree

TEXT = '''
from jiti import jiti

LIMIT = 3


def plain() -> int:
    return 1


@jiti
def slugify(text: str) -> str:
    """Make a slug."""


class Base:
    def parse(self) -> str:
        return ""


class Parser(Base):
    class Token:
        pass

    @property
    def size(self) -> int:
        return 1
'''
USE = """
import app.text
import app.text as t
from json import dumps
from packaging.version import Version
from . import text
from .text import slugify as slug, Parser
from app import again

other = slug
"""


@pytest.fixture(autouse=True)
def _files(tree: Tree) -> None:
    tree.write({"app/__init__.py": "from app.text import plain as again\n", "app/text.py": TEXT, "app/use.py": USE})


@pytest.mark.parametrize(
    ("expression", "key"),
    [
        ("slug", "app/text.py::slugify"),
        ("other", "app/text.py::slugify"),
        ("t.slugify", "app/text.py::slugify"),
        ("text.plain", "app/text.py::plain"),
        ("app.text.plain", "app/text.py::plain"),
        ("again", "app/text.py::plain"),
        ("Parser", "app/text.py::Parser"),
        ("Parser.Token", "app/text.py::Parser.Token"),
        ("Parser.parse", "app/text.py::Base.parse"),
        ("Parser.size", "app/text.py::Parser.size"),
        ("t.LIMIT", None),
        ("text", None),
        ("dumps", None),
        ("nothing", None),
        ("slug()", None),
    ],
)
def test_an_expression_means_a_function_or_class_of_the_project(tree: Tree, expression: str, key: str | None) -> None:
    assert tree.meant(expression) == key


def test_one_question_needs_no_more_than_the_root(tree: Tree) -> None:
    expression = ast.parse("slug", mode="eval").body
    assert interfaces.symbol_of(str(tree.root), "app/use.py", expression) == "app/text.py::slugify"


STUB = '''{imports}
from jiti import jiti


def own() -> int:
    return 1


@jiti(uses={uses})
def made() -> int:
    """Make it."""
'''


def uses(tree: Tree, text: str, imports: str = "") -> tuple[str, ...]:
    tree.write({"app/made.py": STUB.format(imports=imports, uses=text)})
    return interfaces.used_by(tree.define("app/made.py::made"))


def test_uses_names_functions_classes_and_stubs_whatever_they_are_called_here(tree: Tree) -> None:
    imports = "from app import text as t\nfrom app.text import Parser as P\nfrom json import dumps"
    assert uses(tree, "[own, t.slugify, P, P.parse, own, dumps]", imports) == (
        "app/made.py::own",
        "app/text.py::slugify",
        "app/text.py::Parser",
        "app/text.py::Base.parse",
    )


def test_what_is_not_the_projects_own_is_known_by_its_full_name(tree: Tree) -> None:
    imports = "import json as j\nfrom packaging.version import Version"
    uses(tree, "[j.dumps, Version]", imports)
    found = tree.interfaces.wanted_by(tree.define("app/made.py::made"))
    assert [(each.text, each.key, each.name) for each in found] == [
        ("j.dumps", None, "json.dumps"),
        ("Version", None, "packaging.version.Version"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[nothing]", "app/made.py:9: uses= names no function or class that can be found: nothing (app/made.py has no"),
        ("[made]", "app/made.py:9: made names itself in uses="),
        ("[text.LIMIT]", "uses= names no function or class that can be found: text.LIMIT"),
        ("[own()]", "app/made.py:9: uses= names no function or class: own()"),
        ("'own'", "app/made.py:9: uses= is not a list: 'own'"),
        ("ALL", "app/made.py:9: uses= is not a list: ALL"),
    ],
)
def test_what_leads_nowhere_is_told_with_its_place(tree: Tree, text: str, says: str) -> None:
    with pytest.raises(StubError) as caught:
        uses(tree, text, "from app import text")
    assert says in str(caught.value)
    assert caught.value.key == "app/made.py::made"
    assert caught.value.hint


def test_a_stub_says_for_itself_what_it_uses(tree: Tree) -> None:
    tree.write(
        {
            "app/made.py": "from jiti import jiti\n\nmy = jiti(uses=[print])\n\n\n"
            '@my\ndef made() -> int:\n    """Make it."""\n'
        }
    )
    with pytest.raises(StubError, match="uses= stands in `my = …`, and not above made"):
        tree.define("app/made.py::made")
