"""Implementations that their user has edited: merged as they are, or refused where something would be lost."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from jiti.errors import MergeError
from jiti.merge.source import merged_source
from tests.unit.merge.merging import Merger, run

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''from jiti import jiti


@jiti
def f(n: int) -> int:
    """Do."""
'''
METHOD = '''from jiti import jiti


class Box:
    """A box."""

    @property
    @jiti
    def f(self) -> int:
        """Do."""
'''
DEF = 'def f(n: int) -> int:\n    """Do."""\n'


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("def f(n: int) -> int: return n\n", f"{DEF}    return n\n", id="on one line"),
        pytest.param('def f(n):\n  "Else."\n\n  return n\n', f"{DEF}    return n\n", id="with a docstring of its own"),
        pytest.param(f"{DEF}", f"{DEF}    pass\n", id="without a body"),
        pytest.param(
            f"{DEF}    return _g(n)\n\n\ndef _g(n):\n    return n\n",
            f"def _g(n):\n    return n\n\n\n{DEF}    return _g(n)\n",
            id="with a helper below",
        ),
        pytest.param(
            f"import re\n\n# about f\n\n\n{DEF}    # first\n    return re\n    # last\n",
            f"import re\n\n\n# about f\n{DEF}    # first\n    return re\n    # last\n",
            id="with comments",
        ),
        pytest.param(
            f"_X = 1; _Y = 2\n{DEF}    return _Y\n", f"_X = 1; _Y = 2\n\n\n{DEF}    return _Y\n", id="in a line"
        ),
        pytest.param("def f(n):\n\tif n:\n\t\treturn n\n", f"{DEF}    if n:\n        return n\n", id="with tabs"),
        pytest.param(f"{DEF}    return n; return n\n", f"{DEF}    return n; return n\n", id="statements in a line"),
        pytest.param(f"'''Mine.'''\n{DEF}    return n\n", f"{DEF}    return n\n", id="with a module docstring"),
    ],
)
def test_what_was_edited_is_merged(tmp_path: Path, code: str, expected: str) -> None:
    text = Merger(tmp_path).merge_code(SOURCE, {"f": code}).text
    assert text == expected
    run(text)


MODULE = "from app import text\n\n\n"
KEPT = "    from app import text\n\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(
            f"{MODULE}def _h(): return dir(text)\n\n\n{DEF}    return _h()\n",
            f"def _h():\n{KEPT}    return dir(text)\n\n\n{DEF}    return _h()\n",
            id="in a helper on one line",
        ),
        pytest.param(
            f"{MODULE}def _h(): 'It.'; return dir(text)\n\n\n{DEF}    return _h()\n",
            f"def _h():\n    'It.'\n{KEPT}    return dir(text)\n\n\n{DEF}    return _h()\n",
            id="in one with a docstring",
        ),
        pytest.param(
            f"{MODULE}def f(n: int) -> int: 'Do.'; return dir(text)\n",
            f"{DEF}{KEPT}    return dir(text)\n",
            id="on one line",
        ),
        pytest.param(
            f"{MODULE}{DEF.rstrip()}; return dir(text)\n",
            f"{DEF}{KEPT}    return dir(text)\n",
            id="behind the docstring",
        ),
        pytest.param(
            f"{MODULE}def f(n):\n  'Do.'; return dir(text)\n",
            f"{DEF}{KEPT}    return dir(text)\n",
            id="indented otherwise",
        ),
        pytest.param(
            f"{MODULE}def f(n):\n\tdef g(): return dir(text)\n\treturn g()\n",
            f"{DEF}{KEPT}    def g(): return dir(text)\n    return g()\n",
            id="with tabs",
        ),
    ],
)
def test_an_import_that_is_kept_stands_on_a_line_of_its_own(tmp_path: Path, code: str, expected: str) -> None:
    text = Merger(tmp_path).merge_code(SOURCE, {"f": code}).text
    assert text == expected
    run(text)


def test_what_would_not_be_python_is_refused_and_no_more(tmp_path: Path) -> None:
    """Wherever that is found."""
    merger = Merger(tmp_path)
    merger.write(SOURCE)
    items = [(definition, f"{DEF}    return n\n") for definition in merger.definitions().values()]
    with pytest.raises(MergeError, match="f cannot be merged: the file would not parse"):
        merged_source(SOURCE + "def (", items, "app.text")


COMMENTED = """# about all of it

