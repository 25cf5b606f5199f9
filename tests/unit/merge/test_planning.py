"""What a merge of several files comes to, before anything is written."""

from __future__ import annotations

from cProfile import Profile
from typing import TYPE_CHECKING

from jiti.merge import planning
from jiti.settings import Settings
from jiti.testing import Project
from tests.functional.merged_projects import implement

if TYPE_CHECKING:
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
