"""Stubs: judged at decoration, located by their function or by their file."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import pytest

from jiti import stub
from jiti.definition import define
from jiti.errors import RealBodyError, StubError
from jiti.spec import Spec
from jiti.unchanged import require_unchanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEAD = "from jiti import jiti\n\n"


class Source:
    """A project of one module, `app/text.py`, that can be written, imported and read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "pyproject.toml").touch()
        (root / "app").mkdir()
        self.path = root / "app" / "text.py"

    def write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")

    def functions(self, text: str) -> dict[str, Any]:
        """Run a module's text without any decorator doing anything."""
        self.write(text)
        plain = text.replace("from jiti import jiti", "jiti = lambda f: f", 1)
        namespace: dict[str, Any] = {"__name__": "app.text"}
        exec(compile(plain, str(self.path), "exec"), namespace)  # noqa: S102 - the test's own text
        return namespace

    def stubs(self, text: str) -> dict[str, stub.Declaration]:
        self.write(text)
        found = stub.declarations_in(str(self.root), "app/text.py")
        return {each.qualname: each for each in found}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """An empty project."""
    return Source(tmp_path)


PLACEHOLDERS = {
    "docstring alone": '"""D."""',
    "ellipsis": '"""D."""\n    ...',
    "pass": '"""D."""\n    pass',
    "raise": '"""D."""\n    raise NotImplementedError',
    "raise with a message": '"""D."""\n    raise NotImplementedError("later")',
    "raise with an f-string": '"""D."""\n    raise NotImplementedError(f"not {a!r}")',
    "yield": '"""D."""\n    yield',
    "yield ellipsis": '"""D."""\n    yield ...',
    "raise and yield": '"""D."""\n    raise NotImplementedError\n    yield',
    "raise and yield a value": '"""D."""\n    raise NotImplementedError\n    yield 0',
    "docstring over lines": '"""D.\n\n    More.\n    """',
}
BODIES = {
    "return a value": '"""D."""\n    return 5',
    "return an argument": '"""D."""\n    return a',
    "call": '"""D."""\n    print(a)',
    "attribute": '"""D."""\n    a.b',
    "assignment": '"""D."""\n    b = 1\n    raise NotImplementedError',
    "condition": '"""D."""\n    if a:\n        raise NotImplementedError',
    "other error": '"""D."""\n    raise ValueError',
    "yield a value": '"""D."""\n    yield 1',
    "loop": '"""D."""\n    while True:\n        pass',
}


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("body", PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_a_placeholder_is_accepted(source: Source, kind: str, body: str) -> None:
    """At decoration and when it is parsed."""
    text = f"{HEAD}@jiti\n{kind} f(a):\n    {body}\n"
    stub.judge(source.functions(text)["f"])
    assert define(source.stubs(text)["f"]).docstring.startswith("D.")


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_real_body_is_turned_down(source: Source, kind: str, body: str) -> None:
    """At decoration and when it is parsed, with the place and what to write."""
    text = f"{HEAD}@jiti\n{kind} f(a):\n    {body}\n"
    with pytest.raises(RealBodyError, match=r"text\.py:3: f has a body already\n  leave the docstring"):
        stub.judge(source.functions(text)["f"])
    with pytest.raises(RealBodyError, match=r"app/text\.py:\d+: f has a body already"):
        define(source.stubs(text)["f"])


def test_returning_none_is_a_body_that_only_parsing_sees(source: Source) -> None:
    """`return None` compiles to what `pass` compiles to."""
    text = f'{HEAD}@jiti\ndef f(a):\n    """D."""\n    return None\n'
    stub.judge(source.functions(text)["f"])
    with pytest.raises(RealBodyError, match=r"app/text\.py:6: f has a body already"):
        define(source.stubs(text)["f"])


def test_a_lambda_is_turned_down() -> None:
    """It has no name and no docstring."""
    with pytest.raises(StubError, match=r"a lambda cannot be a stub.*\n  write `def name"):
        stub.judge(lambda: ...)


@pytest.mark.parametrize("docstring", ["...", '"""  """'], ids=["none", "blank"])
def test_a_missing_docstring_says_what_to_write(source: Source, docstring: str) -> None:
    """The docstring is what the implementation is written from."""
    with pytest.raises(StubError, match=r"app/text\.py:3: f has no docstring\n  say in a docstring what it does"):
        define(source.stubs(f"{HEAD}@jiti\ndef f(a):\n    {docstring}\n")["f"])


def test_a_name_defined_twice_asks_for_distinct_names(source: Source) -> None:
    """Whichever of the two is asked for."""
    text = f'{HEAD}if 1:\n    @jiti\n    def f():\n        """A."""\nelse:\n    @jiti\n    def f():\n        """B."""\n'
    with pytest.raises(StubError, match=r"f is defined more than once \(lines 5, 9\)\n  give each"):
        define(source.stubs(text)["f"])


SHAPES = f'''{HEAD}
from typing import overload


@overload
def over(a: int) -> int: ...
@overload
def over(a: str) -> str: ...
@jiti
def over(a):
    """Over."""


class Parser:
    @property
    @jiti
    def size(self) -> int:
        """Get."""
        ...

    @size.setter
    @jiti
    def size(self, value: int) -> None:
        """Set."""
        # a hint

    class Inner:
        @jiti
        async def run(self):
            """Run."""
            raise NotImplementedError
            # a hint below

        other = 1


def outer():
    @jiti
    def inner(x):
        """Inner.

        Text."""

    return inner


@jiti
def dedented(a: int) -> int:
    """First.

Not indented.
"""
    ...
'''


def test_a_function_and_its_file_give_the_same_declaration(source: Source) -> None:
    """The lines cut out by indentation are those that the syntax tree says."""
    namespace = source.functions(SHAPES)
    static = source.stubs(SHAPES)
    parser = namespace["Parser"]
    functions = [parser.size.fget, parser.size.fset, parser.Inner.run, namespace["outer"](), namespace["dedented"]]
    for function in functions:
        found = stub.declaration_of(function)
        expected = static[found.qualname]
        assert (found.key, found.line, found.text) == (expected.key, expected.line, expected.text)
    assert [stub.declaration_of(each).qualname for each in functions] == [
        "Parser.size",
        "Parser.size.setter",
        "Parser.Inner.run",
        "outer.<locals>.inner",
        "dedented",
    ]


def test_overloads_belong_to_the_text_of_their_stub(source: Source) -> None:
    """Adding one must be seen without parsing."""
    namespace = source.functions(SHAPES)
    found = stub.declaration_of(namespace["over"])
    assert found.text == source.stubs(SHAPES)["over"].text
    assert found.text.count("def over") == 3


@pytest.mark.parametrize(
    "head",
    ["from jiti import jiti as make", "import jiti\nmake = jiti.jiti", "import jiti as j\nmake = j.jiti(engine=None)"],
)
def test_aliases_of_the_decorator_are_seen(source: Source, head: str) -> None:
    """However a file reaches it."""
    assert list(source.stubs(f'{head}\n@make\ndef f():\n    """F."""\n')) == ["f"]


def test_other_decorators_make_no_stub(source: Source) -> None:
    """A name `jiti` of somebody else's, and tests that are required for a stub and have a body."""
    text = 'from other import jiti\n@jiti\ndef f():\n    """F."""\n'
    assert source.stubs(text) == {}
    text = "from jiti import jiti\n@jiti.required_for(f)\ndef test():\n    assert f()\n"
    assert source.stubs(text) == {}


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        pytest.param(lambda s: s, (), id="nothing"),
        pytest.param(lambda s: s.replace("n: int=1", "n: 'int' = 1"), (), id="formatting and quotes"),
        pytest.param(lambda s: s.replace("    ...\n", "    raise NotImplementedError\n"), (), id="placeholder"),
        pytest.param(lambda s: s.replace("@jiti", "@other\n@jiti"), (), id="another decorator"),
        pytest.param(lambda s: "# comment\n\n\n" + s, (), id="moved"),
        pytest.param(lambda s: s.replace("...", "...  # noqa: E1"), (), id="pragma"),
        pytest.param(lambda s: s.replace('"""Do it.', '"""\n    Do it.'), (), id="indentation of the docstring"),
        pytest.param(lambda s: s.replace("n: int", "n: str"), ("signature",), id="annotation"),
        pytest.param(lambda s: s.replace("=1", "=2"), ("signature",), id="default"),
        pytest.param(lambda s: s.replace("@jiti", "@jiti(uses=[a])"), ("signature",), id="uses"),
        pytest.param(lambda s: s.replace("def f", "async def f"), ("signature",), id="kind"),
        pytest.param(lambda s: s.replace("    ...\n", "    yield\n"), ("signature",), id="generator"),
        pytest.param(lambda s: s.replace("Do it", "Do that"), ("docstring",), id="docstring"),
        pytest.param(lambda s: s.replace("# how", "# why"), ("hints",), id="hint"),
        pytest.param(lambda s: s.replace("# how", "#how"), (), id="space in a hint"),
    ],
)
def test_a_spec_changes_with_the_contract_alone(
    source: Source, change: Callable[[str], str], changed: tuple[str, ...]
) -> None:
    """Each change of the source names the fields of the spec that it touches."""
    text = f'{HEAD}\n@jiti\ndef f(n: int=1) -> int:\n    """Do it."""\n    # how\n    ...\n'
    before = define(source.stubs(text)["f"]).spec
    after = define(source.stubs(change(text))["f"]).spec
    assert after.changed_since(before) == changed


