"""A module that moves keeps its implementations under pytest: no model is asked."""

from __future__ import annotations

from jiti.testing import Project, ScriptedModel, submit

WORDS = '''
from jiti import jiti

SEP = "-"


@jiti
def clean(text: str) -> str:
    """Without blanks at the ends."""
    ...


@jiti
def slugify(text: str) -> str:
    """Clean it, and put a dash for each blank."""
    ...
'''
GATE = """
import jiti
from app.words import slugify


@jiti.required_for(slugify)
def test_slug():
    assert slugify(" a b ") == "a-b"
"""
PYPROJECT = """
[project]
name = "app"
version = "0"
requires-python = ">=3.11"

[tool.pytest.ini_options]
pythonpath = ["."]
"""
SCRIPT = {
    "app/words.py::clean": [submit("return text.strip()")],
    "app/words.py::slugify": [submit("return clean(text).replace(' ', words.SEP)", "from app import words")],
}


def test_a_module_that_moves_keeps_what_was_written_for_it() -> None:
    files = {"app/__init__.py": "", "app/words.py": WORDS, "tests/test_words.py": GATE, "pyproject.toml": PYPROJECT}
    project = Project(files, ScriptedModel(SCRIPT))
    first = project.run("python", "-m", "pytest", "-p", "no:randomly")
    assert (first.exit_code, len(first.requests)) == (0, 2), first.stdout

    (project.root / "app" / "words.py").unlink()
    project.write({"app/text/__init__.py": "", "app/text/lexis.py": WORDS})
    project.write({"tests/test_words.py": GATE.replace("app.words", "app.text.lexis")})
    moved = project.run("python", "-m", "pytest", "-p", "no:randomly")
    assert (moved.exit_code, moved.requests) == (0, []), moved.stdout
    assert "moved     app/text/lexis.py::slugify in .jiti/app/text/lexis/slugify.py" in moved.stdout
    mirrored = {path for path in project.mirror() if path.endswith(".py")}
    assert mirrored == {"app/text/lexis/clean.py", "app/text/lexis/slugify.py"}
    code = project.mirror()["app/text/lexis/slugify.py"]
    assert "from app.text import lexis\nfrom app.text.lexis import clean\n" in code
    assert 'return clean(text).replace(" ", lexis.SEP)' in code

    again = project.run("jiti", "check")
    assert (again.exit_code, again.changed) == (0, {}), again.stdout
