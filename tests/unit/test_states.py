"""The state of a stub, for every combination of what may have changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jiti import filing, states, stub
from jiti.definition import define
from jiti.errors import BrokenImplementationError, StubError

MODULE = '''from jiti import jiti


@jiti
def f(a: int) -> int:
    """Double it."""
    ...
'''
CODE = '''def f(a: int) -> int:
    """Double it."""
    return a * 2  # twice
'''


class Filed:
    """A stub with a generated implementation, both open to change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "pyproject.toml").touch()
        self.source = root / "m.py"
        self.source.write_text(MODULE)
        self.file = Path(filing.file(define(self.declaration), CODE, made="-").path)

    @property
    def declaration(self) -> stub.Declaration:
        return stub.declaration_for(str(self.root), "m.py::f")

    def change_stub(self, old: str, new: str) -> None:
        assert old in self.source.read_text()
        self.source.write_text(self.source.read_text().replace(old, new))

    def change_body(self, old: str, new: str) -> None:
        assert old in self.file.read_text()
        self.file.write_text(self.file.read_text().replace(old, new))

    def state(self) -> states.State:
        return states.look(self.declaration)


@pytest.fixture
def filed(tmp_path: Path) -> Filed:
    """A stub that was generated and not touched since."""
    return Filed(tmp_path)


SAME_STUB = ("    ...\n", "    raise NotImplementedError  # noqa\n")
NEW_DOCSTRING = ("Double it", "Treble it")
SAME_BODY = ("a * 2", "( a*2 )")
NEW_BODY = ("a * 2", "a + a")
NEW_COMMENT = ("# twice", "# two times")


@pytest.mark.parametrize(
    ("stub_change", "body_change", "name", "changed"),
    [
        (None, None, "fresh", ()),
        (SAME_STUB, None, "fresh", ()),
        (None, SAME_BODY, "fresh", ()),
        (SAME_STUB, SAME_BODY, "fresh", ()),
        (None, NEW_BODY, "edited", ()),
        (None, NEW_COMMENT, "edited", ()),
        (SAME_STUB, NEW_BODY, "edited", ()),
        (NEW_DOCSTRING, None, "stale", ("docstring",)),
        (NEW_DOCSTRING, SAME_BODY, "stale", ("docstring",)),
        (("a: int", "a: float"), None, "stale", ("signature",)),
        (NEW_DOCSTRING, NEW_BODY, "conflict", ("docstring",)),
    ],
)
def test_a_state_follows_from_stub_and_body(
    filed: Filed,
    stub_change: tuple[str, str] | None,
    body_change: tuple[str, str] | None,
    name: str,
    changed: tuple[str, ...],
) -> None:
    """Reformatting is no change; a changed docstring or a changed body is."""
    if stub_change:
        filed.change_stub(*stub_change)
    if body_change:
        filed.change_body(*body_change)
    state = filed.state()
    assert (state.name, state.changed) == (name, changed)
    assert state.runs == (name in ("fresh", "edited"))
    assert state.implementation is not None