# what goes
import re  # why it is needed

# between
def f(n):  # of numbers
    # first
    'Do.'  # and no more
    return n  # last

# below
"""


def test_comments_that_have_no_place_stand_above_the_function(tmp_path: Path) -> None:
    """None is lost, and the plan says so."""
    merged = Merger(tmp_path).merge_code(SOURCE, {"f": COMMENTED})
    above = ["about all of it", "what goes", "why it is needed", "of numbers", "first", "and no more", "below"]
    expected = "".join(f"# {each}\n" for each in above)
    assert merged.text == f"# between\n{expected}{DEF}    return n  # last\n"
    assert merged.notes == ("f: 7 comments of its file in .jiti/ stand above it now",)


def test_comments_of_a_method_stand_above_its_decorators(tmp_path: Path) -> None:
    code = "class _Box:\n    @property\n    def f(self):  # of it\n        return 1\n"
    merged = Merger(tmp_path).merge_code(METHOD, {"Box.f": code})
    assert "\n\n    # of it\n    @property\n    def f(self) -> int:\n" in merged.text
    assert merged.notes == ("Box.f: 1 comment of its file in .jiti/ stands above it now",)


def test_comments_for_tools_are_about_what_goes(tmp_path: Path) -> None:
    code = "import re  # noqa: F401\ndef f(n):  # type: ignore\n    return n\n# ruff: noqa\n"
    assert Merger(tmp_path).merge_code(SOURCE, {"f": code}).text == f"{DEF}    return n\n"


@pytest.mark.parametrize("decorator", ["@jiti  # keep me", "@jiti(\n    # keep me\n)"])
def test_a_comment_beside_the_decorator_stays(tmp_path: Path, decorator: str) -> None:
    text = Merger(tmp_path).merge_code(SOURCE.replace("@jiti", decorator), {"f": "def f(n): return n\n"}).text
    assert text == f"# keep me\n{DEF}    return n\n"


def test_a_docstring_on_the_line_of_its_body_is_merged_or_refused(tmp_path: Path) -> None:
    """With an import that has to stand inside the function; what is put together on the way may be no Python."""
    code = 'from app import text\n\ndef f(n: int) -> int:\n    """Do."""; return len(dir(text)) > 0\n'
    with suppress(MergeError):
        compile(Merger(tmp_path).merge_code(SOURCE, {"f": code}).text, "merged", "exec")


@pytest.mark.parametrize(
    ("source", "code", "reason"),
    [
        (SOURCE, "def f(n: int) ->", "it does not parse"),
        (SOURCE, "def g(n): ...\n", "it does not define `f`"),
        (SOURCE, "def f(m): ...\n", "its signature is not the stub's"),
        (SOURCE, "async def f(n): ...\n", "its signature is not the stub's"),
        (SOURCE, "@cache\ndef f(n): ...\n", "`@cache` does not stand on the stub"),
        (
            SOURCE,
            "import json\nif 0:\n    import tomllib as json\ndef f(n): return json\n",
            "it imports `json`, and binds it otherwise as well",
        ),
        (
            SOURCE,
            "import json\ndef _s():\n    global json\n    json = 2\ndef f(n): return _s()\n",
            "it imports `json`, and binds it otherwise as well",
        ),
        (
            f"json = 1\n{SOURCE}",
            "try:\n    import tomllib as json\nexcept ImportError:\n    json = None\ndef f(n): return json\n",
            "`json` is something else in the file, and cannot be called otherwise",
        ),
        (SOURCE, "import re; _X = 1\ndef f(n): return _X\n", "line 1 holds more than one statement"),
        (
            METHOD,
            "class _Box:\n    x = 1\n    @property\n    def f(self): ...\n",
            "line 2 stands in the method's class",
        ),
    ],
)
def test_what_would_be_lost_is_refused(tmp_path: Path, source: str, code: str, reason: str) -> None:
    name = "Box.f" if source is METHOD else "f"
    with pytest.raises(MergeError) as caught:
        Merger(tmp_path).merge_code(source, {name: code})
    assert reason in str(caught.value)
    assert caught.value.key == f"app/text.py::{name}"
