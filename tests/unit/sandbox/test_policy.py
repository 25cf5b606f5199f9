"""What the settings ask of the sandbox, on machines that have it and on others."""

from __future__ import annotations

import re

import pytest

from jiti.errors import ConfigError
from jiti.sandbox import Level, Policy, level_of
from jiti.settings import Settings

HERE, MISSING = Level(2, "Landlock"), Level(1, "no Landlock")


@pytest.mark.parametrize("level", [None, "auto", "require"])
def test_where_the_kernel_can_it_confines(level: str | None) -> None:
    assert Policy.of(Settings().with_overrides(sandbox=level), HERE) == Policy(confined=True)


def test_where_it_cannot_it_does_not_unless_that_is_required() -> None:
    assert Policy.of(Settings(), MISSING) == Policy(confined=False)
    message = 'sandbox = "require", and here is only layer 1: no Landlock'
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        Policy.of(Settings(sandbox="require"), MISSING)
    assert caught.value.hint is not None
    assert 'sandbox = "auto"' in caught.value.hint


def test_it_can_be_switched_off() -> None:
    assert Policy.of(Settings(sandbox="off"), HERE) == Policy(confined=False)
    assert level_of(Settings(sandbox="off")).layer == 1


def test_what_a_project_allows_beyond_is_taken_over() -> None:
    settings = Settings(network=True, read=("a",), write=("b",), processes=True, modes=True)
    allowed = Policy(network=True, read=("a",), write=("b",), processes=True, modes=True)
    assert Policy.of(settings, HERE) == allowed
