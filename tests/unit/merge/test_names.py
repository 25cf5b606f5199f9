"""Names of an implementation in the user's file: imported, local, called otherwise, or kept inside the function."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti.errors import MergeError
from tests.unit.merge.merging import Merger, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.merge.merging import Sent

STUB = '''

@jiti
def f(n: int) -> int:
    """Do."""
    raise NotImplementedError
'''


def merged(tmp_path: Path, source: str, sent: Sent) -> str:
    """What a file with a stub `f` below becomes, without the stub's first lines."""
    text = Merger(tmp_path).merge(dedent(source).lstrip("\n") + STUB, {"f": sent}).text
    return text.replace('def f(n: int) -> int:\n    """Do."""\n', "def f\n")


def same(text: str, expected: str) -> bool:
    assert text == dedent(expected).lstrip("\n")
    return True


@pytest.mark.parametrize(
    ("head", "helpers", "body", "expected"),
    [
        pytest.param(
            "import sys\nfrom jiti import jiti\nfrom . import other",
            "import re\nimport app.more\nimport hypothesis",
            "return re, app.more, hypothesis",
            "import re\nimport sys\n\nimport hypothesis\n\nimport app.more\n\nfrom . import other",
            id="sorted into sections",
        ),
        pytest.param(
            "from collections import Counter, deque\nfrom jiti import jiti",
            "from collections import ChainMap, defaultdict",
            "return ChainMap, defaultdict",
            "from collections import ChainMap, Counter, defaultdict, deque",
            id="together with others of their module",
        ),
        pytest.param(
            "from jiti import jiti\nfrom collections import (\n    Counter,  # counts\n    deque,  # last\n)",
            "from collections import namedtuple",
            "return namedtuple",
            "from collections import (\n    Counter,  # counts\n    deque,  # last\n    namedtuple,\n)",
            id="on a line of its own where each is",
        ),
        pytest.param(
            "from jiti import jiti\nfrom collections import Counter, OrderedDict, UserDict, UserList, UserString, abc",
            "from collections import defaultdict",
            "return defaultdict",
            "from collections import (\n    Counter,\n    OrderedDict,\n    UserDict,\n    UserList,\n    UserString,\n"
            "    abc,\n    defaultdict,\n)",
            id="in brackets where the line gets too long",
        ),
        pytest.param(
            "import collections as np\nfrom jiti import jiti\nfrom os import sep as s",
            "import collections\nfrom os import sep",
            "return collections.deque, sep",
            "import collections as np\nfrom os import sep as s",
            id="not at all, where the file has another name for it",
        ),
        pytest.param(
            "import os\nfrom jiti import jiti",
            "import os.path\nimport xml.dom\nimport xml.sax",
            "return os.path.join, xml.dom, xml.sax",
            "import os\nimport os.path\nimport xml.dom\nimport xml.sax",
            id="with dots",
        ),
        pytest.param(
            "from .models import Token\nfrom jiti import jiti",
            "from app.models import Kind, Token",
            "return Kind, Token",
            "from app.models import Kind\n\nfrom .models import Token",
            id="what a relative import has",
        ),
        pytest.param(
            "from jiti import jiti",
            "import subprocess  # noqa: S404",
            "return subprocess.run",
            "import subprocess  # noqa: S404",
            id="with the comment behind it",
        ),
    ],
)
def test_imports_go_to_the_top(tmp_path: Path, head: str, helpers: str, body: str, expected: str) -> None:
    text = merged(tmp_path, head, (helpers, body))
    assert text.partition("def f")[0].rstrip() == expected
    compile(text.replace("def f", "def f(n):"), "text", "exec")


@pytest.mark.parametrize(
    ("head", "helpers", "expected"),
    [
        ("import regex as re", "import re", "import re as _re\n\nimport regex as re\n\n\ndef f\n    return _re\n"),
        ("re = 1", "import re", "import re as _re\n\nre = 1\n\n\ndef f\n    return _re\n"),
        (
            "def g():\n    return re",
            "from shlex import join as re",
            "from shlex import join as _re\n\n\ndef g():\n    return re\n\n\ndef f\n    return _re\n",
        ),
        (
            "from x import *\nY = pow(1, 2)",
            "from math import pow as re",
            "from math import pow as _re\n\nfrom x import *\nY = pow(1, 2)\n\n\ndef f\n    return _re\n",
        ),
    ],
)
def test_an_import_is_called_otherwise_where_its_name_is_taken(
    tmp_path: Path, head: str, helpers: str, expected: str
) -> None:
    assert merged(tmp_path, f"from jiti import jiti\n{head}\n", (helpers, "return re")) == expected


