"""What a campaign of fuzzing feeds: good texts with something wrong in them, and JSON of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIECES = (
    *(b"\n", b"\r\n", b"\r", b"\t", b" ", b"    ", b"\0", b"\x0c", b"\xff", b"\xef\xbb\xbf", b"\x1a", b"\\\n", b"\\"),
    *("\u2028".encode(), "\u00e9".encode("latin-1"), "\u540d".encode(), "\ud800".encode("utf-8", "surrogatepass")),
    *(b"# -*- coding: latin-1 -*-\n", b"# coding: none\n", b"# coding: utf-16\n", b"# coding: rot13\n"),
    *(b"(" * 300, b"[" * 300, b"-" * 5000 + b"1", b"1e999999", b"9" * 5000, b"x." * 3000, b"'" * 3, b'"""'),
    *(b"# jiti: 1\n", b"# jiti: 2\n", b"# stub: -\n", b"# spec: \n", b"# gates: a::b=c =d ==\n", b"# uses: =x y\n"),
    *(b"<<<<<<< ours\n", b">>>>>>> theirs\n", b"# body: -\n", b"# effects: everything \n", b"# approved: -\n"),
    *(
        b"@jiti\n",
        b"@jiti()\n",
        b"@jiti(allow=1, uses=[], hints=..., max=**x)\n",
        b"@jiti.required_for()\n",
        b"@overload\n",
    ),
    *(
        b"def ",
        b"async def ",
        b"class A:\n",
        b"class A(A, *B, **C):\n    ",
        b"lambda: 0",
        b"yield",
        b"await x",
        b"return",
    ),
    *(
        b"if True:\n",
        b"else:\n",
        b"try:\n",
        b"match x:\n    case ",
        b"global x\n",
        b"nonlocal x\n",
        b"del x\n",
        b"*",
        b"**",
    ),
    *(
        b"from __future__ import annotations\n",
        b"from . import *\n",
        b"from ....a import b\n",
        b"import a.b as c, jiti\n",
    ),
    *(
        b"f'{x!r:{y}}'",
        b"f'{",
        b"(yield)",
        b"(x := 1)",
        b"type X[T] = T\n",
        b"...",
        b"; ",
        b": int",
        b"->",
        b"/",
        b",",
        b"=(",
    ),
    *(
        b"__x",
        b"__init__",
        b"_jiti_",
        b"None",
        b"self",
        b">>> 1 / 0\n",
        b">>> \n",
        b"Example:\n",
        b"{}",
        b"{",
        b"}",
        b"$x",
        b"%s",
    ),
)
"""What most often is in the way of whoever reads text."""

_PLACES = st.integers(0, 10_000)
_EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "replace", "double", "cut", "lines"]),
        _PLACES,
        st.integers(0, 60),
        st.one_of(
            st.sampled_from(_PIECES), st.binary(max_size=6), st.text(max_size=4).map(lambda s: s.encode("utf-8"))
        ),
    ),
    min_size=1,
    max_size=4,
)


def mutated(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of the texts, with up to four edits."""
    return st.builds(_edited, st.sampled_from(list(seeds)), _EDITS)


def mutated_text(seeds: Sequence[str]) -> st.SearchStrategy[str]:
    """The same as text; what is no UTF-8 becomes lone surrogates, which JSON can bring."""
    return mutated([each.encode() for each in seeds]).map(lambda data: data.decode("utf-8", "surrogateescape"))


def _edited(data: bytes, edits: list[tuple[str, int, int, bytes]]) -> bytes:
    for kind, place, length, piece in edits:
        at = place % (len(data) + 1)
        end = at + length
        match kind:
            case "insert":
                data = data[:at] + piece + data[at:]
            case "delete":
                data = data[:at] + data[end:]
            case "replace":
                data = data[:at] + piece + data[end:]
            case "double":
                data = data[:end] + data[at:]
            case "cut":
                data = data[:at]
            case "lines":
                lines = data.split(b"\n")
                number = place % len(lines)
                data = b"\n".join([*lines[:number], piece, *lines[number + length % 3 :]])
    return data


_ODD_TEXTS = (
    *("", " ", "\n", "\0", "\ud800", "\r", "~", ".", "..", "../..", "/", "/etc/passwd", "/proc/self/environ", "C:\\x"),
    *(
        "app/text.py",
        "app/text.py/",
        "app",
        "app//text.py",
        "./app/../.env",
        ".env",
        ".jiti/app/text/slug.py",
        "a" * 5000,
    ),
    *(
        "**",
        "**/*",
        "[",
        "[!",
        "*" * 200,
        "{a,b}",
        "(a+)+$",
        "(?P<x",
        "\\",
        "(?i",
        "x{99999999}",
        "slug",
        "app.text",
        "jiti",
    ),
    *("app.text.slug", "app/text.py::slug", "app/text.py::", "::", "os.path", "__main__", "None", "1", "return 1"),
)
TEXTS = st.one_of(st.sampled_from(_ODD_TEXTS), st.text(max_size=12))
_NUMBERS = st.one_of(
    st.sampled_from([0, -1, 1, 10, 11, 10**30, -(10**30), 1e308, float("inf"), float("nan"), 0.5, True, False]),
    st.integers(),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), _NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
"""Whatever JSON can hold."""
