"""Files of every make: line ends, indentation, marks and odd layouts stay what they are."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from jiti.merge import changes
from tests.unit.merge.merging import Merger, keeps_the_rest, run

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from jiti import jiti\n\n\n"
DEF = 'def f(n: int) -> int:\n    """Do."""\n'
STUB = f"@jiti\n{DEF}    raise NotImplementedError\n"
SENT = (
    "import re\n\n_X = 1\n\n\ndef _g(n: int) -> int:\n    return n + _X\n",
    "if n and re:\n    return _g(n)\nreturn 1",
)
HELPERS = "_X = 1\n\n\ndef _g(n: int) -> int:\n    return n + _X\n\n\n"
BODY = "    if n and re:\n        return _g(n)\n    return 1\n"
NEW = HELPERS + DEF + BODY
IMPORT = "import re\n\n"
REST = "\n\ndef after(): return 1\n"

FILES = {
    "a plain one": (HEAD + STUB + REST, IMPORT + NEW + REST),
    "without placeholder": (f"{HEAD}@jiti\n{DEF}{REST}", IMPORT + NEW + REST),
    "hints around the placeholder": (
        f"{HEAD}@jiti\n{DEF}    # first\n\n    raise NotImplementedError  # second\n\n    # third\n# not one\n{REST}",
        f"{IMPORT}{HELPERS}{DEF}    # first\n\n    # second\n    # third\n{BODY}# not one\n{REST}",
    ),
    "comments for tools at the placeholder": (
        f"{HEAD}@jiti\n{DEF}    raise NotImplementedError  # pragma: no cover\n",
        IMPORT + NEW,
    ),
    "all on one line": (f'{HEAD}@jiti\ndef f(n: int) -> int: """Do."""{REST}', IMPORT + NEW.rstrip() + REST),
    "all on one line, with dots and a comment": (
        f'{HEAD}@jiti\ndef f(n: int) -> int: """Do."""; ...  # hint{REST}',
        IMPORT + HELPERS + DEF + "    # hint\n" + BODY.rstrip() + REST,
    ),
    "dots behind the docstring": (f"{HEAD}@jiti\n{DEF.rstrip()}; ...\n{REST}", IMPORT + NEW + REST),
    "a decorator on several lines": (
        f"{HEAD}# above\n@jiti(\n    uses=[],  # none\n)  # gone\n# below\n{STUB.removeprefix('@jiti')[1:]}",
        f"{IMPORT}{HELPERS}# above\n# none\n# gone\n# below\n{DEF}{BODY}",
    ),
    "form feeds": (
        f"x = 1\n\f\n{HEAD}\f\n{STUB}\f\n{REST}",
        f"import re\n\nx = 1\n\f\n\n\n\f\n{NEW}\f\n{REST}",
    ),
    "a licence": (f"# Mine.\n# All of it.\n\n{HEAD}{STUB}", f"# Mine.\n# All of it.\n\n{IMPORT}{NEW}"),
    "a script": (f"#!/usr/bin/env python\n{HEAD}{STUB}", f"#!/usr/bin/env python\n\n{IMPORT}{NEW}"),
    "a licence right above": (
        f"# Mine.\n# All of it.\n{HEAD.strip()}\n{STUB}",
        f"# Mine.\n# All of it.\n{IMPORT}{NEW}",
    ),
    "a comment about the stub above all": (
        f"{HEAD}# It is mine.\n{STUB}",
        f"{IMPORT}{HELPERS}# It is mine.\n{DEF}{BODY}",
    ),
    "a string that ends like a comment": (
        f'{HEAD}X = """\n# hello"""\n{STUB}',
        f'{IMPORT}X = """\n# hello"""\n{HELPERS}{DEF}{BODY}',
    ),
    "a string that goes on in a line like a comment": (
        f'{HEAD}X = "a\\\n# b"\n{STUB}',
        f'{IMPORT}X = "a\\\n# b"\n{HELPERS}{DEF}{BODY}',
    ),
    "imports below such a string": (
        f'from jiti import jiti; X = """\n# a"""\nimport zlib\n\n\n{STUB}',
        f'import re\n\nX = """\n# a"""\nimport zlib\n\n{HELPERS}{DEF}{BODY}',
    ),
    "an import behind the docstring": (
        f'"""Module.""" ; import sys\n{HEAD}{STUB}',
        f'"""Module.""" ; import sys\n\n{IMPORT}{NEW}',
    ),
    "an import behind that from the future": (
        f"from __future__ import annotations; import sys\n{HEAD}{STUB}",
        f"from __future__ import annotations; import sys\n\n{IMPORT}{NEW}",
    ),
    "an import in front of a long string": (
        f'import sys; X = """\n"""\n{HEAD}{STUB}',
        f'import re\nimport sys; X = """\n"""\n\n{NEW}',
    ),
    "a docstring": (f'"""Module."""\n\n{HEAD}{STUB}', f'"""Module."""\n\n{IMPORT}{NEW}'),
    "a docstring, the future and __all__": (
        f'"""Module."""\n\nfrom __future__ import annotations\n\n__all__ = ["f"]\n\n{HEAD}{STUB}',
        f'"""Module."""\n\nfrom __future__ import annotations\n\n__all__ = ["f"]\n\n{IMPORT}{NEW}',
    ),
    "__all__ with jiti": (
        f'from jiti import jiti\n\n__all__ = ["f", "jiti"]\n\n\n{STUB}',
        f'import re\n\nfrom jiti import jiti\n\n__all__ = ["f", "jiti"]\n\n\n{NEW}',
    ),
    "a stub below a condition": (
        f"import sys\n\n{HEAD}if sys.argv:\n    # why\n    @jiti\n{indent(DEF, '    ')}else:\n    f = None\n",
        f"import re\nimport sys\n\n{HELPERS}if sys.argv:\n    # why\n{indent(DEF + BODY, '    ')}else:\n    f = None\n",
    ),
}


