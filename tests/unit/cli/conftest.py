"""What tests of commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.cli.shop import Shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A project whose stubs are fresh, but for one that has no implementation."""
    return Shop(tmp_path)


@pytest.fixture
def aged(shop: Shop) -> Shop:
    """A project with a stub in every state."""
    shop.age()
    return shop
