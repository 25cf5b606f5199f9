"""What a merge of several files comes to, before anything is written."""

from __future__ import annotations

import sys
from cProfile import Profile
from typing import TYPE_CHECKING

import pytest

from jiti.errors import MergeError
from jiti.merge import graduation, planning, transaction
from jiti.settings import Settings
from jiti.testing import Project
from tests.functional.merged_projects import MERGED_TESTS, MERGED_TEXT, SHOUT_KEY, implement, project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiti.merge.plan import Plan

HEAD = "from jiti import jiti\n\n\n"
STUB = '@jiti\ndef {0}(n: int) -> int:\n    """Do."""\n    ...\n'
CODE = '{1}\n\n\ndef {0}(n: int) -> int:\n    """Do."""\n    return {2}\n'


def plan_of(made: Project, *targets: str) -> Plan:
    return planning.make(str(made.root), Settings(), targets)


def new(plan: Plan) -> dict[str, str | None]:
    return {each.path: each.new for each in plan.changes if each.new is not None}


# ---------------------------------------------------------------- circles of imports


def test_a_circle_between_files_that_are_merged_together_is_kept_inside_a_function() -> None:
    made = Project({"app/__init__.py": "", "app/a.py": HEAD + STUB.format("f"), "app/b.py": HEAD + STUB.format("g")})
    implement(made, "app/a.py::f", CODE.format("f", "from app.b import g", "g(n - 1) if n else 0"))
    implement(made, "app/b.py::g", CODE.format("g", "from app.a import f", "f(n - 1) if n else 1"))
    plan = plan_of(made)
    assert new(plan) == {
        "app/a.py": CODE.format("f", "from app.b import g", "g(n - 1) if n else 0"),
        "app/b.py": 'def g(n: int) -> int:\n    """Do."""\n    from app.a import f\n\n'
        "    return f(n - 1) if n else 1\n",
    }
    assert "g: `from app.a import f` is kept inside the function: import cycle" in plan.notes


def test_a_circle_by_way_of_a_file_that_is_merged_as_well() -> None:
    files = {f"app/{name}.py": HEAD + STUB.format(f"of_{name}") for name in "abc"}
    made = Project({"app/__init__.py": "", **files})
    for name, needed in (("a", "b"), ("b", "c"), ("c", "a")):
        code = CODE.format(f"of_{name}", f"import app.{needed}", f"app.{needed}.of_{needed}(n - 1) if n else 0")
        implement(made, f"app/{name}.py::of_{name}", code)
    plan = plan_of(made)
    assert (new(plan)["app/b.py"] or "").startswith("import app.c\n\n\n")
    assert "    import app.a\n\n    return" in (new(plan)["app/c.py"] or "")
    assert "of_c: `import app.a` is kept inside the function: import cycle" in plan.notes


# ---------------------------------------------------------------- the files


def test_a_src_layout_is_merged_by_the_names_that_imports_have_there() -> None:
    source = f"from .models import LIMIT\n{HEAD}{STUB.format('f')}\n\ndef g(n: int) -> int:\n    return n\n"
    head = "from app.words import text\nimport jiti\n\n\n"
    tests = f"{head}@jiti.required_for(text.f)\ndef test_f():\n    assert text.f(1)\n"
    files = {"src/app/words/text.py": source, "src/app/words/models.py": "LIMIT = 3\n", "tests/test_text.py": tests}
    made = Project({"src/app/__init__.py": "", "src/app/words/__init__.py": "", **files})
    imports = "from app.words import text\nfrom app.words.models import LIMIT\nfrom app.words.text import g\n"
    implement(made, "src/app/words/text.py::f", CODE.format("f", imports, "g(n) + LIMIT + text.LIMIT"))
    plan = plan_of(made)
    merged = CODE.format("f", "from .models import LIMIT", "g(n) + LIMIT + LIMIT")
    assert new(plan) == {
        "src/app/words/text.py": f"{merged}\n\ndef g(n: int) -> int:\n    return n\n",
        "tests/test_text.py": tests.replace("import jiti\n", "").replace("@jiti.required_for(text.f)\n", ""),
    }
    assert [each.module for each in plan.functions] == ["app.words.text"]
    assert graduation.require_sound(plan, Settings()) is None


def contents(made: Project) -> dict[str, bytes]:
    found = (path for path in made.root.rglob("*") if path.is_file() and ".local" not in path.parts)
    return {path.relative_to(made.root).as_posix(): path.read_bytes() for path in found}


