"""Stubs that have moved or bear another name keep what they had, and no model is asked."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from jiti import filing, mirror, moved, states
from jiti.definition import define
from jiti.engine import Engine
from jiti.errors import FrozenError
from jiti.home import with_package_mirror
from jiti.interfaces import Interfaces, header_line
from jiti.settings import Settings
from jiti.stub import declaration_for, declarations_in
from jiti.testing import ScriptedModel, submit
from tests.unit.stubs import PYPROJECT, write

if TYPE_CHECKING:
    from jiti.orders import Outcome

TEXT = '''
from jiti import jiti

LIMIT = 3


@jiti
def slugify(raw: str) -> str:
    """Lower-case it."""
    # quickly


class Parser:
    size: int = 0

    @jiti
    def parse(self) -> int:
        """How large it is."""
'''
SLUG = '''
from app import text


def slugify(raw: str) -> str:
    """Lower-case it."""
    return raw.lower()[: text.LIMIT]
'''
PARSE = '''
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.text import Parser


class _Parser(Parser if TYPE_CHECKING else object):
    def parse(self) -> int:
        """How large it is."""
        return self.size


if not TYPE_CHECKING:
    Parser = _Parser
'''
BOX = '''
from jiti import jiti


@jiti
class Box:
    """It counts."""

    def __init__(self, size: int) -> None:
        """Remember the size."""

    def more(self) -> int:
        """One more than the size."""
'''
BOX_CODE = '''
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.box import Box


class _Box(Box if TYPE_CHECKING else object):
    def __init__(self, size: int) -> None:
        """Remember the size."""
        self._size = size

    def more(self) -> int:
        """One more than the size."""
        return self._size + 1


if not TYPE_CHECKING:
    Box = _Box
'''
TESTS = """
from app.text import slugify


def test_it() -> None:
    assert slugify("AB") == "ab"
