"""Classes that are stubs as a whole, as their source says them: text, spec, what is yet to be written, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jiti import gates, stub
from jiti.class_source import declaration_of
from jiti.definition import define
from jiti.errors import RealBodyError, StubError
from jiti.settings import Settings
from jiti.status import look_at
from jiti.unchanged import require_unchanged
from jiti.why import changes
from tests.unit.stubs import define_stub

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.program import Program

SOURCE = '''
import abc
from dataclasses import dataclass
from typing import ClassVar, overload

from jiti import jiti

@jiti(
    allow=["files"]
)
# a comment
@dataclass
class Parser(abc.ABC):
    """Reads."""

    KINDS: ClassVar[dict[str, int]]
    LIMIT: ClassVar[int] = 3
    name: str = "x"

    def parse(self, text: str) -> int:
        """Parse."""
        # a hint
        ...

    @overload
    def get(self, at: int) -> str: ...
    @overload
    def get(self, at: str) -> int: ...
    def get(self, at: int | str) -> int | str:
        raise NotImplementedError

    @property
    def size(self) -> int: ...
    @size.setter
    def size(self, to: int) -> None: ...

    @abc.abstractmethod
    def never(self) -> None: ...

    def real(self) -> int:
        """One."""
        # not a hint
        return 1

    def __hidden(self) -> None: pass

    class Inner:
        """Inside."""
        def open(self) -> int: return 4

    if LIMIT:
        def shown(self) -> int: return 5

def after(): ...
'''


def test_what_is_to_be_written_are_the_methods_without_a_body_that_are_not_abstract(tmp_path: Path) -> None:
    definition = define_stub(tmp_path, SOURCE)
    names = [each.declaration.qualname for each in definition.methods]
    assert names == ["Parser.parse", "Parser.get", "Parser.size", "Parser.size.setter", "Parser.__hidden"]
    assert (definition.is_class, definition.allows) == (True, frozenset({"files"}))
    assert definition.methods[0].docstring == "Parse."
    with pytest.raises(TypeError, match="is a class"):
        _ = definition.function


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("return 1", "return 2", ()),
        ("# not a hint", "# other", ()),
        ("return 4", "raise NotImplementedError", ()),
        ("return 5", "return 6", ()),
        ("def open(self)", "def open(self, by: int)", ("signature",)),
        ("def shown(self)", "def shown(self, by: int)", ("signature",)),
        ("if LIMIT:", "if not LIMIT:", ("signature",)),
        ("def after(): ...", "def after(): pass", ()),
        ("        ...\n", "        pass\n", ()),
        ("@dataclass\n", "@dataclass  # plain\n", ()),
        ('"Parse."', '"Parse it."', ("docstring",)),
        ('"One."', '"Just one."', ("docstring",)),
        ('"Reads."', '"Reads all."', ("docstring",)),
        ("# a hint", "# another", ("hints",)),
        ("(self, text: str)", "(self, text: bytes)", ("signature",)),
        ("def real(self)", "def real(self, by: int = 1)", ("signature",)),
        ('name: str = "x"', 'name: str = "y"', ("signature",)),
        ("LIMIT: ClassVar[int] = 3", "LIMIT: ClassVar[int]", ("signature",)),
        ("(abc.ABC)", "(abc.ABC, Exception)", ("signature",)),
        ("get(self, at: str)", "get(self, at: bytes)", ("signature",)),
        ("    @property\n    def size(self) -> int: ...\n", "    def size(self) -> int: ...\n", ("signature",)),
        ("return 1", "raise NotImplementedError", ("signature", "hints")),
    ],
)
def test_the_spec_is_the_interface_of_the_class_and_no_body(
    tmp_path: Path, old: str, new: str, changed: tuple[str, ...]
) -> None:
    assert old in SOURCE
    before = define_stub(tmp_path, SOURCE).spec
    assert define_stub(tmp_path, SOURCE.replace(old, new)).spec.changed_since(before) == changed


@pytest.mark.parametrize(
    "source",
    [
        '@jiti\nclass A:\n    """A."""\n    def f(self) -> int: ...\n',
        '@jiti(allow=[\n    "files",\n])\nclass A(\n    object,\n):\n    """A."""\n    def f(self): ...\n# no\n',
        'class B:\n    pass\n@jiti\nclass A:\n    """A."""\n\n    def f(self): ...\n    # yes\n\nx = 1\n',
        'if True:\n    # up\n    @jiti\n    class A:\n        """A.\n\n  left\n        """\n        def f(self): ...\n',
        'class A1: pass\nclass A_: pass\n@jiti\nclass A :\n    """A."""\n    class A2: pass\n    def f(self): ...\n',
    ],
)
def test_a_running_program_cuts_out_the_text_that_reading_finds(program: Program, source: str) -> None:
    module = program.run(source, {})
    written = module.A.f.__wrapped__
    found, read = declaration_of("A", [written]), program.declaration("A")
    assert (found.text, found.line, found.key) == (read.text, read.line, read.key)


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("@jiti\nclass A:\n    def f(self): ...\n", StubError, "A has no docstring"),
        ('@jiti\nclass A:\n    """A."""\n    def f(self): return 1\n', RealBodyError, "A has no method to be written"),
        ('@jiti\nclass A:\n    """A."""\n    x = 1\n', RealBodyError, "A has no method to be written"),
    ],
)
def test_a_class_that_cannot_be_worked_from_says_why(
    tmp_path: Path, source: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        define_stub(tmp_path, f"from jiti import jiti\n{source}")


def test_why_names_the_methods_that_changed(program: Program) -> None:
    source = '@jiti\nclass A:\n    """A."""\n    def f(self) -> int:\n        """F."""\n    def g(self): ...\n'
    program.write(
        source, {"A": 'class A:\n    """A."""\n    def f(self) -> int:\n        """F."""\n    def g(self): ...'}
    )
    program.write(source.replace("self) -> int", "self, by: int) -> int").replace('"F."', '"Not F."'))
    declaration = program.declaration("A")
    found = gates.find(str(program.root), Settings())
    told = changes(declaration, look_at(declaration, found, asks=False).state, found)
    assert [each.field for each in told] == ["signature", "docstring"]
    assert told[0].lines == ("-def f(self) -> int", "+def f(self, by: int) -> int")
    assert {"-f: F.", "+f: Not F."} < set(told[1].lines)


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("Get.", "Give.", {"-size: Get.", "+size: Give."}),
        ("Set.", "Put.", {"-size.setter: Set.", "+size.setter: Put."}),
        ("Real.", "Other.", set()),
    ],
)
def test_why_tells_the_halves_of_a_property_apart(program: Program, old: str, new: str, lines: set[str]) -> None:
    class_ = 'class A:\n    """A."""\n    @property\n    def size(self):\n        """Get."""\n'
    class_ += '    @size.setter\n    def size(self, to):\n        """Set."""\n'
    source = f'@jiti\n{class_}    def real(self):\n        """Real."""\n        return 1\n'
    program.write(source, {"A": class_})
    program.write(source.replace(old, new))
    declaration = program.declaration("A")
    found = gates.find(str(program.root), Settings())
    (told,) = changes(declaration, look_at(declaration, found, asks=False).state, found)
    assert lines <= set(told.lines)
    assert ("has its body already" in told.message) == (not lines)


def test_a_gate_of_the_class_or_of_a_method_decides_on_the_class(tmp_path: Path) -> None:
    define_stub(tmp_path, SOURCE)
    (tmp_path / "test_it.py").write_text(
        "from jiti import required_for\nfrom app.text import Parser\n"
        "@required_for(Parser)\ndef test_whole() -> None:\n    'Right.'\n"
        "@required_for(Parser.parse, Parser.real, Parser.size)\ndef test_methods(): assert True\n"
        "class Sub(Parser): ...\n"
        "@required_for(Sub.parse)\ndef test_inherited(): assert True\n",
        encoding="utf-8",
    )
    found = gates.find(str(tmp_path), Settings())
    assert found.problems == ()
    assert [each.qualname for each in found.of("app/text.py::Parser")] == [
        "test_whole",
        "test_methods",
        "test_inherited",
    ]
    whole = next(each for each in found.gates if each.qualname == "test_whole")
    assert whole.is_jiti_test


def test_a_class_changed_on_disk_since_it_was_imported_says_so(program: Program) -> None:
    module = program.run('@jiti\nclass A:\n    """A."""\n    def f(self, x): ...\n', {})
    written = module.A.f.__wrapped__
    require_unchanged(define(program.declaration("A")), written)
    program.write('@jiti\nclass A:\n    """A."""\n    def f(self, y): ...\n')
    with pytest.raises(StubError, match=r"A\.f changed on disk"):
        require_unchanged(define(program.declaration("A")), written)
    assert stub.qualname_of(written) == "A.f"