def both(tmp_path: Path, before: str, after: str, encoding: str = "utf-8") -> None:
    """Merge a file, see what it became, and that it runs; then again, on disk, with what reads and writes files."""
    merger = Merger(tmp_path)
    merged = merger.merge(before, {"f": SENT}, encoding)
    assert merged.text == after
    assert keeps_the_rest(before, merged.text, "f")
    assert run(merged.text).f(2) == 3
    text, found = changes.read(str(tmp_path), merger.path)
    assert (text, text.encode(found)) == (before, before.encode(encoding))
    merger.write(after, encoding)
    assert merger.definitions() == {}


@pytest.mark.parametrize(("before", "after"), FILES.values(), ids=FILES)
def test_a_file_is_changed_in_its_stubs_and_imports_alone(tmp_path: Path, before: str, after: str) -> None:
    both(tmp_path, before, after)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(("before", "after"), FILES.values(), ids=FILES)
def test_line_ends_are_the_files_own(tmp_path: Path, before: str, after: str, end: str) -> None:
    both(tmp_path, before.replace("\n", end), after.replace("\n", end))


@pytest.mark.parametrize("name", ["a plain one", "form feeds", "hints around the placeholder", "all on one line"])
def test_tabs_stay_tabs(tmp_path: Path, name: str) -> None:
    before, after = (each.replace("    ", "\t") for each in FILES[name])
    both(tmp_path, before + "\n\nclass A:\n\tx = 1\n", after + "\n\nclass A:\n\tx = 1\n")


@pytest.mark.parametrize("name", ["a plain one", "a docstring", "a licence"])
def test_a_byte_order_mark_stays_the_first_character(tmp_path: Path, name: str) -> None:
    before, after = FILES[name]
    both(tmp_path, f"\ufeff{before}", f"\ufeff{after}")


def test_a_coding_line_stays_the_first_line(tmp_path: Path) -> None:
    before = f"# -*- coding: latin-1 -*-\n{HEAD}# é\n{STUB}ñ = 'é'\n"
    both(tmp_path, before, f"# -*- coding: latin-1 -*-\n\n{IMPORT}{HELPERS}# é\n{DEF}{BODY}ñ = 'é'\n", "latin-1")


@pytest.mark.parametrize("stub", [STUB, f"@jiti\n{DEF}"])
def test_a_file_without_a_final_newline_gets_none(tmp_path: Path, stub: str) -> None:
    both(tmp_path, HEAD + stub.rstrip(), IMPORT + NEW.rstrip())


def test_what_stands_in_strings_is_kept_exactly(tmp_path: Path) -> None:
    """In an implementation as in the file, whatever the indentation."""
    source = f'{HEAD}X = """\n    a\n\tb"""\n\n\nclass A:\n\t@jiti\n\tdef f(self) -> str:\n\t\t"""Do\n\t\tit."""\n'
    body = 'x = f"""\n  text {_X}\n\tmore\n"""\nif x:\n    return x\nreturn ""'
    merged = Merger(tmp_path).merge(source, {"A.f": ('_X = """\n    a\n  b"""\n', body)})
    assert merged.text == (
        'X = """\n    a\n\tb"""\n\n\n_X = """\n    a\n  b"""\n\n\n'
        'class A:\n\tdef f(self) -> str:\n\t\t"""Do\n\t\tit."""\n'
        '\t\tx = f"""\n  text {_X}\n\tmore\n"""\n\t\tif x:\n\t\t\treturn x\n\t\treturn ""\n'
    )
    assert run(merged.text).A().f() == "\n  text \n    a\n  b\n\tmore\n"


def test_several_stubs_are_merged_in_one_go_and_others_stay(tmp_path: Path) -> None:
    """Helpers of two stubs with one name are told apart; what both import is imported once."""
    other = STUB.replace("def f", "def g")
    third = STUB.replace("def f", "def h")
    source = HEAD + f"{STUB}\n\n{third}\n\n{other}"
    merged = Merger(tmp_path).merge(source, {"g": SENT, "f": SENT})
    second = NEW.replace("def f", "def g").replace("_X", "_X_2").replace("_g(", "_g_2(")
    assert merged.text == f"import re\n\nfrom jiti import jiti\n\n{NEW}\n\n{third}\n\n{second}"
    assert keeps_the_rest(source, merged.text, "f", "g")
    again = Merger(tmp_path).merge(merged.text, {"h": "return 5"})
    assert again.text == merged.text.replace("from jiti import jiti\n\n", "").replace(
        third, f"{third.removeprefix('@jiti')[1:].replace('raise NotImplementedError', 'return 5')}"
    )
    module = run(again.text)
    assert [module.f(2), module.g(3), module.h(1)] == [3, 4, 5]


def test_nothing_to_merge_changes_nothing(tmp_path: Path) -> None:
    assert Merger(tmp_path).merge(HEAD + STUB, {}).text == HEAD + STUB