"""
FILES = {"pyproject.toml": PYPROJECT, "app/__init__.py": "", "app/text.py": TEXT}
OLD = "app/text.py::slugify"


class Project:
    """A project with two stubs in `app/text.py`, both with implementations."""

    def __init__(self, root: Path) -> None:
        self.root = root
        write(root, FILES)
        self.implement(OLD, SLUG, TESTS)
        self.implement("app/text.py::Parser.parse", PARSE)

    def implement(self, key: str, code: str, tests: str = "") -> None:
        definition = define(declaration_for(str(self.root), key))
        uses = Interfaces(str(self.root), Settings()).of_code(code, definition.declaration)
        filing.file(definition, dedent(code), made="by hand", uses=header_line(uses), tests=dedent(tests))

    def move(self, text: str, path: str = "app/text.py") -> None:
        (self.root / "app" / "text.py").unlink()
        write(self.root, {path: text})

    def found(self) -> dict[str, str | None]:
        return {new: orphan.key for new, orphan in moved.find(str(self.root), Settings()).items()}

    def ensure(self, key: str, module: str, model: ScriptedModel | None = None, *, frozen: bool = False) -> Outcome:
        engine = Engine(model=model or ScriptedModel(), observe=lambda _: None, frozen=frozen)
        known = moved.find(str(self.root), Settings())
        return engine.ensure(declaration_for(str(self.root), key), module, moved=lambda: known)

    def mirrored(self) -> list[str]:
        folder = self.root / ".jiti"
        paths = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.py")))
        return [path for path in paths if not path.startswith(".local")]

    def state(self, key: str) -> states.State:
        return states.look(declaration_for(str(self.root), key))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.syspath_prepend(tmp_path)
    return Project(tmp_path)


# ------------------------------------------------------------ which file is whose, by reading


def test_nothing_has_moved_where_all_is_in_its_place(project: Project) -> None:
    assert project.found() == {}


@pytest.mark.parametrize(
    ("old", "new", "path", "found"),
    [
        pytest.param("def slugify", "def slug", "app/text.py", {"slug": "slugify"}, id="function renamed"),
        pytest.param("def parse", "def read", "app/text.py", {"Parser.read": "Parser.parse"}, id="method renamed"),
        pytest.param(
            "class Parser", "class Reader", "app/text.py", {"Reader.parse": "Parser.parse"}, id="class renamed"
        ),
        pytest.param(
            "LIMIT = 3\n",
            "# elsewhere\n",
            "app/words.py",
            {"slugify": "slugify", "Parser.parse": "Parser.parse"},
            id="module moved",
        ),
        pytest.param('"""Lower', '"""To lower', "app/words.py", {"Parser.parse": "Parser.parse"}, id="docstring"),
        pytest.param("# quickly", "# slowly", "app/words.py", {"Parser.parse": "Parser.parse"}, id="hint"),
        pytest.param("(raw: str)", "(raw: bytes)", "app/words.py", {"Parser.parse": "Parser.parse"}, id="signature"),
        pytest.param("size: int = 0", "size: int = 1", "app/words.py", {"slugify": "slugify"}, id="its class"),
        pytest.param("    size: int = 0\n", "", "app/words.py", {"slugify": "slugify"}, id="a field of its class"),
    ],
)
def test_a_file_belongs_to_the_stub_of_its_spec(
    project: Project, old: str, new: str, path: str, found: dict[str, str]
) -> None:
    assert TEXT.count(old) == 1
    project.move(TEXT.replace(old, new), path)
    assert project.found() == {f"{path}::{now}": f"app/text.py::{before}" for now, before in found.items()}


def test_two_stubs_of_one_spec_do_not_swap_theirs(project: Project) -> None:
    again = TEXT.replace("def slugify", "def other").replace("class Parser", "class Other")
    write(project.root, {"app/more.py": again})
    assert project.found() == {}
    project.move(TEXT, "app/words.py")
    assert project.found() == {}  # either may be what it was
    for each in declarations_in(str(project.root), "app/more.py"):
        project.implement(each.key, SLUG if each.qualname == "other" else PARSE)
    (project.root / "app" / "more.py").rename(project.root / "app" / "less.py")
    assert project.found() == {}  # and now either file may be of either stub


def test_a_file_that_says_nothing_of_whose_it_was_belongs_to_nobody(project: Project) -> None:
    path = project.root / ".jiti" / "app" / "text" / "slugify.py"
    path.write_text("def slugify(): ...\n")
    (path.parent / "Parser" / "parse.py").write_bytes(b"\xff")
    project.move(TEXT, "app/words.py")
    assert project.found() == {}


# ------------------------------------------------------------ taking it along


def test_what_a_renamed_and_moved_stub_had_is_checked_and_goes_along(project: Project) -> None:
    project.move(TEXT.replace("def slugify", "def slug"), "app/words.py")
    with pytest.raises(FrozenError):
        project.ensure("app/words.py::slug", "app.words", frozen=True)
    assert project.mirrored() == [
        ".scratch/app/text/test_slugify.py",
        "app/text/Parser/parse.py",
        "app/text/slugify.py",
    ]

    outcome = project.ensure("app/words.py::slug", "app.words")
    assert (outcome.kind, outcome.implementation.header["made"]) == ("moved", "by hand")
    assert project.mirrored() == [".scratch/app/words/test_slug.py", "app/text/Parser/parse.py", "app/words/slug.py"]
    assert "from app import words" in outcome.implementation.code
    assert "def slug(raw: str)" in outcome.implementation.code
    assert "from app.words import slug" in (project.root / ".jiti/.scratch/app/words/test_slug.py").read_text()
    assert project.state("app/words.py::slug").name == "fresh"
    assert project.ensure("app/words.py::slug", "app.words").kind == "kept"


def test_what_lies_in_the_mirror_of_a_package_goes_along_with_its_tests(project: Project) -> None:
    project.move(TEXT)
    write(project.root, {"lib/pack/__init__.py": "", "lib/pack/one.py": TEXT})
    with_package_mirror(str(project.root / "lib/pack/one.py"))
    project.implement(
        "lib/pack/one.py::slugify", SLUG.replace("app", "pack").replace("text", "one"), "def test_it(): ...\n"
    )
    (project.root / ".jiti/app/text/slugify.py").unlink()
    (project.root / "lib/pack/one.py").rename(project.root / "lib/pack/two.py")
    (project.root / "app/text.py").unlink()
    orphan = moved.find(str(project.root), Settings())["lib/pack/two.py::slugify"]
    assert orphan.key == "lib/pack/one.py::slugify"
    assert orphan.scratch is not None
    assert Path(orphan.scratch).is_file()


def test_a_docstring_that_names_its_function_is_renamed_with_it(project: Project) -> None:
    project.move(TEXT)
    text = """
    from jiti import jiti


    @jiti
    def small(raw: str) -> str:
        '''Lower-case it.

        >>> small("A")
        'a'
        '''
    """
    code = """
    def small(raw: str) -> str:
        '''Lower-case it.

        >>> small("A")
        'a'
        '''
        return raw.lower()
    """
    write(project.root, {"app/small.py": dedent(text)})
    project.implement("app/small.py::small", code)
    write(project.root, {"app/small.py": dedent(text).replace("small", "lower")})
    assert project.found() == {"app/small.py::lower": "app/small.py::small"}
    outcome = project.ensure("app/small.py::lower", "app.small")
    assert (outcome.kind, project.state("app/small.py::lower").name) == ("moved", "fresh")
    assert '>>> lower("A")' in outcome.implementation.code


def test_an_edit_by_hand_stays_one_and_what_was_approved_stays_approved(project: Project) -> None:
    path = project.root / ".jiti" / "app" / "text" / "Parser" / "parse.py"
    filing.approve(declaration_for(str(project.root), "app/text.py::Parser.parse"), read(project, "Parser.parse"))
    path.write_text(path.read_text().replace("return self.size", "return 1 * self.size"))
    project.move(TEXT, "app/words.py")
    outcome = project.ensure("app/words.py::Parser.parse", "app.words")
    assert outcome.kind == "moved"
    assert "return 1 * self.size" in outcome.implementation.code
    assert project.state("app/words.py::Parser.parse").name == "edited"
    assert not outcome.implementation.is_approved


def test_a_class_that_was_written_as_a_whole_goes_along(project: Project) -> None:
    write(project.root, {"app/box.py": BOX})
    project.implement("app/box.py::Box", BOX_CODE)
    (project.root / "app" / "box.py").unlink()
    write(project.root, {"app/chest.py": BOX.replace("class Box", "class Chest")})
    assert project.found() == {"app/chest.py::Chest": "app/box.py::Box"}
    outcome = project.ensure("app/chest.py::Chest", "app.chest")
    assert (outcome.kind, project.state("app/chest.py::Chest").name) == ("moved", "fresh")
    assert "class _Chest(Chest if TYPE_CHECKING else object):" in outcome.implementation.code
    assert "from app.chest import Chest" in outcome.implementation.code


def read(project: Project, qualname: str) -> mirror.Implementation:
    found = mirror.read(declaration_for(str(project.root), f"app/text.py::{qualname}"))
    assert found is not None
    return found


def test_what_does_not_pass_is_written_anew_and_stays_where_it_was(project: Project) -> None:
    gate = "import jiti\nfrom app.text import slug\n\n\n@jiti.required_for(slug)\ndef test_it():\n"
    write(project.root, {"tests/test_it.py": f"{gate}    assert slug('A') == 'a!'\n"})
    project.move(TEXT.replace("def slugify", "def slug"))
    model = ScriptedModel(submit("return raw.lower() + '!'"))
    outcome = project.ensure("app/text.py::slug", "app.text", model)
    assert (outcome.kind, len(model.requests)) == ("generated", 1)
    assert "app/text/slugify.py" in project.mirrored()
