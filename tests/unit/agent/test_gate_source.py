"""The gates in the task message: all are named, and as much is shown as fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiti import header
from jiti.agent import gate_source
from tests.unit.agent.stage import gate_in

if TYPE_CHECKING:
    from pathlib import Path

PATH = "tests/test_text.py"


def lay(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def test_without_gates_there_is_nothing_to_show(tmp_path: Path) -> None:
    assert gate_source.shown(str(tmp_path), []) == ""


def test_gates_of_one_file_stand_together_and_what_they_share_once(tmp_path: Path) -> None:
    lay(tmp_path, PATH, "CASES = [1, 2]\n\n\ndef test_a():\n    CASES\n\n\ndef test_b():\n    CASES\n")
    gates = [gate_in(tmp_path, PATH, name) for name in ("test_a", "test_b")]
    assert gate_source.shown(str(tmp_path), gates).split("\n") == [
        f"`{PATH}::test_a`, `{PATH}::test_b`:",
        "",
        "```python",
        "1\tCASES = [1, 2]",
        *("…", "4\tdef test_a():", "5\t    CASES"),
        *("…", "8\tdef test_b():", "9\t    CASES"),
        "```",
    ]


def test_a_conftest_file_comes_after_the_files_that_hold_gates(tmp_path: Path) -> None:
    lay(tmp_path, "a/conftest.py", "import pytest\n@pytest.fixture\ndef box(): ...\n")
    lay(tmp_path, "a/test_a.py", "def test_a(box): ...\n")
    lay(tmp_path, "b/test_b.py", "def test_b(box): ...\n")
    gates = [gate_in(tmp_path, "b/test_b.py", "test_b"), gate_in(tmp_path, "a/test_a.py", "test_a")]
    told = gate_source.shown(str(tmp_path), gates)
    titles = [line for line in told.split("\n") if line.startswith("`") and line.endswith(":")]
    assert titles == ["`a/test_a.py::test_a`:", "`b/test_b.py::test_b`:", "`a/conftest.py`:"]


def test_a_long_gate_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    cases = "".join(f"        ({number}, {number}),\n" for number in range(300))
    lay(tmp_path, PATH, f"@parametrize(\n    [\n{cases}    ]\n)\ndef test_a(a, b):\n    assert a == b\n")
    told = gate_source.shown(str(tmp_path), [gate_in(tmp_path, PATH, "test_a")])
    assert (
        "\n60\t        (57, 57),\n…\t(216 lines: read_file(path='tests/test_text.py', start=61, end=276))\n277\t"
        in told
    )
    assert told.endswith("306\t    assert a == b\n```")


def test_gates_that_do_not_fit_are_named(tmp_path: Path) -> None:
    text = "".join(f"def test_{number}():\n    assert {'x' * 1_900!r}\n" for number in range(20))
    lay(tmp_path, PATH, text)
    gates = [gate_in(tmp_path, PATH, f"test_{number}") for number in range(20)]
    told = gate_source.shown(str(tmp_path), gates)
    assert len(told) < gate_source.CHARACTERS + 2_000
    assert "assert 'xxx" in told
    assert told.endswith("`tests/test_text.py::test_19` (tests/test_text.py:39).")
    assert all(f"::test_{number}`" in told for number in range(20))


def test_a_jiti_test_is_shown_as_it_was_written(tmp_path: Path) -> None:
    lay(tmp_path, "pyproject.toml", "")
    lay(tmp_path, PATH, 'import jiti\n@jiti.required_for(f)\ndef test_a():\n    """f is right."""\n')
    gate = gate_in(tmp_path, PATH, "test_a", is_jiti_test=True)
    assert '4\t    """f is right."""\n```' in gate_source.shown(str(tmp_path), [gate])
    fields = dict.fromkeys(("stub", "spec", "code", "body"), "0")
    code = 'def test_a():\n    """f is right."""\n    assert f(1) == 2\n'
    lay(tmp_path, ".jiti/tests/test_text/test_a.py", f"{header.compose(gate.key, fields)}\n{code}")
    told = gate_source.shown(str(tmp_path), [gate])
    assert f"`{PATH}::test_a`, as jiti wrote it:\n\n```python\n{code}```" in told
    lay(tmp_path, ".jiti/tests/test_text/test_a.py", header.compose(gate.key, {}))
    assert "assert f(1)" not in gate_source.shown(str(tmp_path), [gate])


def test_a_gate_of_a_file_that_is_gone_or_does_not_parse_is_shown_as_it_was_read(tmp_path: Path) -> None:
    lay(tmp_path, PATH, "def test_a():\n    assert 1\n")
    gate = gate_in(tmp_path, PATH, "test_a")
    lay(tmp_path, PATH, "def (")
    assert "2\t    assert 1" in gate_source.shown(str(tmp_path), [gate])
    (tmp_path / PATH).unlink()
    assert "2\t    assert 1" in gate_source.shown(str(tmp_path), [gate])
