"""Files of all kinds, put together at random around stubs: what a merge never does to them."""

from __future__ import annotations

import string
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from jiti.merge.source import merged_source
from tests.unit.merge.merging import Merger, keeps_the_rest, run

WORDS = st.text(string.ascii_letters + " é(\"'\\:#", max_size=12)
COMMENTS = st.builds("# {}".format, WORDS.map(str.strip))
BLANKS = st.integers(0, 3).map(lambda count: "\n" * count)
HEADS = st.sampled_from(["", '"""A module."""\n', "from __future__ import annotations\n", "#!/usr/bin/env python\n"])
IMPORTS = st.sampled_from(
    [
        "import os\n",
        "import re as regex\n",
        "from collections import Counter, deque\n",
        "from collections import (\n    Counter,  # counts\n    deque,\n)\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pathlib import Path\n",
        "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\n",
        "__all__ = ['stub0']\n",
    ]
)
JITI = st.sampled_from(
    [
        ("from jiti import jiti\n", "@jiti"),
        ("from jiti import jiti as gen  # why\n", "@gen"),
        ("import jiti\n", "@jiti.jiti"),
        ("from jiti import (\n    Engine,\n    jiti,\n)\n", "@jiti(\n    engine=Engine(),\n)"),
        ("import os; from jiti import jiti\n", "@jiti()"),
        ("try:\n    from jiti import jiti\nexcept ImportError:\n    raise\n", "@jiti"),
    ]
)
NEIGHBOURS = st.sampled_from(
    [
        "X = 1\n",
        "def _g():\n    return 'the file''s own'\n",
        "_X, re = 7, None\n",
        'TEXT = """\n@jiti\ndef stub0():\n    raise NotImplementedError\n"""\n',
        "class Neighbour:\n\tx = 1  # a tab\n",
        "if X_ := 1:\n    pass\n",
        "def long(\n    a=1,  # one\n    b=(\n2),\n): return a\n",
        "\f\n",
    ]
)
PLACEHOLDERS = st.sampled_from(["    ...\n", "    pass  # noqa\n", "    raise NotImplementedError  # a hint\n", ""])
KINDS = st.sampled_from(["function", "method", "nested", "conditional"])
HELPERS = """import re
from collections import OrderedDict, deque

# why
_X = 1


def _g(n):
    return re.escape(str(n + _X))
"""
SENT = (
    HELPERS,
    "if n:\n    # a comment\n    s = '''a\n  b'''\n    return _g(n), OrderedDict, deque\nreturn None",
)


@st.composite
def stubs(draw: st.DrawFn, number: int, decorator: str) -> tuple[str, str]:
    """A stub's qualname, and its text."""
    above = draw(st.sampled_from(["", f"{draw(COMMENTS)}\n", "@staticmethod\n", "@(lambda f: f)\n"]))
    below = draw(st.sampled_from(["", f"{draw(COMMENTS)}\n", "@(lambda f: f)  # twice\n"]))
    comment = draw(st.one_of(st.just(""), COMMENTS.map("  {}".format)))
    head = f"def stub{number}(n=1, *, m: 'int' = 2):{comment}\n"
    text = f'{above}{decorator}\n{below}{head}    """Do."""\n{draw(PLACEHOLDERS)}'
    kind = draw(KINDS)
    if kind == "function":
        return f"stub{number}", text.replace("@staticmethod\n", "")
    margin = draw(st.sampled_from(["    ", "\t", "  "]))
    inner = "".join(margin + line for line in text.replace("    ", margin).splitlines(keepends=True))
    if kind == "method":
        end = draw(st.sampled_from(["", f"\n{margin}x = 1\n"]))
        return f"C{number}.stub{number}", f"class C{number}:\n{inner}{end}"
    inner = inner.replace(f"{margin}@staticmethod\n", "")
    if kind == "nested":
        return f"outer{number}.<locals>.stub{number}", f"def outer{number}(re=1):\n{inner}{margin}return stub{number}\n"
    return f"stub{number}", f"if True:\n{inner}"


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A file, and its stubs' qualnames."""
    brings, decorator = draw(JITI)
    pieces = [draw(HEADS), draw(BLANKS), *draw(st.lists(IMPORTS, max_size=3)), brings]
    names = []
    for number in range(draw(st.integers(1, 3))):
        pieces += draw(st.lists(st.one_of(NEIGHBOURS, COMMENTS.map("{}\n".format), BLANKS), max_size=3))
        name, text = draw(stubs(number, decorator))
        names.append(name)
        pieces += [text, draw(BLANKS)]
    pieces += draw(st.lists(NEIGHBOURS, max_size=2))
    text = "".join(pieces)
    if draw(st.booleans()):
        text = text.rstrip("\n\f")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from(["", "\ufeff"])) + text, names


@settings(max_examples=60, deadline=None)
@given(files())
def test_a_merge_changes_nothing_but_stubs_and_imports(drawn: tuple[str, list[str]]) -> None:
    """And again finds nothing to do; what it leaves runs."""
    text, names = drawn
    with TemporaryDirectory() as folder:
        merger = Merger(Path(folder))
        merged = merger.merge(text, dict.fromkeys(names, SENT)).text
        merger.write(merged)
        assert merger.definitions() == {}
    assert keeps_the_rest(text, merged, *(name.rpartition(".")[2] for name in names))
    assert merged_source(merged, [], "app.text").text == merged
    assert merged.startswith("\ufeff") == text.startswith("\ufeff")
    assert ("\r\n" in merged) == ("\r\n" in text)
    assert not ("\r\n" in text and "\n" in merged.replace("\r\n", ""))
    assert merged.endswith(("\n", "\r")) == text.endswith(("\n", "\r"))
    module = run(merged)
    for name in names:
        function = module
        for part in name.split("."):
            function = function() if part == "<locals>" else getattr(function, part, None) or function
        assert function(2)[0] == "3"