def test_a_spec_reads_what_it_writes() -> None:
    """The header's line and back."""
    spec = Spec("aa", "bb", "-")
    assert Spec.parse(str(spec)) == spec
    with pytest.raises(ValueError, match="not a spec"):
        Spec.parse("signature=1")


def test_lines_that_moved_on_disk_are_found_by_name(source: Source) -> None:
    """Somebody saved the file while the program ran."""
    text = f'{HEAD}@jiti\ndef f(a):\n    """F."""\n'
    function = source.functions(text)["f"]
    source.write("import os\n" * 20 + text)
    assert stub.declaration_of(function).line == 23


@pytest.mark.parametrize(("old", "new"), [("f(a)", "f(a, b)"), ("F.", "G.")], ids=["parameters", "docstring"])
def test_a_stub_that_changed_on_disk_asks_for_a_restart(source: Source, old: str, new: str) -> None:
    """What this process imported is no longer what would be generated."""
    text = f'{HEAD}@jiti\ndef f(a):\n    """F."""\n'
    function = source.functions(text)["f"]
    declaration = source.stubs(text.replace(old, new))["f"]
    with pytest.raises(StubError, match=r"app/text\.py:3: f changed on disk since it was imported\n  start the"):
        require_unchanged(define(declaration), function)
    require_unchanged(define(source.stubs(text)["f"]), function)