def test_a_failure_at_each_write_of_a_merge_leaves_all_files_as_they_were() -> None:
    made = project()
    plan = plan_of(made)
    before = contents(made)
    assert len(plan.changes) == 5
    for failing in range(len(plan.changes)):
        left = iter(range(failing))

        def write(path: str, data: bytes | None, mode: int | None, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise OSError(28, "No space left on device")
            transaction.write_file(path, data, mode)

        with pytest.raises(MergeError, match="No space left on device"):
            transaction.apply(str(made.root), plan.changes, write=write)
        assert contents(made) == before
    transaction.apply(str(made.root), plan.changes)
    after = contents(made)
    assert after["app/text.py"].decode() == MERGED_TEXT
    assert after["tests/test_text.py"].decode() == MERGED_TESTS
    assert set(before) - set(after) == {each.path for each in plan.changes if each.new is None}


def test_a_file_of_a_newer_format_is_refused_with_its_way_out() -> None:
    made = project()
    file = made.root / ".jiti" / "app" / "text" / "shout.py"
    file.write_text(file.read_text().replace("# jiti: 1\n", "# jiti: 9\n"))
    [refusal] = plan_of(made, "shout").refused
    assert refusal.key == SHOUT_KEY
    assert refusal.reason == "is broken: .jiti/app/text/shout.py: its format is 9, and this jiti reads 1"
    assert "pip install --upgrade jiti" in refusal.hint


# ---------------------------------------------------------------- gates that nobody can count


TESTS = "import jiti\nfrom app import a, plain\n\n\n"
PLAIN = "def helper():\n    pass\n\n\nclass Other:\n    pass\n"
MISPLACED = "@jiti.required_for(a.f)\nclass TestIt:\n    def test_it(self):\n        assert a\n"
NO_STUB = "@jiti.required_for(plain.helper)\ndef test_plain():\n    assert plain\n"
LOST = "@jiti.required_for(a.gone)\ndef test_gone():\n    assert a\n"


@pytest.mark.parametrize(
    ("test", "refused", "noted"),
    [
        pytest.param(NO_STUB, [], 1, id="for a plain function"),
        pytest.param(NO_STUB.replace("plain.helper", "plain.Other"), [], 1, id="for a class without stubs"),
        pytest.param(NO_STUB + MISPLACED.replace("a.f", "a.g"), [], 2, id="for a stub that is not merged"),
        pytest.param(MISPLACED, ["`required_for` stands on the class TestIt"], 0, id="for what is merged"),
        pytest.param(LOST, ["`a.gone` cannot be found"], 0, id="for what may be merged"),
        pytest.param(LOST.replace("a.gone", "a"), ["`a` is the module app/a.py"], 0, id="for all of its file"),
        pytest.param(LOST + NO_STUB, ["`a.gone` cannot be found"], 1, id="some for it, some not"),
    ],
)
def test_a_gate_that_cannot_count_is_refused_where_it_may_be_for_what_is_merged(
    test: str, refused: list[str], noted: int
) -> None:
    stubs = HEAD + STUB.format("f") + "\n\n" + STUB.format("g")
    made = Project({"app/a.py": stubs, "app/plain.py": PLAIN, "tests/test_a.py": TESTS + test})
    implement(made, "app/a.py::f", CODE.format("f", "", "n"))
    plan = plan_of(made)
    assert plan.merged == ("app/a.py::f",)
    missing, *others = plan.refused
    assert missing.key == "app/a.py::g"
    reasons = [each.reason.partition(": ")[2] for each in others]
    assert [reason[: len(said)] for reason, said in zip(reasons, refused, strict=True)] == refused, reasons
    told = [f"`jiti check` tells of {noted} gate{'s' * (noted > 1)} that cannot count, for none of these"]
    assert plan.notes == tuple(told if noted else [])


def test_a_gate_that_cannot_count_is_no_reason_where_nothing_is_merged() -> None:
    made = Project({"app/a.py": "", "app/plain.py": PLAIN, "tests/test_a.py": TESTS + LOST})
    plan = plan_of(made)
    assert (plan.merged, plan.refused) == ((), ())


def test_a_file_that_does_not_parse_is_of_no_concern_to_what_is_named() -> None:
    """Unless tests may stand in it that decide."""
    made = Project({"app/a.py": HEAD + STUB.format("f"), "app/b.py": "from jiti import jiti\n\n@jiti\ndef g(:\n"})
    implement(made, "app/a.py::f", CODE.format("f", "", "n"))
    assert [plan_of(made, *targets).refused != () for targets in (("f",), ())] == [False, True]
    made.write({"app/b.py": "import jiti\n\n@jiti.required_for(f)\ndef test_g(:\n"})
    [refusal] = plan_of(made, "f").refused
    assert refusal.reason.startswith("app/b.py:4: does not parse")


# ---------------------------------------------------------------- links


@pytest.mark.skipif(sys.platform == "win32", reason="not everybody may make links there")
def test_a_stub_whose_file_is_merged_by_way_of_a_link_is_not_refused() -> None:
    """It has no code under the name of the file itself."""
    made = Project({"app/__init__.py": "", "real/a.py": HEAD + STUB.format("f") + "\n\n" + STUB.format("g")})
    (made.root / "app/a.py").symlink_to("../real/a.py")
    implement(made, "app/a.py::f", CODE.format("f", "", "n"))
    plan = plan_of(made)
    assert plan.merged == ("app/a.py::f",)
    assert [each.key for each in plan.refused] == ["app/a.py::g", "real/a.py::g"]


# ---------------------------------------------------------------- many stubs


def calls_for(count: int) -> int:
    """How many functions are called to plan the merge of so many stubs of one file."""
    names = [f"f{number}" for number in range(count)]
    made = Project({"app/__init__.py": "", "app/a.py": HEAD + "\n\n".join(map(STUB.format, names))})
    for name in names:
        implement(made, f"app/a.py::{name}", CODE.format(name, "import re\n\n_X = re.I", "n + _X"))
    profile = Profile()
    profile.enable()
    plan = plan_of(made)
    profile.disable()
    assert len(plan.merged) == count
    return sum(each.callcount for each in profile.getstats())


def test_a_file_of_many_stubs_is_planned_in_time_that_grows_with_their_number() -> None:
    assert calls_for(24) < 5 * calls_for(6)
