"""The header's line of gates."""

from __future__ import annotations

import pytest

from jiti.gates import Gate, changed, header_line, parse


def gate(path: str, qualname: str, digest: str) -> Gate:
    return Gate(path, qualname, 1, "", ("app.py::f",), digest * 32)


ONE = gate("tests/test_a.py", "test_b", "1")
TWO = gate("my tests/a=b.py", "TestIt.test_a", "2")


def test_gates_are_sorted_and_named_by_node_id() -> None:
    assert header_line([ONE, TWO]) == f"my tests/a=b.py::TestIt::test_a={'2' * 32} tests/test_a.py::test_b={'1' * 32}"
    assert header_line([]) == "-"


@pytest.mark.parametrize("gates", [[], [ONE], [TWO], [ONE, TWO]])
def test_what_is_written_can_be_read(gates: list[Gate]) -> None:
    assert parse(header_line(gates)) == {each.node_id: each.digest for each in gates}
    assert not changed(header_line(gates), gates)


@pytest.mark.parametrize("line", ["", "-", "tests/test_a.py::test_b", "tests/test_a.py::test_b=12", "="])
def test_a_line_that_says_nothing_has_no_gates(line: str) -> None:
    assert parse(line) == {}
    assert changed(line, [ONE])
    assert not changed(line, [])


@pytest.mark.parametrize("now", [[], [ONE, TWO], [TWO], [gate("tests/test_a.py", "test_b", "3")]])
def test_a_gate_more_or_less_or_another_digest_is_a_change(now: list[Gate]) -> None:
    assert changed(header_line([ONE]), now)
