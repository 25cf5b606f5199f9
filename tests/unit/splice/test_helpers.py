"""The helpers of a submission: what may stand above the function, and in which order it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.splice.conftest import Splicer

STUB = '''
from pathlib import Path

from jiti import jiti

class Token: ...

@jiti
def f(n: int, where: Path) -> Token:
    """Do it."""
    ...
'''
FUNCTION = '''

def f(n: int, where: Path) -> Token:
    """Do it."""
    return n
'''
IMPORTS = "from pathlib import Path\nfrom app.text import Token\n"


@pytest.mark.parametrize(
    ("helpers", "expected"),
    [
        pytest.param("", "", id="none"),
        pytest.param("# nothing", "", id="a comment alone"),
        pytest.param("import re", "import re\n", id="import"),
        pytest.param("    import re\n    import os", "import re\nimport os\n", id="indented"),
        pytest.param("import re\n    import os", "import re\nimport os\n", id="the first line lost its indentation"),
        pytest.param("_X = 1  # one", "\n_X = 1  # one\n", id="constant with a comment"),
        pytest.param("# one\n_X: int = 1", "\n# one\n_X: int = 1\n", id="annotated constant below a comment"),
        pytest.param('_X = """\n  a\n"""', '\n_X = """\n  a\n"""\n', id="string over lines"),
        pytest.param("_X = 1\nimport re", "import re\n\n_X = 1\n", id="imports come first"),
        pytest.param("import re; import os", "import re\nimport os\n", id="two on a line"),
        pytest.param("def _g():\n    return 1", "\n\ndef _g():\n    return 1\n", id="private function"),
        pytest.param("class _A:\n    x = 1", "\n\nclass _A:\n    x = 1\n", id="private class"),
        pytest.param("import os\nimport os.path", "import os\nimport os.path\n", id="a package and its module"),
        pytest.param("from . import models", "from app import models\n", id="relative"),
        pytest.param(
            "from .models import (\n    A,\n)", "from app.models import (\n    A,\n)\n", id="relative, over lines"
        ),
        pytest.param(
            "from __future__ import generator_stop\nimport re", "import re\n", id="a feature that is always on"
        ),
    ],
)
def test_helpers_stand_between_imports_and_function(splicer: Splicer, helpers: str, expected: str) -> None:
    composed = splicer.compose(STUB, "return n", helpers)
    assert composed == IMPORTS + expected + FUNCTION


def test_annotations_that_are_not_evaluated_put_imports_for_types_in_a_block(splicer: Splicer) -> None:
    helpers = (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app import a"
    )
    assert splicer.compose(STUB, "return n", helpers) == (
        "from __future__ import annotations\n"
        "\n"
        "from typing import TYPE_CHECKING\n"
        "\n"
        "if TYPE_CHECKING:\n"
        "    from app import a\n"
        "\n"
        "if TYPE_CHECKING:\n"
        "    from pathlib import Path\n"
        "    from app.text import Token\n"
        f"{FUNCTION}"
    )


def test_what_helpers_import_is_not_imported_again(splicer: Splicer) -> None:
    helpers = "from pathlib import Path\nfrom app.text import Token"
    assert splicer.compose(STUB, "return n", helpers) == f"{helpers}\n{FUNCTION}"


@pytest.mark.parametrize(
    ("helpers", "line", "code", "message"),
    [
        (
            "_X = 1\ndef clean(): ...",
            2,
            "public-helper",
            "what stands beside the function is private: name it `_clean",
        ),
        ("class Box: ...", 1, "public-helper", "what stands beside the function is private: name it `_Box`"),
        ("_X = 1\nprint(_X)", 2, "statement", "only imports, assignments, private functions and classes, and"),
        ("try:\n    import re\nexcept ImportError:\n    re = None", 1, "statement", "only imports, assignments"),
        ("if True:\n    import re", 1, "statement", "only imports, assignments"),
        ("_X = 1\n_X += 1", 2, "statement", "only imports, assignments"),
        ("import os\nos.sep = ':'", 2, "statement", "`os.sep = …` changes something else"),
        ("_X = {}\n_X['a'] = 1", 2, "statement", "`_X['a'] = …` changes something else"),
        ("TYPE_CHECKING = True", 1, "statement", "`from typing import TYPE_CHECKING` instead"),
        ("_X = 1\n_X = 2", 2, "duplicate", "`_X` is bound already on line 1"),
        ("def _g(): ...\ndef _g(): ...", 2, "duplicate", "`_g` is bound already on line 1"),
        ("from os import path\nfrom sys import path", 2, "duplicate", "`path` is bound already on line 1"),
        ("from os import *", 1, "star-import", "name what you need from os instead of `*`"),
        ("_X = (", 1, "syntax", "'(' was never closed"),
        ("\n\nreturn 1", 3, "syntax", "'return' outside function"),
        ("from .. import models", 1, "relative-import", "a relative import leads out of the package of app.text"),
        ("from \\\n  .models import A", 1, "relative-import", "write `from app.models import …`"),
        ("_X = 1\nf = None", 2, "clash", "`f` is what is being written: choose another name"),
        ("from app.text import f", 1, "clash", "`f` is what is being written: choose another name"),
        ("Path = str", 1, "clash", "the signature uses app.text's `Path`: choose another name"),
        ("from app.models import Token", 1, "clash", "the signature uses app.text's `Token`: choose another name"),
    ],
)
def test_what_may_not_stand_there_is_told_by_line(
    splicer: Splicer, helpers: str, line: int, code: str, message: str
) -> None:
    [(part, *place, said)] = splicer.problems(STUB, "return n", helpers)
    assert (part, *place) == ("helpers", line, code)
    assert said.startswith(message)


def test_overloads_of_a_helper_are_no_duplicates(splicer: Splicer) -> None:
    helpers = """
from typing import overload
@overload
def _g(x: int) -> int: ...
@overload
def _g(x: str) -> str: ...
def _g(x): return x
"""
    assert splicer.compose(STUB, "return _g(n)", helpers).count("def _g(") == 3


def test_helpers_may_have_parameters_named_like_anything(splicer: Splicer) -> None:
    assert "def _g(f, Path):" in splicer.compose(STUB, "return _g(n, n)", "def _g(f, Path):\n    return f")


def test_all_that_is_wrong_with_both_parts_is_told_at_once(splicer: Splicer) -> None:
    problems = splicer.problems(STUB, "pass", "def g(): ...\nprint(1)")
    assert [(part, line, code) for part, line, code, _ in problems] == [
        ("helpers", 1, "public-helper"),
        ("helpers", 2, "statement"),
        ("body", 1, "placeholder"),
    ]


def test_a_top_level_module_has_no_relative_imports(splicer: Splicer) -> None:
    [(part, line, code, _)] = splicer.problems(STUB, "from . import x\nreturn x", path="text.py", module="text")
    assert (part, line, code) == ("body", 1, "relative-import")


def test_a_package_is_what_relative_imports_in_its_init_start_from(splicer: Splicer) -> None:
    composed = splicer.compose(STUB, "return n", "from .models import A", path="app/__init__.py", module="app")
    assert "from app.models import A\n" in composed
