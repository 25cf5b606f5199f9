"""Hypothesis measures how long each call of a test takes; a call that a witness makes takes longer for that alone."""

from __future__ import annotations

import sys
from typing import Any

import pytest

_SETTINGS = "_hypothesis_internal_use_settings"
_HAS_OWN = pytest.StashKey[bool]()


def lift(item: pytest.Item) -> None:
    """Take the deadline from a test that has it by default, before it runs; one that it was given on purpose stays."""
    test: Any = getattr(item, "obj", None)
    test = getattr(test, "__func__", test)
    settings: Any = getattr(test, _SETTINGS, None) if "hypothesis" in sys.modules else None
    if settings is None or settings.deadline is None:
        return
    if settings.deadline == type(settings).default.deadline:
        setattr(test, _SETTINGS, type(settings)(settings, deadline=None))
    else:
        item.stash[_HAS_OWN] = True


def has_own(item: pytest.Item) -> bool:
    """Whether a test that runs was given a deadline on purpose."""
    return item.stash.get(_HAS_OWN, False)