def test_without_a_file_it_is_missing(filed: Filed) -> None:
    """Deleting a file asks for that one function anew."""
    filed.file.unlink()
    state = filed.state()
    assert (state.name, state.runs, state.implementation) == ("missing", False, None)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("return a", "return return a", "it does not parse: line 16", id="syntax error in the body"),
        pytest.param("# Written by", "# Found by", "its first line is not jiti's", id="first line"),
        pytest.param(
            "# jiti: 1",
            "# jiti: 1\n<<<<<<< ours",
            "it holds conflict markers of a merge (line 3)",
            id="header in conflict",
        ),
        pytest.param(
            "    return",
            "<<<<<<< ours\n    return",
            "it holds conflict markers of a merge (line 16)",
            id="body in conflict",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_broken(filed: Filed, old: str, new: str, reason: str) -> None:
    """With the reason, and never taken for missing."""
    filed.change_body(old, new)
    state = filed.state()
    assert (state.name, state.runs) == ("broken", False)
    assert isinstance(state.error, BrokenImplementationError)
    assert str(state.error).startswith(f".jiti/m/f.py: {reason}")


METHOD_MODULE = """from jiti import jiti


class Box:
    @property
    def p(self): ...

    @p.setter
    @jiti
    def p(self, value: int) -> None:
        '''Keep it.'''
"""
METHOD_CODE = """from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from m import Box


class _Box(Box if TYPE_CHECKING else object):
    p = property()

    @p.setter
    def p(self, value: int) -> None:
        self.value = value


if not TYPE_CHECKING:
    Box = _Box
"""


@pytest.mark.parametrize(
    ("key", "code", "runs"),
    [
        ("m.py::f", "_X = 1\n", False),
        ("m.py::f", "if TYPE_CHECKING:\n    from m import f\n", False),
        ("m.py::f", "def g():\n    def f(): ...\n", False),
        ("m.py::f", "from m2 import f\n", True),
        ("m.py::f", "from m2 import *\n", True),
        ("m.py::f", "try:\n    f = int\nexcept ImportError:\n    def f(a): return a\n", True),
        ("m.py::f", "for f in [abs]: pass\n", True),
        ("m.py::Box.p.setter", METHOD_CODE.replace("value = value", "value = int(value)"), True),
        ("m.py::Box.p.setter", METHOD_CODE.partition("\n\nif not")[0], False),
        ("m.py::Box.p.setter", METHOD_CODE.partition("\n\nclass")[0], False),
        ("m.py::Box.p.setter", "class Box:\n    q = 1\n", False),
    ],
)
def test_a_file_that_was_cut_off_is_broken(tmp_path: Path, key: str, code: str, *, runs: bool) -> None:
    """It does not define what it is for any more; whatever statement binds the name will do."""
    filed = Filed(tmp_path)
    filed.source.write_text(MODULE + METHOD_MODULE.partition("\n")[2])
    declaration = stub.declaration_for(str(tmp_path), key)
    file = Path(filing.file(define(declaration), CODE if key.endswith("f") else METHOD_CODE, made="-").path)
    text = file.read_text()
    file.write_text(text[: text.index("\n\n") + 2] + code)
    state = states.look(declaration)
    assert (state.runs, state.name) == ((True, "edited") if runs else (False, "broken"))
    assert runs or f"it does not define {declaration.qualname}" in str(state.error)


@pytest.mark.parametrize("deep", ["a" + ".b" * 100_000, "not " * 50_000 + "a", "(" * 5_000 + "a" + ")" * 5_000, "\0"])
def test_what_python_cannot_parse_is_broken_and_no_error_of_pythons_own(filed: Filed, deep: str) -> None:
    filed.change_body("a * 2", deep)
    state = filed.state()
    assert (state.runs, state.name) == (False, "broken")
    assert ".jiti/m/f.py: it does not parse: " in str(state.error)
    filed.change_stub("...", deep)
    with pytest.raises(StubError):
        filed.state()


def test_a_mangled_spec_line_is_broken_once_it_is_needed(filed: Filed) -> None:
    """As long as the stub's text is the same it is not looked at."""
    filed.change_body("# spec: signature=", "# spec: sig=")
    assert filed.state().name == "fresh"
    filed.change_stub(*NEW_DOCSTRING)
    assert filed.state().name == "broken"


def test_a_folder_in_the_files_place_is_broken(filed: Filed) -> None:
    """What cannot be read is never taken for missing."""
    filed.file.unlink()
    filed.file.mkdir()
    assert filed.state().name == "broken"


def test_stamping_settles_a_conflict(filed: Filed) -> None:
    """The hand-edited code is said to fit the stub as it is now, and stays known for hand-edited."""
    filed.change_stub(*NEW_DOCSTRING)
    filed.change_body(*NEW_BODY)
    state = filed.state()
    assert state.implementation is not None
    filing.stamp(define(filed.declaration), state.implementation)
    assert filed.state().name == "edited"
    assert "a + a" in filed.file.read_text()


def test_a_stub_whose_change_makes_it_none_is_an_error(filed: Filed) -> None:
    """There is no state of a stub without a docstring."""
    filed.change_stub('"""Double it."""', "")
    with pytest.raises(StubError, match="f has no docstring"):
        filed.state()


def test_looking_at_a_fresh_stub_parses_nothing(filed: Filed) -> None:
    """Not even the module that parses is imported."""
    script = (
        f"import sys; sys.path.insert(0, {str(filed.root)!r})\n"
        "from jiti import stub, states\n"
        f"text = open({str(filed.source)!r}).read()\n"
        "namespace = {'__name__': 'm', 'jiti': lambda f: f}\n"
        f"exec(compile(text.replace('from jiti import jiti', ''), {str(filed.source)!r}, 'exec'), namespace)\n"
        "assert states.look(stub.declaration_of(namespace['f'])).name == 'fresh'\n"
        "heavy = {'ast', 'inspect', 're', 'tokenize', 'dataclasses', 'typing', 'jiti.definition'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-S", "-c", PATHS + script], capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


PATHS = f"import sys; sys.path.append({str(Path(states.__file__).parents[1])!r})\n"
