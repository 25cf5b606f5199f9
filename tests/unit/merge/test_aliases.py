"""Stubs below a decorator that another file makes: `my = jiti(engine=…)`."""

from __future__ import annotations

import pytest

from jiti import gates, status
from jiti.merge import planning
from jiti.settings import Settings
from jiti.testing import Project
from tests.functional.merged_projects import implement

AI = "from jiti import Engine, jiti\n\nmy = jiti(engine=Engine(frozen=True))\n"
STUB = '{}\ndef f(n: int) -> int:\n    """Do."""\n    ...\n'
CODE = 'import re\n\n\ndef f(n: int) -> int:\n    """Do."""\n    return n + re.I\n'
TEST = "import jiti\n\nfrom app.a import f\n\n\n@jiti.required_for(f)\ndef test_f():\n    assert f(1)\n"
KEY = "app/a.py::f"


def project(head: str, decorator: str, **files: str) -> Project:
    others = {"app/__init__.py": "", "app/ai.py": AI, "tests/test_a.py": TEST}
    made = Project({**others, "app/a.py": head + STUB.format(decorator), **files})
    implement(made, KEY, CODE)
    return made


def merged(made: Project) -> dict[str, str | None]:
    plan = planning.make(str(made.root), Settings())
    assert (plan.merged, plan.refused) == ((KEY,), ())
    return {each.path: each.new for each in plan.changes}


WAYS = {
    "by its name": ("from app.ai import my\n\n\n", "@my"),
    "by another name": ("from app.ai import my as gen\n\n\n", "@gen(uses=[])"),
    "by its module": ("from app import ai\n\n\n", "@ai.my"),
    "by its module's whole name": ("import app.ai\n\n\n", "@app.ai.my()"),
    "from beside it": ("from .ai import my\n\n\n", "@my"),
    "below another": ("from app.ai import my\n\n\n", "@staticmethod\n@my"),
    "where the file makes one of it": ("from app.ai import my\n\nown = my(uses=[])\n\n\n", "@own"),
    "by way of a third file": ("from app.again import other\n\n\n", "@other"),
}


@pytest.mark.parametrize(("head", "decorator"), WAYS.values(), ids=WAYS)
def test_it_is_merged_and_what_nothing_needs_any_more_goes(head: str, decorator: str) -> None:
    made = project(head, decorator, **{"app/again.py": "from app.ai import my as other\n"})
    [found] = status.survey(str(made.root), Settings()).stubs
    assert (found.declaration.key, found.state.name, found.gates) == (KEY, "fresh", ("tests/test_a.py::test_f",))
    others = "".join(f"{each}\n" for each in decorator.split("\n")[:-1])
    assert merged(made) == {
        "app/a.py": CODE.replace("def", f"{others}def"),
        "tests/test_a.py": TEST.replace("import jiti\n\n", "").replace("@jiti.required_for(f)\n", ""),
        ".jiti/app/a/f.py": None,
    }


def test_what_else_needs_its_import_keeps_it() -> None:
    made = project("from app.ai import Engine, my\n\nENGINE = Engine()\n\n\n", "@my")
    text = merged(made)["app/a.py"]
    assert text is not None
    assert text.startswith("import re\n\nfrom app.ai import Engine\n\nENGINE = Engine()\n\n\ndef f")


def test_its_file_is_no_orphan() -> None:
    made = project("from app.ai import my\n\n\n", "@my")
    assert status.orphans(str(made.root), Settings()) == []
    made.write({"app/ai.py": "def ("})  # nobody can tell any more what it is, and nothing is deleted for that
    assert status.orphans(str(made.root), Settings()) == []


@pytest.mark.parametrize("ai", ["my = print\n", "from app.a import my\n", "", "def ("])
def test_what_no_file_makes_of_jiti_is_no_alias(ai: str) -> None:
    made = Project({"app/ai.py": ai, "app/a.py": f"from app.ai import my\n\n\n{STUB.format('@my')}"})
    made.write({"tests/test_a.py": TEST})
    found = gates.find(str(made.root), Settings())
    assert found.gates == ()
    assert "`f` is no stub" in found.problems[0].message