def test_an_import_for_types_is_put_with_its_like(tmp_path: Path) -> None:
    head = """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        from jiti import jiti

        if TYPE_CHECKING:
            from collections.abc import Callable
        """
    helpers = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from collections.abc import Iterator\n    _P = int\n"
    )
    helpers += "def _g(p: _P) -> Iterator[int]:\n    yield p\n"
    assert same(
        merged(tmp_path, head, (helpers, "return _g(n)")),
        """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from collections.abc import Callable, Iterator

        if TYPE_CHECKING:
            _P = int


        def _g(p: _P) -> Iterator[int]:
            yield p


        def f
            return _g(n)
        """,
    )


def test_an_import_for_types_that_is_used_becomes_a_real_one(tmp_path: Path) -> None:
    head = """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        from jiti import jiti

        if TYPE_CHECKING:
            from pathlib import Path
        """
    assert same(
        merged(tmp_path, head, "return Path(n)"),
        """
        from __future__ import annotations

        from pathlib import Path


        def f
            return Path(n)
        """,
    )


def test_annotations_are_quoted_in_a_file_that_evaluates_them(tmp_path: Path) -> None:
    helpers = """
        from __future__ import annotations
        from typing import TYPE_CHECKING, Literal
        if TYPE_CHECKING:
            from pathlib import Path

        def _g(p: Path | None, m: list[int], w: Literal["a"]) -> Path | None:
            return p
        """
    text = merged(tmp_path, "from jiti import jiti", (dedent(helpers), "p: Path | None = None\nreturn _g(p, [], 'a')"))
    assert same(
        text,
        """
        from typing import TYPE_CHECKING, Literal

        if TYPE_CHECKING:
            from pathlib import Path


        def _g(p: "Path | None", m: list[int], w: "Literal['a']") -> "Path | None":
            return p


        def f
            p: Path | None = None
            return _g(p, [], "a")
        """,
    )


# ---------------------------------------------------------------- the module itself


@pytest.mark.parametrize(
    ("helpers", "body", "expected"),
    [
        ("from app import text", "return text.LIMIT + n", "return LIMIT + n"),
        ("from app import text as _t", "return f'{_t.LIMIT:>{_t.LIMIT}} {n}'", 'return f"{LIMIT:>{LIMIT}} {n}"'),
        ("import app.text", "return app.text.LIMIT + n", "return LIMIT + n"),
        ("import app.text as t", "return [t.LIMIT for t.LIMIT in [n]]", None),
        (
            "from app import text",
            "text.LIMIT += n\nreturn text.LIMIT",
            "global LIMIT\n    LIMIT += n\n    return LIMIT",
        ),
        ("", "from app.text import helper\n\nreturn helper(n)", "return helper(n)"),
        ("", "return helper(n)", "return helper(n)"),
        ("", "if n:\n    from app.text import helper\nreturn n", "if n:\n        pass\n    return n"),
    ],
)
def test_the_modules_own_names_are_local(tmp_path: Path, helpers: str, body: str, expected: str | None) -> None:
    head = "from jiti import jiti\n\nLIMIT = 3\n\n\ndef helper(n: int) -> int:\n    return n\n"
    text = merged(tmp_path, head, (helpers, body))
    if expected:
        assert text == f"{head.removeprefix('from jiti import jiti')[2:]}\n\ndef f\n    {expected}\n"


def test_the_module_itself_is_imported_where_it_is_used_as_a_whole(tmp_path: Path) -> None:
    sent = ("import app.text", "return getattr(app.text, 'LIMIT') + n  # noqa: B009")
    done = Merger(tmp_path).merge(f"from jiti import jiti\n\nLIMIT = 3\n{STUB}", {"f": sent})
    assert done.text.endswith(
        '"""Do."""\n    import app.text\n\n    return getattr(app.text, "LIMIT") + n  # noqa: B009\n'
    )
    assert done.notes == ("f: `import app.text` is kept inside the function: the module itself is used there",)


# ---------------------------------------------------------------- import cycles


def reaches(*modules: str) -> Callable[[str], bool]:
    return lambda name: name in modules


@pytest.mark.parametrize(
    ("statement", "cyclic"),
    [
        ("from app import other", "app.other"),
        ("import app.other as other", "app.other"),
        ("from app.other import x as other", "app.other"),
    ],
)
def test_an_import_that_would_close_a_circle_is_kept_inside_the_function(
    tmp_path: Path, statement: str, cyclic: str
) -> None:
    """And inside each helper that uses it; it is told."""
    helpers = f"import re\n{statement}\ndef _g(n):\n    '''Do.'''\n    return other, re\n"
    done = Merger(tmp_path).merge(
        f"from jiti import jiti\n{STUB}", {"f": (helpers, "return _g(other)")}, reaches=reaches(cyclic)
    )
    assert same(
        done.text,
        f'''
        import re


        def _g(n):
            """Do."""
            {statement}

            return other, re


        def f(n: int) -> int:
            """Do."""
            {statement}

            return _g(other)
        ''',
    )
    assert done.notes == (f"f: `{statement}` is kept inside the function: import cycle",)