def test_a_stub_that_is_gone_names_the_nearest(source: Source) -> None:
    """A key that a person mistyped."""
    source.write(f'{HEAD}@jiti\ndef slugify():\n    """F."""\n')
    with pytest.raises(StubError, match=r"holds no stub named slugfy\n  did you mean app/text\.py::slugify\?"):
        stub.declaration_for(str(source.root), "app/text.py::slugfy")


def test_a_file_that_does_not_parse_is_named_with_its_line(source: Source) -> None:
    """Reading stubs statically needs a file that parses."""
    source.write("from jiti import jiti\ndef f(:\n")
    with pytest.raises(StubError, match=r"app/text\.py:2: "):
        stub.declarations_in(str(source.root), "app/text.py")


def test_code_without_a_file_is_turned_down() -> None:
    """`exec` leaves no source to work from."""
    namespace: dict[str, Any] = {}
    exec('def f():\n    """F."""', namespace)  # noqa: S102 - the very case
    with pytest.raises(StubError, match="f has no source file"):
        stub.declaration_of(namespace["f"])


@pytest.mark.parametrize("marker", ["pyproject.toml", ".git", ".jiti"])
def test_the_root_is_the_nearest_folder_with_a_marker(tmp_path: Path, marker: str) -> None:
    """Whatever the working directory is."""
    (tmp_path / "pyproject.toml").touch()
    inner = tmp_path / "libs" / "one"
    (inner / "src" / "pkg").mkdir(parents=True)
    (inner / marker).mkdir()
    assert stub.root_of(str(inner / "src" / "pkg" / "m.py")) == str(inner)
    assert stub.root_of(str(tmp_path / "libs" / "m.py")) == str(tmp_path)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("\ufeffx = 'ä'\r\ny = 1\r".encode(), "x = 'ä'\ny = 1\n", id="byte order mark and line ends"),
        pytest.param("# -*- coding: latin-1 -*-\nx = 'ä'\n".encode("latin-1"), None, id="coding line"),
        pytest.param(b"x = 1\x0cy = 2\n", "x = 1\x0cy = 2\n", id="form feed"),
    ],
)
def test_source_is_decoded_as_python_does(data: bytes, text: str | None) -> None:
    """Byte order marks, coding lines, every line end."""
    from jiti.source import SourceFile

    file = SourceFile("m.py", data)
    assert file.text == (text or "# -*- coding: latin-1 -*-\nx = 'ä'\n")
    assert file.lines == file.text.split("\n")


@pytest.fixture
def on_path(source: Source, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """The project's modules can be imported."""
    monkeypatch.syspath_prepend(str(source.root))
    yield source
    for name in [each for each in sys.modules if each.split(".")[0] == "app"]:
        del sys.modules[name]


def test_a_function_under_wrappers_is_found(on_path: Source) -> None:
    """The innermost function is the stub."""
    on_path.write(
        "import functools\n\ndef deco(f):\n    @functools.wraps(f)\n    def w(*a):\n"
        "        return f(*a)\n    return w\n\n"
        '@deco\ndef f(a):\n    """F."""\n'
    )
    module = importlib.import_module("app.text")
    found = stub.declaration_of(module.f)
    assert (found.key, found.line) == ("app/text.py::f", 9)
    assert stub.importable_name(module.f) == "app.text"
