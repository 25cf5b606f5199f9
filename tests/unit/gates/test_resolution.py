"""What a test is required for is found by reading, however its file comes to the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti.settings import Settings

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Tree

SLUGIFY = "app/text.py::slugify"
PARSE = "app/text.py::Base.parse"
SIZE = "app/text.py::Parser.size"


@pytest.mark.parametrize(
    ("imports", "target", "keys"),
    [
        ("from app.text import slugify", "slugify", [SLUGIFY]),
        ("from app.text import slugify as s", "s", [SLUGIFY]),
        ("import app.text", "app.text.slugify", [SLUGIFY]),
        ("import app.text as t", "t.slugify", [SLUGIFY]),
        ("from app import text", "text.slugify", [SLUGIFY]),
        ("from app import text as t", "t.slugify", [SLUGIFY]),
        ("import app", "app.text.slugify", [SLUGIFY]),
        ("from app.text import *", "slugify", [SLUGIFY]),
        ("from app.text import Base", "Base.parse", [PARSE]),
        ("import app.text as t", "t.Base.parse", [PARSE]),
        ("from app.text import Parser", "Parser.parse", [PARSE]),
        ("from app.text import Parser", "Parser.scan", ["app/text.py::Base.scan"]),
        ("from app.text import Parser", "Parser.scan.__func__", ["app/text.py::Base.scan"]),
        ("from app.text import Parser", "Parser.Token.show", ["app/text.py::Parser.Token.show"]),
        ("from app.text import Parser", "Parser.size", [SIZE, f"{SIZE}.setter"]),
        ("from app.text import Parser", "Parser.size.fget", [SIZE]),
        ("from app.text import Parser", "Parser.size.fset", [f"{SIZE}.setter"]),
        ("from app.text import Base\nparse = Base.parse", "parse", [PARSE]),
        ("from app.text import slugify\nx = y = slugify", "y", [SLUGIFY]),
        ("from app.text import Base, slugify\na, b = Base.parse, slugify", "b", [SLUGIFY]),
        ("from app.text import Base\nclass Sub(Base): ...", "Sub.parse", [PARSE]),
        ("from app.text import Base\nclass Sub(Base):\n    again = Base.parse", "Sub.again", [PARSE]),
        ("from app.text import Base\nclass Sub:\n    inner = property(Base.parse)", "Sub.inner", [PARSE]),
        ("from app.text import slugify", "slugify, slugify", [SLUGIFY]),
        ("from app.text import Base, slugify", "slugify, Base.parse", [SLUGIFY, PARSE]),
        ("try:\n    from app.text import slugify\nexcept ImportError:\n    slugify = None", "slugify", [SLUGIFY]),
        (
            "try:\n    from app.gone import slugify\nexcept ImportError:\n    from app.text import slugify",
            "slugify",
            [SLUGIFY],
        ),
        ("import sys\nif sys.version_info > (3,):\n    from app.text import slugify", "slugify", [SLUGIFY]),
        (
            "from contextlib import suppress\nwith suppress(ImportError):\n    import app.text",
            "app.text.slugify",
            [SLUGIFY],
        ),
        ("from app.text import plain as slugify\nfrom app.text import slugify", "slugify", [SLUGIFY]),
        ("from app.reexported import slugify", "slugify", [SLUGIFY]),
        ("from app.reexported import s", "s", [SLUGIFY]),
        ("import app.reexported as r", "r.Base.parse", [PARSE]),
        ("from app.chained import slugify", "slugify", [SLUGIFY]),
        ("from app.chained import parse", "parse", [PARSE]),
        ("from app.round_a import slugify", "slugify", [SLUGIFY]),
        ("from space.deep import slugify", "slugify", [SLUGIFY]),
        ("import space.deep", "space.deep.slugify", [SLUGIFY]),
        ("from space import deep", "deep.slugify", [SLUGIFY]),
    ],
)
def test_each_way_to_name_a_target_leads_to_its_stub(tree: Tree, imports: str, target: str, keys: list[str]) -> None:
    tree.write(
        {
            "app/reexported/__init__.py": "from ..text import slugify, slugify as s\nfrom .more import *\n",
            "app/reexported/more.py": "from app.text import Base\n",
            "app/chained.py": "from .reexported import *\nparse = Base.parse\n",
            "app/round_a.py": "from app.round_b import *\nfrom app.text import slugify\n",
            "app/round_b.py": "from app.round_a import *\n",
            "space/deep.py": "from app.text import slugify\n",
            "tests/test_text.py": f"import jiti\n{imports}\n\n@jiti.required_for({target})\ndef test_it(): assert 1\n",
        }
    )
    assert list(tree.only().targets) == keys


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("import jiti", "jiti.required_for"),
        ("import jiti as j", "j.required_for"),
        ("import jiti", "jiti.jiti.required_for"),
        ("from jiti import jiti", "jiti.required_for"),
        ("from jiti import jiti as x", "x.required_for"),
        ("from jiti import required_for", "required_for"),
        ("from jiti import required_for as gate", "gate"),
        ("from jiti import *", "required_for"),
        ("import jiti\ngate = jiti.required_for", "gate"),
    ],
)
def test_the_decorator_is_known_by_each_of_its_names(tree: Tree, imports: str, decorator: str) -> None:
    text = f"from app.text import slugify\n{imports}\n\n@{decorator}(slugify)\ndef test_it(): assert 1\n"
    tree.write({"tests/test_text.py": text})
    assert tree.only().targets == (SLUGIFY,)


def test_a_decorator_of_another_library_is_none_of_ours(tree: Tree) -> None:
    text = "from other import required_for\n\n@required_for(print)\ndef test_it(): assert 1\n"
    tree.write({"tests/test_text.py": text})
    found = tree.find()
    assert (found.gates, found.problems) == ((), ())


def test_a_target_may_stand_in_the_test_file(tree: Tree) -> None:
    text = """
        from jiti import jiti

        @jiti
        def double(n: int) -> int:
            \"\"\"Twice n.\"\"\"

        class TestDouble:
            @jiti
            def half(self) -> int:
                \"\"\"Half of it.\"\"\"

            @jiti.required_for(double)
            @jiti.required_for(half)
            def test_it(self): assert double(2) == 4
        """
    tree.write({"tests/test_text.py": text})
    gate = tree.only()
    assert gate.targets == ("tests/test_text.py::double", "tests/test_text.py::TestDouble.half")
    assert gate.node_id == "tests/test_text.py::TestDouble::test_it"


def test_of_classes_that_share_a_base_the_nearer_one_counts(tree: Tree) -> None:
    shapes = """
        from jiti import jiti

        class Top:
            @jiti
            def area(self) -> int:
                \"\"\"Top's.\"\"\"

        class Left(Top): ...

        class Right(Top):
            @jiti
            def area(self) -> int:
                \"\"\"Right's.\"\"\"

        class Bottom(Left, Right): ...

        class Circle(Circle): ...
        """
    test = (
        "from jiti import required_for\nfrom shapes import Bottom\n\n@required_for(Bottom.area)\ndef test(): assert 1\n"
    )
    tree.write({"shapes.py": shapes, "test_shapes.py": test})
    assert tree.only().targets == ("shapes.py::Right.area",)


@pytest.mark.parametrize(
    ("files", "settings"),
    [
        ({"src/lib/words.py": "", "tests/test_w.py": "lib.words"}, Settings()),
        ({"tests/words.py": "", "tests/unit/test_w.py": "words"}, Settings()),
        ({"tests/unit/words.py": "", "tests/unit/test_w.py": "words"}, Settings()),
        (
            {"python/lib/words.py": "", "tests/test_w.py": "lib.words", "pytest.ini": "[pytest]\npythonpath = python"},
            Settings(),
        ),
        (
            {
                "python/lib/words.py": "",
                "other/lib/words.py": "x = 1",
                "tests/test_w.py": "lib.words",
                "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["python"]',
            },
            Settings(),
        ),
        (
            {"python/lib/words.py": "", "other/lib/words.py": "x = 1", "tests/test_w.py": "lib.words"},
            Settings(sources=("python",)),
        ),
        (
            {"a/lib/__init__.py": "", "a/lib/words.py": "", "b/lib/words.py": "x = 1", "tests/test_w.py": "lib.words"},
            Settings(sources=("a/lib",)),
        ),
        ({"services/one/lib/words.py": "", "tests/test_w.py": "lib.words"}, Settings()),
        ({"services/one/lib/words/__init__.py": "", "tests/test_w.py": "lib.words"}, Settings()),
        ({"lib/words.py": "", "tests/lib/test_w.py": "lib.words"}, Settings()),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_module_is_found_where_pytest_makes_it_importable(
    tree: Tree, files: dict[str, str], settings: Settings
) -> None:
    stub = 'from jiti import jiti\n\n@jiti\ndef f() -> int:\n    """One."""\n'
    (source,) = [name for name, text in files.items() if "words" in name and not text]
    (test,) = [name for name in files if "test_w" in name]
    module = files[test]
    gate = f"import jiti\nfrom {module} import f\n\n@jiti.required_for(f)\ndef test_it(): assert 1\n"
    tree.write(files | {source: stub, test: gate})
    found = tree.find(settings)
    assert found.problems == ()
    assert [each.targets for each in found.gates] == [(f"{source}::f",)]


def test_a_relative_import_starts_from_its_own_package(tree: Tree) -> None:
    gate = """
        import jiti
        from .. import text
        from ..text import slugify

        @jiti.required_for(slugify, text.Base.parse)
        def test(): assert 1
        """
    tree.write({"app/tests/__init__.py": "", "app/tests/test_text.py": gate})
    assert tree.only().targets == (SLUGIFY, PARSE)
