"""Names of the user's file that mean one thing here and another there: what is merged means what it meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.errors import MergeError
from tests.unit.merge.merging import Merger, run

if TYPE_CHECKING:
    from pathlib import Path

DEF = 'def f(x: int) -> object:\n    """Do."""\n'
STUB = f"@jiti\n{DEF}"


def merged(tmp_path: Path, head: str, code: str, path: str = "app/text.py", **options: list[str]) -> str:
    """What a file with a stub `f` becomes, whose implementation is some imports and a line."""
    imports, _, line = code.rpartition("\n")
    source = f"from jiti import jiti\n{head}\n\n\n{STUB}"
    code = f"{imports}\n\n\n{DEF}    {line}\n"
    return Merger(tmp_path, path).merge_code(source, {"f": code}, **options).text


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("from datetime import datetime\nimport datetime", "from datetime import datetime\nreturn datetime(x, 1, 1)"),
        ("import re\nX = re.compile('a')\ndel re", "import re\nreturn re.compile('a')"),
        ("from math import sqrt\nsqrt = lambda x: -1", "from math import sqrt\nreturn sqrt(x)"),
        ("from json import dumps\ndef dumps(x): return 0", "from json import dumps\nreturn dumps(x)"),
        (
            "import json\ntry:\n    import tomllib as json\nexcept ImportError:\n    pass",
            "import json\nreturn json.dumps(x)",
        ),
        ("import re\nfor re in [1]: pass", "import re\nreturn re.compile('a')"),
        ("import json\ndef setup():\n    global json\n    json = None\nsetup()", "import json\nreturn json.dumps(x)"),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    from decimal import Decimal\nelse:\n    Decimal = float",
            "from decimal import Decimal\nreturn Decimal(x)",
        ),
    ],
)
def test_an_import_is_shared_only_where_nothing_else_binds_its_name(tmp_path: Path, head: str, code: str) -> None:
    imports, _, line = code.rpartition("\n")
    before = run(f"{imports}\n\n\n{DEF}    {line}\n").f(4)
    module = run(merged(tmp_path, head, code))
    assert module.f(4) == before
    assert type(module.f(4)) is type(before)


# ---------------------------------------------------------------- names that come otherwise


def write(root: Path, **files: str) -> None:
    (root / "app").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / "app" / f"{name}.py").write_text(text, encoding="utf-8")


MATH = "import math\nreturn math.floor(x)"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("from app.base import *", "import math as _math"),
        ("from .base import *", "import math as _math"),
        ("from app.more import *", "import math as _math"),
        ("from app.late import *", "import math as _math"),
        ("from app.listed import *", "import math\n"),
        ("from app.one import *", "import math\n"),
        ("from nowhere import *", "import math as _math"),
        ("import math\nfrom app.base import *", "import math\nimport math as _math"),
        ("import math\nfrom app.one import *", "import math\n"),
    ],
)
def test_what_is_imported_as_a_whole_may_bind_a_name(tmp_path: Path, head: str, expected: str) -> None:
    """As far as it can be read; else it may bring any name, but private ones."""
    write(
        tmp_path,
        __init__="",
        base="math = 'mine'\n",
        more="from app.more import *\nfrom app.base import *\n",
        listed="from app.base import *\n__all__ = ['x']\n",
        late="__all__ = []\nfrom app import base\n__all__.extend(dir(base))\nfrom app.base import *\n",
        one="def max(*args): return 0\n_math = 1\n",
    )
    text = merged(tmp_path, head, MATH)
    assert text.startswith(expected)
    assert text.count("import math") == expected.count("import math")
    assert f"return {'_math' if '_math' in expected else 'math'}.floor(x)" in text


@pytest.mark.parametrize("star", ["app.base", "nowhere"])
def test_what_is_built_in_may_come_as_something_else(tmp_path: Path, star: str) -> None:
    write(tmp_path, __init__="", base="def max(*args): return 'base'\n")
    with pytest.raises(
        MergeError, match=r"Python's own `max`, which `import \*`, or a module of its package, may make"
    ):
        merged(tmp_path, f"from {star} import *", "\nreturn max(x, 2)")


def test_what_is_built_in_stays_where_what_is_imported_has_nothing_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, __init__="", base="def min(*args): return 'base'\n")
    assert "return max(x, 2)" in merged(tmp_path, "from app.base import *", "\nreturn max(x, 2)")


def test_a_module_of_a_package_is_bound_there_as_soon_as_somebody_imports_it(tmp_path: Path) -> None:
    write(tmp_path, json="def dumps(x): return 'ours'\n", format="")
    text = merged(tmp_path, "import re", "import json\nimport re\nreturn json.dumps(re)", "app/__init__.py")
    assert text.startswith("import json as _json\nimport re\n")
    assert "return _json.dumps(re)" in text
    with pytest.raises(MergeError, match="Python's own `format`"):
        merged(tmp_path, "", "\nreturn format(x)", "app/__init__.py")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "from math import floor as _floor\n"),
        ("__all__ = ['f']", "from math import floor\n"),
        ("from math import floor", "from math import floor\n"),
    ],
)
def test_what_is_new_does_not_come_into_files_that_import_all(tmp_path: Path, head: str, expected: str) -> None:
    text = merged(tmp_path, head, "from math import floor\nreturn floor(x)", exported=["*"])
    assert expected in text
    assert text.count("import") == 1


# ---------------------------------------------------------------- imports of the module, inside functions

OWN = "def y():\n    return 2\ndef helper(x):\n    return x\ndef use(x):\n    return x\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "if x:\n        from app.text import helper\n    else:\n        helper = str\n    return helper(x)",
            "if x:\n        from app.text import helper\n    else:\n        helper = str\n    return helper(x)",
            id="bound otherwise as well",
        ),
        pytest.param(
            "def g(y):\n        from app.text import y\n        return y()\n    return g(3)",
            "def g(y):\n        from app.text import y\n        return y()\n    return g(3)",
            id="a parameter",
        ),
        pytest.param(
            "for y in [5]:\n        pass\n    from app.text import y\n    return y()",
            "for y in [5]:\n        pass\n    from app.text import y\n    return y()",
            id="a loop's",
        ),
        pytest.param(
            "y = 1\n    def g():\n        from app.text import y\n        return y()\n    return g()",
            "y = 1\n    def g():\n        from app.text import y\n        return y()\n    return g()",
            id="a name of the function around it",
        ),
        pytest.param(
            "class A:\n        from app.text import y\n    return A.y()",
            "class A:\n        from app.text import y\n    return A.y()",
            id="a class's",
        ),
        pytest.param(
            "from app.text import LIMIT\n    return LIMIT", "from app.text import LIMIT\n    return LIMIT", id="a value"
        ),
        pytest.param(
            "from app.text import y; x = 100\n    return y() + x", "pass; x = 100\n    return y() + x", id="in a line"
        ),
        pytest.param(
            "try:\n        from app.text import y\n        from app.text import helper\n    except ImportError:\n"
            "        return 0\n    return helper(y())",
            "try:\n        pass\n    except ImportError:\n        return 0\n    return helper(y())",
            id="all of a block",
        ),
        pytest.param(
            "if x:\n        from app.text import y\n\n        return y()\n    return 0",
            "if x:\n        return y()\n    return 0",
            id="with the blank line below",
        ),
    ],
)
def test_an_import_of_the_module_goes_only_where_its_name_means_the_same(
    tmp_path: Path, body: str, expected: str
) -> None:
    head = f"{OWN}LIMIT = 1\ndef setup():\n    global LIMIT\n    LIMIT = 2\n"
    text = Merger(tmp_path).merge_code(f"from jiti import jiti\n{head}\n\n{STUB}", {"f": f"{DEF}    {body}\n"}).text
    assert text == f"{head}\n\n{DEF}    {expected}\n"


def test_nor_does_one_go_that_tells_a_name_from_a_helper_s(tmp_path: Path) -> None:
    body = "    from app.text import _g\n    return _g(), use()\n"
    code = f"def _g():\n    return 1\n\n\ndef use():\n    return _g()\n\n\n{DEF}{body}"
    text = Merger(tmp_path).merge_code(f"from jiti import jiti\ndef _g(): return 0\n\n\n{STUB}", {"f": code}).text
    assert text.endswith(f"{DEF}{body}")
    assert "def use():\n    return _g_2()\n" in text


# ---------------------------------------------------------------- attributes of the module


@pytest.mark.parametrize(
    "body",
    [
        "class A:\n        text.K = 5\n    return text.K",
        "match x:\n        case text.K:\n            return 1\n    return 0",
        "return f'{text.K=}'",
        "text.K: int = 5\n    return text.K",
        "return [0 for text.K in [x]]",
    ],
)
def test_an_attribute_that_cannot_be_said_as_a_name_stays_one(tmp_path: Path, body: str) -> None:
    source = f"from jiti import jiti\nK = 1\n\n\n{STUB}"
    done = Merger(tmp_path).merge_code(source, {"f": f"from app import text\n\n\n{DEF}    {body}\n"})
    assert done.text == f"K = 1\n\n\n{DEF}    from app import text\n\n    {body}\n"
    assert done.notes == ("f: `from app import text` is kept inside the function: the module itself is used there",)


def test_the_module_s_own_name_becomes_another_and_that_is_told(tmp_path: Path) -> None:
    done = Merger(tmp_path).merge_code(
        f"from jiti import jiti\n\n\n{STUB}", {"f": f"{DEF}    return __name__, __file__\n"}
    )
    assert done.notes == (
        "f: `__file__` is that of app.text from now on",
        "f: `__name__` is that of app.text from now on",
    )


# ---------------------------------------------------------------- strings


def test_strings_that_name_nothing_stay(tmp_path: Path) -> None:
    helpers = (
        "import typing as t\nfrom typing import Annotated, cast as c\n\n\n"
        "class _T:\n    own: Annotated['_T', '_T'] = None\n\n    def cast(self, n: str) -> str:\n        return n\n"
    )
    code = f"{helpers}\n\n{DEF}    return _T().cast('_T'), c('_T', 1), t.cast('_T', 2)\n"
    text = Merger(tmp_path).merge_code(f"from jiti import jiti\n_T = 1\n\n\n{STUB}", {"f": code}).text
    assert "    own: Annotated['_T_2', '_T'] = None\n" in text
    assert text.endswith("    return _T_2().cast('_T'), c('_T_2', 1), t.cast('_T_2', 2)\n")
    assert run(text).f(1) == ("_T", 1, 2)


# ---------------------------------------------------------------- values that change while the module is imported


@pytest.mark.parametrize(
    ("above", "below", "helper"),
    [
        ("LIMITS = {}", "LIMITS['a'] = 3", "_S = sum(text.LIMITS.values())"),
        ("LIMITS = []", "LIMITS.append(3)", "_S = sum(text.LIMITS)"),
        ("LIMITS = []", "LIMITS += [3]", "_S = sum(text.LIMITS)"),
        ("LIMITS = []\ndef add(x): LIMITS.append(x)", "add(3)", "_S = sum(text.LIMITS)"),
        ("LIMITS = []\ndef add(x): LIMITS.append(3)", "@add\ndef some(): ...", "_S = sum(text.LIMITS)"),
        ("class Box:\n    limit = 1", "Box.limit = 3", "_S = text.Box.limit"),
        ("def compute(): return LIMIT", "LIMIT = 3", "_S = compute()"),
        ("def compute(): return 1", "def compute(): return 3", "_S = compute()"),
    ],
)
def test_a_helper_s_value_is_made_below_what_it_is_made_of(tmp_path: Path, above: str, below: str, helper: str) -> None:
    imports = "from app.text import compute\n" if "compute" in helper else "from app import text\n"
    main = "if __name__ == '__main__':\n    print(LIMITS, f(1))\n"
    source = f"from jiti import jiti\n{above}\n\n\n{STUB}\n\n{below}\n\n\n{main}"
    text = Merger(tmp_path).merge_code(source, {"f": f"{imports}\n{helper}\n\n\n{DEF}    return _S + x\n"}).text
    assert text.endswith(f"{below}\n\n\n{helper.replace('text.', '')}\n\n\n{main}")
    assert run(text).f(4) == 7


def test_a_helper_stays_above_where_nothing_changes_what_it_is_made_of(tmp_path: Path) -> None:
    below = "import re\n\nX = re.compile(str(LIMIT))\nY = sqrt(4)\nZ = [LIMIT]\n"
    source = f"import re\nfrom math import sqrt\nfrom jiti import jiti\nLIMIT = 3\n\n\n{STUB}\n\n{below}"
    source = source.replace("str(LIMIT)", "'a'")
    code = f"import re\nfrom math import sqrt\nfrom app import text\n\n_S = sqrt(text.LIMIT)\n\n\n{DEF}    return _S\n"
    text = Merger(tmp_path).merge_code(source, {"f": code}).text
    assert text.index("_S = sqrt(LIMIT)") < text.index("def f(")
