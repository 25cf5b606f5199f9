"""Imports of jiti: those that nothing needs any more go, wherever they stand; others stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.merge.merging import Merger, run

if TYPE_CHECKING:
    from pathlib import Path

STUB = '@jiti\ndef f() -> int:\n    """Do."""\n    raise NotImplementedError\n'
MERGED = 'def f() -> int:\n    """Do."""\n    return 5\n'
INNER = "    @jiti\n    def g() -> int:\n        '''Do.'''\n"


@pytest.mark.parametrize(
    ("head", "decorator", "left"),
    [
        pytest.param("from jiti import jiti\n\n\n", "@jiti", "", id="alone"),
        pytest.param("from jiti import jiti as gen\n\n\n", "@gen()", "", id="by another name"),
        pytest.param("import jiti\nimport os\n\n\n", "@jiti.jiti", "import os\n\n\n", id="as a module"),
        pytest.param("import os, jiti as j\n\n\n", "@j.jiti(uses=[])", "import os\n\n\n", id="beside another"),
        pytest.param(
            "import os; import jiti; import re\n\n\n", "@jiti.jiti", "import os; import re\n\n\n", id="in a line"
        ),
        pytest.param("import jiti; import re\n\n\n", "@jiti.jiti", "import re\n\n\n", id="at the start of a line"),
        pytest.param(
            "from jiti import jiti, Engine, RealBodyError\n\n\n",
            "@jiti(engine=Engine(frozen=True))",
            "from jiti import RealBodyError\n\n\n",
            id="what nobody used stays",
        ),
        pytest.param(
            "from jiti import (\n    Engine,  # kept\n    jiti,  # not\n)\n\nX = Engine\n\n\n",
            "@jiti",
            "from jiti import (\n    Engine,  # kept\n)\n\nX = Engine\n\n\n",
            id="what is used stays",
        ),
        pytest.param(
            "from jiti import (Engine,\n    jiti)  # both\n\nX = Engine\n\n\n",
            "@jiti",
            "from jiti import (Engine)  # both\n\nX = Engine\n\n\n",
            id="in brackets of another make",
        ),
        pytest.param(
            "import sys\n\nif sys.argv:\n    import jiti\n    from jiti import jiti\nelse:\n    X = 1\n\n\n",
            "@jiti",
            "import sys\n\nif sys.argv:\n    pass\nelse:\n    X = 1\n\n\n",
            id="twice from a block",
        ),
        pytest.param(
            "from jiti import Engine, jiti\n\nmy = jiti(engine=Engine())  # mine\n\n\n", "@my", "", id="with an alias"
        ),
        pytest.param(
            "from jiti import jiti\n\n__all__ = ['f', 'jiti']\n\n\n",
            "@jiti",
            "from jiti import jiti\n\n__all__ = ['f', 'jiti']\n\n\n",
            id="not where it is exported",
        ),
        pytest.param(
            "try:\n    from jiti import jiti\nexcept ImportError:\n\n    def jiti(f):\n        return f\n\n\n",
            "@jiti",
            "",
            id="with what stands in for it",
        ),
        pytest.param(
            "import sys\n\nif sys.argv:\n    from jiti import jiti\nelse:\n    jiti = lambda f: f\n\nX = 1\n\n\n",
            "@jiti",
            "import sys\n\nX = 1\n\n\n",
            id="with its condition",
        ),
        pytest.param(
            "import os\n\nif (DEBUG := len(os.sep)):\n    from jiti import jiti\nelse:\n    jiti = lambda f: f\n\n\n",
            "@jiti",
            "import os\n\nif (DEBUG := len(os.sep)):\n    pass\nelse:\n    jiti = lambda f: f\n\n\n",
            id="not with a condition that does something",
        ),
        pytest.param(
            "import sys\n\nif sys.argv:\n    from jiti import jiti\nelse:\n    jiti = print('none')\n\n\n",
            "@jiti",
            "import sys\n\nif sys.argv:\n    pass\nelse:\n    jiti = print('none')\n\n\n",
            id="not with a value that does something",
        ),
        pytest.param(
            "try:\n    import tomllib\n    from jiti import jiti\nexcept ImportError:\n    tomllib = None\n\n\n",
            "@jiti",
            "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\n\n\n",
            id="from a condition that has more in it",
        ),
        pytest.param(
            "import sys\nif sys.argv:\n    from jiti import jiti\nelse:\n    import os\n\n\n",
            "@jiti",
            "import sys\nif sys.argv:\n    pass\nelse:\n    import os\n\n\n",
            id="leaving something in its block",
        ),
        pytest.param(
            "import jiti\nimport jiti.errors\n\nX = jiti.errors\n\n\n",
            "@jiti.jiti",
            "import jiti\nimport jiti.errors\n\nX = jiti.errors\n\n\n",
            id="not where its name is used",
        ),
    ],
)
def test_what_nothing_needs_goes(tmp_path: Path, head: str, decorator: str, left: str) -> None:
    source = head + STUB.replace("@jiti", decorator)
    text = Merger(tmp_path).merge(source, {"f": "return 5"}).text
    assert text == left + MERGED
    assert run(text).f() == 5


def test_what_other_files_import_stays(tmp_path: Path) -> None:
    source = f"from jiti import jiti\n\nmy = jiti()\n\n\n{STUB.replace('@jiti', '@my')}"
    text = Merger(tmp_path).merge(source, {"f": "return 5"}, exported=["my"]).text
    assert text == f"from jiti import jiti\n\nmy = jiti()\n\n\n{MERGED}"


def test_an_import_inside_a_function_goes_with_its_stub(tmp_path: Path) -> None:
    source = f"def outer() -> int:\n    from jiti import jiti\n\n{INNER}\n    return g()\n"
    text = Merger(tmp_path).merge(source, {"outer.<locals>.g": "return 5"}).text
    assert text == "def outer() -> int:\n    def g() -> int:\n        '''Do.'''\n        return 5\n\n    return g()\n"
    assert run(text).outer() == 5


def test_an_import_stays_while_a_stub_is_left(tmp_path: Path) -> None:
    source = f"from jiti import jiti\n\n\n{STUB}\n\n{STUB.replace('def f', 'def g')}"
    text = Merger(tmp_path).merge(source, {"f": "return 5"}).text
    assert text == source.replace(STUB, MERGED)
