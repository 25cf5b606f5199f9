# Scratch tests that jiti's agent wrote for examples/jwt/tokens/signing.py::create.
# body: d4b91b7ec0cf5478db9a863a396b5090

import pytest

from tokens.claims import Claims
from tokens.signing import create


def test_a_token_has_three_parts() -> None:
    assert [len(part) for part in create(Claims(), bytes(32)).split(".")] == [36, 3, 43]


def test_a_short_key_is_turned_down() -> None:
    with pytest.raises(ValueError, match="too short"):
        create(Claims(), bytes(31))