def test_a_type_from_a_circle_is_for_type_checkers_where_it_annotates(tmp_path: Path) -> None:
    helpers = "from app.other import Thing\ndef _g(t: Thing) -> list[Thing]:\n    return [t, Thing()]\n"
    source = f"from jiti import jiti\n{STUB}"
    text = Merger(tmp_path).merge(source, {"f": (helpers, "return _g(n)")}, reaches=reaches("app.other")).text
    assert same(
        text,
        '''
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from app.other import Thing


        def _g(t: "Thing") -> "list[Thing]":
            from app.other import Thing

            return [t, Thing()]


        def f(n: int) -> int:
            """Do."""
            return _g(n)
        ''',
    )
    run(text)


def test_a_value_that_needs_a_circle_cannot_be_merged(tmp_path: Path) -> None:
    sent = ("from app import other\n_X = other.x\n", "return _X + n")
    with pytest.raises(
        MergeError, match="a helper needs `from app import other` while the module is imported"
    ) as caught:
        Merger(tmp_path).merge(f"from jiti import jiti\n{STUB}", {"f": sent}, reaches=reaches("app.other"))
    assert caught.value.key == "app/text.py::f"


# ---------------------------------------------------------------- helpers


def test_helpers_go_below_what_they_need_while_the_module_is_imported(tmp_path: Path) -> None:
    source = '''
        from jiti import jiti


        class Box:
            """A box."""

            @jiti
            def f(self) -> int:
                """Do."""


        def after() -> None: ...
        '''
    helpers = "_Y = 1\n\n\ndef _made() -> Box:\n    return Box()\n\n\n_ZERO = _made()\n_TWO = _ZERO\n"
    text = Merger(tmp_path).merge(dedent(source).lstrip(), {"Box.f": (helpers, "return _Y if _TWO else 0")}).text
    assert same(
        text,
        '''
        _Y = 1


        class Box:
            """A box."""

            def f(self) -> int:
                """Do."""
                return _Y if _TWO else 0


        def _made() -> Box:
            return Box()


        _ZERO = _made()
        _TWO = _ZERO


        def after() -> None: ...
        ''',
    )
    assert run(text).Box().f() == 1


def test_helpers_that_are_classes_or_globals_are_renamed_everywhere(tmp_path: Path) -> None:
    helpers = """
        from typing import cast

        _count = 0
        class _Box:
            inner: '_Box | None' = None
            def other(self, box: '_Box') -> '_Box':
                return box
        """
    body = "global _count\n_count += 1\nb = cast('_Box', _Box())\nreturn _count + len(f'{b.inner} {_count} _count')"
    source = f"from jiti import jiti\n\n_count = None\n_Box = None\n{STUB}"
    text = Merger(tmp_path).merge(source, {"f": (dedent(helpers), body)}).text
    assert same(
        text,
        '''
        from typing import cast

        _count = None
        _Box = None


        _count_2 = 0


        class _Box_2:
            inner: "_Box_2 | None" = None

            def other(self, box: "_Box_2") -> "_Box_2":
                return box


        def f(n: int) -> int:
            """Do."""
            global _count_2
            _count_2 += 1
            b = cast("_Box_2", _Box_2())
            return _count_2 + len(f"{b.inner} {_count_2} _count")
        ''',
    )
    assert run(text).f(1) == 1 + len("None 1 _count")


# ---------------------------------------------------------------- functions around a stub

NESTED = '''from jiti import jiti

LIMIT = 3


def outer(re: int, _g: int, len: int) -> int:
    LIMIT = re

    @jiti
    def f(n: int) -> int:
        """Do."""
        raise NotImplementedError

    return f(LIMIT)
'''


def test_names_of_functions_around_a_stub_are_not_taken_for_the_modules(tmp_path: Path) -> None:
    helpers = "import re\nfrom app import text\ndef _g(n):\n    return re.escape(str(n))\n"
    text = Merger(tmp_path).merge(NESTED, {"outer.<locals>.f": (helpers, "return _g(n), text.LIMIT, re, f")}).text
    assert same(
        text,
        '''
        import re as _re

        LIMIT = 3


        def _g_2(n):
            return _re.escape(str(n))


        def outer(re: int, _g: int, len: int) -> int:
            LIMIT = re

            def f(n: int) -> int:
                """Do."""
                from app import text

                return _g_2(n), text.LIMIT, _re, f

            return f(LIMIT)
        ''',
    )


@pytest.mark.parametrize(
    ("source", "name", "body"),
    [(NESTED, "outer.<locals>.f", "return len(str(n))"), (f"from jiti import jiti\n{STUB}\nstr = 1\n", "f", None)],
)
def test_what_is_built_in_must_mean_the_same(tmp_path: Path, source: str, name: str, body: str | None) -> None:
    code = 'def f(n: int) -> int:\n    """Do."""\n    return str(n)\n'
    merger = Merger(tmp_path)
    merge = (lambda: merger.merge(source, {name: body})) if body else (lambda: merger.merge_code(source, {name: code}))
    with pytest.raises(MergeError, match=r"it uses Python's own `(len|str)`, which is something else where the stub"):
        merge()
