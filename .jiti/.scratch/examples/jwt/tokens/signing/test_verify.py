# Scratch tests that jiti's agent wrote for examples/jwt/tokens/signing.py::verify.
# body: ad0d9d45cc1a11f84a58bb39b3b15b55

import pytest

from tokens.claims import Claims
from tokens.errors import AudienceError, MalformedError, SignatureError
from tokens.signing import create, verify

KEY = bytes(32)


def test_a_token_for_anybody_is_for_whoever_asks() -> None:
    assert verify(create(Claims(issuer="joe"), KEY), KEY, now=0, audience="shop") == Claims(issuer="joe")


def test_a_token_for_others_is_turned_down() -> None:
    with pytest.raises(AudienceError):
        verify(create(Claims(audience=("bank",)), KEY), KEY, now=0, audience="shop")


def test_another_key_is_turned_down() -> None:
    with pytest.raises(SignatureError):
        verify(create(Claims(), KEY), b"another key, and as long as this", now=0)


def test_two_parts_are_no_token() -> None:
    with pytest.raises(MalformedError):
        verify("e30.e30", KEY, now=0)
