"""Wrong candidates that try to forge their verdict: with a witness, none is accepted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from jiti.checks import equality, policy
from tests.unit.checks.attacks import ATTACKS, GATES, IN_PROCESS
from tests.unit.checks.workshop import GOOD, Workshop

if TYPE_CHECKING:
    from jiti.checks.execution import Execution

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a verdict needs a system that forks and ends processes"
)

SECONDS = 0.8


@pytest.fixture(scope="module")
def witnessed(shared: Workshop) -> Execution:
    gates = shared.gates(GATES, "test_slug")
    return shared.execution(shared.stub(), gates=gates, example=SECONDS, call=SECONDS, test=SECONDS)


@pytest.fixture(scope="module")
def in_process(shared: Workshop) -> Execution:
    gates = shared.gates(GATES, "test_slug")
    return shared.execution(shared.stub(), gates=gates, witness=False, example=SECONDS, call=SECONDS, test=SECONDS)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_witness_accepts_no_forgery(shared: Workshop, witnessed: Execution, name: str) -> None:
    result = witnessed.run(ATTACKS[name], "")
    assert result.diagnostics
    assert shared.judged(witnessed) == "witness"


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - IN_PROCESS))
def test_in_its_own_process_most_forgeries_fail_too(in_process: Execution, name: str) -> None:
    assert in_process.run(ATTACKS[name], "").diagnostics


@pytest.mark.parametrize("name", sorted(IN_PROCESS))
def test_what_its_own_process_would_accept_is_turned_down_by_reading(name: str) -> None:
    code = ATTACKS[name]
    assert [*policy.check(code), *equality.check(code, "slugify")]


def test_a_right_candidate_passes(witnessed: Execution) -> None:
    assert witnessed.run(GOOD, "").diagnostics == ()
